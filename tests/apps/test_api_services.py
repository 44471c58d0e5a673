"""The API as it is served, on real parts with real workers: what an agency tells over HTTP is what a person reads over HTTP."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from apps import workers
from apps.people import write_people
from apps.services.daemons import wait_until
from tests.apps.api_world import bearing
from tests.connectors.feed_samples import http_event
from tests.hub_parts import HubServices

pytestmark = pytest.mark.services
SURNAME, NHS, TOKEN = "Quillfeather-Marked", "9990000018", "the analyst's invented token"
AUDITOR_TOKEN = "the auditor's invented token"
ANALYST = {
    "staff_id": "analyst-17",
    "name": "Ana Testperson",
    "agency": "childrens_social_care",
    "role": "analyst",
    "clearances": [],
    "token_sha256": hashlib.sha256(TOKEN.encode()).hexdigest(),
}
AUDITOR = {
    **ANALYST,
    "staff_id": "auditor-18",
    "role": "auditor",
    "token_sha256": hashlib.sha256(AUDITOR_TOKEN.encode()).hexdigest(),
}
PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Served:
    """The API of a running hub: a client of it, the feed's token, and where its log is."""

    client: httpx.Client
    feed_token: str
    log: Path

    def ask(self, path: str, body: Any, token: str = TOKEN) -> httpx.Response:
        return self.client.post(path, json=body, headers=bearing(token))

    def caught_up(self) -> bool:
        health = self.client.get("/health")
        assert health.status_code == 200, health.text
        return all(one["behind"] == 0 for one in health.json()["workers"])


@pytest.fixture
def served(fresh_hub: HubServices, tmp_path: Path) -> Iterator[Served]:
    home = fresh_hub.settings.home
    write_people(home / "people.json", [ANALYST, AUDITOR])
    log = tmp_path / "api.log"
    command = [sys.executable, "-c", "from apps.cli import main; main()", "api"]
    with log.open("wb") as errors:
        api = subprocess.Popen(command, env=fresh_hub.environ, stdout=subprocess.PIPE, stderr=errors)
    try:
        assert api.stdout is not None
        address = api.stdout.readline().decode().split()[0]
        token = (home / "secrets" / "feeds" / "childrens_social_care").read_text()
        with httpx.Client(base_url=address, timeout=60) as client:
            yield Served(client, token, log)
    finally:
        api.send_signal(signal.SIGTERM)
        api.communicate(timeout=30)
        workers.down(home, lambda _: None)


def test_what_an_agency_tells_over_http_is_found_and_opened_over_http(served: Served, fresh_hub: HubServices) -> None:
    event = http_event()
    child = {"local_id": "LA-1", "nhs_number": NHS, "family_name": SURNAME}
    event["envelope"] = {**event["envelope"], "child": child}
    told = served.ask("/events", event, served.feed_token)
    assert (told.status_code, told.json()["accepted"]) == (200, 1)
    assert served.ask("/events", event, served.feed_token).content == told.content
    assert not served.caught_up()

    workers.up(fresh_hub.settings.home, dict(os.environ), lambda _: None)
    assert wait_until(served.caught_up, PATIENCE_SECONDS)

    asked = {"scheme": "nhs_number", "value": NHS, "purpose": "assessment"}
    assert wait_until(lambda: served.ask("/children/find", asked).json()["child"] is not None, PATIENCE_SECONDS)
    found = UUID(served.ask("/children/find", asked).json()["child"])
    opened = served.ask(f"/children/{found}/open", {"purpose": "assessment"})
    assert opened.status_code == 200
    (line,) = opened.json()["timeline"]
    assert UUID(line["standing"]["event_id"]) == UUID(told.json()["events"][0]["event_id"])
    assert SURNAME in opened.text

    assert served.ask(f"/children/{found}/open", {}).status_code == 403
    assert served.ask("/alerts", {"purpose": "assessment"}).status_code == 200
    assert served.ask(f"/children/{found}/disclosures", {"purpose": "assessment"}).status_code == 403

    assert wait_until(served.caught_up, PATIENCE_SECONDS)
    told_on = served.ask(f"/children/{found}/disclosures", {"purpose": "audit"}, AUDITOR_TOKEN)
    assert told_on.status_code == 200, told_on.text
    assert any("analyst-17" in line and "shown 1 entries" in line for line in told_on.json()["lines"])
    assert SURNAME not in told_on.text

    log = served.log.read_text()
    assert "POST /children/{pseudonym}/open 200" in log
    for kept_out in (SURNAME, NHS, TOKEN, AUDITOR_TOKEN, served.feed_token, str(found), found.hex, "Traceback"):
        assert kept_out not in log
