"""Is the worker getting on? A pure judge of progress: a partition that has records to read and whose stored position stands still is stuck."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Place = tuple[str, int]
"""A topic and a partition."""


@dataclass
class ProgressJudge:
    """Remembers when each partition last moved; `patience` is how many seconds one may stand still while there is something to read."""

    patience: float
    _seen: dict[Place, tuple[int, float]] = field(default_factory=dict)

    def stuck(self, stored: Mapping[Place, int], newest: Mapping[Place, int], now: float) -> tuple[Place, ...]:
        """Give the partitions that are stuck: `stored` is the next offset to read, `newest` the log's end, `now` seconds on a clock that only runs forward."""
        stuck = []
        for place, end in newest.items():
            position = stored.get(place, 0)
            last, since = self._seen.get(place, (-1, now))
            if position != last or position >= end:
                since = now
            self._seen[place] = (position, since)
            if now - since > self.patience:
                stuck.append(place)
        for gone in self._seen.keys() - newest.keys():
            del self._seen[gone]
        return tuple(stuck)
