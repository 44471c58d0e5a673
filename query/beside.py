"""What a record shows beside its lines: incidents and gaps, as the pure rules find them in the entries that are read."""

from collections.abc import Iterable, Sequence

from projections.chronology.gaps import Gap
from projections.chronology.incidents import incidents
from projections.chronology.opened import Opened
from projections.chronology.uncertain import in_words
from query.view import ShownGap, ShownIncident, WithheldCount


def incidents_shown(standing: Iterable[Opened]) -> tuple[ShownIncident, ...]:
    """Give the incidents that two or more agencies told among entries that stand and are read."""
    return tuple(
        ShownIncident(one.incident_id, one.events, one.agencies, one.happened, in_words(one.happened), one.reasons)
        for one in incidents(standing)
    )


def gaps_shown(found: Iterable[Gap], withheld: Sequence[WithheldCount]) -> tuple[ShownGap, ...]:
    """Give gaps, each with a warning where entries of its agency are withheld: they may lie in it."""
    counts = {one.agency: one.count for one in withheld}
    return tuple(
        ShownGap(
            one.agency, one.first, one.last, one.days, one.kind, one.sentence + _warning(counts.get(one.agency, 0))
        )
        for one in found
    )


def _warning(count: int) -> str:
    if count == 0:
        return ""
    return f" {'1 entry' if count == 1 else f'{count} entries'} of this agency {'is' if count == 1 else 'are'} withheld from you and may lie here."
