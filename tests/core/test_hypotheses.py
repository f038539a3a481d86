"""What if …, of one case: the same dates, day for day, that the real deeds bring; what the law forbids is said beside.

The real deeds are `decide` and `plan`, which every command goes through, and in one test the commands themselves.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from tests import given as past
from workflow.actor import CLOCK, Actor, Grant
from workflow.case import Case
from workflow.change import case_limits, plan
from workflow.cli import main
from workflow.clock.days import local_day, office_time
from workflow.clock.ladder import OFFICE_OPENS
from workflow.clock.limit import Limit, Unit, parse_limit
from workflow.correction import Said, receipt_corrected
from workflow.errors import BadInput
from workflow.guards import Facts
from workflow.hypotheses import Hypothesis, Supposed, SupposedPause, check, suppose
from workflow.machine import Decision, decide
from workflow.queries.moves import hypothetical
from workflow.queries.what_if import what_if
from workflow.recast import under_calendar
from workflow.timekeeping import Timing, arm, clocks_after_move
from workflow.work import Office

ITEM = "LX10"  # may be paused for an expert review, twenty working days at most
ACCEPTED = past.moment("2026-03-02")
HEAD = Actor(1, "示例", (Grant("officer"), Grant("director"), Grant("clerk")))
DAYS = st.integers(0, 40).map(lambda days: date(2026, 3, 2) + timedelta(days=days))
FIXED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

Dates = dict[tuple[str, int], tuple[date | None, datetime | None, bool]]


def case_in_review(office: Office, item: str | None = ITEM, accepted: datetime = ACCEPTED) -> Case:
    """A case accepted on Monday, 2 March 2026, made without a database; without an item a joint application."""
    flow = office.flow("item" if item else "bundle")
    case = Case(
        id=1,
        no="LS2026-000001",
        flow=flow.name,
        flow_version=flow.version,
        title="示例",
        item=item,
        project_id=1,
        parent_id=None,
        company="x",
        department=office.catalogue.items[item].department if item else "QX",
        squad="permits",
        assignee_id=1,
        state="in_review",
        outcome=None,
        version=3,
        rev=3,
        seq=3,
        chain_head=b"",
        data={},
        limits=case_limits(flow, office.catalogue, item),
        opened_at=accepted,
        received_at=accepted,
        accepted_at=accepted,
        decided_at=None,
        entered_at=accepted,
        ended_at=None,
    )
    limits = {name: parse_limit(text) for name, text in case.limits.items() if not name.endswith(".from")}
    return replace(
        case, clocks=clocks_after_move(flow, case, "in_review", limits, Timing(office.base_calendar, accepted))
    )


def done(office: Office, case: Case, action: str, now: datetime, actor: Actor = HEAD, **inputs: Any) -> Case:
    """The case after the real deed; its new pauses get a key as the database gives one."""
    flow = office.flow(case.flow, case.flow_version)
    facts = Facts(
        case,
        actor,
        now,
        office.catalogue,
        office.base_calendar,
        inputs,
        project_code=past.project_code(10001),
        project_name="示例项目",
        company_name="示例公司",
    )
    decision = decide(flow, action, facts)
    assert isinstance(decision, Decision), decision
    after = plan(flow, decision, facts).after
    return replace(after, pauses=tuple(replace(pause, id=place) for place, pause in enumerate(after.pauses)))


def supposed(office: Office, case: Case, now: datetime = ACCEPTED, **parts: Any) -> Supposed:
    """What becomes of the case if …; refused like everywhere where it means nothing."""
    hypothesis = Hypothesis(**parts)
    check(hypothesis, office.catalogue)
    calendar = office.base_calendar
    if hypothesis.rest or hypothesis.worked:
        calendar = hypothetical(calendar, hypothesis.rest, hypothesis.worked)
    flow = office.flow(case.flow, case.flow_version)
    return suppose(flow, case, hypothesis, office.catalogue, office.base_calendar, Timing(calendar, now))


def dates(case: Case, *names: str) -> Dates:
    """The ends of the running clocks of these names."""
    wanted = names or ("statutory", "promised")
    return {
        (clock.name, clock.round): (clock.due_on, clock.due_at, clock.provisional)
        for clock in case.running_clocks
        if clock.name in wanted
    }


def morning(day: date) -> datetime:
    return office_time(day, OFFICE_OPENS)


def codes(found: Supposed) -> list[str]:
    return [reason.code for step in found.steps for reason in step.reasons]


def refused_field(parts: Mapping[str, Any], office: Office, case: Case) -> str:
    with pytest.raises(BadInput) as refusal:
        supposed(office, case, **parts)
    assert refusal.value.reasons[0].zh
    return str(refusal.value.reasons[0].facts["field"])


@FIXED
@given(since=DAYS, length=st.integers(1, 40))
@example(since=date(2026, 3, 2), length=1)
@example(since=date(2026, 3, 31), length=40)  # beyond the cap, over a holiday
def test_a_supposed_pause_ends_the_clocks_when_the_real_one_does(
    configuration: Office, since: date, length: int
) -> None:
    case = case_in_review(configuration)
    until = since + timedelta(days=length)
    what = supposed(configuration, case, pauses=(SupposedPause(since, until, "expert_review"),))
    asked = {"cause": "expert_review", "reason": "评审"}
    at = max(morning(since), ACCEPTED)
    cap = configuration.base_calendar.add_working_days(since, 20)
    paused = done(configuration, case, "start_special", at, until=min(until, cap), **asked)
    if until <= cap:
        resumed = done(configuration, paused, "end_special", morning(until), result="通过")
    else:
        resumed = done(configuration, paused, "end_special_at_cap", morning(cap + timedelta(days=1)), actor=CLOCK)
    assert dates(what.after) == dates(resumed)
    assert ("pause_outside_bounds" in codes(what)) == (until > cap)


@FIXED
@given(since=DAYS)
def test_a_pause_supposed_without_an_end_holds_the_clocks_as_the_real_one(configuration: Office, since: date) -> None:
    case = case_in_review(configuration)
    what = supposed(configuration, case, pauses=(SupposedPause(since, None, "expert_review"),))
    until = configuration.base_calendar.add_working_days(since, 5)
    at = max(morning(since), ACCEPTED)
    real = done(configuration, case, "start_special", at, cause="expert_review", until=until, reason="评审")
    assert dates(what.after) == dates(real)


@FIXED
@given(since=DAYS, length=st.integers(1, 20))
def test_a_supposed_resumption_ends_the_clocks_when_the_real_one_does(
    configuration: Office, since: date, length: int
) -> None:
    case = case_in_review(configuration)
    at = max(morning(since), ACCEPTED)
    until = configuration.base_calendar.add_working_days(since, 5)
    paused = done(configuration, case, "start_special", at, cause="expert_review", until=until, reason="评审")
    on = since + timedelta(days=length)
    what = supposed(configuration, paused, at, resume_on=on)
    assert dates(what.after) == dates(done(configuration, paused, "end_special", morning(on), result="通过"))
    assert codes(what) == []


@FIXED
@given(days=st.integers(1, 10), after=st.integers(0, 30))
def test_a_supposed_extension_ends_the_clock_when_the_real_one_does(
    configuration: Office, days: int, after: int
) -> None:
    case = case_in_review(configuration, "LX06")
    now = ACCEPTED + timedelta(days=after)
    end = case.clock("statutory")
    assert end is not None
    assert end.due_at is not None
    item = configuration.catalogue.items["LX06"]
    assume(item.extension is not None and days <= item.extension.days and now < end.due_at)
    what = supposed(configuration, case, now, extension=days)
    assert dates(what.after) == dates(done(configuration, case, "extend", now, days=days, reason="情况复杂"))
    assert codes(what) == []


@FIXED
@given(amount=st.integers(1, 60), unit=st.sampled_from(["wd", "cd", "mo"]), since=DAYS, length=st.integers(1, 20))
def test_a_supposed_limit_ends_the_clock_as_if_it_had_started_with_it(
    configuration: Office, amount: int, unit: str, since: date, length: int
) -> None:
    limit = parse_limit(f"{amount}{unit}")
    case = case_in_review(configuration)
    pause = SupposedPause(since, since + timedelta(days=length), "expert_review")
    paused = supposed(configuration, case, pauses=(pause,)).after
    rule = configuration.flow("item").clocks["promised"]
    timing = Timing(configuration.base_calendar, ACCEPTED)
    own = arm(rule, ACCEPTED, limit, 1, paused.pauses, timing)
    what = supposed(configuration, paused, limits={"promised": limit})
    assert dates(what.after, "promised") == {("promised", 1): (own.due_on, own.due_at, own.provisional)}
    # The order in which it is supposed makes no difference.
    both = supposed(configuration, case, limits={"promised": limit}, pauses=(pause,))
    assert dates(both.after) == dates(what.after)


def test_the_limit_that_the_flow_of_joint_handling_says_can_be_supposed_too(configuration: Office) -> None:
    case = case_in_review(configuration, item=None)
    found = supposed(configuration, case, limits={"statutory": Limit(15, Unit.WORKING_DAY)})
    assert [(move.clock, move.new_on) for move in found.moves] == [("statutory", date(2026, 3, 23))]
    longer = {"statutory": Limit(60, Unit.WORKING_DAY)}
    assert supposed(configuration, case, limits=longer, running="favourable").moves == ()


@FIXED
@given(amount=st.integers(1, 40))
def test_the_more_favourable_limit_never_ends_a_clock_later(configuration: Office, amount: int) -> None:
    case = case_in_review(configuration)
    limit = Limit(amount, Unit.WORKING_DAY)
    new = supposed(configuration, case, limits={"statutory": limit})
    kind = supposed(configuration, case, limits={"statutory": limit}, running="favourable")
    old, hard, soft = (dates(one, "statutory")["statutory", 1][1] for one in (case, new.after, kind.after))
    assert old is not None
    assert hard is not None
    assert soft == min(old, hard)


@FIXED
@given(rest=st.sets(DAYS, min_size=1, max_size=5))
def test_supposed_rest_days_move_what_settling_the_calendar_would_move(configuration: Office, rest: set[date]) -> None:
    case = case_in_review(configuration)
    what = supposed(configuration, case, rest=frozenset(rest))
    calendar = hypothetical(configuration.base_calendar, rest)
    flow = configuration.flow("item")
    found = under_calendar(flow, case, configuration.base_calendar, Timing(calendar, ACCEPTED), {})
    real = case if found is None else found.change.after
    assert dates(what.after) == dates(real)


@FIXED
@given(day=st.integers(0, 20))
def test_an_earlier_receipt_counts_as_if_it_had_been_received_then(configuration: Office, day: int) -> None:
    earlier = ACCEPTED - timedelta(days=day)
    # 建筑法 8: the statutory limit of this item counts from receipt, its promise from acceptance.
    case = case_in_review(configuration, "SG05")
    what = supposed(configuration, case, received_on=local_day(earlier))
    other = case_in_review(configuration, "SG05", earlier)
    assert dates(what.after, "statutory") == dates(other, "statutory")
    assert dates(what.after, "promised") == dates(case, "promised")
    both = supposed(configuration, case, received_on=local_day(earlier), accepted_on=local_day(earlier))
    assert dates(both.after) == dates(other)


@pytest.mark.parametrize("silent", [True, False])
def test_another_receipt_counts_as_its_correction_does(configuration: Office, silent: bool) -> None:
    case = case_in_review(configuration, "SG05")
    case = replace(case, data={"acceptance_mode": "deemed"} if silent else {})
    flow, day = configuration.flow("item"), date(2026, 2, 26)
    facts = Facts(case, HEAD, ACCEPTED, configuration.catalogue, configuration.base_calendar)
    real = receipt_corrected(flow, facts, day, local_day(ACCEPTED), Said("收件凭证日期写错", "clerk"))
    what = supposed(configuration, case, received_on=day)
    assert dates(what.after) == dates(real.change.after)
    assert what.moves == real.moved
    assert {move.clock for move in what.moves} == ({"statutory", "promised"} if silent else {"statutory"})


def test_an_overlapping_pause_counts_once(configuration: Office) -> None:
    case = case_in_review(configuration)
    first = SupposedPause(date(2026, 3, 5), date(2026, 3, 12), "expert_review")
    second = SupposedPause(date(2026, 3, 10), date(2026, 3, 16), "hearing")
    whole = SupposedPause(date(2026, 3, 5), date(2026, 3, 16), "expert_review")
    assert dates(supposed(configuration, case, pauses=(first, second)).after) == dates(
        supposed(configuration, case, pauses=(whole,)).after
    )


def test_a_cause_that_is_not_for_this_item_is_calculated_and_said_to_be_unlawful(configuration: Office) -> None:
    case = case_in_review(configuration, "SG05")
    what = supposed(configuration, case, pauses=(SupposedPause(date(2026, 3, 2), date(2026, 3, 6), "tender"),))
    assert codes(what) == ["cause_not_for_this_item"]
    assert {move.clock for move in what.moves} == {"statutory", "promised"}


def test_who_would_have_to_do_it_is_said_and_not_held_against_who_asks(configuration: Office) -> None:
    case = case_in_review(configuration)
    other = supposed(configuration, case, pauses=(SupposedPause(date(2026, 3, 3), date(2026, 3, 6), "other"),))
    assert [(step.by, step.reasons) for step in other.steps] == [(("director",), ())]
    assert {move.clock for move in other.moves} == {"promised"}


@pytest.mark.parametrize(
    ("days", "item", "now", "code"),
    [
        (11, "LX06", "2026-03-02", "extension_too_long"),
        (10, "LX06", "2026-07-01", "limit_expired"),
    ],
)
def test_an_unlawful_extension_is_calculated_with_the_reason_against_it(
    configuration: Office, days: int, item: str, now: str, code: str
) -> None:
    what = supposed(configuration, case_in_review(configuration, item), past.moment(now), extension=days)
    assert code in codes(what)
    assert [move.clock for move in what.moves] == ["statutory"]


def test_a_second_extension_is_calculated_with_the_reason_against_it(configuration: Office) -> None:
    case = done(configuration, case_in_review(configuration, "LX06"), "extend", ACCEPTED, days=5, reason="情况复杂")
    assert "already_extended" in codes(supposed(configuration, case, extension=5))


def test_a_pause_that_would_have_to_be_entered_too_late_is_told(configuration: Office) -> None:
    pause = SupposedPause(date(2026, 3, 3), date(2026, 3, 6), "expert_review")
    what = supposed(configuration, case_in_review(configuration), past.moment("2026-05-06"), pauses=(pause,))
    assert "late_entry_beyond_bound" in codes(what)
    assert what.moves


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({}, "pauses"),
        ({"pauses": (SupposedPause(date(2026, 3, 5), date(2026, 3, 4), "hearing"),)}, "pauses.0.until"),
        ({"pauses": (SupposedPause(date(2026, 3, 5), None, "rain"),)}, "pauses.0.cause"),
        ({"pauses": (SupposedPause(date(1850, 3, 5), None, "hearing"),)}, "pauses.0.since"),
        ({"extension": -1}, "extension"),
        ({"extension": 1001}, "extension"),
        ({"limits": {"delivery": Limit(5, Unit.WORKING_DAY)}}, "limits.delivery"),
        ({"limits": {"promised": Limit(90_000, Unit.WORKING_DAY)}}, "limits.promised"),
        ({"limits": {"promised": Limit(5, Unit.WORKING_DAY)}, "running": "all"}, "running"),
        ({"resume_on": date(2026, 3, 9)}, "resume_on"),
        ({"received_on": date(2026, 3, 9)}, "received_on"),
        ({"accepted_on": date(2026, 2, 27)}, "accepted_on"),
        ({"rest": frozenset({date(2026, 3, 5)}), "worked": frozenset({date(2026, 3, 5)})}, "worked"),
        ({"rest": frozenset({date(1850, 3, 5)})}, "rest"),
    ],
)
def test_what_means_nothing_is_refused_by_its_field(configuration: Office, parts: dict[str, Any], field: str) -> None:
    assert refused_field(parts, configuration, case_in_review(configuration)) == field


def test_minutes_and_pauses_do_not_go_together(configuration: Office) -> None:
    case = case_in_review(configuration)
    pause = SupposedPause(date(2026, 3, 3), date(2026, 3, 6), "expert_review")
    parts = {"limits": {"promised": Limit(90, Unit.MINUTE)}, "pauses": (pause,)}
    assert refused_field(parts, configuration, case) == "pauses.0"


def test_the_commands_bring_about_what_was_supposed_before(office: Office) -> None:
    town = past.town(office)
    no = past.application(office, town, ACCEPTED, [ITEM]).cases[ITEM]
    past.act(office, town.clerk, ACCEPTED, no, "accept")
    officer, director = town.officers["QX"], town.directors["QX"]
    pause = SupposedPause(date(2026, 3, 4), date(2026, 3, 11), "expert_review")
    with past.at(office, officer, ACCEPTED) as work:
        said = what_if(work, no, Hypothesis(pauses=(pause,)))
    assert said.lawful
    asked = {"cause": "expert_review", "until": "2026-03-11", "reason": "评审"}
    past.act(office, officer, past.moment("2026-03-04"), no, "start_special", asked)
    now = past.moment("2026-03-11")
    past.act(office, officer, now, no, "end_special", {"result": "通过"})
    with past.at(office, director, now) as work:
        real = what_if(work, no, Hypothesis(extension=3))
    assert {one.before.name: one.before.due_on for one in real.clocks} == {
        one.after.name: one.after.due_on for one in said.clocks
    }
    past.act(office, director, now, no, "extend", {"days": 3, "reason": "情况复杂"})
    with past.at(office, director, now) as work:
        extended = what_if(work, no, Hypothesis(extension=3))
    assert {one.before.name: one.before.due_on for one in extended.clocks} == {
        one.after.name: one.after.due_on for one in real.clocks
    }
    assert [reason.code for step in extended.steps for reason in step.reasons] == ["already_extended"]


def test_the_command_tells_one_case_and_all_in_words_and_as_data(
    office: Office, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    town = past.town(office)
    past.time_is(office.engine, ACCEPTED)
    no = past.application(office, town, ACCEPTED, [ITEM]).cases[ITEM]
    past.act(office, town.clerk, ACCEPTED, no, "accept")
    monkeypatch.setenv("DATABASE_URL", database_url)

    assert main(["what-if", "case", no, "--pause", "2026-03-04..2026-03-11:expert_review"]) == 0
    said = capsys.readouterr().out
    assert "承诺时限 Promised limit  2026-03-09 → 2026-03-16" in said
    assert "依法可以 lawful" in said
    assert main(["what-if", "case", no, "--extension", "40", "--limit", "promised=2wd", "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["lawful"], [move["clock"] for move in data["moves"]]) == (False, ["statutory", "promised"])
    assert main(["what-if", "all", "--rest-day", "2026-03-05", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["later"] == 2
    assert main(["what-if", "all", "--item", ITEM, "--limit", "promised=9wd"]) == 0
    assert f"{no}  promised  2026-03-09 → 2026-03-13" in capsys.readouterr().out
    assert main(["what-if", "all", "--department", "QX", "--pause", "2026-03-04..2026-03-06:tender"]) == 1
    assert "依法不得 not lawful: 1" in capsys.readouterr().out
    for wrong, told in (
        (["case", no], "at least one change must be supposed"),
        (["case", no, "--pause", "tomorrow"], "accepted forms are"),
        (["case", no, "--limit", "15wd"], "CLOCK=LIMIT is accepted"),
        (["case", no, "--limit", "promised=15"], "a whole number and a unit"),
        (["case", no, "--rest-day", "2026-02-30"], "a date such as 2026-02-13 is accepted"),
        (["case", "LS2026-999999", "--extension", "1"], "There is no case"),
        (["all"], "one thing at a time"),
        (["all", "--item", "XX99", "--limit", "promised=9wd"], "there is no such item"),
    ):
        assert main(["what-if", *wrong]) == 2, wrong
        assert told in capsys.readouterr().err, wrong
