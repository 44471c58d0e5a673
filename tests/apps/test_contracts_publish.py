"""`mash contracts publish`: into the hub's own registry, which has everything; into one in memory; and into Apicurio, as a council would run it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

from apps.cli import main
from apps.publishing import (
    HttpRegistry,
    RegistryRefused,
    publish,
    read_credentials,
    subjects_to_publish,
)
from apps.services.ports import LOOPBACK
from schemas.catalogue import load_catalogue
from schemas.codec import MAGIC, PREFIX, ContractBroken, decode
from schemas.compatibility import LEVEL, incompatibilities
from tests.apps.api_world import ApiWorld
from tests.apps.apicurio import apicurio

CATALOGUE = load_catalogue()
EDUCATION = subjects_to_publish(CATALOGUE, ["education"])
EXCLUSIONS = "agency.education.events-mash.events.ExclusionRecorded"
FIRST, SECOND = CATALOGUE.versions("ExclusionRecorded")


class HubsOwn:
    """The hub's own registry, asked as a council's would be."""

    def __init__(self) -> None:
        self._client = ApiWorld().client

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        answer = self._client.request(method, path, json=body)
        return answer.status_code, answer.json()


class MemoryRegistry:
    """A council's registry in memory: gives its own ids, judges each version against all before it once it is told to; `broken` is what it answers to writing."""

    def __init__(self, broken: int | None = None) -> None:
        self.schemas: dict[str, list[tuple[int, str]]] = {}
        self.levels: dict[str, str] = {}
        self.broken = broken
        self.written = 0

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        kind, subject, *rest = [unquote(part) for part in path.strip("/").split("/")]
        if kind == "config":
            return self._config(method, subject, body)
        known = self.schemas.get(subject, [])
        assert body is not None
        found = [one for one, schema in known if schema == body["schema"]]
        if found or not rest:
            return (200, {"id": found[0]}) if found else (404, {"error_code": 40401 if not known else 40403})
        return self._register(subject, body["schema"], known)

    def _register(self, subject: str, schema: str, known: list[tuple[int, str]]) -> tuple[int, Any]:
        if self.broken is not None:
            return self.broken, {"error_code": self.broken * 100 + 1}
        if self.levels.get(subject) == LEVEL and any(incompatibilities(schema, earlier) for _, earlier in known):
            return 409, {"error_code": 409}
        self.written += 1
        self.schemas[subject] = [*known, (7000 + self.written, schema)]
        return 200, {"id": 7000 + self.written}

    def _config(self, method: str, subject: str, body: Mapping[str, Any] | None) -> tuple[int, Any]:
        if method == "PUT" and body is not None:
            self.levels[subject] = body["compatibility"]
            return 200, body
        level = self.levels.get(subject)
        return (200, {"compatibilityLevel": level}) if level else (404, {"error_code": 40408})


def test_the_hubs_own_registry_has_every_contract_already_under_the_hubs_ids() -> None:
    done = list(publish(HubsOwn(), EDUCATION))
    assert [one.subject for one in done] == list(EDUCATION)
    assert not [one for one in done if one.new]
    assert all(ours == theirs for one in done for ours, theirs in one.ids.items())


def test_every_version_goes_in_in_order_under_transitive_compatibility_and_again_changes_nothing() -> None:
    registry = MemoryRegistry()
    first = {one.subject: one for one in publish(registry, EDUCATION)}
    assert first[EXCLUSIONS].new == (1, 2)
    assert [schema for _, schema in registry.schemas[EXCLUSIONS]] == [FIRST.schema, SECOND.schema]
    assert set(registry.levels.values()) == {LEVEL}
    assert set(registry.levels) == set(EDUCATION)
    again = list(publish(registry, EDUCATION))
    assert not [one for one in again if one.new]
    assert {one.subject: one.ids for one in again} == {one.subject: one.ids for one in first.values()}


def test_a_run_that_was_cut_off_is_gone_on_with() -> None:
    registry = MemoryRegistry()
    running = publish(registry, EDUCATION)
    begun = [next(running) for _ in range(3)]
    del registry.levels[begun[-1].subject]
    done = list(publish(registry, EDUCATION))
    assert [bool(one.new) for one in done[:4]] == [False, False, False, True]
    assert set(registry.levels) == set(EDUCATION)


@pytest.mark.parametrize("status", [401, 403, 409, 422, 500])
def test_a_registry_that_does_not_take_a_contract_is_named_with_what_to_do(status: int) -> None:
    with pytest.raises(RegistryRefused, match=rf"version 1, found that it answers {status} \(code {status}01\)"):
        list(publish(MemoryRegistry(broken=status), EDUCATION))


def test_an_agency_publishes_what_it_tells_and_nothing_else() -> None:
    assert {subject.partition("-")[0] for subject in EDUCATION} == {"agency.education.events"}
    assert not [subject for subject in EDUCATION if "mash.hub" in subject or "mash.feeds" in subject]
    every = subjects_to_publish(CATALOGUE, sorted({agency for one in CATALOGUE for agency in one.told_by}))
    assert {one.id for versions in every.values() for one in versions} == {
        version.id for one in CATALOGUE.statements() for version in CATALOGUE.versions(one.short_name)
    }


def test_a_password_is_read_from_its_file_and_goes_nowhere_unsealed(tmp_path: Path) -> None:
    assert read_credentials(tmp_path) is None
    (tmp_path / "registry").write_text("feeds:invented-password\n")
    said = read_credentials(tmp_path)
    assert said == "feeds:invented-password"
    with pytest.raises(RegistryRefused, match="Expected https") as caught:
        HttpRegistry("http://registry.example:8081", said)
    assert "invented" not in str(caught.value)
    for url in ("registry.example", "ftp://registry.example", "https://user:invented@registry.example"):
        with pytest.raises(RegistryRefused, match="Expected an address") as caught:
            HttpRegistry(url, None)
        assert "invented" not in str(caught.value)
    (tmp_path / "registry").write_text("only-a-word")
    with pytest.raises(RegistryRefused, match="user:password on one line"):
        read_credentials(tmp_path)


def test_a_registry_that_is_not_there_is_one_sentence_for_whoever_typed_the_command(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["contracts", "publish", f"http://{LOOPBACK}:1"], env={"MASH_HOME": str(tmp_path)})
    assert told.exit_code == 1
    assert "Expected the registry to answer" in told.output
    assert "Traceback" not in told.output


@pytest.mark.services
def test_a_council_that_runs_apicurio_has_the_contracts_after_one_command_and_the_second_changes_nothing(
    tmp_path: Path,
) -> None:
    asked = ["contracts", "publish", "--agency", "education"]
    with apicurio(tmp_path) as url, HttpRegistry(url, None) as registry:
        told, again = (CliRunner().invoke(main, [*asked, url], env={"MASH_HOME": str(tmp_path)}) for _ in range(2))
        assert (told.exit_code, again.exit_code) == (0, 0), told.output + again.output
        assert f"{len(EDUCATION)} subjects: {len(EDUCATION)} with something new, 0 there already." in told.output
        assert f"{EXCLUSIONS}  new: version 1, 2  id " in told.output
        assert "have another id there than in the hub" in told.output
        assert f"{len(EDUCATION)} subjects: 0 with something new, {len(EDUCATION)} there already." in again.output

        place = f"/subjects/{EXCLUSIONS}"
        assert registry.ask("GET", f"{place}/versions") == (200, [1, 2])
        assert registry.ask("GET", f"/config/{EXCLUSIONS}") == (200, {"compatibilityLevel": LEVEL})
        for contract in (FIRST, SECOND):
            status, found = registry.ask("POST", place, {"schema": contract.schema})
            assert (status, found["version"]) == (200, contract.version)
            with pytest.raises(ContractBroken) as caught:
                decode(CATALOGUE, PREFIX.pack(MAGIC, found["id"]) + b"whatever was written with that registry's id")
            assert caught.value.code == "unknown-contract"
        demanding = json.loads(SECOND.schema)
        demanding["fields"].append({"name": "demanded", "type": "string"})
        status, _ = registry.ask("POST", f"{place}/versions", {"schema": json.dumps(demanding)})
        assert status == 409
