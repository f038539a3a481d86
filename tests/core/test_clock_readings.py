"""What is read of a clock: its article, its light, what it says once its own end has stopped it."""

from dataclasses import replace
from datetime import datetime

from tests import given
from tests.core.test_lifetimes import OVER, WHY, permits
from tests.core.test_lifetimes import town as town
from workflow.case import Case
from workflow.clock.calendar import published_calendar
from workflow.clock.limit import parse_limit
from workflow.clock.proof import proof
from workflow.clock.words import Light
from workflow.commands.fire_rungs import sweep
from workflow.definition import Title
from workflow.queries.case import case as case_view
from workflow.queries.clocks import ClockView, basis_of
from workflow.queries.proof import clock_proof
from workflow.reading import visible_case
from workflow.work import Office


def clock(office: Office, town: given.Town, no: str, name: str, now: datetime) -> ClockView:
    with given.at(office, town.clerk, now) as work:
        return next(one for one in case_view(work, no).clocks if one.name == name)


def test_the_article_is_that_of_the_form_of_the_item_and_else_the_flows(office: Office, town: given.Town) -> None:
    numbers = given.application(office, town, given.moment("2026-03-02"), ["SG11"])
    with given.at(office, town.clerk, given.moment("2026-03-03")) as work:
        case = visible_case(work, numbers.cases["SG11"]).case
        bundle = visible_case(work, numbers.no).case
    catalogue, item = office.catalogue, office.catalogue.items["SG11"]
    clocks, [record] = office.flow("item").clocks, case.clocks

    def basis(name: str, one: Case) -> str:
        return basis_of(clocks[name], record, one, catalogue)

    for variant in (None, *(one.code for one in item.variants)):
        statutory, promised = item.limits(variant)
        assert statutory is not None
        assert promised is not None
        formed = replace(case, data={**case.data, "variant": variant})
        assert (basis("statutory", formed), basis("promised", formed)) == (statutory.basis, promised.basis)
    gone = replace(case, data={**case.data, "variant": "no_more"})
    assert item.statutory is not None
    assert basis("statutory", gone) == item.statutory.basis
    assert basis("completeness", case) == clocks["completeness"].basis
    assert basis("statutory", bundle) == clocks["statutory"].basis


def test_the_cap_of_a_pause_stands_on_the_article_of_its_cause(office: Office, town: given.Town) -> None:
    no = given.application(office, town, given.moment("2026-03-10", "08:00"), ["SG05"]).cases["SG05"]
    given.act(office, town.clerk, given.moment("2026-03-10", "09:00"), no, "accept")
    asked = {"cause": "documents_incomplete", "until": "2026-03-20", "reason": "缺附件"}
    given.act(office, town.officers["QX"], given.moment("2026-03-11"), no, "start_special", asked)
    cap = clock(office, town, no, "pause_cap", given.moment("2026-03-12"))
    assert cap.basis == office.catalogue.causes["documents_incomplete"].basis


def test_a_life_warns_as_soon_as_its_yellow_card_has_fallen(office: Office, town: given.Town) -> None:
    no = permits(office, town)["SG05"]
    times = (("2026-05-20", "10:00"), ("2026-06-03", "08:59"), ("2026-06-03", "09:00"), ("2026-06-10", "09:00"))
    lights = [clock(office, town, no, "lifetime", given.moment(day, at)).light for day, at in times]
    assert lights == [Light.NORMAL, Light.NORMAL, Light.WARNING, Light.WARNING]


def test_other_clocks_keep_the_general_light(office: Office, town: given.Town) -> None:
    no = given.application(office, town, given.moment("2026-03-02"), ["SG11"]).cases["SG11"]
    lights = [clock(office, town, no, "completeness", given.moment(f"2026-03-0{day}")).light for day in (3, 4, 5, 6)]
    assert lights == [Light.NORMAL, Light.NORMAL, Light.WARNING, Light.WARNING]


def test_a_clock_that_its_own_end_stopped_ran_out_and_has_used_its_budget(office: Office, town: given.Town) -> None:
    no = permits(office, town)["SG05"]
    given.time_is(office.engine, OVER)
    assert sweep(office).failed == 0
    view = clock(office, town, no, "lifetime", OVER)
    assert (view.used, view.total, view.read_on, view.words) == (92, 92, view.due_on, Title("已届满", "ran out"))
    with given.at(office, town.clerk, given.moment("2027-02-01")) as work:
        told = clock_proof(work, no, "lifetime").proof
    assert told.sentence_zh == "2026年6月10日（周三）：已用 92 天，已届满"
    assert told.sentence_en == "Wed 10 Jun 2026: 92 calendar days used, ran out"


def test_silence_on_an_application_is_read_as_of_the_last_day(office: Office, town: given.Town) -> None:
    no = given.application(office, town, given.moment("2026-03-02"), ["SG11"]).cases["SG11"]
    after = given.moment("2026-03-10", "00:06")
    given.time_is(office.engine, after)
    assert sweep(office).failed == 0
    view = clock(office, town, no, "completeness", after)
    assert (view.used, view.words.zh, view.met) == (5, "已届满", False)


def test_a_life_that_was_left_before_its_end_stopped_and_was_nobodys_work(office: Office, town: given.Town) -> None:
    no = permits(office, town)["SG05"]
    given.act(office, town.applicant, given.moment("2026-05-06"), no, "apply_renewal", WHY)
    now = given.moment("2026-05-07")
    assert clock(office, town, no, "lifetime", now).words == Title("届满前已停止计时", "stopped before its end")
    decision = clock(office, town, no, "renewal_decision", now)
    assert decision.limit_words == Title("到有效期届满", "until the end of the life")


def test_days_used_of_a_month_are_calendar_days_and_what_is_left_are_working_days() -> None:
    calendar, start = published_calendar(), given.moment("2026-03-02")
    day = given.moment("2026-03-21").date()
    told = proof(start, parse_limit("3mo"), calendar, (), 0, day)
    assert told.sentence_zh == "6月2日（周二）：已用 19 天，还剩 49 个工作日"
    assert told.sentence_en == "Tue 2 Jun 2026: 19 calendar days used, 49 working days left"
    late = proof(start, parse_limit("10cd"), calendar, (), 0, given.moment("2026-03-17").date())
    assert late.sentence_zh == "3月12日（周四）：已用 15 天，超期 3 个工作日"
    assert (
        proof(start, parse_limit("15wd"), calendar, (), 0, day).sentence_zh == "3月23日（周一）：已用 14 日，还剩 1 日"
    )
