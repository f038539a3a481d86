"""P21: dates before and after a change."""

from datetime import date, timedelta

import pytest

from api.pictures.moved_dates import MOST, Moved, moved_dates
from tests.pictures.reading import faults_of, words_of


@pytest.mark.parametrize("weeks", [1, 4, 30])
def test_no_words_cover_each_other_however_long_the_time(weeks: int) -> None:
    first = date(2027, 1, 4)
    name = "澄海总部基地：建设工程规划许可证"
    found = [Moved(f"{name} {n}", first, first + timedelta(weeks=weeks, days=n), "推后 2 天 →") for n in range(6)]
    drawn = moved_dates(found)
    assert drawn is not None
    assert faults_of(drawn) == []


def test_the_largest_move_stands_first_and_what_stays_has_one_mark() -> None:
    day = date(2027, 2, 1)
    drawn = moved_dates([Moved("甲", day, day, "不变"), Moved("乙", day, day + timedelta(days=3), "推后 3 天 →")])
    assert drawn is not None
    tops = {one.said: one.top for one in words_of(drawn)}
    assert tops["乙"] < tops["甲"]
    assert drawn.count("<circle") == 3


def test_no_more_lines_than_fit_are_drawn_and_nothing_is_no_picture() -> None:
    day = date(2027, 2, 1)
    drawn = moved_dates([Moved(f"第{n}件", day, day + timedelta(days=n), "") for n in range(40)])
    assert drawn is not None
    assert sum(one.said.endswith("件") for one in words_of(drawn)) == MOST
    assert moved_dates([]) is None
