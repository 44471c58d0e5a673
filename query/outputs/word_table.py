"""The body of a Word file as WordprocessingML, written as escaped text: python-docx builds cells and paragraphs one by one, and takes minutes over entries where this takes a moment."""

from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

from query.outputs.document import Row, Said, Section, Version

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
HEADS = ("No. and when", "Who told it, and when", "What is said")
ENTRY_WIDTHS, HEAD_WIDTHS = (2800, 3300, 9040), (2800, 12340)
"""Widths of columns in twentieths of a point; together as wide as an A4 page across between its margins."""

TITLE, PART, SECTION, BULLETS = "Title", "Heading1", "Heading2", "ListBullet"
HEADINGS = (TITLE, PART, SECTION)
LONG_ENTRY = 1500
BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="8A979E"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
MARGINS = "".join(f'<w:{side} w:w="80" w:type="dxa"/>' for side in ("top", "left", "bottom", "right"))


def head_table(head: Iterable[Said]) -> str:
    """Write labels and texts as a table of two columns."""
    rows = (_row([(paragraph(run(one.label, bold=True)),), (paragraph(run(one.text)),)], HEAD_WIDTHS) for one in head)
    return _table(rows, HEAD_WIDTHS)


def entries_table(rows: Iterable[Row]) -> str:
    """Write entries as a table whose head is repeated on each page; a short entry is not broken over two."""
    heads = [(paragraph(run(one, bold=True)),) for one in HEADS]
    first = _row(heads, ENTRY_WIDTHS, marks="<w:cantSplit/><w:tblHeader/>", fill="DDE6EC")
    return _table([first, *(_entry(row) for row in rows)], ENTRY_WIDTHS)


def paragraph(*runs: str, style: str = "") -> str:
    """Write one paragraph of runs, in a style of the file's (by its id) or plain."""
    look = f'<w:pStyle w:val="{style}"/>' if style else ""
    space = "" if style in HEADINGS else '<w:spacing w:before="0" w:after="40"/>'
    return f"<w:p><w:pPr>{look}{space}</w:pPr>{''.join(runs)}</w:p>"


def heading(text: str, style: str) -> str:
    """Write a heading, as large as its style says."""
    return paragraph(f'<w:r><w:t xml:space="preserve">{escape(_plain(text))}</w:t></w:r>', style=style)


def sections(found: Iterable[Section]) -> Iterator[str]:
    """Write sections: a heading, and a line each; or what is said where there are none."""
    for one in found:
        yield heading(one.title, SECTION)
        yield from (paragraph(run(line), style=BULLETS) for line in one.lines)
        if not one.lines:
            yield paragraph(run(one.otherwise))


def run(text: str, *, bold: bool = False, struck: bool = False) -> str:
    """Write a text in one manner; line ends stay, what XML cannot hold is a blank."""
    look = ("<w:b/>" if bold else "") + ('<w:strike/><w:color w:val="444444"/>' if struck else "")
    said = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(_plain(line))}</w:t>' for line in text.splitlines())
    return f'<w:r><w:rPr>{look}<w:sz w:val="18"/></w:rPr>{said}</w:r>'


def _plain(line: str) -> str:
    return line if line.isprintable() else "".join(one if one.isprintable() else " " for one in line)


def _entry(row: Row) -> str:
    cells = [list(_when(row)), list(_source(row)), list(_content(row))]
    short = sum(len(one) for one in (*(each.text for each in row.fields), *row.notes, row.analysis)) < LONG_ENTRY
    return _row(cells, ENTRY_WIDTHS, marks="<w:cantSplit/>" if short else "", fill="F0F0F0" if row.withheld else "")


def _when(row: Row) -> Iterator[str]:
    yield paragraph(run(f"{row.number}. {row.when}", bold=True))
    if row.uncertain:
        yield paragraph(run("time not exactly known"))
    if row.age:
        yield paragraph(run(f"The child was {row.age}"))
    if row.significance is not None:
        yield paragraph(run(f"Significance: {row.significance.lower()}", bold=True))


def _source(row: Row) -> Iterator[str]:
    yield paragraph(run(row.agency, bold=True))
    if row.withheld:
        return
    source = ", ".join(one for one in (row.source, f"reference {row.reference}" if row.reference else "") if one)
    for line in (source, row.manner, f"Learned {row.learned}", f"Received {row.received}"):
        if line:
            yield paragraph(run(line))


def _content(row: Row) -> Iterator[str]:
    yield paragraph(run(row.kind, bold=True))
    yield from (paragraph(run(line, bold=True)) for line in row.handling)
    for one in row.fields:
        yield paragraph(run(f"{one.label}{one.marks}: ", bold=True), run(one.text))
    yield from (_version(one) for one in row.versions)
    yield from (paragraph(run(note)) for note in row.notes)
    if row.analysis:
        yield paragraph(run("Curator's analysis: ", bold=True), run(row.analysis))


def _version(version: Version) -> str:
    return paragraph(run("Replaced: ", bold=True), run("; ".join(version.said), struck=not version.withheld))


def _table(rows: Iterable[str], widths: Sequence[int]) -> str:
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{BORDERS}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{MARGINS}</w:tblCellMar></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def _row(cells: Sequence[Sequence[str]], widths: Sequence[int], *, marks: str = "", fill: str = "") -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    said = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>{"".join(paragraphs)}</w:tc>'
        for paragraphs, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr><w:trPr>{marks}</w:trPr>{said}</w:tr>"
