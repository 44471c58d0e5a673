from hypothesis import given, settings
from hypothesis import strategies as st

from projections.chronology.incident_rules import RULES
from projections.chronology.incidents import SAME_EPISODE, SAME_REFERENCE, Incident, incidents
from projections.chronology.opened import Opened
from schemas.catalogue import load_catalogue
from tests.projections.opened_entries import telling

KINDS = ("PoliceIncidentRecorded", "AttendanceRecorded", "InjuryRecorded", "MissingEpisodeStarted", "SelfHarmRecorded")
AGENCIES = ("police", "health", "education")


def groups(*told: Opened) -> list[set[int]]:
    return [{one.int for one in incident.events} for incident in incidents(told)]


@st.composite
def entries(draw: st.DrawFn) -> Opened:
    day, hour = draw(st.integers(1, 3)), draw(st.integers(0, 23))
    crime = {"crime_reference": draw(st.sampled_from((None, "C 1", "c1", "C2")))}
    kind = draw(st.sampled_from(KINDS))
    return telling(
        draw(st.integers(1, 9)),
        kind,
        draw(st.sampled_from(AGENCIES)),
        f"2016-03-0{day}T{hour:02}:00",
        until=f"2016-03-{day + draw(st.integers(0, 8)):02}T23:59",
        envelope={"correlation": draw(st.sampled_from((None, "E-1")))},
        **(crime if kind == "PoliceIncidentRecorded" else {}),
    )


DIFFERENT = st.lists(entries(), max_size=9, unique_by=lambda one: one.entry.event_id)


@settings(deadline=None)
@given(told=DIFFERENT, data=st.data())
def test_neither_order_nor_repeats_change_the_incidents(told: list[Opened], data: st.DataObject) -> None:
    again = data.draw(st.permutations([*told, *told[:2]]))
    assert incidents(again) == incidents(told)


@settings(deadline=None)
@given(told=DIFFERENT)
def test_an_incident_has_two_agencies_and_an_entry_is_part_of_one_at_most(told: list[Opened]) -> None:
    found = incidents(told)
    named = [one for incident in found for one in incident.events]
    assert len(named) == len(set(named))
    agency_of = {one.entry.event_id: one.entry.agency for one in told}
    for one in found:
        assert len(one.agencies) > 1
        assert set(one.agencies) == {agency_of[event] for event in one.events}
        assert one.reasons


def test_police_and_hospital_tell_of_one_night_and_the_reason_is_said() -> None:
    (found,) = incidents(
        [
            telling(1, "PoliceIncidentRecorded", "police", "2016-03-22T21:40"),
            telling(2, "AttendanceRecorded", "health", "2016-03-22T23:10"),
            telling(3, "ProtectionNotificationSent", "police", "2016-03-23T06:00"),
            telling(4, "ConcernRaised", "education", "2016-03-22T22:00"),
        ]
    )
    assert [one.int for one in found.events] == [1, 2, 3]
    assert found.agencies == ("health", "police")
    assert "within 12 hours of each other" in found.reasons[0]
    assert (found.happened.earliest.hour, found.happened.latest.hour) == (21, 6)


def test_one_agency_alone_is_no_incident_of_two() -> None:
    told = [
        telling(1, "PoliceIncidentRecorded", "police", "2016-03-22"),
        telling(2, "ProtectionNotificationSent", "police", "2016-03-22"),
    ]
    assert groups(*told) == []


def test_what_lies_further_apart_than_its_kinds_may_is_not_put_together() -> None:
    police = telling(1, "PoliceIncidentRecorded", "police", "2016-03-22T06:00")
    assert groups(police, telling(2, "AttendanceRecorded", "health", "2016-03-22T18:00")) == [{1, 2}]
    assert groups(police, telling(2, "AttendanceRecorded", "health", "2016-03-22T18:01")) == []


def test_a_week_of_entries_each_near_the_next_is_not_one_incident() -> None:
    told = [telling(n, "InjuryRecorded", "health", f"2016-03-0{n}T08:00") for n in (1, 2, 3)]
    told += [telling(10 + n, "AttendanceRecorded", "education", f"2016-03-0{n}T19:00") for n in (1, 2, 3)]
    assert groups(*told) == [{1, 11}, {2, 12}, {3, 13}]


def test_two_of_a_kind_by_one_agency_are_two_unless_it_ties_them_itself() -> None:
    hospital = telling(3, "AttendanceRecorded", "health", "2016-03-22T12:00")
    one, other = (telling(n, "PoliceIncidentRecorded", "police", f"2016-03-22T1{n}:00") for n in (0, 1))
    assert groups(one, other, hospital) == [{0, 3}]
    tied = telling(1, "PoliceIncidentRecorded", "police", "2016-03-22T11:00", envelope={"cause": "ref-0"})
    (found,) = incidents([one, tied, hospital])
    assert {event.int for event in found.events} == {0, 1, 3}
    assert SAME_EPISODE in found.reasons


def test_a_crime_reference_ties_and_another_keeps_apart() -> None:
    def police(number: int, when: str, crime: str) -> Opened:
        return telling(number, "PoliceIncidentRecorded", "police", when, crime_reference=crime)

    hospital = telling(9, "AttendanceRecorded", "health", "2016-03-22T12:00")
    weeks_later = police(2, "2016-04-10", "CR 1")
    (found,) = incidents([police(1, "2016-03-22T11:00", "cr1"), weeks_later, hospital])
    assert {one.int for one in found.events} == {1, 2, 9}
    assert SAME_REFERENCE in found.reasons
    assert groups(police(1, "2016-03-22T11:00", "cr1"), police(2, "2016-03-22T11:30", "cr2"), hospital) == [{1, 9}]


def test_a_time_that_is_too_uncertain_puts_nothing_together() -> None:
    sometime = telling(1, "MissingEpisodeStarted", "police", "2016-03-01", until="2016-03-31")
    assert groups(sometime, telling(2, "MissingEpisodeStarted", "childrens_social_care", "2016-03-15")) == []


def test_an_incident_is_named_by_its_entries_and_never_by_what_they_say() -> None:
    def told(injury: str) -> tuple[Incident, ...]:
        return incidents(
            [
                telling(1, "InjuryRecorded", "health", "2016-03-22", injury=injury),
                telling(2, "AttendanceRecorded", "education", "2016-03-22"),
            ]
        )

    assert told("a bruise") == told("a burn")
    assert told("a bruise")[0].incident_id.version == 8


def test_an_entry_that_was_shredded_still_lies_where_it_lay() -> None:
    gone = telling(1, "PoliceIncidentRecorded", "police", "2016-03-22", shredded=True)
    assert groups(gone, telling(2, "AttendanceRecorded", "health", "2016-03-22")) == [{1, 2}]


def test_every_kind_that_a_rule_names_is_one_that_agencies_tell() -> None:
    told = {one.short_name for one in load_catalogue().statements()}
    assert set().union(*(rule.kinds for rule in RULES)) <= told
