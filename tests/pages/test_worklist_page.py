"""The worklist: its sentence, its picture, what can be done next, and giving several cases to somebody else."""

import re

from flask import Flask
from sqlalchemy import event

from tests import given
from tests.pages.conftest import Reader
from tests.pages.test_every_page import readers
from tests.pages.world import World
from workflow.work import Office


def _rows(reader: Reader) -> list[str]:
    assert reader.page is not None
    return re.findall(r"<tr data-row>.*?</tr>", reader.page.response.text, re.S)


def test_the_sentence_says_what_the_lists_behind_it_count(world: World, app: Flask) -> None:
    reader = readers(app)["officer_qx"]
    page = reader.open("/work?tab=department")
    said = re.search(r"本科室 (\d+) 件：超期 (\d+) 件，2 日内到期 (\d+) 件，暂停 (\d+) 件", page.words)
    assert said is not None
    for place, light in ((2, "overdue"), (3, "warning"), (4, "paused")):
        reader.open(f"/work?tab=department&light={light}")
        assert len(_rows(reader)) == int(said[place]), light


def test_the_picture_leads_to_the_cases_of_the_list_and_the_keyboard_passes_by(world: World, app: Flask) -> None:
    page = readers(app)["officer_qx"].open("/work?tab=department")
    svg = re.search(r"<svg class=\"ch.*?</svg>", page.response.text, re.S)
    assert svg is not None
    links = re.findall(r'<a href="(/cases/[^"]+)" tabindex="-1">', svg[0])
    assert f"/cases/{world.overdue}" in links
    assert f"/cases/{world.paused}" in links
    assert svg[0].count("<a ") == len(links)


def test_a_row_says_what_can_be_done_next_or_whom_it_waits_for(world: World, app: Flask) -> None:
    officer = readers(app)["officer_qx"]
    officer.open("/work?tab=department")
    rows = {row.split("/cases/")[1].split('"')[0]: row for row in _rows(officer)}
    assert 'data-l="下一步">准予许可' in rows[world.overdue]
    assert 'data-l="下一步">等专家评审的结果' in rows[world.paused]
    clerk = readers(app)["clerk"]
    clerk.open(f"/work?tab=all&q={world.correcting}")
    assert "：提交补正材料" in _rows(clerk)[0]


def test_cases_are_found_by_project_and_by_company(world: World, app: Flask) -> None:
    clerk = readers(app)["clerk"]
    project = world.town.project.name
    clerk.open("/work?tab=all")
    everything = len(_rows(clerk))
    clerk.open(f"/work?tab=all&q={project}")
    found = _rows(clerk)
    assert found
    assert len(found) <= everything
    assert all(project in row for row in found)
    clerk.open("/work?tab=all&q=不存在的企业")
    assert "0 件符合“不存在的企业”" in clerk.page.words  # type: ignore[union-attr]


def test_what_ended_today_has_a_tab_of_its_own(world: World, app: Flask, office: Office) -> None:
    supervisor = readers(app)["supervisor"]
    assert world.overdue not in supervisor.open("/work?tab=today").words
    given.act(
        office,
        world.town.officers["QX"],
        given.moment("2026-03-11", "09:40"),
        world.overdue,
        "refuse",
        {"reason": "不符合", "basis": "节能审查办法", "late_reason": "补充论证"},
    )
    page = supervisor.open("/work?tab=today")
    assert world.overdue in page.words
    assert "逾期完成" in page.words


def test_the_list_asks_the_database_as_often_for_many_cases_as_for_few(
    world: World, app: Flask, office: Office
) -> None:
    clerk = readers(app)["clerk"]
    asked = 0

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1

    clerk.open("/work?tab=all")
    event.listen(office.engine, "before_cursor_execute", count)
    clerk.open("/work?tab=all")
    few, asked = asked, 0
    for minute in range(10, 20):
        given.application(office, world.town, given.moment("2026-03-10", f"11:{minute}"), ["LX01", "SG08"])
    asked = 0
    clerk.open("/work?tab=all")
    event.remove(office.engine, "before_cursor_execute", count)
    assert asked == few <= 14


def test_a_head_gives_several_cases_to_somebody_after_a_page_that_names_them(world: World, app: Flask) -> None:
    director = readers(app)["director_qx"]
    page = director.open("/work?tab=department")
    assert 'form="assign"' in page.response.text
    page = director.open(f"/worklist/assign?no={world.overdue}&no={world.paused}")
    assert world.overdue in page.words
    assert world.paused in page.words
    assert "时限照旧计算" in page.words
    page = director.press("确认改派 2 件")
    assert page.status == 400
    assert "请选择由谁经办" in page.words
    person = str(world.town.directors["QX"].id)
    page = director.press("确认改派 2 件", assignee=person)
    assert page.status == 200, page.words
    assert "已改派 2 件" in page.words
    name = world.town.directors["QX"].name
    assert name in director.open(f"/cases/{world.overdue}").words


def test_a_case_that_somebody_touched_first_stays_and_says_so(world: World, app: Flask, office: Office) -> None:
    director = readers(app)["director_qx"]
    director.open(f"/worklist/assign?no={world.overdue}&no={world.paused}")
    who = world.town.directors["QX"]
    given.act(
        office,
        who,
        given.moment("2026-03-11", "09:35"),
        world.overdue,
        "assign",
        {"assignee": world.town.officers["QX"].id},
    )
    page = director.press("确认改派 2 件", assignee=str(who.id))
    assert page.status == 409
    assert "已改派 1 件" in page.words
    assert "办理“改派”" in page.words
    assert world.overdue in page.words
    assert "确认改派 1 件" in page.buttons


def test_an_officer_gives_nothing_away(world: World, app: Flask) -> None:
    officer = readers(app)["officer_qx"]
    assert 'form="assign"' not in officer.open("/work?tab=department").response.text
    assert officer.open(f"/worklist/assign?no={world.overdue}").status == 403


def test_in_english_the_matter_is_the_item_and_the_project_keeps_its_name(world: World, app: Flask) -> None:
    reader = readers(app)["officer_qx"]
    reader.client.set_cookie("wugeyi-lang", "en")
    page = reader.open("/work?tab=department")
    assert "My department: " in page.words
    title = app.extensions["wugeyi"].office.catalogue.items["LX12"].title.en
    assert title in page.words
    assert world.town.project.name in page.words
