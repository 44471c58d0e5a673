"""The contracts as people read them: one page with every event type, its fields in words, and the ids on the wire."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from schemas.catalogue import Catalogue, Contract

SHARED_FIELD = "envelope"
"""The field that every statement has; its record is told once, at the head of the page."""


class EditionRow(Protocol):
    """One code or element of some editions of a sector's format, and what it means; `told` is what the hub is told, empty where the code itself is."""

    @property
    def field(self) -> str:
        """What it is about."""

    @property
    def editions(self) -> str:
        """The first and the last edition that have it, for example 2017-2024."""

    @property
    def element(self) -> str:
        """Where it stands."""

    @property
    def codes(self) -> str:
        """The code; empty for an element."""

    @property
    def meaning(self) -> str:
        """What it means."""

    @property
    def told(self) -> str:
        """What the hub is told."""


class CodeRow(Protocol):
    """One code of a return that is told as it stands, and what it means."""

    @property
    def column(self) -> str:
        """The column that holds it."""

    @property
    def code(self) -> str:
        """The code."""

    @property
    def meaning(self) -> str:
        """What it means."""


def render_catalogue(catalogue: Catalogue, editions: Sequence[EditionRow] = (), codes: Sequence[CodeRow] = ()) -> str:
    """Render every version of every contract as one Markdown page, statements of agencies first, in the order of their names.

    Then what keeps its meaning across editions of the census, and what the codes of the looked-after children return mean.
    """
    statements = sorted((one for one in catalogue if _is_statement(one)), key=_order)
    of_the_hub = sorted((one for one in catalogue if not _is_statement(one)), key=_order)
    parts = [_INTRODUCTION, _register([*statements, *of_the_hub]), "\n## The envelope of every statement\n"]
    parts += _tables(_envelope(statements))
    parts.append("\n## What agencies tell\n")
    parts += [part for one in statements for part in _section(one, catalogue)]
    parts.append(
        "\n## What the hub and its feeds write themselves\n\nNone of these is a statement: the admit stage refuses them on a topic of statements.\n"
    )
    parts += [part for one in of_the_hub for part in _section(one, catalogue)]
    parts += _across_editions(editions)
    parts += _codes(codes)
    return "".join(parts)


def _is_statement(contract: Contract) -> bool:
    return contract.name.startswith("mash.events.")


def _order(contract: Contract) -> tuple[str, int]:
    return contract.short_name, contract.version


def _register(contracts: Iterable[Contract]) -> str:
    rows = [
        f"| [{_title(one)}](#{_title(one).lower().replace(' ', '-')}) | {one.id} | {one.version} | `{one.fingerprint[:12]}` | {json.loads(one.schema)['doc']} |\n"
        for one in contracts
    ]
    return "| contract | id | version | SHA-256 begins | what it tells |\n|---|---|---|---|---|\n" + "".join(rows)


def _section(contract: Contract, catalogue: Catalogue) -> Iterator[str]:
    record = json.loads(contract.schema)
    yield f"\n### {_title(contract)}\n\n{record['doc']} Full name `{contract.name}`, id {contract.id}.\n"
    if contract.changed:
        yield f"\n{contract.changed}\n"
    if contract is not catalogue.newest(contract):
        yield f"\nAn earlier version: it is still taken, and read as version {catalogue.newest(contract).version}.\n"
    if "told_by" in record:
        agencies = ", ".join(one.replace("_", " ") for one in contract.told_by)
        yield f"\nTold by {agencies}. Unless it says otherwise it is {contract.sensitivity}.\n"
    yield from _tables(record)


def _title(contract: Contract) -> str:
    return contract.short_name if contract.version == 1 else f"{contract.short_name} version {contract.version}"


def _envelope(statements: Iterable[Contract]) -> Any:
    """Give the shared record as the first statement's full text holds it."""
    record = json.loads(next(iter(statements)).schema)
    return next(field["type"] for field in record["fields"] if field["name"] == SHARED_FIELD)


def _tables(record: Any) -> Iterator[str]:
    """Render the fields of a record, and after them those of each record that is defined inside it."""
    fields = [field for field in record["fields"] if field["name"] != SHARED_FIELD]
    if "doc" in record and record["name"] == "Envelope":
        yield f"\n{record['doc']}\n"
    if not fields:
        yield "\nThe envelope, and no field of its own.\n"
        return
    yield "\n| field | type | told as | about | what it holds |\n|---|---|---|---|---|\n"
    yield from (_row(field) for field in fields)
    for inner in _inner_records(field["type"] for field in fields):
        yield f"\n`{inner['name']}`:\n"
        yield from _tables(inner)


def _row(field: Any) -> str:
    told_as, about = (field.get(name, "").replace("_", " ") for name in ("assertion", "about"))
    return f"| `{field['name']}` | {_in_words(field['type'])} | {told_as} | {about} | {field.get('doc', '')} |\n"


def _across_editions(editions: Sequence[EditionRow]) -> Iterator[str]:
    if not editions:
        return
    yield _EDITIONS
    yield from (
        f"| {one.field} | {one.editions} | `{one.element}` | {one.codes} | {one.meaning} | {one.told or one.codes} |\n"
        for one in editions
    )


def _codes(codes: Sequence[CodeRow]) -> Iterator[str]:
    if not codes:
        return
    yield _CODES
    yield from (f"| `{one.column}` | {one.code} | {one.meaning} |\n" for one in codes)


def _inner_records(kinds: Iterable[Any]) -> Iterator[Any]:
    for kind in kinds:
        for branch in kind if isinstance(kind, list) else [kind]:
            if isinstance(branch, dict) and branch["type"] == "record":
                yield branch


def _in_words(kind: Any) -> str:
    """Say an Avro type in words."""
    if isinstance(kind, list):
        return ", ".join([*(_in_words(one) for one in kind if one != "null"), "may be absent"])
    if isinstance(kind, str):
        return _NAMED.get(kind, f"`{kind}`")
    if "logicalType" in kind:
        return _LOGICAL[kind["logicalType"]]
    if kind["type"] == "array":
        return f"list of {_in_words(kind['items'])}"
    if kind["type"] == "enum":
        return f"one of {', '.join(kind['symbols'])}"
    return f"{kind['size']} bytes (`{kind['name']}`)" if kind["type"] == "fixed" else f"`{kind['name']}`"


_NAMED = {
    "string": "text",
    "int": "whole number",
    "long": "whole number (64 bits)",
    "boolean": "yes or no",
    "bytes": "bytes",
}
_LOGICAL = {"date": "day", "timestamp-micros": "moment (microseconds, UTC)"}

_INTRODUCTION = """# The contracts

This page is generated from `schemas/contracts/` by `mash contracts render docs`; a test fails when it differs from what the contracts say.

Each contract is an Avro record with a committed id. On the wire a message is a zero byte, the id in four bytes, and the record (Confluent's wire format).
A published contract is never edited: what changes becomes a new version with a new id. `schemas/README.md` says how to add one. "Told as" says whether a
field holds a fact or an opinion, "about" whom it is. `mash contracts asyncapi` prints the same for programs.

"""

_EDITIONS = """
## The same meaning across editions

Elements were renamed and codes changed between the editions of the children in need census; the hub recognises the edition and is told the same.

| about | editions | element | code | meaning | what the hub is told |
|---|---|---|---|---|---|
"""

_CODES = """
## Codes of the looked-after children return

The SSDA903 return is told with its codes as they stand; this is what they mean, as public validators have them.

| column | code | meaning |
|---|---|---|
"""
