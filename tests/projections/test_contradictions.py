from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from projections.chronology.contradictions import ONE_MOMENT, Contradiction, contradictions
from projections.chronology.opened import Opened
from schemas.catalogue import load_catalogue
from tests.projections.opened_entries import telling


def found(*told: Opened) -> list[tuple[str, set[int]]]:
    return [(one.kind, {event.int for event in one.events}) for one in contradictions(told)]


def only(*told: Opened) -> Contradiction:
    (one,) = contradictions(told)
    return one


@st.composite
def entries(draw: st.DrawFn) -> Opened:
    kind = draw(
        st.sampled_from(
            (
                "MissingEpisodeStarted",
                "HouseholdMemberRecorded",
                "HouseholdMemberLeft",
                "InjuryRecorded",
                "InformingFamilyDecided",
                "StrategyDiscussionHeld",
            )
        )
    )
    said: dict[str, Any] = {
        "HouseholdMemberRecorded": {
            "person_name": draw(st.sampled_from(("Ada", "ADA ", "Bo"))),
            "lives_there": draw(st.sampled_from((None, True, False))),
        },
        "HouseholdMemberLeft": {"person_name": "Ada"},
        "InjuryRecorded": {
            "explanation": draw(st.sampled_from((None, "fell", "Fell."))),
            "fits_explanation": draw(st.sampled_from((None, True, False))),
        },
        "InformingFamilyDecided": {"informed": draw(st.booleans())},
        "StrategyDiscussionHeld": {
            "attended_by": draw(
                st.lists(st.sampled_from(("police", "Children's social care", "health", "DS Smith")), max_size=3)
            )
        },
    }.get(kind, {})
    agency = draw(st.sampled_from(("police", "health", "childrens_social_care")))
    return telling(
        draw(st.integers(1, 9)),
        kind,
        agency,
        f"2016-03-0{draw(st.integers(1, 3))}T{draw(st.integers(0, 23)):02}:00",
        **said,
    )


DIFFERENT = st.lists(entries(), max_size=9, unique_by=lambda one: one.entry.event_id)


@settings(deadline=None)
@given(told=DIFFERENT, data=st.data())
def test_neither_order_nor_repeats_change_what_is_found(told: list[Opened], data: st.DataObject) -> None:
    again = data.draw(st.permutations([*told, *told[:2]]))
    assert contradictions(again) == contradictions(told)


@settings(deadline=None)
@given(told=DIFFERENT)
def test_a_contradiction_is_between_two_entries_of_two_agencies_and_each_says_its_own(told: list[Opened]) -> None:
    agency_of = {one.entry.event_id: one.entry.agency for one in told}
    for one in contradictions(told):
        assert len(one.events) == len(set(one.agencies)) == 2
        assert {(saying.event_id, saying.agency) for saying in one.said} == {
            (event, agency_of[event]) for event in one.events
        }
    ids = [one.contradiction_id for one in contradictions(told)]
    assert len(ids) == len(set(ids))


def test_two_times_of_one_moment_that_do_not_meet_are_told_with_both() -> None:
    police = telling(1, "MissingEpisodeStarted", "police", "2016-03-22T21:00")
    care = telling(2, "MissingEpisodeStarted", "childrens_social_care", "2016-03-22T18:30")
    one = only(police, care)
    assert (one.kind, one.agencies) == ("when", ("childrens_social_care", "police"))
    assert [saying.said for saying in one.said] == ["22 March 2016, 18:30", "22 March 2016, 21:00"]


def test_clocks_a_few_minutes_apart_and_uncertain_times_that_meet_do_not_contradict() -> None:
    police = telling(1, "MissingEpisodeStarted", "police", "2016-03-22T21:00")
    assert found(police, telling(2, "MissingEpisodeStarted", "education", "2016-03-22T21:15")) == []
    assert found(police, telling(2, "MissingEpisodeStarted", "education", "2016-03-22", until="2016-03-22T23:59")) == []


def test_of_two_episodes_each_is_held_against_the_nearest_of_the_other_agency() -> None:
    police = [telling(n, "MissingEpisodeStarted", "police", f"2016-03-2{n}T10:00") for n in (1, 2)]
    care = [telling(10 + n, "MissingEpisodeStarted", "childrens_social_care", f"2016-03-2{n}T10:05") for n in (1, 2)]
    assert found(*police, *care) == []


def test_a_list_of_who_took_part_that_leaves_out_an_agency_is_told() -> None:
    whole = telling(
        1,
        "StrategyDiscussionHeld",
        "police",
        "2016-03-22T10:00",
        attended_by=["Police", "Children’s social care", "health"],
    )
    part = telling(
        2,
        "StrategyDiscussionHeld",
        "childrens_social_care",
        "2016-03-22T10:00",
        attended_by=["police", "childrens_social_care"],
    )
    one = only(whole, part)
    assert one.kind == "who_was_there"
    assert "health" in one.sentence


def test_a_list_that_names_somebody_of_an_unknown_agency_leaves_nobody_out() -> None:
    whole = telling(1, "StrategyDiscussionHeld", "police", "2016-03-22T10:00", attended_by=["police", "health"])
    part = telling(
        2, "StrategyDiscussionHeld", "childrens_social_care", "2016-03-22T10:00", attended_by=["Dr Quill", "police"]
    )
    assert found(whole, part) == []


def test_whether_a_scene_was_visited_is_compared() -> None:
    said = (
        telling(1, "SceneVisitDecided", "police", "2016-03-22", visited=True),
        telling(2, "SceneVisitDecided", "health", "2016-03-22", visited=False),
    )
    assert found(*said) == [("who_was_there", {1, 2})]


def member(
    number: int, agency: str, when: str, *, lives_there: bool | None, name: str | None = "Osric Thrupp"
) -> Opened:
    return telling(
        number,
        "HouseholdMemberRecorded",
        agency,
        when,
        person_name=name,
        relationship="mother's partner",
        lives_there=lives_there,
    )


def test_two_agencies_that_do_not_agree_on_who_lives_there_are_told() -> None:
    left = telling(
        1, "HouseholdMemberLeft", "housing", "2016-03-01", person_name="OSRIC  THRUPP", relationship="lodger"
    )
    one = only(left, member(2, "health", "2016-03-22", lives_there=True))
    assert one.kind == "who_lives_there"
    assert one.said[1].said == "Osric Thrupp (mother's partner) lives there, as of 22 March 2016, 00:00"
    assert one.said[0].said == "OSRIC  THRUPP (lodger) no longer lives there or visits, as of 1 March 2016, 00:00"


def test_who_moved_out_later_than_another_saw_them_there_tells_a_change() -> None:
    left = telling(1, "HouseholdMemberLeft", "housing", "2016-03-23", person_name="Osric Thrupp")
    assert found(left, member(2, "health", "2016-03-22", lives_there=True)) == []


def test_only_the_newest_that_an_agency_says_of_a_person_counts_and_no_answer_is_none() -> None:
    visits = member(1, "health", "2016-03-01", lives_there=False)
    assert found(visits, member(2, "police", "2016-03-02", lives_there=True)) == [("who_lives_there", {1, 2})]
    assert (
        found(
            visits,
            member(2, "police", "2016-03-02", lives_there=True),
            member(3, "police", "2016-03-03", lives_there=False),
        )
        == []
    )
    assert found(visits, member(2, "police", "2016-03-02", lives_there=None)) == []
    assert found(visits, member(2, "police", "2016-03-02", lives_there=True, name="Osrick Thrupp")) == []
    nameless = member(3, "health", "2016-03-01", lives_there=False, name=None)
    assert found(nameless, member(2, "police", "2016-03-02", lives_there=True, name=None)) == []


def test_whether_the_child_is_at_a_release_address_is_compared_for_the_same_day() -> None:
    def notified(number: int, agency: str, day: str, *, there: bool) -> Opened:
        return telling(number, "ReleaseAddressNotified", agency, "2016-03-22", release_on=day, child_there=there)

    prison = notified(1, "prisons", "2016-04-01", there=False)
    assert found(prison, notified(2, "probation", "2016-04-01", there=True)) == [("who_lives_there", {1, 2})]
    assert found(prison, notified(2, "probation", "2016-04-02", there=True)) == []


def test_whether_the_family_is_told_is_compared_within_a_week() -> None:
    police = telling(1, "InformingFamilyDecided", "police", "2016-03-22", informed=False)
    assert found(
        police, telling(2, "InformingFamilyDecided", "childrens_social_care", "2016-03-24", informed=True)
    ) == [("who_was_told", {1, 2})]
    assert (
        found(police, telling(2, "InformingFamilyDecided", "childrens_social_care", "2016-04-24", informed=True)) == []
    )


def injury(number: int, agency: str, explanation: str | None, *, fits: bool | None = None) -> Opened:
    return telling(
        number,
        "InjuryRecorded",
        agency,
        "2016-03-22",
        injury="bruise",
        explanation=explanation,
        explained_by="mother",
        fits_explanation=fits,
    )


def test_an_injury_that_fits_for_one_and_does_not_for_the_other_is_told() -> None:
    one = only(injury(1, "education", "fell", fits=True), injury(2, "health", None, fits=False))
    assert "judges that the injury and its explanation fit" in one.sentence
    assert [saying.said for saying in one.said] == [
        "fell (explained by mother); judged to fit",
        "no explanation recorded (explained by mother); judged not to fit",
    ]


def test_explanations_in_other_words_are_left_to_a_person_and_the_same_words_agree() -> None:
    assert (
        "for a person to say"
        in only(injury(1, "education", "Fell off the wall."), injury(2, "health", "hit by a door")).sentence
    )
    assert found(injury(1, "education", "Fell off the wall."), injury(2, "health", "fell  off the wall")) == []
    assert found(injury(1, "education", "fell"), injury(2, "health", None)) == []


def test_a_contradiction_is_named_by_its_kind_and_entries_and_never_by_what_they_say() -> None:
    first = only(injury(1, "education", "fell"), injury(2, "health", "hit by a door"))
    assert (
        first.contradiction_id == only(injury(1, "education", "burnt"), injury(2, "health", "scalded")).contradiction_id
    )
    assert (
        first.contradiction_id
        != only(injury(1, "education", "fell"), injury(3, "health", "hit by a door")).contradiction_id
    )


def test_what_it_says_stays_out_of_its_repr() -> None:
    assert "wall" not in repr(only(injury(1, "education", "off the wall"), injury(2, "health", "hit by a door")))


def test_a_shredded_entry_says_nothing_that_could_be_compared() -> None:
    gone = telling(1, "MissingEpisodeStarted", "police", "2016-03-22T21:00", shredded=True)
    assert found(gone, telling(2, "MissingEpisodeStarted", "education", "2016-03-22T12:00")) == []


def test_every_kind_whose_times_are_compared_is_one_that_agencies_tell() -> None:
    assert set(ONE_MOMENT) <= {one.short_name for one in load_catalogue().statements()}
