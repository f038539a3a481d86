"""Signatures of what other systems are sent, by the conventions of Standard Webhooks (standardwebhooks.com, v1).

No secret is stored: each is derived from the service's own, the subscriber and the generation of its secret. Whoever
reads the database cannot sign, and a rotation is a number that grows.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"
TOLERANCE_SECONDS = 5 * 60
"""How far the timestamp of a request may lie from the receiver's clock; beyond that it is a replay."""


def derive(service_secret: str, subscriber_id: int, generation: int) -> bytes:
    """The secret of one subscriber and generation: HMAC-SHA256 under the service's own, 32 bytes."""
    told = f"webhook\0{subscriber_id}\0{generation}".encode()
    return hmac.new(service_secret.encode(), told, hashlib.sha256).digest()


def shown(secret: bytes) -> str:
    """A secret as it is handed over: ``whsec_`` and Base64."""
    return PREFIX + base64.b64encode(secret).decode()


def sign(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """``v1,<base64>`` over ``id.timestamp.body``; ``timestamp`` in seconds since 1970."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def headers(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a request; while a secret is being rotated one signature of each, parted by a space."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(secret, message_id, timestamp, body) for secret in secrets),
    }


EXAMPLE = '''\
import base64, hashlib, hmac

TOLERANCE = 300  # seconds
seen = set()     # in your database: a repeated id is a repeated event


def verified(secret, headers, body, now):
    """Whether a request is ours, fresh and new. body: the bytes as received; now: seconds since 1970."""
    message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if not timestamp.isdecimal() or abs(now - int(timestamp)) > TOLERANCE:
        return False  # replayed, or one of the clocks is wrong
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    if not any(hmac.compare_digest(wanted, one) for one in headers["webhook-signature"].split(" ")):
        return False  # not ours; while a secret is rotated two signatures are sent
    if message_id in seen:
        return False  # answer 200 all the same, or it is sent again
    seen.add(message_id)
    return True
'''
"""A receiver's check, as the documentation shows it; a test runs it."""
