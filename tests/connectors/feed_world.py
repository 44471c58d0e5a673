"""A feed of a few invented rows, logs that break off, and the hub's own judgement of what stands after all that was told."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import count
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from connectors.comparing import Digester
from connectors.delivery import Desk, Source
from connectors.envelope import blank_envelope, local_day, no_identifiers, time_zone
from connectors.feed_memory import FeedMemory
from connectors.producer import FeedBroken, StatementLog
from connectors.statement import Coverage, Outcome, Statement
from projections.chronology.amendments import settle
from projections.chronology.entry import Entry, Span
from schemas.catalogue import load_catalogue
from schemas.codec import decode
from schemas.moments import moment
from schemas.topics import agency_topic

CATALOGUE = load_catalogue()
LONDON = time_zone()
AGENCY, SYSTEM = "childrens_social_care", "case-system"
START = 1_770_000_000_000_000
KEY = b"an invented key of the tests"


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the feed: its number and day make the reference, its child and kind the kin."""

    number: int
    words: str = "a"
    child: int = 1
    day: int = 1
    kind: str = "concern"
    seal: str = "OPEN"


def statement(fact: Fact, line: int = 1) -> Statement:
    when = local_day(datetime(2024, 3, fact.day, tzinfo=UTC).date(), LONDON)
    envelope = {
        **blank_envelope(),
        "agency": AGENCY,
        "source_system": SYSTEM,
        "reference": f"R/{fact.number}/{fact.day}",
        "child": {**no_identifiers(), "local_id": f"LA-{fact.child}"},
        "happened": when,
        "learned": when,
        "seal": fact.seal,
    }
    body = {"kind": fact.words, "summary": "an invented matter"}
    return Statement("ConcernRaised", {"envelope": envelope, **body}, line, f"LA-{fact.child}/{fact.kind}")


def in_error(fact: Fact) -> Statement:
    """Give the row of a fact that its agency marked as entered in error."""
    said = statement(fact)
    envelope = {**said.value["envelope"], "retracts": said.reference}
    return replace(said, event_type="StatementRetracted", value={"envelope": envelope, "reason": "entered in error"})


def snapshot(*facts: Fact, scope: str = "all", whole: bool = True, beside: Sequence[Outcome] = ()) -> Source:
    """Give a file that states these facts; `beside` are outcomes after them."""
    coverage = Coverage(scope, "invented children", whole)
    outcomes = [coverage, *(statement(fact, line) for line, fact in enumerate(facts, start=2)), *beside]
    fingerprint = blake2b(repr((facts, scope, whole, list(beside))).encode(), digest_size=16).digest()
    return Source(AGENCY, SYSTEM, "invented", fingerprint, lambda: iter(outcomes), coverage)


def desk(memory: FeedMemory, log: StatementLog, clock: Iterator[int] | None = None, batch: int = 3) -> Desk:
    ticks = clock or count(START, 1_000_000)
    return Desk(
        catalogue=CATALOGUE,
        memory=memory,
        digester=Digester(KEY),
        log=log,
        now=lambda: next(ticks),
        new_id=lambda: next(ticks).to_bytes(16, "big"),
        zone=LONDON,
        batch=batch,
    )


@dataclass
class Broker:
    """What the broker has, and what an agency's connection to it does: it may break off, with some of what was not yet acknowledged arriving and some not.

    `breaks_at` counts calls; `arrive` says how many of the messages on their way get through when it breaks.
    """

    kept: list[tuple[str, bytes]] = field(default_factory=list)
    on_their_way: list[tuple[str, bytes]] = field(default_factory=list)
    breaks_at: int | None = None
    arrive: int = 0

    def publish(self, topic: str, message: bytes) -> None:
        self._call()
        self.on_their_way.append((topic, message))

    def flush(self) -> int:
        self._call()
        self.kept += self.on_their_way
        self.on_their_way = []
        return len(self.kept)

    def _call(self) -> None:
        if self.breaks_at is None:
            return
        self.breaks_at -= 1
        if self.breaks_at < 0:
            self.kept += self.on_their_way[: self.arrive]
            self.on_their_way, self.breaks_at = [], None
            raise FeedBroken("expected a broker, found none", 0)

    def told(self) -> list[dict[str, Any]]:
        """Give the statements that are kept, in order, with their event type; repeats to the byte are one, and a reference has one content."""
        found: dict[str, tuple[bytes, dict[str, Any]]] = {}
        for topic, message in self.kept:
            if topic != agency_topic(AGENCY):
                continue
            read = decode(CATALOGUE, message)
            reference = read.value["envelope"]["reference"]
            first, _ = found.setdefault(reference, (message, {"event_type": read.contract.short_name, **read.value}))
            assert first == message, f"{reference} was told with two contents"
        return [value for _, value in found.values()]

    def deliveries(self) -> list[dict[str, Any]]:
        """Give what was said of deliveries."""
        return [decode(CATALOGUE, message).value for topic, message in self.kept if topic != agency_topic(AGENCY)]


def event_id(reference: str | None) -> UUID | None:
    return None if reference is None else uuid5(NAMESPACE_URL, reference)


def _entry(value: dict[str, Any], place: int) -> Entry:
    envelope = value["envelope"]
    one = event_id(envelope["reference"])
    assert one is not None
    return Entry(
        event_id=one,
        child=uuid5(NAMESPACE_URL, envelope["child"]["local_id"]),
        agency=AGENCY,
        event_type=value["event_type"],
        happened=_span(envelope["happened"]),
        learned=_span(envelope["learned"]),
        received=datetime(2026, 6, 1, tzinfo=UTC) + timedelta(seconds=place),
        assertion=envelope["assertion"],
        sensitivity=envelope["sensitivity"],
        seal=envelope["seal"],
        correlation=None,
        corrects=event_id(envelope["corrects"]),
        retracts=event_id(envelope["retracts"]),
        content_digest=b"",
    )


def _span(when: dict[str, Any]) -> Span:
    return Span(moment(when["earliest"]), moment(when["latest"]))


def standing(told: Iterable[dict[str, Any]]) -> Counter[str]:
    """Say what stands in the hub's own judgement, each child's record for itself: child, kind and day of each."""
    by_child: dict[UUID, list[Entry]] = {}
    said = {}
    for place, value in enumerate(told):
        entry = _entry(value, place)
        by_child.setdefault(entry.child, []).append(entry)
        said[entry.event_id] = _said(value)
    return Counter(said[one] for entries in by_child.values() for one in settle(entries).versions)


def _said(value: dict[str, Any]) -> str:
    envelope = value["envelope"]
    return json.dumps(
        [envelope["child"]["local_id"], value.get("kind"), envelope["happened"]["earliest"], envelope["seal"]]
    )


def stated(facts: Iterable[Fact]) -> Counter[str]:
    """Say what should stand after a file that states these facts."""
    return Counter(_said(statement(fact).value) for fact in facts)
