"""What a Bundle says of patients and of who recorded what, kept on disk while the Bundle is read: a Bundle may name them after the resources that need them.

SQLite's database without a name is a file that only this process can open and that is gone when it is closed, or when the process dies.
"""

import sqlite3
from contextlib import suppress
from datetime import tzinfo
from types import TracebackType
from typing import Any, NamedTuple, Self

from connectors.fhir_elements import Resource, rows, table, text, when
from connectors.fhir_patient import NHS_NUMBER, Patient, nhs_number, patient_by_identifier, patient_kept, patient_of
from connectors.statement import Unreadable

TABLES = """
pragma journal_mode = off;
pragma synchronous = off;
pragma cache_size = -8192;
create table patient (key text primary key, kept text) without rowid;
create table provenance (target text, recorded integer, who text);
"""


class Recorded(NamedTuple):
    """When the newest Provenance of a resource was recorded (microseconds), and by whom in words."""

    at: int
    who: str | None


class Shelf:
    """Patients by every name that a reference may use, and the newest Provenance of each resource; close it after use.

    `faulty` says that one of the Patients could not be read as it stands.
    """

    def __init__(self) -> None:
        self.faulty = False
        self._provenances = 0
        self._shelf = sqlite3.connect("")
        self._shelf.executescript(TABLES)

    def __enter__(self) -> Self:
        """Use it in a with statement so that its file is gone afterwards."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        """Close it, and its file with it."""
        self._shelf.close()

    def put_patient(self, resource: Resource, full_url: str | None) -> None:
        """Keep a Patient; two that go by one name are nobody, since a statement must not reach the wrong child."""
        try:
            patient = patient_of(resource)
        except Unreadable:
            self.faulty = True
            with suppress(Unreadable):
                self._put(resource, full_url, patient_of(resource, birthday=False))
        else:
            self._put(resource, full_url, patient)

    def _put(self, resource: Resource, full_url: str | None, patient: Patient) -> None:
        own, number = text(resource.get("id")), nhs_number(resource.get("identifier"))
        names = [full_url, f"Patient/{own}" if own else None, f"{NHS_NUMBER}|{number}" if number else None]
        if own and not (full_url or "").startswith("http"):
            names.append(f"*/Patient/{own}")
        kept = patient.kept()
        self._shelf.executemany(
            "insert into patient values (?, ?) on conflict (key) do update set kept = case when kept = excluded.kept then kept end",
            [(name, kept) for name in names if name],
        )

    def put_provenance(self, resource: Resource, zone: tzinfo) -> None:
        """Keep when and by whom the targets were recorded; Unreadable where it does not say when."""
        at = when(resource.get("recorded"), zone, "Provenance.recorded")
        if at is None:
            raise Unreadable("missing-date", "expected Provenance.recorded, found nothing; fill it in")
        agents = [
            text(table(one.get(part)).get("display"))
            for one in rows(resource.get("agent"))
            for part in ("who", "onBehalfOf")
        ]
        who = ", ".join(dict.fromkeys(filter(None, agents))) or None
        targets = [text(one.get("reference")) for one in rows(resource.get("target"))]
        self._provenances += 1
        self._shelf.executemany(
            "insert into provenance values (?, ?, ?)",
            [(without_version(target), at["latest"], who) for target in targets if target],
        )

    def all_put(self) -> None:
        """Make ready for questions."""
        self._shelf.execute("create index by_target on provenance (target, recorded)")

    def patient(self, subject: Resource, resource: Resource, full_url: str | None) -> Patient:
        """Find whom a subject names; Unreadable where it names nobody who is in the Bundle."""
        reference = text(subject.get("reference"))
        found = self._by_reference(without_version(reference), resource, full_url) if reference else None
        found = found or self._by_identifier(table(subject.get("identifier")))
        if found is None:
            code, what = ("unknown-subject", "one who is not") if subject else ("missing-subject", "none")
            sentence = f"expected a subject that is one Patient of the Bundle, or an identifier of one, found {what}; add the Patient or the identifier"
            raise Unreadable(code, sentence)
        return found

    def recorded(self, reference: str, full_url: str | None) -> Recorded | None:
        """Find the newest Provenance of a resource."""
        if not self._provenances:
            return None
        asked = "select recorded, who from provenance where target in (?, ?) order by recorded desc limit 1"
        row = self._shelf.execute(asked, (reference, full_url)).fetchone()
        return None if row is None else Recorded(*row)

    def _by_reference(self, reference: str, resource: Resource, full_url: str | None) -> Patient | None:
        if reference.startswith("#"):
            held = [one for one in rows(resource.get("contained")) if f"#{one.get('id')}" == reference]
            return patient_of(held[0], birthday=False) if held and held[0].get("resourceType") == "Patient" else None
        if "://" in reference:
            # An address of another server than the entry's own may end in the same id, and be another child.
            tail = "/".join(reference.rsplit("/", 2)[1:])
            return self._named(reference) or self._named(f"*/{tail}")
        base = full_url.rsplit("/", 2)[0] if full_url and full_url.startswith("http") else None
        return (self._named(f"{base}/{reference}") if base else None) or self._named(reference)

    def _by_identifier(self, identifier: Resource) -> Patient | None:
        known = self._named(f"{identifier.get('system')}|{text(identifier.get('value'))}")
        return known or patient_by_identifier(identifier)

    def _named(self, name: str) -> Patient | None:
        row: Any = self._shelf.execute("select kept from patient where key = ?", (name,)).fetchone()
        return patient_kept(row[0]) if row is not None and row[0] is not None else None


def without_version(reference: str) -> str:
    """Give a reference without the version that it may name."""
    return reference.partition("/_history/")[0]
