"""Process charts: what can happen, where a case is, what a version changed."""

from flask import Flask

from tests import given
from tests.pages.conftest import Reader
from tests.pages.world import World
from workflow.work import Office


def reader(app: Flask, username: str) -> Reader:
    somebody = Reader(app.test_client())
    somebody.open("/login")
    somebody.press("登录", username=username, password=given.PASSWORD)
    return somebody


def test_the_chart_of_a_case_is_of_the_version_it_runs_on_and_shows_where_it_stands(world: World, app: Flask) -> None:
    page = reader(app, "officer_qx").open(f"/flows/item?case={world.paused}")
    assert page.status == 200
    assert "本件使用" in page.words
    assert "（现在）" in page.words


def test_a_version_is_compared_with_the_one_before(world: World, app: Flask) -> None:
    page = reader(app, "supervisor").open("/flows/item?version=3")
    assert "和第 2 版的差别" in page.words
    assert "环节“模拟审查中”" in page.words
    assert "差别" not in reader(app, "supervisor").open("/flows/item?version=1").words


def test_no_applicant_sees_what_the_office_says_among_itself(world: World, app: Flask, office: Office) -> None:
    applicant = reader(app, "applicant")
    internal = [key[0] for key, flow in office.flows.items() if flow.internal]
    assert internal
    for name in internal:
        assert applicant.open(f"/flows/{name}").status == 404
        assert f"/flows/{name}" not in [href for _, href in applicant.open("/flows").links]


def test_an_unknown_flow_version_or_case_is_refused_in_words(world: World, app: Flask) -> None:
    officer = reader(app, "officer_qx")
    assert officer.open("/flows/nothing").status == 404
    assert officer.open("/flows/item?version=99").status == 404
    assert officer.open("/flows/item?case=LS2026-999999").status == 404
    other = officer.open(f"/flows/tender?case={world.paused}")
    assert other.status == 404
    assert f"{world.paused} 不按“tender”办理" in other.words
