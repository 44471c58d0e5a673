"""Every contract of the agencies says what it means, who tells it, how sensitive it is, and of each field whether it is fact or opinion and about whom."""

import io
import json
import re
from random import Random
from typing import Any, NamedTuple

import avro.io
import avro.schema
import pytest
from contract_values import CATALOGUE, value_of

from connectors.shapes import body_of, shape_of
from schemas.catalogue import Contract
from schemas.codec import decode_payload, encode_payload
from schemas.topics import AGENCIES

STATEMENTS = CATALOGUE.statements()
BY_NAME = {one.short_name: one for one in STATEMENTS}
ASSERTIONS = {"fact", "opinion", "analysis"}
ABOUT = {"child", "adult", "third_party"}
IRREGULAR = {"Brought", "Found", "Given", "Held", "Left", "Made", "Met", "Seen", "Sent", "Set", "Taken"}
"""Past participles that do not end in -ed."""
NO_VERBS = {"Need"}
PLAIN = {"string", "int", "boolean", "date", "words", "enum"}
"""The kinds of field that a mapping file and JSON can fill."""


class Duty(NamedTuple):
    """One row of the table of clocks: what it says, the contracts that start and satisfy it, and who can owe it."""

    duty: str
    starts_on: tuple[str, ...]
    satisfied_by: tuple[str, ...]
    owed_by: tuple[str, ...]


CARE, CARE_TEAM = ("childrens_social_care",), ("childrens_social_care", "youth_offending", "health")
HIGH = ("HighVulnerabilityJudged",)
UNEXPECTED = ("UnexpectedDeathInCommunityConfirmed", "UnexpectedDeathInHospitalConfirmed")
CLOCKS = (
    Duty("decide on a referral and acknowledge it", ("ReferralReceived",), ("ReferralDecided",), CARE),
    Duty("tell the referrer the outcome", ("ReferralDecided",), ("ReferrerInformed",), CARE),
    Duty("conclude the assessment", ("ReferralReceived",), ("AssessmentCompleted",), CARE),
    Duty(
        "strategy discussion", ("SignificantHarmSuspected", "EmergencyActionTaken"), ("StrategyDiscussionHeld",), CARE
    ),
    Duty("initial conference", ("Section47EnquiryStarted",), ("InitialConferenceHeld",), CARE),
    Duty("core group", ("ProtectionPlanStarted",), ("CoreGroupMet",), CARE),
    Duty("first review conference", ("InitialConferenceHeld",), ("ReviewConferenceHeld",), CARE),
    Duty("further reviews", ("ReviewConferenceHeld",), ("ReviewConferenceHeld", "ProtectionPlanEnded"), CARE),
    Duty("transfer-in conference", ("PermanentMoveNotified",), ("TransferInConferenceHeld",), CARE),
    Duty(
        "police protection ends",
        ("PoliceProtectionStarted",),
        ("PoliceProtectionEnded", "EmergencyProtectionOrderMade"),
        ("police",),
    ),
    Duty(
        "tell the LADO of an allegation", ("AllegationReceived",), ("LadoInformed",), ("police", "education", "health")
    ),
    Duty("registrar tells the board", ("DeathRegistered",), ("BoardNotifiedOfDeath",), ("registrars",)),
    Duty("coroner tells the board", ("InquestOpened", "PostMortemOrdered"), ("BoardNotifiedOfInquest",), ("coroner",)),
    Duty("joint report to the coroner", UNEXPECTED, ("JointReportDelivered",), ("health", "police")),
    Duty("scene visit considered", UNEXPECTED[:1], ("SceneVisitDecided",), ("police", "health")),
    Duty("agency report to the child death panel", ("AgencyReportRequested",), ("AgencyReportReceived",), ("board",)),
    Duty(
        "decide whether to hold a review",
        ("SeriousIncidentNotified",),
        ("ReviewDecided", "ReviewDecisionNotified"),
        ("board",),
    ),
    Duty("working group of the review meets", ("ReviewCommissioned",), ("ReviewGroupMet",), ("board",)),
    Duty("review done", ("ReviewCommissioned",), ("ReviewCompleted",), ("board",)),
    Duty("report to the national panel", ("ReviewPublicationDateSet",), ("ReviewReportSent",), ("board",)),
    Duty(
        "actions of a review",
        ("ReviewActionOpened", "ReviewActionUpdated"),
        ("ReviewActionUpdated", "ReviewActionCompleted"),
        ("board",),
    ),
    Duty(
        "medium: talk and plan", ("MediumVulnerabilityJudged",), ("VulnerabilityDiscussed", "RiskPlanMade"), CARE_TEAM
    ),
    Duty("high: talk to the manager", HIGH, ("VulnerabilityDiscussed",), CARE_TEAM),
    Duty("high: planning meeting", HIGH, ("PlanningMeetingHeld",), CARE_TEAM),
    Duty("high: refer to the risk management group", HIGH, ("RiskGroupReferred",), CARE_TEAM),
    Duty(
        "on the register: review",
        ("RiskRegisterEntered", "RiskRegisterReviewed"),
        ("RiskRegisterReviewed", "RiskRegisterRemoved"),
        ("board", *CARE),
    ),
    Duty(
        "stepped down: checklist, then a review; a rise is referred again",
        ("RiskRegisterRemoved",),
        ("VulnerabilityChecklistScored", "ChildInNeedReviewHeld", "RiskGroupReferred"),
        CARE_TEAM,
    ),
    # The current pack's.
    Duty("notify the national panel", ("SeriousHarmLearned",), ("SeriousIncidentNotified",), CARE),
    Duty("rapid review", ("SeriousHarmLearned", "SeriousIncidentNotified"), ("RapidReviewHeld",), ("board",)),
    Duty("publish the review", ("ReviewCommissioned",), ("ReviewPublished",), ("board",)),
    Duty("return-home interview", ("MissingEpisodeEnded",), ("ReturnInterviewHeld",), CARE),
    Duty(
        "report female genital mutilation",
        ("FemaleGenitalMutilationFound",),
        ("FemaleGenitalMutilationReported",),
        ("health", "education"),
    ),
    Duty(
        "decide on a rated contact",
        ("ContactRatedRed", "ContactRatedAmber", "ContactRatedGreen"),
        ("ContactDecided",),
        CARE,
    ),
)
"""The table of clocks but for the section 11 self-evaluation, which is about an agency and not about a child, so no statement can tell it."""

SPECIAL = (
    "ChildCharacteristicsRecorded",
    "FemaleGenitalMutilationFound",
    "FemaleGenitalMutilationReported",
    "MentalHealthCareRecorded",
    "MentalHealthDetentionEnded",
    "MentalHealthDetentionStarted",
    "ParentalDifficultyRecorded",
    "PregnancyRecorded",
    "RefugeStayStarted",
    "SelfHarmRecorded",
    "SexualHealthCareRecorded",
    "SexualHealthReferred",
    "StrengthsAndDifficultiesScored",
    "SubstanceMisuseRecorded",
    "VulnerabilityChecklistScored",
)


def told(contract: Contract) -> Any:
    """Give a contract's record with all that is said about it."""
    return json.loads(contract.schema)


def own_fields(contract: Contract) -> list[Any]:
    """Give a contract's fields but for the envelope."""
    return [field for field in told(contract)["fields"] if field["name"] != "envelope"]


def is_past_tense(name: str) -> bool:
    words = set(re.findall(r"[A-Z][a-z]*", name)) - NO_VERBS
    return any(word.endswith("ed") or word in IRREGULAR for word in words)


def named(contracts: list[Contract]) -> list[str]:
    return [one.short_name for one in contracts]


def test_every_statement_says_what_happened_in_the_past_tense() -> None:
    assert not is_past_tense("ChildInNeedPlan")
    assert named([one for one in STATEMENTS if not is_past_tense(one.short_name)]) == []


def test_every_statement_carries_the_envelope_first() -> None:
    assert named([one for one in STATEMENTS if told(one)["fields"][0]["name"] != "envelope"]) == []


def test_every_statement_and_every_field_is_documented_in_a_sentence() -> None:
    without = [one.short_name for one in STATEMENTS if not told(one).get("doc", "").endswith(".")]
    fields = [(one, field) for one in STATEMENTS for field in own_fields(one)]
    without += [f"{one.short_name}.{field['name']}" for one, field in fields if not field.get("doc", "").endswith(".")]
    assert without == []


def test_every_field_is_told_as_fact_opinion_or_analysis_about_child_adult_or_third_party() -> None:
    fields = [(one, field) for one in STATEMENTS for field in own_fields(one)]
    assert len(fields) > 400
    wrong = [(one.short_name, field["name"]) for one, field in fields if field.get("assertion") not in ASSERTIONS]
    wrong += [(one.short_name, field["name"]) for one, field in fields if field.get("about") not in ABOUT]
    assert wrong == []


def test_free_words_about_what_happened_are_never_taken_for_fact() -> None:
    words = [field for one in STATEMENTS for field in own_fields(one) if field["name"] == "summary"]
    assert {field["assertion"] for field in words} == {"opinion"}


def test_every_statement_has_a_default_sensitivity_and_agencies_that_usually_tell_it() -> None:
    assert {told(one)["sensitivity"] for one in STATEMENTS} == {"ROUTINE", "SENSITIVE", "RESTRICTED"}
    telling = {one.short_name: told(one)["told_by"] for one in STATEMENTS}
    assert [name for name, by in telling.items() if not by or by != sorted(set(by)) or set(by) - set(AGENCIES)] == []
    assert set().union(*telling.values()) == set(AGENCIES)


@pytest.mark.parametrize("name", SPECIAL)
def test_what_is_special_by_its_nature_is_not_routine_by_default(name: str) -> None:
    assert told(BY_NAME[name])["sensitivity"] == "SENSITIVE"


def test_only_graded_intelligence_is_restricted_by_default() -> None:
    assert named([one for one in STATEMENTS if told(one)["sensitivity"] == "RESTRICTED"]) == ["IntelligenceGraded"]


def test_one_contract_alone_withdraws_and_every_agency_may_tell_it() -> None:
    assert [one.short_name for one in STATEMENTS if "Retracted" in one.short_name] == ["StatementRetracted"]
    assert told(BY_NAME["StatementRetracted"])["told_by"] == list(AGENCIES)


def test_every_field_can_be_filled_from_a_column_and_from_json() -> None:
    kinds = {(one.short_name, name): shape.kind for one in STATEMENTS for name, shape in body_of(shape_of(one)).items()}
    assert {place: kind for place, kind in kinds.items() if kind not in PLAIN} == {}


@pytest.mark.parametrize("contract", STATEMENTS, ids=lambda contract: contract.short_name)
def test_what_is_told_under_a_contract_is_written_and_read_alike_by_both_libraries(contract: Contract) -> None:
    apache = avro.schema.parse(json.dumps(contract.fast))
    for seed in range(3):
        value = value_of(contract, Random(seed))
        payload, out = encode_payload(contract, value), io.BytesIO()
        avro.io.DatumWriter(apache).write(value, avro.io.BinaryEncoder(out))
        assert out.getvalue() == payload
        assert decode_payload(contract, payload) == value
        assert avro.io.DatumReader(apache).read(avro.io.BinaryDecoder(io.BytesIO(payload))) == value


@pytest.mark.parametrize("clock", CLOCKS, ids=lambda clock: clock.duty)
def test_every_clock_has_contracts_that_start_and_satisfy_it_and_that_who_owes_it_can_tell(clock: Duty) -> None:
    assert set(clock.starts_on) | set(clock.satisfied_by) <= set(BY_NAME)
    telling = [set(told(BY_NAME[name])["told_by"]) for name in clock.satisfied_by]
    assert [by for by in telling if not by & set(clock.owed_by)] == []
