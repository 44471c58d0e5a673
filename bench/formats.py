"""Every format's rows a second, read, checked and published, beside a plain reader of the same file in the same run; and how much memory each takes."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.files import KINDS, Made
from bench.parts import private_parts

MEGABYTE = 2**20
STAGES = ("plain", "read", "checked", "published", "producer")


def measure_formats(megabytes: int, stages: tuple[str, ...] = STAGES, names: frozenset[str] = frozenset()) -> None:
    """Make a file of each format (of all where none is named), measure the stages on it, and print a line each."""
    print(
        f"files of {megabytes} MB (Excel a twentieth); rows/s, and in brackets the share of a plain reader's; then MB grown"
    )
    with private_parts() as settings, tempfile.TemporaryDirectory(prefix="mash-bench-") as folder:
        for made in KINDS:
            if not names or made.name in names:
                file = _make(made, Path(folder), megabytes)
                print(_line(made, {stage: _measure(stage, file, settings.home) for stage in stages}), flush=True)
                file.unlink()


def _make(made: Made, folder: Path, megabytes: int) -> Path:
    file = folder / f"{made.name}{made.suffix}"
    # A workbook is compressed: a twentieth of the bytes is about as many rows.
    size = megabytes * MEGABYTE // (20 if made.suffix == ".xlsx" else 1)
    with file.open("wb") as stream:
        made.write(stream, size)
    return file


def _measure(stage: str, file: Path, home: Path) -> dict[str, float]:
    """Run one stage in a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "bench.reading", stage, str(file)]
    done = subprocess.run(
        command, env={**os.environ, "MASH_HOME": str(home)}, capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _line(made: Made, found: dict[str, dict[str, float]]) -> str:
    plain = found["plain"]["seconds"]
    parts = [f"  {made.name:24}"]
    for stage, one in found.items():
        speed = f"{stage} {one['rows'] / one['seconds']:9,.0f}"
        share = "" if stage in {"plain", "producer"} else f" ({plain / one['seconds']:.2f})"
        parts.append(f"{speed}{share} +{one['grown']:.0f} MB")
    return "  ".join(parts)


def main() -> None:
    """Measure the formats alone."""
    parser = argparse.ArgumentParser(
        description="Measure how files of each format are read, checked and published.",
        epilog="Example: python -m bench.formats --megabytes 1024 --stages plain read",
    )
    parser.add_argument("--megabytes", type=int, default=16, help="how large each file is made (default 16)")
    parser.add_argument(
        "--stages", nargs="*", default=list(STAGES), choices=STAGES, help="what to measure (default all)"
    )
    parser.add_argument("--only", nargs="*", default=[], help="names of formats (default all)")
    asked = parser.parse_args()
    measure_formats(asked.megabytes, tuple(asked.stages), frozenset(asked.only))


if __name__ == "__main__":
    main()
