"""An entry that somebody may read, opened: what the pure rules about content work on. Who may read is decided elsewhere (`query/seeing.py`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from projections.chronology.entry import Entry

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """One entry that may be read, and the fields of its body with days as texts such as 2020-02-29; None once its key was destroyed."""

    entry: Entry
    fields: Fields | None = field(repr=False)
