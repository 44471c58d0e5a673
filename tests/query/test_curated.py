from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from query.casework import CaseworkDesk, Judgement, Reviewing, judge_entry, mark_reviewed
from query.curated import CuratedChronology
from query.door import StaffMember
from query.plain_text import record_in_plain_text
from tests.query.case_world import CaseWorld
from tests.query.record_world import CHILD, NOW, Told, at, staff

WHY = "assessment"
POLICE = staff("police", "analyst", "sealed")


@pytest.fixture
def world() -> CaseWorld:
    return CaseWorld()


def desk_at(world: CaseWorld, moment: datetime) -> CaseworkDesk:
    desk = world.desks().casework
    return replace(desk, door=replace(desk.door, clock=lambda: moment))


def judge(world: CaseWorld, event_id: UUID, significance: Any, days: int = -9, **more: Any) -> None:
    who: StaffMember = more.pop("who", staff())
    judgement = Judgement(event_id, "CONFERENCE", more.pop("included", True), significance, more.pop("analysis", ""))
    judge_entry(desk_at(world, NOW + timedelta(days=days)), who, CHILD, WHY, judgement)


def review(world: CaseWorld, days: int = -1, note: str = "") -> None:
    mark_reviewed(desk_at(world, NOW + timedelta(days=days)), staff(), CHILD, WHY, Reviewing("CONFERENCE", note))


def conference(world: CaseWorld) -> CuratedChronology:
    (one,) = world.open().view.curated
    return one


def test_the_log_stays_whole_beside_what_was_curated_from_it(world: CaseWorld) -> None:
    late, early = world.say(Told(happened=at("2025-02-02"))), world.say(Told(happened=at("2025-01-01")))
    world.say(Told())
    judge(world, late, "NOTABLE")
    judge(world, early, "CRITICAL", analysis="the first of three")
    view = world.open().view
    assert len(view.timeline) == 3
    (one,) = view.curated
    assert (one.profile, one.left_out, one.reviews) == ("CONFERENCE", (), ())
    assert [(entry.event_id, entry.significance, entry.analysis) for entry in one.entries] == [
        (early, "CRITICAL", "the first of three"),
        (late, "NOTABLE", None),
    ]


def test_a_significance_that_was_raised_keeps_what_it_was_and_who_raised_it(world: CaseWorld) -> None:
    entry = world.say(Told())
    judge(world, entry, "ROUTINE", days=-9)
    judge(world, entry, "CRITICAL", days=-2, who=staff("education"))
    (one,) = conference(world).entries
    assert one.significance == "CRITICAL"
    assert [(was.significance, was.person, was.at) for was in one.history] == [
        ("ROUTINE", "health-17", NOW - timedelta(days=9)),
        ("CRITICAL", "education-17", NOW - timedelta(days=2)),
    ]


def test_an_entry_that_was_judged_out_is_left_out_and_said_to_be(world: CaseWorld) -> None:
    entry = world.say(Told())
    judge(world, entry, "ROUTINE", days=-9)
    judge(world, entry, "ROUTINE", days=-2, included=False)
    assert conference(world).entries == ()
    assert [one.event_id for one in conference(world).left_out] == [entry]


def test_a_judgement_of_a_version_counts_for_the_version_that_stands(world: CaseWorld) -> None:
    first = world.say(Told())
    judge(world, first, "SIGNIFICANT")
    second = world.say(Told(corrects=first, learned=at("2025-03-05")))
    (one,) = conference(world).entries
    assert (one.event_id, one.history[0].event_id) == (second, first)


def test_a_withdrawn_statement_is_no_entry_of_a_curated_chronology(world: CaseWorld) -> None:
    gone = world.say(Told())
    judge(world, gone, "SIGNIFICANT")
    world.say(Told("StatementRetracted", retracts=gone))
    assert world.open().view.curated == ()


def test_who_reviewed_it_and_when_is_said_and_whether_it_still_holds_the_same(world: CaseWorld) -> None:
    entry, other = world.say(Told()), world.say(Told())
    judge(world, entry, "NOTABLE")
    review(world, days=-5, note="read twice")
    (one,) = conference(world).reviews
    assert (one.person, one.at, one.note, one.current) == ("health-17", NOW - timedelta(days=5), "read twice", True)
    judge(world, other, "NOTABLE", days=-2)
    assert [one.current for one in conference(world).reviews] == [False]
    review(world)
    assert [one.current for one in conference(world).reviews] == [False, True]


def test_what_was_said_about_an_entry_that_is_withheld_or_locked_leaves_no_trace(world: CaseWorld) -> None:
    world.say(Told())
    hidden = world.say(Told(agency="police", seal="SEALED"))
    before = world.open().shown
    judge(world, hidden, "CRITICAL", who=POLICE, analysis="<marked>")
    mark_reviewed(desk_at(world, NOW), POLICE, CHILD, WHY, Reviewing("CONFERENCE", "<marked>"))
    assert world.open().shown == before


def test_plain_text_says_significance_analysis_and_review(world: CaseWorld) -> None:
    entry = world.say(Told())
    judge(world, entry, "CRITICAL", analysis="the first of three")
    review(world, note="read twice")
    text = "\n".join(record_in_plain_text(world.open().view))
    for words in (
        "For a conference: 1 entry, 0 left out",
        "critical: 3 March 2025, 09:00: ConcernRaised, education",
        "analysis: the first of three",
        "judged critical, in, by health-17 on 1 March 2025, 12:00",
        "reviewed by health-17 on 9 March 2025, 12:00",
        "read twice",
    ):
        assert words in text
