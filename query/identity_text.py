"""Who is who as lines of plain text: questions, two sides, the parts of a record, what was decided, who saw two children as one."""

from collections.abc import Iterable, Iterator

from projections.chronology.uncertain import in_words, moment_in_words
from query.agencies import agency_in_words
from query.identity_view import (
    ComparedField,
    DecisionView,
    PartsView,
    QuestionItem,
    QuestionsView,
    QuestionView,
    ShownDecision,
    SideView,
    WrongViews,
)
from query.plain_entries import INDENT
from query.view import Fact, Telling

ASKED_BY = {
    "likeness": "the hub found them alike",
    "identifiers": "identifiers point to both",
    "none": "nobody asks about these two",
}


def question_list_lines(view: QuestionsView) -> list[str]:
    """List questions, each with what agreed and what did not."""
    lines = [line for one in view.questions for line in _question(one)]
    lines.append(
        _counted(len(view.questions), "question") + (", and there are more: decide these first" if view.more else "")
    )
    return _clean(lines)


def question_lines(view: QuestionView) -> list[str]:
    """Show two records side by side, and what was decided of them before."""
    lines = list(_question(view.question))
    lines.append("They are one child now." if view.linked else "They are two children now.")
    lines += [*_side("left ", view.left), *_side("right", view.right)]
    lines += [line for one in view.fields for line in _field(one)]
    lines += [line for one in view.decisions for line in _decision(one)]
    return _clean(lines)


def parts_lines(view: PartsView) -> list[str]:
    """Show the parts of a record, each with an entry by which to name it."""
    lines = [f"child {view.child}: {_counted(len(view.parts), 'part')} of what you read; each goes as a whole"]
    for part in view.parts:
        told = f"{_counted(len(part.entries), 'entry')}, for example {part.entries[0]}"
        lines.append(f"{INDENT}{agency_in_words(part.agency)}, own id {part.local_id or '(shredded)'}: {told}")
        lines.append(f"{INDENT * 2}in record {part.strand}")
    return _clean([*lines, *(f"{INDENT}{one.sentence}" for one in view.withheld)])


def decision_lines(view: DecisionView) -> list[str]:
    """Say what was decided, and who is told of wrong views."""
    what = view.action.replace("_", " ").lower()
    lines = [f"Decided: {what} {view.left} and {view.right}; the workers take it up at once."]
    if view.entries_moved:
        lines.append(f"Of what you read {_counted(len(view.entries_moved), 'entry')} went to {view.right}.")
    if view.wrong_views:
        told = ", ".join(agency_in_words(one) for one in view.told) or "nobody who may be named"
        lines.append(
            f"Two children were shown as one {_counted(view.wrong_views, 'time')}, to people that `mash identity wrong-views` names; entries of these agencies were in it: {told}."
        )
    return lines


def wrong_views_lines(view: WrongViews) -> list[str]:
    """Name who was shown two children as one, and whose entries stood in it."""
    if view.linked:
        return ["They are one child now, so nobody saw a wrong view; keep them apart first if they are two."]
    lines = [
        f"{moment_in_words(one.asked_at)}  {one.person} ({one.agency} {one.role}) asked for {one.action} for {one.purpose or 'no stated purpose'}: "
        f"{_counted(one.left_entries, 'entry')} of the one and {one.right_entries} of the other; disclosure {one.disclosure_id}"
        for one in view.views
    ]
    owners = ", ".join(agency_in_words(one) for one in view.owners) or "none"
    lines.append(
        f"{_counted(len(view.views), 'wrong view')}, people who saw one: {len(view.people)}; entries of these agencies were in them: {owners}"
    )
    return _clean(lines)


def _question(one: QuestionItem) -> Iterator[str]:
    score = "" if one.score is None else f", probability {one.score:.3f} by edition {one.edition}"
    since = "" if one.since is None else f", since {moment_in_words(one.since)}"
    yield f"{one.left} and {one.right}: {ASKED_BY[one.kind]}{score}{since}{', deferred' if one.deferred else ''}"
    if one.agreed:
        yield f"{INDENT}agreed: {'; '.join(one.agreed)}"
    if one.disagreed:
        yield f"{INDENT}did not agree: {'; '.join(one.disagreed)}"
    if one.because is not None:
        yield f"{INDENT}because: {one.because}"
    if one.not_shown is not None:
        yield f"{INDENT}{one.not_shown}"


def _side(name: str, side: SideView) -> Iterator[str]:
    yield f"{name} {side.child}: {_counted(side.entries, 'entry')} read"
    yield from (f"{INDENT}{one.sentence}" for one in side.withheld)


def _field(one: ComparedField) -> Iterator[str]:
    if one.agreement == "not told":
        return
    yield f"{one.kind}: {one.agreement}" + (", since one is protected" if one.agreement == "not shown" else "")
    for side, facts in (("left ", one.left), ("right", one.right)):
        yield from (f"{INDENT}{side} {_fact(fact)}" for fact in facts)


def _fact(fact: Fact) -> str:
    return f"{fact.value}  ({'; '.join(_telling(one) for one in fact.told_by)})"


def _telling(one: Telling) -> str:
    return f"{agency_in_words(one.agency)}, {in_words(one.learned)}"


def _decision(one: ShownDecision) -> Iterator[str]:
    reason = "the reason may not be read here" if one.reason is None else one.reason
    yield f"decided before: {one.action.replace('_', ' ').lower()} by {one.person}, {moment_in_words(one.at)}: {reason}"


def _counted(count: int, what: str) -> str:
    many = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{count} {what if count == 1 else many}"


def _clean(lines: Iterable[str]) -> list[str]:
    """Keep out signs that a terminal could take for orders."""
    return ["".join(char if char.isprintable() else " " for char in line) for line in lines]
