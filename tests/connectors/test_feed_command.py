import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from feed_samples import SHORT_EPISODE, census, child, csv_file, police_file

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


def row_file(folder: Path, *changes: dict[str, str]) -> Path:
    path = folder / "incidents.csv"
    path.write_bytes(police_file(*changes))
    return path


def test_a_check_remembers_nothing_and_leaves_nothing_behind(run: Any, tmp_path: Path) -> None:
    row_file(tmp_path, {})
    assert run("check", "incidents.csv", "--mapping", "police").exit_code == 0
    assert [one.name for one in tmp_path.iterdir()] == ["incidents.csv"]


def test_a_file_read_as_told_before_is_known_and_only_what_changed_would_be_told(run: Any, tmp_path: Path) -> None:
    row_file(tmp_path, {}, {})
    remembered = run("send", "incidents.csv", "--mapping", "police", "--as-told-before")
    assert remembered.stdout.splitlines()[-1] == "incidents.csv: 2 rows in, 2 remembered, 0 refused"
    row_file(tmp_path, {}, {"kind": "another"}, {})
    checked = run("check", "incidents.csv", "--mapping", "police")
    assert checked.stdout.splitlines()[-1] == (
        "incidents.csv: 3 rows in, 1 may be told, 1 corrected, 1 unchanged, 0 refused"
    )


def test_files_are_read_as_told_before_one_command_after_another(run: Any, tmp_path: Path) -> None:
    words = ("send", "incidents.csv", "--mapping", "police", "--as-told-before")
    row_file(tmp_path, {})
    assert run(*words).exit_code == 0
    row_file(tmp_path, {}, {"kind": "another"})
    again = run(*words)
    assert again.stdout.splitlines()[-1] == "incidents.csv: 2 rows in, 1 remembered, 1 unchanged, 0 refused"


def test_a_memory_and_its_key_are_files_that_only_their_owner_reads_and_lie_apart(run: Any, tmp_path: Path) -> None:
    row_file(tmp_path, {})
    run("send", "incidents.csv", "--mapping", "police", "--as-told-before")
    home = tmp_path / ".mash"
    (memory,) = (home / "feeds").glob("*.sqlite")
    for path, mode in ((memory, 0o600), (home / "secrets" / "feed-memory.key", 0o600), (home / "feeds", 0o700)):
        assert path.stat().st_mode & 0o777 == mode
    assert b"Quillfeather" not in memory.read_bytes()


def test_receipts_are_json_for_machines(run: Any, tmp_path: Path) -> None:
    row_file(tmp_path, {}, {"dob": "?"})
    result = run("check", "incidents.csv", "--mapping", "police", "--json", "--period", "2024-01-01..2024-12-31")
    (receipt,) = json.loads(result.stdout)
    assert (receipt["rows_in"], receipt["told"], receipt["refused"]) == (2, 1, 1)
    assert receipt["refusals"][0]["code"] == "bad-date"
    assert (receipt["coverage"]["first"], receipt["coverage"]["last"]) == ("2024-01-01", "2024-12-31")


def test_a_period_that_runs_backwards_is_one_sentence(run: Any, tmp_path: Path) -> None:
    row_file(tmp_path, {})
    result = run("check", "incidents.csv", "--mapping", "police", "--period", "2024-12-31..2024-01-01")
    assert (result.exit_code, "the first not after the last" in result.stderr) == (1, True)


def test_a_format_can_be_named_where_the_file_does_not_tell(run: Any, tmp_path: Path) -> None:
    (tmp_path / "export.bin").write_bytes(census(child("LA-1", SHORT_EPISODE)))
    assert run("check", "export.bin").exit_code == 1
    assert "1 may be told" in run("check", "export.bin", "--format", "cin-census").stdout
    wrong = run("check", "export.bin", "--format", "another")
    assert "cin-census" in wrong.stderr


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
    (tmp_path / "incidents.csv").write_bytes(police_file({}, {"kind": "another"}))
    again = run("send", "incidents.csv", "--mapping", "police")
    assert again.stdout.splitlines()[-1] == "incidents.csv: 2 rows in, 0 told, 1 corrected, 1 unchanged, 0 refused"
    assert ("nothing is remembered" in result.stderr, "nothing is remembered" in again.stderr) == (True, False)
    late = run("send", "incidents.csv", "--mapping", "police", "--as-told-before")
    assert (late.exit_code, "only while nothing has been sent" in late.stderr) == (1, True)


@pytest.mark.services
def test_a_memory_that_was_made_with_another_hub_is_not_used(
    fresh_topics: Any, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = fresh_topics.settings.home
    monkeypatch.setenv("MASH_HOME", str(home))
    row_file(tmp_path, {})
    assert run("send", "incidents.csv", "--mapping", "police").exit_code == 0
    (memory,) = (home / "feeds").glob("*.sqlite")
    with closing(sqlite3.connect(memory)) as conn, conn:
        conn.execute("update kept set value = x'00' where name = 'hub'")
    refused = run("send", "incidents.csv", "--mapping", "police")
    assert (refused.exit_code, "found another" in refused.stderr, str(memory) in refused.stderr) == (1, True, True)


LEAVES_OUT = """
feed = "visits"
agency = "health"
source_system = "visits-book"
[coverage]
whole = true
[event_type]
column = "seen"
codes = { Y = "ChildSeen" }
leave_out = ["N"]
[reference]
columns = ["visit"]
[child]
local_id = { column = "client" }
[happened]
column = "day"
format = "%Y-%m-%d"
[learned]
same_as = "happened"
[fields.ChildSeen]
alone = { column = "alone" }
"""


def visits(folder: Path, *rows: tuple[str, str, str]) -> tuple[str, ...]:
    """Write visits (number, whether seen, day) and give the words that name them."""
    named = ("visit", "seen", "day", "client", "alone")
    found = [dict(zip(named, (*one, f"K-{one[0]}", "1"), strict=True)) for one in rows]
    (folder / "visits.csv").write_bytes(csv_file(found, named))
    (folder / "visits.toml").write_text(LEAVES_OUT)
    return "visits.csv", "--mapping", "visits.toml"


def test_rows_left_out_and_rows_of_the_future_are_counted_and_cover_no_day(run: Any, tmp_path: Path) -> None:
    words = visits(tmp_path, ("1", "Y", "2024-01-02"), ("2", "N", "2024-01-03"), ("3", "Y", "2999-01-01"))
    result = run("check", *words)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "visits.csv: a whole delivery of visits (whomever its rows are about), 2024-01-02 to 2024-01-02",
        "visits.csv: 1 row happened after today; no day after today is counted as covered",
        "visits.csv: 3 rows in, 2 may be told, 0 refused, 1 left out",
    ]
    (machines,) = json.loads(run("check", *words, "--json").stdout)
    assert (machines["left_out"], machines["happened_after_today"]) == (1, 1)


def test_a_check_lists_what_would_be_corrected_and_withdrawn(run: Any, tmp_path: Path) -> None:
    remembered = visits(tmp_path, ("1", "Y", "2024-01-02"), ("2", "Y", "2024-01-03"), ("3", "Y", "2024-01-04"))
    run("send", *remembered, "--as-told-before")
    words = visits(tmp_path, ("1", "Y", "2024-01-02"), ("2", "Y", "2024-01-30"))
    result = run("check", *words, "--list")
    assert result.stdout.splitlines()[1:] == [
        "visits.csv:3: would be corrected",
        "visits.csv: 3: would be withdrawn",
        "visits.csv: 2 rows in, 0 may be told, 1 corrected, 1 unchanged, 0 refused; 1 statement withdrawn",
    ]
    assert "would be corrected" not in run("check", *words).stdout
    (machines,) = json.loads(run("check", *words, "--json").stdout)
    assert (machines["corrected_lines"], machines["withdrawn_references"]) == ([3], ["3"])


def test_a_check_of_a_file_that_would_not_be_sent_says_so_and_exits_with_one(run: Any, tmp_path: Path) -> None:
    many = [(str(number), "Y", "2024-01-02") for number in range(130)]
    run("send", *visits(tmp_path, *many), "--as-told-before")
    result = run("check", *visits(tmp_path, many[0]), "--list")
    assert result.exit_code == 1
    assert "visits.csv: 29 more statements would be withdrawn" in result.stdout
    assert "would send nothing" in result.stdout
    assert result.stdout.splitlines()[-1].endswith("129 statements would be withdrawn")
    assert run("check", "visits.csv", "--mapping", "visits.toml", "--withdraw-many").exit_code == 0
