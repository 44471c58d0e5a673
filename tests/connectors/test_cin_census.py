import io
import os
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from feed_samples import EPISODE, SHORT_EPISODE, census, child
from hypothesis import given
from hypothesis import strategies as st
from receipts import Receipt, tell

from connectors.cin_census import read_census
from connectors.delivery import tell_events
from connectors.envelope import time_zone
from connectors.producer import NoLog
from connectors.statement import Coverage, Outcome, Refusal, Statement
from schemas.catalogue import load_catalogue
from schemas.moments import days, micros

BOMB = """<?xml version="1.0"?>
<!DOCTYPE Message [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
"""
CATALOGUE, LONDON = load_catalogue(), time_zone()
EXTERNAL = '<!DOCTYPE Message SYSTEM "file:///etc/hostname">\n'
DAYS = re.compile(
    r"<(CINreferralDate|CINclosureDate|DateOfInitialCPC|AssessmentActualStartDate|AssessmentAuthorisationDate|CINPlanStartDate|CINPlanEndDate"
    r"|S47ActualStartDate|CPPstartDate|CPPendDate|CPPreviewDate|PersonDeathDate)>"
    r"|<ChildCharacteristics>(?!\s*<Ethnicity>(?:NOBT|REFU)</Ethnicity>\s*</ChildCharacteristics>)"
)


@pytest.fixture
def read_cin() -> Callable[[bytes], list[Outcome]]:
    """Read a census, without what it says it covers (which test_cin_editions.py is about)."""
    return lambda content: [
        outcome for outcome in read_census(io.BytesIO(content), LONDON) if not isinstance(outcome, Coverage)
    ]


@pytest.fixture
def delivered() -> Callable[[list[Outcome]], tuple[Receipt, list[tuple[str, bytes]]]]:
    return lambda outcomes: tell(outcomes, CATALOGUE)


def test_an_episode_becomes_one_statement_for_each_dated_item(read_cin: Any, delivered: Any) -> None:
    receipt, messages = delivered(read_cin(census(child())))
    told = Counter(outcome.event_type for outcome in read_cin(census(child())))
    assert told == {
        "ReferralReceived": 1,
        "CaseClosed": 1,
        "AssessmentStarted": 1,
        "AssessmentCompleted": 1,
        "ChildInNeedPlanStarted": 1,
        "ChildInNeedPlanEnded": 1,
        "Section47EnquiryStarted": 1,
        "InitialConferenceHeld": 1,
        "ProtectionPlanStarted": 1,
        "ProtectionPlanEnded": 1,
        "ReviewConferenceHeld": 2,
    }
    assert receipt.rows_in == receipt.rows_told == len(messages) == 12
    assert {topic for topic, _ in messages} == {"agency.childrens_social_care.events"}


def test_a_day_runs_from_local_midnight_to_its_last_microsecond(read_cin: Any) -> None:
    statements = {outcome.event_type: outcome.value for outcome in read_cin(census(child()))}
    summer = statements["CaseClosed"]["envelope"]["happened"]
    assert summer["earliest"] == micros(datetime(2024, 6, 19, 23, tzinfo=UTC))
    assert summer["latest"] == micros(datetime(2024, 6, 20, 23, tzinfo=UTC)) - 1
    assert statements["CaseClosed"]["envelope"]["learned"] == summer


def test_items_of_an_episode_share_the_referrals_reference_as_their_correlation(read_cin: Any) -> None:
    statements = read_cin(census(child("LA-1", EPISODE, SHORT_EPISODE.replace("2024-01-10", "2024-09-01"))))
    by_correlation = Counter(statement.value["envelope"]["correlation"] for statement in statements)
    assert by_correlation == {"CIN/LA-1/referral/2024-01-10/1": 12, "CIN/LA-1/referral/2024-09-01/1": 1}
    assert statements[0].reference == "CIN/LA-1/referral/2024-01-10/1"


def test_bodies_carry_the_census_codes(read_cin: Any) -> None:
    statements = {outcome.event_type: outcome.value for outcome in read_cin(census(child()))}
    assert statements["ReferralReceived"]["source"] == "2A"
    assert statements["AssessmentCompleted"]["factors"] == ["4B", "3B"]
    assert statements["AssessmentCompleted"]["envelope"]["sensitivity"] == "SENSITIVE"
    assert statements["Section47EnquiryStarted"]["conference_target"] == days(datetime(2024, 3, 25, tzinfo=UTC).date())
    assert statements["Section47EnquiryStarted"]["conference_not_required"] is False
    assert (statements["ProtectionPlanStarted"]["category"], statements["ProtectionPlanEnded"]["category"]) == (
        "NEG",
        "EMO",
    )


@pytest.mark.parametrize("recorded", ["<Sex>F</Sex>", "<GenderCurrent>2</GenderCurrent>", "<Sex>2</Sex>"])
def test_editions_that_name_sex_otherwise_give_the_same_bytes(read_cin: Any, delivered: Any, recorded: Any) -> None:
    usual = delivered(read_cin(census(child("LA-1", SHORT_EPISODE, identifiers="<Sex>F</Sex>"))))
    assert delivered(read_cin(census(child("LA-1", SHORT_EPISODE, identifiers=recorded)))) == usual


def test_no_decision_is_told_since_the_census_does_not_say_when_it_was_made(read_cin: Any) -> None:
    outcomes = read_cin(census(child("LA-1", SHORT_EPISODE)))
    assert [outcome.event_type for outcome in outcomes] == ["ReferralReceived"]
    assert outcomes[0].value["primary_need"] == "not recorded"


def test_a_bad_date_refuses_that_item_with_its_element_and_line_and_the_rest_goes_in(read_cin: Any) -> None:
    content = census(child("LA-1", EPISODE.replace("2024-02-28", "28/02/2024"), EPISODE.replace("2024-", "2025-")))
    outcomes = read_cin(content)
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    line = content[: content.index(b"28/02/2024")].count(b"\n") + 1
    assert [(refusal.line, refusal.code) for refusal in refusals] == [(line, "bad-date")]
    assert f"AssessmentAuthorisationDate at line {line}" in refusals[0].sentence
    assert "28/02" not in refusals[0].sentence
    assert len(outcomes) == 24


def test_a_missing_referral_date_refuses_the_referral_alone(read_cin: Any) -> None:
    content = census(child("LA-1", EPISODE.replace("<CINreferralDate>2024-01-10</CINreferralDate>", "")))
    refusal, *rest = read_cin(content)
    assert (refusal.code, refusal.line) == ("missing-date", content[: content.index(b"<CINdetails>")].count(b"\n") + 1)
    assert "CINreferralDate" in refusal.sentence
    assert {statement.value["envelope"]["correlation"] for statement in rest} == {None}
    assert len(rest) == 11


def test_a_birthday_that_cannot_be_read_is_refused_and_the_childs_items_go_in(read_cin: Any) -> None:
    refusal, statement = read_cin(
        census(child("LA-1", SHORT_EPISODE, identifiers="<PersonBirthDate>2013-02-30</PersonBirthDate>"))
    )
    assert (refusal.code, "PersonBirthDate" in refusal.sentence) == ("bad-date", True)
    assert statement.value["envelope"]["child"]["date_of_birth"] is None


def test_a_reason_for_closure_without_a_date_is_refused(read_cin: Any) -> None:
    outcomes = read_cin(census(child("LA-1", EPISODE.replace("<CINclosureDate>2024-06-20</CINclosureDate>", ""))))
    assert [outcome.code for outcome in outcomes if isinstance(outcome, Refusal)] == ["missing-date"]


def test_a_child_without_an_id_has_every_item_refused(read_cin: Any) -> None:
    outcomes = read_cin(census(child("", SHORT_EPISODE), child("LA-2", SHORT_EPISODE)))
    assert [type(outcome) for outcome in outcomes] == [Refusal, Statement]
    assert outcomes[0].code == "no-local-id"


def test_an_id_that_is_the_upn_is_refused_without_being_said(read_cin: Any) -> None:
    (refusal,) = read_cin(census(child("X999000000017", SHORT_EPISODE)))
    assert refusal.code == "personal-reference"
    assert "X999" not in refusal.sentence


def test_an_element_that_no_edition_has_is_refused_so_that_a_slip_loses_nothing_in_silence(read_cin: Any) -> None:
    content = census(
        child(
            "LA-1",
            SHORT_EPISODE.replace(
                "</CINdetails>",
                "<Asessments><AssessmentActualStartDate>2024-01-11</AssessmentActualStartDate></Asessments></CINdetails>",
            ),
        )
    )
    _, refusal = read_cin(content)
    assert (refusal.code, "Asessments" in refusal.sentence) == ("unknown-element", True)


def test_dates_in_an_impossible_order_are_told_as_they_stand(read_cin: Any) -> None:
    outcomes = read_cin(census(child("LA-1", EPISODE.replace("2024-06-20", "2019-01-01"))))
    assert all(isinstance(outcome, Statement) for outcome in outcomes)


def test_two_items_of_a_kind_on_one_day_have_references_of_their_own(read_cin: Any) -> None:
    twice = EPISODE.replace("2024-06-18", "2024-05-02")
    references = [outcome.reference for outcome in read_cin(census(child("LA-1", twice)))]
    assert len(set(references)) == len(references) == 12


def test_one_conference_recorded_in_two_places_is_told_twice_alike(read_cin: Any) -> None:
    both = EPISODE.replace("<Assessments>", "<DateOfInitialCPC>2024-03-21</DateOfInitialCPC><Assessments>")
    held = [
        outcome for outcome in read_cin(census(child("LA-1", both))) if outcome.event_type == "InitialConferenceHeld"
    ]
    assert len(held) == 2
    assert held[0] == held[1]


@pytest.mark.parametrize("before", [BOMB, EXTERNAL])
def test_entities_and_document_types_refuse_the_file_before_a_child_is_read(read_cin: Any, before: Any) -> None:
    (refusal,) = read_cin(census(child(), before=before))
    assert (refusal.code, refusal.ends_reading) == ("forbidden-xml", True)
    assert "<!DOCTYPE" in refusal.sentence


def test_a_truncated_file_tells_the_children_before_the_cut_and_says_where_it_was_cut(
    read_cin: Any, delivered: Any
) -> None:
    content = census(child("LA-1", SHORT_EPISODE), child("LA-2", SHORT_EPISODE))
    cut = content.index(b"<CINreferralDate>", content.index(b"LA-2"))
    receipt, messages = delivered(read_cin(content[:cut]))
    assert (receipt.rows_in, receipt.rows_told, len(messages)) == (1, 1, 1)
    assert receipt.stopped is not None
    assert receipt.stopped.code == "truncated-xml"
    assert receipt.stopped.line == content[: content.index(b"<Child>", content.index(b"LA-1"))].count(b"\n") + 1


def test_a_child_whose_episodes_are_missing_or_misnamed_is_refused(read_cin: Any) -> None:
    outcomes = read_cin(census(child("LA-1", "<CINDetails><CINreferralDate>2024-01-10</CINreferralDate></CINDetails>")))
    assert [outcome.code for outcome in outcomes] == ["unknown-element", "missing-episode"]


@pytest.mark.parametrize("encoding", ["big5", "never-heard-of"])
def test_an_encoding_that_cannot_be_read_is_said_so(read_cin: Any, encoding: str) -> None:
    (refusal,) = read_cin(census(child(), before=f'<?xml version="1.0" encoding="{encoding}"?>'))
    assert (refusal.code, refusal.ends_reading) == ("unknown-encoding", True)


def test_latin_1_bytes_in_a_file_that_says_nothing_of_it_are_a_fault_with_a_line(read_cin: Any) -> None:
    content = census(child("LA-1", SHORT_EPISODE)).replace(b"2A", b"caf\xe9")
    (refusal,) = read_cin(content)
    assert (refusal.code, refusal.line) == ("broken-xml", content[: content.index(b"caf")].count(b"\n") + 1)


def test_a_file_that_declares_latin_1_is_read_in_it(read_cin: Any) -> None:
    content = census(child("LA-1", SHORT_EPISODE), before='<?xml version="1.0" encoding="iso-8859-1"?>').replace(
        b"2A", b"caf\xe9"
    )
    (statement,) = read_cin(content)
    assert statement.value["source"] == "café"


@pytest.mark.parametrize("content", [b"", b"not xml", b"<Message>"])
def test_what_is_no_xml_document_gives_one_refusal(read_cin: Any, content: Any) -> None:
    (refusal,) = read_cin(content)
    assert refusal.ends_reading


def test_another_document_or_collection_is_refused_as_such(read_cin: Any) -> None:
    assert [refusal.code for refusal in read_cin(b"<Envelope/>")] == ["another-document"]
    assert [refusal.code for refusal in read_cin(census(child(), collection="SSDA903"))] == ["another-collection"]
    assert [refusal.code for refusal in read_cin(census())] == ["no-children"]


def test_a_child_of_endless_elements_is_refused_in_bounded_memory(read_cin: Any) -> None:
    many = "<CINdetails>" + "<ReferralNFA/>" * 60_000 + "</CINdetails>"
    (refusal,) = read_cin(census(child("LA-1", many)))
    assert (refusal.code, refusal.ends_reading) == ("endless-xml", True)


def test_prefixes_of_a_namespace_make_no_difference(read_cin: Any, delivered: Any) -> None:
    plain = census(child("LA-1", SHORT_EPISODE))
    prefixed = re.sub(rb"<(/?)(\w)", rb"<\1c:\2", plain).replace(b"<c:Message>", b'<c:Message xmlns:c="urn:c">')
    assert delivered(read_cin(prefixed)) == delivered(read_cin(plain))


def test_the_same_census_twice_gives_the_same_bytes(read_cin: Any, delivered: Any) -> None:
    content = census(child("LA-1"), child("LA-2", EPISODE, SHORT_EPISODE.replace("2024-01-10", "x")))
    assert delivered(read_cin(content)) == delivered(read_cin(content))


@given(st.binary(max_size=80), st.integers(0, 2_500), st.integers(0, 120))
def test_whatever_bytes_a_census_holds_every_item_comes_out_told_or_refused(
    noise: Any, place: Any, length: Any
) -> None:
    whole = census(child("LA-1"))
    content = whole[:place] + noise + whole[place + length :]
    outcomes = (one for one in read_census(io.BytesIO(content), LONDON) if not isinstance(one, Coverage))
    receipt = tell_events(outcomes, CATALOGUE, NoLog())
    assert receipt.rows_in == receipt.rows_told + receipt.rows_refused


def samples() -> list[Path]:
    folder = os.environ.get("MASH_SAMPLES")
    return sorted((Path(folder) / "cin").glob("*.xml")) if folder else []


@pytest.mark.skipif(not samples(), reason="set MASH_SAMPLES to a folder whose cin/ holds census samples by others")
def test_census_samples_by_others_go_in_whole_with_counts_in_equal_to_counts_out(read_cin: Any, delivered: Any) -> None:
    for path in samples():
        content = path.read_bytes()
        receipt, messages = delivered(read_cin(content))
        assert receipt.stopped is None, path.name
        assert receipt.rows_in == len(DAYS.findall(content.decode())), path.name
        assert receipt.rows_in == receipt.rows_told + len(receipt.refusals)
        assert receipt.rows_told == len(messages)
        assert all(refusal.line and refusal.sentence for refusal in receipt.refusals)
