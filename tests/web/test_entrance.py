import logging

import pytest

from apps.web.app import make_web
from query.ports import DisclosureFailed
from query.unsealing import RecordBroken
from tests.apps.api_world import SURNAME
from tests.web.web_story import HOSTILE, tell_everything
from tests.web.web_world import CHILD, NHS, ORIGIN, TOLD, Told, WebWorld, words_of

RECORD = f"/children/{CHILD}"
PAGES = ("/sign-in", "/find", RECORD, f"{RECORD}/chronology", f"{RECORD}/purpose", "/no-such-page")


@pytest.fixture
def web() -> WebWorld:
    web = WebWorld()
    for told in TOLD:
        web.world.say(told)
    web.sign_in()
    return web


def _posts() -> list[str]:
    app = make_web(WebWorld().parts)
    return [route.path for route in app.routes if "POST" in (getattr(route, "methods", None) or ())]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_may_run_a_script_be_framed_or_be_kept(web: WebWorld, page: str) -> None:
    web.open()
    headers = web.get(page).headers
    policy = dict(one.strip().partition(" ")[::2] for one in headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_the_style_sheet_alone_may_be_kept(web: WebWorld) -> None:
    answer = web.get(web.parts.styles.address)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert web.get("/static/another.css").status_code == 404


def test_the_cookie_is_a_random_id_that_no_script_and_no_other_site_has(web: WebWorld) -> None:
    cookie = web.get("/find").headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert len(web.browser.cookies["mash"]) == 64


def test_under_https_the_cookie_is_secure_and_held_to_this_host() -> None:
    cookie = WebWorld("https://hub.example").get("/sign-in").headers["set-cookie"]
    assert cookie.startswith("__Host-mash=")
    assert "Secure" in cookie.split("; ")


@pytest.mark.parametrize("path", _posts())
def test_no_form_is_taken_without_the_sessions_secret(web: WebWorld, path: str) -> None:
    web.open()
    address = path.format(
        child=CHILD, left=CHILD, right=CHILD, entry=CHILD, contradiction=CHILD, profile="REVIEW", list="alerts"
    )
    asked = len(web.world.log.disclosures)
    for secret in ("", "0" * 64):
        answer = web.browser.post(address, data={"secret": secret, "purpose": "audit"}, headers={"Origin": ORIGIN})
        assert answer.status_code == 403
        assert "Nothing was done" in answer.text
    assert len(web.world.log.disclosures) == asked


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {},
    ],
)
def test_no_form_is_taken_that_does_not_come_from_here(web: WebWorld, headers: dict[str, str]) -> None:
    fields = {"scheme": "nhs_number", "value": NHS, "purpose": "assessment"}
    page = web.get("/find").text
    secret = page.partition('name="secret" value="')[2].partition('"')[0]
    answer = web.browser.post("/find", data={"secret": secret, **fields}, headers=headers)
    assert answer.status_code == 403


def test_a_form_from_here_is_taken_also_where_the_browser_may_not_say_its_origin(web: WebWorld) -> None:
    fields = {"scheme": "nhs_number", "value": NHS, "purpose": "assessment"}
    assert web.send("/find", fields, Origin="null").status_code == 303


def test_a_name_of_somebody_elses_that_leads_here_is_not_answered(web: WebWorld) -> None:
    answer = web.browser.get("/find", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400


def test_nothing_is_asked_in_an_address(web: WebWorld) -> None:
    assert web.get(f"/find?value={NHS}").status_code == 400


def test_a_body_that_is_too_long_or_no_form_is_not_read(web: WebWorld) -> None:
    assert web.send("/find", {"value": "9" * 70_000}).status_code == 413
    answer = web.browser.post("/find", json={"value": NHS}, headers={"Origin": ORIGIN})
    assert answer.status_code == 400


def test_neither_addresses_nor_log_lines_hold_what_was_asked_or_shown(
    web: WebWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fields = {"scheme": "nhs_number", "value": NHS, "purpose": "assessment"}
    found = web.send("/find", fields)
    addresses = [found.headers["location"]]
    for end in ("", "/chronology", "/timeline", "/family"):
        web.get(RECORD + end)
    narrowed = web.send(f"{RECORD}/choose", {"agency": "police", "since": "1/2/2025"})
    addresses.append(narrowed.headers["location"])
    assert addresses == [RECORD, f"{RECORD}/chronology"]
    logged = "\n".join(one.getMessage() for one in caplog.records if one.name.startswith(("apps", "query")))
    assert "/children/{child}/chronology" in logged
    for secret in (NHS, SURNAME, str(CHILD), "assessment", "analyst", web.browser.cookies["mash"]):
        assert secret not in logged


def test_what_an_agency_wrote_is_never_part_of_the_page() -> None:
    web = WebWorld()
    tell_everything(web)
    web.world.say(Told(fields={"kind": HOSTILE, "summary": HOSTILE}, wording=HOSTILE, handling_conditions=HOSTILE))
    web.sign_in("decider")
    web.open()
    for end in ("", "/chronology", "/timeline", "/family", "/family/together", "/contradictions"):
        page = web.get(RECORD + end).text
        assert "<script" not in page
        assert "<img" not in page
    assert "&lt;script&gt;" in web.get(f"{RECORD}/chronology").text


def test_no_page_has_a_script_an_inline_style_or_anything_from_elsewhere() -> None:
    web = WebWorld()
    tell_everything(web)
    web.sign_in("decider")
    web.open()
    for end in ("", "/chronology", "/timeline", "/download", "/known"):
        page = web.get(RECORD + end).text.lower()
        assert "<script" not in page
        assert " style=" not in page
        assert "<style" not in page
        assert 'src="http' not in page


def test_a_refusal_shows_the_rules_sentences_and_is_recorded(web: WebWorld) -> None:
    web.sign_ins.gone.add("analyst")
    web.get("/find")
    web.sign_in("governance")
    web.open()
    answer = web.get(RECORD)
    refused = web.world.log.disclosures[-1]
    assert answer.status_code == 403
    assert not refused.allowed
    assert str(refused.disclosure_id) in answer.text
    assert refused.rules[0] in answer.text
    assert SURNAME not in answer.text


@pytest.mark.parametrize(
    ("error", "status"),
    [(RecordBroken("event 1: expected an entry, found another"), 500), (DisclosureFailed("expected one"), 503)],
)
def test_nothing_of_a_record_is_shown_when_it_broke_or_could_not_be_recorded(
    web: WebWorld, error: Exception, status: int
) -> None:
    web.open()
    web.broken = error
    answer = web.get(RECORD)
    assert answer.status_code == status
    assert "Nothing is shown" in answer.text
    assert SURNAME not in answer.text


def test_an_error_that_nobody_foresaw_is_an_incident_that_quotes_nothing(
    web: WebWorld, caplog: pytest.LogCaptureFixture
) -> None:
    web.open()
    web.broken = ValueError(SURNAME)
    answer = web.get(RECORD)
    assert answer.status_code == 500
    assert "incident" in words_of(answer.text)
    assert SURNAME not in answer.text + caplog.text


def test_without_a_purpose_nothing_is_shown_and_nothing_is_read(web: WebWorld) -> None:
    web.world.calls.clear()
    for end in ("", "/chronology", "/timeline", "/family", "/download"):
        answer = web.get(RECORD + end)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{RECORD}/purpose")
    assert web.world.calls == []
