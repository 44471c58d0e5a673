"""The comparison of two strands: how likely it is that they are one child, in the manner of Fellegi and Sunter, and what a rule may do about it."""

import math

from projections.identity.likeness.evidence import Evidence, evidence
from projections.identity.likeness.guards import WRONG_RECORD, guard, one_number, wrong_record
from projections.identity.likeness.readings import Reading, read
from projections.identity.likeness.weights import Grain, Weights
from projections.identity.particulars import Likeness, Mark, Outcome, Sketch

OTHER = " (a former or other one)"


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
    """Give the outcome of a score, and the guard that kept it from linking; an equal number is asked about however little else agrees."""
    if score >= weights.link:
        because = guard(found, marks)
        return ("LINK", None) if because is None else ("ASK", because)
    if one_number(found):
        return "ASK", WRONG_RECORD if wrong_record(found) else "one number, and too little else agrees"
    return ("ASK", None) if score >= weights.ask else ("NO", None)


def _said(counted: list[Grain], found: Evidence, *, agreeing: bool) -> tuple[str, ...]:
    """Say what agreed, or did not, by field and degree in the order of the fields; never a value."""
    if agreeing and found.other_names:
        return tuple(one.said + OTHER if one.field in found.other_names else one.said for one in counted if one.agrees)
    return tuple([one.said for one in counted if one.agrees is agreeing])
