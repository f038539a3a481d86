"""The worklist: open cases by working time left, the paused ones last. One page costs the same in any district.

Each way into the list (department, squad, own projects, …) reads its own index for no more than one page; the pages
are merged. Lights are a reading of now in the same statement, so the list is right when every worker is dead.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal, get_args

from sqlalchemy import TextClause, text

from workflow.actor import Actor
from workflow.case import ClockRecord, PauseRecord
from workflow.clock.words import Light
from workflow.definition import Title
from workflow.errors import NotAllowed
from workflow.queries.clocks import ClockBrief, Edges, case_light, clock_brief, edges, exact_flows
from workflow.queries.filters import refuse_unknown, written_code
from workflow.queries.paging import COUNT_CAP, Listing, Page, Paging, page, position
from workflow.store.cases import clock_from, pause_from
from workflow.visibility import Column, leads, scope_values, sees_everything, shows_names, visible_cases
from workflow.work import Office, Work

Scope = Literal["mine", "department", "squad", "project", "company", "all"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
LIGHTS = (Light.OVERDUE, Light.WARNING, Light.NORMAL, Light.PAUSED)
COLUMN_OF: Mapping[str, Column] = {
    "department": "department",
    "squad": "squad",
    "project": "project_id",
    "company": "company",
}
TYPES = {
    "department": "text",
    "squad": "text",
    "company": "text",
    "state": "text",
    "project_id": "int",
    "assignee_id": "int",
}
AFTER = "(c.paused, c.due_at, c.id) > (:after_paused, cast(:after_due AS timestamptz), cast(:after_id AS bigint))"


@dataclass(frozen=True, slots=True)
class Filters:
    """What to list; None means any. ``text`` is the beginning of a case number, ``project`` a project code, ``named`` a
    part of the name of a project or of its company.

    ``places`` are (flow, state) pairs, of which a case must be in one.
    """

    scope: Scope = "all"
    flow: str | None = None
    state: str | None = None
    item: str | None = None
    project: str | None = None
    light: str | None = None
    unassigned: bool = False
    text: str | None = None
    places: tuple[tuple[str, str], ...] | None = None
    named: str | None = None


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One line of the worklist. ``words`` is the time left of the clock that matters most, None where none runs.

    ``papers_awaited``: its time was interrupted until the applicant completes its papers. ``held_by`` is why it is
    paused, ``remaining`` what the clock of ``words`` has left, in working days; None where it counts otherwise.
    """

    no: str
    title: str
    flow: str
    flow_version: int
    item: str | None
    item_title: Title | None
    state: str
    state_title: Title
    turn: str | None
    version: int
    assignee_id: int | None
    assignee: str | None
    department: str
    project_code: str
    project_name: str
    light: Light
    paused: bool
    papers_awaited: bool
    held_by: Title | None
    remaining: int | None
    due_on: date | None
    due_at: datetime | None
    provisional: bool
    words: Title | None
    clocks: tuple[ClockBrief, ...]


@dataclass(frozen=True, slots=True)
class Tabs:
    """How many open cases stand under each tab, counted up to COUNT_CAP + 1; None for a tab the actor has not."""

    all: int
    mine: int
    department: int | None
    squad: int | None
    overdue: int
    warning: int
    paused: int
    unassigned: int | None


def scopes(actor: Actor) -> tuple[Scope, ...]:
    """The scopes that the actor's roles allow."""
    bound = tuple(scope for scope in SCOPES if scope in COLUMN_OF and scope_values(actor, COLUMN_OF[scope]))
    own: tuple[Scope, ...] = () if actor.id is None else ("mine",)
    return (*own, *bound, "all")


def worklist(work: Work, filters: Filters, paging: Paging) -> Page[WorkRow]:
    """One page of open cases; raises BadInput for a filter or cursor that cannot be, NotAllowed for another's scope."""
    _check(work, filters)
    listing = Listing("worklist", work.actor.id, asdict(filters))
    after = position(paging, listing)
    ways = _ways(work, filters)
    conditions, parameters = conditions_of(work, filters)
    if after is not None:
        conditions.append(AFTER)
        parameters |= {"after_paused": after[0], "after_due": after[1], "after_id": after[2]}
    parameters |= {f"way_{column}": values for column, values in ways if values is not None}
    lookup = "code" if filters.project is not None else "named"
    kinds = tuple((column, "values" if values is not None else lookup) for column, values in ways)
    statement = _page_statement(kinds, tuple(conditions))
    found = work.conn.execute(statement, parameters | {"wanted": paging.size + 1}).mappings().all()
    at, exact = edges(work.calendar, work.now), exact_flows(work.office.flows)
    rows = [_row(work, row, at, row["flow"] in exact) for row in found]
    return page(paging, listing, rows, [[row["paused"], row["due_key"], row["id"]] for row in found])


def tabs(work: Work) -> Tabs:
    """The counts over the tabs, in one statement."""
    mine = scopes(work.actor)
    wanted = {
        "all": Filters(),
        "mine": Filters(scope="mine"),
        "overdue": Filters(light="overdue"),
        "warning": Filters(light="warning"),
        "paused": Filters(light="paused"),
    }
    wanted |= {scope: Filters(scope=scope) for scope in ("department", "squad") if scope in mine}
    if shows_names(work.actor):
        wanted["unassigned"] = Filters(unassigned=True)
    parameters: dict[str, Any] = {"cap": COUNT_CAP + 1}
    parts = []
    for name, filters in wanted.items():
        conditions, values = conditions_of(work, filters)
        parameters |= values
        parts.append((name, tuple(conditions)))
    row = work.conn.execute(_tabs_statement(tuple(parts)), parameters).mappings().one()
    return Tabs(**dict.fromkeys(Tabs.__dataclass_fields__) | dict(row))


def _check(work: Work, filters: Filters) -> None:
    flows, catalogue = work.office.flows.values(), work.office.catalogue
    accepted: dict[str, list[str]] = {
        "scope": [*SCOPES],
        "flow": sorted({flow.name for flow in flows}),
        "state": sorted({state for flow in flows for state in flow.states}),
        "item": sorted(catalogue.items),
        "light": [str(light) for light in LIGHTS],
    }
    refuse_unknown(filters, accepted, catalogue)
    allowed = scopes(work.actor)
    if filters.scope not in allowed:
        raise NotAllowed(
            "scope_not_yours",
            f"您的角色没有“{filters.scope}”列表；可用：{'、'.join(allowed)}",
            f"Your roles have no list “{filters.scope}”; accepted: {', '.join(allowed)}",
            extra={"accepted": list(allowed)},
        )


def _ways(work: Work, filters: Filters) -> list[tuple[str, list[Any] | None]]:
    """The columns whose index leads into the list, with the values to look up; None: looked up among projects."""
    actor = work.actor
    if filters.project is not None or filters.named is not None:
        return [("project_id", None)]
    if filters.scope == "mine":
        return [("assignee_id", [actor.id, *actor.stands_in_for])]
    if filters.scope in COLUMN_OF:
        return [(COLUMN_OF[filters.scope], scope_values(actor, COLUMN_OF[filters.scope]))]
    if not sees_everything(actor):
        return list(leads(actor).items())
    if filters.item is not None:
        # a rare item is found among the cases of its department, not of the district
        return [("department", [work.office.catalogue.items[filters.item].department])]
    return [("state", [filters.state])] if filters.state is not None else []


def conditions_of(work: Work, filters: Filters) -> tuple[list[str], dict[str, Any]]:
    """Everything an open case must satisfy, whichever way it is reached, and the parameters of these words of SQL."""
    seen, parameters = visible_cases(work.actor)
    conditions = [] if seen == "true" else [seen]
    if filters.scope == "mine":
        conditions.append("c.assignee_id = ANY(:me)")
        parameters["me"] = [work.actor.id, *work.actor.stands_in_for]
    elif filters.scope in COLUMN_OF:
        column = COLUMN_OF[filters.scope]
        conditions.append(f"c.{column} = ANY(:scope_{column})")
        parameters[f"scope_{column}"] = scope_values(work.actor, column)
    for name in ("flow", "state", "item"):
        if (value := getattr(filters, name)) is not None:
            conditions.append(f"c.{name} = :{name}")
            parameters[name] = value
    if filters.places is not None:
        conditions.append("c.flow || '/' || c.state = ANY(:places)")
        parameters["places"] = [f"{flow}/{state}" for flow, state in filters.places]
    drafts = _draft_states(work.office)
    if shows_names(work.actor) and filters.state not in {state for _, state in drafts}:
        conditions.append("c.flow || '/' || c.state <> ALL(:drafts)")
        parameters["drafts"] = [f"{flow}/{state}" for flow, state in drafts]
    if filters.unassigned:
        # a bundle waits for its items, not for somebody to take it
        conditions.append("c.assignee_id IS NULL AND c.item IS NOT NULL")
    if filters.project is not None:
        parameters["project"] = written_code(filters.project, work.office.catalogue)
    if filters.named is not None:
        parameters["named"] = filters.named
    if filters.text is not None:
        conditions.append("c.no >= :text_from AND c.no < :text_to")
        parameters |= {"text_from": filters.text, "text_to": filters.text + "\uffff"}
    if filters.light is not None:
        conditions.append(_LIGHT_CONDITIONS[filters.light])
        at = edges(work.calendar, work.now)
        parameters |= {"now": at.now, "soon": at.soon, "warning": at.warning, "exact": exact_flows(work.office.flows)}
    return conditions, parameters


# The same as `queries.clocks.case_light`; a test holds the two together.
_LIGHT_CONDITIONS = {
    "overdue": "c.due_at <= :now",
    "paused": "c.paused AND c.due_at > :now",
    "warning": "NOT c.paused AND c.due_at > :now AND c.due_at <= :warning "
    "AND (c.flow <> ALL(:exact) OR c.due_at <= :soon)",
    "normal": "NOT c.paused AND c.due_at > :soon AND (c.flow = ANY(:exact) OR c.due_at > :warning)",
}


def _draft_states(office: Office) -> list[tuple[str, str]]:
    """Flow and state of what nobody in the office has anything to do with yet: applications not handed in. What is
    opened is everybody's from the first moment, whoever's turn it is."""
    return sorted(
        {
            (flow.name, flow.initial.name)
            for flow in office.flows.values()
            if flow.opening is None and flow.initial.turn == "applicant"
        }
    )


_DETAILS = """
SELECT c.id, c.paused, c.due_at::text AS due_key, nullif(c.due_at, 'infinity') AS due_at, c.no, c.title, c.flow,
  c.flow_version, c.item, c.state, c.version, c.assignee_id, c.department, a.name AS assignee, p.code AS project_code,
  p.name AS project_name,
  (SELECT coalesce(json_agg(k), '[]') FROM clocks k WHERE k.case_id = c.id AND k.state <> 'settled') AS clocks,
  (SELECT coalesce(json_agg(z), '[]') FROM pauses z WHERE z.case_id = c.id) AS pauses
FROM page JOIN cases c USING (id) JOIN projects p ON p.id = c.project_id LEFT JOIN people a ON a.id = c.assignee_id
ORDER BY c.paused, c.due_at, c.id"""


# Statements are put together from words of this module and of `visibility`; every value is a parameter.
@lru_cache(maxsize=256)
def _page_statement(ways: tuple[tuple[str, str], ...], conditions: tuple[str, ...]) -> TextClause:
    where = " AND ".join(("c.ended_at IS NULL", *conditions))
    if not ways:
        return text(f"WITH page AS MATERIALIZED ({_slice(where)})" + _DETAILS)
    branches = "\n  UNION\n".join(f"  ({_branch(column, lookup, where)})" for column, lookup in ways)
    merged = f"SELECT * FROM (\n{branches}) found ORDER BY paused, due_at, id LIMIT :wanted"  # noqa: S608
    return text(f"WITH page AS MATERIALIZED ({merged})" + _DETAILS)


def _slice(where: str) -> str:
    return f"SELECT c.paused, c.due_at, c.id FROM cases c WHERE {where} ORDER BY c.paused, c.due_at, c.id LIMIT :wanted"  # noqa: S608


_PROJECTS = {
    "code": "SELECT id FROM projects WHERE code = :project",
    "named": "SELECT p.id FROM projects p JOIN companies o ON o.credit_code = p.company "
    "WHERE position(:named IN p.name) > 0 OR position(:named IN o.name) > 0",
}


def _branch(column: str, lookup: str, where: str) -> str:
    values = _PROJECTS.get(lookup, f"SELECT unnest(cast(:way_{column} AS {TYPES[column]}[]))")
    one = _slice(f"c.{column} = way.value AND {where}")
    return f"SELECT found.* FROM ({values}) AS way(value) CROSS JOIN LATERAL ({one}) found"  # noqa: S608


@lru_cache(maxsize=64)
def _tabs_statement(parts: tuple[tuple[str, tuple[str, ...]], ...]) -> TextClause:
    counts = ",\n".join(f'({_count(conditions)}) AS "{name}"' for name, conditions in parts)
    return text(f"SELECT {counts}")


def _count(conditions: tuple[str, ...]) -> str:
    where = " AND ".join(("c.ended_at IS NULL", *conditions))
    return f"SELECT count(*) FROM (SELECT FROM cases c WHERE {where} LIMIT :cap) t"  # noqa: S608


def _row(work: Work, row: Any, at: Edges, exact: bool) -> WorkRow:
    office = work.office
    flow = office.flow(row["flow"], row["flow_version"])
    state = flow.states[row["state"]]
    pauses = [pause_from(pause) for pause in row["pauses"]]
    order = {name: place for place, name in enumerate(flow.clocks)}
    records = sorted((clock_from(clock) for clock in row["clocks"]), key=lambda clock: order[clock.name])
    clocks = {
        clock.name: clock_brief(flow.clocks[clock.name], clock, pauses, work.calendar, work.now) for clock in records
    }
    light = case_light(row["due_at"], row["paused"], exact, at)
    first = _leading(records, light)
    leading = clocks[first.name] if first else None
    return WorkRow(
        no=row["no"],
        title=row["title"],
        flow=row["flow"],
        flow_version=row["flow_version"],
        item=row["item"],
        item_title=office.catalogue.items[row["item"]].title if row["item"] in office.catalogue.items else None,
        state=row["state"],
        state_title=state.title,
        turn=state.turn,
        version=row["version"],
        assignee_id=row["assignee_id"] if shows_names(work.actor) else None,
        assignee=row["assignee"] if shows_names(work.actor) else None,
        department=row["department"],
        project_code=row["project_code"],
        project_name=row["project_name"],
        light=light,
        paused=row["paused"],
        papers_awaited=any(pause.resets and pause.until is None for pause in pauses),
        held_by=_held_by(office, pauses) if row["paused"] else None,
        remaining=leading.remaining if leading and leading.remaining_unit == "working_day" else None,
        due_on=leading.due_on if leading else None,
        due_at=leading.due_at if leading else None,
        provisional=leading.provisional if leading else False,
        words=leading.words if leading else None,
        clocks=tuple(clocks.values()),
    )


def _held_by(office: Office, pauses: list[PauseRecord]) -> Title | None:
    """What the open pause is about."""
    causes = office.catalogue.causes
    return next((causes[one.cause].title for one in pauses if one.until is None and one.cause in causes), None)


def _leading(clocks: list[ClockRecord], light: Light) -> ClockRecord | None:
    """The clock a line speaks of: the nearest end, or in a paused case the clock that the pause holds."""
    held = [clock for clock in clocks if clock.state == "paused"]
    if light is Light.PAUSED and held:
        return held[-1]
    ending = [clock for clock in clocks if clock.due_at is not None]
    return min(ending, key=_end, default=held[-1] if held else None)


def _end(clock: ClockRecord) -> datetime:
    assert clock.due_at is not None
    return clock.due_at
