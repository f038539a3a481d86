"""Time in words, in both languages, and the lights."""

from datetime import date

import pytest

from workflow.clock.limit import Limit, Unit, parse_limit
from workflow.clock.words import Light, date_words, days_words, light, limit_words, minutes_left, time_left

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("remaining", "expected"),
    [
        (5, Light.NORMAL),
        (3, Light.NORMAL),
        (2, Light.WARNING),
        (1, Light.WARNING),
        (0, Light.WARNING),
        (-1, Light.OVERDUE),
    ],
)
def test_a_running_clock_warns_from_two_days_left_and_is_overdue_below_zero(remaining: int, expected: Light) -> None:
    assert light(remaining, paused=False) is expected


@pytest.mark.parametrize("remaining", [9, 2, 1])
def test_a_pause_has_its_own_light(remaining: int) -> None:
    assert light(remaining, paused=True) is Light.PAUSED


def test_a_pause_does_not_hide_an_end_that_has_passed() -> None:
    assert light(-1, paused=True) is Light.OVERDUE
    assert time_left(-3, True, "zh") == "超期 3 日"


@pytest.mark.parametrize(
    ("remaining", "paused", "zh", "en"),
    [
        (2, False, "剩 2 个工作日", "2 working days left"),
        (1, False, "剩 1 个工作日", "1 working day left"),
        (0, False, "今天到期", "due today"),
        (-1, False, "超期 1 日", "1 working day overdue"),
        (-3, False, "超期 3 日", "3 working days overdue"),
        (9, True, "恢复后还剩 9 日", "9 working days left once resumed"),
        (0, True, "今天到期", "due today"),
    ],
)
def test_days_left_in_words(remaining: int, paused: bool, zh: str, en: str) -> None:
    assert time_left(remaining, paused, "zh") == zh
    assert time_left(remaining, paused, "zh-CN") == zh
    assert time_left(remaining, paused, "en") == en


def test_what_remains_of_a_paused_calendar_day_clock_is_calendar_days() -> None:
    assert time_left(17, True, "zh", Unit.CALENDAR_DAY) == "恢复后还剩 17 天"
    assert time_left(1, True, "en", Unit.MONTH) == "1 calendar day left once resumed"
    assert time_left(17, False, "zh", Unit.CALENDAR_DAY) == "剩 17 个工作日"


@pytest.mark.parametrize(
    ("day", "provisional", "zh", "en"),
    [
        (date(2026, 11, 25), False, "11月25日（周三）", "Wed 25 Nov 2026"),
        (date(2026, 11, 29), False, "11月29日（周日）", "Sun 29 Nov 2026"),
        (date(2027, 1, 7), True, "2027年1月7日（周四）≈ 预计", "Thu 7 Jan 2027 ≈ provisional"),
        (date(2025, 12, 31), False, "2025年12月31日（周三）", "Wed 31 Dec 2025"),
    ],
)
def test_a_date_has_its_weekday_and_its_year_when_it_is_another(day: date, provisional: bool, zh: str, en: str) -> None:
    assert date_words(day, TODAY, "zh", provisional) == zh
    assert date_words(day, TODAY, "en", provisional) == en


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (35, "剩 35 分钟", "35 min left"),
        (60, "剩 1 小时", "1 h left"),
        (-2879, "超时 47 小时 59 分钟", "47 h 59 min overdue"),
        (-2880, "超时 2 天", "2 calendar days overdue"),
        (-43269, "超时 30 天", "30 calendar days overdue"),
        (125, "剩 2 小时 5 分钟", "2 h 5 min left"),
        (0, "现在到期", "due now"),
        (-12, "超时 12 分钟", "12 min overdue"),
        (-61, "超时 1 小时 1 分钟", "1 h 1 min overdue"),
    ],
)
def test_minutes_left_in_words(minutes: int, zh: str, en: str) -> None:
    assert minutes_left(minutes, "zh") == zh
    assert minutes_left(minutes, "en") == en


@pytest.mark.parametrize(
    ("text", "extension", "zh", "en"),
    [
        ("20wd", 0, "20 个工作日", "20 working days"),
        ("20wd", 10, "20 + 10 个工作日", "20 + 10 working days"),
        ("1cd", 0, "1 天", "1 calendar day"),
        ("16wh", 0, "16 个工作小时", "16 working hours"),
        ("24h", 0, "24 小时", "24 hours"),
        ("30min", 0, "30 分钟", "30 minutes"),
        ("3mo", 0, "3 个月", "3 months"),
        ("1y", 0, "1 年", "1 year"),
    ],
)
def test_a_limit_in_words(text: str, extension: int, zh: str, en: str) -> None:
    assert limit_words(parse_limit(text), "zh", extension) == zh
    assert limit_words(parse_limit(text), "en", extension) == en


def test_every_unit_has_words_in_both_languages() -> None:
    for unit in Unit:
        assert limit_words(Limit(2, unit), "zh") != limit_words(Limit(2, unit), "en")


def test_a_bare_number_of_days_never_appears() -> None:
    assert days_words(4, Unit.WORKING_DAY, "zh") == "4 日"
    assert days_words(4, Unit.MONTH, "zh") == "4 天"
    assert days_words(1, Unit.WORKING_DAY, "en") == "1 working day"
