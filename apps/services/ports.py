"""Free ports on the loopback address, chosen once and kept."""

import json
import random
import socket
from pathlib import Path

from apps.services.daemons import wait_until
from apps.services.errors import ServiceError

LOOPBACK = "127.0.0.1"
PARTS = ("kafka", "kafka_controller", "postgres")

# Below the range from which systems give ports to outgoing connections, so that none of those takes ours between two starts.
_LOWEST, _HIGHEST = 15000, 32000

_LETTING_GO_SECONDS = 2.0


def kept_ports(path: Path, chance: random.Random) -> dict[str, int]:
    """Read the ports chosen at the first start, or choose them now."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {part: int(found[part]) for part in PARTS}
    except FileNotFoundError:
        pass
    except (ValueError, KeyError, TypeError) as error:
        raise ServiceError(
            f"Expected the ports of {', '.join(PARTS)} in {path}, found something else; remove the file."
        ) from error
    ports = dict.fromkeys(PARTS, 0)
    for part in PARTS:
        ports[part] = free_port(chance, taken=set(ports.values()))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(ports), encoding="utf-8")
    return ports


def free_port(chance: random.Random, taken: set[int]) -> int:
    """Choose a port on which nothing listens now."""
    for _ in range(1000):
        port = chance.randrange(_LOWEST, _HIGHEST)
        if port not in taken and is_free(port):
            return port
    raise ServiceError(f"Found no free port between {_LOWEST} and {_HIGHEST} on {LOOPBACK}; end what holds them.")


def require_free(port: int, kept: Path) -> None:
    """Wait a moment for what has just ended; then ServiceError if another program still holds this port."""
    if not wait_until(lambda: is_free(port), _LETTING_GO_SECONDS):
        raise ServiceError(
            f"Port {port} of {LOOPBACK} is held by another program; end it, or remove {kept} to choose other ports."
        )


def is_free(port: int) -> bool:
    """Say whether a server could listen here now."""
    with socket.socket() as probe:
        # As servers do: a connection that has just ended does not hold the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Say whether something accepts connections here."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True
