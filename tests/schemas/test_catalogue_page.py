"""docs/contracts.md says what the contracts say."""

from pathlib import Path

from connectors.cin_editions import EDITIONS_TABLE
from connectors.ssda903_codes import SSDA903_CODES
from schemas.catalogue import load_catalogue
from schemas.catalogue_page import render_catalogue

PAGE = Path(__file__).parents[2] / "docs" / "contracts.md"


def test_the_committed_page_is_what_the_contracts_say() -> None:
    rendered = render_catalogue(load_catalogue(), EDITIONS_TABLE, SSDA903_CODES)
    assert PAGE.read_text("utf-8") == rendered, "run `mash contracts render docs`"


def test_a_later_version_says_what_it_changed_and_an_earlier_one_that_it_is_still_read() -> None:
    page = render_catalogue(load_catalogue())
    before, after = page.split("\n### ReferralReceived version 2\n")
    assert (
        "An earlier version: it is still taken, and read as version 2." in before.split("\n### ReferralReceived\n")[1]
    )
    assert "Version 2: who referred is told by its census code" in after.split("\n### ")[0]


def test_a_renamed_element_and_a_changed_code_stand_in_one_table_with_what_the_hub_is_told() -> None:
    page = render_catalogue(load_catalogue(), EDITIONS_TABLE)
    section = page.split("\n## The same meaning across editions\n")[1]
    assert "| sex | 2017-2024 | `GenderCurrent` | 1 | male | M |\n" in section
    assert "| sex | 2025-2026 | `Sex` | M | male | M |\n" in section
    assert section.count("\n| ") == len(EDITIONS_TABLE) + 1


def test_the_codes_of_the_looked_after_return_stand_with_their_meanings() -> None:
    section = render_catalogue(load_catalogue(), (), SSDA903_CODES).split(
        "## Codes of the looked-after children return"
    )[1]
    assert "| `LS` | C2 | full care order |\n" in section
    assert section.count("\n| ") == len(SSDA903_CODES) + 1


def test_every_contract_has_its_id_and_its_words_on_the_page() -> None:
    page = render_catalogue(load_catalogue())
    for contract in load_catalogue():
        assert f"\n### {contract.short_name}" in page
        assert f"Full name `{contract.name}`, id {contract.id}.\n" in page


def test_every_field_of_an_agencys_statement_is_told_in_words() -> None:
    rows = [line for line in render_catalogue(load_catalogue()).splitlines() if line.startswith("| `")]
    assert [row for row in rows if row.endswith("|  |")] == []
