"""Gathering what a view is made of: the entries opened, and what was known beside them at the moment that is shown.

Everything is asked for by the entries that are read, and as at the moment that is shown, so that the same is gathered again when a disclosure is replayed.
"""

from collections.abc import Sequence

from projections.casework import about_only
from projections.chronology.opened import Opened
from projections.feeds import Feed
from projections.headers import entry_of
from query.compose import Material, moment_shown
from query.door import Attempt, Door
from query.marks import marks_of
from query.sealed_words import open_words, words_in
from schemas.sealed import SealedEvent


def gather(door: Door, attempt: Attempt, read: Sequence[SealedEvent], withheld: Sequence[SealedEvent]) -> Material:
    """Open the entries that are read, and what people wrote about them; RecordBroken when any of it was altered."""
    until, opened = moment_shown(attempt), door.unsealing.open_all(read)
    ids = frozenset(one.entry.event_id for one in opened)
    # Whoever may not read every entry that words are about learns neither the words nor that there are any.
    said = about_only(door.records.casework(ids, until), ids)
    return Material(
        opened=opened,
        withheld=tuple(entry_of(event.header) for event in withheld),
        casework=said,
        words=open_words(door.unsealing, [(one.said.said_id, words_in(one)) for one in said]),
        coverage=door.records.coverage(_feeds(opened), until),
        marks=marks_of(door.unsealing.catalogue, (one.entry.event_type for one in opened)),
    )


def _feeds(opened: Sequence[Opened]) -> frozenset[Feed]:
    """Name the feeds that told of the child, as far as it can be read; of a shredded entry nobody can say which."""
    return frozenset(
        Feed(one.entry.agency, one.fields["envelope"]["source_system"]) for one in opened if one.fields is not None
    )
