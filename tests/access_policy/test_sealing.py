from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access_policy.keys import EntryKey, KeyScope
from access_policy.sealing import Opener, SealBroken, Sealer

SCOPE = KeyScope(UUID(int=1), "health", "SENSITIVE", 1)
KEY = EntryKey(UUID(int=2), SCOPE, b"k" * 32)
OTHER_KEY = EntryKey(UUID(int=3), SCOPE, b"o" * 32)
EVENT = b"e" * 16
SEALER = Sealer(b"n" * 32)
OPENER = Opener()


@given(header=st.binary(), body=st.binary())
def test_what_was_sealed_opens_to_the_same_bytes(header: bytes, body: bytes) -> None:
    sealed = SEALER.seal(KEY, EVENT, header, body)
    assert OPENER.open_sealed(KEY, header, sealed) == body
    assert len(sealed) == 12 + len(body) + 16


def test_sealing_the_same_entry_twice_gives_the_same_bytes_in_any_worker() -> None:
    assert SEALER.seal(KEY, EVENT, b"header", b"body") == Sealer(b"n" * 32, remembered=1).seal(
        KEY, EVENT, b"header", b"body"
    )


@given(first=st.tuples(st.binary(), st.binary()), second=st.tuples(st.binary(), st.binary()))
def test_two_contents_never_share_a_nonce(first: tuple[bytes, bytes], second: tuple[bytes, bytes]) -> None:
    nonces = [SEALER.seal(KEY, EVENT, *content)[:12] for content in (first, second)]
    assert (nonces[0] == nonces[1]) == (first == second)


def test_a_byte_moved_from_header_to_body_has_another_nonce() -> None:
    assert SEALER.seal(KEY, EVENT, b"ab", b"c")[:12] != SEALER.seal(KEY, EVENT, b"a", b"bc")[:12]


def test_another_key_and_another_event_have_another_nonce() -> None:
    nonces = {SEALER.seal(key, event, b"h", b"b")[:12] for key in (KEY, OTHER_KEY) for event in (EVENT, b"f" * 16)}
    assert len(nonces) == 4


@pytest.mark.parametrize("at", [0, 11, 12, 15, -16, -1])
def test_a_changed_byte_of_nonce_ciphertext_or_tag_breaks_the_seal(at: int) -> None:
    sealed = bytearray(SEALER.seal(KEY, EVENT, b"header", b"body"))
    sealed[at] ^= 1
    with pytest.raises(SealBroken, match=r"expected .* found .* mash verify"):
        OPENER.open_sealed(KEY, b"header", bytes(sealed))


def test_a_changed_header_breaks_the_seal() -> None:
    with pytest.raises(SealBroken, match="header, body or key that does not fit"):
        OPENER.open_sealed(KEY, b"headers", SEALER.seal(KEY, EVENT, b"header", b"body"))


def test_a_wrong_key_breaks_the_seal() -> None:
    with pytest.raises(SealBroken, match="header, body or key that does not fit"):
        OPENER.open_sealed(OTHER_KEY, b"header", SEALER.seal(KEY, EVENT, b"header", b"body"))


@pytest.mark.parametrize("length", [0, 12, 27])
def test_too_few_bytes_break_the_seal(length: int) -> None:
    with pytest.raises(SealBroken, match=f"expected at least 28 sealed bytes, found {length}"):
        OPENER.open_sealed(KEY, b"header", SEALER.seal(KEY, EVENT, b"header", b"body")[:length])


def test_an_event_id_of_another_length_is_not_sealed() -> None:
    with pytest.raises(SealBroken, match="expected an event id of 16 bytes, found 15"):
        SEALER.seal(KEY, EVENT[:15], b"header", b"body")


def test_a_broken_seal_says_nothing_of_the_body_or_the_key() -> None:
    with pytest.raises(SealBroken) as broken:
        OPENER.open_sealed(OTHER_KEY, b"header", SEALER.seal(KEY, EVENT, b"header", b"Zzyzx"))
    assert "Zzyzx" not in repr(broken.value)
    assert broken.value.__cause__ is None


def test_a_key_shows_none_of_its_bytes() -> None:
    assert "kkk" not in repr(KEY)
    assert "secret" not in repr(replace(KEY, secret=b"secret" * 6))
    assert "nnn" not in repr(SEALER)


def test_more_keys_than_are_remembered_seal_all_the_same() -> None:
    narrow = Sealer(b"n" * 32, remembered=2)
    keys = [replace(KEY, secret=bytes([number]) * 32) for number in range(5)]
    assert [narrow.seal(key, EVENT, b"h", b"b") for key in keys] == [
        SEALER.seal(key, EVENT, b"h", b"b") for key in keys
    ]
