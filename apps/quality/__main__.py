"""The process that judges: `python -m apps.quality FOLDER` reads windows from its input, leaves a page for each in the folder, and writes their levels."""

import sys
from pathlib import Path

from apps.quality.expectations import Judge
from apps.quality.pages import write_page
from apps.quality.request import read_windows, write_levels


def main(folder: Path) -> None:
    """Judge every window of the input; if we crash in between, the pages are written again when the windows are judged again."""
    judge, levels = Judge(), []
    for request in read_windows(sys.stdin.buffer.read()):
        found, page = judge.judge(request)
        write_page(folder, request.feed, request.day, page)
        levels.append(found)
    sys.stdout.buffer.write(write_levels(levels))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
