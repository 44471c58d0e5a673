from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from county_read import SECRET, TODAY, Read, make, placed

from access_policy.blind_index import event_id
from access_policy.vocabulary import CLEARANCES, ROLES
from apps.demo.county import County, CountyError, write_county
from apps.demo.identifiers import nhs_check_digit, upn_check_letter
from apps.demo.people import demo_people
from connectors.delivery import tell_events
from connectors.producer import NoLog
from connectors.statement import Statement
from projections.chronology.entry import Entry, Span
from projections.clocks import Clock, clocks_of, state
from projections.rules.packs import load_rule_packs
from projections.thresholds import Concern, Met, met_windows
from projections.working_days import WorkingDays, local_day
from schemas.catalogue import load_catalogue
from schemas.moments import moment
from schemas.topics import AGENCIES

OTHER_DAYS = [date(2026, 8, 28), date(2027, 1, 4), date(2027, 3, 30), date(2028, 2, 29)]
THE_CHILD = UUID(int=0)
FOUR = {"childrens_social_care", "education", "health", "police"}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return make(tmp_path_factory.mktemp("county"), TODAY)


@pytest.fixture(scope="module", params=OTHER_DAYS, ids=str)
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Read:
    return make(tmp_path_factory.mktemp("county"), request.param, 60)


def digests(county: County) -> dict[str, str]:
    return {file.path.name: sha256(file.path.read_bytes()).hexdigest() for file in county.files}


def test_the_same_seed_and_day_give_the_same_bytes_and_another_seed_others(read: Read, tmp_path: Path) -> None:
    again = write_county(tmp_path / "again", 7, TODAY)
    other = write_county(tmp_path / "other", 8, TODAY)
    assert digests(again) == digests(read.county)
    assert digests(other)["health.csv"] != digests(read.county)["health.csv"]
    assert again.stories == other.stories == read.county.stories


def test_every_row_of_every_file_is_told_or_refused_as_intended(read: Read) -> None:
    catalogue = load_catalogue()
    receipts = {file: tell_events(read.outcomes[file.path.name], catalogue, NoLog()) for file in read.county.files}
    for file, receipt in receipts.items():
        assert receipt.stopped is None
        assert (receipt.rows_in, receipt.rows_refused) == (file.rows, file.refused), file.path.name
        assert tuple(sorted(one.code for one in receipt.refusals)) == file.refusals, file.path.name
    assert all(any(file.refusals for file in receipts if file.agency == agency) for agency in FOUR)
    expected = read.county.expected
    assert sum(found.rows_told for found in receipts.values()) == expected.told
    assert sum(found.rows_refused for found in receipts.values()) == expected.refused
    assert 5_000 <= expected.told <= 8_000


def test_files_are_listed_wave_by_wave_and_lie_in_the_folder(read: Read) -> None:
    waves = [file.wave for file in read.county.files]
    assert waves == sorted(waves)
    assert {file.agency for file in read.county.files} == FOUR
    assert all(file.mapping == (file.agency if file.format == "csv" else None) for file in read.county.files)


def test_no_reference_stands_for_two_statements(read: Read) -> None:
    told = [(one.agency, one.reference) for one in read.statements()]
    assert len(set(told)) == len(told)


def test_an_incident_of_a_household_is_told_alike_of_each_of_its_children(read: Read) -> None:
    incidents: dict[str, set[tuple[str, int, int]]] = {}
    shared = 0
    for one in read.statements():
        envelope = one.value["envelope"]
        if one.event_type == "PoliceIncidentRecorded":
            told = incidents.setdefault(envelope["correlation"], set())
            shared += bool(told)
            told.add((one.value["kind"], envelope["happened"]["earliest"], envelope["learned"]["earliest"]))
    assert shared > 50
    assert all(len(told) == 1 for told in incidents.values())


def test_amendments_name_statements_of_the_same_agency_and_child(read: Read) -> None:
    known = {(one.agency, one.reference): one for one in read.statements()}
    amends = [(one, one.value["envelope"]["corrects"] or one.value["envelope"]["retracts"]) for one in known.values()]
    found = [(one, known[one.agency, target]) for one, target in amends if target is not None]
    assert {one.event_type for one, _ in found} == {"AttendanceRecorded", "StatementRetracted"}
    for one, target in found:
        assert one.value["envelope"]["child"] == target.value["envelope"]["child"]


def test_identifiers_are_sound_and_can_be_nobodys(read: Read) -> None:
    children = [one.value["envelope"]["child"] for one in read.statements()]
    numbers = {child["nhs_number"] for child in children} - {None}
    pupils = {child["upn"] for child in children} - {None}
    assert len(numbers) == read.county.expected.children
    for number in numbers:
        assert number.startswith("999")
        assert len(number) == 10
        assert nhs_check_digit(number[:9]) == int(number[9])
    for pupil in pupils:
        assert pupil[1:4] == "999"
        assert pupil[0] == upn_check_letter(pupil[1:])
    assert {child["postcode"][:2] for child in children if child["postcode"]} == {"ZZ"}
    assert all(child["family_name"].startswith("Testperson") for child in children if child["family_name"])


def test_the_check_digit_is_that_of_the_published_example() -> None:
    assert nhs_check_digit("943476591") == 9
    assert nhs_check_digit("999000001") == 8


def test_nothing_was_learned_or_happened_after_yesterday(read: Read) -> None:
    not_in_the_future(read)


def test_nothing_lies_in_the_future_on_other_days_either(small: Read) -> None:
    not_in_the_future(small)
    assert len(small.statements()) == small.county.expected.told


def not_in_the_future(read: Read) -> None:
    midnight = datetime.combine(read.today, time.min, ZoneInfo("Europe/London"))
    three_years = midnight.replace(year=read.today.year - 3, day=min(read.today.day, 28))
    for one in read.statements():
        happened, learned = one.value["envelope"]["happened"], one.value["envelope"]["learned"]
        assert moment(happened["latest"]) < midnight, one
        assert moment(learned["latest"]) < midnight, one
        assert happened["earliest"] <= learned["latest"], one
        assert (three_years - moment(happened["earliest"])).days < 10, one


def test_whatever_the_order_within_a_wave_exact_identifiers_let_only_the_intended_statements_wait_for_a_person(
    read: Read,
) -> None:
    story = next(story for story in read.county.stories if story.name == "identity questions")
    intended = {event_id(SECRET, agency, reference) for agency, reference in story.references}
    assert (len(intended), read.county.expected.review) == (
        4,
        1,
    )  # likeness answers three of them before they are asked
    for order in range(5):
        _, known = placed(read, Random(order))
        assert {item.event_id for item in known.review} == intended
        assert all(len(item.candidates) == 2 for item in known.review)


@pytest.mark.parametrize(
    ("name", "records"),
    [("missed pattern", 1), ("late event", 1), ("correction and retraction", 1), ("twins", 2), ("quiet agency", 1),
     ("sealed and locked", 1), ("overdue decisions", 3), ("running assessment", 1)],
)  # fmt: skip
def test_each_child_of_a_story_has_one_record_across_the_agencies(read: Read, name: str, records: int) -> None:
    found, _ = placed(read, Random(3))
    assert len({found[one.agency, one.reference] for one in read.of_story(name)}) == records


def test_most_children_have_one_record_and_no_record_holds_two_children(read: Read) -> None:
    found, _ = placed(read, Random(4))
    children: dict[UUID, set[str]] = {}
    for one in read.statements(1, 2):
        number = one.value["envelope"]["child"]["nhs_number"]
        held = children.setdefault(found[one.agency, one.reference], set())
        held |= {number} if number else set()
    assert max(len(numbers) for numbers in children.values()) == 1
    apart = len(children) - read.county.expected.children
    assert 3 <= apart <= read.county.expected.children // 8


def test_every_story_names_statements_that_were_told(read: Read, small: Read) -> None:
    for county in (read, small):
        told = {(one.agency, one.reference) for one in county.statements()}
        last = {(one.agency, one.reference) for one in county.statements(3)}
        for story in county.county.stories:
            assert set(story.references) <= told, story.name
            assert story.told_last == bool(set(story.references) & last), story.name
            assert story.sentence.endswith(".")
            identified = {local for child in story.children for local in child.local_ids}
            assert identified <= {
                (one.agency, one.value["envelope"]["child"]["local_id"]) for one in county.statements()
            }


def windows(statements: list[Statement], today: date) -> frozenset[Met]:
    pack = load_rule_packs().applying_on(today)
    assert pack is not None
    return met_windows([concern_of(one) for one in statements], pack.thresholds[0])


def concern_of(one: Statement) -> Concern:
    day = local_day(moment(one.value["envelope"]["happened"]["earliest"]))
    named = UUID(bytes=event_id(SECRET, one.agency, one.reference))
    return Concern(day, one.agency, named, one.event_type, one.value["envelope"]["seal"] == "LOCKED")


def test_the_missed_pattern_is_one_window_of_the_three_entries_that_the_story_names(read: Read, small: Read) -> None:
    for county in (read, small):
        story = next(story for story in county.county.stories if story.name == "missed pattern")
        (met,) = windows(county.of_story("missed pattern"), county.today)
        assert set(met.evidence) == {UUID(bytes=event_id(SECRET, *named)) for named in story.references}
        assert met.agencies == ("education", "health", "police")


def test_the_late_event_completes_a_window_that_was_not_there_before_the_last_wave(read: Read, small: Read) -> None:
    for county in (read, small):
        told = county.of_story("late event")
        before = [one for one in told if one in county.statements(1, 2)]
        assert not windows(before, county.today)
        assert len(windows(told, county.today)) == 1


def test_the_background_seldom_reaches_the_threshold(read: Read) -> None:
    found, _ = placed(read, Random(5))
    by_record: dict[UUID, list[Statement]] = {}
    for one in read.statements():
        by_record.setdefault(found[one.agency, one.reference], []).append(one)
    alarmed = sum(bool(windows(told, TODAY)) for told in by_record.values())
    assert 2 <= alarmed <= read.county.expected.children // 8


def entries(read: Read) -> Iterator[Entry]:
    """Give what the hub would hold of social care's statements, received when they were learned."""
    for one in read.statements():
        envelope = one.value["envelope"]
        if one.agency == "childrens_social_care":
            yield Entry(
                event_id=UUID(bytes=event_id(SECRET, one.agency, one.reference)),
                child=THE_CHILD,
                agency=one.agency,
                event_type=one.event_type,
                happened=Span(moment(envelope["happened"]["earliest"]), moment(envelope["happened"]["latest"])),
                learned=Span(moment(envelope["learned"]["earliest"]), moment(envelope["learned"]["latest"])),
                received=moment(envelope["learned"]["latest"]),
                assertion=envelope["assertion"],
                sensitivity=envelope["sensitivity"],
                seal=envelope["seal"],
                correlation=envelope["correlation"] and envelope["correlation"].encode(),
                corrects=None,
                retracts=None,
                content_digest=b"",
            )


def duties(read: Read) -> list[tuple[Clock, str]]:
    now = datetime.combine(read.today, time(12), UTC)
    return [(clock, state(clock, now)) for clock in clocks_of(entries(read), load_rule_packs(), WorkingDays())]


def test_the_decisions_of_the_story_are_overdue_and_all_others_were_made_in_time(read: Read, small: Read) -> None:
    for county in (read, small):
        story = next(story for story in county.county.stories if story.name == "overdue decisions")
        decisions = [(clock, how) for clock, how in duties(county) if clock.rule == "referral-decision"]
        overdue = {clock.started_by for clock, how in decisions if how == "overdue"}
        assert overdue == {UUID(bytes=event_id(SECRET, *named)) for named in story.references}
        assert {how for _, how in decisions} == {"overdue", "met"}


def test_no_assessment_is_overdue_and_that_of_the_story_is_due_within_a_week(read: Read, small: Read) -> None:
    for county in (read, small):
        story = next(story for story in county.county.stories if story.name == "running assessment")
        started_by = UUID(bytes=event_id(SECRET, *story.references[0]))
        assessments = {clock.started_by: (clock, how) for clock, how in duties(county) if clock.rule == "assessment"}
        clock, how = assessments[started_by]
        assert how == "running"
        assert (local_day(clock.due) - county.today).days <= 10
        assert "overdue" not in {how for _, how in assessments.values()}


def test_one_piece_of_intelligence_is_sealed_and_one_is_locked(read: Read) -> None:
    seals = [one.value["envelope"]["seal"] for one in read.of_story("sealed and locked") if one.agency == "police"]
    assert sorted(seals) == ["LOCKED", "OPEN", "OPEN", "OPEN", "SEALED"]
    elsewhere = [one for one in read.statements() if one.value["envelope"]["seal"] != "OPEN"]
    assert len(elsewhere) == 2


def test_the_quiet_school_wrote_often_and_then_stopped_while_health_goes_on(read: Read) -> None:
    told = read.of_story("quiet agency")
    last = {
        agency: max(moment(one.value["envelope"]["learned"]["latest"]) for one in told if one.agency == agency)
        for agency in ("education", "health")
    }
    assert sum(one.agency == "education" for one in told) >= 10
    assert (last["health"] - last["education"]).days > 150


def test_the_twins_share_name_address_and_birthday_and_no_identifier(read: Read) -> None:
    story = next(story for story in read.county.stories if story.name == "twins")
    one, other = story.children
    assert not {one.nhs_number, one.upn, *one.local_ids} & {other.nhs_number, other.upn, *other.local_ids}
    shared = ("family_name", "address", "postcode", "date_of_birth", "sex")
    schools = [found.value["envelope"]["child"] for found in read.of_story("twins") if found.agency == "education"]
    assert len({tuple(child[name] for name in shared) for child in schools}) == 1
    assert len({child["given_name"] for child in schools}) == 2


@pytest.mark.parametrize("children", [39, 90_001])
def test_a_county_too_small_for_its_stories_or_too_large_for_its_numbers_is_refused(
    tmp_path: Path, children: int
) -> None:
    with pytest.raises(CountyError, match="expected 40 to 90000 children"):
        write_county(tmp_path, 7, TODAY, children)


def test_the_people_of_the_demo_are_described_in_the_words_of_the_rules() -> None:
    people = demo_people()
    assert len({one.id for one in people}) == len(people)
    for one in people:
        assert "Testperson" in one.name
        assert one.agency in AGENCIES
        assert one.role in ROLES
        assert set(one.clearances) <= set(CLEARANCES)
    assert {"analyst", "practitioner", "auditor", "operator"} <= {one.role for one in people}
