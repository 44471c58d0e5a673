"""`mash policy`: the rules that everyone signed, tested and in a form that people read."""

from pathlib import Path

import click

from access_policy.decision import DecisionPoint
from access_policy.examples import failing_examples, shipped_examples
from access_policy.rendering import render_matrix, render_rules
from access_policy.rules import RuleBook, RulesRefused, shipped_rules
from projections.rules.packs import RulePacksError, load_rule_packs
from projections.rules.rules_page import render_rule_packs

SOURCES = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(epilog="Example: mash policy check")
def policy() -> None:
    """Test the access rules against their examples, or render the rules for people to read."""


@policy.command(name="check", epilog="Example: mash policy check")
def check_policy() -> None:
    """Run every example of the access rules; exit code 1 when one comes out otherwise."""
    examples = shipped_examples()
    failing = failing_examples(DecisionPoint(_book()), examples)
    click.echo("\n".join([*failing, f"{len(examples) - len(failing)} of {len(examples)} examples come out as written"]))
    raise SystemExit(bool(failing))


@policy.command(name="render", epilog="Example: mash policy render docs/rules")
@click.argument("folder", type=SOURCES)
def render_policy(folder: Path) -> None:
    """Write the rules and the whole decision matrix into FOLDER; the difference shows which cells a change flips."""
    book = _book()
    (folder / "matrix.csv").write_text(render_matrix(book), encoding="utf-8")
    (folder / "rules.md").write_text(render_rules(book, shipped_examples()), encoding="utf-8")
    click.echo(f"Wrote matrix.csv and rules.md into {folder}.")


@policy.command(name="duties", epilog="Example: mash policy duties docs")
@click.argument("folder", type=SOURCES)
def render_duties(folder: Path) -> None:
    """Write the rules with a clock or a threshold, each with its source, into FOLDER/clocks-and-thresholds.md."""
    try:
        page = render_rule_packs(load_rule_packs())
    except RulePacksError as error:
        raise click.ClickException(str(error)) from error
    (folder / "clocks-and-thresholds.md").write_text(page, encoding="utf-8")
    click.echo(f"Wrote clocks-and-thresholds.md into {folder}.")


def _book() -> RuleBook:
    try:
        return shipped_rules()
    except RulesRefused as error:
        raise click.ClickException(str(error)) from error
