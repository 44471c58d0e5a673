from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from identity_said import PARTS, STRANDS, Log, compared, decided, log_of, logs, strand

from projections.identity.messages import decode_said, encode_said
from projections.identity.said import Decided, Said
from projections.identity.strands import BROUGHT_TOGETHER, Children, Question, moved, pair_of, resolve
from schemas.catalogue import load_catalogue

A_PART, OTHER_PART, _ = PARTS
CATALOGUE = load_catalogue()


def after(*said: Said) -> Children:
    return resolve(log_of(said))


def together(children: Children, *numbers: int) -> bool:
    return len({children.child_of(strand(number)) for number in numbers}) == 1


def groups(children: Children) -> set[frozenset[UUID]]:
    return {children.strands_of(one) for one in STRANDS}


def placed(children: Children) -> set[frozenset[tuple[UUID, bytes]]]:
    """Give which statements, by strand and agency's own id, are one child's."""
    names: dict[UUID, set[tuple[UUID, bytes]]] = {}
    for one in STRANDS:
        for part in PARTS:
            names.setdefault(children.kin.name(one, part), set()).add((one, part))
    return {frozenset(of_child) for of_child in names.values()}


def test_of_strands_nobody_spoke_of_each_is_a_child_of_its_own_name() -> None:
    assert after().child_of(strand(3)) == strand(3)
    assert after().strands_of(strand(3)) == {strand(3)}
    assert after().strand_of(strand(3), A_PART) == strand(3)
    assert after().questions() == ()


def test_linked_strands_are_one_child_that_has_the_smallest_of_their_ids_and_answers_to_each() -> None:
    children = after(decided("LINK", 5, 2), compared("LINK", 3, 5))
    assert {children.child_of(strand(number)) for number in (2, 3, 5)} == {strand(2)}
    assert children.strands_of(strand(5)) == {strand(2), strand(3), strand(5)}


def test_of_one_pair_the_newest_comparison_counts() -> None:
    assert not together(after(compared("LINK", 1, 2), compared("NO", 1, 2)), 1, 2)
    assert together(after(compared("NO", 1, 2), compared("LINK", 1, 2)), 1, 2)
    back = compared("ASK", 1, 2), compared("LINK", 1, 2), compared("ASK", 1, 2)
    assert not together(after(*back), 1, 2)


def test_a_persons_decision_counts_for_more_than_any_comparison_before_or_after_it() -> None:
    for outcome in ("LINK", "ASK", "NO"):
        for action, one in (("LINK", True), ("KEEP_APART", False)):
            person, rule = decided(action, 1, 2), compared(outcome, 1, 2)
            assert [together(after(*said), 1, 2) for said in ((person, rule), (rule, person))] == [one, one]
            assert after(rule, person).questions() == ()


def test_what_is_kept_apart_is_not_linked_round_by_others_and_the_weaker_link_becomes_a_question() -> None:
    children = after(compared("LINK", 1, 2, 0.99), compared("LINK", 2, 3, 0.97), decided("KEEP_APART", 3, 1))
    assert together(children, 1, 2)
    assert not together(children, 1, 3)
    (question,) = children.questions()
    assert (question.left, question.right, question.because) == (strand(2), strand(3), BROUGHT_TOGETHER)
    assert question.compared is not None


def test_rules_bring_no_two_together_round_by_others_of_which_only_a_person_may_say_it() -> None:
    links = compared("LINK", 1, 2, 0.99), compared("LINK", 2, 3, 0.97)
    guarded = compared("ASK", 1, 3, because="twins or siblings")
    assert not together(after(*links, guarded), 1, 3)
    assert not together(after(*links, decided("DEFER", 1, 3)), 1, 3)
    assert together(after(*links, compared("ASK", 1, 3)), 1, 2, 3), "a middling score alone holds nothing back"
    assert together(after(*links, guarded, decided("LINK", 1, 3)), 1, 2, 3), "a person may"
    (waiting,) = after(*links, guarded).questions()
    assert (waiting.left, waiting.right, waiting.because) == (strand(2), strand(3), BROUGHT_TOGETHER)


def test_persons_links_are_taken_first_in_the_order_of_the_log() -> None:
    children = after(
        compared("LINK", 1, 2, 0.999), decided("KEEP_APART", 1, 3), decided("LINK", 2, 3), decided("LINK", 1, 4)
    )
    assert together(children, 2, 3)
    assert together(children, 1, 4)
    assert [(one.left, one.right) for one in children.questions()] == [(strand(1), strand(2))]
    late = after(decided("LINK", 1, 2), decided("LINK", 2, 3), decided("KEEP_APART", 1, 3))
    assert (together(late, 1, 2), together(late, 2, 3)) == (True, False)


def test_what_is_deferred_stays_open_and_is_linked_by_no_rule() -> None:
    children = after(compared("LINK", 1, 2), decided("DEFER", 2, 1))
    assert not together(children, 1, 2)
    assert [(one.deferred, one.because) for one in children.questions()] == [(True, None)]
    assert after(decided("DEFER", 1, 2)).questions() == (Question(strand(1), strand(2), None, True, None),)


def test_a_pair_whose_strands_are_one_child_by_other_links_is_no_question() -> None:
    asked = compared("ASK", 1, 3)
    assert len(after(asked).questions()) == 1
    assert after(asked, decided("LINK", 1, 2), decided("LINK", 2, 3)).questions() == ()


def test_a_split_takes_the_named_parts_along_and_keeps_the_two_apart_from_every_rule() -> None:
    children = after(decided("SPLIT", 1, 6, A_PART), compared("LINK", 1, 6, 1.0))
    assert children.strand_of(strand(1), A_PART) == strand(6)
    assert children.strand_of(strand(1), OTHER_PART) == strand(1)
    assert children.strand_of(strand(2), A_PART) == strand(2)
    assert not together(children, 1, 6)
    assert children.kin.sources_of(strand(6)) == {strand(1), strand(6)}


def test_what_was_split_off_is_split_again_from_where_it_went() -> None:
    children = after(decided("SPLIT", 1, 5, A_PART, OTHER_PART), decided("SPLIT", 5, 6, A_PART))
    assert children.strand_of(strand(1), A_PART) == strand(6)
    assert children.strand_of(strand(1), OTHER_PART) == strand(5)


def test_a_split_takes_only_what_its_strand_had_then() -> None:
    children = after(decided("SPLIT", 1, 5, A_PART), decided("SPLIT", 1, 6, A_PART, OTHER_PART))
    assert children.strand_of(strand(1), A_PART) == strand(5)
    assert children.strand_of(strand(1), OTHER_PART) == strand(6)


def test_the_newest_decision_and_comparison_of_a_pair_are_told_whichever_strand_is_named_first() -> None:
    first, newest, rule = decided("LINK", 1, 2), decided("KEEP_APART", 2, 1), compared("ASK", 1, 2)
    children = after(first, newest, rule)
    assert children.decision_of(strand(1), strand(2)) == children.decision_of(strand(2), strand(1)) == newest
    assert children.comparison_of(strand(2), strand(1)) == rule
    assert children.decision_of(strand(1), strand(3)) is None


def test_a_decision_that_is_written_twice_counts_where_it_stands_first() -> None:
    link = decided("LINK", 1, 2, number=1)
    assert not together(after(link, decided("KEEP_APART", 1, 2, number=2), link), 1, 2)


@given(logs(), st.data())
def test_the_order_in_which_it_is_given_and_repeats_make_no_difference(log: Log, data: st.DataObject) -> None:
    repeats = data.draw(st.lists(st.sampled_from(log), max_size=4)) if log else []
    given_again = data.draw(st.permutations([*log, *repeats]))
    assert resolve(iter(given_again)) == resolve(log)


@given(logs())
def test_no_two_strands_that_a_person_keeps_apart_are_ever_one_child(log: Log) -> None:
    children = resolve(log)
    newest = {pair_of(one.left, one.right): one.action for _, one in log if isinstance(one, Decided)}
    for (left, right), action in newest.items():
        if action in ("KEEP_APART", "SPLIT"):
            assert children.child_of(left) != children.child_of(right)


@given(logs())
def test_a_childs_strands_are_its_own_and_it_is_named_by_the_smallest(log: Log) -> None:
    children = resolve(log)
    for one in STRANDS:
        assert one in children.strands_of(one)
        assert children.child_of(one) == min(children.strands_of(one))
        assert {children.strands_of(other) for other in children.strands_of(one)} == {children.strands_of(one)}


@given(logs())
def test_a_link_that_counts_is_taken_or_is_a_question(log: Log) -> None:
    children = resolve(log)
    waiting = {frozenset(map(children.child_of, (one.left, one.right))) for one in children.questions()}
    for pair in children.decided.keys() | children.compared.keys():
        decision, rule = children.decision_of(*pair), children.comparison_of(*pair)
        by_rule = decision is None and rule is not None and rule.outcome == "LINK"
        if by_rule or (decision is not None and decision.action == "LINK"):
            of_children = frozenset(map(children.child_of, pair))
            assert len(of_children) == 1 or of_children in waiting


def test_of_two_children_there_is_one_question_the_likeliest_and_none_once_a_person_keeps_them_apart() -> None:
    asked = compared("LINK", 1, 2), compared("ASK", 1, 3, 0.86), compared("ASK", 2, 3, 0.94)
    (question,) = after(*asked).questions()
    assert (question.left, question.right) == (strand(2), strand(3))
    assert after(*asked, decided("KEEP_APART", 2, 3)).questions() == ()


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6), st.booleans()), max_size=20))
def test_any_sequence_of_links_and_unlinks_equals_the_last_decision_of_each_pair(
    steps: list[tuple[int, int, bool]],
) -> None:
    said = [
        decided("LINK" if link else "KEEP_APART", left, right, number=number)
        for number, (left, right, link) in enumerate(steps, 1)
    ]
    last = {pair_of(one.left, one.right): one for one in said}
    assert groups(after(*said)) == groups(after(*(one for one in said if one in last.values())))


@given(logs(), st.integers(1, 3))
def test_what_is_split_off_and_linked_again_is_one_child_as_if_never_split(log: Log, number: int) -> None:
    new, left = 7, strand(number)
    whole = resolve(log)
    again = resolve(
        [*log, (98, decided("SPLIT", number, new, A_PART, number=98)), (99, decided("LINK", new, number, number=99))]
    )
    assert placed(again) == placed(whole)
    assert again.child_of(left) == whole.child_of(left)
    assert groups(again) - {again.strands_of(left)} == groups(whole) - {whole.strands_of(left)}


@given(logs())
def test_whoever_is_not_touched_by_a_change_keeps_every_statement(log: Log) -> None:
    for first, second in pairwise([log[:length] for length in range(len(log) + 1)]):
        old, new = resolve(first), resolve(second)
        strands = moved(old.kin, new.kin)
        changed = {children.child_of(one) for children in (old, new) for one in strands}
        for one in STRANDS:
            for part in PARTS:
                name = new.kin.name(one, part)
                if name not in changed:
                    assert old.kin.name(one, part) == name
                    assert old.strands_of(name) == new.strands_of(name)


@given(logs())
def test_what_is_said_is_read_back_as_it_was_written(log: Log) -> None:
    for _, one in log:
        assert decode_said(CATALOGUE, encode_said(CATALOGUE, one)) == one
