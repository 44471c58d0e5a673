"""What a feed's deliveries are made with: its memory under MASH_HOME/feeds, the key of its digests among the secrets, and the agency's own way to the log."""

import logging
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from apps.connections import kafka_login, kafka_python_options
from apps.reach import check_kafka
from apps.services.secret_files import private_folder, write_secret
from apps.settings import Settings
from connectors.comparing import Digester
from connectors.delivery import Desk
from connectors.envelope import time_zone
from connectors.feed_memory_sqlite import SqliteFeedMemory
from connectors.producer import KafkaStatementLog, NoLog, StatementLog
from schemas.catalogue import Catalogue
from schemas.moments import micros

KEY_FILE = "feed-memory.key"
KEY_BYTES = 32
CHECKED_WORD = b"the key of this feed's memory"


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """Where memories and their key lie: MASH_HOME, and the folder of secrets."""

    home: Path
    secrets: Path

    def memory(self, agency: str, source_system: str) -> Path:
        """Name the file of one feed's memory."""
        plain = re.sub(r"[^a-z0-9]+", "-", source_system.lower()).strip("-")[:40]
        digest = blake2b(source_system.encode(), digest_size=4).hexdigest()
        return self.home / "feeds" / f"{agency}.{plain}-{digest}.sqlite"


@contextmanager
def sending_desk(place: FeedPlace, catalogue: Catalogue, log: StatementLog, feed: tuple[str, str]) -> Iterator[Desk]:
    """Open what a feed (agency, source system) is delivered with; FeedMemoryBroken when its memory cannot be used, or tells what another hub was told."""
    with _memory(place, feed) as (memory, key):
        if isinstance(log, KafkaStatementLog) and log.hub is not None:
            memory.goes_to(log.hub)
        yield _desk(catalogue, memory, key, log)


@contextmanager
def remembering_desk(place: FeedPlace, catalogue: Catalogue, feed: tuple[str, str]) -> Iterator[Desk]:
    """Open what files are read with as told before: nothing is sent; FeedMemoryBroken once anything of the feed was sent in earnest."""
    with _memory(place, feed) as (memory, key):
        memory.recovers()
        yield _desk(catalogue, memory, key, NoLog())


@contextmanager
def _memory(place: FeedPlace, feed: tuple[str, str]) -> Iterator[tuple[SqliteFeedMemory, bytes]]:
    """Open the memory of a feed, made at its first delivery.

    If we crash before the memory is made, there is a key that nothing was written under, and it is used the next time.
    """
    key = _key(place.secrets)
    private_folder(place.home / "feeds")
    path = place.memory(*feed)
    # SQLite would make the file with the mode of the umask; its own companions take the mode of the file.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with SqliteFeedMemory(path, Digester(key).word(CHECKED_WORD)) as memory:
        yield memory, key


@contextmanager
def checking_desk(place: FeedPlace, catalogue: Catalogue, feed: tuple[str, str]) -> Iterator[Desk]:
    """Open what a check is made with: the feed's memory where it has one, and otherwise one that is forgotten at the end; nothing is sent."""
    if place.memory(*feed).exists():
        with sending_desk(place, catalogue, NoLog(), feed) as desk:
            yield desk
        return
    with tempfile.TemporaryDirectory(prefix="mash-check-") as folder:
        passing = FeedPlace(Path(folder), Path(folder) / "secrets")
        with sending_desk(passing, catalogue, NoLog(), feed) as desk:
            yield desk


def agency_log(settings: Settings, agency: str) -> KafkaStatementLog:
    """Open the agency's topics as the agency's own user; ReachError or FeedBroken when they cannot be had.

    kafka-python's running commentary on a broken connection is kept off the screen: FeedBroken says it once.
    """
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    login = kafka_login(settings, agency)
    check_kafka(login)
    return KafkaStatementLog(**kafka_python_options(login))


def _desk(catalogue: Catalogue, memory: SqliteFeedMemory, key: bytes, log: StatementLog) -> Desk:
    return Desk(
        catalogue=catalogue,
        memory=memory,
        digester=Digester(key),
        log=log,
        now=lambda: micros(datetime.now(UTC)),
        new_id=lambda: os.urandom(16),
        zone=time_zone(),
    )


def _key(secrets: Path) -> bytes:
    """Read the key, and make it at the first delivery. It lies apart from the memories, so that a memory alone tells nothing of what rows hold."""
    path = private_folder(secrets) / KEY_FILE
    if not path.exists():
        write_secret(path, os.urandom(KEY_BYTES))
    return path.read_bytes()
