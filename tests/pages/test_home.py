"""The applicant's home and the progress of a case: what has to be done, how long it takes, what when it goes wrong."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from api.pages import applicant as home
from tests import given
from tests.pages.conftest import Reader
from tests.pages.world import World
from workflow.actor import Grant
from workflow.commands.fire_rungs import sweep
from workflow.queries.home import my_specialists, row_clocks, taken_away
from workflow.work import Office

Member = Callable[[str], Reader]


def test_the_first_visit_shows_three_steps_and_the_one_button(app: Flask, world: World, engine: Engine) -> None:
    with engine.begin() as conn:
        company = given.company(conn, 9)
        given.person(conn, "newcomer", Grant("applicant", company=company))
    reader = Reader(app.test_client())
    reader.open("/login")
    page = reader.press("登录", username="newcomer", password=given.PASSWORD)
    assert page.address == "/my"
    for step in ("1. 选事项，填一张表", "2. 传材料，一次说清", "3. 看进度，领证件"):
        assert step in page.words
    assert page.response.text.split("</main>")[0].count("btn-primary") == 1
    assert page.link("新申请") == "/apply"


def test_rows_say_who_has_it_and_by_when_with_a_strip(member: Member, world: World) -> None:
    page = member("applicant").open("/my")
    assert f"部门审查 · {world.overdue}" in page.words or f"· {world.overdue}" in page.words
    assert "恢复后还剩" in page.words
    assert "个工作日，" in page.words
    assert 'class="strip strip-mini" aria-hidden="true"' in page.response.text


def test_finished_cases_tell_how_early_and_offer_the_licence(member: Member, world: World, engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(text("INSERT INTO blobs (sha256, size, body) VALUES ('\\x01', 3, 'PDF')"))
        conn.execute(text("UPDATE documents SET pdf = '\\x01' WHERE no = :no"), {"no": world.document})
    reader = member("applicant")
    page = reader.open("/my")
    assert "比承诺早" in page.words
    link = next(href for words, href in page.links if words.startswith("下载证照"))
    assert reader.client.get(link).data == b"PDF"


def test_a_block_that_fails_leaves_the_others(member: Member, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = member("applicant")

    def fails(work: object) -> None:
        work.conn.execute(text("SELECT * FROM no_such_table"))  # type: ignore[attr-defined]

    monkeypatch.setattr(home, "my_specialists", fails)
    page = reader.open("/my")
    assert page.status == 200
    assert page.words.count("这一栏暂时读不出来") == 1
    assert "需要您处理（" in page.words
    assert "消息" in page.words
    assert "no_such_table" not in page.words


def test_the_broken_statement_is_really_one(engine: Engine) -> None:
    with engine.connect() as conn, pytest.raises(ProgrammingError):
        conn.execute(text("SELECT * FROM no_such_table"))


def test_a_cursor_nobody_signed_is_refused_and_no_block_that_failed(member: Member, world: World) -> None:
    assert member("applicant").open("/my?cursor=made-up").status == 400


def test_a_rating_is_offered_where_it_may_be_given_and_once(member: Member, world: World, office: Office) -> None:
    reader = member("applicant")
    assert not _ratings(reader)
    given.act(office, world.town.specialist, given.moment("2026-03-11", "09:40"), world.help, "solve", {"text": "可以"})
    assert _ratings(reader) == [f"/cases/{world.help}/actions/rate"]
    level = next(iter(office.catalogue.ratings))
    given.act(office, world.town.applicant, given.moment("2026-03-11", "09:50"), world.help, "rate", {"level": level})
    page = reader.open("/my")
    assert not _ratings(reader)
    assert f"已评价：{office.catalogue.ratings[level].title.zh}" in page.words


def _ratings(reader: Reader) -> list[str]:
    return [href for words, href in reader.open("/my").links if words.startswith("评价：")]


def test_nobody_reads_the_clocks_of_others(office: Office, world: World, engine: Engine) -> None:
    with engine.begin() as conn:
        company = given.company(conn, 9)
        stranger = given.person(conn, "stranger", Grant("applicant", company=company))
    with given.at(office, stranger, given.moment("2026-03-11")) as work:
        assert row_clocks(work, [world.paused]) == {}
        assert taken_away(work, [world.delivered]) == {}
        assert my_specialists(work) == ()


def test_the_progress_says_state_days_and_what_to_do_first(member: Member, world: World) -> None:
    page = member("applicant").open(f"/cases/{world.paused}")
    assert page.headings == [f"{world.town.project.name}：特别程序"]
    assert "目前不需要您做任何事" in page.words
    assert "暂停 4 日，不计时：专家评审" in page.words
    assert "书面告知：《" in page.words
    assert page.response.text.count('aria-current="step"') == 1
    assert page.link("回执和二维码") == f"/cases/{world.paused}/receipt"


def test_a_missed_promise_is_said_plainly_with_who_was_told_and_what_follows(
    member: Member, world: World, office: Office, engine: Engine
) -> None:
    given.time_is(engine, given.moment("2026-03-20", "09:30"))
    sweep(office)
    page = member("applicant").open(f"/cases/{world.overdue}")
    assert "已超过承诺时限：超期" in page.words
    assert "已按规定报" in page.words
    assert "办结时会公开说明超期的原因" in page.words


def test_a_refusal_tells_reason_article_and_how_to_object_with_periods(
    member: Member, world: World, office: Office
) -> None:
    said = {"reason": "不符合规划条件", "basis": "行政许可法 38", "late_reason": "核实用地情况"}
    officer = world.town.officers["QX"]
    actions = office.flow("item").actions["refuse"]
    known = {ask.name for ask in actions.asks}
    given.act(
        office,
        officer,
        given.moment("2026-03-11"),
        world.overdue,
        "refuse",
        {k: v for k, v in said.items() if k in known},
    )
    page = member("applicant").open(f"/cases/{world.overdue}")
    assert "理由：不符合规划条件" in page.words
    assert "60 日内" in page.words
    assert "6 个月内" in page.words
    assert "目前不需要您做任何事" not in page.words, "objecting is theirs to do, in time"


def test_the_english_page_has_no_chinese_interface(member: Member, world: World) -> None:
    reader = member("applicant")
    reader.client.set_cookie("wugeyi-lang", "en")
    page = reader.open(f"/cases/{world.paused}")
    for words in (
        "left once resumed",
        "Accepted 3 Mar",
        "not counted: Expert review",
        "You do not need to do anything",
    ):
        assert words in page.words, words
