"""The proof: every day, the rule that counted or skipped it, and a total that equals the engine's date."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.clock.calendar import Notice, published_calendar
from workflow.clock.deadline import deadline
from workflow.clock.limit import Limit, Unit, parse_limit
from workflow.clock.pauses import Pause
from workflow.clock.proof import Proof, ProofDay, proof

CALENDAR = published_calendar()
REVIEW = Pause(date(2026, 11, 11), date(2026, 11, 17), "expert_review")
TODAY = date(2026, 11, 23)


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+08:00")


def prove(start: str, limit: str, *pauses: Pause, extension: int = 0, today: date | None = None) -> Proof:
    return proof(noon(start), parse_limit(limit), CALENDAR, pauses, extension, today)


def on(result: Proof, day: str) -> ProofDay:
    return next(line for line in result.days if line.date == date.fromisoformat(day))


def test_the_promise_of_the_pages_is_proved_day_by_day() -> None:
    result = prove("2026-10-29", "15wd", REVIEW, today=TODAY)
    assert (result.start, result.due, result.provisional) == (date(2026, 10, 29), date(2026, 11, 25), False)
    assert len(result.days) == 28
    first, last = result.days[0], result.days[-1]
    assert (first.rule, first.counts, first.total) == ("start", False, 0)
    assert (last.date, last.counts, last.total) == (date(2026, 11, 25), True, 15)
    assert (on(result, "2026-10-30").total, on(result, "2026-11-11").total, on(result, "2026-11-23").total) == (
        1,
        9,
        13,
    )
    assert Counter(line.rule for line in result.days) == {"start": 1, "workday": 15, "weekend": 8, "pause": 4}


def test_a_paused_day_names_its_cause_and_a_weekend_in_a_pause_stays_a_weekend() -> None:
    result = prove("2026-10-29", "15wd", REVIEW)
    assert (on(result, "2026-11-12").rule, on(result, "2026-11-12").cause) == ("pause", "expert_review")
    assert (on(result, "2026-11-14").rule, on(result, "2026-11-14").cause) == ("weekend", "expert_review")
    assert (on(result, "2026-11-11").rule, on(result, "2026-11-11").cause) == ("workday", None)


def test_two_causes_over_one_day_are_both_named_and_take_it_out_once() -> None:
    hearing = Pause(date(2026, 11, 12), date(2026, 11, 13), "hearing")
    result = prove("2026-10-29", "15wd", REVIEW, hearing)
    assert on(result, "2026-11-13").cause == "expert_review, hearing"
    assert result.due == date(2026, 11, 25)


def test_holidays_and_make_up_days_carry_name_and_notice() -> None:
    result = prove("2026-02-13", "5wd")
    assert (on(result, "2026-02-14").rule, on(result, "2026-02-14").counts) == ("make_up", True)
    holiday = on(result, "2026-02-17")
    assert (holiday.rule, holiday.counts, holiday.name) == ("holiday", False, "春节")
    assert "2026" in holiday.source


def test_days_of_an_extension_say_so() -> None:
    result = prove("2026-03-02", "20wd", extension=10)
    assert on(result, "2026-03-30").rule == "workday"
    assert next(line.date for line in result.days if line.rule == "extension") == date(2026, 3, 31)
    assert sum(line.rule == "extension" for line in result.days) == 10
    assert (result.due, result.days[-1].total) == (date(2026, 4, 14), 30)


def test_a_closure_is_proved_by_its_own_notice() -> None:
    typhoon = Notice(2026, {date(2026, 8, 12): "台风停工"}, frozenset(), "区政府通告", "closure")
    result = proof(noon("2026-08-11"), parse_limit("1wd"), published_calendar([typhoon]))
    line = on(result, "2026-08-12")
    assert (line.rule, line.counts, line.name, line.source) == ("closure", False, "台风停工", "区政府通告")
    assert result.due == date(2026, 8, 13)


def test_the_statutory_limit_is_provisional_from_the_first_unpublished_day() -> None:
    result = prove("2026-10-29", "45wd", REVIEW, today=TODAY)
    assert (result.due, result.provisional) == (date(2027, 1, 7), True)
    assert next(line.date for line in result.days if line.provisional) == date(2027, 1, 1)
    assert (on(result, "2027-01-01").rule, on(result, "2027-01-01").name) == ("holiday", "元旦")
    assert result.days[-1].total == 45


def test_a_calendar_day_limit_counts_rest_days_and_then_rolls_without_counting() -> None:
    result = prove("2026-01-20", "30cd")
    assert (on(result, "2026-01-24").rule, on(result, "2026-01-24").counts) == ("weekend", True)
    assert (on(result, "2026-02-19").counts, on(result, "2026-02-19").total) == (True, 30)
    rolled = [line for line in result.days if line.date > date(2026, 2, 19)]
    assert [(line.date.day, line.rule, line.counts, line.total) for line in rolled] == [
        (20, "holiday", False, 30),
        (21, "holiday", False, 30),
        (22, "holiday", False, 30),
        (23, "holiday", False, 30),
        (24, "workday", False, 30),
    ]


def test_a_weekend_in_a_pause_of_a_calendar_day_limit_is_taken_out_by_the_pause() -> None:
    result = prove("2026-03-02", "20cd", Pause(date(2026, 3, 6), date(2026, 3, 10), "hearing"))
    assert (on(result, "2026-03-07").rule, on(result, "2026-03-07").counts) == ("pause", False)


def test_while_a_pause_is_open_the_list_ends_with_today() -> None:
    still = Pause(date(2026, 3, 9), None, "expert_review")
    result = prove("2026-03-02", "20wd", still, today=date(2026, 3, 12))
    assert (result.due, result.provisional) == (None, False)
    assert [line.date.day for line in result.days] == list(range(2, 13))
    assert (result.days[-1].rule, result.days[-1].total) == ("pause", 5)
    assert prove("2026-03-02", "20wd", still).days[-1].date == date(2026, 3, 9)


def test_a_pause_open_since_before_the_start_leaves_only_the_first_day() -> None:
    result = prove("2026-03-02", "20wd", Pause(date(2026, 2, 2), None, "hearing"))
    assert [line.rule for line in result.days] == ["start"]


def test_a_clock_of_hours_has_a_sentence_and_no_days() -> None:
    result = prove("2026-02-16", "24h")
    assert (result.days, result.due) == ((), date(2026, 2, 17))
    assert result.sentence_zh == "自 2026-02-16 12:00 起连续计算 24 小时，至 2026-02-17 12:00 止"
    assert result.sentence_en == "24 hours without a break from 2026-02-16 12:00 to 2026-02-17 12:00"


@pytest.mark.parametrize(
    ("limit", "pause", "today", "zh", "en"),
    [
        (
            "15wd",
            REVIEW,
            TODAY,
            "11月25日（周三）：已用 13 日，暂停 4 日，还剩 2 日",
            "Wed 25 Nov 2026: 13 working days used, 4 working days paused, 2 working days left",
        ),
        (
            "45wd",
            REVIEW,
            TODAY,
            "2027年1月7日（周四）≈ 预计：已用 13 日，暂停 4 日，还剩 32 日",
            "Thu 7 Jan 2027 ≈ provisional: 13 working days used, 4 working days paused, 32 working days left",
        ),
        (
            "15wd",
            Pause(date(2026, 11, 11), None, "hearing"),
            TODAY,
            "暂停计时：已用 9 日，暂停 8 日，恢复后还剩 6 日",
            "Paused: 9 working days used, 8 working days paused, 6 working days left once resumed",
        ),
        (
            "15wd",
            REVIEW,
            date(2026, 11, 25),
            "11月25日（周三）：已用 15 日，暂停 4 日，今天到期",
            "Wed 25 Nov 2026: 15 working days used, 4 working days paused, due today",
        ),
        (
            "15wd",
            REVIEW,
            date(2026, 11, 30),
            "11月25日（周三）：已用 18 日，暂停 4 日，超期 3 日",
            "Wed 25 Nov 2026: 18 working days used, 4 working days paused, 3 working days overdue",
        ),
        (
            "15wd",
            REVIEW,
            None,
            "自 2026年10月29日（周四）次日起算 15 个工作日，暂停 4 日，届满日 11月25日（周三）",
            "15 working days from the day after Thu 29 Oct 2026, 4 working days paused, ends Wed 25 Nov 2026",
        ),
        (
            "15wd",
            Pause(date(2026, 11, 11), None, "hearing"),
            None,
            "自 2026年10月29日（周四）次日起算 15 个工作日，暂停 0 日，暂停计时，尚无届满日",
            "15 working days from the day after Thu 29 Oct 2026, 0 working days paused, paused now, no end yet",
        ),
    ],
)
def test_the_sentence_says_what_is_used_paused_and_left(
    limit: str, pause: Pause, today: date | None, zh: str, en: str
) -> None:
    result = prove("2026-10-29", limit, pause, today=today)
    assert (result.sentence_zh, result.sentence_en) == (zh, en)


@st.composite
def pauses_near(draw: st.DrawFn, start: date) -> list[Pause]:
    spans = draw(st.lists(st.tuples(st.integers(-20, 60), st.integers(0, 20)), max_size=4))
    return [
        Pause(start + timedelta(days=offset), start + timedelta(days=offset + length), "hearing")
        for offset, length in spans
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.data(),
    st.dates(date(2005, 1, 1), date(2027, 6, 30)),
    st.integers(0, 40),
    st.integers(0, 15),
    st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY]),
)
def test_the_running_total_ends_on_the_day_the_engine_says(
    data: st.DataObject, start: date, amount: int, extension: int, unit: Unit
) -> None:
    pauses = data.draw(pauses_near(start))
    limit = Limit(amount, unit)
    result = proof(noon(start.isoformat()), limit, CALENDAR, pauses, extension)
    engine = deadline(noon(start.isoformat()), limit, CALENDAR, pauses, extension)
    assert (result.due, result.provisional) == (engine.on, engine.provisional)
    assert result.days[-1].date == engine.on
    assert result.days[-1].total == amount + extension
    assert sum(line.counts for line in result.days) == amount + extension
    counted = [line for line in result.days if line.counts]
    if unit is Unit.WORKING_DAY and counted:
        # The total is reached on the last day and not before it.
        assert counted[-1] == result.days[-1]
    assert [line.date for line in result.days] == [start + timedelta(days=n) for n in range(len(result.days))]
