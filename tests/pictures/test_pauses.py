"""P11: how long pauses were, and which began just before an end."""

import pytest

from api.pictures.pauses import NARROW, WIDE, Held, Reason, pauses
from tests.pictures.reading import faults_of, size_of

NAMES = ("专家评审", "证明文件不全，补齐后重新起算", "Papers incomplete, counted anew", "听证")


def reasons(count: int, days: int) -> list[Reason]:
    held = tuple(Held(n / max(1, count - 1), n % 3 == 0, "甲") for n in range(count))
    return [Reason(NAMES[n % 4], days * (n + 1), f"{days * (n + 1)} 日", held) for n in range(max(1, count // 2))]


@pytest.mark.parametrize("count", [1, 10, 50])
@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("days", [0, 5, 400])
def test_no_word_leaves_the_picture_or_covers_another(count: int, width: int, days: int) -> None:
    drawn = str(pauses(reasons(count, days), width))
    assert faults_of(drawn) == []
    assert size_of(drawn)[0] == width


def test_every_pause_is_one_mark_and_a_late_one_a_square() -> None:
    held = (Held(0.0, False, "甲"), Held(0.5, True, "乙"), Held(1.0, False, "丙"))
    drawn = str(pauses([Reason("听证", 12, "12 日", held)]))
    assert drawn.count("<circle") == 2
    assert drawn.count("f-bad") == 1
