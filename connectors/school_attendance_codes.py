"""Attendance codes: what each means, whether a session was missed, and the days on which the register had it.

Source: The School Attendance (Pupil Registration) (England) Regulations 2024, regulation 10, in force on 19 August 2024; before that the absence and attendance codes
of the School Census guidance. A code that is used outside its days is told as it stands.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Mark = Literal["present", "elsewhere", "late", "authorised", "unauthorised", "unable", "not required"]
REGULATIONS_2024 = date(2024, 8, 19)
MISSED: frozenset[Mark] = frozenset({"authorised", "unauthorised", "unable"})
TOLD = MISSED | {"late"}


@dataclass(frozen=True, slots=True)
class AttendanceCode:
    """One code: what it means, what it says of the session, and from and until when (exclusive) it is in the register; None where it always was."""

    meaning: str
    mark: Mark
    since: date | None = None
    until: date | None = None

    def known_on(self, day: date) -> bool:
        """Whether the register had the code on this day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


def _new(meaning: str, mark: Mark) -> AttendanceCode:
    return AttendanceCode(meaning, mark, since=REGULATIONS_2024)


def _gone(meaning: str, mark: Mark) -> AttendanceCode:
    return AttendanceCode(meaning, mark, until=REGULATIONS_2024)


CODES: dict[str, AttendanceCode] = {
    "/": AttendanceCode("present, morning", "present"),
    "\\": AttendanceCode("present, afternoon", "present"),
    "L": AttendanceCode("late, before the register closed", "late"),
    "K": _new("educational provision arranged by the local authority", "elsewhere"),
    "V": AttendanceCode("educational visit or trip", "elsewhere"),
    "P": AttendanceCode("sporting activity", "elsewhere"),
    "W": AttendanceCode("work experience", "elsewhere"),
    "B": AttendanceCode("educated off site", "elsewhere"),
    "D": AttendanceCode("at another school where registered", "elsewhere"),
    "C": AttendanceCode("leave in exceptional circumstances", "authorised"),
    "C1": _new("leave for a regulated performance or employment abroad", "authorised"),
    "C2": _new("part-time timetable", "authorised"),
    "E": AttendanceCode("suspended or excluded, no provision made", "authorised"),
    "F": _gone("extended family holiday, agreed", "authorised"),
    "H": _gone("family holiday, agreed", "authorised"),
    "I": AttendanceCode("illness", "authorised"),
    "J": _gone("interview", "elsewhere"),
    "J1": _new("leave for an interview", "authorised"),
    "M": AttendanceCode("medical or dental appointment", "authorised"),
    "R": AttendanceCode("religious observance", "authorised"),
    "S": AttendanceCode("study leave", "authorised"),
    "T": AttendanceCode("parent travelling for work", "authorised"),
    "Q": _new("no transport although the authority owes it", "unable"),
    "Y": _gone("unable to attend in exceptional circumstances", "unable"),
    "Y1": _new("transport that is normally provided was not there", "unable"),
    "Y2": _new("widespread disruption to travel", "unable"),
    "Y3": _new("part of the school closed", "unable"),
    "Y4": _new("whole school closed unexpectedly", "unable"),
    "Y5": _new("in criminal justice detention", "unable"),
    "Y6": _new("public health guidance or law", "unable"),
    "Y7": _new("another unavoidable cause", "unable"),
    "G": AttendanceCode("holiday without leave", "unauthorised"),
    "N": AttendanceCode("reason not yet established", "unauthorised"),
    "O": AttendanceCode("absent without leave, no other code", "unauthorised"),
    "U": AttendanceCode("late, after the register closed", "unauthorised"),
    "X": AttendanceCode("not required to attend", "not required"),
    "Z": AttendanceCode("not yet on the register", "not required"),
    "#": AttendanceCode("planned closure", "not required"),
}
