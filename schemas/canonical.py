"""Canonical acceptance: whether bytes are the one encoding that Avro writers produce for their value.

Avro's decoders are lenient: over-long integers, a negative enum index (which fastavro reads as the *last* symbol), arrays in odd blocks and bytes
after the end all decode. A digest over such bytes would not be a digest over their meaning. Encoding the value again and comparing says the same
but costs four times the walk below (measured); tests hold the two to the same answer on mutated messages.

A check is a function `(message, start) -> end` that raises `NotCanonical`; `compile_check` builds one for a schema, once.
"""

from collections.abc import Callable
from typing import Any

Check = Callable[[bytes, int], int]


class NotCanonical(Exception):
    """The bytes are not what an Avro writer produces; carries no content."""


def compile_check(schema: Any, named: dict[str, Check] | None = None) -> Check:
    """Build the check for one parsed schema; KeyError for an Avro type that no contract uses (float, double, map)."""
    seen = {} if named is None else named
    if isinstance(schema, list):
        return _union([compile_check(branch, seen) for branch in schema])
    if isinstance(schema, str):
        return seen[schema] if schema in seen else PLAIN[schema]
    kind = schema["type"]
    if kind == "array":
        return _array(compile_check(schema["items"], seen))
    if kind in NAMED:
        return _named(schema, seen)
    return compile_check(kind, seen)


def _named(schema: dict[str, Any], seen: dict[str, Check]) -> Check:
    if schema["type"] == "record":
        check = _record([compile_check(part["type"], seen) for part in schema["fields"]])
    elif schema["type"] == "enum":
        check = _index(len(schema["symbols"]))
    else:
        check = _fixed(schema["size"])
    seen[schema["name"]] = check
    return check


def _long(message: bytes, start: int) -> int:
    end = start
    while message[end] & 0x80:
        end += 1
    if end > start and (message[end] == 0 or end - start > 9 or (end - start == 9 and message[end] > 1)):
        raise NotCanonical
    return end + 1


def _int(message: bytes, start: int) -> int:
    end = _long(message, start)
    if end - start > 5 or (end - start == 5 and message[end - 1] > 0x0F):
        raise NotCanonical
    return end


def _length(message: bytes, start: int) -> tuple[int, int]:
    """Read a length: (how many bytes follow, where they start)."""
    first = message[start]
    if first < 0x80:
        if first & 1:
            raise NotCanonical
        return first >> 1, start + 1
    end = _long(message, start)
    value = 0
    for place, byte in enumerate(message[start:end]):
        value |= (byte & 0x7F) << (7 * place)
    if value & 1:
        raise NotCanonical
    return value >> 1, end


def _counted(message: bytes, start: int) -> int:
    first = message[start]
    if first < 0x80 and not first & 1:
        return start + 1 + (first >> 1)
    count, after = _length(message, start)
    return after + count


def _boolean(message: bytes, start: int) -> int:
    if message[start] > 1:
        raise NotCanonical
    return start + 1


def _null(_message: bytes, start: int) -> int:
    return start


def _fixed(size: int) -> Check:
    def check(_message: bytes, start: int) -> int:
        return start + size

    return check


def _index(count: int) -> Check:
    def check(message: bytes, start: int) -> int:
        if message[start] & 1 or message[start] >= 2 * count:
            raise NotCanonical
        return start + 1

    return check


def _union(branches: list[Check]) -> Check:
    index = _index(len(branches))

    def check(message: bytes, start: int) -> int:
        after = index(message, start)
        return branches[message[start] >> 1](message, after)

    return check


def _record(parts: list[Check]) -> Check:
    def check(message: bytes, start: int) -> int:
        place = start
        for part in parts:
            place = part(message, place)
        return place

    return check


def _array(item: Check) -> Check:
    def check(message: bytes, start: int) -> int:
        count, place = _length(message, start)
        if count == 0:
            return place
        for _ in range(count):
            place = item(message, place)
        if message[place] != 0:
            raise NotCanonical
        return place + 1

    return check


PLAIN: dict[str, Check] = {
    "null": _null,
    "boolean": _boolean,
    "int": _int,
    "long": _long,
    "bytes": _counted,
    "string": _counted,
}
NAMED = frozenset({"record", "enum", "fixed"})


def is_canonical(check: Check, message: bytes) -> bool:
    """Say whether the whole message is the one encoding that a writer produces; an IndexError is a message that stops early."""
    try:
        return check(message, 0) == len(message)
    except (NotCanonical, IndexError):
        return False
