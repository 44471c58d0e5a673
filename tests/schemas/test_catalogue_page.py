"""docs/contracts.md says what the contracts say."""

from pathlib import Path

from schemas.catalogue import load_catalogue
from schemas.catalogue_page import render_catalogue

PAGE = Path(__file__).parents[2] / "docs" / "contracts.md"


def test_the_committed_page_is_what_the_contracts_say() -> None:
    assert PAGE.read_text("utf-8") == render_catalogue(load_catalogue()), "run `mash contracts render docs`"


def test_every_contract_has_its_id_and_its_words_on_the_page() -> None:
    page = render_catalogue(load_catalogue())
    for contract in load_catalogue():
        assert f"\n### {contract.short_name}" in page
        assert f"Full name `{contract.name}`, id {contract.id}.\n" in page


def test_every_field_of_an_agencys_statement_is_told_in_words() -> None:
    rows = [line for line in render_catalogue(load_catalogue()).splitlines() if line.startswith("| `")]
    assert [row for row in rows if row.endswith("|  |")] == []
