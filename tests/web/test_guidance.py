"""What leads people through the pages: back to the page they asked for, to nothing that can only refuse, and to words that claim no more than is so."""

import re

import pytest

from access_policy.question import Hub
from access_policy.vocabulary import PURPOSES, ROLES, SEE_DISCLOSURES
from apps.web.visits import ONLY_FOR
from projections.identity.said import Compared
from query.door import Wanted, begin, decide
from tests.query.record_world import NOW, at, staff
from tests.web.web_story import tell_everything
from tests.web.web_world import CHILD, TOLD, TWIN, Told, WebWorld, words_of

RECORD = f"/children/{CHILD}"
SIDES = f"/identity/{CHILD}/{TWIN}"
DECISION = {"action": "KEEP_APART", "reason": "they are siblings"}


@pytest.fixture
def web() -> WebWorld:
    return WebWorld()


@pytest.fixture
def told(web: WebWorld) -> WebWorld:
    tell_everything(web)
    web.sign_in("decider")
    web.open()
    web.open(TWIN)
    web.send("/purpose/identity", {"purpose": "safeguarding_enquiry"})
    return web


def led(web: WebWorld, path: str) -> str:
    """Follow from a page to where it leads."""
    location: str = web.get(path).headers["location"]
    return location


@pytest.mark.parametrize("path", [f"{RECORD}/gaps", f"{RECORD}/curated/REVIEW", RECORD])
def test_after_signing_in_and_stating_a_purpose_one_is_at_the_page_that_was_asked_for(web: WebWorld, path: str) -> None:
    assert led(web, path) == "/sign-in"
    signed = web.send("/sign-in", {"staff-id": "analyst", "token": "analystanalyst"}, "/sign-in")
    assert signed.headers["location"] == path
    assert led(web, path) == f"{RECORD}/purpose"
    stated = web.send(f"{RECORD}/purpose", {"purpose": "assessment"}, f"{RECORD}/purpose")
    assert stated.headers["location"] == path


def test_whoever_was_at_the_sign_in_page_before_still_comes_to_the_page_that_was_asked_for(web: WebWorld) -> None:
    web.get("/sign-in")
    assert led(web, f"{RECORD}/gaps") == "/sign-in"
    signed = web.send("/sign-in", {"staff-id": "analyst", "token": "analystanalyst"}, "/sign-in")
    assert signed.headers["location"] == f"{RECORD}/gaps"


def test_a_purpose_for_who_is_who_leads_on_to_the_two_sides(web: WebWorld) -> None:
    web.sign_in("decider")
    assert led(web, SIDES) == "/purpose/identity"
    assert web.send("/purpose/identity", {"purpose": "assessment"}).headers["location"] == SIDES


def test_a_page_asked_of_one_child_is_no_page_of_another_and_no_form_says_where_to_go(web: WebWorld) -> None:
    web.sign_in()
    led(web, f"{RECORD}/gaps")
    fields = {"purpose": "assessment", "wanted": "https://elsewhere.example"}
    assert web.send(f"/children/{TWIN}/purpose", fields).headers["location"] == f"/children/{TWIN}"


def test_who_was_shown_what_is_offered_to_those_roles_that_a_rule_opens_it_to(web: WebWorld) -> None:
    door = web.world.door
    opened = {
        role
        for role in ROLES
        for purpose in PURPOSES
        if decide(door, begin(door, staff("education", role), purpose, Wanted(SEE_DISCLOSURES, CHILD)), Hub()).allowed
    }
    assert ONLY_FOR["/disclosures"] == opened


def test_an_analyst_is_not_led_to_who_was_shown_what_and_an_auditor_is(told: WebWorld) -> None:
    assert "/disclosures" not in told.get(RECORD).text
    told.send("/sign-out", {})
    told.sign_in("auditor")
    told.open(purpose="audit")
    refused = told.get(RECORD)
    assert refused.status_code == 403
    assert f'href="{RECORD}/disclosures"' in refused.text
    assert "(for auditors)" in words_of(refused.text)


def test_an_auditor_reads_who_asked_for_the_record_and_what_came_of_it(told: WebWorld) -> None:
    told.send("/sign-out", {})
    told.sign_in("auditor")
    told.open(purpose="audit")
    page = words_of(told.get(f"{RECORD}/disclosures").text)
    assert f"of {CHILD}" in page
    assert "Nobody asked for this record before" not in page


def test_each_cell_of_a_table_names_its_column_for_narrow_screens(told: WebWorld) -> None:
    pages = (SIDES, "/identity", "/alerts", RECORD, *(RECORD + end for end in ("/family", "/timeline", "/gaps")))
    told.send("/purpose/alerts", {"purpose": "assessment"})
    for path in pages:
        cells = re.findall(r"<td ([^>]*)>(.?)", told.get(path).text)
        assert cells or path == "/alerts"
        assert [one for one, filled in cells if filled != "<" and "data-label=" not in one] == []
    sides = told.get(SIDES).text
    assert sides.count('data-label="One side"') == sides.count('data-label="The other side"') > 1


def test_a_moment_is_typed_to_the_second(web: WebWorld) -> None:
    web.sign_in()
    web.open()
    web.world.say(Told(fields={"summary": "known early"}, happened=at("2025-01-10T09:00")))
    answer = web.send(f"{RECORD}/known", {"day": "20/1/2025", "time": "15:49:50"})
    assert answer.headers["location"] == f"{RECORD}/chronology"
    web.get(RECORD)
    assert web.world.log.disclosures[-1].as_known_at == at("2025-01-20T15:49:50")


@pytest.mark.parametrize(
    ("path", "field"), [("/known", ""), ("/difference", "earlier-"), ("/difference", "later-")], ids=str
)
def test_a_moment_to_come_is_refused_in_one_sentence(web: WebWorld, path: str, field: str) -> None:
    web.sign_in()
    web.open()
    sent = {"earlier-day": "1/1/2024", f"{field}day": "1/1/2999"}
    answer = web.send(f"{RECORD}{path}", sent)
    assert answer.status_code == 422
    assert "expected one until now, found one that is still to come" in words_of(answer.text)


def test_today_without_a_time_is_until_now(web: WebWorld) -> None:
    web.sign_in()
    web.open()
    assert web.send(f"{RECORD}/known", {"day": f"{NOW:%d/%m/%Y}"}).status_code == 303


def test_the_family_page_says_when_each_was_learned_by_which_entry_and_which_pseudonym_is_this_child(
    told: WebWorld,
) -> None:
    page = told.get(f"{RECORD}/family").text
    assert "learned: " in page
    assert "it happened: " in words_of(page)
    assert re.search(rf'href="{RECORD}/entries/[0-9a-f-]+"', page)
    assert re.search(rf'href="/children/{TWIN}/entries/[0-9a-f-]+"', page)
    assert f"is {CHILD}" in words_of(page)
    together = words_of(told.get(f"{RECORD}/family/together").text)
    assert re.search(rf"Ottoline [^.]*Child {TWIN}", together)


def test_family_lines_bear_grading_handling_conditions_and_seals_as_the_chronology_does(told: WebWorld) -> None:
    told.world.say(Told(agency="childrens_social_care", seal="SEALED", fields={"summary": "sealed words"}))
    alone, together = (words_of(told.get(RECORD + end).text) for end in ("/chronology", "/family/together"))
    for mark in ("Police grading:", "Handling conditions:", "Sealed", "Restricted", "About somebody else"):
        assert alone.count(mark) == together.count(mark) > 0


def test_gaps_are_shown_with_their_rule_and_so_is_that_there_are_none(web: WebWorld, told: WebWorld) -> None:
    rule = "at least 60 days and at least 3 times as long as the agency usually leaves"
    assert rule in words_of(told.get(f"{RECORD}/gaps").text)
    empty = "/children/00000000-0000-4000-8000-00000000000a"
    web.send(f"{empty}/purpose", {"purpose": "assessment"})
    none = words_of(web.get(f"{empty}/gaps").text)
    assert rule in none
    assert "No such silence was found in what is shown here" in none


def test_a_difference_says_that_what_people_decided_is_not_part_of_it(told: WebWorld) -> None:
    told.send(f"{RECORD}/difference", {"earlier-day": "1/1/2024"})
    assert "what people decided and said of them" in words_of(told.get(f"{RECORD}/difference").text)


def test_what_was_just_decided_is_off_the_list_though_the_fold_has_not_come_to_it(told: WebWorld) -> None:
    said = told.world.records.said
    told.send(SIDES, DECISION)
    decided = [one for one in said if not isinstance(one, Compared)]
    said[:] = [one for one in said if isinstance(one, Compared)]
    page = words_of(told.get("/identity").text)
    assert "takes effect in a moment" in page
    assert "0 questions wait" in page
    said.extend(decided)
    assert "0 questions wait" in words_of(told.get("/identity").text)
    told.send(SIDES, {**DECISION, "action": "DEFER"})
    assert "1 question waits" in words_of(told.get("/identity").text)


def test_a_curated_chronology_is_found_by_its_name_in_small_letters(told: WebWorld) -> None:
    assert told.get(f"{RECORD}/curated/review").text.count('aria-current="page"') == 2
    assert "Review" in words_of(told.get(f"{RECORD}/curated/conference").text)


def test_the_summary_says_that_nothing_is_withheld_only_where_that_is_so(web: WebWorld) -> None:
    web.sign_in()
    web.open()
    assert "Nothing is withheld" not in words_of(web.get(RECORD).text)
    web.world.say(TOLD[0])
    assert "Nothing is withheld from you" in words_of(web.get(RECORD).text)
    web.world.say(Told(agency="police", seal="SEALED", fields={"summary": "sealed words"}))
    assert "Nothing is withheld" not in words_of(web.get(RECORD).text)
