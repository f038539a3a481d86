"""The published years checked against a second source: `chinesecalendar` against the package `holidays`."""

from dataclasses import dataclass
from datetime import date, timedelta

from workflow.clock.calendar import published_calendar
from workflow.clock.published import published_days
from workflow.clock.statutory import statutory_days


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A day on which the two sources differ; ``worked`` is what the calendar of this service says of it."""

    day: date
    worked: bool
    message: str

    def __str__(self) -> str:
        return f"{self.day.isoformat()}: {self.message}"


def disagreements(year: int) -> tuple[Disagreement, ...]:
    """Every day of a published year on which the sources differ: which days are worked, and which are statutory.

    A statutory day that only the weekend keeps free is one as well: its name is missing. ValueError for a year
    without a published calendar.
    """
    calendar = published_calendar()
    if year not in calendar.years:
        accepted = f"{calendar.years[0]} to {calendar.years[-1]} are accepted"
        raise ValueError(f"{year} is not published: {accepted}")
    import holidays  # as in statutory.py: slow to load, and a check only

    table = holidays.country_holidays("CN", years=year, language="zh_CN")
    named, statutory = published_days(), statutory_days(year)
    found: list[Disagreement] = []
    for n in range((date(year, 12, 31) - date(year, 1, 1)).days + 1):
        day = date(year, 1, 1) + timedelta(days=n)
        worked = calendar.is_working(day)
        if worked != table.is_working_day(day):
            ours, theirs = ("worked", "off") if worked else ("off", "worked")
            found.append(Disagreement(day, worked, f"{ours} in chinesecalendar, {theirs} in holidays"))
        elif day in statutory and day not in named:
            found.append(Disagreement(day, worked, f"{statutory[day].name} has no name in chinesecalendar"))
    return tuple(found)
