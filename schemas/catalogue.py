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

from schemas.canonical import Reader, compile_reader

SHARED = ("Envelope",)
COMPLEX = ("record", "enum", "fixed", "array", "map")
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

    def own(self, short_name: str) -> Contract:
        """Give the contract of one of the hub's own messages; CatalogueBroken when it is not among the committed ones."""
        contract = self.by_name(short_name)
        if contract is None:
            raise CatalogueBroken(
                f"expected the contract mash.hub.{short_name} among the committed ones, found none; restore schemas/contracts"
            )
        return contract

    def statements(self) -> list[Contract]:
        """List the contracts that agencies may use: those in the namespace mash.events."""
        return [contract for contract in self if contract.name.startswith("mash.events.")]


def load_catalogue() -> Catalogue:
    """Read the contracts committed with the hub; CatalogueBroken when one is unsafe or not the one that its id was given to."""
    return load_contracts(resources.files("schemas") / "contracts")


def load_contracts(folder: Traversable) -> Catalogue:
    """Read the contracts of a folder and their ids; CatalogueBroken as `load_catalogue` says."""
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
