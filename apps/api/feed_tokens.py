"""The tokens by which agencies' feeds sign in to the API: made once, handed over as a file, and known here only by their SHA-256.

`secrets/feeds/<agency>` is what an operator hands over (and may then remove); `feeds.json` in MASH_HOME holds the digests, and the API reads nothing else.
"""

import hashlib
import hmac
import json
from pathlib import Path

from apps.people import NotSignedIn
from apps.services.secret_files import ensure_password, write_secret
from apps.settings import Settings, SettingsError
from schemas.topics import AGENCIES

FILE = "feeds.json"


def ensure_feed_tokens(settings: Settings) -> None:
    """Make a token for each agency that has none; a second run changes nothing. To give an agency another, remove its file and its digest."""
    digests = feed_digests(settings)
    # If we crash in here some tokens lie in their files and no digest is known: they are read from there and taken down the next time.
    missing = {agency: ensure_password(_token_file(settings, agency)) for agency in AGENCIES if agency not in digests}
    if missing:
        found = digests | {agency: _digest(token) for agency, token in missing.items()}
        # Not a private folder: where root started PostgreSQL, another user's cluster may lie in it. The file itself is private.
        settings.home.mkdir(parents=True, exist_ok=True)
        write_secret(settings.home / FILE, (json.dumps(found, indent=2, sort_keys=True) + "\n").encode())


def feed_digests(settings: Settings) -> dict[str, str]:
    """Read the SHA-256 (hex) of each agency's token; none where no token was made, SettingsError where the file is not ours."""
    path = settings.home / FILE
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {str(agency): str(digest) for agency, digest in rows.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError):
        raise SettingsError(
            f"Expected the digests of the feeds' tokens in {path}, found something else; remove it and run `mash api` again."
        ) from None


def feed_bearing(settings: Settings, token: str) -> str:
    """Find the agency whose feed bears this token; NotSignedIn when there is none."""
    digest = _digest(token)
    for agency, known in feed_digests(settings).items():
        if hmac.compare_digest(known.encode(), digest.encode()):
            return agency
    raise NotSignedIn("Expected the token of an agency's feed, found another; ask your hub's operator for yours.")


def _token_file(settings: Settings, agency: str) -> Path:
    return settings.secrets / "feeds" / agency


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
