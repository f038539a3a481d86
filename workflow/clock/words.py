"""Time in words, Chinese and English: the one place that renders days left, lights and dates.

日 means working day in short forms, 天 always calendar day. ``lang`` "zh" (or "zh-CN") gives Chinese, all else English.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from workflow.clock.calendar import Calendar, end_of_day
from workflow.clock.days import OFFICE_ZONE
from workflow.clock.limit import Limit, Unit

WARNING_FROM = 2
# A promise in hours or minutes turns yellow in its last hour.
WARNING_MINUTES = 60
# Nobody reads "721 hours": whoever is two days late is told the days.
LONG_OVERDUE = 2 * 24 * 60

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

UNITS_ZH = {
    Unit.WORKING_DAY: "个工作日",
    Unit.CALENDAR_DAY: "天",
    Unit.WORKING_HOUR: "个工作小时",
    Unit.HOUR: "小时",
    Unit.MINUTE: "分钟",
    Unit.MONTH: "个月",
    Unit.YEAR: "年",
}
UNITS_EN = {
    Unit.WORKING_DAY: "working day",
    Unit.CALENDAR_DAY: "calendar day",
    Unit.WORKING_HOUR: "working hour",
    Unit.HOUR: "hour",
    Unit.MINUTE: "minute",
    Unit.MONTH: "month",
    Unit.YEAR: "year",
}


class Light(StrEnum):
    """正常, 预警, 超期, 暂停计时, 已办结."""

    NORMAL = "normal"
    WARNING = "warning"
    OVERDUE = "overdue"
    PAUSED = "paused"
    DONE = "done"


def light(remaining: int, paused: bool) -> Light:
    """The light of a running clock: warning from 2 days left to the last day, overdue below 0.

    A pause cannot turn back an end that has passed: an overdue clock stays overdue. DONE is the case's to say.
    """
    if remaining < 0:
        return Light.OVERDUE
    if paused:
        return Light.PAUSED
    return Light.WARNING if remaining <= WARNING_FROM else Light.NORMAL


def warning_edge(calendar: Calendar, today: date) -> datetime:
    """The instant (UTC) up to which an end is near enough for a warning ``today``: two working days left."""
    return end_of_day(calendar.add_working_days(today, WARNING_FROM + 1) - timedelta(days=1))


def time_left(remaining: int, paused: bool, lang: str, unit: Unit = Unit.WORKING_DAY) -> str:
    """Days left in words; ``remaining`` as `remaining_days` gives it.

    ``unit`` only matters while paused: what remains of a calendar-day clock then is calendar days.
    """
    chinese = _is_chinese(lang)
    if remaining < 0:
        return f"超期 {-remaining} 日" if chinese else f"{_working_days(-remaining)} overdue"
    if paused and remaining > 0:
        if unit is Unit.WORKING_DAY:
            return f"恢复后还剩 {remaining} 日" if chinese else f"{_working_days(remaining)} left once resumed"
        return f"恢复后还剩 {remaining} 天" if chinese else f"{_calendar_days(remaining)} left once resumed"
    if remaining == 0:
        return "今天到期" if chinese else "due today"
    return f"剩 {remaining} 个工作日" if chinese else f"{_working_days(remaining)} left"


def minutes_left(minutes: int, lang: str) -> str:
    """Minutes left in words, hours split off: 剩 2 小时 5 分钟; overdue is ``超时``, from two days on in days."""
    chinese = _is_chinese(lang)
    hours, rest = divmod(abs(minutes), 60)
    if minutes == 0:
        return "现在到期" if chinese else "due now"
    if minutes <= -LONG_OVERDUE:
        days = hours // 24
        return f"超时 {days} 天" if chinese else f"{_calendar_days(days)} overdue"
    parts_zh = [f"{hours} 小时"] * (hours > 0) + [f"{rest} 分钟"] * (rest > 0)
    parts_en = [f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0)
    if minutes < 0:
        return f"超时 {' '.join(parts_zh)}" if chinese else f"{' '.join(parts_en)} overdue"
    return f"剩 {' '.join(parts_zh)}" if chinese else f"{' '.join(parts_en)} left"


def office_minutes_left(minutes: int, paused: bool, lang: str) -> str:
    """Office minutes left in words: 剩 5 小时 30 分（办公时间）; negative is overdue (``超时``).

    ``minutes`` as `remaining_working_minutes` gives it.
    """
    chinese = _is_chinese(lang)
    if minutes == 0:
        return "现在到期" if chinese else "due now"
    hours, rest = divmod(abs(minutes), 60)
    zh = " ".join([f"{hours} 小时"] * (hours > 0) + [f"{rest} 分"] * (rest > 0))
    en = " ".join([f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0))
    if minutes < 0:
        return f"超时 {zh}（办公时间）" if chinese else f"{en} of office time overdue"
    if paused:
        return f"恢复后还剩 {zh}（办公时间）" if chinese else f"{en} of office time left once resumed"
    return f"剩 {zh}（办公时间）" if chinese else f"{en} of office time left"


def date_words(day: date, today: date, lang: str, provisional: bool = False) -> str:
    """``11月25日（周三）``, with the year as soon as it is not today's, marked ``≈ 预计`` when provisional."""
    if not _is_chinese(lang):
        text = f"{WEEKDAYS_EN[day.weekday()]} {day.day} {MONTHS_EN[day.month - 1]} {day.year}"
        return f"{text} ≈ provisional" if provisional else text
    year = "" if day.year == today.year else f"{day.year}年"
    text = f"{year}{day.month}月{day.day}日（周{WEEKDAYS_ZH[day.weekday()]}）"
    return f"{text}≈ 预计" if provisional else text


def moment_words(instant: datetime, lang: str) -> str:
    """An instant to the minute in the office's zone, with its year: ``2026年3月2日（周一） 08:00``."""
    local = instant.astimezone(OFFICE_ZONE)
    if _is_chinese(lang):
        return f"{local.year}年{date_words(local.date(), local.date(), lang)} {local:%H:%M}"
    return f"{date_words(local.date(), local.date(), lang)} {local:%H:%M}"


def span_words(since: datetime, until: datetime | None, lang: str) -> str:
    """``2026年3月2日（周一） 08:00 至 …``; without an end ``… 起``."""
    if _is_chinese(lang):
        first = moment_words(since, lang)
        return f"{first} 起" if until is None else f"{first} 至 {moment_words(until, lang)}"
    first = f"from {moment_words(since, lang)}"
    return f"{first} on" if until is None else f"{first} to {moment_words(until, lang)}"


def limit_words(limit: Limit, lang: str, extension: int = 0) -> str:
    """``20 个工作日``, or with an extension ``20 + 10 个工作日``; ``20 working days``."""
    amount = f"{limit.amount} + {extension}" if extension else str(limit.amount)
    if _is_chinese(lang):
        return f"{amount} {UNITS_ZH[limit.unit]}"
    return f"{amount} {UNITS_EN[limit.unit]}{'' if amount == '1' else 's'}"


def days_words(days: int, unit: Unit, lang: str) -> str:
    """A count of budget days in short: 日 for working days, 天 for calendar days of every other limit."""
    if _is_chinese(lang):
        return f"{days} {'日' if unit is Unit.WORKING_DAY else '天'}"
    return _working_days(days) if unit is Unit.WORKING_DAY else _calendar_days(days)


def _is_chinese(lang: str) -> bool:
    return lang.lower().startswith("zh")


def _working_days(count: int) -> str:
    return f"{count} working day{'' if count == 1 else 's'}"


def _calendar_days(count: int) -> str:
    return f"{count} calendar day{'' if count == 1 else 's'}"
