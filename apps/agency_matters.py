"""What an agency has to look at among its own entries: contradictions that it was told of, and entries that stood in another child's record. Ids and kinds alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from projections.casework import CaseworkStore
from projections.identity.noted_pairs import came_apart
from projections.identity.review_list import ReviewList
from projections.identity.strands import Pair
from query.identity_desk import Known, known_identity
from query.wrong_views import Past, wrong_of

Kind = Literal["discrepancy", "shown in another child's record"]
SHOWN_SINCE = timedelta(days=30)
WHERE_TO_ASK = "ask the MASH analysts, who name the record to whoever may open it"


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to look at: its kind, what it is about in a word, since when (UTC), and which of the agency's own entries."""

    kind: Kind
    about: str
    since: datetime
    entries: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """Where it is known from: what people said, what they decided, and what was shown up to now."""

    casework: CaseworkStore
    decisions: ReviewList
    past: Past


def matters_of(told: Told, agency: str) -> tuple[Matter, ...]:
    """List what this agency has to look at: open discrepancies, and for 30 days what was shown wrongly; the oldest first."""
    return tuple(sorted([*_discrepancies(told, agency), *_shown_wrongly(told, agency)], key=lambda one: one.since))


def matter_lines(matters: Sequence[Matter]) -> Iterator[str]:
    """Say each in a line, and last where to ask."""
    for one in matters:
        entries = ", ".join(str(event_id) for event_id in one.entries)
        yield f"  {one.kind} ({one.about}) since {one.since:%Y-%m-%d}, entries of the agency: {entries}"
    if matters:
        things = f"{len(matters)} things" if len(matters) > 1 else "1 thing"
        yield f"  {things} of the agency's to look at: {WHERE_TO_ASK}."


def _discrepancies(told: Told, agency: str) -> Iterator[Matter]:
    newest = {one.contradiction_id: one for one in told.casework.open_notices(agency)}
    for one in newest.values():
        yield Matter("discrepancy", one.kind.replace("_", " "), one.said.at, _own(told, agency, one.entries))


def _own(told: Told, agency: str, entries: Iterable[UUID]) -> tuple[UUID, ...]:
    events = told.past.records.events(frozenset(entries))
    return tuple(sorted(UUID(bytes=one.header.event_id) for one in events if one.header.agency == agency))


def _shown_wrongly(told: Told, agency: str) -> Iterator[Matter]:
    """Name what was shown of two children who came apart lately, once for each two: a person kept them apart, or a rule's link holds no longer."""
    matters: dict[frozenset[UUID], Matter] = {}
    for known, pair, since in _came_apart(told):
        children = frozenset(map(known.children.child_of, pair))
        entries = () if children in matters else wrong_of(told.past, known, *pair).entries.get(agency, ())
        if entries:
            about = "two children were taken for one"
            matters[children] = Matter("shown in another child's record", about, since, entries)
    yield from matters.values()


def _came_apart(told: Told) -> Iterator[tuple[Known, Pair, datetime]]:
    earliest = told.past.until - SHOWN_SINCE
    for one in told.decisions.kept_apart_since(earliest):
        known = known_identity(told.past.records, (one.left, one.right))
        if known.children.decision_of(one.left, one.right) == one:
            yield known, (one.left, one.right), one.at
    for pair in told.decisions.parted_since(earliest):
        known = known_identity(told.past.records, pair)
        since = came_apart(known.said, *pair)
        if since is not None and since >= earliest:
            yield known, pair, since
