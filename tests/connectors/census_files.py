"""Censuses of one invented authority: the same children, with so many rows changed and so many removed."""

import io
from hashlib import blake2b

from connectors.cin_census import FORMAT
from connectors.delivery import Source, look_at
from connectors.envelope import time_zone
from connectors.formats import Given
from connectors.statement import Outcomes
from tests.connectors.feed_samples import EPISODE, SHORT_EPISODE, census, child


def census_source(content: bytes) -> Source:
    def read() -> Outcomes:
        return FORMAT.read(io.BytesIO(content), Given(time_zone()))

    source = look_at(FORMAT, read, blake2b(content, digest_size=16).digest(), "census")
    assert source.coverage.whole
    return source


def own_census(children: int, *, changed: int = 0, removed: int = 0) -> bytes:
    """Write a census; of its last children some have no second episode, and of its first some are of another need."""
    other = EPISODE.replace("<PrimaryNeedCode>N1", "<PrimaryNeedCode>N2")
    later = SHORT_EPISODE.replace("2024-01-10", "2024-03-01")
    born = "<PersonBirthDate>2013-04-05</PersonBirthDate><Sex>F</Sex>"
    return census(
        *(
            child(
                f"LA-{number}",
                other if number < changed else EPISODE,
                *([] if number >= children - removed else [later]),
                identifiers=born,
            )
            for number in range(children)
        )
    )
