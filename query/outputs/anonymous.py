"""The voice that names nobody: people and places by their labels, dates of birth as ages, numbers and references left out, free text searched for all of them.

What it cannot do: free text is searched for what the record itself tells and for what looks like a number, an address of e-mail or a postcode. A nickname that no statement tells, a
description or a rare event can still say who somebody is; `READ_BEFORE_PUBLICATION` says so in every anonymised output.
"""

from datetime import UTC, date, datetime
from typing import Any

from projections.chronology.entry import Span
from projections.chronology.uncertain import in_words, local, moment_in_words
from query.outputs.document import Said
from query.outputs.glossary import (
    ADDRESSES,
    BIRTHS,
    CHILD,
    NAMES,
    PLACES,
    PROFESSIONALS,
    REFERENCES,
    SCHOOLS,
    Glossary,
)
from query.outputs.known_words import known_words
from query.outputs.names_in_text import A_PLACE, numbers_of, words_of
from query.outputs.voice import day_of, value_in_words
from query.view import Fact, RecordView, ShownEntry

LABELLED = NAMES | PROFESSIONALS | SCHOOLS | PLACES | ADDRESSES


class Anonymised:
    """Says everything without saying who."""

    def __init__(self, view: RecordView, glossary: Glossary) -> None:
        self._glossary = glossary
        self._known = known_words(words_of(glossary), numbers_of(glossary), glossary.births)
        self._births = known_words({}, (), glossary.births)
        told = [fact.value for fact in view.facts if fact.kind == "date of birth" and fact.latest]
        self._born = day_of(told[0]) if told else None
        self._asked_at = view.asked.asked_at

    @property
    def child(self) -> str:
        """Give the child's label."""
        return CHILD

    def text(self, said: str) -> str:
        """Say what somebody wrote without anything known that says who."""
        return self._known.replaced(said)

    def value(self, name: str, value: Any, entry: ShownEntry) -> str | None:
        """Say a field's value: a name by its label, a date of birth as an age, a reference not at all."""
        if name in REFERENCES:
            return None
        if name in LABELLED:
            return self._glossary.label(str(value)) or self.text(str(value))
        if name in BIRTHS:
            born = day_of(str(value))
            return None if born is None else age_in_words(born, entry.happened)
        return self.text(value_in_words(value))

    def reference(self, said: str) -> str:
        """Leave it out: it leads back to the agency's own record."""
        del said
        return ""

    def span(self, span: Span, wording: str | None = None) -> str:
        """Say it in local time; a date of birth not."""
        return self._known.replaced(in_words(span, wording)) if wording else self._day(in_words(span))

    def moment(self, moment: datetime) -> str:
        """Say it in local time to the minute; a date of birth not."""
        return self._day(moment_in_words(moment))

    def iso(self, moment: datetime) -> str:
        """Write it in UTC; nothing on a date of birth, in UTC or in local time."""
        days = {moment.astimezone(UTC).date(), local(moment).date()}
        return "" if days & self._glossary.births else moment.astimezone(UTC).isoformat()

    def age(self, entry: ShownEntry) -> str:
        """Say how old the child was when it happened."""
        return "" if self._born is None else age_in_words(self._born, entry.happened)

    def fact(self, fact: Fact) -> str | None:
        """Say sex, age and the label of an address; names and numbers not."""
        if fact.kind == "sex":
            return f"Sex: {fact.value}"
        if fact.kind == "address":
            return f"Address: {self._glossary.label(fact.value) or A_PLACE}"
        born = day_of(fact.value) if fact.kind == "date of birth" else None
        if born is None:
            return None
        return f"Age when this was produced: {age_in_words(born, Span(self._asked_at, self._asked_at))}"

    def glossary(self) -> tuple[Said, ...]:
        """Say who or what each label is, without a name."""
        others = (*self._glossary.people, *self._glossary.places, *self._glossary.addresses)
        said = [(one.label, ", ".join(self.text(told) for told in one.relations)) for one in others]
        first = Said(CHILD, "the child whose chronology this is")
        return (first, *(Said(label, told or "told of in the entries") for label, told in said))

    # Our own words hold times and no names: a child called May must not turn the month into a label.
    def _day(self, said: str) -> str:
        return self._births.replaced(said)


def age_in_words(born: date, happened: Span) -> str:
    """Say how old somebody was, in years; both where a birthday lies in between."""
    first, last = (_years(born, local(one).date()) for one in (happened.earliest, happened.latest))
    if last < 0:
        return "not yet born"
    if first == last:
        return f"{last} {'year' if last == 1 else 'years'} old"
    return f"between {max(first, 0)} and {last} years old"


def _years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
