"""Move the office's time forward, in a demonstration and nowhere else: warnings turn into escalations while one looks on.

Nothing is decided here and nothing fires here: the workers find what has fallen due, as on any other day.
"""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, text

from workflow.clock.calendar import Calendar, local_day
from workflow.clock.days import OFFICE_ZONE, office_time
from workflow.errors import BadInput, NotFound, Reason
from workflow.queries.operations import figures
from workflow.store import demo_time
from workflow.work import read_now

MORNING = time(9, 5)
"""Where a move by working days ends: a little after the rungs of the day have fallen due."""
ACCEPTED = ("+1wd", "+3d", "+2h", "+30min", "2026-12-01T09:00")
MOST = {"wd": 250, "d": 366, "h": 24 * 366, "min": 60 * 24 * 366}
LATEST_YEAR = 2099
"""The calendar speaks of the years to 2100, and dates are computed from now on."""

_STEP = re.compile(r"\+([0-9]{1,6})(wd|d|h|min)")


@dataclass(frozen=True, slots=True)
class Standing:
    """The office's time and what waits in it.

    ``now`` is the office's, ``real_now`` the wall clock's; ``due`` counts rungs that no worker has fired yet,
    ``waiting`` messages not delivered yet (both at most 10 000).
    """

    now: datetime
    real_now: datetime
    shift: timedelta
    due: int
    waiting: int
    next_rung_at: datetime | None


def time_standing(conn: Connection) -> Standing:
    """Where time stands; raises NotFound in a database whose time cannot be moved."""
    _check(conn)
    row = conn.execute(
        text("""
SELECT app_now() AS now, statement_timestamp() AS real_now,
  (SELECT min(fire_at) FROM clocks WHERE state = 'armed' AND fire_at > app_now() AND fire_at < 'infinity') AS next_rung_at""")
    ).one()
    found = figures(conn)
    return Standing(row.now, row.real_now, demo_time.shift(conn), found.due, found.waiting, row.next_rung_at)


def move_time(conn: Connection, calendar: Calendar, move: str) -> Standing:
    """Move time by ``move`` and say where it stands then.

    ``+3wd``: to 09:05 of the third working day from today; ``+2d``, ``+2h``, ``+30min``: by so much; an ISO date and
    time: to there, in Asia/Shanghai where it names no zone. Raises BadInput for another form, a step back or a leap
    over more than a year, NotFound in a database whose time cannot be moved.
    """
    _check(conn)
    # Of two who move at once the second moves on from where the first arrived.
    conn.execute(text("SELECT shift FROM demo_time FOR UPDATE"))
    now = read_now(conn)
    target = _target(move, now, calendar)
    if target <= now:
        raise _bad(move, "时间只能向前", f"time moves forward only, it is {_shown(now)} now")
    if target - now > timedelta(days=MOST["d"]):
        raise _bad(move, f"一次最多前移 {MOST['d']} 天", f"at most {MOST['d']} days at a time")
    if target.year > LATEST_YEAR:
        raise _bad(move, f"最晚到 {LATEST_YEAR} 年", f"the year {LATEST_YEAR} is the last one")
    demo_time.move_to(conn, target)
    return time_standing(conn)


def _target(move: str, now: datetime, calendar: Calendar) -> datetime:
    step = _STEP.fullmatch(move)
    if step is None:
        return _moment(move)
    amount, unit = int(step[1]), step[2]
    if not 1 <= amount <= MOST[unit]:
        raise _bad(move, f"应为 1 到 {MOST[unit]}{unit}", f"accepted: 1 to {MOST[unit]}{unit}")
    if unit == "wd":
        return office_time(calendar.add_working_days(local_day(now), amount), MORNING)
    return now + {"d": timedelta(days=1), "h": timedelta(hours=1), "min": timedelta(minutes=1)}[unit] * amount


def _moment(text_: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text_)
    except ValueError:
        moment = None
    if moment is None or "T" not in text_:
        raise _bad(text_, f"可用形式：{'、'.join(ACCEPTED)}", f"accepted forms: {', '.join(ACCEPTED)}")
    try:
        return moment.astimezone(OFFICE_ZONE) if moment.tzinfo else moment.replace(tzinfo=OFFICE_ZONE)
    except OverflowError:
        raise _bad(text_, f"最晚到 {LATEST_YEAR} 年", f"the year {LATEST_YEAR} is the last one") from None


def _check(conn: Connection) -> None:
    if not demo_time.installed(conn):
        raise not_a_demo()


def not_a_demo() -> NotFound:
    """The one answer outside of demo mode."""
    return NotFound(
        "no_demo_time",
        "只有演示模式可以移动时间",
        "Time can be moved in demo mode only (WUGEYI_DEMO=1)",
    )


def _bad(value: str, zh: str, en: str) -> BadInput:
    facts: dict[str, Any] = {"field": "move", "value": value[:200], "accepted": list(ACCEPTED)}
    reason = Reason("bad_field", f"move：{zh}", f"move: {en}", facts)
    return BadInput("bad_input", reason.zh, reason.en, reasons=[reason])


def _shown(moment: datetime) -> str:
    return moment.astimezone(OFFICE_ZONE).strftime("%Y-%m-%d %H:%M")
