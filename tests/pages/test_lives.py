"""What was granted lives and dies on the pages too: its end, what saves it, and an interrupted time in its proof."""

from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from sqlalchemy import text

from tests import given
from tests.core.test_lifetimes import DEED, LAST_DAY, WHY, permits
from tests.pages.conftest import PDF, Reader
from tests.pages.reading import Page
from workflow.commands.fire_rungs import sweep
from workflow.queries.lives import AHEAD, ending_lives
from workflow.work import Office

Signed = Callable[[str], Reader]
OVER = given.moment("2026-06-11", "00:05")
FOUR_LEFT = given.moment("2026-06-04", "10:00")
CALM = "目前不需要您做任何事"


@pytest.fixture
def town(office: Office) -> given.Town:
    """A town whose project has its land and its planning conditions."""
    town = given.town(office)
    with office.engine.begin() as conn:
        conn.execute(text("""UPDATE projects SET facts = '{"planning_conditions": true, "land_document": true}'"""))
    return town


@pytest.fixture
def signed(app: Flask, office: Office, town: given.Town) -> Signed:
    """A browser in which somebody has signed in, at whatever time it is."""

    def reader(username: str) -> Reader:
        somebody = Reader(app.test_client())
        somebody.open("/login")
        somebody.press("登录", username=username, password=given.PASSWORD)
        return somebody

    return reader


@pytest.fixture
def permit(office: Office, town: given.Town) -> str:
    """A construction permit delivered on 10 March 2026 that dies on 10 June."""
    return permits(office, town)["SG05"]


def opened(office: Office, signed: Signed, username: str, now: object, address: str) -> Page:
    """A page as somebody sees it at ``now``, every rung fired before."""
    given.time_is(office.engine, now)  # type: ignore[arg-type]
    assert sweep(office).failed == 0
    return signed(username).open(address)


def in_review(office: Office, town: given.Town, item: str = "SG05") -> str:
    """A case received and accepted on Tuesday, 10 March 2026."""
    no = given.application(office, town, given.moment("2026-03-10", "08:00"), [item]).cases[item]
    given.act(office, town.clerk, given.moment("2026-03-10", "09:00"), no, "accept")
    return no


def interrupted(office: Office, town: given.Town) -> str:
    """That case, its time interrupted for papers on the day after."""
    no = in_review(office, town)
    asked = {"cause": "documents_incomplete", "until": "2026-03-20", "reason": "施工合同缺附件"}
    given.act(office, town.officers["QX"], given.moment("2026-03-11"), no, "start_special", asked)
    return no


def line_of(page: Page, day: str) -> str:
    """The line of the list of days that begins with ``day``."""
    body = page.response.get_data(as_text=True)
    return next(row for row in body.split("<tr") if day in row and 'scope="row"><span' in row)


def test_a_saturday_inside_an_interruption_is_a_weekend_and_the_wall_names_the_interruption(
    office: Office, town: given.Town, signed: Signed
) -> None:
    no = interrupted(office, town)
    given.act(office, town.officers["QX"], given.moment("2026-03-17"), no, "end_special", {"result": "已补齐"})
    page = opened(office, signed, "officer_qx", given.moment("2026-03-18"), f"/cases/{no}/clocks/statutory")
    saturday = line_of(page, "3月14日（周六）")
    assert "周末" in saturday
    assert "工作日" not in saturday
    assert "中断：证明文件不全" in saturday
    assert "工作日" in line_of(page, "3月16日（周一）")
    assert "中断结束，次日重新起算" in line_of(page, "3月17日（周二）")
    assert "3月17日（周二） 中断结束，次日起重新计 7 个工作日" in page.words
    assert "中断，重新起算" in page.words
    assert "暂停，不计" not in page.words
    assert "暂停 0" not in page.words
    assert "暂停的日子不数" not in page.words
    assert "3月17日（周二） 结束，从次日重新算第 1 日" in page.words


def test_a_day_of_receipt_on_a_weekend_is_a_weekend(office: Office, town: given.Town, signed: Signed) -> None:
    no = given.application(office, town, given.moment("2026-03-07"), ["SG05"]).cases["SG05"]
    page = opened(office, signed, "clerk", given.moment("2026-03-09"), f"/cases/{no}/clocks/completeness")
    start = line_of(page, "3月7日（周六）")
    assert "周末" in start
    assert "起算日，当天不计" in start


def test_an_open_interruption_is_painted_as_a_pause_and_its_legend_says_so(
    office: Office, town: given.Town, signed: Signed
) -> None:
    no = interrupted(office, town)
    page = opened(office, signed, "officer_qx", given.moment("2026-03-13"), f"/cases/{no}/clocks/statutory")
    assert "暂停，不计" in page.words
    assert "中断，重新起算" not in page.words


def test_the_law_of_the_item_stands_beside_its_clocks(office: Office, town: given.Town, signed: Signed) -> None:
    no = in_review(office, town)
    now = given.moment("2026-03-11")
    for address in (f"/cases/{no}", f"/cases/{no}/clocks/statutory"):
        page = opened(office, signed, "officer_qx", now, address)
        assert "依据：建筑法 8" in page.words
        assert "行政许可法 42" not in page.words
    assert "依据：建筑法 8" in opened(office, signed, "applicant", now, f"/cases/{no}").words
    reader = signed("officer_qx")
    body = reader.client.get(f"/api/v1/cases/{no}/clocks").json
    assert {one["name"]: one["basis"] for one in body["items"]}["statutory"] == "建筑法 8"
    proof = reader.client.get(f"/api/v1/cases/{no}/clocks/statutory/proof").json
    assert proof["clock"]["basis"] == "建筑法 8"


def test_a_case_at_rest_shows_the_life_of_its_result_and_how_its_promises_were_kept(
    office: Office, signed: Signed, permit: str
) -> None:
    for username in ("officer_qx", "applicant"):
        page = opened(office, signed, username, FOUR_LEFT, f"/cases/{permit}")
        assert "有效期" in page.words
        assert "6月10日（周三）" in page.words
        assert "剩 4 个工作日" in page.words
        assert "承诺时限" in page.words
        assert "按期完成" in page.words


def test_a_result_in_use_and_one_that_lapsed_still_show_the_life_they_had(
    office: Office, town: given.Town, signed: Signed, permit: str
) -> None:
    given.act(office, town.applicant, given.moment("2026-05-06"), permit, "report_use", {"fact": "已开工"})
    for username in ("officer_qx", "applicant"):
        page = opened(office, signed, username, OVER, f"/cases/{permit}")
        assert "有效期" in page.words
        assert "届满前已停止计时" in page.words


def test_a_life_that_ran_out_is_read_as_of_its_last_day_and_nobody_is_late_by_it(
    office: Office, town: given.Town, signed: Signed, permit: str
) -> None:
    for username in ("officer_qx", "applicant"):
        page = opened(office, signed, username, OVER, f"/cases/{permit}")
        assert "有效期" in page.words
        assert "已届满" in page.words
        assert "已用 92 天" in page.words
    proof = signed("applicant").open(f"/cases/{permit}/clocks/lifetime")
    assert "6月10日（周三）：已用 92 天，已届满" in proof.words
    assert "超期" not in proof.words
    assert "93 天" not in proof.words


def test_the_home_names_a_life_that_ends_and_what_saves_it(office: Office, signed: Signed, permit: str) -> None:
    home = opened(office, signed, "applicant", FOUR_LEFT, "/my")
    assert "目前没有需要您处理的事" not in home.words
    assert "有效期将满" in home.words
    assert "有效期到 6月10日（周三），请在此前“报告开工（使用）”或“申请延续”，剩 4 个工作日" in home.words
    assert permit in home.words
    case = signed("applicant").open(f"/cases/{permit}")
    assert CALM not in case.words
    assert "需要您处理：有效期将满" in case.words
    assert "请在期满前“报告开工（使用）”或“申请延续”，否则期满自行失效" in case.words


def test_a_life_far_from_its_end_asks_nothing_of_its_holder(office: Office, signed: Signed, permit: str) -> None:
    now = given.moment("2026-03-12")
    assert "有效期将满" not in opened(office, signed, "applicant", now, "/my").words
    case = signed("applicant").open(f"/cases/{permit}")
    assert CALM in case.words
    assert "有效期到 6月10日（周三）" in case.words


def test_what_cannot_be_renewed_any_more_is_not_said_to_be(office: Office, town: given.Town, permit: str) -> None:
    for asked, decided in (("2026-06-08", "2026-06-09"), ("2026-09-07", "2026-09-08")):
        given.act(office, town.applicant, given.moment(asked), permit, "apply_renewal", WHY)
        given.act(office, town.officers["QX"], given.moment(decided), permit, "renew", {"opinion": "同意"})
    with given.at(office, town.applicant, given.moment("2026-12-07")) as work:
        [life] = [one for one in ending_lives(work, 20) if one.no == permit]
    assert [deed.zh for deed in life.deeds] == ["报告开工（使用）"]
    assert life.renew_by is None


def test_only_the_holder_hears_of_a_life_and_only_while_it_lasts(office: Office, town: given.Town, permit: str) -> None:
    with given.at(office, town.applicant, FOUR_LEFT) as work:
        [life] = ending_lives(work, 20)
    assert (life.no, life.life.due_on, life.renew_by) == (permit, LAST_DAY, LAST_DAY)
    for actor, now in ((town.officers["QX"], FOUR_LEFT), (town.specialist, FOUR_LEFT), (town.applicant, OVER)):
        with given.at(office, actor, now) as work:
            assert ending_lives(work, 20) == ()


def test_the_list_of_ending_lives_begins_with_the_first_reminder_of_the_flow(office: Office) -> None:
    rungs = [office.flow("item").clocks[name].ladder[0].text for name in ("lifetime", "renewed_life")]
    assert rungs == [f"{AHEAD} working days left"] * 2


def test_ending_lives_are_found_by_their_index(office: Office, town: given.Town, permit: str) -> None:
    with given.at(office, town.applicant, FOUR_LEFT) as work:
        work.conn.execute(text("SET LOCAL enable_seqscan = off"))
        plan = work.conn.execute(
            text("""
EXPLAIN SELECT c.id FROM cases c WHERE c.company = ANY(:companies) AND c.ended_at IS NOT NULL AND c.due_at < 'infinity'
  AND c.due_at > :now AND c.due_at <= :ahead ORDER BY c.due_at, c.id LIMIT 20"""),
            {"companies": [town.project.company], "now": FOUR_LEFT, "ahead": OVER},
        ).scalars()
        assert "cases_lives_company" in " ".join(plan)


def test_a_renewal_to_decide_has_until_the_life_ends_and_no_months(
    office: Office, town: given.Town, signed: Signed, permit: str
) -> None:
    given.act(office, town.applicant, given.moment("2026-05-06"), permit, "apply_renewal", WHY)
    page = opened(office, signed, "officer_qx", given.moment("2026-05-07"), f"/cases/{permit}")
    assert "延续决定期限 到有效期届满" in page.words
    assert "3 个月" not in page.words


def test_while_incomplete_papers_interrupt_the_time_every_paper_may_come_again(
    office: Office, town: given.Town, signed: Signed
) -> None:
    no = interrupted(office, town)
    home = opened(office, signed, "applicant", given.moment("2026-03-12"), "/my")
    assert "请补齐证明文件" in home.words
    reader = signed("applicant")
    page = reader.open(f"/cases/{no}")
    assert CALM not in page.words
    assert "施工合同缺附件" in page.words
    page = reader.press("上传所选文件", files={"construction_contract": ("合同.pdf", PDF + b" annex")})
    assert page.status == 200, page.words
    assert "合同.pdf" in page.words
    given.act(office, town.officers["QX"], given.moment("2026-03-13"), no, "end_special", {"result": "已补齐"})
    given.time_is(office.engine, given.moment("2026-03-13", "11:00"))
    assert "上传所选文件" not in reader.open(f"/cases/{no}").buttons or "construction_contract" not in _slots(reader)


def _slots(reader: Reader) -> Mapping[str, str]:
    assert reader.page is not None
    return dict(reader.page.form("上传所选文件").fields)


def test_a_reason_for_a_promise_that_was_kept_is_not_published(
    office: Office, town: given.Town, signed: Signed
) -> None:
    no = in_review(office, town, "SG11")
    said = {"opinion": "同意", "late_reason": "误填的说明"}
    given.act(office, town.officers["HB"], given.moment("2026-03-10", "11:00"), no, "grant", said)
    given.act(office, town.clerk, given.moment("2026-03-10", "12:00"), no, "deliver", DEED)
    page = opened(office, signed, "applicant", given.moment("2026-03-11"), f"/cases/{no}")
    assert "超过承诺时限的公开说明" not in page.words
