"""Whether what was written under one schema is read under another, as Apache's `avro` library judges it: for the registry, and for every new version."""

import avro.schema
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType

LEVEL = "BACKWARD_TRANSITIVE"
"""What every contract keeps to: its newest version reads what was written under any earlier one, since history is read for years."""


class SchemaUnread(Exception):
    """A text that is no Avro schema; the message repeats nothing of it."""


def incompatibilities(reader: str, writer: str) -> list[str]:
    """Say what of a message written under the schema `writer` could not be read under `reader`, a sentence each, none where all can; SchemaUnread for a text that is no schema."""
    found = ReaderWriterCompatibilityChecker().get_compatibility(_parsed(reader), _parsed(writer))
    if found.compatibility is SchemaCompatibilityType.compatible:
        return []
    return sorted(found.messages) or ["the schemas do not fit together"]


def require_schema(text: str) -> None:
    """Refuse a text that is no Avro schema; SchemaUnread."""
    _parsed(text)


def _parsed(text: str) -> avro.schema.Schema:
    try:
        return avro.schema.parse(text)
    except Exception as error:  # noqa: BLE001 - the library raises many types, RecursionError among them, for what strangers send
        raise SchemaUnread(
            f"expected an Avro schema as JSON, found a text that is none ({type(error).__name__}); correct it"
        ) from None
