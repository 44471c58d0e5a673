"""The broker's files: what it is told, where it logs, and the command lines that format and run it."""

import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from apps.services.certificates import BROKER_FILE, CA_FILE
from apps.services.layout import Layout
from apps.services.ports import LOOPBACK

MEMORY = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
_LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required"


@dataclass(frozen=True, slots=True)
class BrokerPlace:
    """Where one broker listens (ports on loopback) and keeps its files."""

    layout: Layout
    port: int
    controller_port: int


def shipped(name: str) -> str:
    """Read one of the configuration files that lie beside this module, and that docker-compose.yml mounts."""
    return (resources.files("apps.services") / name).read_text(encoding="utf-8")


def server_properties(place: BrokerPlace, data: Path) -> str:
    """Write the broker's whole configuration, with its log in the folder `data`; passwords are only referred to."""
    layout = place.layout
    listeners = f"CLIENT://{LOOPBACK}:{place.port},CONTROLLER://{LOOPBACK}:{place.controller_port}"
    login = f'{_LOGIN} username="admin" password="${{directory:{layout.secrets / "kafka"}:admin}}";'
    own = {
        "listeners": listeners,
        "advertised.listeners": listeners,
        "controller.quorum.bootstrap.servers": f"{LOOPBACK}:{place.controller_port}",
        "log.dirs": str(data),
        "ssl.keystore.location": str(layout.secrets / BROKER_FILE),
        "ssl.truststore.location": str(layout.secrets / CA_FILE),
        "listener.name.client.scram-sha-512.sasl.jaas.config": login,
        "listener.name.controller.scram-sha-512.sasl.jaas.config": login,
    }
    return shipped("broker.properties") + "\n" + "".join(f"{name}={_escaped(value)}\n" for name, value in own.items())


def java_arguments(jars: Sequence[Path], logs: Path, main: Sequence[str]) -> str:
    """Write a file of arguments for `java @file`: it keeps passwords and the long class path out of the process list."""
    arguments = [
        *MEMORY,
        "-Djava.awt.headless=true",
        f"-Dmash.log.dir={logs}",
        f"-Dlog4j2.configurationFile={logs.parent / 'kafka' / 'log4j2.properties'}",
        "-cp",
        ":".join(str(jar) for jar in jars),
        *main,
    ]
    return "".join('"' + argument.replace("\\", "\\\\").replace('"', '\\"') + '"\n' for argument in arguments)


def format_arguments(properties: Path, cluster: uuid.UUID, password: str) -> list[str]:
    """Name the tool that makes an empty broker with one user, `admin`, and its arguments."""
    cluster_id = urlsafe_b64encode(cluster.bytes).decode().rstrip("=")
    user = f"SCRAM-SHA-512=[name=admin,password={password}]"
    return [
        "kafka.tools.StorageTool",
        "format",
        "--standalone",
        # One argument, since one id in 64 begins with a dash and would be read as an option of its own.
        f"--cluster-id={cluster_id}",
        "-c",
        str(properties),
        "--add-scram",
        user,
    ]


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\")
