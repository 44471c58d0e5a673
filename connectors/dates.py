"""Dates and times as files write them: formats in strptime's signs, said back in words that a feed owner uses."""

import re
from contextlib import suppress
from datetime import date, datetime, time

from connectors.statement import Unreadable

DAY_SIGNS = {"%d": "DD", "%m": "MM", "%Y": "YYYY", "%y": "YY", "%b": "Mon", "%B": "Month"}
TIME_SIGNS = {"%H": "HH", "%M": "MM", "%S": "SS", "%f": "ffffff", "%z": "+HHMM", "%I": "HH", "%p": "AM/PM"}
BRITISH_DAY = r"(?P<day>[0-9]{2})/(?P<month>[0-9]{2})/(?P<year>[0-9]{4})"
ISO_DAY = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
MINUTE = r" (?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
COMMON = {
    "%d/%m/%Y": re.compile(BRITISH_DAY),
    "%d/%m/%Y %H:%M": re.compile(BRITISH_DAY + MINUTE),
    "%Y-%m-%d": re.compile(ISO_DAY),
    "%Y-%m-%d %H:%M": re.compile(ISO_DAY + MINUTE),
}
"""The layouts of most exports as they are nearly always filled in; reading these ten times as fast as strptime does is half of what reading a row costs."""
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
SIGN = re.compile(r"%.?")


def check_format(text: str, *, time: bool) -> None:
    """Refuse a format whose signs are not known to mean the same everywhere; Unreadable lists those that are. `time` allows times of day."""
    allowed = {**DAY_SIGNS, **(TIME_SIGNS if time else {})}
    signs = SIGN.findall(text)
    if not signs or any(sign not in allowed for sign in signs):
        raise Unreadable(
            "bad-format", f"expected a format made of {' '.join(allowed)}, found another; write for example %d/%m/%Y"
        )


def in_words(text: str) -> str:
    """Write a format as people do: %d/%m/%Y is DD/MM/YYYY."""
    known = {**DAY_SIGNS, **TIME_SIGNS}
    return SIGN.sub(lambda sign: known.get(sign.group(), sign.group()), text)


def has_time(text: str) -> bool:
    """Whether a format holds a time of day."""
    return "%H" in text or "%I" in text


def read_time(cell: str, layout: str, column: str) -> datetime:
    """Read a cell in a strptime format (aware where the format has an offset); Unreadable names the column and the format."""
    plainly = COMMON[layout].fullmatch(cell) if layout in COMMON else None
    if plainly is not None:
        # A day that no month has is left to strptime, for its sentence.
        with suppress(ValueError):
            parts = {part: int(digits) for part, digits in plainly.groupdict().items()}
            clock = time(parts.get("hour", 0), parts.get("minute", 0))
            return datetime.combine(date(parts["year"], parts["month"], parts["day"]), clock)
    try:
        return datetime.strptime(cell, layout)  # noqa: DTZ007  # wall-clock times get their zone from the mapping
    except ValueError as error:
        # strptime says this of a day that fits the layout and is in no month; no cell is quoted in it.
        impossible = plainly is not None or "out of range" in str(error)
        raise _unreadable(cell, layout, column, impossible=impossible) from None


def _unreadable(cell: str, layout: str, column: str, *, impossible: bool) -> Unreadable:
    kind = "time" if has_time(layout) else "date"
    what = f"{kind} written as {in_words(layout)} in column {column}"
    if impossible:
        exists = "day that exists" if kind == "date" else "day and time that exist"
        return Unreadable(
            f"bad-{kind}",
            f"expected a {exists}, as a {what}, found one that no calendar or clock has; correct the cell",
        )
    if NUMBER.fullmatch(cell):
        found = f"a number; format the column as a {kind} (a spreadsheet keeps dates as numbers), or correct the cell"
        return Unreadable(f"bad-{kind}", f"expected a {what}, found {found}")
    return Unreadable(f"bad-{kind}", f"expected a {what}, found something else; correct the cell")


def read_day(cell: str, layout: str, column: str) -> date:
    """Read a cell as a day; Unreadable names the column and the format."""
    return read_time(cell, layout, column).date()
