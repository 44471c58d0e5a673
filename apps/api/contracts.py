"""The reading half of a Confluent schema registry. Contracts hold nothing personal and every producer needs them, so whoever reaches the API may read them."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from apps.api.errors import REGISTRY_TYPE
from schemas.registry import ALL_CONTEXTS, Answer, Registry, load_registry, refuse_write, schema_types

ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "As Confluent's registry answers.", "content": {REGISTRY_TYPE: {}}},
    404: {"description": "No such subject, version or schema, as Confluent's registry says it."},
    422: {"description": "A request that cannot be read, as Confluent's registry says it."},
}
REFUSED: dict[int | str, dict[str, Any]] = {
    422: {"description": "Contracts are committed with the hub and registered by nobody."}
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
Route = tuple[str, str, Callable[..., Any], str]
SUBJECT = "/subjects/{subject}"
VERSION = SUBJECT + "/versions/{version}"
ID = "/schemas/ids/{contract_id}"
CHECK = "/compatibility/subjects/{subject}/versions"


def add_contracts(app: FastAPI) -> None:
    """Add what producers and consumers read, and the refusal of what would change it."""
    app.state.registry = load_registry(app.state.parts.catalogue)
    for method, path, endpoint, summary in READING:
        app.add_api_route(path, endpoint, methods=[method], summary=summary, tags=["contracts"], responses=ANSWERS)
    for method, path, summary in WRITING:
        app.add_api_route(
            path, refused, methods=[method], summary=summary, tags=["contracts"], responses=REFUSED, status_code=422
        )


def subjects(
    contracts: Contracts,
    prefix: Annotated[str, Query(alias="subjectPrefix")] = ALL_CONTEXTS,
    offset: int = 0,
    limit: int = -1,
) -> Response:
    """List the subjects that begin with a prefix, in name order; subjects are named by topic and record."""
    return _said(contracts.list_subjects(prefix, offset, limit))


def lookup(subject: str, held: HeldSchema, contracts: Contracts) -> Response:
    """Say under which id and version the hub knows this schema: what a serializer asks when it may not register."""
    return _said(contracts.lookup(subject, held.schema_text))


def register(subject: str, held: HeldSchema, contracts: Contracts) -> Response:
    """Give the id of a schema that is there already, and refuse any other with a sentence: nothing is registered either way."""
    return _said(contracts.register(subject, held.schema_text))


def versions(subject: str, contracts: Contracts) -> Response:
    """List the versions of one subject."""
    return _said(contracts.versions(subject))


def version(subject: str, version: str, contracts: Contracts) -> Response:
    """Give one version; `latest` and `-1` are the newest."""
    return _said(contracts.version(subject, version))


def bare_version(subject: str, version: str, contracts: Contracts) -> Response:
    """Give the schema of one version and nothing around it."""
    return _said(contracts.bare_version(subject, version))


def schema(contract_id: str, contracts: Contracts) -> Response:
    """Give the schema with this id: what a deserializer asks."""
    return _said(contracts.schema(contract_id))


def bare_schema(contract_id: str, contracts: Contracts) -> Response:
    """Give the schema with this id and nothing around it."""
    return _said(contracts.bare_schema(contract_id))


def schema_places(contract_id: str, contracts: Contracts) -> Response:
    """List the subjects and versions of the schema with this id."""
    return _said(contracts.places_of(contract_id))


def schema_subjects(contract_id: str, contracts: Contracts) -> Response:
    """List the subjects of the schema with this id."""
    return _said(contracts.subjects_of(contract_id))


def schema_by_guid(guid: str, contracts: Contracts) -> Response:
    """Give the schema with this GUID: what a deserializer asks for the wire format that carries one."""
    return _said(contracts.schema_by_guid(guid))


def types() -> Response:
    """List the kinds of schema: Avro alone."""
    return _said(schema_types())


def compatible_with(subject: str, version: str, held: HeldSchema, contracts: Contracts) -> Response:
    """Say whether your schema reads what was written under one version, and if not, why."""
    return _said(contracts.compatible(subject, held.schema_text, version))


def compatible_with_all(subject: str, held: HeldSchema, contracts: Contracts) -> Response:
    """Say whether your schema reads what was written under every version, and if not, why."""
    return _said(contracts.compatible(subject, held.schema_text))


def config(contracts: Contracts) -> Response:
    """Say to which compatibility every contract keeps."""
    return _said(contracts.config())


def config_of(subject: str, contracts: Contracts) -> Response:
    """Say to which compatibility this subject keeps."""
    return _said(contracts.config(subject))


def mode(contracts: Contracts) -> Response:
    """Say that contracts can be read and not registered."""
    return _said(contracts.mode())


def mode_of(subject: str, contracts: Contracts) -> Response:
    """Say that this subject can be read and not registered."""
    return _said(contracts.mode(subject))


def refused() -> Response:
    """Refuse, with a sentence, whatever would change the contracts: all agencies agree on them."""
    return _said(refuse_write())


def _said(answer: Answer) -> Response:
    status, body = answer
    return JSONResponse(body, status, media_type=REGISTRY_TYPE)


READING: tuple[Route, ...] = (
    ("GET", "/subjects", subjects, "List the subjects"),
    ("POST", SUBJECT, lookup, "Find the id of a schema that you hold"),
    ("GET", SUBJECT + "/versions", versions, "List a subject's versions"),
    ("POST", SUBJECT + "/versions", register, "Find the id of a schema that you hold (registering another is refused)"),
    ("GET", VERSION, version, "Read one version of a subject"),
    ("GET", VERSION + "/schema", bare_version, "Read the bare schema of one version"),
    ("GET", "/schemas/types", types, "List the kinds of schema"),
    ("GET", ID, schema, "Read the schema with this id"),
    ("GET", ID + "/schema", bare_schema, "Read the bare schema with this id"),
    ("GET", ID + "/versions", schema_places, "List the subjects and versions of the schema with this id"),
    ("GET", ID + "/subjects", schema_subjects, "List the subjects of the schema with this id"),
    ("GET", "/schemas/guids/{guid}", schema_by_guid, "Read the schema with this GUID"),
    ("POST", CHECK + "/{version}", compatible_with, "Compare your schema with one version"),
    ("POST", CHECK, compatible_with_all, "Compare your schema with every version"),
    ("GET", "/config", config, "Read the compatibility that all contracts keep to"),
    ("GET", "/config/{subject}", config_of, "Read the compatibility that a subject keeps to"),
    ("GET", "/mode", mode, "Read the registry's mode"),
    ("GET", "/mode/{subject}", mode_of, "Read a subject's mode"),
)
WRITING = (
    ("DELETE", SUBJECT, "Delete a subject (refused)"),
    ("DELETE", VERSION, "Delete a version (refused)"),
    ("PUT", "/config", "Change the registry (refused)"),
    ("DELETE", "/config", "Change the registry (refused)"),
    ("PUT", "/config/{subject}", "Change a subject (refused)"),
    ("DELETE", "/config/{subject}", "Change a subject (refused)"),
    ("PUT", "/mode", "Change the registry's mode (refused)"),
    ("PUT", "/mode/{subject}", "Change a subject's mode (refused)"),
    ("DELETE", "/mode/{subject}", "Change a subject's mode (refused)"),
)
