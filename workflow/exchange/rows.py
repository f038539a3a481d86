"""A row on its way into the exchange: its values, what it refers to, and what the local checks say of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from workflow.clock.days import OFFICE_ZONE

OwnerKind = Literal["flow", "project", "case"]


@dataclass(frozen=True, slots=True)
class Owner:
    """What a row is made from: the flows of the city, one project, or one case; rows of one owner are made together."""

    kind: OwnerKind
    id: int
    project_id: int | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """What a local check has found. ``stops``: the row is not fit for upload (SJSCZT −1); else it goes out as it is."""

    code: str
    sentence: str
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A row that must have been uploaded before: its table and key, and the sentence for where it is not."""

    table: str
    key: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row by the names of its columns; ``key`` is DFSJZJ, unique among the valid rows of its table.

    ``former``: of a version that the configuration no longer holds; once written it stays as it is. ``held``: why it
    cannot be written at all, whatever else is there; ``outside``: and nothing can come that it would wait for.
    """

    table: str
    key: str
    owner: Owner
    values: Mapping[str, Any]
    needs: tuple[Reference, ...] = ()
    flags: tuple[Flag, ...] = ()
    former: bool = False
    held: str | None = None
    outside: bool = False

    @property
    def stopped(self) -> bool:
        """Whether a local check keeps it from upload."""
        return any(flag.stops for flag in self.flags)

    @property
    def error(self) -> str | None:
        """SBYY: every sentence of the checks that stop it."""
        return "；".join(flag.sentence for flag in self.flags if flag.stops) or None

    def with_flags(self, flags: tuple[Flag, ...]) -> "Row":
        return replace(self, flags=self.flags + flags)


def digest(row: Row) -> bytes:
    """SHA-256 over what a receiver would see of the row: two rows of one digest are the same."""
    seen = {"values": {name: plain(value) for name, value in row.values.items()}, "error": row.error}
    return hashlib.sha256(json.dumps(seen, sort_keys=True, ensure_ascii=False).encode()).digest()


def plain(value: Any) -> Any:
    """A value as JSON and PostgreSQL read it: instants as the standard has them, to the second, local."""
    if isinstance(value, datetime):
        return value.astimezone(OFFICE_ZONE).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value


def told(flags: tuple[Flag, ...]) -> list[str]:
    """The flags as they are kept beside a row: ``code：sentence``."""
    return [f"{flag.code}：{flag.sentence}" for flag in flags]
