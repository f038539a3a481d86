"""P2: thirteen weeks around today, bars where they belong, and words that meet neither bars nor today."""

import re
from datetime import date, timedelta

from api.pictures.drawing import Days, width_of
from api.pictures.lanes import EDGE, LEFT, WIDTH, Bar, Flag, Lane, lanes, window

TODAY = date(2026, 11, 23)
FIRST, LAST = window(TODAY)
AXIS = Days(FIRST, LAST, LEFT, EDGE)


def _day(number: int) -> date:
    return FIRST + timedelta(days=number)


def _drawn(*shown: Lane) -> str:
    return str(lanes(shown, TODAY, "今天 11/23"))


def test_the_window_is_thirteen_weeks_from_a_monday_with_today_in_the_seventh() -> None:
    assert (date(2026, 10, 12), date(2027, 1, 10)) == (FIRST, LAST)
    assert FIRST.weekday() == 0
    assert (TODAY - FIRST).days // 7 == 6


def test_a_bar_lasts_from_its_first_day_to_the_end_of_its_last() -> None:
    svg = _drawn(Lane("一套机制", "攻坚队与专员", "ok", (Bar(_day(7), _day(13), "done"),)))
    start, end = AXIS.begin(_day(7)) + 1, AXIS.begin(_day(14)) - 2
    found = re.search(r'<rect class="f-sea" x="([\d.]+)" y="12" width="([\d.]+)"', svg)
    assert found is not None
    assert abs(float(found[1]) - start) < 0.1
    assert abs(float(found[1]) + float(found[2]) - end) < 0.1


def test_a_label_stands_in_its_bar_where_it_fits_else_beside_it() -> None:
    roomy = _drawn(Lane("一站服务", "1+N 会商", "ok", (Bar(_day(0), _day(30), "done", "六部门会商"),)))
    assert 'class="tiny on"' in roomy
    tight = _drawn(Lane("一站服务", "1+N 会商", "ok", (Bar(_day(0), _day(1), "done", "六部门会商"),)))
    assert 'class="tiny on"' not in tight
    assert "六部门会商" in tight


def test_no_label_stands_on_a_hatched_bar() -> None:
    svg = _drawn(Lane("一站服务", "1+N 会商", "hold", (Bar(_day(0), _day(30), "hold", "专家评审"),)))
    assert 'class="tiny"' in svg
    x = float(re.search(r'<text class="tiny" x="([\d.]+)"[^>]*>专家评审', svg)[1])  # type: ignore[index]
    assert x > AXIS.begin(_day(31)) - 2


def test_words_inside_a_bar_are_not_crossed_by_today() -> None:
    before = (TODAY - FIRST).days
    svg = _drawn(
        Lane("一事全办", "并联审批", "ok", (Bar(_day(before - 1), _day(before + 40), "now", "并联审批，5 个事项"),))
    )
    x = float(re.search(r'<text class="tiny em" x="([\d.]+)"', svg)[1])  # type: ignore[index]
    now = AXIS.middle(TODAY)
    assert not x < now < x + width_of("并联审批，5 个事项", 12)


def test_what_comes_behind_the_window_has_an_arrow_that_meets_no_bar() -> None:
    svg = _drawn(Lane("一事全办", "并联审批", "ok", (Bar(_day(0), _day(200), "now"),), later="地下室验收 2027年5月"))
    assert "地下室验收 2027年5月" in svg
    assert re.search(r'<path class="f-none o-line dash" d="M[\d.]+ 38h', svg)


def test_flags_and_captions_stay_inside_the_picture() -> None:
    flags = tuple(Flag(_day(n), f"一次性告知 {n} 项") for n in (40, 41, 42, 89))
    svg = _drawn(Lane("一次办好", "清单与告知", "warn", (Bar(_day(30), _day(50), "now"),), flags))
    height = float(re.search(r'viewBox="0 0 \d+ ([\d.]+)"', svg)[1])  # type: ignore[index]
    assert height > 22 + 44
    ends = [
        float(x) + width_of(said, 12)
        for x, said in re.findall(r'<text class="tiny" x="([\d.]+)"[^>]*>([^<]+)</text>', svg)
    ]
    assert max(ends) <= WIDTH
