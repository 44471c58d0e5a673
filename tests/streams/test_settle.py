"""What was refused is examined anew as it came, or let be; what follows from it waits behind it, and is taken up by itself."""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest
from admit_world import HEALTH, STAMP, BrokerRecord, Cut, CutOff, World, concern, message, run_of

from access_policy.sealing import Opener
from projections.hub_messages import read_hub_message
from projections.quarantine_rows import CONTRACTS
from schemas.catalogue import Catalogue
from schemas.codec import PREFIX, encode
from schemas.topics import HUB_EVENTS, HUB_QUARANTINE
from streams.runs import Run
from streams.settle import Settle
from tests.schemas.contract_values import CATALOGUE

SETTLED = CATALOGUE.own("QuarantineSettled")
LATER = STAMP + 86_400_000
BACKWARDS = {"earliest": 2, "latest": 1, "wording": None}
BROKEN = message(concern("R-1", happened=BACKWARDS))
FIXED = message(concern("R-1"))
CORRECTION = message(concern("R-2", corrects="R-1", kind="mended"))
FURTHER = message(concern("R-3", cause="R-2"))
OTHER = message(concern("R-9"))


def without(missing: str) -> Catalogue:
    """Give the catalogue of a hub that does not have one contract yet."""
    return Catalogue({one.id: one for one in CATALOGUE if one.short_name != missing})


class Quarantine:
    """A world whose process reads hub.quarantine too, as the log has it."""

    def __init__(self, cut: Cut | None = None) -> None:
        self.world = World(cut or Cut())

    def take(self, *runs: Run, missing: str | None = None) -> "Quarantine":
        """Admit runs, each followed by all that hub.quarantine holds by then."""
        admit = self.world.admit(without(missing) if missing else CATALOGUE)
        settle = Settle(admit, Opener())
        for run in runs:
            asyncio.run(admit.fold(run))
            self._read_back(settle)
        self._read_back(settle)
        return self

    def settle(self, action: str, *quarantine_ids: bytes) -> "Quarantine":
        """Say as a person what is to be done with messages."""
        for number, quarantine_id in enumerate(quarantine_ids):
            value = {
                "settled_id": bytes([number]) * 16,
                "quarantine_id": quarantine_id,
                "action": action,
                "at": LATER * 1000,
            }
            value |= {"person": "someone", "disclosure_id": bytes(16), "key_id": None, "reason": None}
            record = type(self.world.written(HUB_QUARANTINE)[0])(0, quarantine_id, encode(SETTLED, value))
            self.world.log.topics[HUB_QUARANTINE].append(record)
        return self

    def said(self, contract: str) -> list[dict[str, Any]]:
        """Give what was said on hub.quarantine, each once, in order."""
        told = [read_hub_message(CATALOGUE, CONTRACTS, value) for value in self._values()]
        return [value for name, value in told if name == contract]

    def codes(self) -> list[str]:
        return [value["code"] for value in self.said("Quarantined")]

    def outcomes(self) -> list[str]:
        return [value["outcome"] for value in self.said("QuarantineClosed")]

    def quarantine_id(self, number: int) -> bytes:
        found: bytes = self.said("Quarantined")[number]["quarantine_id"]
        return found

    def admitted(self) -> list[bytes]:
        """Give the bodies of the admitted, each event once, in the order in which they were written."""
        first = {event.header.event_id: event for event in reversed(self.world.events())}
        ordered = sorted(
            first.values(),
            key=lambda event: [one.header.event_id for one in self.world.events()].index(event.header.event_id),
        )
        return [self.world.opened(event) for event in ordered]

    def _values(self) -> Iterable[bytes]:
        return dict.fromkeys(record.value for record in self.world.written(HUB_QUARANTINE))

    def _read_back(self, settle: Settle) -> None:
        while True:
            records = self.world.written(HUB_QUARANTINE)
            following = self.world.admissions.positions.get((HUB_QUARANTINE, 0), 0)
            if following >= len(records):
                return
            read = [BrokerRecord(HUB_QUARANTINE, 0, at, one.value, LATER) for at, one in enumerate(records)]
            asyncio.run(settle.fold(Run(read[following:])))


def payloads(*messages: bytes) -> list[bytes]:
    return [one[PREFIX.size :] for one in messages]


def test_a_message_whose_contract_is_there_by_now_is_admitted_as_it_came_with_its_first_time_and_place() -> None:
    hub = Quarantine().take(run_of(FIXED, first=7), missing="ConcernRaised")
    assert hub.codes() == ["unknown-contract"]
    hub.settle("REDRIVE", hub.quarantine_id(0)).take()
    assert hub.admitted() == payloads(FIXED)
    (event,) = hub.world.events()
    assert (event.header.received, event.header.source_offset) == (STAMP * 1000, 7)
    assert hub.outcomes() == ["ADMITTED"]


def test_a_message_that_is_still_broken_is_refused_again_under_an_id_that_names_the_earlier() -> None:
    hub = Quarantine().take(run_of(BROKEN, first=7))
    hub.settle("REDRIVE", hub.quarantine_id(0)).take()
    first, again = hub.said("Quarantined")
    assert again["earlier"] == first["quarantine_id"] != again["quarantine_id"]
    assert (again["code"], again["topic"], again["offset"], again["received"]) == ("backwards", HEALTH, 7, STAMP * 1000)
    assert hub.outcomes() == ["REFUSED_AGAIN"]
    assert hub.world.open_with(again["key_id"], f"{HEALTH}/0/7".encode(), again["sealed"]) == BROKEN


def test_a_redriven_message_that_came_again_meanwhile_is_admitted_once() -> None:
    hub = Quarantine().take(run_of(FIXED), missing="ConcernRaised").take(run_of(FIXED, first=1))
    hub.settle("REDRIVE", hub.quarantine_id(0)).take()
    assert hub.admitted() == payloads(FIXED)
    assert hub.outcomes() == ["ADMITTED_BEFORE"]


def test_only_the_first_settling_of_a_message_counts() -> None:
    hub = Quarantine().take(run_of(FIXED), missing="ConcernRaised")
    hub.settle("DISCARD", hub.quarantine_id(0)).settle("REDRIVE", hub.quarantine_id(0)).take()
    hub.settle("REDRIVE", hub.quarantine_id(0)).take()
    assert hub.admitted() == []
    assert hub.outcomes() == ["DISCARDED"]


@pytest.mark.parametrize(
    "runs",
    [
        (run_of(BROKEN, CORRECTION, FURTHER, OTHER),),
        tuple(run_of(one, first=at) for at, one in enumerate((BROKEN, CORRECTION, FURTHER, OTHER))),
    ],
    ids=["in one run", "run by run"],
)
def test_what_follows_from_a_refused_statement_waits_and_what_follows_from_that_and_nothing_else(
    runs: tuple[Run, ...],
) -> None:
    hub = Quarantine().take(*runs)
    assert hub.codes() == ["backwards", "waits-behind", "waits-behind"]
    assert hub.admitted() == payloads(OTHER)
    first, second, third = hub.said("Quarantined")
    assert (second["waits_for"], third["waits_for"]) == (first["event_id"], second["event_id"])


@pytest.mark.parametrize("action", ["DISCARD", "SEND AGAIN"])
def test_what_waits_is_taken_up_by_itself_in_order_once_the_first_is_discarded_or_sent_again(action: str) -> None:
    hub = Quarantine().take(run_of(BROKEN, CORRECTION, FURTHER))
    if action == "DISCARD":
        hub.settle("DISCARD", hub.quarantine_id(0)).take()
        assert hub.admitted() == payloads(CORRECTION, FURTHER)
    else:
        hub.take(run_of(FIXED, first=3))
        assert hub.admitted() == payloads(FIXED, CORRECTION, FURTHER)
    assert {value["action"] for value in hub.said("QuarantineSettled")} >= {"TAKE_UP"}
    assert [value["received"] for value in hub.said("Quarantined")] == [STAMP * 1000] * 3
    assert len(hub.world.admissions.held.closed) == len(hub.world.admissions.held.messages) - (action != "DISCARD")


def test_what_waits_goes_on_waiting_while_the_first_is_refused_again() -> None:
    hub = Quarantine().take(run_of(BROKEN, CORRECTION))
    hub.settle("REDRIVE", hub.quarantine_id(0)).take()
    assert hub.admitted() == []
    hub.settle("REDRIVE", hub.quarantine_id(1)).take()
    assert hub.codes() == ["backwards", "waits-behind", "backwards", "waits-behind"]
    hub.settle("DISCARD", hub.quarantine_id(2)).take()
    assert hub.admitted() == payloads(CORRECTION)


def test_nothing_waits_behind_bytes_that_do_not_say_what_they_are() -> None:
    hub = Quarantine().take(run_of(FIXED[:-1], CORRECTION))
    assert hub.codes() == ["not-canonical"]
    assert hub.admitted() == payloads(CORRECTION)


def test_another_agencys_refused_statement_holds_nobody_up() -> None:
    spoken = message(concern("R-1", agency="police", happened=BACKWARDS))
    hub = Quarantine().take(run_of(spoken, CORRECTION))
    assert hub.codes() == ["not-your-topic"]
    assert hub.admitted() == payloads(CORRECTION)


def test_a_message_whose_key_was_destroyed_is_refused_again_and_says_so() -> None:
    hub = Quarantine().take(run_of(BROKEN))
    key = UUID(bytes=hub.said("Quarantined")[0]["key_id"])
    del hub.world.keys._by_id[key]
    hub.settle("REDRIVE", hub.quarantine_id(0)).take()
    assert hub.codes() == ["backwards", "cannot-be-opened"]


def story(hub: Quarantine) -> Quarantine:
    """Refuse one whose contract is not there yet, and one for which two wait; then redrive the one and discard the other."""
    broken = message(concern("R-5", happened=BACKWARDS))
    waiting = message(concern("R-6", corrects="R-5")), message(concern("R-7", cause="R-6"))
    if (HEALTH, 0) not in hub.world.admissions.positions:
        hub.take(run_of(FIXED), missing="ConcernRaised")
    hub.take(run_of(broken, *waiting, first=1))
    for action, code in (("REDRIVE", "unknown-contract"), ("DISCARD", "backwards")):
        (quarantine_id,) = {one["quarantine_id"] for one in hub.said("Quarantined") if one["code"] == code}
        if quarantine_id not in [one["quarantine_id"] for one in hub.said("QuarantineSettled")]:
            hub.settle(action, quarantine_id)
        hub.take()
    return hub


def test_a_process_may_die_at_any_step_of_a_settling_and_nothing_is_lost_or_doubled() -> None:
    undisturbed = story(Quarantine())
    expected = {(one.key, one.value) for one in undisturbed.world.written(HUB_EVENTS)}
    assert len(expected) == 3
    for at in range(1, undisturbed.world.cut.steps + 1, 3):
        hub = Quarantine(Cut(at))
        with pytest.raises(CutOff):
            story(hub)
        story(hub)
        assert {(one.key, one.value) for one in hub.world.written(HUB_EVENTS)} == expected, f"cut at {at}"
        still_open = hub.world.admissions.held.messages.keys() - hub.world.admissions.held.closed
        assert not {one for one in still_open if hub.world.admissions.held.messages[one].waits_for}, f"cut at {at}"
