"""What the children-in-need census records as dated items, and what each becomes; codes are told as `cin_editions` says, whatever the edition."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.cin_editions import EDITIONS_TABLE, told
from connectors.shapes import iso_date
from connectors.statement import Unreadable
from connectors.xml_elements import Element
from schemas.moments import days

NOT_RECORDED = "not recorded"
TRUTHS = {"true": True, "false": False}
SOURCES = frozenset(row.codes for row in EDITIONS_TABLE if row.element == "ReferralSource")
NOTHING_KNOWN = frozenset({"NOBT", "REFU"})
NO_DISABILITY = "NONE"
NO_FACTORS = frozenset({"20", "21"})
"""Assessment factors that name no matter of health or abuse: other, and none identified."""


@dataclass(frozen=True, slots=True)
class Item:
    """One dated item: the event it becomes, the block it stands in, the element that holds its day, and how its body and sensitivity are read.

    `owed_by` names the element whose presence means that the day is owed; the block's own name where it always is. `many` marks a day that a block may
    hold more than once, `once` an item that is one and the same wherever an episode records it.
    """

    event_type: str
    block: str
    day: str
    kind: str
    body: Callable[[Element], dict[str, Any]]
    owed_by: str | None = None
    many: bool = False
    once: bool = False
    sensitivity: Callable[[dict[str, Any]], str] = lambda _body: "ROUTINE"


def text_of(block: Element, name: str) -> str | None:
    """Give the text of the first element of this name, or None where it is missing or empty."""
    found = block.first(name)
    return found.text if found is not None and found.text else None


def day_of(element: Element) -> date:
    """Read a census day (xs:date; a zone after it says nothing about a local day and is passed over); Unreadable names the element and its line."""
    text = element.text.removesuffix("Z")
    if len(text) == len("2024-05-31+01:00"):
        text = text[: len("2024-05-31")]
    where = f"{element.name} at line {element.line}"
    return iso_date(text, where)


def code_of(block: Element, name: str, element: str | None = None) -> str | None:
    """Give the code of the first element of this name as it is told, by the codes of `element` where another has the same; None where it is missing."""
    found = text_of(block, name)
    return told(element or name, found) if found else None


def sex_of(identifiers: Element) -> str | None:
    """Read Sex, or GenderCurrent as earlier editions call it; codes and letters give the same letter, others stay as recorded."""
    return code_of(identifiers, "Sex") or code_of(identifiers, "GenderCurrent")


def characteristics_of(block: Element) -> dict[str, Any] | None:
    """Read ethnicity and disabilities; None where neither is known (none, not obtained, refused)."""
    ethnicity = code_of(block, "Ethnicity")
    codes = [
        told("Disability", part.text) for found in block.named("Disabilities") for part in found.named("Disability")
    ]
    disabilities = [code for code in codes if code not in ("", NO_DISABILITY)]
    known = None if ethnicity in NOTHING_KNOWN else ethnicity
    if known is None and not disabilities:
        return None
    return {"ethnicity": known, "disabilities": disabilities, "first_language": None}


def unborn_of(identifiers: Element) -> dict[str, Any] | None:
    """Read when a child who is not born yet is expected; None for a child with a birthday or without such a date. Unreadable names the element."""
    expected = identifiers.first("ExpectedPersonBirthDate")
    if expected is None or text_of(identifiers, "PersonBirthDate"):
        return None
    return {
        "whose": "the mother's, with this child unborn",
        "due_on": days(day_of(expected)),
        "booked_late": None,
        "concerns": None,
        "summary": None,
    }


def _nothing(_block: Element) -> dict[str, Any]:
    return {"summary": None}


def _referral(block: Element) -> dict[str, Any]:
    source, need = code_of(block, "ReferralSource"), code_of(block, "PrimaryNeedCode")
    known = source if source in SOURCES else None
    return {
        "source": source or NOT_RECORDED,
        "source_code": known,
        "primary_need": need or NOT_RECORDED,
        "summary": None,
    }


def _closure(block: Element) -> dict[str, Any]:
    return {"reason": code_of(block, "ReasonForClosure") or NOT_RECORDED, "summary": None}


def _assessment(block: Element) -> dict[str, Any]:
    factors = [
        told("AssessmentFactors", part.text)
        for found in block.named("FactorsIdentifiedAtAssessment")
        for part in found.named("AssessmentFactors")
        if part.text
    ]
    return {"factors": factors, "reason_over_limit": None, "summary": None}


def _enquiry(block: Element) -> dict[str, Any]:
    target, unneeded = block.first("InitialCPCtarget"), block.first("ICPCnotRequired")
    return {
        "conference_target": None if target is None else days(day_of(target)),
        "conference_not_required": None if unneeded is None else _truth(unneeded),
        "summary": None,
    }


def _truth(element: Element) -> bool:
    truth = TRUTHS.get(told(element.name, element.text))
    if truth is None:
        raise Unreadable(
            "bad-yes-no",
            f"expected true, false, 1 or 0 in {element.name} at line {element.line}, found something else; correct it",
        )
    return truth


def _category(name: str) -> Callable[[Element], dict[str, Any]]:
    def read(block: Element) -> dict[str, Any]:
        return {"category": code_of(block, name, "InitialCategoryOfAbuse") or NOT_RECORDED, "summary": None}

    return read


def _of_factors(body: dict[str, Any]) -> str:
    """Assessment factors name sexual, mental and physical health: special category."""
    return "SENSITIVE" if set(body["factors"]) - NO_FACTORS else "ROUTINE"


def _of_category(body: dict[str, Any]) -> str:
    return "SENSITIVE" if body["category"] == "SAB" else "ROUTINE"


def _always_sensitive(_body: dict[str, Any]) -> str:
    return "SENSITIVE"


ITEMS: tuple[Item, ...] = (
    Item("ChildDied", "ChildIdentifiers", "PersonDeathDate", "death", _nothing, sensitivity=_always_sensitive),
    Item("ReferralReceived", "CINdetails", "CINreferralDate", "referral", _referral, "CINdetails"),
    Item("CaseClosed", "CINdetails", "CINclosureDate", "closure", _closure, "ReasonForClosure"),
    Item("InitialConferenceHeld", "CINdetails", "DateOfInitialCPC", "initial-conference", _nothing, once=True),
    Item(
        "AssessmentStarted", "Assessments", "AssessmentActualStartDate", "assessment-started", _nothing, "Assessments"
    ),
    Item(
        "AssessmentCompleted",
        "Assessments",
        "AssessmentAuthorisationDate",
        "assessment-completed",
        _assessment,
        sensitivity=_of_factors,
    ),
    Item("ChildInNeedPlanStarted", "CINPlanDates", "CINPlanStartDate", "cin-plan-started", _nothing, "CINPlanDates"),
    Item("ChildInNeedPlanEnded", "CINPlanDates", "CINPlanEndDate", "cin-plan-ended", _nothing),
    Item("Section47EnquiryStarted", "Section47", "S47ActualStartDate", "s47-enquiry", _enquiry, "Section47"),
    Item("InitialConferenceHeld", "Section47", "DateOfInitialCPC", "initial-conference", _nothing, once=True),
    Item(
        "ProtectionPlanStarted",
        "ChildProtectionPlans",
        "CPPstartDate",
        "protection-plan-started",
        _category("InitialCategoryOfAbuse"),
        "ChildProtectionPlans",
        sensitivity=_of_category,
    ),
    Item(
        "ProtectionPlanEnded",
        "ChildProtectionPlans",
        "CPPendDate",
        "protection-plan-ended",
        _category("LatestCategoryOfAbuse"),
        sensitivity=_of_category,
    ),
    Item("ReviewConferenceHeld", "Reviews", "CPPreviewDate", "review-conference", _nothing, "Reviews", many=True),
)

BLOCKS: dict[str, frozenset[str]] = {
    "ChildIdentifiers": frozenset(
        {
            "LAchildID",
            "UPN",
            "FormerUPN",
            "UPNunknown",
            "PersonBirthDate",
            "ExpectedPersonBirthDate",
            "Sex",
            "GenderCurrent",
        }
    ),
    "ChildCharacteristics": frozenset({"Ethnicity", "Disabilities"}),
    "CINdetails": frozenset({"ReferralSource", "PrimaryNeedCode", "ReasonForClosure", "ReferralNFA"}),
    "Assessments": frozenset({"AssessmentInternalReviewDate", "FactorsIdentifiedAtAssessment"}),
    "CINPlanDates": frozenset(),
    "Section47": frozenset({"InitialCPCtarget", "ICPCnotRequired"}),
    "ChildProtectionPlans": frozenset({"InitialCategoryOfAbuse", "LatestCategoryOfAbuse", "NumberOfPreviousCPP"}),
    "Reviews": frozenset(),
}
"""Blocks of a child and of an episode, and the elements in each that are no day of an item and no block."""

ITEMS_OF = {block: tuple(item for item in ITEMS if item.block == block) for block in BLOCKS}
KNOWN = {block: others | {item.day for item in ITEMS_OF[block]} | BLOCKS.keys() for block, others in BLOCKS.items()}
"""Every element that may stand in a block, by the block's name."""
