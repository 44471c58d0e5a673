"""Office files that are the same bytes whenever they are made of the same document: so the digest in the disclosure can be checked by making the file again."""

import io
import re
import zipfile
from datetime import UTC, datetime

FIRST = "[Content_Types].xml"
PROPERTIES = "docProps/core.xml"
NO_TIME = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def settled(office_file: bytes, produced_at: datetime) -> bytes:
    """Pack an office file anew: parts by name, no times of packing, its own times those of the document.

    Parts are stored and not compressed, since what compression gives depends on the machine's zlib, and a file must be the same in ten years.
    """
    stamp = produced_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(office_file)) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as made:
        for name in sorted(parts.namelist(), key=lambda one: (one != FIRST, one)):
            content = parts.read(name)
            if name == PROPERTIES:
                content = _MODIFIED.sub(lambda found: found.group(1) + stamp + found.group(3), content)
            part = zipfile.ZipInfo(name, NO_TIME)
            part.create_system = 0
            made.writestr(part, content)
    return packed.getvalue()
