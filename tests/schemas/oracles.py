"""Second opinions on what a message says: the Apache `avro` library, and fastavro reading and writing back."""

import io
import json
from typing import Any

import avro.io
import avro.schema
from contract_values import CATALOGUE
from fastavro import schemaless_reader, schemaless_writer

from schemas.catalogue import Contract
from schemas.codec import ContractBroken, decode_payload

PLAIN_SCHEMAS = {one.id: json.loads(one.schema) for one in CATALOGUE}
INT = range(-(2**31), 2**31)


class ApacheLibrary:
    """The Apache `avro` library as a second opinion, one reader and writer for each contract."""

    def __init__(self, contracts: list[Contract]) -> None:
        schemas = {
            one.id: avro.schema.parse(json.dumps(without_logical_types(PLAIN_SCHEMAS[one.id]))) for one in contracts
        }
        self._readers = {one: avro.io.DatumReader(schema) for one, schema in schemas.items()}
        self._writers = {one: avro.io.DatumWriter(schema) for one, schema in schemas.items()}

    def reads(self, contract: Contract, payload: bytes) -> Any:
        """Give the value of a payload that is what this library itself would write for it; None for any other."""
        source, out = io.BytesIO(payload), io.BytesIO()
        try:
            value = self._readers[contract.id].read(avro.io.BinaryDecoder(source))
            self._writers[contract.id].write(value, avro.io.BinaryEncoder(out))
        except Exception:  # noqa: BLE001 - whatever a library raises on hostile bytes is a refusal
            return None
        return value if out.getvalue() == payload else None


def without_logical_types(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: without_logical_types(value) for key, value in part.items() if key != "logicalType"}
    return [without_logical_types(item) for item in part] if isinstance(part, list) else part


def fast_reads(contract: Contract, payload: bytes) -> Any:
    """Give the value of a payload that fastavro reads and writes back byte for byte; None for any other."""
    out = io.BytesIO()
    try:
        value = schemaless_reader(io.BytesIO(payload), contract.fast, None)
        schemaless_writer(out, contract.fast, value)
    except Exception:  # noqa: BLE001 - as above
        return None
    return value if out.getvalue() == payload and ints_fit(value, PLAIN_SCHEMAS[contract.id], {}) else None


def ints_fit(value: Any, schema: Any, named: dict[str, Any]) -> bool:
    """Whether each Avro int is one: fastavro reads and writes longer ones too."""
    if isinstance(schema, list):
        return value is None or ints_fit(value, schema[-1], named)
    if isinstance(schema, str):
        known = named.get(schema.rpartition(".")[2])
        return ints_fit(value, known, named) if known is not None else schema != "int" or value in INT
    if schema["type"] == "record":
        named[schema["name"]] = schema
        return all(ints_fit(value[part["name"]], part["type"], named) for part in schema["fields"])
    if schema["type"] == "array":
        return all(ints_fit(item, schema["items"], named) for item in value)
    return schema["type"] in ("enum", "fixed") or ints_fit(value, schema["type"], named)


def guarded_reads(contract: Contract, payload: bytes) -> Any:
    """Give what the hub reads, or None where it refuses; any exception but ContractBroken fails the test."""
    try:
        return decode_payload(contract, payload)
    except ContractBroken:
        return None
