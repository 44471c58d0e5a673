"""`mash verify`: everything is recomputed from the log, as the auditor, and whatever does not agree is named. It writes nothing."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from apps.auditing import AUDITOR
from apps.connections import aiokafka_options, conninfo, kafka_login
from apps.keys import signing_key
from apps.settings import Settings
from apps.wiring import PROJECT
from audit.checkpoint_check import TrustedKeys
from audit.compare_rows import RowContent, compare_rows
from audit.evidence import evidence_of
from audit.findings import Finding, Kind
from audit.kafka_source import KafkaSource
from audit.log_reader import read_partition
from audit.published import StoredNote, compare_published
from audit.records import DamagedRange, Record, Run, TreeId
from audit.sql_ledger import SqlLedgerStore
from audit.verify import TreeCheck
from projections.clocks import clocks_in
from projections.kin_evidence import KinEvidence
from projections.positions import stored_positions
from projections.quarantine_rows import quarantine_ids
from projections.remembered_evidence import RememberedEvidence
from projections.row_evidence import STORED, PlainRow, RowEvidence, logged_alert, stored_alerts
from projections.rows import Rows, open_store
from projections.rules.packs import RulePacks, load_rule_packs
from projections.sharing import share_tables
from projections.sql_held import HeldEvidence
from projections.sql_store import SqlProjections
from projections.sql_told import ToldFold
from projections.thresholds import concerns_in
from projections.working_days import WorkingDays
from schemas.catalogue import Catalogue, load_catalogue
from schemas.codec import ContractBroken
from schemas.sealed import SealedCodec
from schemas.topics import HUB_ALERTS, HUB_CHECKPOINTS, HUB_EVENTS, HUB_QUARANTINE, LEDGERED, partitions_of
from streams import admit, ledger

AUDITOR_USER = "auditor"
REBUILD = "the log is the truth: run `mash rebuild`, and ask who wrote to the table"
RESTORE = "restore the partition from a replica or a backup and verify again"
STRANDS = "select child from chronology_entry union select child from clock union select child from concern"
UNREADABLE = (ContractBroken, OverflowError)
"""What reading an altered message raises: it is none of the hub's, or its times are in no calendar."""
Told = Callable[[str, int, int], None]
"""Progress: tree, records done, records in all."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What verification came to: how many records, entries and checkpoints were read, and what does not agree, in plain sentences."""

    records: int
    trees: int
    children: int
    findings: tuple[str, ...]


class Verification:
    """One verification, on one connection as the auditor."""

    def __init__(self, settings: Settings, conn: Connection[Rows], told: Told) -> None:
        self._settings = settings
        self._conn = conn
        self._told = told
        self._catalogue: Catalogue = load_catalogue()
        self._ledger = SqlLedgerStore(conn)
        signer = signing_key(settings)
        self._hub = signer.name
        self._keys = TrustedKeys((signer.verifier(),))
        self._codec = SealedCodec(self._catalogue)
        self._folded = stored_positions(conn, PROJECT)
        self._leaved = stored_positions(conn, ledger.STAGE)
        self._remembered = RememberedEvidence(conn, stored_positions(conn, admit.STAGE))
        self._held = HeldEvidence(conn, admit.STAGE)
        self._alerts = stored_alerts(conn)
        self._matched: dict[UUID, bytes] = {}
        self.records = 0
        self.findings: list[str] = []

    async def trees(self) -> int:
        """Verify every tree: its log against tiles, checkpoints and rows; returns how many trees there are."""
        trees = [TreeId(topic, part) for topic in LEDGERED for part in range(partitions_of(topic))]
        for tree in trees:
            await self._tree(tree)
        self.findings += [
            f"alert {one}: expected a record of it on {HUB_ALERTS}, found none; run `mash rebuild`"
            for one in self._alerts
        ]
        self.findings += self._remembered.left()
        self.findings += self._held.left()
        await self._published()
        return len(trees)

    def duties(self) -> int:
        """Work every child's clocks and concerns out anew from its entries; returns how many children there are."""
        rules, calendar = load_rule_packs(), WorkingDays()
        store = SqlProjections(self._conn, self._catalogue, rules, PROJECT)
        strands = [strand for (strand,) in self._conn.execute(STRANDS, binary=True)]
        kin = store.kin(strands)
        children = sorted({kin.child_of(strand) for strand in (*strands, *kin.parts.values())})
        for done, child in enumerate(children, 1):
            if _unlike(store, child, rules, calendar):
                # A fold may have come between two questions: only what disagrees within one moment does.
                with self._conn.transaction():
                    self._conn.execute("set transaction isolation level repeatable read")
                    unlike = _unlike(store, child, rules, calendar)
                self.findings += [f"child {child}: expected {expected}; {REBUILD}" for expected in unlike]
            self._told("children", done, len(children))
        return len(children)

    def kin(self) -> None:
        """Work out anew who belongs together, from what was said of who is who."""
        self.findings += [f"{sentence}; {REBUILD}" for sentence in KinEvidence(self._conn, self._catalogue).compare()]

    async def _tree(self, tree: TreeId) -> None:
        # The evidence is taken before the log's end is asked for, so that a hub at work does not look as if its log were short.
        check = TreeCheck(evidence_of(self._ledger, tree, self._hub, self._keys))
        async with KafkaSource(tree, aiokafka_options(kafka_login(self._settings, AUDITOR_USER))) as source:
            end = await source.end()
            folded = self._read_to(tree, end)
            async for run in read_partition(source, tree, end):
                self._say(check.feed(run))
                self._rows(tree, run, folded)
                self._told(
                    f"{tree.topic}/{tree.partition}",
                    run.stop if isinstance(run, DamagedRange) else run[-1].offset + 1 if run else 0,
                    end,
                )
        self._say(check.finish())
        self.records += end

    def _rows(self, tree: TreeId, run: Run, folded: int) -> None:
        """Compare the rows of the records that are folded already; what is damaged is named by the tree's own check."""
        if isinstance(run, DamagedRange) or not run:
            return
        records = [(record.offset, record.value or b"") for record in run if record.offset < folded]
        try:
            if tree.topic == HUB_EVENTS:
                self._compare_remembered(run, folded)
            elif tree.topic == HUB_QUARANTINE:
                self._held.see(quarantine_ids(self._catalogue, [record.value or b"" for record in run]))
            if tree.topic in STORED and records:
                self._say(self._compared(tree, records))
            elif tree.topic == HUB_ALERTS:
                self._compare_alerts(tree, run, folded)
        except UNREADABLE:
            self.findings.append(
                f"{tree.topic}/{tree.partition} from {run[0].offset}: expected messages of the hub, found one that is not; restore the log"
            )

    def _read_to(self, tree: TreeId, end: int) -> int:
        """Give how far the tree's rows are folded; a position beyond the log's end would pass over what comes next."""
        place = (tree.topic, tree.partition)
        for stage, position in ((PROJECT, self._folded.get(place, 0)), (ledger.STAGE, self._leaved.get(place, 0))):
            if position > end:
                self.findings.append(
                    f"{tree.topic}/{tree.partition} position {position} of {stage}: expected at most {end}, where the log ends, found more; {REBUILD}"
                )
        return min(end, self._folded.get(place, 0))

    def _compare_remembered(self, run: Sequence[Record], folded: int) -> None:
        read = [(record.offset, self._codec.read(record.value or b"").header) for record in run]
        self._remembered.see([header for _, header in read])
        self.findings += self._remembered.compare([header for offset, header in read if offset < folded])

    async def _published(self) -> None:
        """Compare the stored checkpoints with those that were published."""
        log, before = TreeId(HUB_CHECKPOINTS, 0), self._stored_notes()
        published: list[Record] = []
        async with KafkaSource(log, aiokafka_options(kafka_login(self._settings, AUDITOR_USER))) as source:
            async for run in read_partition(source, log, await source.end()):
                if isinstance(run, DamagedRange):
                    self._say(
                        [
                            Finding(
                                log,
                                Kind.DAMAGED_RECORDS,
                                run.start,
                                "records as the broker wrote them",
                                "others",
                                RESTORE,
                            )
                        ]
                    )
                else:
                    published += run
        self._say(compare_published(log, published, before, self._stored_notes()))

    def _stored_notes(self) -> list[StoredNote]:
        return [
            StoredNote(TreeId(topic, part), size, note)
            for topic, part, size, note in self._conn.execute(
                "select topic, part, size, note from checkpoint", binary=True
            )
        ]

    def _compared(self, tree: TreeId, records: Sequence[tuple[int, bytes]]) -> Iterator[Finding]:
        evidence = RowEvidence(self._conn, self._catalogue, tree.topic)
        logged = evidence.logged(tree.partition, records)
        stored = list(evidence.stored(tree.partition, records[0][0], records[-1][0] + 1))
        own = {row.offset for row in stored}
        # A record without a row of its own is a repeat, written again after a crash, if its event id has a row elsewhere.
        repeats = evidence.repeats([row for row in logged if row.offset not in own])
        wanted = [row for row in logged if row.offset not in repeats]
        return compare_rows(tree, map(_content, wanted), map(_content, stored))

    def _compare_alerts(self, tree: TreeId, run: Sequence[Record], folded: int) -> None:
        """Compare alerts with their records, those that are not folded yet too: an alert's row is marked as raised before its record is read back."""
        fold = ToldFold(self._conn, self._catalogue, "AlertRaised")
        for record in run:
            alert_id, content = logged_alert(fold, record.value or b"")
            stored = self._alerts.get(alert_id, self._matched.get(alert_id))
            if stored is None and record.offset < folded:
                self._say([Finding(tree, Kind.MISSING_ROW, record.offset, "a row for this alert", "none", REBUILD)])
            elif stored not in (None, content):
                found = "the row as the log's record makes it", "another"
                self._say([Finding(tree, Kind.ROW, record.offset, *found, REBUILD)])
            self._matched[alert_id] = self._alerts.pop(alert_id, content)

    def forged(self) -> None:
        """Name rows that no record of the log can have made: beyond what was folded, or of a partition that there is not."""
        for topic in STORED:
            evidence = RowEvidence(self._conn, self._catalogue, topic)
            for part, offset in evidence.beyond(PROJECT, partitions_of(topic)):
                self._say(
                    [
                        Finding(
                            TreeId(topic, part),
                            Kind.UNKNOWN_ROW,
                            offset,
                            "a record of the log behind this row",
                            "none",
                            REBUILD,
                        )
                    ]
                )

    def _say(self, findings: Iterable[Finding]) -> None:
        self.findings += [finding.sentence() for finding in findings]


def _unlike(store: SqlProjections, child: UUID, rules: RulePacks, calendar: WorkingDays) -> list[str]:
    """Say which of a child's clocks and concerns are not those that its entries make."""
    try:
        chronology = store.chronology(child)
    except UNREADABLE:
        return ["entries that can be read, found one that cannot"]
    kept = {
        "clocks": (store.clocks(child), clocks_in(chronology, rules, calendar)),
        "concerns": (store.concerns(child), concerns_in(chronology, rules.counted())),
    }
    return [
        f"the {name} that the entries make, found others" for name, (stored, anew) in kept.items() if stored != anew
    ]


def verify(settings: Settings, told: Told) -> Verified:
    """Recompute everything from the log and say what does not agree; LogUnreadable when the log cannot be asked, BeingRebuilt while the tables are a part."""
    with open_store(conninfo(settings, AUDITOR)) as conn:
        share_tables(conn)
        verification = Verification(settings, conn, told)
        trees = asyncio.run(verification.trees())
        verification.forged()
        verification.kin()
        children = verification.duties()
        return Verified(verification.records, trees, children, tuple(verification.findings))


def _content(row: PlainRow) -> RowContent:
    return RowContent(row.offset, row.content)
