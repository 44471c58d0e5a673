"""What was written under an earlier version, read as the newest: one pure function for each step from one version to the next.

A message stays as its agency sent it, under the version that it was written with; only what reads it sees the newest shape. A step is as final as the
contracts it joins: what came out of it was shown to people. A contract with several versions and a step too few is refused when contracts are loaded.
"""

from collections.abc import Callable, Mapping
from typing import Any

Value = dict[str, Any]
Step = Callable[[Value], Value]

REFERRAL_SOURCES = frozenset(
    {"1A", "1B", "1C", "1D", "2A", "2B", "3A", "3B", "3C", "3D", "3E", "3F", "4", "5A", "5B", "5C", "5D", "6", "7", "8", "9", "10"}
)  # fmt: skip
"""Codes of who referred (children in need census, item N00216)."""

SUSPENSION, PERMANENT, AT_LUNCHTIME = "suspension", "permanent exclusion", "lunchtime suspension"
EXCLUSION_WORDS = {
    "susp": SUSPENSION,
    "suspension": SUSPENSION,
    "fixd": SUSPENSION,
    "fixed": SUSPENSION,
    "fixed period": SUSPENSION,
    "fixed period exclusion": SUSPENSION,
    "fixed term exclusion": SUSPENSION,
    "perm": PERMANENT,
    "permanent": PERMANENT,
    "permanent exclusion": PERMANENT,
    "lnch": AT_LUNCHTIME,
    "lunchtime": AT_LUNCHTIME,
    "lunchtime exclusion": AT_LUNCHTIME,
    "lunchtime suspension": AT_LUNCHTIME,
}
"""What schools' systems wrote for the three kinds of exclusion: census codes before and since the guidance of 2022, and words."""


def upcast(short_name: str, version: int, newest: int, value: Value) -> Value:
    """Read a value that was written under one version as the newest version means it; the value itself is not changed."""
    for step in range(version, newest):
        value = STEPS[short_name, step](value)
    return value


def _referral_received_2(value: Value) -> Value:
    source = value["source"]
    return value | {"source_code": source if source in REFERRAL_SOURCES else None}


def _exclusion_recorded_2(value: Value) -> Value:
    said = " ".join(value["kind"].replace("-", " ").split()).lower()
    return value | {"kind": EXCLUSION_WORDS.get(said, value["kind"])}


def _quarantined_2(value: Value) -> Value:
    return value | {"schema_id": None, "event_id": None, "waits_for": None, "earlier": None}


STEPS: Mapping[tuple[str, int], Step] = {
    ("ReferralReceived", 1): _referral_received_2,
    ("ExclusionRecorded", 1): _exclusion_recorded_2,
    ("Quarantined", 1): _quarantined_2,
}
"""The step from each earlier version of a contract to the next, by short name and the version that it starts from."""
