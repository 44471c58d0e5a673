import json

from query.marks import marks_of, told_as
from query.view import FieldMark
from tests.query.record_world import CATALOGUE, Told, World


def test_every_field_of_every_statement_says_how_it_is_told_and_about_whom() -> None:
    kinds = [one.short_name for one in CATALOGUE.statements()]
    marks = marks_of(CATALOGUE, kinds)
    for one in CATALOGUE.statements():
        names = {part["name"] for part in json.loads(one.schema)["fields"]} - {"envelope"}
        assert set(marks[one.short_name]) == names
    said = [mark for fields in marks.values() for mark in fields.values()]
    assert {mark.assertion for mark in said} == {"fact", "opinion", "analysis"}
    assert {mark.about for mark in said} == {"child", "adult", "third_party"}


def test_what_is_about_anybody_but_the_child_is_a_third_party_passage() -> None:
    assert [FieldMark("fact", about).third_party for about in ("child", "adult", "third_party")] == [False, True, True]


def test_a_field_is_never_told_as_more_of_a_fact_than_its_entry() -> None:
    fact, opinion = FieldMark("fact", "child"), FieldMark("opinion", "child")
    assert [told_as(whole, fact) for whole in ("FACT", "OPINION", "ANALYSIS")] == ["fact", "opinion", "analysis"]
    assert [told_as(whole, opinion) for whole in ("FACT", "OPINION", "ANALYSIS")] == ["opinion", "opinion", "opinion"]


def test_a_view_holds_the_marks_of_the_kinds_that_it_shows_and_of_no_other(world: World) -> None:
    world.say(Told("PoliceIncidentRecorded", "police"))
    world.say(Told("ChildSeen", "police", seal="SEALED"))
    view = world.open().view
    assert set(view.marks) == {"PoliceIncidentRecorded"}
    assert view.marks["PoliceIncidentRecorded"]["child_part"] == FieldMark("opinion", "child")


def test_what_an_unknown_contract_says_of_its_fields_is_nothing() -> None:
    assert marks_of(CATALOGUE, ["NoSuchKind"]) == {"NoSuchKind": {}}
