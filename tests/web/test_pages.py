import re
from datetime import timedelta

import pytest

from query.disclosure import Disclosure
from tests.apps.api_world import DISCLOSED
from tests.query.record_world import MONDAY, at
from tests.web.web_story import tell_everything, tell_many
from tests.web.web_world import CHILD, NHS, NOW, PEOPLE, TOLD, TWIN, Told, WebWorld, words_of

RECORD = f"/children/{CHILD}"
ENDS = (
    "",
    "/purpose",
    "/chronology",
    "/chronology/1",
    "/curated",
    "/curated/REVIEW",
    "/timeline",
    "/contradictions",
    "/gaps",
    "/family",
    "/family/together",
    "/known",
    "/difference",
    "/disclosures",
    "/split",
    "/download",
)
SIDES = f"/identity/{CHILD}/{TWIN}"


@pytest.fixture
def web() -> WebWorld:
    web = WebWorld()
    web.sign_in("decider")
    web.open()
    web.send("/purpose/identity", {"purpose": "safeguarding_enquiry"})
    return web


@pytest.fixture
def told(web: WebWorld) -> WebWorld:
    tell_everything(web)
    return web


def last(web: WebWorld) -> Disclosure:
    return web.world.log.disclosures[-1]


def test_a_child_is_found_by_an_identifier_for_a_purpose_and_the_record_is_opened_for_it() -> None:
    web = WebWorld()
    for one in TOLD:
        web.world.say(one)
    web.sign_in()
    answer = web.send("/find", {"scheme": "nhs_number", "value": "999 000 0018", "purpose": "assessment"})
    assert answer.headers["location"] == RECORD
    page = words_of(web.get(RECORD).text)
    assert "Quillfeather-Marked" in page
    assert "Opened for: Assessment" in page
    assert (last(web).purpose, last(web).allowed) == ("assessment", True)


def test_an_identifier_that_names_nobody_is_said_so_without_repeating_it(web: WebWorld) -> None:
    answer = web.send("/find", {"scheme": "upn", "value": "A9999999999", "purpose": "assessment"})
    assert answer.headers["location"] == "/find"
    page = web.get("/find").text
    assert "No record goes by that identifier" in page
    assert "A9999999999" not in page
    assert "No record goes by that identifier" not in web.get("/find").text


def test_what_is_missing_in_a_form_is_said_above_it_and_beside_the_field(web: WebWorld) -> None:
    answer = web.send("/find", {"scheme": "nhs_number", "value": "", "purpose": ""})
    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert 'href="#value"' in answer.text
    assert 'href="#purpose"' in answer.text
    assert words_of(answer.text).count("Enter the identifier") == 2


@pytest.mark.parametrize("end", ENDS)
def test_each_page_of_a_record_is_opened_through_the_door_and_so_recorded(told: WebWorld, end: str) -> None:
    before = len(told.world.log.disclosures)
    answer = told.get(RECORD + end)
    assert answer.status_code == 200
    assert len(told.world.log.disclosures) > before or end in {"/purpose", "/disclosures"}


def test_the_summary_says_first_what_is_withheld_what_to_look_at_and_when_the_child_was_seen(told: WebWorld) -> None:
    for one in TOLD:
        told.world.say(one)
    page = words_of(told.get(RECORD).text)
    order = ("What you may not see, and whom to ask", "To look at", "The child itself", "Who the child is, as told")
    places = [page.index(one) for one in order]
    assert places == sorted(places)
    seen = told.world.open(PEOPLE["decider"]).view.sightings.seen
    assert seen is not None
    assert f"{seen.ago_in_words} : {seen.happened_in_words}" in page


def test_a_corrected_value_is_struck_through_and_says_so_in_words(web: WebWorld) -> None:
    first = web.world.say(Told(fields={"kind": "worry", "summary": "fell in the yard"}))
    web.world.say(Told(fields={"kind": "worry", "summary": "fell on the stairs"}, corrects=first))
    page = web.get(f"{RECORD}/chronology").text
    gone = re.findall(r"<del>(.*?)</del>", page)
    assert [words_of(one) for one in gone] == ["replaced: fell in the yard"]
    assert "fell on the stairs" in page


def test_what_is_withheld_is_said_with_whom_to_ask(web: WebWorld) -> None:
    web.sign_ins.gone.add("decider")
    web.get("/find")
    web.sign_in("analyst")
    web.open()
    web.world.say(Told(agency="police", seal="SEALED", fields={"summary": "sealed words"}))
    web.world.say(Told(agency="health", fields={"summary": "open words"}))
    page = words_of(web.get(f"{RECORD}/chronology").text)
    assert "1 police entry you may not see; ask the police public protection unit" in page
    assert "open words" in page
    assert "sealed words" not in page


def test_a_chronology_is_narrowed_by_agency_kind_and_time_and_widened_again(told: WebWorld) -> None:
    chosen = {"agency": "health", "kind": "HouseholdMemberRecorded", "since": "1/3/2023", "until": "30-04-2023"}
    told.send(f"{RECORD}/choose", chosen)
    page = words_of(told.get(f"{RECORD}/chronology").text)
    assert re.search(r"2 of \d+ lines are what you chose", page)
    assert "Osric Thrupp" in page
    assert "Fabledon General" not in page
    told.send(f"{RECORD}/choose", {**chosen, "all": "yes"})
    assert "lines are what you chose" not in words_of(told.get(f"{RECORD}/chronology").text)


def test_a_day_that_is_none_is_asked_for_again(told: WebWorld) -> None:
    answer = told.send(f"{RECORD}/choose", {"since": "31/2/2024"})
    assert answer.status_code == 422
    assert "Enter a day like 31/12/2025" in answer.text


def test_an_incident_that_two_agencies_told_stands_once_with_what_each_said(web: WebWorld) -> None:
    at_home = {"kind": "domestic abuse", "summary": "police words"}
    web.world.say(Told("PoliceIncidentRecorded", "police", fields=at_home))
    called = {"reason": "a call", "conveyed_to": None, "seen_at_home": None, "summary": "ambulance words"}
    web.world.say(Told("AmbulanceAttended", "health", happened=MONDAY + timedelta(minutes=20), fields=called))
    (incident,) = web.world.open().view.incidents
    page = words_of(web.get(f"{RECORD}/chronology").text)
    assert page.count("One incident, told by health and police") + page.count("told by police and health") == 1
    assert page.count("police words") == page.count("ambulance words") == 1
    assert incident.reasons[0] in page


def test_a_long_chronology_is_paged_and_each_year_leads_to_its_page(web: WebWorld) -> None:
    tell_many(web, 450)
    first = words_of(web.get(f"{RECORD}/chronology").text)
    assert "450 lines. This is page 1 of 3" in first
    page = web.get(f"{RECORD}/chronology").text
    (number,) = re.findall(rf'href="{RECORD}/chronology/(\d+)#year-2023"', page)
    assert 'id="year-2023"' in web.get(f"{RECORD}/chronology/{number}").text
    assert "This is page 3 of 3" in words_of(web.get(f"{RECORD}/chronology/99").text)
    assert web.get(f"{RECORD}/chronology/x").status_code == 404


def test_the_table_beside_a_picture_of_very_many_entries_says_what_it_leaves_out(web: WebWorld) -> None:
    tell_many(web, 510)
    page = web.get(f"{RECORD}/timeline").text
    assert "of the newest 500 of 510 entries" in words_of(page)
    assert page.count('id="event-') == 500


def test_the_record_is_shown_as_the_hub_knew_it_at_a_moment_until_one_goes_back(web: WebWorld) -> None:
    web.world.say(Told(fields={"summary": "known early"}, happened=at("2025-01-10T09:00")))
    web.world.say(Told(fields={"summary": "known late"}, happened=at("2025-02-10T09:00")))
    answer = web.send(f"{RECORD}/known", {"day": "20/1/2025", "time": "12:00"})
    assert answer.headers["location"] == f"{RECORD}/chronology"
    page = words_of(web.get(f"{RECORD}/chronology").text)
    assert "As known: 20 January 2025, 12:00" in page
    assert "known early" in page
    assert "known late" not in page
    assert last(web).as_known_at == at("2025-01-20T12:00")
    web.send(f"{RECORD}/known", {"now": "yes"})
    assert "known late" in web.get(f"{RECORD}/chronology").text


def test_the_record_is_shown_as_one_agency_knew_it(web: WebWorld) -> None:
    web.world.say(Told(agency="health", fields={"summary": "health words"}))
    web.world.say(Told(agency="police", fields={"summary": "police words"}))
    web.send(f"{RECORD}/known", {"day": "9/3/2025", "agency": "health"})
    page = words_of(web.get(f"{RECORD}/chronology").text)
    assert "to health" in page
    assert "health words" in page
    assert "police words" not in page
    assert "told by telephone" in words_of(web.get(RECORD).text)


def test_what_changed_between_two_moments_is_listed(web: WebWorld) -> None:
    first = web.world.say(Told(fields={"summary": "said at first"}, happened=at("2025-01-10T09:00")))
    corrected = {"summary": "said later"}
    web.world.say(
        Told(fields=corrected, corrects=first, happened=at("2025-01-10T09:00"), learned=at("2025-02-10T09:00"))
    )
    answer = web.send(f"{RECORD}/difference", {"earlier-day": "20/1/2025", "later-day": "20/2/2025"})
    assert answer.status_code == 303
    page = words_of(web.get(f"{RECORD}/difference").text)
    assert "Corrected" in page
    assert "said later" in page
    turned = web.send(f"{RECORD}/difference", {"earlier-day": "20/2/2025", "later-day": "20/1/2025"})
    assert turned.status_code == 422


def test_other_children_of_the_household_are_named_and_opened_by_their_own_rules(told: WebWorld) -> None:
    assert str(TWIN) in told.get(f"{RECORD}/family").text
    page = words_of(told.get(f"{RECORD}/family/together").text)
    assert "2 children were asked for: each record is opened" in page
    assert "Ottoline" in page
    assert {one.child for one in told.world.log.disclosures[-2:]} == {CHILD, TWIN}


def test_each_disclosure_leads_to_what_was_shown_under_it(told: WebWorld) -> None:
    page = told.get(f"{RECORD}/disclosures").text
    assert f'href="{RECORD}/disclosures/{DISCLOSED}"' in page
    assert f"of {CHILD}" in page


def test_a_contradiction_is_notified_and_resolved_and_what_was_said_stays(told: WebWorld) -> None:
    page = told.get(f"{RECORD}/contradictions").text
    (path,) = re.findall(r'action="([^"]+)/notify"', page)
    assert told.send(f"{path}/notify", {}, f"{RECORD}/contradictions").status_code == 303
    assert "Agencies are told" in words_of(told.get(f"{RECORD}/contradictions").text)
    empty = told.send(f"{path}/resolve", {"finding": ""})
    assert empty.status_code == 422
    told.send(f"{path}/resolve", {"finding": "the school was told otherwise"})
    page = words_of(told.get(f"{RECORD}/contradictions").text)
    assert "Resolved by decider" in page
    assert "the school was told otherwise" in page


def test_an_entry_is_judged_and_the_curated_chronology_is_reviewed(told: WebWorld) -> None:
    entry = re.findall(rf'href="({RECORD}/entries/[0-9a-f-]+)"', told.get(f"{RECORD}/chronology").text)[0]
    missing = told.send(entry, {"profile": "REVIEW"})
    assert missing.status_code == 422
    judged = {"profile": "REVIEW", "included": "yes", "significance": "CRITICAL", "analysis": "it began here"}
    assert told.send(entry, judged).headers["location"] == entry
    assert "it began here" in told.get(entry).text
    curated = f"{RECORD}/curated/REVIEW"
    assert told.send(curated, {"note": "read with the panel"}).headers["location"] == curated
    page = words_of(told.get(curated).text)
    assert "Reviewed by decider" in page
    assert "Critical" in page
    told.send(f"{RECORD}/choose", {"significance": "CRITICAL"})
    assert "1 of " in words_of(told.get(f"{RECORD}/chronology").text)


def test_two_sides_say_in_words_where_they_agree_and_a_link_makes_them_one_child(told: WebWorld) -> None:
    assert "1 question waits" in words_of(told.get("/identity").text)
    page = words_of(told.get(SIDES).text)
    assert "Name Differ Zebedee Quillfeather-Brookmere" in page
    assert "Address Agree" in page
    without = told.send(SIDES, {"action": "LINK", "reason": ""})
    assert without.status_code == 422
    told.send(SIDES, {"action": "LINK", "reason": "their mother says so"})
    assert "0 questions wait" in words_of(told.get("/identity").text)
    assert "Ottoline" in told.get(RECORD).text


def test_whoever_saw_two_children_as_one_is_listed_once_they_are_kept_apart(told: WebWorld) -> None:
    told.send(SIDES, {"action": "LINK", "reason": "alike"})
    told.get(RECORD)
    told.now = NOW + timedelta(minutes=5)
    answer = told.send(SIDES, {"action": "KEEP_APART", "reason": "they are siblings"})
    assert answer.headers["location"] == f"{SIDES}/wrong-views"
    page = words_of(told.get(f"{SIDES}/wrong-views").text)
    assert "1 person was shown two children as one" in page
    assert "decider" in page
    assert "Ottoline" not in told.get(RECORD).text


def test_some_of_a_record_is_split_off_by_its_parts(told: WebWorld) -> None:
    page = told.get(f"{RECORD}/split").text
    (part,) = re.findall(r'name="entry" value="([^"]+)"[^>]*><label[^>]*>Housing', page)
    told.send(f"{RECORD}/split", {"entry": part, "reason": "another family"})
    assert "Housing, its own id" not in words_of(told.get(f"{RECORD}/split").text)


def test_whoever_may_not_decide_is_refused_and_that_is_recorded(told: WebWorld) -> None:
    told.sign_ins.gone.add("decider")
    told.get("/find")
    told.sign_in("analyst")
    told.send("/purpose/identity", {"purpose": "safeguarding_enquiry"})
    answer = told.send(SIDES, {"action": "LINK", "reason": "alike"})
    assert answer.status_code == 403
    assert not last(told).allowed


@pytest.mark.parametrize(
    ("kind", "begins"),
    [("word", b"PK"), ("excel", b"PK"), ("csv", b""), ("html", b"<!DOCTYPE"), ("json", b"{"), ("svg", b"<svg")],
)
def test_a_download_is_the_file_whose_digest_is_recorded(told: WebWorld, kind: str, begins: bytes) -> None:
    asked = {"format": kind, "profile": "automatic log", "people": "named"}
    answer = told.send(f"{RECORD}/download", asked)
    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert re.fullmatch(r'attachment; filename="chronology-[0-9a-f]{8}\.\w+"', answer.headers["content-disposition"])
    assert last(told).action == "export_record"


def test_an_anonymised_download_names_nobody(told: WebWorld) -> None:
    asked = {"format": "csv", "profile": "automatic log", "people": "anonymised"}
    answer = told.send(f"{RECORD}/download", asked)
    assert b"Quillfeather" not in answer.content
    assert b"Child A" in answer.content


def test_a_form_of_a_download_that_is_not_filled_in_is_asked_for_again(told: WebWorld) -> None:
    answer = told.send(f"{RECORD}/download", {})
    assert answer.status_code == 422
    assert "Choose whether people are named" in answer.text


def test_an_entry_or_a_page_that_is_not_there_is_not_found(told: WebWorld) -> None:
    for path in (f"{RECORD}/entries/{TWIN}", f"{RECORD}/entries/x", "/children/x", "/nothing", f"{RECORD}/curated/X"):
        assert told.get(path).status_code == 404


def test_nobody_learns_of_a_record_from_how_an_unknown_child_looks(web: WebWorld) -> None:
    web.open(TWIN)
    answer = web.get(f"/children/{TWIN}")
    assert answer.status_code == 200
    assert "holds no entry about this child that you may know of" in words_of(answer.text)
    assert NHS not in answer.text
