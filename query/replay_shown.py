"""Making again exactly what was shown: for whoever checks a disclosure against the record.

What can be made again, and what cannot:
- An opened record, and a document of one, is made from the disclosure and the entries that it lists, so neither today's rules nor the person's clearances matter, nor does
  anything that came later, nor to whom those entries belong by now: what was shown of strands that were linked wrongly is made again after they were unlinked.
  Found children and refusals need nothing but the disclosure.
- Bodies whose keys were destroyed since cannot be shown again, nor what people wrote under those keys.
- What people said about entries, and what feeds covered, is taken as of the moment that was shown. What was said before it and reached the hub's tables only after it (as
  a delivery does that took more than the minute after which it counts, `projections/chronology/coverage.py`) gives other bytes.
- The duties are worked out by the rule packs and the calendar in use, and the bytes are laid out by this version of the hub: an edition or a layout that
  was changed since, or a contract that has a newer version since, gives other bytes.
- A document is made in every form that can be asked for (`query/outputs/produce.py`), since the disclosure holds its digest and not its form.
- A list of alerts cannot be made again: the disclosure does not say which alerts had been raised by then. Neither can a household (which other children were shown is in
  disclosures of their own), what an agency knew (which agency was asked about is not in it), nor what was seen and said about who is who.
In each of these cases NotReproducible is raised; bytes that come back are the ones shown, since their digest is the disclosure's.
"""

import hashlib
from uuid import UUID

from access_policy.question import Person
from access_policy.vocabulary import EXPORT_RECORD, FIND_CHILD, OPEN_RECORD
from query.compose import Material, compose
from query.disclosure import Disclosure
from query.door import Attempt, Door, StaffMember, Wanted
from query.find_child import finding_bytes
from query.gathering import gather
from query.outputs.produce import made_again
from query.view import canonical_bytes


class NotReproducible(Exception):
    """What was shown cannot be made again; the message names the disclosure by its id and says why."""


def reproduce(disclosure: Disclosure, door: Door) -> bytes:
    """Make again the bytes that were shown (none for a refusal); NotReproducible when they are not surely the same, RecordBroken when an entry was altered.

    Nothing is decided and nothing recorded here, so these bytes are for comparing: they are shown to nobody who has not gone through the door for them.
    """
    made = _made_again(disclosure, door)
    if hashlib.sha256(made).digest() != disclosure.digest:
        raise NotReproducible(
            f"disclosure {disclosure.disclosure_id}: expected the bytes that were shown then, found that other bytes come out now; keys destroyed since, another "
            "edition of the rules or another version of the hub explain it, and if none of them does: run `mash verify`"
        )
    return made


def _made_again(disclosure: Disclosure, door: Door) -> bytes:
    if not disclosure.allowed:
        return b""
    attempt = _attempt(disclosure)
    if disclosure.action == FIND_CHILD:
        return finding_bytes(attempt)
    if disclosure.action in (OPEN_RECORD, EXPORT_RECORD) and disclosure.child is not None:
        material = _material(disclosure, door)
        view = compose(disclosure.child, attempt, material, door.duties)
        # None of the documents: as good as other bytes, which is what is said of it.
        exported = disclosure.action == EXPORT_RECORD
        return made_again(disclosure, view, material.opened) or b"" if exported else canonical_bytes(view)
    raise NotReproducible(
        f"disclosure {disclosure.disclosure_id}: expected an opened record, a document of one, a found child or a refusal, found {disclosure.action}, which cannot be made again"
    )


def _attempt(disclosure: Disclosure) -> Attempt:
    one = disclosure
    staff = StaffMember(one.person, Person(one.agency, one.role))
    wanted = Wanted(one.action, one.child, one.as_known_at)
    return Attempt(one.disclosure_id, staff, wanted, one.purpose, one.asked_at)


def _material(disclosure: Disclosure, door: Door) -> Material:
    listed = (*disclosure.shown, *disclosure.withheld)
    events = {UUID(bytes=event.header.event_id): event for event in door.records.events(listed)}
    missing = [one for one in listed if one not in events]
    if missing:
        raise NotReproducible(
            f"disclosure {disclosure.disclosure_id}: expected every entry that it lists, found {len(missing)} missing; is the store behind the log? If not: run `mash verify`"
        )
    read, withheld = ([events[one] for one in listed] for listed in (disclosure.shown, disclosure.withheld))
    return gather(door, _attempt(disclosure), read, withheld)
