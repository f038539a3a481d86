"""Pages of a list: opaque, signed cursors with the filters repeated inside; no OFFSET, no total."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from workflow.errors import BadInput, Reason

Row = TypeVar("Row")

PAGE_SIZE = 40
LARGEST_PAGE = 100
LONGEST_CURSOR = 4000
COUNT_CAP = 1000
SEAL_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page is wanted: ``cursor`` None is the first, ``size`` is from 1 to LARGEST_PAGE rows.

    ``secret`` signs the cursors; it is the service's own and never leaves it.
    """

    secret: str
    size: int = PAGE_SIZE
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows and the cursor of the page after them; None where there is none."""

    rows: tuple[Row, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """What a cursor belongs to: the list, whose it is, and the filters it was made with (JSON values)."""

    name: str
    actor_id: int | None
    filters: Mapping[str, Any]


def position(paging: Paging, listing: Listing) -> list[Any] | None:
    """The sort key of the last row seen, or None for the first page.

    Raises BadInput for a size out of bounds, for a cursor we did not sign, and for one of another list.
    """
    if not 1 <= paging.size <= LARGEST_PAGE:
        raise _bad("limit", paging.size, f"应为 1 至 {LARGEST_PAGE}", f"1 to {LARGEST_PAGE} rows are accepted")
    if paging.cursor is None:
        return None
    told = _opened(paging.secret, paging.cursor)
    if told is None:
        raise _bad(
            "cursor",
            paging.cursor[:40],
            "应原样使用上一页给出的游标",
            "the cursor given with the page before is accepted, unchanged",
        )
    if told["of"] != _fingerprint(listing):
        raise _bad(
            "cursor",
            paging.cursor[:40],
            "该游标属于另一个列表或另一组筛选条件，请从第一页开始",
            "this cursor belongs to another list or other filters: begin at the first page",
        )
    key: list[Any] = told["after"]
    return key


def page(paging: Paging, listing: Listing, rows: list[Row], keys: list[list[Any]]) -> Page[Row]:
    """The page made of ``rows``, of which one more than the size was asked for; ``keys`` are their sort keys."""
    if len(rows) <= paging.size:
        return Page(tuple(rows), None)
    after = _sealed(paging.secret, {"of": _fingerprint(listing), "after": keys[paging.size - 1]})
    return Page(tuple(rows[: paging.size]), after)


def capped(count: int) -> str:
    """A count as it is shown: exact up to COUNT_CAP, then ``1000+``."""
    return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count)


def _fingerprint(listing: Listing) -> str:
    told = json.dumps([listing.name, listing.actor_id, dict(listing.filters)], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _seal(secret: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), b"cursor\0" + body, hashlib.sha256).digest()[:SEAL_LENGTH]


def _sealed(secret: str, told: dict[str, Any]) -> str:
    body = json.dumps(told, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_seal(secret, body) + body).decode().rstrip("=")


def _opened(secret: str, cursor: str) -> dict[str, Any] | None:
    if len(cursor) > LONGEST_CURSOR:
        return None
    try:
        # validate=True: a letter outside the alphabet would otherwise be dropped in silence
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    seal, body = raw[:SEAL_LENGTH], raw[SEAL_LENGTH:]
    if not hmac.compare_digest(seal, _seal(secret, body)):
        return None
    told: dict[str, Any] = json.loads(body)
    return told


def _bad(field: str, value: object, zh: str, en: str) -> BadInput:
    reason = Reason("bad_field", f"{field}：{zh}", f"{field}: {en}", {"field": field, "value": value})
    return BadInput("bad_input", reason.zh, reason.en, reasons=[reason])
