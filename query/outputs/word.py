"""A document as Word, what panels work in: A4 across, headings, the entries as a table whose head is repeated on each page, replaced text struck through."""

import io
from collections.abc import Iterator

import docx
from docx.document import Document as WordFile
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from query.outputs.document import Document
from query.outputs.word_table import (
    NAMESPACE,
    PART,
    TITLE,
    entries_table,
    head_table,
    heading,
    paragraph,
    run,
    sections,
)
from query.outputs.zipped import settled

A4 = (Mm(297), Mm(210))
MARGIN = Mm(15)
FONT, DARK = "Arial", RGBColor(0x12, 0x2B, 0x3D)


def write_word(document: Document) -> bytes:
    """Write the file; its own properties name nobody."""
    file = docx.Document()
    _page(file, document)
    _fonts(file)
    end = file.element.body[-1]
    for part in _body(document):
        # Each part says its namespace itself: moved out of another element, lxml would look for it at every node.
        end.addprevious(parse_xml(part.replace(">", f' xmlns:w="{NAMESPACE}">', 1)))
    packed = io.BytesIO()
    file.save(packed)
    return settled(packed.getvalue(), document.produced_at)


def _body(document: Document) -> Iterator[str]:
    yield heading(document.title, TITLE)
    yield head_table(document.head)
    yield paragraph()
    yield from (paragraph(run(notice, bold=True)) for notice in document.notices)
    yield from sections(document.before)
    yield heading("Entries", PART)
    yield entries_table(document.rows) if document.rows else paragraph(run("There is no entry in this output."))
    yield from sections(document.after)


def _page(file: WordFile, document: Document) -> None:
    section = file.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = A4
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    _append_foot(section.footer.paragraphs[0], document.foot)
    properties = file.core_properties
    properties.author = properties.last_modified_by = "mash-hub"
    properties.title, properties.comments, properties.revision = "Chronology", "", 1
    properties.created = properties.modified = document.produced_at.replace(tzinfo=None)


def _append_foot(place: Paragraph, foot: str) -> None:
    """Put the foot in, with the number of the page, which Word works out itself."""
    said = (
        f'<w:p xmlns:w="{NAMESPACE}">{run(f"{foot} - page ")}<w:fldSimple w:instr="PAGE">{run("1")}</w:fldSimple></w:p>'
    )
    for child in list(parse_xml(said)):
        place.paragraph_format.element.append(child)


def _fonts(file: WordFile) -> None:
    for name, size in (("Normal", 9), ("Title", 20), ("Heading 1", 14), ("Heading 2", 11)):
        style = file.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        fonts = style.element.rPr.find(qn("w:rFonts"))
        # The template's headings are in the theme's face, which wins over a name unless it is taken away.
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        if name != "Normal":
            style.font.color.rgb = DARK
