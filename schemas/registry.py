"""The reading half of Confluent's schema registry, answered from the committed contracts: what other people's producers ask before they write.

Each answer is (HTTP status, JSON body) in the registry's own shape and error codes. Nothing can be registered at run time.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.catalogue import Catalogue, Contract
from schemas.topics import AGENCIES, agency_topic

Answer = tuple[int, Any]
SUBJECT_NOT_FOUND, VERSION_NOT_FOUND, SCHEMA_NOT_FOUND = 40401, 40402, 40403
OPERATION_NOT_PERMITTED = 42205


@dataclass(frozen=True, slots=True)
class Registry:
    """Subjects are named by topic and record (TopicRecordName), so one topic carries every event type of its agency."""

    subjects: Mapping[str, Contract]
    catalogue: Catalogue

    def list_subjects(self) -> Answer:
        """List every subject, in name order."""
        return 200, sorted(self.subjects)

    def schema(self, contract_id: int) -> Answer:
        """Give the schema with this id (what a deserializer asks)."""
        contract = self.catalogue.by_id(contract_id)
        if contract is None:
            return _error(404, SCHEMA_NOT_FOUND, "Schema not found")
        return 200, {"schema": contract.schema}

    def versions(self, subject: str) -> Answer:
        """List a subject's versions."""
        contract = self.subjects.get(subject)
        return (
            (200, [contract.version]) if contract else _error(404, SUBJECT_NOT_FOUND, f"Subject '{subject}' not found.")
        )

    def version(self, subject: str, version: str) -> Answer:
        """Give one version of a subject; `latest` and `-1` are the newest."""
        contract = self.subjects.get(subject)
        if contract is None:
            return _error(404, SUBJECT_NOT_FOUND, f"Subject '{subject}' not found.")
        if version not in {"latest", "-1", str(contract.version)}:
            return _error(404, VERSION_NOT_FOUND, f"Version {version} not found.")
        return 200, _described(subject, contract)

    def lookup(self, subject: str, schema: str) -> Answer:
        """Find the id of a schema that a producer holds (what a serializer asks when it may not register)."""
        contract = self.subjects.get(subject)
        if contract is None:
            return _error(404, SUBJECT_NOT_FOUND, f"Subject '{subject}' not found.")
        if not _same(schema, contract.schema):
            return _error(404, SCHEMA_NOT_FOUND, "Schema not found")
        return 200, _described(subject, contract)


def load_registry(catalogue: Catalogue) -> Registry:
    """Offer every contract that agencies may use under every agency's topic."""
    subjects = {
        f"{agency_topic(agency)}-{contract.name}": contract
        for agency in AGENCIES
        for contract in catalogue.statements()
    }
    return Registry(subjects, catalogue)


def refuse_write() -> Answer:
    """Refuse whatever would change the registry, with a sentence."""
    return _error(
        422,
        OPERATION_NOT_PERMITTED,
        "Contracts are agreed by all agencies and committed with the hub; propose a change to the hub's owners instead of registering it",
    )


def _described(subject: str, contract: Contract) -> dict[str, Any]:
    return {"subject": subject, "id": contract.id, "version": contract.version, "schema": contract.schema}


def _same(one: str, other: str) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except (ValueError, RecursionError):  # text that is no JSON, or JSON nested so deeply that reading it gives up
        return False


def _error(status: int, code: int, message: str) -> Answer:
    return status, {"error_code": code, "message": message}
