"""From a template and words to a page: everything escaped."""

from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader

from apps.web.entries import sentence_case
from apps.web.words import PROFILES, SIGNIFICANCES, label, plain, purpose_in_words
from projections.chronology.uncertain import day_in_words, moment_in_words
from projections.chronology.uncertain import in_words as span_in_words
from query.agencies import agency_in_words, whom_to_ask
from query.outputs.rows import kind_in_words
from query.outputs.voice import day_of
from query.view import Fact


def fact_in_words(fact: Fact) -> str:
    """Say a fact's value, a date of birth as a day."""
    day = day_of(fact.value) if fact.kind == "date of birth" else None
    return plain(fact.value) if day is None else day_in_words(day)


@cache
def environment() -> Environment:
    """Make the templates' environment: ours, and GOV.UK Frontend's macros under their own name."""
    macros = PackageLoader("govuk_frontend_jinja")
    loader = ChoiceLoader([PackageLoader("apps.web"), PrefixLoader({"govuk_frontend_jinja": macros})])
    made = Environment(loader=loader, autoescape=True, auto_reload=False, trim_blocks=True, lstrip_blocks=True)
    made.filters.update(
        agency=agency_in_words,
        whom_to_ask=whom_to_ask,
        moment=moment_in_words,
        span=span_in_words,
        plain=plain,
        kind=kind_in_words,
        label=label,
        fact=fact_in_words,
        day=day_in_words,
        purpose=purpose_in_words,
        sentence=sentence_case,
        profile=PROFILES.get,
        significance=SIGNIFICANCES.get,
    )
    return made


def rendered(template: str, **words: Any) -> str:
    """Fill a template in."""
    return environment().get_template(template).render(**words)
