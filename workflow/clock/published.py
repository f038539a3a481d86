"""The published years 2004–2026 as `chinesecalendar` carries them (State Council notices, make-up days included)."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import chinese_calendar  # type: ignore[import-untyped]
from chinese_calendar.constants import Holiday, holidays, workdays  # type: ignore[import-untyped]

from workflow.clock.days import DayRule

# 国务院关于职工工作时间的规定 (1995), Article 7: Saturday and Sunday are the weekly rest days.
WEEKLY_SOURCE = "国务院关于职工工作时间的规定 第七条"


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that differs from the weekly pattern, and the paper that says so."""

    rule: DayRule
    name: str
    source: str

    @property
    def counts(self) -> bool:
        return self.rule == "make_up"


@cache
def published_years() -> range:
    """The years covered without a gap, e.g. range(2004, 2027)."""
    years = {day.year for day in holidays}
    return range(min(years), max(years) + 1)


@cache
def published_days() -> dict[date, NamedDay]:
    """Every day off and make-up day of the published years. Shared: callers copy before they change it."""
    chinese = {holiday.value: str(holiday.chinese) for holiday in Holiday}
    found = {day: NamedDay("holiday", chinese[name], _source(day.year)) for day, name in holidays.items()}
    for day, name in workdays.items():
        found[day] = NamedDay("make_up", f"{chinese[name]}调休", _source(day.year))
    return found


def _source(year: int) -> str:
    return f"国务院办公厅{year}年节假日安排通知（chinesecalendar {chinese_calendar.__version__}）"
