"""What the applicant's home tells beside the rows of its lists: the clock of each open case as a strip needs it, what
there is to take away from finished ones, and who its specialists are. One statement each, whatever the lists hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from workflow.case import ClockRecord, PauseRecord
from workflow.clock.calendar import local_day
from workflow.clock.deadline import remaining_days
from workflow.clock.limit import Unit
from workflow.clock.pauses import Pause
from workflow.definition import Flow, Title
from workflow.queries.clocks import ClockView, clock_view, stopping
from workflow.store.cases import clock_from, pause_from
from workflow.visibility import scope_values, visible_cases
from workflow.work import Work

RESULTS = ("permit_decision", "renewal_decision", "change_decision", "filing_certificate", "joint_opinion")
ANSWERS = ("refusal_decision", "not_accepted_decision", "not_needed_notice", "renewal_refusal", "help_closing")
"""Documents that say how a case ended: what was granted, and what was not."""
RATE = "rate"
RATING_CLOCK = "rating"


@dataclass(frozen=True, slots=True)
class RowClock:
    """The clock a row of open cases speaks of, and the pauses that stop it."""

    view: ClockView
    pauses: tuple[Pause, ...]


@dataclass(frozen=True, slots=True)
class TakenAway:
    """What a finished case leaves: its result (document ``number`` of ``kind``, None where none has a file), how many
    working days before the promise it was decided (negative: after; None without a promise in working days), whether it
    may be rated now, and how it was."""

    number: str | None
    kind: str | None
    grants: bool
    early: int | None
    may_rate: bool
    rated: Title | None


@dataclass(frozen=True, slots=True)
class Specialist:
    """A specialist by name, and the projects of the company's that they go with."""

    name: str
    projects: tuple[str, ...]


def row_clocks(work: Work, numbers: Sequence[str]) -> dict[str, RowClock]:
    """By number the leading clock of open cases that the actor sees: the promise, else what runs out first."""
    found = {}
    for row in _cases(work, _RUNNING, numbers):
        flow = work.office.flow(row.flow, row.flow_version)
        pauses = [pause_from(one) for one in row.pauses]
        clock = _leading([clock_from(one) for one in row.clocks])
        if clock is not None:
            rule = flow.rule(clock.name)
            view = clock_view(rule, clock, pauses, work.calendar, work.now)
            found[row.no] = RowClock(view, tuple(stopping(rule, pauses)))
    return found


def taken_away(work: Work, numbers: Sequence[str]) -> dict[str, TakenAway]:
    """By number what finished cases that the actor sees leave."""
    return {row.no: _left(work, row) for row in _cases(work, _ENDED, numbers)}


def my_specialists(work: Work) -> tuple[Specialist, ...]:
    """The specialists of the projects of the actor's companies, by name."""
    companies = scope_values(work.actor, "company")
    if not companies:
        return ()
    rows = work.conn.execute(_SPECIALISTS, {"companies": companies})
    return tuple(Specialist(row.name, tuple(row.projects)) for row in rows)


_RUNNING = """
SELECT c.no, c.flow, c.flow_version,
  (SELECT coalesce(json_agg(k), '[]') FROM clocks k WHERE k.case_id = c.id AND k.state <> 'settled') AS clocks,
  (SELECT coalesce(json_agg(z), '[]') FROM pauses z WHERE z.case_id = c.id) AS pauses
FROM cases c WHERE c.no = ANY(:numbers) AND """
_ENDED = """
SELECT c.no, c.flow, c.flow_version, c.state, c.data->>'level' AS level, d.no AS number, d.kind,
  (SELECT json_agg(k) FROM clocks k WHERE k.case_id = c.id AND k.name IN ('promised', 'rating')) AS clocks,
  (SELECT coalesce(json_agg(z), '[]') FROM pauses z WHERE z.case_id = c.id) AS pauses
FROM cases c LEFT JOIN LATERAL (
  SELECT e.no, e.kind FROM documents e
  WHERE e.case_id = c.id AND e.kind = ANY(:kinds) AND e.pdf IS NOT NULL ORDER BY e.id DESC LIMIT 1) d ON true
WHERE c.no = ANY(:numbers) AND """
_SPECIALISTS = text("""
SELECT q.name, array_agg(p.name ORDER BY p.id) AS projects
FROM projects p JOIN person_roles r ON r.role = 'specialist' AND r.project_id = p.id
JOIN people q ON q.id = r.person_id AND q.active
WHERE p.company = ANY(:companies) GROUP BY q.id, q.name ORDER BY q.name""")


def _cases(work: Work, statement: str, numbers: Sequence[str]) -> Sequence[Any]:
    if not numbers:
        return ()
    seen, parameters = visible_cases(work.actor)
    parameters |= {"numbers": list(numbers), "kinds": [*RESULTS, *ANSWERS]}
    return work.conn.execute(text(statement + seen), parameters).all()


def _leading(clocks: Sequence[ClockRecord]) -> ClockRecord | None:
    promised = next((clock for clock in clocks if clock.name == "promised"), None)
    if promised is not None:
        return promised
    ending = [clock for clock in clocks if clock.due_on is not None]
    return min(ending, key=lambda clock: clock.due_on or date.max, default=next(iter(clocks), None))


def _left(work: Work, row: Any) -> TakenAway:
    flow = work.office.flow(row.flow, row.flow_version)
    clocks = [clock_from(one) for one in row.clocks or ()]
    ratings = work.office.catalogue.ratings
    return TakenAway(
        number=row.number,
        kind=row.kind,
        grants=row.kind in RESULTS,
        early=_early(work, flow, clocks, [pause_from(one) for one in row.pauses]),
        may_rate=_may_rate(work, flow, row, clocks),
        rated=ratings[row.level].title if row.level in ratings else None,
    )


def _early(work: Work, flow: Flow, clocks: Sequence[ClockRecord], pauses: Sequence[PauseRecord]) -> int | None:
    promised = [clock for clock in clocks if clock.name == "promised" and clock.settled_at is not None]
    if not promised or promised[-1].limit.unit is not Unit.WORKING_DAY or promised[-1].due_on is None:
        return None
    clock = promised[-1]
    assert clock.settled_at is not None
    stops = stopping(flow.rule(clock.name), pauses)
    settled = local_day(clock.settled_at)
    return remaining_days(clock.started_at, clock.limit, work.calendar, stops, clock.extension, settled)


def _may_rate(work: Work, flow: Flow, row: Any, clocks: Sequence[ClockRecord]) -> bool:
    """As the conditions of the action have it: not rated yet, and the time for it not over."""
    action = flow.actions.get(RATE)
    if action is None or row.state not in action.sources or row.level is not None:
        return False
    open_ = [clock for clock in clocks if clock.name == RATING_CLOCK and clock.state != "settled"]
    return any(clock.due_at is None or clock.due_at > work.now for clock in open_)
