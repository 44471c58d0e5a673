"""Comparing a row with what was said of it before: nothing to tell, a first statement, a correction, or a withdrawal. Pure.

References are made from the row's own: `<reference>~<how many were told>-<8 hex of the content's digest>` for a correction and for a matter that comes
back, `<reference>~withdrawn` for the retraction of a statement. The same row after the same history always gives the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from connectors.envelope import LONGEST_REFERENCE, blank_envelope, no_identifiers
from connectors.feed_memory import FeedMemory, Kind, Known, Row, Telling
from connectors.statement import Refusal, Statement

KEPT_OF_LONG = 150
RETRACTION = "StatementRetracted"
WITHDRAWN_BECAUSE = "The agency's records no longer state it."
Told = tuple[Telling, Statement]


@dataclass(frozen=True, slots=True)
class Change:
    """What one row comes to: `counts` as told or corrected, or None where it says what was said before; and the statements to publish for it, in order."""

    counts: Kind | None
    tellings: tuple[Told, ...] = ()


class Digester:
    """Digests content under the feed's own key, so that nobody can guess at what a row held."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, statement: Statement) -> bytes:
        """Give 16 bytes over all that a statement says."""
        text = f"{statement.event_type}|{statement.value!r}"
        return blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()

    def word(self, word: bytes) -> bytes:
        """Give 16 bytes over a fixed word, by which the key is known again."""
        return blake2b(word, key=self._key, digest_size=16).digest()

    def row(self, statement: Statement) -> Row:
        """Give the row that a statement stands for."""
        return Row(statement.reference, statement.kin, self.of(statement), statement.line)


def compare(statement: Statement, row: Row, known: Known, memory: FeedMemory, moment: int) -> Change | Refusal:
    """Say what a row comes to, learned at `moment` if it is a change; a Refusal where this delivery already stated its reference with other content."""
    if statement.value["envelope"]["retracts"] == row.reference:
        return _withdrawn_itself(statement, known, memory, moment)
    if known.matter is None:
        reference = row.reference if not known.taken else _next(row, memory)
        return Change("told", (_telling("told", None, reference, statement, row),))
    if known.unsure:
        return _unsure(statement, row, known, memory, moment)
    if known.digest == row.digest and not known.withdrawn:
        return Change(None)
    if known.seen:
        return reused(row)
    return _changed(statement, row, known, memory, moment)


def _withdrawn_itself(statement: Statement, known: Known, memory: FeedMemory, moment: int) -> Change:
    """Withdraw all that was told of a row which now says of itself that it was entered in error; one that was never told needs no withdrawing."""
    if known.matter is None or (known.withdrawn and not known.unsure):
        return Change(None)
    return Change(
        "corrected", withdrawals(memory.history(known.matter), statement.agency, source_of(statement), moment)
    )


def _changed(statement: Statement, row: Row, known: Known, memory: FeedMemory, moment: int) -> Change:
    """Tell a row that comes back, or says something else than before; all that was told of it before is surely in the log."""
    assert known.matter is not None  # noqa: S101  # what changed is a matter; this tells mypy
    if known.withdrawn:
        return Change("told", (_again(statement, row, known.matter, memory),))
    if _cannot_correct(statement, known):
        # A retraction that is corrected, or a row about another child: only withdrawing what was said undoes it in the record where it stands.
        undone = withdrawals(memory.history(known.matter), statement.agency, source_of(statement), moment)
        return Change("corrected", (*undone, _again(statement, row, known.matter, memory)))
    return Change("corrected", (_correction(statement, row, known.matter, known.last, (_next(row, memory), moment)),))


def reused(row: Row, line: int | None = None) -> Refusal:
    """Refuse a row whose reference another row of the same delivery bears with other content."""
    where = "another row's" if line is None else f"the one of line {line}"
    sentence = (
        f"expected a reference of its own for each row, found {where} with other content; "
        "build the reference from more columns, or say which statement this one corrects"
    )
    return Refusal(row.line, "reference-reused", sentence)


def withdrawals(history: Sequence[Telling], agency: str, source_system: str, moment: int) -> tuple[Told, ...]:
    """Withdraw every statement of a matter that stands or may stand: withdrawing a correction alone would bring back what it corrected.

    A retraction that may have been published before is made again to the byte.
    """
    before = {one.amends: one for one in history if one.kind == "retracted"}
    standing = [one for one in history if one.kind != "retracted" and one.state in ("stands", "unsure")]
    found = []
    for one in standing:
        earlier = before.get(one.reference)
        at = moment if earlier is None else earlier.moment
        reference = named(one.reference, "withdrawn")
        telling = replace(one, reference=reference, kind="retracted", moment=at, amends=one.reference, state="sending")
        found.append((telling, retraction(telling, agency, source_system)))
    return tuple(found)


def retraction(telling: Telling, agency: str, source_system: str) -> Statement:
    """Write a retraction as it is told: about the agency's child of that id, sealed as what it withdraws, at the moment that the feed learned of it."""
    when = {"earliest": telling.moment, "latest": telling.moment, "wording": None}
    envelope = {
        **blank_envelope(),
        "agency": agency,
        "source_system": source_system,
        "reference": telling.reference,
        "child": {**no_identifiers(), "local_id": telling.local_id},
        "happened": when,
        "learned": when,
        "sensitivity": telling.sensitivity,
        "seal": telling.seal,
        "retracts": telling.amends,
    }
    return Statement(RETRACTION, {"envelope": envelope, "reason": WITHDRAWN_BECAUSE})


def named(reference: str, ending: str) -> str:
    """Add an ending to a reference; one that would grow too long keeps its beginning and a digest of itself."""
    whole = f"{reference}~{ending}"
    if len(whole) <= LONGEST_REFERENCE:
        return whole
    digest = blake2b(reference.encode(), digest_size=8).hexdigest()
    return f"{reference[:KEPT_OF_LONG]}~{digest}~{ending}"


def source_of(statement: Statement) -> str:
    """Name the system that a statement comes from."""
    return str(statement.value["envelope"]["source_system"])


def _unsure(statement: Statement, row: Row, known: Known, memory: FeedMemory, moment: int) -> Change:
    """Settle a row whose last telling may or may not have reached the log.

    The same content is told again to the byte, with whatever was to be withdrawn for it. Other content corrects what surely stands, and was learned later
    than whatever may be there besides, so that it is the version that stands either way; where nothing surely stands it corrects what may be there, and
    without it stands by itself. Where a retraction is in doubt all is withdrawn and the row told anew.
    """
    assert known.matter is not None  # noqa: S101  # what is unsure is a matter; this tells mypy
    history = memory.history(known.matter)
    source = source_of(statement)
    in_doubt = [one for one in history if one.kind == "retracted" and one.state == "unsure"]
    last, said = history[-1], [one for one in history if one.kind != "retracted"]
    if last.kind != "retracted" and last.digest == row.digest:
        again = tuple((replace(one, state="sending"), retraction(one, statement.agency, source)) for one in in_doubt)
        return Change(last.kind, (*again, _same(last, statement)))
    if in_doubt or _cannot_correct(statement, known):
        undone = withdrawals(history, statement.agency, source, moment)
        return Change("corrected", (*undone, _again(statement, row, known.matter, memory)))
    sure = [one for one in said if one.state == "stands"]
    amended = (sure or said)[-1].reference
    return Change("corrected", (_correction(statement, row, known.matter, amended, (_next(row, memory), moment)),))


def _same(last: Telling, statement: Statement) -> Told:
    learned = last.moment if last.kind == "corrected" else None
    return replace(last, state="sending"), _rewritten(statement, last.reference, last.amends, learned)


def _cannot_correct(statement: Statement, known: Known) -> bool:
    envelope = statement.value["envelope"]
    return envelope["retracts"] is not None or envelope["child"]["local_id"] != known.local_id


def _next(row: Row, memory: FeedMemory) -> str:
    told = memory.used(row.reference)
    return row.reference if not told else named(row.reference, f"{told}-{row.digest[:4].hex()}")


def _again(statement: Statement, row: Row, matter: int, memory: FeedMemory) -> Told:
    return _telling("told", matter, _next(row, memory), statement, row)


def _telling(kind: Kind, matter: int | None, reference: str, statement: Statement, row: Row) -> Told:
    envelope: dict[str, Any] = statement.value["envelope"]
    telling = Telling(
        reference=reference,
        kind=kind,
        matter=matter,
        stem=row.reference,
        digest=row.digest,
        kin=row.kin,
        moment=0,
        local_id=envelope["child"]["local_id"],
        sensitivity=envelope["sensitivity"],
        seal=envelope["seal"],
    )
    return telling, _rewritten(statement, reference, None, None)


def _correction(statement: Statement, row: Row, matter: int, amends: str, naming: tuple[str, int]) -> Told:
    reference, moment = naming
    telling, _ = _telling("corrected", matter, reference, statement, row)
    return replace(telling, amends=amends, moment=moment), _rewritten(statement, reference, amends, moment)


def _rewritten(statement: Statement, reference: str, corrects: str | None, learned: int | None) -> Statement:
    """Give a statement another reference, and for a correction what it corrects and when the feed learned of it; a first statement stays as it is."""
    envelope: dict[str, Any] = statement.value["envelope"]
    if reference == envelope["reference"] and learned is None:
        return statement
    changed = {**envelope, "reference": reference}
    if learned is not None:
        changed |= {"corrects": corrects, "learned": {"earliest": learned, "latest": learned, "wording": None}}
    return replace(statement, value={**statement.value, "envelope": changed})
