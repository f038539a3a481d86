"""The stage clock: derived from the items, what decides it, slack, and what has no date."""

from dataclasses import replace
from datetime import date

import pytest

from tests import shipped
from workflow.choosing import Choice, choose, told_by_answers
from workflow.clock.calendar import published_calendar
from workflow.clock.words import Light
from workflow.definition import Title
from workflow.planning import Dated, Question, Running
from workflow.stages import ItemCase, StageClock, StageItem, stage_clocks

CATALOGUE = shipped.catalogue()
CALENDAR = published_calendar()
MONDAY = date(2026, 3, 2)
ANSWERS = {"splclx": "6", "basis": "filing", "land": "sold", "fire": "ordinary", "eia": "form", "tender": "no"}
CHOICE = choose(CATALOGUE, told_by_answers(CATALOGUE, ANSWERS), MONDAY)
EMPTY = Question(items=(), start=MONDAY, traits=CHOICE.told.held)


def case(item: str, outcome: str | None = None, light: Light | None = Light.NORMAL) -> ItemCase:
    return ItemCase(f"NO-{item}", item, Title("办理", "Running"), "QX", outcome is None, outcome, light, True)


def running(*cases: str, due: date = date(2026, 3, 20)) -> dict[str, Running]:
    return {code: Running(f"NO-{code}", MONDAY, Dated(due)) for code in cases}


def clocks(
    question: Question = EMPTY,
    cases: tuple[ItemCase, ...] = (),
    choice: Choice = CHOICE,
    events: tuple[str, ...] = (),
) -> dict[int, StageClock]:
    found = stage_clocks(CATALOGUE, CALENDAR, choice, question, {one.item: one for one in cases}, events)
    return {stage.no: stage for stage in found}


def item(stage: StageClock, code: str) -> StageItem:
    return next(one for one in stage.items if one.item.code == code)


def test_a_project_not_begun_has_all_five_stages_with_their_leads() -> None:
    found = clocks()
    assert list(found) == [1, 2, 3, 4, 5]
    assert {stage.state for stage in found.values()} == {"not_begun"}
    assert [stage.lead for stage in found.values()] == ["QX", "ZG", "QX", "ZJ", None]
    assert {one.item.code for one in found[5].items} == {"SG11"}
    assert "LX12" in found[5].undecided


def test_items_not_begun_are_dated_as_if_filed_today_through_what_they_wait_for() -> None:
    found = clocks()
    # LX04 is filed on the spot (1 wd), LX08 takes 3 wd side by side; GC01 7 wd, GC03 5 wd side by side
    assert found[1].due == Dated(date(2026, 3, 5))
    assert found[1].critical == "LX08"
    assert found[2].due == Dated(date(2026, 3, 11))
    assert (found[2].critical, found[2].critical_path) == ("GC01", ("GC01", "GC03"))
    assert item(found[2], "GC03").waits_for == "GC01"


def test_the_end_of_a_stage_is_that_of_its_own_latest_item_and_slack_counts_up_to_it() -> None:
    question = replace(EMPTY, running=running("GC01", "GC03", due=date(2026, 3, 20)))
    found = clocks(question, (case("GC01"), case("GC03")))
    assert found[2].due == Dated(date(2026, 3, 20))
    for stage in found.values():
        dated = [one for one in stage.items if one.expected is not None]
        assert stage.due is None or stage.due.day == max(one.expected.day for one in dated if one.expected)
        for one in dated:
            assert one.slack is not None
            assert one.slack >= 0
    # SG11 runs beside the stages on its own 5 wd.
    assert (item(found[5], "SG11").slack, found[5].critical) == (0, "SG11")
    assert (item(found[1], "LX04").slack, item(found[1], "LX08").slack) == (2, 0)


def test_an_earlier_stage_may_decide_the_date_of_a_later_one() -> None:
    question = replace(EMPTY, running=running("LX08", due=date(2026, 6, 1)))
    found = clocks(question, (case("LX08"),))
    assert found[2].due == found[1].due == Dated(date(2026, 6, 1))
    assert found[2].critical == "LX08"
    assert found[2].critical_path[0] == "LX08"
    assert "LX08" not in {one.item.code for one in found[2].items}
    assert "由 LX08 决定" in found[2].words.zh


def test_a_running_case_counts_with_its_live_clock_and_a_granted_one_no_more() -> None:
    question = replace(EMPTY, running=running("GC01"), granted=frozenset({"LX04", "LX08"}))
    found = clocks(question, (case("LX04", "granted", None), case("LX08", "granted", None), case("GC01")))
    assert (found[1].state, found[1].due, found[1].light) == ("done", None, Light.DONE)
    assert found[1].words.zh == "全部办结"
    assert (found[2].state, item(found[2], "GC01").due) == ("running", Dated(date(2026, 3, 20)))
    assert item(found[2], "GC03").state == "not_begun"
    assert item(found[1], "LX08").slack is None


def test_the_last_stage_has_no_date_before_the_works_are_done() -> None:
    assert clocks()[4].due is None
    assert clocks()[4].words.zh == "工程完工后起算"
    assert clocks(events=("completion_acceptance",))[4].due is not None
    begun = clocks(replace(EMPTY, running=running("JG05")), (case("JG05"),))[4]
    assert (begun.due is not None, begun.state) == (True, "running")


def test_a_refused_item_is_open_again_and_its_stage_goes_on() -> None:
    found = clocks(EMPTY, (case("GC01", "refused", None),))
    assert (item(found[2], "GC01").state, found[2].state) == ("refused", "running")
    assert item(found[2], "GC01").expected is not None
    withdrawn = clocks(EMPTY, (case("GC01", "withdrawn", None),))
    assert (item(withdrawn[2], "GC01").state, withdrawn[2].state) == ("not_begun", "not_begun")


@pytest.mark.parametrize(
    ("lights", "worst"),
    [
        ((Light.NORMAL, Light.PAUSED), Light.PAUSED),
        ((Light.PAUSED, Light.WARNING), Light.WARNING),
        ((Light.WARNING, Light.OVERDUE), Light.OVERDUE),
        ((Light.NORMAL, Light.NORMAL), Light.NORMAL),
    ],
)
def test_a_stage_shows_the_worst_light_of_its_cases(lights: tuple[Light, Light], worst: Light) -> None:
    question = replace(EMPTY, running=running("GC01", "GC03"))
    found = clocks(question, (case("GC01", light=lights[0]), case("GC03", light=lights[1])))
    assert found[2].light == worst
    assert found[1].light == Light.NORMAL


def test_an_overdue_case_is_expected_today_at_the_earliest() -> None:
    question = replace(EMPTY, running=running("GC01", due=date(2026, 2, 10)), granted=frozenset({"LX08"}))
    found = clocks(question, (case("GC01", light=Light.OVERDUE),))
    late = item(found[2], "GC01")
    assert (late.due, late.expected) == (Dated(date(2026, 2, 10)), Dated(MONDAY))
    assert found[2].light == Light.OVERDUE


def test_a_case_of_an_item_nobody_thought_of_belongs_to_its_stage() -> None:
    question = replace(EMPTY, running=running("LX12"))
    found = clocks(question, (case("LX12"),))
    assert item(found[5], "LX12").due == Dated(date(2026, 3, 20))
    # What the catalogue has forgotten is left out, not stumbled over.
    assert clocks(EMPTY, (case("XX01"),))[1].state == "not_begun"


def test_a_stage_without_items_needs_nothing() -> None:
    settled = choose(CATALOGUE, told_by_answers(CATALOGUE, {**ANSWERS, "eia": "none"}), MONDAY)
    found = clocks(choice=settled)[5]
    assert (found.state, found.items, found.due) == ("not_needed", (), None)
    assert found.words.en == "The project needs no item of this stage"
