import base64
import hashlib
import io
import stat
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from apps.web.npm_packages import STYLES, FetchFailed, NpmFile, fetch
from apps.web.styles import load_styles, with_system_fonts

CONTENT = b"body{color:black}"


def packed() -> bytes:
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w:gz") as archive:
        one = tarfile.TarInfo("package/sheet.css")
        one.size = len(CONTENT)
        archive.addfile(one, io.BytesIO(CONTENT))
    return kept.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> NpmFile:
    package = packed()
    (tmp_path / "package.tgz").write_bytes(package)
    digest = base64.b64encode(hashlib.sha512(package).digest()).decode()
    return NpmFile("invented", "1.0.0", digest, "package/sheet.css")


@pytest.fixture
def npm(tmp_path: Path) -> str:
    """A program that gives the package as npm would, and says that it was called."""
    program = tmp_path / "npm"
    program.write_text(f'#!/bin/sh\ncp "{tmp_path}/package.tgz" invented-1.0.0.tgz\necho "$*" >> "{tmp_path}/calls"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


def test_a_file_is_fetched_once_and_kept_under_its_version(tmp_path: Path, file: NpmFile, npm: str) -> None:
    folder = tmp_path / "kept"
    assert fetch([file], folder, npm) == [file]
    assert fetch([file], folder, npm) == []
    assert (folder / "invented-1.0.0" / "sheet.css").read_bytes() == CONTENT
    assert (tmp_path / "calls").read_text("utf-8").startswith("pack invented@1.0.0 --ignore-scripts")
    assert len((tmp_path / "calls").read_text("utf-8").splitlines()) == 1


def test_a_package_with_another_digest_is_not_used(tmp_path: Path, file: NpmFile, npm: str) -> None:
    other = replace(file, integrity="AAAA")
    with pytest.raises(FetchFailed, match="found another package"):
        fetch([other], tmp_path / "kept", npm)
    assert not (tmp_path / "kept").exists()


def test_where_there_is_no_npm_one_sentence_says_what_to_do(tmp_path: Path, file: NpmFile) -> None:
    with pytest.raises(FetchFailed, match="Expected npm, to fetch invented, found none; install it"):
        fetch([file], tmp_path, None)


def test_an_npm_that_fails_is_said_in_one_sentence(tmp_path: Path, file: NpmFile) -> None:
    with pytest.raises(FetchFailed, match="found that npm ended with 1"):
        fetch([file], tmp_path / "kept", "/bin/false")


def test_the_sheet_is_served_without_the_gds_typeface_the_crest_or_anything_from_elsewhere() -> None:
    styles = load_styles()
    sheet = styles.content.decode()
    assert len(sheet) > 100_000
    assert ".govuk-button" in sheet
    for gone in ("GDS Transport", "@font-face", "url(", "@import"):
        assert gone not in sheet
    assert styles.address == f"/static/{hashlib.sha256(styles.content).hexdigest()[:16]}.css"


def test_a_typeface_is_replaced_wherever_it_is_named() -> None:
    sheet = "@font-face{font-family:GDS Transport;src:url(/a.woff2)}p{font-family:GDS Transport,arial,sans-serif}"
    assert with_system_fonts(sheet).startswith("p{font-family:system-ui,")


def test_the_version_is_the_one_whose_macros_are_used() -> None:
    page = (Path(__file__).parents[2] / "docs" / "dependencies.md").read_text("utf-8")
    assert f"which GOV.UK Frontend it ports ({STYLES.version})" in page
