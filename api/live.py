"""Who is listening in this process, and the one thread that looks for all of them.

A listener keeps a thread of the server for as long as it listens, so there are few seats and none is kept for long.
Nobody who waits holds a connection to the database; the thread holds one for the time of a look, and only looks while
somebody listens. With several web processes each looks for its own.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from workflow.logs import facts, logger
from workflow.queries.live import News, Told, Waiting, look
from workflow.work import Office

log = logger("web")

MOST = 4
"""Listeners of a process: half of its threads (`workflow.cli.roles.WEB_THREADS`), so that requests keep theirs."""
MOST_OF_ONE = 2
"""Listeners of one person in a process: whoever opens ten windows leaves seats for others."""
LOOK_SECONDS = 0.5
LISTEN_SECONDS = 25.0
BEAT_SECONDS = 10.0


@dataclass(slots=True, eq=False)
class Listener:
    """Somebody with a seat; ``position`` is the last one told, ``news`` what was found since and not yet taken."""

    person_id: int
    token_id: int
    position: int
    until: float
    news: list[Told | Waiting] = field(default_factory=list)
    ended: bool = False
    asked: bool = False


class Live:
    """The listeners of one process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._looking = threading.Lock()
        self._listeners: list[Listener] = []
        self._thread: threading.Thread | None = None

    @property
    def listening(self) -> int:
        """How many seats are taken."""
        with self._changed:
            return len(self._listeners)

    @property
    def looking(self) -> bool:
        """Whether anybody is looked for."""
        with self._changed:
            return self._thread is not None

    def join(self, office: Office, person_id: int, token_id: int, position: int) -> Listener | None:
        """A seat for whoever has been told everything up to ``position``; None where there is none left."""
        with self._changed:
            own = sum(1 for one in self._listeners if one.person_id == person_id)
            if len(self._listeners) >= MOST or own >= MOST_OF_ONE:
                return None
            listener = Listener(person_id, token_id, position, monotonic() + LISTEN_SECONDS)
            self._listeners.append(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, args=(office,), name="live", daemon=True)
                self._thread.start()
            return listener

    def leave(self, listener: Listener) -> None:
        """Give the seat back; twice is no fault. Once the last one has, nobody looks any more."""
        with self._changed:
            listener.ended = True
            if listener in self._listeners:
                self._listeners.remove(listener)
            if self._listeners:
                return
        with self._looking:
            return

    def end(self) -> None:
        """Let everybody go, before the database does."""
        with self._changed:
            for listener in self._listeners:
                listener.ended = True
            self._listeners = []
            self._changed.notify_all()
        with self._looking:
            return

    def follow(self, listener: Listener, gone: Callable[[], bool]) -> Iterator[list[Told | Waiting]]:
        """What is found for the listener, as soon as it is; an empty list is a sign of life. Ends after LISTEN_SECONDS,
        with the session, or once ``gone()``."""
        beat_at = monotonic() + BEAT_SECONDS
        while True:
            with self._changed:
                if not listener.news and not listener.ended:
                    self._changed.wait(LOOK_SECONDS)
                news, listener.news = listener.news, []
                over = listener.ended or monotonic() >= listener.until
            if news:
                yield news
                beat_at = monotonic() + BEAT_SECONDS
            if over or gone():
                return
            if monotonic() >= beat_at:
                yield []
                beat_at = monotonic() + BEAT_SECONDS

    def _watch(self, office: Office) -> None:
        head: int | None = None
        pause = threading.Event()
        while True:
            with self._looking:
                listeners = self._present()
                if not listeners:
                    return
                head = self._look(office, listeners, head)
            pause.wait(LOOK_SECONDS)

    def _present(self) -> list[Listener]:
        """Whoever listens now; with nobody the thread is over."""
        with self._changed:
            # The answer of one that nobody read on is never closed: its seat comes back by time.
            self._listeners = [one for one in self._listeners if monotonic() < one.until + BEAT_SECONDS]
            if not self._listeners:
                self._thread = None
            return list(self._listeners)

    def _look(self, office: Office, listeners: list[Listener], head: int | None) -> int | None:
        """One look for all of them; returns the head it saw, None where it failed."""
        behind = {one.person_id: one.position for one in sorted(listeners, key=lambda one: -one.position)}
        known = head if all(one.asked for one in listeners) else None
        try:
            with office.engine.begin() as conn:
                news = look(office, conn, behind, [one.token_id for one in listeners], known)
        except SQLAlchemyError as error:
            log.warning("nobody can be told anything now", extra=facts(error=type(error).__name__))
            return None
        except Exception:
            # One line that cannot be told must not end the thread: nobody in this process would hear anything again.
            log.exception("what happened could not be told")
            return None
        self._hand_out(listeners, news)
        return news.head

    def _hand_out(self, listeners: list[Listener], news: News) -> None:
        with self._changed:
            for listener in listeners:
                told = [one for one in news.told.get(listener.person_id, ()) if one.position > listener.position]
                if told:
                    listener.news += [*told, news.waiting[listener.person_id]]
                    listener.position = told[-1].position
                # Full parts are followed by another look, whether or not anything has happened since.
                listener.asked = not told
                listener.ended = listener.ended or listener.token_id not in news.live_tokens
            self._changed.notify_all()
