"""The only file that imports Great Expectations: a window becomes a frame, what is expected of it a suite, and the suite's result levels and a page."""

# Great Expectations ships partial types, pandas none: what this file hands out is typed by hand.
# mypy: disable-error-code="assignment, attr-defined, import-untyped, no-untyped-call, union-attr"

import logging
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.core import ExpectationSuiteValidationResult
from great_expectations.expectations.expectation import Expectation
from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

from apps.quality.request import Request
from projections.feeds import Level
from streams.quality.suites import WHOLE, Expected, in_words
from streams.quality.windows import YES, rows_level, share_level

COUNTS_ONLY: dict[str, Any] = {"result_format": "BASIC", "partial_unexpected_count": 0}
"""Counts and no values: what a result quotes by default is what an agency sent."""


class Judge:
    """One ephemeral context, whose batch definition is made once; it keeps no result and asks no network."""

    def __init__(self) -> None:
        logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
        warnings.simplefilter("ignore")
        context = gx.get_context(mode="ephemeral")
        context.enable_analytics(enable=False)
        context.variables.progress_bars = {"globally": False}
        asset = context.data_sources.add_pandas("marks").add_dataframe_asset("feed")
        self._windows = asset.add_batch_definition_whole_dataframe("window")

    def judge(self, request: Request) -> tuple[tuple[Level, ...], str]:
        """Judge one window: its levels in the order in which they are expected, and its page of Data Docs (HTML)."""
        shares = [one for one in request.expected if one.unit != "rows"]
        volumes = [one for one in request.expected if one.unit == "rows"]
        results = [
            *self._validated(_frame(request), shares),
            # The number of statements is that of the day alone, however far back its window reaches.
            *self._validated(pd.DataFrame({"statement": range(request.statements)}), volumes),
        ]
        levels = tuple(map(_level, request.expected, (result for _, result in _in_order(request.expected, results))))
        return levels, _page(request, [result for _, result in results])

    def _validated(self, frame: pd.DataFrame, wanted: list[Expected]) -> list[tuple[str, Any]]:
        if not wanted:
            return []
        batch = self._windows.get_batch({"dataframe": frame})
        suite = gx.ExpectationSuite(name="feed", expectations=[_expectation(one) for one in wanted])
        results = batch.validate(suite, result_format=COUNTS_ONLY).results
        return [(result.expectation_config.meta["name"], result) for result in results]


def _frame(request: Request) -> pd.DataFrame:
    """Lay out every row: alike ones were counted, not repeated, on their way here."""
    frame = pd.DataFrame({name: pd.Series(column, dtype=_kind(name)) for name, column in request.columns.items()})
    return frame.loc[frame.index.repeat(pd.Series(request.counts, dtype="int64"))].reset_index(drop=True)


def _kind(name: str) -> str:
    return "Float64" if name == "fresh" else "object"


def _expectation(wanted: Expected) -> Expectation:
    said: dict[str, Any] = {"meta": {"name": wanted.name}, "description": in_words(wanted)}
    if wanted.unit == "rows":
        return gxe.ExpectTableRowCountToBeBetween(min_value=wanted.least, max_value=wanted.most, **said)
    said |= {"column": wanted.name, "mostly": (wanted.least or 0) / WHOLE}
    if wanted.within is not None:
        return gxe.ExpectColumnValuesToBeBetween(max_value=wanted.within, **said)
    return gxe.ExpectColumnValuesToBeInSet(value_set=[YES], **said)


def _in_order(expected: Iterable[Expected], results: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    found = dict(results)
    return [(one.name, found[one.name]) for one in expected]


def _level(expected: Expected, result: Any) -> Level:
    """Read a result's counts; it is met as Great Expectations found it."""
    counted: Mapping[str, Any] = result.result
    if expected.unit == "rows":
        level = rows_level(expected, int(counted["observed_value"]))
    else:
        rows = int(counted["element_count"]) - int(counted["missing_count"])
        level = share_level(expected, rows - int(counted["unexpected_count"]), rows)
    return Level(level.expectation, level.unit, level.least, level.most, level.found, bool(result.success))


def _page(request: Request, results: list[Any]) -> str:
    met = sum(bool(result.success) for result in results)
    whole = ExpectationSuiteValidationResult(
        success=met == len(results),
        results=results,
        suite_name=f"{request.feed.key}, received {request.first} to {request.day}",
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": met,
            "unsuccessful_expectations": len(results) - met,
            "success_percent": 100 * met / len(results) if results else None,
        },
        meta={},
    )
    return str(DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(whole)))
