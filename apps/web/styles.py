"""The style sheet: GOV.UK Frontend's, without GDS Transport and the crest, which are not ours to show, and a little of our own behind it."""

import hashlib
import re
from dataclasses import dataclass, field
from importlib.resources import files

from apps.web.npm_packages import STYLES, fetched

SYSTEM_FONTS = 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",arial,sans-serif'
FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
FROM_ELSEWHERE = re.compile(r"url\([^)]*\)")


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """The whole sheet, and its address, which changes with what is in it."""

    content: bytes = field(repr=False)
    address: str


def load_styles() -> StyleSheet:
    """Put the sheet together; FetchFailed when GOV.UK Frontend was not fetched."""
    own = (files("apps.web") / "own.css").read_text(encoding="utf-8")
    content = (with_system_fonts(fetched(STYLES).read_text(encoding="utf-8")) + own).encode()
    return StyleSheet(content, f"/static/{hashlib.sha256(content).hexdigest()[:16]}.css")


def with_system_fonts(sheet: str) -> str:
    """Take the GDS typeface and every picture out of a sheet, and put the reader's own fonts in."""
    without_files = FROM_ELSEWHERE.sub("none", FONT_FACE.sub("", sheet))
    return without_files.replace("GDS Transport,arial,sans-serif", SYSTEM_FONTS)
