"""How fast each format is read, checked and published, beside a plain reader of that format, and how much memory that takes: each in a process of its own.

`python -m bench.reading STAGE FILE` measures one stage in this process and prints it as JSON; `bench.formats` asks for all of them.
"""

import csv
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psutil
from lxml import etree
from openpyxl import load_workbook
from rich.progress import Progress

from apps.cli.feed_sources import Asked, format_of, formats_of, source_of
from apps.feeds import FeedPlace, agency_log, checking_desk, sending_desk
from apps.settings import load_settings, secrets_folder
from bench.files import KINDS, START
from connectors.delivery import Source, check, deliver
from connectors.producer import encode_statement
from connectors.statement import Delivery, Statement
from schemas.catalogue import Catalogue, load_catalogue
from schemas.topics import agency_topic


def plain_csv(file: Path) -> int:
    """Read with the csv module and nothing else."""
    with file.open(newline="", encoding="utf-8") as stream:
        return sum(1 for _ in csv.reader(stream))


def plain_xml(file: Path) -> int:
    """Read with lxml's iterparse, forgetting each child as it ends."""
    children = 0
    for _, element in etree.iterparse(str(file), tag="Child"):
        children += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return children


def plain_xlsx(file: Path) -> int:
    """Read with openpyxl, read-only, values only."""
    book = load_workbook(file, read_only=True, data_only=True)
    rows = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))
    book.close()
    return rows


def plain_lines(file: Path) -> int:
    """Read each line as JSON."""
    with file.open("rb") as stream:
        return sum(1 for line in stream if json.loads(line))


def plain_bundle(file: Path) -> int:
    """Read the whole with json.load, which takes memory as the file grows."""
    with file.open("rb") as stream:
        return len(json.load(stream)["entry"])


PLAIN: dict[str, Callable[[Path], int]] = {
    ".csv": plain_csv,
    ".xml": plain_xml,
    ".xlsx": plain_xlsx,
    ".ndjson": plain_lines,
    ".json": plain_bundle,
}


def source(file: Path, catalogue: Catalogue) -> Source:
    """Recognise a file as the command line does, and give what is delivered of it."""
    made = next(one for one in KINDS if file.name.startswith(f"{one.name}."))
    # Sessions have no days of their own: the sender says the term.
    first, last = (START, START + timedelta(days=120)) if made.name == "school-census-sessions" else (None, None)
    agency = "health" if made.name == "ndjson" else None
    asked = Asked(mapping=made.mapping, agency=agency, first=first, last=last)
    kind = format_of(file, formats_of(asked, catalogue), asked)
    return source_of(file, kind, asked, Progress(disable=True))


def read(file: Path) -> int:
    """Read every row into its statement."""
    return sum(isinstance(outcome, Statement) for outcome in source(file, load_catalogue()).read())


def checked(file: Path) -> int:
    """Do what `mash feed check` does: read, encode, and hold against what was said before."""
    catalogue = load_catalogue()
    wanted = source(file, catalogue)
    place = FeedPlace(Path(os.environ["MASH_HOME"]), secrets_folder(os.environ, Path.cwd()))
    with checking_desk(place, catalogue, (wanted.agency, wanted.source_system)) as desk:
        return _sound(check(wanted, desk))


def published(file: Path) -> int:
    """Do what `mash feed send` does."""
    catalogue, settings = load_catalogue(), load_settings(os.environ, Path.cwd())
    wanted = source(file, catalogue)
    place = FeedPlace(Path(os.environ["MASH_HOME"]), secrets_folder(os.environ, Path.cwd()))
    with (
        agency_log(settings, wanted.agency) as log,
        sending_desk(place, catalogue, log, (wanted.agency, wanted.source_system)) as desk,
    ):
        return _sound(deliver(wanted, desk))


def producer(file: Path) -> int:
    """Publish the file's first statement PRODUCED times: what the producer itself can do."""
    catalogue, settings = load_catalogue(), load_settings(os.environ, Path.cwd())
    wanted = source(file, catalogue)
    first = next(outcome for outcome in wanted.read() if isinstance(outcome, Statement))
    # The very same message is a repeat for the hub, which nobody runs here.
    message = encode_statement(catalogue, first)
    with agency_log(settings, wanted.agency) as log:
        for _ in range(PRODUCED):
            log.publish(agency_topic(wanted.agency), message)
        log.flush()
    return PRODUCED


def _sound(receipt: Delivery) -> int:
    assert receipt.complete, receipt.refusals[:3]
    return receipt.rows_in


PRODUCED = 20_000
STAGES: dict[str, Callable[[Path], int]] = {
    "plain": lambda file: PLAIN[file.suffix](file),
    "read": read,
    "checked": checked,
    "published": published,
    "producer": producer,
}


def main() -> None:
    """Measure one stage of one file in this process: rows, seconds, and by how many MB the process grew."""
    stage, file = sys.argv[1], Path(sys.argv[2])
    before = psutil.Process().memory_info().rss
    began = time.perf_counter()
    rows = STAGES[stage](file)
    seconds = time.perf_counter() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    print(json.dumps({"rows": rows, "seconds": seconds, "grown": grown / 2**20}))


if __name__ == "__main__":
    main()
