from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from apps.cli import main


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
