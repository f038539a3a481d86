"""Answers given before the body was read (413, 401, 404, …): the sender is heard out for a while, then cut off.

Closing a connection on bytes that nobody has read resets it, and the reset destroys the answer on its way: a client
that reads only when it has sent all (urllib) would see a broken pipe and never learn why it was refused (RFC 9112,
9.6). gunicorn reads on for 64 KiB only.
"""

import socket
import time
from contextlib import suppress

from flask import Flask, Response, current_app, g, request

READ_ALREADY = 64 * 1024
"""Bytes of a body that gunicorn itself reads away."""
SECONDS = 30.0
QUIET_SECONDS = 2.0


def register(app: Flask) -> None:
    """Hear out whoever is answered early; what was read is said by `access` in ``g.body_read``."""
    app.after_request(listen_on)


def listen_on(response: Response) -> Response:
    """Once the answer is sent, take in twice the largest upload, if the body is a long one and nobody has read it."""
    connection = request.environ.get("gunicorn.socket")
    announced = request.content_length
    chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    if connection is None or g.get("body_read", False) or not (chunked or (announced or 0) > READ_ALREADY):
        return response
    most = 2 * int(current_app.config["MAX_CONTENT_LENGTH"])
    response.call_on_close(lambda: hear_out(connection, most))
    return response


def hear_out(connection: socket.socket, most: int) -> None:
    """Say that no more will be said, read ``most`` bytes at most, and end the connection for good."""
    until = time.monotonic() + SECONDS
    with suppress(OSError):  # gone, or silent for too long
        connection.shutdown(socket.SHUT_WR)
        while most > 0 and (left := until - time.monotonic()) > 0:
            connection.settimeout(min(left, QUIET_SECONDS))
            got = len(connection.recv(READ_ALREADY))
            most = most - got if got else 0
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
        connection.settimeout(None)
