"""Is the part there, and does it let this user in? Asked quickly, answered in one sentence."""

import asyncio
import ssl

import psycopg
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaError, SaslAuthenticationFailed
from psycopg.conninfo import conninfo_to_dict

from apps.connections import KafkaLogin, aiokafka_options
from apps.settings import START_THEM

PATIENCE_SECONDS = 5


class ReachError(Exception):
    """A part is not there or does not let this user in; the message is one sentence with what to do."""


def check_kafka(login: KafkaLogin) -> None:
    """Connect and authenticate at the first broker that answers, within 5 seconds each.

    Raises ReachError telling apart a broker that is not there, a wrong certificate and a wrong password,
    which kafka-python alone shows as one KafkaTimeoutError after 30 seconds. Not for use inside an event loop.
    """
    asyncio.run(acheck_kafka(login))


async def acheck_kafka(login: KafkaLogin) -> None:
    """Do what `check_kafka` does, from inside an event loop."""
    for place in login.bootstrap_servers:
        try:
            await _connect(login, place)
        except SaslAuthenticationFailed as error:
            raise ReachError(
                f"Kafka at {place} refused the user {login.user}: no such user, or another password than in its file; "
                "run `mash provision` with the administrator's password to set it."
            ) from error
        except ssl.SSLError as error:
            raise ReachError(
                f"Kafka at {place} showed a certificate that {login.ca_file or 'this machine'} does not vouch for, "
                "or speaks no TLS; set KAFKA_CA_FILE to its authority."
            ) from error
        except (OSError, KafkaError, ValueError):
            continue
        return
    places = ", ".join(login.bootstrap_servers)
    raise ReachError(f"No Kafka broker answers at {places}; {START_THEM}, or set KAFKA_BOOTSTRAP_SERVERS.")


async def _connect(login: KafkaLogin, place: str) -> None:
    """Connect, authenticate and close again; raises what aiokafka raises."""
    options = aiokafka_options(login)
    del options["bootstrap_servers"]
    host, _, port = place.rpartition(":")
    connection = AIOKafkaConnection(host, int(port), request_timeout_ms=PATIENCE_SECONDS * 1000, **options)
    opened = True
    try:
        await asyncio.wait_for(connection.connect(), PATIENCE_SECONDS)
    except OSError:
        opened = False
        raise
    finally:
        closed = connection.close()
        if opened:
            await asyncio.wait([closed], timeout=1)


def check_postgres(conninfo: str) -> None:
    """Connect as this role within 5 seconds; ReachError tells apart a server that is not there and one that refuses."""
    parts = conninfo_to_dict(conninfo)
    place = f"{parts.get('host')}:{parts.get('port', 5432)}"
    try:
        psycopg.connect(conninfo, connect_timeout=PATIENCE_SECONDS).close()
    except psycopg.OperationalError as error:
        told = str(error)
        if "password authentication failed" in told or "does not exist" in told:
            raise ReachError(
                f"PostgreSQL at {place} refused the role {parts.get('user')} in the database {parts.get('dbname')}: "
                "role, database or password is not as in its file; run `mash provision`."
            ) from error
        raise ReachError(f"No PostgreSQL server answers at {place}; {START_THEM}, or set DATABASE_URL.") from error
