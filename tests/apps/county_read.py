"""An invented county as the connectors read it, and its statements placed as the hub places them."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from uuid import UUID

from access_policy.blind_index import NHS_NUMBER, UPN, blind_index, event_id, local_scheme
from apps.demo.county import County, write_county
from apps.demo.county_files import CountyFile
from connectors.cin_census import read_census
from connectors.csv_drop import read_csv
from connectors.envelope import time_zone
from connectors.http_events import EventReader
from connectors.mapping_file import shipped_mapping
from connectors.statement import Outcome, Statement
from projections.identity.exact import Claim, Known, resolve
from schemas.catalogue import Catalogue, load_catalogue

TODAY = date(2026, 11, 20)
SECRET = b"an invented secret of the tests"


@dataclass(frozen=True, slots=True)
class Read:
    """A county and what the connectors made of each of its files."""

    today: date
    county: County
    outcomes: dict[str, list[Outcome]]

    def statements(self, *waves: int) -> list[Statement]:
        files = [file for file in self.county.files if file.wave in (waves or (1, 2, 3))]
        return [found for file in files for found in self.outcomes[file.path.name] if isinstance(found, Statement)]

    def of_story(self, name: str) -> list[Statement]:
        """Give every statement about a story's children, by the identifiers that the story gives."""
        story = next(story for story in self.county.stories if story.name == name)
        local = {local for child in story.children for local in child.local_ids}
        return [one for one in self.statements() if (one.agency, one.value["envelope"]["child"]["local_id"]) in local]


def read_file(file: CountyFile, catalogue: Catalogue) -> list[Outcome]:
    if file.format == "json":
        return EventReader(catalogue, file.agency, time_zone()).read(file.path.read_bytes())
    with file.path.open("rb") as stream:
        if file.format == "census":
            return list(read_census(stream, time_zone()))
        assert file.mapping is not None
        return list(read_csv(stream, shipped_mapping(file.mapping, catalogue)))


def make(folder: Path, today: date, children: int = 300) -> Read:
    county = write_county(folder, 7, today, children)
    catalogue = load_catalogue()
    return Read(today, county, {file.path.name: read_file(file, catalogue) for file in county.files})


def placed(read: Read, rng: Random) -> tuple[dict[tuple[str, str], UUID], Known]:
    """Place all statements as the hub does, each wave in an order of its own: the record of each statement, and what is known then."""
    known, ids = Known(), iter(range(1, 100_000))
    records: dict[tuple[str, str], UUID] = {}
    for wave in (1, 2, 3):
        told = read.statements(wave)
        rng.shuffle(told)
        found = resolve([claim_of(one) for one in told], known, lambda: UUID(int=next(ids)))
        records |= {(one.agency, one.reference): place.child for one, place in zip(told, found, strict=True)}
    return records, known


def claim_of(one: Statement) -> Claim:
    child = one.value["envelope"]["child"]
    strong = {
        scheme: None if child[scheme] is None else blind_index(SECRET, scheme, child[scheme])
        for scheme in (NHS_NUMBER, UPN)
    }
    local = blind_index(SECRET, local_scheme(one.agency), child["local_id"])
    return Claim(event_id(SECRET, one.agency, one.reference), local, strong[NHS_NUMBER], strong[UPN])
