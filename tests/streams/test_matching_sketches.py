"""What one statement tells of who its child is, and how it is kept."""

from datetime import date
from typing import Any

import pytest
from admit_world import SECRETS
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_world import BORN, ZED, Told, header_of, strand, value_of

from access_policy import blind_index as blind
from projections.identity.particulars import Mark, Particulars, Sketch
from streams.matching.sealing import content_of, sketch_of
from streams.matching.sketching import Told as Sketched
from streams.matching.sketching import told_of


def sketched(event_type: str = "ChildSeen", fields: dict[str, Any] | None = None, **changes: Any) -> Sketched:
    """Sketch one statement of health's; `own` are its own fields, `envelope` changes the envelope."""
    one = Told("R-1", strand(1), "health", ZED if fields is None else fields, event_type, "H-1", **changes)
    return told_of(header_of(one, bytes(16)), value_of(one), SECRETS.blind_index)


def member(**own: Any) -> dict[str, Any]:
    return {"relationship": "sibling", "person_name": None} | own


def test_particulars_are_those_of_the_envelope_and_numbers_are_blind_indexes() -> None:
    told = sketched(fields=ZED | {"nhs_number": "9990000026", "upn": ""})
    (particulars,) = told.sketch.told
    assert (particulars.given_name, particulars.born_on) == ("Zedekiah", BORN)
    assert particulars.nhs_number == blind.blind_index(SECRETS.blind_index, blind.NHS_NUMBER, "9990000026")
    assert particulars.upn is None
    assert told.child == strand(1)
    assert told.part == blind.blind_index(SECRETS.blind_index, "local:health", "H-1")


def test_blanks_tell_nothing_and_a_day_that_no_calendar_holds_neither() -> None:
    (particulars,) = sketched(fields={"given_name": "  ", "date_of_birth": 2**31 - 1}).sketch.told
    assert (particulars.given_name, particulars.born_on) == (None, None)


@pytest.mark.parametrize(
    ("event_type", "changes", "mark"),
    [
        ("PregnancyRecorded", {"own": {"whose": "the mother's, with this child"}}, Mark.UNBORN),
        ("ChildSeen", {"fields": {"given_name": "Unborn", "family_name": "Quillfeather"}}, Mark.UNBORN),
        ("AdoptersMatched", {}, Mark.ADOPTED),
        ("PlacedForAdoption", {"own": {"legal_status": "E1"}}, Mark.ADOPTED),
        ("RefugeStayStarted", {}, Mark.PROTECTED_ADDRESS),
        ("ChildSeen", {"envelope": {"seal": "SEALED"}}, Mark.PROTECTED_ADDRESS),
        ("HouseholdMemberRecorded", {"own": member(relationship="twin brother")}, Mark.MULTIPLE_BIRTH),
    ],
)
def test_what_makes_a_child_a_case_of_its_own_is_marked(event_type: str, changes: dict[str, Any], mark: Mark) -> None:
    assert sketched(event_type, **changes).sketch.marks == {mark}


@pytest.mark.parametrize(
    ("event_type", "changes"),
    [
        ("PregnancyRecorded", {"own": {"whose": "the child's own"}}),
        ("ChildSeen", {"fields": ZED | {"given_name": "Unborn"}}),
        ("ChildSeen", {"fields": {"given_name": "Zed"}, "envelope": {"seal": "SEALED"}}),
        ("HouseholdMemberRecorded", {"own": member()}),
        ("ChildSeen", {}),
    ],
)
def test_any_other_child_has_no_mark(event_type: str, changes: dict[str, Any]) -> None:
    assert sketched(event_type, **changes).sketch.marks == frozenset()


def test_people_of_the_household_are_told_by_name() -> None:
    assert sketched("HouseholdMemberRecorded", own=member(person_name=" Ada Vex ")).sketch.relatives == {"Ada Vex"}


def test_a_superseded_number_is_told_as_its_blind_index_unless_it_is_none() -> None:
    former = blind.blind_index(SECRETS.blind_index, blind.NHS_NUMBER, "999 000 0026")
    told = sketched("NhsNumberSuperseded", own={"former_nhs_number": "9990000026"})
    assert told.sketch.superseded == {former}
    assert not sketched("NhsNumberSuperseded", own={"former_nhs_number": "unknown"}).sketch.superseded


texts = st.none() | st.text(max_size=12)
numbers = st.none() | st.binary(min_size=16, max_size=16)
days = st.none() | st.dates(date(1990, 1, 1), date(2024, 1, 1))
particulars = st.builds(
    Particulars, st.sampled_from(["health", "police"]), texts, texts, days, texts, texts, texts, numbers, numbers
)
sketches = st.builds(
    Sketch,
    st.frozensets(particulars, max_size=3),
    st.frozensets(st.sampled_from(Mark)),
    st.frozensets(st.binary(min_size=16, max_size=16), max_size=2),
    st.frozensets(st.text(max_size=8), max_size=2),
)


@settings(deadline=None)
@given(sketches)
def test_a_sketch_is_read_as_it_was_written(sketch: Sketch) -> None:
    assert sketch_of(content_of(sketch)) == sketch
