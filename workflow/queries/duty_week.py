"""A week of duty, day by day: who is on from when to when, and where nobody is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text

from workflow.catalogue import Squad
from workflow.clock.days import local_day, start_of_day
from workflow.roster import Span, gaps
from workflow.store import duty as rosters
from workflow.store.duty import PublishedShift
from workflow.work import Work

WEEK = 7


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody is on duty in [since, until), or nobody (``name`` None). It stands on the day it begins."""

    since: datetime
    until: datetime
    person_id: int | None
    name: str | None


@dataclass(frozen=True, slots=True)
class SquadWeek:
    """One squad's turns by day, in order."""

    squad: Squad
    days: tuple[tuple[Turn, ...], ...]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may be put on duty for a squad."""

    id: int
    name: str


def week(work: Work, first: date, squads: Sequence[Squad]) -> tuple[SquadWeek, ...]:
    """Seven days from ``first`` for each squad; what lies before now and was nobody's is no gap any more."""
    since, until = start_of_day(first), start_of_day(first + timedelta(days=WEEK))
    found = rosters.of_squads(work.conn, [squad.code for squad in squads], since, until)
    return tuple(
        _of_squad(squad, [one for one in found if one.squad == squad.code], Span(since, until), work.now)
        for squad in squads
    )


def members(work: Work, squad: str) -> tuple[Member, ...]:
    """Who may be put on duty for the squad: its leader, its specialists, and specialists of every squad; by name."""
    rows = work.conn.execute(
        text("""
SELECT p.id, p.name FROM people p WHERE p.active AND EXISTS (
  SELECT FROM person_roles r LEFT JOIN projects j ON j.id = r.project_id
  WHERE r.person_id = p.id AND r.role IN ('specialist', 'squad_leader') AND coalesce(r.squad, j.squad, :squad) = :squad)
ORDER BY p.name, p.id"""),
        {"squad": squad},
    )
    return tuple(Member(*row) for row in rows)


def _of_squad(squad: Squad, shifts: Sequence[PublishedShift], period: Span, now: datetime) -> SquadWeek:
    turns = [Turn(one.since, one.until, one.person_id, one.person_name) for one in shifts]
    open_from = max(period.since, now)
    if open_from < period.until:
        empty = gaps([Span(one.since, one.until) for one in shifts], open_from, period.until)
        turns += [Turn(part.since, part.until, None, None) for gap in empty for part in _by_day(gap)]
    turns.sort(key=lambda one: one.since)
    days = [local_day(period.since) + timedelta(days=number) for number in range(WEEK)]
    return SquadWeek(squad, tuple(tuple(one for one in turns if _day(one, period) == day) for day in days))


def _day(turn: Turn, period: Span) -> date:
    return local_day(max(turn.since, period.since))


def _by_day(span: Span) -> Iterator[Span]:
    """A gap of several days stands on each of them."""
    since = span.since
    while since < span.until:
        until = min(start_of_day(local_day(since) + timedelta(days=1)), span.until)
        yield Span(since, until)
        since = until
