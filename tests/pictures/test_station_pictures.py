"""P4, P5 and P15: acceptance by segments, a consultation, a tender."""

from datetime import date, timedelta

import pytest

import api.pages  # noqa: F401 - pages import pictures, and pictures the words of the pages: the pages come first
from api.pictures.elevation import MOST as STACKS
from api.pictures.elevation import Segment, Stack, elevation
from api.pictures.hub import MOST, Asked, halves, hub
from api.pictures.ribbon import Dated, Period, ribbon
from tests.pictures.reading import faults_of, words_of

FIRST = date(2026, 11, 2)
PERIODS = [
    Period("公告与文件发售", FIRST, date(2026, 11, 8), "done", "发售不少于 5 日"),
    Period("投标", date(2026, 11, 9), date(2026, 11, 26), "now", "发出文件到截止不少于 20 日"),
    Period("开标评标", date(2026, 11, 27), date(2026, 11, 29), "plan"),
    Period("公示", date(2026, 11, 30), date(2026, 12, 3), "plan", "不少于 3 日"),
    Period("签合同", date(2026, 12, 4), date(2027, 1, 4), "plan", "中标通知后 30 日内"),
]
DATES = [
    Dated(date(2026, 11, 11), "最晚澄清 11/11", False),
    Dated(date(2026, 11, 16), "最晚异议 11/16", False),
    Dated(date(2026, 11, 22), "截止最早可定 11/22", False),
    Dated(date(2026, 11, 26), "投标截止即开标 11/26 09:30", True),
    Dated(date(2026, 11, 30), "候选人最晚公示 11/30", True),
    Dated(date(2027, 1, 4), "合同最晚 2027/1/4 预计", True),
]


@pytest.mark.parametrize("count", range(1, MOST + 1))
def test_boxes_of_a_consultation_keep_apart_however_many_are_asked(count: int) -> None:
    asked = [Asked(f"区住房和城乡建设局{n}", "waiting" if n % 2 else "agreed", "未回复，剩 1 日") for n in range(count)]
    drawn = hub("审批服务局", asked)
    assert drawn is not None
    assert faults_of(drawn) == []


def test_who_has_not_answered_hangs_on_a_dashed_line() -> None:
    drawn = hub("审查科", [Asked("消防", "conditional", "有条件同意"), Asked("人防", "waiting", "未回复")])
    assert drawn is not None
    assert drawn.count("edge dash") == 1
    assert drawn.count("edge-past") == 1
    assert hub("审查科", []) is None
    assert hub("审查科", [Asked("甲", "agreed", "同意")] * (MOST + 1)) is None


@pytest.mark.parametrize("count", range(1, STACKS + 1))
def test_segments_stand_on_each_other_and_cellars_under_the_ground(count: int) -> None:
    segments = (
        Segment("1–6 层", "ok", "已通过", "/a"),
        Segment("7–12 层和设备层与避难层", "fix", "整改", "/b"),
        Segment("地下室", "now", "验收中", "/c", below=True),
    )
    drawn = elevation([Stack(f"{n} 号楼", segments) for n in range(count)])
    assert drawn is not None
    assert faults_of(drawn) == []
    tops = {one.said: one.top for one in words_of(drawn)}
    assert tops["地下室"] > tops["1–6 层"]


def test_a_long_name_of_the_lead_stands_on_two_lines_in_its_circle() -> None:
    drawn = hub("行政审批服务局", [Asked("消防", "agreed", "同意")])
    assert drawn is not None
    assert faults_of(drawn) == []
    said = [one.said for one in words_of(drawn)]
    assert {"行政审批", "服务局"} <= set(said)
    assert halves("Administrative Approval Service") == ("Administrative", "Approval Service")


def test_too_many_buildings_are_left_to_the_table() -> None:
    stack = Stack("楼", (Segment("一层", "todo", "未申请", "/a"),))
    assert elevation([stack] * (STACKS + 1)) is None
    assert elevation([]) is None


@pytest.mark.parametrize("today", [FIRST, date(2026, 11, 9), date(2026, 11, 23), date(2027, 1, 4), date(2027, 2, 1)])
def test_the_words_of_a_tender_keep_apart_whatever_the_day(today: date) -> None:
    drawn = ribbon(PERIODS, DATES, today)
    assert drawn is not None
    assert faults_of(drawn) == []


def test_dates_close_together_take_rows_of_their_own() -> None:
    dates = [Dated(FIRST + timedelta(days=n), f"第 {n} 个日期 11/{n + 2}", True) for n in range(9)]
    drawn = ribbon(PERIODS, dates, FIRST)
    assert drawn is not None
    assert faults_of(drawn) == []


def test_a_stopped_period_is_hatched_and_carries_no_words() -> None:
    drawn = ribbon([Period("异议", FIRST, FIRST + timedelta(days=20), "stopped")], [], FIRST)
    assert drawn is not None
    assert "f-hatch" in drawn
    assert "异议" not in drawn
    assert ribbon([], [], FIRST) is None
