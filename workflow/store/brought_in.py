"""Cases brought in from another system, while the transaction that tells their past still holds them to itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

WRITTEN_AT = "CASE WHEN e.input ->> 'imported' = 'true' THEN e.effective_at ELSE e.recorded_at END"
"""When a line ``e`` was written down where it happened: that an import tells it late is nobody's back-filling."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A case that came from elsewhere."""

    no: str
    flow: str
    item: str
    project: str


@dataclass(frozen=True, slots=True)
class Member:
    """A case of the family that is being told: the one that was opened, or one under it."""

    id: int
    no: str
    flow: str
    flow_version: int
    item: str
    state: str


@dataclass(frozen=True, slots=True)
class Ticking:
    """A clock that runs on a case of the family; ``rung`` is the next one to fire."""

    id: int
    no: str
    flow: str
    flow_version: int
    name: str
    rung: int
    ladder_at: tuple[datetime, ...]


def imported(conn: Connection, numbers: Sequence[str]) -> dict[str, Imported]:
    """What of these came in before, by the number it had elsewhere."""
    rows = conn.execute(
        text("""
SELECT c.imported_no, c.no, c.flow, coalesce(c.item, '') AS item, p.code
FROM cases c JOIN projects p ON p.id = c.project_id WHERE c.imported_no = ANY(:numbers)"""),
        {"numbers": list(numbers)},
    )
    return {row.imported_no: Imported(row.no, row.flow, row.item, row.code) for row in rows}


def mark(conn: Connection, case_id: int, number: str) -> None:
    """Keep the number a case had elsewhere."""
    conn.execute(text("UPDATE cases SET imported_no = :number WHERE id = :id"), {"id": case_id, "number": number})


def family(conn: Connection, root: str) -> tuple[Member, ...]:
    """The case ``root`` and every case under it, the oldest first."""
    rows = conn.execute(
        text("""
WITH RECURSIVE under AS (
  SELECT id, no, flow, flow_version, item, state FROM cases WHERE no = :root
  UNION ALL
  SELECT k.id, k.no, k.flow, k.flow_version, k.item, k.state FROM cases k JOIN under ON k.parent_id = under.id)
SELECT id, no, flow, flow_version, coalesce(item, '') AS item, state FROM under ORDER BY id"""),
        {"root": root},
    )
    return tuple(Member(*row) for row in rows)


def ticking(conn: Connection, case_ids: Sequence[int]) -> tuple[Ticking, ...]:
    """The clocks of these cases with rungs still to fire."""
    rows = conn.execute(
        text("""
SELECT k.id, c.no, c.flow, c.flow_version, k.name, k.rung, k.ladder_at
FROM clocks k JOIN cases c ON c.id = k.case_id
WHERE k.case_id = ANY(:ids) AND k.state = 'armed' ORDER BY k.id"""),
        {"ids": list(case_ids)},
    )
    return tuple(
        Ticking(row.id, row.no, row.flow, row.flow_version, row.name, row.rung, tuple(row.ladder_at)) for row in rows
    )


def step_to(conn: Connection, rungs: Mapping[int, int]) -> None:
    """Let clocks, by id, wait for another rung: those before it are passed over."""
    conn.execute(
        text("""
UPDATE clocks k SET rung = n.rung, fire_at = coalesce(k.ladder_at[n.rung + 1], 'infinity'),
  state = CASE WHEN n.rung < cardinality(k.ladder_at) THEN 'armed' ELSE 'spent' END
FROM unnest(cast(:ids AS bigint[]), cast(:rungs AS smallint[])) AS n(id, rung) WHERE k.id = n.id"""),
        {"ids": list(rungs), "rungs": list(rungs.values())},
    )
