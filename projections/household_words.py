"""Who somebody is to a child, by the word an agency used, and texts written in the one form in which they are compared. The agency's own word is always kept beside it."""

import itertools
import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

Sex = Literal["F", "M"]
Generation = Literal[-2, -1, 0, 1]


class Kind(StrEnum):
    """What somebody is to the child: a small closed vocabulary, in which nobody who was told of is left out."""

    PARENT = "parent"
    CARER = "carer"
    SIBLING = "sibling"
    PARTNER_OF_PARENT = "partner of parent"
    LIVES_WITH = "lives with"
    ALLEGED_PERPETRATOR = "alleged perpetrator"
    OWN_CHILD = "own child"
    OTHER = "other"


PARENTS: Mapping[str, Sex | None] = {
    "mother": "F", "mum": "F", "mom": "F", "mam": "F", "mummy": "F",
    "father": "M", "dad": "M", "daddy": "M", "parent": None,
}  # fmt: skip
PARTNERS: Mapping[str, Sex | None] = {
    "partner": None, "boyfriend": "M", "girlfriend": "F", "husband": "M", "wife": "F", "fiance": "M", "fiancee": "F", "cohabitee": None, "spouse": None,
    "expartner": None, "exboyfriend": "M", "exgirlfriend": "F", "exhusband": "M", "exwife": "F",
    "stepfather": "M", "stepmother": "F", "stepdad": "M", "stepmum": "F", "stepparent": None,
}  # fmt: skip
SIBLINGS: Mapping[str, Sex | None] = {
    "brother": "M", "sister": "F", "sibling": None, "twin": None, "triplet": None,
    "halfbrother": "M", "halfsister": "F", "halfsibling": None, "stepbrother": "M", "stepsister": "F", "stepsibling": None,
}  # fmt: skip
CARERS: Mapping[str, Sex | None] = {
    "carer": None, "caregiver": None, "guardian": None, "foster": None, "fosterer": None, "kinship": None, "childminder": None,
}  # fmt: skip
ELDERS: Mapping[str, Sex | None] = {
    "grandmother": "F", "grandfather": "M", "grandparent": None, "nan": "F", "nana": "F", "gran": "F", "granny": "F", "grandma": "F", "grandad": "M", "granddad": "M",
}  # fmt: skip
OTHERS: Mapping[str, Sex | None] = {
    "aunt": "F", "auntie": "F", "aunty": "F", "uncle": "M", "man": "M", "woman": "F", "male": "M", "female": "F", "nephew": "M", "niece": "F", "son": "M", "daughter": "F",
}  # fmt: skip
OWN_CHILDREN: Mapping[str, Sex | None] = {"son": "M", "daughter": "F", "baby": None}
SEXES = {**OTHERS, **CARERS, **ELDERS, **SIBLINGS, **PARTNERS, **PARENTS}
PREFIXES = ("step", "half", "ex", "grand")
STREETS = {
    "st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "cl": "close", "ct": "court", "dr": "drive", "ln": "lane", "pl": "place", "sq": "square",
    "cres": "crescent", "gdns": "gardens", "ter": "terrace", "apt": "flat", "apartment": "flat", "gr": "grove",
}  # fmt: skip
POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][0-9A-Z]?)\s*([0-9][A-Z]{2})\b")
NUMBER = re.compile(r"^[0-9]+[a-z]?$")


def kind_of(word: str, *, lives_there: bool | None) -> Kind:
    """Say what a word such as "mother's boyfriend" makes of somebody; who is none of the others lives with the child, unless it was told that they do not."""
    owner, said = _owner_and_rest(word)
    if owner & PARENTS.keys() and said & PARTNERS.keys():
        return Kind.PARTNER_OF_PARENT
    if owner:
        return _living(lives_there)
    for kind, words in (
        (Kind.CARER, CARERS),
        (Kind.PARTNER_OF_PARENT, PARTNERS),
        (Kind.SIBLING, SIBLINGS),
        (Kind.PARENT, PARENTS),
        (Kind.OWN_CHILD, OWN_CHILDREN),
    ):
        if said & words.keys():
            return kind
    return _living(lives_there)


def sex_of(word: str) -> Sex | None:
    """Say which sex a word itself tells (mother, boyfriend); None where it tells none: it is never guessed from a name."""
    _, said = _owner_and_rest(word)
    told = {SEXES[one] for one in said if SEXES.get(one)}
    return told.pop() if len(told) == 1 else None


def generation_of(word: str, kind: Kind) -> Generation | None:
    """Say how many generations from the child somebody stands, as far as the word tells: -1 a parent's, 0 the child's own, 1 its children's."""
    owner, said = _owner_and_rest(word)
    if not owner and said & ELDERS.keys():
        return -2
    if kind is Kind.ALLEGED_PERPETRATOR:
        kind = kind_of(word, lives_there=None)
    known: Mapping[Kind, Generation] = {
        Kind.PARENT: -1,
        Kind.PARTNER_OF_PARENT: -1,
        Kind.SIBLING: 0,
        Kind.OWN_CHILD: 1,
    }
    return known.get(kind)


def same_text(text: str) -> str:
    """Write a text in the form that is compared: small letters of any script without accents, apostrophes or signs, one space between words."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return " ".join(re.sub(r"[\W_]+", " ", re.sub(r"['’`]", "", plain)).split())


def same_name(name: str) -> str:
    """Write a name in the form that is compared; the order of its words makes no difference, since agencies write family names first or last."""
    return " ".join(sorted(same_text(name).split()))


def postcode_of(address: str | None, postcode: str | None) -> str | None:
    """Give the postcode without spaces in capitals: the one told, or the one at the end of the address."""
    if postcode and postcode.strip():
        return "".join(postcode.split()).upper()
    found = POSTCODE.findall((address or "").upper())
    return "".join(found[-1]) if found else None


def address_words(address: str) -> tuple[str, ...]:
    """Give an address's words in the form that is compared: street words in full, the postcode left out."""
    without = POSTCODE.sub(" ", address.upper())
    return tuple(STREETS.get(one, one) for one in same_text(without).split())


def house_numbers(address: str) -> tuple[str, ...]:
    """Give the numbers of house and flat, sorted: "Flat 2, 14 Elm Road" and "14/2 Elm Rd" are one."""
    return tuple(sorted(one for one in address_words(address) if NUMBER.match(one)))


def _living(lives_there: bool | None) -> Kind:
    return Kind.OTHER if lives_there is False else Kind.LIVES_WITH


def _owner_and_rest(word: str) -> tuple[frozenset[str], frozenset[str]]:
    """Take "mother's new boyfriend" and "boyfriend of mother" apart: whose, and what."""
    text = word.casefold().replace("’", "'")
    before, possessive, after = text.partition("'s ")
    if possessive:
        return _words(before), _words(after)
    what, of, whose = text.partition(" of ")
    if of and not _words(whose) & {"child", "this", "subject"}:
        return _words(whose), _words(what)
    return frozenset(), _words(text if not of else what)


def _words(text: str) -> frozenset[str]:
    told = same_text(text).split()
    joined = {f"{one}{other}" for one, other in itertools.pairwise(told) if one in PREFIXES}
    absorbed = {other for one, other in itertools.pairwise(told) if one in PREFIXES}
    return frozenset(told) - absorbed | joined
