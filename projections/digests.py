"""One number for everything that is known: equal whenever the same statements were folded, in whatever order, in whatever store.

Alerts and positions are left out: which concern completed a window, and where in the log it lay, are matters of arrival. So are random pseudonyms: a
child is named by the smallest event id among its entries.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from projections.chronology.merge import Chronology, digest
from projections.clocks import Clock
from projections.rules.packs import RulePacks
from projections.thresholds import Concern, met_windows


@dataclass(frozen=True, slots=True)
class KnownChild:
    """All that a store holds of one child: `name` is its smallest event id, `identifiers` the blind indexes (16 bytes each) that name it."""

    name: UUID
    chronology: Chronology
    clocks: frozenset[Clock]
    concerns: frozenset[Concern]
    identifiers: frozenset[bytes]


def digest_of(children: Iterable[KnownChild], rules: RulePacks) -> bytes:
    """Give the SHA-256 (32 bytes) over each child's canonical form, in the order of their names."""
    forms = {
        child.name.bytes: hashlib.sha256(json.dumps(_form(child, rules), separators=(",", ":")).encode()).digest()
        for child in children
    }
    return hashlib.sha256(b"".join(name + forms[name] for name in sorted(forms))).digest()


def _form(child: KnownChild, rules: RulePacks) -> list[object]:
    named_by = sorted(index.hex() for index in child.identifiers)
    return [digest(child.chronology).hex(), clock_forms(child.clocks), window_forms(child.concerns, rules), named_by]


def clock_forms(clocks: Iterable[Clock]) -> list[list[str]]:
    """Give clocks in a canonical form for digests, without the child's pseudonym."""
    return sorted(
        [
            one.rule,
            one.edition,
            one.started_by.hex,
            one.due.isoformat(),
            str(one.satisfied_by),
            str(one.satisfied_at),
            str(one.locked),
        ]
        for one in clocks
    )


def window_forms(concerns: Iterable[Concern], rules: RulePacks) -> list[list[str]]:
    """Give the windows that are met, each under the edition that applied on its last day, in a canonical form for digests."""
    every = tuple(concerns)
    return sorted(
        [rule.id, pack.edition, str(met.locked), *(one.hex for one in met.evidence)]
        for pack in rules
        for rule in pack.thresholds
        for met in met_windows(every, rule)
        if pack.applied_on(met.end)
    )
