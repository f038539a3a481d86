"""Move the office's time forward, in a demonstration and nowhere else: warnings turn into escalations as one looks on.

Nothing is decided here and nothing fires here: the workers find what has fallen due, as on any other day.
"""

import re
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, text

from workflow.clock.calendar import Calendar, local_day
from workflow.clock.days import OFFICE_ZONE, office_time
from workflow.errors import BadInput, NotFound, Reason
from workflow.store import demo_time
from workflow.work import read_now

MORNING = time(9, 5)
"""Where a move by working days ends: a little after the rungs of the day have fallen due."""
ACCEPTED = ("+1wd", "+3d", "+2h", "+30min", "2026-12-01T09:00")
MOST = {"wd": 250, "d": 366, "h": 24 * 366, "min": 60 * 24 * 366}
LAST_YEAR = 2090
"""The calendar speaks of the years to 2100, and the longest limit still has to end in them."""

_STEP = re.compile(r"\+([0-9]{1,6})(wd|d|h|min)", re.ASCII)
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "min": timedelta(minutes=1)}


def move_time(conn: Connection, calendar: Calendar, move: str) -> datetime:
    """Move time by ``move`` and return the office's time then.

    ``+3wd``: to 09:05 of the third working day from today; ``+2d``, ``+2h``, ``+30min``: by so much; an ISO date and
    time: to there, in Asia/Shanghai where it names no zone. Raises BadInput for another form, a step back or a leap
    over more than a year, NotFound in a database whose time cannot be moved.
    """
    if not demo_time.installed(conn):
        raise not_a_demo()
    # Of two who move at once the second moves on from where the first arrived.
    conn.execute(text("SELECT FROM demo_time FOR UPDATE"))
    now = read_now(conn)
    target = _target(move, now, calendar)
    if target <= now:
        raise _bad(move, f"时间只能向前，现在是 {_shown(now)}", f"time moves forward only, it is {_shown(now)} now")
    if target - now > timedelta(days=MOST["d"]):
        raise _bad(move, f"一次最多前移 {MOST['d']} 天", f"at most {MOST['d']} days at a time")
    if target.year > LAST_YEAR:
        raise _bad(move, f"最晚到 {LAST_YEAR} 年", f"the year {LAST_YEAR} is the last one")
    return demo_time.move_to(conn, target)


def not_a_demo() -> NotFound:
    """The one answer outside of demo mode."""
    return NotFound("no_demo_time", "只有演示模式可以移动时间", "Time can be moved in demo mode only (WUGEYI_DEMO=1)")


def _target(move: str, now: datetime, calendar: Calendar) -> datetime:
    step = _STEP.fullmatch(move)
    if step is None:
        return _moment(move)
    amount, unit = int(step[1]), step[2]
    if not 1 <= amount <= MOST[unit]:
        raise _bad(move, f"应为 1 到 {MOST[unit]}{unit}", f"accepted: 1 to {MOST[unit]}{unit}")
    if unit == "wd":
        return office_time(calendar.add_working_days(local_day(now), amount), MORNING)
    return now + _UNITS[unit] * amount


def _moment(written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written) if "T" in written else None
        if moment is not None and moment.year <= LAST_YEAR:
            return moment if moment.tzinfo else moment.replace(tzinfo=OFFICE_ZONE)
    except ValueError:
        moment = None
    if moment is not None:
        raise _bad(written, f"最晚到 {LAST_YEAR} 年", f"the year {LAST_YEAR} is the last one")
    raise _bad(written, f"可用形式：{'、'.join(ACCEPTED)}", f"accepted forms: {', '.join(ACCEPTED)}")


def _bad(value: str, zh: str, en: str) -> BadInput:
    facts: dict[str, Any] = {"field": "move", "value": value[:200], "accepted": list(ACCEPTED)}
    reason = Reason("bad_field", f"move：{zh}", f"move: {en}", facts)
    return BadInput("bad_input", reason.zh, reason.en, reasons=[reason])


def _shown(moment: datetime) -> str:
    return moment.astimezone(OFFICE_ZONE).strftime("%Y-%m-%d %H:%M")
