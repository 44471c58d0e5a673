"""Who may sign in: `people.json` in MASH_HOME names each person, and each person's token is known here only by its SHA-256.

Signing in for real users belongs to an identity provider; this file is the port's plainest form, enough for one box and a demo.
"""

import hashlib
import hmac
import json
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from access_policy.question import Person
from query.door import StaffMember

FILE = "people.json"


class NotSignedIn(Exception):
    """Nobody by that staff id or token; the message says what to do and quotes neither."""


@dataclass(frozen=True, slots=True)
class People:
    """Everyone who may sign in, by staff id, and by the SHA-256 of their token in hex."""

    by_staff_id: dict[str, StaffMember]
    by_token_digest: dict[str, StaffMember]

    def named(self, staff_id: str) -> StaffMember:
        """Find a person by staff id (the command line, whose user already is on the box); NotSignedIn when there is none."""
        member = self.by_staff_id.get(staff_id)
        if member is None:
            raise NotSignedIn(f"Expected a staff id of {FILE}, found another; `mash people` lists them.")
        return member

    def bearing(self, token: str) -> StaffMember:
        """Find a person by token (the API); NotSignedIn when there is none."""
        digest = hashlib.sha256(token.encode()).hexdigest()
        for known, member in self.by_token_digest.items():
            if hmac.compare_digest(known, digest):
                return member
        raise NotSignedIn(
            "Expected the token of someone who may sign in, found none or another; ask your hub's operator for yours."
        )


def load_people(home: Path) -> People:
    """Read `people.json` of this MASH_HOME; NotSignedIn when it is missing, open to others or not as described here."""
    path = home / FILE
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise NotSignedIn(
                f"Expected {path} to be readable by its owner alone (mode 0600), found mode {mode:04o}; type `chmod 600 {path}`."
            )
        rows = json.loads(path.read_text(encoding="utf-8"))
        members = {str(row["staff_id"]): _member(row) for row in rows}
        digests = {str(row["token_sha256"]): members[str(row["staff_id"])] for row in rows if row.get("token_sha256")}
    except FileNotFoundError:
        raise NotSignedIn(
            f"Expected the people who may sign in in {path}, found no such file; write it as docs/operating.md shows "
            "(Who may ask: people.json). `mash demo` makes one, of invented people."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotSignedIn(
            f"Expected a list of people in {path}, found something else; see docs/operating.md."
        ) from None
    return People(members, digests)


def write_people(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write `people.json`, readable by its owner only: staff_id, name, agency, role, clearances, token_sha256 of each."""
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    path.chmod(0o600)


def _member(row: dict[str, Any]) -> StaffMember:
    person = Person(str(row["agency"]), str(row["role"]), frozenset(str(one) for one in row["clearances"]))
    return StaffMember(str(row["staff_id"]), person)
