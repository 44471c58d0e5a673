"""The contracts as committed: every Avro record, its id on the wire, and the lint that keeps a decoder safe.

A contract is one file in `schemas/contracts/`; shared records (the envelope) are put in where they are named. Ids live in git, in `ids.json`: nobody
registers anything at run time, and a contract whose meaning or shape changes gets a new id.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from fastavro import parse_schema

from schemas.canonical import Check, compile_check

SHARED = ("Envelope",)
PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})


class CatalogueBroken(Exception):
    """The committed contracts do not fit together; the message says which file, what was expected and what to do."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One version of one record that may be on the wire: `schema` is the full Avro text, `fast` the same without logical types (times as integers), `check` its canonical form."""

    id: int
    name: str
    version: int
    schema: str
    fast: Any = field(repr=False)
    check: Check = field(repr=False)

    @property
    def short_name(self) -> str:
        """The record's name without its namespace, for example ReferralReceived."""
        return self.name.rpartition(".")[2]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the full schema text, in hex."""
        return hashlib.sha256(self.schema.encode()).hexdigest()


class Catalogue:
    """All contracts, found by wire id or by short name."""

    def __init__(self, contracts: Mapping[int, Contract]) -> None:
        self._by_id = dict(contracts)
        self._by_name = {contract.short_name: contract for contract in contracts.values()}

    def __iter__(self) -> Iterator[Contract]:
        """Go through the contracts in the order of their ids."""
        return iter(sorted(self._by_id.values(), key=lambda contract: contract.id))

    def by_id(self, contract_id: int) -> Contract | None:
        """Find the contract with this wire id, or None."""
        return self._by_id.get(contract_id)

    def by_name(self, short_name: str) -> Contract | None:
        """Find the newest contract with this short name, or None."""
        return self._by_name.get(short_name)

    def statements(self) -> list[Contract]:
        """List the contracts that agencies may use: those in the namespace mash.events."""
        return [contract for contract in self if contract.name.startswith("mash.events.")]


def load_catalogue() -> Catalogue:
    """Read the committed contracts; CatalogueBroken when one is missing, unsafe or not the one that its id was given to."""
    folder = resources.files("schemas") / "contracts"
    contracts = {}
    for row in json.loads((folder / "ids.json").read_text("utf-8")):
        contract = _contract(row["id"], row["version"], full_text(folder, row["file"]))
        if contract.fingerprint != row["sha256"]:
            raise CatalogueBroken(
                f"{row['file']}: expected the text that id {row['id']} was given to, found another; "
                "add the changed contract as a new file with a new id (see schemas/README.md)"
            )
        contracts[contract.id] = contract
    return Catalogue(contracts)


def full_text(folder: Traversable, file: str) -> str:
    """Read one contract file and put in the shared records that it names: the text that goes on the wire's registry."""
    shared = {f"mash.{name}": json.loads((folder / f"{name}.avsc").read_text("utf-8")) for name in SHARED}
    record = json.loads((folder / file).read_text("utf-8"))
    return json.dumps(_with_shared(record, shared), separators=(",", ":"), ensure_ascii=False)


def _contract(contract_id: int, version: int, text: str) -> Contract:
    record = json.loads(text)
    lint(record)
    fast = parse_schema(_without_logical_types(record))
    return Contract(contract_id, f"{record['namespace']}.{record['name']}", version, text, fast, compile_check(fast))


def _with_shared(part: Any, shared: dict[str, Any]) -> Any:
    """Put each shared record in where it is first named; later mentions keep the name, as Avro wants it."""
    if isinstance(part, dict):
        return {
            key: _with_shared(value, shared) if key in {"type", "fields", "items", "values"} else value
            for key, value in part.items()
        }
    if isinstance(part, list):
        return [_with_shared(item, shared) for item in part]
    return shared.pop(part, part) if isinstance(part, str) else part


def _without_logical_types(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _without_logical_types(value) for key, value in part.items() if key != "logicalType"}
    if isinstance(part, list):
        return [_without_logical_types(item) for item in part]
    return part


def lint(schema: Any, inside: frozenset[str] = frozenset()) -> None:
    """Refuse a schema that could make a decoder recurse or build without end; CatalogueBroken names the record.

    Rules: no record inside itself; no array or map whose items may take no bytes (a few bytes could then claim billions of items).
    """
    if isinstance(schema, list):
        for branch in schema:
            lint(branch, inside)
    elif isinstance(schema, dict):
        _lint_named(schema, inside)
    elif isinstance(schema, str) and schema.rpartition(".")[2] in inside:
        raise CatalogueBroken(f"{schema}: expected no record inside itself, found one; flatten it")


def _lint_named(schema: Mapping[str, Any], inside: frozenset[str]) -> None:
    kind = schema["type"]
    if kind == "record":
        for part in schema["fields"]:
            lint(part["type"], inside | {schema["name"]})
    elif kind in {"array", "map"}:
        items = schema["items"] if kind == "array" else schema["values"]
        if kind == "array" and _may_be_empty(items):
            raise CatalogueBroken(
                f"array of {items}: expected items of at least one byte, found items of none; use another type"
            )
        lint(items, inside)
    elif isinstance(kind, dict | list):
        lint(kind, inside)


def _may_be_empty(schema: Any) -> bool:
    if schema == "null":
        return True
    if not isinstance(schema, dict):
        return False
    if schema["type"] == "record":
        return all(_may_be_empty(part["type"]) for part in schema["fields"])
    return bool(schema["type"] == "null" or (schema["type"] == "fixed" and schema["size"] == 0))
