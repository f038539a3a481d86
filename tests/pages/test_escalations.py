"""What becomes of alerts nobody answers, as people read it."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from tests import given
from tests.given import Town
from tests.pages.conftest import Reader
from tests.pages.reading import Page
from tests.pages.world import NOW as THAT_DAY
from tests.pages.world import World
from workflow.commands.acknowledge_alert import acknowledge_alert
from workflow.commands.fire_rungs import sweep
from workflow.commands.fold_figures import rebuild_figures
from workflow.commands.pass_alert_on import pass_unread_on
from workflow.queries.ladder import LEVELS, ladder
from workflow.queries.pauses_begun import pauses_begun
from workflow.work import Office

FILED = given.moment("2026-03-02")
YELLOW = given.moment("2026-03-05", "09:00")
SATURDAY = given.moment("2026-03-07", "00:00")


@pytest.fixture
def town(office: Office) -> Town:
    return given.town(office)


@pytest.fixture
def case(office: Office, engine: Engine, town: Town) -> str:
    """A case whose yellow card has just been dealt to the officer and the squad leader."""
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    given.act(office, town.clerk, FILED + timedelta(days=1), no, "accept")
    given.time_is(engine, YELLOW)
    sweep(office)
    return no


def opened(app: Flask, username: str, address: str) -> Page:
    """A page as that person sees it."""
    reader = Reader(app.test_client())
    reader.open("/login")
    reader.press("登录", username=username, password=given.PASSWORD)
    return reader.open(address)


def test_an_alert_says_by_when_to_sign_and_where_it_goes_else(app: Flask, town: Town, case: str) -> None:
    words = opened(app, "officer_qx", "/alerts").words
    assert "请在 3月7日 00:00 前签收；未签收将转上级（攻坚队长起）" in words
    assert "逾期未签收" not in words


def test_who_gets_it_reads_where_it_came_from_and_who_lost_it_where_it_went(
    office: Office, engine: Engine, app: Flask, town: Town, case: str
) -> None:
    given.time_is(engine, SATURDAY)
    pass_unread_on(office)
    assert f"原由经办人 {town.officers['QX'].name}未签收转来" in opened(app, "director_qx", "/alerts").words
    sent = opened(app, "officer_qx", "/alerts").words
    assert f"3月7日 00:00 因未签收已转局长 {town.directors['QX'].name}" in sent
    assert "请在" not in sent
    assert "预警未签收，转下一人" in opened(app, "officer_qx", f"/cases/{case}").words
    assert "预警未签收" not in opened(app, "applicant", f"/cases/{case}").words


def test_what_stepped_down_says_why_and_waits_no_more(engine: Engine, app: Flask, town: Town, case: str) -> None:
    for why, said in (
        ("solved", "时限已停止，不必再签收"),
        ("moved", "日期已推后，不必再签收"),
        ("paused", "时限暂停中，不必签收"),
    ):
        with engine.begin() as conn:
            conn.execute(text("UPDATE alerts SET stepped_down_at = app_now(), stepped_down_why = :why"), {"why": why})
        assert said in opened(app, "officer_qx", "/alerts?show=all").words
    assert "没有待签收的提醒" in opened(app, "officer_qx", "/alerts").words


def test_receipts_are_told_in_words_and_without_addresses(engine: Engine, app: Flask, town: Town, case: str) -> None:
    with engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO outbox (effect_key, channel, body, state, alert_id, address, created_at, next_at)
SELECT 'test:' || channel, channel, '{}', state, (SELECT max(id) FROM alerts WHERE person_id = :person), 'secret@x',
  :at, now()
FROM (VALUES ('email', 'delivered'), ('log', 'pending')) AS m(channel, state)"""),
            {"person": town.officers["QX"].id, "at": YELLOW},
        )
    words = opened(app, "officer_qx", "/alerts").words
    assert "送达： 电子邮件已送达 3月5日 09:00；工作页面待发送 3月5日 09:00" in words.replace("送达：电", "送达： 电")
    assert "secret" not in words


def test_those_who_watch_read_who_has_not_signed_and_who_has_it_now(
    office: Office, engine: Engine, app: Flask, town: Town, case: str
) -> None:
    assert "逾期未签收" in opened(app, "supervisor", "/alerts").words
    given.time_is(engine, SATURDAY)
    page = opened(app, "supervisor", "/escalations/unread")
    assert page.title.startswith("逾期未签收的提醒：逾期未签收")
    assert "逾期未签收（2）" in page.words
    assert "等待转给下一人" in page.words
    pass_unread_on(office)
    page = opened(app, "director_qx", "/escalations/unread?kind=passed_on")
    director, officer = town.directors["QX"].name, town.officers["QX"].name
    assert f"经办人 {officer}" in page.words
    assert f"3月7日 00:00 因未签收转局长 {director}，限 3月10日 00:00 前签收" in page.words
    with given.at(office, town.directors["QX"], SATURDAY + timedelta(hours=9)) as work:
        alert = work.conn.execute(
            text("SELECT id FROM alerts WHERE person_id = :me AND passed_from IS NOT NULL"),
            {"me": town.directors["QX"].id},
        ).scalar_one()
        acknowledge_alert(work, alert)
    page = opened(app, "supervisor", "/escalations/unread?kind=passed_on")
    assert f"转局长 {director}，3月7日 09:00 已签收" in page.words


def test_what_reached_nobody_is_told_plainly(office: Office, engine: Engine, app: Flask, town: Town, case: str) -> None:
    for day in ("2026-03-07", "2026-03-10", "2026-03-17"):
        given.time_is(engine, given.moment(day, "00:00"))
        pass_unread_on(office)
    page = opened(app, "district_leader", "/escalations/unread?kind=nobody")
    assert "无人可转（2）" in page.words
    assert "因未签收应转上级，但已无人可转" in page.words
    assert "因未签收应转上级，但已无人可转" in opened(app, "district_leader", "/alerts").words


def test_filters_live_in_the_address_and_are_refused_by_name(app: Flask, engine: Engine, town: Town, case: str) -> None:
    given.time_is(engine, SATURDAY)
    page = opened(app, "supervisor", "/escalations/unread?department=ZJ")
    assert "没有这样的提醒" in page.words
    assert "（已使用）" in page.words
    assert opened(app, "supervisor", "/escalations/unread?department=QX&card=yellow").words.count("等待转给下一人") == 2
    assert opened(app, "supervisor", "/escalations/unread?kind=lost").status == 400
    assert opened(app, "director_zj", "/escalations/unread?department=QX").status == 400
    for who in ("officer_qx", "clerk", "squad_leader", "applicant"):
        assert opened(app, who, "/escalations/unread").status == 403


def test_the_ladder_shows_who_stands_where_and_for_how_long(
    office: Office, engine: Engine, app: Flask, town: Town, case: str
) -> None:
    page = opened(app, "supervisor", "/escalations")
    assert page.title.startswith("督办")
    assert "1 件正在上报，最高一级到攻坚队长" in page.words
    assert "2 攻坚队长" in page.words
    assert "经办人、攻坚队长" in page.words.replace("攻坚队长、经办人", "经办人、攻坚队长")
    assert "未看" in page.words
    assert "还没有" in page.words
    given.time_is(engine, given.moment("2026-03-09", "09:30"))
    sweep(office)
    page = opened(app, "supervisor", "/escalations")
    assert "1 件正在上报，最高一级到局长" in page.words
    assert f"/cases/{case}" in [href for _, href in page.links]


def test_seen_changes_a_column_and_neither_level_nor_light(
    office: Office, engine: Engine, app: Flask, town: Town, case: str
) -> None:
    before = opened(app, "supervisor", "/escalations").words
    with given.at(office, town.officers["QX"], YELLOW + timedelta(hours=1)) as work:
        alert = work.conn.execute(
            text("SELECT id FROM alerts WHERE person_id = :me AND card = 'yellow'"), {"me": town.officers["QX"].id}
        ).scalar_one()
        acknowledge_alert(work, alert, "今天 16:00 前决定")
    after = opened(app, "supervisor", "/escalations").words
    assert "未看" in before
    assert "✓ 经办人 3月5日 10:00（1 / 2 人）" in after
    assert "签收说明：今天 16:00 前决定" in after
    for words in ("1 件正在上报，最高一级到攻坚队长", "2 攻坚队长"):
        assert words in before
        assert words in after


def test_only_the_deed_takes_a_case_off_the_ladder(
    office: Office, engine: Engine, app: Flask, town: Town, case: str
) -> None:
    with engine.begin() as conn:
        conn.execute(text("UPDATE clocks SET state = 'settled', settled_at = app_now()"))
    assert "没有正在上报的办件" in opened(app, "supervisor", "/escalations").words


def test_picture_list_and_table_count_the_same(office: Office, app: Flask, world: World) -> None:
    page = opened(app, "supervisor", "/escalations?show=all")
    with given.at(office, world.town.supervisor, THAT_DAY) as work:
        found = ladder(work)
    assert f"{len(found.standing)} 件正在上报" in page.words
    drawn = page.response.text.split("<svg", 1)[1]
    for level in LEVELS:
        here = len(found.on(level))
        assert f">{here} 件</text>" in page.response.text, drawn[:200]
        one = opened(app, "supervisor", f"/escalations?level={level}")
        rows = [to for _, to in one.links if to.startswith("/cases/") and to.count("/") == 2]
        assert here == 0 or len(set(rows)) >= here
    assert opened(app, "supervisor", "/escalations?level=9").status == 400
    assert opened(app, "supervisor", "/escalations?page=last").status == 400


def test_a_pause_that_began_just_before_the_end_is_told(office: Office, app: Flask, world: World) -> None:
    rebuild_figures(office)
    with given.at(office, world.town.supervisor, THAT_DAY) as work:
        found = pauses_begun(work, date(2026, 3, 1), date(2026, 3, 31))
    assert found
    page = opened(app, "supervisor", "/escalations?from=2026-03-01&to=2026-03-31")
    assert f"{len(found)} 次暂停" in page.words
    late = [one for one in found if one.due_on is not None]
    assert page.words.count("原应") == len(late)
    for one in found:
        assert one.title in page.words


def test_the_ladder_is_for_those_who_watch_and_a_director_sees_the_own_department(app: Flask, world: World) -> None:
    assert opened(app, "director_qx", "/escalations").status == 200
    for who in ("officer_qx", "clerk", "squad_leader", "applicant"):
        assert opened(app, who, "/escalations").status == 403
