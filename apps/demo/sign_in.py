"""The demo's people, able to sign in: a token for each in a file only its owner reads, and its digest in `people.json`."""

import hashlib

from apps.demo.people import demo_people
from apps.people import FILE, write_people
from apps.services.secret_files import ensure_password
from apps.settings import Settings


def let_people_sign_in(settings: Settings) -> bool:
    """Write `people.json` and the tokens (`secrets/people/<staff id>`) unless there is one; says whether it was written."""
    path = settings.home / FILE
    if path.exists():
        return False
    rows = []
    for person in demo_people():
        token = ensure_password(settings.secrets / "people" / person.id)
        rows.append(
            {
                "staff_id": person.id,
                "name": person.name,
                "agency": person.agency,
                "role": person.role,
                "clearances": list(person.clearances),
                "token_sha256": hashlib.sha256(token.encode()).hexdigest(),
            }
        )
    # If we crash before this nobody can sign in, and the next run writes it with the same tokens.
    write_people(path, rows)
    return True
