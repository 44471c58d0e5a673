"""Where an agency's entries stop for a while, and what that silence means."""

from typing import Literal

GapKind = Literal["silent", "not covered", "partly covered"]
