"""Under which name one person is shown a child: the smallest of the strands that they may know of."""

from collections.abc import Iterable
from uuid import UUID

from projections.identity.strands import Kin
from schemas.sealed import SealedEvent


def name_in(event: SealedEvent, kin: Kin) -> UUID:
    """Give the name of the child that an entry belongs to."""
    return kin.name(UUID(bytes=event.header.child), event.header.identified_by.local_id)


def shown_name(asked: UUID, known: Iterable[SealedEvent], kin: Kin) -> UUID:
    """Name a child by the entries of it that a person may know of, or as they asked where there are none.

    It is the child's own name wherever they may know of an entry of every strand. A strand of which they may know of no entry gives its id to nobody:
    that it is there, or was linked, would tell of what is locked.
    """
    strands = {kin.strand_of(UUID(bytes=event.header.child), event.header.identified_by.local_id) for event in known}
    return min(strands, default=asked)
