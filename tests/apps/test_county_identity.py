"""The county's stories about who is who, held against the rules of likeness at their published thresholds."""

from itertools import combinations
from random import Random
from uuid import UUID

import pytest
from county_read import TODAY, Read, make, placed

from access_policy.blind_index import NHS_NUMBER, UPN
from projections.identity.likeness.compare import compare
from projections.identity.likeness.weights import load_weights
from projections.identity.particulars import Particulars, Sketch
from schemas.moments import day

WEIGHTS = load_weights()


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return make(tmp_path_factory.mktemp("county"), TODAY, 60)


def sketches(read: Read, name: str) -> dict[UUID, Sketch]:
    """Give what each record of a story tells of who its child is, as the matching worker sketches it; records as exact identifiers make them."""
    found, _ = placed(read, Random(6))
    made: dict[UUID, Sketch] = {}
    for one in read.of_story(name):
        child = one.value["envelope"]["child"]
        nhs, upn = (child[scheme] and child[scheme].encode() for scheme in (NHS_NUMBER, UPN))
        born = None if child["date_of_birth"] is None else day(child["date_of_birth"])
        texts = (child[name] for name in ("given_name", "family_name"))
        told = Particulars(one.agency, *texts, born, child["sex"], child["address"], child["postcode"], nhs, upn)
        record = found[one.agency, one.reference]
        made[record] = made.get(record, Sketch(frozenset())).merged([Sketch(frozenset({told}))])
    return made


def local_ids(read: Read, name: str) -> dict[UUID, set[str]]:
    found, _ = placed(read, Random(6))
    named: dict[UUID, set[str]] = {}
    for one in read.of_story(name):
        named.setdefault(found[one.agency, one.reference], set()).add(one.value["envelope"]["child"]["local_id"])
    return named


def outcomes(read: Read, name: str) -> dict[frozenset[int], set[str]]:
    """Say what comparing every two records of a story comes to, by the numbers of the children in them."""
    made, named = sketches(read, name), local_ids(read, name)
    found: dict[frozenset[int], set[str]] = {}
    for one, other in combinations(sorted(made), 2):
        numbers = frozenset(int(local[-3:]) for record in (one, other) for local in named[record])
        found.setdefault(numbers, set()).add(compare(made[one], made[other], WEIGHTS).outcome)
    return found


def test_the_child_worth_reading_first_is_in_three_records_that_share_no_identifier_and_likeness_joins_them(
    read: Read,
) -> None:
    found = outcomes(read, "worth reading first")
    assert found[frozenset({17})] == {"LINK"}
    assert all(asked == {"NO"} for numbers, asked in found.items() if len(numbers) == 2)
    of_child = [named for named in local_ids(read, "worth reading first").values() if "H300017" in named]
    assert of_child == [{"H300017", "LA-7017"}]


def test_twins_with_like_names_are_each_joined_with_herself_and_never_with_the_other(read: Read) -> None:
    found = outcomes(read, "twins with like names")
    assert found == {frozenset({20}): {"LINK"}, frozenset({21}): {"LINK"}, frozenset({20, 21}): {"ASK"}}


def test_no_rule_takes_the_cousins_for_one(read: Read) -> None:
    assert "LINK" not in outcomes(read, "wrong merge")[frozenset({22, 23})]


def test_one_night_is_told_by_three_agencies_who_do_not_agree_and_one_day_is_uncertain(read: Read) -> None:
    told = [one.value for one in read.of_story("worth reading first")]
    explained = {one["envelope"]["agency"]: one["explanation"] for one in told if one.get("explanation")}
    assert len(set(explained.values())) == 3
    assert [one["envelope"]["happened"]["wording"] for one in told if one["envelope"]["happened"]["wording"]] == [
        "about the 22nd"
    ]
    partner = {one["lives_there"] for one in told if one.get("relationship") == "mother's partner"}
    assert partner == {True, False}
