"""The judging process: Great Expectations agrees with counting, and its pages hold no value and load nothing. It is imported here alone, once."""

import os
import re
import subprocess
import sys
import warnings
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.quality.pages import page_path, standing_alone, write_page
from apps.quality.request import read_levels, read_windows, write_levels, write_windows
from projections.marks import NOTHING_KNOWN, Alike, Oddities
from streams.quality.suites import Expected, load_suites
from streams.quality.windows import Window, levels_of
from tests.feed_world import ED, MONDAY

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from apps.quality.expectations import Judge

STATES = st.sampled_from(["absent", "valid", "invalid"])
SAID = st.sampled_from([True, False, None])
ODDITIES = st.builds(Oddities, STATES, STATES, st.booleans(), SAID, SAID, st.integers(-3, 500))
SEEN = st.builds(Alike, ODDITIES, st.just(False), st.integers(1, 40))
REFUSED = st.builds(Alike, st.just(NOTHING_KNOWN), st.just(True), st.integers(1, 40))
LEVELS = load_suites().of("education", MONDAY, [])
VOLUME = Expected("volume", "rows", 40, 251)
HOSTILE = "<script>alert('Nova Samplechild')</script>"


def window(alike: list[Alike], statements: int = 100) -> Window:
    return Window(ED, MONDAY - timedelta(days=1), MONDAY, (*LEVELS, VOLUME), tuple(alike), statements)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


@given(st.lists(SEEN | REFUSED, min_size=1, max_size=6), st.integers(0, 300))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_great_expectations_agrees_with_counting(judge: Judge, alike: list[Alike], statements: int) -> None:
    asked = window(alike, statements)
    (request,) = read_windows(write_windows([asked]))
    levels, _ = judge.judge(request)
    assert levels == levels_of(asked)
    assert read_levels(write_levels([levels])) == [levels]


def test_the_process_judges_windows_and_leaves_pages_that_hold_no_state_of_a_row(tmp_path: Path) -> None:
    good = Alike(Oddities("valid", "valid", True, False, True, 0), refused=False, rows=99)
    bad = Alike(Oddities("absent", "absent", False, True, False, 417), refused=False, rows=60)
    windows = [window([good]), window([good, bad])]
    done = subprocess.run(
        [sys.executable, "-m", "apps.quality", str(tmp_path / "quality")],
        input=write_windows(windows),
        capture_output=True,
        check=True,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert read_levels(done.stdout) == [levels_of(one) for one in windows]
    assert done.stderr == b""
    page = page_path(tmp_path / "quality", ED, MONDAY)
    assert sorted(one.name for one in page.parent.iterdir()) == [page.name, "index.html"]
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "quality").rglob("*")} == {0}
    text = page.read_text("utf-8")
    assert "At least 90 % of statements give a UPN" in text
    assert "417" not in text
    assert not (tmp_path / ".great_expectations").exists()


def test_a_page_loads_nothing_and_runs_nothing(judge: Judge) -> None:
    (request,) = read_windows(write_windows([window([Alike(NOTHING_KNOWN, refused=True, rows=30)])]))
    page = standing_alone(judge.judge(request)[1])
    assert re.search(r"<(script|link|img|iframe|object|form)\b", page) is None
    assert "default-src 'none'" in page
    assert re.findall(r"(?:src|url)\s*[=(]\s*[\"']?https?:", page) == []


def test_a_systems_name_is_no_path_and_no_markup(tmp_path: Path) -> None:
    for name in ("../../../etc", HOSTILE, "a b", "a/b", "a-b"):
        feed = ED._replace(source_system=name)
        path = write_page(tmp_path, feed, MONDAY, "<head></head>")
        assert path.is_relative_to(tmp_path / "health")
        assert ".." not in path.parts
        assert HOSTILE not in (path.parent / "index.html").read_text("utf-8")
    assert len(list((tmp_path / "health").iterdir())) == 5
