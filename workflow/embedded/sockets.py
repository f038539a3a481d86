"""Where a server of a home listens: a unix socket that no other user of the machine can reach."""

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from workflow.errors import Unusable

# sun_path holds 108 bytes with its closing zero; PostgreSQL adds "/.s.PGSQL.5432" to the folder.
_LONGEST_FOLDER = 107 - len("/.s.PGSQL.5432")
# A comma would part two hosts for libpq, and a blank, a % or a letter beyond ASCII is read differently by the URL
# parsers of psycopg, SQLAlchemy, kombu and redis-py.
_PLAIN = re.compile(r"[A-Za-z0-9_./+-]+")


def socket_folder(server_folder: Path) -> Path:
    """The folder of a server's socket: inside ``server_folder``, or a short one for a path no socket address can hold.

    Always the same for the same ``server_folder``, so that a command in another terminal finds the server.
    """
    folder = server_folder / "socket"
    if len(os.fsencode(folder)) <= _LONGEST_FOLDER and _PLAIN.fullmatch(str(folder)):
        return folder
    # /tmp and not $TMPDIR: another terminal may have another one.
    return Path("/tmp") / f"wugeyi-{hashlib.sha256(os.fsencode(server_folder)).hexdigest()[:16]}"


@contextlib.contextmanager
def open_socket_folder(server_folder: Path, uid: int, gid: int) -> Iterator[Path]:
    """That folder, made for the user ``uid`` alone; one in /tmp is removed at the end of the block.

    Raises ``Unusable`` when its name is taken by somebody else, as anybody may do in /tmp.
    """
    folder = socket_folder(server_folder)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()}:
            raise Unusable(f"{folder} belongs to somebody else; remove it or choose a shorter WUGEYI_HOME") from None
        folder.chmod(0o700)
    os.chown(folder, uid, gid)
    try:
        yield folder
    finally:
        if folder.parent != server_folder:
            with contextlib.suppress(OSError):  # not empty after a crash: the next start uses it again
                folder.rmdir()
