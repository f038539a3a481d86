"""The table of an acceptance by segments, on the page of its case."""

import re
from collections.abc import Callable

from tests import given, parts
from tests.pages.conftest import Reader
from tests.pictures.reading import faults_of, words_of
from workflow.work import Office

MONDAY = given.moment("2026-03-02")


def test_the_page_of_an_acceptance_shows_every_segment_and_discipline(
    office: Office, town: given.Town, signed_in: Callable[[str], Reader]
) -> None:
    given.time_is(office.engine, MONDAY)
    no = parts.begun(office, town, MONDAY)
    segment = parts.segments(office, no)["A"]
    cells = parts.taken_in(office, town, MONDAY, segment)
    parts.on(office, town, MONDAY, cells["planning"], "pass", parts.FINE)
    parts.on(office, town, MONDAY, cells["fire"], "find_problems", {"problems": [parts.PROBLEM]})
    for username in ("officer_zj", "applicant"):
        page = signed_in(username).open(f"/cases/{no}")
        assert page.status == 200
        assert "2 段中 0 段已通过，可以使用；1 段验收中，1 段未申请。" in page.words
        for words in ("各段各专项", "规划核实", "问题 1 条", "不涉及", "最后一段", "分段 A 未备案", "未开始"):
            assert words in page.words, words
        for words in (
            "待整改的问题（1）",
            "防火门闭门器缺失",
            "总包单位项目经理",
            "3月10日",
            "照片 IMG-0031",
            "下一次上门",
        ):
            assert words in page.words, words


def test_the_elevation_shows_what_of_each_building_lies_above_and_below_the_ground(
    office: Office, town: given.Town, signed_in: Callable[[str], Reader]
) -> None:
    given.time_is(office.engine, MONDAY)
    no = parts.begun(office, town, MONDAY)
    page = signed_in("officer_zj").open(f"/cases/{no}")
    found = re.search(r'aria-label="各段立面示意图">(<svg.*?</svg>)', page.response.text, re.DOTALL)
    assert found is not None
    assert faults_of(found[1]) == []
    tops = [(one.said, one.top) for one in words_of(found[1])]
    below = [top for said, top in tops if said == "地下"]
    assert len(below) == 2
    assert min(below) > max(top for said, top in tops if said in ("A", "B"))
    assert [said for said, _ in tops if said in ("1号楼", "2号楼", "商业裙房", "室外配套")] == [
        "1号楼",
        "2号楼",
        "商业裙房",
        "室外配套",
    ]


def test_an_acceptance_without_segments_says_so(
    office: Office, town: given.Town, signed_in: Callable[[str], Reader]
) -> None:
    rows = [{name: value for name, value in row.items() if name != "segment"} for row in parts.BUILDINGS]
    no = parts.begun(office, town, MONDAY, buildings=rows, segments=None)
    page = signed_in("specialist").open(f"/cases/{no}")
    assert "尚未划分分段" in page.words
    assert "未划入任何分段的单体：D1、D2、D3、D4" in page.words
