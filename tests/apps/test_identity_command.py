"""`mash identity` and `mash casework` before they reach any part: what cannot be understood is said in one sentence, which quotes nobody's words."""

from pathlib import Path
from uuid import UUID

import click.testing
import pytest

from apps.cli import main

ONE, TWO = str(UUID(int=7)), str(UUID(int=8))
WHO = ("--as", "somebody", "--purpose", "assessment")
MARK = "Marked-words-of-a-person"


def typed(*arguments: str, home: Path) -> click.testing.Result:
    return click.testing.CliRunner().invoke(main, [*arguments, *WHO], env={"MASH_HOME": str(home)})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("identity", "link", ONE, TWO), "Missing option '--reason'"),
        (("identity", "link", ONE, ONE, "--reason", MARK), "found another action or one record"),
        (("identity", "keep-apart", ONE, TWO, "--reason", " "), "expected a reason of 1 to 500 characters"),
        (("identity", "defer", ONE, TWO, "--reason", MARK * 50), "expected a reason of 1 to 500 characters"),
        (("identity", "split", ONE, "--reason", MARK), "Missing argument 'ENTRY...'"),
        (("identity", "show", "no-id"), "is not a valid UUID"),
        (("identity", "wrong-views", ONE), "Missing argument 'RIGHT'"),
        (("casework", "notify", ONE), "Missing argument 'CONTRADICTION'"),
        (("casework", "resolve", ONE, TWO, "--finding", " "), "expected a finding of 1 to 4000 characters"),
        (("casework", "judge", ONE, TWO, "--profile", "never", "--significance", "routine"), "is not one of"),
        (("casework", "reviewed", ONE, "--profile", "review", "--note", MARK * 500), "expected a note of 0 to 4000"),
    ],
)
def test_a_command_line_that_says_too_little_or_too_much_is_answered_with_a_sentence(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    ended = typed(*arguments, home=tmp_path)
    assert (ended.exit_code, said in ended.output) == (2, True), ended.output
    assert MARK not in ended.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("identity", "list"),
        ("identity", "show", ONE),
        ("identity", "show", ONE, TWO),
        ("identity", "link", ONE, TWO, "--reason", MARK),
        ("identity", "split", ONE, TWO, "--reason", MARK),
        ("identity", "wrong-views", ONE, TWO),
        ("casework", "notify", ONE, TWO),
        ("casework", "resolve", ONE, TWO, "--finding", MARK),
        ("casework", "judge", ONE, TWO, "--profile", "live-work", "--significance", "notable", "--analysis", MARK),
        ("casework", "reviewed", ONE, "--profile", "review", "--note", MARK),
    ],
)
def test_where_nothing_runs_that_is_said_in_a_sentence(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ended = typed(*arguments, home=tmp_path)
    assert ended.exit_code == 1
    assert ended.output.startswith("Error: ")
    assert MARK not in ended.output + repr(ended.exception)
