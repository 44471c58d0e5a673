"""A document as one table, for CSV and Excel: what its columns are called, and its rows as cells that no spreadsheet takes for formulas."""

from collections.abc import Iterable, Iterator

from query.outputs.document import Document, Row, Section, Version

COLUMNS = (
    "Part",
    "No.",
    "When",
    "Earliest (UTC)",
    "Latest (UTC)",
    "Exactly known",
    "Age then",
    "Agency",
    "Source",
    "Reference",
    "Learned",
    "Received by the hub",
    "Kind",
    "How told",
    "Handling",
    "What is said",
    "What it replaced",
    "Notes",
    "Significance",
    "Analysis",
)
SAID = COLUMNS.index("What is said")
FORMULAS = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet takes for the beginning of a formula; the last four are the wide forms of the first."""

MARK = "'"


def first_rows(document: Document) -> Iterator[tuple[str, ...]]:
    """Give what stands before the entries: part and text."""
    yield from ((one.label, one.text) for one in document.head)
    yield from (("Please note", one) for one in document.notices)
    yield from section_rows(document.before)


def section_rows(sections: Iterable[Section]) -> Iterator[tuple[str, ...]]:
    """Give sections line by line: title and text; what is said where there are no lines."""
    for section in sections:
        yield from ((section.title, line) for line in section.lines or (section.otherwise,))


def wide(part: str, said: str) -> tuple[str, ...]:
    """Give a line that is no entry as wide as one."""
    return (part, *[""] * (SAID - 1), said, *[""] * (len(COLUMNS) - SAID - 1))


def entry_row(row: Row) -> tuple[str, ...]:
    """Give one entry's cells, in the order of the columns."""
    return (
        "Withheld" if row.withheld else "Entry",
        str(row.number),
        row.when,
        row.earliest,
        row.latest,
        "" if row.withheld else ("no" if row.uncertain else "yes"),
        row.age,
        row.agency,
        row.source,
        row.reference,
        row.learned,
        row.received,
        row.kind,
        row.manner,
        "\n".join(row.handling),
        "\n".join(f"{one.label}{one.marks}: {one.text}" for one in row.fields),
        "\n".join(version_in_words(one) for one in row.versions),
        "\n".join(row.notes),
        (row.significance or "").lower(),
        row.analysis,
    )


def version_in_words(version: Version) -> str:
    """Say what an entry said before, where striking through is not possible."""
    return f"Replaced: {'; '.join(version.said)}"


def safe_cell(text: str) -> str:
    """Give a cell's text so that no spreadsheet runs it: an apostrophe before what would be a formula, line ends as LF, other control signs as blanks."""
    plain = text if text.isprintable() else _printable(text)
    return f"{MARK}{plain}" if text.startswith(FORMULAS) or plain.lstrip().startswith(FORMULAS) else plain


def _printable(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(one if one.isprintable() else " " for one in line) for line in lines)
