"""What a format is: how its files are known, whose they are, and how their bytes become outcomes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import BinaryIO

from connectors.statement import Outcomes

HEAD_BYTES = 64 * 1024
"""How much of a file's beginning a format is known by."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the sender says beside the file: its wall clock, and the days that it covers where the file does not say."""

    zone: tzinfo
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """One format: `name` as the command line has it, `title` for a person, whose feed it is, and its reader.

    `recognises` judges a file by its suffix (lower case, with the dot) and its first HEAD_BYTES; `read` gives one outcome for each row, in constant
    memory, and one Coverage; its stream can seek.
    """

    name: str
    title: str
    agency: str
    source_system: str
    recognises: Callable[[str, bytes], bool]
    read: Callable[[BinaryIO, Given], Outcomes]
