"""Plans forwards and backwards: what binds what, by which limit, and that the latest filing day is the latest."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given as given_that
from hypothesis import settings as limits_of_the_test
from hypothesis import strategies as st

from workflow.catalogue import Catalogue, Item, ItemLimit, load_catalogue
from workflow.cli import main
from workflow.clock.calendar import published_calendar, start_of_day
from workflow.clock.deadline import deadline
from workflow.clock.limit import Limit, Unit, parse_limit
from workflow.errors import BadInput, Conflict
from workflow.planning import Dated, Plan, Question, Running, plan, summary
from workflow.planning.limits import decided_on, latest_filing
from workflow.settings import default_config_folder

CALENDAR = published_calendar()
MONDAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The real one."""
    return load_catalogue(default_config_folder())


def forwards(catalogue: Catalogue, *items: str, **more: object) -> Plan:
    return plan(catalogue, CALENDAR, replace(Question(items, MONDAY), **more))  # type: ignore[arg-type]


def backwards(catalogue: Catalogue, until: date, *items: str, **more: object) -> Plan:
    return forwards(catalogue, *items, until=until, **more)


def limited(text: str, base: str = "acceptance") -> ItemLimit:
    return ItemLimit(parse_limit(text), base, "test")  # type: ignore[arg-type]


def changed(catalogue: Catalogue, **items: Item) -> Catalogue:
    return replace(catalogue, items={**catalogue.items, **items})


# Forwards


def test_items_run_side_by_side_and_the_later_one_is_decided_with_its_prerequisite(catalogue: Catalogue) -> None:
    found = forwards(catalogue, "GC01", "GC03")
    works = found.step("GC03")
    assert (works.filing.day, works.limit_ends.day) == (MONDAY, date(2026, 3, 9))
    assert (works.decision.day, works.waits_for) == (date(2026, 3, 11), "GC01")
    assert found.ends == Dated(date(2026, 3, 11))
    assert found.critical_path == ("GC01", "GC03")
    assert found.decides == "GC01"


def test_a_required_paper_of_another_item_is_there_at_filing(catalogue: Catalogue) -> None:
    found = forwards(catalogue, "LX06", "LX03")
    assert found.step("LX06").decision.day == date(2026, 3, 9)
    assert found.step("LX03").filing.day == date(2026, 3, 10)
    assert found.step("LX03").decision.day == date(2026, 3, 17)
    assert found.critical_path == ("LX06", "LX03")


def test_a_paper_at_hand_is_not_waited_for(catalogue: Catalogue) -> None:
    found = forwards(catalogue, "LX06", "LX03", papers=frozenset({"site_opinion"}))
    assert found.step("LX03").filing.day == MONDAY


def test_parallel_items_and_those_before_an_event_do_not_wait(catalogue: Catalogue) -> None:
    found = forwards(catalogue, "SG05", "SG04", "SG11", "SG13")
    assert all(step.waits_for is None and step.filing.day == MONDAY for step in found.steps)
    assert found.step("SG11").before_events == ("works_start",)


@pytest.mark.parametrize(
    ("measure", "variants", "day"),
    [
        ("promised", {}, date(2026, 3, 9)),
        ("promised", {"SG11": "report"}, date(2026, 3, 16)),
        # 30 and 60 calendar days from receipt; 1 May and the days after it are off until 5 May.
        ("statutory", {}, date(2026, 4, 1)),
        ("statutory", {"SG11": "report"}, date(2026, 5, 6)),
    ],
)
def test_every_measure_and_variant_counts_in_its_own_unit(
    catalogue: Catalogue, measure: str, variants: dict[str, str], day: date
) -> None:
    assert forwards(catalogue, "SG11", measure=measure, variants=variants).step("SG11").decision.day == day


def test_intake_delays_what_counts_from_acceptance_and_nothing_that_counts_from_receipt(catalogue: Catalogue) -> None:
    found = forwards(catalogue, "GC01", "SG05", measure="statutory", intake=5)
    assert found.step("SG05").limit_ends.day == date(2026, 3, 11)
    assert found.step("GC01").decision.day == date(2026, 3, 18)


def test_dates_beyond_the_published_years_are_provisional(catalogue: Catalogue) -> None:
    found = forwards(catalogue, "GC03", start=date(2026, 12, 21), measure="statutory")
    assert not found.step("GC03").filing.provisional
    assert found.step("GC03").decision.provisional
    assert found.ends is not None
    assert found.ends.provisional


def test_of_alternatives_the_one_decided_first_is_counted_on(catalogue: Catalogue) -> None:
    found = forwards(catalogue, "LX08", "LX06", "GC03", measure="statutory")
    assert "LX08" in found.step("GC03").after
    faster = changed(catalogue, LX06=replace(catalogue.items["LX06"], statutory=limited("2wd")))
    assert "LX06" in forwards(faster, "LX08", "LX06", "GC03", measure="statutory").step("GC03").after


def test_what_is_granted_needs_nothing_and_what_nobody_meets_is_named(catalogue: Catalogue) -> None:
    alone = forwards(catalogue, "GC03")
    assert [one.items for one in alone.step("GC03").missing] == [("GC01",), ("LX08", "LX06")]
    found = forwards(catalogue, "GC01", "GC03", granted=frozenset({"GC01", "LX08"}))
    assert [step.item for step in found.steps] == ["GC03"]
    assert (found.granted, found.step("GC03").missing) == (("GC01",), ())


def test_traits_apply_waive_and_are_said_by_choosing_an_item_for_them(catalogue: Catalogue) -> None:
    assert forwards(catalogue, "SG12", traits=frozenset({"regional_assessment"})).waived == ("SG12",)
    assert "SG02" in forwards(catalogue, "SG05", "SG02").step("SG05").after
    without = forwards(catalogue, "SG05")
    assert ("SG02",) not in [one.items for one in without.step("SG05").missing]
    special = forwards(catalogue, "SG05", traits=frozenset({"special_fire_works"}))
    assert ("SG02",) in [one.items for one in special.step("SG05").missing]


def test_a_running_case_counts_with_its_clock_even_when_it_was_not_chosen(catalogue: Catalogue) -> None:
    live = {"GC01": Running("LS2026-000001", date(2026, 2, 24), Dated(date(2026, 3, 20)), "paused")}
    found = forwards(catalogue, "GC03", running=live)
    assert found.step("GC03").decision.day == date(2026, 3, 20)
    assert found.critical_path == ("GC01", "GC03")
    assert found.step("GC01").latest_filing is None


def test_an_overdue_case_is_planned_for_today(catalogue: Catalogue) -> None:
    live = {"GC01": Running("LS2026-000001", date(2026, 2, 1), Dated(date(2026, 2, 25)))}
    step = forwards(catalogue, "GC01", running=live).step("GC01")
    assert (step.decision.day, step.overdue) == (MONDAY, True)


# Backwards


def test_latest_filing_of_working_calendar_and_receipt_days(catalogue: Catalogue) -> None:
    found = backwards(catalogue, date(2026, 5, 29), "SG05", "GC03", "SG11", measure="statutory")
    # Seven working days before Friday 29 May; twenty; thirty calendar days.
    assert found.step("SG05").latest_filing == Dated(date(2026, 5, 20))
    assert found.step("GC03").latest_filing == Dated(date(2026, 4, 29))
    assert found.step("SG11").latest_filing == Dated(date(2026, 4, 29))
    assert found.short_by == 0


def test_a_roll_over_a_holiday_lets_no_later_day_slip_through(catalogue: Catalogue) -> None:
    # Thirty days from 7 April end on 7 May; from 3 April on 3 May, a day off, so on 6 May all the same.
    found = backwards(catalogue, date(2026, 5, 6), "SG11", measure="statutory")
    assert found.step("SG11").latest_filing == Dated(date(2026, 4, 3))


def test_the_paper_for_filing_presses_the_item_that_issues_it(catalogue: Catalogue) -> None:
    found = backwards(catalogue, date(2026, 3, 31), "LX06", "LX03")
    assert found.step("LX03").latest_filing == Dated(date(2026, 3, 24))
    assert found.step("LX06").latest_decision == Dated(date(2026, 3, 23))
    assert found.step("LX06").latest_filing == Dated(date(2026, 3, 16))
    assert [step.slack for step in found.steps] == [10, 10]
    assert found.critical_path == ("LX06", "LX03")


def test_a_wanted_rest_day_is_met_on_the_working_day_before(catalogue: Catalogue) -> None:
    found = backwards(catalogue, date(2026, 3, 29), "GC03")
    assert found.step("GC03").latest_decision == Dated(date(2026, 3, 27))


def test_too_late_is_said_with_the_working_days_missing(catalogue: Catalogue) -> None:
    found = backwards(catalogue, date(2026, 3, 13), "GC03", measure="statutory")
    assert found.short_by == 11
    assert found.step("GC03").slack == -11
    said = summary(found, catalogue.items, MONDAY)
    assert said.zh.startswith("来不及，差 11 个工作日")
    assert said.en.startswith("Too late by 11 working days")


def test_an_event_binds_what_must_precede_it_and_its_prerequisites_only(catalogue: Catalogue) -> None:
    found = backwards(catalogue, date(2026, 6, 1), "SG05", "GC03", "SG11", "SG06", event="works_start")
    # 1 June is a Monday: before the start of works means by Friday.
    assert found.step("SG11").latest_decision == Dated(date(2026, 5, 29))
    assert found.step("GC03").latest_decision == Dated(date(2026, 5, 29))
    assert (found.step("SG06").latest_filing, found.step("SG06").slack) == (None, None)
    with pytest.raises(BadInput, match="none of the chosen items"):
        backwards(catalogue, date(2026, 6, 1), "GC01", event="works_start")


def test_a_day_pressed_back_from_beyond_the_horizon_is_provisional_itself(catalogue: Catalogue) -> None:
    found = backwards(catalogue, date(2027, 1, 8), "GC03", measure="statutory")
    latest = found.step("GC03").latest_filing
    assert latest is not None
    assert latest.day.year == 2026
    assert latest.provisional


AMOUNTS = st.one_of(
    st.tuples(st.integers(0, 60), st.just(Unit.WORKING_DAY)),
    st.tuples(st.integers(0, 120), st.just(Unit.CALENDAR_DAY)),
    st.tuples(st.integers(0, 14), st.just(Unit.MONTH)),
    st.tuples(st.integers(0, 2), st.just(Unit.YEAR)),
    st.tuples(st.integers(0, 400), st.just(Unit.HOUR)),
)


@given_that(
    AMOUNTS,
    st.dates(date(2005, 1, 10), date(2028, 12, 31)),
    st.integers(0, 5),
    st.sampled_from(("acceptance", "receipt")),
)
@limits_of_the_test(max_examples=400, deadline=None)
def test_the_latest_filing_day_keeps_the_day_and_the_next_working_day_would_not(
    amount: tuple[int, Unit], wanted: date, intake: int, base: str
) -> None:
    limit = ItemLimit(Limit(*amount), base, "test")  # type: ignore[arg-type]
    goal = wanted if CALENDAR.is_working(wanted) else CALENDAR.add_working_days(wanted, -1)
    found = latest_filing(limit, Dated(goal), CALENDAR, intake).day
    assert CALENDAR.is_working(found)
    assert decided_on(limit, found, CALENDAR, intake).day <= goal
    assert found == goal or decided_on(limit, CALENDAR.add_working_days(found, 1), CALENDAR, intake).day > goal


@given_that(AMOUNTS, st.dates(date(2005, 1, 10), date(2028, 12, 31)))
@limits_of_the_test(max_examples=200, deadline=None)
def test_an_item_is_decided_on_the_day_the_engine_says(amount: tuple[int, Unit], filed: date) -> None:
    limit = ItemLimit(Limit(*amount), "receipt", "test")
    on = deadline(start_of_day(filed), limit.limit, CALENDAR).on
    assert on is not None
    assert decided_on(limit, filed, CALENDAR).day == (
        on if CALENDAR.is_working(on) else CALENDAR.add_working_days(on, 1)
    )


def test_filing_on_the_latest_days_keeps_the_wanted_day(catalogue: Catalogue) -> None:
    until = date(2026, 11, 30)
    for measure in ("promised", "statutory"):
        found = backwards(catalogue, until, *catalogue.items, measure=measure, intake=3)
        assert len(found.steps) == len(catalogue.items)
        for step in found.steps:
            assert step.latest_filing is not None
            assert step.latest_decision is not None
            own = decided_on(step.limit, step.latest_filing.day, CALENDAR, 3)
            assert own.day <= step.latest_decision.day <= until
            for one in step.after:
                before = found.step(one).latest_decision
                assert before is not None
                assert before.day <= step.latest_decision.day


def test_forwards_and_backwards_agree(catalogue: Catalogue) -> None:
    there = forwards(catalogue, *catalogue.items, measure="statutory")
    assert there.ends is not None
    back = backwards(catalogue, there.ends.day, *catalogue.items, measure="statutory")
    assert back.short_by == 0
    assert min(step.slack for step in back.steps if step.slack is not None) == 0
    day_less = backwards(catalogue, there.ends.day - timedelta(days=1), *catalogue.items, measure="statutory")
    assert day_less.short_by > 0


# Refusals


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"items": ()}, "items: choose at least one item"),
        ({"items": ("GC99",)}, "there is no item “GC99”"),
        ({"items": ("GC03", "GC03")}, "“GC03” stands twice"),
        ({"variants": {"GC03": "x"}}, "has no variant “x”"),
        ({"traits": frozenset({"tall"})}, "traits: there is no “tall”"),
        ({"papers": frozenset({"poem"})}, "papers: there is no “poem”"),
        ({"event": "picnic"}, "event: there is no “picnic”"),
        ({"measure": "hoped"}, "measure: there is no “hoped”; accepted: promised, statutory"),
        ({"intake": 6}, "intake: the completeness check takes 0 to 5"),
        ({"intake": -1}, "intake: the completeness check takes 0 to 5"),
        ({"until": date(1900, 1, 2)}, "until: "),
    ],
)
def test_nonsense_is_refused_by_name(catalogue: Catalogue, asked: dict[str, object], told: str) -> None:
    with pytest.raises(BadInput) as refused:
        plan(catalogue, CALENDAR, replace(Question(("GC03",), MONDAY), **asked))  # type: ignore[arg-type]
    assert told in refused.value.en
    assert all(reason.zh for reason in refused.value.reasons)


def test_items_that_wait_for_each_other_are_refused_with_the_circle(catalogue: Catalogue) -> None:
    # At load `item_checks` refuses circles of decisions; a paper that is needed at filing closes one only here.
    scheme, works = catalogue.items["GC01"], catalogue.items["GC03"]
    paper = replace(works.materials[0], code="works_permit", issued_by="GC03", required=True, may_follow=False)
    twisted = changed(catalogue, GC01=replace(scheme, materials=(*scheme.materials, paper)))
    with pytest.raises(Conflict) as refused:
        forwards(twisted, "GC01", "GC03", "LX08")
    assert set(refused.value.extra["circle"]) == {"GC01", "GC03"}
    assert "互为前置" in refused.value.zh


# The command


def test_the_command_plans_without_a_database(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["plan", "--items", "GC01,GC03", "--from", "2026-03-02", "--today", "2026-03-02"]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "关键路径 critical path: GC01 → GC03" in said
    assert "按时限不晚于 3月11日（周三） 全部办结" in said
    assert main([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["direction"], told["ends"]["day"], told["decides"]) == ("forwards", "2026-03-11", "GC01")


def test_the_command_ends_with_1_where_the_day_cannot_be_met(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["plan", "--items", "GC03", "--until", "2026-03-13", "--today", "2026-03-02", "--measure", "statutory"]
    assert main(asked) == 1
    assert "来不及，差 11 个工作日" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--items", "GC99"], "there is no item “GC99”"),
        (["--items", "GC03", "--until", "soon"], "--until 'soon': a date such as"),
        (["--items", "GC03", "--variant", "GC03"], "--variant 'GC03': accepted is ITEM=CODE"),
        (["--items", "GC03", "--from", "1820-01-01"], "the years 1900 to 2100 are accepted"),
    ],
)
def test_a_question_that_cannot_be_planned_is_one_clear_line(
    more: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", *more]) == 2
    assert told in capsys.readouterr().err


def test_the_command_imports_neither_the_database_nor_the_web() -> None:
    script = (
        "import sys; from workflow.cli import main; main(['plan', '--items', 'GC03', '--from', '2026-03-02']); "
        "heavy = {'sqlalchemy', 'psycopg', 'transitions', 'flask', 'celery'} & set(sys.modules); "
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
