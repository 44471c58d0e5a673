"""What likeness finds, at the published thresholds: on the labelled population with its twins, and on FEBRL 4.

Run: python -m bench.matching [--households 1000] [--seed 5]

FEBRL 4 (5,000 invented Australians, each told twice) lacks what the hub meets every day: sex; agencies; NHS number and UPN; relations; children alone; twins, brothers and
sisters; nicknames, aliases and changes of name beyond a few; British postcodes, flats and names. Its errors are made by a program. So the population is the harder test
of what must never be linked, and FEBRL, which nobody here made, the fairer one of what is found.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from bench.febrl import LACKS, load_febrl
from bench.found_children import find_children
from bench.found_pairs import Found, Labelled, Pair, blocked, by_outcome, by_score, find_pairs
from bench.labelled_population import Strand, strands_of, tell_population
from projections.identity.likeness.weights import Weights, load_weights


def main() -> None:
    """Find pairs in both, and print what was found; a link between twins, or a child made of two people, ends it with an AssertionError."""
    parser = argparse.ArgumentParser(
        description="Measure likeness on labelled data.", epilog="Example: python -m bench.matching --households 4000"
    )
    parser.add_argument(
        "--households", type=int, default=1000, help="how many to invent (default 1000, about 2100 children)"
    )
    parser.add_argument("--seed", type=int, default=5, help="which population (default 5)")
    asked = parser.parse_args()
    weights = load_weights()
    print(
        f"weights of edition {weights.edition}: a prior of {weights.prior}, {weights.link} links, {weights.ask} asks a person\n"
    )
    strands = strands_of(tell_population(asked.households, asked.seed))
    labelled = [Labelled(one.person.person, one.sketch) for one in strands]
    found = find_pairs(labelled, weights)
    print(f"labelled population: {len({one.person for one in strands}):,} children in {len(strands):,} strands")
    _show(found, weights)
    _show_twins(strands, found)
    _show_children(labelled, found)
    _show_review(found, len({one.person for one in strands}))
    print("\nFEBRL 4: 5,000 people, each told twice")
    people = load_febrl()
    twice = find_pairs(people, weights)
    _show(twice, weights)
    _show_children(people, twice)
    print(f"  it lacks: {LACKS}")


def _show(found: Found, weights: Weights) -> None:
    print(
        f"  pairs of one child: {found.wanted:,}; compared: {len(found.pairs):,}, {len(found.pairs) / found.seconds:,.0f} each second of one processor, reading included"
    )
    print(
        f"  blocking            recall {blocked(found).recall:.4f}  (largest block {found.largest_block}, at most {found.most_tokens} tokens a strand)"
    )
    print(f"  score {weights.link} or more  {by_score(found, weights.link)}  before guards")
    print(f"  score {weights.ask} or more  {by_score(found, weights.ask)}  before guards")
    print(f"  linked              {by_outcome(found, 'LINK')}")
    print(f"  linked or asked     {by_outcome(found, 'LINK', 'ASK')}")


def _show_twins(strands: Sequence[Strand], found: Found) -> None:
    twins = twin_pairs(strands, found)
    outcomes = Counter(pair.likeness.outcome for pair in twins)
    print(f"  twins: {len(twins):,} pairs of strands compared: {dict(sorted(outcomes.items()))}")
    assert outcomes["LINK"] == 0, "expected no link between twins, found one; see the guards"


def _show_children(labelled: Sequence[Labelled], found: Found) -> None:
    made = find_children(labelled, found)
    print(
        f"  children resolved: {made.whole:,} of {made.children:,} whole, {made.of_two_people} of two people; {made.questions:,} questions wait"
    )
    assert made.of_two_people == 0, "expected no child made of two people, found one; see the guards and the chain"


def _show_review(found: Found, children: int) -> None:
    asked = [pair for pair in found.pairs if pair.likeness.outcome == "ASK"]
    print(
        f"  review list: {1000 * len(asked) / children:,.0f} for 1,000 children (twins are five times as many here as in life); asked because:"
    )
    for because, many in Counter(pair.likeness.because or "the score alone" for pair in asked).most_common():
        right = sum(pair.one_child for pair in asked if (pair.likeness.because or "the score alone") == because)
        print(f"    {because:54} {many:5,}  {right:5,} of them one child")


def twin_pairs(strands: Sequence[Strand], found: Found) -> list[Pair]:
    """Give the compared pairs that are two children of one birth."""
    return [pair for pair in found.pairs if not pair.one_child and _one_birth(strands[pair.left], strands[pair.right])]


def _one_birth(left: Strand, right: Strand) -> bool:
    return (left.person.household, left.person.born) == (right.person.household, right.person.born)


def sibling_pairs(strands: Sequence[Strand]) -> list[tuple[Strand, Strand]]:
    """Give every pair of strands of two children of one household, whether or not blocking brings them together."""
    households: dict[int, list[Strand]] = {}
    for strand in strands:
        households.setdefault(strand.person.household, []).append(strand)
    pairs = (pair for group in households.values() for pair in combinations(group, 2))
    return [(left, right) for left, right in pairs if left.person != right.person]


if __name__ == "__main__":
    main()
