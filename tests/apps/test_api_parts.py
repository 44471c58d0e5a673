import hashlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from apps.api import make_api
from apps.api.feed_tokens import ensure_feed_tokens, feed_bearing, feed_digests
from apps.api.parts import PartAway
from apps.api.pool import Pool
from apps.api.wiring import open_parts
from apps.cli import main
from apps.keys import make_hub_keys
from apps.people import NotSignedIn, write_people
from apps.services.secret_files import ensure_password
from apps.settings import Settings
from schemas.topics import AGENCIES
from tests.apps.api_world import TestClient, bearing
from tests.connectors.feed_samples import http_event


class Opened:
    """Counts what was opened and closed."""

    def __init__(self) -> None:
        self.made: list[int] = []
        self.closed: list[int] = []

    @contextmanager
    def one(self) -> Iterator[int]:
        number = len(self.made)
        self.made.append(number)
        try:
            yield number
        finally:
            self.closed.append(number)


def settings_in(home: Path) -> Settings:
    return Settings(
        home, home / "secrets", "127.0.0.1:1", None, "postgresql://127.0.0.1:1/mash", "postgresql://127.0.0.1:1/keys"
    )


def test_one_that_was_given_back_is_lent_again() -> None:
    opened = Opened()
    pool = Pool(opened.one, 2, 1.0)
    for _ in range(3):
        with pool.lend() as lent:
            assert lent == 0
    pool.close()
    assert (opened.made, opened.closed) == ([0], [0])


def test_two_at_once_never_share_one() -> None:
    opened = Opened()
    pool = Pool(opened.one, 2, 1.0)
    with pool.lend() as one, pool.lend() as other:
        assert one != other


def test_who_waits_too_long_for_one_is_told_so() -> None:
    pool = Pool(Opened().one, 1, 0.01)
    with pool.lend(), pytest.raises(PartAway, match="all of them in use"), pool.lend():
        pass


def test_who_waits_gets_the_one_that_is_given_back() -> None:
    pool = Pool(Opened().one, 1, 30.0)
    got: list[int] = []

    def ask() -> None:
        with pool.lend() as lent:
            got.append(lent)

    with pool.lend():
        waiting = threading.Thread(target=ask)
        waiting.start()
    waiting.join(30)
    assert got == [0]


def test_after_an_error_none_that_was_open_before_is_lent_again() -> None:
    opened = Opened()
    pool = Pool(opened.one, 2, 1.0)
    with pool.lend(), pool.lend():
        pass
    with pytest.raises(LookupError), pool.lend():
        raise LookupError
    assert sorted(opened.closed) == [0, 1]
    with pool.lend() as lent:
        assert lent == 2


def test_each_agency_gets_a_token_of_its_own_that_only_its_owner_may_read(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    ensure_feed_tokens(settings)
    files = {agency: settings.secrets / "feeds" / agency for agency in AGENCIES}
    assert {file.stat().st_mode & 0o077 for file in files.values()} == {0}
    tokens = {agency: file.read_text() for agency, file in files.items()}
    assert len(set(tokens.values())) == len(AGENCIES)
    assert {agency: feed_bearing(settings, token) for agency, token in tokens.items()} == {one: one for one in AGENCIES}


def test_the_hub_keeps_digests_alone_so_a_token_may_be_removed_once_it_was_handed_over(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    ensure_feed_tokens(settings)
    file = settings.secrets / "feeds" / "police"
    token = file.read_text()
    file.unlink()
    before = feed_digests(settings)
    ensure_feed_tokens(settings)
    assert (feed_digests(settings), file.exists()) == (before, False)
    assert token not in (tmp_path / "feeds.json").read_text()
    assert feed_bearing(settings, token) == "police"


def test_a_token_of_nobody_bears_no_feed_and_is_not_repeated(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for _ in range(2):
        with pytest.raises(NotSignedIn) as caught:
            feed_bearing(settings, "nobodys-töken")
        assert "nobodys" not in str(caught.value)
        ensure_feed_tokens(settings)


def test_an_agency_whose_digest_is_taken_away_is_out_at_once(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    ensure_feed_tokens(settings)
    token = (settings.secrets / "feeds" / "police").read_text()
    kept = {agency: digest for agency, digest in feed_digests(settings).items() if agency != "police"}
    (tmp_path / "feeds.json").write_text(json.dumps(kept))
    with pytest.raises(NotSignedIn):
        feed_bearing(settings, token)


def test_an_api_where_nothing_runs_ends_with_one_sentence(tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["api"], env={"MASH_HOME": str(tmp_path / "home")})
    assert (shown.exit_code, "Traceback" in shown.output) == (1, False)
    assert "mash services up" in shown.output


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    places = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "DATABASE_URL": "postgresql://127.0.0.1:1/mash"}
    environ = {**places, "KEYS_DATABASE_URL": "postgresql://127.0.0.1:1/keys", "MASH_HOME": str(tmp_path / "home")}
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        shown = CliRunner().invoke(main, ["api", "--port", str(port)], env=environ)
    assert (shown.exit_code, "Traceback" in shown.output) == (1, False)
    assert f"Expected port {port} of 127.0.0.1 to be free" in shown.output


def test_where_no_part_answers_every_question_is_one_sentence_that_names_no_place(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for secret in ("kafka/door", "kafka/police", "postgres/mash_reader", "postgres/mash_opener"):
        ensure_password(settings.secrets / secret)
    make_hub_keys(settings, os.urandom)
    token_digest = hashlib.sha256(b"person-token").hexdigest()
    row = {"staff_id": "p-1", "agency": "police", "role": "analyst", "clearances": [], "token_sha256": token_digest}
    write_people(tmp_path / "people.json", [row])
    with open_parts(settings) as parts:
        client = TestClient(make_api(parts))
        feed = bearing((settings.secrets / "feeds" / "police").read_text())
        answers = [
            client.get("/health"),
            client.post("/alerts", json={"purpose": "assessment"}, headers=bearing("person-token")),
            client.post("/events", json=http_event(), headers=feed),
        ]
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert answers[0].json()["parts"] == {"kafka": False, "postgresql": False, "postgresql, keys": False}
    assert [answer.json()["code"] for answer in answers[1:]] == ["part-away", "not-taken"]
    assert not any("127.0.0.1" in answer.text for answer in answers)
