"""What the children-in-need census records as dated items, and what each becomes. Element names are those of the editions 2021 to 2025."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.shapes import iso_day
from connectors.statement import Unreadable
from connectors.xml_elements import Element
from schemas.moments import day, days

NOT_RECORDED = "not recorded"
TRUTHS = {"true": True, "1": True, "false": False, "0": False}
SEXES = {"1": "M", "2": "F", "0": "U", "9": "U"}
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
    return day(iso_day(text, where))


def sex_of(identifiers: Element) -> str | None:
    """Read Sex, or GenderCurrent as earlier editions call it; codes and letters give the same letter, others stay as recorded."""
    found = text_of(identifiers, "Sex") or text_of(identifiers, "GenderCurrent")
    return SEXES.get(found, found) if found else None


def _nothing(_block: Element) -> dict[str, Any]:
    return {"summary": None}


def _referral(block: Element) -> dict[str, Any]:
    source, need = text_of(block, "ReferralSource"), text_of(block, "PrimaryNeedCode")
    return {"source": source or NOT_RECORDED, "primary_need": need or NOT_RECORDED, "summary": None}


def _closure(block: Element) -> dict[str, Any]:
    return {"reason": text_of(block, "ReasonForClosure") or NOT_RECORDED, "summary": None}


def _assessment(block: Element) -> dict[str, Any]:
    factors = [
        part.text
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
    if element.text not in TRUTHS:
        raise Unreadable(
            "bad-yes-no",
            f"expected true, false, 1 or 0 in {element.name} at line {element.line}, found something else; correct it",
        )
    return TRUTHS[element.text]


def _category(name: str) -> Callable[[Element], dict[str, Any]]:
    def read(block: Element) -> dict[str, Any]:
        return {"category": text_of(block, name) or NOT_RECORDED, "summary": None}

    return read


def _of_factors(body: dict[str, Any]) -> str:
    """Assessment factors name sexual, mental and physical health: special category."""
    return "SENSITIVE" if set(body["factors"]) - NO_FACTORS else "ROUTINE"


def _of_category(body: dict[str, Any]) -> str:
    return "SENSITIVE" if body["category"] == "SAB" else "ROUTINE"


ITEMS: tuple[Item, ...] = (
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
    "CINdetails": frozenset({"ReferralSource", "PrimaryNeedCode", "ReasonForClosure", "ReferralNFA"}),
    "Assessments": frozenset({"AssessmentInternalReviewDate", "FactorsIdentifiedAtAssessment"}),
    "CINPlanDates": frozenset(),
    "Section47": frozenset({"InitialCPCtarget", "ICPCnotRequired"}),
    "ChildProtectionPlans": frozenset({"InitialCategoryOfAbuse", "LatestCategoryOfAbuse", "NumberOfPreviousCPP"}),
    "Reviews": frozenset(),
}
"""Blocks of an episode, and the elements in each that are no day of an item and no block."""
