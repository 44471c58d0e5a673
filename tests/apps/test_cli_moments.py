"""Moments that are typed on the command line have been."""

from uuid import UUID

import pytest
from click.testing import CliRunner

from apps.cli import main

CHILD = str(UUID(int=7))
COMMANDS = (
    ("chronology", CHILD, "--as-known-at", "2999-01-01"),
    ("record", "household", CHILD, "--as-known-at", "2999-01-01T10:00"),
    ("record", "family", CHILD, "--as-known-at", "2999-01-01"),
    ("record", "difference", CHILD, "--earlier", "2025-01-01", "--later", "2999-01-01T10:00:30"),
    ("record", "as-known-to", CHILD, "--agency", "police", "--moment", "2999-01-01"),
    ("record", "export", CHILD, "--format", "csv", "--out", "never-made.csv", "--as-known-at", "2999-01-01"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_moment_to_come_is_refused_in_one_sentence(command: tuple[str, ...]) -> None:
    found = CliRunner().invoke(main, [*command, "--as", "demo-analyst"])
    assert found.exit_code == 2
    said = " ".join(found.output.split())
    assert "expected a moment until now (UTC), found one that is still to come; give an earlier one" in said
