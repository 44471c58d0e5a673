"""What is told to the hub behind the pages: everything that a page has to show."""

from datetime import timedelta
from uuid import UUID

from rich_record import CHILD_SAID, tell_rich_record

from projections.identity.said import Compared
from tests.query.record_world import NOW, at
from tests.web.web_world import CHILD, TWIN, Told, WebWorld

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def tell_everything(web: WebWorld) -> None:
    """Tell one child's rich record, another child of the same household, and a question of who is who."""
    tell_rich_record(web.world)
    _another_child(web)
    _question(web)


def tell_many(web: WebWorld, entries: int) -> None:
    """Tell very many entries of the child, over some years."""
    agencies = ("education", "health", "housing", "police", "probation", "childrens_social_care")
    for number in range(entries):
        happened = at("2016-04-01T10:00") + timedelta(hours=70_000 * number // max(entries, 1))
        web.world.say(Told("ConcernRaised", agencies[number * 7 % 6], happened=happened, fields={"summary": "worried"}))


def _another_child(web: WebWorld) -> None:
    said = {**CHILD_SAID, "given_name": "Ottoline", "nhs_number": "9990000026", "local_id": "education-9999"}
    happened = at("2025-02-01T09:00")
    web.world.say(Told("ConcernRaised", child=TWIN, child_said=said, happened=happened, fields={"summary": HOSTILE}))


def _question(web: WebWorld) -> None:
    """Say on hub.identity that the hub compared the two and asks a person."""
    agreed, disagreed = ("family name", "address"), ("given name",)
    compared = Compared(UUID(int=5), CHILD, TWIN, "2026-11", "ASK", 0.91, agreed, disagreed, None, NOW)
    web.world.records.said.append(compared)
