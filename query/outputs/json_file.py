"""A document as JSON: canonical bytes (sorted keys, no spaces, UTF-8), for programs that work on what panels were given."""

from dataclasses import fields
from typing import Any

from query.outputs.document import Document, Row
from query.view import canonical_bytes


def write_json(document: Document) -> bytes:
    """Write every part of the document; where the picture puts an entry is left out, since the ISO times say it."""
    parts = {one.name: getattr(document, one.name) for one in fields(document)}
    return canonical_bytes(parts | {"rows": [_entry(row) for row in document.rows]})


def _entry(row: Row) -> dict[str, Any]:
    return {one.name: getattr(row, one.name) for one in fields(row) if one.name != "placed"} | {
        "withheld": row.withheld
    }
