import hashlib
from pathlib import Path

import pytest

from apps.demo.people import demo_people
from apps.demo.sign_in import let_people_sign_in
from apps.people import FILE, NotSignedIn, write_people
from apps.settings import Settings
from apps.web.sign_in import FileSignIn, Offered
from tests.web.web_world import WebWorld, words_of


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path, tmp_path / "secrets", "", None, "", "")


def test_the_demo_offers_its_people_only_when_told_to(settings: Settings) -> None:
    assert let_people_sign_in(settings)
    assert FileSignIn(settings).offered() == ()
    offered = FileSignIn(settings, demo=True).offered()
    assert [one.staff_id for one in offered] == [one.id for one in demo_people()]


def test_nobody_is_offered_once_people_json_holds_somebody_else(settings: Settings) -> None:
    let_people_sign_in(settings)
    rows = [{"staff_id": "real", "agency": "health", "role": "analyst", "clearances": [], "token_sha256": "00"}]
    write_people(settings.home / FILE, rows)
    port = FileSignIn(settings, demo=True)
    assert port.offered() == ()
    with pytest.raises(NotSignedIn):
        port.as_offered("real")


def test_nobody_is_offered_where_a_demo_persons_token_is_another(settings: Settings) -> None:
    let_people_sign_in(settings)
    (settings.secrets / "people" / demo_people()[0].id).write_text("another token", "utf-8")
    assert FileSignIn(settings, demo=True).offered() == ()


def test_a_token_signs_in_only_with_its_own_staff_id(settings: Settings) -> None:
    digest = hashlib.sha256(b"a-token").hexdigest()
    row = {"staff_id": "ana", "agency": "health", "role": "analyst", "clearances": [], "token_sha256": digest}
    write_people(settings.home / FILE, [row])
    port = FileSignIn(settings)
    assert port.with_token("ana", "a-token").staff_id == "ana"
    for staff_id, token in (("bob", "a-token"), ("ana", "another"), ("ana", "")):
        with pytest.raises(NotSignedIn) as refused:
            port.with_token(staff_id, token)
        assert "a-token" not in str(refused.value)


def test_whoever_is_not_signed_in_is_sent_to_do_so() -> None:
    answer = WebWorld().get("/find")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_whoever_came_for_a_childs_page_goes_on_to_it_after_signing_in() -> None:
    web = WebWorld()
    page = "/children/11111111-1111-4111-8111-111111111111"
    assert web.get(page).headers["location"] == "/sign-in"
    answer = web.send("/sign-in", {"staff-id": "analyst", "token": "analystanalyst"}, "/sign-in")
    assert answer.headers["location"] == page


def test_signing_in_begins_a_new_session_so_that_an_id_known_before_is_worth_nothing() -> None:
    web = WebWorld()
    web.get("/sign-in")
    before = web.browser.cookies["mash"]
    web.sign_in()
    assert web.browser.cookies["mash"] != before
    stranger = web.another_browser()
    stranger.cookies.set("mash", before)
    assert stranger.get("/find").status_code == 303


def test_a_wrong_token_is_refused_without_saying_which_part_was_wrong() -> None:
    web = WebWorld()
    unknown = web.send("/sign-in", {"staff-id": "nobody", "token": "x"}, "/sign-in")
    wrong = web.send("/sign-in", {"staff-id": "analyst", "token": "x"}, "/sign-in")
    assert unknown.status_code == wrong.status_code == 422
    assert words_of(unknown.text) == words_of(wrong.text)
    assert "There is a problem" in unknown.text


def test_the_demos_people_are_offered_with_what_they_show() -> None:
    web = WebWorld()
    web.sign_ins.demo = (Offered("analyst", "Ana Testperson", "reads what is open"),)
    assert "reads what is open" in web.get("/sign-in").text
    answer = web.send("/sign-in", {"person": "analyst"}, "/sign-in")
    assert answer.status_code == 303
    assert web.get("/find").status_code == 200


def test_whoever_may_sign_in_no_more_is_out_at_the_next_page() -> None:
    web = WebWorld()
    web.sign_in()
    web.sign_ins.gone.add("analyst")
    assert web.get("/find").headers["location"] == "/sign-in"
    web.sign_ins.gone.clear()
    assert web.get("/find").status_code == 303


def test_signing_out_ends_the_session_for_good() -> None:
    web = WebWorld()
    web.sign_in()
    kept = web.browser.cookies["mash"]
    answer = web.send("/sign-out", {})
    assert answer.headers["location"] == "/sign-in"
    assert "Max-Age=0" in answer.headers["set-cookie"]
    thief = web.another_browser()
    thief.cookies.set("mash", kept)
    assert thief.get("/find").status_code == 303
