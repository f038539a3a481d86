"""Who used the time of a case: the spans add up, each day has one holder, and what stands out is marked."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import shipped
from tests.given import moment
from workflow.case import ClockRecord
from workflow.catalogue import Catalogue, load_catalogue
from workflow.clock.calendar import Calendar, local_day, published_calendar
from workflow.clock.limit import parse_limit
from workflow.definition import Flow
from workflow.errors import ConfigFaults
from workflow.loading import latest
from workflow.settings import default_config_folder
from workflow.time_use import WINDOW, Past, Step, Stop, TimeUse, time_use

CONFIG = default_config_folder()
CATALOGUE: Catalogue = shipped.catalogue()
FLOWS = shipped.flows()
ITEM: Flow = latest(FLOWS, "item")
BUNDLE: Flow = latest(FLOWS, "bundle")
HELP: Flow = latest(FLOWS, "assistance")
CALENDAR: Calendar = published_calendar()
LATER = moment("2026-06-01")


def step(seq: int, action: str, states: str, at: datetime, recorded: datetime | None = None, role: str = "") -> Step:
    """One line; ``states`` as "received>in_review", the role as the flow has it."""
    before, _, after = states.partition(">")
    known = ITEM.actions.get(action) or BUNDLE.actions.get(action) or HELP.actions.get(action)
    by = role or (sorted(known.by)[0] if known else "officer")
    return Step(seq, action, before, after or before, by, at, recorded or at)


def past(steps: Sequence[Step], *stops: Stop, item: str | None = "LX01", clocks: Sequence[ClockRecord] = ()) -> Past:
    marks = {
        ITEM.actions[one.action].marks: one.effective_at
        for one in steps
        if one.action in ITEM.actions and ITEM.actions[one.action].marks
    }
    return Past(
        department="ZG",
        item=item,
        opened_at=steps[0].effective_at if steps else moment("2026-03-02"),
        accepted_at=marks.get("accepted_at"),
        decided_at=marks.get("decided_at"),
        steps=steps,
        stops=stops,
        clocks=clocks,
    )


def used(steps: Sequence[Step], *stops: Stop, now: datetime = LATER, flow: Flow = ITEM, item: str = "LX01") -> TimeUse:
    return time_use(flow, past(steps, *stops, item=item), CATALOGUE, CALENDAR, now)


def days(found: TimeUse) -> dict[tuple[str, str | None], int]:
    return {(share.holder, share.department): share.days for share in found.shares}


def pause(cause: str, since: str, until: str | None, cap: str = "2026-05-29") -> Stop:
    stops = tuple(sorted(CATALOGUE.causes[cause].stops))
    return Stop(
        cause, stops, date.fromisoformat(since), date.fromisoformat(until) if until else None, date.fromisoformat(cap)
    )


SUBMIT = step(1, "submit", "draft>received", moment("2026-03-02"))
ACCEPT = step(2, "accept", "received>in_review", moment("2026-03-04"))
GRANT = step(3, "grant", "in_review>granted", moment("2026-03-13"))
DELIVER = step(4, "deliver", "granted>delivered", moment("2026-03-17"))


def test_the_window_holds_what_it_received_the_department_what_was_accepted_the_window_what_is_to_be_delivered() -> (
    None
):
    found = used([SUBMIT, ACCEPT, GRANT, DELIVER])
    assert [(span.department, span.state, span.days) for span in found.spans] == [
        (WINDOW, "received", 2),
        ("ZG", "in_review", 7),
        (WINDOW, "granted", 2),
    ]
    assert days(found) == {("office", WINDOW): 4, ("office", "ZG"): 7}
    assert (found.days, found.running) == (11, False)
    assert (found.since, found.until) == (SUBMIT.effective_at, DELIVER.effective_at)


def test_the_day_on_which_a_case_changes_hands_is_the_last_one_of_who_gives_it_away() -> None:
    accepted = step(2, "accept", "received>in_review", moment("2026-03-03", "09:01"))
    found = used([SUBMIT, accepted], now=moment("2026-03-03", "17:00"))
    assert days(found) == {("office", WINDOW): 1, ("office", "ZG"): 0}


def test_time_for_corrections_is_the_applicants_and_the_count_begins_with_the_first_receipt() -> None:
    asked = step(2, "ask_correction", "received>correcting", moment("2026-03-04"))
    again = step(3, "resubmit", "correcting>received", moment("2026-03-09"))
    accepted = step(4, "accept", "received>in_review", moment("2026-03-10"))
    found = used([SUBMIT, asked, again, accepted], now=moment("2026-03-12"))
    assert days(found) == {("office", WINDOW): 3, ("office", "ZG"): 2, ("applicant", None): 3}
    assert (found.since, found.days, found.running) == (SUBMIT.effective_at, 8, True)


def test_a_pause_is_the_time_of_whom_its_cause_names() -> None:
    paused = step(3, "start_special", "in_review>special", moment("2026-03-06"))
    resumed = step(4, "end_special", "special>in_review", moment("2026-03-13"))
    granted = step(5, "grant", "in_review>granted", moment("2026-03-16"))
    for cause, holder in (
        ("expert_review", ("other_body", None)),
        ("commissioned_evaluation", ("other_body", None)),
        ("hearing", ("exempt", None)),
        ("rectification", ("applicant", None)),
        ("publicity", ("office", "ZG")),
        ("other", ("office", "ZG")),
    ):
        stop = pause(cause, "2026-03-06", "2026-03-13")
        found = used([SUBMIT, ACCEPT, paused, resumed, granted], stop, now=moment("2026-03-16"))
        assert [(span.holder, span.days) for span in found.spans if span.cause] == [(holder[0], 5)], cause
        assert days(found)[holder] == (8 if holder == ("office", "ZG") else 5), cause
        assert found.days == 10


def test_what_a_forgotten_pause_covers_ends_at_its_cap_and_is_the_departments_after_it() -> None:
    paused = step(3, "start_special", "in_review>special", moment("2026-03-06"))
    found = used(
        [SUBMIT, ACCEPT, paused], pause("hearing", "2026-03-06", None, cap="2026-03-13"), now=moment("2026-03-18")
    )
    assert days(found) == {("office", WINDOW): 2, ("office", "ZG"): 2 + 3, ("exempt", None): 5}


def test_pauses_that_overlap_count_each_day_once_and_the_law_goes_before_the_promise() -> None:
    paused = step(3, "start_special", "in_review>special", moment("2026-03-06"))
    stops = (pause("publicity", "2026-03-06", "2026-03-18"), pause("hearing", "2026-03-10", "2026-03-13"))
    found = used([SUBMIT, ACCEPT, paused], *stops, now=moment("2026-03-20"))
    assert days(found)["exempt", None] == 3
    assert found.days == CALENDAR.working_days_between(date(2026, 3, 2), date(2026, 3, 20))


def test_silence_before_a_deemed_acceptance_is_the_windows() -> None:
    deemed = step(
        2, "accept_by_silence", "received>in_review", moment("2026-03-02"), moment("2026-03-10", "00:05"), "clock"
    )
    found = used([SUBMIT, deemed], now=moment("2026-03-12"))
    assert days(found) == {("office", WINDOW): 6, ("office", "ZG"): 2}
    assert found.flags == ()


def test_a_late_entry_hands_the_case_on_at_its_legal_time() -> None:
    accepted = step(2, "accept", "received>in_review", moment("2026-03-03"), moment("2026-03-09"))
    found = used([SUBMIT, accepted], now=moment("2026-03-10"))
    assert days(found) == {("office", WINDOW): 1, ("office", "ZG"): 5}


def test_a_late_entry_from_before_the_step_it_follows_takes_no_time_from_anybody() -> None:
    granted = step(3, "grant", "in_review>granted", moment("2026-03-03"), moment("2026-03-16"))
    found = used([SUBMIT, ACCEPT, granted], now=moment("2026-03-17"))
    assert days(found) == {("office", WINDOW): 2 + 9}
    assert found.days == CALENDAR.working_days_between(date(2026, 3, 2), date(2026, 3, 17))


def test_a_draft_has_used_nobodys_time() -> None:
    found = used([step(1, "open", "draft", moment("2026-03-02"))])
    assert (found.since, found.days, found.spans, found.running) == (None, 0, (), False)


def test_what_happens_after_the_end_is_nobodys_time() -> None:
    revoked = step(5, "revoke", "delivered>revoked", moment("2026-05-20"))
    assert used([SUBMIT, ACCEPT, GRANT, DELIVER, revoked]).days == 11


def test_a_renewal_is_the_departments_time_again_and_the_time_between_is_nobodys() -> None:
    name = next(
        action.name for action in ITEM.actions.values() if action.target == "renewing" and "delivered" in action.sources
    )
    asked = step(5, name, "delivered>renewing", moment("2026-05-11"), role="applicant")
    found = used([SUBMIT, ACCEPT, GRANT, DELIVER, asked], now=moment("2026-05-13"))
    assert (found.days, found.running) == (11 + 2, True)
    assert days(found)["office", "ZG"] == 7 + 2


def test_a_joint_application_waits_for_its_items() -> None:
    steps = [
        step(1, "submit", "draft>received", moment("2026-03-02")),
        step(2, "begin_review", "received>in_review", moment("2026-03-04"), moment("2026-03-04", "10:01"), "system"),
        step(3, "finish", "in_review>finished", moment("2026-03-13"), moment("2026-03-13", "10:01"), "system"),
    ]
    found = time_use(BUNDLE, past(steps, item=None), CATALOGUE, CALENDAR, LATER)
    assert days(found) == {("items", None): 9}
    assert found.flags == ()


def test_a_request_for_help_counts_from_its_opening() -> None:
    steps = [
        step(1, "open", "requested", moment("2026-03-02", "09:00"), role="applicant"),
        step(2, "answer", "requested>answered", moment("2026-03-02", "09:20"), role="specialist"),
        step(3, "solve", "answered>solved", moment("2026-03-03", "09:00"), role="specialist"),
    ]
    found = time_use(HELP, past(steps, item=None), CATALOGUE, CALENDAR, LATER)
    assert [(span.state, span.minutes) for span in found.spans] == [("requested", 20), ("answered", 1420)]
    assert found.flags == ()


def test_a_step_recorded_more_working_days_late_than_the_policy_is_back_filled() -> None:
    for recorded, late in (("2026-03-04", None), ("2026-03-05", None), ("2026-03-06", 2), ("2026-03-09", 3)):
        found = used([SUBMIT, step(2, "accept", "received>in_review", moment("2026-03-04"), moment(recorded))])
        assert [(flag.kind, flag.days) for flag in found.flags] == ([("backfilled", late)] if late else []), recorded


def test_over_a_weekend_nothing_is_back_filled() -> None:
    friday = step(2, "accept", "received>in_review", moment("2026-03-06"), moment("2026-03-09"))
    assert used([SUBMIT, friday]).flags == ()


def test_what_the_clock_or_the_system_dates_back_is_lawful_and_not_back_filled() -> None:
    for role in ("clock", "system"):
        dated_back = step(
            2, "accept_by_silence", "received>in_review", moment("2026-03-02"), moment("2026-03-10"), role
        )
        assert [flag.kind for flag in used([SUBMIT, dated_back]).flags] == []


def test_a_decision_within_minutes_of_the_acceptance_is_quick() -> None:
    for minute, quick in (("00", True), ("30", True), ("31", False)):
        granted = step(3, "grant", "in_review>granted", moment("2026-03-04", f"10:{minute}"))
        flags = used([SUBMIT, ACCEPT, granted]).flags
        assert [(flag.kind, flag.step.seq, flag.minutes) for flag in flags] == (
            [("quick", 3, int(minute))] if quick else []
        )


def test_items_decided_on_the_spot_are_not_quick() -> None:
    refused = step(3, "refuse", "in_review>refused", moment("2026-03-04", "10:05"))
    on_the_spot = next(
        code
        for code, item in CATALOGUE.items.items()
        if any(limit.instant for limit in (item.statutory, item.promised) if limit)
    )
    assert used([SUBMIT, ACCEPT, refused], item=on_the_spot).flags == ()
    assert [flag.kind for flag in used([SUBMIT, ACCEPT, refused]).flags] == ["quick"]


def test_a_card_that_came_late_is_marked_apart_from_back_filled_steps() -> None:
    on_time = step(3, "rung:promised:1", "in_review", moment("2026-03-09", "09:00"), role="clock")
    late = replace(on_time, seq=4, effective_at=moment("2026-03-10", "09:00"), recorded_at=moment("2026-03-11"))
    found = used([SUBMIT, ACCEPT, on_time, late])
    assert [(flag.kind, flag.step.seq, flag.minutes) for flag in found.flags] == [("late_rung", 4, 25 * 60)]


def test_a_card_of_a_clock_that_was_started_after_its_moment_is_not_late() -> None:
    deemed = step(
        2, "accept_by_silence", "received>in_review", moment("2026-03-02"), moment("2026-03-10", "00:05"), "clock"
    )
    card = step(
        3, "rung:promised:0", "in_review", moment("2026-03-03", "09:00"), moment("2026-03-10", "00:05"), "clock"
    )
    assert used([SUBMIT, deemed, card]).flags == ()


def test_a_deemed_acceptance_that_an_outage_delayed_is_a_late_rung() -> None:
    clock = ClockRecord(
        id=1,
        name="completeness",
        round=1,
        started_at=moment("2026-03-02"),
        limit=parse_limit("5wd"),
        extension=0,
        state="settled",
        epoch=1,
        rung=2,
        ladder_at=(moment("2026-03-09", "09:00"), moment("2026-03-10", "00:05")),
        due_on=date(2026, 3, 9),
        due_at=moment("2026-03-10", "00:00"),
        provisional=False,
        calendar_version="",
    )
    for recorded, flags in (
        (moment("2026-03-10", "00:06"), []),
        (moment("2026-03-11", "08:05"), [("late_rung", 1920)]),
    ):
        deemed = step(2, "accept_by_silence", "received>in_review", moment("2026-03-02"), recorded, "clock")
        found = time_use(ITEM, past([SUBMIT, deemed], clocks=[clock]), CATALOGUE, CALENDAR, LATER)
        assert [(flag.kind, flag.minutes) for flag in found.flags] == flags


WALKS = st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 6_000), st.integers(0, 30)), min_size=1, max_size=14)
PAUSES = st.lists(
    st.tuples(st.sampled_from(sorted(CATALOGUE.causes)), st.integers(0, 120), st.one_of(st.none(), st.integers(0, 60))),
    max_size=4,
)


@settings(max_examples=400, deadline=None)
@given(walk=WALKS, pauses=PAUSES, flow=st.sampled_from([ITEM, BUNDLE, HELP]))
def test_the_spans_follow_each_other_and_add_up_to_the_whole_whatever_happened(
    walk: list[tuple[int, int, int]], pauses: list[tuple[str, int, int | None]], flow: Flow
) -> None:
    start = moment("2026-01-05", "08:30")
    state, now, steps = flow.initial.name, start, []
    for seq, (wait, back, choice) in enumerate(walk, 1):
        open_actions = [
            action for action in flow.actions_from(state) if action.target and not flow.states[action.target].ended
        ]
        if not open_actions:
            break
        action = open_actions[choice % len(open_actions)]
        now += timedelta(minutes=wait)
        role = sorted(action.by)[0]
        assert action.target is not None
        steps.append(Step(seq, action.name, state, action.target, role, now - timedelta(minutes=back), now))
        state = action.target
    stops = [
        Stop(
            cause,
            tuple(sorted(CATALOGUE.causes[cause].stops)),
            start.date() + timedelta(days=since),
            None if length is None else start.date() + timedelta(days=since + length),
            start.date() + timedelta(days=since + 60),
        )
        for cause, since, length in pauses
    ]
    case = Past("ZG", "LX01" if flow is ITEM else None, start, None, None, steps, stops)
    found = time_use(flow, case, CATALOGUE, CALENDAR, now + timedelta(days=1))
    if found.since is None or found.until is None:
        assert found.spans == ()
        return
    edges = [found.since, *(span.until for span in found.spans)]
    assert [span.since for span in found.spans] == edges[:-1]
    assert edges[-1] == found.until
    assert all(span.days >= 0 and span.since < span.until for span in found.spans)
    assert found.days == CALENDAR.working_days_between(local_day(found.since), local_day(found.until))
    assert (found.days, found.minutes) == (
        sum(share.days for share in found.shares),
        sum(share.minutes for share in found.shares),
    )


def test_every_way_in_which_a_person_decides_asks_for_the_reason_of_a_missed_promise() -> None:
    decisions = [
        (flow.key, action)
        for flow in FLOWS.values()
        if flow.name == "item"
        for action in flow.actions.values()
        if action.marks == "decided_at" and not action.automatic
    ]
    assert {action.name for _, action in decisions} >= {"grant", "grant_with_gaps", "refuse"}
    for key, action in decisions:
        assert "promise_kept_or_explained" in action.needs, (key, action.name)
        assert "late_reason" in {ask.name for ask in action.asks}, (key, action.name)


@pytest.mark.parametrize(
    ("key", "value"),
    [("backfill_after", "24h"), ("quick_decision", "1wd"), ("late_rung_after", "2cd"), ("quick_decision", "0min")],
)
def test_a_policy_in_the_wrong_unit_is_refused_by_name(tmp_path: Path, key: str, value: str) -> None:
    folder = copied(tmp_path)
    file = folder / "rules" / "time-use.yaml"
    lines = [f"{key}: {value}" if line.startswith(f"{key}:") else line for line in file.read_text("utf-8").splitlines()]
    file.write_text("\n".join(lines), "utf-8")
    with pytest.raises(ConfigFaults) as refused:
        load_catalogue(folder)
    assert [(fault.file, fault.key) for fault in refused.value.faults] == [("rules/time-use.yaml", key)]


def test_a_holder_nobody_knows_is_refused_with_those_that_are(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    file = folder / "rules" / "pauses.yaml"
    head, rectification, tail = file.read_text("utf-8").partition("  rectification:")
    file.write_text(head + rectification + tail.replace("holder: applicant", "holder: nobody", 1), "utf-8")
    with pytest.raises(ConfigFaults) as refused:
        load_catalogue(folder)
    [fault] = refused.value.faults
    assert (fault.key, fault.known) == (
        "causes.rectification.holder",
        ("office", "applicant", "other_body", "exempt"),
    )


def copied(folder: Path) -> Path:
    """A copy of the configuration that may be spoilt."""
    return shutil.copytree(CONFIG, folder, dirs_exist_ok=True)
