"""Reading what the hub itself wrote to its topics: one of the contracts that belong there, as its newest version means it, and nothing else."""

from collections.abc import Sequence
from typing import Any

from schemas.catalogue import Catalogue
from schemas.codec import PREFIX, ContractBroken, decode_newest


def read_hub_message(catalogue: Catalogue, contracts: Sequence[str], message: bytes) -> tuple[str, dict[str, Any]]:
    """Give the short name of a message's contract, one of `contracts`, and its value; ContractBroken for a message that the hub never wrote."""
    contract = catalogue.by_id(PREFIX.unpack_from(message)[1]) if len(message) >= PREFIX.size else None
    if contract is None or contract.short_name not in contracts:
        raise ContractBroken(
            "not-ours",
            f"expected a {' or '.join(contracts)}, found another message; only the hub may write to its topics: run `mash verify`",
        )
    _, value = decode_newest(catalogue, contract, message[PREFIX.size :])
    return contract.short_name, value
