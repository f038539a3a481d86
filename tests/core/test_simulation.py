"""Each flow is lived through a year: rungs that never fire, cards nobody receives, clocks nothing stops are named."""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.given import moment
from workflow.case import Case, PauseRecord
from workflow.catalogue import Catalogue, load_catalogue
from workflow.cli import main
from workflow.clock.calendar import published_calendar
from workflow.clock.limit import parse_limit
from workflow.definition import Flow
from workflow.demo.files import load_demo_files
from workflow.loading import load_flow, load_flows
from workflow.recipients import Holding
from workflow.settings import default_config_folder
from workflow.simulation import Simulated, Year, clock_findings, departments_of, simulate
from workflow.simulation.ends import end_findings
from workflow.simulation.limits import limits_of
from workflow.simulation.receivers import receiver_findings
from workflow.timekeeping import Timing, arm

CONFIG = default_config_folder()
CARD = "{at: 1 working day left, card: yellow, tell: [director]}"
LAPSE = "  lapse: {zh: 失, en: Lapse, from: working, to: done, by: clock}\n"
SMALL = """\
flow: small
version: 1
title: {zh: 小, en: Small}
states:
  open: {zh: 一, en: Open, initial: true, turn: clerk}
  working: {zh: 二, en: Working, turn: officer}
  done: {zh: 三, en: Done, final: true, outcome: done}
actions:
  begin: {zh: 始, en: Begin, from: open, to: working, by: clerk, marks: accepted_at}
  finish: {zh: 终, en: Finish, from: working, to: done, by: officer, marks: decided_at}
  lapse: {zh: 失, en: Lapse, from: working, to: done, by: clock}
clocks:
  handling:
    zh: 钟
    en: Clock
    while: working
    starts: accepted_at
    limit: 5wd
    basis: 测试
    ladder:
      - {at: 1 working day left, card: yellow, tell: [director]}
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(CONFIG)


@pytest.fixture(scope="module")
def holdings() -> list[Holding]:
    people = load_demo_files(CONFIG).people
    return [
        Holding(one.role, number, one.department, one.squad, None, one.company) for number, one in enumerate(people, 1)
    ]


@pytest.fixture(scope="module")
def year() -> Year:
    return Year(published_calendar())


class Bench:
    """Makes small flows out of the one above and lives them through a year."""

    def __init__(self, folder: Path, catalogue: Catalogue, year: Year) -> None:
        self.folder, self.catalogue, self.year = folder, catalogue, year

    def flow(self, *changes: tuple[str, str]) -> Flow:
        text = SMALL
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        if "act: lapse" not in text and "  finish:" in text:
            # What only the clock does and no rung takes is a mistake of its own.
            text = text.replace(LAPSE, "")
        path = self.folder / "small.v1.yaml"
        path.write_text(text, encoding="utf-8")
        return load_flow(path, self.catalogue)

    def lived(
        self, *changes: tuple[str, str], holdings: list[Holding] | None = None, catalogue: Catalogue | None = None
    ) -> Simulated:
        return simulate(self.flow(*changes), catalogue or self.catalogue, self.year, holdings)

    def ladder(self, *rungs: str) -> tuple[str, str]:
        return f"      - {CARD}\n", "".join(f"      - {{{rung}}}\n" for rung in rungs)


@pytest.fixture
def bench(tmp_path: Path, catalogue: Catalogue, year: Year) -> Bench:
    return Bench(tmp_path, catalogue, year)


def only(seen: Simulated) -> str:
    """The sentence of the one finding there must be."""
    assert len(seen.findings) == 1, seen.findings
    return seen.findings[0].sentence


def without(holdings: Iterable[Holding], *roles: str, department: str | None = None) -> list[Holding]:
    return [one for one in holdings if not (one.role in roles and department in (None, one.department))]


def test_the_shipped_flows_live_through_a_year(catalogue: Catalogue, holdings: list[Holding], year: Year) -> None:
    for flow in load_flows(CONFIG / "flows", catalogue).values():
        seen = simulate(flow, catalogue, year, holdings)
        assert seen.findings == ()
        assert seen.skipped == ()
        # Of all findings only these depend on who there is: nobody is looked for where there is no town.
        assert tuple(receiver_findings(flow, catalogue, None)) == ()


def test_a_small_flow_without_a_mistake_has_none(bench: Bench, holdings: list[Holding]) -> None:
    assert bench.lived(holdings=holdings).findings == ()


def test_a_rung_at_the_very_start_is_always_passed_over_and_named(bench: Bench) -> None:
    seen = bench.lived(bench.ladder("at: 0 minutes from start, card: notice, tell: [director]"))
    said = only(seen)
    assert "flow small v1, clock handling, rung 1 (0 minutes from start) never fires in 2025: it is passed over" in said
    assert seen.findings[0].place == ("clocks", "handling", "ladder", 0)


def test_a_rung_after_an_act_that_ends_the_clock_is_named(bench: Bench) -> None:
    seen = bench.lived(bench.ladder("at: due, act: lapse", "at: 1 working day after, card: red, tell: [director]"))
    assert "rung 2 (1 working day after) never fires" in only(seen)
    assert "'lapse' of the rung at 'due' has taken the case to 'done'" in only(seen)
    assert seen.findings[0].place == ("clocks", "handling", "ladder", 1)


def test_a_rung_after_an_act_that_leaves_the_clock_running_is_not_named(bench: Bench) -> None:
    stays = ("from: working, to: done, by: clock", "from: working, by: clock")
    seen = bench.lived(
        stays, bench.ladder("at: due, act: lapse", "at: 1 working day after, card: red, tell: [director]")
    )
    assert seen.findings == ()


def test_a_rung_after_an_act_that_moves_on_within_the_clock_is_not_named(bench: Bench) -> None:
    seen = bench.lived(
        (
            "  lapse: {zh: 失, en: Lapse, from: working, to: done",
            "  lapse: {zh: 失, en: Lapse, from: working, to: working",
        ),
        bench.ladder("at: due, act: lapse", "at: 1 working day after, card: red, tell: [director]"),
    )
    assert seen.findings == ()


def test_a_rung_that_fires_for_some_items_only_is_shown_and_not_named(bench: Bench) -> None:
    rung = bench.ladder("at: 15 working days left, card: notice, tell: [director]")
    seen = bench.lived(("limit: 5wd", "limit: item.promised"), rung)
    assert seen.findings == ()
    fired = {str(row.limit): row.tally.fired / row.tally.starts for row in seen.table}
    assert fired["1wd"] == 0
    assert fired["20wd"] == 1


def test_two_rungs_that_always_fall_together_are_named(bench: Bench) -> None:
    seen = bench.lived(
        bench.ladder(
            "at: 1 working day after, card: yellow, tell: [director]",
            "at: 1 working day after, card: red, tell: [district_leader]",
        )
    )
    assert "rung 2 (1 working day after) always falls at the same instant as rung 1 (1 working day after)" in only(seen)


def test_two_rungs_that_fall_together_only_over_a_holiday_are_not_named(bench: Bench) -> None:
    seen = bench.lived(
        bench.ladder(
            "at: 3 days left, card: notice, tell: [director]", "at: 1 working day left, card: red, tell: [director]"
        )
    )
    assert seen.findings == ()
    assert 0 < seen.table[1].tally.with_above < seen.table[1].tally.above_too


def test_a_clock_of_minutes_starts_at_all_hours(bench: Bench) -> None:
    seen = bench.lived(
        ("limit: 5wd", "limit: 30min"), bench.ladder("at: 10 minutes left, card: notice, tell: [director]")
    )
    [row] = seen.table
    assert row.tally.starts == 365 * 6
    assert row.tally.fired == row.tally.starts
    assert row.tally.earliest == row.tally.latest == timedelta(minutes=-10)


def test_a_card_for_a_machine_is_named(bench: Bench) -> None:
    seen = bench.lived(bench.ladder("at: due, card: red, tell: [clock]"))
    assert "clock handling, rung 1 (due): 'clock' is no person" in only(seen)
    assert "director" in seen.findings[0].known
    assert "clock" not in seen.findings[0].known


def test_a_role_of_a_department_with_nobody_above_it_is_named_even_without_people(
    bench: Bench, catalogue: Catalogue
) -> None:
    alone = {**catalogue.roles, "director": replace(catalogue.roles["director"], superior=None)}
    seen = bench.lived(catalogue=replace(catalogue, roles=MappingProxyType(alone)))
    assert "nobody stands above 'director', who holds in a department only" in only(seen)


def test_a_role_nobody_holds_in_one_department_is_named_with_it(bench: Bench, holdings: list[Holding]) -> None:
    people = without(without(holdings, "director", department="WL"), "district_leader")
    seen = bench.lived(("limit: 5wd", "limit: item.promised"), holdings=people)
    assert "clock handling, rung 1 (1 working day left): 'director' reaches nobody" in only(seen)
    assert "in department WL; the rung would be received by nobody there" in only(seen)


def test_a_role_nobody_holds_on_projects_of_one_squad_or_of_none_is_named_with_it(
    bench: Bench, catalogue: Catalogue, holdings: list[Holding]
) -> None:
    alone = {
        **catalogue.roles,
        "squad_leader": replace(catalogue.roles["squad_leader"], scope="district", superior=None),
    }
    mine = bench.ladder("at: due, card: red, tell: [squad_leader]")
    people = [one for one in holdings if one.squad != "tenders"]
    seen = bench.lived(mine, holdings=people, catalogue=replace(catalogue, roles=MappingProxyType(alone)))
    assert "in department QX, ZG, ZJ, squad (none), tenders" in only(seen)


def test_an_application_nobody_stands_behind_is_named_with_its_company(bench: Bench, holdings: list[Holding]) -> None:
    theirs = bench.ladder("at: due, card: red, tell: [applicant]")
    strange = Holding("clerk", 999, None, None, None, "无人公司")
    assert "'applicant' reaches nobody, nor does any role above it, in company 无人公司" in only(
        bench.lived(theirs, holdings=[*holdings, strange])
    )


def test_a_role_that_somebody_above_stands_in_for_is_not_named(bench: Bench, holdings: list[Holding]) -> None:
    assert bench.lived(holdings=without(holdings, "director")).findings == ()


def test_a_rung_that_reaches_others_still_names_the_role_that_reaches_nobody(
    bench: Bench, holdings: list[Holding]
) -> None:
    both = bench.ladder("at: due, card: red, tell: [director, supervisor]")
    said = only(bench.lived(both, holdings=without(holdings, "supervisor")))
    assert "'supervisor' reaches nobody" in said
    assert "received by nobody there" not in said


def test_an_assignee_is_reached_where_there_is_none_yet(bench: Bench, holdings: list[Holding]) -> None:
    mine = bench.ladder("at: due, card: red, tell: [assignee]")
    assert bench.lived(mine, holdings=holdings).findings == ()
    nobody = without(holdings, "officer", "squad_leader", "director", "district_leader")
    assert "'assignee' reaches nobody" in only(bench.lived(mine, holdings=nobody))


def test_item_cases_stand_in_every_department_that_has_items(bench: Bench, catalogue: Catalogue) -> None:
    of_items = departments_of(bench.flow(("limit: 5wd", "limit: item.promised")), catalogue)
    assert set(of_items) == {item.department for item in catalogue.items.values()}
    assert departments_of(bench.flow(), catalogue) == ("QX", "ZG", "ZJ")


TRAP = (
    "  lapse: {zh: 失, en: Lapse, from: working, to: done, by: clock}\n",
    """\
  lapse: {zh: 失, en: Lapse, from: open, to: done, by: clerk}
  wait: {zh: 等, en: Wait, from: working, to: waiting, by: officer}
  go_on: {zh: 继, en: Go on, from: waiting, to: working, by: officer}
""",
)


def test_a_clock_whose_states_lead_only_to_each_other_is_named(bench: Bench) -> None:
    seen = bench.lived(
        TRAP,
        ("  finish: {zh: 终, en: Finish, from: working, to: done, by: officer, marks: decided_at}\n", ""),
        ("  done:", "  waiting: {zh: 等, en: Waiting, turn: officer}\n  done:"),
        ("while: working", "while: [working, waiting]"),
    )
    assert "clock handling is never stopped: from working, waiting no action leads" in only(seen)
    assert seen.findings[0].known == ("open", "done")


def test_a_clock_that_stays_in_a_circle_with_a_way_out_is_not_named(bench: Bench) -> None:
    seen = bench.lived(
        TRAP,
        ("  done:", "  waiting: {zh: 等, en: Waiting, turn: officer}\n  done:"),
        ("while: working", "while: [working, waiting]"),
    )
    assert seen.findings == ()


def test_a_way_out_that_no_rung_takes_is_none(bench: Bench) -> None:
    left = ("  finish: {zh: 终, en: Finish, from: working, to: done, by: officer, marks: decided_at}\n", "")
    idle, trapped = sorted(finding.sentence for finding in bench.lived(left).findings)
    assert "action lapse never happens" in idle
    assert "is never stopped: from working no action leads" in trapped
    assert bench.lived(left, bench.ladder("at: due, act: lapse")).findings == ()


def test_a_clock_said_to_run_on_in_a_final_state_is_named(bench: Bench) -> None:
    said = only(bench.lived(("while: working", "while: [working, done]")))
    assert "is never stopped: from working, done no action leads" in said


def test_an_act_of_the_clock_that_no_rung_takes_is_named(bench: Bench) -> None:
    idle = ("  finish:", "  fade: {zh: 褪, en: Fade, from: working, to: done, by: clock}\n  finish:")
    said = only(bench.lived(idle))
    assert "action fade never happens: only the clock takes it, and no rung of a clock that runs in working" in said


def test_an_act_that_only_the_clock_of_another_state_takes_is_named(bench: Bench) -> None:
    idle = ("  finish:", "  fade: {zh: 褪, en: Fade, from: open, to: done, by: clock}\n  finish:")
    flow = bench.flow(idle)
    assert [finding.place for finding in end_findings(flow)] == [("actions", "fade", "by")]


def test_a_clock_that_can_be_paused_by_nothing_is_named(bench: Bench) -> None:
    seen = bench.lived(("    basis: 测试", "    basis: 测试\n    paused_by: promised"))
    assert "clock handling says what pauses it, but no action pauses clocks and stays" in only(seen)
    assert seen.findings[0].place == ("clocks", "handling", "paused_by")


def test_a_clock_whose_event_is_not_marked_on_one_way_is_named_with_the_way(bench: Bench) -> None:
    past = "  hurry: {zh: 速, en: Hurry, from: open, to: working, by: clerk}\n  finish:"
    seen = bench.lived(("  finish:", past))
    assert "hurry: in 'working' the clock handling does not start, for accepted_at has not been marked" in only(seen)
    assert seen.findings[0].known == ("begin",)
    assert seen.findings[0].place == ("clocks", "handling", "starts")


def test_a_clock_that_nothing_gives_its_limit_is_named(bench: Bench) -> None:
    seen = bench.lived(("limit: 5wd", "limit: gaps.until"))
    assert (
        "begin: in 'working' the clock handling does not start, for nothing on this way has given gaps.until"
        in only(seen)
    )


@pytest.mark.parametrize(("required", "findings"), [("true", 0), ("false", 1)])
def test_a_limit_that_need_not_be_typed_is_named(bench: Bench, required: str, findings: int) -> None:
    ask = f"asks: {{gaps_until: {{zh: 期, en: Until, type: date, required: {required}}}}}"
    seen = bench.lived(("limit: 5wd", "limit: gaps.until"), ("marks: accepted_at}", f"marks: accepted_at, {ask}}}"))
    assert len(seen.findings) == findings


def test_a_clock_in_a_state_no_case_comes_to_is_named(bench: Bench, catalogue: Catalogue, year: Year) -> None:
    flow = bench.flow(("  lapse: {zh: 失, en: Lapse, from: working", "  lapse: {zh: 失, en: Lapse, from: working"))
    lost = replace(flow.states["working"], name="lost")
    away = replace(flow.actions["finish"], name="leave", sources=("lost",))
    unreached = replace(
        flow,
        states={**flow.states, "lost": lost},
        actions={**flow.actions, "leave": away},
        clocks={"handling": replace(flow.clocks["handling"], while_states=frozenset({"lost"}))},
    )
    assert "clock handling never runs: no case comes to its states" in only(simulate(unreached, catalogue, year))


PAUSE = """\
  stop:
    zh: 停
    en: Stop
    from: working
    to: special
    by: officer
    effect: pause
    asks:
      cause: {zh: 事由, en: Cause, type: pause_cause, required: true}
      until: {zh: 至, en: Until, type: date, required: true}
      reason: {zh: 说明, en: Reason, type: text, required: true}
  resume: {zh: 续, en: Resume, from: special, to: working, by: officer, effect: resume}
  slip: {zh: 溜, en: Slip, from: special, to: working, by: officer, effect: EFFECT}
  finish:"""
PAUSED = (
    ("  done:", "  special: {zh: 特, en: Special, turn: officer}\n  done:"),
    ("while: working", "while: [working, special]\n    paused_by: promised"),
)


def test_a_pause_left_open_where_nothing_ends_it_is_named(bench: Bench) -> None:
    seen = bench.lived(("  finish:", PAUSE.replace("EFFECT", "assign")), *PAUSED)
    [left_open] = [finding for finding in seen.findings if finding.place == ("states", "working")]
    assert "stop → slip: in 'working' a pause is still open, and no action from here ends it" in left_open.sentence
    assert left_open.known == ("resume",)


def test_a_pause_that_every_way_out_ends_is_not_named(bench: Bench) -> None:
    assert bench.lived(("  finish:", PAUSE.replace("EFFECT", "resume")), *PAUSED).findings == ()


def test_an_action_that_cannot_be_worked_out_is_named_and_not_a_crash(bench: Bench) -> None:
    pausing = "  pause: {zh: 停, en: Pause, from: working, to: done, by: officer, effect: pause}\n  finish:"
    resume = (
        "  resume: {zh: 续, en: Resume, from: open, to: working, by: officer, marks: accepted_at, effect: resume}\n"
    )
    seen = bench.lived(
        ("  finish:", resume + pausing), ("to: done, by: officer, effect", "to: open, by: officer, effect")
    )
    assert "action pause from 'working' cannot be worked out: KeyError('cause')" in only(seen)


def test_a_limit_the_simulation_does_not_know_is_said_and_not_a_crash(
    bench: Bench, catalogue: Catalogue, year: Year
) -> None:
    flow = bench.flow()
    unknown = replace(flow, clocks={"handling": replace(flow.clocks["handling"], limit="moon.phase")})
    seen = simulate(unknown, catalogue, year)
    assert seen.skipped == ("handling (moon.phase)",)
    assert seen.findings == ()
    assert seen.table == ()


def _case(flow: Flow, state: str, **fields: object) -> Case:
    """A case of ``flow`` in ``state`` whose only clock was started, whatever the state says."""
    start = moment("2025-03-03")
    rule = flow.clocks["handling"]
    clock = arm(rule, start, parse_limit("5wd"), 1, (), Timing(published_calendar(), start))
    blank: Mapping[str, object] = dict.fromkeys(Case.__dataclass_fields__)
    own = {"state": state, "clocks": (clock,), "pauses": (), "limits": {"handling": "5wd"}, "accepted_at": start}
    return Case(**{**blank, **own, **fields})  # type: ignore[arg-type]


def test_a_clock_left_running_in_a_final_state_would_be_named(bench: Bench) -> None:
    flow = bench.flow()
    [finding] = clock_findings(flow, _case(flow, "done"), ("begin", "finish"))
    assert "begin → finish: in 'done' the clock handling still runs" in finding.sentence
    assert list(clock_findings(flow, _case(flow, "working"), ("begin",))) == []


def test_a_clock_running_through_a_pause_or_standing_still_without_one_would_be_named(bench: Bench) -> None:
    flow = bench.flow(("  finish:", PAUSE.replace("EFFECT", "resume")), *PAUSED)
    running = _case(flow, "special", pauses=(_pause_since(date(2025, 3, 4)),))
    [through] = clock_findings(flow, running, ("begin", "stop"))
    assert "runs through an open pause that stops it" in through.sentence
    [clock] = running.clocks
    [still] = clock_findings(flow, _case(flow, "working", clocks=(replace(clock, state="paused"),)), ("begin",))
    assert "stands still without an open pause" in still.sentence


def test_a_clock_that_was_over_before_the_pause_began_is_not_named(bench: Bench) -> None:
    flow = bench.flow(("  finish:", PAUSE.replace("EFFECT", "resume")), *PAUSED)
    [clock] = _case(flow, "working").clocks
    assert clock.due_on == date(2025, 3, 10)
    assert list(clock_findings(flow, _case(flow, "special", pauses=(_pause_since(clock.due_on),)), ())) == []


def _pause_since(day: date) -> PauseRecord:
    """An open pause of the promised clock."""
    return PauseRecord(1, "hearing", "", ("promised",), day, None, day, day, "", moment(day.isoformat()), None)


def test_the_walks_come_to_every_state_and_pause_of_an_item(catalogue: Catalogue, year: Year) -> None:
    flow = load_flow(CONFIG / "flows" / "item.v1.yaml", catalogue)
    seen = simulate(flow, catalogue, year)
    # From each of four days and for each kind of item: fourteen states, and three histories of a withdrawal.
    assert seen.situations > 0
    assert seen.situations % (4 * 16) == 0
    assert seen.findings == ()


def test_a_reference_is_tried_with_every_limit_it_can_stand_for(bench: Bench, catalogue: Catalogue) -> None:
    def limits(reference: str) -> dict[str, tuple[str, ...]]:
        rule = replace(bench.flow().clocks["handling"], limit=reference)
        return {str(limit): whose for limit, whose in limits_of(rule, catalogue).items()}

    assert "SG11/report" in limits("item.statutory")["60cd"]
    assert "SG11" in limits("item.statutory")["30cd"]
    assert "SG05" in limits("item.promised")["1wd"]
    assert "SG05" in limits("item.lifetime")["3mo"]
    assert "LX08" in limits("item.renewal")["6mo"]
    assert "hearing" in limits("pause.cap")["30wd"]
    assert limits("pause.planned") == limits("pause.cap")
    assert limits("gaps.until")["10wd"][0] == "every case"
    assert limits("help.first_response") == {"30min": ("by day",), "2h": ("by night",)}
    assert limits("moon.phase") == {}


def test_the_people_of_the_demo_must_be_enough_for_every_rung(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    people = config / "demo" / "people.yaml"
    lines = people.read_text(encoding="utf-8").splitlines(keepends=True)
    people.write_text("".join(line for line in lines if "role: supervisor" not in line), encoding="utf-8")
    assert main(["check", "--config", str(config)]) == 1
    said = capsys.readouterr().out
    assert "flow item v1, clock special_procedure, rung 3 (4 working days after): 'supervisor' reaches nobody" in said


def test_a_clock_that_is_not_simulated_has_its_line_in_the_check(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # As if the language of flows had a new reference that the simulation has not learned yet.
    monkeypatch.setattr("workflow.loading.LIMIT_REFERENCES", ("moon.phase",))
    bench.flow(("limit: 5wd", "limit: moon.phase"))
    assert main(["check", "--flows", str(tmp_path)]) == 0
    assert "not simulated, for its limit is not known here: clock handling (moon.phase)" in capsys.readouterr().out


def test_a_finding_stands_in_the_check_with_its_file_and_line(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.flow(bench.ladder("at: due, act: lapse", "at: 1 working day after, card: red, tell: [clock]"))
    assert main(["check", "--flows", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    lines = (tmp_path / "small.v1.yaml").read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines, 1) if "1 working day after" in line)
    assert f"✗ small.v1.yaml:{number}: clocks.handling.ladder[1]: flow small v1" in said
    assert f"✗ small.v1.yaml:{number}: clocks.handling.ladder[1].tell: flow small v1" in said
    assert said.endswith("2 faults\n")


def test_the_check_shows_how_often_each_rung_fires_when_asked(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.flow(("limit: 5wd", "limit: item.promised"))
    assert main(["check", "--flows", str(tmp_path)]) == 0
    assert "fires" not in capsys.readouterr().out.replace("every rung fires", "")
    assert main(["check", "--flows", str(tmp_path), "--ladders"]) == 0
    said = capsys.readouterr().out.splitlines()
    [head] = [number for number, line in enumerate(said) if line.startswith("  small v1 handling 1wd: ")]
    assert "SG05" in said[head]
    # Only on a working day, and only before nine: 248 of twice 365 starts.
    assert said[head + 1].split() == ["1", "working", "day", "left", "fires", "34.0%", "-9d15:00", "…", "-1d15:00"]
