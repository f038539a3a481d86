"""The help desk: nobody waits alone, a thread is answered where it is read, and what is measured is said."""

import re
from collections.abc import Callable

from sqlalchemy import event

from tests import given
from tests.pages.conftest import HEADERS, Reader
from tests.pages.world import NOW, World
from workflow.actor import Grant
from workflow.commands.ask_help import ask_help
from workflow.commands.fold_figures import fold_figures
from workflow.queries.case import case as read_case
from workflow.queries.help_desk import answer_time, asked_hours, own_requests, waiting
from workflow.store import stream
from workflow.work import Office

SignIn = Callable[[str], Reader]
SAID = "消防审查需要平面图和计算书。"


def at(office: Office, day: str, clock: str) -> None:
    given.time_is(office.engine, given.moment(day, clock))


def solved(office: Office, world: World) -> None:
    """The request is answered and solved."""
    given.act(office, world.town.specialist, given.moment("2026-03-11", "09:40"), world.help, "answer", {"text": SAID})
    plan = {"plan": "下午答复"}
    given.act(office, world.town.specialist, given.moment("2026-03-11", "09:50"), world.help, "plan", plan)
    given.act(
        office, world.town.specialist, given.moment("2026-03-11", "10:00"), world.help, "solve", {"text": "已办好"}
    )


def test_who_waits_stands_on_top_with_the_minutes(world: World, member: SignIn) -> None:
    page = member("specialist").open("/help")
    assert page.status == 200
    assert "1 个人在等，最久 20 分钟，都在承诺之内" in page.words
    assert "帮办台（1 人在等）" in page.title
    assert page.link("接最久的一单") == f"/help?case={world.help}#reply"
    assert f"/cases/{world.help}" in [href for _words, href in page.links]


def test_past_the_promise_is_said(world: World, member: SignIn, office: Office) -> None:
    at(office, "2026-03-11", "09:44")
    page = member("specialist").open("/help")
    assert "1 个人在等，最久 34 分钟，已过承诺" in page.words
    assert "f-bad" in page.response.text


def test_a_wait_goes_on_over_night_and_counts_from_the_question(world: World, member: SignIn, office: Office) -> None:
    at(office, "2026-03-12", "10:00")
    assert "最久 24 小时 50 分钟，已过承诺" in member("specialist").open("/help").words


def test_without_anybody_waiting_the_page_says_so(world: World, member: SignIn, office: Office) -> None:
    given.act(office, world.town.specialist, NOW, world.help, "answer", {"text": SAID})
    page = member("specialist").open("/help")
    assert "现在没有人在等" in page.words
    assert "接最久的一单" not in page.words


def test_a_request_is_answered_where_it_is_read(world: World, member: SignIn) -> None:
    specialist = member("specialist")
    specialist.open("/help")
    page = specialist.press("首次回应", text=SAID)
    assert page.address == f"/help?case={world.help}"
    assert "已办理“首次回应”" in page.words
    assert SAID in page.words
    assert "现在没有人在等" in page.words
    assert "提出方案" in page.buttons


def test_a_reply_sent_twice_is_one(world: World, member: SignIn) -> None:
    specialist = member("specialist")
    form = specialist.open("/help").form("首次回应")
    sent = {**dict(form.fields), "text": SAID}
    for _ in range(2):
        assert specialist.client.post(form.action, data=sent, headers=HEADERS).status_code == 303
    assert specialist.open(f"/help?case={world.help}").words.count(SAID) == 1


def test_an_empty_reply_comes_back_at_its_field(world: World, member: SignIn) -> None:
    specialist = member("specialist")
    specialist.open("/help")
    page = specialist.press("首次回应", text="")
    assert page.status == 400
    assert "回应内容" in page.words
    assert 'aria-invalid="true"' in page.response.text


def test_a_reply_after_somebody_elses_keeps_what_was_typed(world: World, member: SignIn, office: Office) -> None:
    specialist = member("specialist")
    form = specialist.open("/help").form("首次回应")
    given.act(office, world.town.specialist, NOW, world.help, "answer", {"text": "先答了"})
    page = specialist.send(form.action, {**dict(form.fields), "text": SAID})
    assert page.status == 409
    assert SAID in page.words


def test_the_thread_says_what_was_said_by_day_and_is_a_log(world: World, member: SignIn, office: Office) -> None:
    solved(office, world)
    html = member("applicant").open(f"/help?case={world.help}").response.text
    log = html[html.index('role="log"') :]
    assert log.index("3月11日") < log.index("消防审查需要哪些材料？") < log.index(SAID) < log.index("已办好")
    assert not re.search(r"<ol[^>]*role=", html)


def test_a_reply_outside_office_hours_is_extended_service_with_its_minutes(
    world: World, member: SignIn, office: Office
) -> None:
    with given.at(office, world.town.applicant, given.moment("2026-03-11", "20:10")) as work:
        no = ask_help(work, world.town.project.code, "书面告知在哪里下载？").no
    given.act(
        office, world.town.specialist, given.moment("2026-03-11", "20:15"), no, "answer", {"text": "在办理过程里"}
    )
    plan = {"plan": "明天上午发给您"}
    given.act(office, world.town.specialist, given.moment("2026-03-11", "21:00"), no, "plan", plan)
    page = member("specialist").open(f"/help?case={no}")
    assert "延时服务 5 分钟" in page.words
    assert "延时服务 50 分钟" not in page.words
    assert page.words.count("延时服务") == 2 + ("记为延时服务" in page.words)
    assert "延时服务 5 分钟" not in member("specialist").open(f"/help?case={world.help}").words


def test_deeds_of_others_are_there_with_their_reason(world: World, member: SignIn) -> None:
    page = member("specialist").open("/help")
    assert "由其他人办理" in page.words
    assert 'aria-disabled="true"' in page.response.text
    assert "交班" in [words for words, _href in page.links]


def test_a_page_has_one_main_action(world: World, member: SignIn) -> None:
    for username, address in (
        ("specialist", "/help"),
        ("specialist", f"/help?case={world.help}"),
        ("applicant", "/help"),
        ("applicant", f"/help?case={world.help}"),
    ):
        main = member(username).open(address).response.text.split("<main", 1)[1].split("</main>", 1)[0]
        assert main.count("btn-primary") == 1, (username, address)


def test_the_list_of_who_waits_is_renewed_alone(world: World, member: SignIn) -> None:
    specialist = member("specialist")
    part = specialist.client.get(f"/help?case={world.help}", headers={**HEADERS, "HX-Request": "true"})
    assert part.status_code == 200
    assert part.text.lstrip().startswith("<section")
    assert "textarea" not in part.text
    assert "1 个人在等" in part.text
    assert "HX-Request" in part.headers["Vary"]


def test_the_desk_shows_who_is_on_duty_or_that_nobody_is(world: World, member: SignIn) -> None:
    page = member("specialist").open("/help")
    assert "现在值班：" in page.words or "现在无人值班" in page.words
    assert page.link("现在谁值班") == "/duty"


def test_another_case_is_not_shown_as_a_thread(world: World, member: SignIn) -> None:
    specialist = member("specialist")
    assert specialist.open(f"/help?case={world.bundle}").address == f"/cases/{world.bundle}"
    assert specialist.open("/help?case=LS2026-999999").status == 404


def test_somebody_elses_request_is_no_request(world: World, member: SignIn, office: Office) -> None:
    with office.engine.begin() as conn:
        given.person(conn, "stranger", Grant("applicant", company=given.company(conn, 7)))
    page = member("stranger").open("/help")
    assert "您还没有提过问题。" in page.words
    assert "您的单位名下还没有项目" in page.words
    assert "发给专员" not in page.buttons
    page = member("stranger").open(f"/help?case={world.help}")
    assert page.status == 404
    assert "消防审查需要哪些材料？" not in page.words


def test_the_applicant_asks_in_one_box_with_the_case_attached(world: World, member: SignIn) -> None:
    applicant = member("applicant")
    page = applicant.open("/help")
    assert "遇到什么问题？" in page.words
    page = applicant.press("发给专员", question="何时恢复计时？", project="", about=world.paused)
    assert "已收到您的问题" in page.words
    no = page.address.rsplit("/", 1)[1]
    page = member("specialist").open(f"/help?case={no}")
    assert page.status == 200
    assert f"/cases/{world.paused}" in [href for _words, href in page.links]
    assert "暂停" in page.words


def test_a_question_about_nothing_known_comes_back_with_its_words(world: World, member: SignIn) -> None:
    applicant = member("applicant")
    applicant.open("/help")
    page = applicant.press("发给专员", question="何时恢复计时？", project="", about="")
    assert page.status == 400
    assert "请选择项目" in page.words
    assert "何时恢复计时？" in page.response.text
    page = applicant.press("发给专员", question="何时恢复计时？", project="", about="LS2026-999999")
    assert page.status == 404
    assert "何时恢复计时？" in page.response.text


def test_the_answer_time_is_measured_or_the_promise_is_said(world: World, member: SignIn, office: Office) -> None:
    page = member("applicant").open("/help")
    with given.at(office, world.town.applicant, NOW) as work:
        measured = answer_time(work, NOW.date().replace(day=1), NOW.date())
    assert measured.answers < 5
    assert "一半在" not in page.words
    assert "首次回应不超过" in page.words


def test_an_applicant_has_its_own_requests_and_no_desk(world: World, member: SignIn, office: Office) -> None:
    page = member("applicant").open("/help")
    assert "我的求助" in page.words
    assert "消防审查需要哪些材料？" in page.words
    assert "个人在等" not in page.words
    with given.at(office, world.town.applicant, NOW) as work:
        assert world.help in [one.no for one in own_requests(work)]


def test_a_rating_is_offered_once_the_request_is_solved_and_given_once(
    world: World, member: SignIn, office: Office
) -> None:
    applicant = member("applicant")
    assert "提交评价" not in applicant.open("/help").buttons
    solved(office, world)
    page = applicant.open(f"/help?case={world.help}")
    assert page.response.text.count('type="radio"') == 5
    form = page.form("提交评价")
    page = applicant.press("提交评价", level="satisfied", comment="很快")
    assert page.address == f"/help?case={world.help}"
    assert "已评价" in page.words
    assert "提交评价" not in page.buttons
    again = {**dict(form.fields), "level": "very_satisfied", "key": "another"}
    assert applicant.send(form.action, again).status == 409
    with given.at(office, world.town.applicant, given.moment("2026-03-11", "11:00")) as work:
        again["version"] = str(read_case(work, world.help).version)
    page = applicant.send(form.action, again)
    assert page.status == 422
    assert "本请求已评价为“满意”，一事一评" in page.words


def test_a_rating_without_a_level_is_refused_in_words(world: World, member: SignIn, office: Office) -> None:
    solved(office, world)
    applicant = member("applicant")
    applicant.open(f"/help?case={world.help}")
    page = applicant.press("提交评价", comment="很快")
    assert page.status == 400
    assert "满意程度" in page.words
    assert "很快" in page.response.text


def test_the_desk_reads_as_often_however_many_wait(world: World, member: SignIn, office: Office) -> None:
    specialist = member("specialist")
    read: list[str] = []
    event.listen(office.engine, "before_cursor_execute", lambda *given_: read.append(given_[2]))
    specialist.open("/help")
    few = len(read)
    with given.at(office, world.town.applicant, NOW) as work:
        for number in range(12):
            ask_help(work, world.town.project.code, f"问题 {number}")
    read.clear()
    page = specialist.open("/help")
    assert "13 个人在等" in page.words
    assert "还有 5 个人在等，见下表" in page.words
    assert len(read) == few


def test_hours_and_waits_are_of_the_requests_one_may_see(world: World, office: Office) -> None:
    given.act(office, world.town.specialist, NOW, world.help, "answer", {"text": SAID})
    with office.engine.begin() as conn:
        while stream.sequence(conn):
            pass
    while fold_figures(office):
        pass
    month = (NOW.date().replace(day=1), NOW.date())
    with given.at(office, world.town.specialist, NOW) as work:
        mine = asked_hours(work, *month)
        assert mine.get((3, 9), 0) >= 1
        assert waiting(work) == ()
        assert answer_time(work, *month).minutes is not None
    with given.at(office, world.town.officers["HB"], NOW) as work:
        assert sum(asked_hours(work, *month).values()) < sum(mine.values())


def test_the_page_is_english_in_english(world: World, member: SignIn) -> None:
    specialist = member("specialist")
    specialist.client.set_cookie("wugeyi-lang", "en")
    page = specialist.open("/help")
    assert "1 person is waiting, for 20 min, within the promise" in page.words
    assert "Take the one waiting longest" in page.words
