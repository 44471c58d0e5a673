"""The life of one event, told to an auditor: it ends with a proof, or with the word that there is none."""

from collections.abc import Iterator
from contextlib import closing
from uuid import UUID

import pytest
from click.testing import CliRunner
from kafka import KafkaAdminClient

from apps.auditing import Auditing, Told
from apps.cli import main
from apps.cli.asking import REFUSED_EXIT
from apps.people import write_people
from query.door import Refused
from query.unsealing import RecordBroken
from tests.hub_parts import HubServices
from tests.system.hub_in_hand import HubInHand, hub_in_hand, staff
from tests.system.invented_history import health_file

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def fed(hub_services: HubServices, kafka_admin: KafkaAdminClient, pristine: None) -> Iterator[HubInHand]:
    """A hub that was told of five children by health, which is all signed."""
    with hub_in_hand(hub_services, kafka_admin) as hub:
        hub.send_csv("health", health_file(range(5)))
        hub.work()
        hub.open(staff(), hub.children()[0])
        hub.work()
        yield hub


def traced(hub: HubInHand, event_id: UUID) -> Told | Refused:
    with closing(Auditing(hub.settings, hub.doors.door)) as auditing:
        return auditing.trace(staff("health", "auditor"), event_id, "audit")


def proof_of(hub: HubInHand, event_id: UUID) -> str:
    told = traced(hub, event_id)
    assert isinstance(told, Told)
    (line,) = (line for line in told.lines if "proved" in line.lower())
    return line


def first_event(hub: HubInHand) -> UUID:
    found: UUID = hub.sql("select event_id from chronology_entry where child = %s limit 1", hub.children()[0])[0][0]
    return found


def event_with_neighbours(hub: HubInHand) -> UUID:
    """Find an event whose tree has other leaves: the proof of a lone leaf needs no hash that could be altered."""
    most = "select child from chronology_entry group by child having count(*) > 1 limit 1"
    found: UUID = hub.sql(f"select event_id from chronology_entry where child = ({most}) limit 1")[0][0]
    return found


def altered(whole: bytes, count: int | None) -> bytes:
    """Turn a bit in the last `count` bytes, or in all."""
    kept = 0 if count is None else len(whole) - count
    return whole[:kept] + bytes(byte ^ 1 for byte in whole[kept:])


def test_the_life_of_an_event_is_told_from_the_agencys_topic_to_whom_it_was_shown(fed: HubInHand) -> None:
    told = traced(fed, first_event(fed))
    assert isinstance(told, Told)
    assert [line.split()[0] for line in told.lines] == [
        *("told", "happened", "received", "admitted", "sealed", "folded", "proved", "shown")
    ]


def test_it_is_proved_by_an_inclusion_proof_under_the_newest_checkpoint(fed: HubInHand) -> None:
    for (event_id,) in fed.sql("select event_id from chronology_entry"):
        line = proof_of(fed, event_id)
        assert line.startswith("proved     under the checkpoint of hub.events/")
        assert line.endswith("hashes checks out)")


def test_an_altered_row_or_tile_is_not_proved(fed: HubInHand) -> None:
    event_id = event_with_neighbours(fed)
    # Of a row its last byte; of a tile every byte, since its last hash may be the event's own, which a proof does not need.
    for table, column, where, count in (
        ("chronology_entry", "record", f"event_id = '{event_id}'", 1),
        ("ledger_tile", "hashes", "topic = 'hub.events'", None),
    ):
        kept = [row[0] for row in fed.sql(f"select {column} from {table} where {where}")]
        changed = [altered(whole, count) for whole in kept]
        swap = f"update {table} set {column} = %s where {where} and {column} = %s"
        for whole, other in zip(kept, changed, strict=True):
            fed.sql(swap, other, whole)
        line = proof_of(fed, event_id)
        for whole, other in zip(kept, changed, strict=True):
            fed.sql(swap, whole, other)
        assert line.startswith("NOT PROVED the record does not check out under")
        assert line.endswith("run `mash verify`")
    assert proof_of(fed, event_id).startswith("proved")


def test_a_row_that_cannot_even_be_read_fails_the_asking_and_that_is_recorded(fed: HubInHand) -> None:
    event_id = first_event(fed)
    (kept,) = fed.sql("select record from chronology_entry where event_id = %s", event_id)[0]
    fed.sql("update chronology_entry set record = 'x' where event_id = %s", event_id)
    with pytest.raises(RecordBroken, match="cannot be read"):
        traced(fed, event_id)
    fed.sql("update chronology_entry set record = %s where event_id = %s", kept, event_id)
    fed.work()
    refused = fed.sql("select record from disclosure where not allowed")
    assert len(refused) == 1
    assert b"record-broken" in refused[0][0]


def test_the_commands_tell_an_auditor_the_same_and_refuse_an_analyst(fed: HubInHand) -> None:
    person = {"name": "Invented", "agency": "health", "clearances": []}
    write_people(
        fed.settings.home / "people.json",
        [{"staff_id": role, "role": role, **person} for role in ("auditor", "analyst")],
    )
    event_id, child = first_event(fed), fed.children()[0]
    environ = fed.services.environ
    asked = ["--purpose", "audit", "--as"]
    for words in (["trace", str(event_id)], ["disclosures", str(child)]):
        told = CliRunner().invoke(main, [*words, *asked, "auditor"], env=environ)
        assert (told.exit_code, "analyst" in told.output) == (0, True)
        assert CliRunner().invoke(main, [*words, *asked, "analyst"], env=environ).exit_code == REFUSED_EXIT


def test_an_id_that_no_entry_goes_by_says_where_else_to_look(fed: HubInHand) -> None:
    told = traced(fed, UUID(int=1))
    assert isinstance(told, Told)
    assert "mash quarantine list" in told.lines[0]
