"""The DfE's children-in-need census (XML) as statements of children's social care.

Each dated item of an episode is one row: it becomes one statement, or is refused with its element's name and line, and the rest of the child goes in.
Items whose dates make no sense together are told as they stand: that is quality, for the hub to show. The census says whether a referral led to no
further action but not when that was decided, so no ReferralDecided is told: a moment would have to be invented. What has no day of its own (ethnicity and
disabilities where known, when an unborn child is expected) is told as of the census's year. An earlier UPN and why there is none are not told.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, tzinfo
from functools import lru_cache
from typing import Any, BinaryIO

from connectors.cin_editions import FIRST_EDITION, NEWEST_EDITION
from connectors.cin_header import CensusYear, read_year, year_by_elements
from connectors.cin_items import (
    BLOCKS,
    ITEMS_OF,
    KNOWN,
    Item,
    characteristics_of,
    day_of,
    sex_of,
    text_of,
    unborn_of,
)
from connectors.envelope import When, blank_envelope, check_envelope, local_days, no_identifiers
from connectors.formats import Format
from connectors.references import join_reference
from connectors.repeats import refuse_reused
from connectors.statement import Outcome, Outcomes, Refusal, Statement, Unreadable, plain_name
from connectors.xml_elements import Element, XmlFault, read_elements
from schemas.moments import days

AGENCY = "childrens_social_care"
SOURCE_SYSTEM = "cin-census"
WANTED = frozenset({"Child", "CollectionDetails", "Collection"})
REMEMBERED_DAYS = 4_096
Stretch = Callable[[date, date], When]
Reading = Callable[[Element], dict[str, Any] | None]
COLLECTION = re.compile(rb"<(?:[\w.-]+:)?Collection>\s*CIN\s*<")
CHILD_PARTS = frozenset({"ChildIdentifiers", "ChildCharacteristics", "CINdetails"})


def read_census(stream: BinaryIO, zone: tzinfo, first: date | None = None, last: date | None = None) -> Outcomes:
    """Read a census file (bytes) in constant memory, one outcome for each dated item; a fault of the file is a last refusal that ends reading.

    What it covers comes before the first child: from the header, or from `first` and `last` where that is silent. Days are local days of `zone`
    (Europe/London): happened and learned run from midnight to the last microsecond.
    """
    return refuse_reused(_Census(zone, first, last).outcomes(stream))


def _recognises(suffix: str, head: bytes) -> bool:
    """Know a census by its collection; one without a header by an element that only it has."""
    return suffix == ".xml" and (COLLECTION.search(head) is not None or b"LAchildID>" in head)


FORMAT = Format(
    "cin-census",
    f"DfE children-in-need census (XML), editions {FIRST_EDITION} to {NEWEST_EDITION}",
    AGENCY,
    SOURCE_SYSTEM,
    _recognises,
    lambda stream, given: read_census(stream, given.zone, given.first, given.last),
)


class _Census:
    """Reads one file: what it says of itself, then its children."""

    def __init__(self, zone: tzinfo, first: date | None, last: date | None) -> None:
        self._stretch = lru_cache(REMEMBERED_DAYS)(lambda first, last: local_days(first, last, zone))
        self._given = (first, last)
        self._year: CensusYear | None = None

    def outcomes(self, stream: BinaryIO) -> Iterator[Outcome]:
        """Give what the file covers, then the outcomes of each child."""
        children = 0
        try:
            for element in read_elements(stream, "Message", WANTED):
                if element.name != "Child":
                    yield from self._header(element)
                    continue
                children += 1
                if self._year is None:
                    self._year = year_by_elements(element, *self._given)
                    yield self._year.coverage()
                yield from _Child(element, self._stretch, self._year).outcomes()
        except XmlFault as fault:
            yield fault.refusal
            return
        if not children:
            yield Refusal(
                1, "no-children", "expected at least one Child, found none; send a whole census file", ends_reading=True
            )

    def _header(self, element: Element) -> Iterator[Outcome]:
        """Check which collection it is; its year counts only before the first child, since by then the coverage has been given."""
        for collection in [element] if element.name == "Collection" else element.named("Collection"):
            _check_collection(collection)
        if self._year is None:
            self._year = read_year(element)
            if self._year is not None:
                yield self._year.coverage()


def _check_collection(element: Element) -> None:
    if element.text != "CIN":
        sentence = f"expected the collection CIN at line {element.line}, found another; send a children-in-need census, other collections have other readers"
        raise XmlFault(element.line, "another-collection", sentence)


def _strangers(block: Element, known: frozenset[str]) -> Iterator[Refusal]:
    """Refuse elements that no edition has, or a slip in a name would lose an item in silence."""
    for part in block.parts:
        if part.name not in known:
            named = plain_name(part.name, "an element")
            sentence = (
                f"expected an element of the census (editions {FIRST_EDITION} to {NEWEST_EDITION}) in the {block.name} at line {block.line}, "
                f"found {named} at line {part.line}; correct its name"
            )
            yield Refusal(part.line, "unknown-element", sentence)


class _Child:
    """Reads one child: what its items share, and how often each kind of item fell on each day."""

    def __init__(self, element: Element, stretch: Stretch, year: CensusYear) -> None:
        self._element = element
        self._stretch = stretch
        self._year = year
        self._identifiers = element.first("ChildIdentifiers") or Element("ChildIdentifiers", element.line)
        self._local_id = text_of(self._identifiers, "LAchildID") or ""
        self._correlation: str | None = None
        self._places: dict[tuple[str, date], list[int]] = {}
        self._child = self._who()
        self._same = {
            **blank_envelope(),
            "agency": AGENCY,
            "source_system": SOURCE_SYSTEM,
            "child": self._child,
        }

    def outcomes(self) -> Iterator[Outcome]:
        """Give the child's outcomes: first a birthday that cannot be read, then what the child is, then the episodes' items in the order of the file."""
        refusal = self._read_birthday()
        if refusal is not None:
            yield refusal
        yield from _strangers(self._element, CHILD_PARTS)
        yield from self._block(self._identifiers, 0)
        yield from self._as_of_year("PregnancyRecorded", "unborn", unborn_of, self._identifiers)
        for block in self._element.named("ChildCharacteristics"):
            yield from self._block(block, 0)
            yield from self._as_of_year("ChildCharacteristicsRecorded", "characteristics", characteristics_of, block)
        episodes = self._element.named("CINdetails")
        for episode, element in enumerate(episodes):
            self._correlation = None
            yield from self._block(element, episode)
        if not episodes:
            sentence = f"expected at least one CINdetails in the Child at line {self._element.line}, found none; add the episode or leave the child out"
            yield Refusal(self._element.line, "missing-episode", sentence)

    def _read_birthday(self) -> Refusal | None:
        element = self._identifiers.first("PersonBirthDate")
        if element is None:
            return None
        try:
            self._child["date_of_birth"] = days(day_of(element))
        except Unreadable as error:
            return Refusal(element.line, error.code, f"{error} (the child's items go in without it)")
        return None

    def _as_of_year(self, event_type: str, kind: str, read: Reading, block: Element) -> Iterator[Outcome]:
        """Tell what has no day of its own as of the census's year; nothing where the file does not say it."""
        try:
            body = read(block)
            if body is not None:
                yield self._recorded(event_type, kind, body, block)
        except Unreadable as error:
            yield Refusal(block.line, error.code, f"{error} ({block.name} at line {block.line})")

    def _recorded(self, event_type: str, kind: str, body: dict[str, Any], block: Element) -> Statement:
        within = self._year.recorded()
        if within is None:
            raise Unreadable(
                "no-period",
                "expected the census's year, as of which this is told, found none; "
                "fill in Year and ReferenceDate in the Header, or say what it covers, such as --period 2024-04-01..2025-03-31",
            )
        reference = join_reference("CIN", self._local_id, kind, str(within[1].year))
        envelope = self._envelope(reference, self._stretch(*within), "SENSITIVE")
        return Statement(event_type, {"envelope": envelope, **body}, block.line, f"{self._local_id}/{kind}")

    def _block(self, block: Element, episode: int) -> Iterator[Outcome]:
        """Give a block's own items, then those of the blocks within it."""
        for item in ITEMS_OF[block.name]:
            yield from self._items(item, block, episode)
        yield from _strangers(block, KNOWN[block.name])
        for part in block.parts:
            if part.name in BLOCKS:
                yield from self._block(part, episode)

    def _items(self, item: Item, block: Element, episode: int) -> Iterator[Outcome]:
        found = [part for part in block.named(item.day) if part.text]
        owed = item.owed_by == block.name or (item.owed_by is not None and block.first(item.owed_by) is not None)
        if not found and owed:
            sentence = f"expected {item.day} in the {block.name} at line {block.line}, found none; fill it in"
            yield Refusal(block.line, "missing-date", sentence)
        for element in found if item.many else found[:1]:
            yield self._outcome(item, block, element, episode)
        for element in [] if item.many else found[1:]:
            sentence = f"expected one {item.day} in the {block.name} at line {block.line}, found another at line {element.line}; remove one"
            yield Refusal(element.line, "second-date", sentence)

    def _outcome(self, item: Item, block: Element, element: Element, episode: int) -> Outcome:
        try:
            return self._statement(item, block, element, episode)
        except Unreadable as error:
            return Refusal(
                element.line,
                error.code,
                f"{error} ({item.day} at line {element.line}, in the Child at line {self._element.line})",
            )

    def _statement(self, item: Item, block: Element, element: Element, episode: int) -> Statement:
        happened = day_of(element)
        body = item.body(block)
        reference = self._reference(item, happened, episode)
        if item.kind == "referral":
            self._correlation = reference
        envelope = self._envelope(reference, self._stretch(happened, happened), item.sensitivity(body))
        kin = f"{self._local_id}/{item.kind}"
        return Statement(item.event_type, {"envelope": envelope, **body}, element.line, kin)

    def _envelope(self, reference: str, when: When, sensitivity: str) -> dict[str, Any]:
        envelope = {
            **self._same,
            "reference": reference,
            "happened": when,
            "learned": when,
            "sensitivity": sensitivity,
            "correlation": self._correlation,
        }
        check_envelope(envelope)
        return envelope

    def _reference(self, item: Item, happened: date, episode: int) -> str:
        """Build the reference from LAchildID, kind, day and the how-manieth of that kind on that day for this child."""
        places = self._places.setdefault((item.kind, happened), [])
        if not (item.once and episode in places):
            places.append(episode)
        occurrence = places.index(episode) + 1 if item.once else len(places)
        return join_reference("CIN", self._local_id, item.kind, happened.isoformat(), str(occurrence))

    def _who(self) -> dict[str, Any]:
        return {
            **no_identifiers(),
            "local_id": self._local_id,
            "upn": text_of(self._identifiers, "UPN"),
            "sex": sex_of(self._identifiers),
        }
