import stat
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner

from apps.cli import main
from apps.cli.export import ONLY_ITS_OWNER, PROFILES, new_file
from query.outputs import document


def export(tmp_path: Path, out: Path) -> tuple[int, str]:
    words = ["record", "export", str(uuid4()), "--out", str(out), "--as", "demo-analyst", "--purpose", "case_review"]
    shown = CliRunner().invoke(main, words, env={"MASH_HOME": str(tmp_path / "home")})
    return shown.exit_code, shown.output


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    there = tmp_path / "review.docx"
    there.write_bytes(b"kept")
    code, said = export(tmp_path, there)
    assert (code, there.read_bytes()) == (1, b"kept")
    assert "Expected the name of a new file after --out, found one that is there." in said


def test_what_cannot_be_written_is_not_asked_for(tmp_path: Path) -> None:
    code, said = export(tmp_path, tmp_path / "nowhere" / "review.docx")
    assert code == 1
    assert "Expected a place that can be written after --out" in said


def test_where_nothing_comes_of_it_no_file_is_left(tmp_path: Path) -> None:
    code, _ = export(tmp_path, tmp_path / "review.docx")
    assert code == 1
    assert not (tmp_path / "review.docx").exists()


def test_what_is_written_only_its_owner_may_read(tmp_path: Path) -> None:
    out = tmp_path / "review.docx"
    with new_file(out) as file:
        file.write(b"whole")
    assert out.read_bytes() == b"whole"
    assert stat.S_IMODE(out.stat().st_mode) == ONLY_ITS_OWNER


def test_a_refusal_after_the_file_was_made_takes_it_away(tmp_path: Path) -> None:
    with pytest.raises(SystemExit), new_file(tmp_path / "x"):
        raise SystemExit(3)
    assert list(tmp_path.iterdir()) == []


def test_every_profile_can_be_asked_for_by_a_plain_word() -> None:
    assert set(PROFILES.values()) == set(document.PROFILES)
