"""Marked words: put into everything that an agency says, and looked for in everything that the hub keeps, writes and prints."""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.connectors.feed_samples import HEALTH_ROW, POLICE_ROW
from tests.hub_parts import HubServices
from tests.system.hub_in_hand import HubInHand

MARK = "ZZMARK"
NUMBERS = ("9990000018", "9990000026", "9990000034")
"""NHS numbers of the invented range, which no key, header, log or table may hold either."""


def forms(word: str) -> Iterator[bytes]:
    """Give a word in the ways in which it could lie about: as text, narrow or wide, in other letters, in hex, in base64 at any place."""
    spelled = {word, word.lower(), word.capitalize()}
    for one in spelled:
        yield from (
            one.encode(),
            one.encode("utf-16-le"),
            one.encode().hex().encode(),
            one.encode().hex().upper().encode(),
        )
        for before in range(3):
            # The first and last signs of base64 depend on their neighbours.
            yield base64.b64encode(b"\0" * before + one.encode())[4 if before else 0 : -4]


WORDS = (MARK, *NUMBERS, *(f"{number[:3]} {number[3:6]} {number[6:]}" for number in NUMBERS))
SOUGHT = frozenset(form for word in WORDS for form in forms(word))
PLAIN = frozenset(word.encode() for word in WORDS) | {MARK.encode("utf-16-le"), MARK.lower().encode()}
"""What is looked for in large files, where every form takes its time."""


def found_in(content: bytes, sought: frozenset[bytes] = SOUGHT) -> list[bytes]:
    return [form for form in sought if form in content]


def police_row(number: int, **also: str) -> dict[str, str]:
    """Write a police row with every text marked."""
    texts = ("surname", "forenames", "address", "postcode", "kind", "summary", "conditions", "nominal_no", "record_no")
    return {**POLICE_ROW, **{name: f"{MARK}{name}{number}" for name in texts}, **also}


def health_row(number: int, nhs: str, **also: str) -> dict[str, str]:
    """Write a health row with every text marked."""
    texts = (
        "family_name",
        "given_name",
        "address",
        "postcode",
        "service",
        "reason",
        "note",
        "hospital_no",
        "contact_id",
    )
    return {**HEALTH_ROW, **{name: f"{MARK}{name}{number}" for name in texts}, "nhs_number": nhs, **also}


def value(agency: str, number: int, nhs: str | None = None, **also: Any) -> dict[str, Any]:
    """Make a concern as an agency's own producer would, with every text marked; `also` goes over the envelope."""
    moment = {"earliest": 1_711_000_000_000_000, "latest": 1_711_000_000_000_000, "wording": f"about {MARK}"}
    names = ("local_id", "upn", "family_name", "given_name", "sex", "address", "postcode")
    child = {name: f"{MARK}{agency}{name}{number}" for name in names} | {"nhs_number": nhs, "date_of_birth": None}
    envelope = {
        "agency": agency,
        "source_system": f"{MARK}-system",
        "reference": f"{MARK}-reference-{number}",
        "child": child,
        "happened": moment,
        "learned": moment,
        "assertion": "FACT",
        "sensitivity": "ROUTINE",
        "seal": "OPEN",
        "handling_conditions": f"{MARK}-conditions",
        "correlation": f"{MARK}-correlation",
        "cause": f"{MARK}-cause",
        "corrects": None,
        "retracts": None,
    }
    return {"envelope": envelope | also, "kind": f"{MARK}-kind", "summary": f"{MARK}-summary"}


def files_of(services: HubServices, cluster: Path) -> Iterable[Path]:
    """Give every file below MASH_HOME and PostgreSQL's cluster, but for what agencies said (their own words, kept a month) and secrets."""
    for folder in {services.settings.home, cluster}:
        for path in folder.rglob("*"):
            inside = str(path.relative_to(folder))
            if path.is_file() and "/agency." not in inside and not path.is_relative_to(services.settings.secrets):
                yield path


def leaks_in_files(files: Iterable[Path]) -> list[str]:
    """Say which files hold a marked word, in their content or their name."""
    leaks = []
    for path in files:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # a segment or a log that its owner has just done away with
        leaks += [f"{path}: {form!r}" for form in found_in(content + str(path).encode(), PLAIN)]
    return leaks


def leaks_in_tables(hub: HubInHand) -> list[str]:
    """Say which tables of either database hold a marked word, as PostgreSQL gives their bytes."""
    leaks = []
    for database in ("mash", "mash_keys"):
        tables = hub.sql(
            "select schemaname, tablename from pg_tables where schemaname !~ '^(pg_|information)'", database=database
        )
        assert len(tables) > 1
        for schema, table in tables:
            content = hub.copy_out(f"{schema}.{table}", database)
            leaks += [f"{database}.{table}: {form!r}" for form in found_in(content)]
    return leaks
