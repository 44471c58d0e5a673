"""The memory of a feed in plain dicts: what it means, for tests, and all that a door needs which remembers nothing from one request to the next."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from connectors.feed_memory import Begun, Changes, Kind, Known, Plan, Row, Telling


@dataclass(slots=True)
class _Matter:
    number: int
    row: str | None
    kin: str
    digest: bytes
    last: str
    local_id: str
    withdrawn: bool = False
    unsure: bool = False

    @property
    def standing(self) -> bool:
        """Whether it stands, as far as is known."""
        return not self.withdrawn or self.unsure


class PlainFeedMemory:
    """Remembers one feed for as long as it lives. What a crash would lose is nothing, so a test crashes by leaving off and beginning again."""

    def __init__(self) -> None:
        self._matters: list[_Matter] = []
        self._by_row: dict[str, _Matter] = {}
        self._tellings: dict[str, Telling] = {}
        self._told_by: dict[str, bytes] = {}
        self._seen: dict[tuple[str, int], bytes] = {}
        self._deliveries: dict[bytes, tuple[bytes, str, int]] = {}
        self._staged: dict[str, Row] = {}
        self._scope, self._delivery = "", b""

    def begin(self, fingerprint: bytes, scope: str, begun: Begun) -> Begun:
        """Begin, or go on with, a delivery of these bytes."""
        for one in [one for one in self._tellings.values() if one.state == "sending"]:
            self._tellings[one.reference] = replace(one, state="unsure")
            self._matters[_number(one)].unsure = True
        self._scope = scope
        # Only the newest can be gone on with: the changes of an earlier one would be learned before those of what followed it.
        for delivery_id, (bytes_of, of, moment) in self._deliveries.items():
            if (bytes_of, of) == (fingerprint, scope):
                self._delivery = delivery_id
                return Begun(delivery_id, moment, self._already())
        self._delivery = begun.delivery_id
        self._deliveries = {self._delivery: (fingerprint, scope, begun.moment)}
        return begun

    def _already(self) -> dict[Kind, int]:
        mine = [self._tellings[reference] for reference, told_by in self._told_by.items() if told_by == self._delivery]
        return dict(Counter(one.kind for one in mine if one.state in ("stands", "withdrawn")))

    def unstage(self) -> None:
        """Forget every staged row."""
        self._staged = {}

    def stage(self, rows: Sequence[Row]) -> list[bool]:
        """Note rows of a first reading."""
        return [self._staged.setdefault(row.reference, row).digest == row.digest for row in rows]

    def plan(self, scope: str, *, pairing: bool) -> Plan:
        """Hold the staged rows against the scope."""
        known = [
            (row, one)
            for row in self._staged.values()
            if (one := self._by_row.get(row.reference)) and not one.withdrawn
        ]
        unchanged = sum(one.digest == row.digest and not one.unsure for row, one in known)
        pairs = self._pairs(scope) if pairing else []
        gone = len(self._gone(scope)) - sum(not self._elsewhere(scope, one) for _, one in pairs)
        held = sum(of == scope and not self._matters[number].withdrawn for of, number in self._seen)
        new, corrected = len(self._staged) - len(known) - len(pairs), len(known) - unchanged + len(pairs)
        return Plan(new, corrected, unchanged, gone, held)

    def changes(self, scope: str, *, pairing: bool, most: int) -> Changes:
        """Say which rows would be corrected and which statements withdrawn."""
        pairs = self._pairs(scope) if pairing else []
        lines = [self._staged[reference].line for reference, _ in pairs]
        for row in self._staged.values():
            one = self._by_row.get(row.reference)
            if one is not None and not one.withdrawn and (one.digest != row.digest or one.unsure):
                lines.append(row.line)
        going = {one.number for one in self._gone(scope)} - {one.number for _, one in pairs}
        told = [one for one in self._tellings.values() if one.matter in going and one.kind != "retracted"]
        references = [one.reference for one in told if one.state in ("stands", "unsure")]
        return Changes(tuple(sorted(lines)[:most]), tuple(references[:most]), len(references))

    def pair(self, scope: str) -> None:
        """Let each matter that went go by the reference of the row that came in its stead."""
        for reference, one in self._pairs(scope):
            left = self._by_row.pop(reference, None)
            if left is not None:
                left.row = None
            self._by_row.pop(one.row or "", None)
            one.row = reference
            self._by_row[reference] = one

    def known(self, rows: Sequence[Row]) -> list[Known]:
        """Say for each row what is known of it."""
        return [self._known(row) for row in rows]

    def _known(self, row: Row) -> Known:
        taken, one = row.reference in self._tellings, self._by_row.get(row.reference)
        if one is None:
            return Known(taken=taken)
        seen = self._seen.get((self._scope, one.number)) == self._delivery
        return Known(one.number, taken, one.digest, one.last, one.local_id, one.withdrawn, one.unsure, seen)

    def history(self, matter: int) -> list[Telling]:
        """Give the tellings of a matter in their order."""
        return [one for one in self._tellings.values() if one.matter == matter]

    def used(self, stem: str) -> int:
        """Count the statements whose references are built from this one."""
        return sum(one.stem == stem and one.kind != "retracted" for one in self._tellings.values())

    def intend(self, tellings: Sequence[Telling], stated: Sequence[Row]) -> None:
        """Note what is about to be published, and the rows that are stated."""
        for one in tellings:
            matter = self._matter(one)
            self._tellings.pop(one.reference, None)  # what is told again comes last again
            self._tellings[one.reference] = replace(one, matter=matter.number, state="sending")
            self._told_by[one.reference] = self._delivery
            matter.digest, matter.last, matter.local_id, matter.kin = one.digest, one.reference, one.local_id, one.kin
            matter.withdrawn, matter.unsure = one.kind == "retracted", False
        for row in stated:
            self._seen[self._scope, self._by_row[row.reference].number] = self._delivery

    def _matter(self, one: Telling) -> _Matter:
        if one.matter is not None:
            return self._matters[one.matter]
        made = _Matter(len(self._matters), one.stem, one.kin, one.digest, one.reference, one.local_id)
        self._matters.append(made)
        self._by_row[one.stem] = made
        return made

    def acknowledge(self) -> None:
        """Note that all that was intended is in the log."""
        sent = [one for one in self._tellings.values() if one.state == "sending"]
        for one in sent:
            self._tellings[one.reference] = replace(one, state="stands")
        for one in sent:
            if one.kind == "retracted" and one.amends is not None:
                self._tellings[one.amends] = replace(self._tellings[one.amends], state="withdrawn")

    def gone(self, most: int) -> list[int]:
        """Give matters that stand and that this delivery no longer states."""
        return sorted(one.number for one in self._gone(self._scope))[:most]

    def finish(self, *, whole: bool) -> None:
        """End the delivery."""
        self._staged = {}
        self._deliveries = {}
        if whole:
            stale = [at for at, by in self._seen.items() if at[0] == self._scope and by != self._delivery]
            for at in stale:
                del self._seen[at]

    def empty(self) -> bool:
        """Whether nothing is remembered at all."""
        return not self._tellings

    def _went(self, scope: str) -> list[_Matter]:
        stated = (self._matters[number] for of, number in self._seen if of == scope)
        return [one for one in stated if one.standing and one.row is not None and one.row not in self._staged]

    def _elsewhere(self, scope: str, one: _Matter) -> bool:
        return any(of != scope and number == one.number for of, number in self._seen)

    def _gone(self, scope: str) -> list[_Matter]:
        return [one for one in self._went(scope) if not self._elsewhere(scope, one)]

    def _pairs(self, scope: str) -> list[tuple[str, _Matter]]:
        came, went = defaultdict(list), defaultdict(list)
        for row in self._staged.values():
            one = self._by_row.get(row.reference)
            if row.kin and (one is None or not one.standing):
                came[row.kin].append(row.reference)
        for one in self._went(scope):
            if one.kin:
                went[one.kin].append(one)
        even = [kin for kin, rows in came.items() if len(rows) == len(went[kin])]
        return [pair for kin in even for pair in zip(sorted(came[kin]), sorted(went[kin], key=_row), strict=True)]


def _row(one: _Matter) -> str:
    return one.row or ""


def _number(one: Telling) -> int:
    return -1 if one.matter is None else one.matter
