"""The messages of hub.casework: what is written of what people say, what is read back, and the row that each makes."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from projections.casework import (
    Casework,
    ContradictionNotice,
    ContradictionResolution,
    EntryJudgement,
    Review,
    Said,
    SealedWords,
)
from projections.hub_messages import read_hub_message
from projections.rows import Rows
from schemas.catalogue import Catalogue
from schemas.codec import encode
from schemas.moments import micros, moment

CONTRACTS = ("ContradictionNotified", "ContradictionResolved", "EntryJudged", "ChronologyReviewed")
"""What hub.casework holds."""
CASEWORK_COLUMNS = "said_id, kind, contradiction_id, entries, agencies, at, part, log_offset, record"
CASEWORK = (
    f"insert into casework ({CASEWORK_COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing"
)


def write_casework(catalogue: Catalogue, one: Casework) -> bytes:
    """Write what was said as a message in Confluent's wire format; ContractBroken when it does not fit."""
    name, value = _value(one)
    return encode(catalogue.own(name), value | _told(one.said))


def read_casework(catalogue: Catalogue, message: bytes) -> Casework:
    """Read what a message of hub.casework says; ContractBroken for one that the hub never wrote."""
    name, value = read_hub_message(catalogue, CONTRACTS, message)
    return _READ[name](value)


def casework_statements() -> Mapping[str, tuple[str, Callable[[dict[str, Any], int, int, bytes], Rows]]]:
    """Give, for each contract of hub.casework, the statement that writes its row and what makes the row."""
    return {name: (CASEWORK, _row_of(name)) for name in CONTRACTS}


def _row_of(name: str) -> Callable[[dict[str, Any], int, int, bytes], Rows]:
    def row(value: dict[str, Any], part: int, offset: int, record: bytes) -> Rows:
        one = _READ[name](value)
        contradiction = one.contradiction_id if isinstance(one, ContradictionNotice | ContradictionResolution) else None
        agencies = list(one.agencies) if isinstance(one, ContradictionNotice) else []
        return (one.said.said_id, name, contradiction, list(one.entries), agencies, one.said.at, part, offset, record)

    return row


def _value(one: Casework) -> tuple[str, dict[str, Any]]:
    """Give the contract's name, and the fields that are not the same in all four."""
    said_id = one.said.said_id.bytes
    match one:
        case ContradictionNotice():
            value = {"notice_id": said_id, **_contradiction(one), "agencies": list(one.agencies)}
            return "ContradictionNotified", value
        case ContradictionResolution():
            return "ContradictionResolved", {
                "resolved_id": said_id,
                **_contradiction(one),
                **_words("finding", one.finding),
            }
        case EntryJudgement():
            judged = {"event_id": one.event_id.bytes, "included": one.included, "significance": one.significance}
            return "EntryJudged", {
                "judged_id": said_id,
                "profile": one.profile,
                **judged,
                **_words("analysis", one.analysis),
            }
        case Review():
            entries = [event_id.bytes for event_id in one.entries]
            return "ChronologyReviewed", {
                "reviewed_id": said_id,
                "profile": one.profile,
                "entries": entries,
                **_words("note", one.note),
            }


def _contradiction(one: ContradictionNotice | ContradictionResolution) -> dict[str, Any]:
    entries = [event_id.bytes for event_id in one.entries]
    return {"contradiction_id": one.contradiction_id.bytes, "kind": one.kind, "entries": entries}


def _told(said: Said) -> dict[str, Any]:
    return {
        "child": said.child.bytes,
        "person": said.person,
        "disclosure_id": said.disclosure_id.bytes,
        "at": micros(said.at),
    }


def _words(name: str, words: SealedWords | None) -> dict[str, Any]:
    return {"key_id": None, name: None} if words is None else {"key_id": words.key_id.bytes, name: words.sealed}


def _read_notice(value: dict[str, Any]) -> ContradictionNotice:
    said = _said(value, "notice_id")
    return ContradictionNotice(said, *_read_contradiction(value), tuple(value["agencies"]))


def _read_resolution(value: dict[str, Any]) -> ContradictionResolution:
    said = _said(value, "resolved_id")
    return ContradictionResolution(said, *_read_contradiction(value), _read_words(value, "finding"))


def _read_judgement(value: dict[str, Any]) -> EntryJudgement:
    judged = UUID(bytes=value["event_id"]), value["profile"], value["included"], value["significance"]
    return EntryJudgement(_said(value, "judged_id"), *judged, _read_words(value, "analysis"))


def _read_review(value: dict[str, Any]) -> Review:
    said = _said(value, "reviewed_id")
    return Review(said, value["profile"], _ids(value["entries"]), _read_words(value, "note"))


def _read_contradiction(value: dict[str, Any]) -> tuple[UUID, str, tuple[UUID, ...]]:
    return UUID(bytes=value["contradiction_id"]), value["kind"], _ids(value["entries"])


def _said(value: dict[str, Any], id_name: str) -> Said:
    ids = UUID(bytes=value[id_name]), UUID(bytes=value["child"])
    return Said(*ids, value["person"], UUID(bytes=value["disclosure_id"]), moment(value["at"]))


def _read_words(value: dict[str, Any], name: str) -> SealedWords | None:
    key_id, sealed = value["key_id"], value[name]
    return None if key_id is None or sealed is None else SealedWords(UUID(bytes=key_id), sealed)


def _ids(values: list[bytes]) -> tuple[UUID, ...]:
    return tuple(UUID(bytes=one) for one in values)


_READ: Mapping[str, Callable[[dict[str, Any]], Casework]] = {
    "ContradictionNotified": _read_notice,
    "ContradictionResolved": _read_resolution,
    "EntryJudged": _read_judgement,
    "ChronologyReviewed": _read_review,
}
