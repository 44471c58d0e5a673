from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from apps.cli import main
from apps.people import write_people


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """List the words of every command there is, groups too."""
    yield words
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name)


@pytest.mark.parametrize("words", list(commands(main)), ids=" ".join)
def test_every_command_explains_itself_with_an_example(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(main, [*words, "--help"])
    assert shown.exit_code == 0
    assert "Example: mash " in shown.output


def test_provisioning_where_nothing_runs_ends_with_one_sentence(tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["provision"], env={"MASH_HOME": str(tmp_path / "home")})
    assert shown.exit_code == 1
    assert "start it with `mash services up`" in shown.output
    assert "Traceback" not in shown.output


def test_the_status_of_nothing_is_stopped_and_exits_1(tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["services", "status"], env={"MASH_HOME": str(tmp_path / "home")})
    assert shown.exit_code == 1
    assert shown.output.count("stopped") == 2


def test_erasing_asks_first(tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["services", "reset"], env={"MASH_HOME": str(tmp_path / "home")}, input="n\n")
    assert shown.exit_code == 1
    assert "Aborted" in shown.output


def test_what_is_in_a_file_is_listed_also_where_nothing_says_where_the_parts_are(tmp_path: Path) -> None:
    home = {"MASH_HOME": str(tmp_path)}
    write_people(
        tmp_path / "people.json",
        [{"staff_id": "a-17", "name": "Ana", "agency": "health", "role": "analyst", "clearances": ["sealed"]}],
    )
    people, refusals = (CliRunner().invoke(main, [command], env=home) for command in ("people", "refusals"))
    assert (people.exit_code, people.output) == (0, "a-17: analyst, health, cleared for sealed\n")
    assert (refusals.exit_code, refusals.output) == (0, "The broker has refused nothing.\n")


def test_where_nobody_may_sign_in_one_sentence_says_what_makes_the_file(tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["people"], env={"MASH_HOME": str(tmp_path)})
    assert shown.exit_code == 1
    assert "docs/operating.md" in shown.output
    assert "`mash demo` makes one" in shown.output


def test_a_list_of_people_that_others_may_read_is_refused(tmp_path: Path) -> None:
    write_people(tmp_path / "people.json", [])
    (tmp_path / "people.json").chmod(0o640)
    shown = CliRunner().invoke(main, ["people"], env={"MASH_HOME": str(tmp_path)})
    assert shown.exit_code == 1
    assert "found mode 0640; type `chmod 600" in shown.output
