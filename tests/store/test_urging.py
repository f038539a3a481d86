"""催办 and 督办: asked on record, answered within a clock of its own, and the case's own clocks do not notice."""

from datetime import date

import pytest
from sqlalchemy import text

from tests import given, hall
from tests.hall import Hall
from workflow.commands.fire_rungs import sweep
from workflow.errors import BadInput, Conflict, NotAllowed, NotFound, NotMet
from workflow.queries.case import case as read_case
from workflow.work import Office

MONDAY = given.moment("2026-03-02")
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (given.moment(f"2026-03-0{day}") for day in (3, 4, 5, 6))
WHY = {"reason": "距承诺办结仅剩两天，尚无进展"}
NOTICE = {
    "department": "QX",
    "rule": "R02",
    "content": "说明超过承诺时限的原因并限期办结",
    "answer_by": "2026-03-04",
}


@pytest.fixture
def here(office: Office) -> Hall:
    return hall.open_hall(office)


@pytest.fixture
def item(here: Hall) -> str:
    """An item case in review, with an officer."""
    no = next(iter(given.application(here.office, here.town, MONDAY).cases.values()))
    given.act(here.office, here.town.clerk, MONDAY, no, "accept", {})
    return no


def urged(here: Hall, no: str, at: object = MONDAY) -> str:
    return given.opened(here.office, here.town.applicant, at, "urge", WHY, under=no)  # type: ignore[arg-type]


def noticed(here: Hall, no: str) -> str:
    return given.opened(here.office, here.town.supervisor, MONDAY, "oversight", NOTICE, under=no)


def documents(here: Hall, no: str) -> list[tuple[str, str]]:
    with here.office.engine.begin() as conn:
        rows = conn.execute(
            text("SELECT kind, d.no FROM documents d JOIN cases c ON c.id = case_id WHERE c.no = :no ORDER BY d.id"),
            {"no": no},
        )
        return [(row.kind, row.no) for row in rows]


def told(here: Hall, no: str) -> list[list[str]]:
    return [sorted(one["role"] for one in line["told"]) for line in hall.said(here, no, "rung:answer:0")]


def test_an_urge_stands_with_whoever_has_the_case_and_moves_none_of_its_clocks(here: Hall, item: str) -> None:
    before = hall.case(here, item)
    no = urged(here, item)
    after, urge = hall.case(here, item), hall.case(here, no)
    assert (urge.department, urge.assignee_id) == (before.department, before.assignee_id)
    assert before.assignee_id is not None
    assert [(k.name, k.due_at, k.state) for k in after.clocks] == [(k.name, k.due_at, k.state) for k in before.clocks]
    assert hall.clock(here, no, "answer").due_on == date(2026, 3, 3)
    hall.expect_sound(here)


def test_an_urge_that_nobody_answers_climbs_by_itself(here: Hall, item: str) -> None:
    no = urged(here, item)
    given.time_is(here.office.engine, given.moment("2026-03-04", "09:00"))
    sweep(here.office)
    assert told(here, no) == [["assignee", "director"]]
    assert [sorted(one["role"] for one in line["told"]) for line in hall.said(here, no, "rung:answer:1")] == [
        ["director", "squad_leader", "supervisor"]
    ]


def test_the_applicant_reads_the_answer(here: Hall, item: str) -> None:
    no = urged(here, item)
    answer = {"result": "专家评审意见周四返回，随后作出决定", "expected_on": "2026-03-06"}
    given.act(here.office, here.town.officers["QX"], TUESDAY, no, "answer", answer)
    with given.at(here.office, here.town.applicant, TUESDAY) as work:
        shown = read_case(work, no)
    assert (shown.outcome, shown.kept["result"]) == ("answered", answer["result"])
    hall.expect_sound(here)


def test_one_urge_at_a_time_and_the_next_a_working_day_after_the_answer(here: Hall, item: str) -> None:
    first = urged(here, item)
    with pytest.raises(Conflict, match=first):
        given.opened(here.office, here.town.supervisor, MONDAY, "urge", WHY, under=item)
    given.act(here.office, here.town.officers["QX"], TUESDAY, first, "answer", {"result": "正在办理"})
    with pytest.raises(NotMet) as refused:
        urged(here, item, TUESDAY)
    assert refused.value.reasons[0].facts["accepted"] == "2026-03-04"
    assert urged(here, item, WEDNESDAY) != first


def test_calling_an_urge_off_does_not_let_the_next_come_sooner(here: Hall, item: str) -> None:
    first = urged(here, item)
    given.act(here.office, here.town.applicant, MONDAY, first, "call_off", {})
    with pytest.raises(NotMet):
        urged(here, item, MONDAY)


def test_an_urge_ends_with_the_case_it_is_about(here: Hall, item: str) -> None:
    no = urged(here, item)
    given.act(here.office, here.town.applicant, TUESDAY, item, "withdraw", {})
    given.looked_around(here.office, TUESDAY)
    assert hall.case(here, no).state == "lapsed"
    with pytest.raises(Conflict, match="has ended"):
        urged(here, item, THURSDAY)


def test_nobody_urges_what_they_may_not_see_and_an_officer_not_at_all(here: Hall, item: str) -> None:
    with pytest.raises(NotAllowed):
        given.opened(here.office, here.town.officers["QX"], MONDAY, "urge", WHY, under=item)
    with here.office.engine.begin() as conn:
        stranger = given.person(conn, "stranger", given.Grant("applicant", company=given.company(conn, 2)))
    with pytest.raises(NotFound):
        given.opened(here.office, stranger, MONDAY, "urge", WHY, under=item)
    with pytest.raises(BadInput):
        given.opened(here.office, here.town.applicant, MONDAY, "urge", {"reason": ""}, under=item)


def test_an_expected_day_in_the_past_is_refused(here: Hall, item: str) -> None:
    no = urged(here, item)
    late = {"result": "正在办理", "expected_on": "2026-03-01"}
    with pytest.raises(NotMet) as refused:
        given.act(here.office, here.town.officers["QX"], TUESDAY, no, "answer", late)
    assert refused.value.reasons[0].facts["field"] == "expected_on"


def test_a_supervision_notice_is_numbered_answered_and_closed_by_whoever_may_issue_it(here: Hall, item: str) -> None:
    no = noticed(here, item)
    [(kind, number)] = documents(here, no)
    assert kind == "oversight_notice"
    assert number
    given.act(here.office, here.town.officers["QX"], TUESDAY, no, "answer", {"result": "原因已说明，周四办结"})
    with pytest.raises(NotAllowed):
        given.act(here.office, here.town.officers["QX"], TUESDAY, no, "close", {"finding": "同意"})
    given.act(here.office, here.town.supervisor, WEDNESDAY, no, "close", {"finding": "属实，销号"})
    assert [kind for kind, _ in documents(here, no)] == ["oversight_notice", "oversight_closing"]
    assert hall.case(here, no).outcome == "closed"
    hall.expect_sound(here)


def test_what_is_sent_back_has_a_new_day_and_its_ladder_is_armed_anew(here: Hall, item: str) -> None:
    no = noticed(here, item)
    given.act(here.office, here.town.officers["QX"], TUESDAY, no, "answer", {"result": "已电话联系"})
    again = {"reason": "未说明办结时间", "answer_by": "2026-03-06"}
    given.act(here.office, here.town.supervisor, TUESDAY, no, "send_back", again)
    assert hall.clock(here, no, "answer").due_on == date(2026, 3, 6)
    given.time_is(here.office.engine, given.moment("2026-03-09", "09:00"))
    sweep(here.office)
    assert len(hall.said(here, no, "rung:answer:2")) == 1
    hall.expect_sound(here)


def test_the_applicant_does_not_see_a_supervision_notice(here: Hall, item: str) -> None:
    no = noticed(here, item)
    with given.at(here.office, here.town.applicant, MONDAY) as work, pytest.raises(NotFound):
        read_case(work, no)


def test_an_answer_wanted_by_today_and_an_unknown_rule_are_refused_by_name(here: Hall, item: str) -> None:
    with pytest.raises(NotMet) as refused:
        given.opened(
            here.office, here.town.supervisor, MONDAY, "oversight", NOTICE | {"answer_by": "2026-03-02"}, under=item
        )
    assert refused.value.reasons[0].facts == {"field": "answer_by", "value": "2026-03-02", "accepted": "2026-03-03"}
    with pytest.raises(BadInput, match="rule"):
        given.opened(here.office, here.town.supervisor, MONDAY, "oversight", NOTICE | {"rule": "R42"}, under=item)
    with pytest.raises(NotAllowed):
        given.opened(here.office, here.town.officers["QX"], MONDAY, "oversight", NOTICE, under=item)
