"""Sketches in words, for the tests of likeness: everybody in them is invented."""

from datetime import date

from hypothesis import strategies as st

from projections.identity.particulars import Mark, Particulars, Sketch

BORN = date(2012, 3, 4)


def particulars(
    name: str = "Wilfrid Thistlewick", born: date | None = BORN, place: str = "", **more: object
) -> Particulars:
    """Tell of a child: given and family name apart by the last space, address and postcode by a semicolon."""
    given, _, family = name.rpartition(" ")
    address, _, postcode = place.partition("; ")
    fields = {
        "agency": "police",
        "given_name": given or None,
        "family_name": family or None,
        "born_on": born,
        "address": address or None,
        "postcode": postcode or None,
    }
    return Particulars(**{**fields, **more})  # type: ignore[arg-type]  # fields by name


def sketch(*told: Particulars, marks: frozenset[Mark] = frozenset(), **more: frozenset[str]) -> Sketch:
    return Sketch(frozenset(told or (particulars(),)), marks=marks, **more)  # type: ignore[arg-type]  # fields by name


def number(word: str) -> bytes:
    return word.encode().ljust(16, b"\0")


NAMES = (
    "Jayden",
    "Kayden",
    "jayden",
    "Jay",
    "J",
    "Baby",
    "Muhammad",
    "Muhammad Yusuf",
    "Charlie",
    "Charlotte",
    "Lily-Mae",
    "José",
    "",
)
FAMILIES = ("Thistlewick", "Thistlewik", "Bramblecombe-Thistlewick", "O'Quill", "Smith", "Kayden", "Unknown")
ADDRESSES = ("Flat 2, 14 Invented Row", "2/14 invented row", "14 Invented Row", "9 Nowhere Street", "")
POSTCODES = ("ZX1 1AA", "zx11aa", "ZX1 1AB", "ZX9 9ZZ", "ZZ99 3VZ")
DAYS = (
    BORN,
    date(2012, 4, 3),
    date(2012, 3, 5),
    date(2012, 1, 1),
    date(2013, 3, 4),
    date(1999, 12, 31),
    date(1900, 1, 1),
)
ANY_TEXT = st.text(st.characters(), max_size=30)
"""Any characters at all, lone surrogates among them."""


def either(*words: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(words) | ANY_TEXT


TOLD = st.builds(
    Particulars,
    agency=st.sampled_from(("police", "health")),
    given_name=either(*NAMES),
    family_name=either(*FAMILIES),
    born_on=st.none() | st.sampled_from(DAYS) | st.dates(),
    sex=st.sampled_from((None, "F", "M", "U", "")) | ANY_TEXT,
    address=either(*ADDRESSES),
    postcode=either(*POSTCODES),
    nhs_number=st.sampled_from((None, None, number("n1"), number("n2"))),
    upn=st.sampled_from((None, None, number("u1"), number("u2"))),
)
SKETCHES = st.builds(
    Sketch,
    told=st.frozensets(TOLD, max_size=3),
    marks=st.just(frozenset()) | st.frozensets(st.sampled_from(Mark), max_size=2),
    superseded=st.frozensets(st.sampled_from((number("n2"), number("n3"))), max_size=1),
    relatives=st.frozensets(
        st.sampled_from(("Ada Thistlewick", "Mrs Ada THISTLEWICK", "Bo Quill", "Ada", "")) | ANY_TEXT, max_size=3
    ),
)
