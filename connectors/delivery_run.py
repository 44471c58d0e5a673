"""One run of a delivery: batches of outcomes compared, intended, published and acknowledged, and the tally of what became of them."""

from collections import Counter
from dataclasses import dataclass, field

from connectors.comparing import Change, Digester, Told, compare, reused, withdrawals
from connectors.feed_memory import Begun, FeedMemory, Kind, Known, Row
from connectors.producer import StatementLog, encode_statement
from connectors.statement import LISTED, Coverage, Delivery, LeftOut, Outcome, Refusal, Statement
from schemas.catalogue import Catalogue
from schemas.codec import ContractBroken
from schemas.topics import agency_topic


@dataclass(slots=True)
class Tally:
    """What became of the rows so far; `span` is from the earliest to the latest moment of what happened (microseconds), never beyond `until`; `later` counts the rows that wholly are."""

    rows: int = 0
    told: int = 0
    corrected: int = 0
    quiet: int = 0
    retracted: int = 0
    already: dict[Kind, int] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    unlisted: Counter[str] = field(default_factory=Counter)
    stopped: Refusal | None = None
    span: tuple[int, int] | None = None
    until: int | None = None
    later: int = 0
    left_out: int = 0

    def leave_out(self) -> None:
        """Count a row that is no event."""
        self.rows += 1
        self.left_out += 1

    def refuse(self, refusal: Refusal) -> bool:
        """Count a refusal; False when it ends the reading."""
        if refusal.ends_reading:
            self.stopped = refusal
            return False
        self.rows += 1
        self.note(refusal)
        return True

    def note(self, refusal: Refusal) -> None:
        """Note the refusal of a row that is counted already; beyond LISTED only how many there are of its code."""
        if len(self.refusals) < LISTED:
            self.refusals.append(refusal)
        else:
            self.unlisted[refusal.code] += 1

    @property
    def refused(self) -> int:
        """How many rows were refused."""
        return len(self.refusals) + self.unlisted.total()

    def widen(self, statement: Statement) -> None:
        """Take in when a statement's matter happened."""
        happened = statement.value["envelope"]["happened"]
        earliest, latest = happened["earliest"], happened["latest"]
        if self.until is not None and earliest > self.until:
            self.later += 1
            return
        latest = latest if self.until is None else min(latest, self.until)
        first, last = self.span or (earliest, latest)
        self.span = min(first, earliest), max(last, latest)

    def count(self, kind: Kind | None) -> None:
        """Count a row that was told, corrected, or said what was said before."""
        if kind == "told":
            self.told += 1
        elif kind == "corrected":
            self.corrected += 1
        else:
            self.quiet += 1

    def receipt(self, coverage: Coverage | None) -> Delivery:
        """Give the receipt; what an interrupted run of the same delivery told is counted as it was told then."""
        told, corrected = self.already.get("told", 0), self.already.get("corrected", 0)
        withdrawn = self.already.get("retracted", 0)
        return Delivery(
            rows_in=self.rows,
            rows_told=self.told + told,
            rows_corrected=self.corrected + corrected,
            rows_unchanged=self.quiet - told - corrected,
            retracted=self.retracted + withdrawn,
            resumed=told + corrected + withdrawn,
            refusals=tuple(self.refusals),
            unlisted=dict(self.unlisted),
            stopped=self.stopped,
            coverage=coverage,
            rows_left_out=self.left_out,
            rows_later=self.later,
        )


class Run:
    """Tells outcomes batch by batch; `tally` says what became of them."""

    def __init__(
        self, catalogue: Catalogue, memory: FeedMemory, digester: Digester, log: StatementLog, begun: Begun
    ) -> None:
        self._catalogue = catalogue
        self._memory = memory
        self._digester = digester
        self._log = log
        self._moment = begun.moment
        self.tally = Tally(already=dict(begun.already))

    def tell(self, batch: list[Outcome]) -> bool:
        """Compare a batch with what was said before and publish what differs; False when reading ended in it."""
        rows = {id(one): self._digester.row(one) for one in batch if isinstance(one, Statement)}
        known = dict(zip(rows, self._memory.known(list(rows.values())), strict=True))
        settled = _Settled()
        for outcome in batch:
            if isinstance(outcome, Statement):
                self._settle(outcome, rows[id(outcome)], known[id(outcome)], settled)
            elif isinstance(outcome, LeftOut):
                self.tally.leave_out()
            elif isinstance(outcome, Refusal) and not self.tally.refuse(outcome):
                break
        self._publish(settled)
        return self.tally.stopped is None

    def withdraw(self, agency: str, source_system: str, at_once: int) -> None:
        """Withdraw what the delivery no longer states, so many matters at once."""
        while gone := self._memory.gone(at_once):
            settled = _Settled()
            for matter in gone:
                told = withdrawals(self._memory.history(matter), agency, source_system, self._moment)
                settled.take(None, told, self._encoded(told))
            self.tally.retracted += len(settled.told)
            self._publish(settled)

    def _settle(self, statement: Statement, row: Row, known: Known, settled: "_Settled") -> None:
        """Settle one row: quiet, refused, or with tellings to publish."""
        self.tally.rows += 1
        first = settled.rows.get(row.reference)
        change = _repeat(row, first) if first else compare(statement, row, known, self._memory, self._moment)
        try:
            messages = self._encoded(change.tellings) if isinstance(change, Change) else []
        except ContractBroken as broken:
            change = Refusal(row.line, broken.code, str(broken))
        if isinstance(change, Refusal):
            self.tally.note(change)
            return
        self.tally.count(change.counts)
        self.tally.widen(statement)
        # A row that changes hands between children withdraws what was said of the one and tells the other: those retractions are counted beside its row.
        self.tally.retracted += sum(telling.kind == "retracted" for telling, _ in change.tellings)
        # A row of which nothing was ever told and nothing is told now is no matter that the memory could keep.
        nothing = known.matter is None and not change.tellings and first is None
        settled.take(None if nothing else row, change.tellings, messages)

    def _encoded(self, told: tuple[Told, ...]) -> list[tuple[str, bytes]]:
        return [(agency_topic(one.agency), encode_statement(self._catalogue, one)) for _, one in told]

    def _publish(self, settled: "_Settled") -> None:
        tellings = [telling for telling, _ in settled.told]
        self._memory.intend(tellings, list(settled.rows.values()))
        # If we crash from here on, what was intended is unsure: it is told again to the byte, or corrected and withdrawn as if it were in the log.
        for topic, message in settled.messages:
            self._log.publish(topic, message)
        if settled.messages:
            self._log.flush()
            # If we crash here the broker has them and the memory does not know: the same as above.
            self._memory.acknowledge()


@dataclass(slots=True)
class _Settled:
    """What one batch comes to: its rows by reference, its tellings, and their messages."""

    rows: dict[str, Row] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    messages: list[tuple[str, bytes]] = field(default_factory=list)

    def take(self, row: Row | None, told: tuple[Told, ...], messages: list[tuple[str, bytes]]) -> None:
        """Add one row, or a matter that went."""
        if row is not None:
            self.rows[row.reference] = row
        self.told += told
        self.messages += messages


def _repeat(row: Row, first: Row) -> Change | Refusal:
    return Change(None) if row.digest == first.digest else reused(row, first.line)
