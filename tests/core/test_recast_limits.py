"""One case under a limit changed by law, without any database: which rule gives which date."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from tests.core.test_recast import a_case
from tests.given import moment
from workflow.case import Case, ClockRecord, PauseRecord
from workflow.change import chain
from workflow.clock.calendar import published_calendar
from workflow.clock.limit import parse_limit
from workflow.definition import Flow
from workflow.recast import Recast
from workflow.recast_limits import Rule, matters, rule_for, states_before_the_end, under_limit
from workflow.timekeeping import Timing, arm, resettle
from workflow.work import Office

CALENDAR = published_calendar()
STARTED = moment("2026-03-02")
NOW = moment("2026-03-04", "16:00")
TIMING = Timing(CALENDAR, NOW)
SAID = {"amendment": 7, "basis": "示例"}


@pytest.fixture
def flow(configuration: Office) -> Flow:
    return configuration.flow("item", 2)


def running(flow: Flow, limit: str = "10wd", pauses: tuple[PauseRecord, ...] = (), extension: int = 0) -> Case:
    """A case in review since 2 March whose promised clock has ``limit``."""
    rule = flow.clocks["promised"]
    clock = replace(arm(rule, STARTED, parse_limit(limit), 1, pauses, TIMING), id=1, extension=extension)
    clock = resettle(clock, rule, pauses, TIMING)
    case = a_case(clock, pauses=pauses)
    return replace(case, limits={"promised": limit, "promised.from": "accepted", "statutory": "20wd"})


def paused(until: date | None) -> PauseRecord:
    return PauseRecord(
        id=1,
        cause="expert_review",
        basis="行政许可法 45",
        stops=("promised", "statutory"),
        since=date(2026, 3, 3),
        until=until,
        planned_until=date(2026, 3, 20),
        cap_until=date(2026, 4, 20),
        reason="专家评审",
        opened_at=moment("2026-03-03"),
        opened_by=1,
    )


def under(flow: Flow, case: Case, limit: str, rule: Rule = "new") -> Recast | None:
    return under_limit(flow, case, "promised", parse_limit(limit), rule, TIMING, SAID)


def clock_of(found: Recast | None) -> ClockRecord:
    assert found is not None
    clock = found.change.after.clock("promised")
    assert clock is not None
    return clock


def test_the_new_limit_counts_from_the_old_start(flow: Flow) -> None:
    found = under(flow, running(flow), "15wd")
    assert clock_of(found).due_on == date(2026, 3, 23)
    assert clock_of(found).started_at == STARTED
    assert found is not None
    assert found.change.after.limits["promised"] == "15wd"
    assert found.change.after.limits["promised.from"] == "accepted"
    assert found.change.event.input["moves"][0]["old"] == "2026-03-16"


def test_the_line_is_chained_to_the_one_before(flow: Flow) -> None:
    case = running(flow)
    found = under(flow, case, "15wd")
    assert found is not None
    event = found.change.event
    assert (event.action, event.seq) == ("limit_changed", case.seq + 1)
    assert found.change.after.chain_head == found.change.hash == chain(case.chain_head, event)
    assert {name: event.input[name] for name in ("clock", "old", "new", "rule", "amendment", "basis")} == {
        "clock": "promised",
        "old": "10wd",
        "new": "15wd",
        "rule": "new",
        **SAID,
    }


def test_the_old_rule_changes_nothing(flow: Flow) -> None:
    assert under(flow, running(flow), "15wd", "old") is None


@pytest.mark.parametrize(
    ("old", "new", "taken"),
    [
        ("10wd", "5wd", True),
        ("10wd", "15wd", False),
        # 10 working days from 2 March end on the 16th, 15 calendar days on the 17th, 13 on the 15th, a Sunday.
        ("10wd", "15cd", False),
        ("10wd", "11cd", True),
        ("1mo", "20wd", True),
        ("20wd", "1mo", False),
    ],
)
def test_the_more_favourable_is_what_ends_earlier_whatever_its_unit(
    flow: Flow, old: str, new: str, taken: bool
) -> None:
    assert (under(flow, running(flow, old), new, "favourable") is not None) == taken


def test_a_tie_keeps_the_old_limit(flow: Flow) -> None:
    assert under(flow, running(flow, "10wd"), "14cd", "favourable") is None


def test_while_a_pause_is_open_the_budgets_are_compared(flow: Flow) -> None:
    case = running(flow, pauses=(paused(None),))
    assert clock_of(under(flow, case, "5wd", "favourable")).state == "paused"
    assert under(flow, case, "15wd", "favourable") is None


def test_a_pause_that_has_ended_still_counts_under_the_new_limit(flow: Flow) -> None:
    case = running(flow, pauses=(paused(date(2026, 3, 10)),))
    # One day before the pause, four after it.
    assert clock_of(under(flow, case, "5wd")).due_on == date(2026, 3, 16)


def test_an_extension_stays_on_top_of_the_new_limit(flow: Flow) -> None:
    assert clock_of(under(flow, running(flow, extension=5), "5wd")).due_on == date(2026, 3, 16)


def test_days_of_another_unit_are_not_added_to_an_extension(flow: Flow) -> None:
    assert under(flow, running(flow, extension=5), "5cd") is None


def test_a_clock_that_has_not_started_gets_its_new_limit_and_no_date(flow: Flow) -> None:
    case = replace(running(flow), clocks=(), state="received", accepted_at=None)
    found = under(flow, case, "5wd", "favourable")
    assert found is not None
    assert (found.change.after.limits["promised"], found.change.clocks, found.moved) == ("5wd", (), ())
    assert under(flow, case, "15wd", "favourable") is None


def test_a_clock_that_stopped_for_good_keeps_its_limit(flow: Flow) -> None:
    assert under(flow, replace(running(flow), clocks=(), state="granted"), "5wd") is None


@pytest.mark.parametrize("limits", [{"promised": "5wd"}, {}])
def test_who_has_it_already_or_never_had_one_is_left_alone(flow: Flow, limits: dict[str, str]) -> None:
    assert under(flow, replace(running(flow, "5wd"), limits=limits), "5wd") is None


def test_a_quarantined_clock_waits_on_where_its_rungs_stay(flow: Flow) -> None:
    case = running(flow)
    stuck = replace(case.clocks[0], state="quarantined")
    found = under(flow, replace(case, clocks=(stuck,)), "14cd")
    assert clock_of(found).ladder_at == stuck.ladder_at
    assert clock_of(found).state == "quarantined"
    assert clock_of(under(flow, replace(case, clocks=(stuck,)), "15wd")).state == "armed"


def test_the_states_in_which_a_limit_still_matters_end_with_the_decision(flow: Flow) -> None:
    assert states_before_the_end(flow, "promised") == {"draft", "received", "correcting", "in_review", "special"}
    assert not matters(flow, "in_review", "delivery")


@pytest.mark.parametrize(
    ("received", "opened", "rule"),
    [
        ("2026-03-03", "2026-03-03", "favourable"),
        ("2026-03-04", "2026-03-04", "new"),
        ("2026-03-05", "2026-03-05", "old"),
        (None, "2026-03-03", "favourable"),
    ],
)
def test_the_day_decides_whom_the_rule_is_for(flow: Flow, received: str | None, opened: str, rule: Rule) -> None:
    at = None if received is None else moment(received)
    case = replace(running(flow), received_at=at, opened_at=moment(opened))
    signed: datetime = NOW
    assert rule_for(case, date(2026, 3, 4), "favourable", signed) == rule
