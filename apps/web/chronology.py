"""A chronology on its shelf: what was chosen of it, so many lines a page, and which years are on which page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from apps.web.entries import LineWords, line_in_words
from apps.web.sessions import Chosen
from projections.working_days import local_day
from query.agencies import agency_in_words
from query.outputs.rows import kind_in_words
from query.view import RecordView, ShownEntry, ShownLine, WithheldEntry

LINES_A_PAGE = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: its code, its words, how many lines it has, whether it is chosen."""

    code: str
    words: str
    lines: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of what was chosen. `years` are (year, page on which it begins), of what was chosen."""

    lines: tuple[LineWords, ...] = field(repr=False)
    page: int
    pages: int
    found: int
    all: int
    years: tuple[tuple[int, int], ...]
    agencies: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    chosen: Chosen = field(repr=False)

    @property
    def narrowed(self) -> bool:
        """Whether anything was chosen."""
        return self.chosen != Chosen()


def shelved(view: RecordView, chosen: Chosen, page: int) -> Shelf:
    """Give one page of the chosen lines; the last one where there are not so many. Only its lines are put into words."""
    wanted = [line for line in view.timeline if is_chosen(line, chosen)]
    pages = max(1, -(-len(wanted) // LINES_A_PAGE))
    page = min(page, pages)
    begin = (page - 1) * LINES_A_PAGE
    agencies = Counter(agency_of(line) for line in view.timeline)
    kinds = Counter(kind_of(line) for line in view.timeline if kind_of(line))
    return Shelf(
        lines=tuple(line_in_words(line, view.marks) for line in wanted[begin : begin + LINES_A_PAGE]),
        page=page,
        pages=pages,
        found=len(wanted),
        all=len(view.timeline),
        years=_years(wanted),
        agencies=tuple(
            Choice(one, agency_in_words(one), agencies[one], one in chosen.agencies) for one in sorted(agencies)
        ),
        kinds=tuple(Choice(one, kind_in_words(one), kinds[one], one in chosen.kinds) for one in sorted(kinds)),
        chosen=chosen,
    )


def is_chosen(line: ShownLine, chosen: Chosen) -> bool:
    """Say whether a line is among what was chosen; one of which no time may be known is in no span of days."""
    if chosen.agencies and agency_of(line) not in chosen.agencies:
        return False
    if chosen.kinds and kind_of(line) not in chosen.kinds:
        return False
    if chosen.since is None and chosen.until is None:
        return True
    seen = _seen(line)
    if seen is None:
        return False
    after = chosen.since is None or local_day(seen.happened.latest) >= chosen.since
    return after and (chosen.until is None or local_day(seen.happened.earliest) <= chosen.until)


def agency_of(line: ShownLine) -> str:
    """Name the agency of a line."""
    return line.standing.withheld_by if isinstance(line.standing, WithheldEntry) else line.standing.agency


def kind_of(line: ShownLine) -> str:
    """Name the kind of what stands; empty where it may not be known."""
    return line.standing.event_type if isinstance(line.standing, ShownEntry) else ""


def _seen(line: ShownLine) -> ShownEntry | None:
    versions = (line.standing, *reversed(line.superseded))
    return next((one for one in versions if isinstance(one, ShownEntry)), None)


def _years(lines: Sequence[ShownLine]) -> tuple[tuple[int, int], ...]:
    placed = [
        (local_day(seen.happened.earliest).year, place) for place, line in enumerate(lines) if (seen := _seen(line))
    ]
    first = placed[:1] + [later for earlier, later in pairwise(placed) if later[0] != earlier[0]]
    pages = {year: place // LINES_A_PAGE + 1 for year, place in reversed(first)}
    return tuple(sorted(pages.items()))
