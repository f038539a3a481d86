"""Processes of this machine, found by the folder they work in and ended by id.

Every server and role of a home works in a folder of its own under that home and nothing else does, so a process left
over from a killed supervisor is known for certain: no pid file that a restart or a reused pid could falsify.
Linux only (``/proc``).
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from workflow.embedded import bound

LOG_BYTES = 10_000_000
"""Length beyond which a server's log is put aside at the next start."""


@dataclass(frozen=True, slots=True)
class Running:
    """One live process: its id, its parent's id, and when it started in clock ticks since boot."""

    pid: int
    parent: int
    started: int


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers: its address, and its process, which whoever runs it may watch (``poll``)."""

    url: str
    process: subprocess.Popen[bytes]


def bound_command(
    command: Sequence[str], number: signal.Signals, uid: int | None = None, parent: str | None = None
) -> list[str]:
    """``command`` so that it gets ``number`` when its parent dies, and runs as the user ``uid`` if one is given.

    ``parent`` is the id of the process that will start it: this one's if none is given, ``-`` if it is not known.
    """
    user = "-" if uid is None else str(uid)
    return [sys.executable, "-IS", bound.__file__, parent or str(os.getpid()), str(int(number)), user, *command]


def working_in(folder: Path, words: Collection[str]) -> list[Running]:
    """The processes whose working directory is ``folder`` and whose command line holds one of ``words``.

    ``words`` keep somebody's shell that happens to stand in the folder from being taken for one of ours.
    """
    wanted = os.path.realpath(folder)
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if str((entry / "cwd").readlink()) != wanted:
                continue
            command = (entry / "cmdline").read_text(errors="replace")
        except OSError:  # gone meanwhile, or another user's
            continue
        process = _look(int(entry.name))
        if process and any(word in command for word in words):
            found.append(process)
    return found


def stop(process: subprocess.Popen[bytes], numbers: Iterable[signal.Signals], patience: float) -> None:
    """Send a child one signal after the other, each with ``patience`` seconds to end it, then kill it."""
    for number in numbers:
        process.send_signal(number)
        try:
            process.wait(patience)
            return
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    process.wait()


def open_log(path: Path) -> IO[bytes]:
    """The log of a server, to append to; an old one that grew too long is put aside first."""
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    return path.open("ab")


def end(processes: Iterable[Running], number: signal.Signals, patience: float) -> None:
    """Send ``number`` to those that no other of them started, wait up to ``patience`` seconds for all, kill the rest.

    Raises ``PermissionError`` where one of them belongs to somebody else.
    """
    left = list(processes)
    pids = {process.pid for process in left}
    # Only the first of a family: to a child of PostgreSQL or Celery the same signal means something else.
    for process in left:
        if process.parent not in pids:
            _send(process, number)
    deadline = time.monotonic() + patience
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [process for process in left if _lives(process)]
    for process in left:
        _send(process, signal.SIGKILL)
    while any(_lives(process) for process in left):
        time.sleep(0.02)


def _send(process: Running, number: signal.Signals) -> None:
    if _lives(process):
        os.kill(process.pid, number)


def _lives(process: Running) -> bool:
    """Whether it still runs: its pid may have been given to another process meanwhile."""
    now = _look(process.pid)
    return now is not None and now.started == process.started


def _look(pid: int) -> Running | None:
    """The process as ``/proc/<pid>/stat`` tells (proc(5)), or None if it is gone or only waits to be reaped."""
    try:
        # The command's name stands in brackets and may itself hold blanks and brackets.
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    state, parent, started = fields[0], int(fields[1]), int(fields[19])
    return None if state in {"Z", "X"} else Running(pid, parent, started)
