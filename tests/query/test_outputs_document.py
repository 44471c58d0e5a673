from uuid import UUID

import pytest
from record_world import CHILD, Told, World, at, staff
from rich_record import curated_world, rich_world

from query.outputs.compiling import document_of, named_document
from query.outputs.document import Document, Output, Row
from query.outputs.voice import Named
from query.view import RecordView

READER = staff("health", "analyst", "sensitive_health")
DISCLOSURE = UUID(int=5)


def document(world: World, profile: str = "automatic log") -> Document:
    return named_document(world.open(READER).view, DISCLOSURE, Output("word", profile))


@pytest.fixture(scope="module")
def rich() -> Document:
    return document(rich_world())


@pytest.fixture(scope="module")
def conference() -> Document:
    return document(curated_world(READER), "CONFERENCE")


def section(document: Document, title: str) -> tuple[str, ...]:
    (found,) = (one for one in (*document.before, *document.after) if one.title == title)
    return found.lines or (found.otherwise,)


def row(document: Document, kind: str, agency: str) -> Row:
    return next(one for one in document.rows if (one.kind, one.agency) == (kind, agency))


def test_the_head_says_whose_who_when_why_as_known_when_and_by_which_disclosure(rich: Document) -> None:
    head = {one.label: one.text for one in rich.head}
    assert head["Child"] == "Zebedee Quillfeather-Brookmere"
    assert head["What this is"].startswith("Automatic log")
    assert head["Produced by"] == "health-17, health analyst"
    assert head["Produced on"] == "10 March 2025, 12:00"
    assert (head["Purpose"], head["As the hub knew it"]) == ("assessment", "when it was produced")
    assert head["Disclosure"].startswith(str(DISCLOSURE))
    assert (
        rich.foot == "Produced 10 March 2025, 12:00 by health-17, health, for assessment - Confidential: need to know"
    )


def test_as_known_at_a_moment_is_said(world: World) -> None:
    view = world.open_as_known_at(at("2025-02-02")).view
    head = {one.label: one.text for one in named_document(view, DISCLOSURE, Output("word")).head}
    assert head["As the hub knew it"] == "on 2 February 2025, 00:00"


def test_what_was_withheld_is_said_by_agency_with_whom_to_ask(rich: Document) -> None:
    (said,) = section(rich, "What was withheld")
    assert said.startswith("2 police entries you may not see; ask the police public protection unit")


def test_that_nothing_was_withheld_is_said_too(world: World) -> None:
    world.say(Told(agency="health"))
    assert section(document(world), "What was withheld") == ("Nothing was withheld from this reader.",)


def test_an_agency_that_told_nothing_is_a_nil_return(rich: Document) -> None:
    said = section(rich, "Nil returns")
    assert "Nil return: coroner told the hub nothing about this child that you may know of." in said
    assert not any("police" in one for one in said)


def test_an_agency_whose_only_entry_is_locked_reads_as_one_that_told_nothing(world: World) -> None:
    world.say(Told(agency="police", seal="LOCKED"))
    nil = "Nil return: police told the hub nothing about this child that you may know of."
    assert nil in section(document(world), "Nil returns")


def test_an_agencys_own_nil_return_is_shown_as_such(rich: Document) -> None:
    said = row(rich, "Chronology submitted", "youth offending")
    assert any(note.startswith("Nil return: this agency says itself") for note in said.notes)


def test_a_line_has_its_times_its_source_and_how_it_was_told(rich: Document) -> None:
    said = row(rich, "Concern raised", "education")
    assert said.when == "between 3 and 4 June 2024 (told as “about the 3rd”)"
    assert said.uncertain
    assert (said.source, said.reference, said.manner) == ("invented", "ref-7", "an opinion")
    assert said.learned == "3 June 2024, 00:00"
    assert said.received == "3 June 2024, 02:00"


def test_opinion_and_third_parties_are_marked_and_no_field_of_an_opinion_reads_as_fact(rich: Document) -> None:
    told = {one.label: one for one in row(rich, "Household member recorded", "housing").fields}
    assert told["Relationship"].marks == " [third party]"
    assert told["Summary"].marks == " [opinion] [third party]"
    opinion = row(rich, "Concern raised", "education")
    assert all("[opinion]" in one.marks for one in opinion.fields)


def test_handling_conditions_and_police_grading_travel_with_the_entry() -> None:
    view = rich_world().open(staff("police", "analyst", "police_intelligence")).view
    said = named_document(view, DISCLOSURE, Output("word"))
    assert row(said, "Police incident recorded", "police").handling == (
        "HANDLING CONDITIONS: Do not tell the household who rang.",
    )
    grading = "Police grading: source evaluation 2 (untested), assessment D (untested), handling C (lawful sharing permitted with conditions)"
    graded = row(said, "Intelligence graded", "police")
    assert graded.handling == (grading,)
    assert [one.label for one in graded.fields] == ["Summary"]


def test_a_correction_keeps_what_it_replaced(rich: Document) -> None:
    (version,) = row(rich, "Not brought", "health").versions
    assert version.said[1:] == ("Service: dentist", "Summary: Not brought by Morwenna.")
    assert not version.withheld


def test_what_was_withdrawn_is_no_line_and_is_said_with_its_reason(rich: Document) -> None:
    assert not any("meant for another child" in one.text for each in rich.rows for one in each.fields)
    (said,) = section(rich, "Withdrawn by their own agency")
    assert said.endswith("Concern raised, education - withdrawn by its own agency, because: a slip")


def test_an_incident_a_contradiction_and_gaps_name_the_entries_by_number(rich: Document) -> None:
    one, other = row(rich, "Injury recorded", "education"), row(rich, "Injury recorded", "health")
    (incident,) = section(rich, "Incidents told by more than one agency")
    assert incident.startswith(f"Entries {one.number} and {other.number}: 3 December 2024")
    (odds,) = section(rich, "Contradictions")
    assert f"education (entry {one.number}): fell from his bicycle" in odds
    assert odds.endswith(" - open")
    assert f"The same incident is told in entry {other.number}; what each said stays as it is." in one.notes
    assert any(said.startswith("Police: Nothing is shown from 4 June 2024") for said in section(rich, "Gaps"))


def test_when_the_child_was_last_seen_alone_and_heard_is_always_there(rich: Document, world: World) -> None:
    assert section(rich, "The child itself")[0].startswith("Last seen: 1 July 2024, 16:30, 252 days ago")
    assert "What the child said or showed: Zebedee wants Ludo to stay." in section(rich, "The child itself")
    assert len(section(document(world), "The child itself")) == 3


def test_a_shredded_entry_keeps_its_place(rich: Document) -> None:
    assert "Shredded" in row(rich, "Concern raised", "probation").notes[0]


def test_a_curated_chronology_holds_what_was_judged_in_with_the_numbers_of_the_log(
    conference: Document, rich: Document
) -> None:
    assert [one.significance for one in conference.rows] == ["CRITICAL", "ROUTINE", "NOTABLE", "SIGNIFICANT"]
    numbers = {one.event_id: one.number for one in rich.rows}
    assert all(numbers[one.event_id] == one.number for one in conference.rows)
    assert conference.rows[0].analysis == "Zebedee is not safe while Osric Thrupp is there."


def test_who_reviewed_it_when_and_what_was_left_out_is_said(conference: Document, rich: Document) -> None:
    (said,) = section(conference, "Reviewed by, on")
    assert said == "Reviewed by health-17, on 10 March 2025, 12:00: Read with Morwenna's solicitor."
    left = row(rich, "Exclusion recorded", "education").number
    assert section(conference, "Judged and left out") == (f"Entry {left}",)


def test_a_curated_chronology_that_nobody_made_says_so() -> None:
    empty = document(rich_world(), "REVIEW")
    assert empty.rows == ()
    assert "No entry has been judged to belong to this curated chronology yet." in empty.notices
    assert section(empty, "Reviewed by, on") == ("Nobody has reviewed this curated chronology yet.",)


def test_a_record_without_a_name_says_so(world: World) -> None:
    view: RecordView = world.open(READER).view
    said = document_of(view, DISCLOSURE, Output("word"), Named(view))
    assert said.title == "Chronology of a child whose name nobody told"
    assert view.child == CHILD
