"""The help desk (一帮到底): who waits for a first answer, what a company has asked, how soon it was answered, and when.

Every statement is bounded: who waits is found by the index of the state, a company's requests by those of its projects,
answers and hours by the facts of the figures in the period alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from workflow.clock.days import end_of_day, start_of_day
from workflow.definition import Title
from workflow.visibility import scope_values, visible_cases
from workflow.work import Work

WAITING = "requested"
MOST_WAITING = 200
"""How many waiting requests are read; a desk with more has other worries than an exact count."""
RECENT = 20
"""How many requests of its own a company is shown, newest first."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request without a first answer. ``who`` is the caller or the company; ``since`` when it was asked or the call
    came in, ``due_at`` until when an answer was promised, None where its clock stands still."""

    no: str
    who: str
    question: str
    since: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Request:
    """A request of one's own, wherever it stands."""

    no: str
    question: str
    project: str
    state_title: Title
    outcome: str | None
    ended: bool
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class AnswerTime:
    """First answers of a period: how many, and half of them within so many ``minutes``; None where there are none."""

    answers: int
    minutes: float | None


def waiting(work: Work) -> tuple[Waiting, ...]:
    """Who waits for a first answer and is seen by the actor, the longest first; MOST_WAITING at most."""
    seen, parameters = visible_cases(work.actor)
    found = work.conn.execute(_waiting(seen), parameters | {"state": WAITING, "most": MOST_WAITING})
    return tuple(Waiting(row.no, row.caller or row.company, row.question, row.since, row.due_at) for row in found)


def own_requests(work: Work) -> tuple[Request, ...]:
    """The requests of the actor's companies, newest first; RECENT at most."""
    companies = scope_values(work.actor, "company")
    if not companies:
        return ()
    seen, parameters = visible_cases(work.actor)
    found = work.conn.execute(_own(seen), parameters | {"companies": companies, "most": RECENT})
    return tuple(
        Request(
            row.no,
            row.question,
            row.project,
            work.office.flow("assistance", row.flow_version).states[row.state].title,
            row.outcome,
            row.ended,
            row.opened_at,
        )
        for row in found
    )


def answer_time(work: Work, since: date, until: date) -> AnswerTime:
    """How soon requests of the legal days ``since`` to ``until`` were first answered, in the whole district."""
    row = work.conn.execute(_ANSWERED, _period(work, "help_response", since, until)).one()
    return AnswerTime(row.n, row.half)


def asked_hours(work: Work, since: date, until: date) -> Mapping[tuple[int, int], int]:
    """By weekday (1: Monday) and hour how many answered requests of the period the actor sees."""
    seen, parameters = visible_cases(work.actor)
    given = parameters | _period(work, "help_hours", since, until) | {"parts": [f"{hour:02}" for hour in range(24)]}
    return {(row.weekday, row.hour): row.n for row in work.conn.execute(_hours(seen), given)}


def _period(work: Work, figure: str, since: date, until: date) -> dict[str, Any]:
    version = work.office.catalogue.figures[figure].version
    return {"since": start_of_day(since), "until": end_of_day(until), "version": version}


# Put together from words of this module and of `visibility`; every value is a parameter.
@lru_cache(maxsize=64)
def _waiting(seen: str) -> TextClause:
    return text(f"""
SELECT c.no, o.name AS company, c.data->>'caller' AS caller, coalesce(c.data->>'question', c.title) AS question,
  coalesce(k.started_at, c.opened_at) AS since, k.due_at
FROM cases c JOIN companies o ON o.credit_code = c.company
LEFT JOIN LATERAL (
  SELECT started_at, due_at FROM clocks
  WHERE case_id = c.id AND name IN ('first_response', 'call_response') AND state <> 'settled'
  ORDER BY due_at, id LIMIT 1) k ON true
WHERE c.ended_at IS NULL AND c.state = :state AND c.flow = 'assistance' AND {seen}
ORDER BY since, c.id LIMIT :most""")  # noqa: S608


@lru_cache(maxsize=64)
def _own(seen: str) -> TextClause:
    return text(f"""
SELECT c.no, c.flow_version, coalesce(c.data->>'question', c.title) AS question, p.name AS project, c.state, c.outcome,
  c.ended_at IS NOT NULL AS ended, c.opened_at
FROM projects p CROSS JOIN LATERAL (
  SELECT * FROM cases l WHERE l.project_id = p.id AND l.flow = 'assistance' ORDER BY l.id DESC LIMIT :most) c
WHERE p.company = ANY(:companies) AND {seen}
ORDER BY c.opened_at DESC, c.id DESC LIMIT :most""")  # noqa: S608


@lru_cache(maxsize=64)
def _hours(seen: str) -> TextClause:
    return text(f"""
SELECT extract(isodow FROM f.at AT TIME ZONE 'Asia/Shanghai')::int AS weekday,
  extract(hour FROM f.at AT TIME ZONE 'Asia/Shanghai')::int AS hour, count(*) AS n
FROM figure_facts f JOIN cases c ON c.id = f.case_id
WHERE f.figure = 'help_hours' AND f.part = ANY(:parts) AND f.at >= :since AND f.at < :until AND f.version = :version
  AND {seen}
GROUP BY 1, 2""")  # noqa: S608


_ANSWERED = text("""
SELECT count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY f.amount) AS half
FROM figure_facts f
WHERE f.figure = 'help_response' AND f.part IN ('day', 'night') AND f.at >= :since AND f.at < :until
  AND f.version = :version""")
