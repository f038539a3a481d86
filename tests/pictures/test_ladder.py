"""P10: the ladder of escalation."""

import pytest

from api.pictures.ladder import MOST, Level, Standing, ladder
from tests.pictures.reading import faults_of, size_of, words_of

NAMES = ("1 提醒经办人和专员", "2 黄牌，报攻坚队长", "3 红牌，报局长", "4 报分管区领导", "5 区政府专题会")
ENGLISH = (
    "1 Case holder and specialist reminded",
    "2 Yellow card, squad leader",
    "3 Red: director",
    "4 DL",
    "5 Meeting",
)


def levels(counts: tuple[int, ...], names: tuple[str, ...] = NAMES) -> list[Level]:
    return [
        Level(
            name,
            "超期 4 个工作日仍未解决",
            f"{n} 件",
            tuple(
                Standing(f"株洲路低效用地综合开发第 {k} 地块", f"/cases/{k}", "bad", "27 日", "超期")
                for k in range(min(n, MOST))
            ),
            f"还有 {n - MOST} 件" if n > MOST else "",
            "/escalations?level=1",
        )
        for name, n in zip(names, counts, strict=True)
    ]


@pytest.mark.parametrize(
    "counts", [(0, 0, 0, 0, 0), (1, 0, 0, 0, 0), (3, 2, 1, 1, 0), (73, 31, 29, 9, 5), (300, 300, 300, 300, 300)]
)
@pytest.mark.parametrize("names", [NAMES, ENGLISH])
def test_no_word_leaves_the_picture_or_covers_another(counts: tuple[int, ...], names: tuple[str, ...]) -> None:
    assert faults_of(str(ladder(levels(counts, names)))) == []


def test_at_most_four_cases_stand_on_a_level_and_the_rest_is_counted() -> None:
    drawn = str(ladder(levels((73, 0, 0, 0, 0))))
    assert drawn.count('href="/cases/') == 4
    assert "还有 69 件" in [one.said for one in words_of(drawn)]


def test_the_picture_is_as_high_as_its_fullest_step_needs() -> None:
    empty, full = size_of(str(ladder(levels((0, 0, 0, 0, 0))))), size_of(str(ladder(levels((0, 0, 0, 0, 4)))))
    assert empty == (1280, 62 + 4 * 52 + 14)
    assert full[1] == empty[1] + 4 * 34


def test_what_is_said_of_a_case_cannot_become_an_element() -> None:
    one = Standing("<b>甲</b>", "/cases/1", "warn", "今天", '"><script>')
    drawn = str(ladder([Level("1", "", "1", (one,)), *levels((0, 0, 0, 0, 0))[1:]]))
    assert "<script>" not in drawn
    assert "<b>" not in drawn
