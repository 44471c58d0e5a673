"""Which strands are one child: a pure function of what was said on hub.identity, whatever the order in which it is given.

A strand is what admission took for one child, or a part that a person split off one. A child is the strands that are linked; its name is the smallest of their ids.
- Of one pair of strands a person's newest decision counts, and where there is none the newest comparison; newer is what stands later on hub.identity.
- Links are taken one by one: persons' in the order of the log, then rules' by falling score and then by ids. A link that would bring together two strands which a
  person keeps apart (also round by others) is passed over, and is a question for a person. Nor does a rule's link bring together two of which only a person may
  say it: whom a guard held back (twins, two NHS numbers), or a person deferred.
- A split keeps the new strand and the old one apart until a person links them. A decision that is written twice counts where it stands first; a comparison
  that says again what an earlier one said is as new as any.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from projections.identity.said import Compared, Decided, Said

Pair = tuple[UUID, UUID]
Part = tuple[UUID, bytes]
"""A strand and the blind index (16 bytes) of an agency's own id of a child."""
BROUGHT_TOGETHER = (
    "linking these would bring together two strands that a person keeps apart, or that only a person may link"
)


@dataclass(frozen=True, slots=True)
class Kin:
    """Who belongs together: `company` names the child of each strand that is not alone, `parts` the strand that a part went to; `members` is `company` the other way round."""

    company: Mapping[UUID, UUID] = field(repr=False)
    parts: Mapping[Part, UUID] = field(repr=False)
    members: Mapping[UUID, frozenset[UUID]] = field(repr=False)

    def child_of(self, strand: UUID) -> UUID:
        """Give the name of the child that a strand belongs to: its own id where it is alone."""
        return self.company.get(strand, strand)

    def strands_of(self, name: UUID) -> frozenset[UUID]:
        """Give all strands of the child that any one strand belongs to."""
        return self.members.get(self.child_of(name), frozenset({name}))

    def strand_of(self, strand: UUID, local_id: bytes) -> UUID:
        """Give the strand of a statement that was admitted under `strand` and carries this agency's own id (blind index): another where it was split off."""
        return self.parts.get((strand, local_id), strand)

    def name(self, strand: UUID, local_id: bytes) -> UUID:
        """Give the name of the child of a statement that was admitted under `strand` and carries this agency's own id (blind index)."""
        return self.child_of(self.strand_of(strand, local_id))

    def is_whole(self, name: UUID) -> bool:
        """Whether a child is one whole strand: linked with none, and neither split nor split off."""
        return self.strands_of(name) == {name} and not any(
            name in (strand, new) for (strand, _), new in self.parts.items()
        )

    def sources_of(self, name: UUID) -> frozenset[UUID]:
        """Give the pseudonyms under which the child's statements were admitted; others' may be among them, where a part was split off."""
        strands = self.strands_of(name)
        return strands | {strand for (strand, _), new in self.parts.items() if new in strands}


NOBODY = Kin({}, {}, {})
"""Nobody belongs to anybody else."""


@dataclass(frozen=True, slots=True)
class Question:
    """Two strands (left before right) of which a person has to say whether they are one child; `because` says why a link was passed over."""

    left: UUID = field(repr=False)
    right: UUID = field(repr=False)
    compared: Compared | None
    deferred: bool
    because: str | None


@dataclass(frozen=True, slots=True)
class Children:
    """What was said, resolved: who belongs together, what waits for a person, and what counts of each pair."""

    kin: Kin
    passed_over: frozenset[Pair] = field(repr=False)
    decided: Mapping[Pair, Decided] = field(repr=False)
    compared: Mapping[Pair, Compared] = field(repr=False)

    def child_of(self, strand: UUID) -> UUID:
        """Give the name of the child that a strand belongs to: its own id where it is alone."""
        return self.kin.child_of(strand)

    def strands_of(self, name: UUID) -> frozenset[UUID]:
        """Give all strands of the child that any one strand belongs to."""
        return self.kin.strands_of(name)

    def strand_of(self, strand: UUID, local_id: bytes) -> UUID:
        """Give the strand of a statement that was admitted under `strand` and carries this agency's own id (blind index)."""
        return self.kin.strand_of(strand, local_id)

    def decision_of(self, left: UUID, right: UUID) -> Decided | None:
        """Give the person's decision that counts of two strands, whichever is named first."""
        return self.decided.get(pair_of(left, right))

    def comparison_of(self, left: UUID, right: UUID) -> Compared | None:
        """Give the newest comparison of two strands, whichever is named first."""
        return self.compared.get(pair_of(left, right))

    def questions(self) -> tuple[Question, ...]:
        """List the pairs that wait for a person, by their ids: asked by the rules, deferred, or passed over; none whose strands are one child already.

        Of two children there is one question, the likeliest pair's: the others of theirs are answered with it, or asked next. What the rules ask of two whom a person keeps apart is answered.
        """
        pairs = sorted(self.decided.keys() | self.compared.keys())
        apart = {self._children(pair) for pair, one in self.decided.items() if one.action in ("KEEP_APART", "SPLIT")}
        found = [one for pair in pairs for one in self._question(pair)]
        waiting = [one for one in found if one.because or self._children((one.left, one.right)) not in apart]
        likeliest: dict[frozenset[UUID], Question] = {}
        for one in sorted(waiting, key=_likeliest_first):
            likeliest.setdefault(self._children((one.left, one.right)), one)
        return tuple(sorted(likeliest.values(), key=lambda one: (one.left, one.right)))

    def asked(self) -> frozenset[Pair]:
        """Name every pair that the rules ask about, that was deferred or passed over, and whose strands are two children: also where several are of the same two, and where a person answered one of these."""
        return frozenset(pair for pair in self.decided.keys() | self.compared.keys() for _ in self._question(pair))

    def _children(self, pair: Pair) -> frozenset[UUID]:
        return frozenset(self.child_of(strand) for strand in pair)

    def _question(self, pair: Pair) -> Iterator[Question]:
        decision, compared = self.decided.get(pair), self.compared.get(pair)
        deferred = decision is not None and decision.action == "DEFER"
        asked = decision is None and compared is not None and compared.outcome == "ASK"
        passed_over = pair in self.passed_over
        if (deferred or asked or passed_over) and self.child_of(pair[0]) != self.child_of(pair[1]):
            yield Question(*pair, compared, deferred, BROUGHT_TOGETHER if passed_over else None)


def _likeliest_first(one: Question) -> tuple[object, ...]:
    return one.because is None, not one.deferred, -(one.compared.score if one.compared else 0), one.left, one.right


def resolve(said: Iterable[tuple[int, Said]]) -> Children:
    """Say which strands are one child, from (log offset, what was said) pairs in any order, repeats among them or not."""
    told = list(_in_order(said))
    decided, compared = _newest(told)
    groups, passed_over = _linked(decided, compared)
    company = {strand: min(group) for strand, group in groups.items() if len(group) > 1}
    return Children(kin_of(company, _parts(told)), passed_over, decided, compared)


def kin_of(company: Mapping[UUID, UUID], parts: Mapping[Part, UUID]) -> Kin:
    """Put together who belongs together, from the child of each strand that is not alone and the strand that each part went to."""
    members: dict[UUID, set[UUID]] = defaultdict(set)
    for strand, child in company.items():
        members[child].add(strand)
    return Kin(company, parts, {child: frozenset(strands) for child, strands in members.items()})


def moved(before: Kin, after: Kin) -> frozenset[UUID]:
    """Give the strands whose child may hold other statements after a change: those of every child that is not as it was."""
    strands = before.company.keys() | after.company.keys()
    found = {one for one in strands if before.strands_of(one) != after.strands_of(one)}
    for part in before.parts.keys() | after.parts.keys():
        ways = before.strand_of(*part), after.strand_of(*part)
        found |= {part[0], *ways} if ways[0] != ways[1] else set()
    return frozenset(found)


def linked_strands(said: Iterable[tuple[int, Said]]) -> frozenset[UUID]:
    """Give the strands that a link which counts, taken or passed over, or a split names: where to look on for who belongs together."""
    told = list(_in_order(said))
    pairs = {pair_of(one.left, one.right) for one in told if isinstance(one, Decided) and one.action == "SPLIT"}
    return frozenset(strand for pair in pairs.union(_links(*_newest(told))) for strand in pair)


def pair_of(left: UUID, right: UUID) -> Pair:
    """Name two strands as a pair, the one with the smaller id first."""
    return (left, right) if left <= right else (right, left)


def _in_order(said: Iterable[tuple[int, Said]]) -> Iterator[Said]:
    """Give what was said in the order of the log, without decisions that are written again and what is about one strand alone."""
    decisions: set[UUID] = set()
    for _, one in sorted(dict(said).items()):
        if isinstance(one, Decided) and one.decision_id in decisions:
            continue
        if isinstance(one, Decided):
            decisions.add(one.decision_id)
        if one.left != one.right:
            yield one


def _newest(told: Iterable[Said]) -> tuple[dict[Pair, Decided], dict[Pair, Compared]]:
    """Give what counts of each pair; the decisions in the order of the log."""
    decided: dict[Pair, Decided] = {}
    compared: dict[Pair, Compared] = {}
    for one in told:
        pair = pair_of(one.left, one.right)
        if isinstance(one, Compared):
            compared[pair] = one
        else:
            decided.pop(pair, None)
            decided[pair] = one
    return decided, compared


def _links(decided: Mapping[Pair, Decided], compared: Mapping[Pair, Compared]) -> list[Pair]:
    """List the links in the order in which they are taken."""
    rules = [(-one.score, pair) for pair, one in compared.items() if one.outcome == "LINK" and pair not in decided]
    return [pair for pair, one in decided.items() if one.action == "LINK"] + [pair for _, pair in sorted(rules)]


def _linked(
    decided: Mapping[Pair, Decided], compared: Mapping[Pair, Compared]
) -> tuple[dict[UUID, set[UUID]], frozenset[Pair]]:
    """Take the links one by one; gives the group of each strand that a link names, and the links that were passed over."""
    kept = [pair for pair, one in decided.items() if one.action in ("KEEP_APART", "SPLIT")]
    waiting = [pair for pair, one in decided.items() if one.action == "DEFER"]
    held = [pair for pair, one in compared.items() if one.outcome == "ASK" and one.because and pair not in decided]
    for_persons, for_rules = _each_way(kept), _each_way([*kept, *waiting, *held])
    groups: dict[UUID, set[UUID]] = {}
    passed_over: set[Pair] = set()
    for pair in _links(decided, compared):
        small, large = sorted((groups.setdefault(strand, {strand}) for strand in pair), key=len)
        apart = for_persons if pair in decided else for_rules
        if small is large:
            continue
        if any(not large.isdisjoint(apart[strand]) for strand in small if strand in apart):
            passed_over.add(pair)
            continue
        large |= small
        groups.update(dict.fromkeys(small, large))
    return groups, frozenset(passed_over)


def _each_way(pairs: Iterable[Pair]) -> Mapping[UUID, set[UUID]]:
    """Give, for each strand, those with which a pair names it."""
    others: dict[UUID, set[UUID]] = defaultdict(set)
    for left, right in pairs:
        others[left].add(right)
        others[right].add(left)
    return others


def _parts(told: Iterable[Said]) -> dict[Part, UUID]:
    """Give the strand where each part that was split off ended: every split takes what its left strand had then, so what had left it already stays where it is."""
    ends: dict[Part, UUID] = {}
    for one in told:
        if isinstance(one, Decided) and one.action == "SPLIT":
            held = {(one.left, part) for part in one.parts} - ends.keys()
            held |= {part for part, strand in ends.items() if strand == one.left and part[1] in one.parts}
            ends.update(dict.fromkeys(held, one.right))
    return {part: strand for part, strand in ends.items() if strand != part[0]}
