"""What keeps a high score from linking: the cases in which only a person decides, whatever the likeness."""

from projections.identity.likeness.degrees import Address, Born, FamilyName, GivenName, NhsNumber, Relations, Sex, Upn
from projections.identity.likeness.evidence import ONE_CHILD, Evidence
from projections.identity.particulars import Mark

ALWAYS_ASKED = (Mark.UNBORN, Mark.ADOPTED, Mark.PROTECTED_ADDRESS)
ONE_BIRTH = frozenset((Born.SAME, Born.DAY_AND_MONTH_SWAPPED, Born.ONE_DAY_OUT))
WRONG_RECORD = "a number on the wrong record"
TWINS = "twins or siblings"


def one_number(found: Evidence) -> bool:
    """Say whether an NHS number, superseded ones followed, or a unique pupil number is the same on both sides, and no NHS number speaks against it."""
    if found.nhs_number is not None:
        return found.nhs_number is not NhsNumber.DIFFERS
    return found.upn is Upn.SAME


def wrong_record(found: Evidence) -> bool:
    """Say whether a number is the same but neither the given name nor the date of birth is near."""
    return one_number(found) and found.given is GivenName.DIFFERS and found.born is Born.DIFFERS


def guard(found: Evidence, marks: frozenset[Mark]) -> str | None:
    """Say why a rule alone may not link these two, or None when it may; the first reason that holds, in this order."""
    for mark in ALWAYS_ASKED:
        if mark in marks:
            return mark.value
    if found.nhs_number is NhsNumber.DIFFERS:
        return "different NHS numbers"
    if wrong_record(found):
        return WRONG_RECORD
    if one_number(found):
        return TWINS if found.given is GivenName.DIFFERS else None
    if Mark.MULTIPLE_BIRTH in marks:
        return Mark.MULTIPLE_BIRTH.value
    return _given_name(found) or _birth(found) or _many_bear_it(found)


def _given_name(found: Evidence) -> str | None:
    if found.given is None or found.given is GivenName.INITIAL:
        return "no given name to go by"
    if found.given not in ONE_CHILD:
        return TWINS if _one_household(found) else "the given name is not the same"
    if found.sex is Sex.DIFFERS:
        return "sex is not the same"
    return None if found.given_settled else "a given name told on one side only"


def _one_household(found: Evidence) -> bool:
    """Say whether the two might be brothers or sisters: one birth, one address, one family name, or relatives in common."""
    return (
        found.born in ONE_BIRTH
        or found.address in (Address.SAME, Address.POSTCODE)
        or found.family in (FamilyName.SAME, FamilyName.SAME_COMMON, FamilyName.ONE_PART)
        or found.relations in (Relations.ONE, Relations.SEVERAL)
    )


def _birth(found: Evidence) -> str | None:
    if found.born is None:
        return "no date of birth to go by"
    return None if found.born in ONE_BIRTH else "the date of birth is not the same"


def _many_bear_it(found: Evidence) -> str | None:
    """Ask about names that many bear when nothing but the birthday goes with them."""
    common = found.given is GivenName.SAME_COMMON and found.family is FamilyName.SAME_COMMON
    near = found.address in (Address.SAME, Address.POSTCODE) or found.relations in (Relations.ONE, Relations.SEVERAL)
    return "common names, and neither address nor relatives agree" if common and not near else None
