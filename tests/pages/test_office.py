"""The office's pages: the list, alerts, help, the time of a demonstration."""

from collections.abc import Callable
from dataclasses import replace

from tests import given
from tests.applications import application
from tests.pages.conftest import HEADERS, Reader
from tests.pages.world import World
from workflow.settings import Settings
from workflow.work import Office

SignIn = Callable[[str], Reader]


def test_the_most_urgent_case_stands_on_top_and_paused_ones_apart(world: World, member: SignIn) -> None:
    text = member("officer_qx").open("/work?tab=department").response.text.split("<table", 1)[1]
    overdue, heading, paused = text.index(world.overdue), text.index("依法不计时"), text.index(world.paused)
    assert overdue < heading < paused
    assert "超期 1 日" in text
    assert "法定时限 剩" in text


def test_filters_live_in_the_address_and_an_empty_list_says_what_to_do(world: World, member: SignIn) -> None:
    clerk = member("clerk")
    clerk.open("/work?tab=all")
    page = clerk.open("/work?tab=all&light=overdue")
    late = [f"/cases/{world.overdue}", f"/cases/{world.services.mechanism}"]
    assert sorted({href for words, href in page.links if href.startswith("/cases/") and words}) == late
    page = clerk.open("/work?tab=all&q=ＬＳ２０２６－９")
    assert "0 件符合“LS2026-9”" in page.words
    assert page.link("去掉筛选") == "/work?tab=all"


def test_a_filter_nobody_knows_is_refused_with_the_words_that_are_known(world: World, member: SignIn) -> None:
    page = member("clerk").open("/work?light=purple")
    assert page.status == 400
    assert "overdue" in page.words
    assert member("clerk").open("/work?cursor=nonsense").status == 400


def test_the_list_is_turned_page_by_page(office: Office, world: World, member: SignIn) -> None:
    for day in range(10, 30):
        given.application(office, world.town, given.moment("2026-03-10", f"11:{day}"), ["LX01", "SG08", "LX10"])
    clerk = member("clerk")
    seen: list[str] = []
    page = clerk.open("/work?tab=all")
    for _ in range(4):
        seen += [href for words, href in page.links if href.startswith("/cases/") and words]
        if "下一页" not in [words for words, _ in page.links]:
            break
        page = clerk.follow("下一页")
    assert len(seen) == len(set(seen)) > 80
    assert "，后页" in page.title


def test_the_supervisor_sees_the_whole_district_overdue_first(world: World, member: SignIn) -> None:
    page = member("supervisor").open("/work")
    cases = [href for words, href in page.links if href.startswith("/cases/") and words]
    assert cases[0] == f"/cases/{world.overdue}"
    assert {f"/cases/{no}" for no in (world.paused, world.correcting, world.received)} <= set(cases)


def test_an_alert_is_acknowledged_once_and_stays_unsolved(world: World, member: SignIn) -> None:
    director = member("director_qx")
    page = director.open("/alerts")
    button = next(words for words in page.buttons if words.startswith("签收"))
    before = sum(words.startswith("签收") for words in page.buttons)
    form = next(form for form in page.forms if "/acknowledge" in form.action)
    again = {**dict(form.fields), "key": "another"}
    sent = {**dict(form.fields), "note": "今天办"}
    page = director.send(form.action, sent)
    assert "已签收" in page.words
    assert sum(words.startswith("签收") for words in page.buttons) == before - 1
    assert "今天办" in director.open("/alerts?show=all").words
    assert director.send(form.action, again).status == 409
    assert button


def test_nobody_acknowledges_for_somebody_else(world: World, member: SignIn) -> None:
    form = next(form for form in member("director_qx").open("/alerts").forms if "/acknowledge" in form.action)
    clerk = member("clerk")
    csrf = dict(clerk.open("/work").form("退出登录").fields)["csrf"]
    assert clerk.send(form.action, {"csrf": csrf, "key": "k"}).status == 404


def test_help_is_answered_by_the_specialist_and_read_by_the_applicant(world: World, member: SignIn) -> None:
    specialist = member("specialist")
    page = specialist.open("/help")
    assert f"/cases/{world.help}" in [href for _, href in page.links]
    specialist.open(f"/cases/{world.help}/actions/answer")
    page = specialist.press("首次回应", text="可以先办，\n我来安排。")
    assert page.status == 200, page.words
    applicant = member("applicant")
    page = applicant.open(f"/cases/{world.help}")
    assert "可以先办， 我来安排。" in page.words
    assert "消防审查需要哪些材料？" in page.words


def test_time_moves_to_the_next_working_day_for_everybody(world: World, member: SignIn) -> None:
    officer, clerk = member("officer_qx"), member("clerk")
    officer.open(f"/cases/{world.paused}")
    page = officer.press("+1 日")
    assert page.address == f"/cases/{world.paused}"
    assert "演示时间已前移到 3月12日 09:05" in page.words
    assert "演示时间：3月12日 09:05" in clerk.open("/work").words
    assert "演示时间：3月19日 09:05" in clerk.press("+1 周").words


def test_outside_of_a_demonstration_there_is_no_time_to_move(office: Office, world: World, settings: Settings) -> None:
    app = application(office, replace(settings, demo=False))
    clerk = Reader(app.test_client())
    page = clerk.open("/login")
    assert "演示身份" not in page.words
    page = clerk.press("登录", username="clerk", password=given.PASSWORD)
    assert "演示时间" not in page.words
    csrf = dict(page.form("退出登录").fields)["csrf"]
    sent = {"csrf": csrf, "key": "k", "step": "day"}
    assert clerk.client.post("/demo/time", data=sent, headers=HEADERS).status_code == 404


def test_the_proof_names_every_day_and_its_rule(world: World, member: SignIn) -> None:
    officer = member("officer_qx")
    page = officer.open(f"/cases/{world.paused}/clocks/statutory")
    assert "3月3日（周二） 工作日 — — 起算日，当天不计" in page.words
    assert "3月4日（周三） 工作日 第 1 日 第 1 日" in page.words
    assert "专家评审，不计" in page.words
    assert "周末" in page.words
    data = officer.client.get(page.link("JSON"))
    assert data.status_code == 200
    assert data.get_json()["proof"]["days"][0]["rule"] == "start"


def test_a_clock_the_case_has_not_is_no_page(world: World, member: SignIn) -> None:
    officer = member("officer_qx")
    assert officer.open(f"/cases/{world.paused}/clocks/nothing").status == 404
    assert officer.open(f"/cases/{world.paused}/clocks/statutory?round=x").status == 400
    assert officer.open(f"/cases/{world.paused}/clocks/statutory?round=7").status == 404


def test_an_officer_sees_the_siblings_elsewhere_but_no_way_into_them(world: World, member: SignIn) -> None:
    page = member("officer_qx").open(f"/cases/{world.paused}")
    assert world.correcting in page.words
    assert f"/cases/{world.correcting}" not in [href for _, href in page.links]
    page = member("supervisor").open(f"/cases/{world.paused}")
    assert f"/cases/{world.correcting}" in [href for _, href in page.links]


def test_a_document_states_what_it_stated(world: World, member: SignIn) -> None:
    officer = member("officer_qx")
    page = officer.open(f"/cases/{world.delivered}/documents/{world.document}")
    assert page.headings == ["准予行政许可决定书"]
    assert "符合要求" in page.words
    assert officer.open(f"/cases/{world.delivered}/documents/nothing").status == 404


def test_an_applicant_reads_no_officers_name(world: World, member: SignIn) -> None:
    words = member("applicant").open(f"/cases/{world.paused}").words
    assert "综合窗口人员" in words
    assert "clerk·示例" not in words
    assert "officer_qx·示例" not in words


def test_a_draft_is_filled_in_by_its_owner_and_only_looked_at_by_the_office(world: World, member: SignIn) -> None:
    page = member("applicant").open(f"/cases/{world.draft}")
    assert page.address == f"/apply/{world.draft}"
    assert page.link("单位信息") == f"/apply/{world.draft}/company"
    for place in ("", "/items", "/company", "/project", "/papers", "/match", "/check", "/submit"):
        page = member("clerk").open(f"/apply/{world.draft}{place}")
        assert page.address == f"/cases/{world.draft}"
    assert "保存并继续" not in page.buttons


def test_how_a_pause_is_counted_stands_on_both_faces_of_the_case_and_on_its_notice(
    world: World, member: SignIn
) -> None:
    convention = "开始当天仍计，次日起到结束当天（含）不计"
    for username in ("officer_qx", "applicant"):
        somebody = member(username)
        page = somebody.open(f"/cases/{world.paused}")
        assert convention in page.words, username
        notices = [href for words, href in page.links if "特别程序告知书" in words]
        assert convention in somebody.open(notices[0]).words
