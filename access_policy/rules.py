"""The rules as they are read from their files: one Cedar policy each, complete with owner, basis and review date, or none at all."""

import json
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import cedarpy

REQUIRED = ("id", "owner", "agreement", "lawful_basis", "review_date", "source", "sentence")
"""Annotations without which a rule does not load; `obligation` may be there too, with what is owed separated by spaces."""

ENGINE_ERROR = "engine-error"
NOTHING_PERMITS = "nothing-permits"
UNKNOWN_OBLIGATION = "unknown-obligation"
FAILURES = frozenset({ENGINE_ERROR, UNKNOWN_OBLIGATION})
"""Refusals that say something about the rules rather than about the question."""

RESERVED = FAILURES | {NOTHING_PERMITS}
"""Answers that no rule file gives: the decision point gives them itself."""

SCHEMA_FILE = "hub.cedarschema"


class RulesRefused(Exception):
    """The rules cannot be used as they are, so the hub does not start; the message says which file, what was expected and what was found."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `effect` is permit or forbid, `text` the whole file, `policy` what Cedar read in it (its JSON form)."""

    id: str
    effect: str
    owner: str
    agreement: str
    lawful_basis: str
    review_date: date
    source: str
    sentence: str
    obligations: tuple[str, ...]
    text: str = field(repr=False)
    policy: dict[str, Any] = field(repr=False, compare=False, hash=False)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rules that passed validation together: read once, parsed once, and then only asked."""

    rules: tuple[Rule, ...]
    policies: cedarpy.PolicySet
    schema: cedarpy.Schema


def shipped_rules() -> RuleBook:
    """Load the rules that come with the hub."""
    return load_rules(resources.files("access_policy") / "rules")


def load_rules(folder: Traversable) -> RuleBook:
    """Load every rule file in a folder with its schema; RulesRefused at the first that is incomplete, unreadable or does not validate."""
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".cedar")), key=lambda file: file.name)
    if not files:
        raise RulesRefused("expected rule files (*.cedar), found none; install the hub again")
    rules = tuple(_read_rule(file.name, file.read_text("utf-8")) for file in files)
    return _validated(rules, (folder / SCHEMA_FILE).read_text("utf-8"))


def _validated(rules: tuple[Rule, ...], schema_text: str) -> RuleBook:
    together = "\n".join(rule.text for rule in rules)
    try:
        schema = cedarpy.Schema.from_str(schema_text)
    except ValueError as error:
        raise RulesRefused(f"{SCHEMA_FILE}: expected a Cedar schema, found: {error}") from None
    result = cedarpy.validate_policies(together, schema)
    if not result.validation_passed:
        names = result.id_annotations_by_policy_id
        found = "; ".join(f"{names.get(error.policy_id, error.policy_id)}: {error.error}" for error in result.errors)
        raise RulesRefused(f"expected rules that use only the words of {SCHEMA_FILE}, found: {found}")
    return RuleBook(rules, cedarpy.PolicySet.from_str(together), schema)


def _read_rule(name: str, text: str) -> Rule:
    try:
        read = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        raise RulesRefused(f"{name}: expected one Cedar policy, found something else: {error}") from None
    policies = list(read["staticPolicies"].values())
    if len(policies) != 1 or read["templates"] or read["templateLinks"]:
        raise RulesRefused(
            f"{name}: expected exactly one policy and no template, found {len(policies)} policies and {len(read['templates'])} templates"
        )
    notes: dict[str, str] = policies[0].get("annotations", {})
    _refuse_notes(name, notes)
    return Rule(
        id=notes["id"],
        effect=policies[0]["effect"],
        owner=notes["owner"],
        agreement=notes["agreement"],
        lawful_basis=notes["lawful_basis"],
        review_date=_date(name, notes["review_date"]),
        source=notes["source"],
        sentence=notes["sentence"],
        obligations=tuple(notes.get("obligation", "").split()),
        text=text,
        policy=policies[0],
    )


def _refuse_notes(name: str, notes: dict[str, str]) -> None:
    missing = [note for note in REQUIRED if not (notes.get(note) or "").strip()]
    if missing:
        raise RulesRefused(
            f"{name}: expected the annotations {', '.join('@' + note for note in REQUIRED)}, found no {', '.join('@' + note for note in missing)}"
        )
    # A mistyped @obligation would silently owe nothing.
    unknown = sorted(set(notes) - {*REQUIRED, "obligation"})
    if unknown:
        raise RulesRefused(
            f"{name}: expected no annotations but {', '.join(REQUIRED)} and obligation, found {', '.join(unknown)}"
        )
    if notes["id"] != name.removesuffix(".cedar") or notes["id"] in RESERVED:
        raise RulesRefused(
            f'{name}: expected @id("{name.removesuffix(".cedar")}"), and none of {", ".join(sorted(RESERVED))}, found "{notes["id"]}"'
        )


def _date(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RulesRefused(f"{name}: expected a @review_date such as 2027-11-01, found {text}") from None
