"""Where agencies' entries do not agree."""

from typing import Literal

ContradictionKind = Literal["when", "who_was_there", "who_lives_there", "who_was_told", "injury_explanation"]
