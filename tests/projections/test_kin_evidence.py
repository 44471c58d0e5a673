"""Who belongs together is worked out anew by whoever verifies, and what was altered is named."""

from random import Random

import pytest
from hub_records import CATALOGUE, SqlHub
from identity_histories import STRANDS, decision, entries_of, interleaved, said_of
from projection_histories import said

from projections.kin_evidence import KinEvidence

pytestmark = pytest.mark.services
A, B, C, D = STRANDS
LINKED = [
    said(1, "NotBrought", "2024-02-01T09:00", "health", child=A),
    said(2, "ReferralReceived", "2024-02-01T09:00", "police", child=B),
    decision(1, "LINK", A, B),
    decision(2, "SPLIT", C, D, b"p" * 16),
    decision(3, "DEFER", A, D),
]


def findings(hub: SqlHub) -> list[str]:
    return list(KinEvidence(hub.conn, CATALOGUE).compare())


def test_what_was_folded_agrees_with_what_was_said(hub: SqlHub) -> None:
    for seed in range(20):
        random = Random(seed)
        with hub.undone():
            hub.lived(interleaved(random, entries_of(random, 6), said_of(random, 8)))
            assert findings(hub) == []


FORGERIES = [
    (f"delete from strand where strand = '{A}'", B),
    (f"insert into strand values ('{C}', '{A}')", C),
    (f"delete from strand; insert into strand values ('{A}', '{B}'), ('{B}', '{B}')", A),
    ("delete from split_part", C),
    (f"delete from split_part; insert into split_part values ('{C}', 'pppppppppppppppp', '{A}')", D),
    (f"insert into strand values ('{C}', '{D}'), ('{D}', '{D}')", C),
    (f"insert into strand_pair values ('{A}', '{C}', true, false)", C),
    ("delete from strand_pair", D),
]
PUT_BACK = f"""
delete from strand; delete from split_part; insert into strand values ('{A}', '{A}'), ('{B}', '{A}');
insert into split_part values ('{C}', 'pppppppppppppppp', '{D}');
delete from strand_pair; insert into strand_pair values ('{A}', '{D}', true, false)
"""


def test_strands_that_are_stored_with_another_child_are_named(hub: SqlHub) -> None:
    hub.lived(LINKED)
    for forgery, strand in FORGERIES:
        hub.conn.execute(forgery)
        assert any(str(strand) in one for one in findings(hub)), forgery
        hub.conn.execute(PUT_BACK)
        assert findings(hub) == []


def test_duties_under_a_name_that_no_child_has_are_named(hub: SqlHub) -> None:
    with hub.undone():
        hub.lived(LINKED)
        assert hub.conn.execute("select distinct child from clock").fetchall() == [(A,)]
        hub.conn.execute("insert into concern values (%s, '2024-01-01', %s, 'health', 'NotBrought', false)", (B, C))
        (finding,) = findings(hub)
        assert finding.startswith(f"child {B}: expected clocks and concerns under the name of the child")
