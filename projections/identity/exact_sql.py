"""Who is who, in PostgreSQL: one writer at a time makes new children, everybody reads."""

from collections.abc import Callable, Sequence
from uuid import UUID

from psycopg import Connection

from projections.identity.exact import EXACT, ONE_EACH, Claim, Known, Placement, ReviewItem, resolve, review_index
from projections.identity.sql_strands import stored_kin
from projections.identity.strands import NOBODY
from projections.rows import Blobs, Ids, Rows

NEW_CHILDREN = 0x6D617368
"""The advisory lock that whoever makes a child holds, so that two workers cannot make one child twice."""
BY_INDEX = "select blind_index, child from identifier where blind_index = any(%b)"
HELD = "select child, scheme, blind_index from identifier where child = any(%b) and scheme = any(%s)"
LEARN = "insert into identifier (blind_index, scheme, child) select * from unnest(%b, %s::text[], %b) on conflict do nothing"
PLACED = """
select event_id, child, 'review' from review_item where event_id = any(%(ids)b)
union all select event_id, strand, 'linked' from placed_by_link where event_id = any(%(ids)b)
"""
LINK = "insert into placed_by_link (event_id, strand) select * from unnest(%b, %b) on conflict do nothing"
WAIT = "insert into review_item (event_id, child, candidates, reason) values (%s, %s, %s, %s) on conflict do nothing"


class SqlIdentity:
    """Places statements against the identifier table; remembers at most `limit` identifiers, which is safe while none is ever moved."""

    def __init__(self, conn: Connection[Rows], new_child: Callable[[], UUID], limit: int = 500_000) -> None:
        self._conn = conn
        self._new_child = new_child
        self._limit = limit
        self._remembered: dict[bytes, UUID] = {}

    def place(self, claims: Sequence[Claim]) -> list[Placement]:
        """Find or make the child of each statement; new children, review items and what was placed by a link are committed when this returns."""
        placed = placed_before(self._conn, claims)
        placements = [placed.get(claim.event_id) or self._settled(claim) for claim in claims]
        waiting = [claim for claim, placement in zip(claims, placements, strict=True) if placement is None]
        new = iter(self._place(waiting) if waiting else ())
        return [next(new) if placement is None else placement for placement in placements]

    def _settled(self, claim: Claim) -> Placement | None:
        """Place a statement whose every identifier is remembered and names one strand; None when only the table can tell."""
        children = {self._remembered.get(index) for _, index in claim.named()}
        child = children.pop()
        return None if children or child is None else Placement(child, EXACT)

    def _place(self, claims: Sequence[Claim]) -> list[Placement]:
        with self._conn.transaction():
            self._conn.execute("select pg_advisory_xact_lock(%s)", (NEW_CHILDREN,))
            known = known_of(self._conn, claims)
            # Asked again under the lock: another worker may have placed the same statement meanwhile.
            known.placed |= placed_before(self._conn, claims)
            placements = resolve(claims, known, self._new_child)
            self._learn(known)
        # Committed: if we crash from here on, reading the run again finds these same children, whoever is linked or unlinked meanwhile.
        self._remember(known.children)
        return placements

    def _learn(self, known: Known) -> None:
        if known.new:
            indexes, schemes, children = zip(*known.new, strict=True)
            self._conn.execute(LEARN, (Blobs(indexes), list(schemes), Ids(child.bytes for child in children)))
        record_review(self._conn, known.review)
        record_linked(self._conn, known.linked)

    def _remember(self, children: dict[bytes, UUID]) -> None:
        if len(self._remembered) + len(children) > self._limit:
            self._remembered.clear()
        self._remembered.update(children)


def known_of(conn: Connection[Rows], claims: Sequence[Claim]) -> Known:
    """Look up what is known of the identifiers of these statements."""
    asked = Blobs(
        {index for claim in claims for index in (review_index(claim), *(index for _, index in claim.named()))}
    )
    known = Known(children=dict(conn.execute(BY_INDEX, (asked,), binary=True).fetchall()))
    strands = set(known.children.values())
    known.kin = stored_kin(conn, strands) if strands else NOBODY
    found = Ids({strand.bytes for strand in strands.union(known.kin.company)})
    for child, scheme, index in conn.execute(HELD, (found, list(ONE_EACH)), binary=True).fetchall():
        known.held[(child, scheme)] = index
    return known


def placed_before(conn: Connection[Rows], claims: Sequence[Claim]) -> dict[bytes, Placement]:
    """Give where those of these statements were placed that wait for a person or were placed by a link."""
    rows = conn.execute(PLACED, {"ids": Ids(claim.event_id for claim in claims)}, binary=True)
    return {event_id.bytes: Placement(strand, rule) for event_id, strand, rule in rows}


def record_linked(conn: Connection[Rows], linked: Sequence[tuple[bytes, UUID]]) -> None:
    """Remember statements that were placed by a link: (event id, strand)."""
    if linked:
        event_ids, strands = zip(*linked, strict=True)
        conn.execute(LINK, (Ids(event_ids), Ids(strand.bytes for strand in strands)))


def record_review(conn: Connection[Rows], items: Sequence[ReviewItem]) -> None:
    """Put statements on the review list, each once."""
    rows = [(UUID(bytes=item.event_id), item.child, list(item.candidates), item.reason) for item in items]
    if rows:
        conn.cursor().executemany(WAIT, rows)
