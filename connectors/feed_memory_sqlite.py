"""The memory of a feed in one SQLite file, which grows with the feed and is read a batch at a time."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Self

from connectors.feed_memory import UNKNOWN, Begun, Changes, FeedMemoryBroken, Kind, Known, Plan, Row, Telling
from connectors.feed_memory_plan import CORRECTED, GONE, PAIRED, PAIRS, PLANNED, UNPAIRED, WITHDRAWN

KNOWN = """
select m.id, exists (select 1 from telling t where t.reference = a.reference), m.digest, m.last, m.local_id, m.withdrawn,
       m.unsure, coalesce(s.delivery = ?, 0)
from asked a left join matter m on m.row = a.reference left join seen s on s.matter = m.id and s.scope = ?
order by a.place
"""
TELLING = "reference, kind, matter, stem, digest, kin, moment, local_id, sensitivity, seal, amends, state"
INTEND = f"""
insert into telling ({TELLING}, delivery) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'sending', ?)
on conflict (reference) do update
set state = 'sending', delivery = excluded.delivery, place = (select max(place) + 1 from telling)
"""
LAST_TOLD = "update matter set digest = ?, last = ?, local_id = ?, kin = ?, withdrawn = ?, unsure = 0 where id = ?"
FIRST_TOLD = "insert into matter (row, kin, digest, last, local_id, withdrawn, unsure) values (?, ?, ?, ?, ?, 0, 0)"
STATED = """
insert into seen (scope, matter, delivery) select ?, id, ? from matter where row = ?
on conflict (scope, matter) do update set delivery = excluded.delivery
"""


class SqliteFeedMemory:
    """Keeps one feed's memory in a file that one delivery at a time may use; FeedMemoryBroken when another uses it or it is none of ours.

    `check` is a digest of a fixed word under the feed's key: with another key every row would look changed. A commit is on the disk when it returns.
    """

    def __init__(self, path: Path, check: bytes) -> None:
        self._conn = sqlite3.connect(path, isolation_level=None, timeout=0.5)
        self._path = path
        self._scope, self._delivery = "", b""
        self._hub, self._recovering = b"", False
        try:
            self._open(check)
        except BaseException as error:
            self._conn.close()
            if isinstance(error, sqlite3.Error):
                raise _broken(path, error) from None
            raise

    def __enter__(self) -> Self:
        """Use it in a with statement so that the file is let go of."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file; what was not committed is as if it had not been."""
        self._conn.close()

    def goes_to(self, hub: str) -> None:
        """Say to which hub (Kafka's cluster id) this opening tells, noted when its first delivery begins; FeedMemoryBroken when it is another than before."""
        kept = self._kept("hub")
        if kept not in (None, hub.encode()):
            raise FeedMemoryBroken(
                "Expected the hub that this feed's memory was made with, found another, which was told none of it; correct the address of the hub, "
                f"or remove {self._path} to tell everything anew"
            )
        self._hub = hub.encode()

    def recovers(self) -> None:
        """Say that this opening only reads files as told before; FeedMemoryBroken once anything was sent in earnest."""
        if not self.empty() and self._kept("recovered") is None:
            raise FeedMemoryBroken(
                "Expected a feed of which nothing is remembered but files read with --as-told-before, found one that has sent since; "
                "give it files as told before only while nothing has been sent, and otherwise put its memory back from a backup"
            )
        self._recovering = True

    def _kept(self, name: str) -> bytes | None:
        found = self._conn.execute("select value from kept where name = ?", (name,)).fetchone()
        return None if found is None else bytes(found[0])

    def _note_purpose(self, conn: sqlite3.Connection) -> None:
        """Keep, with the delivery that begins, to which hub it goes and whether all so far was only read as told before."""
        if self._hub:
            conn.execute("insert or ignore into kept values ('hub', ?)", (self._hub,))
        if self._recovering:
            conn.execute("insert or ignore into kept values ('recovered', x'01')")
        else:
            conn.execute("delete from kept where name = 'recovered'")

    def begin(self, fingerprint: bytes, scope: str, begun: Begun) -> Begun:
        """Begin, or go on with, a delivery of these bytes; what an earlier run intended and never saw acknowledged is unsure from here on."""
        with self._transaction() as conn:
            self._note_purpose(conn)
            conn.execute(
                "update matter set unsure = 1 where id in (select matter from telling where state = 'sending')"
            )
            conn.execute("update telling set state = 'unsure' where state = 'sending'")
            found = conn.execute(
                "select id, began from delivery where fingerprint = ? and scope = ? and not finished",
                (fingerprint, scope),
            ).fetchone()
            if found is None:
                # What was interrupted and is followed by another file is not gone on with: its changes would be learned before those of the other.
                conn.execute("update delivery set finished = 1")
                conn.execute(
                    "insert into delivery (id, fingerprint, scope, began) values (?, ?, ?, ?)",
                    (begun.delivery_id, fingerprint, scope, begun.moment),
                )
        self._scope, self._delivery = scope, begun.delivery_id if found is None else found[0]
        return begun if found is None else Begun(found[0], found[1], self._already())

    def _already(self) -> dict[Kind, int]:
        asked = (
            "select kind, count(*) from telling where delivery = ? and state in ('stands', 'withdrawn') group by kind"
        )
        return dict(self._conn.execute(asked, (self._delivery,)).fetchall())

    def unstage(self) -> None:
        """Forget every staged row."""
        with self._transaction() as conn:
            conn.execute("delete from staged")

    def stage(self, rows: Sequence[Row]) -> list[bool]:
        """Note rows of a first reading."""
        with self._transaction() as conn:
            return [self._staged(conn, row) for row in rows]

    def _staged(self, conn: sqlite3.Connection, row: Row) -> bool:
        placed = conn.execute(
            "insert or ignore into staged (reference, kin, digest, line) values (?, ?, ?, ?)",
            (row.reference, row.kin, row.digest, row.line),
        )
        if placed.rowcount:
            return True
        (first,) = conn.execute("select digest from staged where reference = ?", (row.reference,)).fetchone()
        return bool(first == row.digest)

    def plan(self, scope: str, *, pairing: bool) -> Plan:
        """Hold the staged rows against the scope."""
        values = {"scope": scope}
        staged, known, unchanged = self._conn.execute(PLANNED).fetchone()
        (gone,) = self._conn.execute(f"select count(*) from ({GONE})", values).fetchone()
        pairs = self._conn.execute(f"select count(*) from ({PAIRS})", values).fetchone()[0] if pairing else 0
        alone = (
            self._conn.execute(f"select count(*) from ({PAIRS}) where alone", values).fetchone()[0] if pairing else 0
        )
        held = "select count(*) from seen s join matter m on m.id = s.matter where s.scope = :scope and not m.withdrawn"
        (kept,) = self._conn.execute(held, values).fetchone()
        return Plan(staged - known - pairs, known - unchanged + pairs, unchanged, gone - alone, kept)

    def changes(self, scope: str, *, pairing: bool, most: int) -> Changes:
        """Say which rows would be corrected and which statements withdrawn."""
        values = {"scope": scope, "most": most}
        corrected = f"{CORRECTED} union all {PAIRED}" if pairing else CORRECTED
        withdrawn = f"{WITHDRAWN} {UNPAIRED if pairing else ''}"
        lines = self._conn.execute(f"{corrected} order by 1 limit :most", values).fetchall()
        references = self._conn.execute(f"{withdrawn} order by place limit :most", values).fetchall()
        (statements,) = self._conn.execute(f"select count(*) from ({withdrawn})", values).fetchone()
        return Changes(tuple(line for (line,) in lines), tuple(reference for (reference,) in references), statements)

    def pair(self, scope: str) -> None:
        """Let each matter that went go by the reference of the row that came in its stead."""
        with self._transaction() as conn:
            pairs = conn.execute(f"select reference, matter from ({PAIRS})", {"scope": scope}).fetchall()
            conn.executemany("update matter set row = null where row = ?", [(reference,) for reference, _ in pairs])
            conn.executemany("update matter set row = ? where id = ?", pairs)

    def known(self, rows: Sequence[Row]) -> list[Known]:
        """Say for each row what is known of it."""
        # One transaction on a table of this connection alone: nothing is written to the file.
        self._conn.execute("begin")
        self._conn.execute("delete from asked")
        self._conn.executemany("insert into asked (reference) values (?)", [(row.reference,) for row in rows])
        found = self._conn.execute(KNOWN, (self._delivery, self._scope)).fetchall()
        self._conn.execute("commit")
        return [_known(one) for one in found]

    def history(self, matter: int) -> list[Telling]:
        """Give the tellings of a matter in their order."""
        found = self._conn.execute(f"select {TELLING} from telling where matter = ? order by place", (matter,))
        return [Telling(*one) for one in found]

    def used(self, stem: str) -> int:
        """Count the statements whose references are built from this one."""
        asked = "select count(*) from telling where stem = ? and kind <> 'retracted'"
        (found,) = self._conn.execute(asked, (stem,)).fetchone()
        return int(found)

    def intend(self, tellings: Sequence[Telling], stated: Sequence[Row]) -> None:
        """Note what is about to be published, and the rows that are stated."""
        with self._transaction() as conn:
            for one in tellings:
                matter = _matter(conn, one)
                values = (one.reference, one.kind, matter, one.stem, one.digest, one.kin, one.moment)
                conn.execute(INTEND, (*values, one.local_id, one.sensitivity, one.seal, one.amends, self._delivery))
            conn.executemany(STATED, [(self._scope, self._delivery, row.reference) for row in stated])

    def acknowledge(self) -> None:
        """Note that all that was intended is in the log."""
        with self._transaction() as conn:
            conn.execute(
                "update telling set state = 'withdrawn' where reference in (select amends from telling where state = 'sending' and kind = 'retracted')"
                " and state <> 'sending'"
            )
            conn.execute("update telling set state = 'stands' where state = 'sending'")

    def gone(self, most: int) -> list[int]:
        """Give matters that stand and that this delivery no longer states."""
        found = self._conn.execute(f"{GONE} order by id limit :most", {"scope": self._scope, "most": most})
        return [matter for matter, *_ in found]

    def finish(self, *, whole: bool) -> None:
        """End the delivery."""
        with self._transaction() as conn:
            conn.execute("delete from staged")
            conn.execute("update delivery set finished = 1 where id = ?", (self._delivery,))
            if whole:
                conn.execute("delete from seen where scope = ? and delivery <> ?", (self._scope, self._delivery))

    def empty(self) -> bool:
        """Whether nothing is remembered at all."""
        return self._conn.execute("select 1 from telling limit 1").fetchone() is None

    def _open(self, check: bytes) -> None:
        self._conn.execute("pragma locking_mode = exclusive")
        self._conn.execute("pragma journal_mode = wal")
        self._conn.execute("pragma synchronous = full")
        self._conn.execute("pragma temp_store = memory")
        self._conn.executescript((resources.files("connectors") / "feed_memory.sql").read_text("utf-8"))
        with self._transaction() as conn:
            conn.execute("insert or ignore into kept values ('key', ?)", (check,))
        if self._kept("key") != check:
            raise FeedMemoryBroken(
                "Expected the key that this feed's memory was written under, found another: every row would look changed; "
                "put the key back from a backup, or remove the feed's memory too and read its last file with --as-told-before"
            )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit all or nothing; after the commit it is on the disk."""
        self._conn.execute("begin immediate")
        try:
            yield self._conn
        except BaseException:
            self._conn.execute("rollback")
            raise
        self._conn.execute("commit")


def _matter(conn: sqlite3.Connection, one: Telling) -> int:
    """Write what was last told of a matter, which is a new one when it has no number yet; give its number."""
    if one.matter is None:
        made = conn.execute(FIRST_TOLD, (one.stem, one.kin, one.digest, one.reference, one.local_id))
        return int(made.lastrowid or 0)
    withdrawn = one.kind == "retracted"
    conn.execute(LAST_TOLD, (one.digest, one.reference, one.local_id, one.kin, withdrawn, one.matter))
    return one.matter


def _known(found: tuple[Any, ...]) -> Known:
    """Read one row of the question KNOWN."""
    matter, taken, digest, last, local_id, withdrawn, unsure, seen = found
    if matter is None:
        return Known(taken=True) if taken else UNKNOWN
    return Known(matter, bool(taken), digest, last, local_id, bool(withdrawn), bool(unsure), bool(seen))


def _broken(path: Path, error: sqlite3.Error) -> FeedMemoryBroken:
    if "locked" in str(error):
        return FeedMemoryBroken(
            "Expected to be the only delivery of this feed just now, found another under way; wait until it has ended, then send again"
        )
    return FeedMemoryBroken(
        f"Expected the memory of a feed in {path.name}, found {type(error).__name__}; put the file back from a backup, or remove it and read "
        "the feed's last file with --as-told-before"
    )
