"""What police, health and schools record, and how their systems write it into the rows that the mappings `police`, `health` and `education` read."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from apps.demo.households import Child

UK_DAY, UK_MINUTE = "%d/%m/%Y", "%d/%m/%Y %H:%M"
UNCERTAIN_DAYS = 7
"""How far "about" reaches to either side in the police mapping."""


@dataclass(frozen=True, slots=True)
class Grading:
    """How police graded intelligence: source 1-3, assessment A-E, handling P or C, and the conditions that C owes."""

    source: int = 2
    assessment: str = "D"
    handling: str = "P"
    conditions: str = ""


@dataclass(frozen=True, slots=True)
class PoliceRecord:
    """One police row about one child; times are local wall clock. `amends` is the record number that it corrects, or withdraws where it is a RETRACT."""

    child: Child
    number: str
    occurred: datetime
    recorded: datetime
    kind: str
    summary: str
    record_type: str = "INCIDENT"
    marking: str = "NONE"
    grading: Grading | None = None
    precision: str = "EXACT"
    amends: str = ""
    late: bool = False

    agency = "police"

    @property
    def reference(self) -> str:
        """The reference as the mapping builds it."""
        return police_reference(self.child, self.number)

    @property
    def concern_day(self) -> date | None:
        """The first day on which it can have happened, if a threshold counts it."""
        if self.record_type not in {"INCIDENT", "CONCERN"}:
            return None
        return self.occurred.date() - timedelta(days=UNCERTAIN_DAYS if self.precision == "ABOUT" else 0)

    def row(self) -> dict[str, str]:
        """Write the row."""
        child, grading = self.child, self.grading
        withdraws = self.record_type == "RETRACT"
        return {
            "record_type": self.record_type,
            "record_no": self.number,
            "nominal_no": child.local_id(self.agency),
            "surname": child.household.family_name,
            "forenames": child.given_name,
            "dob": child.born.strftime(UK_DAY),
            "sex": child.sex,
            "address": child.household.address,
            "postcode": child.household.postcode,
            "marking": self.marking,
            "conditions": grading.conditions if grading else "",
            "kind": self.kind,
            "summary": self.summary,
            "source_evaluation": str(grading.source) if grading else "",
            "intel_assessment": grading.assessment if grading else "",
            "handling_code": grading.handling if grading else "",
            "corrects_record_no": "" if withdraws else self.amends,
            "retracts_record_no": self.amends if withdraws else "",
            "occurred_date": self.occurred.strftime(UK_DAY),
            "occurred_time": self.occurred.strftime("%H:%M"),
            "date_precision": self.precision,
            "recorded_at": self.recorded.strftime(UK_MINUTE),
        }


def police_reference(child: Child, number: str) -> str:
    """Give the reference that the police mapping builds from a record number and the child's nominal number."""
    return f"RMS/{number.replace('/', '%2F')}/{child.local_id('police')}"


@dataclass(frozen=True, slots=True)
class HealthRecord:
    """One health contact; `contact_type` is ATTENDED, WNB (was not brought), CONCERN or SEEN. Health learns of it as it happens."""

    child: Child
    number: int
    at: datetime
    contact_type: str
    service: str
    reason: str = ""
    note: str = ""
    wishes: str = ""
    sensitive: bool = False
    corrects: int | None = None
    late: bool = False

    agency = "health"

    @property
    def reference(self) -> str:
        """The reference as the mapping builds it."""
        return f"PAS/{self._contact_id(self.number)}"

    @property
    def concern_day(self) -> date | None:
        """The day on which it happened, if a threshold counts it."""
        return None if self.contact_type == "SEEN" else self.at.date()

    def _contact_id(self, number: int) -> str:
        return f"C{self.child.number:05}-{number:03}"

    def row(self) -> dict[str, str]:
        """Write the row."""
        child = self.child
        return {
            "contact_type": self.contact_type,
            "contact_id": self._contact_id(self.number),
            "hospital_no": child.local_id(self.agency),
            "nhs_number": child.nhs_number,
            "family_name": child.household.family_name,
            "given_name": child.given_name,
            "date_of_birth": child.born.isoformat(),
            "sex": child.sex,
            "address": child.household.address,
            "postcode": child.household.postcode,
            "sensitive": "Y" if self.sensitive else "N",
            "seal": "O",
            "service": self.service,
            "reason": self.reason,
            "note": self.note,
            "seen_alone": ("Y" if self.wishes else "N") if self.contact_type == "SEEN" else "",
            "wishes_and_feelings": self.wishes,
            "corrects_contact_id": "" if self.corrects is None else self._contact_id(self.corrects),
            "contact_at": self.at.strftime("%Y-%m-%d %H:%M"),
        }


@dataclass(frozen=True, slots=True)
class SchoolRecord:
    """One school row, entered on the last day; `record` is ABSENCE (a code and sessions), EXCLUSION (SUSP, PERM) or CONCERN (a kind)."""

    child: Child
    number: int
    first: date
    last: date
    record: str
    code: str
    note: str = ""

    agency = "education"
    late = False

    @property
    def reference(self) -> str:
        """The reference as the mapping builds it."""
        return f"{self._school_no}/{self._record_id}"

    @property
    def concern_day(self) -> date | None:
        """The first day, since a threshold counts every school record."""
        return self.first

    @property
    def _school_no(self) -> str:
        return f"{9990 + self.child.school}"

    @property
    def _record_id(self) -> str:
        return f"{self.record[0]}{self.child.number:05}-{self.number:03}"

    def row(self) -> dict[str, str]:
        """Write the row; half days missed are two for each day from Monday to Friday."""
        child = self.child
        days = (self.first + timedelta(days=place) for place in range((self.last - self.first).days + 1))
        sessions = 2 * sum(day.weekday() < 5 for day in days)
        return {
            "record": self.record,
            "record_id": self._record_id,
            "school_no": self._school_no,
            "pupil_id": child.local_id(self.agency),
            "upn": child.upn or "",
            "nhs_number": child.nhs_number if child.matched else "",
            "legal_surname": child.household.family_name,
            "legal_forename": child.given_name,
            "birth_date": child.born.strftime(UK_DAY),
            "sex": child.sex,
            "address": child.household.address,
            "postcode": child.household.postcode,
            "first_day": self.first.strftime(UK_DAY),
            "last_day": self.last.strftime(UK_DAY),
            "entered_on": self.last.strftime(UK_DAY),
            "sessions_missed": str(sessions) if self.record == "ABSENCE" else "",
            "code": self.code,
            "note": self.note,
            "corrects_record_id": "",
        }
