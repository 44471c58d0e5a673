"""How each feed stands, asked of PostgreSQL: for the operator's command, and for an agency's own feed owner at the API."""

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime

from apps.connections import conninfo
from apps.feed_status import Standing, Waiting, standing_of
from apps.settings import Settings
from apps.workers.lag import READER
from projections.feeds_sql import SqlFeeds
from projections.quarantine_list import SqlQuarantine
from projections.rows import open_store
from projections.sharing import share_tables
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
        return [standing_of(records, one, Waiting(behind.get(one.agency), held.get(one, {})), moment) for one in wanted]
