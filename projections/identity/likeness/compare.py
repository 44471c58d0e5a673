"""The comparison of two strands: how likely it is that they are one child, in the manner of Fellegi and Sunter, and what a rule may do about it."""

import math

from projections.identity.likeness.evidence import Evidence, evidence
from projections.identity.likeness.guards import guard, one_number
from projections.identity.likeness.readings import Reading, read
from projections.identity.likeness.weights import Grain, Weights
from projections.identity.particulars import Likeness, Mark, Outcome, Sketch

OTHER = " (a former or other one)"
TOO_LITTLE = "one number, and too little else agrees"


def compare(left: Sketch, right: Sketch, weights: Weights) -> Likeness:
    """Compare two strands; which is left makes no difference, and no text makes it raise."""
    return compare_readings(read(left), read(right), weights)


def compare_readings(left: Reading, right: Reading, weights: Weights) -> Likeness:
    """Compare two strands that are read already, for whoever compares one with many."""
    marks = left.marks | right.marks
    found = evidence(left, right, weights.names, places=Mark.PROTECTED_ADDRESS not in marks)
    counted = [row[degree] for row, degree in zip(weights.grains, found.degrees(), strict=True) if degree is not None]
    score = probability(counted, weights.prior)
    outcome, because = judge(found, score, marks, weights)
    return Likeness(
        outcome, score, _said(counted, found, agreeing=True), _said(counted, found, agreeing=False), because
    )


def probability(counted: list[Grain], prior: float) -> float:
    """Give the probability that two strands are one child, from the weights of what was told on both sides."""
    log_odds = math.log(prior / (1 - prior)) + math.fsum([one.evidence for one in counted])
    return 1 / (1 + math.exp(-log_odds))


def judge(found: Evidence, score: float, marks: frozenset[Mark], weights: Weights) -> tuple[Outcome, str | None]:
    """Give the outcome of a score, and the guard that holds the two apart; an equal number is asked about however little else agrees.

    What is asked carries its guard also where the score alone would have asked: only so are the two kept from being one child round a third (`projections/identity/strands.py`).
    """
    if score < weights.ask and not one_number(found):
        return "NO", None
    because = guard(found, marks)
    if score < weights.ask:
        return "ASK", because or TOO_LITTLE
    return ("LINK", None) if score >= weights.link and because is None else ("ASK", because)


def _said(counted: list[Grain], found: Evidence, *, agreeing: bool) -> tuple[str, ...]:
    """Say what agreed, or did not, by field and degree in the order of the fields; never a value."""
    if agreeing and found.other_names:
        return tuple(one.said + OTHER if one.field in found.other_names else one.said for one in counted if one.agrees)
    return tuple([one.said for one in counted if one.agrees is agreeing])
