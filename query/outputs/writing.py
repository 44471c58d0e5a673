"""Every format by its name: how it is written, what it is called on the way, and how its file's name ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from query.outputs.csv_file import write_csv
from query.outputs.document import Document, Format
from query.outputs.excel import write_excel
from query.outputs.json_file import write_json
from query.outputs.page import write_html
from query.outputs.timeline import timeline_svg
from query.outputs.word import write_word

OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Writing:
    """One format: the bytes of a document in it, their media type, and the ending of the file's name."""

    write: Callable[[Document], bytes]
    media_type: str
    ending: str


def write_svg(document: Document) -> bytes:
    """Write the timeline alone, UTF-8."""
    return timeline_svg(document).encode()


WRITINGS: Mapping[Format, Writing] = {
    "csv": Writing(write_csv, "text/csv; charset=utf-8", "csv"),
    "excel": Writing(write_excel, f"{OFFICE}.spreadsheetml.sheet", "xlsx"),
    "word": Writing(write_word, f"{OFFICE}.wordprocessingml.document", "docx"),
    "html": Writing(write_html, "text/html; charset=utf-8", "html"),
    "json": Writing(write_json, "application/json", "json"),
    "svg": Writing(write_svg, "image/svg+xml", "svg"),
}
