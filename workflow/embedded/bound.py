"""Become another program that ends when its parent does, even by kill -9.

Run as a script of its own, ``bound.py PARENT SIGNAL UID PROGRAM ARGUMENT…``, because a function between fork and exec
(``preexec_fn``) may hang in a process that has threads. PARENT is ``-`` where it is not known, UID where the user stays
the same. Standard library only: it is started without site-packages to cost little.
"""

import ctypes
import os
import pwd
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent(signal_number: int) -> None:
    """Ask the kernel to send ``signal_number`` to this process when its parent dies.

    The parent is a thread: a process started from a short-lived thread ends with that thread.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def become_user(uid: int) -> None:
    """Give up root for the user ``uid`` and for no other group than the user's own."""
    gid = pwd.getpwuid(uid).pw_gid
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def main(arguments: list[str]) -> None:
    parent, signal_number, uid, *command = arguments
    if uid != "-":
        become_user(int(uid))
    # What the parent ignores its child would ignore too, and never stop.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    # After the change of user, which would clear it.
    end_with_parent(int(signal_number))
    if parent not in {"-", str(os.getppid())}:
        sys.exit("the parent died before its child began")
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
