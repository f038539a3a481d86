"""Process charts: what can happen, where a case is, what a version changed."""

from collections.abc import Callable

from tests.pages.conftest import Reader
from tests.pages.world import World
from workflow.work import Office

Member = Callable[[str], Reader]


def test_the_chart_of_a_case_is_of_the_version_it_runs_on_and_shows_where_it_stands(
    world: World, member: Member
) -> None:
    page = member("officer_qx").open(f"/flows/item?case={world.paused}")
    assert page.status == 200
    assert "本件使用" in page.words
    assert "（现在）" in page.words


def test_a_version_is_compared_with_the_one_before(world: World, member: Member) -> None:
    page = member("supervisor").open("/flows/item?version=3")
    assert "和第 2 版的差别" in page.words
    assert "环节“模拟审查中”" in page.words
    assert "差别" not in member("supervisor").open("/flows/item?version=1").words


def test_no_applicant_sees_what_the_office_says_among_itself(world: World, member: Member, office: Office) -> None:
    applicant = member("applicant")
    internal = [key[0] for key, flow in office.flows.items() if flow.internal]
    assert internal
    for name in internal:
        assert applicant.open(f"/flows/{name}").status == 404
        assert f"/flows/{name}" not in [href for _, href in applicant.open("/flows").links]


def test_an_unknown_flow_version_or_case_is_refused_in_words(world: World, member: Member) -> None:
    officer = member("officer_qx")
    assert officer.open("/flows/nothing").status == 404
    assert officer.open("/flows/item?version=99").status == 404
    assert officer.open("/flows/item?case=LS2026-999999").status == 404
    other = officer.open(f"/flows/tender?case={world.paused}")
    assert other.status == 404
    assert f"{world.paused} 不按“tender”办理" in other.words
