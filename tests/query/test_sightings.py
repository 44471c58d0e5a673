from typing import Any

import pytest

from projections.chronology.entry import Span
from query.plain_text import record_in_plain_text
from query.sightings import ago_in_words, days_between
from query.view import Sightings
from tests.query.record_world import NOW, Told, World, at


def sightings(world: World) -> Sightings:
    return world.open().view.sightings


@pytest.mark.parametrize(
    ("event_type", "agency", "fields", "seen", "heard"),
    [
        ("HealthVisitMade", "health", {"service": "health visitor", "seen": True}, True, False),
        ("HealthVisitMade", "health", {"service": "health visitor", "seen": False}, False, False),
        ("AttendanceRecorded", "health", {"service": "ED", "presentation": "cut", "outcome": "discharged"}, True, False),
        ("AttendanceRecorded", "health", {"service": "ED", "presentation": "cut", "outcome": "Left before being seen"}, False, False),
        ("AmbulanceAttended", "health", {"reason": "fall", "seen_at_home": "dark"}, False, False),
        ("ProtectionNotificationSent", "police", {"kind": "neglect", "child_spoken_to": True, "child_said": "hungry"}, True, True),
        ("ProtectionNotificationSent", "police", {"kind": "neglect", "child_spoken_to": None, "child_said": None}, False, False),
        ("ReturnInterviewHeld", "voluntary", {"accepted": True, "child_said": "went to the sea"}, True, True),
        ("ReturnInterviewHeld", "voluntary", {"accepted": False}, False, False),
        ("WishesAndFeelingsRecorded", "education", {"views": "wants a dog"}, False, True),
        ("WishesAndFeelingsRecorded", "education", {"views": " "}, False, False),
        ("LookedAfterReviewHeld", "childrens_social_care", {"participation": "pn4"}, True, False),
        ("LookedAfterReviewHeld", "childrens_social_care", {"participation": "PN6"}, False, True),
        ("LookedAfterReviewHeld", "childrens_social_care", {"participation": "took part"}, False, False),
        ("ConcernRaised", "education", {}, False, False),
    ],
)  # fmt: skip
def test_only_what_an_entry_says_in_so_many_words_is_a_sighting(
    world: World, event_type: str, agency: str, fields: dict[str, Any], *, seen: bool, heard: bool
) -> None:
    world.say(Told(event_type, agency, fields=fields))
    found = sightings(world)
    assert (found.seen is not None, found.heard is not None) == (seen, heard)
    assert found.alone is None


def test_how_long_ago_it_was_is_counted_to_the_moment_that_is_shown(world: World) -> None:
    world.say(Told("ChildSeen", happened=at("2025-02-28T15:00"), fields={"alone": True}))
    found = sightings(world)
    assert found.seen is not None
    assert (found.seen.days_ago, found.seen.ago_in_words) == (10, "10 days ago")
    assert found.alone_sentence == "Last seen alone: 28 February 2025, 15:00, 10 days ago, told by education"
    then = world.open_as_known_at(at("2025-03-01T23:30")).view.sightings
    assert then.seen is not None
    assert then.seen.days_ago == 1


def test_an_uncertain_sighting_says_the_least_and_the_most(world: World) -> None:
    world.say(
        Told("ChildSeen", happened=at("2025-02-01"), until=at("2025-02-28T23:59"), wording="some time in February")
    )
    found = sightings(world)
    assert (
        found.seen_sentence
        == "Last seen: February 2025 (told as “some time in February”), between 10 and 37 days ago, told by education"
    )


def test_what_nobody_recorded_is_said_and_always_in_sight(world: World) -> None:
    text = "\n".join(record_in_plain_text(world.open().view))
    for title in ("Last seen", "Last seen alone", "Wishes and feelings last recorded"):
        assert f"{title}: not recorded by anyone in what is shown here" in text


def test_what_is_said_to_happen_later_is_no_sighting_yet(world: World) -> None:
    world.say(Told("ChildSeen", happened=at("2025-04-01"), learned=at("2025-03-01")))
    assert sightings(world).seen is None


def test_days_are_local_days_and_never_less_than_none() -> None:
    late = at("2025-07-01T23:30")
    assert days_between(Span(late, late), at("2025-07-02T08:00")) == (0, 0)
    assert days_between(Span(NOW, at("2026-01-01")), NOW) == (0, 0)
    assert [ago_in_words(0, 0), ago_in_words(1, 1), ago_in_words(0, 2)] == [
        "today",
        "1 day ago",
        "between 0 and 2 days ago",
    ]
