"""The reading half of Confluent's schema registry, answered from the committed contracts: what other people's producers ask before they write.

Each answer is (HTTP status, JSON body) in the registry's own shape and error codes. Nothing can be registered at run time. Two schemas are the same when
they are the same JSON, whatever the layout and the order of keys; `normalize` changes nothing, since words are part of a contract.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from schemas.catalogue import Catalogue, Contract
from schemas.compatibility import LEVEL, SchemaUnread, incompatibilities, require_schema
from schemas.topics import AGENCIES, agency_topic

Answer = tuple[int, Any]
SUBJECT_NOT_FOUND, VERSION_NOT_FOUND, SCHEMA_NOT_FOUND = 40401, 40402, 40403
INVALID_SCHEMA, INVALID_VERSION, OPERATION_NOT_PERMITTED = 42201, 42202, 42205
LARGEST = 2**31 - 1
ALL_CONTEXTS = ":*:"
"""What clients send as the prefix of subjects when they mean every subject."""
NO_SCHEMA: Answer = (404, {"error_code": SCHEMA_NOT_FOUND, "message": "Schema not found"})


@dataclass(frozen=True, slots=True)
class Registry:
    """Subjects are named by topic and record (TopicRecordName), so one topic carries every event type of its agency; each has every version, oldest first."""

    subjects: Mapping[str, Sequence[Contract]]
    catalogue: Catalogue

    def list_subjects(self, prefix: str = ALL_CONTEXTS, offset: int = 0, limit: int = -1) -> Answer:
        """List the subjects that begin with a prefix, in name order, `limit` of them after the first `offset`; all of them when it is negative."""
        wanted = sorted(one for one in self.subjects if prefix == ALL_CONTEXTS or one.startswith(prefix))
        first = max(offset, 0)
        return 200, wanted[first:] if limit < 0 else wanted[first : first + limit]

    def schema(self, contract_id: str) -> Answer:
        """Give the schema with this id (what a deserializer asks)."""
        return _text_of(self._contract(contract_id))

    def bare_schema(self, contract_id: str) -> Answer:
        """Give the schema with this id and nothing around it."""
        contract = self._contract(contract_id)
        return NO_SCHEMA if contract is None else (200, json.loads(contract.schema))

    def schema_by_guid(self, guid: str) -> Answer:
        """Give the schema with this GUID (what a deserializer asks for the second wire format)."""
        try:
            return _text_of(self.catalogue.by_guid(UUID(guid).bytes))
        except ValueError:
            return NO_SCHEMA

    def places_of(self, contract_id: str) -> Answer:
        """List the subjects and versions under which the schema with this id stands."""
        contract = self._contract(contract_id)
        if contract is None:
            return NO_SCHEMA
        return 200, [{"subject": one, "version": contract.version} for one in self._subjects_of(contract)]

    def subjects_of(self, contract_id: str) -> Answer:
        """List the subjects under which the schema with this id stands."""
        contract = self._contract(contract_id)
        return NO_SCHEMA if contract is None else (200, self._subjects_of(contract))

    def versions(self, subject: str) -> Answer:
        """List a subject's versions."""
        known = self.subjects.get(subject)
        return _no_subject(subject) if known is None else (200, [one.version for one in known])

    def version(self, subject: str, version: str) -> Answer:
        """Give one version of a subject; `latest` and `-1` are the newest."""
        found = self._version(subject, version)
        return (200, _described(subject, found)) if isinstance(found, Contract) else found

    def bare_version(self, subject: str, version: str) -> Answer:
        """Give the schema of one version of a subject and nothing around it."""
        found = self._version(subject, version)
        return (200, json.loads(found.schema)) if isinstance(found, Contract) else found

    def lookup(self, subject: str, schema: str) -> Answer:
        """Find the id and version of a schema that a producer holds (what a serializer asks when it may not register)."""
        known = self.subjects.get(subject)
        if known is None:
            return _no_subject(subject)
        held = _held(schema, known)
        if held is not None:
            return 200, _described(subject, held)
        return _unread(schema) or NO_SCHEMA

    def register(self, subject: str, schema: str) -> Answer:
        """Answer a serializer that registers before it writes: with the id of a schema that is there already, since that writes nothing, else with a refusal."""
        held = _held(schema, self.subjects.get(subject, ()))
        return refuse_write() if held is None else (200, {"id": held.id, "guid": str(held.guid)})

    def compatible(self, subject: str, schema: str, version: str | None = None) -> Answer:
        """Say whether a schema reads what was written under one version of a subject, or under every one when no version is given, and if not, why."""
        found = self._version(subject, version or "latest")
        if not isinstance(found, Contract):
            return found
        earlier = self.subjects[subject] if version is None else [found]
        try:
            messages = [one for contract in earlier for one in incompatibilities(schema, contract.schema)]
        except SchemaUnread as unread:
            return _error(422, INVALID_SCHEMA, str(unread))
        return 200, {"is_compatible": not messages, "messages": messages}

    def config(self, subject: str | None = None) -> Answer:
        """Say to which compatibility every contract keeps."""
        if subject is not None and subject not in self.subjects:
            return _no_subject(subject)
        return 200, {"compatibilityLevel": LEVEL}

    def mode(self, subject: str | None = None) -> Answer:
        """Say that contracts can be read and not registered."""
        if subject is not None and subject not in self.subjects:
            return _no_subject(subject)
        return 200, {"mode": "READONLY"}

    def _contract(self, contract_id: str) -> Contract | None:
        return self.catalogue.by_id(int(contract_id)) if _is_number(contract_id) else None

    def _subjects_of(self, contract: Contract) -> list[str]:
        return sorted(name for name, versions in self.subjects.items() if versions[0].name == contract.name)

    def _version(self, subject: str, version: str) -> Contract | Answer:
        known = self.subjects.get(subject)
        if known is None:
            return _no_subject(subject)
        if version in {"latest", "-1"}:
            return known[-1]
        if not _is_number(version) or not 0 < int(version) <= LARGEST:
            return _error(
                422,
                INVALID_VERSION,
                'The specified version is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"',
            )
        wanted = [one for one in known if one.version == int(version)]
        return wanted[0] if wanted else _error(404, VERSION_NOT_FOUND, f"Version {version} not found.")


def load_registry(catalogue: Catalogue) -> Registry:
    """Offer every contract that agencies may use, in every version, under every agency's topic."""
    subjects = {
        f"{agency_topic(agency)}-{contract.name}": catalogue.versions(contract.short_name)
        for agency in AGENCIES
        for contract in catalogue.statements()
    }
    return Registry(subjects, catalogue)


def schema_types() -> Answer:
    """Say which kinds of schema there are."""
    return 200, ["AVRO"]


def refuse_write() -> Answer:
    """Refuse whatever would change the registry, with a sentence."""
    return _error(
        422,
        OPERATION_NOT_PERMITTED,
        "Contracts are agreed by all agencies and committed with the hub; propose a change to the hub's owners instead of registering it",
    )


def _text_of(contract: Contract | None) -> Answer:
    return NO_SCHEMA if contract is None else (200, {"schema": contract.schema, "guid": str(contract.guid)})


def _described(subject: str, contract: Contract) -> dict[str, Any]:
    return {
        "subject": subject,
        "version": contract.version,
        "id": contract.id,
        "guid": str(contract.guid),
        "schema": contract.schema,
    }


def _held(schema: str, known: Sequence[Contract]) -> Contract | None:
    try:
        asked = json.loads(schema)
    except (ValueError, RecursionError):  # text that is no JSON, or JSON nested so deeply that reading it gives up
        return None
    return next((one for one in known if json.loads(one.schema) == asked), None)


def _unread(schema: str) -> Answer | None:
    try:
        require_schema(schema)
    except SchemaUnread as unread:
        return _error(422, INVALID_SCHEMA, str(unread))
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST))


def _no_subject(subject: str) -> Answer:
    return _error(404, SUBJECT_NOT_FOUND, f"Subject '{subject}' not found.")


def _error(status: int, code: int, message: str) -> Answer:
    return status, {"error_code": code, "message": message}
