"""Large files made while somebody waits: one at a time in a process, on disk instead of in memory, sent in pieces."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from flask import Response

from workflow.errors import TooMany

PIECE = 64 * 1024
AGAIN_SECONDS = 10

_making = threading.Semaphore(1)
# Making takes seconds of processor time; several at once would take it from everybody's pages.


@contextmanager
def outgoing() -> Iterator[BinaryIO]:
    """An empty file to write to; it is gone once nobody has it open any more.

    Raises TooMany while another is being made in this process.
    """
    if not _making.acquire(blocking=False):
        raise TooMany(
            "export_under_way",
            f"另一个文件正在生成，请 {AGAIN_SECONDS} 秒后再试",
            f"Another file is being made: try again in {AGAIN_SECONDS} seconds",
            extra={"retry_after": AGAIN_SECONDS},
        )
    # Closed by whoever sends it.
    file = cast(BinaryIO, TemporaryFile())  # noqa: SIM115
    try:
        yield file
    except BaseException:
        file.close()
        raise
    finally:
        _making.release()


def sent(file: BinaryIO, mimetype: str, filename: str) -> Response:
    """The file as a download; ``filename`` in any script."""
    length = file.seek(0, 2)
    file.seek(0)
    response = Response(_Pieces(file), mimetype=mimetype)
    response.content_length = length
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    response.headers["Cache-Control"] = "private, no-store"
    return response


class _Pieces:
    """A file in pieces, closed after the last of them, or when nobody wants any more."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = b"" if self._file.closed else self._file.read(PIECE)
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        """As a server calls it, whether or not everything was sent."""
        self._file.close()

    def __del__(self) -> None:
        self.close()
