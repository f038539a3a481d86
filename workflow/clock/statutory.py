"""The fixed statutory days of years without a published notice: an estimate, always shown as provisional."""

from datetime import date
from functools import cache

from workflow.clock.published import NamedDay

SOURCE = "全国年节及纪念日放假办法（推算，尚无当年放假安排通知）"


@cache
def statutory_days(year: int) -> dict[date, NamedDay]:
    """The days off by 全国年节及纪念日放假办法 in ``year``: 13 from 2025 on, fewer under its earlier versions.

    Days of compensation are not guessed: which day compensates a holiday on a weekend is for the notice to say.
    Years before 1950 have none.
    """
    # Loading it takes longer than the rest of the engine together, and most dates never leave the published years.
    import holidays

    table = holidays.country_holidays("CN", years=year, observed=False, language="zh_CN")
    names = {day: str(name).replace("; ", "、") for day, name in table.items()}
    return {
        day: NamedDay("holiday", name, SOURCE)
        for day, name in sorted(names.items())
        # 2001–2003 carry swapped rest days of notices whose make-up days are missing.
        if day.year == year and not name.startswith("休息日")
    }
