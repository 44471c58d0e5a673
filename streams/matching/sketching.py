"""What one statement tells of who its child is: from a header and the opened fields of a body to particulars, marks and names. Pure.

A locked statement tells nothing here: a question that rests on it would show that it exists.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from access_policy import blind_index as blind
from projections.identity.particulars import Mark, Particulars, Sketch
from schemas.moments import day
from schemas.sealed import Header

Fields = Mapping[str, Any]
ADOPTION = frozenset({"AdoptionDecided", "AdoptersMatched", "PlacedForAdoption", "AdoptionCompleted"})
UNBORN = re.compile(r"\b(unborn|ub)\b", re.IGNORECASE)
OWN = re.compile(r"\bown\b", re.IGNORECASE)
MULTIPLE = re.compile(r"(twin|triplet|quadruplet)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """What one statement tells: the pseudonym it was admitted under, its part (the blind index of the agency's own id of the child, 16 bytes), and the sketch that it alone would make."""

    child: UUID = field(repr=False)
    part: bytes = field(repr=False)
    sketch: Sketch


def told_of(header: Header, fields: Fields, blind_secret: bytes) -> Told:
    """Give what a statement tells; `fields` are its body's, days as days since 1970; `blind_secret` is that of identifiers."""
    found, child = header.identified_by, fields["envelope"]["child"]
    particulars = Particulars(
        agency=header.agency,
        given_name=_text(child["given_name"]),
        family_name=_text(child["family_name"]),
        born_on=_day(child["date_of_birth"]),
        sex=_text(child["sex"]),
        address=_text(child["address"]),
        postcode=_text(child["postcode"]),
        nhs_number=found.nhs_number,
        upn=found.upn,
    )
    sketch = Sketch(
        frozenset({particulars}),
        _marks(header, fields, particulars),
        _superseded(header, fields, blind_secret),
        _relatives(header, fields),
    )
    return Told(UUID(bytes=header.child), found.local_id, sketch)


def _marks(header: Header, fields: Fields, told: Particulars) -> frozenset[Mark]:
    kind, has_place = header.event_type, told.address is not None or told.postcode is not None
    holds = {
        Mark.UNBORN: _unborn(kind, fields, told),
        Mark.ADOPTED: kind in ADOPTION,
        Mark.PROTECTED_ADDRESS: kind == "RefugeStayStarted" or (has_place and header.seal != "OPEN"),
        Mark.MULTIPLE_BIRTH: kind == "HouseholdMemberRecorded" and bool(MULTIPLE.search(fields["relationship"])),
    }
    return frozenset(mark for mark, held in holds.items() if held)


def _unborn(kind: str, fields: Fields, told: Particulars) -> bool:
    """Whether the child is not born yet: the mother's pregnancy with it was recorded, or it has no date of birth and is called unborn."""
    if kind == "PregnancyRecorded":
        return OWN.search(fields["whose"]) is None
    names = f"{told.given_name or ''} {told.family_name or ''}"
    return told.born_on is None and UNBORN.search(names) is not None


def _superseded(header: Header, fields: Fields, secret: bytes) -> frozenset[bytes]:
    if header.event_type != "NhsNumberSuperseded":
        return frozenset()
    former = fields["former_nhs_number"]
    known = blind.identifies(blind.NHS_NUMBER, former)
    return frozenset({blind.blind_index(secret, blind.NHS_NUMBER, former)} if known else ())


def _relatives(header: Header, fields: Fields) -> frozenset[str]:
    name = _text(fields["person_name"]) if header.event_type == "HouseholdMemberRecorded" else None
    return frozenset() if name is None else frozenset({name})


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None


def _day(value: int | None) -> date | None:
    """Read a day; one that no calendar holds tells nothing."""
    try:
        return None if value is None else day(value)
    except OverflowError:
        return None
