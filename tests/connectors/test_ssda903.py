import io
import json
import os
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from receipts import tell
from ssda903_samples import ROWS, file_of
from test_refusal_codes import FOLDER, codes_in

from connectors.envelope import local_days, time_zone
from connectors.formats import Format, Given
from connectors.ssda903 import FORMATS, SHEETS
from connectors.ssda903_codes import SSDA903_CODES
from connectors.statement import Coverage, Outcome, Refusal, Statement
from schemas.catalogue import load_catalogue
from schemas.moments import days

LONDON, CATALOGUE = time_zone(), load_catalogue()
FIRST, LAST = date(2023, 4, 1), date(2024, 3, 31)
YEAR = Given(LONDON, FIRST, LAST)
BY_NAME = {one.name.removeprefix("ssda903-"): one for one in FORMATS}
LEVELS = ["ROUTINE", "SENSITIVE", "RESTRICTED"]
WITHOUT_DAYS = {"header", "uasc", "oc2", "oc3", "ad1", "previous-permanence"}


def read(name: str, content: bytes, given: Given = YEAR) -> list[Outcome]:
    return list(BY_NAME[name].read(io.BytesIO(content), given))


def statements(outcomes: Iterable[Outcome]) -> list[Statement]:
    return [outcome for outcome in outcomes if isinstance(outcome, Statement)]


def one(name: str, event_type: str, **changes: str) -> dict[str, Any]:
    found = statements(read(name, file_of(name, changes)))
    return next(statement.value for statement in found if statement.event_type == event_type)


def body(value: dict[str, Any]) -> dict[str, Any]:
    return {name: field for name, field in value.items() if name not in ("envelope", "summary")}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("header", ["ChildCharacteristicsRecorded", "ParenthoodRecorded"]),
        ("episodes", ["LookedAfterEpisodeStarted", "LookedAfterEpisodeEnded"]),
        ("reviews", ["LookedAfterReviewHeld"]),
        ("uasc", ["UnaccompaniedAsylumSeekerRecorded"]),
        ("oc2", ["LookedAfterOutcomesRecorded", "StrengthsAndDifficultiesScored"]),
        ("oc3", ["CareLeaverStatusRecorded"]),
        ("ad1", ["AdoptionDecided", "AdoptersMatched", "AdoptionCompleted"]),
        ("placed-for-adoption", ["AdoptionDecided", "AdoptionPlacementEnded"]),
        ("previous-permanence", ["PreviousPermanenceRecorded"]),
        ("missing", ["MissingEpisodeStarted", "MissingEpisodeEnded"]),
        ("sw-episodes", ["SocialWorkerAllocated", "SocialWorkerAllocationEnded"]),
    ],
)
def test_a_full_row_of_each_file_becomes_these_statements(name: str, told: list[str]) -> None:
    outcomes = read(name, file_of(name))
    receipt, messages = tell(outcomes, CATALOGUE)
    assert [statement.event_type for statement in statements(outcomes)] == told
    assert (receipt.rows_in, receipt.refusals, receipt.stopped, len(messages)) == (len(told), (), None, len(told))
    assert {topic for topic, _ in messages} == {"agency.childrens_social_care.events"}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_nothing_is_told_as_less_sensitive_than_its_contract_is_by_default(name: str) -> None:
    for statement in statements(read(name, file_of(name))):
        contract = CATALOGUE.by_name(statement.event_type)
        assert contract is not None
        default = json.loads(contract.schema)["sensitivity"]
        assert statement.value["envelope"]["sensitivity"] in LEVELS[LEVELS.index(default) :], statement.event_type


def test_an_episode_is_told_with_its_codes_as_they_stand() -> None:
    assert body(one("episodes", "LookedAfterEpisodeStarted", LS="Q9")) == {
        "reason": "S",
        "legal_status": "Q9",
        "category_of_need": "N1",
        "placement_type": "U4",
        "placement_provider": "PR1",
        "home_postcode": "ZZ99 9ZZ",
        "placement_postcode": "ZZ98 8ZZ",
        "provider_urn": "9999001",
    }
    ended = one("episodes", "LookedAfterEpisodeEnded", REC="")
    assert body(ended) == {"reason": "not recorded", "reason_place_change": "CREQO"}
    assert ended["envelope"]["happened"] == local_days(date(2023, 11, 30), date(2023, 11, 30), LONDON)


def test_where_a_child_lives_is_sensitive_and_in_the_body_alone() -> None:
    value = one("episodes", "LookedAfterEpisodeStarted")
    envelope = value["envelope"]
    assert envelope["sensitivity"] == "SENSITIVE"
    assert (envelope["child"]["address"], envelope["child"]["postcode"]) == (None, None)
    assert not [part for part in ("ZZ98", "ZZ99", "9999001") if part in str(envelope)]
    nowhere = one("episodes", "LookedAfterEpisodeStarted", HOME_POST="", PL_POST="", URN="")
    assert nowhere["envelope"]["sensitivity"] == "ROUTINE"


def test_an_episode_that_goes_on_has_only_begun() -> None:
    assert [one.event_type for one in statements(read("episodes", file_of("episodes", {"DEC": "", "REC": "X1"})))] == [
        "LookedAfterEpisodeStarted"
    ]


def test_the_header_carries_the_childs_identifiers_as_of_the_year() -> None:
    envelope = one("header", "ChildCharacteristicsRecorded")["envelope"]
    child = envelope["child"]
    assert (child["local_id"], child["upn"], child["sex"]) == ("LAC-7", "X999000000017", "F")
    assert child["date_of_birth"] == days(date(2006, 4, 5))
    assert envelope["happened"] == envelope["learned"] == local_days(FIRST, LAST, LONDON)
    assert envelope["reference"] == "903/LAC-7/header/2024-03-31"
    assert one("header", "ChildCharacteristicsRecorded", UPN="UN1")["envelope"]["child"]["upn"] is None


def test_a_child_becomes_a_parent_on_that_day_or_within_the_year() -> None:
    born = one("header", "ParenthoodRecorded")
    assert born["child_born_on"] == days(date(2024, 2, 2))
    assert born["envelope"]["happened"] == local_days(date(2024, 2, 2), date(2024, 2, 2), LONDON)
    some_day = one("header", "ParenthoodRecorded", MC_DOB="")
    assert some_day["envelope"]["happened"] == local_days(FIRST, LAST, LONDON)
    childless = statements(read("header", file_of("header", {"MOTHER": "0", "MC_DOB": ""})))
    assert [statement.event_type for statement in childless] == ["ChildCharacteristicsRecorded"]


def test_outcomes_of_the_year_are_sensitive_and_an_empty_cell_is_not_known() -> None:
    value = one("oc2", "LookedAfterOutcomesRecorded")
    assert value["envelope"]["sensitivity"] == "SENSITIVE"
    assert (value["convicted"], value["immunisations_up_to_date"], value["developmental_check"]) == (False, True, None)
    assert one("oc2", "StrengthsAndDifficultiesScored")["score"] == 17
    unscored = one("oc2", "StrengthsAndDifficultiesScored", SDQ_SCORE="", SDQ_REASON="SDQ2")
    assert (unscored["score"], unscored["reason_not_scored"]) == (None, "SDQ2")


@pytest.mark.parametrize(("activity", "sensitivity"), [("G4", "SENSITIVE"), ("G6", "SENSITIVE"), ("F1", "ROUTINE")])
def test_a_care_leavers_activity_that_tells_of_health_is_sensitive(activity: str, sensitivity: str) -> None:
    assert one("oc3", "CareLeaverStatusRecorded", ACTIV=activity)["envelope"]["sensitivity"] == sensitivity


def test_an_uncertain_day_of_earlier_permanence_is_told_in_its_own_words() -> None:
    assert one("previous-permanence", "PreviousPermanenceRecorded")["date_as_told"] == "zz/zz/2012"


def test_a_file_whose_period_is_known_is_whole_within_it() -> None:
    (coverage, *_) = read("reviews", file_of("reviews"))
    assert coverage == Coverage(
        "ssda903 reviews 2023-04-01 to 2024-03-31",
        "children looked after by the authority",
        whole=True,
        first=FIRST,
        last=LAST,
    )


def test_a_file_whose_period_is_not_known_withdraws_nothing() -> None:
    (coverage, review) = read("reviews", file_of("reviews"), Given(LONDON))
    assert isinstance(coverage, Coverage)
    assert (coverage.scope, coverage.whole, coverage.first) == ("ssda903 reviews", False, None)
    assert statements([review]) == statements(read("reviews", file_of("reviews")))


def test_a_file_with_a_heading_and_no_row_withdraws_nothing() -> None:
    (coverage,) = read("reviews", b"CHILD,DOB,REVIEW,REVIEW_CODE\r\n")
    assert isinstance(coverage, Coverage)
    assert (coverage.scope, coverage.whole) == ("ssda903 reviews 2023-04-01 to 2024-03-31", False)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_file_without_days_of_its_own_asks_for_the_period(name: str) -> None:
    outcomes = read(name, file_of(name), Given(LONDON))
    asked = [(outcome.code, outcome.ends_reading) for outcome in outcomes if isinstance(outcome, Refusal)]
    assert asked == ([("no-period", True)] if name in WITHOUT_DAYS else [])


@pytest.mark.parametrize("name", sorted(ROWS))
def test_each_file_is_known_by_its_heading_and_by_no_other(name: str) -> None:
    content = file_of(name)
    assert [kind.name for kind in FORMATS if kind.recognises(".csv", content)] == [f"ssda903-{name}"]
    assert not BY_NAME[name].recognises(".xml", content)


def test_a_heading_in_another_order_or_case_or_without_the_later_columns_is_the_same_file() -> None:
    columns = [column for column in reversed(ROWS["episodes"]) if column != "URN"]
    lines = [",".join(column.lower() for column in columns), ",".join(ROWS["episodes"][column] for column in columns)]
    content = b"\xef\xbb\xbf" + "\n".join(lines).encode()
    assert BY_NAME["episodes"].recognises(".csv", content)
    started = statements(read("episodes", content))[0]
    assert body(started.value) == {**body(one("episodes", "LookedAfterEpisodeStarted")), "provider_urn": None}


def test_columns_that_regional_tools_add_are_passed_over() -> None:
    content = (
        file_of("reviews").replace(b"REVIEW_CODE\r\n", b"REVIEW_CODE,LA,YEAR\r\n").replace(b"PN1", b"PN1,ZZZ,2024")
    )
    assert statements(read("reviews", content)) == statements(read("reviews", file_of("reviews")))


def test_rows_of_one_day_have_references_of_their_own_and_a_plain_repeat_has_the_same() -> None:
    content = file_of("reviews", {}, {"REVIEW_CODE": "PN2"}, {})
    references = [statement.reference for statement in statements(read("reviews", content))]
    assert references == [f"903/LAC-7/review/2023-06-08{end}" for end in ("", "/2", "")]


def test_a_changed_day_keeps_the_kin_and_another_field_the_reference() -> None:
    before, moved, changed = (
        statements(read("reviews", file_of("reviews", change)))[0]
        for change in ({}, {"REVIEW": "09/06/2023"}, {"REVIEW_CODE": "PN7"})
    )
    assert before.kin == moved.kin == "LAC-7/review"
    assert (before.reference == changed.reference, before.reference == moved.reference) == (True, False)


def test_an_episode_that_ends_in_the_next_years_return_began_as_the_last_one_told() -> None:
    open_yet = statements(read("episodes", file_of("episodes", {"DEC": "", "REC": ""})))
    assert statements(read("episodes", file_of("episodes")))[0] == open_yet[0]


def test_a_birthday_that_cannot_be_read_is_refused_and_what_the_row_tells_goes_in() -> None:
    outcomes = read("reviews", file_of("reviews", {"DOB": "2006-04-05"}))
    assert [outcome.code for outcome in outcomes if isinstance(outcome, Refusal)] == ["bad-date"]
    assert [statement.value["envelope"]["child"]["date_of_birth"] for statement in statements(outcomes)] == [None]


TWINS: dict[str, tuple[str, bytes]] = {
    "bad-date": ("reviews", file_of("reviews", {"REVIEW": "31/06/2023"})),
    "empty-date": ("reviews", file_of("reviews", {"REVIEW": ""})),
    "bad-yes-no": ("oc2", file_of("oc2", {"CONVICTED": "perhaps"})),
    "bad-number": ("oc2", file_of("oc2", {"SDQ_SCORE": "high"})),
    "no-local-id": ("reviews", file_of("reviews", {"CHILD": ""})),
    "bad-reference": ("reviews", file_of("reviews", {"CHILD": "7" * 300})),
    "personal-reference": ("header", file_of("header", {"CHILD": "X999000000017"})),
    "ragged-row": ("reviews", file_of("reviews") + b"LAC-7,05/04/2006\r\n"),
    "broken-quoting": ("reviews", file_of("reviews") + b'LAC-7,"05/04"/2006,08/06/2023,PN1\r\n'),
    "long-cell": ("reviews", file_of("reviews", {"REVIEW_CODE": "P" * 200_000})),
    "bad-line-end": ("reviews", file_of("reviews") + b"LAC-7,05/04/2006,\r08/06/2023,PN1\r\n"),
    "endless-line": ("reviews", file_of("reviews", {"REVIEW_CODE": "P" * 1_100_000})),
    "not-utf-8": ("reviews", file_of("reviews").replace(b"PN1", b"\xff")),
    "missing-column": ("reviews", file_of("reviews").replace(b"REVIEW_CODE", b"REVIEW_KODE")),
    "unknown-column": ("episodes", file_of("episodes").replace(b"URN", b"URNN")),
    "duplicate-column": ("episodes", file_of("episodes").replace(b"URN", b"CIN")),
    "empty-file": ("reviews", b""),
    "no-period": ("oc3", file_of("oc3")),
}


@pytest.mark.parametrize("code", TWINS)
def test_a_broken_twin_shows_each_refusal_and_says_nothing_of_the_child(code: str) -> None:
    name, content = TWINS[code]
    given = Given(LONDON) if code == "no-period" else YEAR
    refusals = [outcome for outcome in read(name, content, given) if isinstance(outcome, Refusal)]
    assert {refusal.code for refusal in refusals} == {code}
    assert all(refusal.line and refusal.sentence.startswith("expected") for refusal in refusals)
    assert not [refusal for refusal in refusals if "LAC-7" in refusal.sentence or "X9990" in refusal.sentence]


def test_every_refusal_of_the_set_has_a_broken_twin() -> None:
    sources = [FOLDER / name for name in ("fixed_columns.py", "ssda903.py", "csv_rows.py")]
    assert {code for source in sources for code in codes_in(source.read_text("utf-8"))} <= TWINS.keys()


def test_the_codes_that_are_explained_are_of_columns_that_the_return_has() -> None:
    columns = {column for sheet in SHEETS for column in sheet.columns}
    assert {row.column for row in SSDA903_CODES} <= columns
    assert max(Counter((row.column, row.code) for row in SSDA903_CODES).values()) == 1


def samples() -> list[Path]:
    folder = os.environ.get("MASH_SAMPLES")
    return sorted((Path(folder) / "ssda903").glob("*.csv")) if folder else []


def format_of(content: bytes) -> Format:
    (found,) = [kind for kind in FORMATS if kind.recognises(".csv", content)]
    return found


@pytest.mark.skipif(not samples(), reason="set MASH_SAMPLES to a folder whose ssda903/ holds a set by others")
def test_a_set_by_others_goes_in_whole_with_a_statement_of_every_row() -> None:
    given = Given(LONDON, date(2017, 4, 1), date(2018, 3, 31))
    for path in samples():
        content = path.read_bytes()
        outcomes = list(format_of(content).read(io.BytesIO(content), given))
        receipt, messages = tell(outcomes, CATALOGUE)
        assert (receipt.refusals, receipt.stopped) == ((), None), path.name
        assert receipt.rows_in == len(messages)
        rows = [number for number, line in enumerate(content.decode().splitlines()[1:], start=2) if line.strip(",")]
        assert sorted({statement.line for statement in statements(outcomes)}) == rows
