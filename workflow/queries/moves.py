"""What another calendar would move, for pages and API; and calendars that nobody has ordered, to ask what if."""

from collections.abc import Iterable
from datetime import date

from workflow.amending.fault_words import bad_input, reason
from workflow.amending.preview import CaseMoves, Preview, calendar_preview
from workflow.clock.calendar import Calendar, calendar_from
from workflow.clock.days import FIRST_YEAR, LAST_YEAR
from workflow.recast import Move
from workflow.work import Work

__all__ = ["CaseMoves", "Move", "Preview", "calendar_preview", "hypothetical"]

SOURCE = "假设，未经公布"
MOST_DAYS = 400


def hypothetical(of: Work | Calendar, rest: Iterable[date], worked: Iterable[date] = ()) -> Calendar:
    """The calendar in force with the days ``rest`` off and the days ``worked`` worked, whatever they are now.

    Raises BadInput for a day in both, a day outside the years of the calendar, and for more than MOST_DAYS.
    """
    base = of.calendar if isinstance(of, Work) else of
    off, on = frozenset(rest), frozenset(worked)
    faults = [
        reason("worked", day.isoformat(), "同一天不能既休息又上班", "a day is either off or worked")
        for day in sorted(off & on)
    ]
    faults += [
        reason(
            name,
            day.isoformat(),
            f"应在 {FIRST_YEAR} 至 {LAST_YEAR} 年之间",
            f"the years {FIRST_YEAR} to {LAST_YEAR} are accepted",
        )
        for name, days in (("rest", off), ("worked", on))
        for day in sorted(days)
        if not FIRST_YEAR <= day.year <= LAST_YEAR
    ]
    if len(off) + len(on) > MOST_DAYS:
        faults.append(reason("rest", len(off) + len(on), f"最多 {MOST_DAYS} 天", f"at most {MOST_DAYS} days"))
    if faults:
        raise bad_input(faults)
    data = base.as_data()
    # A day that is so already keeps its own rule: asking what is the case changes nothing.
    changed = {day.isoformat(): ["closure", "假设休息", SOURCE] for day in off if base.is_working(day)}
    changed |= {day.isoformat(): ["make_up", "假设上班", SOURCE] for day in on if not base.is_working(day)}
    kept = [entry for entry in data["days"] if entry[0] not in changed]
    return calendar_from({**data, "days": [*kept, *([day, *named] for day, named in changed.items())]})
