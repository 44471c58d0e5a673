"""The DfE's children-in-need census (XML) as statements of children's social care.

Each dated item of an episode is one row: it becomes one statement, or is refused with its element's name and line, and the rest of the child goes in.
Items whose dates make no sense together are told as they stand: that is quality, for the hub to show. The census says whether a referral led to no
further action but not when that was decided, so no ReferralDecided is told: a moment would have to be invented.
"""

from collections.abc import Iterator
from datetime import date, tzinfo
from typing import Any, BinaryIO

from connectors.cin_items import BLOCKS, ITEMS, Item, day_of, sex_of, text_of
from connectors.envelope import blank_envelope, check_envelope, local_day, no_identifiers
from connectors.references import join_reference
from connectors.repeats import refuse_reused
from connectors.statement import Outcome, Outcomes, Refusal, Statement, Unreadable, plain_name
from connectors.xml_elements import Element, XmlFault, read_elements
from schemas.moments import days

AGENCY = "childrens_social_care"
SOURCE_SYSTEM = "cin-census"
WANTED = frozenset({"Child", "Collection"})
CHILD_PARTS = frozenset({"ChildIdentifiers", "ChildCharacteristics", "CINdetails"})


def read_census(stream: BinaryIO, zone: tzinfo) -> Outcomes:
    """Read a census file (bytes) in constant memory, one outcome for each dated item; a fault of the file is a last refusal that ends reading.

    Days are local days of `zone` (Europe/London): happened and learned run from midnight to the last microsecond.
    """
    return refuse_reused(_outcomes(stream, zone))


def _outcomes(stream: BinaryIO, zone: tzinfo) -> Outcomes:
    children = 0
    try:
        for element in read_elements(stream, "Message", WANTED):
            if element.name == "Collection":
                _check_collection(element)
                continue
            children += 1
            yield from _Child(element, zone).outcomes()
    except XmlFault as fault:
        yield fault.refusal
        return
    if not children:
        yield Refusal(
            1, "no-children", "expected at least one Child, found none; send a whole census file", ends_reading=True
        )


def _check_collection(element: Element) -> None:
    if element.text != "CIN":
        sentence = f"expected the collection CIN at line {element.line}, found another; send a children-in-need census, other collections have other readers"
        raise XmlFault(element.line, "another-collection", sentence)


def _strangers(block: Element, known: frozenset[str]) -> Iterator[Refusal]:
    """Refuse elements that no edition has, or a slip in a name would lose an item in silence."""
    for part in block.parts:
        if part.name not in known:
            named = plain_name(part.name, "an element")
            sentence = f"expected an element of the census in the {block.name} at line {block.line}, found {named} at line {part.line}; correct its name"
            yield Refusal(part.line, "unknown-element", sentence)


class _Child:
    """Reads one child: what its items share, and how often each kind of item fell on each day."""

    def __init__(self, element: Element, zone: tzinfo) -> None:
        self._element = element
        self._zone = zone
        self._identifiers = element.first("ChildIdentifiers") or Element("ChildIdentifiers", element.line)
        self._local_id = text_of(self._identifiers, "LAchildID") or ""
        self._correlation: str | None = None
        self._places: dict[tuple[str, date], list[int]] = {}
        self._born: date | None = None

    def outcomes(self) -> Iterator[Outcome]:
        """Give the child's outcomes: first a birthday that cannot be read, then the episodes' items in the order of the file."""
        refusal = self._read_birthday()
        if refusal is not None:
            yield refusal
        yield from _strangers(self._element, CHILD_PARTS)
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
            self._born = day_of(element)
        except Unreadable as error:
            return Refusal(element.line, error.code, f"{error} (the child's items go in without it)")
        return None

    def _block(self, block: Element, episode: int) -> Iterator[Outcome]:
        """Give a block's own items, then those of the blocks within it."""
        items = [item for item in ITEMS if item.block == block.name]
        for item in items:
            yield from self._items(item, block, episode)
        yield from _strangers(block, BLOCKS[block.name] | {item.day for item in items} | BLOCKS.keys())
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
        when = local_day(happened, self._zone)
        envelope = {
            **blank_envelope(),
            "agency": AGENCY,
            "source_system": SOURCE_SYSTEM,
            "reference": reference,
            "child": self._child(),
            "happened": when,
            "learned": when,
            "sensitivity": item.sensitivity(body),
            "correlation": self._correlation,
        }
        check_envelope(envelope)
        return Statement(item.event_type, {"envelope": envelope, **body}, element.line)

    def _reference(self, item: Item, happened: date, episode: int) -> str:
        """Build the reference from LAchildID, kind, day and the how-manieth of that kind on that day for this child."""
        places = self._places.setdefault((item.kind, happened), [])
        if not (item.once and episode in places):
            places.append(episode)
        occurrence = places.index(episode) + 1 if item.once else len(places)
        return join_reference("CIN", self._local_id, item.kind, happened.isoformat(), str(occurrence))

    def _child(self) -> dict[str, Any]:
        return {
            **no_identifiers(),
            "local_id": self._local_id,
            "upn": text_of(self._identifiers, "UPN"),
            "date_of_birth": None if self._born is None else days(self._born),
            "sex": sex_of(self._identifiers),
        }
