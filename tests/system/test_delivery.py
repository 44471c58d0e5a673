"""However the same statements arrive, the hub comes to know the same."""

import asyncio
import os
import uuid
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from access_policy.keys import MemoryKeyStore
from access_policy.sealing import Sealer
from apps.keys import fingerprint_secrets, root_keys
from projections.admissions import MemoryAdmissions
from projections.alert_outbox import LOOK_BACK
from projections.headers import claim_of, entry_of
from projections.identity.exact import MemoryIdentity, Placement, taught_by
from projections.memory import MemoryProjections
from projections.rules.packs import load_rule_packs
from projections.store import Position
from projections.working_days import WorkingDays
from schemas.catalogue import load_catalogue
from schemas.sealed import SealedCodec
from schemas.topics import HUB_EVENTS, agency_topic
from streams.admission import Examiner
from streams.admit import Admit, Sealing
from streams.event_log import MemoryEventLog
from streams.runs import Run
from tests.system.running import Account, Hub, nothing_is_doubled, publish
from tests.system.statements import Told, broken, shuffled

pytestmark = pytest.mark.services


def test_shuffled_and_repeated_delivery_in_two_files_comes_to_the_same(
    undisturbed: Account, hub: Hub, told: list[Told]
) -> None:
    again = shuffled(told, 17)
    assert len(again) > len(told)
    publish(hub.services, again[: len(again) // 2])
    hub.start("admit", "project")
    publish(hub.services, [*again[len(again) // 2 :], *broken()])
    hub.settle()
    assert hub.account() == undisturbed
    assert nothing_is_doubled(hub, len(told)) == 0


async def admitted_in_memory(hub: Hub, told: list[Told]) -> MemoryEventLog:
    """Admit statements by the same stage with everything around it in memory, on the hub's own root keys; one after the other."""
    catalogue, keys, log = load_catalogue(), root_keys(hub.services.settings), MemoryEventLog()
    sealing = Sealing(MemoryKeyStore(os.urandom), Sealer(keys.secret("nonce")), catalogue, SealedCodec(catalogue), 1)
    examiner = Examiner(catalogue, fingerprint_secrets(keys))
    stage = Admit(examiner, MemoryAdmissions(), MemoryIdentity(uuid.uuid4), sealing, log)
    for offset, one in enumerate(told):
        record = SimpleNamespace(
            topic=agency_topic(one.agency),
            partition=0,
            offset=offset,
            timestamp=offset,
            timestamp_type=1,
            value=one.message,
            headers=(),
        )
        await stage.fold(Run([record]))
    return log


def test_memory_and_postgresql_agree_on_the_whole_history(undisturbed: Account, hub: Hub, told: list[Told]) -> None:
    log = asyncio.run(admitted_in_memory(hub, told))
    codec, projections = SealedCodec(load_catalogue()), MemoryProjections(load_rule_packs(), WorkingDays())
    names: dict[uuid.UUID, uuid.UUID] = {}
    raised = []
    for offset, record in enumerate(log.topics[HUB_EVENTS]):
        header = codec.read(record.value).header
        entry = entry_of(header)
        names[entry.child] = min(entry.event_id, names.get(entry.child, entry.event_id))
        named = taught_by(claim_of(header), Placement(entry.child, header.identified_by.rule))
        raised += projections.fold(entry, Position(HUB_EVENTS, record.partition, offset), named)
    raised += projections.raise_overdue(datetime.now(UTC))
    within_reach = [one for one in raised if one.due is None or one.due > datetime.now(UTC) - LOOK_BACK]
    assert {(names[one.child], one.rule) for one in within_reach} == undisturbed.alerted
    assert projections.digest() == undisturbed.digest
