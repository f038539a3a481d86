"""The application behind a real socket, whose end leaves nothing running."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.serving import make_server

LONGEST_ANSWER = 20.0


class _Door:
    """Counts the requests inside; once shut, nobody comes in any more."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._changed = Condition()
        self._inside = 0
        self._open = True

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        if not self._enter():
            yield from ServiceUnavailable()(environ, start_response)
            return
        # A generator: the server forgets to close an answer whose reader hangs up, what is dropped ends all the same.
        try:
            body = self._application(environ, start_response)
            try:
                yield from body
            finally:
                getattr(body, "close", lambda: None)()
        finally:
            self._leave()

    def shut(self) -> None:
        with self._changed:
            self._open = False

    def wait_for_all(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._inside == 0, LONGEST_ANSWER), "a request is never answered"

    def _enter(self) -> bool:
        with self._changed:
            self._inside += self._open
            return self._open

    def _leave(self) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()


@contextmanager
def serving(app: Flask) -> Iterator[int]:
    """The application on a port of this machine, which is given.

    At the end no request is being answered: one that a browser still asks through a connection it kept would open the
    test's database once more after its engine is closed, and whichever test comes next would be blamed.
    """
    door = _Door(app.wsgi_app)
    server = make_server("127.0.0.1", 0, door, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        door.shut()
        if "wugeyi" in app.extensions:
            app.extensions["wugeyi"].live.end()
        door.wait_for_all()
        server.server_close()
