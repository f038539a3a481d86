"""What one case adds to the leader's figures: the edges of each definition."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.given import moment
from workflow.case import Case, ClockRecord, PauseRecord
from workflow.catalogue.figures import FIGURES
from workflow.clock.calendar import end_of_day
from workflow.clock.limit import parse_limit
from workflow.clock.words import WARNING_FROM, warning_edge
from workflow.figures import (
    NEVER,
    Fact,
    Rules,
    Rung,
    Site,
    Subject,
    basis,
    contents,
    contributions,
    edges,
    rules_digest,
)
from workflow.queries.figure_sums import spans_of
from workflow.time_use import Step
from workflow.work import Office

START = moment("2026-03-02")  # a Monday
SITE = Site(1, "beizhai", "parking", None, None, None)


@pytest.fixture
def rules(configuration: Office) -> Rules:
    """The real definitions and the calendar of the files."""
    return Rules(configuration.catalogue, configuration.base_calendar)


def clock(name: str, limit: str, until: str, due_on: str, started: datetime = START) -> ClockRecord:
    due = date.fromisoformat(due_on)
    return ClockRecord(
        id=1,
        name=name,
        round=1,
        started_at=started,
        limit=parse_limit(limit),
        extension=0,
        state="settled",
        epoch=1,
        rung=0,
        ladder_at=(),
        due_on=due,
        due_at=end_of_day(due),
        provisional=False,
        calendar_version="x",
        settled_at=moment(until),
    )


def subject(office: Office, flow: str = "item", **fields: Any) -> Subject:
    """A case of ``flow``; ``fields`` of the case, and ``steps``, ``cards``, ``site``, ``due_at``, ``paused``."""
    own = {"steps": (), "cards": (), "site": SITE, "due_at": None, "paused": False}
    rest = {name: fields.pop(name, value) for name, value in own.items()}
    base: Mapping[str, Any] = {
        "id": 7,
        "no": "LS2026-000007",
        "flow": flow,
        "flow_version": office.flow(flow).version,
        "title": "示例",
        "item": "LX10" if flow == "item" else None,
        "project_id": 1,
        "parent_id": None,
        "company": "x",
        "department": "QX",
        "squad": "permits",
        "assignee_id": None,
        "state": office.flow(flow).initial.name,
        "outcome": None,
        "version": 1,
        "rev": 1,
        "seq": 1,
        "chain_head": b"",
        "data": {},
        "limits": {},
        "opened_at": START,
        "received_at": None,
        "accepted_at": None,
        "decided_at": None,
        "entered_at": START,
        "ended_at": None,
    }
    return Subject(case=Case(**{**base, **fields}), flow=office.flow(flow), **rest)


def decided(office: Office, on: str, **fields: Any) -> Subject:
    """Accepted on Monday, 2 March, promised within 5 working days (Monday the 9th), decided ``on``."""
    clocks = (clock("promised", "5wd", on, "2026-03-09"), clock("statutory", "20wd", on, "2026-03-30"))
    told = {"accepted_at": START, "decided_at": moment(on), "ended_at": moment(on), "outcome": "refused"}
    return subject(office, state="refused", clocks=clocks, **{**told, **fields})


def parts(found: tuple[Fact, ...], figure: str) -> dict[str, tuple[int, int]]:
    return {one.part: (one.n, one.amount) for one in found if one.figure == figure}


def test_finishing_on_the_promised_day_is_on_time_but_not_early(configuration: Office, rules: Rules) -> None:
    early = contributions(decided(configuration, "2026-03-06"), rules)
    assert parts(early, "early_finish") == {"counted": (1, 0), "early": (1, 0)}
    on_the_day = contributions(decided(configuration, "2026-03-09"), rules)
    assert parts(on_the_day, "early_finish") == {"counted": (1, 0)}
    assert parts(on_the_day, "decisions") == {"decided": (1, 0)}
    late = contributions(decided(configuration, "2026-03-10"), rules)
    assert parts(late, "decisions") == {"decided": (1, 0), "late": (1, 0), "late_unexplained": (1, 0)}


def test_the_other_reading_of_early_counts_the_promised_day(configuration: Office, rules: Rules) -> None:
    at_most = replace(rules.catalogue.early_finish, compare="at_most")
    other = replace(rules, catalogue=replace(rules.catalogue, early_finish=at_most))
    assert "early" in parts(contributions(decided(configuration, "2026-03-09"), other), "early_finish")


def test_a_pause_of_the_promise_takes_no_net_day(configuration: Office, rules: Rules) -> None:
    days = [date(2026, 3, 3), date(2026, 3, 5), date(2026, 3, 6), date(2026, 4, 1)]
    pause = PauseRecord(1, "expert_review", "x", ("promised",), *days, "x", START, None)
    found = contributions(decided(configuration, "2026-03-09", pauses=(pause,)), rules)
    assert parts(found, "net_days") == {"3": (1, 3)}
    assert parts(found, "days_saved") == {"law": (1, 15), "law_limit": (1, 20), "promise": (1, 2)}


@pytest.mark.parametrize("outcome", ["withdrawn", "not_ours", "not_needed"])
def test_what_was_withdrawn_or_not_accepted_is_in_no_denominator(
    configuration: Office, rules: Rules, outcome: str
) -> None:
    found = contributions(decided(configuration, "2026-03-04", outcome=outcome), rules)
    assert not parts(found, "early_finish") | parts(found, "decisions") | parts(found, "days_saved")


def test_an_item_decided_on_the_spot_is_decided_but_no_promised_case(configuration: Office, rules: Rules) -> None:
    found = contributions(decided(configuration, "2026-03-04", item="SG04"), rules)
    assert parts(found, "decisions") == {"decided": (1, 0)}
    assert not parts(found, "early_finish") | parts(found, "net_days")


def test_a_project_lands_with_its_first_permit_and_with_no_other(configuration: Office, rules: Rules) -> None:
    site = Site(1, "", "", date(2026, 5, 1), moment("2026-01-05"), 7)
    found = contributions(decided(configuration, "2026-03-06", item="SG05", site=site), rules)
    assert parts(found, "landing") == {"landed": (1, 60), "saved": (1, 56)}
    second = decided(configuration, "2026-03-06", item="SG05", site=replace(site, landed_by=6))
    assert not parts(contributions(second, rules), "landing")


def test_a_pause_on_the_last_day_of_a_clock_is_marked_and_one_before_it_is_not(
    configuration: Office, rules: Rules
) -> None:
    for day, marked in (("2026-03-06", False), ("2026-03-09", True)):
        opened = date.fromisoformat(day)
        pause = PauseRecord(1, "other", "x", ("promised",), opened, None, opened, opened, "x", moment(day), None)
        running = replace(clock("promised", "5wd", day, "2026-03-09"), settled_at=None, state="paused", due_at=None)
        case = subject(configuration, state="special", accepted_at=START, clocks=(running,), pauses=(pause,))
        found = parts(contributions(case, rules), "pause_honesty")
        assert ("last_day" in found) is marked
        assert found["other"] == found["planned_zero"] == (1, 0)


def test_an_earlier_pause_moves_the_last_day_of_a_clock(configuration: Office, rules: Rules) -> None:
    def stop(number: int, since: str, until: str) -> PauseRecord:
        first, last = date.fromisoformat(since), date.fromisoformat(until)
        return PauseRecord(number, "other", "x", ("promised",), first, last, last, last, "x", moment(since), None)

    # Two days out of the promise: its last day is the 11th and no more the 9th.
    for day, marked in (("2026-03-09", False), ("2026-03-11", True)):
        running = replace(clock("promised", "5wd", day, "2026-03-09"), settled_at=None, state="paused", due_at=None)
        stops = (stop(1, "2026-03-03", "2026-03-05"), stop(2, day, day))
        case = subject(configuration, state="special", accepted_at=START, clocks=(running,), pauses=stops)
        found = parts(contributions(case, rules), "pause_honesty")
        assert ("last_day" in found) is marked


@pytest.mark.parametrize(("outcome", "counted"), [("decided", {"dispatch": (1, 0)}), ("cancelled", {})])
def test_only_a_meeting_with_minutes_is_counted(
    configuration: Office, rules: Rules, outcome: str, counted: dict[str, tuple[int, int]]
) -> None:
    case = subject(configuration, "meeting", outcome=outcome, decided_at=START, ended_at=START)
    assert parts(contributions(case, rules), "meetings") == counted


@pytest.mark.parametrize(("day", "late"), [("2026-03-09", None), ("2026-03-10", (1, 1))])
def test_a_milestone_on_its_planned_day_is_not_late(
    configuration: Office, rules: Rules, day: str, late: tuple[int, int] | None
) -> None:
    data = {"planned_on": "2026-03-09", "planned_first": "2026-03-09", "done_on": day}
    found = parts(contributions(subject(configuration, "milestone", outcome="done", data=data), rules), "milestones")
    assert found["reached"] == (1, 0)
    assert found.get("late") == found.get("late_by_first_plan") == late


@pytest.mark.parametrize(("minute", "kept"), [("09:29", True), ("09:30", False)])
def test_an_answer_at_the_moment_it_was_due_is_late(
    configuration: Office, rules: Rules, minute: str, kept: bool
) -> None:
    asked, answered = moment("2026-03-02", "09:00"), moment("2026-03-02", minute)
    step = Step(2, "answer", "requested", "answered", "specialist", answered, answered)
    due = replace(clock("first_response", "30min", "2026-03-02", "2026-03-02"), due_at=moment("2026-03-02", "09:30"))
    case = subject(configuration, "assistance", opened_at=asked, steps=(step,), clocks=(due,))
    assert ("day_kept" in parts(contributions(case, rules), "help_response")) is kept


@pytest.mark.parametrize(("day", "late"), [("2026-03-09", False), ("2026-03-10", True)])
def test_an_urge_answered_on_its_last_day_is_in_time(configuration: Office, rules: Rules, day: str, late: bool) -> None:
    answer = clock("answer", "5wd", day, "2026-03-09")
    case = subject(configuration, "urge", decided_at=moment(day), ended_at=moment(day), clocks=(answer,))
    found = parts(contributions(case, rules), "urges")
    assert found["opened"] == found["answered"] == (1, 0)
    assert ("late" in found) is late


def test_cards_are_split_into_the_own_time_and_everybody_elses(configuration: Office, rules: Rules) -> None:
    steps = (
        Step(1, "submit", "draft", "received", "applicant", START, START),
        Step(2, "accept", "received", "in_review", "clerk", moment("2026-03-04"), moment("2026-03-04")),
    )
    card = Rung("red", moment("2026-03-10", "09:00"))
    case = subject(configuration, state="in_review", steps=steps, cards=(card, Rung("notice", START)))
    assert parts(contributions(case, rules), "cards") == {"red": (1, 4), "red_elsewhere": (1, 2)}


def test_a_card_stays_with_the_department_that_had_the_case_and_its_days_are_its_own(
    configuration: Office, rules: Rules
) -> None:
    steps = (
        Step(1, "submit", "draft", "received", "applicant", START, START),
        Step(2, "accept", "received", "in_review", "clerk", moment("2026-03-04"), moment("2026-03-04")),
        Step(3, "hand_over", "in_review", "in_review", "clerk", moment("2026-03-10"), moment("2026-03-10")),
    )
    first, later = Rung("yellow", moment("2026-03-09", "09:00")), Rung("red", moment("2026-03-12", "09:00"))
    data = {"hand_overs": [{"seq": 3, "department": "CG"}]}
    case = subject(configuration, department="CG", data=data, state="in_review", steps=steps, cards=(first, later))
    found = contributions(case, rules)
    assert parts(found, "cards") == {
        "yellow": (1, 3),
        "yellow_elsewhere": (1, 2),
        "red": (1, 2),
        "red_elsewhere": (1, 6),
    }
    whose = {one.part: one.department for one in found if one.figure == "cards"}
    at_first = rules.catalogue.items["LX10"].department
    assert whose == {"yellow": at_first, "yellow_elsewhere": at_first, "red": "CG", "red_elsewhere": "CG"}


def test_the_first_answer_is_counted_by_the_hour_and_from_the_call(configuration: Office, rules: Rules) -> None:
    asked, answered = moment("2026-03-02", "21:50"), moment("2026-03-02", "22:15")
    step = Step(2, "answer", "requested", "answered", "specialist", answered, answered)
    case = subject(configuration, "assistance", opened_at=moment("2026-03-02", "22:05"), steps=(step,))
    assert parts(contributions(case, rules), "help_hours") == {"22": (1, 10)}
    called = replace(case, case=replace(case.case, data={"called_at": asked.isoformat()}))
    assert parts(contributions(called, rules), "help_hours") == {"21": (1, 25)}
    withdrawn = replace(case, steps=(replace(step, action="withdraw", actor_role="applicant"),))
    assert not parts(contributions(withdrawn, rules), "help_hours")


def test_an_open_case_without_a_date_sorts_behind_all_others(configuration: Office, rules: Rules) -> None:
    [fact] = [one for one in contributions(subject(configuration, "problem"), rules) if one.figure == "lights"]
    assert (fact.part, fact.at) == ("running", NEVER)
    draft = subject(configuration)
    assert not parts(contributions(draft, rules), "lights")


@pytest.mark.parametrize("day", ["2026-03-04", "2026-03-07", "2026-02-17", "2026-10-03", "2026-12-31"])
def test_bands_meet_where_the_worklist_warns_and_red_begins_on_the_first_working_day_after(
    rules: Rules, day: str
) -> None:
    now = moment(day)
    at = edges(rules.calendar, rules.catalogue.lights, now)
    today = date.fromisoformat(day)
    assert rules.catalogue.lights.notice_left.amount == WARNING_FROM
    assert at["notice"] == warning_edge(rules.calendar, today)
    assert at["red"] <= now <= at["yellow"] <= at["notice"]
    for back in range(15):
        last = today - timedelta(days=back)
        begun = rules.calendar.working_days_between(last, today) >= 1
        assert (end_of_day(last) <= at["red"]) is begun, last


@pytest.mark.parametrize(
    ("since", "until", "grains"),
    [
        ("2026-03-01", "2026-03-31", ["month"]),
        ("2026-03-02", "2026-03-31", ["day"]),
        ("2026-02-10", "2026-04-09", ["day", "month", "day"]),
        ("2026-03-01", "2026-04-09", ["month", "day"]),
        ("2026-12-15", "2027-01-31", ["day", "month"]),
        ("2026-03-05", "2026-03-05", ["day"]),
        ("2026-01-15", "2026-02-14", ["day"]),
    ],
)
def test_a_period_is_read_as_whole_months_and_the_days_at_its_edges(since: str, until: str, grains: list[str]) -> None:
    first, last = date.fromisoformat(since), date.fromisoformat(until)
    spans = list(spans_of(first, last))
    assert [grain for grain, _, _ in spans] == grains
    assert spans[0][1] == moment(since, "00:00")
    assert spans[-1][2] == end_of_day(last)
    assert all(one[2] == other[1] for one, other in itertools.pairwise(spans))


def test_what_is_counted_by_is_part_of_a_definition_and_of_the_basis(configuration: Office) -> None:
    catalogue = configuration.catalogue
    assert list(contents(catalogue)) == list(FIGURES)
    assert contents(catalogue)["early_finish"]["early_finish"]["compare"] == "fewer"
    changed = replace(catalogue, early_finish=replace(catalogue.early_finish, compare="at_most"))
    assert contents(changed)["days_saved"] != contents(catalogue)["days_saved"]
    assert basis("rules", "one") != basis("rules", "other") != basis("others", "other")
    assert rules_digest(catalogue) != rules_digest(changed)


def test_every_part_that_a_ratio_names_is_one_of_the_figure(configuration: Office) -> None:
    for one in configuration.catalogue.figures.values():
        for ratio in one.ratios.values():
            assert ratio.of in one.parts
            assert ratio.among is None or ratio.among in one.parts
