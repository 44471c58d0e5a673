"""What a feed owner would be told of a file: how many outcomes, how many told, and each statement's bytes as they would go on the wire."""

from collections.abc import Iterable
from dataclasses import dataclass

from connectors.producer import encode_statement
from connectors.statement import Outcome, Refusal, Statement
from schemas.catalogue import Catalogue
from schemas.topics import agency_topic


@dataclass(frozen=True)
class Receipt:
    """Rows that came in, rows that came out told, those refused, and why reading ended early."""

    rows_in: int
    rows_told: int
    refusals: tuple[Refusal, ...]
    stopped: Refusal | None


def tell(outcomes: Iterable[Outcome], catalogue: Catalogue) -> tuple[Receipt, list[tuple[str, bytes]]]:
    """Take outcomes through the whole encoding; what a file covers is no row."""
    messages: list[tuple[str, bytes]] = []
    refusals: list[Refusal] = []
    stopped = None
    for outcome in outcomes:
        if isinstance(outcome, Statement):
            messages.append((agency_topic(outcome.agency), encode_statement(catalogue, outcome)))
        elif isinstance(outcome, Refusal) and outcome.ends_reading:
            stopped = outcome
        elif isinstance(outcome, Refusal):
            refusals.append(outcome)
    return Receipt(len(messages) + len(refusals), len(messages), tuple(refusals), stopped), messages
