"""Signed notes, keys, checkpoints and cosignatures, against what other implementations published."""

import hashlib
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from naive_trees import leaf_hash

from audit.checkpoint import Checkpoint, SeenTree, open_checkpoint, origin_of, read_checkpoint, sign_checkpoint, witness
from audit.merkle import CompactRange, TreeHead
from audit.note_keys import COSIGNATURE_V1, ED25519, NoteRejected, SignerKey, read_signer_key, read_verifier_key
from audit.proofs import consistency_proof, subtree_roots
from audit.signed_note import SignedNote, cosigned, read_note, sign_note, verify_note
from audit.signing_key import load_signing_key, make_signing_key, provide_signing_key

# The worked example of golang.org/x/mod/sumdb/note.
GO_VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    GO_TEXT
    + "\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

# A checkpoint of a public Certificate Transparency log with a real witness's cosignature/v1 and signatures of types unknown here.
CT_CHECKPOINT = """arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

\u2014 arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
\u2014 arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
\u2014 remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
""".encode()
CT_LOG = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
CT_WITNESS = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"

HUB = SignerKey("hub.example", ED25519, bytes(range(32)))
OTHER = SignerKey("hub.example", ED25519, bytes(range(1, 33)))
WITNESS = SignerKey("witness.example/health", COSIGNATURE_V1, bytes(range(2, 34)))
ORIGIN = origin_of("hub.example", "hub.events", 3)
HASHES = [leaf_hash(index.to_bytes(2, "big")) for index in range(20)]


def head(size: int) -> TreeHead:
    return CompactRange().append(HASHES[:size]).head()


def signed(size: int) -> bytes:
    return sign_checkpoint(Checkpoint(ORIGIN, head(size)), HUB)


def proof(first: int, second: int) -> tuple[bytes, ...]:
    return consistency_proof(subtree_roots(HASHES), first, second)


def test_the_note_of_the_go_implementation_is_accepted_and_made_byte_for_byte() -> None:
    verifier, signer = read_verifier_key(GO_VERIFIER), read_signer_key(GO_SIGNER)
    assert [each.key for each in verify_note(read_note(GO_NOTE), [verifier])] == [verifier]
    assert sign_note(GO_TEXT, signer).written() == GO_NOTE
    assert (signer.verifier(), signer.text(), verifier.text()) == (verifier, GO_SIGNER, GO_VERIFIER)


def test_a_public_logs_checkpoint_and_its_witnesss_cosignature_are_accepted_and_unknown_signatures_ignored() -> None:
    log, partner = read_verifier_key(CT_LOG), read_verifier_key(CT_WITNESS)
    opened = open_checkpoint(CT_CHECKPOINT, [log, partner])
    assert opened.checkpoint.head.size == 1432088532
    assert {each.key: each.at for each in opened.vouched} == {log: None, partner: 0x6A122120}


def test_a_checkpoints_signature_holds_by_the_cryptography_library_alone() -> None:
    written = signed(9)
    text, _, line = written.decode().rpartition("\n\n")
    material = b64decode(line.split(" ")[2])
    public = Ed25519PublicKey.from_public_bytes(b64decode(HUB.verifier().text().split("+", 2)[2])[1:])
    public.verify(material[4:], (text + "\n").encode())
    assert material[:4] == hashlib.sha256(b"hub.example\n\x01" + public.public_bytes_raw()).digest()[:4]
    with pytest.raises(InvalidSignature):
        public.verify(material[4:], (text + "\n ").encode())
    assert text.split("\n") == ["hub.example/hub.events/3", "9", b64encode(head(9).root).decode()]


def test_a_cosignature_holds_by_the_cryptography_library_alone() -> None:
    note = cosigned(read_note(signed(9)), WITNESS, 1_700_000_000)
    material = note.signatures[1].signature
    message = b"cosignature/v1\ntime 1700000000\n" + note.text.encode()
    Ed25519PublicKey.from_public_bytes(WITNESS.verifier().public).verify(material[8:], message)
    assert int.from_bytes(material[:8], "big") == 1_700_000_000


@given(
    st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32), st.lists(st.text("abc xyz", min_size=1), max_size=3)
)
def test_a_checkpoint_is_read_back_as_it_was_written(size: int, root: bytes, extensions: list[str]) -> None:
    checkpoint = Checkpoint(ORIGIN, TreeHead(size, root), tuple(extensions))
    opened = open_checkpoint(sign_checkpoint(checkpoint, HUB), [HUB.verifier()])
    assert opened.checkpoint == checkpoint


def test_any_changed_byte_of_a_checkpoint_note_is_rejected() -> None:
    written = signed(9)
    for position in range(len(written)):
        for bit in range(8):
            bent = written[:position] + bytes([written[position] ^ 1 << bit]) + written[position + 1 :]
            with pytest.raises(NoteRejected):
                open_checkpoint(bent, [HUB.verifier()])


def test_any_cut_of_a_checkpoint_note_is_rejected() -> None:
    written = signed(9)
    for end in range(len(written)):
        with pytest.raises(NoteRejected):
            open_checkpoint(written[:end], [HUB.verifier()])


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_whatever_raise_anything_but_the_one_rejection(written: bytes) -> None:
    with pytest.raises(NoteRejected):
        open_checkpoint(written, [HUB.verifier()])


@given(st.text(max_size=120), st.sampled_from([read_verifier_key, read_signer_key]))
def test_no_text_read_as_a_key_raises_anything_but_the_one_rejection(text: str, read: object) -> None:
    with pytest.raises(NoteRejected):
        read(text)  # type: ignore[operator]


def test_any_changed_sign_of_a_verifier_key_is_rejected() -> None:
    for position in range(len(GO_VERIFIER)):
        bent = GO_VERIFIER[:position] + chr(ord(GO_VERIFIER[position]) ^ 1) + GO_VERIFIER[position + 1 :]
        with pytest.raises(NoteRejected):
            read_verifier_key(bent)


@pytest.mark.parametrize(
    "text",
    [
        "origin\n1\n",
        "origin\n01\n" + "A" * 43 + "=\n",
        "origin\n-1\n" + "A" * 43 + "=\n",
        "origin\n\u0661\n" + "A" * 43 + "=\n",
        "\n1\n" + "A" * 43 + "=\n",
        "origin\n1\nAAAA\n",
        "origin\n1\n" + "A" * 43 + "=\n\nx\n",
        "origin\n1\n" + "A" * 43 + "=",
    ],
)
def test_a_text_that_is_not_exactly_a_checkpoint_is_rejected(text: str) -> None:
    with pytest.raises(NoteRejected):
        read_checkpoint(text)


def test_a_line_break_inside_an_origin_or_extension_is_never_signed() -> None:
    for broken in (Checkpoint("hub.example\n7", head(1)), Checkpoint(ORIGIN, head(1), ("",))):
        with pytest.raises(NoteRejected):
            sign_checkpoint(broken, HUB)
    with pytest.raises(NoteRejected, match="line break"):
        sign_checkpoint(Checkpoint(ORIGIN, head(1), ("one\ntwo",)), HUB)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\x01b"])
def test_a_key_name_that_would_break_a_signature_line_is_rejected(name: str) -> None:
    with pytest.raises(NoteRejected):
        sign_note("text\n", SignerKey(name, ED25519, bytes(32)))


def test_a_note_by_unknown_keys_alone_is_rejected_even_when_the_name_is_known() -> None:
    with pytest.raises(NoteRejected, match="known key"):
        open_checkpoint(sign_checkpoint(Checkpoint(ORIGIN, head(9)), OTHER), [HUB.verifier()])


def test_a_false_signature_of_a_known_key_rejects_the_note_even_beside_a_true_one() -> None:
    note = cosigned(read_note(signed(9)), WITNESS, 5)
    forged = SignedNote(note.text, (note.signatures[0], cosigned(read_note(signed(8)), WITNESS, 5).signatures[1]))
    with pytest.raises(NoteRejected, match="does not hold"):
        open_checkpoint(forged.written(), [HUB.verifier(), WITNESS.verifier()])


def test_one_key_counts_once_however_often_it_cosigned() -> None:
    note = cosigned(cosigned(read_note(signed(9)), WITNESS, 5), WITNESS, 6)
    opened = open_checkpoint(note.written(), [HUB.verifier(), WITNESS.verifier()])
    assert opened.signed_by([WITNESS.verifier()]) == (WITNESS.verifier(),)


def test_a_cosignature_does_not_hold_at_another_time() -> None:
    note = cosigned(read_note(signed(9)), WITNESS, 5)
    line = note.signatures[1]
    moved = SignedNote(note.text, (type(line)(line.name, line.key_id, (6).to_bytes(8, "big") + line.signature[8:]),))
    with pytest.raises(NoteRejected, match="does not hold"):
        verify_note(moved, [WITNESS.verifier()])


def test_a_plain_key_does_not_cosign_and_a_witness_key_does_not_sign() -> None:
    with pytest.raises(NoteRejected):
        sign_note("text\n", WITNESS)
    with pytest.raises(NoteRejected):
        cosigned(read_note(signed(9)), HUB, 5)


def test_a_witness_cosigns_what_only_adds_to_what_it_saw_and_remembers_it() -> None:
    first = witness(SeenTree(ORIGIN, HUB.verifier(), head(0)), signed(5), (), WITNESS, 100)
    second = witness(first.seen, signed(12), proof(5, 12), WITNESS, 200)
    opened = open_checkpoint(second.note, [HUB.verifier(), WITNESS.verifier()])
    assert [each.at for each in opened.vouched] == [None, 200]
    assert second.seen.head == head(12)


def test_a_witness_refuses_a_history_that_was_rewritten_shortened_or_is_of_another_tree() -> None:
    seen = SeenTree(ORIGIN, HUB.verifier(), head(5))
    rewritten = CompactRange().append([leaf_hash(b"forged"), *HASHES[1:12]]).head()
    with pytest.raises(NoteRejected, match="only adds"):
        witness(seen, sign_checkpoint(Checkpoint(ORIGIN, rewritten), HUB), proof(5, 12), WITNESS, 1)
    with pytest.raises(NoteRejected, match="only adds"):
        witness(seen, signed(4), (), WITNESS, 1)
    with pytest.raises(NoteRejected, match="another origin"):
        witness(seen, sign_checkpoint(Checkpoint("hub.example/hub.events/2", head(12)), HUB), proof(5, 12), WITNESS, 1)
    with pytest.raises(NoteRejected, match="known key"):
        witness(seen, sign_checkpoint(Checkpoint(ORIGIN, head(12)), OTHER), proof(5, 12), WITNESS, 1)


def test_the_signing_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    made = provide_signing_key(path, "hub.example", lambda count: bytes(range(count)))
    again = provide_signing_key(path, "hub.example", lambda count: b"\xff" * count)
    assert made == again == HUB
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["signing.key"]


def test_a_signing_key_that_exists_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    make_signing_key(path, HUB)
    with pytest.raises(FileExistsError):
        make_signing_key(path, OTHER)
    assert load_signing_key(path) == HUB


def test_a_signing_key_that_others_may_read_or_of_another_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    make_signing_key(path, HUB)
    with pytest.raises(NoteRejected, match="right file"):
        provide_signing_key(path, "another.example", bytes)
    path.chmod(0o640)
    with pytest.raises(NoteRejected, match="chmod 600"):
        load_signing_key(path)


def test_a_private_key_shows_neither_in_its_repr_nor_in_a_rejection() -> None:
    assert HUB.seed.hex() not in repr(HUB)
    assert "seed" not in repr(HUB)
    with pytest.raises(NoteRejected) as caught:
        read_signer_key(GO_SIGNER.replace("c74f20a3", "c74f20a4"))
    assert GO_SIGNER[-20:] not in str(caught.value)
