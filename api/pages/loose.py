"""The files of a draft that belong to no paper yet. The draft's form names them, so that they are there on any device.

A reference is sealed: knowing the digest of somebody else's file must not be enough to hand it in as one's own.
"""

import hashlib
import hmac
from dataclasses import dataclass

from api.access import wiring
from api.pages.drafts import UNMATCHED, Draft
from api.wording import size

MOST = 40
"""Files that may wait at once."""
_SEAL = 32


@dataclass(frozen=True, slots=True)
class LooseFile:
    """One file that waits."""

    sha256: str
    octets: int
    filename: str

    @property
    def key(self) -> str:
        """What its field in the form is called: two files may be the same bytes under two names."""
        told = hashlib.sha256(f"{self.sha256}:{self.filename}".encode())
        return f"paper.{told.hexdigest()[:16]}"

    @property
    def size_words(self) -> str:
        """Its size in words."""
        return size(self.octets)


def waiting(draft: Draft) -> list[LooseFile]:
    """The files that wait, each once; what is not sealed by us counts for nothing."""
    texts, secret = draft.form.get(UNMATCHED) or (), wiring().settings.secret
    found = [file for text in texts if (file := _read(draft.no, text, secret)) is not None]
    return list(dict.fromkeys(found))


def written(no: str, files: list[LooseFile], secret: str) -> list[str]:
    """As the form of the draft ``no`` keeps them."""
    return [f"{file.sha256}:{file.octets}:{_seal(no, file, secret)}:{file.filename}" for file in files]


def _read(no: str, text: object, secret: str) -> LooseFile | None:
    sha256, _, rest = str(text).partition(":")
    octets, _, rest = rest.partition(":")
    seal, _, filename = rest.partition(":")
    if not octets.isdigit():
        return None
    file = LooseFile(sha256, int(octets), filename)
    return file if hmac.compare_digest(seal.encode(), _seal(no, file, secret).encode()) else None


def _seal(no: str, file: LooseFile, secret: str) -> str:
    said = f"loose\0{no}\0{file.sha256}\0{file.octets}\0{file.filename}".encode()
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()[:_SEAL]
