"""P6: nine months of milestones."""

from datetime import date, timedelta

import pytest

from api.pictures.milestones import Diamond, Month, Reached, Row, fits, milestones, months_around
from tests.pictures.reading import faults_of, size_of, words_of

TODAY = date(2026, 11, 23)
KINDS: tuple[Reached, ...] = ("done", "early", "late", "planned", "missed")


def drawn(rows: int, today: date = TODAY, name: str = "张村河两岸九年一贯制学校（一期）和社区卫生服务中心") -> str:
    *months, end = months_around(today)
    named = [Month(one, f"{one.year}年{one.month}月" if one.month == 1 else f"{one.month}月") for one in months]
    lines = [
        Row(
            name,
            f"/projects/{n}",
            "bad",
            tuple(Diamond(today + timedelta(days=40 * k + n - 200), KINDS[k % 5], "节点") for k in range(12)),
            "晚 123 天",
            True,
        )
        for n in range(rows)
    ]
    return str(milestones(lines, named, end, today, "今天 11月23日"))


@pytest.mark.parametrize("rows", [1, 6, 50])
@pytest.mark.parametrize("today", [TODAY, date(2026, 1, 1), date(2026, 12, 31), date(2027, 2, 28)])
def test_no_word_leaves_the_picture_or_covers_another(rows: int, today: date) -> None:
    assert faults_of(drawn(rows, today)) == []
    assert faults_of(drawn(rows, today, "Reconstruction of the old village at Beizhai, stage two")) == []


def test_nine_months_are_shown_with_that_of_today_the_sixth() -> None:
    months = months_around(TODAY)
    assert months[0] == date(2026, 6, 1)
    assert months[-1] == date(2027, 3, 1)
    assert len(months) == 10
    assert months_around(date(2026, 2, 1))[0] == date(2025, 9, 1)


def test_what_lies_beyond_the_nine_months_has_no_diamond() -> None:
    *months, end = months_around(TODAY)
    named = [Month(one, f"{one.month}月") for one in months]
    far = Row(
        "甲",
        "/p",
        "ok",
        (Diamond(date(2025, 1, 1), "done", "早"), Diamond(date(2028, 1, 1), "planned", "远")),
        "",
        False,
    )
    said = str(milestones([far], named, end, TODAY, "今天"))
    assert "早" not in said
    assert "远" not in said
    assert 'class="ax2"' in said, "only the line that leads there"


def test_every_row_has_its_name_and_its_chip() -> None:
    said = [one.said for one in words_of(drawn(6, name="云岳产业园"))]
    assert said.count("云岳产业园") == said.count("晚 123 天") == 6
    assert size_of(drawn(6))[0] == 1280


def test_the_words_of_a_chip_keep_clear_of_the_axis() -> None:
    for chip in ("晚 123 天", "123 days late", "all reached"):
        assert fits(chip)
