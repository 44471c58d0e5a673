"""A hub at work is not taken for one that was tampered with."""

from datetime import UTC, datetime

import pytest

from apps.verification import verify
from schemas.topics import HUB_EVENTS
from tests.system.running import Hub, publish
from tests.system.statements import broken, conflicting, history

pytestmark = pytest.mark.services


def test_verifying_while_workers_admit_fold_sign_and_alert_finds_nothing(hub: Hub) -> None:
    told = [*history(datetime.now(UTC).date(), 120), conflicting(0, 3), *broken()]
    hub.start("admit", "project")
    seen = []
    for start in range(0, len(told), len(told) // 4 + 1):
        publish(hub.services, told[start : start + len(told) // 4 + 1])
        hub.until(lambda: hub.written(HUB_EVENTS) > 0, "something to verify")
        verified = verify(hub.services.settings, lambda *_: None)
        assert verified.findings == ()
        seen.append(verified.records)
    hub.settle()
    assert verify(hub.services.settings, lambda *_: None).findings == ()
    assert seen[-1] > 0
