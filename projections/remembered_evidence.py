"""What verification compares beside rows of their own: who is who, what was admitted, and what is amended, each with the headers that taught it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from projections.headers import amends, claim_of
from projections.identity.exact import LINKED, REVIEW, Placement, taught_by
from projections.rows import Rows
from schemas.sealed import Header
from schemas.topics import agency_topic

REBUILD = "run `mash rebuild`, and ask who wrote to the table"
UNENTERED = (
    "select event_id from admitted a where not exists (select from chronology_entry e where e.event_id = a.event_id)"
)
ADMITTED = "select event_id, content_digest from admitted where event_id = any(%s)"
INDEXES = "select blind_index from identifier"
IDENTIFIERS = "select blind_index, scheme, child from identifier where blind_index = any(%s)"
AMENDMENTS = "select event_id, child from amendment where event_id = any(%s)"
WAITING = "select event_id, child from review_item where event_id = any(%s)"
PLACED = "select event_id, strand from placed_by_link where event_id = any(%s)"
UNAMENDED = "select child from amendment a where not exists (select from chronology_entry e where e.event_id = a.event_id and e.child = a.child)"


class RememberedEvidence:
    """Made before the log is read, so that what a hub at work adds meanwhile is not asked for; `admitted_to` is where the admit stage stands."""

    def __init__(self, conn: Connection[Rows], admitted_to: Mapping[tuple[str, int], int]) -> None:
        self._conn = conn
        self._admitted_to = admitted_to
        # An event is on the log before it is remembered as admitted, so each of these has to turn up there.
        self._unseen = {event_id for (event_id,) in conn.execute(UNENTERED, binary=True)}
        self._unnamed = {bytes(index) for (index,) in conn.execute(INDEXES, binary=True)}

    def compare(self, headers: Sequence[Header]) -> Iterator[str]:
        """Say what does not agree with the headers of events that are folded."""
        ids = [UUID(bytes=header.event_id) for header in headers]
        self.see(headers)
        yield from self._admitted(headers, ids)
        yield from self._identifiers(headers)
        yield from self._amendments(headers, ids)

    def see(self, headers: Sequence[Header]) -> None:
        """Note events of the log, folded or not."""
        self._unseen -= {UUID(bytes=header.event_id) for header in headers}
        for header in headers:
            self._unnamed -= _taught(header).keys()

    def left(self) -> Iterator[str]:
        """Say, once the log is read, which rows no record of it explains."""
        for event_id in sorted(self._unseen):
            yield f"event {event_id}: expected a record of it in the log, found that it is only remembered as admitted; {REBUILD}"
        for (child,) in self._conn.execute(UNAMENDED, binary=True):
            yield f"child {child}: expected the amendments that its entries make, found another; {REBUILD}"
        if self._unnamed:
            for _, scheme, child in self._conn.execute(IDENTIFIERS, (list(self._unnamed),), binary=True):
                yield (
                    f"child {child}: expected the identifiers that its entries name, found another ({scheme}); if a worker was cut off while admitting, "
                    f"let it go on and verify again, else {REBUILD}"
                )

    def _admitted(self, headers: Sequence[Header], ids: Sequence[UUID]) -> Iterator[str]:
        stored = self._by_event(ADMITTED, ids)
        for header, event_id in zip(headers, ids, strict=True):
            position = self._admitted_to.get((agency_topic(header.agency), header.source_partition), 0)
            found = stored.get(event_id)
            # Admitted and position are written in one transaction: behind the position both must be there, beyond it neither may be yet.
            if found != header.content_digest and (found is not None or header.source_offset < position):
                yield f"event {event_id}: expected to be remembered as admitted with what it says, found {'another' if found else 'nothing'}; {REBUILD}"

    def _identifiers(self, headers: Sequence[Header]) -> Iterator[str]:
        taught = {index: row for header in headers for index, row in _taught(header).items()}
        found = self._conn.execute(IDENTIFIERS, (list(taught),), binary=True)
        stored = {bytes(index): (scheme, child) for index, scheme, child in found}
        for child in sorted({row[1] for index, row in taught.items() if stored.get(index) != row}):
            yield f"child {child}: expected the identifiers that its entries name, found others; {REBUILD}"

    def _amendments(self, headers: Sequence[Header], ids: Sequence[UUID]) -> Iterator[str]:
        amended, waiting, placed = (self._by_event(query, ids) for query in (AMENDMENTS, WAITING, PLACED))
        for header, event_id in zip(headers, ids, strict=True):
            child = UUID(bytes=header.child)
            if amends(header) and amended.get(event_id) != child:
                yield f"child {child}: expected the amendments that its entries make, found others; {REBUILD}"
            if header.identified_by.rule == REVIEW and waiting.get(event_id) != child:
                yield f"event {event_id}: expected to wait on the review list, found that it does not; {REBUILD}"
            if (child if header.identified_by.rule == LINKED else None) != placed.get(event_id):
                yield f"event {event_id}: expected to be remembered as placed by a link or not, as its header says, found otherwise; {REBUILD}"

    def _by_event(self, query: str, ids: Sequence[UUID]) -> dict[UUID, Any]:
        return dict(self._conn.execute(query, (ids,), binary=True).fetchall())


def _taught(header: Header) -> Mapping[bytes, tuple[str, UUID]]:
    return taught_by(claim_of(header), Placement(UUID(bytes=header.child), header.identified_by.rule))
