import os
from pathlib import Path

import pytest

from access_policy.root_key import PURPOSES, FileRootKeys, RootKeyRefused, make_root_key, read_root_key

KEY = bytes(range(32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "root.key"


def test_a_root_key_is_made_once_and_never_replaced(path: Path) -> None:
    assert make_root_key(path, os.urandom) is True
    before = path.read_bytes()
    assert make_root_key(path, os.urandom) is False
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["root.key"]


def test_a_made_root_key_is_readable_by_its_owner_only_and_can_be_read(path: Path) -> None:
    make_root_key(path, os.urandom)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_root_key(path).unwrap(read_root_key(path).wrap(KEY, b"here"), b"here") == KEY


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610, 0o666])
def test_a_root_key_that_others_may_touch_is_refused_with_the_command_that_mends_it(path: Path, mode: int) -> None:
    make_root_key(path, os.urandom)
    path.chmod(mode)
    with pytest.raises(RootKeyRefused, match=rf"found mode {mode:03o}; run: chmod 600"):
        read_root_key(path)


def test_a_root_key_behind_a_link_is_refused(path: Path) -> None:
    make_root_key(path, os.urandom)
    link = path.with_name("link")
    link.symlink_to(path)
    with pytest.raises(RootKeyRefused, match="expected a root key file"):
        read_root_key(link)


def test_a_missing_root_key_says_where_it_was_expected(path: Path) -> None:
    with pytest.raises(RootKeyRefused, match=r"root\.key.*No such file"):
        read_root_key(path)


@pytest.mark.parametrize(
    "text",
    ["", "mash-hub root key 1\n", "mash-hub root key 1\nabc\n", "mash-hub root key 1\nnotdigits\n", "f00d\nf00d\n"],
)
def test_a_root_key_file_that_holds_something_else_is_refused_without_quoting_it(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(RootKeyRefused) as refusal:
        read_root_key(path)
    assert "notdigits" not in str(refusal.value)
    assert "f00d" not in str(refusal.value)


def test_a_wrapped_key_opens_only_with_its_root_key_its_place_and_its_bytes() -> None:
    keys = FileRootKeys(KEY)
    wrapped = keys.wrap(b"secret of 19 bytes.", b"child 1")
    assert keys.unwrap(wrapped, b"child 1") == b"secret of 19 bytes."
    tampered = [bytes([*wrapped[:at], wrapped[at] ^ 1, *wrapped[at + 1 :]]) for at in range(len(wrapped))]
    refused = [
        (FileRootKeys(b"\x07" * 32), wrapped, b"child 1"),
        (keys, wrapped, b"child 2"),
        *((keys, bad, b"child 1") for bad in [*tampered, b""]),
    ]
    for who, what, where in refused:
        with pytest.raises(RootKeyRefused, match="expected a key wrapped by"):
            who.unwrap(what, where)


def test_each_purpose_has_a_secret_of_its_own_that_stays_the_same() -> None:
    secrets = {purpose: FileRootKeys(KEY).secret(purpose) for purpose in PURPOSES}
    assert len(set(secrets.values())) == len(PURPOSES) == 5
    assert secrets == {purpose: FileRootKeys(KEY).secret(purpose) for purpose in PURPOSES}
    assert FileRootKeys(b"\x07" * 32).secret("nonce") != secrets["nonce"]


def test_a_secret_for_an_unknown_purpose_is_refused() -> None:
    with pytest.raises(RootKeyRefused, match="found noncee"):
        FileRootKeys(KEY).secret("noncee")


def test_the_derived_secrets_never_change_between_versions_of_the_hub() -> None:
    # Were this to fail, no hub could join a child to what it already holds.
    assert (
        FileRootKeys(KEY).secret("blind-index").hex()
        == "ce3c74bd6c77638dcf891bec4ee81cbac353f4eaa147e67af4066ca4ce877fff"
    )


def test_a_root_key_shows_nothing_of_itself() -> None:
    assert repr(FileRootKeys(KEY)) == "FileRootKeys()"
