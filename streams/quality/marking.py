"""Mark: each statement of an agency's topic is looked at once for how sound it is. A mark holds states and days, and nothing that the agency sent."""

import re
from datetime import date
from typing import Any

from psycopg import Connection
from stdnum.exceptions import InvalidComponent, ValidationError
from stdnum.gb import nhs, upn

from projections.feeds import Feed
from projections.marks import NOTHING_KNOWN, Mark, Oddities, Place, SqlMarks, State
from projections.positions import advance, fence
from projections.rows import Rows
from projections.working_days import SATURDAY, local_day
from schemas.catalogue import Catalogue
from schemas.codec import ContractBroken, Decoded, decode, schema_id_of
from schemas.moments import moment
from schemas.topics import agency_of
from streams.admission import MILLISECOND, require_sound
from streams.runs import Run

STAGE = "quality"
"""Under this name the quality worker keeps its positions, on agencies' events and deliveries alike."""
PLAIN_SYSTEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.:/()-]{0,63}")
"""What a system's name looks like; another may be content, and its statements count under the feed without a name."""
SEXES = frozenset("FMU")
POSTCODE = re.compile(r"(GIR ?0AA|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2})")
LONGEST_WAIT = 1000
"""Days to arrive beyond which nothing is told apart any more."""


class Marking:
    """The mark stage: reads every agency's events."""

    def __init__(self, conn: Connection[Rows], catalogue: Catalogue) -> None:
        self._conn = conn
        self._catalogue = catalogue
        self._marks = SqlMarks(conn)

    async def fold(self, run: Run) -> None:
        """Mark one run. If we crash before the commit nothing of it is there; after it, the run is older than the position and is dropped."""
        with self._conn.transaction():
            # Records that expired unread leave a hole in an agency's topic, which nobody can fill.
            following = fence(self._conn, STAGE, run.topic, run.partition)
            fresh = [record for record in run.records if record.offset >= following]
            if fresh:
                self._marks.add([mark_of(self._catalogue, record) for record in fresh])
                advance(self._conn, STAGE, run.topic, run.partition, fresh[-1].offset + 1)


def mark_of(catalogue: Catalogue, record: Any) -> Mark:
    """Mark one record of an agency's topic; never raises for what the record holds."""
    place, agency = place_of(record), agency_of(record.topic)
    try:
        decoded = decode(catalogue, record.value or b"", schema_id_of(record.headers))
    except ContractBroken as broken:
        return refused_mark(place, Feed(agency, ""), broken.code)
    try:
        require_sound(decoded, agency)
    except ContractBroken as broken:
        return refused_mark(place, Feed(agency, _system_of(decoded)), broken.code)
    envelope = decoded.value["envelope"]
    feed = Feed(agency, plain_system(envelope["source_system"]))
    return Mark(place, feed, decoded.contract.short_name, _happened(envelope), oddities_of(envelope, place), None)


def place_of(record: Any) -> Place:
    """Say where a record was read, and when the broker stamped it."""
    received = moment(record.timestamp * MILLISECOND)
    return Place(record.topic, record.partition, record.offset, received, local_day(received))


def refused_mark(place: Place, feed: Feed, code: str) -> Mark:
    """Mark a message that was refused: its code, and nothing else is known."""
    return Mark(place, feed, "", None, NOTHING_KNOWN, code)


def plain_system(name: str) -> str:
    """Give a system's name as it may be kept and shown, or nothing where it does not look like a name."""
    return name if PLAIN_SYSTEM.fullmatch(name) else ""


def oddities_of(envelope: dict[str, Any], place: Place) -> Oddities:
    """Judge how sound a statement is; nothing here is a reason to refuse it."""
    child, learned = envelope["child"], envelope["learned"]
    happened = _happened(envelope)
    waited = (place.day - local_day(moment(learned["latest"]))).days
    return Oddities(
        nhs_number=nhs_number_state(child["nhs_number"]),
        upn=upn_state(child["upn"]),
        in_order=_in_order(envelope, place),
        weekend=None if happened is None else happened.weekday() >= SATURDAY,
        codes_known=_codes_known(child),
        days_to_arrive=max(-LONGEST_WAIT, min(waited, LONGEST_WAIT)),
    )


def nhs_number_state(value: str | None) -> State:
    """Judge an NHS number by modulus 11."""
    if value is None or not value.strip():
        return "absent"
    return "valid" if nhs.is_valid(value) else "invalid"


def upn_state(value: str | None) -> State:
    """Judge a UPN by its check letter; authorities that are newer than the library's list of them count as known."""
    if value is None or not value.strip():
        return "absent"
    try:
        upn.validate(value)
    except InvalidComponent:
        number = upn.compact(value)
        return "valid" if upn.calc_check_digit(number[1:]) == number[0] else "invalid"
    except ValidationError:
        return "invalid"
    return "valid"


def _system_of(decoded: Decoded) -> str:
    """Name the system of a message that was refused; one that is no statement has none."""
    if not decoded.contract.name.startswith("mash.events."):
        return ""
    return plain_system(decoded.value["envelope"]["source_system"])


def _happened(envelope: dict[str, Any]) -> date | None:
    """Give the day (Europe/London) on which it happened; None where that is not one day."""
    earliest, latest = (local_day(moment(envelope["happened"][end])) for end in ("earliest", "latest"))
    return earliest if earliest == latest else None


def _in_order(envelope: dict[str, Any], place: Place) -> bool:
    """Whether it can have happened before it was learned, and both before it was received."""
    happened, learned = envelope["happened"], envelope["learned"]
    received = place.received
    return bool(
        happened["earliest"] <= learned["latest"]
        and moment(happened["earliest"]) <= received
        and moment(learned["earliest"]) <= received
    )


def _codes_known(child: dict[str, Any]) -> bool | None:
    """Whether sex is F, M or U and the postcode has the shape of one; None where neither is given."""
    sex, postcode = child["sex"], child["postcode"]
    judged = [] if sex is None else [sex in SEXES]
    if postcode is not None:
        judged.append(POSTCODE.fullmatch(postcode.strip().upper()) is not None)
    return all(judged) if judged else None
