"""First passwords: made here, handed over once, kept as their hash alone."""

import base64
import hashlib
import hmac
import secrets

from api.access import wiring

OCTETS = 10


def first_password(username: str, key: str) -> str:
    """Sixteen letters and digits for this account.

    The same key of a form or request gives the same password: pressing a button twice shows the one that was set and
    not another, though it is stored nowhere. Without a key it is random.
    """
    if not key:
        return _written(secrets.token_bytes(OCTETS))
    told = f"first password\0{username}\0{key}".encode()
    return _written(hmac.new(wiring().settings.secret.encode(), told, hashlib.sha256).digest()[:OCTETS])


def _written(octets: bytes) -> str:
    """In groups of four, to be read out and typed."""
    letters = base64.b32encode(octets).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
