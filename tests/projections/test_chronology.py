from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from projection_histories import CHILD, FIRST, at, deliveries, histories, ids, said

from projections.chronology.amendments import Oddity
from projections.chronology.entry import Entry, Span
from projections.chronology.merge import Chronology, as_known_at, digest, merge
from projections.chronology.uncertain import happened_order

FIRST_TOLD = said(1, "ConcernRaised", "2024-02-01T09:00", "health")
CORRECTED = said(2, "ConcernRaised", "2024-02-03T09:00", "health", corrects=UUID(int=1))


def shown(chronology: Chronology) -> tuple[UUID, ...]:
    return tuple(line.entry.event_id for line in chronology.timeline)


@given(deliveries())
def test_order_repeats_and_lateness_do_not_change_a_chronology(delivery: tuple[list[Entry], list[Entry]]) -> None:
    told, arrived = delivery
    assert merge(arrived) == merge(told)
    assert digest(merge(arrived)) == digest(merge(told))


@given(deliveries())
def test_what_was_known_at_a_moment_is_what_had_arrived_by_then(delivery: tuple[list[Entry], list[Entry]]) -> None:
    told, arrived = delivery
    inbox: list[Entry] = []
    for entry in sorted(told, key=lambda entry: entry.received):
        inbox.append(entry)
        by_then = [one for one in told if one.received <= entry.received]
        if len(inbox) == len(by_then):
            assert as_known_at(arrived, entry.received) == merge(inbox)


@given(histories(), st.integers(0, 90))
def test_repeats_received_later_do_not_change_what_was_known_before(told: list[Entry], days: int) -> None:
    moment = FIRST + timedelta(days=days)
    again = [replace(entry, received=entry.received + timedelta(days=30)) for entry in told]
    assert as_known_at([*again, *told], moment) == as_known_at(told, moment)


@given(histories())
def test_every_statement_is_on_the_timeline_replaced_withdrawn_or_accounted_for(told: list[Entry]) -> None:
    merged = merge(told)
    lines = {one.event_id for line in merged.timeline for one in (line.entry, *line.superseded)}
    withdrawn = {one.entry.event_id for one in merged.retracted}
    withdrawals = {by for one in merged.retracted for by in one.by}
    odd = {one.event_id for one in merged.oddities}
    assert lines.isdisjoint(withdrawn)
    assert {entry.event_id for entry in told} <= lines | withdrawn | withdrawals | odd


@given(histories())
def test_each_statement_is_on_one_line_at_most_and_lines_are_in_the_order_in_which_things_happened(
    told: list[Entry],
) -> None:
    merged = merge(told)
    every = [one.event_id for line in merged.timeline for one in (line.entry, *line.superseded)]
    assert len(every) == len(set(every))
    assert list(merged.timeline) == sorted(merged.timeline, key=lambda line: happened_order(line.entry))


@given(histories())
def test_only_the_agency_that_made_a_statement_can_replace_or_withdraw_it(told: list[Entry]) -> None:
    agency = {entry.event_id: entry.agency for entry in told}
    merged = merge(told)
    assert all(old.agency == line.entry.agency for line in merged.timeline for old in line.superseded)
    assert all(agency[by] == one.entry.agency for one in merged.retracted for by in one.by)


@given(histories())
def test_a_statement_that_withdraws_another_is_no_line(told: list[Entry]) -> None:
    assert all(line.entry.retracts is None for line in merge(told).timeline)


def test_things_that_happened_at_the_same_time_are_ordered_by_when_they_were_learned() -> None:
    later = said(1, "ChildSeen", "2024-02-01T09:00", learned=Span(at("2024-02-03T09:00"), at("2024-02-03T09:00")))
    sooner = said(2, "ChildSeen", "2024-02-01T09:00")
    assert shown(merge([later, sooner])) == ids(2, 1)


def test_a_correction_takes_the_place_of_what_it_corrects_and_keeps_it() -> None:
    merged = merge([CORRECTED, FIRST_TOLD])
    assert shown(merged) == ids(2)
    assert merged.timeline[0].superseded == (FIRST_TOLD,)


def test_a_chain_of_corrections_is_one_line_with_all_its_versions() -> None:
    third = said(3, "ConcernRaised", "2024-02-04T09:00", "health", corrects=UUID(int=2))
    merged = merge([third, FIRST_TOLD, CORRECTED])
    assert shown(merged) == ids(3)
    assert merged.timeline[0].superseded == (FIRST_TOLD, CORRECTED)


def test_of_two_corrections_of_one_statement_the_one_learned_later_stands() -> None:
    rival = said(3, "ConcernRaised", "2024-01-30T09:00", "health", corrects=UUID(int=1))
    merged = merge(
        [FIRST_TOLD, CORRECTED, replace(rival, learned=Span(at("2024-02-09T09:00"), at("2024-02-09T09:00")))]
    )
    assert shown(merged) == ids(3)
    assert set(merged.timeline[0].superseded) == {FIRST_TOLD, CORRECTED}


def test_a_withdrawn_statement_is_no_line_and_is_kept_with_what_withdrew_it() -> None:
    merged = merge([said(9, "StatementRetracted", "2024-02-05T09:00", "health", retracts=UUID(int=1)), FIRST_TOLD])
    assert shown(merged) == ()
    assert [(one.entry, one.by) for one in merged.retracted] == [(FIRST_TOLD, ids(9))]


def test_when_a_correction_is_withdrawn_what_it_corrected_stands_again() -> None:
    merged = merge(
        [said(9, "StatementRetracted", "2024-02-05T09:00", "health", retracts=UUID(int=2)), FIRST_TOLD, CORRECTED]
    )
    assert shown(merged) == ids(1)


def test_a_correction_of_a_withdrawn_statement_stands_in_its_own_right() -> None:
    merged = merge(
        [said(9, "StatementRetracted", "2024-02-05T09:00", "health", retracts=UUID(int=1)), FIRST_TOLD, CORRECTED]
    )
    assert shown(merged) == ids(2)
    assert merged.timeline[0].superseded == ()


def test_when_a_retraction_is_withdrawn_the_statement_stands_again() -> None:
    first = said(8, "StatementRetracted", "2024-02-05T09:00", "health", retracts=UUID(int=1))
    second = said(9, "StatementRetracted", "2024-02-06T09:00", "health", retracts=UUID(int=8))
    assert shown(merge([first, second, FIRST_TOLD])) == ids(1)


def test_a_retraction_that_its_agency_corrected_has_no_effect() -> None:
    retraction = said(8, "StatementRetracted", "2024-02-05T09:00", "health", retracts=UUID(int=1))
    corrected = said(9, "ConcernRaised", "2024-02-06T09:00", "health", corrects=UUID(int=8))
    assert shown(merge([retraction, corrected, FIRST_TOLD])) == ids(1, 9)


def test_another_agencys_correction_has_no_effect_stands_for_itself_and_is_told_as_an_oddity() -> None:
    stranger = replace(CORRECTED, agency="police")
    merged = merge([FIRST_TOLD, stranger])
    assert shown(merged) == ids(1, 2)
    assert merged.oddities == (Oddity("another agency's statement", UUID(int=2), UUID(int=1)),)


def test_another_agencys_retraction_has_no_effect_and_is_told_as_an_oddity() -> None:
    merged = merge([FIRST_TOLD, said(9, "StatementRetracted", "2024-02-05T09:00", "police", retracts=UUID(int=1))])
    assert shown(merged) == ids(1)
    assert merged.oddities == (Oddity("another agency's statement", UUID(int=9), UUID(int=1)),)


def test_a_correction_stands_by_itself_until_what_it_corrects_arrives() -> None:
    assert shown(merge([CORRECTED])) == ids(2)
    assert merge([CORRECTED]).oddities == (Oddity("unknown statement", UUID(int=2), UUID(int=1)),)
    assert merge([CORRECTED, FIRST_TOLD]).oddities == ()


def test_statements_that_correct_each_other_in_a_circle_all_stand_and_are_told_as_oddities() -> None:
    merged = merge([replace(FIRST_TOLD, corrects=UUID(int=2)), CORRECTED])
    assert shown(merged) == ids(1, 2)
    assert [one.kind for one in merged.oddities] == ["circle of amendments", "circle of amendments"]


def test_a_chain_of_ten_thousand_corrections_is_followed_to_its_end() -> None:
    chain = [said(1, "ChildSeen", FIRST)]
    chain += [said(number, "ChildSeen", FIRST, corrects=UUID(int=number - 1)) for number in range(2, 10_001)]
    assert shown(merge(chain)) == ids(10_000)


def test_something_learned_before_it_happened_is_kept_and_told_as_an_oddity() -> None:
    backwards = said(1, "ChildSeen", "2024-02-02T09:00", learned=Span(at("2024-02-01T09:00"), at("2024-02-01T09:00")))
    assert shown(merge([backwards])) == ids(1)
    assert [one.kind for one in merge([backwards]).oddities] == ["learned before it happened"]


@given(histories())
def test_a_digest_does_not_depend_on_the_childs_random_pseudonym(told: list[Entry]) -> None:
    elsewhere = [replace(entry, child=UUID(int=7)) for entry in told]
    assert digest(merge(elsewhere)) == digest(merge(told))


@given(histories(), st.data())
def test_chronologies_whose_lines_differ_in_more_than_the_brokers_stamp_have_other_digests(
    told: list[Entry], data: st.DataObject
) -> None:
    lines = [line.entry for line in merge(told).timeline]
    if lines:
        changed = data.draw(st.sampled_from(lines))
        field, found = data.draw(
            st.sampled_from(
                (("seal", "SEALED"), ("agency", "housing"), ("content_digest", b"other"), ("correlation", b"c" * 16))
            )
        )
        other = [replace(one, **{field: found}) if one == changed else one for one in told]
        assert digest(merge(other)) != digest(merge(told))


def test_a_childs_pseudonym_and_times_are_not_in_what_an_entry_prints() -> None:
    assert str(CHILD) not in repr(FIRST_TOLD)
    assert "2024, 2, 1, 9" not in repr(FIRST_TOLD)
