"""The four pictures of the report: nothing covered, nothing outside, every case in it."""

import re

import pytest

from api.pictures.dumbbell import Span, dumbbell
from api.pictures.early_late import EARLIEST, LATEST, early_late, folded
from api.pictures.waffle import waffle
from api.pictures.week_heat import shade_of, week_heat
from tests.pictures.reading import faults_of, words_of

DAYS = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
SPANS = [Span("立项用地规划许可", 20, 12, 7.5), Span("工程建设许可", 45, 15, 13.2), Span("施工许可", 7, 3, 2.1)]


@pytest.mark.parametrize("small", [False, True])
def test_words_of_the_dumbbells_keep_apart(small: bool) -> None:
    drawn = dumbbell([*SPANS, Span("Project and land planning permission", 60, 1, 0)], small=small)
    assert faults_of(drawn) == []
    assert {"省 12.5 日", "省 31.8 日", "省 4.9 日"} <= {one.said for one in words_of(drawn)}


@pytest.mark.parametrize(
    "counts",
    [
        {0: 1},
        {1: 36, 0: 5, -1: 3},
        {day: 3 * day + 40 for day in range(-12, 13)},
        {30: 1, -30: 1},
    ],
)
def test_words_of_early_and_late_keep_apart_whatever_the_counts(counts: dict[int, int]) -> None:
    assert faults_of(early_late(counts)) == []


def test_what_lies_beyond_the_last_bar_is_counted_into_it() -> None:
    counts = dict.fromkeys(range(-20, 21), 1)
    assert sum(folded(counts).values()) == sum(counts.values())
    assert set(folded(counts)) == set(range(-LATEST, EARLIEST + 1))
    said = [one.said for one in words_of(early_late(counts))]
    assert f"{EARLIEST}+" in said
    assert f"{LATEST}+" in said


@pytest.mark.parametrize("small", [False, True])
def test_the_week_has_a_cell_an_hour_and_a_frame_around_office_hours(small: bool) -> None:
    drawn = week_heat({(1, 9): 8, (7, 23): 1}, DAYS, (9, 17), small=small)
    assert faults_of(drawn) == []
    assert len(re.findall(r'class="h\d"', drawn)) == 24 * 7
    assert drawn.count('class="h5"') == 1
    assert drawn.count('class="h1"') == 1
    assert drawn.count("dash") == 1


def test_shades_are_of_the_counts_the_design_names() -> None:
    assert [shade_of(n) for n in (0, 1, 2, 3, 4, 5, 6, 7, 8, 99)] == [0, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_a_share_fills_as_many_cells_of_a_hundred() -> None:
    assert waffle(87.4, 85).count("f-early") == 87
    assert waffle(0, None).count("f-early") == 0
    assert waffle(100, 100).count("f-early") == 100
    assert waffle(50, None).count("o-ink") == 0
    assert waffle(50, 76).count("o-ink") == 1
