"""RFC 6962 trees against the vectors of the CT reference implementation and against the naive definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive_trees import leaf_hash, naive_root

from audit.merkle import CompactRange, TreeHead, record_hash, root_of, split_hashes
from audit.proofs import consistency_proof, consistent, includes, inclusion_proof, subtree_roots

LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962, 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of RFC 6962, 2.1.2, word for word."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*naive_subproof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def numbered(count: int) -> list[bytes]:
    return [index.to_bytes(3, "big") for index in range(count)]


@pytest.mark.parametrize("size", range(9))
def test_the_root_of_the_reference_leaves_is_the_reference_root(size: int) -> None:
    assert root_of(HASHES[:size]).hex() == ROOTS[size]
    assert naive_root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_reference_inclusion_proofs_are_made_and_accepted(index: int, size: int) -> None:
    proof = inclusion_proof(subtree_roots(HASHES), index, size)
    assert [step.hex() for step in proof] == INCLUSION[index, size]
    assert includes(TreeHead(size, bytes.fromhex(ROOTS[size])), index, HASHES[index], proof)


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_the_reference_consistency_proofs_are_made_and_accepted(first: int, second: int) -> None:
    proof = consistency_proof(subtree_roots(HASHES), first, second)
    assert [step.hex() for step in proof] == CONSISTENCY[first, second]
    older, newer = (TreeHead(size, bytes.fromhex(ROOTS[size])) for size in (first, second))
    assert consistent(older, newer, proof)


@given(st.lists(st.integers(0, 70), max_size=8))
def test_growing_in_runs_of_any_length_gives_the_naive_root(run_lengths: list[int]) -> None:
    leaves = numbered(sum(run_lengths))
    grown = CompactRange()
    for length in run_lengths:
        grown = grown.append([leaf_hash(leaf) for leaf in leaves[grown.size : grown.size + length]])
        assert grown.root() == naive_root(leaves[: grown.size])
    assert len(grown.peaks) == grown.size.bit_count()


@given(st.integers(1, 200), st.data())
def test_an_inclusion_proof_is_the_naive_path_and_leads_to_the_root(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = numbered(size)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    proof = inclusion_proof(subtree_roots(hashes), index, size)
    head = TreeHead(size, naive_root(leaves))
    assert list(proof) == naive_path(index, leaves)
    assert includes(head, index, hashes[index], proof)


@given(st.integers(0, 200), st.data())
def test_a_consistency_proof_is_the_naive_one_and_is_accepted(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, second))
    leaves = numbered(second)
    proof = consistency_proof(subtree_roots([leaf_hash(leaf) for leaf in leaves]), first, second)
    older, newer = (TreeHead(size, naive_root(leaves[:size])) for size in (first, second))
    assert list(proof) == (naive_subproof(first, leaves, True) if first else [])
    assert consistent(older, newer, proof)


@pytest.mark.parametrize("size", range(1, 18))
def test_no_inclusion_proof_survives_another_leaf_place_length_or_flipped_bit(size: int) -> None:
    leaves = numbered(size)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    head = TreeHead(size, naive_root(leaves))
    for index in range(size):
        proof = inclusion_proof(subtree_roots(hashes), index, size)
        assert not includes(head, index, leaf_hash(b"another"), proof)
        assert not any(includes(head, other, hashes[index], proof) for other in range(-1, size + 2) if other != index)
        assert not includes(head, index, hashes[index], (*proof, b"\x00" * 32))
        assert not includes(head, index, hashes[index], proof[:-1]) or not proof
        for place, step in enumerate(proof):
            bent = (*proof[:place], bytes([step[0] ^ 1]) + step[1:], *proof[place + 1 :])
            assert not includes(head, index, hashes[index], bent)


@pytest.mark.parametrize("second", range(2, 18))
def test_no_consistency_proof_survives_another_history(second: int) -> None:
    leaves = numbered(second)
    subtree = subtree_roots([leaf_hash(leaf) for leaf in leaves])
    newer = TreeHead(second, naive_root(leaves))
    for first in range(1, second):
        proof = consistency_proof(subtree, first, second)
        forged = TreeHead(first, naive_root([b"forged", *leaves[1:first]]))
        assert not consistent(forged, newer, proof)
        assert not consistent(newer, TreeHead(first, naive_root(leaves[:first])), proof)
        assert not consistent(TreeHead(first, naive_root(leaves[:first])), newer, (*proof, b"\x00" * 32))
        assert not consistent(TreeHead(first, naive_root(leaves[:first])), newer, proof[:-1])


def test_equal_sizes_are_consistent_only_with_equal_roots_and_no_proof() -> None:
    head = TreeHead(2, bytes.fromhex(ROOTS[2]))
    assert consistent(head, head, ())
    assert not consistent(head, TreeHead(2, bytes.fromhex(ROOTS[3])), ())
    assert not consistent(head, head, (HASHES[0],))


def test_an_empty_tree_is_a_prefix_of_every_tree_and_of_nothing_forged() -> None:
    newer = TreeHead(2, bytes.fromhex(ROOTS[2]))
    assert consistent(TreeHead(0, bytes.fromhex(ROOTS[0])), newer, ())
    assert not consistent(TreeHead(0, bytes.fromhex(ROOTS[1])), newer, ())


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_a_leaf_outside_the_tree_has_no_inclusion_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="inside the tree"):
        inclusion_proof(subtree_roots(HASHES), index, size)


def test_a_consistency_proof_is_only_asked_from_the_older_to_the_newer_tree() -> None:
    with pytest.raises(ValueError, match="growing order"):
        consistency_proof(subtree_roots(HASHES), 5, 3)


@given(st.none() | st.binary(max_size=40), st.none() | st.binary(max_size=40))
def test_a_records_leaf_is_its_keys_length_its_key_and_its_value(key: bytes | None, value: bytes | None) -> None:
    assert record_hash(key, value) == leaf_hash(len(key or b"").to_bytes(4) + (key or b"") + (value or b""))


def test_joined_hashes_come_apart_and_a_short_last_piece_is_not_hidden() -> None:
    assert split_hashes(b"".join(HASHES)) == HASHES
    assert split_hashes(HASHES[0] + b"\x01") == [HASHES[0], b"\x01"]
