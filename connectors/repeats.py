"""Within one file, the same reference must not stand for two different things: the feed owner learns it here, not from the hub's quarantine."""

import marshal
from collections import OrderedDict
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from connectors.statement import Outcome, Outcomes, Refusal, Statement

REMEMBERED = 50_000


def refuse_reused(outcomes: Iterable[Outcome], remembered: int = REMEMBERED) -> Outcomes:
    """Let everything through but a statement whose reference another row bore with other content; a plain repeat passes, since it changes nothing.

    Memory is bounded: only the last `remembered` references are known, and a reuse further apart is found by the hub.
    """
    seen: OrderedDict[str, tuple[int, bytes]] = OrderedDict()
    for outcome in outcomes:
        yield _reused(outcome, seen) or outcome if isinstance(outcome, Statement) else outcome
        if len(seen) > remembered:
            seen.popitem(last=False)


def _reused(statement: Statement, seen: OrderedDict[str, tuple[int, bytes]]) -> Refusal | None:
    envelope = statement.value["envelope"]
    reference = f"{envelope['agency']}|{envelope['reference']}"
    content = _digest((statement.event_type, statement.value))
    line, first = seen.setdefault(reference, (statement.line, content))
    if first == content:
        return None
    return Refusal(
        statement.line,
        "reference-reused",
        f"expected a reference of its own for each row, found the one of line {line} with other content; "
        "build the reference from more columns, or say which statement this one corrects",
    )


def _digest(content: Any) -> bytes:
    # Format 0 of marshal gives equal values equal bytes, at a sixth of what their repr costs; nothing outlives the file, so nothing depends on it staying so.
    return blake2b(marshal.dumps(content, 0), digest_size=16).digest()
