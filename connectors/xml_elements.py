"""XML bytes to elements, one at a time, in bounded memory, each with the line it begins on.

ElementTree's iterparse keeps no lines, so this reads with the SAX parser of defusedxml. A DTD is refused whole, and with it every entity: no such file
has a need of one, and entities are how a small file grows without end or reads others.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.sax import SAXParseException  # nosec: only the exception; parsing is defusedxml's
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import create_parser

from connectors.statement import Refusal

CHUNK = 64 * 1024
MOST_ELEMENTS = 50_000
MOST_CHARACTERS = 4 * 1024 * 1024
DEEPEST = 32
SILENT_BYTES = 8 * 1024 * 1024


@dataclass(slots=True)
class Element:
    """One element: its name without prefix, the line it begins on, its own text, and what is within it."""

    name: str
    line: int
    text: str = field(default="", repr=False)
    parts: list["Element"] = field(default_factory=list, repr=False)

    def named(self, name: str) -> list["Element"]:
        """Give the elements of this name directly within, in the order of the file."""
        return [part for part in self.parts if part.name == name]

    def first(self, name: str) -> "Element | None":
        """Give the first element of this name directly within that is not empty, or None."""
        return next((part for part in self.parts if part.name == name and (part.text or part.parts)), None)


class XmlFault(Exception):
    """The file cannot be read on from some line; carries the refusal that ends reading."""

    def __init__(self, line: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.refusal = Refusal(line, code, sentence, ends_reading=True)


def read_elements(stream: BinaryIO, root: str, wanted: frozenset[str]) -> Iterator[Element]:
    """Give each element of a wanted name, complete, wherever it stands under the root; XmlFault for anything but well-formed XML of bounded size."""
    parser = create_parser(forbid_dtd=True)
    collector = _Collector(root, wanted, parser)
    parser.setContentHandler(collector)
    while chunk := stream.read(CHUNK):
        collector.fed += len(chunk)
        _guarded(parser, collector, chunk)
        yield from collector.take()
    _guarded(parser, collector, None)
    yield from collector.take()


def _guarded(parser: Any, collector: "_Collector", chunk: bytes | None) -> None:
    """Feed one chunk, or close at the end; every way in which it can fail becomes an XmlFault without a word of content."""
    try:
        if chunk is None:
            parser.close()
        else:
            parser.feed(chunk)
    except DefusedXmlException:
        sentence = "expected XML without a document type or entities, found one; remove the <!DOCTYPE ...> and write characters out"
        raise XmlFault(parser.getLineNumber() or 1, "forbidden-xml", sentence) from None
    except SAXParseException as error:
        raise _not_well_formed(collector, error.getLineNumber() or 1, at_end=chunk is None) from None
    except (LookupError, ValueError):
        # expat asks Python for encodings that it does not have itself; some of those Python does not have, or not for expat.
        raise XmlFault(
            1,
            "unknown-encoding",
            "expected XML in UTF-8, found another encoding that cannot be read; export the file in UTF-8",
        ) from None
    if collector.fed > SILENT_BYTES:
        raise XmlFault(
            parser.getLineNumber() or 1,
            "endless-xml",
            f"expected an element at least every {SILENT_BYTES} bytes, found none; export the file again",
        )


def _not_well_formed(collector: "_Collector", line: int, *, at_end: bool) -> XmlFault:
    """Tell a file that was cut off, which only its end shows, from one that is faulty within."""
    if not at_end:
        sentence = f"expected well-formed XML, found a fault at line {line} (often a character in another encoding than the file says); export the file again"
        return XmlFault(line, "broken-xml", sentence)
    unread = f"; the element that began at line {collector.open_line} was not read" if collector.open_line else ""
    sentence = f"expected the end of the document, found the end of the file at line {line}{unread}; the file was cut off: send it again whole"
    return XmlFault(collector.open_line or line, "truncated-xml", sentence)


class _Collector(ContentHandler):
    """Builds wanted elements and lets everything else pass; what is complete waits until it is taken."""

    def __init__(self, root: str, wanted: frozenset[str], parser: Any) -> None:
        super().__init__()
        self._parser = parser
        self._root = root
        self._wanted = wanted
        self._depth = 0
        self._open: list[Element] = []
        self._complete: list[Element] = []
        self._elements = 0
        self._characters = 0
        self._texts: list[list[str]] = []
        self.fed = 0

    @property
    def open_line(self) -> int:
        """The line on which the wanted element that is still open began; 0 when none is."""
        return self._open[0].line if self._open else 0

    def take(self) -> list[Element]:
        """Give the complete elements and forget them."""
        complete, self._complete = self._complete, []
        return complete

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: ARG002, N802  # SAX names it; the census has no attributes
        """Open an element if it is wanted or within one that is."""
        self.fed = 0
        own = name.rpartition(":")[2]
        line = self._parser.getLineNumber()
        self._depth += 1
        if self._depth == 1 and own != self._root:
            raise XmlFault(
                line,
                "another-document",
                f"expected the root element {self._root}, found another; send the file of this feed",
            )
        if not self._open and own not in self._wanted:
            return
        self._bound(line, 1, 0)
        self._open.append(Element(own, line))
        self._texts.append([])

    def characters(self, content: str) -> None:
        """Keep the text of open elements."""
        self.fed = 0
        if self._open:
            self._bound(self._open[0].line, 0, len(content))
            self._texts[-1].append(content)

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802  # SAX names it; expat has matched the names
        """Close an element; the outermost wanted one is complete."""
        self._depth -= 1
        if not self._open:
            return
        element = self._open.pop()
        element.text = "".join(self._texts.pop()).strip()
        if self._open:
            self._open[-1].parts.append(element)
        else:
            self._complete.append(element)
            self._elements = self._characters = 0

    def _bound(self, line: int, elements: int, characters: int) -> None:
        self._elements += elements
        self._characters += characters
        if self._elements > MOST_ELEMENTS or self._characters > MOST_CHARACTERS or self._depth > DEEPEST:
            sentence = f"expected at most {MOST_ELEMENTS} elements, {MOST_CHARACTERS} characters and {DEEPEST} levels in one {self._open[0].name if self._open else 'element'}, found more; export the file again"
            raise XmlFault(line, "endless-xml", sentence)
