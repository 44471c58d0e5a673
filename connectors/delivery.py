"""Delivering a file: what it says is held against what its feed said before, and only the difference is told.

Statements go in batches: intended in the feed's memory, published, acknowledged by the broker, acknowledged in the memory. If we crash anywhere, the same
file sent again goes on: what was acknowledged is known, and what was only intended is told again to the byte (`connectors.feed_memory`).

A whole delivery is read twice: first to see all that is wrong and what it comes to, then to tell it. What it no longer states is withdrawn at the end, and
only when every row of it could be read.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import tzinfo
from itertools import islice

from connectors.comparing import Digester, reused
from connectors.delivery_run import Run, Tally
from connectors.feed_delivered import delivered_message, end_of_day, with_days
from connectors.feed_memory import Begun, FeedMemory, Plan
from connectors.feed_memory_plain import PlainFeedMemory
from connectors.formats import Format
from connectors.producer import StatementLog, encode_statement
from connectors.statement import LISTED_CHANGES, Coverage, Delivery, LeftOut, Outcome, Refusal, Statement
from schemas.catalogue import Catalogue
from schemas.codec import ContractBroken
from schemas.topics import deliveries_topic

BATCH = 2_000
LOOKED_AT = 1_000
"""Outcomes at a file's beginning among which its coverage must be."""
FEW_ROWS, LARGEST_SHARE = 20, 5
"""A whole delivery may withdraw this many rows, or one in so many of those that its scope holds."""


class DeliveryRefused(Exception):
    """A delivery is not sent; the message says expected, found, what to do."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What deliveries of one feed are made with: `now` gives microseconds, `new_id` 16 random bytes, `zone` the feed's wall clock.

    `batch` is how many rows go between two acknowledgements: what a crash leaves unsure, and has to be published again, is at most this many.
    """

    catalogue: Catalogue
    memory: FeedMemory
    digester: Digester
    log: StatementLog
    now: Callable[[], int]
    new_id: Callable[[], bytes]
    zone: tzinfo
    batch: int = BATCH


@dataclass(frozen=True, slots=True)
class Source:
    """One file to deliver: whose it is, a keyless digest of its bytes, how it is read from the beginning (as often as asked), and what it covers."""

    agency: str
    source_system: str
    format: str
    fingerprint: bytes
    read: Callable[[], Iterable[Outcome]]
    coverage: Coverage
    withdraw_many: bool = False


def look_at(kind: Format, read: Callable[[], Iterable[Outcome]], fingerprint: bytes, name: str) -> Source:
    """Make what is delivered of a file, from its beginning; one that does not say what it covers is of a scope of its own, by the file's name."""
    coverage, said = _first_look(read)
    return Source(
        agency=kind.agency,
        source_system=kind.source_system or said,
        format=kind.name,
        fingerprint=fingerprint,
        read=read,
        coverage=coverage or Coverage(f"{kind.name} {name}", "whomever its rows are about", False),
    )


def _first_look(read: Callable[[], Iterable[Outcome]]) -> tuple[Coverage | None, str]:
    """Read a file's beginning: what it covers, and the system that its first statement names; None and empty where it does not say."""
    coverage, source_system = None, ""
    for outcome in islice(read(), LOOKED_AT):
        if isinstance(outcome, Coverage):
            coverage = coverage or outcome
        elif isinstance(outcome, Statement):
            source_system = source_system or str(outcome.value["envelope"]["source_system"])
        if coverage is not None and source_system:
            break
    return coverage, source_system


def check(source: Source, desk: Desk, progress: Callable[[int], None] = lambda _rows: None) -> Delivery:
    """Read a file as delivering it would and say what that would come to; nothing is told and nothing remembered."""
    tally = Tally(until=end_of_day(desk.now(), desk.zone))
    plan = _first_reading(source, desk, tally, progress)
    if tally.stopped is not None and tally.rows == 0:
        return tally.receipt(source.coverage)
    counted = replace(
        tally.receipt(with_days(source.coverage, tally.span, desk.zone)),
        rows_told=plan.new,
        rows_corrected=plan.corrected,
        rows_unchanged=tally.rows - tally.refused - tally.left_out - plan.new - plan.corrected,
    )
    return _with_changes(counted, source, desk, (tally, plan))


def _with_changes(counted: Delivery, source: Source, desk: Desk, read: tuple[Tally, Plan]) -> Delivery:
    """Say which rows would be corrected and, of a whole delivery, which statements withdrawn, or why none would."""
    tally, plan = read
    changes = desk.memory.changes(source.coverage.scope, pairing=_clean(source, tally), most=LISTED_CHANGES)
    counted = replace(counted, corrected_lines=changes.corrected)
    if not source.coverage.whole:
        return counted
    withheld = _withheld(tally, plan)
    if withheld is not None:
        return replace(counted, withheld=withheld)
    not_sent = None if source.withdraw_many else _too_many(plan)
    return replace(counted, retracted=changes.statements, withdrawn=changes.withdrawn, not_sent=not_sent)


def deliver(source: Source, desk: Desk, progress: Callable[[int], None] = lambda _rows: None) -> Delivery:
    """Tell what is new in a file, correct what changed, withdraw what a whole delivery no longer states, and say what it covered.

    DeliveryRefused, with nothing told, when it would withdraw too much; FeedBroken when the log takes no more. `progress` is told the rows read so far.
    """
    withheld = None
    if source.coverage.whole:
        read = Tally()
        plan = _first_reading(source, desk, read, lambda _rows: None)
        withheld = _withheld(read, plan)
        too_many = None if withheld or source.withdraw_many else _too_many(plan)
        if too_many is not None:
            raise DeliveryRefused(f"nothing was sent: {too_many}")
    began = Begun(desk.new_id(), desk.now())
    begun = desk.memory.begin(source.fingerprint, source.coverage.scope, began)
    if source.coverage.whole and withheld is None:
        desk.memory.pair(source.coverage.scope)
    run = Run(desk.catalogue, desk.memory, desk.digester, desk.log, begun)
    run.tally.until = end_of_day(begun.moment, desk.zone)
    _tell(batches(source.read(), desk.batch), run, progress)
    tally = run.tally
    if withheld is None and _clean(source, tally):
        run.withdraw(source.agency, source.source_system, desk.batch)
    receipt = replace(tally.receipt(with_days(source.coverage, tally.span, desk.zone)), withheld=withheld)
    _say_delivered(source, desk, begun, receipt)
    # If we crash before this line the delivery is resumed, finds nothing left to tell, and says once more, under the same id, what it covered.
    desk.memory.finish(whole=source.coverage.whole and receipt.complete)
    return receipt


def tell_events(outcomes: Iterable[Outcome], catalogue: Catalogue, log: StatementLog) -> Delivery:
    """Tell events that a system sends as they happen, under its own references and with its own corrections: nothing is remembered of them here."""
    memory = PlainFeedMemory()
    begun = memory.begin(b"", "", Begun(b"", 0))
    run = Run(catalogue, memory, Digester(b""), log, begun)
    _tell(batches(outcomes, BATCH), run, lambda _rows: None)
    return run.tally.receipt(None)


def _tell(cut: Iterable[list[Outcome]], run: Run, progress: Callable[[int], None]) -> None:
    for batch in cut:
        going_on = run.tell(batch)
        progress(run.tally.rows)
        if not going_on:
            break


def _say_delivered(source: Source, desk: Desk, begun: Begun, receipt: Delivery) -> None:
    """Say what the delivery covered; a file that could not be read to its end covered nothing that could be named."""
    if receipt.stopped is not None:
        return
    named = (source.agency, source.source_system, source.format)
    message = delivered_message(desk.catalogue, named, begun, desk.now(), receipt)
    desk.log.publish(deliveries_topic(source.agency), message)
    desk.log.flush()


def batches(outcomes: Iterable[Outcome], size: int) -> Iterator[list[Outcome]]:
    """Cut outcomes into batches."""
    going = iter(outcomes)
    while batch := list(islice(going, size)):
        yield batch


def _first_reading(source: Source, desk: Desk, tally: Tally, progress: Callable[[int], None]) -> Plan:
    """Read all of a file, encode every statement, count it in the tally, and stage its rows."""
    desk.memory.unstage()
    for batch in batches(source.read(), desk.batch):
        going_on = _staged(batch, desk, tally)
        progress(tally.rows)
        if not going_on:
            break
    return desk.memory.plan(source.coverage.scope, pairing=_clean(source, tally))


def _clean(source: Source, tally: Tally) -> bool:
    """Whether this is a whole delivery of which every row could be read."""
    return source.coverage.whole and not tally.refused and tally.stopped is None


def _staged(batch: list[Outcome], desk: Desk, tally: Tally) -> bool:
    sound: list[Statement] = []
    for outcome in batch:
        if isinstance(outcome, Statement):
            tally.rows += 1
            refusal = _encoded(desk.catalogue, outcome)
            if refusal is None:
                sound.append(outcome)
                tally.widen(outcome)
            else:
                tally.note(refusal)
        elif isinstance(outcome, LeftOut):
            tally.leave_out()
        elif isinstance(outcome, Refusal) and not tally.refuse(outcome):
            break
    rows = [desk.digester.row(statement) for statement in sound]
    for row, fits in zip(rows, desk.memory.stage(rows), strict=True):
        if not fits:
            tally.note(reused(row))
    return tally.stopped is None


def _encoded(catalogue: Catalogue, statement: Statement) -> Refusal | None:
    try:
        encode_statement(catalogue, statement)
    except ContractBroken as broken:
        return Refusal(statement.line, broken.code, str(broken))
    return None


def _withheld(tally: Tally, plan: Plan) -> str | None:
    """Say why what a whole delivery no longer states is not withdrawn; None where it is, or where there is nothing."""
    if tally.stopped is None and not tally.refused:
        return None
    why = (
        "the file could not be read to its end"
        if tally.stopped is not None
        else f"{tally.refused} of its rows {'was' if tally.refused == 1 else 'were'} refused"
    )
    return (
        f"expected to withdraw what the file no longer states, found that {why}, and what was not read may be what seems to be missing ({plan.gone} row{'' if plan.gone == 1 else 's'}); "
        "correct the file and send it again"
    )


def _too_many(plan: Plan) -> str | None:
    if plan.gone <= max(FEW_ROWS, plan.held // LARGEST_SHARE):
        return None
    return (
        f"expected a whole delivery that states most of the {plan.held} rows held for its scope, found that it would withdraw {plan.gone} of them; "
        "look whether the file is cut short or is of another scope, or send it with --withdraw-many"
    )
