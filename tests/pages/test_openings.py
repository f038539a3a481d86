"""Opening a case by hand, as a person without script does it: ticks, dates, tables of records, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from tests import given, parts
from tests.pages import services
from tests.pages.conftest import Reader
from workflow.work import Office

SignedIn = Callable[[str], Reader]
TASK = {"what": "核对红线", "department": "ZG", "due_on": "3月10日"}


@pytest.fixture
def specialist(town: given.Town, signed_in: SignedIn) -> Reader:
    return signed_in("specialist")


def on_project(reader: Reader, town: given.Town, words: str) -> None:
    """From the list of projects to the form of an opening, by clicking."""
    reader.open("/")
    reader.follow("项目")
    reader.follow(town.project.name)
    reader.follow(words)


def kept(office: Office, flow: str) -> Any:
    with office.engine.connect() as conn:
        return conn.execute(text("SELECT data FROM cases WHERE flow = :flow"), {"flow": flow}).scalar_one()


def count(office: Office, flow: str) -> int:
    with office.engine.connect() as conn:
        return int(conn.execute(text("SELECT count(*) FROM cases WHERE flow = :f"), {"f": flow}).scalar_one())


def rows(name: str, *records: dict[str, Any]) -> dict[str, str]:
    """A table of records as a browser sends it; an empty record is a line left blank."""
    return {
        f"{name}.{place}.{column}": "yes" if value is True else str(value)
        for place, record in enumerate(records)
        for column, value in record.items()
    }


def test_a_consultation_is_started_from_the_page_of_its_project(
    office: Office, town: given.Town, specialist: Reader
) -> None:
    on_project(specialist, town, "发起会商")
    said = {**services.ASKED, "answer_by": "３月５日"}
    page = specialist.press("发起会商", **said)
    assert page.status == 200, page.words
    assert "已发起““1+N”会商”" in page.words
    assert kept(office, "consultation")["answer_by"] == "2026-03-05"
    assert kept(office, "consultation")["departments"] == ["ZG", "ZJ", "HB"]
    assert count(office, "opinion") == 3
    assert "会商意见" in page.words


def test_what_is_wrong_with_a_consultation_stands_at_its_field_and_the_ticks_stay(
    office: Office, town: given.Town, specialist: Reader
) -> None:
    on_project(specialist, town, "发起会商")
    page = specialist.press("发起会商", question="可行吗", department="QX", departments=["ZG", "HB"], answer_by="下周")
    assert page.status == 400
    assert page.title.startswith("错误：")
    assert page.link("“答复期限”应为 2026-11-25 这样的日期") == "#f-answer_by"
    fields = page.form("发起会商").fields
    assert [value for name, value in fields if name == "departments"] == ["ZG", "HB"]
    assert ("answer_by", "下周") in fields
    page = specialist.press("发起会商", departments=["QX"], answer_by="3月5日")
    assert "#f-departments" in [href for _, href in page.links]
    assert count(office, "consultation") == 0


def test_an_acceptance_is_begun_with_its_buildings_and_blank_lines_are_dropped(
    office: Office, town: given.Town, signed_in: SignedIn
) -> None:
    applicant = signed_in("applicant")
    on_project(applicant, town, "发起分段验收")
    first, second, third, fourth = parts.BUILDINGS
    page = applicant.press("再加几条空行", **rows("buildings", first, {}, second, third))
    assert page.status == 200
    assert count(office, "acceptance") == 0
    # What was typed has moved together; the fourth building goes into the next blank line.
    page = applicant.press(
        "发起分段验收",
        **{f"buildings.3.{name}": str(value) for name, value in fourth.items()},
        **rows("segments", *parts.SEGMENTS),
        permit_no=parts.PERMIT,
        segment_by="unit",
        above_m2="２５,２００",
        below_m2="2500",
        civil_defence_m2="800",
    )
    assert page.status == 200, page.words
    assert [row["code"] for row in kept(office, "acceptance")["buildings"]] == ["D1", "D2", "D3", "D4"]
    assert kept(office, "acceptance")["above_m2"] == 25200
    assert count(office, "segment") == 2


def test_a_bad_number_in_a_line_keeps_everything_typed_and_is_shown_at_its_field(
    office: Office, town: given.Town, signed_in: SignedIn
) -> None:
    applicant = signed_in("applicant")
    on_project(applicant, town, "发起分段验收")
    buildings = [{**row, "above_m2": "约三千"} if row["code"] == "D3" else row for row in parts.BUILDINGS]
    typed = rows("buildings", *buildings) | rows("segments", *parts.SEGMENTS)
    page = applicant.press("发起分段验收", **typed, permit_no=parts.PERMIT, segment_by="unit", above_m2="25200")
    assert page.status == 400
    fault = next(words for words, href in page.links if href == "#f-buildings.2.above_m2")
    assert fault.startswith("第 3 条“")
    assert 'id="f-buildings.2.above_m2"' in page.response.text
    fields = page.form("发起分段验收").fields
    assert ("buildings.2.above_m2", "约三千") in fields
    assert ("buildings.3.name", "室外配套") in fields
    assert ("segments.1.last", "yes") in fields
    assert count(office, "acceptance") == 0


def test_a_moment_is_read_as_it_is_spoken_and_yes_or_no_may_be_left_out(
    office: Office, town: given.Town, signed_in: SignedIn
) -> None:
    leader = signed_in("squad_leader")
    on_project(leader, town, "召开调度会")
    agenda = rows("agenda", {"point": "出入口位置", "department": "ZG"})
    page = leader.press("召开调度会", question="地下车库出入口", held_at="3月6日 9:30", place="一楼会议室", **agenda)
    assert page.status == 200, page.words
    assert kept(office, "meeting")["held_at"].startswith("2026-03-06T")
    assert "3月6日 09:30" in page.words
    assert "regular" not in kept(office, "meeting")


def test_a_task_is_given_from_the_page_of_the_case_above_it(
    office: Office, town: given.Town, specialist: Reader
) -> None:
    no = given.opened(
        office, town.specialist, given.moment("2026-03-02"), "consultation", services.ASKED, on=town.project.code
    )
    specialist.open(f"/cases/{no}")
    specialist.follow("交办任务")
    page = specialist.press("交办任务", **TASK)
    assert "已发起“任务”" in page.words
    assert "核对红线" in page.words
    assert "自然资源和规划局" in page.words
    assert no in page.words, "the case it stands under"


def test_pressing_twice_opens_one_case(office: Office, town: given.Town, specialist: Reader) -> None:
    on_project(specialist, town, "发起会商")
    form = specialist.page.form("发起会商") if specialist.page else None
    assert form is not None
    sent = {**dict(form.fields), **services.ASKED, "answer_by": "2026-03-05"}
    first = specialist.send(form.action, sent).address
    assert specialist.send(form.action, sent).address == first
    assert count(office, "consultation") == 1


def test_the_war_map_is_entered_with_people_chosen_by_name(
    office: Office, town: given.Town, signed_in: SignedIn
) -> None:
    leader = signed_in("squad_leader")
    on_project(leader, town, "列入作战图")
    assert leader.page is not None
    assert town.officers["ZJ"].name in leader.page.words
    entry = services.entry(town)
    first = {**services.MILESTONE, "person": town.officers["FG"].id}
    wrong = {**first, "person": town.officers["HB"].id}
    said = {name: value for name, value in entry.items() if name != "milestones"}
    page = leader.press("列入作战图", **said, **rows("milestones", wrong))
    assert "#f-milestones.0.person" in [href for _, href in page.links]
    page = leader.press("列入作战图", **{"milestones.0.person": str(first["person"])})
    assert page.status == 200, page.words
    assert count(office, "milestone") == 1


def test_nobody_opens_what_their_role_does_not(office: Office, town: given.Town, signed_in: SignedIn) -> None:
    applicant = signed_in("applicant")
    page = applicant.open(f"/projects/{town.project.code}")
    assert "发起会商" not in [words for words, _ in page.links]
    applicant.open(f"/projects/{town.project.code}/new/consultation")
    assert applicant.press("发起会商", **{**services.ASKED, "answer_by": "2026-03-05"}).status == 403
    assert applicant.open(f"/projects/{town.project.code}/new/opinion").status == 404, "asked by the system only"
    assert applicant.open(f"/projects/{town.project.code}/new/nothing").status == 404
    assert count(office, "consultation") == 0
