"""A message's fields with its times as people read them: days such as 2020-02-29, moments such as 2020-02-29T12:00:00+00:00 (UTC)."""

from collections.abc import Mapping
from typing import Any

from schemas.moments import day, moment


def with_times(fields: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    """Write a record's fields, its Avro schema as JSON, with their days and moments as texts; what no calendar holds says so."""
    named: dict[str, Any] = {}
    return {one["name"]: _readable(fields[one["name"]], one["type"], named) for one in record["fields"]}


def _readable(value: Any, kind: Any, named: dict[str, Any]) -> Any:
    """Write one value; `named` collects the records that the schema defines once and names later."""
    branches = [named.get(one, one) if isinstance(one, str) else one for one in _branches(kind)]
    for branch in (one for one in branches if isinstance(one, dict)):
        if branch["type"] == "record":
            named[branch["name"]] = branch
            if isinstance(value, dict):
                return {one["name"]: _readable(value[one["name"]], one["type"], named) for one in branch["fields"]}
        elif branch["type"] == "array" and isinstance(value, list):
            return [_readable(one, branch["items"], named) for one in value]
        elif "logicalType" in branch and isinstance(value, int):
            return _time(value, branch["logicalType"])
    return value


def _branches(kind: Any) -> list[Any]:
    return kind if isinstance(kind, list) else [kind]


def _time(value: int, logical: str) -> Any:
    try:
        if logical == "date":
            return day(value).isoformat()
        return moment(value).isoformat() if logical == "timestamp-micros" else value
    except OverflowError:
        unit = "days" if logical == "date" else "microseconds"
        return f"{value} {unit} from 1970-01-01, which no calendar holds"
