"""Which entries of other children speak of the same household: keyed tokens over an address, an agency's id of a household, or a person's name and date of birth.

A token is 16 bytes of HMAC-SHA256, so that the table tells nobody without the root key where anybody lives. It only says which entries to look at: whoever asks
is shown another child because of entries that they may read, opened and compared again.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from projections.chronology.opened import Fields
from projections.household_words import address_words, house_numbers, postcode_of, same_name
from schemas.moments import day, moment
from schemas.sealed import Header

TokenKind = Literal["address", "household", "person"]
Text = tuple[TokenKind, str]
"""What is the same in two entries: its kind, and its text in the form that is compared."""
Keyed = Callable[[str, str], bytes]
"""Gives 16 bytes of a (kind, text): a keyed fingerprint."""


@dataclass(frozen=True, slots=True)
class HouseholdToken:
    """A fingerprint that an entry of a strand carries, and when the hub received the entry (aware UTC)."""

    token: bytes = field(repr=False)
    kind: TokenKind
    strand: UUID = field(repr=False)
    event_id: UUID
    received: datetime


@dataclass(frozen=True, slots=True)
class SharedToken:
    """An entry `mine` and an entry of another strand that carry the same fingerprint."""

    kind: TokenKind
    mine: UUID
    strand: UUID = field(repr=False)
    event_id: UUID


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a long list: at most `limit` of it, after the first `skip`."""

    limit: int
    skip: int = 0


class HouseholdTokens(Protocol):
    """Where the fingerprints are kept; a token told again changes nothing."""

    def add(self, tokens: Iterable[HouseholdToken]) -> None:
        """Keep tokens; durable with the caller's transaction."""
        ...

    def newest(self, event_ids: Sequence[UUID], page: Page) -> tuple[UUID, ...]:
        """Find the entries of any strand that share a token with one of these, which are themselves left out: those received last first, then by id; a page of them."""
        ...

    def shared(self, event_ids: Sequence[UUID], strands: Collection[UUID]) -> frozenset[SharedToken]:
        """Find the entries of some strands that share a token with one of these entries; of these, which are themselves left out, the one with the smallest id stands for all that carry a token."""
        ...


class MemoryHouseholdTokens:
    """What keeping fingerprints means, in memory."""

    def __init__(self) -> None:
        self._by_token: dict[bytes, set[HouseholdToken]] = defaultdict(set)

    def add(self, tokens: Iterable[HouseholdToken]) -> None:
        """Keep tokens."""
        for one in tokens:
            self._by_token[one.token].add(one)

    def newest(self, event_ids: Sequence[UUID], page: Page) -> tuple[UUID, ...]:
        """Find the entries that share a token with one of these, the newest first; a page of them."""
        found = {other.event_id: other.received for _, other in self._beside(event_ids)}
        by_id = sorted(found)
        return tuple(sorted(by_id, key=lambda one: found[one], reverse=True)[page.skip : page.skip + page.limit])

    def shared(self, event_ids: Sequence[UUID], strands: Collection[UUID]) -> frozenset[SharedToken]:
        """Find the entries of some strands that share a token with one of these."""
        return frozenset(
            SharedToken(other.kind, mine, other.strand, other.event_id)
            for mine, other in self._beside(event_ids)
            if other.strand in strands
        )

    def _beside(self, event_ids: Sequence[UUID]) -> Iterator[tuple[UUID, HouseholdToken]]:
        asked = frozenset(event_ids)
        for carriers in self._by_token.values():
            mine = min((one.event_id for one in carriers if one.event_id in asked), default=None)
            if mine is not None:
                yield from ((mine, other) for other in carriers if other.event_id not in asked)


def household_tokens(fields: Fields) -> frozenset[Text]:
    """Give what an entry tells by which another child of the household can be found: addresses, the agency's id of the household, people by name and date of birth.

    The child itself is among the people, so that a sibling told of by name and date of birth leads to that child's own record. A name alone leads nowhere.
    """
    envelope = fields["envelope"]
    child = envelope["child"]
    return frozenset(
        (
            *_addresses(child["address"], child["postcode"]),
            *_addresses(fields.get("release_address"), None),
            *_household(envelope["agency"], fields.get("household_reference")),
            *own_person(fields),
            *_person(fields.get("person_name"), fields.get("person_born_on")),
        )
    )


def own_person(fields: Fields) -> frozenset[Text]:
    """Give what an entry tells of who its own child is; two entries that have no more than this in common tell of one child twice, and of no household."""
    child = fields["envelope"]["child"]
    named = " ".join(part for part in (child["given_name"], child["family_name"]) if part)
    return frozenset(_person(named, child["date_of_birth"]))


def tokens_of(header: Header, fields: Fields, keyed: Keyed) -> frozenset[HouseholdToken]:
    """Give the fingerprints of one entry."""
    strand, event_id, received = UUID(bytes=header.child), UUID(bytes=header.event_id), moment(header.received)
    return frozenset(
        HouseholdToken(keyed(kind, text), kind, strand, event_id, received) for kind, text in household_tokens(fields)
    )


def _addresses(address: str | None, postcode: str | None) -> Iterable[Text]:
    """Write an address as postcode and numbers, and as its words: either is enough, and neither is a postcode alone."""
    if not address:
        return
    code, numbers, words = postcode_of(address, postcode), house_numbers(address), address_words(address)
    if code and (numbers or words):
        yield "address", f"{code}|{' '.join(numbers or words)}"
    if numbers and len(words) > 2:
        yield "address", " ".join(words)


def _household(agency: str, reference: str | None) -> Iterable[Text]:
    # Two agencies' references are two households, though they read the same.
    if reference and reference.strip():
        yield "household", f"{agency}|{reference.strip()}"


def _person(name: str | None, born: Any) -> Iterable[Text]:
    if name and born is not None and len(name.split()) > 1:
        yield "person", f"{same_name(name)}|{born if isinstance(born, str) else day(born).isoformat()}"
