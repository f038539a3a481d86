"""Leave: whose the reader may know of, newest first."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from workflow.errors import NotFound
from workflow.queries.paging import Listing, Page, Paging, page, position
from workflow.visibility import managed_people
from workflow.work import Work

# Who looks at the whole district; everybody else sees own leave, that in which they stand in, and that of their people.
WHOLE_DISTRICT = ("admin", "district_leader", "supervisor")


@dataclass(frozen=True, slots=True)
class AbsenceFilters:
    """``person`` is an id; ``open``: not over yet. None and False mean any."""

    person: int | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class PersonName:
    """Somebody by name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class AbsenceView:
    """One leave in [since, until). ``state`` is ahead, now, over or called_off; ``ended_at`` where it was ended early,
    before ``planned_until``; ``may_end``: by the reader."""

    id: int
    person: PersonName
    delegate: PersonName
    since: datetime
    until: datetime
    planned_until: datetime
    reason: str
    state: str
    recorded_by: PersonName
    recorded_at: datetime
    ended_by: PersonName | None
    ended_at: datetime | None
    may_end: bool


_SELECT = """
SELECT a.id, a.person_id, p.name AS person_name, a.delegate_id, d.name AS delegate_name, a.since, a.until,
  a.planned_until, a.reason, a.recorded_by, r.name AS recorded_name, a.recorded_at, a.ended_by, e.name AS ended_name,
  a.ended_at, {managed} AS managed
FROM absences a JOIN people p ON p.id = a.person_id JOIN people d ON d.id = a.delegate_id
  JOIN people r ON r.id = a.recorded_by LEFT JOIN people e ON e.id = a.ended_by
WHERE """


def absences(work: Work, filters: AbsenceFilters, paging: Paging) -> Page[AbsenceView]:
    """One page of leaves the actor may know of; raises BadInput (cursor)."""
    listing = Listing("absences", work.actor.id, asdict(filters))
    after = position(paging, listing)
    conditions = ["a.id < cast(:before AS bigint)"]
    parameters: dict[str, Any] = {"before": after[0] if after else 2**62, "wanted": paging.size + 1}
    if filters.person is not None:
        conditions.append("a.person_id = cast(:person AS bigint)")
        parameters["person"] = filters.person
    if filters.open:
        conditions.append("a.until > app_now() AND a.since < a.until")
    rows = _rows(work, conditions, parameters, " ORDER BY a.id DESC LIMIT :wanted")
    return page(paging, listing, [_view(work, row) for row in rows], [[row.id] for row in rows])


def absence(work: Work, absence_id: int) -> AbsenceView:
    """One leave; raises NotFound where there is none for this actor's eyes."""
    rows = _rows(work, ["a.id = :id"], {"id": absence_id}, "")
    if not rows:
        raise NotFound("no_such_absence", f"没有编号为 {absence_id} 的请假", f"There is no leave {absence_id}")
    return _view(work, rows[0])


def _rows(work: Work, conditions: list[str], parameters: dict[str, Any], order: str) -> list[Any]:
    managed, more = managed_people(work.actor, work.office.catalogue)
    if not work.actor.holds(*WHOLE_DISTRICT):
        conditions = [*conditions, f"(:me IN (a.person_id, a.delegate_id) OR {managed})"]
        more = more | {"me": work.actor.id}
    statement = text(_SELECT.format(managed=managed) + " AND ".join(conditions) + order)
    return list(work.conn.execute(statement, parameters | more).all())


def _view(work: Work, row: Any) -> AbsenceView:
    concerned = work.actor.id in (row.person_id, row.delegate_id) or bool(row.managed)
    state = _state(row.since, row.until, work.now)
    return AbsenceView(
        id=row.id,
        person=PersonName(row.person_id, row.person_name),
        delegate=PersonName(row.delegate_id, row.delegate_name),
        since=row.since,
        until=row.until,
        planned_until=row.planned_until,
        reason=row.reason,
        state=state,
        recorded_by=PersonName(row.recorded_by, row.recorded_name),
        recorded_at=row.recorded_at,
        ended_by=None if row.ended_by is None else PersonName(row.ended_by, row.ended_name),
        ended_at=row.ended_at,
        may_end=concerned and state in ("ahead", "now"),
    )


def _state(since: datetime, until: datetime, now: datetime) -> str:
    if since == until:
        return "called_off"
    if now < since:
        return "ahead"
    return "now" if now < until else "over"
