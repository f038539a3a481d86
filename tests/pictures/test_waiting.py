"""P14: who waits at the help desk."""

import re

import pytest

import api.pages  # noqa: F401 - pages import pictures, and pictures the words of the pages: the pages come first
from api.pictures.waiting import Wait, minutes_words, waiting
from tests.pictures.reading import faults_of, size_of, words_of

WAITS = [
    Wait("深湾生物：图纸压缩包传不上去", 11, 30),
    Wait("海滨置业：人防回复要等到什么时候？", 34, 30, "/help?case=LS1"),
    Wait("云岚园区：能否先办地下室验收", 4, 30),
]


@pytest.mark.parametrize("small", [False, True], ids=["wide", "phone"])
@pytest.mark.parametrize("minutes", [0, 4, 22, 28, 30, 31, 34, 90, 700, 5000])
@pytest.mark.parametrize("promise", [None, 30, 120])
def test_no_words_cover_others_or_leave_the_picture(small: bool, minutes: int, promise: int | None) -> None:
    waits = [
        *WAITS,
        Wait("青岛示例芯屏科技有限公司：" + "施工许可和质量安全监督手续可以一起提交吗？" * 3, minutes, promise),
    ]
    drawn = waiting(waits, small=small)
    assert faults_of(drawn) == []
    assert size_of(drawn)[0] == (310 if small else 584)


def test_the_longest_stands_on_top_and_only_what_is_past_its_promise_is_red() -> None:
    drawn = waiting(WAITS)
    tops = {one.said: one.top for one in words_of(drawn)}
    assert tops["34 分钟"] < tops["11 分钟"] < tops["4 分钟"]
    assert drawn.count("f-bad") == 1
    assert drawn.count("f-sea3") == 2
    assert "承诺 30 分钟" in tops


def test_a_wait_as_long_as_its_promise_has_kept_it() -> None:
    assert not Wait("甲：乙", 30, 30).late
    assert Wait("甲：乙", 31, 30).late
    assert not Wait("甲：乙", 900, None).late


def test_bars_are_as_long_as_the_minutes() -> None:
    widths = [float(found) for found in re.findall(r'<rect [^>]*width="([\d.]+)"', waiting(WAITS))]
    assert widths[0] / widths[1] == pytest.approx(34 / 11, rel=0.01)
    assert widths[0] / widths[2] == pytest.approx(34 / 4, rel=0.01)


def test_rows_of_two_promises_have_two_lines_and_the_words_of_both() -> None:
    drawn = waiting([Wait("甲：乙", 100, 30), Wait("丙：丁", 50, 120)])
    places = {float(found) for found in re.findall(r'<line [^>]*x1="([\d.]+)"', drawn)}
    assert len(places) == 2
    said = [one.said for one in words_of(drawn)]
    assert "承诺 30 分钟" in said
    assert "承诺 2 小时" in said


def test_links_are_passed_by_with_the_keyboard_for_the_table_has_them() -> None:
    drawn = waiting(WAITS)
    assert drawn.count("<a ") == drawn.count('tabindex="-1"') == 1
    assert 'aria-hidden="true"' in drawn


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 分钟"), (34, "34 分钟"), (60, "1 小时"), (94, "1 小时 34 分钟"), (2879, "47 小时 59 分钟"), (2880, "2 天")],
)
def test_minutes_are_said_in_hours_and_days_where_they_are_many(minutes: int, said: str) -> None:
    assert minutes_words(minutes) == said
