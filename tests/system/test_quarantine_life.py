"""What was refused, from end to end on real parts: listed, opened, redriven, discarded; on record each time; rebuilt and verified."""

import gc
import threading
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import click.testing
import pytest
from kafka import KafkaAdminClient

from access_policy.vocabulary import DISCARD_QUARANTINED, REDRIVE_QUARANTINED
from apps.cli import main
from apps.desk import open_desk
from apps.people import write_people
from apps.rebuild import rebuild
from projections.quarantine_list import Choice, State
from query.door import Refused, StaffMember
from query.quarantine import (
    Listed,
    NotInQuarantine,
    OpenedMessage,
    Reasoned,
    Settled,
    list_quarantine,
    settle_quarantined,
    show_quarantined,
)
from query.quarantine_text import opened_lines
from schemas.catalogue import Catalogue
from schemas.codec import encode
from schemas.moments import moment
from schemas.sealed import SealedCodec
from schemas.topics import HUB_DISCLOSURES, HUB_EVENTS, HUB_QUARANTINE, agency_topic
from streams.event_log import LogRecord
from tests.hub_parts import HubServices, empty_topics, renew_databases
from tests.system.hub_in_hand import CATALOGUE, HubInHand, LateLog, staff
from tests.system.marked import value
from tests.system.reading import read_topic

pytestmark = pytest.mark.services
CONCERN = CATALOGUE.own("ConcernRaised")
WITHOUT = Catalogue({one.id: one for one in CATALOGUE if one.short_name != "ConcernRaised"})
OWNER = staff("police", "feed_owner", "quarantine")
QUALITY = "data_quality"
FEEDS = {
    "staff_id": "feeds-1",
    "name": "Fee Testperson",
    "agency": "police",
    "role": "feed_owner",
    "clearances": ["quarantine"],
    "token_sha256": None,
}
BACKWARDS = {"earliest": 2, "latest": 1, "wording": None}


def said(reference: str, **also: Any) -> bytes:
    return encode(CONCERN, value("police", 1, reference=reference, **({"cause": None} | also)))


# A partition without records may have a position, 0, which says as much as none.
NOT_NOTHING = defaultdict(lambda: "true", log_position="next > 0 and stage not in ('match', 'quality')")


class CutOff(Exception):
    """The process dies here."""


class DyingLog(LateLog):
    """Dies, when told to, once a write to hub.events is durable and before anyone knows."""

    dies = False

    async def write(self, topic: str, records: Iterable[LogRecord]) -> None:
        written = list(records)
        await super().write(topic, written)
        if self.dies and topic == HUB_EVENTS and written:
            self.dies = False
            raise CutOff


class World:
    """A hub, and the person who settles what it refused."""

    def __init__(self, hub: HubInHand) -> None:
        self.hub = hub

    def listed(self, who: StaffMember = OWNER, purpose: str | None = QUALITY, state: State | None = State.OPEN) -> Any:
        with open_desk(self.hub.settings, self.hub.doors) as desk:
            return list_quarantine(desk, who, purpose, Choice(("police",), state))

    def codes(self, state: State | None = State.OPEN) -> list[str]:
        listed = self.listed(state=state)
        assert isinstance(listed, Listed)
        return [one.code for one in listed.view.messages]

    def of(self, code: str) -> UUID:
        found: UUID = next(one.quarantine_id for one in self.listed().view.messages if one.code == code)
        return found

    def show(self, quarantine_id: UUID, who: StaffMember = OWNER) -> Any:
        with open_desk(self.hub.settings, self.hub.doors) as desk:
            return show_quarantined(desk, who, quarantine_id, QUALITY)

    def settle(self, action: str, *wanted: UUID, who: StaffMember = OWNER) -> Any:
        with open_desk(self.hub.settings, self.hub.doors) as desk:
            return settle_quarantined(desk, who, wanted, QUALITY, Reasoned(action, "A reason with a name in it."))

    def admitted(self) -> list[tuple[int, int]]:
        """Give (offset on the agency's topic, microseconds when it came) of each admitted statement, in the order of the log."""
        codec = SealedCodec(CATALOGUE)
        headers = [codec.read(one.value).header for one in read_topic(self.hub.services, HUB_EVENTS)]
        return [(one.source_offset, one.received) for one in headers]

    def disclosed(self) -> list[tuple[str, bool]]:
        return [tuple(row) for row in self.hub.sql("select action, allowed from disclosure order by log_offset")]


@pytest.fixture(scope="module")
def world(hub_services: HubServices, kafka_admin: KafkaAdminClient, pristine: None) -> Iterator[World]:
    """A hub that refused a message whose contract it did not have, and then, having it, a broken one for which two wait."""
    empty_topics(kafka_admin)
    renew_databases(hub_services)
    with HubInHand(hub_services, WITHOUT) as before:
        before.publish("police", said("R-0"))
        before.work()
    made = HubInHand(hub_services)
    made.log = DyingLog()
    with made as hub:
        hub.publish("police", said("R-1", happened=BACKWARDS), said("R-2", corrects="R-1"), said("R-3", retracts="R-2"))
        hub.work()
        yield World(hub)


def test_what_was_refused_is_listed_with_its_reason_by_who_owns_the_feed_and_by_nobody_else(world: World) -> None:
    assert world.codes() == ["unknown-contract", "backwards", "waits-behind", "waits-behind"]
    refused = world.listed(staff("health", "feed_owner", "quarantine"))
    assert isinstance(refused, Refused)
    assert isinstance(world.listed(purpose=None), Refused)
    world.hub.work()
    assert world.disclosed() == [("list_quarantine", True), ("list_quarantine", False), ("list_quarantine", False)]


def test_a_message_is_opened_once_that_is_on_record_and_says_what_waits_behind_it(world: World) -> None:
    opened = world.show(world.of("backwards"))
    assert isinstance(opened, OpenedMessage)
    assert opened.view.contract == "ConcernRaised"
    assert opened.view.fields is not None
    assert opened.view.fields["envelope"]["reference"] == "R-1"
    (behind,) = opened.view.message.behind
    assert [one.quarantine_id for one in world.listed().view.messages].index(behind) == 2
    text = "\n".join(opened_lines(opened.view))
    assert f"{behind} waits behind it" in text
    assert "Next: " in text
    refused = world.show(world.of("backwards"), staff("police", "governance", "quarantine"))
    assert isinstance(refused, Refused)
    world.hub.work()
    shown = world.hub.sql(
        "select allowed, person from disclosure where action = 'show_quarantined' order by log_offset"
    )
    assert shown == [(True, OWNER.staff_id), (False, "police-governance-17")]


def test_who_has_no_right_to_settle_is_refused_and_that_is_on_record(world: World) -> None:
    before = len(read_topic(world.hub.services, HUB_QUARANTINE))
    for action in (REDRIVE_QUARANTINED, DISCARD_QUARANTINED):
        assert isinstance(world.settle(action, world.of("backwards"), who=staff("police", "feed_owner")), Refused)
    assert len(read_topic(world.hub.services, HUB_QUARANTINE)) == before
    world.hub.work()
    refused = world.hub.sql("select action from disclosure where not allowed order by log_offset desc limit 2")
    assert refused == [("discard_quarantined",), ("redrive_quarantined",)]


def test_a_message_is_redriven_once_its_contract_is_there_and_keeps_its_time_and_place(world: World) -> None:
    told = read_topic(world.hub.services, agency_topic("police"), user="hub")
    redriven = world.of("unknown-contract")
    assert isinstance(world.settle(REDRIVE_QUARANTINED, redriven), Settled)
    world.hub.work()
    assert world.admitted() == [(0, told[0].timestamp * 1000)]
    with pytest.raises(NotInQuarantine, match="is settled already"):
        world.settle(DISCARD_QUARANTINED, redriven)
    assert world.codes(State.ADMITTED) == ["unknown-contract"]
    assert world.hub.sql("select received from chronology_entry") == [(moment(told[0].timestamp * 1000),)]


def test_what_waits_is_taken_up_in_order_once_the_first_is_discarded(world: World) -> None:
    assert isinstance(world.settle(DISCARD_QUARANTINED, world.of("backwards")), Settled)
    world.hub.work()
    assert [offset for offset, _ in world.admitted()] == [0, 2, 3]
    assert world.codes() == []
    actions = world.hub.sql("select action, count(person) from quarantine_settled group by 1 order by 1")
    assert actions == [("DISCARD", 1), ("REDRIVE", 1), ("TAKE_UP", 0)]


def test_each_settling_is_on_record_before_it_is_on_the_log_and_its_reason_is_sealed(world: World) -> None:
    settled = world.hub.sql("select record from quarantine_settled")
    assert not any(b"a name in it" in bytes(record) for (record,) in settled)
    world.hub.work()
    recorded = [action for action, allowed in world.disclosed() if allowed and action.endswith("_quarantined")]
    assert recorded.count("redrive_quarantined") == 1
    assert recorded.count("discard_quarantined") >= 1
    assert len(read_topic(world.hub.services, HUB_DISCLOSURES)) == len(world.disclosed())


def test_an_id_that_no_message_has_is_said_to_be_none_and_that_is_on_record_too(world: World) -> None:
    with pytest.raises(NotInQuarantine, match="mash quarantine list"):
        world.show(UUID(int=7))


def test_the_commands_list_open_and_settle_and_tell_what_came_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = world.hub
    write_people(hub.settings.home / "people.json", [FEEDS])
    monkeypatch.setenv("MASH_HOME", str(hub.settings.home))
    hub.publish("police", said("R-20", happened=BACKWARDS), said("R-21", corrects="R-20"))
    hub.work()
    listed = typed("list")
    assert (listed.exit_code, "2 messages in quarantine (open)" in listed.output) == (0, True), listed.output
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        status = click.testing.CliRunner().invoke(
            main, ["feed", "status", "--agency", "police"], env=hub.services.environ
        )
        gc.collect()
    assert (status.exit_code, "`mash quarantine list --agency police`" in status.output) == (1, True), status.output
    shown = typed("show", str(world.of("backwards")))
    assert 'reference: "R-20"' in shown.output
    assert "R-20" not in listed.output
    redriven = worked_through(hub, "redrive", "--code", "backwards", "--yes", "--reason", "Try.")
    assert (redriven.exit_code, "refused again" in redriven.output) == (1, True), redriven.output
    assert f"in quarantine again as {world.of('backwards')}" in redriven.output
    gone = typed("discard", str(UUID(int=7)), "--reason", "Nothing there.")
    assert (gone.exit_code, "mash quarantine list" in gone.output) == (1, True)
    both = [str(one.quarantine_id) for one in world.listed().view.messages]
    discarded = worked_through(hub, "discard", *both, "--reason", "Sent again.")
    assert (discarded.exit_code, discarded.output.count(": discarded")) == (0, 2), discarded.output
    assert world.codes() == []


def worked_through(hub: HubInHand, *arguments: str) -> click.testing.Result:
    """Type a command while the workers work."""
    told: list[click.testing.Result] = []
    command = threading.Thread(target=lambda: told.append(typed(*arguments)))
    command.start()
    while command.is_alive():
        hub.work()
    return told[0]


def typed(*arguments: str) -> click.testing.Result:
    asked = ["quarantine", *arguments, "--as", "feeds-1", "--purpose", QUALITY]
    with warnings.catch_warnings():
        # A command's connections end with its process, which here goes on.
        warnings.simplefilter("ignore", ResourceWarning)
        ended = click.testing.CliRunner().invoke(main, asked)
        gc.collect()
    return ended


TAMPERED = {
    "held": (
        "update held set event_id = gen_random_uuid() where event_id is not null",
        "update held set closed = false, record = 'x'",
        "delete from held",
        "insert into held select gen_random_uuid(), event_id, waits_for, received, topic, source_part, source_offset, closed, record from held limit 1",
    ),
    "quarantine_settled": (
        "update quarantine_settled set action = 'REDRIVE' where action = 'DISCARD'",
        "delete from quarantine_settled where action = 'TAKE_UP'",
        "insert into quarantine_settled select gen_random_uuid(), quarantine_id, action, person, at, part, 5000, record from quarantine_settled limit 1",
    ),
    "quarantine_closed": (
        "update quarantine_closed set outcome = 'ADMITTED'",
        "delete from quarantine_closed",
        "insert into quarantine_closed select gen_random_uuid(), settled_id, outcome, at, part, 5000, record from quarantine_closed limit 1",
    ),
}


@pytest.mark.parametrize(
    ("table", "change"), [(table, change) for table, all_of in TAMPERED.items() for change in all_of]
)
def test_a_row_of_the_quarantine_that_was_changed_removed_or_made_up_is_named(
    world: World, table: str, change: str
) -> None:
    hub = world.hub
    hub.sql(f"create table kept as table {table}")
    try:
        hub.sql(change)
        findings = hub.verify().findings
        assert findings, change
        assert all("quarantine" in one for one in findings), findings
    finally:
        hub.sql(f"truncate {table}")
        hub.sql(f"insert into {table} select * from kept")
        hub.sql("drop table kept")


def test_a_worker_that_dies_between_the_log_and_its_memory_admits_what_is_settled_once(world: World) -> None:
    hub, told = world.hub, len(world.admitted())
    hub.publish("police", said("R-5", happened=BACKWARDS), said("R-6", corrects="R-5"))
    hub.work()
    world.settle(DISCARD_QUARANTINED, world.of("backwards"))
    hub.log.dies = True
    with pytest.raises(CutOff):
        hub.work()
    hub.work()
    assert len(world.admitted()) == told + 2  # written twice, byte for byte the same
    assert hub.sql("select count(*), count(distinct event_id) from chronology_entry") == [(told + 1, told + 1)]
    assert world.codes() == []
    assert hub.verify().findings == ()


def test_a_rebuild_gives_the_same_quarantine_again_and_what_was_asked_for_is_still_done(world: World) -> None:
    tables = ("held", "quarantined", "quarantine_settled", "quarantine_closed", "admitted", "log_position")
    hub = world.hub
    hub.publish("police", said("R-9", happened=BACKWARDS), said("R-10", cause="R-9"))
    hub.work()
    assert hub.verify().findings == ()
    before = {table: sorted(map(str, hub.sql(f"select * from {table} where {NOT_NOTHING[table]}"))) for table in tables}
    rebuilt(hub)
    after = {table: sorted(map(str, hub.sql(f"select * from {table} where {NOT_NOTHING[table]}"))) for table in tables}
    assert {table for table in tables if before[table] != after[table]} == set()
    assert hub.verify().findings == ()
    hub.work()
    world.settle(REDRIVE_QUARANTINED, world.of("backwards"))
    # Nobody has acted on it yet: the log says that it was asked for, and not what came of it.
    rebuilt(hub)
    hub.work()
    assert world.codes() == ["backwards", "waits-behind"]
    assert world.codes(State.REFUSED_AGAIN) == ["backwards", "backwards"]  # one of them by command, before
    assert hub.verify().findings == ()


def rebuilt(hub: HubInHand) -> None:
    hub.close_doors()
    rebuild(hub.settings, lambda *_: None)
