import base64
import hashlib
import re
from html import escape
from typing import Any

import pytest
from fastapi.routing import APIRoute

from apps.api.page import page
from tests.apps.api_world import ApiWorld

HEADERS = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
}


@pytest.fixture
def hub() -> ApiWorld:
    return ApiWorld()


def operations(hub: ApiWorld) -> dict[str, Any]:
    paths = hub.client.get("/openapi.json").json()["paths"]
    return {f"{method.upper()} {path}": one for path, methods in paths.items() for method, one in methods.items()}


def test_every_route_is_described_with_a_summary_and_a_sentence(hub: ApiWorld) -> None:
    assert all(isinstance(route, APIRoute) for route in hub.api.routes)
    routes = {
        f"{method} {route.path}": route
        for route in hub.api.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    assert all(route.summary for route in routes.values())
    assert set(operations(hub)) == set(routes)
    assert all(one["summary"] and one["description"] for one in operations(hub).values())


def test_the_page_describes_every_operation_and_every_answer(hub: ApiWorld) -> None:
    text = hub.client.get("/docs").text
    for name, one in operations(hub).items():
        assert f"<code>{escape(name)}</code></h2>" in text
        assert escape(one["summary"]) in text
        assert all(escape(answer["description"]) in text for answer in one["responses"].values())


def test_the_page_allows_itself_its_own_style_and_nothing_else(hub: ApiWorld) -> None:
    shown = hub.client.get("/docs")
    assert "<script" not in shown.text
    assert not re.search(r"(src|href)=\"(?!#|/openapi\.json)", shown.text)
    (style,) = re.findall(r"<style>(.*?)</style>", shown.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in shown.headers["content-security-policy"]


def test_whatever_the_document_holds_is_escaped(hub: ApiWorld) -> None:
    document = hub.api.openapi()
    marked: dict[str, Any] = {
        **document,
        "paths": {
            "/<b>": {"get": {"summary": "<i>", "description": "<u>", "responses": {'2"': {"description": "<s>"}}}}
        },
    }
    text = page(marked)
    assert not {"<b>", "<i>", "<u>", "<s>"} & set(re.findall(r"<\w+>", text))


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/health", "/subjects", "/nowhere", "/alerts"])
def test_every_answer_forbids_a_browser_to_keep_guess_or_run_anything(hub: ApiWorld, path: str) -> None:
    headers = hub.client.get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert headers["content-security-policy"].startswith("default-src 'none'")


def test_health_says_how_far_behind_each_worker_is_and_is_503_when_a_part_is_away(hub: ApiWorld) -> None:
    well = hub.client.get("/health")
    assert (well.status_code, well.json()["workers"][0]["behind"]) == (200, 2)
    hub.health = hub.health.model_copy(update={"parts": {"kafka": False}})
    assert hub.client.get("/health").status_code == 503


def test_a_path_or_method_that_is_not_there_is_one_sentence(hub: ApiWorld) -> None:
    assert hub.client.get("/nowhere").json()["code"] == "no-such-path"
    wrong = hub.client.get("/alerts")
    assert (wrong.status_code, wrong.json()["code"], wrong.headers["allow"]) == (405, "no-such-method", "POST")
