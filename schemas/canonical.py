"""Avro's one canonical encoding, read and written strictly: bytes that a writer would not have produced are not read at all.

Avro's decoders are lenient: over-long integers, a negative enum index (which fastavro reads as the *last* symbol), arrays in odd blocks, booleans of 7
and bytes after the end all decode. A digest over such bytes would not be a digest over their meaning. Decoding with fastavro, encoding again and
comparing says the same and costs four times as much (measured); tests hold this reader to that definition, with fastavro and Apache's avro as oracles.

A reader is a function `(message, start) -> (value, end)`; it builds nothing larger than what it reads, never recurses deeper than the schema, and raises
`NotCanonical`, IndexError or UnicodeDecodeError, which `read_whole` turns into NotCanonical. A writer is a function `value -> bytes`.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

Reader = Callable[[bytes, int], tuple[Any, int]]
Writer = Callable[[Any], bytes]
MORE = 0x80
LONG_BITS = 64
INT_LIMIT = 1 << 31
REMEMBERED = 4096
"""How many numbers and short texts a writer remembers the bytes of: times and codes repeat."""


class NotCanonical(Exception):
    """The bytes are not what an Avro writer produces; carries no content."""


def read_whole(reader: Reader, message: bytes) -> Any:
    """Read a value that is the whole message; NotCanonical for anything else."""
    try:
        value, end = reader(message, 0)
    except (IndexError, UnicodeDecodeError):
        # The cause may quote the message; it is dropped.
        raise NotCanonical from None
    if end != len(message):
        raise NotCanonical
    return value


def compile_reader(schema: Any, named: dict[str, Reader] | None = None) -> Reader:
    """Build the reader of a parsed schema (as fastavro gives it, without logical types); KeyError for an Avro type that no contract uses."""
    known = {} if named is None else named
    if isinstance(schema, list):
        return _union([compile_reader(branch, known) for branch in schema])
    if isinstance(schema, str):
        return known[schema] if schema in known else PLAIN[schema]
    kind = schema["type"]
    if kind == "array":
        return _array(compile_reader(schema["items"], known))
    if kind not in {"record", "enum", "fixed"}:
        return compile_reader(kind, known)
    if kind == "record":
        reader = _record([(part["name"], compile_reader(part["type"], known)) for part in schema["fields"]])
    else:
        reader = _enum(schema["symbols"]) if kind == "enum" else _fixed(schema["size"])
    known[schema["name"]] = reader
    return reader


def read_long(message: bytes, start: int) -> tuple[int, int]:
    """Read a zigzag integer of at most 64 bits in the fewest bytes."""
    byte = message[start]
    if byte < MORE:
        return (byte >> 1) ^ -(byte & 1), start + 1
    value, shift, place = byte & 0x7F, 7, start + 1
    while (byte := message[place]) >= MORE and shift < LONG_BITS:
        value |= (byte & 0x7F) << shift
        shift += 7
        place += 1
    value |= byte << shift
    if byte == 0 or value >> LONG_BITS:
        raise NotCanonical
    return (value >> 1) ^ -(value & 1), place + 1


def _int(message: bytes, start: int) -> tuple[int, int]:
    value, end = read_long(message, start)
    if not -INT_LIMIT <= value < INT_LIMIT:
        raise NotCanonical
    return value, end


def _bytes(message: bytes, start: int) -> tuple[bytes, int]:
    length, place = read_long(message, start)
    end = place + length
    if length < 0 or end > len(message):
        raise NotCanonical
    return message[place:end], end


def _string(message: bytes, start: int) -> tuple[str, int]:
    byte = message[start]
    if byte >= MORE or byte & 1:
        found, end = _bytes(message, start)
        return found.decode(), end
    end = start + 1 + (byte >> 1)
    if end > len(message):
        raise NotCanonical
    return message[start + 1 : end].decode(), end


def _null(_message: bytes, start: int) -> tuple[None, int]:
    return None, start


def _boolean(message: bytes, start: int) -> tuple[bool, int]:
    byte = message[start]
    if byte > 1:
        raise NotCanonical
    return byte == 1, start + 1


def _fixed(size: int) -> Reader:
    def read(message: bytes, start: int) -> tuple[bytes, int]:
        end = start + size
        if end > len(message):
            raise NotCanonical
        return message[start:end], end

    return read


def _enum(symbols: Sequence[str]) -> Reader:
    def read(message: bytes, start: int) -> tuple[str, int]:
        index, end = read_long(message, start)
        if not 0 <= index < len(symbols):
            raise NotCanonical
        return symbols[index], end

    return read


def _union(branches: Sequence[Reader]) -> Reader:
    def read(message: bytes, start: int) -> tuple[Any, int]:
        index = message[start] >> 1
        if message[start] & 1 or index >= len(branches):
            raise NotCanonical
        return branches[index](message, start + 1)

    return read


def _record(parts: Sequence[tuple[str, Reader]]) -> Reader:
    def read(message: bytes, start: int) -> tuple[dict[str, Any], int]:
        value, place = {}, start
        for name, part in parts:
            value[name], place = part(message, place)
        return value, place

    return read


def _array(item: Reader) -> Reader:
    def read(message: bytes, start: int) -> tuple[list[Any], int]:
        count, place = read_long(message, start)
        if count < 0:
            raise NotCanonical
        items = []
        for _ in range(count):
            found, place = item(message, place)
            items.append(found)
        if count and message[place] != 0:
            raise NotCanonical
        return items, place + 1 if count else place

    return read


PLAIN: dict[str, Reader] = {
    "null": _null,
    "boolean": _boolean,
    "int": _int,
    "long": read_long,
    "bytes": _bytes,
    "string": _string,
}


def compile_writer(schema: Any) -> Writer:
    """Build the writer of a record of fixed, string, integer and optional fields, given as a tuple in the fields' order; KeyError for other types."""
    kinds: dict[str, Writer] = {}
    return _writer(schema, kinds)


def _writer(schema: Any, named: dict[str, Writer]) -> Writer:
    if isinstance(schema, list):
        return _optional(_writer(schema[1], named))
    if isinstance(schema, str):
        return named[schema] if schema in named else WRITERS[schema]()
    kind = schema["type"]
    if kind == "record":
        return _tuple([_writer(part["type"], named) for part in schema["fields"]])
    if kind == "fixed":
        named[schema["name"]] = bytes
        return bytes
    return _writer(kind, named)


def _tuple(parts: Sequence[Writer]) -> Writer:
    def write(values: Sequence[Any]) -> bytes:
        return b"".join([part(value) for part, value in zip(parts, values, strict=True)])

    return write


def _optional(branch: Writer) -> Writer:
    def write(value: Any) -> bytes:
        return b"\x00" if value is None else b"\x02" + branch(value)

    return write


def write_long(value: int) -> bytes:
    """Write an integer as Avro does: zigzag, seven bits a byte, lowest first."""
    rest = (value << 1) ^ (value >> (LONG_BITS - 1))
    out = bytearray()
    while rest >= MORE:
        out.append((rest & 0x7F) | MORE)
        rest >>= 7
    out.append(rest)
    return bytes(out)


def _write_string(value: str) -> bytes:
    text = value.encode()
    return write_long(len(text)) + text


def _remembered(write: Writer) -> Callable[[], Writer]:
    return lambda: lru_cache(REMEMBERED)(write)


WRITERS: dict[str, Callable[[], Writer]] = {
    "int": _remembered(write_long),
    "long": _remembered(write_long),
    "string": _remembered(_write_string),
}
