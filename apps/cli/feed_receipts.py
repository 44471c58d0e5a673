"""The receipt of a file, in words and for machines."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from connectors.statement import Coverage, Delivery


def in_words(name: str, receipt: Delivery, told: str, *, listing: bool = False) -> Iterator[str]:
    """Give a receipt's lines: first what was refused, by line, then what the file covers, then the counts, which add up.

    `told` says it of a row; `listing`: which rows would be corrected and which statements withdrawn comes before the counts.
    """
    for refusal in receipt.refusals:
        yield f"{name}:{refusal.line}: {refusal.code}: {refusal.sentence}"
    for code, rows in sorted(receipt.unlisted.items()):
        yield f"{name}: {rows} more {'row was' if rows == 1 else 'rows were'} refused with {code}; correct those above and check the file again"
    stopped = receipt.stopped
    if stopped is not None:
        yield f"{name}:{stopped.line}: {stopped.code}: {stopped.sentence}; nothing after this was read"
    if receipt.coverage is not None:
        yield f"{name}: {_covers(receipt.coverage)}"
    if receipt.resumed:
        yield f"{name}: resumed: {receipt.resumed} already told"
    if receipt.withheld is not None:
        yield f"{name}: nothing is withdrawn: {receipt.withheld}"
    if receipt.rows_later:
        yield f"{name}: {_many(receipt.rows_later, 'row')} happened after today; no day after today is counted as covered"
    if listing:
        yield from _changes(name, receipt)
    if receipt.not_sent is not None:
        yield f"{name}: send would send nothing: {receipt.not_sent}"
    yield f"{name}: {_counts(receipt, told)}"


def _changes(name: str, receipt: Delivery) -> Iterator[str]:
    """List the first of what would be corrected and withdrawn, and count the rest."""
    for line in receipt.corrected_lines:
        yield f"{name}:{line}: would be corrected"
    if more := receipt.rows_corrected - len(receipt.corrected_lines):
        yield f"{name}: {_many(more, 'more row')} would be corrected"
    for reference in receipt.withdrawn:
        yield f"{name}: {reference}: would be withdrawn"
    if more := receipt.retracted - len(receipt.withdrawn):
        yield f"{name}: {_many(more, 'more statement')} would be withdrawn"


def for_machines(name: str, receipt: Delivery) -> dict[str, Any]:
    """Give a receipt as JSON can hold it."""
    coverage = receipt.coverage
    return {
        "file": name,
        "rows_in": receipt.rows_in,
        "told": receipt.rows_told,
        "corrected": receipt.rows_corrected,
        "unchanged": receipt.rows_unchanged,
        "refused": receipt.rows_refused,
        "left_out": receipt.rows_left_out,
        "happened_after_today": receipt.rows_later,
        "retracted": receipt.retracted,
        "resumed": receipt.resumed,
        "withheld": receipt.withheld,
        "not_sent": receipt.not_sent,
        "corrected_lines": list(receipt.corrected_lines),
        "withdrawn_references": list(receipt.withdrawn),
        "refusals": [_refusal(one) for one in receipt.refusals],
        "refusals_not_listed": dict(receipt.unlisted),
        "stopped": None if receipt.stopped is None else _refusal(receipt.stopped),
        "coverage": None if coverage is None else json.loads(json.dumps(asdict(coverage), default=str)),
    }


def _refusal(refusal: Any) -> dict[str, Any]:
    return {"line": refusal.line, "code": refusal.code, "sentence": refusal.sentence}


def _covers(coverage: Coverage) -> str:
    days = f", {coverage.first} to {coverage.last}" if coverage.first and coverage.last else ""
    kind = "a whole delivery" if coverage.whole else "changes"
    return f"{kind} of {coverage.scope} ({coverage.population}){days}"


def _counts(receipt: Delivery, told: str) -> str:
    """Say what became of the rows; kinds that did not occur are left out, but for told and refused."""
    found = [f"{receipt.rows_told} {told}"]
    if receipt.rows_corrected:
        found.append(f"{receipt.rows_corrected} corrected")
    if receipt.rows_unchanged:
        found.append(f"{receipt.rows_unchanged} unchanged")
    found.append(f"{receipt.rows_refused} refused")
    if receipt.rows_left_out:
        found.append(f"{receipt.rows_left_out} left out")
    withdrawn = "withdrawn" if receipt.not_sent is None else "would be withdrawn"
    beside = f"; {_many(receipt.retracted, 'statement')} {withdrawn}" if receipt.retracted else ""
    return f"{receipt.rows_in} rows in, {', '.join(found)}{beside}"


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
