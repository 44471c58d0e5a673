"""How each feed stands, asked of PostgreSQL: for the operator's command, and for an agency's own feed owner at the API."""

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime

from apps.connections import conninfo
from apps.feed_status import Standing, standing_of
from apps.settings import Settings
from apps.workers.lag import READER
from projections.feeds_sql import SqlFeeds
from projections.rows import open_store
from projections.sharing import share_tables
from schemas.catalogue import load_catalogue


def standings(settings: Settings, behind: Mapping[str, int], agency: str | None, moment: datetime) -> list[Standing]:
    """Say how each feed stands at a moment (UTC), of one agency or of all; `behind` has what each agency published and the hub has not admitted yet.

    Raises BeingRebuilt while everything is rebuilt.
    """
    with closing(open_store(conninfo(settings, READER))) as conn:
        share_tables(conn)
        records = SqlFeeds(conn, load_catalogue())
        wanted = [one for one in records.feeds() if agency in (None, one.agency)]
        return [standing_of(records, one, behind.get(one.agency), moment) for one in wanted]
