import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import avro.schema
import pytest

from schemas.catalogue import CatalogueBroken, full_text, lint, load_catalogue, load_contracts
from schemas.numbering import FIRST_ID, number_contracts

CATALOGUE = load_catalogue()
CONTRACTS = Path(__file__).parents[2] / "schemas" / "contracts"
EMPTY = {"type": "record", "name": "Empty", "fields": []}


def record(name: str, *types: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": [{"name": f"f{i}", "type": kind} for i, kind in enumerate(types)]}


def array(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


@pytest.mark.parametrize(
    "schema",
    [
        record("A", "A"),
        record("A", ["null", "A"]),
        record("A", {"type": "A"}),
        record("A", array("A")),
        record("A", {"type": "map", "values": "A"}),
        record("A", record("B", ["null", "A"])),
        record("A", ["null", "other.A"]),
    ],
    ids=["field", "union", "wrapped", "array", "map", "indirect", "with namespace"],
)
def test_a_record_inside_itself_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(CatalogueBroken, match="expected no record inside itself"):
        lint(schema)


@pytest.mark.parametrize(
    "items",
    [
        "null",
        {"type": "null"},
        EMPTY,
        record("B", "null", EMPTY),
        {"type": "fixed", "name": "Nothing", "size": 0},
        {"type": EMPTY},
    ],
    ids=["null", "wrapped null", "empty record", "record of nothing", "fixed of size 0", "wrapped record"],
)
def test_an_array_whose_items_take_no_bytes_is_refused(items: Any) -> None:
    with pytest.raises(CatalogueBroken, match="expected items of at least one byte"):
        lint(record("A", array(items)))


def test_an_array_whose_items_take_no_bytes_is_refused_when_they_are_named_elsewhere() -> None:
    with pytest.raises(CatalogueBroken, match="expected items of at least one byte"):
        lint(record("A", EMPTY, array("Empty")))


@pytest.mark.parametrize(
    "items",
    ["string", "int", ["null", "string"], record("B", "null", "boolean"), {"type": "fixed", "name": "Id", "size": 1}],
)
def test_an_array_whose_items_take_a_byte_is_allowed(items: Any) -> None:
    lint(record("A", array(items), {"type": "map", "values": "null"}))


@pytest.mark.parametrize(("members", "refused"), [(64, False), (65, True)])
def test_an_enum_whose_index_takes_two_bytes_is_refused(members: int, *, refused: bool) -> None:
    schema = record("A", {"type": "enum", "name": "E", "symbols": [f"S{i}" for i in range(members)]})
    if refused:
        with pytest.raises(CatalogueBroken, match="at most 64 members"):
            lint(schema)
    else:
        lint(schema)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Give a copy of the committed contracts that a test may change."""
    return Path(shutil.copytree(CONTRACTS, tmp_path / "contracts"))


def test_a_committed_contract_that_was_edited_is_refused_and_named(copied: Path) -> None:
    edited = copied / "ConcernRaised.avsc"
    edited.write_text(edited.read_text("utf-8").replace("Kind of concern", "Sort of concern"), "utf-8")
    with pytest.raises(
        CatalogueBroken, match=r"ConcernRaised\.avsc: expected the text that id 70000001\d was given to"
    ):
        load_contracts(copied)


def test_editing_the_shared_envelope_is_refused_too(copied: Path) -> None:
    edited = copied / "Envelope.avsc"
    edited.write_text(edited.read_text("utf-8").replace("Postcode.", "Post code."), "utf-8")
    with pytest.raises(CatalogueBroken, match="add the changed contract as a new file with a new id"):
        load_contracts(copied)


def test_a_new_contract_gets_the_next_free_id_and_nobody_elses_changes(copied: Path) -> None:
    before = json.loads((copied / "ids.json").read_text("utf-8"))
    new = json.loads((copied / "ChildSeen.avsc").read_text("utf-8")) | {"name": "ChildHeard"}
    (copied / "ChildHeard.avsc").write_text(json.dumps(new), "utf-8")
    assert number_contracts(copied) == ["ChildHeard.avsc"]
    after = json.loads((copied / "ids.json").read_text("utf-8"))
    assert after[:-1] == before
    next_id = max(row["id"] for row in before) + 1
    assert (after[-1]["id"], after[-1]["name"], after[-1]["version"]) == (next_id, "ChildHeard", 1)
    newest = load_contracts(copied).by_name("ChildHeard")
    assert newest is not None
    assert newest.id == next_id
    assert number_contracts(copied) == []


def later(copied: Path, **changes: object) -> None:
    """Put a third version beside the two of ReferralReceived, and number it."""
    newest = json.loads((copied / "ReferralReceived.v2.avsc").read_text("utf-8"))
    said = {"changed": "Version 3: invented."} | changes
    (copied / "ReferralReceived.v3.avsc").write_text(json.dumps(newest | said), "utf-8")
    number_contracts(copied)


def test_every_version_is_found_by_its_id_and_the_newest_by_name_whichever_has_the_higher_id() -> None:
    first, second = CATALOGUE.versions("ReferralReceived")
    assert (first.version, second.version) == (1, 2)
    assert (CATALOGUE.by_id(first.id), CATALOGUE.by_id(second.id)) == (first, second)
    assert CATALOGUE.by_name("ReferralReceived") is CATALOGUE.newest(first) is CATALOGUE.newest(second) is second
    assert first not in CATALOGUE.statements()
    assert second in CATALOGUE.statements()
    assert CATALOGUE.versions("Score") == ()


def test_a_later_version_without_a_step_to_it_is_refused(copied: Path) -> None:
    later(copied)
    with pytest.raises(CatalogueBroken, match="expected a step from version 2 to 3, found none"):
        load_contracts(copied)


def test_a_later_version_says_what_it_changed(copied: Path) -> None:
    edit_row(copied, "ReferralReceived.v2.avsc", changed=None)
    with pytest.raises(CatalogueBroken, match="expected the attribute `changed`"):
        load_contracts(copied)


def test_an_earlier_version_that_was_removed_is_missed(copied: Path) -> None:
    (copied / "ReferralReceived.avsc").unlink()
    with pytest.raises(CatalogueBroken, match=r"ReferralReceived\.avsc: expected every version that has an id"):
        load_contracts(copied)


def test_an_earlier_version_whose_id_was_removed_is_missed(copied: Path) -> None:
    rows = json.loads((copied / "ids.json").read_text("utf-8"))
    kept = [row for row in rows if row["file"] != "ReferralReceived.avsc"]
    (copied / "ids.json").write_text(json.dumps(kept), "utf-8")
    with pytest.raises(CatalogueBroken, match="expected versions 1 to 1 under one name"):
        load_contracts(copied)


def edit_row(copied: Path, file: str, **changes: object) -> None:
    """Change a contract and its fingerprint with it, as nobody may who has published it."""
    one = json.loads((copied / file).read_text("utf-8")) | changes
    (copied / file).write_text(json.dumps(one), "utf-8")
    rows = json.loads((copied / "ids.json").read_text("utf-8"))
    digest = hashlib.sha256(full_text(copied, file).encode()).hexdigest()
    rows = [row | {"sha256": digest} if row["file"] == file else row for row in rows]
    (copied / "ids.json").write_text(json.dumps(rows), "utf-8")


def test_every_contract_file_but_the_shared_ones_has_one_id_and_its_own_name() -> None:
    rows = json.loads((CONTRACTS / "ids.json").read_text("utf-8"))
    files = {file.name for file in CONTRACTS.glob("*.avsc")} - {"Envelope.avsc"}
    assert {row["file"] for row in rows} == files
    assert len({row["id"] for row in rows}) == len(rows) == len(list(CATALOGUE))
    for row in rows:
        contract = CATALOGUE.by_id(row["id"])
        assert contract is not None
        assert (contract.short_name, contract.fingerprint) == (row["name"], row["sha256"])


@pytest.mark.parametrize("contract", list(CATALOGUE), ids=lambda contract: contract.short_name)
def test_every_committed_contract_is_safe_and_the_apache_library_reads_it(contract: Any) -> None:
    lint(json.loads(contract.schema))
    assert avro.schema.parse(contract.schema).fullname == contract.name


@pytest.mark.parametrize("contract", list(CATALOGUE), ids=lambda contract: contract.short_name)
def test_every_record_and_field_of_a_contract_says_what_it_means(contract: Any) -> None:
    assert list(undocumented(json.loads(contract.schema))) == []


def undocumented(schema: Any) -> list[str]:
    """Name the fields without words of their own; a field whose type is a documented shared record needs none."""
    if isinstance(schema, list):
        return [name for branch in schema for name in undocumented(branch)]
    if not isinstance(schema, dict):
        return []
    if schema["type"] != "record":
        return undocumented(schema["type"]) if isinstance(schema["type"], dict | list) else []
    missing = [
        f"{schema['name']}.{part['name']}"
        for part in schema["fields"]
        if not part.get("doc") and not (isinstance(part["type"], dict) and part["type"].get("doc"))
    ]
    return missing + [name for part in schema["fields"] for name in undocumented(part["type"])]


def test_what_goes_to_a_registry_holds_the_envelope_once_and_needs_no_other_file() -> None:
    text = full_text(CONTRACTS, "ConcernRaised.avsc")
    assert text.count('"name":"Envelope"') == 1
    assert "mash.Envelope" not in text


def test_agencies_may_use_the_contracts_of_mash_events_and_no_other() -> None:
    names = {contract.name for contract in CATALOGUE.statements()}
    assert "mash.events.ConcernRaised" in names
    assert not {name for name in names if not name.startswith("mash.events.")}
    others = {contract.name for contract in CATALOGUE} - names
    assert {name.rpartition(".")[0] for name in others} == {"mash.hub", "mash.feeds"}


def test_ids_begin_where_no_other_registry_does_so_that_its_ids_are_never_taken_for_the_hubs(tmp_path: Path) -> None:
    assert min(one.id for one in CATALOGUE) == FIRST_ID
    for file in ("Envelope.avsc", "ChildSeen.avsc"):
        shutil.copy(CONTRACTS / file, tmp_path)
    number_contracts(tmp_path)
    assert [one.id for one in load_contracts(tmp_path)] == [FIRST_ID]


def test_what_is_not_there_is_none() -> None:
    assert CATALOGUE.by_id(0) is None
    assert CATALOGUE.by_name("Score") is None
