"""Finished cases, newest first: for the applicant its own, for an officer those of the office."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from workflow.clock.days import start_of_day
from workflow.definition import RESULT_CLOCKS, Title
from workflow.queries.filters import refuse_unknown, written_code
from workflow.queries.paging import COUNT_CAP, Listing, Page, Paging, page, position
from workflow.visibility import leads, sees_everything, visible_cases
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class EndedFilters:
    """``since``: ended on or after this day; ``outcome``: granted, refused, …; ``project``: a project code."""

    outcome: str | None = None
    item: str | None = None
    project: str | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class EndedRow:
    """One finished case; ``late`` names the clocks that were not kept."""

    no: str
    title: str
    flow: str
    item: str | None
    item_title: Title | None
    state: str
    state_title: Title
    outcome: str | None
    project_code: str
    project_name: str
    received_at: datetime | None
    decided_at: datetime | None
    ended_at: datetime
    late: tuple[str, ...]


def ended(work: Work, filters: EndedFilters, paging: Paging) -> Page[EndedRow]:
    """One page of finished cases that the actor may see; raises BadInput for a filter or cursor that cannot be."""
    _check(work, filters)
    named = {name: str(value) if value is not None else None for name, value in asdict(filters).items()}
    listing = Listing("ended", work.actor.id, named)
    after = position(paging, listing)
    conditions, parameters = _conditions(work, filters)
    if after is not None:
        conditions.append("(c.ended_at, c.id) < (cast(:after_at AS timestamptz), cast(:after_id AS bigint))")
        parameters |= {"after_at": after[0], "after_id": after[1]}
    statement = _SELECT + " AND ".join(conditions) + _ORDER
    parameters |= {"wanted": paging.size + 1, "of_results": list(RESULT_CLOCKS)}
    found = work.conn.execute(text(statement), parameters).all()
    return page(paging, listing, [_row(work, row) for row in found], [[row.ended_key, row.id] for row in found])


def ended_since(work: Work, since: date) -> int:
    """How many cases the actor may see ended on that day or after it, counted up to COUNT_CAP + 1."""
    conditions, parameters = _conditions(work, EndedFilters(since=since))
    where = " AND ".join(conditions)
    found = work.conn.execute(
        text(f"SELECT count(*) FROM (SELECT FROM cases c WHERE {where} LIMIT :most) t"),  # noqa: S608 - our own words
        parameters | {"most": COUNT_CAP + 1},
    )
    return int(found.scalar_one())


_SELECT = """
SELECT c.id, c.no, c.title, c.flow, c.flow_version, c.item, c.state, c.outcome, p.code, p.name, c.received_at,
  c.decided_at, c.ended_at, c.ended_at::text AS ended_key,
  (SELECT coalesce(array_agg(DISTINCT k.name), '{}') FROM clocks k
    WHERE k.case_id = c.id AND k.settled_at >= k.due_at AND k.name <> ALL(:of_results)) AS late
FROM cases c JOIN projects p ON p.id = c.project_id WHERE """
_ORDER = " ORDER BY c.ended_at DESC, c.id DESC LIMIT :wanted"


def _conditions(work: Work, filters: EndedFilters) -> tuple[list[str], dict[str, Any]]:
    seen, parameters = visible_cases(work.actor)
    conditions = ["c.ended_at IS NOT NULL", seen]
    ways = leads(work.actor)
    if not sees_everything(work.actor) and set(ways) == {"company"} and len(ways["company"]) == 1:
        # said as an equation as well, which the index of one company's cases can put in order
        conditions.append("c.company = :company")
        parameters["company"] = ways["company"][0]
    for name in ("outcome", "item"):
        if (value := getattr(filters, name)) is not None:
            conditions.append(f"c.{name} = :{name}")
            parameters[name] = value
    if filters.project is not None:
        conditions.append("c.project_id = (SELECT id FROM projects WHERE code = :project)")
        parameters["project"] = written_code(filters.project, work.office.catalogue)
    if filters.since is not None:
        conditions.append("c.ended_at >= :since")
        parameters["since"] = start_of_day(filters.since)
    return conditions, parameters


def _check(work: Work, filters: EndedFilters) -> None:
    catalogue, flows = work.office.catalogue, work.office.flows.values()
    outcomes = {state.outcome for flow in flows for state in flow.states.values() if state.outcome}
    refuse_unknown(filters, {"outcome": sorted(outcomes), "item": sorted(catalogue.items)}, catalogue)


def _row(work: Work, row: Any) -> EndedRow:
    items = work.office.catalogue.items
    return EndedRow(
        no=row.no,
        title=row.title,
        flow=row.flow,
        item=row.item,
        item_title=items[row.item].title if row.item in items else None,
        state=row.state,
        state_title=work.office.flow(row.flow, row.flow_version).states[row.state].title,
        outcome=row.outcome,
        project_code=row.code,
        project_name=row.name,
        received_at=row.received_at,
        decided_at=row.decided_at,
        ended_at=row.ended_at,
        late=tuple(row.late),
    )
