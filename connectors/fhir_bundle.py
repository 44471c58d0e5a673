"""A FHIR Bundle's entries, one at a time out of a file of any size: no more than one entry is held, and one that is too long ends the reading.

Python's own JSON decoder is handed a window of the file that grows until it holds a whole value. (ijson's C backend, 3.6.0, was tried: it crashes the process on a
number of 5,000 digits and on deep nesting.) JSON has no lines: a refusal's `line` is the number of the entry, from 1.
"""

import codecs
import json
import re
from collections.abc import Iterator
from decimal import Decimal, DecimalException
from typing import Any, BinaryIO, NoReturn

from connectors.statement import Refusal

LONGEST_ENTRY = 1024 * 1024
PIECE = 64 * 1024
TYPES = ("collection", "transaction", "message", "searchset", "batch", "document")
BLANKS = re.compile(r"[ \t\r\n]*")


class BundleFault(Exception):
    """The file is no Bundle that can be read from some entry on; carries the refusal that ends reading."""

    def __init__(self, entry: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.refusal = Refusal(entry, code, sentence, ends_reading=True)


class Bundle:
    """One reading of a Bundle from its beginning; `kind` is its type once all entries were given."""

    def __init__(self, stream: BinaryIO) -> None:
        stream.seek(0)
        self._window = _Window(stream)
        self._said: dict[str, Any] = {}

    @property
    def kind(self) -> str:
        """Give the Bundle's type; BundleFault where the file is no such Bundle."""
        if self._said.get("resourceType") != "Bundle":
            raise BundleFault(1, "not-a-bundle", "expected a FHIR Bundle, found other JSON; send a Bundle")
        if self._said.get("type") not in TYPES:
            sentence = f"expected a Bundle of type {', '.join(TYPES)}, found another; send one of those"
            raise BundleFault(1, "another-bundle", sentence)
        return str(self._said["type"])

    def entries(self) -> Iterator[tuple[int, Any]]:
        """Give each entry with its number; BundleFault where the JSON is broken, or an entry too long."""
        window = self._window
        if window.next_sign() == "[":
            raise BundleFault(1, "not-a-bundle", "expected a FHIR Bundle, found a JSON array; send a Bundle")
        window.take("{")
        for _ in window.members("}"):
            name = window.value()
            window.take(":")
            if name == "entry" and window.next_sign() == "[":
                window.take("[")
                yield from self._items()
            else:
                self._note(name, window.value())
        window.at_end()

    def _items(self) -> Iterator[tuple[int, Any]]:
        for _ in self._window.members("]"):
            yield self._window.entry, self._window.value()
            self._window.entry += 1

    def _note(self, name: Any, value: Any) -> None:
        if name in ("resourceType", "type"):
            self._said[name] = value


class _Window:
    """The part of the file that is being read, as text; `entry` is the number of the entry that it stands at."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8-sig")()
        self._json = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant)
        self._text = ""
        self._at = 0
        self._ended = False
        self.entry = 1

    def next_sign(self) -> str:
        """Give the next sign that is no blank, without taking it; empty at the end of the file."""
        while True:
            self._at = _after_blanks(self._text, self._at)
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def take(self, sign: str) -> None:
        """Take this sign; BundleFault for another."""
        if self.next_sign() != sign:
            self._fault()
        self._at += 1

    def members(self, closing: str) -> Iterator[None]:
        """Stop at each member of an object or array until it closes."""
        if self.next_sign() != closing:
            yield
            while self.next_sign() == ",":
                self._at += 1
                yield
        self.take(closing)

    def value(self) -> Any:
        """Take a whole value; BundleFault where there is none, or it is too long."""
        self.next_sign()
        while True:
            try:
                found, end = self._json.raw_decode(self._text, self._at)
                # A number at the window's edge may go on behind it.
                whole = self._ended or _after_blanks(self._text, end) < len(self._text)
            except (ValueError, RecursionError, DecimalException):
                # A value that is cut by the window's edge and one that is broken look alike; with all of the file there, it is broken.
                found, end, whole = None, len(self._text), False
            if end - self._at > LONGEST_ENTRY:
                sentence = f"expected entries of at most {LONGEST_ENTRY} characters, found a longer one or one that is broken, at entry {self.entry}; send documents and pictures elsewhere"
                raise BundleFault(self.entry, "endless-entry", sentence)
            if whole:
                self._at = end
                return found
            if not self._more():
                self._fault()

    def at_end(self) -> None:
        """BundleFault where something follows."""
        if self.next_sign():
            self._fault()

    def _more(self) -> bool:
        """Read on, at least as much again as is held, and forget what was taken; False at the end of the file."""
        if self._ended:
            return False
        self._text = self._text[self._at :]
        self._at = 0
        piece = self._stream.read(max(PIECE, len(self._text)))
        self._ended = not piece
        try:
            self._text += self._decode.decode(piece, final=self._ended)
        except UnicodeDecodeError:
            sentence = f"expected JSON in UTF-8, found bytes that are not, at or after entry {self.entry}; nothing of it was told: save the file as UTF-8"
            raise BundleFault(self.entry, "not-utf-8", sentence) from None
        return True

    def _fault(self) -> NoReturn:
        sentence = f"expected one whole JSON document, found a fault in it or one that ends too early, at entry {self.entry}; nothing of it was told: correct the file and send it again"
        raise BundleFault(self.entry, "not-json", sentence)


def _after_blanks(text: str, at: int) -> int:
    found = BLANKS.match(text, at)
    return found.end() if found else at


def _no_constant(_name: str) -> NoReturn:
    raise ValueError
