"""Casework through the door: nobody says anything about what they do not read, and nothing is written that is not decided and on record first."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from projections.casework import (
    ContradictionNotice,
    ContradictionResolution,
    EntryJudgement,
    Review,
    SealedWords,
)
from query.casework import Judgement, NotForCasework, Reviewing, Written, judge_entry, mark_reviewed
from query.casework_log import CaseworkFailed
from query.contradictions import found_contradictions
from query.door import Refused, StaffMember
from query.ports import DisclosureFailed
from query.sealed_words import open_words
from query.settling import Finding, notify_agencies, resolve_contradiction
from query.unsealing import RecordBroken
from tests.query.case_world import CaseWorld
from tests.query.record_world import CHILD, MONDAY, NOW, Told, staff

ANALYST, PRACTITIONER = staff(), staff("education", "practitioner")
WHY = "assessment"
MARK = "Marked-words-of-a-curator"


class Room:
    """A hub in memory in which the police and health do not agree whether an injury fits its explanation."""

    def __init__(self, police_seal: str = "OPEN") -> None:
        self.world = CaseWorld()
        self.desk = self.world.desks().casework
        said = {"injury": "a bruise", "explanation": "fell", "explained_by": None, "summary": None}
        self.health = self.injury("health", fits_explanation=True, **said)
        self.police = self.injury("police", police_seal, fits_explanation=False, **said)
        self.world.calls.clear()

    def injury(self, agency: str, seal: str = "OPEN", **said: object) -> UUID:
        happened = MONDAY if agency == "health" else MONDAY + timedelta(hours=1)
        return self.world.say(Told("InjuryRecorded", agency, happened=happened, seal=seal, fields=dict(said)))

    def contradiction(self) -> UUID:
        opened = self.world.door.unsealing.open_all(self.world.records.kept[CHILD])
        (found,) = found_contradictions(opened)
        self.world.calls.clear()
        return found.contradiction_id

    def judge(self, judgement: Judgement, who: StaffMember = ANALYST) -> Written | Refused:
        return judge_entry(self.desk, who, CHILD, WHY, judgement)

    def words(self, sealed: SealedWords | None, said_id: UUID) -> str | None:
        return open_words(self.world.door.unsealing, [(said_id, sealed)])[said_id]

    def disclosed(self) -> list[tuple[str, bool, tuple[UUID, ...]]]:
        return [(one.action, one.allowed, one.shown) for one in self.world.log.disclosures]


@pytest.fixture
def room() -> Room:
    return Room()


def of(event_id: UUID, **changes: object) -> Judgement:
    told = {"profile": "CONFERENCE", "included": True, "significance": "SIGNIFICANT", "analysis": MARK} | changes
    return Judgement(event_id, **told)  # type: ignore[arg-type]


def written(answer: Written | Refused) -> Written:
    assert isinstance(answer, Written)
    return answer


def test_the_agencies_of_a_contradiction_are_told_once_it_is_on_record(room: Room) -> None:
    wanted = room.contradiction()
    told = written(notify_agencies(room.desk, ANALYST, CHILD, WHY, wanted))
    assert room.world.calls == ["read", "open", "record", "write"]
    assert room.disclosed() == [("settle_contradiction", True, (room.health, room.police))]
    (notice,) = room.world.casework.said
    assert isinstance(notice, ContradictionNotice)
    assert (notice.agencies, notice.entries) == (("health", "police"), (room.health, room.police))
    assert (notice.contradiction_id, notice.kind) == (wanted, "injury_explanation")
    assert (notice.said.disclosure_id, notice.said.at, notice.said.child) == (told.disclosure_id, NOW, CHILD)
    assert told.view.agencies == ("health", "police")


def test_a_contradiction_is_resolved_with_a_finding_that_is_sealed(room: Room) -> None:
    answer = resolve_contradiction(room.desk, ANALYST, CHILD, WHY, Finding(room.contradiction(), MARK))
    (resolution,) = room.world.casework.said
    assert isinstance(resolution, ContradictionResolution)
    assert resolution.finding is not None
    assert MARK.encode() not in resolution.finding.sealed + written(answer).shown
    assert room.words(resolution.finding, resolution.said.said_id) == MARK


def test_a_contradiction_with_an_entry_that_is_withheld_cannot_be_settled_and_that_is_recorded() -> None:
    room = Room(police_seal="SEALED")
    with pytest.raises(NotForCasework, match="open the record to see which there are"):
        notify_agencies(room.desk, ANALYST, CHILD, WHY, room.contradiction())
    assert room.disclosed() == [("settle_contradiction", True, ())]
    assert room.world.casework.said == []


def test_nobody_is_told_of_a_contradiction_with_a_locked_entry() -> None:
    room = Room(police_seal="LOCKED")
    owner = staff("police", "analyst", "locked")
    with pytest.raises(NotForCasework, match="found a locked one, so nobody was told"):
        notify_agencies(room.desk, owner, CHILD, WHY, room.contradiction())
    assert isinstance(
        resolve_contradiction(room.desk, owner, CHILD, WHY, Finding(room.contradiction(), "So.")), Written
    )


def test_an_entry_is_judged_with_an_analysis_that_is_sealed(room: Room) -> None:
    answer = written(room.judge(of(room.health)))
    assert room.disclosed() == [("curate_chronology", True, (room.health,))]
    (judgement,) = room.world.casework.said
    assert isinstance(judgement, EntryJudgement)
    assert (judgement.profile, judgement.included, judgement.significance) == ("CONFERENCE", True, "SIGNIFICANT")
    assert judgement.analysis is not None
    assert MARK.encode() not in judgement.analysis.sealed + answer.shown
    assert room.words(judgement.analysis, judgement.said.said_id) == MARK


def test_words_are_opened_only_as_what_they_were_said_in(room: Room) -> None:
    room.judge(of(room.health))
    (judgement,) = room.world.casework.said
    assert isinstance(judgement, EntryJudgement)
    with pytest.raises(RecordBroken, match="run `mash verify`"):
        room.words(judgement.analysis, uuid4())


@pytest.mark.parametrize("stranger", [UUID(int=5), None])
def test_an_entry_that_is_not_read_is_not_judged_and_that_is_recorded(room: Room, stranger: UUID | None) -> None:
    withheld = room.world.say(Told(agency="police", sensitivity="RESTRICTED"))
    with pytest.raises(NotForCasework, match="found none by that id"):
        room.judge(of(stranger or withheld))
    assert room.disclosed() == [("curate_chronology", True, ())]
    assert room.world.casework.said == []


def test_a_review_names_the_entries_that_its_reader_reads_of_the_curated_chronology(room: Room) -> None:
    room.judge(of(room.health))
    room.judge(of(room.police))
    room.judge(of(room.police, included=False))
    mark_reviewed(room.desk, ANALYST, CHILD, WHY, Reviewing("CONFERENCE", MARK))
    review = room.world.casework.said[-1]
    assert isinstance(review, Review)
    assert (review.profile, review.entries) == ("CONFERENCE", (room.health,))
    assert review.note is not None
    assert room.words(review.note, review.said.said_id) == MARK


def test_a_chronology_that_nobody_curated_cannot_be_reviewed(room: Room) -> None:
    room.judge(of(room.health))
    with pytest.raises(NotForCasework, match="judge entries first"):
        mark_reviewed(room.desk, ANALYST, CHILD, WHY, Reviewing("REVIEW"))


def test_without_words_nothing_is_sealed(room: Room) -> None:
    room.judge(of(room.health, analysis=" "))
    (judgement,) = room.world.casework.said
    assert isinstance(judgement, EntryJudgement)
    assert judgement.analysis is None


def test_of_a_shredded_entry_nothing_more_is_written(room: Room) -> None:
    room.world.keys.destroyed.add("health")
    with pytest.raises(NotForCasework, match="it was shredded"):
        room.judge(of(room.health))


SAYINGS: list[Callable[[Room, StaffMember, str | None], object]] = [
    lambda room, who, why: notify_agencies(room.desk, who, CHILD, why, room.contradiction()),
    lambda room, who, why: resolve_contradiction(room.desk, who, CHILD, why, Finding(room.contradiction(), "So.")),
    lambda room, who, why: judge_entry(room.desk, who, CHILD, why, of(room.health)),
    lambda room, who, why: mark_reviewed(room.desk, who, CHILD, why, Reviewing("CONFERENCE")),
]


@pytest.mark.parametrize("say", SAYINGS)
@pytest.mark.parametrize(
    ("who", "purpose"),
    [(PRACTITIONER, WHY), (ANALYST, None), (ANALYST, "audit"), (staff("health", "auditor"), "audit")],
)
def test_who_may_not_say_it_is_refused_before_anything_is_read(
    room: Room, say: Callable[[Room, StaffMember, str | None], object], who: StaffMember, purpose: str | None
) -> None:
    assert isinstance(say(room, who, purpose), Refused)
    assert room.world.calls == ["record"]
    assert [one.allowed for one in room.world.log.disclosures] == [False]


@pytest.mark.parametrize("say", SAYINGS[:3])
def test_nothing_is_written_without_its_disclosure(
    room: Room, say: Callable[[Room, StaffMember, str | None], object]
) -> None:
    room.world.log.broken = True
    with pytest.raises(DisclosureFailed):
        say(room, ANALYST, WHY)
    assert room.world.casework.said == []


def test_what_was_perhaps_not_written_is_an_error_that_quotes_nothing(room: Room) -> None:
    room.world.casework.broken = True
    with pytest.raises(CaseworkFailed) as failed:
        room.judge(of(room.health))
    assert MARK not in str(failed.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Finding(UUID(int=1), " "),
        lambda: Finding(UUID(int=1), "x" * 4001),
        lambda: Judgement(UUID(int=1), "LIVE", True, "ROUTINE"),  # type: ignore[arg-type]
        lambda: Judgement(UUID(int=1), "REVIEW", True, "HUGE"),  # type: ignore[arg-type]
        lambda: Judgement(UUID(int=1), "REVIEW", True, "ROUTINE", "x" * 4001),
        lambda: Reviewing("NEVER"),  # type: ignore[arg-type]
    ],
)
def test_words_that_the_contract_does_not_have_are_refused_without_quoting_them(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="expected") as refused:
        make()
    assert "xxx" not in str(refused.value)
