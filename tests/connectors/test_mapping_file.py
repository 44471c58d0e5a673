import re
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from feed_samples import csv_file

from connectors.csv_drop import read_csv
from connectors.mapping_file import load_mapping, parse_mapping, shipped_mapping, shipped_mappings
from connectors.sections import MappingBroken
from connectors.shapes import shape_of
from connectors.statement import LeftOut, Refusal, Statement

README = resources.files("connectors") / "README.md"

SMALL = """
feed = "visits"
agency = "health"
source_system = "visits-book"

[event_type]
value = "ChildSeen"

[reference]
prefix = "V"
columns = ["visit"]

[child]
local_id = { column = "client" }

[happened]
column = "day"
format = "%d/%m/%Y"

[learned]
same_as = "happened"

[fields.ChildSeen]
alone = { column = "alone" }
"""


def test_every_mapping_that_comes_with_the_hub_fits_the_contracts(catalogue: Any) -> None:
    assert shipped_mappings() == ["education", "health", "police"]
    assert [shipped_mapping(name, catalogue).agency for name in shipped_mappings()] == shipped_mappings()


@pytest.mark.parametrize(
    ("event_type", "fields", "default"),
    [
        ("IntelligenceGraded", ("source_evaluation", "assessment", "handling"), "RESTRICTED"),
        ("SelfHarmRecorded", None, "SENSITIVE"),
        ("ChildSeen", ("alone",), "ROUTINE"),
    ],
)
def test_a_mapping_that_says_nothing_of_sensitivity_leaves_it_as_the_contract_has_it(
    catalogue: Any, event_type: str, fields: tuple[str, ...] | None, default: str
) -> None:
    contract = catalogue.by_name(event_type)
    if fields is None:
        fields = tuple(
            name for name, part in shape_of(contract).parts.items() if name != "envelope" and not part.optional
        )
    told = "".join(f'{name} = {{ column = "alone" }}\n' for name in fields)
    text = SMALL.replace("ChildSeen", event_type).replace('alone = { column = "alone" }\n', told)
    row = {"visit": "1", "client": "7", "day": "01/03/2024", "alone": "1"}
    (statement,) = (
        one
        for one in read_csv(BytesIO(csv_file([row], row)), parse_mapping(text, "visits.toml", catalogue))
        if isinstance(one, Statement)
    )
    assert statement.value["envelope"]["sensitivity"] == default


def test_a_small_mapping_reads_a_row_with_plain_handling(catalogue: Any) -> None:
    mapping = parse_mapping(SMALL, "visits.toml", catalogue)
    assert mapping.columns() == ["client", "alone", "visit", "day"]
    rows = csv_file([{"visit": "1", "client": "K-1", "day": "01/02/2024", "alone": "Yes", "unmapped": "x"}])
    (statement,) = read_csv(BytesIO(rows), mapping)
    envelope = statement.value["envelope"]
    assert (envelope["reference"], envelope["assertion"], envelope["seal"]) == ("V/1", "FACT", "OPEN")
    assert statement.value["alone"] is True


@pytest.mark.parametrize(
    ("before", "after", "place", "said"),
    [
        ('agency = "health"', 'agency = "hospital"', "agency", "childrens_social_care"),
        ('agency = "health"', "", "agency", "found nothing"),
        ('agency = "health"', "agency = 3", "agency", "expected text"),
        ('feed = "visits"', 'feed = "visits"\ncolour = "red"', "colour", "correct or remove it"),
        ('"ChildSeen"\n\n[ref', '"ChildSighted"\n\n[ref', "event_type.value", "ChildSeen"),
        ('value = "ChildSeen"', 'column = "kind"', "event_type.codes", "code table"),
        ('value = "ChildSeen"', 'value = "ChildSeen"\ncolumn = "kind"', "event_type", "either value"),
        ('columns = ["visit"]', "columns = []", "reference.columns", "found nothing"),
        ('columns = ["visit"]', "columns = [1]", "reference.columns", "column names"),
        ('local_id = { column = "client" }', "", "child", "found nothing"),
        (
            'local_id = { column = "client" }',
            'local_id = { column = "client" }\nname = { column = "n" }',
            "child.name",
            "family_name",
        ),
        ("%d/%m/%Y", "%A %d", "happened.format", "%d/%m/%Y"),
        ("%d/%m/%Y", "DD/MM/YYYY", "happened.format", "%d/%m/%Y"),
        ('column = "day"', 'earliest_column = "day"', "happened.column", "found nothing"),
        ('same_as = "happened"', 'same_as = "received"', "learned.same_as", "happened"),
        ('alone = { column = "alone" }', "", "fields.ChildSeen.alone", "the contract requires this field"),
        ('alone = { column = "alone" }', 'alone = { value = "yes" }', "fields.ChildSeen.alone.value", "boolean"),
        (
            'alone = { column = "alone" }',
            'alone = { column = "a", codes = { J = "ja" } }',
            "fields.ChildSeen.alone.codes.J",
            "boolean",
        ),
        (
            'source_system = "visits-book"',
            'source_system = "v"\ntime_zone = "Mars/Olympus"',
            "time_zone",
            "Europe/London",
        ),
        ('source_system = "visits-book"', 'source_system = "v"\ndelimiter = "ab"', "delimiter", "one character"),
        ("[learned]", '[envelope]\nseal = { value = "SHUT" }\n\n[learned]', "envelope.seal.value", "SEALED"),
        ("[learned]", '[envelope]\nsael = { value = "OPEN" }\n\n[learned]', "envelope.sael", "correct or remove it"),
    ],
)
def test_a_mistake_in_a_mapping_is_said_with_its_key(
    catalogue: Any, before: Any, after: Any, place: Any, said: Any
) -> None:
    assert before in SMALL
    with pytest.raises(MappingBroken) as caught:
        parse_mapping(SMALL.replace(before, after, 1), "visits.toml", catalogue)
    assert str(caught.value).startswith(f"visits.toml: {place}")
    assert said in str(caught.value)


def test_a_reference_must_not_be_built_from_what_names_the_child(catalogue: Any) -> None:
    text = SMALL.replace("[child]", '[child]\nnhs_number = { column = "nhs" }').replace('["visit"]', '["visit", "nhs"]')
    with pytest.raises(MappingBroken, match=r"reference\.columns: expected record numbers, found column nhs"):
        parse_mapping(text, "visits.toml", catalogue)


def test_a_retraction_needs_a_column_that_says_what_is_withdrawn(catalogue: Any) -> None:
    text = SMALL.replace('value = "ChildSeen"', 'value = "StatementRetracted"').replace(
        "[fields.ChildSeen]\nalone", "[fields.StatementRetracted]\nreason"
    )
    with pytest.raises(MappingBroken, match=r"envelope\.retracts"):
        parse_mapping(text, "visits.toml", catalogue)


def test_what_is_no_toml_is_said_with_its_line(catalogue: Any) -> None:
    with pytest.raises(MappingBroken, match="line 2"):
        parse_mapping('feed = "x"\nagency is health', "visits.toml", catalogue)


def test_a_mapping_that_is_not_there_is_named(catalogue: Any, tmp_path: Path) -> None:
    with pytest.raises(MappingBroken, match=r"nowhere\.toml"):
        load_mapping(tmp_path / "nowhere.toml", catalogue)
    with pytest.raises(MappingBroken, match="education, health, police"):
        shipped_mapping("fire-brigade", catalogue)


def test_the_mapping_in_the_readme_works_as_printed(catalogue: Any) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    (sample,) = re.findall(r"```csv\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    outcomes = list(read_csv(BytesIO(sample.encode()), parse_mapping(example, "README.md", catalogue)))
    assert [outcome.event_type for outcome in outcomes] == ["AttendanceRecorded", "NotBrought"]


def test_an_event_type_that_there_is_not_gets_the_nearest_names_and_what_the_agency_tells(catalogue: Any) -> None:
    with pytest.raises(MappingBroken) as broken:
        parse_mapping(SMALL.replace('"ChildSeen"', '"AtendanceRecorded"'), "visits.toml", catalogue)
    said = str(broken.value)
    assert said.startswith("visits.toml: event_type.value: ")
    assert "nearest: AttendanceRecorded" in said
    assert len(said) < 900


CODED = SMALL.replace('value = "ChildSeen"', 'column = "seen"\ncodes = { Y = "ChildSeen" }\nleave_out = ["N", ""]')


def test_a_row_with_a_code_that_is_no_event_is_left_out_before_its_other_cells_are_read(catalogue: Any) -> None:
    rows = [{"visit": "1", "client": "7", "day": "?", "alone": "1", "seen": code} for code in ("N", "", "Y", "X")]
    outcomes = list(read_csv(BytesIO(csv_file(rows)), parse_mapping(CODED, "visits.toml", catalogue)))
    assert outcomes[:2] == [LeftOut(2), LeftOut(3)]
    assert [one.code for one in outcomes[2:] if isinstance(one, Refusal)] == ["bad-date", "unknown-code"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"N", ""]', '"Y"]', "found Y, which becomes one"),
        ('"N", ""]', '""]\nempty = "ChildSeen"', "found the empty cell"),
        ('"N", ""]', "1]", "a list of codes"),
        ('column = "seen"\ncodes = { Y = "ChildSeen" }', 'value = "ChildSeen"', "name the column"),
    ],
)
def test_what_is_left_out_is_a_code_of_the_event_types_column_and_no_event(
    catalogue: Any, before: str, after: str, said: str
) -> None:
    with pytest.raises(MappingBroken, match=rf"event_type\.leave_out: .*{said}"):
        parse_mapping(CODED.replace(before, after), "visits.toml", catalogue)
