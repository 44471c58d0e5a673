"""How far each stage has read the log, kept in the transaction that writes what it read: the one truth about progress."""

from psycopg import Connection

from projections.rows import Rows

TAKE = """
insert into log_position (stage, topic, part, next) values (%(stage)s, %(topic)s, %(part)s, 0) on conflict do nothing
"""
LOCK = "select next from log_position where stage = %(stage)s and topic = %(topic)s and part = %(part)s for update"
ADVANCE = "update log_position set next = %(next)s where stage = %(stage)s and topic = %(topic)s and part = %(part)s"


class LogHole(Exception):
    """Records are missing between what was read and what came next; the message names stage, topic, partition and offsets."""


def fence(conn: Connection[Rows], stage: str, topic: str, part: int) -> int:
    """Lock a stage's position on one partition until the transaction ends, and return the next offset to read.

    Whoever else reads the same partition for the same stage (a worker that was thought dead) waits here, and then finds its records already read.
    """
    where = {"stage": stage, "topic": topic, "part": part}
    conn.execute(TAKE, where)
    row = conn.execute(LOCK, where).fetchone()
    if row is None:
        raise LogHole(
            f"expected a position of {stage} on {topic}/{part}, found none after making one; check the grants of log_position"
        )
    return int(row[0])


def advance(conn: Connection[Rows], stage: str, topic: str, part: int, following: int) -> None:
    """Set the next offset to read; true once the caller's transaction commits, together with its rows."""
    conn.execute(ADVANCE, {"stage": stage, "topic": topic, "part": part, "next": following})


def require_no_hole(stage: str, place: str, following: int, first: int) -> None:
    """Stop on missing records of a topic that is kept for ever; LogHole says which offset was expected and which came."""
    if first > following:
        raise LogHole(
            f"{stage} on {place}: expected offset {following} next, found {first}; records of a topic that is kept for ever are missing: stop and run `mash verify`"
        )


def stored_positions(conn: Connection[Rows], stage: str) -> dict[tuple[str, int], int]:
    """Give the next offset to read of every (topic, partition) that this stage has read from."""
    rows = conn.execute("select topic, part, next from log_position where stage = %s", (stage,)).fetchall()
    return {(topic, part): following for topic, part, following in rows}
