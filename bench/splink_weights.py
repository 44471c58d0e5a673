"""What Splink, the sector's own library, learns of m and u on the labelled population, beside what weights.toml says.

Splink judges pairs by our own degrees (our comparisons are given to its DuckDB as functions), so its figures are of the same things. u is what it counts among
pairs at random, m what expectation maximisation finds without looking at the labels, and "m by label" what the labels themselves say. The population's names are
few and its errors are judged, so its u are higher than a county's for names, and agreement on m shows that the machinery is right, not that life is so.

Run: pip install -c constraints.txt -e '.[splink]', then python -m bench.splink_weights
"""

import argparse
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import IntEnum
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_library import CustomComparison

from bench.labelled_population import Telling, tell_population
from projections.identity.likeness.degrees import FIELDS, words_of
from projections.identity.likeness.evidence import evidence
from projections.identity.likeness.readings import Reading, read
from projections.identity.likeness.weights import Weights, load_weights
from projections.identity.particulars import Particulars, Sketch

COMPARED = ("given name", "family name", "date of birth", "sex", "address")
"""The fields that a single telling shows; numbers are exact, and relatives are told too rarely to learn from."""
COLUMNS = {"given name": "names", "family name": "names", "date of birth": "born", "sex": "sex", "address": "place"}
BLOCKS = (("born",), ("names",))
"""What pairs share while m is learnt, in turn, so that each field is free in one of them. Not the postcode: brothers and sisters share it, and would be learnt as one child."""
NONE = -1


def main() -> None:
    """Train, then print ours beside Splink's."""
    parser = argparse.ArgumentParser(
        description="Compare our weights with what Splink learns.",
        epilog="Example: python -m bench.splink_weights --households 1500",
    )
    parser.add_argument(
        "--households", type=int, default=1000, help="how many to invent (default 1000, about 2100 children)"
    )
    parser.add_argument(
        "--pairs", type=float, default=400_000, help="how many pairs at random to count u on (default 400000)"
    )
    asked = parser.parse_args()
    logging.getLogger("splink").setLevel(logging.ERROR)
    tellings, weights = tell_population(asked.households), load_weights()
    print(
        f"{len(tellings):,} tellings of {len({one.person for one in tellings}):,} children; weights of edition {weights.edition}"
    )
    learnt, labelled = train(tellings, weights, asked.pairs)
    _show(weights, learnt, labelled)


def train(tellings: Sequence[Telling], weights: Weights, pairs: float) -> tuple[Mapping[Any, Any], Mapping[Any, Any]]:
    """Give (m, u) by (field, degree): as learnt without labels, and with them."""
    return _trained(tellings, weights, pairs, _learn), _trained(tellings, weights, pairs, _by_label)


def _trained(
    tellings: Sequence[Telling], weights: Weights, pairs: float, learn: Callable[[Linker], None]
) -> Mapping[Any, Any]:
    connection = duckdb.connect()
    for field in COMPARED:
        connection.create_function(
            _function(field), _degree(field, weights), ["VARCHAR", "VARCHAR"], "INTEGER", null_handling="special"
        )
    database = DuckDBAPI(connection=connection)
    linker = Linker(
        database.register(pa.Table.from_pylist([_row(number, one) for number, one in enumerate(tellings)])),
        _settings(),
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=pairs, seed=1)
    learn(linker)
    return _parameters(linker)


def _learn(linker: Linker) -> None:
    for columns in BLOCKS:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))


def _by_label(linker: Linker) -> None:
    linker.training.estimate_m_from_label_column("person")


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_comparison(field, degrees) for field, degrees in FIELDS if field in COMPARED],
        blocking_rules_to_generate_predictions=[block_on("born")],
        probability_two_random_records_match=0.0004,
    )


def _comparison(field: str, degrees: type[IntEnum]) -> CustomComparison:
    column, function = COLUMNS[field], _function(field)
    call = f"{function}({column}_l, {column}_r)"
    missing = {"sql_condition": f"{call} = {NONE}", "label_for_charts": "missing", "is_null_level": True}
    told = [{"sql_condition": f"{call} = {one.value}", "label_for_charts": words_of(one)} for one in list(degrees)[:-1]]
    return CustomComparison(
        output_column_name=_column(field),
        comparison_levels=[missing, *told, {"sql_condition": "ELSE", "label_for_charts": "differs"}],
    )


def _column(field: str) -> str:
    return field.replace(" ", "_")


def _function(field: str) -> str:
    return f"degree_of_{_column(field)}"


def _degree(field: str, weights: Weights) -> Callable[[str, str], int]:
    """Give our comparison of one field as a function of two texts."""
    place = [name for name, _ in FIELDS].index(field)
    read_once: dict[str, Reading] = {}

    def reading(text: str) -> Reading:
        if text not in read_once:
            read_once[text] = read(Sketch(frozenset((_particulars(json.loads(text)),))))
        return read_once[text]

    def degree(left: str, right: str) -> int:
        found = evidence(reading(left), reading(right), weights.names, places=True).degrees()[place]
        return NONE if found is None else int(found)

    return degree


def _row(number: int, telling: Telling) -> dict[str, Any]:
    told = telling.particulars
    return {
        "unique_id": number,
        "person": telling.person.person,
        "names": json.dumps({"given_name": told.given_name, "family_name": told.family_name}),
        "born": json.dumps({"born_on": told.born_on and told.born_on.isoformat()}),
        "sex": json.dumps({"sex": told.sex}),
        "place": json.dumps({"address": told.address, "postcode": told.postcode}),
        "postcode": told.postcode and told.postcode.replace(" ", "").upper(),
    }


def _particulars(told: dict[str, str | None]) -> Particulars:
    born = told.pop("born_on", None)
    return Particulars("splink", born_on=date.fromisoformat(born) if born else None, **told)  # type: ignore[arg-type]  # texts all


def _parameters(linker: Linker) -> Mapping[Any, Any]:
    """Read m and u of each level from the trained model as Splink saves it."""
    found = {}
    for comparison in linker.misc.save_model_to_json()["comparisons"]:
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                found[comparison["output_column_name"], level["label_for_charts"]] = (
                    level.get("m_probability"),
                    level.get("u_probability"),
                )
    return found


def _show(weights: Weights, learnt: Mapping[Any, Any], labelled: Mapping[Any, Any]) -> None:
    print(
        f"{'field':14} {'degree':22} {'m ours':>9} {'m Splink':>9} {'m by label':>10} {'u ours':>10} {'u Splink':>10}"
    )
    for row in weights.table:
        for one in row:
            if one.field in COMPARED:
                key = (_column(one.field), one.degree)
                m, u = learnt.get(key, (None, None))
                by_label, _ = labelled.get(key, (None, None))
                print(
                    f"{one.field:14} {one.degree:22} {one.m:9.4f} {_number(m):>9} {_number(by_label):>10} {one.u:10.6f} {_number(u):>10}"
                )


def _number(found: float | None) -> str:
    return "-" if found is None else f"{found:.5f}" if isinstance(found, float) else str(found)


if __name__ == "__main__":
    main()
