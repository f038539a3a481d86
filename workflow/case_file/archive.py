"""The archive itself: ZIP whose bytes depend on what is in it and on nothing else."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from workflow.case_file.manifest import Member
from workflow.clock.days import OFFICE_ZONE

# What is packed already gains nothing, and is most of what there is.
PACKED = (".pdf", ".zip", ".jpg", ".jpeg", ".png", ".docx", ".xlsx", ".ofd", ".7z", ".rar")
PIECE = 256 * 1024
_UNIX = 3
_READABLE = 0o100644 << 16


class Archive:
    """Takes members one after another and writes them at once; only their hashes are kept."""

    def __init__(self, out: BinaryIO, at: datetime) -> None:
        """``at`` is the time every member carries: of the case's newest line, so that it is the same every time."""
        local = at.astimezone(OFFICE_ZONE)
        self._time = (local.year, local.month, local.day, local.hour, local.minute, local.second)
        self._zip = ZipFile(out, "w", allowZip64=True)
        self.members: list[Member] = []

    def add(self, path: str, content: bytes, about: str) -> None:
        """Write a member whose content is at hand."""
        info = ZipInfo(path, self._time)
        info.create_system, info.external_attr = _UNIX, _READABLE
        info.compress_type = ZIP_STORED if path.lower().endswith(PACKED) else ZIP_DEFLATED
        with self._zip.open(info, "w") as member:
            for piece in _pieces(content):
                member.write(piece)
        self.members.append(Member(path, len(content), hashlib.sha256(content).hexdigest(), about))

    def close(self) -> None:
        """Write the directory."""
        self._zip.close()


def _pieces(content: bytes) -> Iterable[memoryview]:
    view = memoryview(content)
    return (view[start : start + PIECE] for start in range(0, len(view), PIECE))
