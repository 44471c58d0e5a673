"""Putting the contracts into a schema registry that a council already has, through Confluent's API; doing it again changes nothing.

What is true if we stop here: whatever was registered is whole, each version after the one before it, and the next run goes on from there. A registry gives
ids of its own: a statement written with them is not what the hub reads (see schemas/README.md), so they are told beside the hub's.
"""

import base64
import http.client
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import quote, urlsplit

from schemas.catalogue import Catalogue, Contract
from schemas.compatibility import LEVEL
from schemas.topics import AGENCIES, agency_topic

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"
PATIENCE_SECONDS = 60
LOOPBACK = ("127.0.0.1", "localhost", "::1")
CREDENTIALS = "registry"
"""The file among the secrets that holds `user:password` for the council's registry, where it wants one."""


class RegistryRefused(Exception):
    """A registry that cannot be reached, or does not take a contract; the message says which and what to do."""


class AnyRegistry(Protocol):
    """Whatever answers Confluent's API."""

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        """Ask one question and give the status and the JSON of the answer; RegistryRefused when there is none."""


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one subject: the versions that were new there, and the registry's id of each contract, by the hub's id."""

    subject: str
    new: tuple[int, ...]
    ids: Mapping[int, int]


class HttpRegistry:
    """A registry at a URL, asked over one connection."""

    def __init__(self, url: str, credentials: str | None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
            raise RegistryRefused(
                "Expected an address like https://registry.example:8081 without a user in it, found another; write it so"
            )
        if credentials and parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise RegistryRefused(
                "Expected https for a registry that wants a password, found http; the password would be readable on the way"
            )
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=PATIENCE_SECONDS)
        self._path = parts.path.rstrip("/")
        self._headers = {"Content-Type": CONTENT_TYPE, "Accept": f"{CONTENT_TYPE}, application/json"}
        if credentials:
            self._headers["Authorization"] = "Basic " + base64.b64encode(credentials.encode()).decode()

    def __enter__(self) -> Self:
        """Connect when first asked."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._connection.close()

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        """Ask one question, as `AnyRegistry` says."""
        content = None if body is None else json.dumps(body)
        try:
            self._connection.request(method, self._path + path, content, self._headers)
            answer = self._connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except (OSError, http.client.HTTPException) as error:
            raise RegistryRefused(
                f"Expected the registry to answer, found that it does not ({type(error).__name__}); check its address and certificate"
            ) from error
        except ValueError:
            raise RegistryRefused(
                "Expected an answer of Confluent's API, found something else; give the address that the API is under, for Apicurio .../apis/ccompat/v7"
            ) from None


def read_credentials(secrets: Path) -> str | None:
    """Read `user:password` for the registry from the secrets, or None where there is no such file; RegistryRefused for a file that holds something else."""
    try:
        found = (secrets / CREDENTIALS).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    if ":" not in found or "\n" in found:
        raise RegistryRefused(f"Expected user:password on one line in {secrets / CREDENTIALS}, found something else")
    return found


def subjects_to_publish(catalogue: Catalogue, agencies: Sequence[str]) -> dict[str, tuple[Contract, ...]]:
    """Give every version of each contract that these agencies tell, the oldest first, by subject (TopicRecordName)."""
    return {
        f"{agency_topic(agency)}-{newest.name}": catalogue.versions(newest.short_name)
        for newest in catalogue.statements()
        for agency in AGENCIES
        if agency in agencies and agency in newest.told_by
    }


def publish(registry: AnyRegistry, subjects: Mapping[str, Sequence[Contract]]) -> Iterator[Published]:
    """Register what is not there yet, and hold each subject to transitive compatibility; RegistryRefused when the registry does not take it."""
    for subject, versions in subjects.items():
        place = f"/subjects/{quote(subject, safe='')}"
        new, ids = [], {}
        for contract in versions:
            found = _lookup(registry, place, contract)
            if found is None:
                found = _registered(registry, place, contract)
                new.append(contract.version)
            if contract is versions[0]:
                # Before the second version goes in, so that the registry judges it too.
                _hold_compatible(registry, f"/config/{quote(subject, safe='')}")
            ids[contract.id] = found
        yield Published(subject, tuple(new), ids)


def _lookup(registry: AnyRegistry, place: str, contract: Contract) -> int | None:
    status, body = registry.ask("POST", place, {"schema": contract.schema})
    if status == http.client.NOT_FOUND:
        return None
    return _id_in(status, body, "look up", contract)


def _registered(registry: AnyRegistry, place: str, contract: Contract) -> int:
    status, body = registry.ask("POST", f"{place}/versions", {"schema": contract.schema})
    return _id_in(status, body, "register", contract)


def _hold_compatible(registry: AnyRegistry, place: str) -> None:
    status, body = registry.ask("GET", place)
    if status == http.client.OK and body.get("compatibilityLevel") == LEVEL:
        return
    status, _ = registry.ask("PUT", place, {"compatibility": LEVEL})
    if status != http.client.OK:
        raise RegistryRefused(
            f"Expected the registry to take the compatibility {LEVEL}, found that it answers {status}; ask whoever runs it for the right to set it"
        )


def _id_in(status: int, body: Any, doing: str, contract: Contract) -> int:
    if status != http.client.OK or not isinstance(body, dict) or not isinstance(body.get("id"), int):
        code = body.get("error_code") if isinstance(body, dict) else None
        raise RegistryRefused(
            f"Expected the registry to {doing} {contract.name} version {contract.version}, found that it answers {status} (code {code}); "
            "ask whoever runs it whether you may write there and whether another schema stands under this name"
        )
    found: int = body["id"]
    return found
