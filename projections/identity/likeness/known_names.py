"""What is known of names: their other forms, which are common and which customary, from the published table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Plain names: the other forms of each full name, those that are forms of several, names that many bear, and first names borne by custom."""

    forms: Mapping[str, frozenset[str]] = field(repr=False)
    of_several: frozenset[str]
    common_given: frozenset[str]
    common_family: frozenset[str]
    customary: frozenset[str]

    def known_form(self, left: str, right: str) -> bool:
        """Say whether one of two plain given names is the full name of which the other is a form."""
        return right in self.forms.get(left, ()) or left in self.forms.get(right, ())

    def of_one_name(self, left: str, right: str) -> bool:
        """Say whether neither of two names is a form of several full names: Charlie may be Charles, or the twin of Charlotte."""
        return left not in self.of_several and right not in self.of_several


def known_names(table: Mapping[str, Mapping[str, Sequence[str]]]) -> KnownNames:
    """Build it from the table as read from TOML; KeyError when a part is missing."""
    told = Counter(form for forms in table["forms"].values() for form in forms)
    return KnownNames(
        forms={name: frozenset(forms) for name, forms in table["forms"].items()},
        of_several=frozenset(form for form, names in told.items() if names > 1),
        common_given=frozenset(table["common"]["given"]),
        common_family=frozenset(table["common"]["family"]),
        customary=frozenset(table["customary"]["given"]),
    )
