"""What the hub itself says, folded: disclosures, quarantined messages, alerts that were raised."""

from random import Random
from typing import Any
from uuid import UUID

import pytest
from hub_records import CATALOGUE, SqlHub

from projections.sql_told import ToldFold
from schemas.catalogue import Contract
from schemas.codec import ContractBroken, encode
from schemas.moments import moment
from tests.schemas.contract_values import value_of

pytestmark = pytest.mark.services
TABLE = {"Disclosure": "disclosure", "Quarantined": "quarantined", "AlertRaised": "alert"}
MOMENT = 1_720_000_000_000_000


def contract(name: str) -> Contract:
    found = CATALOGUE.by_name(name)
    assert found is not None
    return found


def value(name: str, seed: int, **changes: Any) -> dict[str, Any]:
    """Make a value of one of the hub's own records, its times in this century."""
    made = value_of(contract(name), Random(seed), lambda: "some text") | changes
    return made | {
        key: MOMENT + seed for key in ("asked_at", "as_known_at", "received", "due", "raised") if key in made
    }


def told(hub: SqlHub, name: str, *values: dict[str, Any]) -> int:
    records = [(offset, encode(contract(name), one)) for offset, one in enumerate(values)]
    return ToldFold(hub.conn, CATALOGUE, name).fold(0, records)


@pytest.mark.parametrize("name", list(TABLE))
def test_a_record_that_was_written_twice_is_one_row(hub: SqlHub, name: str) -> None:
    with hub.undone():
        told(hub, name, value(name, 1), value(name, 2), value(name, 1))
        rows = hub.everything()[TABLE[name]]
        assert len(rows) == 2
        told(hub, name, value(name, 1), value(name, 2))
        assert hub.everything()[TABLE[name]] == rows


def test_a_disclosure_is_kept_byte_for_byte_beside_who_asked_for_what(hub: SqlHub) -> None:
    one = value(
        "Disclosure",
        3,
        child=b"c" * 16,
        person="staff-7",
        agency="health",
        action="open_record",
        purpose=None,
        allowed=False,
    )
    with hub.undone():
        told(hub, "Disclosure", one)
        query = (
            "select child, person, agency, action, purpose, asked_at, allowed, part, log_offset, record from disclosure"
        )
        (row,) = hub.conn.execute(query)
        expected = (UUID(bytes=b"c" * 16), "staff-7", "health", "open_record", None, moment(MOMENT + 3), False, 0, 0)
        assert row == (*expected, encode(contract("Disclosure"), one))


def test_a_disclosure_about_no_one_child_is_kept_too(hub: SqlHub) -> None:
    with hub.undone():
        told(hub, "Disclosure", value("Disclosure", 3, child=None))
        assert hub.conn.execute("select child from disclosure").fetchall() == [(None,)]


def test_a_quarantined_message_is_found_by_where_it_was_read(hub: SqlHub) -> None:
    one = value("Quarantined", 4, topic="agency.health.events", partition=1, offset=77, code="not-canonical")
    with hub.undone():
        told(hub, "Quarantined", one)
        query = "select topic, source_part, source_offset, received, code, sentence from quarantined"
        assert hub.conn.execute(query).fetchall() == [
            ("agency.health.events", 1, 77, moment(MOMENT + 4), "not-canonical", "some text")
        ]


def test_an_alert_that_was_published_is_marked_as_raised_and_keeps_its_first_moment(hub: SqlHub) -> None:
    one = value("AlertRaised", 5, evidence=[b"e" * 16])
    waiting = "insert into alert (alert_id, child, rule, edition, kind, evidence, locked, sentence) values (%s, %s, 'r', 'e', 'k', '{}', false, 's')"
    with hub.undone():
        hub.conn.execute(waiting, (UUID(bytes=one["alert_id"]), UUID(bytes=one["child"])))
        told(hub, "AlertRaised", one)
        told(hub, "AlertRaised", one | {"raised": MOMENT + 1_000_000})
        assert hub.conn.execute("select raised, rule from alert").fetchall() == [(moment(MOMENT + 5), "r")]


def test_an_alert_that_only_the_log_remembers_is_put_back_whole(hub: SqlHub) -> None:
    one = value("AlertRaised", 6, evidence=[b"e" * 16, b"f" * 16], due=None)
    one["due"] = None
    with hub.undone():
        told(hub, "AlertRaised", one)
        (alert,) = hub.store().every_alert()
        assert (alert.alert_id.bytes, alert.rule, alert.kind, alert.locked) == (
            one["alert_id"],
            one["rule"],
            one["kind"],
            one["locked"],
        )
        assert [one.bytes for one in alert.evidence] == [b"e" * 16, b"f" * 16]
        assert alert.due is None


@pytest.mark.parametrize("name", list(TABLE))
@pytest.mark.parametrize(
    "message",
    [b"", b"\0\0", b"hello there", b"\0\0\0\0\x0a" + b"x" * 40],
    ids=["empty", "short", "text", "another contract"],
)
def test_a_message_that_the_hub_never_wrote_stops_the_fold_and_says_to_verify(
    hub: SqlHub, name: str, message: bytes
) -> None:
    with pytest.raises(ContractBroken, match="run `mash verify`"), hub.undone():
        ToldFold(hub.conn, CATALOGUE, name).fold(0, [(0, message)])
