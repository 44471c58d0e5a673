"""A document as one HTML page to read and to print: its own small style sheet, no script, nothing from elsewhere."""

from collections.abc import Iterable, Iterator
from html import escape

from query.outputs.document import Document, Row, Section, Version
from query.outputs.timeline import timeline_svg

STYLE = """
body{font:14px/1.45 Arial,Helvetica,sans-serif;color:#111;max-width:75rem;margin:1.5rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0 0 .6rem}h2{font-size:1.15rem;margin:1.4rem 0 .4rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:0}dt{font-weight:bold}dd{margin:0}
ul{margin:.2rem 0 .2rem 1.2rem;padding:0}
.notice{border-left:4px solid #8a4b00;padding:.3rem .7rem;margin:.5rem 0;background:#fbf5ec}
.picture{overflow-x:auto;margin:1rem 0}.picture svg{max-width:100%;height:auto}
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold;font-size:1.15rem;padding:1rem 0 .4rem}
th,td{border:1px solid #8a979e;padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
thead th{background:#dde6ec}th[scope=row]{width:17%;font-weight:normal}th[scope=row] p:first-child{font-weight:bold}td.who{width:21%}
p{margin:.15rem 0}.handling{font-weight:bold;border:2px solid #a3120a;padding:.15rem .4rem;display:inline-block}
.withheld{background:#f0f0f0}del{color:#444}.mark{font-style:italic}footer{margin:1.5rem 0;border-top:1px solid #8a979e;padding-top:.4rem}
@media print{body{max-width:none;margin:0;padding:0;font-size:9.5pt}thead{display:table-header-group}tr.short{break-inside:avoid}h2{break-after:avoid}footer{display:none}}
"""
LONG_ENTRY = 1500


def write_html(document: Document) -> bytes:
    """Write the page, UTF-8."""
    said = [
        '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">',
        f"<title>{_text(document.title)}</title><style>{STYLE}{_printed_foot(document.foot)}</style></head><body><main>",
        f"<h1>{_text(document.title)}</h1><dl>",
        *(f"<dt>{_text(one.label)}</dt><dd>{_text(one.text)}</dd>" for one in document.head),
        "</dl>",
        *(f'<p class="notice">{_text(one)}</p>' for one in document.notices),
        *_sections(document.before),
        f'<div class="picture">{timeline_svg(document)}</div>',
        *_entries(document.rows),
        *_sections(document.after),
        f"</main><footer>{_text(document.foot)}</footer></body></html>",
    ]
    return "\n".join(said).encode()


def _printed_foot(foot: str) -> str:
    """Say the foot on every printed page; a text in a style sheet is escaped by numbers."""
    quoted = "".join(one if one.isalnum() and one.isascii() else f"\\{ord(one):06x}" for one in foot)
    return (
        f'@page{{size:A4 landscape;margin:14mm 12mm 16mm;@bottom-left{{content:"{quoted}";font:8pt Arial,Helvetica,sans-serif}}'
        '@bottom-right{content:"Page " counter(page) " of " counter(pages);font:8pt Arial,Helvetica,sans-serif}}'
    )


def _sections(sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        yield f"<h2>{_text(section.title)}</h2>"
        if section.lines:
            yield f"<ul>{''.join(f'<li>{_text(line)}</li>' for line in section.lines)}</ul>"
        else:
            yield f"<p>{_text(section.otherwise)}</p>"


def _entries(rows: tuple[Row, ...]) -> Iterator[str]:
    if not rows:
        yield "<h2>Entries</h2><p>There is no entry in this output.</p>"
        return
    heads = "".join(f'<th scope="col">{one}</th>' for one in ("No. and when", "Who told it, and when", "What is said"))
    yield f"<table><caption>Entries</caption><thead><tr>{heads}</tr></thead><tbody>"
    yield from (_entry(row) for row in rows)
    yield "</tbody></table>"


def _entry(row: Row) -> str:
    content = "".join(_content(row))
    # A short entry is not broken over two pages; a long one would leave a page half empty.
    marks = [name for name, true in (("withheld", row.withheld), ("short", len(content) < LONG_ENTRY)) if true]
    return f'<tr class="{" ".join(marks)}"><th scope="row">{"".join(_when(row))}</th><td class="who">{"".join(_source(row))}</td><td>{content}</td></tr>'


def _when(row: Row) -> Iterator[str]:
    yield f"<p>{row.number}. {_text(row.when)}</p>"
    if row.uncertain:
        yield '<p class="mark">time not exactly known</p>'
    if row.age:
        yield f"<p>{_text(f'The child was {row.age}')}</p>"
    if row.significance is not None:
        yield f"<p>Significance: {_text(row.significance.lower())}</p>"


def _source(row: Row) -> Iterator[str]:
    yield f"<p><strong>{_text(row.agency)}</strong></p>"
    if row.withheld:
        return
    source = ", ".join(one for one in (row.source, f"reference {row.reference}" if row.reference else "") if one)
    for line in (source, row.manner, f"Learned {row.learned}", f"Received {row.received}"):
        if line:
            yield f"<p>{_text(line)}</p>"


def _content(row: Row) -> Iterator[str]:
    yield f"<p><strong>{_text(row.kind)}</strong></p>"
    yield from (f'<p class="handling">{_text(line)}</p>' for line in row.handling)
    for one in row.fields:
        yield f'<p>{_text(one.label)}<span class="mark">{_text(one.marks)}</span>: {_text(one.text)}</p>'
    yield from (_version(one) for one in row.versions)
    yield from (f'<p class="mark">{_text(note)}</p>' for note in row.notes)
    if row.analysis:
        yield f"<p><strong>Curator's analysis:</strong> {_text(row.analysis)}</p>"


def _version(version: Version) -> str:
    said = _text("; ".join(version.said))
    return f"<p>Replaced: {said if version.withheld else f'<del>{said}</del>'}</p>"


def _text(text: str) -> str:
    return escape("".join(one if one.isprintable() or one == "\n" else " " for one in text)).replace("\n", "<br>")
