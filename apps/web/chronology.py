"""A chronology on its shelf: what was chosen of it, an incident that several agencies told as one, so many a page, and which years are on which page."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from apps.web.curated import significances
from apps.web.entries import LineWords, line_in_words, sentence_case
from apps.web.sessions import Chosen
from apps.web.words import PROFILES, SIGNIFICANCES
from projections.working_days import local_day
from query.agencies import agency_in_words
from query.outputs.rows import kind_in_words
from query.view import RecordView, ShownEntry, ShownIncident, ShownLine, WithheldEntry

A_PAGE = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: its code, its words, how many lines it has, whether it is chosen."""

    code: str
    words: str
    lines: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One line, or all the lines that tell one incident; `significance` says what curators judged, by the entry's id."""

    lines: tuple[LineWords, ...] = field(repr=False)
    incident: ShownIncident | None = field(repr=False)
    significance: Mapping[str, tuple[str, ...]]
    year: int | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of what was chosen. `years` are (year, page on which it begins), of what was chosen."""

    items: tuple[Item, ...] = field(repr=False)
    page: int
    pages: int
    found: int
    all: int
    years: tuple[tuple[int, int], ...]
    agencies: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    significance: tuple[Choice, ...]
    chosen: Chosen = field(repr=False)

    @property
    def narrowed(self) -> bool:
        """Whether anything was chosen."""
        return self.chosen != Chosen()


Judged = Mapping[UUID, Mapping[str, str]]


def shelved(view: RecordView, chosen: Chosen, page: int) -> Shelf:
    """Give one page of the chosen lines; the last one where there are not so many. Only its lines are put into words."""
    judged = significances(view)
    wanted = [line for line in view.timeline if is_chosen(line, chosen, judged)]
    together = _together(wanted, view.incidents)
    pages = max(1, -(-len(together) // A_PAGE))
    page = min(page, pages)
    begin = (page - 1) * A_PAGE
    return Shelf(
        items=tuple(_item(view, one, judged) for one in together[begin : begin + A_PAGE]),
        page=page,
        pages=pages,
        found=len(wanted),
        all=len(view.timeline),
        years=_years(together),
        agencies=_choices(map(agency_of, view.timeline), chosen.agencies, agency_in_words),
        kinds=_choices(filter(None, map(kind_of, view.timeline)), chosen.kinds, kind_in_words),
        significance=_significance(view, chosen, judged),
        chosen=chosen,
    )


def is_chosen(line: ShownLine, chosen: Chosen, judged: Judged) -> bool:
    """Say whether a line is among what was chosen; one of which no time may be known is in no span of days."""
    if chosen.agencies and agency_of(line) not in chosen.agencies:
        return False
    if chosen.kinds and kind_of(line) not in chosen.kinds:
        return False
    if chosen.significance and chosen.significance.isdisjoint(_judged_of(line, judged).values()):
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


Together = tuple[ShownIncident | None, list[ShownLine]]


def _together(lines: Sequence[ShownLine], incidents: Iterable[ShownIncident]) -> list[Together]:
    """Put the lines of one incident where its first one stands; each keeps its own words."""
    told = {event_id: one for one in incidents for event_id in one.events}
    placed: dict[UUID, list[ShownLine]] = {}
    found: list[Together] = []
    for line in lines:
        incident = told.get(line.standing.event_id) if isinstance(line.standing, ShownEntry) else None
        if incident is None:
            found.append((None, [line]))
        elif incident.incident_id in placed:
            placed[incident.incident_id].append(line)
        else:
            placed[incident.incident_id] = [line]
            found.append((incident, placed[incident.incident_id]))
    # Where the others of an incident were not chosen, what is left is one line like any other.
    return [(incident if len(lines) > 1 else None, lines) for incident, lines in found]


def _item(view: RecordView, together: Together, judged: Judged) -> Item:
    incident, lines = together
    significance = {
        str(line.standing.event_id): tuple(
            f"{SIGNIFICANCES[word]} ({PROFILES[profile].lower()})" for profile, word in _judged_of(line, judged).items()
        )
        for line in lines
        if isinstance(line.standing, ShownEntry)
    }
    first = _first_day(lines[0])
    words = tuple(line_in_words(line, view.marks) for line in lines)
    return Item(words, incident, significance, None if first is None else first.year)


def _judged_of(line: ShownLine, judged: Judged) -> Mapping[str, str]:
    return judged.get(line.standing.event_id, {}) if isinstance(line.standing, ShownEntry) else {}


def _choices(codes: Iterable[str], chosen: frozenset[str], in_words: Callable[[str], str]) -> tuple[Choice, ...]:
    counted = Counter(codes)
    return tuple(Choice(one, sentence_case(in_words(one)), counted[one], one in chosen) for one in sorted(counted))


def _significance(view: RecordView, chosen: Chosen, judged: Judged) -> tuple[Choice, ...]:
    counted = Counter(word for line in view.timeline for word in set(_judged_of(line, judged).values()))
    return tuple(
        Choice(one, words, counted[one], one in chosen.significance)
        for one, words in SIGNIFICANCES.items()
        if counted[one]
    )


def _seen(line: ShownLine) -> ShownEntry | None:
    versions = (line.standing, *reversed(line.superseded))
    return next((one for one in versions if isinstance(one, ShownEntry)), None)


def _first_day(line: ShownLine) -> date | None:
    seen = _seen(line)
    return None if seen is None else local_day(seen.happened.earliest)


def _years(together: Sequence[Together]) -> tuple[tuple[int, int], ...]:
    placed = [(day.year, place) for place, (_, lines) in enumerate(together) if (day := _first_day(lines[0]))]
    return tuple(sorted({year: place // A_PAGE + 1 for year, place in reversed(placed)}.items()))
