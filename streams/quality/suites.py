"""What is expected of each feed: levels from a small file, and bounds on volume from the feed's own history."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from statistics import median

from projections.feeds import Arrival
from schemas.topics import AGENCIES

MEANING = {
    "readable": "of all messages were not refused",
    "nhs_number_given": "of statements give an NHS number",
    "nhs_number_valid": "of the NHS numbers given are right by modulus 11",
    "upn_given": "of statements give a UPN",
    "upn_valid": "of the UPNs given are right by their check letter",
    "in_order": "of statements were learned after they happened and received after both",
    "not_at_weekends": "of what happened on one known day did not happen on a Saturday or Sunday",
    "codes_known": "of children's sexes and postcodes are F, M, U and shaped like a postcode",
    "fresh": "of statements were received within {within} days of being learned",
    "volume": "statements arrived on the day, as usual on this weekday in the eight weeks before",
}
"""What each expectation says, in words."""
TO_DO = {
    "readable": "see what was refused with `mash quarantine list`, have it corrected where it is made, and send it again",
    "nhs_number_given": "ask the agency to trace the numbers that are missing and to send them; without them children are matched by less",
    "nhs_number_valid": "ask the agency to correct the mistyped numbers in its system; they are not used to match children",
    "upn_given": "ask the agency to send the UPN with each pupil; without it children are matched by less",
    "upn_valid": "ask the agency to correct the mistyped UPNs in its system",
    "in_order": "see that the right columns are read as times, and that the clock of the sending machine is right",
    "not_at_weekends": "see that the right column is read as the day on which it happened, and that day and month are not exchanged",
    "codes_known": "see that the columns of sex and postcode are the right ones and hold no other codes",
    "fresh": "have the system deliver more often; days on which a feed, or a first whole delivery, was loaded are not counted",
    "volume": "see that the delivery was whole and sent once",
}
"""What to do where an expectation is not met."""
LEVELS = tuple(name for name in MEANING if name != "volume")
"""Expectations of so many rows in a thousand."""
SETTINGS = (*LEVELS, "fresh_days", "volume_least", "volume_most")
WHOLE = 1000
HISTORY_WEEKS = 8
FEWEST_DAYS = 4
"""With fewer of the same weekdays than this in its history nothing is expected of a feed's volume."""
FULL_HISTORY = timedelta(weeks=HISTORY_WEEKS)
WITHOUT_WEEKENDS = 500
"""An agency of whose rows more than half are expected not to be at weekends does not work on them."""


class SuitesBroken(Exception):
    """The file of expectations cannot be used; the message says which place, and what to do."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One expectation: at least `least` per mille of the rows, or between `least` and `most` rows where the unit is rows; `within` is a limit of days."""

    name: str
    unit: str
    least: int | None
    most: int | None = None
    within: int | None = None


@dataclass(frozen=True, slots=True)
class Suites:
    """Every agency's levels, and the edition of the file."""

    edition: str
    levels: Mapping[str, Mapping[str, int]]

    def of(self, agency: str, day: date, history: Sequence[Arrival], *, closed: bool = True) -> tuple[Expected, ...]:
        """Give what is expected of one agency's feed over the window of a day; of a day that is not over no least volume is expected."""
        levels = self.levels[agency]
        shares = (
            Expected(name, "per-mille", levels[name], within=levels["fresh_days"] if name == "fresh" else None)
            for name in LEVELS
            if levels[name]
        )
        return (*shares, *_volume(levels, day, history, closed=closed))

    def explained(self, agency: str, name: str) -> str:
        """Say for a person what an expectation of an agency's feeds means, and what to do where it is not met."""
        return f"{MEANING[name].format(within=self.levels[agency]['fresh_days'])}; {TO_DO[name]}"

    def works_at_weekends(self, agency: str) -> bool:
        """Whether anything is expected of an agency on Saturdays and Sundays."""
        return self.levels[agency]["not_at_weekends"] <= WITHOUT_WEEKENDS


def load_suites(path: Path | None = None) -> Suites:
    """Read the expectations shipped with the hub, or those of a file that is there; SuitesBroken when they cannot be used."""
    if path is None or not path.exists():
        return read_suites((resources.files("streams.quality") / "suites.toml").read_text("utf-8"), "suites.toml")
    return read_suites(path.read_text("utf-8"), str(path))


def read_suites(text: str, name: str) -> Suites:
    """Read a file of expectations strictly; SuitesBroken names the first key that is unknown, missing or no number from 0 on."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SuitesBroken(f"{name}: expected TOML, found something else ({error}); correct it.") from error
    every, own, edition = found.get("every", {}), found.get("agency", {}), found.get("edition")
    unknown = [*(found.keys() - {"every", "agency", "edition"}), *(own.keys() - set(AGENCIES))]
    if unknown:
        raise SuitesBroken(f"{name}: expected edition, every and agencies of the hub, found {unknown[0]}; remove it.")
    if not isinstance(edition, str) or not edition:
        raise SuitesBroken(f"{name}: expected an edition in quotes, found none; name it, for example by its month.")
    for place, section in (("every", every), *((f"agency.{agency}", own[agency]) for agency in own)):
        _require_levels(f"{name}: {place}", section)
    missing = [key for key in SETTINGS if key not in every]
    if missing:
        raise SuitesBroken(f"{name}: every: expected {missing[0]}, found none; add it (0 where nothing is expected).")
    return Suites(edition, {agency: {**every, **own.get(agency, {})} for agency in AGENCIES})


def in_words(expected: Expected) -> str:
    """Say an expectation for a person, and what to do where it is not met."""
    meaning = f"{MEANING[expected.name].format(within=expected.within)}. If not: {TO_DO[expected.name]}."
    if expected.unit == "rows":
        return f"{expected.least or 0} to {expected.most} {meaning}"
    return f"At least {(expected.least or 0) / 10:g} % {meaning}"


def _require_levels(place: str, section: Mapping[str, object]) -> None:
    for key, value in section.items():
        if key not in SETTINGS:
            raise SuitesBroken(f"{place}: expected one of {', '.join(SETTINGS)}, found {key}; correct or remove it.")
        if not isinstance(value, int) or isinstance(value, bool) or value < 0 or (key in LEVELS and value > WHOLE):
            raise SuitesBroken(f"{place}.{key}: expected a whole number from 0 on (a level: up to 1000); correct it.")


def _volume(levels: Mapping[str, int], day: date, history: Sequence[Arrival], *, closed: bool) -> tuple[Expected, ...]:
    """Expect as much as on the same weekdays of the eight weeks before, within wide bounds; nothing of a feed that is too young to say."""
    alike = [
        one.statements for one in history if day - FULL_HISTORY <= one.day < day and one.day.weekday() == day.weekday()
    ]
    if len(alike) < FEWEST_DAYS:
        return ()
    usual = median(alike)
    least = int(usual * levels["volume_least"] / WHOLE) if closed else None
    return (Expected("volume", "rows", least, most=int(usual * levels["volume_most"] / WHOLE) + 1),)
