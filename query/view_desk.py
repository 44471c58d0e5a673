"""What the views of a record lean on beside the door: who else speaks of the same household, and what was shown before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from projections.disclosures import Disclosures
from projections.household_tokens import HouseholdTokens
from query.disclosure import Disclosure, decode_disclosure
from query.door import Door


@dataclass(frozen=True, slots=True)
class ViewDesk:
    """The door, the fingerprints of households, and the disclosures that the log holds."""

    door: Door
    tokens: HouseholdTokens
    disclosures: Disclosures

    def shown_before(self, strands: Collection[UUID], until: datetime) -> tuple[Disclosure, ...]:
        """Give the allowed disclosures about any of these strands before a moment (aware), oldest first; ContractBroken for one that cannot be read."""
        catalogue = self.door.unsealing.catalogue
        found = (decode_disclosure(catalogue, one) for one in self.disclosures.of_child(strands, until))
        return tuple(one for one in found if one.allowed)

    def disclosure(self, disclosure_id: UUID) -> Disclosure | None:
        """Give one disclosure, or None; ContractBroken when it cannot be read."""
        message = self.disclosures.find(disclosure_id)
        return None if message is None else decode_disclosure(self.door.unsealing.catalogue, message)
