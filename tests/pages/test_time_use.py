"""Whose time it was, on the page of a case and on the page of those who watch."""

from collections.abc import Callable

import pytest

from tests.pages.conftest import Reader
from tests.pages.world import World
from tests.time_spent import backfill
from workflow.work import Office

SignIn = Callable[[str], Reader]
MARCH = "from=2026-03-01&to=2026-03-31"


@pytest.fixture
def world(world: World, office: Office) -> World:
    """The small district; one of its cases was delivered, after a step that was recorded late."""
    backfill(office, world.delivered, "2026-02-27")
    return world


def test_a_case_tells_whose_time_it_took_in_words_and_in_a_bar(world: World, member: SignIn) -> None:
    page = member("officer_qx").open(f"/cases/{world.paused}")
    assert "时间用在谁手里" in page.words
    assert "到现在，共 7 个工作日" in page.words
    assert "每个工作日算给当天零点持有办件的一方" in page.words
    for who in ("综合窗口", "其他机构", "区行政审批服务局"):
        assert who in page.words
    bar = page.response.text.partition('id="time-use"')[2].partition("</ol>")[0]
    assert [bar.count(f'class="{tone}"') for tone in ("u-window", "u-office", "u-other")] == [1, 2, 4]


def test_the_applicant_sees_it_too_and_a_draft_says_nothing(world: World, member: SignIn) -> None:
    applicant = member("applicant")
    words = applicant.open(f"/cases/{world.correcting}").words
    assert "时间用在谁手里" in words
    assert "申请人" in words
    assert "时间用在谁手里" not in applicant.open(f"/apply/{world.draft}").words


def test_the_time_of_a_joint_application_is_its_items(world: World, member: SignIn) -> None:
    words = member("director_qx").open(f"/cases/{world.bundle}").words
    assert "各事项" in words


def test_those_who_watch_find_every_number_with_the_list_of_its_cases(world: World, member: SignIn) -> None:
    supervisor = member("supervisor")
    assert "用时" in [words for words, _ in supervisor.open("/work").links]
    page = supervisor.open(f"/time-use?{MARCH}")
    assert "办结 1 件" in page.words
    numbers = [href for words, href in page.links if "kind=" in href]
    assert [href.partition("kind=")[2].partition("&")[0] for href in numbers] == ["cases", "backfilled"]
    listed = supervisor.open(numbers[1])
    assert listed.headings == ["有补录步骤的办件"]
    assert [href for _, href in listed.links if href.startswith("/cases/")] == [f"/cases/{world.delivered}"]
    assert "个工作日" in listed.words
    assert "补录" in listed.words
    assert supervisor.open(listed.link("时间用在谁手里")).status == 200


def test_who_does_not_watch_has_no_such_entry_and_no_such_page(world: World, member: SignIn) -> None:
    officer = member("officer_qx")
    assert "用时" not in [words for words, _ in officer.open("/work").links]
    assert officer.open("/time-use").status == 403


def test_a_director_sees_the_own_department_only(world: World, member: SignIn) -> None:
    page = member("director_zg").open(f"/time-use?{MARCH}")
    assert "这段时间没有办结的办件" in page.words
    assert member("director_zg").open(f"/time-use?{MARCH}&department=QX").status == 400


def test_a_period_that_cannot_be_is_refused_by_name(world: World, member: SignIn) -> None:
    supervisor = member("supervisor")
    for query, said in (
        ("from=2026-03-05&to=2026-03-01", "from"),
        ("from=2024-01-01&to=2026-03-01", "366"),
        ("from=yesterday", "yesterday"),
        ("department=XX", "XX"),
    ):
        page = supervisor.open(f"/time-use?{query}")
        assert page.status == 400, query
        assert said in page.words
    assert supervisor.open("/time-use/cases?kind=slow").status == 400
    assert supervisor.open("/time-use?from=３月１日&to=20260331").status == 200
