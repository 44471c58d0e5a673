"""The county's files, delivered as their agencies would: each through its format, as the agency's own Kafka user, against what its feed said before."""

from collections.abc import Callable, Iterable
from hashlib import blake2b

from apps.demo.county_files import CountyFile
from apps.feeds import FeedPlace, sending_desk
from apps.settings import Settings
from connectors import cin_census
from connectors.delivery import Source, deliver, look_at, tell_events
from connectors.envelope import time_zone
from connectors.formats import Format, Given
from connectors.http_events import EventReader
from connectors.known_formats import mapped_formats
from connectors.mapping_file import shipped_mapping
from connectors.producer import StatementLog
from connectors.statement import Delivery, Outcome
from schemas.catalogue import Catalogue, load_catalogue

Told = Callable[[int], None]


def deliver_file(settings: Settings, file: CountyFile, log: StatementLog, told: Told = lambda _rows: None) -> Delivery:
    """Deliver one file as its format asks; `told` hears the rows read so far."""
    catalogue = load_catalogue()
    if file.format == "json":
        outcomes = EventReader(catalogue, file.agency, time_zone()).read(file.path.read_bytes())
        told(len(outcomes))
        return tell_events(outcomes, catalogue, log)
    source = source_of(file, catalogue)
    feed = (source.agency, source.source_system)
    with sending_desk(FeedPlace(settings.home, settings.secrets), catalogue, log, feed) as desk:
        return deliver(source, desk, told)


def source_of(file: CountyFile, catalogue: Catalogue) -> Source:
    """Say how a file that is dropped, not posted, is read."""
    kind = _format(file, catalogue)

    def read() -> Iterable[Outcome]:
        with file.path.open("rb") as stream:
            yield from kind.read(stream, Given(time_zone()))

    return look_at(kind, read, blake2b(file.path.read_bytes(), digest_size=16).digest(), file.path.stem)


def _format(file: CountyFile, catalogue: Catalogue) -> Format:
    if file.mapping is None:
        return cin_census.FORMAT
    return next(one for one in mapped_formats(shipped_mapping(file.mapping, catalogue)) if one.name == "csv")
