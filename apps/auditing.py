"""What an auditor asks of one child or one event: who was shown it, and the event's whole way through the hub. Decided and recorded like everything else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from psycopg import Connection

from access_policy.question import Hub
from access_policy.vocabulary import EXPORT_RECORD, SEE_DISCLOSURES
from apps.connections import conninfo
from apps.keys import signing_key
from apps.settings import Settings
from audit.inclusion import prove_inclusion
from audit.merkle import record_hash
from audit.records import TreeId
from audit.sql_ledger import SqlLedgerStore
from projections.chronology.uncertain import moment_in_words
from projections.row_evidence import STORED
from projections.rows import Rows, open_store
from query.disclosure import Disclosure, decode_disclosure
from query.door import (
    Attempt,
    Door,
    Refused,
    Showing,
    StaffMember,
    Wanted,
    begin,
    breakage_recorded,
    decide,
    record,
    refuse,
)
from query.replay_shown import NotReproducible, reproduce
from query.unsealing import RecordBroken
from query.view import asked_by, canonical_bytes
from schemas.catalogue import load_catalogue
from schemas.moments import moment
from schemas.sealed import Header, SealedCodec
from schemas.topics import HUB_EVENTS, agency_topic

AUDITOR = "mash_auditor"
DISCLOSED = "select record from disclosure where child = %s order by asked_at, disclosure_id"
FOUND = "select child, part, log_offset, record from chronology_entry where event_id = %s"
RAISED = "select rule, raised from alert where %s = any(evidence) order by raised"


@dataclass(frozen=True, slots=True)
class Told:
    """An answer in plain lines, none of which holds a body or an identifier."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """What one disclosure was, in plain lines, and its id, by which what it showed can be asked for."""

    disclosure_id: UUID
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldDisclosures:
    """The disclosures about one child, oldest first."""

    accounts: tuple[Account, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Give all of them as plain lines."""
        return tuple(line for one in self.accounts for line in one.lines)


Answer = TypeVar("Answer", Told, ToldDisclosures)


class Auditing:
    """Answers from the main database as mash_auditor; who asks goes through the door's own decision and record."""

    def __init__(self, settings: Settings, door: Door) -> None:
        self._conn: Connection[Rows] = open_store(conninfo(settings, AUDITOR))
        self._door = door
        self._settings = settings
        self._catalogue = load_catalogue()

    def close(self) -> None:
        """Close its connection."""
        self._conn.close()

    def disclosures(self, staff: StaffMember, child: UUID, purpose: str | None) -> ToldDisclosures | Refused:
        """Say who asked for a child's record, when, why, what came of it, and whether the same bytes come out again today."""
        return self._answered(
            staff,
            child,
            purpose,
            lambda: ToldDisclosures(tuple(map(self._account, self._of_child(child)))),
        )

    def trace(self, staff: StaffMember, event_id: UUID, purpose: str | None) -> Told | Refused:
        """Tell the life of one event: said, admitted, sealed, folded, proved, alerted on, shown."""
        row = self._conn.execute(FOUND, (event_id,), binary=True).fetchone()
        child = None if row is None else row[0]
        return self._answered(staff, child, purpose, lambda: Told(tuple(self._trace_lines(event_id, row))))

    def _answered(
        self, staff: StaffMember, child: UUID | None, purpose: str | None, answer: Callable[[], Answer]
    ) -> Answer | Refused:
        attempt = begin(self._door, staff, purpose, Wanted(SEE_DISCLOSURES, child))
        decision = decide(self._door, attempt, Hub())
        if not decision.allowed:
            return refuse(self._door, attempt, decision)
        with breakage_recorded(self._door, attempt):
            told = answer()
        # Crash until the record is written: nothing has left the door. After it: it says more than was seen, never less.
        record(self._door, attempt, Showing(_bytes(attempt, told.lines), decision.rules))
        return told

    def _of_child(self, child: UUID) -> list[Disclosure]:
        rows = self._conn.execute(DISCLOSED, (child,), binary=True).fetchall()
        return [decode_disclosure(self._catalogue, message) for (message,) in rows]

    def _account(self, one: Disclosure) -> Account:
        outcome = f"shown {len(one.shown)} entries, {len(one.withheld)} withheld" if one.allowed else "refused"
        who = f"{one.person} ({one.agency} {one.role})"
        lines = (
            f"{moment_in_words(one.asked_at)}  {who} asked for {one.action} for {one.purpose or 'no stated purpose'}: {outcome}",
            f"    rules: {', '.join(one.rules) or 'none'}; disclosure {one.disclosure_id}; {self._again(one)}",
        )
        return Account(one.disclosure_id, lines)

    def _again(self, one: Disclosure) -> str:
        if one.action == EXPORT_RECORD and one.allowed:
            # It is found by making every document that can be asked for: too long for a list.
            return "a document: `mash record as-shown` says whether the same comes out today"
        try:
            return f"the same {len(reproduce(one, self._door))} bytes come out today"
        except NotReproducible:
            return "the bytes shown then are not made again here"
        except RecordBroken:
            return "an entry of it was altered since: run `mash verify`"

    def _trace_lines(self, event_id: UUID, row: Rows | None) -> list[str]:
        if row is None:
            return [f"event {event_id}: no entry goes by that id; `mash quarantine list` shows what was not admitted"]
        child, part, offset, message = row
        header = SealedCodec(self._catalogue).read(message).header
        shown = [one for one in self._of_child(child) if event_id in one.shown]
        return [
            *_life(header, part, offset),
            self._proof(TreeId(HUB_EVENTS, part), offset, record_hash(child.bytes, message)),
            *(
                f"alerted    {rule}, raised {'not yet' if raised is None else moment_in_words(raised)}"
                for rule, raised in self._conn.execute(RAISED, (event_id,))
            ),
            *(
                f"shown      {moment_in_words(one.asked_at)} to {one.person} ({one.agency}) for {one.purpose}; disclosure {one.disclosure_id}"
                for one in shown
            ),
        ]

    def _proof(self, tree: TreeId, offset: int, leaf: bytes) -> str:
        """Prove that the very record whose row was found is under the newest checkpoint, as the tiles and the signature say."""
        found = prove_inclusion(SqlLedgerStore(self._conn), tree, offset, leaf, signing_key(self._settings).verifier())
        if found is None:
            return "proved     not yet: the next checkpoint will cover it"
        signed = f"the checkpoint of {tree.topic}/{tree.partition} at size {found.checkpoint.size}, signed {moment_in_words(found.checkpoint.made_at)}"
        if not found.holds:
            return f"NOT PROVED the record does not check out under {signed}: run `mash verify`"
        return f"proved     under {signed} (an inclusion proof of {found.hashes} hashes checks out)"


def _life(header: Header, part: int, offset: int) -> list[str]:
    source = f"{agency_topic(header.agency)}/{header.source_partition} offset {header.source_offset}"
    ((table, _),) = STORED[HUB_EVENTS]
    return [
        f"told       {header.event_type} by {header.agency} under contract {header.contract_id}",
        f"happened   {moment_in_words(moment(header.happened_earliest))}; learned {moment_in_words(moment(header.learned_earliest))}",
        f"received   {moment_in_words(moment(header.received))} from {source}",
        f"admitted   child {UUID(bytes=header.child)}, found by the rule {header.identified_by.rule}",
        f"sealed     {header.sensitivity}, {header.seal}, under key {UUID(bytes=header.key_id)}",
        f"folded     {HUB_EVENTS}/{part} offset {offset}, one row of {table}",
    ]


def _bytes(attempt: Attempt, lines: tuple[str, ...]) -> bytes:
    return canonical_bytes({"asked": asked_by(attempt), "lines": list(lines)})
