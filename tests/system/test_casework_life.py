"""What people say and decide, typed as commands on real parts: written to the log, folded, shown, verified and rebuilt; and their words are nowhere but under seal."""

import gc
import json
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import click.testing
import pytest
from kafka import KafkaAdminClient

from apps.cli import main
from apps.people import write_people
from apps.rebuild import rebuild
from query.open_record import OpenedRecord
from query.view import RecordView
from schemas.codec import encode
from schemas.topics import HUB_CASEWORK, HUB_IDENTITY
from tests.hub_parts import HubServices
from tests.system.hub_in_hand import CATALOGUE, HubInHand, hub_in_hand, staff
from tests.system.marked import MARK, found_in, leaks_in_tables
from tests.system.reading import read_topic

pytestmark = pytest.mark.services
DAY, HOUR = 86_400_000_000, 3_600_000_000
MARCH = 1_709_553_600_000_000
PEOPLE = [
    {"staff_id": "analyst-1", "agency": "childrens_social_care", "role": "analyst", "clearances": ["identity"]},
    {"staff_id": "auditor-1", "agency": "childrens_social_care", "role": "auditor", "clearances": []},
]
ASKED = ("--as", "analyst-1", "--purpose", "assessment")
READER = staff("childrens_social_care")


def injury(agency: str, number: int, *, fits: bool, local_id: str = "one") -> bytes:
    """Make a statement of an injury at noon of a day in March 2024, an hour later at each next agency."""
    at = MARCH + number * HOUR
    child = dict.fromkeys(("upn", "date_of_birth", "sex", "address", "postcode", "family_name", "given_name"))
    envelope = {
        "agency": agency,
        "source_system": "invented",
        "reference": f"{agency}-{number}",
        "child": {**child, "local_id": local_id, "nhs_number": "9990000018" if local_id == "one" else None},
        "happened": {"earliest": at, "latest": at, "wording": None},
        "learned": {"earliest": at, "latest": at, "wording": None},
        "assertion": "FACT",
        "sensitivity": "ROUTINE",
        "seal": "OPEN",
        **dict.fromkeys(("handling_conditions", "correlation", "cause", "corrects", "retracts")),
    }
    told = {"injury": "a bruise", "explanation": "fell", "explained_by": None, "summary": None}
    return encode(CATALOGUE.own("InjuryRecorded"), {"envelope": envelope, **told, "fits_explanation": fits})


@dataclass
class Case:
    """A hub with a child of whom two agencies told of an injury and do not agree, and a record beside it."""

    hub: HubInHand
    child: UUID
    other: UUID

    def typed(self, *arguments: str, exits: int = 0, asked: tuple[str, ...] = ASKED) -> str:
        with warnings.catch_warnings():
            # A command's connections end with its process, which here goes on.
            warnings.simplefilter("ignore", ResourceWarning)
            ended = click.testing.CliRunner().invoke(main, [*arguments, *asked])
            code, output = ended.exit_code, ended.output
            del ended  # what it raised holds on to the connections
            gc.collect()
        assert code == exits, output
        assert MARK not in output
        return output

    def view(self) -> RecordView:
        self.hub.work()
        opened = self.hub.open(READER, self.child)
        assert isinstance(opened, OpenedRecord)
        return opened.view


@pytest.fixture(scope="module")
def case(hub_services: HubServices, kafka_admin: KafkaAdminClient, pristine: None) -> Iterator[Case]:
    with hub_in_hand(hub_services, kafka_admin) as hub:
        write_people(
            hub.settings.home / "people.json", [{**one, "name": "Invented", "token_sha256": None} for one in PEOPLE]
        )
        hub.publish("health", injury("health", 1, fits=True))
        hub.publish("education", injury("education", 2, fits=False))
        hub.publish("health", injury("health", 300, fits=True, local_id="two"))
        hub.work()
        (child,), (other,) = hub.sql("select child from chronology_entry group by child order by count(*) desc")
        yield Case(hub, child, other)


@pytest.fixture(autouse=True)
def at_home(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASH_HOME", str(case.hub.settings.home))


def test_a_contradiction_is_told_shown_in_feed_status_and_resolved(case: Case) -> None:
    (found,) = case.view().contradictions
    told = case.typed("casework", "notify", str(case.child), str(found.contradiction_id))
    assert "told: education, health" in told
    assert [one.state for one in case.view().contradictions] == ["notified"]
    feeds = json.loads(case.typed("feed", "status", "--agency", "education", "--json", asked=()))
    (matter,) = feeds[0]["matters"]
    assert (matter["kind"], matter["about"]) == ("discrepancy", "injury explanation")
    assert UUID(matter["entries"][0]) in found.events
    case.typed("casework", "resolve", str(case.child), str(found.contradiction_id), "--finding", MARK)
    (resolved,) = case.view().contradictions
    assert (resolved.state, resolved.resolutions[0].words) == ("resolved", MARK)


def test_an_entry_is_judged_and_the_curated_chronology_reviewed(case: Case) -> None:
    entry = case.view().contradictions[0].events[0]
    profile = ("--profile", "conference")
    judged = ("casework", "judge", str(case.child), str(entry), *profile, "--significance", "critical")
    case.typed(*judged, "--analysis", MARK)
    case.hub.work()
    case.typed("casework", "reviewed", str(case.child), *profile, "--note", MARK)
    (curated,) = case.view().curated
    assert [(one.event_id, one.significance, one.analysis) for one in curated.entries] == [(entry, "CRITICAL", MARK)]
    assert [(one.note, one.current) for one in curated.reviews] == [(MARK, True)]


def test_records_are_linked_and_kept_apart_by_commands(case: Case) -> None:
    pair = str(case.child), str(case.other)
    case.typed("identity", "link", *pair, "--reason", MARK)
    assert len(case.view().timeline) == 3
    case.hub.work()
    kept = case.typed("identity", "keep-apart", *pair, "--reason", MARK)
    assert "entries of these agencies were in it: education, health." in kept
    assert len(case.view().timeline) == 2
    assert "who saw one: 1" in case.typed(
        "identity", "wrong-views", *pair, asked=("--as", "auditor-1", "--purpose", "audit")
    )
    assert "questions" in case.typed("identity", "list")
    refused = case.typed(
        "identity", "link", *pair, "--reason", MARK, exits=3, asked=("--as", "auditor-1", "--purpose", "audit")
    )
    assert "No rule permits this" in refused


def test_nobodys_words_are_in_the_log_or_a_table_and_no_key_or_header_says_anything(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    records: list[Any] = [one for topic in (HUB_CASEWORK, HUB_IDENTITY) for one in read_topic(case.hub.services, topic)]
    assert len(records) >= 6
    assert not [one for one in records if found_in(one.value) or found_in(one.key) or one.headers or len(one.key) != 16]
    assert not list(leaks_in_tables(case.hub))
    with caplog.at_level(logging.DEBUG):
        case.typed("casework", "reviewed", str(case.child), "--profile", "review", "--note", MARK, exits=1)
    assert MARK not in caplog.text


def test_all_of_it_verifies_and_comes_back_with_a_rebuild(case: Case) -> None:
    before = case.view()
    case.hub.close_doors()
    assert not case.hub.verify().findings
    rebuild(case.hub.settings, lambda *_: None)
    assert not case.hub.verify().findings
    after = case.view()
    assert (after.contradictions, after.curated, after.timeline) == (
        before.contradictions,
        before.curated,
        before.timeline,
    )
