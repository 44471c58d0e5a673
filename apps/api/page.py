"""The page that describes the API, written from its own OpenAPI document: no script, nothing from elsewhere, everything escaped."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

STYLE = """body{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#0b0c0c;background:#fff}
h2{border-top:1px solid #505a5f;padding-top:1rem}code,h3{font-family:monospace}table{border-collapse:collapse;width:100%;margin-bottom:1rem}
caption{text-align:left;font-weight:bold}th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #b1b4b6}
a{color:#1d70b8}a:focus{outline:3px solid #ffdd00}"""
Document = Mapping[str, Any]
Table = list[tuple[str, ...]]


def content_security_policy() -> str:
    """Allow the page its own style sheet, by its digest, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def page(document: Document) -> str:
    """Write the page: a contents list, then every operation with what it takes and how it answers."""
    info = document["info"]
    operations = list(_operations(document))
    links = "".join(
        f'<li><a href="#{_anchor(name)}"><code>{escape(name)}</code></a> {escape(one["summary"])}</li>'
        for name, one in operations
    )
    return "\n".join(
        [
            f'<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>{escape(info["title"])} API</title>',
            f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body><main>',
            f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1><p>{escape(info['description'])}</p>",
            f'<p>For programs: <a href="/openapi.json">/openapi.json</a></p><ul>{links}</ul>',
            *(_section(document, name, one) for name, one in operations),
            "</main></body></html>",
        ]
    )


def _operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _section(document: Document, name: str, operation: Document) -> str:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    answers: Table = [
        (status, answer["description"], _shape(document, answer)) for status, answer in operation["responses"].items()
    ]
    parts = [
        f'<h2 id="{_anchor(name)}"><code>{escape(name)}</code></h2>',
        f"<p><strong>{escape(operation['summary'])}.</strong> {escape(operation.get('description', ''))}</p>",
        f"<p>Token: {escape(_token(operation))}</p>",
        _table("In the address or a header", ("name", "what"), _parameters(operation)),
        _table("In the body", ("field", "what"), _fields(document, body)),
        _table("Answers", ("status", "when", "fields"), answers),
    ]
    return "\n".join(part for part in parts if part)


def _token(operation: Document) -> str:
    schemes = [name for one in operation.get("security", []) for name in one]
    return f"of a {' or a '.join(schemes)}, as Authorization: Bearer ..." if schemes else "none"


def _parameters(operation: Document) -> Table:
    return [(one["name"], one.get("description", "")) for one in operation.get("parameters", [])]


def _fields(document: Document, schema: Document) -> Table:
    found = _resolved(document, schema)
    required = found.get("required", [])
    return [
        (name, f"{'Required. ' if name in required else ''}{_resolved(document, one).get('description', '')}")
        for name, one in found.get("properties", {}).items()
    ]


def _shape(document: Document, answer: Document) -> str:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return ", ".join(name for name, _ in _fields(document, schema))


def _resolved(document: Document, schema: Document) -> Document:
    """Follow a reference within the document, or take the first of several shapes."""
    if "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return _resolved(document, found)
    return _resolved(document, schema["oneOf"][0]) if "oneOf" in schema else schema


def _table(caption: str, heads: tuple[str, ...], rows: Table) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><tr>{head}</tr>{lines}</table>"


def _anchor(name: str) -> str:
    return "".join(sign if sign.isalnum() else "-" for sign in name)
