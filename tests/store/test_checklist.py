"""一次办好: the item list of a project: compiled, agreed, versioned, its papers checked once; and coaching, timed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from tests import given, hall
from tests.hall import Hall
from workflow.errors import BadInput, Conflict, NotAllowed, NotMet
from workflow.queries.coaching import coaching_before
from workflow.work import Office

MONDAY = given.moment("2026-03-02")
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (given.moment(f"2026-03-0{day}") for day in (3, 4, 5, 6))
ANSWERS = (("funding", "enterprise"), ("basis", "filing"), ("land", "existing"), ("investment", "12000"))
TOPIC = {"topic": "设计方案报审前辅导", "items": ["GC01"]}


@pytest.fixture
def here(office: Office) -> Hall:
    return hall.open_hall(office)


def test_the_list_is_compiled_from_the_answers_and_stands_once_the_applicant_agrees(here: Hall) -> None:
    no = _asked(here)
    assert hall.clock(here, no, "first_plan").due_on == date(2026, 3, 3)
    _propose(here, TUESDAY, no)
    case = hall.case(here, no)
    assert case.state == "proposed"
    assert "items" not in case.data, "nothing is in force before it is agreed"
    # Five working days from Tuesday the 3rd: Tuesday the 10th.
    assert hall.clock(here, no, "agreement").due_on == date(2026, 3, 10)
    given.act(here.office, here.town.applicant, WEDNESDAY, no, "agree")
    case = hall.case(here, no)
    assert (case.state, case.data["version"]) == ("agreed", 1)
    codes = [entry["item"].split()[0] for entry in case.data["entries"]]
    assert codes == case.data["items"]
    assert codes, "there is something on the list"
    assert "LX03" not in codes or "LX02" not in codes
    [sheet] = _documents(here, no)
    assert sheet.kind == "checklist_sheet"
    assert len(sheet.facts["words"]["kept.entries"]["rows"]) == len(codes)
    hall.expect_sound(here)


def test_every_item_says_what_to_bring_who_issues_it_and_where_a_sample_is(here: Hall) -> None:
    no = _agreed(here)
    [version] = hall.case(here, no).data["versions"]
    papers = [paper for item in version["compiled"]["items"] for paper in item["papers"]]
    assert papers
    for paper in papers:
        assert paper["issuer"]["zh"]
        assert paper["sample"]["zh"]


def test_the_applicant_sends_it_back_with_remarks_and_gets_the_next_version(here: Hall) -> None:
    no = _asked(here)
    _propose(here, TUESDAY, no)
    with pytest.raises(BadInput, match="remarks"):
        given.act(here.office, here.town.applicant, WEDNESDAY, no, "send_back")
    with pytest.raises(NotAllowed):
        given.act(here.office, here.town.specialist, WEDNESDAY, no, "agree")
    given.act(here.office, here.town.applicant, WEDNESDAY, no, "send_back", {"remarks": "不涉及取水"})
    assert hall.clock(here, no, "first_plan").due_on == date(2026, 3, 5)
    _propose(here, THURSDAY, no)
    given.act(here.office, here.town.applicant, THURSDAY, no, "agree")
    data = hall.case(here, no).data
    assert (data["version"], len(data["versions"]), data["sent_back"][0]["remarks"]) == (2, 2, "不涉及取水")


def test_when_the_project_changes_the_old_version_holds_until_the_new_one_is_agreed(here: Hall) -> None:
    no = _agreed(here)
    before = hall.case(here, no).data["items"]
    given.act(here.office, here.town.applicant, THURSDAY, no, "revise", {"change": "增加取水"})
    _propose(here, THURSDAY, no, (*ANSWERS, ("water", "yes")))
    data = hall.case(here, no).data
    assert (data["version"], data["items"]) == (1, before)
    given.act(here.office, here.town.applicant, FRIDAY, no, "agree")
    data = hall.case(here, no).data
    assert data["version"] == 2
    assert set(data["items"]) > set(before)
    assert [one["compiled"]["version"] for one in data["versions"]] == [1, 2], "both are kept"
    assert [one["version"] for one in data["agreements"]] == [1, 2]
    hall.expect_sound(here)


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ((("colour", "red"),), "answers.colour"),
        ((("funding", "nobody"),), "answers.funding"),
        ((("investment", "many"),), "answers.investment"),
        ((("land", "allocated"), ("splclx", "5")), "answers."),
    ],
)
def test_answers_that_cannot_be_are_refused_by_name_and_nothing_is_proposed(
    here: Hall, answers: Sequence[tuple[str, str]], field: str
) -> None:
    no = _asked(here)
    with pytest.raises(BadInput) as refused:
        _propose(here, TUESDAY, no, answers)
    assert refused.value.reasons[0].facts["field"].startswith(field)
    assert hall.case(here, no).state == "preparing"


def test_a_question_answered_twice_is_refused(here: Hall) -> None:
    with pytest.raises(BadInput, match="stands twice"):
        _propose(here, TUESDAY, _asked(here), (("funding", "enterprise"), ("funding", "government")))


def test_a_project_has_one_checklist(here: Hall) -> None:
    _asked(here)
    with pytest.raises(Conflict) as refused:
        _asked(here)
    assert refused.value.code == "open_already"


def test_what_is_missing_before_filing_is_named_all_at_once_and_nothing_may_be_left_out(here: Hall) -> None:
    no = _agreed(here)
    missing = _to_bring(here, no)
    assert len(missing) > 2
    elsewhere = next(code for code in here.office.catalogue.items if code not in hall.case(here, no).data["items"])
    with pytest.raises(NotMet, match=f"Not on the list: {elsewhere}"):
        _hand_in(here, THURSDAY, no, [elsewhere])
    with pytest.raises(NotMet) as empty:
        _hand_in(here, THURSDAY, no)
    assert empty.value.code == "nothing_handed_in"
    _attach(here, THURSDAY, no, missing[0])
    _hand_in(here, THURSDAY, no)
    with pytest.raises(NotMet) as incomplete:
        given.act(here.office, here.town.specialist, FRIDAY, no, "pass")
    assert incomplete.value.reasons[0].facts["missing"] == missing[1:]
    with pytest.raises(NotMet) as left_out:
        _tell_faults(here, FRIDAY, no, missing[1:-1])
    assert left_out.value.reasons[0].facts["missing"] == missing[-1:]
    _tell_faults(here, FRIDAY, no, missing[1:])
    assert [one.kind for one in _documents(here, no)][-1] == "correction_notice"
    # Fifteen working days from Friday 6 March: Friday 27 March.
    assert hall.clock(here, no, "corrections").due_on == date(2026, 3, 27)
    hall.expect_sound(here)


def test_a_second_notice_about_unchanged_material_is_refused_by_name(here: Hall) -> None:
    no = _agreed(here)
    missing = _to_bring(here, no)
    _attach(here, THURSDAY, no, missing[0])
    _hand_in(here, THURSDAY, no)
    _tell_faults(here, FRIDAY, no, missing[1:])
    later = given.moment("2026-03-10")
    _attach(here, later, no, missing[1])
    with pytest.raises(NotMet) as incomplete:
        given.act(here.office, here.town.applicant, later, no, "hand_in_again")
    assert incomplete.value.reasons[0].facts["missing"] == sorted(missing[2:])
    _attach(here, later, no, *missing[2:])
    given.act(here.office, here.town.applicant, later, no, "hand_in_again")
    with pytest.raises(NotMet) as refused:
        _tell_faults(here, later, no, [missing[0]])
    assert (refused.value.code, refused.value.reasons[0].facts["handed_in_on"]) == (
        "notice_already_given",
        "2026-03-05",
    )
    given.act(here.office, here.town.specialist, later, no, "pass")
    assert hall.case(here, no).state == "ready"
    # Handed in once more, nothing of it may be found fault with either; further items may.
    further = hall.case(here, no).data["items"][:3]
    _hand_in(here, later, no, further)
    new = [code for code in _to_bring(here, no, further) if code not in missing]
    assert new
    with pytest.raises(NotMet) as unchanged:
        _tell_faults(here, later, no, [missing[1], *new])
    assert unchanged.value.reasons[0].facts["value"] == [missing[1]]
    _tell_faults(here, later, no, new)
    hall.expect_sound(here)


def test_a_fault_names_a_paper_of_the_list(here: Hall) -> None:
    no = _agreed(here)
    missing = _to_bring(here, no)
    _attach(here, THURSDAY, no, missing[0])
    _hand_in(here, THURSDAY, no)
    with pytest.raises(NotMet) as refused:
        _tell_faults(here, THURSDAY, no, [*missing[1:], "no-such-paper"])
    assert refused.value.code == "unknown_material"


def test_coaching_is_timed_from_the_request_to_its_end_and_alarms_at_its_maximum(here: Hall) -> None:
    no = given.opened(here.office, here.town.applicant, MONDAY, "coaching", TOPIC, on=here.town.project.code)
    assert hall.clock(here, no, "start").due_on == date(2026, 3, 3)
    # Ten working days from Monday 2 March: Monday 16 March, begun or not.
    assert hall.clock(here, no, "coaching").due_on == date(2026, 3, 16)
    given.act(here.office, here.town.specialist, TUESDAY, no, "start")
    assert hall.clock(here, no, "coaching").due_on == date(2026, 3, 16)
    advice = {"advice": "退线距离按图则核对", "handed": "办事指南"}
    given.act(here.office, here.town.specialist, WEDNESDAY, no, "advise", advice)
    given.act(here.office, here.town.specialist, THURSDAY, no, "advise", {"advice": "补充日照分析"})
    given.act(here.office, here.town.specialist, FRIDAY, no, "end", {"summary": "可以报审"})
    case = hall.case(here, no)
    assert [one["advice"] for one in case.data["advice_given"]] == ["退线距离按图则核对", "补充日照分析"]
    # Twenty working days from Friday 6 March: Friday 3 April.
    assert hall.clock(here, no, "filing").due_on == date(2026, 4, 3)
    hall.expect_sound(here)


def test_the_application_shows_the_coaching_before_it(here: Hall) -> None:
    no = given.opened(here.office, here.town.applicant, MONDAY, "coaching", TOPIC, on=here.town.project.code)
    given.act(here.office, here.town.specialist, TUESDAY, no, "start")
    given.act(here.office, here.town.specialist, FRIDAY, no, "end", {"summary": "可以报审"})
    filed_at = given.moment("2026-03-10")
    draft = given.draft(here.office, here.town, FRIDAY)
    with pytest.raises(NotMet) as early:
        given.act(here.office, here.town.applicant, filed_at, no, "file", {"bundle": draft})
    assert early.value.code == "no_such_application"
    given.act(here.office, here.town.applicant, filed_at, draft, "submit")
    with pytest.raises(NotMet):
        given.act(here.office, here.town.applicant, filed_at, no, "file", {"bundle": no})
    given.act(here.office, here.town.applicant, filed_at, no, "file", {"bundle": draft})
    with given.at(here.office, here.town.supervisor, filed_at) as work:
        found = coaching_before(work, draft)
    [one] = found.coachings
    assert (one.no, one.linked, one.days) == (no, True, 4)
    # Monday to Friday is four working days of coaching; to Tuesday the 10th two more of waiting.
    assert (found.coaching_days, found.waiting_days) == (4, 2)
    hall.expect_sound(here)


def test_coaching_that_nobody_linked_is_found_all_the_same(here: Hall) -> None:
    no = given.opened(here.office, here.town.applicant, MONDAY, "coaching", TOPIC, on=here.town.project.code)
    given.act(here.office, here.town.specialist, TUESDAY, no, "start")
    filed = given.application(here.office, here.town, THURSDAY).no
    with given.at(here.office, here.town.supervisor, FRIDAY) as work:
        found = coaching_before(work, filed)
    assert [(one.linked, one.ended_on, one.days) for one in found.coachings] == [(False, None, 3)]


def _asked(here: Hall) -> str:
    return given.opened(here.office, here.town.applicant, MONDAY, "checklist", {}, on=here.town.project.code)


def _propose(here: Hall, now: datetime, no: str, answers: Sequence[tuple[str, str]] = ANSWERS) -> None:
    rows = [{"question": question, "answer": answer} for question, answer in answers]
    given.act(here.office, here.town.specialist, now, no, "propose", {"answers": rows})


def _agreed(here: Hall) -> str:
    no = _asked(here)
    _propose(here, TUESDAY, no)
    given.act(here.office, here.town.applicant, WEDNESDAY, no, "agree")
    return no


def _filing(here: Hall, no: str) -> list[str]:
    """The first two items of the list."""
    items: list[str] = hall.case(here, no).data["items"]
    return items[:2]


def _hand_in(here: Hall, now: datetime, no: str, items: Sequence[str] | None = None) -> None:
    filing = list(items) if items is not None else _filing(here, no)
    given.act(here.office, here.town.applicant, now, no, "hand_in", {"filing": filing})


def _to_bring(here: Hall, no: str, items: Sequence[str] | None = None) -> list[str]:
    """The papers that must be there for these items, in the order of the list."""
    version, filing = hall.case(here, no).data["versions"][-1], items or _filing(here, no)
    papers = [one for item in version["compiled"]["items"] if item["code"] in filing for one in item["papers"]]
    needed = [one["code"] for one in papers if one["required"] and not one["held"] and not one["may_follow"]]
    return list(dict.fromkeys(needed))


def _attach(here: Hall, now: datetime, no: str, *codes: str) -> None:
    with given.at(here.office, here.town.applicant, now) as work:
        given.attach(work, given.case_id(here.office.engine, no), *codes)


def _tell_faults(here: Hall, now: datetime, no: str, codes: Sequence[str]) -> None:
    faults = [{"material": code, "problem": "缺件", "fix": "补交"} for code in codes]
    given.act(here.office, here.town.specialist, now, no, "tell_faults", {"faults": faults})


def _documents(here: Hall, no: str) -> list[Any]:
    with here.office.engine.connect() as conn:
        return list(
            conn.execute(
                text("""
SELECT d.kind, d.facts FROM documents d JOIN cases c ON c.id = d.case_id WHERE c.no = :no ORDER BY d.id"""),
                {"no": no},
            )
        )
