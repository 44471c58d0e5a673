"""The county's records as files, in exactly the formats that the connectors read; the same records always give the same bytes."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from apps.demo.background import Record
from apps.demo.care_records import CENSUS_AGENCY, Episode, Posted
from apps.demo.csv_records import HealthRecord, PoliceRecord, SchoolRecord
from apps.demo.households import Child
from apps.demo.story_duties import IMPOSSIBLE_DAY, Flaw
from connectors.http_events import MOST_EVENTS

Format = Literal["csv", "census", "json"]
BRIDGES, MAIN, LAST = 1, 2, 3
"""The waves of delivery: what joins identifiers, the agencies' drops, and what came late. Within a wave the order does not matter."""


@dataclass(frozen=True, slots=True)
class CountyFile:
    """One file to deliver: whose it is, how it is read (`mapping` for a CSV file), its wave, its rows and the codes of those that will be refused, sorted.

    A wave is sent when the hub has admitted, folded and compared the one before.
    """

    agency: str
    format: Format
    path: Path
    mapping: str | None
    wave: int
    rows: int
    refusals: tuple[str, ...]

    @property
    def refused(self) -> int:
        """How many rows will be refused."""
        return len(self.refusals)


def write_files(folder: Path, records: Sequence[Record], flaws: Sequence[Flaw], today: date) -> tuple[CountyFile, ...]:
    """Write every file into an existing folder and list them in the order of delivery."""
    rows = [*records, *flaws]
    files = [
        *_write_events(folder, CENSUS_AGENCY, rows, late=False),
        *_write_events(folder, "police", rows, late=False),
        *_write_events(folder, "health", rows, late=False),
        *_write_events(folder, "education", rows, late=False),
        _write_csv(folder, HealthRecord, rows, late=False),
        _write_csv(folder, SchoolRecord, rows, late=False),
        _write_census(folder, [record for record in records if isinstance(record, Episode)], today),
        _write_csv(folder, PoliceRecord, rows, late=False),
        _write_csv(folder, HealthRecord, rows, late=True),
        _write_csv(folder, PoliceRecord, rows, late=True),
        *_write_events(folder, CENSUS_AGENCY, rows, late=True),
    ]
    return tuple(files)


def _write_csv(
    folder: Path,
    kind: type[PoliceRecord | HealthRecord | SchoolRecord],
    rows: Iterable[Record | Flaw],
    *,
    late: bool,
) -> CountyFile:
    agency = kind.agency
    chosen = [row for row in rows if isinstance(_record(row), kind) and row.late == late]
    chosen.sort(key=lambda row: (_told(_record(row)), _record(row).reference))
    out = io.StringIO(newline="")
    lines = [row.row() for row in chosen if not isinstance(row, Episode | Posted)]
    writer = csv.DictWriter(out, list(lines[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    path = folder / f"{agency}{'-late' if late else ''}.csv"
    path.write_bytes(out.getvalue().encode())
    return CountyFile(agency, "csv", path, agency, LAST if late else MAIN, len(lines), _refusals(chosen))


def _refusals(rows: Iterable[Record | Flaw]) -> tuple[str, ...]:
    return tuple(sorted(row.code for row in rows if isinstance(row, Flaw)))


def _write_events(folder: Path, agency: str, rows: Iterable[Record | Flaw], *, late: bool) -> list[CountyFile]:
    """Write what an agency posts, in as many files as it takes requests."""
    chosen = [row for row in rows if isinstance(_record(row), Posted) and _record(row).agency == agency]
    chosen = sorted((row for row in chosen if row.late == late), key=lambda row: _told(_record(row)))
    files = []
    for start in range(0, len(chosen), MOST_EVENTS):
        part = chosen[start : start + MOST_EVENTS]
        more = f"-{1 + start // MOST_EVENTS}" if start else ""
        path = folder / f"statements-{agency}{'-late' if late else ''}{more}.json"
        events: list[dict[str, Any]] = [
            row.event() if isinstance(row, Posted) else row.row() for row in part if isinstance(row, Posted | Flaw)
        ]
        path.write_text(json.dumps(events, indent=1) + "\n", "utf-8")
        wave = LAST if late else BRIDGES
        files.append(CountyFile(agency, "json", path, None, wave, len(events), _refusals(part)))
    return files


def _record(row: Record | Flaw) -> Record:
    return row.record if isinstance(row, Flaw) else row


def _told(record: Record) -> tuple[str, str]:
    """Order records as a system would export them: by when it was told of them, then by their reference."""
    if isinstance(record, PoliceRecord):
        when: date | datetime = record.recorded
    elif isinstance(record, HealthRecord):
        when = record.at
    elif isinstance(record, SchoolRecord):
        when = record.last
    else:
        return (record.learned if isinstance(record, Posted) else ""), record.reference
    return when.isoformat(), record.reference


def _write_census(folder: Path, episodes: Iterable[Episode], today: date) -> CountyFile:
    ordered = sorted(episodes, key=lambda episode: (episode.child.number, episode.referral))
    message = Element("Message")
    _write_header(SubElement(message, "Header"), today)
    children = SubElement(message, "Children")
    for _, found in groupby(ordered, key=attrgetter("child.number")):
        _write_child(children, list(found))
    indent(message)
    path = folder / "cin_census.xml"
    path.write_bytes(tostring(message, encoding="utf-8", xml_declaration=True) + b"\n")
    refusals = ("bad-date",) * sum(IMPOSSIBLE_DAY in one.protection.reviews for one in ordered if one.protection)
    return CountyFile(CENSUS_AGENCY, "census", path, None, MAIN, sum(one.rows() for one in ordered), refusals)


def _write_header(header: Element, today: date) -> None:
    details = SubElement(header, "CollectionDetails")
    for name, text in (("Collection", "CIN"), ("Year", str(today.year)), ("ReferenceDate", today.isoformat())):
        SubElement(details, name).text = text
    source = SubElement(header, "Source")
    for name, text in (("SourceLevel", "L"), ("LEA", "999"), ("SoftwareCode", "mash demo"), ("SerialNo", "001")):
        SubElement(source, name).text = text


def _write_child(children: Element, episodes: Sequence[Episode]) -> None:
    found, child = SubElement(children, "Child"), episodes[0].child
    _write_identifiers(SubElement(found, "ChildIdentifiers"), child)
    SubElement(SubElement(found, "ChildCharacteristics"), "Ethnicity").text = "NOBT"
    found.extend(episode.element() for episode in episodes)


def _write_identifiers(block: Element, child: Child) -> None:
    pupil = ("UPN", child.upn) if child.upn else ("UPNunknown", "UN1")
    local = ("LAchildID", child.local_id(CENSUS_AGENCY))
    for name, text in (local, pupil, ("PersonBirthDate", child.born.isoformat()), ("Sex", child.sex)):
        SubElement(block, name).text = text
