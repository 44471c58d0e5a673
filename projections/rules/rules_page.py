"""The rules with a clock or a threshold as people read them: one page with every edition, each rule with its limit and its source paragraph."""

from collections.abc import Iterator

from projections.rules.packs import ClockRule, RulePack, RulePacks, ThresholdRule


def render_rule_packs(rules: RulePacks) -> str:
    """Render every edition of the rules as one Markdown page, oldest first."""
    parts = [_INTRODUCTION, "| edition | nation | applied from | applied to | verified |\n|---|---|---|---|---|\n"]
    parts += [
        f"| [{pack.edition}](#{pack.edition.lower()}) | {pack.nation} | {pack.applied_from} | {_end(pack)} | {_verified(pack)} |\n"
        for pack in rules
    ]
    parts += [part for pack in rules for part in _section(pack)]
    return "".join(parts)


def _section(pack: RulePack) -> Iterator[str]:
    yield f"\n## {pack.edition}\n\n"
    yield f"{pack.nation}, {pack.applied_from} to {_end(pack)}, both days counted. Verified: **{_verified(pack)}**"
    yield (
        " (somebody has held each rule against its paragraph).\n"
        if pack.verified
        else " (nobody has held these rules against the text of the edition in force).\n"
    )
    yield "\n### Duties with a limit\n\n| duty | starts on | met by | within | owed by | source |\n|---|---|---|---|---|---|\n"
    yield from (_clock_row(rule) for rule in pack.clocks)
    yield "\n### Thresholds\n\n| threshold | met by | within | counted event types | source |\n|---|---|---|---|---|\n"
    yield from (_threshold_row(rule) for rule in pack.thresholds)
    yield "\n### In full\n\n"
    rules: tuple[ClockRule | ThresholdRule, ...] = (*pack.clocks, *pack.thresholds)
    yield from (f"- `{rule.id}`: {rule.sentence}. Source: {rule.source}.\n" for rule in rules)


def _clock_row(rule: ClockRule) -> str:
    limit = f"{rule.limit} {rule.unit.replace('_', ' ').removesuffix('s' if rule.limit == 1 else '')}"
    return f"| {rule.title} (`{rule.id}`) | {_listed(rule.starts_on)} | {_listed(rule.satisfied_by)} | {limit} | {rule.owed_by} | {rule.source} |\n"


def _threshold_row(rule: ThresholdRule) -> str:
    return (
        f"| {rule.title} (`{rule.id}`) | {rule.distinct_agencies} distinct agencies | {rule.window_days} days | "
        f"{_listed(rule.counts)} | {rule.source} |\n"
    )


def _listed(event_types: frozenset[str]) -> str:
    return ", ".join(sorted(event_types))


def _end(pack: RulePack) -> str:
    return "today" if pack.applied_to is None else str(pack.applied_to)


def _verified(pack: RulePack) -> str:
    return "yes" if pack.verified else "no"


_INTRODUCTION = """# Clocks and thresholds

This page is generated from the rule packs in `projections/rules/` by `mash policy duties docs`; a test fails when it differs from what the packs say.

A rule pack is one edition of the rules with the days on which it applied. A duty is judged by the
edition that applied on the day on which it started, a threshold by the one of the day of the concern that completed it.
Working days are Monday to Friday without England's bank holidays; "within N working days" counts from the day after the start.
WT13 is *Working Together to Safeguard Children*, March 2013, with its paragraph numbers. Other duties of that document are not in the packs yet.

"""
