from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from feed_samples import SHORT_EPISODE, census, child, police_file

from apps.cli.feed import feed


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.chdir(tmp_path)
    for name in ("MASH_HOME", "KAFKA_BOOTSTRAP_SERVERS"):
        monkeypatch.delenv(name, raising=False)
    return lambda *words: CliRunner().invoke(feed, words)


def test_a_file_without_fault_is_counted(run: Any, tmp_path: Path) -> None:
    (tmp_path / "census.xml").write_bytes(census(child("LA-1", SHORT_EPISODE)))
    (tmp_path / "incidents.csv").write_bytes(police_file({}, {}))
    result = run("check", "census.xml", "incidents.csv", "--mapping", "police")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "census.xml: a whole delivery of cin-census 2024 (children in need in the authority, 2024), 2023-04-01 to 2024-03-31",
        "census.xml: 1 rows in, 1 may be told, 0 refused",
        "incidents.csv: changes of police (whomever its rows are about), 2024-03-22 to 2024-03-22",
        "incidents.csv: 2 rows in, 2 may be told, 0 refused",
    ]


def test_every_refused_row_is_listed_with_its_line_and_reason(run: Any, tmp_path: Path) -> None:
    (tmp_path / "incidents.csv").write_bytes(police_file({}, {"dob": "?"}, {"marking": "?"}))
    result = run("check", "incidents.csv", "--mapping", "police")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert [line.split(": ")[:2] for line in lines[:2]] == [
        ["incidents.csv:3", "bad-date"],
        ["incidents.csv:4", "unknown-code"],
    ]
    assert lines[3] == "incidents.csv: 3 rows in, 1 may be told, 2 refused"


def test_a_file_that_cannot_be_read_on_says_so(run: Any, tmp_path: Path) -> None:
    (tmp_path / "incidents.csv").write_bytes(police_file({}).decode().encode("utf-16"))
    result = run("check", "incidents.csv", "--mapping", "police")
    assert result.exit_code == 1
    assert "nothing after this was read" in result.stdout


def test_a_csv_file_without_a_mapping_is_one_sentence(run: Any, tmp_path: Path) -> None:
    (tmp_path / "incidents.csv").write_bytes(police_file({}))
    result = run("send", "incidents.csv")
    assert result.exit_code == 1
    assert "education, health, police" in result.stderr


def test_sending_without_a_hub_says_how_to_start_one(run: Any, tmp_path: Path) -> None:
    (tmp_path / "incidents.csv").write_bytes(police_file({}))
    result = run("send", "incidents.csv", "--mapping", "police")
    assert result.exit_code == 1
    assert "mash services up" in result.stderr


def test_every_command_of_feed_shows_an_example(run: Any) -> None:
    for command in (["--help"], ["check", "--help"], ["send", "--help"]):
        assert "Example: mash feed" in run(*command).stdout


@pytest.mark.services
def test_a_file_is_sent_as_the_agencys_own_user(
    fresh_topics: Any, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASH_HOME", str(fresh_topics.settings.home))
    (tmp_path / "incidents.csv").write_bytes(police_file({}, {}))
    result = run("send", "incidents.csv", "--mapping", "police")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "incidents.csv: 2 rows in, 2 told, 0 refused"
