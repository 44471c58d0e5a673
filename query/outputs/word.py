"""A document as Word, what panels work in: A4 across, headings, the entries as a table whose head is repeated on each page, replaced text struck through."""

import io
from collections.abc import Iterable

import docx
from docx.document import Document as WordFile
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from query.outputs.document import Document, Section
from query.outputs.word_table import NAMESPACE, entries_table, head_table, run
from query.outputs.zipped import settled

A4 = (Mm(297), Mm(210))
MARGIN = Mm(15)
FONT, DARK = "Arial", RGBColor(0x12, 0x2B, 0x3D)
BULLETS = "List Bullet"


def write_word(document: Document) -> bytes:
    """Write the file; its own properties name nobody."""
    file = docx.Document()
    _page(file, document)
    _fonts(file)
    file.add_heading(_clean(document.title), 0)
    _append(file, head_table(document.head))
    for notice in document.notices:
        file.add_paragraph().add_run(_clean(notice)).bold = True
    _sections(file, document.before)
    file.add_heading("Entries", 1)
    if document.rows:
        _append(file, entries_table(document.rows))
    else:
        file.add_paragraph("There is no entry in this output.")
    _sections(file, document.after)
    packed = io.BytesIO()
    file.save(packed)
    return settled(packed.getvalue(), document.produced_at)


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


def _sections(file: WordFile, sections: Iterable[Section]) -> None:
    for section in sections:
        file.add_heading(_clean(section.title), 2)
        for line in section.lines:
            file.add_paragraph(_clean(line), BULLETS).paragraph_format.space_after = Pt(1)
        if not section.lines:
            file.add_paragraph(_clean(section.otherwise))


def _append(file: WordFile, table: str) -> None:
    file.element.body.insert_element_before(parse_xml(table), "w:sectPr")
    file.add_paragraph()


def _clean(text: str) -> str:
    """Write what XML cannot hold as blanks, line ends too."""
    return "".join(one if one.isprintable() else " " for one in text)
