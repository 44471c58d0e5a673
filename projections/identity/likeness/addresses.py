"""How near two addresses come: by postcode, and by the numbers and words of the text, however flats and houses are written."""

import re
from dataclasses import dataclass, field

from projections.identity.likeness.degrees import Address
from projections.identity.likeness.spelling import words

NUMBER = re.compile(r"\d+[a-z]?")
NO_PLACE_BEGINS = frozenset("znu")
PUNCTUATION = re.compile(r"[^0-9a-z]+")
DIGITS = frozenset("0123456789")
NO_PLACE = re.compile(r"zz99\d[a-z]{2}|nfa|unknown|notknown|none|null")
"""Postcodes that stand for no place: ZZ99 codes are given to no fixed abode and to addresses not known."""
SAYS_LITTLE = frozenset((
    "flat", "apartment", "apt", "unit", "room", "house", "no", "number", "the", "road", "rd", "street", "st", "avenue", "ave", "close",
    "cl", "lane", "ln", "drive", "dr", "way", "court", "ct", "place", "pl", "terrace", "tce", "gardens", "grove", "crescent", "floor",
    "ground", "first", "second", "top",
))  # fmt: skip
"""Words that are written and left out at will."""


@dataclass(frozen=True, slots=True)
class Place:
    """One address as told: its postcode without space, and the numbers and telling words of its text; empty for what was not told."""

    postcode: str = field(repr=False)
    numbers: frozenset[str] = field(repr=False)
    street: frozenset[str] = field(repr=False)


def place(address: str | None, postcode: str | None) -> Place | None:
    """Read an address and a postcode as told; None when they name no place."""
    code = PUNCTUATION.sub("", postcode[:20].lower()) if postcode else ""
    if code[:1] in NO_PLACE_BEGINS and NO_PLACE.fullmatch(code):
        code = ""
    told = frozenset(words(address)) - SAYS_LITTLE if address else frozenset()
    numbers = frozenset([word for word in told if word[0] in DIGITS and NUMBER.fullmatch(word)])
    return Place(code, numbers, told - numbers) if code or (numbers and len(told) > len(numbers)) else None


def sector(postcode: str) -> str:
    """Give a postcode without its last two letters: a few thousand addresses."""
    return postcode[:-2]


def addresses(left: Place, right: Place) -> Address | None:
    """Compare two places; None when one tells only a postcode and the other only text."""
    one_house = bool(left.numbers & right.numbers) and (left.numbers <= right.numbers or right.numbers <= left.numbers)
    if not left.postcode or not right.postcode:
        return _by_text(left, right, one_house=one_house)
    if left.postcode == right.postcode:
        return Address.SAME if one_house else Address.POSTCODE
    if one_house and _one_street(left, right):
        return Address.SAME
    return (
        Address.SECTOR
        if len(left.postcode) > 4 and sector(left.postcode) == sector(right.postcode)
        else Address.DIFFERS
    )


def _by_text(left: Place, right: Place, *, one_house: bool) -> Address | None:
    if not (left.street and right.street):
        return None
    return Address.SAME if one_house and _one_street(left, right) else Address.DIFFERS


def _one_street(left: Place, right: Place) -> bool:
    """Say whether the telling words of one address are all in the other, two of them at least."""
    return len(left.street & right.street) >= 2 and (left.street <= right.street or right.street <= left.street)
