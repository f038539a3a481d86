"""One case that cannot be worked out keeps no other waiting: it is found, put aside by name, and tried again later."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from workflow.logs import facts, logger
from workflow.store import readers
from workflow.store.readers import Ref, words_of

log = logger("readers")


def do_all_but_the_bad(conn: Connection, reader: str, refs: Sequence[Ref], do: Callable[[Sequence[Ref]], None]) -> None:
    """Let ``do`` do all of ``refs``; where it fails, the half of them, until the bad ones are found and put aside.

    Each part is a savepoint. What is wrong with the database and not with what is read (a lock, a lost connection) is
    raised.
    """
    if not refs:
        return
    try:
        with conn.begin_nested():
            do(refs)
            readers.made(conn, reader, refs)
    except Exception as error:
        if isinstance(error, OperationalError | InterfaceError):
            raise
        if len(refs) > 1:
            half = len(refs) // 2
            do_all_but_the_bad(conn, reader, refs[:half], do)
            do_all_but_the_bad(conn, reader, refs[half:], do)
            return
        told = words_of(error)
        attempts = readers.put_aside(conn, reader, refs[0], told)
        log.error(
            "nothing can be made of a case or project: it is put aside and tried again",
            extra=facts(duty=reader, table=refs[0].kind, reference=refs[0].id, attempts=attempts, error=told),
        )
