"""The composition root of the matching worker: reads what was admitted, sketches it, and says which strands are alike."""

import os
from collections.abc import Callable

from psycopg import Connection

from access_policy.key_store_sql import SqlKeyStore
from access_policy.sealing import Opener
from apps.connections import conninfo
from apps.keys import fingerprint_secrets, root_keys
from apps.settings import Settings
from apps.wiring import MATCHER_USER, PROJECT, REMEMBERED_KEYS, Work, lowest_positions, now
from projections.household_tokens_sql import SqlHouseholdTokens
from projections.identity.comparisons_sql import SqlComparisons
from projections.identity.likeness.weights import load_weights
from projections.identity.sketches_sql import SqlSketches
from projections.positions import stored_positions
from projections.rows import Rows, open_store
from schemas.catalogue import Catalogue, load_catalogue
from schemas.sealed import SealedCodec
from schemas.topics import HUB_EVENTS
from streams.app import Stage, Turn
from streams.event_log import EventLog
from streams.matching.comparing import Comparing, Parts, compare_all_anew
from streams.matching.match import STAGE, Match, Reading
from streams.matching.sealing import SketchSeal

MATCHER = "mash_matcher"
OPENER = "mash_opener"
COMPARE_SECONDS = 1.0
NICENESS = 10
"""Who is like whom can wait; admitting and folding, on the same cores, cannot."""


def match_work(settings: Settings, log: EventLog) -> Work:
    """Say what the matching worker does: sketch what is told of who each child is, and compare whoever is due. It makes this process give way to others."""
    os.nice(NICENESS)
    stage, turn = matching(settings, load_catalogue(), log)
    turns = (Turn("compare", COMPARE_SECONDS, turn.act),)
    positions = lowest_positions(_store(settings), (STAGE,))
    return Work("mash-match", (Stage(STAGE, (HUB_EVENTS,), stage.fold),), turns, positions, MATCHER_USER)


def matching(settings: Settings, catalogue: Catalogue, log: EventLog) -> tuple[Match, Comparing]:
    """Put the stage and its turn together, on one connection: both hold what they change until it is committed. New weights make everybody due."""
    conn, keys = _store(settings), root_keys(settings)
    sketches = SqlSketches(conn, STAGE)
    seal = SketchSeal.of(keys.secret("matching"), REMEMBERED_KEYS)
    found = SqlKeyStore(open_store(conninfo(settings, OPENER)), keys, os.urandom)
    secret = fingerprint_secrets(keys).blind_index
    reading = Reading(found, Opener(REMEMBERED_KEYS), catalogue, SealedCodec(catalogue), secret)
    parts, weights = (
        Parts(sketches, SqlComparisons(conn, catalogue, PROJECT), found, seal, catalogue, log),
        load_weights(),
    )
    compare_all_anew(parts, weights.edition)
    stage = Match(sketches, reading, seal, SqlHouseholdTokens(conn))
    return stage, Comparing(parts, weights, caught_up(conn), now)


def caught_up(conn: Connection[Rows]) -> Callable[[], bool]:
    """Give what says whether the stage has read as far as rows were folded when this was called: after a rebuild, everything."""
    goal = _read_of_events(conn, PROJECT)

    def reached() -> bool:
        read = _read_of_events(conn, STAGE)
        return all(read.get(place, 0) >= following for place, following in goal.items())

    return reached


def _read_of_events(conn: Connection[Rows], stage: str) -> dict[tuple[str, int], int]:
    return {place: following for place, following in stored_positions(conn, stage).items() if place[0] == HUB_EVENTS}


def _store(settings: Settings) -> Connection[Rows]:
    return open_store(conninfo(settings, MATCHER))
