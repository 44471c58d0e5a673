"""Which format each file is of: by its name and its first bytes, or as the person says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from hashlib import blake2b, file_digest
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, ProgressColumn, TextColumn

from connectors.delivery import Source, look_at
from connectors.envelope import time_zone
from connectors.formats import HEAD_BYTES, Format, Given
from connectors.known_formats import KNOWN, agency_formats, mapped_formats
from connectors.mapping import Mapping
from connectors.mapping_file import load_mapping, shipped_mapping, shipped_mappings
from connectors.statement import Outcome
from schemas.catalogue import Catalogue

EVERY_ROWS = 100


class NotRecognised(Exception):
    """Nothing says how a file is read; the message says what to add."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said on the command line beside the files."""

    mapping: str | None = None
    format: str | None = None
    agency: str | None = None
    first: date | None = None
    last: date | None = None
    withdraw_many: bool = False


def formats_of(asked: Asked, catalogue: Catalogue) -> tuple[Format, ...]:
    """Give the formats that may be meant, in the order in which they are tried."""
    found = KNOWN
    if asked.agency is not None:
        found += agency_formats(catalogue, asked.agency)
    if asked.mapping is not None:
        found += mapped_formats(_mapping(asked.mapping, catalogue))
    return found


def format_of(file: Path, formats: Iterable[Format], asked: Asked) -> Format:
    """Find the format of one file; NotRecognised says what is missing."""
    known = list(formats)
    if asked.format is not None:
        known = [one for one in known if one.name == asked.format]
    else:
        with file.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        known = [one for one in known if one.recognises(file.suffix.lower(), head)]
    if not known:
        raise NotRecognised(_unknown(file, asked))
    return known[0]


def _unknown(file: Path, asked: Asked) -> str:
    names = ", ".join(one.name for one in KNOWN)
    if asked.format is not None:
        return (
            f"{file.name}: expected --format to be one of {names}, ndjson with --agency, or csv or excel with --mapping, found another or nothing beside it; "
            "correct the command"
        )
    return (
        f"{file.name}: expected a file of a known format ({names}) or a mapping to read it with, found neither; add --mapping with one of "
        f"{', '.join(shipped_mappings())} or a .toml file, or --agency for newline-delimited JSON"
    )


def _mapping(name: str, catalogue: Catalogue) -> Mapping:
    return load_mapping(Path(name), catalogue) if name.endswith(".toml") else shipped_mapping(name, catalogue)


def source_of(file: Path, kind: Format, asked: Asked, bars: Progress) -> Source:
    """Make what is delivered of one file; each reading of it gets a bar of its own."""
    given = Given(time_zone(), asked.first, asked.last)
    first_look = partial(_outcomes, file, kind, given, None)
    source = look_at(kind, first_look, _fingerprint(file, kind, asked), file.stem)
    return replace(source, read=partial(_outcomes, file, kind, given, bars), withdraw_many=asked.withdraw_many)


def _outcomes(file: Path, kind: Format, given: Given, bars: Progress | None) -> Iterator[Outcome]:
    with file.open("rb") as opened:
        if bars is None:
            yield from kind.read(opened, given)
            return
        task = bars.add_task(file.name, total=file.stat().st_size, rows=0)
        rows = 0
        for rows, outcome in enumerate(kind.read(opened, given), start=1):
            if rows % EVERY_ROWS == 0:
                bars.update(task, rows=rows, completed=opened.tell())
            yield outcome
        bars.update(task, rows=rows, completed=file.stat().st_size)


def _fingerprint(file: Path, kind: Format, asked: Asked) -> bytes:
    """Digest a file's bytes and how they are read: the same again is the same delivery, if it was interrupted."""
    with file.open("rb") as opened:
        content = file_digest(opened, "blake2b").digest()
    said = f"{kind.name}|{kind.agency}|{kind.source_system}|{asked.mapping}|{asked.first}|{asked.last}"
    return blake2b(content + said.encode(), digest_size=16).digest()


def columns() -> tuple[ProgressColumn, ...]:
    """Give the columns of a file's bar."""
    named = TextColumn("{task.description}", markup=False)
    return named, BarColumn(), DownloadColumn(), TextColumn("{task.fields[rows]} rows")
