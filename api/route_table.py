"""Who may call each route: the whole list. The service does not start with a route that does not stand here.

What a person may do to one case is decided by its flow and by `workflow.visibility`, never here.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a route; ``roles`` empty means everybody who is signed in."""

    signed_in: bool
    roles: frozenset[str] = frozenset()


PUBLIC = Access(signed_in=False)
SIGNED_IN = Access(signed_in=True)


def only(*roles: str) -> Access:
    """People holding one of these roles anywhere."""
    return Access(signed_in=True, roles=frozenset(roles))


ROUTES: Mapping[str, Access] = {
    # operations
    "GET /healthz": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /metrics": PUBLIC,
    # documentation of the API
    "GET /api/v1/openapi.json": PUBLIC,
    "GET /api/docs": PUBLIC,
    "GET /api/docs/<path:name>": PUBLIC,
    # people
    "POST /api/v1/tokens": PUBLIC,
    "GET /api/v1/tokens": SIGNED_IN,
    "DELETE /api/v1/tokens/<int:token_id>": SIGNED_IN,
    "GET /api/v1/me": SIGNED_IN,
}

UPLOADS = frozenset[str]()
"""Routes that take files (multipart/form-data): their bodies may be as long as WUGEYI_UPLOAD_MB, all others 1 MiB."""
