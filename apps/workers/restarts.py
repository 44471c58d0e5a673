"""When a worker that ended starts again: soon at first, then more and more slowly, and soon again once it has been well."""

from dataclasses import dataclass

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
HEALTHY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Rest:
    """How long a worker rests before it starts again, and how many times in a row it has failed."""

    failures: int
    seconds: float


def rest_after(failures: int, lived_seconds: float) -> Rest:
    """Say how long a worker rests that ended after it lived so long and had failed so often in a row before: 0.5 s, doubled each time, at most 30 s."""
    before = 0 if lived_seconds >= HEALTHY_SECONDS else failures
    # No need for powers beyond the longest rest; without this bound they would outgrow a float after a week of failures.
    doubled = FIRST_SECONDS * 2 ** min(before, 10)
    return Rest(before + 1, min(LONGEST_SECONDS, doubled))
