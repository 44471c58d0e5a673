"""`mash quarantine` before it reaches any part: what cannot be understood is said in one sentence."""

from pathlib import Path
from uuid import UUID

import click.testing
import pytest

from apps.cli import main
from apps.cli.quarantine import STATES

SOME = str(UUID(int=7))
WHO = ("--as", "somebody", "--purpose", "data_quality")


def typed(*arguments: str, home: Path) -> click.testing.Result:
    return click.testing.CliRunner().invoke(main, ["quarantine", *arguments], env={"MASH_HOME": str(home)})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("redrive", "--reason", "why"), "Give one MESSAGE or more, or --code, --agency or both."),
        (("redrive", SOME, "--code", "backwards", "--reason", "why"), "Give one MESSAGE"),
        (("redrive", SOME), "Missing option '--reason'"),
        (("discard", SOME), "Missing option '--reason'"),
        (("discard", "--reason", "why"), "Give one MESSAGE or more, or --code, --agency or both."),
        (("discard", SOME, SOME, "--agency", "police", "--reason", "why"), "Give one MESSAGE"),
        (("show", "no-id"), "is not a valid UUID"),
        (("list", "--state", "lost"), "is not one of"),
        (("list", "--agency", "fire"), "is not one of"),
    ],
)
def test_a_command_line_that_says_too_little_or_too_much_is_answered_with_a_sentence(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    ended = typed(*arguments, *WHO, home=tmp_path)
    assert (ended.exit_code, said in ended.output) == (2, True), ended.output


@pytest.mark.parametrize("arguments", [("list",), ("show", SOME), ("discard", SOME, SOME, "--reason", "why")])
def test_where_nothing_runs_that_is_said_in_a_sentence(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ended = typed(*arguments, *WHO, home=tmp_path)
    assert ended.exit_code == 1
    assert "Traceback" not in ended.output
    assert ended.output.startswith("Error: ")


def test_the_states_to_choose_from_are_those_that_there_are() -> None:
    assert STATES == ("open", "being-settled", "admitted", "admitted-before", "refused-again", "discarded")
