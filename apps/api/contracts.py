"""The reading half of a Confluent schema registry. Contracts hold nothing personal and every producer needs them, so whoever reaches the API may read them."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from apps.api.errors import REGISTRY_TYPE
from schemas.registry import Answer, Registry, load_registry, refuse_write

NO_SUCH_ID = -1
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "As Confluent's registry answers.", "content": {REGISTRY_TYPE: {}}},
    404: {"description": "No such subject, version or schema, as Confluent's registry says it."},
    422: {"description": "A request that cannot be read, as Confluent's registry says it."},
}
REFUSED: dict[int | str, dict[str, Any]] = {
    422: {"description": "Always: contracts are committed with the hub and registered by nobody."}
}


class HeldSchema(BaseModel):
    """The schema that a producer holds; what else its client says is not needed."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    schema_text: str = Field(alias="schema", max_length=60_000, description="The Avro schema as text.")


async def registry_of(request: Request) -> Registry:
    """Give the registry that this API was made with."""
    registry: Registry = request.app.state.registry
    return registry


Contracts = Annotated[Registry, Depends(registry_of)]


def add_contracts(app: FastAPI) -> None:
    """Add what producers and consumers read, and the refusal of what would change it."""
    app.state.registry = load_registry(app.state.parts.catalogue)
    reading: tuple[tuple[str, str, Callable[..., Any], str], ...] = (
        ("GET", "/subjects", subjects, "List the subjects"),
        ("POST", "/subjects/{subject}", lookup, "Find the id of a schema that you hold"),
        ("GET", "/subjects/{subject}/versions", versions, "List a subject's versions"),
        ("GET", "/subjects/{subject}/versions/{version}", version, "Read one version of a subject"),
        ("GET", "/schemas/ids/{contract_id}", schema, "Read the schema with this id"),
    )
    for method, path, endpoint, summary in reading:
        app.add_api_route(path, endpoint, methods=[method], summary=summary, tags=["contracts"], responses=ANSWERS)
    writing = (
        ("POST", "/subjects/{subject}/versions", "Register a schema (refused)"),
        ("DELETE", "/subjects/{subject}", "Delete a subject (refused)"),
        ("DELETE", "/subjects/{subject}/versions/{version}", "Delete a version (refused)"),
        ("PUT", "/config", "Change the registry (refused)"),
        ("PUT", "/config/{subject}", "Change a subject (refused)"),
        ("PUT", "/mode", "Change the registry's mode (refused)"),
    )
    for method, path, summary in writing:
        app.add_api_route(
            path, refused, methods=[method], summary=summary, tags=["contracts"], responses=REFUSED, status_code=422
        )


def subjects(contracts: Contracts) -> Response:
    """List every subject, in name order; subjects are named by topic and record."""
    return _said(contracts.list_subjects())


def lookup(subject: str, held: HeldSchema, contracts: Contracts) -> Response:
    """Say under which id the hub knows this schema: what a serializer asks when it may not register."""
    return _said(contracts.lookup(subject, held.schema_text))


def versions(subject: str, contracts: Contracts) -> Response:
    """List the versions of one subject."""
    return _said(contracts.versions(subject))


def version(subject: str, version: str, contracts: Contracts) -> Response:
    """Give one version; `latest` and `-1` are the newest."""
    return _said(contracts.version(subject, version))


def schema(contract_id: str, contracts: Contracts) -> Response:
    """Give the schema with this id: what a deserializer asks."""
    known = contract_id.isascii() and contract_id.isdecimal() and len(contract_id) < 10
    return _said(contracts.schema(int(contract_id) if known else NO_SUCH_ID))


def refused() -> Response:
    """Refuse, with a sentence, whatever would change the contracts: all agencies agree on them."""
    return _said(refuse_write())


def _said(answer: Answer) -> Response:
    status, body = answer
    return JSONResponse(body, status, media_type=REGISTRY_TYPE)
