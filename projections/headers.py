"""What the folds take from a hub event's header: an entry of a child's record, and what its statement taught of who is who."""

from datetime import datetime
from uuid import UUID

from projections.chronology.entry import Entry, Span
from projections.identity.exact import Claim
from schemas.moments import moment
from schemas.sealed import Header


def entry_of(header: Header) -> Entry:
    """Give the entry that a header describes."""
    return Entry(
        event_id=UUID(bytes=header.event_id),
        child=UUID(bytes=header.child),
        agency=header.agency,
        event_type=header.event_type,
        happened=_span(header.happened_earliest, header.happened_latest),
        learned=_span(header.learned_earliest, header.learned_latest),
        received=moment(header.received),
        assertion=header.assertion,
        sensitivity=header.sensitivity,
        seal=header.seal,
        correlation=header.correlation,
        corrects=_maybe_id(header.corrects),
        retracts=_maybe_id(header.retracts),
        content_digest=header.content_digest,
    )


def claim_of(header: Header) -> Claim:
    """Give what the statement said of who its child is."""
    found = header.identified_by
    return Claim(header.event_id, found.local_id, found.nhs_number, found.upn)


def amends(header: Header) -> bool:
    """Whether the statement corrects or withdraws another."""
    return header.corrects is not None or header.retracts is not None


def _span(earliest: int, latest: int) -> Span:
    first: datetime = moment(earliest)
    return Span(first, first if earliest == latest else moment(latest))


def _maybe_id(value: bytes | None) -> UUID | None:
    return None if value is None else UUID(bytes=value)
