"""What stood and stands in the five lanes of a project over some weeks: from when to when, held, late, and what comes.

One statement reads the project's cases of that time. A bundle stands for its items; their own check of papers, their
one-time notices and the delivery of what was granted belong to the third lane (一次办好).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from workflow.clock.days import local_day, start_of_day
from workflow.clock.words import Light
from workflow.definition import LANES, Lane
from workflow.queries.clocks import Edges, case_light, edges, exact_flows
from workflow.visibility import visible_cases
from workflow.work import Work

MOST = 400
"""Cases of one project that are looked at, the newest first."""
CHECK, DELIVERY, NOTICE = "check_of_papers", "delivery", "notice"
"""Kinds of spans and marks that are no flow: the check after receipt, the delivery, the one-time notice."""
MILESTONE = "milestone"
CHECKLIST: Lane = "checklist"


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasted: ``kind`` is a flow, CHECK or DELIVERY; ``until`` its last day, None while it goes on.

    ``due`` is the nearest day by which something of it is to be done, ``planned`` the day by which all of it is;
    ``light`` None once it has ended. ``held`` are pauses, first and last day (None: still). ``under`` counts its items,
    ``urgent`` are those of them that make its light.
    """

    lane: Lane
    kind: str
    no: str
    title: str
    since: date
    until: date | None
    due: date | None
    planned: date | None
    light: Light | None
    under: int
    urgent: tuple[str, ...]
    held: tuple[tuple[date, date | None], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on one day: ``kind`` is NOTICE, or MILESTONE planned for that day; ``count`` the points of a notice."""

    lane: Lane
    kind: str
    day: date
    title: str
    count: int
    done: bool


@dataclass(frozen=True, slots=True)
class LaneBars:
    """The spans and marks of a project; ``lights`` of the lanes in which something is open: the gravest."""

    spans: tuple[Span, ...]
    marks: tuple[Mark, ...]
    lights: dict[Lane, Light]


_GRAVITY = (Light.OVERDUE, Light.WARNING, Light.PAUSED, Light.NORMAL)

_CASES = """
SELECT c.id, c.no, c.title, c.flow, c.item, c.parent_id, c.opened_at, c.received_at, c.accepted_at, c.decided_at,
  c.ended_at, c.paused, nullif(c.due_at, 'infinity') AS due_at, c.outcome,
  coalesce(c.data -> 'notices', '[]') AS notices,
  (SELECT coalesce(json_agg(json_build_object('since', z.since, 'until', z.until)), '[]') FROM pauses z
   WHERE z.case_id = c.id) AS pauses
FROM cases c
WHERE c.project_id = (SELECT id FROM projects WHERE code = :code) AND c.flow = ANY(:flows)
  AND c.opened_at < :upto AND (c.ended_at IS NULL OR c.ended_at >= :since) AND {seen}
ORDER BY c.id DESC LIMIT :most"""


def lane_bars(work: Work, code: str, since: date, upto: date) -> LaneBars:
    """What the actor may see of the five lanes of the project ``code`` from ``since`` to ``upto``, both included."""
    seen, parameters = visible_cases(work.actor)
    by_flow = {flow.name: flow.lane for flow in work.office.flows.values() if flow.lane is not None}
    rows = work.conn.execute(
        text(_CASES.format(seen=seen)),
        parameters
        | {
            "code": code,
            "flows": sorted(by_flow),
            "since": start_of_day(since),
            "upto": start_of_day(upto + timedelta(days=1)),
            "most": MOST,
        },
    ).all()
    at, exact = edges(work.calendar, work.now), set(exact_flows(work.office.flows))
    under: dict[int, list[Any]] = {}
    for row in rows:
        if row.parent_id is not None:
            under.setdefault(row.parent_id, []).append(row)
    spans: list[Span] = []
    marks: list[Mark] = []
    for row in reversed(rows):
        lane = by_flow[row.flow]
        assert lane is not None
        if row.flow == MILESTONE:
            marks.extend(_milestone(row, lane))
            continue
        if row.item is not None:
            spans.extend(_checked(row, at))
            marks.extend(_notices(row))
        if row.parent_id is None:
            spans.append(_span(row, lane, under.get(row.id, ()), row.flow in exact, at))
    return LaneBars(tuple(spans), tuple(marks), _lights(spans))


def _span(row: Any, lane: Lane, below: Sequence[Any], exact: bool, at: Edges) -> Span:
    items = [one for one in below if one.item is not None]
    open_ = [one for one in items if one.ended_at is None]
    below_it = {one.item: case_light(one.due_at, one.paused, False, at) for one in open_}
    lights = [case_light(row.due_at, row.paused, exact, at), *below_it.values()] if row.ended_at is None else []
    ends = [_last_day(one.due_at) for one in (row, *open_) if one.due_at is not None and row.ended_at is None]
    light = min(lights, key=_GRAVITY.index, default=None)
    held = {(pause["since"], pause["until"]) for one in (row, *items) for pause in one.pauses}
    return Span(
        lane=lane,
        kind=row.flow,
        no=row.no,
        title=row.title,
        since=local_day(row.received_at or row.opened_at),
        until=local_day(row.ended_at) if row.ended_at is not None else None,
        due=min(ends, default=None),
        planned=max(ends, default=None),
        light=light,
        under=len(items),
        urgent=tuple(item for item, its in below_it.items() if its is light),
        held=tuple(sorted((_day(first), _day(last) if last else None) for first, last in held)),
    )


def _checked(row: Any, at: Edges) -> Iterator[Span]:
    """The check of an item's papers, and the delivery of what was granted."""
    if row.received_at is not None:
        over = row.accepted_at or row.ended_at
        light = None if over else case_light(row.due_at, False, False, at)
        due = _last_day(row.due_at) if row.due_at is not None and over is None else None
        yield _part(row, CHECK, local_day(row.received_at), local_day(over) if over else None, due, light)
    if row.decided_at is not None and row.outcome == "granted":
        gone = local_day(row.ended_at) if row.ended_at else None
        due = _last_day(row.due_at) if row.due_at is not None and gone is None else None
        light = None if gone else case_light(row.due_at, row.paused, False, at)
        yield _part(row, DELIVERY, local_day(row.decided_at), gone, due, light)


def _part(row: Any, kind: str, since: date, until: date | None, due: date | None, light: Light | None) -> Span:
    return Span(CHECKLIST, kind, row.no, row.title, since, until, due, due, light, 0, (row.item,), ())


def _notices(row: Any) -> Iterator[Mark]:
    for one in row.notices:
        yield Mark(CHECKLIST, NOTICE, local_day(datetime.fromisoformat(one["at"])), row.title, len(one["faults"]), True)


def _milestone(row: Any, lane: Lane) -> Iterator[Mark]:
    day = local_day(row.ended_at) if row.ended_at is not None else _last_day(row.due_at) if row.due_at else None
    if day is not None:
        yield Mark(lane, MILESTONE, day, row.title, 0, row.ended_at is not None)


def _lights(spans: Sequence[Span]) -> dict[Lane, Light]:
    found: dict[Lane, Light] = {}
    for lane in LANES:
        lights = [span.light for span in spans if span.lane == lane and span.light is not None]
        if lights:
            found[lane] = min(lights, key=_GRAVITY.index)
    return found


def _last_day(end: datetime) -> date:
    """The day that an end closes: an end is the first instant of the next, or the close of business."""
    return local_day(end - timedelta(microseconds=1))


def _day(text_: str) -> date:
    return date.fromisoformat(text_)
