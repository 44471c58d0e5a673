"""How fast each format is read, checked and published, beside a plain reader of that format, and how much memory that takes: each in a process of its own.

`python -m bench.reading STAGE KIND FILE` measures one stage in this process and prints it as JSON; `bench.formats` asks for all of them.
"""

import csv
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ijson
from lxml import etree
from openpyxl import load_workbook

from apps.connections import kafka_login, kafka_python_options
from apps.settings import load_settings
from bench.files import KINDS, Made
from connectors.envelope import time_zone
from connectors.formats import Format, Given
from connectors.producer import CheckedOnly, KafkaStatementLog, encode_statement
from connectors.statement import Statement
from schemas.catalogue import load_catalogue


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
    """Read each entry with ijson."""
    with file.open("rb") as stream:
        return sum(1 for _ in ijson.items(stream, "entry.item"))


PLAIN: dict[str, Callable[[Path], int]] = {
    ".csv": plain_csv,
    ".xml": plain_xml,
    ".xlsx": plain_xlsx,
    ".ndjson": plain_lines,
    ".json": plain_bundle,
}
