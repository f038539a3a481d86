"""假如…: the page of one case and the page of all, read as a person without script reads them."""

from collections.abc import Callable
from datetime import datetime

import pytest

from tests import given
from tests.pages.conftest import NOW, Reader
from workflow.work import Office

SignedIn = Callable[[str], Reader]
PAUSE = "since=3月4日&until=２０２６０３１１&cause=expert_review"


@pytest.fixture
def no(office: Office, town: given.Town) -> str:
    """A case in review since 2 March, five working days promised."""
    found = given.application(office, town, NOW, ["LX10"]).cases["LX10"]
    given.act(office, town.clerk, NOW, found, "accept")
    return found


def test_the_case_and_its_proof_lead_there_and_the_form_goes_by_address(signed_in: SignedIn, no: str) -> None:
    reader = signed_in("officer_qx")
    reader.open(f"/cases/{no}")
    page = reader.follow("假如…")
    assert page.address == f"/cases/{no}/what-if"
    assert page.form("算一算").method == "get"
    applicant = signed_in("applicant")
    applicant.open(f"/cases/{no}/clocks/promised")
    assert applicant.follow("假如…").address == f"/cases/{no}/what-if"


def test_a_pause_shows_old_and_new_end_of_every_clock_with_the_sentence(signed_in: SignedIn, no: str) -> None:
    page = signed_in("officer_qx").open(f"/cases/{no}/what-if?{PAUSE}")
    assert page.title.startswith("2 个截止日期会变 · 假如…")
    assert "现在 3月9日（周一）" in page.words
    assert "假如这样 3月16日（周一）" in page.words
    assert "推后 7 天" in page.words
    assert "暂停 5 日，届满日 3月16日（周一）" in page.words
    assert "依法可以“启动特别程序”，由审批科员办理" in page.words
    assert {("since", "3月4日"), ("cause", "expert_review")} <= set(page.form("算一算").fields)


def test_what_the_law_forbids_is_said_beside_the_dates(signed_in: SignedIn, no: str) -> None:
    page = signed_in("supervisor").open(f"/cases/{no}/what-if?extension=40&since=2026-03-04&cause=tender")
    assert page.status == 200
    assert "依法不得“延长期限”" in page.words
    assert "超过法定上限" in page.words
    assert "依法不得“启动特别程序”" in page.words
    assert "本事项不适用“招标”" in page.words
    assert "日期照样算出，供比较。" in page.words


def test_a_shorter_limit_that_is_over_says_that_the_case_would_be_late(
    signed_in: SignedIn, no: str, it_is: Callable[[str, str], datetime]
) -> None:
    it_is("2026-03-05", "10:00")
    page = signed_in("applicant").open(f"/cases/{no}/what-if?clock=promised&limit=1")
    assert "本件会因此超期。" in page.words
    assert "5 个工作日 → 1 个工作日" in page.words


def test_a_rest_day_beyond_the_published_years_carries_its_mark(signed_in: SignedIn, no: str) -> None:
    page = signed_in("officer_qx").open(f"/cases/{no}/what-if?clock=statutory&limit=220&rest=2027-01-04")
    assert "≈ 预计" in page.words


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("since=soon&cause=hearing", "“暂停开始日”应为 2026-11-25 这样的日期"),
        ("until=2026-03-09&cause=hearing", "请填写暂停开始日"),
        ("since=2026-03-09", "请选择暂停的事由"),
        ("since=2026-03-09&until=2026-03-04&cause=hearing", "“暂停结束日”不能早于 2026-03-09"),
        ("since=2026-03-09&cause=rain", "“事由”没有这种事由"),
        ("limit=soon&clock=promised", "“新的时限”应为 15"),
        ("limit=15", "请选择哪个时限"),
        ("limit=15&clock=delivery", "“新的时限”没有这个正在计时的时限"),
        ("extension=many", "“延长”应为 1 以上的整数"),
        ("resume=2026-03-09", "“恢复计时日”本件没有未结束的暂停"),
        ("rest=2026-03-09&worked=2026-03-09", "“上班日”同一天不能既休息又上班"),
        ("since=&until=", "请至少假设一项变化"),
    ],
)
def test_what_is_wrong_stands_at_its_field(signed_in: SignedIn, no: str, query: str, told: str) -> None:
    page = signed_in("officer_qx").open(f"/cases/{no}/what-if?{query}")
    assert (page.status, page.title.startswith("错误：")) == (400, True)
    assert told in page.words


def test_a_case_of_others_has_no_such_page(signed_in: SignedIn, no: str) -> None:
    assert signed_in("officer_zg").open(f"/cases/{no}/what-if?{PAUSE}").status == 404


def test_those_who_watch_find_the_page_of_all_in_the_menu_and_others_do_not(signed_in: SignedIn) -> None:
    for username in ("supervisor", "admin", "director_qx", "district_leader"):
        assert signed_in(username).open("/").link("假如") == "/what-if"
    for username in ("applicant", "officer_qx", "clerk"):
        reader = signed_in(username)
        assert "假如" not in [words for words, _ in reader.open("/").links]
        assert reader.open("/what-if?kind=days&rest=2026-03-05").status == 403


def test_days_limits_and_pauses_of_all_show_figures_and_every_case(signed_in: SignedIn, no: str) -> None:
    reader = signed_in("supervisor")
    for query, told in (
        ("kind=days&rest=2026-03-05，2026-03-06", "推后 2 天 →"),
        ("kind=limit&clock=promised&limit=9&item=LX10", "3月13日（周五）"),
        ("kind=pause&since=2026-03-04&until=2026-03-11&cause=hearing&department=QX", "推后 7 天 →"),
    ):
        page = reader.open(f"/what-if?{query}")
        assert page.status == 200, query
        assert "会变动的办件（1）" in page.words, query
        assert told in page.words, query
        assert f"/cases/{no}" in [href for _, href in page.links]
    assert "签发" not in page.words


def test_a_favourable_limit_that_is_longer_moves_nothing(signed_in: SignedIn, no: str) -> None:
    page = signed_in("supervisor").open("/what-if?kind=limit&clock=promised&limit=9&item=LX10&running=favourable")
    assert "没有一件在办办件的截止日期会变动。" in page.words


def test_cases_for_which_the_law_forbids_it_are_counted(signed_in: SignedIn, no: str) -> None:
    page = signed_in("supervisor").open("/what-if?kind=pause&since=2026-03-04&until=2026-03-11&cause=tender")
    assert "其中 1 件依法不得这样办" in page.words
    assert "本事项不适用“招标”" in page.words


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("kind=", "请选择假设什么"),
        ("kind=days", "请填写休息日或上班日"),
        ("kind=days&rest=soon", "“休息日”应为 2026-11-25 这样的日期"),
        ("kind=limit&clock=promised", "请填写新的时限"),
        ("kind=limit&clock=promised&limit=15", "“事项”没有这个事项"),
        ("kind=limit&clock=promised&limit=15min&item=LX10", "“新的时限”应为整数加单位"),
        ("kind=pause&cause=hearing", "请填写暂停开始日"),
        ("kind=pause&since=2026-03-04&cause=hearing&department=XX", "“部门”没有这个部门"),
    ],
)
def test_what_is_wrong_about_all_stands_at_its_field(signed_in: SignedIn, query: str, told: str) -> None:
    page = signed_in("supervisor").open(f"/what-if?{query}")
    assert (page.status, page.title.startswith("错误：")) == (400, True)
    assert told in page.words
