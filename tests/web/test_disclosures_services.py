"""Who was shown what, as an auditor reads it on the pages, from the hub's real stores."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from kafka import KafkaAdminClient

from apps.api.wiring import open_desk
from apps.web.app import make_web
from tests.hub_parts import HubServices
from tests.system.hub_in_hand import HubInHand, hub_in_hand, staff
from tests.system.invented_history import health_file
from tests.web.web_world import WebWorld, words_of

pytestmark = pytest.mark.services


@pytest.fixture
def hub(hub_services: HubServices, kafka_admin: KafkaAdminClient, pristine: None) -> Iterator[HubInHand]:
    """A hub that was told of a child, whose record one person opened."""
    with hub_in_hand(hub_services, kafka_admin) as hub:
        hub.send_csv("health", health_file(range(1)))
        hub.work()
        hub.open(staff(), hub.children()[0])
        hub.work()
        yield hub


def test_an_auditor_reads_who_asked_for_the_record_and_comes_from_each_to_what_was_shown(hub: HubInHand) -> None:
    web = WebWorld()
    web.parts = replace(web.parts, desk=lambda: open_desk(hub.settings))
    web.app = make_web(web.parts)
    web.browser = web.another_browser()
    child = hub.children()[0]
    ((disclosure,),) = hub.sql("select disclosure_id from disclosure where child = %s", child)
    web.sign_in("auditor")
    web.open(child, "audit")
    page = web.get(f"/children/{child}/disclosures").text
    assert "health-analyst-17 (health analyst) asked for open_record for" in words_of(page)
    assert "Nobody asked for this record before" not in page
    link = f"/children/{child}/disclosures/{disclosure}"
    assert f'href="{link}"' in page
    assert "health-analyst-17" in words_of(web.get(link).text)
