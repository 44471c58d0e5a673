"""One child's merged chronology: a pure function of the set of statements, whatever their order, repeats and lateness.

What the agencies' amendments mean is said in `projections/chronology/amendments.py`. For a reader who may not know of some entries, merge those that they may
know of: then nothing of the others shows, not even as an oddity.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from projections.chronology.amendments import Oddity, Settled, settle, version_order
from projections.chronology.entry import Entry, Span
from projections.chronology.uncertain import happened_order


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chronology: the statement that stands, and the versions that it replaced, oldest first."""

    entry: Entry
    superseded: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Retracted:
    """A statement that its own agency withdrew, and the statements that withdrew it (event ids, sorted)."""

    entry: Entry
    by: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Chronology:
    """A child's lines in the order in which they happened, what was withdrawn, and what does not fit together."""

    timeline: tuple[Line, ...]
    retracted: tuple[Retracted, ...]
    oddities: tuple[Oddity, ...]


def merge(entries: Iterable[Entry]) -> Chronology:
    """Merge one child's statements into a chronology; the order and repeats of `entries` do not matter."""
    settled = settle(entries)
    lines = (Line(settled.known[standing], _superseded(settled, standing)) for standing in settled.versions)
    retracted = (Retracted(settled.known[one], tuple(sorted(by))) for one, by in settled.withdrawn_by.items())
    return Chronology(
        tuple(sorted(lines, key=lambda line: happened_order(line.entry))),
        tuple(sorted(retracted, key=lambda one: happened_order(one.entry))),
        settled.oddities,
    )


def as_known_at(entries: Iterable[Entry], moment: datetime) -> Chronology:
    """Merge what the hub had received at or before `moment`: the chronology as it could be read then, without hindsight (WT13 4.10)."""
    return merge(entry for entry in entries if entry.received <= moment)


def digest(chronology: Chronology) -> bytes:
    """Give the SHA-256 (32 bytes) of a chronology's canonical form.

    Neither the child's random pseudonym nor the broker's stamps are in it, so the same statements sent in the same order through another hub with
    the same keys give the same digest. Oddities of times are left out, since the times say them.
    """
    form = {
        "timeline": [[_form(line.entry), _forms(line.superseded)] for line in chronology.timeline],
        "retracted": [[_form(one.entry), [by.hex for by in one.by]] for one in chronology.retracted],
        "oddities": [[odd.kind, odd.event_id.hex, odd.target.hex] for odd in chronology.oddities if odd.target],
    }
    return hashlib.sha256(json.dumps(form, separators=(",", ":"), sort_keys=True).encode()).digest()


def _superseded(settled: Settled, standing: UUID) -> tuple[Entry, ...]:
    return tuple(sorted((settled.known[one] for one in settled.versions[standing]), key=version_order))


def _forms(entries: Sequence[Entry]) -> list[list[str]]:
    return [_form(entry) for entry in entries]


def _form(entry: Entry) -> list[str]:
    """Give every field of a header but the child's pseudonym and the broker's stamp."""
    said = [entry.event_id.hex, entry.agency, entry.event_type, entry.assertion, entry.sensitivity, entry.seal]
    tied = [entry.correlation.hex() if entry.correlation else "", str(entry.corrects), str(entry.retracts)]
    return [*said, *_span(entry.happened), *_span(entry.learned), *tied, entry.content_digest.hex()]


def _span(span: Span) -> tuple[str, str]:
    return span.earliest.isoformat(), span.latest.isoformat()
