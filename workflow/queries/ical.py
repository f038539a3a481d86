"""A person's due dates as a calendar (RFC 5545): an all-day entry for every running clock that is theirs.

What is written depends on the cases alone, never on the moment of asking: an unchanged calendar has the same bytes.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, text

from workflow.actor import Actor
from workflow.definition import Title
from workflow.store import tokens
from workflow.store.tokens import Token
from workflow.visibility import visible_cases
from workflow.work import Office, Work

MOST = 500
"""Entries: the nearest ones."""
REFRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DueDay:
    """One running clock with its last day; ``rev`` and ``changed_at`` are the case's newest writing."""

    case: str
    title: str
    clock: str
    clock_title: Title
    round: int
    due_on: date
    provisional: bool
    state: Title
    rev: int
    changed_at: datetime


def feed_owner(conn: Connection, secret: str) -> Actor | None:
    """Whose calendar the secret opens; None for any other, one that ended, and a closed account."""
    found = tokens.authenticate(conn, tokens.digest(secret), "calendar")
    return None if found is None else found.actor


def calendar_token(work: Work) -> Token | None:
    """The actor's live address, without its secret."""
    assert work.actor.id is not None, "machines have no calendar"
    mine = tokens.of_person(work.conn, work.actor.id)
    return next((token for token in mine if token.kind == "calendar"), None)


def due_days(office: Office, conn: Connection, actor: Actor) -> list[DueDay]:
    """The running clocks of the cases the actor handles, stands in for, applied with, or was warned of and has not
    acknowledged; at most MOST, the nearest first."""
    seen, parameters = visible_cases(actor)
    companies = sorted({grant.company for grant in actor.grants if grant.company is not None})
    parameters |= {"me": actor.id, "mine": [actor.id, *actor.stands_in_for], "companies": companies, "most": MOST}
    rows = conn.execute(text(_DUE.replace("{seen}", seen)), parameters).all()
    return sorted((_due_day(office, row) for row in rows), key=lambda one: (one.due_on, one.case, one.clock, one.round))


def write_calendar(office: Office, days: list[DueDay]) -> bytes:
    """The calendar as a file, the same bytes for the same days."""
    # It takes a tenth of a second to import, which no start of a process shall wait for.
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//wugeyi//due dates//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "五个一到期日")
    calendar.add("refresh-interval", REFRESH, {"value": "DURATION"})
    calendar.add("x-published-ttl", REFRESH)
    host = urlsplit(office.public_url).hostname or "localhost"
    for day in days:
        calendar.add_component(_entry(day, office.public_url, host))
    written: bytes = calendar.to_ical()
    return written


# A due date that a pause holds back is no day of any calendar.
_DUE = """
WITH mine AS (
  SELECT c.id FROM cases c WHERE c.ended_at IS NULL AND c.assignee_id = ANY(:mine)
  UNION SELECT c.id FROM cases c WHERE c.ended_at IS NULL AND c.company = ANY(cast(:companies AS text[]))
  UNION SELECT a.case_id FROM alerts a
    WHERE a.person_id = :me AND a.acknowledged_at IS NULL AND a.stepped_down_at IS NULL)
SELECT c.no, c.title, c.flow, c.flow_version, c.state, c.rev, k.name, k.round, k.due_on, k.provisional,
  (SELECT e.recorded_at FROM events e WHERE e.case_id = c.id AND e.seq = c.seq) AS changed_at
FROM mine JOIN cases c ON c.id = mine.id JOIN clocks k ON k.case_id = c.id
WHERE c.ended_at IS NULL AND k.state <> 'settled' AND k.due_on IS NOT NULL AND {seen}
ORDER BY k.due_on, k.id LIMIT :most"""


def _due_day(office: Office, row: Any) -> DueDay:
    flow = office.flow(row.flow, row.flow_version)
    return DueDay(
        case=row.no,
        title=row.title,
        clock=row.name,
        clock_title=flow.rule(row.name).title,
        round=row.round,
        due_on=row.due_on,
        provisional=row.provisional,
        state=flow.states[row.state].title,
        rev=row.rev,
        changed_at=row.changed_at,
    )


def _entry(day: DueDay, address: str, host: str) -> Any:
    from icalendar import Event  # see write_calendar

    expected = Title("（预计）", " (provisional)") if day.provisional else Title("", "")
    entry = Event()
    entry.add("uid", f"{day.case}-{day.clock}-{day.round}@{host}")
    # What was written last says when the entry was made, so that nothing changes by being asked for.
    entry.add("dtstamp", day.changed_at.astimezone(UTC).replace(microsecond=0))
    entry.add("last-modified", day.changed_at.astimezone(UTC).replace(microsecond=0))
    entry.add("sequence", min(day.rev, 2**31 - 1))
    entry.add("dtstart", day.due_on)
    entry.add("dtend", day.due_on + timedelta(days=1))
    entry.add("summary", f"{day.clock_title.zh}到期{expected.zh}：{day.title} {day.case}")
    entry.add(
        "description",
        f"{day.case}：{day.state.zh}。{day.clock_title.zh}{expected.zh}\n"
        f"{day.case}: {day.state.en}. {day.clock_title.en}{expected.en}",
    )
    entry.add("url", f"{address.rstrip('/')}/cases/{day.case}")
    entry.add("status", "TENTATIVE" if day.provisional else "CONFIRMED")
    entry.add("transp", "TRANSPARENT")
    return entry
