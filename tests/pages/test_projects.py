"""The list of projects: found by name, each with its lanes' lights; and what the applicant sees of a case."""

from collections.abc import Callable

from flask import Flask

from tests import given
from tests.pages import services
from tests.pages.conftest import Reader
from tests.pages.test_every_page import readers
from tests.pages.world import World
from workflow.clock.words import Light
from workflow.queries.lanes import lane_lights, lanes
from workflow.work import Office

SignedIn = Callable[[str], Reader]


def test_the_lights_of_the_list_are_those_of_the_page_of_the_project(world: World, office: Office) -> None:
    town = world.town
    for actor in (town.specialist, town.applicant, town.clerk, town.officers["HB"], town.directors["QX"]):
        with given.at(office, actor, given.moment("2026-03-11", "09:30")) as work:
            shown = {lane.lane: lane.light for lane in lanes(work, town.project.code).lanes if lane.light is not None}
            assert lane_lights(work, [town.project.code]) == {town.project.code: shown}
    assert Light.OVERDUE in shown.values()


def test_a_project_is_found_by_a_part_of_its_name(office: Office, town: given.Town, signed_in: SignedIn) -> None:
    reader = signed_in("specialist")
    page = reader.open("/projects?q=示例")
    assert town.project.name in page.words
    page = reader.open("/projects?q=不存在")
    assert "没有名称包含“不存在”的项目" in page.words


def test_the_applicant_is_asked_only_where_something_can_be_done(world: World, app: Flask) -> None:
    reader = readers(app)["applicant"]
    page = reader.open("/my")
    for words in ("请补正材料", "本段还没有申请验收", "草稿，还没有提交"):
        assert words in page.words
    assert "需要您处理（5）" in page.words, "three drafts, one correction, one segment"
    page = reader.open(f"/cases/{world.services.tender}")
    assert "目前不需要您做任何事" in page.words, "the bids are due on the 23rd, nothing is to be done before"
    page = reader.open(f"/cases/{world.planned_segment}")
    assert "需要您处理：本段还没有申请验收" in page.words


def test_the_applicant_sees_what_a_case_keeps_and_reaches_the_project(
    office: Office, town: given.Town, signed_in: SignedIn
) -> None:
    no = given.opened(
        office, town.applicant, given.moment("2026-03-02"), "coaching", {"topic": "报审前辅导"}, on=town.project.code
    )
    reader = signed_in("applicant")
    page = reader.open(f"/cases/{no}")
    assert "辅导内容 报审前辅导" in page.words
    reader.follow("看整个项目")
    assert reader.page is not None
    assert reader.page.headings == [town.project.name]


def test_a_state_is_chosen_with_its_flow(office: Office, town: given.Town, signed_in: SignedIn) -> None:
    given.opened(
        office, town.specialist, given.moment("2026-03-02"), "consultation", services.ASKED, on=town.project.code
    )
    reader = signed_in("clerk")
    page = reader.open("/work?tab=all&state=consultation.asking")
    assert "会商：征求意见中" in page.title
    assert services.ASKED["question"] in page.words
    assert services.ASKED["question"] not in reader.open("/work?tab=all&state=item.received").words
    assert "0 件符合" in reader.open("/work?tab=all&state=objection.received").words
