"""How each feed stands, asked of PostgreSQL: for the operator's command, and for an agency's own feed owner at the API."""

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime

from psycopg import Connection

from apps.agency_matters import Told, matters_of
from apps.connections import conninfo
from apps.feed_status import Standing, Waiting, standing_of
from apps.settings import Settings
from apps.wiring import PROJECT
from apps.workers.lag import READER
from projections.casework_sql import SqlCasework
from projections.disclosures import SqlDisclosures
from projections.feeds import Feed
from projections.feeds_sql import SqlFeeds
from projections.identity.review_list import SqlReviewList
from projections.quarantine_list import SqlQuarantine
from projections.rows import Rows, open_store
from projections.rules.packs import load_rule_packs
from projections.sharing import share_tables
from projections.sql_store import SqlProjections
from query.wrong_views import Past
from schemas.catalogue import Catalogue
from schemas.topics import AGENCIES


def standings(
    settings: Settings, catalogue: Catalogue, behind: Mapping[str, int], agency: str | None, moment: datetime
) -> list[Standing]:
    """Say how each feed stands at a moment (UTC), of one agency or of all; `behind` has what each agency published and the hub has not admitted yet.

    Raises BeingRebuilt while everything is rebuilt.
    """
    with closing(open_store(conninfo(settings, READER))) as conn:
        share_tables(conn)
        records, quarantine = SqlFeeds(conn, catalogue), SqlQuarantine(conn)
        agencies = AGENCIES if agency is None else (agency,)
        held = {feed: codes for one in agencies for feed, codes in quarantine.open_by_feed(one).items()}
        wanted = sorted({one for one in records.feeds() if one.agency in agencies} | held.keys())
        told = _told(conn, catalogue, moment)
        matters = {one: matters_of(told, one) for one in agencies}
        # An agency none of whose feeds was heard of yet may have something to look at too.
        speaking = {feed.agency for feed in wanted}
        wanted += [Feed(one, "") for one in agencies if matters[one] and one not in speaking]
        return [
            standing_of(records, one, Waiting(behind.get(one.agency), held.get(one, {}), matters[one.agency]), moment)
            for one in wanted
        ]


def _told(conn: Connection[Rows], catalogue: Catalogue, moment: datetime) -> Told:
    projections = SqlProjections(conn, catalogue, load_rule_packs(), PROJECT)
    past = Past(projections, SqlDisclosures(conn), catalogue, moment)
    return Told(SqlCasework(conn, catalogue), SqlReviewList(conn, catalogue), past)
