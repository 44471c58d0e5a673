"""The contracts as committed: every Avro record, its id on the wire, and the lint that keeps a decoder safe.

A contract is one file in `schemas/contracts/`; shared records (the envelope) are put in where they are named. Ids live in git, in `ids.json`: nobody
registers anything at run time, and a contract whose meaning or shape changes becomes a new version: a new file with a new id, beside the earlier ones.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Any
from uuid import UUID

from fastavro import parse_schema

from schemas.canonical import Reader, compile_reader
from schemas.topics import AGENCIES
from schemas.upcasting import STEPS

SHARED = ("Envelope",)
COMPLEX = ("record", "enum", "fixed", "array", "map")
_VERSION_AND_VARIANT, _VERSION_8 = (0xF << 76) | (0x3 << 62), (0x8 << 76) | (0x2 << 62)
LARGEST_INDEX = 64
"""How many members an enum or a union may have: their index is then one byte, as `canonical.py` reads it."""


class CatalogueBroken(Exception):
    """The committed contracts do not fit together; the message says which file, what was expected and what to do."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One version of one record that may be on the wire: `schema` is the full Avro text, `fast` the same without logical types (times as integers), `reader` reads its canonical encoding."""

    id: int
    name: str
    version: int
    schema: str
    fast: Any = field(repr=False)
    reader: Reader = field(repr=False)

    @property
    def short_name(self) -> str:
        """The record's name without its namespace, for example ReferralReceived."""
        return self.name.rpartition(".")[2]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the full schema text, in hex."""
        return hashlib.sha256(self.schema.encode()).hexdigest()

    @property
    def guid(self) -> UUID:
        """The id of 16 bytes that the second wire format carries: the fingerprint's first 16 bytes as a UUID of version 8, the same in every hub."""
        return _guid(bytes.fromhex(self.fingerprint))

    @property
    def changed(self) -> str | None:
        """What this version changed and why, in a sentence; None for the first version."""
        said: str | None = json.loads(self.schema).get("changed")
        return said

    @property
    def sensitivity(self) -> str | None:
        """How sensitive a statement under this contract is where nobody says otherwise; None where the contract does not say."""
        said: str | None = json.loads(self.schema).get("sensitivity")
        return said

    @property
    def told_by(self) -> tuple[str, ...]:
        """The agencies that tell it; every one where the contract does not say."""
        return tuple(json.loads(self.schema).get("told_by", AGENCIES))


class Catalogue:
    """All contracts, every version of each, found by wire id, by GUID or by short name."""

    def __init__(self, contracts: Mapping[int, Contract]) -> None:
        self._by_id = dict(contracts)
        self._by_guid = {contract.guid.bytes: contract for contract in contracts.values()}
        self._versions: dict[str, tuple[Contract, ...]] = {}
        for contract in sorted(contracts.values(), key=lambda one: one.version):
            self._versions[contract.short_name] = (*self.versions(contract.short_name), contract)

    def __iter__(self) -> Iterator[Contract]:
        """Go through the contracts in the order of their ids."""
        return iter(sorted(self._by_id.values(), key=lambda contract: contract.id))

    def by_id(self, contract_id: int) -> Contract | None:
        """Find the contract with this wire id, or None."""
        return self._by_id.get(contract_id)

    def by_guid(self, guid: bytes) -> Contract | None:
        """Find the contract with this GUID (16 bytes), or None."""
        return self._by_guid.get(guid)

    def by_name(self, short_name: str) -> Contract | None:
        """Find the newest version of the contract with this short name, or None."""
        versions = self.versions(short_name)
        return versions[-1] if versions else None

    def versions(self, short_name: str) -> tuple[Contract, ...]:
        """Give every version of the contract with this short name, the oldest first; none for a name that no contract has."""
        return self._versions.get(short_name, ())

    def newest(self, contract: Contract) -> Contract:
        """Give the newest version of a contract of this catalogue."""
        return self._versions[contract.short_name][-1]

    def own(self, short_name: str) -> Contract:
        """Give the contract of one of the hub's own messages; CatalogueBroken when it is not among the committed ones."""
        contract = self.by_name(short_name)
        if contract is None:
            raise CatalogueBroken(
                f"expected the contract mash.hub.{short_name} among the committed ones, found none; restore schemas/contracts"
            )
        return contract

    def statements(self) -> list[Contract]:
        """List the contracts that agencies may use, the newest version of each: those in the namespace mash.events."""
        return [one for one in self if one.name.startswith("mash.events.") and one is self.newest(one)]


def load_catalogue() -> Catalogue:
    """Read the contracts committed with the hub; CatalogueBroken when one is unsafe or not the one that its id was given to."""
    return load_contracts(resources.files("schemas") / "contracts")


def load_contracts(folder: Traversable) -> Catalogue:
    """Read the contracts of a folder and their ids; CatalogueBroken as `load_catalogue` says."""
    contracts = {}
    for row in json.loads((folder / "ids.json").read_text("utf-8")):
        contract = _contract(row["id"], row["version"], _committed_text(folder, row["file"]))
        if contract.fingerprint != row["sha256"]:
            raise CatalogueBroken(
                f"{row['file']}: expected the text that id {row['id']} was given to, found another; "
                "add the changed contract as a new file with a new id (see schemas/README.md)"
            )
        contracts[contract.id] = contract
    catalogue = Catalogue(contracts)
    for short_name in {one.short_name for one in catalogue}:
        _require_whole(catalogue.versions(short_name))
    return catalogue


def _committed_text(folder: Traversable, file: str) -> str:
    try:
        return full_text(folder, file)
    except FileNotFoundError:
        raise CatalogueBroken(
            f"{file}: expected every version that has an id, found this one gone; restore it: what was written under it is still to be read"
        ) from None


def _require_whole(versions: Sequence[Contract]) -> None:
    """Refuse a contract whose versions cannot all be read as the newest, or do not say what they changed."""
    name = versions[0].name
    if [one.version for one in versions] != list(range(1, len(versions) + 1)) or {one.name for one in versions} != {
        name
    }:
        raise CatalogueBroken(
            f"{name}: expected versions 1 to {len(versions)} under one name, found {[(one.name, one.version) for one in versions]}; see schemas/README.md"
        )
    for earlier, later in pairwise(versions):
        if (earlier.short_name, earlier.version) not in STEPS:
            raise CatalogueBroken(
                f"{name}: expected a step from version {earlier.version} to {later.version}, found none; add it to schemas/upcasting.py"
            )
        if not later.changed:
            raise CatalogueBroken(
                f"{name} version {later.version}: expected the attribute `changed`, found none; say there what changed and why"
            )


def _guid(digest: bytes) -> UUID:
    free = int.from_bytes(digest[:16]) & ~_VERSION_AND_VARIANT
    return UUID(int=free | _VERSION_8)


def full_text(folder: Traversable, file: str) -> str:
    """Read one contract file and put in the shared records that it names: the text that goes on the wire's registry."""
    shared = {f"mash.{name}": json.loads((folder / f"{name}.avsc").read_text("utf-8")) for name in SHARED}
    record = json.loads((folder / file).read_text("utf-8"))
    return json.dumps(_with_shared(record, shared), separators=(",", ":"), ensure_ascii=False)


def _contract(contract_id: int, version: int, text: str) -> Contract:
    record = json.loads(text)
    lint(record)
    fast = parse_schema(_without_logical_types(record))
    return Contract(contract_id, f"{record['namespace']}.{record['name']}", version, text, fast, compile_reader(fast))


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


def lint(schema: Any) -> None:
    """Refuse a schema that could make a decoder recurse or build without end, or that the canonical check cannot walk; CatalogueBroken names the part.

    Rules: no record inside itself; no array whose items may take no bytes (a few bytes could then claim billions of items); no enum or union with
    more than 64 members (their index is one byte).
    """
    _lint(schema, frozenset(), {"null"})


def _lint(schema: Any, inside: frozenset[str], empty: set[str]) -> bool:
    """Lint one part and say whether it may take no bytes; `empty` holds the names of types that may, and learns those defined here."""
    if isinstance(schema, list):
        _require_one_byte_index("union", len(schema))
        for branch in schema:
            _lint(branch, inside, empty)
        return False
    if isinstance(schema, str):
        name = schema.rpartition(".")[2]
        if name in inside:
            raise CatalogueBroken(f"{schema}: expected no record inside itself, found one; flatten it")
        return name in empty
    kind = schema["type"]
    if kind not in COMPLEX:
        return _lint(kind, inside, empty)
    may_be_empty = _lint_complex(schema, inside, empty)
    if may_be_empty:
        empty.add(schema["name"])
    return may_be_empty


def _lint_complex(schema: Mapping[str, Any], inside: frozenset[str], empty: set[str]) -> bool:
    kind = schema["type"]
    if kind == "record":
        within = inside | {schema["name"]}
        parts = [_lint(part["type"], within, empty) for part in schema["fields"]]
        return all(parts)
    if kind == "fixed":
        return bool(schema["size"] == 0)
    if kind == "enum":
        _require_one_byte_index(f"enum {schema['name']}", len(schema["symbols"]))
    elif _lint(schema["items"] if kind == "array" else schema["values"], inside, empty) and kind == "array":
        raise CatalogueBroken(
            f"array of {schema['items']}: expected items of at least one byte, found items of none; use another type"
        )
    return False


def _require_one_byte_index(what: str, members: int) -> None:
    if members > LARGEST_INDEX:
        raise CatalogueBroken(f"{what}: expected at most {LARGEST_INDEX} members, found {members}; split it")
