from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.gb import nhs

from access_policy.blind_index import NHS_NUMBER, UPN, blind_index, content_digest, event_id, identifies, local_scheme

SECRET = b"s" * 32


def test_an_nhs_number_is_the_same_however_it_is_spaced() -> None:
    spellings = ["9990000018", "999 000 0018", " 999-000-0018", "999\u00a0000\u00a00018\n"]
    assert len({blind_index(SECRET, NHS_NUMBER, spelling) for spelling in spellings}) == 1


def test_a_upn_is_the_same_in_small_letters() -> None:
    assert blind_index(SECRET, UPN, "z999000000001") == blind_index(SECRET, UPN, "Z999000000001")


def test_a_local_id_keeps_its_letters_and_its_inner_spaces() -> None:
    scheme = local_scheme("police")
    assert blind_index(SECRET, scheme, " A 1 ") == blind_index(SECRET, scheme, "A 1")
    assert blind_index(SECRET, scheme, "A 1") != blind_index(SECRET, scheme, "a1")


def test_the_same_local_id_of_two_agencies_is_two_identifiers() -> None:
    assert blind_index(SECRET, local_scheme("police"), "17") != blind_index(SECRET, local_scheme("health"), "17")


def test_another_secret_gives_another_index() -> None:
    assert blind_index(SECRET, UPN, "Z1") != blind_index(b"t" * 32, UPN, "Z1")


@given(scheme=st.text(), value=st.text(alphabet=st.characters()))
def test_any_text_at_all_gives_sixteen_bytes(scheme: str, value: str) -> None:
    assert len(blind_index(SECRET, scheme, value)) == 16


def test_a_broken_character_is_indexed_rather_than_quoted_in_an_error() -> None:
    assert len(blind_index(SECRET, UPN, "Z\ud800")) == 16


@given(agency=st.text(), reference=st.text())
def test_an_event_id_is_a_uuid_of_version_8_and_always_the_same(agency: str, reference: str) -> None:
    made = event_id(SECRET, agency, reference)
    assert UUID(bytes=made).version == 8
    assert made == event_id(SECRET, agency, reference)


def test_a_letter_moved_from_agency_to_reference_is_another_event() -> None:
    assert event_id(SECRET, "ab", "c") != event_id(SECRET, "a", "bc")


def test_an_event_id_keeps_122_bits_of_what_was_keyed() -> None:
    assert len({event_id(SECRET, "police", str(number)) for number in range(2000)}) == 2000


def test_a_content_digest_tells_one_byte_apart_and_needs_the_secret() -> None:
    digests = {content_digest(SECRET, b"one"), content_digest(SECRET, b"onf"), content_digest(b"t" * 32, b"one")}
    assert len(digests) == 3
    assert {len(digest) for digest in digests} == {32}


@pytest.mark.parametrize(
    "value",
    ["0000000000", "9999999999", "unknown", "n/a", "", "   ", "-", "9990000019", "999000001", "\u0661990000018"],
)
def test_what_systems_write_for_an_nhs_number_they_do_not_know_joins_nobody(value: str) -> None:
    assert not identifies(NHS_NUMBER, value)


def test_a_sound_nhs_number_joins_however_it_is_spaced() -> None:
    assert all(identifies(NHS_NUMBER, value) for value in ("9990000018", "999 000 0018", "999-000-0018"))


@pytest.mark.parametrize("value", ["", "UN1", "unknown", "X00000000000X", "X123", "1234567890123"])
def test_what_schools_write_for_a_upn_they_do_not_know_joins_nobody(value: str) -> None:
    assert not identifies(UPN, value)


def test_a_upn_of_the_right_shape_joins() -> None:
    assert identifies(UPN, "x999000000017")
    assert identifies(UPN, "X99900000001A")


@given(st.integers(0, 10**10 - 1))
def test_the_check_digit_of_an_nhs_number_is_what_a_kept_library_says(number: int) -> None:
    value = f"{number:010d}"
    assert identifies(NHS_NUMBER, value) == (nhs.is_valid(value) and len(set(value)) > 1)
