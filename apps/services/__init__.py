"""The hub's real parts, Kafka and PostgreSQL, started on this machine from packages alone."""

from apps.services.control import PartStatus, Say, State, World, down, make_secrets, reset, status, up
from apps.services.errors import ServiceError

__all__ = ["PartStatus", "Say", "ServiceError", "State", "World", "down", "make_secrets", "reset", "status", "up"]
