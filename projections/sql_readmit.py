"""Rebuilding what the admit stage remembers from the log alone: who is who, what was admitted, and how far each agency's topic was read."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from psycopg import Connection

from projections.headers import claim_of
from projections.identity.exact import LINKED, REVIEW, Claim, Placement, ReviewItem, question, taught_by
from projections.identity.exact_sql import LEARN, known_of, record_linked, record_review
from projections.identity.strands import NOBODY
from projections.rows import Blobs, Ids, Rows
from schemas.sealed import Header
from schemas.topics import agency_topic

ADMITTED = "insert into admitted (event_id, content_digest) select * from unnest(%b, %b) on conflict do nothing"
READ_TO = """
insert into log_position (stage, topic, part, next) values (%s, %s, %s, %s)
on conflict (stage, topic, part) do update set next = greatest(log_position.next, excluded.next)
"""


class ReadmitFold:
    """Follows the fold of hub events in a rebuild."""

    def __init__(self, conn: Connection[Rows], stage: str) -> None:
        self._conn = conn
        self._stage = stage
        self._taught: set[bytes] = set()
        self._waiting: list[tuple[Claim, UUID]] = []

    def fold(self, headers: Sequence[Header]) -> None:
        """Take in the headers of new events."""
        ids, digests = zip(*((header.event_id, header.content_digest) for header in headers), strict=True)
        self._conn.execute(ADMITTED, (Ids(ids), Blobs(digests)))
        new: list[tuple[bytes, str, UUID]] = []
        linked: list[tuple[bytes, UUID]] = []
        for header in headers:
            claim, placement = claim_of(header), Placement(UUID(bytes=header.child), header.identified_by.rule)
            if placement.rule == REVIEW:
                self._waiting.append((claim, placement.child))
            if placement.rule == LINKED:
                linked.append((claim.event_id, placement.child))
            for index, (scheme, child) in taught_by(claim, placement).items():
                if index not in self._taught:
                    self._taught.add(index)
                    new.append((index, scheme, child))
        if new:
            indexes, schemes, children = zip(*new, strict=True)
            self._conn.execute(LEARN, (Blobs(indexes), list(schemes), Ids(child.bytes for child in children)))
        record_linked(self._conn, linked)
        self.read_to((agency_topic(header.agency), header.source_partition, header.source_offset) for header in headers)

    def read_to(self, places: Iterable[tuple[str, int, int]]) -> None:
        """Remember that these (topic, partition, offset) of agencies' topics were read."""
        furthest: dict[tuple[str, int], int] = {}
        for topic, part, offset in places:
            furthest[(topic, part)] = max(furthest.get((topic, part), 0), offset + 1)
        rows = [(self._stage, topic, part, following) for (topic, part), following in furthest.items()]
        self._conn.cursor().executemany(READ_TO, rows)

    def finish(self) -> None:
        """Put the statements that wait for a person back on the review list, now that every identifier is known."""
        known = known_of(self._conn, [claim for claim, _ in self._waiting])
        # Each waited for a reason that a link may have settled since: by itself every strand is a child, and the reason comes out as it was.
        known.kin = NOBODY
        items = []
        for claim, child in self._waiting:
            candidates = known.candidates(claim)
            items.append(
                ReviewItem(
                    claim.event_id,
                    child,
                    candidates,
                    question(claim, known, candidates) or "its identifiers did not agree",
                )
            )
        record_review(self._conn, items)
