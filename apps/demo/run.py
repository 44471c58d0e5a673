"""The demo on a hub that runs: the county's files go in, everything is waited for, and the counts are added up."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from apps.connections import conninfo
from apps.demo.county import County, write_county
from apps.demo.county_files import LAST, CountyFile
from apps.demo.deliver import deliver_file
from apps.feeds import agency_log
from apps.services.daemons import wait_until
from apps.services.errors import ServiceError
from apps.services.secret_files import private_folder, write_secret
from apps.settings import Settings
from apps.workers.lag import LogProgress, log_progress
from connectors.statement import Delivery
from projections.rows import open_store

SEED = 2004
COUNTED = "select (select count(*) from admitted), (select count(*) from quarantined)"
SHOWN = """
select (select count(distinct child) from chronology_entry), (select count(*) from chronology_entry),
       (select count(*) from alert), (select count(*) from review_item)
"""
LOOK_SECONDS = 2.0
PATIENCE_LOOKS = 60
"""The demo gives up when nothing moves for two minutes: a worker that cannot go on has said why by then."""


class DemoBroken(Exception):
    """The demo did not come out as it must; the message says expected, found, what to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which county is told: a later run tells the same one again. `before_last` is when the hub knew all but the last wave (UTC)."""

    seed: int
    today: date
    children: int
    before_last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """One file and what became of its rows at the door."""

    file: CountyFile
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Held:
    """What the hub holds: children, entries of chronologies, alerts, questions of identity for a person."""

    children: int
    entries: int
    alerts: int
    questions: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: each file's receipt; how many statements were new, how many were refused by the hub; what it holds now."""

    plan: Plan
    county: County
    receipts: tuple[Receipt, ...]
    admitted: int
    quarantined: int
    held: Held

    @property
    def told(self) -> int:
        """Count the rows that agencies told, now or in an earlier run."""
        return sum(receipt.delivery.rows_in - receipt.delivery.rows_refused for receipt in self.receipts)

    @property
    def known_before(self) -> int:
        """Count the statements that were told before and changed nothing."""
        return self.told - self.admitted - self.quarantined


@dataclass(frozen=True, slots=True)
class Show:
    """Where progress goes: a line, and the rows read so far of a file."""

    line: Callable[[str], None]
    rows: Callable[[CountyFile, int], None]


def run_demo(settings: Settings, today: date, children: int, show: Show) -> Outcome:
    """Tell the county's files wave by wave and wait until all of it is folded; DemoBroken or ServiceError when it is not.

    If we crash anywhere, run it again: what was told already is known by its references.
    """
    folder = private_folder(settings.home / "demo")
    plan = _kept_plan(folder, Plan(SEED, today, children))
    county = write_county(folder, plan.seed, plan.today, plan.children)
    show.line(f"{len(county.files)} files of {plan.children} invented children are in {folder}")
    with log_progress(settings) as progress, _auditing(settings) as (counted, held):
        _wait(lambda: progress.settled(_now()), progress, show.line)
        before = counted()
        receipts: list[Receipt] = []
        for wave, files in groupby(county.files, key=attrgetter("wave")):
            if wave == LAST and plan.before_last is None:
                plan = _keep(folder, Plan(plan.seed, plan.today, plan.children, _now().replace(microsecond=0)))
            receipts += _tell(settings, list(files), show)
            # Compared too: what likeness joins before the next wave is no question when that comes.
            _wait(lambda: progress.settled(_now()), progress, show.line)
        after = counted()
        return _added_up(Outcome(plan, county, tuple(receipts), after[0] - before[0], after[1] - before[1], held()))


def _tell(settings: Settings, files: Sequence[CountyFile], show: Show) -> Iterator[Receipt]:
    """Deliver one wave, each file to its agency's own topic."""
    with ExitStack() as opened:
        agencies = sorted({file.agency for file in files})
        logs = {agency: opened.enter_context(agency_log(settings, agency)) for agency in agencies}
        for file in files:
            yield Receipt(file, deliver_file(settings, file, logs[file.agency], partial(show.rows, file)))


def _wait(done: Callable[[], bool], progress: LogProgress, say: Callable[[str], None]) -> None:
    """Wait on positions; ServiceError once nothing has moved for two minutes."""
    last, looks = (-1, -1, -1), 0
    while not wait_until(done, LOOK_SECONDS):
        admit, project, match = (progress.lag(role) for role in ("admit", "project", "match"))
        read = admit.read, project.read, match.read
        moved, last = read != last, read
        if moved:
            say(
                f"{admit.behind:,} statements are still to be admitted, {project.behind:,} records still to be folded, {match.behind:,} to be compared"
            )
        looks = 0 if moved else looks + 1
        if looks >= PATIENCE_LOOKS:
            raise ServiceError(
                "Expected the workers to get on, found that nothing moved for two minutes; see `mash workers status`."
            )


def _added_up(outcome: Outcome) -> Outcome:
    """Hold what came out against what must; DemoBroken when a row went missing or came twice."""
    expected, refused = outcome.county.expected, sum(one.delivery.rows_refused for one in outcome.receipts)
    if (outcome.told, refused) != (expected.told, expected.refused):
        raise DemoBroken(
            f"Expected {expected.told} statements told and {expected.refused} rows refused, found {outcome.told} and {refused}; tell the hub's developers."
        )
    if outcome.known_before < 0 or outcome.quarantined:
        raise DemoBroken(
            f"Expected each of {outcome.told} statements admitted once, found {outcome.admitted} new ones and {outcome.quarantined} in quarantine; see `mash quarantine list`."
        )
    return outcome


def _kept_plan(folder: Path, wanted: Plan) -> Plan:
    """Read the plan of the first run, or keep this one."""
    path = folder / "plan.json"
    if not path.exists():
        return _keep(folder, wanted)
    found = json.loads(path.read_text(encoding="utf-8"))
    moment = found["before_last"]
    return Plan(
        found["seed"],
        date.fromisoformat(found["today"]),
        found["children"],
        None if moment is None else datetime.fromisoformat(moment),
    )


def _keep(folder: Path, plan: Plan) -> Plan:
    moment = None if plan.before_last is None else plan.before_last.isoformat()
    found = {"seed": plan.seed, "today": plan.today.isoformat(), "children": plan.children, "before_last": moment}
    write_secret(folder / "plan.json", json.dumps(found).encode())
    return plan


@contextmanager
def _auditing(settings: Settings) -> Iterator[tuple[Callable[[], tuple[int, int]], Callable[[], Held]]]:
    """Give two functions that count as mash_auditor: (admitted, quarantined), and what the hub holds."""
    with open_store(conninfo(settings, "mash_auditor")) as conn:

        def counted() -> tuple[int, int]:
            admitted, quarantined = conn.execute(COUNTED).fetchone() or (0, 0)
            return admitted, quarantined

        yield counted, lambda: Held(*(conn.execute(SHOWN).fetchone() or (0, 0, 0, 0)))


def _now() -> datetime:
    return datetime.now(UTC)
