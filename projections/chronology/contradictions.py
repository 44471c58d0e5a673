"""Where two agencies' entries do not agree: only what can be compared honestly, always two entries at a time, so that everybody who reads both finds the same.

A contradiction is an item for people: it says what does not agree, and not who is right, what was meant or what anybody should have known (WT13 4.10; Herts 14.4.55). Agencies are told of it,
and a person resolves it; what each agency said stays. Its id is derived from its kind and its two entries, never from what they say.

What is not seen: what is only in free text, whether two explanations in other words mean the same (that they are in other words is said), people whose names are spelt differently, silence
(an agency that says nothing does not contradict), and entries of one agency that do not agree with each other. Times, and yes or no, are compared between the nearest entries of two
agencies alone, so that one agency's two incidents are not held against another's one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from uuid import UUID

from projections.chronology.incident_rules import (
    DETAINED,
    DETENTION_ENDED,
    DIED,
    FOUND,
    INJURY,
    MEETING,
    MISSED,
    PLANNING,
    RELEASED,
)
from projections.chronology.incidents import apart, derived_id, in_order, is_wide
from projections.chronology.opened import Fields, Opened
from projections.chronology.residents import residence_disagreements
from projections.chronology.uncertain import happened_order, in_words
from schemas.topics import AGENCIES

ContradictionKind = Literal["when", "who_was_there", "who_lives_there", "who_was_told", "injury_explanation"]

CLOCKS_DIFFER = timedelta(minutes=15)
"""Two clocks, or two people who write down a time afterwards, may differ by so much without disagreeing."""
DECISION_WITHIN = timedelta(days=7)
"""Two agencies' decisions on telling the family are of one concern when they lie within a week of each other; the hub's own judgement."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What one entry says about the matter, in words."""

    event_id: UUID
    agency: str
    said: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two entries (event ids, sorted) that do not agree, on what, in a sentence, and what each says, in the order in which they happened."""

    contradiction_id: UUID
    kind: ContradictionKind
    events: tuple[UUID, ...]
    agencies: tuple[str, ...]
    sentence: str
    said: tuple[Saying, ...]


Read = Callable[[Opened], str]
Pair = tuple[Opened, Opened]


def contradictions(standing: Iterable[Opened]) -> tuple[Contradiction, ...]:
    """Find what does not agree among the entries that stand and are read; sorted by kind and entries, whatever order they come in."""
    by_kind: dict[str, list[Opened]] = defaultdict(list)
    for one in in_order(one for one in standing if one.fields is not None):
        by_kind[one.entry.event_type].append(one)
    found = [
        *_when(by_kind),
        *_attended(by_kind),
        *_visited(by_kind),
        *_residents(by_kind),
        *_told(by_kind),
        *_injuries(by_kind),
    ]
    return tuple(sorted(found, key=lambda one: (one.kind, one.events)))


ONE_MOMENT: Mapping[str, timedelta] = {
    kind: rule.within
    for rule in (DIED, MISSED, FOUND, MEETING, PLANNING, DETAINED, DETENTION_ENDED, RELEASED)
    for kind in sorted(rule.kinds)
}
"""Kinds whose time is one and the same moment whoever tells it, and how near entries must lie to tell of the same one. An injury is not among them: each agency's time is when it saw it."""


def _when(by_kind: Mapping[str, Sequence[Opened]]) -> Iterator[Contradiction]:
    for kind, within in ONE_MOMENT.items():
        for pair in nearest_pairs(by_kind.get(kind, ()), within):
            if apart(pair[0].entry.happened, pair[1].entry.happened) > CLOCKS_DIFFER:
                yield _contradiction("when", pair, "The two times given for this do not meet.", _time_said)


def _attended(by_kind: Mapping[str, Sequence[Opened]]) -> Iterator[Contradiction]:
    for rule in (MEETING, PLANNING):
        for kind in sorted(rule.kinds):
            for pair in nearest_pairs(by_kind.get(kind, ()), rule.within):
                missing = _named_by_one(pair)
                if missing:
                    sentence = (
                        f"One list of who took part names an agency that the other does not: {', '.join(missing)}."
                    )
                    yield _contradiction(
                        "who_was_there", pair, sentence, lambda one: ", ".join(_fields(one)["attended_by"])
                    )


def _visited(by_kind: Mapping[str, Sequence[Opened]]) -> Iterator[Contradiction]:
    for pair in nearest_pairs(by_kind.get("SceneVisitDecided", ()), DIED.within):
        if _differ(pair, "visited"):
            yield _contradiction(
                "who_was_there",
                pair,
                "One says that the place was visited or is to be, the other that it is not.",
                _yes_or_no("visited"),
            )


def _told(by_kind: Mapping[str, Sequence[Opened]]) -> Iterator[Contradiction]:
    for pair in nearest_pairs(by_kind.get("InformingFamilyDecided", ()), DECISION_WITHIN):
        if _differ(pair, "informed"):
            yield _contradiction(
                "who_was_told",
                pair,
                "One says that the family is told of the concern, the other that it is not.",
                _yes_or_no("informed"),
            )


def _residents(by_kind: Mapping[str, Sequence[Opened]]) -> Iterator[Contradiction]:
    for found in residence_disagreements(by_kind):
        yield _contradiction("who_lives_there", found.pair, found.sentence, found.said)


def _injuries(by_kind: Mapping[str, Sequence[Opened]]) -> Iterator[Contradiction]:
    for pair in nearest_pairs(by_kind.get("InjuryRecorded", ()), INJURY.within):
        sentence = _injury_sentence(pair)
        if sentence is not None:
            yield _contradiction("injury_explanation", pair, sentence, _explanation_said)


def _injury_sentence(pair: Pair) -> str | None:
    if _differ(pair, "fits_explanation"):
        return "One judges that the injury and its explanation fit, the other that they do not."
    told = [_plain(_fields(one)["explanation"]) for one in pair]
    if all(told) and told[0] != told[1]:
        return "The explanations of the injury are in other words; whether they mean the same is for a person to say."
    return None


def nearest_pairs(entries: Sequence[Opened], within: timedelta) -> Iterator[Pair]:
    """Give the pairs of two agencies' entries that lie within so much of each other and are each other's nearest; `entries` are in the order in which they happened.

    A time too wide to say which incident it belongs to makes no pair.
    """
    narrow = [one for one in entries if not is_wide(one.entry.happened)]
    nearest: dict[tuple[UUID, str], tuple[tuple[object, ...], UUID]] = {}
    pairs: list[Pair] = []
    for place, one in enumerate(narrow):
        for other in narrow[place + 1 :]:
            if other.entry.happened.earliest - one.entry.happened.latest > within:
                break  # all that come later begin later still
            if one.entry.agency != other.entry.agency:
                pairs.append((one, other))
                _note_nearest(nearest, one, other)
                _note_nearest(nearest, other, one)
    for one, other in pairs:
        if _is_nearest(nearest, one, other) and _is_nearest(nearest, other, one):
            yield one, other


def _note_nearest(nearest: dict[tuple[UUID, str], tuple[tuple[object, ...], UUID]], one: Opened, other: Opened) -> None:
    key = one.entry.event_id, other.entry.agency
    found = _distance(one, other), other.entry.event_id
    nearest[key] = min(nearest.get(key, found), found)


def _is_nearest(
    nearest: Mapping[tuple[UUID, str], tuple[tuple[object, ...], UUID]], one: Opened, other: Opened
) -> bool:
    return nearest[one.entry.event_id, other.entry.agency][1] == other.entry.event_id


def _distance(one: Opened, other: Opened) -> tuple[object, ...]:
    here, there = one.entry.happened, other.entry.happened
    return apart(here, there), abs(here.earliest - there.earliest) + abs(here.latest - there.latest)


def _named_by_one(pair: Pair) -> list[str]:
    """Name agencies in one list of who took part and not in the other, where the other names agencies alone: an entry such as a person's name may be anybody's."""
    named = [{_agency_named(text) for text in _fields(one)["attended_by"]} for one in pair]
    missing = set[str]()
    for here, there in ((named[0], named[1]), (named[1], named[0])):
        if there and None not in there:
            missing |= {one for one in here - there if one is not None}
    return sorted(missing)


def _agency_named(text: str) -> str | None:
    code = "_".join(text.replace("'", "").replace("’", "").casefold().split())
    return code if code in AGENCIES else None


def _differ(pair: Pair, name: str) -> bool:
    return {_fields(one)[name] for one in pair} == {True, False}


def _time_said(one: Opened) -> str:
    return in_words(one.entry.happened, _fields(one)["envelope"]["happened"]["wording"])


def _yes_or_no(name: str) -> Read:
    return lambda one: f"{name.replace('_', ' ')}: {'yes' if _fields(one)[name] else 'no'}"


def _explanation_said(one: Opened) -> str:
    fields = _fields(one)
    explained = fields["explanation"] or "no explanation recorded"
    by = f" (explained by {fields['explained_by']})" if fields["explained_by"] else ""
    fits = {True: "; judged to fit", False: "; judged not to fit", None: ""}[fields["fits_explanation"]]
    return f"{explained}{by}{fits}"


def _plain(text: str | None) -> str:
    return " ".join((text or "").casefold().split()).rstrip(".")


def _fields(one: Opened) -> Fields:
    return one.fields or {}


def _contradiction(kind: ContradictionKind, pair: Pair, sentence: str, read: Read) -> Contradiction:
    ordered = sorted(pair, key=lambda one: happened_order(one.entry))
    ids = tuple(sorted(one.entry.event_id for one in pair))
    said = tuple(Saying(one.entry.event_id, one.entry.agency, read(one)) for one in ordered)
    return Contradiction(
        derived_id(kind, ids), kind, ids, tuple(sorted(one.entry.agency for one in pair)), sentence, said
    )
