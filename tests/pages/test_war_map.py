"""The leader's picture and the report as people read them: each number opens exactly what it counts."""

import re
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event, text

from tests import given
from tests.pages.conftest import Reader
from tests.pages.reading import Page
from tests.pages.world import World
from workflow.clock.days import start_of_day
from workflow.clock.words import Light
from workflow.commands.fold_figures import rebuild_figures
from workflow.definition import Title
from workflow.progress import Progress, ProgressLight
from workflow.queries.district import district, worse
from workflow.queries.problems import ProblemFilters, problems
from workflow.queries.war_map import WarMapAsk
from workflow.store import stream
from workflow.work import Office

MARCH = "from=2026-03-01&to=2026-03-31"
LISTED = re.compile(r"共 (\d+) [件个]")
Open = Callable[[str, str], Page]


@pytest.fixture
def counted(office: Office, world: World) -> World:
    """The small district with its figures counted; every item has missed its promise in half of its cases before."""
    with office.engine.begin() as conn:
        while stream.sequence(conn):
            pass
    rebuild_figures(office)
    with office.engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO figure_totals (dimension, value, grain, figure, version, at, part, n, amount)
SELECT 'stage', stage, 'month', 'net_days', 1, :at, part, 10, 0
FROM unnest(ARRAY['1', '2', '3', '4']) AS s(stage), unnest(ARRAY['5', '90']) AS d(part)"""),
            {"at": start_of_day(given.moment("2026-02-01").date())},
        )
    return world


@pytest.fixture
def opened(app: Flask, counted: World) -> Open:
    """A page as somebody sees it."""
    readers: dict[str, Reader] = {}

    def reader(username: str, address: str) -> Page:
        if username not in readers:
            readers[username] = Reader(app.test_client())
            readers[username].open("/login")
            readers[username].press("登录", username=username, password=given.PASSWORD)
        return readers[username].open(address)

    return reader


def count_of(page: Page) -> int:
    found = LISTED.search(page.words)
    assert found is not None, page.words[:300]
    return int(found[1])


def numbers(page: Page, into: str) -> list[tuple[int, str]]:
    """The numbers of a page that lead to a list there."""
    return [
        (int(match[0]), href)
        for words, href in page.links
        if href.startswith(into) and (match := re.findall(r"\d+", words.replace("/", " ")))
    ]


def test_every_number_of_the_report_opens_as_many_cases_as_it_counts(opened: Open) -> None:
    for address in (f"/figures?{MARCH}", f"/figures?{MARCH}&by=department", f"/figures?{MARCH}&by=month"):
        page = opened("supervisor", address)
        found = numbers(page, "/figures/")
        assert len(found) > 8
        for count, href in dict.fromkeys(found):
            behind = opened("supervisor", href)
            assert behind.status == 200, href
            assert count_of(behind) == count, href
            rows = [words for words, to in behind.links if to.startswith("/cases/")]
            assert 0 < len(rows) <= count, href


def test_the_report_gives_numerator_denominator_exclusions_and_version_of_every_figure(
    opened: Open, office: Office
) -> None:
    words = opened("supervisor", f"/figures?{MARCH}").words
    for one in office.catalogue.figures.values():
        for told in (one.title.zh, one.numerator.zh, one.denominator.zh, one.excluded.zh, one.period.zh):
            assert told in words, one.code
    versions = Counter(one.version for one in office.catalogue.figures.values())
    assert versions == {v: words.count(f"口径版本 第 {v} 版") for v in versions}
    assert "3月1日 至 3月31日" in words


def test_of_fewer_than_five_cases_there_is_a_number_and_no_rate(opened: Open) -> None:
    report = opened("supervisor", f"/figures?{MARCH}")
    assert "提前办结率 — 1 / 1" in report.words
    page = opened("district_leader", f"/war-map?{MARCH}")
    assert "不足 5 件，不算比率" in page.words
    assert "100%" not in page.words


def test_broken_down_a_figure_has_a_line_a_group_and_a_column_for_what_anybody_has(opened: Open) -> None:
    page = opened("supervisor", f"/figures?{MARCH}&by=department")
    assert "分组 承诺件 提前办结 提前办结率 区行政审批服务局 1 1 — 1 / 1" in page.words
    assert page.words.count("较承诺时限节约（自然日）") == 1, "nobody has any: among all numbers only"


def test_days_of_an_amount_are_no_sunday_in_english(app: Flask, counted: World) -> None:
    supervisor = Reader(app.test_client())
    supervisor.open("/login")
    supervisor.press("登录", username="supervisor", password=given.PASSWORD)
    supervisor.client.set_cookie("wugeyi-lang", "en")
    words = supervisor.open(f"/figures?{MARCH}&by=department").words
    assert re.search(r"\d working days? ", words)
    assert not re.search(r"\d Sun\b", words)


def test_the_report_leads_to_the_same_as_csv(opened: Open) -> None:
    page = opened("supervisor", f"/figures?{MARCH}&by=department")
    href = page.link("导出（CSV）")
    assert "by=department" in href
    assert "from=2026-03-01" in href
    assert opened("supervisor", href).response.mimetype == "text/csv"


def test_a_director_and_a_squad_leader_read_their_own_and_nobody_else_the_report(opened: Open) -> None:
    assert opened("director_qx", "/figures").status == 200
    assert "district" not in opened("director_qx", "/figures").words
    assert opened("squad_leader", "/figures").status == 200
    assert opened("director_qx", "/figures?dimension=department&value=ZG").status in (400, 403)
    for username in ("officer_qx", "applicant", "specialist"):
        assert opened(username, "/figures").status == 403
    for username in ("officer_qx", "applicant"):
        assert opened(username, "/war-map").status == 403


def test_the_five_numbers_open_what_they_count_and_tell_their_definition(opened: Open) -> None:
    page = opened("district_leader", f"/war-map?{MARCH}")
    for title in ("要办施工许可的项目", "提前办结率", "平均节省", "延时服务", "问题解决"):
        assert title in page.words
    assert page.words.count("口径版本 第 1 版") == 5
    assert page.words.count("数据时间 3月11日 09:30") >= 6
    for words, href in page.links:
        if not href.startswith("/figures/") or "part=" not in href:
            continue
        behind = opened("district_leader", href)
        assert behind.status == 200
        if count := re.search(r"(\d+) [件个场]", words):
            assert count_of(behind) == int(count[1]), href


def test_the_projects_by_light_are_exactly_those_listed(opened: Open) -> None:
    page = opened("district_leader", "/war-map?needs=permit")
    found = [(words, href) for words, href in page.links if href.startswith("/war-map/projects")]
    assert found
    for words, href in found:
        number = re.findall(r"\d+", words)
        if not number:
            continue
        listed = opened("district_leader", href)
        rows = [to for _, to in listed.links if re.fullmatch(r"/projects/[0-9A-Z-]+", to)]
        assert count_of(listed) == len(rows) == int(number[-1]), href


def test_what_must_be_decided_stands_first_with_its_deed_and_leads_to_its_case(opened: Open, counted: World) -> None:
    page = opened("squad_leader", "/war-map")
    assert "需要您处理（" in page.words
    to_cases = [href for _, href in page.links if href.startswith("/cases/")]
    assert to_cases
    assert all(opened("squad_leader", href).status == 200 for href in dict.fromkeys(to_cases[:5]))
    assert f"/amendments/{counted.amendment}" not in [href for _, href in opened("admin", "/war-map").links], "own"
    leader = opened("district_leader", "/war-map")
    assert "现在没有需要您处理的" in leader.words or "需要您处理（" in leader.words


def test_the_forecast_names_the_cases_with_the_numbers_it_is_made_of(opened: Open) -> None:
    page = opened("district_leader", "/war-map")
    assert "超期预测" in page.words
    assert "同一阶段已办结的 2" in page.words
    assert "件里有 10 件超过" in page.words
    assert "时间欠账" in page.words
    assert "近期到期的" in page.words


def test_a_cut_shows_every_value_and_each_leads_to_its_own_picture(opened: Open) -> None:
    for dimension in ("street", "front", "squad", "department", "stage"):
        page = opened("district_leader", f"/war-map?{MARCH}&dimension={dimension}")
        rows = [href for _, href in page.links if href.startswith("/war-map?") and "value=" in href]
        assert rows or "不属于任何一项" in page.words, dimension
        for href in rows:
            assert opened("district_leader", href).status == 200
            assert not [to for _, to in opened("district_leader", href).links if to == href]
    assert rows
    assert opened("district_leader", "/war-map?dimension=weather").status == 400
    assert opened("district_leader", "/war-map?needs=rain").status == 400
    assert opened("district_leader", "/war-map?from=yesterday").status == 400
    assert opened("district_leader", "/war-map/projects?light=blue").status == 400


def test_a_specialist_sees_the_own_projects_and_no_sums(opened: Open) -> None:
    page = opened("specialist", "/war-map")
    assert "合计数字对区领导、督查和本部门、本攻坚队负责人开放" in page.words
    assert "提前办结率" not in page.words
    assert "超期预测" in page.words


def test_the_picture_the_lists_and_the_counts_say_the_same(opened: Open) -> None:
    for asked in ("needs=permit", "needs=tender", "needs=permit&by=front", "needs=permit&by=squad"):
        page = opened("district_leader", f"/war-map?{asked}")
        html = page.response.text
        marks = re.findall(r'<a href="/projects/([^"]+)" tabindex="-1"><title>', html)
        listed = opened("district_leader", f"/war-map/projects?{asked}")
        rows = [to for _, to in listed.links if re.fullmatch(r"/projects/[0-9A-Z-]+", to)]
        assert len(marks) == len(rows) == count_of(listed), asked
        legend = re.findall(r"(正常|预警|超期|暂停|无在办件) (\d+)", page.words)
        assert sum(int(n) for _, n in dict(legend).items()) == len(marks), asked
    assert opened("district_leader", "/war-map?by=moon").status == 400


def test_the_light_of_a_project_is_the_worse_of_its_two(office: Office, counted: World) -> None:
    with given.at(office, counted.town.supervisor, given.moment("2026-03-11", "09:30")) as work:
        for one in district(work, WarMapAsk()):
            assert one.light is worse(one.project.light, one.progress)
    late = Progress(ProgressLight.RED, Title("", ""), None, None, ())
    well = Progress(ProgressLight.GREEN, Title("", ""), None, None, ())
    assert worse(Light.NORMAL, late) is Light.OVERDUE
    assert worse(Light.WARNING, well) is Light.WARNING
    assert worse(Light.PAUSED, well) is Light.PAUSED
    assert worse(None, None) is None


def test_a_frozen_picture_asks_for_nothing_and_says_so(opened: Open) -> None:
    page = opened("district_leader", "/war-map")
    assert 'hx-trigger="every 60s"' in page.response.text
    assert "Refresh" not in page.response.headers
    page = opened("district_leader", page.link("停住画面"))
    assert "hx-trigger" not in page.response.text
    assert "画面已停住" in page.words
    assert page.link("继续刷新") == "/war-map"


def test_a_wall_screen_comes_again_every_minute_unless_frozen(opened: Open) -> None:
    page = opened("district_leader", "/war-map?screen=1")
    assert page.response.headers["Refresh"] == "60"
    assert "hx-trigger" not in page.response.text
    assert page.link("退出大屏") == "/war-map"
    frozen = opened("district_leader", page.link("停住画面"))
    assert "Refresh" not in frozen.response.headers


def test_htmx_is_given_the_numbers_alone(app: Flask, counted: World) -> None:
    reader = Reader(app.test_client())
    reader.open("/login")
    reader.press("登录", username="district_leader", password=given.PASSWORD)
    part = reader.client.get("/war-map?needs=tender", headers={"Accept": "text/html", "HX-Request": "true"}).text
    assert part.lstrip().startswith("<section")
    assert "要招标的项目" in part
    assert "<h1>" not in part


def test_sums_that_nobody_counts_on_are_told_as_old(office: Office, opened: Open, counted: World) -> None:
    assert "数据停在" not in opened("supervisor", "/war-map").words.replace("数据停在 3月11日 09:30", "", 1)
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE stream_readers SET position = 0 WHERE name = 'figures'"))
        conn.execute(text("UPDATE stream SET at = clock_timestamp() - interval '20 minutes' WHERE position = 1"))
    assert "数据停在 3月11日 09:10" in opened("supervisor", "/war-map").words


def test_a_specialist_sees_the_open_problems_of_the_own_projects(office: Office, opened: Open, counted: World) -> None:
    with given.at(office, counted.town.specialist, given.moment("2026-03-11", "09:30")) as work:
        known = problems(work, ProblemFilters())
    page = opened("specialist", "/war-map")
    assert f"问题清单（{known.total.open} 个未结）" in page.words
    for one in known.open_problems[:3]:
        assert one.what in page.words


def test_the_picture_costs_no_more_statements_with_more_projects(office: Office, counted: World) -> None:
    def statements() -> int:
        found: list[str] = []

        def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
            found.append(statement)

        event.listen(office.engine, "before_cursor_execute", note)
        with given.at(office, counted.town.supervisor, given.moment("2026-03-11", "09:30")) as work:
            district(work, WarMapAsk())
        event.remove(office.engine, "before_cursor_execute", note)
        return len(found)

    before = statements()
    with office.engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO projects (code, name, company, splclx, street, battlefront, squad, investment_wan, area_m2, needs_permit,
  needs_tender, facts, demo, created_at, renewal)
SELECT code || '-' || n, name || n, company, splclx, street, battlefront, squad, investment_wan, area_m2, true,
  needs_tender, facts, demo, created_at, renewal FROM projects, generate_series(1, 60) n""")
        )
    assert statements() == before
