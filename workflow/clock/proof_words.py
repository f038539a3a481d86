"""The one sentence over a proof: what is used, paused and left, or how the date came about."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from workflow.clock.days import OFFICE_ZONE, local_day
from workflow.clock.deadline import Deadline
from workflow.clock.limit import Limit, Unit
from workflow.clock.words import date_words, days_words, limit_words, time_left

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a clock of days stands: as `used_days`, `paused_days` and `remaining_days` count on ``today``."""

    today: date
    used: int
    paused: int
    remaining: int


def standing_sentence(limit: Limit, due: Deadline, standing: Standing, lang: Lang) -> str:
    """``11月25日（周三）：已用 13 日，暂停 4 日，还剩 2 日``; beside 天 what is left of a limit says 个工作日."""
    counted = _counted(limit, standing.used, standing.paused, lang)
    left = time_left(standing.remaining, due.on is None, lang, limit.unit)
    if lang == "en":
        head = date_words(due.on, standing.today, lang, due.provisional) if due.on else "Paused"
        return f"{head}: {counted}, {left}"
    unit = "日" if limit.unit is Unit.WORKING_DAY else "个工作日"
    if due.on and standing.remaining > 0:
        left = f"还剩 {standing.remaining} {unit}"
    elif standing.remaining < 0:
        left = f"超期 {-standing.remaining} {unit}"
    head = date_words(due.on, standing.today, lang, due.provisional) if due.on else "暂停计时"
    return f"{head}：{counted}，{left}"


def ran_out_sentence(limit: Limit, due: Deadline, standing: Standing, lang: Lang) -> str:
    """``6月10日（周三）：已用 92 天，已届满``, of a clock that was stopped by its own end."""
    counted = _counted(limit, standing.used, standing.paused, lang)
    head = date_words(due.on, standing.today, lang, due.provisional) if due.on else ""
    return f"{head}: {counted}, ran out" if lang == "en" else f"{head}：{counted}，已届满"


def origin_sentence(
    start: datetime, limit: Limit, extension: int, due: Deadline, paused: int, lang: Lang, restart: date | None = None
) -> str:
    """``自 2026年3月2日（周一）次日起算 20 个工作日，暂停 9 日，届满日 4月13日（周一）``: true on any day.

    ``restart``: the day after which a reset lets the budget count anew (``次日重新起算``).
    """
    first = restart or local_day(start)
    anew_zh, anew_en = ("重新", "anew ") if restart else ("", "")
    amount = limit_words(limit, lang, extension)
    pauses = days_words(paused, limit.unit, lang)
    if lang == "en":
        end = f"ends {date_words(due.on, first, lang, due.provisional)}" if due.on else "paused now, no end yet"
        return f"{amount} {anew_en}from the day after {date_words(first, first, lang)}, {pauses} paused, {end}"
    end = f"届满日 {date_words(due.on, first, lang, due.provisional)}" if due.on else "暂停计时，尚无届满日"
    return f"自 {first.year}年{date_words(first, first, lang)}次日{anew_zh}起算 {amount}，暂停 {pauses}，{end}"


def office_sentence(
    start: datetime, limit: Limit, extension: int, due: Deadline, restart: date | None, lang: Lang
) -> str:
    """``自 2026-03-02 10:00 起按办公时间计算 8 个工作小时，至 2026-03-03 11:30 止``."""
    amount = limit_words(limit, lang, extension)
    if lang == "en":
        begin = f"anew after {restart.isoformat()}" if restart else f"from {_minute(start)}"
        end = f"to {_minute(due.at)}" if due.at else "paused now, no end yet"
        return f"{amount} of office time {begin} {end}" if due.at else f"{amount} of office time {begin}, {end}"
    begin = f"自 {restart.isoformat()} 次日重新" if restart else f"自 {_minute(start)} "
    end = f"至 {_minute(due.at)} 止" if due.at else "暂停计时，尚无届满时刻"
    return f"{begin}起按办公时间计算 {amount}，{end}"


def exact_sentence(start: datetime, limit: Limit, extension: int, due: Deadline, lang: Lang) -> str:
    """``自 2026-03-02 10:00 起连续计算 24 小时，至 2026-03-03 10:00 止``."""
    begin, end = _minute(start), _minute(due.at) if due.at else "-"
    amount = limit_words(limit, lang, extension)
    return (
        f"自 {begin} 起连续计算 {amount}，至 {end} 止"
        if lang == "zh"
        else f"{amount} without a break from {begin} to {end}"
    )


def _counted(limit: Limit, used: int, paused: int, lang: Lang) -> str:
    """What is used and, where there is any, paused."""
    used_words, paused_words = (days_words(days, limit.unit, lang) for days in (used, paused))
    if lang == "en":
        return f"{used_words} used, {paused_words} paused" if paused else f"{used_words} used"
    return f"已用 {used_words}，暂停 {paused_words}" if paused else f"已用 {used_words}"


def _minute(instant: datetime) -> str:
    return instant.astimezone(OFFICE_ZONE).strftime("%Y-%m-%d %H:%M")
