"""The JSON API: agencies tell events, people ask through the one door, producers read the contracts, operators ask how the hub is."""

from apps.api.app import make_api
from apps.api.parts import ApiParts

__all__ = ["ApiParts", "make_api"]
