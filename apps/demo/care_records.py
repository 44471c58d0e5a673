"""What children's social care records as an episode of the census, and what any agency's system posts as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element, SubElement  # builds a document; nothing is parsed

from apps.demo.households import Child

CENSUS_AGENCY = "childrens_social_care"
SYSTEMS = {
    "childrens_social_care": "case-system",
    "education": "safeguarding-log",
    "health": "emergency-department",
    "police": "protection-notices",
}
PREFIXES = {"childrens_social_care": "LCS", "education": "SFG", "health": "EDS", "police": "PPN"}
SCHOOLED = ("childrens_social_care", "education")
"""Who holds the pupil number."""
JOINS = ("childrens_social_care", "health")
"""Who holds the NHS number of every child; others only where identifiers were exchanged."""


@dataclass(frozen=True, slots=True)
class Protection:
    """Section 47 enquiry, conference and protection plan; days of reviews as the file writes them; `ended` is None while the plan lasts."""

    enquiry: date
    conference: date
    ended: date | None
    category: str
    reviews: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode of a child in need as the census tells it, from its referral on; what has not happened yet is None."""

    child: Child
    referral: date
    source: str
    need: str
    started: date | None = None
    authorised: date | None = None
    factors: tuple[str, ...] = ()
    plan: tuple[date, date | None] | None = None
    protection: Protection | None = None
    closed: date | None = None

    agency = CENSUS_AGENCY
    late = False

    @property
    def reference(self) -> str:
        """The reference of its referral, which is also the correlation of the whole episode."""
        return f"CIN/{self.child.local_id(self.agency)}/referral/{self.referral.isoformat()}/1"

    @property
    def concern_day(self) -> date | None:
        """The day of the referral, which a threshold counts."""
        return self.referral

    def element(self) -> Element:
        """Write the episode in the order of the census's elements."""
        found = Element("CINdetails")
        _put(found, "CINreferralDate", self.referral)
        _put(found, "ReferralSource", self.source)
        _put(found, "PrimaryNeedCode", self.need)
        _put(found, "CINclosureDate", self.closed)
        _put(found, "ReasonForClosure", "RC8" if self.closed else None)
        for block in (self._assessment(), self._plan(), self._enquiry()):
            found.extend(block)
        _put(found, "ReferralNFA", "0")
        found.extend(self._protection())
        return found

    def _assessment(self) -> Iterator[Element]:
        if self.started is None:
            return
        block = Element("Assessments")
        _put(block, "AssessmentActualStartDate", self.started)
        _put(block, "AssessmentAuthorisationDate", self.authorised)
        if self.authorised is not None and self.factors:
            factors = SubElement(block, "FactorsIdentifiedAtAssessment")
            for factor in self.factors:
                _put(factors, "AssessmentFactors", factor)
        yield block

    def _plan(self) -> Iterator[Element]:
        if self.plan is not None:
            block = Element("CINPlanDates")
            _put(block, "CINPlanStartDate", self.plan[0])
            _put(block, "CINPlanEndDate", self.plan[1])
            yield block

    def _enquiry(self) -> Iterator[Element]:
        if self.protection is not None:
            block = Element("Section47")
            _put(block, "S47ActualStartDate", self.protection.enquiry)
            _put(block, "DateOfInitialCPC", self.protection.conference)
            _put(block, "ICPCnotRequired", "0")
            yield block

    def _protection(self) -> Iterator[Element]:
        if self.protection is None:
            return
        block = Element("ChildProtectionPlans")
        _put(block, "CPPstartDate", self.protection.conference)
        _put(block, "CPPendDate", self.protection.ended)
        _put(block, "InitialCategoryOfAbuse", self.protection.category)
        _put(block, "LatestCategoryOfAbuse", self.protection.category)
        _put(block, "NumberOfPreviousCPP", "0")
        if self.protection.reviews:
            reviews = SubElement(block, "Reviews")
            for day in self.protection.reviews:
                _put(reviews, "CPPreviewDate", day)
        yield block

    def rows(self) -> int:
        """Count the dated items, each of which the census reader tells or refuses."""
        items = [self.closed, self.started, self.authorised, *(self.plan or ())]
        if self.protection is not None:
            found = self.protection
            items += [found.enquiry, found.conference, found.conference, found.ended]
        reviews = len(self.protection.reviews) if self.protection else 0
        return 1 + sum(item is not None for item in items) + reviews


def _put(block: Element, name: str, found: date | str | None) -> None:
    if found is not None:
        SubElement(block, name).text = found if isinstance(found, str) else found.isoformat()


@dataclass(frozen=True, slots=True)
class Posted:
    """One statement posted as JSON; `happened` and `learned` are days or moments as they are written; `body` are the event type's own fields.

    `late` statements are sent last. `envelope` adds to or replaces parts of the envelope; `upn` replaces the child's own (for a slip of the keyboard).
    """

    child: Child
    number: int
    agency: str
    event_type: str
    happened: str | dict[str, str]
    learned: str
    body: dict[str, Any]
    envelope: dict[str, Any] = field(default_factory=dict)
    upn: str | None = None
    late: bool = False

    @property
    def reference(self) -> str:
        """The agency's own reference."""
        return posted_reference(self.agency, self.child, self.number)

    @property
    def concern_day(self) -> date | None:
        """Nothing of what the demo posts is counted by a threshold."""
        return None

    def event(self) -> dict[str, Any]:
        """Write the event in the shape of `POST /events`."""
        envelope = {
            "source_system": SYSTEMS[self.agency],
            "reference": self.reference,
            "child": self._identifiers(),
            "happened": self.happened,
            "learned": self.learned,
            "assertion": "FACT",
            "sensitivity": "ROUTINE",
            "seal": "OPEN",
            **self.envelope,
        }
        return {"event_type": self.event_type, "envelope": envelope, **self.body}

    def _identifiers(self) -> dict[str, Any]:
        child = self.child
        held = {"local_id": child.local_id(self.agency)}
        number = {"nhs_number": child.nhs_number} if child.matched or self.agency in JOINS else {}
        upn = {"upn": self.upn or child.upn} if self.agency in SCHOOLED else {}
        person = {
            "family_name": child.household.family_name,
            "given_name": child.given_name,
            "date_of_birth": child.born.isoformat(),
            "sex": child.sex,
            "address": child.household.address,
            "postcode": child.household.postcode,
        }
        return {**held, **number, **upn, **person}


def posted_reference(agency: str, child: Child, number: int) -> str:
    """Give an agency's own reference for what it posts about a child."""
    return f"{PREFIXES[agency]}-{child.number:05}-{number:03}"
