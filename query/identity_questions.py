"""Which questions of who is who there are: what the hub's comparison left open, and what admission could not tell by identifiers. Nothing in here decides who may see them."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from projections.identity.review_list import WaitingStrand
from projections.identity.said import Compared
from projections.identity.strands import Children, Pair, Question, pair_of
from query.identity_view import QuestionItem

NOT_SHOWN = "something is withheld from you on these sides, so how alike they are and why it is asked is not shown; who reads more can say"


def questions_of(children: Children, waiting: Iterable[WaitingStrand]) -> list[QuestionItem]:
    """List every question, one of any two children: those of admission first, then the likeliest."""
    found = {(one.left, one.right): _likeness(one) for one in children.questions()}
    for one in waiting:
        for candidate in one.candidates:
            pair = pair_of(one.strand, candidate)
            if _open(children, pair):
                found[pair] = replace(unasked(children, pair), kind="identifiers", because=one.reason)
    by_children: dict[frozenset[UUID], QuestionItem] = {}
    for item in in_order(found.values()):
        by_children.setdefault(frozenset({children.child_of(item.left), children.child_of(item.right)}), item)
    return list(by_children.values())


def as_known(item: QuestionItem, sides: Iterable[Collection[UUID]], known: Collection[UUID]) -> QuestionItem:
    """Name a question by strands of which an entry is known, one of each side: the two strands themselves, or the smallest of theirs. ValueError where a side has none."""
    left, right = (
        strand if strand in known else min(one for one in side if one in known)
        for strand, side in zip((item.left, item.right), sides, strict=True)
    )
    first, second = pair_of(left, right)
    return replace(item, left=first, right=second)


def without_likeness(item: QuestionItem) -> QuestionItem:
    """Leave out all that was found out from entries of both sides, for whoever does not read all of these."""
    return replace(item, score=None, agreed=(), disagreed=(), because=None, not_shown=NOT_SHOWN)


def unasked(children: Children, pair: Pair) -> QuestionItem:
    """Give what is known of two strands that nobody asks about."""
    decision = children.decision_of(*pair)
    item = QuestionItem(
        *pair, "none", None, (), (), None, None, None, decision is not None and decision.action == "DEFER"
    )
    return _with(item, children.comparison_of(*pair))


def _likeness(one: Question) -> QuestionItem:
    item = QuestionItem(one.left, one.right, "likeness", None, (), (), None, None, None, one.deferred)
    compared = _with(item, one.compared)
    return compared if one.because is None else replace(compared, because=one.because)


def _with(item: QuestionItem, compared: Compared | None) -> QuestionItem:
    if compared is None:
        return item
    return replace(
        item,
        score=compared.score,
        agreed=compared.agreed,
        disagreed=compared.disagreed,
        because=compared.because,
        edition=compared.edition,
        since=compared.at,
    )


def _open(children: Children, pair: Pair) -> bool:
    decision = children.decision_of(*pair)
    apart = children.child_of(pair[0]) != children.child_of(pair[1])
    return apart and (decision is None or decision.action == "DEFER")


def in_order(items: Iterable[QuestionItem]) -> list[QuestionItem]:
    """Sort questions: those of admission first, then the likeliest; what is not shown of one does not place it either."""
    return sorted(items, key=_order)


def _order(item: QuestionItem) -> tuple[object, ...]:
    return item.kind != "identifiers", -(item.score or 0.0), item.left, item.right
