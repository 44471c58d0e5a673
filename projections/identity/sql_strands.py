"""Who belongs together, in PostgreSQL: what was said about some strands and all that hang together with them, and what was made of it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from projections.identity.messages import decode_said
from projections.identity.said import Compared, Said
from projections.identity.strands import Kin, Part, kin_of, linked_strands, resolve
from projections.rows import Ids, Rows
from schemas.catalogue import Catalogue

SAID_COLUMNS = "id, left_strand, right_strand, at, part, log_offset, record"
RELATED = """
select strand, null::bytea, child from strand where child in (select child from strand where strand = any(%(strands)b))
union all
select strand, local_id, new_strand from split_part where strand = any(%(strands)b) or new_strand = any(%(strands)b)
"""
ABOUT = """
select log_offset, record from identity_said where left_strand = any(%(strands)b) and at <= %(until)s
union
select log_offset, record from identity_said where right_strand = any(%(strands)b) and at <= %(until)s
"""
FOR_EVER = "infinity"
KIN_LOCK = 0x6B696E
"""The advisory lock of who belongs together: whoever folds events shares it to the end of the transaction, whoever links and unlinks has it alone."""
CHILD_LOCKS = (
    "select pg_advisory_xact_lock(%s, hashtext(name)) from (select unnest(%s::text[]) as name order by 1) names"
)


def keep_kin(conn: Connection[Rows]) -> None:
    """Let nobody link or unlink until the transaction's end: an event that is folded meanwhile, by another worker, would be missed by whoever derives its child anew."""
    conn.execute("select pg_advisory_xact_lock_shared(%s)", (KIN_LOCK,))


def change_kin(conn: Connection[Rows]) -> None:
    """Wait until nobody folds events, and let nobody until the transaction's end."""
    conn.execute("select pg_advisory_xact_lock(%s)", (KIN_LOCK,))


def take_children(conn: Connection[Rows], names: Iterable[UUID]) -> None:
    """Have these children of several strands for oneself until the transaction's end: the strands' events lie in several partitions, which several workers may read."""
    conn.execute(CHILD_LOCKS, (KIN_LOCK, sorted(map(str, names))))


def stored_kin(conn: Connection[Rows], strands: Iterable[UUID]) -> Kin:
    """Give who belongs together with these strands, as it is stored: one question where all of them are alone."""
    company: dict[UUID, UUID] = {}
    parts: dict[Part, UUID] = {}
    asked: set[UUID] = set()
    new = set(strands)
    while new:
        asked |= new
        for strand, local_id, other in conn.execute(RELATED, {"strands": Ids.of(new)}, binary=True):
            if local_id is None:
                company[strand] = other
            else:
                parts[(strand, local_id)] = other
        new = (company.keys() | {strand for strand, _ in parts} | set(parts.values())) - asked
    return kin_of(company, parts)


def said_about(
    conn: Connection[Rows], catalogue: Catalogue, strands: Iterable[UUID], until: datetime | None = None
) -> dict[int, Said]:
    """Give what was said, by log offset, about these strands and about all that are linked with them by whatever number of links, up to a moment (UTC) or ever."""
    said: dict[int, Said] = {}
    asked: set[UUID] = set()
    new = set(strands)
    while new:
        asked |= new
        rows = conn.execute(ABOUT, {"strands": Ids.of(new), "until": until or FOR_EVER}, binary=True)
        said |= {offset: decode_said(catalogue, record) for offset, record in rows if offset not in said}
        new = set(linked_strands(said.items()) - asked)
    return said


def kin_then(conn: Connection[Rows], catalogue: Catalogue, strands: Iterable[UUID], moment: datetime) -> Kin:
    """Give who belonged together with these strands by what had been said at that moment (UTC)."""
    return resolve(said_about(conn, catalogue, strands, moment).items()).kin


def said_row(said: Said, part: int, offset: int, record: bytes) -> Rows:
    """Give what was said as a row of identity_said."""
    said_id = said.comparison_id if isinstance(said, Compared) else said.decision_id
    return (said_id, said.left, said.right, said.at, part, offset, record)
