"""How an output speaks of people: by their names, or anonymised (`query/outputs/anonymous.py`). Every word of an agency's that an output holds has gone through a voice."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Protocol

from projections.chronology.entry import Span
from projections.chronology.uncertain import day_in_words, in_words, moment_in_words
from query.outputs.document import Said
from query.view import Fact, RecordView, ShownEntry


class Voice(Protocol):
    """How people, places, references and times are said."""

    @property
    def child(self) -> str:
        """What the child is called."""
        ...

    def text(self, said: str) -> str:
        """Say what somebody wrote."""
        ...

    def value(self, name: str, value: Any, entry: ShownEntry) -> str | None:
        """Say the value of one field of an entry; None leaves the field out."""
        ...

    def reference(self, said: str) -> str:
        """Say an agency's reference of a statement; empty where it is not given."""
        ...

    def span(self, span: Span, wording: str | None = None) -> str:
        """Say when something was, with the agency's own wording."""
        ...

    def moment(self, moment: datetime) -> str:
        """Say a moment."""
        ...

    def iso(self, moment: datetime) -> str:
        """Write a moment for programs, ISO 8601 UTC."""
        ...

    def age(self, entry: ShownEntry) -> str:
        """Say how old the child was; empty where ages are not said."""
        ...

    def fact(self, fact: Fact) -> str | None:
        """Say one thing told of who the child is, with what it is; None leaves it out."""
        ...

    def glossary(self) -> tuple[Said, ...]:
        """Say what the letters and numbers stand for; nothing where people are named."""
        ...


class Named:
    """Says everything as it was told."""

    def __init__(self, view: RecordView) -> None:
        names = [fact.value for fact in view.facts if fact.kind == "name" and fact.latest]
        self._child = names[0] if names else "a child whose name nobody told"

    @property
    def child(self) -> str:
        """Give the newest name told."""
        return self._child

    def text(self, said: str) -> str:
        """Say it as it was written."""
        return said

    def value(self, name: str, value: Any, entry: ShownEntry) -> str | None:
        """Say the value in words."""
        del name, entry
        return value_in_words(value)

    def reference(self, said: str) -> str:
        """Give the reference."""
        return said

    def span(self, span: Span, wording: str | None = None) -> str:
        """Say it in local time, with its uncertainty."""
        return in_words(span, wording)

    def moment(self, moment: datetime) -> str:
        """Say it in local time to the minute."""
        return moment_in_words(moment)

    def iso(self, moment: datetime) -> str:
        """Write it in UTC."""
        return moment.astimezone(UTC).isoformat()

    def age(self, entry: ShownEntry) -> str:
        """Leave it out: the date of birth is in the output."""
        del entry
        return ""

    def fact(self, fact: Fact) -> str | None:
        """Give what it is and the value; a day in words, of a local id what the agency calls the child."""
        if fact.kind == "local id":
            return f"Local id: {fact.value.partition(' ')[2]}"
        return (
            f"{sentence_case(fact.kind)}: {text_in_words(fact.value) if fact.kind == 'date of birth' else fact.value}"
        )

    def glossary(self) -> tuple[Said, ...]:
        """Nothing stands for a person."""
        return ()


def value_in_words(value: Any) -> str:
    """Say a field's value: yes and no, days as people say them, lists with commas, records by their parts."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(value_in_words(one) for one in value)
    if isinstance(value, Mapping):
        told = {name: one for name, one in value.items() if one not in (None, [])}
        return "; ".join(f"{sentence_case(name)}: {value_in_words(one)}" for name, one in told.items())
    return text_in_words(str(value))


def text_in_words(text: str) -> str:
    """Say a day such as 2020-02-29 as 29 February 2020; any other text as it is."""
    day = day_of(text)
    return text if day is None else day_in_words(day)


def day_of(text: str) -> date | None:
    """Read a day such as 2020-02-29; None for any other text."""
    try:
        return date.fromisoformat(text) if len(text) == len("2020-02-29") else None
    except ValueError:
        return None


def sentence_case(name: str) -> str:
    """Say a field's name: `wishes_and_feelings` as Wishes and feelings."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
