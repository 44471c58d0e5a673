"""Taking a record out of the hub as a document: through the door, as every opening, with the digest of the very bytes that are given.

Two rules must allow it: opening the record, and exporting it. The order is the door's: decide; read; open in memory; write; record the disclosure; give the bytes.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from access_policy.question import ChildRecord, Decision
from access_policy.vocabulary import EXPORT_RECORD, OPEN_RECORD
from projections.chronology.opened import Opened
from query.disclosure import Disclosure
from query.door import Attempt, Door, Refused, StaffMember, Wanted, begin, breakage_recorded, decide, record, refuse
from query.open_record import composed
from query.outputs.anonymous import Anonymised
from query.outputs.compiling import document_of
from query.outputs.document import FORMATS, PROFILES, Output
from query.outputs.glossary import glossary_of
from query.outputs.voice import Named, Voice
from query.outputs.writing import WRITINGS
from query.view import RecordView


@dataclass(frozen=True, slots=True)
class Produced:
    """One output: its disclosure, the very bytes whose digest that holds, their media type, and a file name that says nothing of whom it is about."""

    disclosure_id: UUID
    content: bytes = field(repr=False)
    media_type: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which child's record is taken out, why, and as the hub knew it when (None: now)."""

    child: UUID = field(repr=False)
    purpose: str | None
    as_known_at: datetime | None = None


def produce_output(door: Door, staff: StaffMember, asked: Asked, output: Output) -> Produced | Refused:
    """Give a record as a document for a stated purpose; a refusal is recorded as one. Errors are those of `open_record`."""
    attempt = begin(door, staff, asked.purpose, Wanted(EXPORT_RECORD, asked.child, asked.as_known_at))
    decisions = _decisions(door, attempt)
    if not decisions[-1].allowed:
        return refuse(door, attempt, decisions[-1])
    # Crash until the record is written: nothing has left the door.
    made = composed(door, attempt, asked.child)
    if isinstance(made, Decision):
        return refuse(door, attempt, made)
    with breakage_recorded(door, made.attempt):
        content = written(made.view, attempt.disclosure_id, made.material.opened, output)
    record(door, made.attempt, made.showing(content, *decisions))
    # Crash from here on: the disclosure says more than was given, never less.
    writing = WRITINGS[output.format]
    name = f"chronology-{attempt.disclosure_id.hex[:8]}.{writing.ending}"
    return Produced(attempt.disclosure_id, content, writing.media_type, name)


def written(view: RecordView, disclosure_id: UUID, opened: Iterable[Opened], output: Output) -> bytes:
    """Write a view as an output; the same view, entries and output give the same bytes at any time."""
    voice: Voice = Anonymised(view, glossary_of(opened)) if output.anonymised else Named(view)
    return WRITINGS[output.format].write(document_of(view, disclosure_id, output, voice))


def made_again(disclosure: Disclosure, view: RecordView, opened: Iterable[Opened]) -> bytes | None:
    """Find the output whose digest a disclosure holds, by making every one of the same view; None when none of them is it."""
    told = tuple(opened)
    every = (written(view, disclosure.disclosure_id, told, output) for output in every_output())
    return next((one for one in every if hashlib.sha256(one).digest() == disclosure.digest), None)


def every_output() -> Iterator[Output]:
    """Give every output that can be asked for."""
    for output_format in FORMATS:
        for profile in PROFILES:
            yield Output(output_format, profile)
            yield Output(output_format, profile, anonymised=True)


def _decisions(door: Door, attempt: Attempt) -> list[Decision]:
    """Ask for opening first and for exporting then; the last is the one that refuses, if one does."""
    opening = decide(door, replace(attempt, wanted=replace(attempt.wanted, action=OPEN_RECORD)), ChildRecord())
    return [opening, decide(door, attempt, ChildRecord())] if opening.allowed else [opening]
