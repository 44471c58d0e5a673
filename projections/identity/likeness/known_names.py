"""What is known of names: their other forms, which are common and which customary, from the published table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Plain names: the other forms of each full name, names that many bear, and first names borne by custom."""

    forms: Mapping[str, frozenset[str]] = field(repr=False)
    common_given: frozenset[str]
    common_family: frozenset[str]
    customary: frozenset[str]

    def same_person(self, left: str, right: str) -> bool:
        """Say whether one of two plain given names is the full name of which the other is a form."""
        return right in self.forms.get(left, ()) or left in self.forms.get(right, ())


def known_names(table: Mapping[str, Mapping[str, Sequence[str]]]) -> KnownNames:
    """Build it from the table as read from TOML; KeyError when a part is missing."""
    return KnownNames(
        forms={name: frozenset(forms) for name, forms in table["forms"].items()},
        common_given=frozenset(table["common"]["given"]),
        common_family=frozenset(table["common"]["family"]),
        customary=frozenset(table["customary"]["given"]),
    )
