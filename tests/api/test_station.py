"""Problems counted, the agenda of the weekly session, coaching before a filing: through the API."""

from collections.abc import Callable, Mapping

import pytest

from tests import given
from tests.api.conftest import Caller
from workflow.actor import Actor
from workflow.clock.days import local_day
from workflow.work import Office

ByToken = Callable[[Actor], Caller]
PROBLEMS, SESSION = "/api/v1/problems", "/api/v1/session"
MONDAY, TUESDAY, FRIDAY = (given.moment(f"2026-03-0{day}") for day in (2, 3, 6))
MEETING = {"question": "红线与管线冲突", "held_at": "2026-03-04T09:00", "place": "一楼会议室"}
MINUTES = {"attendees": [{"name": "牵头人"}], "minutes": "议定由规划部门先行复核"}


@pytest.fixture
def past(office: Office, town: given.Town) -> dict[str, str]:
    """Three problems: one solved by the second of two meetings, one solved by itself, one still open, once climbed."""
    site = town.project.code
    made = {
        name: given.opened(office, town.specialist, MONDAY, "problem", {"what": name, "department": "ZG"}, on=site)
        for name in ("met", "alone", "open")
    }
    for name in ("first", "second"):
        made[name] = given.opened(office, town.squad_leader, TUESDAY, "meeting", MEETING, on=site)
        given.act(office, town.squad_leader, given.moment("2026-03-05"), made[name], "decide", MINUTES)
    said = {"meeting": made["second"], "result": "已协调"}
    given.act(office, town.squad_leader, FRIDAY, made["met"], "settle_in_meeting", said)
    given.act(office, town.officers["ZG"], FRIDAY, made["alone"], "report", {"result": "已复核"})
    given.act(office, town.specialist, FRIDAY, made["alone"], "confirm")
    given.act(office, town.specialist, FRIDAY, made["open"], "climb", {"reason": "需两局会签"})
    given.time_is(office.engine, given.moment("2026-03-09"))
    return made


def test_problems_are_counted_as_raised_solved_open_and_the_oldest(
    town: given.Town, by_token: ByToken, past: Mapping[str, str]
) -> None:
    told = by_token(town.supervisor)("GET", PROBLEMS).json

    assert told["total"] == {
        "raised": 3,
        "solved": 2,
        "solved_in_meetings": 1,
        "dropped": 0,
        "open": 1,
        "oldest_on": "2026-03-02",
        "dispatch_meetings": 2,
        "weekly_sessions": 0,
    }
    assert told["projects_with_dispatch"] == 1, "two meetings about one project are one project"
    assert [one["code"] for one in told["projects"]] == [town.project.code]
    [waiting] = told["open_problems"]
    # Monday the 2nd to Monday the 9th: five working days, due after three.
    assert (waiting["no"], waiting["age"], waiting["climbs"], waiting["overdue"]) == (past["open"], 5, 1, True)


def test_a_period_bounds_what_was_raised_and_solved_but_not_what_is_open(
    town: given.Town, by_token: ByToken, past: Mapping[str, str]
) -> None:
    told = by_token(town.supervisor)("GET", PROBLEMS, query_string={"from": "2026-03-03", "to": "2026-03-05"}).json

    figures = told["total"]
    assert (figures["raised"], figures["solved"], figures["open"], figures["dispatch_meetings"]) == (0, 0, 1, 2)


def test_everybody_counts_what_they_may_see(town: given.Town, by_token: ByToken, past: Mapping[str, str]) -> None:
    assert by_token(town.officers["ZG"])("GET", PROBLEMS).json["total"]["open"] == 1
    elsewhere = by_token(town.officers["ZJ"])("GET", PROBLEMS).json
    assert (elsewhere["total"]["raised"], elsewhere["projects"], elsewhere["open_problems"]) == (0, [], [])


def test_a_problem_is_not_solved_by_a_meeting_that_never_was(
    office: Office, town: given.Town, by_token: ByToken, past: Mapping[str, str]
) -> None:
    leader = by_token(town.squad_leader)
    path = f"/api/v1/cases/{past['open']}"
    said = {"version": leader("GET", path).json["version"], "meeting": past["met"], "result": "已协调"}

    refused = leader("POST", f"{path}/actions/settle_in_meeting", json=said)

    assert (refused.status_code, refused.json["code"]) == (422, "no_such_meeting")
    assert past["second"] in refused.json["detail"]


def test_a_project_code_that_cannot_be_is_refused(town: given.Town, by_token: ByToken) -> None:
    refused = by_token(town.supervisor)("GET", PROBLEMS, query_string={"project": "2203-370212-04-01-100019"})

    assert (refused.status_code, refused.json["code"]) == (400, "bad_input")


def test_the_weekly_session_is_collected_from_what_is_open(
    office: Office, town: given.Town, by_token: ByToken, past: Mapping[str, str]
) -> None:
    site = town.project.code
    task = {"what": "复核红线", "department": "ZG", "due_on": "2026-03-10"}
    monday = given.moment("2026-03-09")
    given.opened(office, town.specialist, monday, "task", task, under=past["open"])
    asked = {"question": "是否同意", "department": "QX", "departments": ["ZG", "ZJ"], "answer_by": "2026-03-12"}
    consultation = given.opened(office, town.specialist, monday, "consultation", asked, on=site)
    opinion = given.children(office.engine, consultation, "opinion")["ZJ"]
    given.act(office, town.officers["ZJ"], monday, opinion, "object", {"opinion": "荷载不足", "basis": "规范"})
    weekly = {**MEETING, "held_at": "2026-03-13T14:00", "regular": True}
    given.opened(office, town.squad_leader, monday, "meeting", weekly, on=site)

    told = by_token(town.squad_leader)("GET", SESSION, query_string={"on": "2026-03-13"}).json

    assert [(point["kind"], point["about"], point["late"]) for point in told["points"]] == [
        ("meeting", "红线与管线冲突", 0),
        ("objection", "荷载不足", 0),
        ("consultation", "是否同意", 1),
        # Due on Thursday the 5th: six working days late on Friday the 13th.
        ("problem", "open", 6),
        # Due on Tuesday the 10th.
        ("task", "复核红线", 3),
    ]
    assert told["projects"] == 1
    earlier = by_token(town.squad_leader)("GET", SESSION, query_string={"on": "2026-03-10"}).json
    assert "task" not in {point["kind"] for point in earlier["points"]}, "on its last day it is not late"


def test_a_session_is_not_collected_for_a_day_that_is_over(
    office: Office, town: given.Town, by_token: ByToken, past: Mapping[str, str]
) -> None:
    refused = by_token(town.squad_leader)("GET", SESSION, query_string={"on": "2026-03-08"})

    assert (refused.status_code, refused.json["code"]) == (400, "bad_input")
    assert by_token(town.squad_leader)("GET", SESSION).json["on"] == "2026-03-09"


def test_the_session_is_not_for_applicants(town: given.Town, by_token: ByToken) -> None:
    assert by_token(town.applicant)("GET", SESSION).status_code == 403


def test_the_coaching_before_an_application_is_shown(office: Office, town: given.Town, by_token: ByToken) -> None:
    topic = {"topic": "报审前辅导"}
    no = given.opened(office, town.applicant, MONDAY, "coaching", topic, on=town.project.code)
    given.act(office, town.specialist, TUESDAY, no, "start")
    given.act(office, town.specialist, TUESDAY, no, "end", {"summary": "可以报审"})
    filed = given.application(office, town, FRIDAY).no

    told = by_token(town.supervisor)("GET", f"/api/v1/cases/{filed}/coaching").json

    assert (told["coaching_days"], told["waiting_days"], told["filed_on"]) == (1, 3, str(local_day(FRIDAY)))
    assert [one["no"] for one in told["coachings"]] == [no]
    assert by_token(town.supervisor)("GET", "/api/v1/cases/LS2026-999999/coaching").status_code == 404
