"""The page that plans (倒排工期) and the plan of a bundle, read as a person without script reads them."""

from collections.abc import Callable
from datetime import date

from tests import given
from tests.pages.conftest import NOW, Reader
from workflow.planning import Dated, Question, Running, plan
from workflow.work import Office

SignedIn = Callable[[str], Reader]
BACKWARDS = "/plan?direction=backwards&day=2026-04-30&measure=statutory&items=GC01&items=GC03&items=SG05"


def test_everybody_finds_it_in_the_menu_and_the_form_goes_back_and_forth_by_address(signed_in: SignedIn) -> None:
    for username in ("applicant", "officer_zg", "supervisor"):
        page = signed_in(username).open("/")
        assert page.link("倒排工期") == "/plan"
    page = signed_in("applicant").open(BACKWARDS)
    form = page.form("排期")
    assert (form.method, form.action) == ("get", "/plan")
    sent = [pair for pair in form.fields if pair[1]]
    assert ("items", "GC03") in sent
    assert ("day", "2026-04-30") in sent
    assert ("measure", "statutory") in sent
    assert ("direction", "backwards") in sent


def test_backwards_shows_the_latest_filing_of_every_item_and_the_critical_ones_by_word(signed_in: SignedIn) -> None:
    page = signed_in("applicant").open(BACKWARDS)
    assert page.title.startswith("排期结果 · 倒排工期")
    assert "来得及，最迟 4月1日（周三） 先报“建设工程规划许可证”" in page.words
    assert "◆ 关键 建设工程规划许可证" in page.words
    assert "最迟申报 4月1日（周三）" in page.words
    assert "以下前置条件没有排进来" in page.words
    assert "≈ 预计" not in page.words


def test_forwards_from_today_needs_no_day_and_says_who_waits_for_whom(signed_in: SignedIn) -> None:
    page = signed_in("applicant").open("/plan?direction=forwards&day=&items=GC01&items=GC03")
    assert "按时限不晚于 3月11日（周三） 全部办结" in page.words
    assert "等待“设计方案联合审查”" in page.words


def test_too_late_is_said_with_the_days(signed_in: SignedIn) -> None:
    page = signed_in("applicant").open(BACKWARDS.replace("2026-04-30", "３月１３日"))
    assert "来不及，差 11 个工作日" in page.words
    assert "已晚 11 日" in page.words


def test_a_date_beyond_the_published_years_carries_its_mark(signed_in: SignedIn) -> None:
    page = signed_in("applicant").open(BACKWARDS.replace("2026-04-30", "2027-01-29"))
    assert "≈ 预计" in page.words
    assert "公布后会变" in page.words


def test_what_is_wrong_with_the_form_stands_at_its_field_and_what_was_typed_stays(signed_in: SignedIn) -> None:
    reader = signed_in("applicant")
    for address, told in (
        ("/plan?direction=backwards&day=soon&items=GC03", "“日期”应为 2026-11-25 这样的日期"),
        ("/plan?direction=backwards&day=&items=GC03", "倒排要填写完成日"),
        ("/plan?direction=backwards&day=9999-12-31&items=GC03", "“日期”应为"),
        ("/plan?direction=forwards&day=2026-03-02", "请至少选择一个事项"),
        ("/plan?direction=forwards&items=XX99", "没有可申请的事项“XX99”"),
        ("/plan?direction=forwards&items=GC03&intake=77", "收件核验为 0 至 5 个工作日"),
        ("/plan?direction=forwards&items=GC03&trait=tall", "没有“tall”"),
        ("/plan?direction=forwards&items=GC03&items=SG11&variant.SG11=x", "没有变体“x”"),
        ("/plan?direction=backwards&day=2026-06-01&items=GC01&event=works_start", "所选事项都不必在该节点之前办结"),
    ):
        page = reader.open(address)
        assert (page.status, page.title.startswith("错误：")) == (400, True), address
        assert told in page.words, address
    page = reader.open("/plan?direction=backwards&day=soon&items=GC03")
    assert {("day", "soon"), ("items", "GC03")} <= set(page.form("排期").fields)


def test_a_project_of_somebody_else_does_not_exist(signed_in: SignedIn) -> None:
    page = signed_in("applicant").open("/plan?direction=forwards&items=GC03&project=2203-370212-04-01-999999")
    assert page.status == 400
    assert "没有项目代码为" in page.words


def test_a_project_counts_its_running_cases_and_links_them(
    signed_in: SignedIn, office: Office, town: given.Town
) -> None:
    application = given.application(office, town, NOW, ["GC01"])
    given.act(office, town.clerk, NOW, application.cases["GC01"], "accept")
    page = signed_in("applicant").open(f"/plan?direction=forwards&items=GC03&project={town.project.code}")
    assert "设计方案联合审查" in page.words
    assert page.link("设计方案联合审查") == f"/cases/{application.cases['GC01']}"


def test_a_bundle_leads_to_the_item_that_decides_its_date(
    signed_in: SignedIn, office: Office, town: given.Town
) -> None:
    application = given.application(office, town, NOW, ["GC01", "LX06"])
    for no in application.cases.values():
        given.act(office, town.clerk, NOW, no, "accept")
    for username in ("applicant", "director_qx"):
        reader = signed_in(username)
        reader.open(f"/cases/{application.no}")
        page = reader.follow("哪个事项决定日期")
        assert "决定日期的事项：设计方案联合审查" in page.words
        assert "◆ 关键 设计方案联合审查" in page.words
        assert "余地 2 日" in page.words
        assert page.link("法定时限").endswith("measure=statutory")


def test_the_bars_stand_on_one_axis_and_mark_what_is_done_when(office: Office) -> None:
    from api.pages.plan_bars import MOST_CELLS, bars

    monday = date(2026, 3, 2)
    live = {"GC01": Running("LS2026-000001", date(2026, 2, 2), Dated(date(2026, 3, 11)))}
    found = plan(office.catalogue, office.base_calendar, Question(("GC01", "GC03"), monday, running=live))
    drawn = bars(found, monday)
    # 2 to 11 March, a cell a day.
    assert [len(bar.cells) for bar in drawn.values()] == [10, 10]
    assert [cell.split()[0] for cell in drawn["GC03"].cells] == ["p-run"] * 8 + ["p-wait"] * 2
    assert [cell.split()[0] for cell in drawn["GC01"].cells] == ["p-run"] * 10
    assert drawn["GC01"].cells[0] == "p-run is-today"
    assert drawn["GC01"].cells[-1] == "p-run is-due"
    far = plan(office.catalogue, office.base_calendar, Question(("GC03",), monday, until=date(2099, 1, 1)))
    assert len(bars(far, monday)["GC03"].cells) <= MOST_CELLS
