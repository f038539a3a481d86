"""The cases behind one number of the leader's figures: exactly those it counts, by index, page after page.

What falls into a period comes newest first, what stands now with the nearest date first. A case that adds to a part at
several moments stands there once for each; ``n`` says how much of the number a line is.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from workflow.clock.days import end_of_day, start_of_day
from workflow.definition import Title
from workflow.figures import BANDS, NEVER, counted_now, edges
from workflow.queries.figure_scope import Ask, Scope, scope_of, unknown
from workflow.queries.figure_sums import LIGHTS
from workflow.queries.figures import Part, figures, part_titles
from workflow.queries.paging import Listing, Paging, page, position
from workflow.work import Work

LONG_AGO = datetime.fromisoformat("1900-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class CountedCase:
    """One line behind a number. ``at`` is the moment it is counted under, None for an open case without a date."""

    no: str
    title: str
    flow: str
    state: str
    state_title: Title
    department: str
    item: str | None
    project_code: str
    project_name: str
    at: datetime | None
    n: int
    amount: int


@dataclass(frozen=True, slots=True)
class CountedCases:
    """One page; ``part`` is the number itself, of all pages together."""

    figure: str
    version: int
    part: Part
    scope: Scope
    as_of: datetime
    rows: tuple[CountedCase, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The facts of one part with since <= at < until; for what stands now since < at <= until."""

    part: str
    since: datetime
    until: datetime


def figure_cases(work: Work, figure: str, part: str, ask: Ask, paging: Paging) -> CountedCases:
    """One page of the cases that ``part`` of ``figure`` counts; raises BadInput, NotAllowed."""
    known = work.office.catalogue.figures
    if figure not in known:
        raise unknown("figure", figure, list(known))
    definition = known[figure]
    titles = part_titles(work.office.catalogue, definition)
    if part not in titles and definition.parts_of != "days":
        raise unknown("part", part, list(titles))
    scope = scope_of(work, ask)
    said = {name: str(value) for name, value in asdict(ask).items()}
    listing = Listing("figure cases", work.actor.id, {"figure": figure, "part": part, **said})
    after = position(paging, listing)
    # Lights are read as of the first page to the last.
    now = work.now if after is None else datetime.fromisoformat(after[2])
    standing = figure in counted_now(work.office.catalogue)
    stretches = _stretches(work, figure, part, scope, now) if standing else [_period(part, scope)]
    number = figures(work, ask, [figure]).figure(figure).whole.part(part)
    whole = number or Part(part, titles.get(part, Title(part, part)), 0, 0)
    rows = _rows(work, figure, definition.version, scope, stretches, standing, after, paging.size) if whole.n else []
    lines = [_line(work, row) for row in rows]
    keys = [[row.at.isoformat(), row.case_id, now.isoformat(), row.part] for row in rows]
    shown = page(paging, listing, lines, keys)
    return CountedCases(figure, definition.version, whole, scope, now, shown.rows, shown.next_cursor)


def _period(part: str, scope: Scope) -> _Stretch:
    return _Stretch(part, start_of_day(scope.since), end_of_day(scope.until))


def _stretches(work: Work, figure: str, part: str, scope: Scope, now: datetime) -> list[_Stretch]:
    if figure != LIGHTS:
        return [_Stretch(part, LONG_AGO, NEVER)]
    at = edges(work.calendar, work.office.catalogue.lights, now)
    every = ("running", "exact", "paused")
    bands = {
        "red": [_Stretch(one, LONG_AGO, at["red"]) for one in every],
        "overdue": [_Stretch(one, max(at["red"], LONG_AGO), at["now"]) for one in every],
        "paused": [_Stretch("paused", at["now"], NEVER)],
        "yellow": [_Stretch("running", at["now"], at["yellow"]), _Stretch("exact", at["now"], at["soon"])],
        "notice": [_Stretch("running", at["yellow"], at["notice"])],
        "green": [_Stretch("running", at["notice"], NEVER), _Stretch("exact", at["soon"], NEVER)],
    }
    assert bands.keys() == set(BANDS)
    return bands[part]


def _rows(
    work: Work,
    figure: str,
    version: int,
    scope: Scope,
    stretches: list[_Stretch],
    standing: bool,
    after: list[Any] | None,
    size: int,
) -> list[Any]:
    parameters: dict[str, Any] = {"figure": figure, "version": version, "wanted": size + 1}
    for place, one in enumerate(stretches):
        parameters |= {f"part_{place}": one.part, f"since_{place}": one.since, f"until_{place}": one.until}
    if scope.values is not None:
        parameters["values"] = list(scope.values)
    if after is not None:
        parameters |= {"after_at": datetime.fromisoformat(after[0]), "after_id": after[1], "after_part": after[3]}
    dimension = scope.dimension if scope.values is not None else None
    statement = _statement(len(stretches), dimension, standing, after is not None)
    return list(work.conn.execute(statement, parameters))


# Put together from words of this module and the names of dimensions; every value is a parameter.
@lru_cache(maxsize=64)
def _statement(branches: int, dimension: str | None, standing: bool, further: bool) -> TextClause:
    way, order = (">", "at, case_id, part") if standing else ("<", "at DESC, case_id DESC, part DESC")
    inside = "" if dimension is None else f" AND f.{dimension} = ANY(:values)"
    # The first comparison is what the index is entered by.
    behind = (
        f" AND f.at {way}= :after_at AND (f.at, f.case_id, f.part) {way} (:after_at, :after_id, :after_part)"
        if further
        else ""
    )
    lower, upper = (">", "<=") if standing else (">=", "<")
    parts = "\n  UNION ALL\n".join(
        f"""  (SELECT f.case_id, f.at, f.part, f.n, f.amount FROM figure_facts f
   WHERE f.figure = :figure AND f.part = :part_{place} AND f.at {lower} :since_{place} AND f.at {upper} :until_{place}
     AND f.version = :version{inside}{behind} ORDER BY {order} LIMIT :wanted)"""  # noqa: S608
        for place in range(branches)
    )
    outer = order.replace("at", "l.at", 1).replace("case_id", "l.case_id").replace("part", "l.part")
    return text(f"""
WITH l AS (SELECT * FROM (
{parts}) found ORDER BY {order} LIMIT :wanted)
SELECT l.case_id, l.at, l.part, l.n, l.amount, c.no, c.title, c.flow, c.flow_version, c.state, c.department, c.item,
  p.code AS project_code, p.name AS project_name
FROM l JOIN cases c ON c.id = l.case_id JOIN projects p ON p.id = c.project_id ORDER BY {outer}""")  # noqa: S608


def _line(work: Work, row: Any) -> CountedCase:
    # A case under a flow that only a newer process knows is counted as it was, and listed.
    flow = work.office.flows.get((row.flow, row.flow_version))
    return CountedCase(
        no=row.no,
        title=row.title,
        flow=row.flow,
        state=row.state,
        state_title=Title(row.state, row.state) if flow is None else flow.state(row.state).title,
        department=row.department,
        item=row.item,
        project_code=row.project_code,
        project_name=row.project_name,
        at=None if row.at == NEVER else row.at,
        n=row.n,
        amount=row.amount,
    )
