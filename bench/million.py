"""`python -m bench.million --people 1000000`: does finding who a new statement is like stay fast as the population grows? As ratios within one run.

The people are invented, their names as unevenly borne as real ones (Zipf). Each is a strand with one set of particulars, put into blocks as the matching worker does it.
A new statement is of somebody who is there, told by another agency with one error; what is measured is to find all strands that share a block with it, and to compare
it with each. Opening the candidates' sketches is left out: it grows with their number alone, which is printed.
"""

import argparse
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

from psycopg import Connection

from apps.connections import conninfo
from apps.keys import root_keys
from apps.matching import MATCHER
from apps.settings import Settings
from apps.wiring import PROJECT
from bench.parts import private_parts
from projections.identity.comparisons_sql import SqlComparisons
from projections.identity.likeness.blocking import tokens
from projections.identity.likeness.compare import compare
from projections.identity.likeness.weights import Weights, load_weights
from projections.identity.particulars import Particulars, Sketch
from projections.rows import Rows, copy_rows, open_store
from schemas.catalogue import load_catalogue
from streams.matching.comparing import EXACT, LARGEST_BLOCK
from streams.matching.sealing import SketchSeal

SIZES = (10_000, 100_000, 1_000_000)
ASKED = 400
CHUNK = 20_000
STARTS = (
    "Al",
    "Ber",
    "Cor",
    "Dun",
    "Ed",
    "Far",
    "Gil",
    "Hol",
    "Il",
    "Jen",
    "Kel",
    "Lam",
    "Mor",
    "Nor",
    "Os",
    "Pem",
    "Quin",
    "Ros",
    "Sel",
    "Tom",
)
MIDDLES = (
    "a",
    "be",
    "co",
    "di",
    "el",
    "fi",
    "go",
    "han",
    "i",
    "ka",
    "le",
    "mo",
    "ni",
    "or",
    "pa",
    "ri",
    "so",
    "ta",
    "u",
    "wen",
)
ENDS = (
    "bury",
    "croft",
    "den",
    "field",
    "gate",
    "ham",
    "ker",
    "ley",
    "man",
    "nell",
    "ot",
    "pole",
    "ridge",
    "son",
    "ton",
    "vale",
    "well",
    "wick",
    "worth",
    "yard",
)
GIVEN_ENDS = ("a", "an", "den", "elle", "i", "in", "is", "la", "na", "on", "ra", "thy", "us", "yn", "zo")
FAMILIES = [f"{start}{middle}{end}" for end in ENDS for middle in MIDDLES for start in STARTS]
GIVEN = [f"{start}{middle}{end}" for end in GIVEN_ENDS for middle in MIDDLES[:10] for start in STARTS]
POSTCODES = 140_000
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
BIRTHS = date(2005, 1, 1)
LARGEST = "select token, (array_agg(strand))[1], count(*) from block group by token order by 3 desc limit 5"


@dataclass(frozen=True, slots=True)
class Asked:
    """What one new statement cost, in milliseconds, and how many strands it was compared with."""

    finding: float
    comparing: float
    candidates: int
    found: bool


def main() -> None:
    """Measure and print; a run in which people who are there are not found ends with an AssertionError."""
    parser = argparse.ArgumentParser(
        description="Measure blocking on many people.", epilog="Example: python -m bench.million --people 1000000"
    )
    parser.add_argument("--people", type=int, default=SIZES[-1], help="how many people (default 1000000)")
    people = parser.parse_args().people
    with private_parts() as settings, open_store(conninfo(settings, "mash_owner")) as owner:
        seal = SketchSeal.of(root_keys(settings).secret("matching"), 1)
        there, first = 0, None
        for size in [size for size in SIZES if size < people] + [people]:
            _load(owner, seal, range(there, size))
            there = size
            found = _ask(settings, seal, size)
            first = first or found
            _tell(size, found, first)
        _largest(owner, seal)


def _load(owner: Connection[Rows], seal: SketchSeal, numbers: range) -> None:
    began = time.perf_counter()
    for start in range(numbers.start, numbers.stop, CHUNK):
        chunk = range(start, min(start + CHUNK, numbers.stop))
        rows = sorted((token, UUID(int=one)) for one in chunk for token in _tokens(seal, sketch_of(particulars(one))))
        copy_rows(owner, "block", [("token", "bytea"), ("strand", "uuid")], rows)
    owner.execute("vacuum analyze block")
    print(f"{len(numbers)} more people put into blocks in {time.perf_counter() - began:.0f} s")


def _ask(settings: Settings, seal: SketchSeal, size: int) -> list[Asked]:
    chance, weights = Random(size), load_weights()
    with open_store(conninfo(settings, MATCHER)) as conn:
        store = SqlComparisons(conn, load_catalogue(), PROJECT)
        _one(store, seal, weights, particulars(0), 0)
        return [_one(store, seal, weights, _mistaken(chance, one), one) for one in chance.sample(range(size), ASKED)]


def _one(store: SqlComparisons, seal: SketchSeal, weights: Weights, told: Particulars, number: int) -> Asked:
    new = sketch_of(told)
    began = time.perf_counter()
    kinds = _tokens(seal, new)
    found = store.sharing(kinds, LARGEST_BLOCK + 1)
    small = (strands for token, strands in found.items() if len(strands) <= LARGEST_BLOCK or kinds[token] in EXACT)
    candidates = {strand for strands in small for strand in strands}
    finding = time.perf_counter() - began
    sketches = [sketch_of(particulars(one.int)) for one in candidates]
    began = time.perf_counter()
    for other in sketches:
        compare(new, other, weights)
    return Asked(finding * 1000, (time.perf_counter() - began) * 1000, len(candidates), UUID(int=number) in candidates)


def _tell(size: int, found: list[Asked], first: list[Asked]) -> None:
    there = sum(one.found for one in found)
    assert there >= len(found) * 0.95, f"{there} of {len(found)} people were found who are there"
    print(f"{size} people, {len(found)} new statements, {there} of them found (beside the same among {SIZES[0]}):")
    for name in ("finding", "comparing", "candidates"):
        p50, p99 = _quantiles(getattr(one, name) for one in found)
        was50, was99 = _quantiles(getattr(one, name) for one in first)
        unit = "" if name == "candidates" else " ms"
        print(
            f"  {name:10}: p50 {p50:.1f}{unit} ({p50 / was50:.1f} times), p99 {p99:.1f}{unit} ({p99 / was99:.1f} times)"
        )


def _quantiles(values: Iterable[float]) -> tuple[float, float]:
    told = list(values)
    return statistics.median(told), statistics.quantiles(told, n=100)[98]


def _largest(owner: Connection[Rows], seal: SketchSeal) -> None:
    print("the largest blocks:")
    for token, strand, count in owner.execute(LARGEST, binary=True):
        kind = _tokens(seal, sketch_of(particulars(strand.int)))[bytes(token)]
        print(f"  {count} strands by {kind}")


def _tokens(seal: SketchSeal, sketch: Sketch) -> dict[bytes, str]:
    return {seal.token(kind, text): kind for kind, text in tokens(sketch)}


def sketch_of(told: Particulars) -> Sketch:
    """Give the sketch of somebody of whom this alone was told."""
    return Sketch(frozenset({told}))


def particulars(number: int) -> Particulars:
    """Invent somebody: always the same for the same number."""
    chance = Random(number)
    place = chance.randrange(POSTCODES)
    sector, last = divmod(place, 187)
    area, within = divmod(sector, 90)
    return Particulars(
        agency="health",
        given_name=_zipf(chance, GIVEN),
        family_name=_zipf(chance, FAMILIES),
        born_on=BIRTHS + timedelta(days=chance.randrange(18 * 365)),
        sex=chance.choice("FM"),
        address=f"{chance.randrange(1, 150)} Invented Lane",
        postcode=f"Z{LETTERS[area]}{within // 10 + 1} {within % 10}{LETTERS[last // 20]}{LETTERS[last % 20]}",
    )


def _zipf(chance: Random, names: list[str]) -> str:
    """Choose a name, the n-th in proportion to 1 / (n + 15): the first is borne by one in a hundred, as the commonest of this country are."""
    return names[int(15 * (1 + len(names) / 15) ** chance.random() - 15)]


def _mistaken(chance: Random, number: int) -> Particulars:
    """Tell of somebody as another agency does: a day out, a slip in the name, or another address."""
    told = replace(particulars(number), agency="police")
    assert told.born_on is not None
    assert told.given_name is not None
    return chance.choice(
        (
            replace(told, born_on=told.born_on + timedelta(days=1)),
            replace(told, given_name=told.given_name[:-1] + "e"),
            replace(told, address="9 Nowhere Street", postcode="ZY1 1ZZ"),
        )
    )


if __name__ == "__main__":
    main()
