"""A project's five lanes: where each of the five ones stands, what comes next there, and who must do it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from workflow.clock.words import Light
from workflow.definition import LANES, Action, Flow, Lane, State, Title
from workflow.progress import Progress
from workflow.queries.clocks import ClockBrief, Edges, case_light, clock_brief, edges, exact_flows
from workflow.queries.onward import GIVES_UP, step_rank
from workflow.queries.programme import project_programme
from workflow.queries.projects import ProjectView, project
from workflow.store.cases import clock_from, pause_from
from workflow.visibility import shows_names, visible_cases
from workflow.work import Work

SHOWN = 20
"""Cases of one lane at most; `LaneView.open_cases` counts all of them."""

LANE_TITLES: dict[Lane, Title] = {
    "mechanism": Title("一套机制", "One mechanism"),
    "matter": Title("一事全办", "One matter"),
    "checklist": Title("一次办好", "Done in one go"),
    "station": Title("一站服务", "One stop"),
    "assistance": Title("一帮到底", "Help to the end"),
}
"""The official names, fixed texts (fact book, 0.3)."""


@dataclass(frozen=True, slots=True)
class LaneCase:
    """One case of a lane: where it stands, its running clocks, the next step and whose turn that is.

    ``light`` is the gravest of its own and of those of the cases under it, but for internal ones where the reader may
    not see them; ``open_under_it`` counts the same.

    ``holder`` is the person who has it, where it has one; its role where the reader knows officers by role only.
    """

    no: str
    flow: str
    flow_title: Title
    title: str
    state: State
    light: Light
    clocks: tuple[ClockBrief, ...]
    next_action: Title | None
    turn: Title | None
    holder: Title | None
    open_under_it: int
    opened_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class LaneView:
    """One of the five ones on this project; ``light`` is the gravest of its open cases, None where none is open.

    ``cases`` are the open ones, the most urgent first, or the last one that ended.
    """

    lane: Lane
    title: Title
    light: Light | None
    open_cases: int
    cases: tuple[LaneCase, ...]


@dataclass(frozen=True, slots=True)
class Lanes:
    """A project with its five lanes, in their official order, and the light of its programme (milestones, progress).

    The light of the first lane is that of its clocks: a milestone is late from its planned day on, and turns the
    programme yellow months later.
    """

    project: ProjectView
    lanes: tuple[LaneView, ...]
    programme: Progress


_GRAVITY = (Light.OVERDUE, Light.WARNING, Light.PAUSED, Light.NORMAL, Light.DONE)

# Everything open that stands under nothing, and of every flow without such the last that ended: each by its own index.
_CASES = """
WITH here AS (
  SELECT c.id, c.no, c.flow, c.flow_version, c.title, c.state, c.assignee_id, nullif(c.due_at, 'infinity') AS due_at,
    c.paused, c.opened_at, c.ended_at
  FROM cases c JOIN projects p ON p.id = c.project_id
  WHERE p.code = :code AND c.parent_id IS NULL AND c.flow = ANY(:flows) AND {seen}),
shown AS (
  SELECT * FROM here WHERE ended_at IS NULL
  UNION ALL
  (SELECT DISTINCT ON (flow) * FROM here e
   WHERE ended_at IS NOT NULL AND NOT EXISTS (SELECT FROM here o WHERE o.flow = e.flow AND o.ended_at IS NULL)
   ORDER BY flow, ended_at DESC, id DESC))
SELECT s.*, holder.name AS holder,
  (SELECT coalesce(json_agg(k ORDER BY k.due_at), '[]') FROM clocks k
   WHERE k.case_id = s.id AND k.state <> 'settled') AS clocks,
  (SELECT coalesce(json_agg(z), '[]') FROM pauses z WHERE z.case_id = s.id) AS pauses,
  under.open AS open_under_it, under.due_at AS due_under_it
FROM shown s LEFT JOIN people holder ON holder.id = s.assignee_id
CROSS JOIN LATERAL (
  SELECT count(*) AS open, nullif(min(u.due_at) FILTER (WHERE NOT u.paused), 'infinity') AS due_at
  FROM cases u WHERE u.parent_id = s.id AND u.ended_at IS NULL AND (NOT u.internal OR {seen_under})) under
ORDER BY s.ended_at NULLS FIRST, s.paused, s.due_at, s.id"""


def lanes(work: Work, code: str) -> Lanes:
    """The five lanes of the project ``code``; raises NotFound where there is none for this actor's eyes."""
    found = project(work, code)
    seen, parameters = visible_cases(work.actor)
    seen_under, _ = visible_cases(work.actor, "u")
    by_flow = {flow.name: flow.lane for flow in work.office.flows.values() if flow.lane is not None}
    rows = work.conn.execute(
        text(_CASES.format(seen=seen, seen_under=seen_under)),
        parameters | {"code": found.code, "flows": sorted(by_flow)},
    ).all()
    at, exact = edges(work.calendar, work.now), set(exact_flows(work.office.flows))
    by_lane: dict[Lane, list[LaneCase]] = {lane: [] for lane in LANES}
    for row in rows:
        lane = by_flow[row.flow]
        assert lane is not None
        by_lane[lane].append(_case(work, row, row.flow in exact, at))
    shown = tuple(_lane(lane, by_lane[lane]) for lane in LANES)
    return Lanes(found, shown, project_programme(work, found.code).progress)


_LIGHTS = """
WITH here AS MATERIALIZED (
  SELECT c.id, p.code, c.flow, c.paused, c.due_at FROM cases c JOIN projects p ON p.id = c.project_id
  WHERE p.code = ANY(:codes) AND c.parent_id IS NULL AND c.ended_at IS NULL AND c.flow = ANY(:flows) AND {seen})
SELECT code, flow, paused, false AS under, nullif(min(due_at), 'infinity') AS due_at FROM here
GROUP BY code, flow, paused
UNION ALL
SELECT h.code, h.flow, false, true, nullif(min(u.due_at), 'infinity') FROM here h JOIN cases u ON u.parent_id = h.id
WHERE u.ended_at IS NULL AND NOT u.paused AND (NOT u.internal OR {seen_under}) GROUP BY h.code, h.flow"""


def lane_lights(work: Work, codes: Sequence[str]) -> dict[str, dict[Lane, Light]]:
    """The light of each lane in which something is open, by project; as `lanes` tells it of one project."""
    seen, parameters = visible_cases(work.actor)
    seen_under, _ = visible_cases(work.actor, "u")
    by_flow = {flow.name: flow.lane for flow in work.office.flows.values() if flow.lane is not None}
    wanted = {"codes": list(codes), "flows": sorted(by_flow)}
    rows = work.conn.execute(text(_LIGHTS.format(seen=seen, seen_under=seen_under)), parameters | wanted).all()
    at, exact = edges(work.calendar, work.now), set(exact_flows(work.office.flows))
    found: dict[str, dict[Lane, Light]] = {code: {} for code in codes}
    for row in rows:
        light = case_light(row.due_at, row.paused, row.flow in exact and not row.under, at)
        lights, lane = found[row.code], by_flow[row.flow]
        assert lane is not None
        lights[lane] = min(light, lights.get(lane, light), key=_GRAVITY.index)
    return found


def _lane(lane: Lane, cases: list[LaneCase]) -> LaneView:
    running = [case for case in cases if case.ended_at is None]
    shown = running[:SHOWN] or sorted(cases, key=lambda case: case.opened_at)[-1:]
    light = _gravest(case.light for case in running)
    return LaneView(lane, LANE_TITLES[lane], light, len(running), tuple(shown))


def _gravest(lights: Iterable[Light]) -> Light | None:
    return min(lights, key=_GRAVITY.index, default=None)


def _case(work: Work, row: Any, exact: bool, at: Edges) -> LaneCase:
    flow = work.office.flow(row.flow, row.flow_version)
    state = flow.state(row.state)
    roles = work.office.catalogue.roles
    turn = roles[state.turn].title if state.turn is not None and not state.ended else None
    pauses = tuple(pause_from(pause) for pause in row.pauses)
    clocks = [clock_from(clock) for clock in row.clocks]
    named = row.holder is not None and shows_names(work.actor)
    following = _next_action(flow, state)
    return LaneCase(
        no=row.no,
        flow=flow.name,
        flow_title=flow.title,
        title=row.title,
        state=state,
        light=_light(row, exact, at),
        clocks=tuple(clock_brief(flow.rule(clock.name), clock, pauses, work.calendar, work.now) for clock in clocks),
        next_action=following.title if following else None,
        turn=turn,
        holder=Title(row.holder, row.holder) if named else turn,
        open_under_it=row.open_under_it,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
    )


def _light(row: Any, exact: bool, at: Edges) -> Light:
    """The case's own light, or a graver one of the cases under it."""
    if row.ended_at is not None:
        return Light.DONE
    below = [case_light(row.due_under_it, False, False, at)] if row.open_under_it else []
    return min([case_light(row.due_at, row.paused, exact, at), *below], key=_GRAVITY.index)


def _next_action(flow: Flow, state: State) -> Action | None:
    """The first step that leads on and belongs to whose turn it is, or one that lets the case stay; never giving up."""
    if state.ended or state.turn is None:
        return None
    mine = [one for one in flow.actions_from(state.name) if state.turn in one.by]
    ranked = sorted(((step_rank(flow, state.name, one), place) for place, one in enumerate(mine)))
    return mine[ranked[0][1]] if ranked and ranked[0][0] < GIVES_UP else None
