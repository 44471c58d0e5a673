"""Every format that `mash feed` knows, listed once; the first that recognises a file reads it."""

from typing import BinaryIO

from connectors import cin_census, fhir, school_attendance, school_census, ssda903
from connectors.csv_drop import covered, read_csv
from connectors.excel_rows import read_excel
from connectors.formats import Format, Given
from connectors.mapping import Mapping
from connectors.ndjson import ndjson_format
from connectors.statement import Outcomes
from schemas.catalogue import Catalogue

EXCEL_SUFFIXES = (".xlsx", ".xlsm")
KNOWN: tuple[Format, ...] = (
    cin_census.FORMAT,
    *ssda903.FORMATS,
    *school_census.FORMATS,
    school_attendance.FORMAT,
    fhir.FORMAT,
)
"""Formats that need nothing but the file."""


def agency_formats(catalogue: Catalogue, agency: str) -> tuple[Format, ...]:
    """Give the formats that any agency may send."""
    return (ndjson_format(catalogue, agency),)


def mapped_formats(mapping: Mapping) -> tuple[Format, ...]:
    """Give the formats of files that this mapping reads: CSV, and Excel."""

    def csv_outcomes(stream: BinaryIO, given: Given) -> Outcomes:
        return covered(read_csv(stream, mapping), mapping, given)

    def excel_outcomes(stream: BinaryIO, given: Given) -> Outcomes:
        return covered(read_excel(stream, mapping), mapping, given)

    of = (mapping.agency, mapping.source_system)
    excel = Format("excel", "Excel, by a mapping", *of, lambda suffix, _: suffix in EXCEL_SUFFIXES, excel_outcomes)
    # Whatever else a person hands over with a mapping is taken for CSV: exports are named .txt or .dat as often as not.
    return excel, Format("csv", "CSV, by a mapping", *of, lambda _suffix, _head: True, csv_outcomes)
