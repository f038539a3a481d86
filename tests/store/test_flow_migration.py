"""Running cases moved to a newer version of their flow, with their clocks: one line a case, and every history holds."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from threading import Thread
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import text

from tests import given
from tests.given import moment
from tests.hall import Hall, case, clock, expect_sound, held, open_hall, said
from workflow.actor import SYSTEM
from workflow.clock.ladder import parse_rung_time
from workflow.commands.fire_rungs import sweep
from workflow.commands.settle_dates import Settled, settle_batches, settle_calendar
from workflow.definition import Action, ClockRule, Flow, Rung, State, Title
from workflow.errors import BadInput, Conflict, NotAllowed, Refused
from workflow.loading import with_former
from workflow.queries.amendments import Amendment, amendment, amendment_preview
from workflow.queries.history import history
from workflow.queries.paging import Paging
from workflow.queries.proof import clock_proof
from workflow.queries.time_use import case_time_use
from workflow.queries.verify import verify
from workflow.work import Office

RECEIVED = moment("2026-03-02", "09:30")
SIGNED = moment("2026-03-04", "16:00")
AFTER = moment("2026-03-04", "16:30")
CONTENT: dict[str, Any] = {"flow": "item", "from_version": 1, "to_version": 2}
REVIEW = {"cause": "expert_review", "until": "2026-03-20", "reason": "专家评审"}


@pytest.fixture
def hall(office: Office) -> Hall:
    return open_hall(office)


@pytest.fixture
def before(hall: Hall) -> Hall:
    """The same hall when version 1 was the newest."""
    flows = hall.office.flows
    return with_flows(hall, {key: flow for key, flow in flows.items() if key[0] != "item" or key[1] == 1})


def with_flows(hall: Hall, flows: Mapping[tuple[str, int], Flow]) -> Hall:
    known = {key: with_former(flow, flows.values()) for key, flow in flows.items()}
    return replace(hall, office=replace(hall.office, flows=MappingProxyType(known)))


def with_version_2(hall: Hall, flow: Flow) -> Hall:
    return with_flows(hall, {**hall.office.flows, ("item", 2): flow})


def changed(flow: Flow, **parts: Mapping[str, Any]) -> Flow:
    """The flow with some of its states, actions or clocks replaced; None takes one away."""
    return replace(flow, **{name: MappingProxyType(_merged(getattr(flow, name), part)) for name, part in parts.items()})


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in {**old, **new}.items() if one is not None}


def rung(at: str, **what: Any) -> Rung:
    return Rung(parse_rung_time(at), at, **what)


def opened(hall: Hall, item: str = "LX01", on: datetime = RECEIVED) -> str:
    return given.application(hall.office, hall.town, on, [item]).cases[item]


def accepted(hall: Hall, item: str = "LX01", on: datetime = RECEIVED) -> str:
    no = opened(hall, item, on)
    given.act(hall.office, hall.town.clerk, on, no, "accept")
    return no


def delivered(hall: Hall, item: str = "LX01", on: datetime = RECEIVED) -> str:
    no = accepted(hall, item, on)
    officer = hall.town.officers[hall.office.catalogue.items[item].department]
    given.act(hall.office, officer, on, no, "grant", {"opinion": "同意"})
    given.act(hall.office, hall.town.clerk, on, no, "deliver", {"way": "post", "recipient": "经办人"})
    return no


def with_a_life(hall: Hall) -> Hall:
    """The result of LX01 lives three months, as a construction permit does."""
    items = hall.office.catalogue.items
    living = replace(items["LX01"], lifetime=items["SG05"].lifetime)
    catalogue = replace(hall.office.catalogue, items=MappingProxyType({**items, "LX01": living}))
    return replace(hall, office=replace(hall.office, catalogue=catalogue))


def put(hall: Hall, at: datetime = SIGNED, **content: Any) -> Amendment:
    signed = hall.sign(hall.propose("flow", CONTENT | content, at).id, at)
    given.time_is(hall.office.engine, AFTER)
    return signed


def lines(hall: Hall, no: str) -> list[dict[str, Any]]:
    return said(hall, no, "flow_moved")


def read(hall: Hall, amendment_id: int) -> Amendment:
    with given.at(hall.office, hall.first, AFTER) as work:
        return amendment(work, amendment_id)


def refused(do: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        do()
    return caught.value


def test_running_cases_go_on_under_the_new_version_and_say_so_once(hall: Hall, before: Hall) -> None:
    no = accepted(before)
    was = case(before, no)
    made = put(hall)
    assert settle_calendar(hall.office).moved == 1
    now = case(hall, no)
    assert (was.flow_version, now.flow_version, now.state, now.version) == (1, 2, "in_review", was.version)
    assert {one.name: (one.due_on, one.rung, one.epoch, one.limit) for one in now.clocks} == {
        one.name: (one.due_on, one.rung, one.epoch, one.limit) for one in was.clocks
    }
    [said] = lines(hall, no)
    assert {name: said[name] for name in ("from", "to", "started", "stopped", "amendment", "moves")} == {
        "from": 1,
        "to": 2,
        "started": [],
        "stopped": [],
        "amendment": made.id,
        "moves": [],
    }
    assert settle_calendar(hall.office) == Settled()
    settled = read(hall, made.id)
    assert (settled.moved, settled.settled_at is not None) == (1, True)
    expect_sound(hall)


def test_a_moved_case_is_carried_to_its_end_by_the_new_version(hall: Hall, before: Hall) -> None:
    hall = with_a_life(hall)
    no = accepted(before)
    put(hall)
    settle_calendar(hall.office)
    assert case(hall, no).limits["lifetime"] == "3mo"
    officer = hall.town.officers[hall.office.catalogue.items["LX01"].department]
    given.act(hall.office, officer, AFTER, no, "grant", {"opinion": "同意"})
    given.act(hall.office, hall.town.clerk, AFTER, no, "deliver", {"way": "post", "recipient": "经办人"})
    assert clock(hall, no, "lifetime").due_on == date(2026, 6, 4)
    given.act(hall.office, hall.town.clerk, AFTER, no, "report_use", {"fact": "已开工"})
    assert case(hall, no).state == "in_use"
    expect_sound(hall)


def test_a_result_at_rest_gets_its_life_from_the_day_it_was_delivered(hall: Hall, before: Hall) -> None:
    hall = with_a_life(hall)
    no = delivered(before)
    assert case(before, no).issued_at is None
    put(hall, at_rest=True)
    assert settle_calendar(hall.office).moved == 1
    now = case(hall, no)
    life = clock(hall, no, "lifetime")
    assert now.issued_at == now.entered_at == life.started_at
    assert (lines(hall, no)[0]["started"], life.round, life.armed_seq) == (["lifetime"], 1, now.seq)
    expect_sound(hall)


def test_cases_at_rest_stay_where_they_are_unless_asked_for(hall: Hall, before: Hall) -> None:
    no, running = delivered(before), accepted(before)
    put(hall)
    assert settle_calendar(hall.office).moved == 1
    assert (case(hall, no).flow_version, case(hall, running).flow_version) == (1, 2)
    expect_sound(hall)


def test_a_life_that_has_ended_already_lapses_without_the_old_reminders(hall: Hall, before: Hall) -> None:
    hall = with_a_life(hall)
    no = delivered(before, on=moment("2024-03-04", "09:30"))
    put(hall, at_rest=True)
    settle_calendar(hall.office)
    life = clock(hall, no, "lifetime")
    assert (life.rung, life.state) == (3, "armed")
    assert life.due_at is not None
    assert life.due_at < AFTER
    done = sweep(hall.office)
    assert (done.acted, done.failed) == (1, 0)
    assert case(hall, no).state == "lapsed"
    with hall.office.engine.connect() as conn:
        alerts = conn.execute(text("SELECT count(*) FROM alerts WHERE clock_id = :id"), {"id": life.id}).scalar_one()
    assert alerts == 0
    expect_sound(hall)


def test_a_clock_that_only_the_old_version_has_stops_with_that_line(hall: Hall, before: Hall) -> None:
    no = accepted(before)
    hall = with_version_2(hall, changed(hall.office.flow("item", 2), clocks={"promised": None}))
    put(hall)
    settle_calendar(hall.office)
    gone = clock(hall, no, "promised")
    assert (gone.state, gone.settled_seq, gone.settled_at is not None) == ("settled", case(hall, no).seq, True)
    assert lines(hall, no)[0]["stopped"] == ["promised"]
    expect_sound(hall)
    with given.at(hall.office, hall.first, moment("2026-03-05")) as work:
        assert clock_proof(work, no, "promised").proof.due == date(2026, 3, 5)
        assert clock_proof(work, no, "promised", at=moment("2026-03-04", "12:00")).clock.due_on == date(2026, 3, 5)


def test_a_clock_that_only_the_new_version_has_starts_from_its_base_event(hall: Hall, before: Hall) -> None:
    no = accepted(before)
    flow = hall.office.flow("item", 2)
    extra = replace(
        flow.clocks["completeness"],
        name="site_visit",
        while_states=frozenset({"in_review"}),
        starts="accepted_at",
        ladder=(rung("1 working day left", card="notice", tell=("assignee",)),),
    )
    hall = with_version_2(hall, changed(flow, clocks={"site_visit": extra}))
    put(hall)
    settle_calendar(hall.office)
    visit = clock(hall, no, "site_visit")
    assert (visit.started_at, visit.due_on) == (case(hall, no).accepted_at, date(2026, 3, 9))
    expect_sound(hall)


def test_rungs_of_the_new_ladder_that_have_passed_are_done_and_an_act_that_has_not_happened_fires(
    hall: Hall, before: Hall
) -> None:
    no = opened(before)
    flow = hall.office.flow("item", 2)
    rule = flow.clocks["completeness"]
    ladder = (
        rung("4 working days left", card="notice", tell=("assignee",)),
        rung("3 working days left", card="notice", tell=("assignee",)),
        *rule.ladder,
    )
    hall = with_version_2(hall, changed(flow, clocks={"completeness": replace(rule, ladder=ladder)}))
    put(hall)
    settle_calendar(hall.office)
    moved = clock(hall, no, "completeness")
    # Received on Monday, due on Monday: four and three days left were Tuesday and Wednesday.
    assert (moved.rung, moved.epoch, moved.state) == (2, 1, "armed")
    given.time_is(hall.office.engine, moment("2026-03-06", "10:00"))
    assert sweep(hall.office).fired == 1
    given.time_is(hall.office.engine, moment("2026-03-10", "00:10"))
    assert sweep(hall.office).acted == 1
    assert case(hall, no).state == "in_review"
    expect_sound(hall)


def test_a_rung_due_this_minute_is_not_swallowed(hall: Hall, before: Hall) -> None:
    no = accepted(before)
    assert clock(hall, no, "promised").next_rung_at == moment("2026-03-03", "09:00")
    put(hall)
    settle_calendar(hall.office)
    assert clock(hall, no, "promised").rung == 0
    assert sweep(hall.office).fired == 2
    expect_sound(hall)


def test_an_index_that_means_another_rung_gets_a_new_epoch(hall: Hall, before: Hall) -> None:
    no = accepted(before)
    given.time_is(hall.office.engine, moment("2026-03-03", "10:00"))
    assert sweep(hall.office).fired == 1
    flow = hall.office.flow("item", 2)
    rule = flow.clocks["promised"]
    ladder = (rung("1 working day left", card="yellow", tell=("assignee",)), *rule.ladder[2:])
    hall = with_version_2(hall, changed(flow, clocks={"promised": replace(rule, ladder=ladder)}))
    at = moment("2026-03-03", "16:00")
    hall.sign(hall.propose("flow", CONTENT, at).id, at)
    settle_calendar(hall.office)
    moved = clock(hall, no, "promised")
    assert (moved.rung, moved.epoch) == (0, 2)
    given.time_is(hall.office.engine, SIGNED)
    assert sweep(hall.office).fired == 1
    expect_sound(hall)


def test_a_case_in_a_pause_keeps_it_and_its_clocks_stand_still(hall: Hall, before: Hall) -> None:
    no = accepted(before)
    officer = hall.town.officers[hall.office.catalogue.items["LX01"].department]
    given.act(before.office, officer, moment("2026-03-03"), no, "start_special", REVIEW)
    was = case(before, no)
    put(hall)
    settle_calendar(hall.office)
    now = case(hall, no)
    assert now.pauses == was.pauses
    assert {one.name: (one.state, one.due_on, one.rung, one.epoch) for one in now.clocks} == {
        one.name: (one.state, one.due_on, one.rung, one.epoch) for one in was.clocks
    }
    expect_sound(hall)
    given.act(hall.office, officer, AFTER, no, "end_special", {"result": "通过"})
    assert clock(hall, no, "promised").state == "armed"
    expect_sound(hall)


def test_old_names_still_have_their_titles_in_the_history(hall: Hall, before: Hall) -> None:
    no = accepted(before)
    flow = hall.office.flow("item", 2)
    renamed = replace(flow.actions["accept"], name="take_on", title=Title("承接", "Take on"))
    hall = with_version_2(hall, changed(flow, actions={"accept": None, "take_on": renamed}))
    put(hall)
    settle_calendar(hall.office)
    with given.at(hall.office, SYSTEM, AFTER) as work:
        titles = {line.action: line.title.zh for line in history(work, no, Paging("s")).rows}
    assert titles["accept"] == "受理"
    assert titles["flow_moved"] == "改用新版流程"
    expect_sound(hall)


def test_a_state_that_is_gone_still_has_its_name_where_its_time_is_shown(hall: Hall, before: Hall) -> None:
    no = opened(before)
    given.act(before.office, hall.town.clerk, moment("2026-03-03"), no, "accept")
    flow = hall.office.flow("item", 2)
    taken_in = replace(flow.states["received"], name="taken_in")
    actions = {name: _without(action, "received", "taken_in") for name, action in flow.actions.items()}
    clocks = {"completeness": replace(flow.clocks["completeness"], while_states=frozenset({"taken_in"}))}
    states: dict[str, State | None] = {"received": None, "taken_in": taken_in}
    hall = with_version_2(hall, changed(flow, states=states, actions=actions, clocks=clocks))
    put(hall)
    settle_calendar(hall.office)
    with given.at(hall.office, SYSTEM, AFTER) as work:
        spans = case_time_use(work, no).spans
        assert [line.to_title.zh for line in history(work, no, Paging("s")).rows][-1] == "已收件"
    assert "已收件" in {span.state_title.zh for span in spans}
    expect_sound(hall)


def _without(action: Action, state: str, instead: str) -> Action:
    sources = tuple(instead if source == state else source for source in action.sources)
    return replace(action, sources=sources, target=instead if action.target == state else action.target)


def test_a_forged_step_between_versions_is_found(hall: Hall, before: Hall, superuser_url: str) -> None:
    no = accepted(before)
    put(hall)
    settle_calendar(hall.office)
    with hall.office.engine.begin() as conn:
        conn.execute(text("UPDATE cases SET flow_version = 1 WHERE no = :no"), {"no": no})
    assert [(one.case_no, one.what) for one in verify(hall.office).breaches] == [
        (no, "moved to version 2 of its flow, went on in 1")
    ]


def test_what_moves_is_what_the_preview_said(hall: Hall, before: Hall) -> None:
    numbers = {accepted(before), opened(before)}
    given.time_is(hall.office.engine, SIGNED)
    made = hall.propose("flow", CONTENT, SIGNED)
    with given.at(hall.office, hall.second, SIGNED) as work:
        seen = amendment_preview(work, made.id)
    assert ({row.no for row in seen.rows}, seen.cases, seen.clocks) == (numbers, 2, 0)
    hall.sign(made.id, SIGNED, seen.mark)
    given.time_is(hall.office.engine, AFTER)
    assert settle_calendar(hall.office).moved == 2


def test_what_was_interrupted_or_held_goes_on_where_it_was(hall: Hall, before: Hall) -> None:
    numbers = [accepted(before) for _ in range(3)]
    made = put(hall)
    assert next(settle_batches(hall.office, 1)).moved == 1
    with held(hall, numbers[1]):
        assert settle_calendar(hall.office, 1).moved == 1
    assert read(hall, made.id).settled_at is None
    assert settle_calendar(hall.office, 1).moved == 1
    assert [len(lines(hall, no)) for no in numbers] == [1, 1, 1]
    assert read(hall, made.id).settled_at is not None
    expect_sound(hall)


def test_several_workers_at_once_move_every_case_once(hall: Hall, before: Hall) -> None:
    numbers = [accepted(before) for _ in range(4)]
    put(hall)
    done: list[Settled] = []
    threads = [Thread(target=lambda: done.append(settle_calendar(hall.office, 2))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.append(settle_calendar(hall.office))
    assert sum(one.moved for one in done) == 4
    assert [len(lines(hall, no)) for no in numbers] == [1, 1, 1, 1]
    expect_sound(hall)


def test_a_moved_to_version_is_never_edited_again(hall: Hall, before: Hall) -> None:
    accepted(before)
    put(hall)
    with hall.office.engine.connect() as conn:
        statement = "SELECT version, digest FROM flow_versions WHERE flow = 'item' ORDER BY version"
        used = conn.execute(text(statement)).all()
    assert used == [(version, hall.office.flow("item", version).digest) for version in (1, 2)]


def test_nobody_signs_a_move_he_proposed_himself(hall: Hall, before: Hall) -> None:
    accepted(before)
    made = hall.propose("flow", CONTENT, SIGNED)
    found = refused(lambda: replace(hall, second=hall.first).sign(made.id, SIGNED))
    assert (type(found), found.code) == (NotAllowed, "second_person")


def test_a_preview_made_stale_by_another_version_is_looked_at_again_first(hall: Hall, before: Hall) -> None:
    accepted(before)
    made = hall.propose("flow", CONTENT, SIGNED)
    other = with_version_2(hall, replace(hall.office.flow("item", 2), digest="f" * 64))
    found = refused(lambda: other.sign(made.id, SIGNED))
    assert (type(found), found.code) == (Conflict, "stale_preview")


def test_a_move_without_cases_changes_nothing(hall: Hall) -> None:
    found = refused(lambda: hall.propose("flow", CONTENT, SIGNED))
    assert "没有任何变化" in found.zh


@pytest.mark.parametrize(
    ("content", "field", "zh"),
    [
        ({"flow": "nothing"}, "flow", "没有这个流程"),
        ({"to_version": 9}, "to_version", "没有这一版"),
        ({"from_version": 0}, "from_version", "没有这一版"),
        ({"to_version": True}, "to_version", "没有这一版"),
        ({"to_version": 1}, "to_version", "应比第 1 版新"),
        ({"from_version": 2, "to_version": 1}, "to_version", "应比第 2 版新"),
        ({"at_rest": "yes"}, "at_rest", "true 或 false"),
        ({"colour": "red"}, "colour", "没有这个字段"),
    ],
)
def test_nonsense_is_refused_by_its_field(hall: Hall, content: dict[str, Any], field: str, zh: str) -> None:
    found = refused(lambda: hall.propose("flow", CONTENT | content, SIGNED))
    assert isinstance(found, BadInput)
    assert [(one.facts["field"], zh in one.zh) for one in found.reasons] == [(field, True)], found.zh
    assert hall.count("amendments") == 0


def test_versions_that_do_not_fit_are_refused_with_every_reason(hall: Hall, before: Hall) -> None:
    accepted(before)
    opened(before)
    flow = hall.office.flow("item", 2)
    rules: dict[str, ClockRule | None] = {
        "statutory": replace(flow.clocks["statutory"], starts="received_at"),
        "answer": replace(flow.clocks["gaps"], name="answer", while_states=frozenset({"in_review"})),
    }
    states: dict[str, State | None] = {"received": None}
    broken = with_version_2(hall, changed(flow, states=states, clocks=rules))
    found = refused(lambda: broken.propose("flow", CONTENT, SIGNED))
    assert isinstance(found, BadInput)
    assert {one.facts["value"] for one in found.reasons} == {"received", "statutory", "answer"}
    assert {one.code for one in found.reasons} == {"incompatible_versions"}
    assert hall.count("amendments") == 0
