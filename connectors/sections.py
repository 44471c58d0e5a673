"""Reading a mapping file strictly: each key is taken once, with its type, and one that nobody asked for is a mistake."""

from typing import Any, TypeVar

T = TypeVar("T")

WORDS = {str: "text", int: "a whole number", list: "a list", dict: "a table", bool: "true or false"}


class MappingBroken(Exception):
    """A mapping file cannot be used; the message names the file and the key, and says expected, found and what to do."""


class Section:
    """One table of a mapping file; knows its place in the file for the sake of its errors."""

    def __init__(self, file: str, place: str, table: dict[str, Any]) -> None:
        self.file = file
        self.place = place
        self._table = table
        self._taken: set[str] = set()

    def __contains__(self, key: str) -> bool:
        """Whether the file has this key here."""
        return key in self._table

    def keys(self) -> list[str]:
        """Give the keys as the file has them."""
        return list(self._table)

    def broken(self, key: str, sentence: str) -> MappingBroken:
        """Make the error for one key of this section."""
        where = ".".join(part for part in (self.place, key) if part)
        return MappingBroken(f"{self.file}: {where}: {sentence}")

    def may(self, key: str, kind: type[T]) -> T | None:
        """Take an optional key; MappingBroken when it has another type."""
        self._taken.add(key)
        if key not in self._table:
            return None
        found = self._table[key]
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            raise self.broken(key, f"expected {WORDS[kind]}, found another kind of value; correct it")
        return found

    def must(self, key: str, kind: type[T]) -> T:
        """Take a required key; MappingBroken when it is missing, empty or of another type."""
        found = self.may(key, kind)
        if found is None or found in ("", [], {}):
            raise self.broken(key, f"expected {WORDS[kind]}, found nothing; add it (see connectors/README.md)")
        return found

    def anything(self, key: str) -> Any:
        """Take an optional key of any type; None when it is absent."""
        self._taken.add(key)
        return self._table.get(key)

    def words(self, key: str) -> tuple[str, ...]:
        """Take a required list of texts."""
        found = self.must(key, list)
        if not all(isinstance(word, str) and word for word in found):
            raise self.broken(
                key, "expected a list of column names, found something else in it; write each name in quotes"
            )
        return tuple(found)

    def section(self, key: str) -> "Section":
        """Take a required table."""
        return Section(self.file, ".".join(part for part in (self.place, key) if part), self.must(key, dict))

    def may_section(self, key: str) -> "Section":
        """Take an optional table; an empty one when it is absent."""
        return Section(self.file, ".".join(part for part in (self.place, key) if part), self.may(key, dict) or {})

    def finish(self) -> None:
        """Refuse keys that nobody took: a typing error must not silently drop a column."""
        unknown = [key for key in self._table if key not in self._taken]
        if unknown:
            known = ", ".join(sorted(self._taken))
            raise self.broken(unknown[0], f"expected one of {known}, found a key of another name; correct or remove it")
