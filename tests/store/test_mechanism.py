"""一套机制: a project enters the war map, gets squad and specialist, goes on by milestones, is delivered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from tests import given
from tests.given import Town, moment
from workflow.actor import Actor, Grant
from workflow.case import Case
from workflow.commands.fire_rungs import sweep
from workflow.errors import BadInput, Conflict, NotAllowed, NotMet, Refused
from workflow.making.mechanism import turns
from workflow.progress import months_late
from workflow.queries.lanes import lanes
from workflow.queries.paging import Paging
from workflow.queries.programme import ProgrammeFilters, ProgrammeView, programme, project_programme
from workflow.queries.verify import verify
from workflow.store import cases, people
from workflow.store.absences import add as add_absence
from workflow.work import Office

ENTERED = moment("2026-03-02")
"""A Monday."""


@dataclass(frozen=True, slots=True)
class Map:
    """A town with somebody of the squad to appoint, and the case of its project on the war map."""

    office: Office
    town: Town
    candidate: Actor
    no: str

    def act(self, actor: Actor, day: str, action: str, no: str = "", /, **inputs: object) -> None:
        given.act(self.office, actor, moment(day), no or self.no, action, inputs)

    def case(self, no: str = "") -> Case:
        with self.office.engine.connect() as conn:
            found = cases.read(conn, no=no or self.no)
        assert found is not None
        return found.case

    def milestone(self, name: str) -> str:
        with self.office.engine.connect() as conn:
            return str(
                conn.execute(
                    text("SELECT no FROM cases WHERE flow = 'milestone' AND data ->> 'name' = :name"), {"name": name}
                ).scalar_one()
            )

    def roles(self, actor: Actor) -> set[tuple[str, int | None]]:
        """The roles of one person, as they stand in the database."""
        assert actor.id is not None
        with self.office.engine.connect() as conn:
            return {(grant.role, grant.project_id) for grant in people.actor(conn, actor.id).grants}

    def as_now(self, actor: Actor) -> Actor:
        """The person with the roles held by now."""
        assert actor.id is not None
        with self.office.engine.connect() as conn:
            return people.actor(conn, actor.id)

    def programme(self, day: str, actor: Actor | None = None) -> ProgrammeView:
        with given.at(self.office, actor or self.town.supervisor, moment(day)) as work:
            return project_programme(work, self.town.project.code)


def milestones(town: Town) -> list[dict[str, object]]:
    return [
        _milestone(town, "入库", "entry", "2026-03-20", "FG"),
        _milestone(town, "开工", "start", "2026-06-15", "ZJ"),
        _milestone(town, "主体封顶", "progress", "2026-09-30", "ZJ"),
    ]


def _milestone(town: Town, name: str, kind: str, planned_on: str, department: str) -> dict[str, object]:
    person = town.officers[department].id
    return {"name": name, "kind": kind, "planned_on": planned_on, "department": department, "person": person}


def entry(town: Town, **said: object) -> dict[str, object]:
    return {"target": "年内主体封顶", "year": 2026, "squad": "permits", "milestones": milestones(town), **said}


def members(town: Town, *more: Actor) -> list[dict[str, object]]:
    own = [{"department": code, "person": town.officers[code].id} for code in ("QX", "ZG", "ZJ", "HB", "CG")]
    return [*own, *({"department": "QX", "person": one.id} for one in more)]


@pytest.fixture
def map_(office: Office) -> Map:
    town = given.town(office)
    with office.engine.begin() as conn:
        candidate = given.person(conn, "candidate", Grant("officer", department="QX"))
    no = given.opened(office, town.squad_leader, ENTERED, "mechanism", entry(town), on=town.project.code)
    return Map(office, town, candidate, no)


@pytest.fixture
def formed(map_: Map) -> Map:
    town = map_.town
    listed = members(town, map_.candidate, town.specialist)
    map_.act(town.squad_leader, "2026-03-02", "form_squad", members=listed)
    return map_


@pytest.fixture
def running(formed: Map) -> Map:
    formed.act(formed.town.squad_leader, "2026-03-02", "appoint", nominee=formed.candidate.id)
    formed.act(formed.as_now(formed.candidate), "2026-03-03", "accept")
    return formed


def refused(kind: type[Refused], code: str, deed: Callable[[], object]) -> Refused:
    with pytest.raises(kind) as found:
        deed()
    assert found.value.code == code, found.value
    return found.value


def test_a_project_enters_the_war_map_with_a_case_for_each_milestone_and_who_answers_for_it(map_: Map) -> None:
    start = map_.case(map_.milestone("开工"))

    assert (start.department, start.assignee_id) == ("ZJ", map_.town.officers["ZJ"].id)
    assert start.data["planned_first"] == "2026-06-15"
    # 开工 turns yellow once its month is over, red three months after it began; 30 June and 31 August are working days.
    assert {clock.name: clock.due_on for clock in start.running_clocks} == {
        "plan": date(2026, 6, 15),
        "yellow": date(2026, 6, 30),
        "red": date(2026, 8, 31),
    }


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        ({"squad": "tenders"}, NotMet, "another_squad"),
        ({"milestones": []}, BadInput, "bad_input"),
        ({"year": 1999}, BadInput, "bad_input"),
        ({"squad": "nobody"}, BadInput, "bad_input"),
    ],
)
def test_what_cannot_enter_the_war_map_is_refused_by_name(
    map_: Map, said: Mapping[str, object], kind: type[Refused], code: str
) -> None:
    map_.act(map_.town.admin, "2026-03-02", "remove", reason="重复")
    where = map_.town.project.code
    refused(
        kind,
        code,
        lambda: given.opened(map_.office, map_.town.admin, ENTERED, "mechanism", entry(map_.town, **said), on=where),
    )


def test_a_project_is_on_the_war_map_once(map_: Map) -> None:
    town = map_.town
    again = lambda: given.opened(map_.office, town.admin, ENTERED, "mechanism", entry(town), on=town.project.code)  # noqa: E731
    refused(Conflict, "open_already", again)


def test_a_milestone_is_answered_for_by_somebody_of_that_department(map_: Map) -> None:
    town = map_.town
    map_.act(town.admin, "2026-03-02", "remove", reason="重录")
    wrong = [
        {**_milestone(town, "一", "entry", "2026-04-01", "FG"), "person": town.officers["ZJ"].id},
        {**_milestone(town, "二", "entry", "2026-04-01", "FG"), "person": 999_999},
    ]
    found = refused(
        NotMet,
        "no_post_there",
        lambda: given.opened(
            map_.office, town.admin, ENTERED, "mechanism", entry(town, milestones=wrong), on=town.project.code
        ),
    )
    [reason] = found.reasons
    assert [fault["field"] for fault in reason.facts["faults"]] == ["milestones.0.person", "milestones.1.person"]
    twice = [_milestone(town, "一", "entry", "2026-04-01", "FG")] * 2
    doubled = refused(
        BadInput,
        "bad_input",
        lambda: given.opened(
            map_.office, town.admin, ENTERED, "mechanism", entry(town, milestones=twice), on=town.project.code
        ),
    )
    assert [reason.facts["field"] for reason in doubled.reasons] == ["milestones.1.name"]


def test_a_squad_needs_everybody_at_their_post_nobody_twice_and_every_department(map_: Map) -> None:
    town, whole = map_.town, members(map_.town)

    def formed_of(rows: list[dict[str, object]]) -> Callable[[], None]:
        return lambda: map_.act(town.squad_leader, "2026-03-02", "form_squad", members=rows)

    elsewhere = refused(
        NotMet,
        "no_post_there",
        formed_of([*whole, {"department": "ZG", "person": map_.candidate.id}]),
    )
    assert elsewhere.reasons[0].facts["field"] == "members.5.person"
    refused(NotMet, "no_post_there", formed_of([*whole, {"department": "QX", "person": town.applicant.id}]))
    refused(NotMet, "no_account", formed_of([*whole, {"department": "QX", "person": 999_999}]))
    twice = refused(BadInput, "bad_input", formed_of([*whole, {"department": "QX", "person": whole[0]["person"]}]))
    assert "stands twice" in twice.en
    few = refused(NotMet, "squad_incomplete", formed_of(whole[:3]))
    assert few.reasons[0].facts["missing"] == ["HB", "CG"]
    assert map_.case().state == "entered"


def test_leader_and_specialist_of_the_squad_stand_where_its_file_has_a_place_for_them(map_: Map) -> None:
    town = map_.town
    listed = members(town, town.squad_leader, town.specialist)
    map_.act(town.squad_leader, "2026-03-02", "form_squad", members=listed)
    assert map_.case().state == "squad_formed"
    wrong = [*members(town), {"department": "ZJ", "person": town.specialist.id}]
    refused(
        NotMet,
        "no_post_there",
        lambda: map_.act(town.squad_leader, "2026-03-02", "change_members", members=wrong, reason="调整"),
    )


def test_without_a_specialist_within_a_working_day_it_climbs(map_: Map) -> None:
    [clock] = [clock for clock in map_.case().running_clocks if clock.name == "specialist"]
    assert clock.due_on == date(2026, 3, 3)

    for day, at, rungs in (("2026-03-03", "23:00", 0), ("2026-03-04", "00:10", 1), ("2026-03-04", "09:00", 2)):
        given.time_is(map_.office.engine, moment(day, at))
        sweep(map_.office)
        sweep(map_.office)
        assert _fired(map_, "specialist") == rungs, day
    given.time_is(map_.office.engine, moment("2026-03-05"))
    sweep(map_.office)
    assert _fired(map_, "specialist") == 3
    with map_.office.engine.connect() as conn:
        told = set(conn.execute(text("SELECT person_id FROM alerts a WHERE a.card = 'red'")).scalars())
    assert {map_.town.district_leader.id, map_.town.squad_leader.id} <= told
    _expect_sound(map_)


def _fired(map_: Map, clock: str) -> int:
    with map_.office.engine.connect() as conn:
        return int(
            conn.execute(
                text("""
SELECT count(*) FROM firings f JOIN clocks k ON k.id = f.clock_id JOIN cases c ON c.id = k.case_id
WHERE c.no = :no AND k.name = :clock"""),
                {"no": map_.no, "clock": clock},
            ).scalar_one()
        )


def test_a_specialist_sees_the_project_from_the_appointment_and_serves_it_once_they_accept(formed: Map) -> None:
    town, site = formed.town, formed.town.project.id
    refused(
        NotMet,
        "not_in_squad",
        lambda: formed.act(town.squad_leader, "2026-03-02", "appoint", nominee=town.directors["ZG"].id),
    )
    formed.act(town.squad_leader, "2026-03-02", "appoint", nominee=formed.candidate.id)
    assert ("specialist", site) in formed.roles(formed.candidate)
    refused(NotMet, "not_the_nominee", lambda: formed.act(town.specialist, "2026-03-02", "accept"))
    formed.act(formed.as_now(formed.candidate), "2026-03-03", "accept")

    case = formed.case()
    assert (case.state, case.data["specialist"], "nominee" in case.data) == ("running", formed.candidate.id, False)
    assert formed.programme("2026-03-03").specialist == formed.candidate.name
    # A month from the acceptance.
    [report] = [clock for clock in case.running_clocks if clock.name == "report"]
    assert report.due_on == date(2026, 4, 3)


def test_who_declines_loses_the_role_and_the_day_counts_anew(formed: Map) -> None:
    town, site = formed.town, formed.town.project.id
    formed.act(town.squad_leader, "2026-03-02", "appoint", nominee=formed.candidate.id)
    refused(
        BadInput, "bad_input", lambda: formed.act(formed.as_now(formed.candidate), "2026-03-04", "decline", reason=" ")
    )
    formed.act(formed.as_now(formed.candidate), "2026-03-04", "decline", reason="已承担八个项目")

    assert ("specialist", site) not in formed.roles(formed.candidate)
    case = formed.case()
    [told] = case.data["declined"]
    assert (told["nominee"], told["reason"]) == (formed.candidate.id, "已承担八个项目")
    [clock] = case.running_clocks
    assert (clock.name, clock.due_on) == ("specialist", date(2026, 3, 5))
    _expect_sound(formed)


def test_a_replacement_takes_over_with_the_acceptance_and_never_before(running: Map) -> None:
    town, site, old = running.town, running.town.project.id, running.candidate
    new = town.officers["QX"]
    handover = {"reason": "轮岗", "handover_note": "施工许可材料已齐，待ZJ复核"}
    refused(
        NotMet,
        "specialist_already",
        lambda: running.act(town.squad_leader, "2026-04-01", "replace", nominee=old.id, **handover),
    )
    refused(
        BadInput,
        "bad_input",
        lambda: running.act(town.squad_leader, "2026-04-01", "replace", nominee=new.id, reason="轮岗"),
    )
    running.act(town.squad_leader, "2026-04-01", "replace", nominee=new.id, **handover)
    assert ("specialist", site) in running.roles(old) & running.roles(new)
    # The old one cannot take the handover back by accepting it.
    refused(NotMet, "not_the_nominee", lambda: running.act(running.as_now(old), "2026-04-01", "accept"))
    running.act(running.as_now(new), "2026-04-02", "accept")

    assert running.case().data["specialist"] == new.id
    assert ("specialist", site) in running.roles(new)
    assert ("specialist", site) not in running.roles(old)
    with running.office.engine.connect() as conn:
        told = conn.execute(
            text("""
SELECT e.action, e.input -> 'nominee', e.input -> 'specialist' FROM events e JOIN cases c ON c.id = e.case_id
WHERE c.no = :no AND e.action IN ('appoint', 'replace', 'accept') ORDER BY e.seq"""),
            {"no": running.no},
        ).all()
    assert [tuple(line) for line in told] == [
        ("appoint", old.id, None),
        ("accept", None, old.id),
        ("replace", new.id, None),
        ("accept", None, new.id),
    ]
    _expect_sound(running)


def test_a_replacement_that_is_declined_leaves_the_old_specialist_where_they_were(running: Map) -> None:
    town, site, new = running.town, running.town.project.id, running.town.officers["QX"]
    running.act(town.squad_leader, "2026-04-01", "replace", nominee=new.id, reason="轮岗", handover_note="见交接清单")
    running.act(town.squad_leader, "2026-04-02", "decline_handover", reason="另行安排")
    assert ("specialist", site) in running.roles(running.candidate)
    assert ("specialist", site) not in running.roles(new)
    assert running.case().state == "running"


def test_nobody_leaves_the_specialist_out_of_the_squad(running: Map) -> None:
    refused(
        NotMet,
        "specialist_left_out",
        lambda: running.act(
            running.town.squad_leader,
            "2026-04-01",
            "change_members",
            members=members(running.town),
            reason="精简",
        ),
    )


def test_a_delegate_reports_while_the_specialist_is_away_and_hands_back(running: Map) -> None:
    away, stand_in = running.candidate.id, running.town.officers["QX"]
    assert away is not None
    assert stand_in.id is not None
    with running.office.engine.begin() as conn:
        add_absence(
            conn, away, stand_in.id, moment("2026-03-10"), moment("2026-03-13"), "培训", away, moment("2026-03-09")
        )
    told = {"planned_pct": 5.0, "actual_pct": 4.0}
    given.time_is(running.office.engine, moment("2026-03-11"))
    running.act(running.as_now(stand_in), "2026-03-11", "report", day="2026-03-11", **told)
    given.time_is(running.office.engine, moment("2026-03-13"))
    refused(
        NotAllowed,
        "role_required",
        lambda: running.act(running.as_now(stand_in), "2026-03-13", "report", day="2026-03-13", **told),
    )


def test_every_report_puts_off_the_next_by_a_month_and_none_is_of_tomorrow(running: Map) -> None:
    specialist = running.as_now(running.candidate)
    told = {"planned_pct": 10.0, "actual_pct": 8.5}
    refused(NotMet, "day_ahead", lambda: running.act(specialist, "2026-03-20", "report", day="2026-03-21", **told))
    refused(
        BadInput,
        "bad_input",
        lambda: running.act(specialist, "2026-03-20", "report", day="2026-03-20", planned_pct=101.0, actual_pct=1.0),
    )
    running.act(specialist, "2026-03-20", "report", day="2026-03-20", **told)
    # What was forgotten is reported late and puts nothing back.
    running.act(specialist, "2026-03-20", "report", day="2026-03-10", **told)
    [clock] = [clock for clock in running.case().running_clocks if clock.name == "report"]
    assert (clock.due_on, clock.round) == (date(2026, 4, 20), 1)
    assert running.programme("2026-03-20").progress.reported_on == date(2026, 3, 20)


def test_a_red_light_of_progress_is_answered_with_a_measure_and_a_new_date(running: Map) -> None:
    specialist, leader = running.as_now(running.candidate), running.town.squad_leader
    refused(NotMet, "no_light_on", lambda: running.act(leader, "2026-03-10", "answer_light", measure="加快"))
    running.act(specialist, "2026-04-01", "report", day="2026-04-01", planned_pct=50.0, actual_pct=20.0)
    # 30 points behind are yellow, and nothing has to be answered.
    assert running.programme("2026-04-01").light == "yellow"
    assert "measure" not in {clock.name for clock in running.case().running_clocks}

    running.act(specialist, "2026-04-02", "report", day="2026-04-02", planned_pct=50.0, actual_pct=19.9)
    assert running.programme("2026-04-02").light == "red"
    [clock] = [clock for clock in running.case().running_clocks if clock.name == "measure"]
    # Three working days from 2 April; Monday 6 April 2026 is 清明.
    assert clock.due_on == date(2026, 4, 8)
    refused(NotMet, "new_date_needed", lambda: running.act(leader, "2026-04-03", "answer_light", measure="加班"))
    refused(
        NotMet,
        "no_new_day",
        lambda: running.act(leader, "2026-04-03", "answer_light", measure="加班", new_date="2026-04-03"),
    )
    running.act(leader, "2026-04-03", "answer_light", measure="增加两个班组", new_date="2026-05-15")
    case = running.case()
    assert "measure" not in {clock.name for clock in case.running_clocks}
    assert case.data["measures"][0]["about"] == "红灯：进度落后 30.1 个百分点"
    assert running.programme("2026-04-03").light == "red", "seen is not solved"

    # Still red within the promised time: nothing new is asked. After it: again.
    running.act(specialist, "2026-05-08", "report", day="2026-05-08", planned_pct=60.0, actual_pct=25.0)
    assert "measure" not in {clock.name for clock in running.case().running_clocks}
    running.act(specialist, "2026-05-18", "report", day="2026-05-18", planned_pct=62.0, actual_pct=25.0)
    assert "measure" in {clock.name for clock in running.case().running_clocks}
    running.act(specialist, "2026-05-19", "report", day="2026-05-19", planned_pct=62.0, actual_pct=60.0)
    assert "measure" not in {clock.name for clock in running.case().running_clocks}
    _expect_sound(running)


def test_a_plan_changes_once_the_leader_agrees_and_the_first_one_stays(running: Map) -> None:
    town, no = running.town, running.milestone("开工")
    officer = town.officers["ZJ"]
    refused(
        NotMet,
        "no_new_day",
        lambda: running.act(officer, "2026-05-01", "ask_change", no, asked_for="2026-06-15", asked_because="…"),
    )
    running.act(officer, "2026-05-06", "ask_change", no, asked_for="2026-07-20", asked_because="征地滞后")
    assert running.programme("2026-05-06").milestones[1].progress.planned_on == date(2026, 6, 15)
    refused(NotAllowed, "role_required", lambda: running.act(officer, "2026-05-07", "approve_change", no))
    running.act(town.squad_leader, "2026-05-07", "approve_change", no, note="同意")

    case = running.case(no)
    assert {clock.name: clock.due_on for clock in case.running_clocks} == {
        "plan": date(2026, 7, 20),
        "yellow": date(2026, 7, 31),
        "red": date(2026, 9, 30),
    }
    [change] = case.data["plans"]
    told = ("planned_before", "planned_on", "asked_because")
    assert [change[name] for name in told] == ["2026-06-15", "2026-07-20", "征地滞后"]
    shown = running.programme("2026-05-07").milestones[1]
    assert (shown.planned_first, shown.progress.planned_on) == (date(2026, 6, 15), date(2026, 7, 20))
    _expect_sound(running)


def test_a_plan_that_the_leader_refuses_to_change_stays(running: Map) -> None:
    no = running.milestone("开工")
    running.act(
        running.town.officers["ZJ"], "2026-05-06", "ask_change", no, asked_for="2026-07-20", asked_because="征地"
    )
    running.act(running.town.squad_leader, "2026-05-07", "refuse_change", no, reason="征地已完成")
    case = running.case(no)
    assert case.data["planned_on"] == "2026-06-15"
    assert case.data["refused_changes"][0]["asked_for"] == "2026-07-20"
    assert "asked_for" not in case.data


def test_a_milestone_turns_yellow_then_red_and_red_calls_for_a_measure_with_a_new_date(running: Map) -> None:
    town, no = running.town, running.milestone("入库")
    # 入库 planned for 20 March: yellow from 20 April, red from 20 May. The red clock's last day is 19 May.
    assert running.programme("2026-04-19").light == "green"
    assert running.programme("2026-04-20").light == "yellow"
    assert running.programme("2026-05-20").light == "red"
    for _ in range(2):
        given.time_is(running.office.engine, moment("2026-05-20", "09:30"))
        sweep(running.office)
    case = running.case(no)
    assert case.state == "red"
    with running.office.engine.connect() as conn:
        [said] = conn.execute(
            text("""
SELECT d.facts -> 'said' ->> 'content' FROM documents d JOIN cases c ON c.id = d.case_id
WHERE c.no = :no AND d.kind = 'supervision_notice'"""),
            {"no": no},
        ).scalars()
    assert "入库" in said
    [clock] = case.running_clocks
    assert (clock.name, clock.due_on) == ("measure", date(2026, 5, 25))
    refused(
        BadInput, "bad_input", lambda: running.act(town.squad_leader, "2026-05-21", "take_measure", no, measure="补报")
    )
    refused(
        NotMet,
        "no_new_day",
        lambda: running.act(
            town.squad_leader, "2026-05-21", "take_measure", no, measure="补报", planned_on="2026-05-21"
        ),
    )
    running.act(town.squad_leader, "2026-05-21", "take_measure", no, measure="专人补报", planned_on="2026-06-10")
    assert running.case(no).data["planned_on"] == "2026-06-10"
    assert running.programme("2026-05-21").light == "green"
    running.act(town.officers["FG"], "2026-06-08", "reach", no, done_on="2026-06-05")
    assert running.programme("2026-06-08").milestones[0].progress.why.zh.endswith("提前 5 天")
    _expect_sound(running)


def test_a_milestone_entered_long_after_its_day_is_called_for_at_once(running: Map) -> None:
    town = running.town
    late = _milestone(town, "方案审查", "progress", "2025-10-10", "ZG")
    no = given.opened(running.office, town.squad_leader, moment("2026-03-04"), "milestone", late, under=running.no)
    given.time_is(running.office.engine, moment("2026-03-06"))
    sweep(running.office)
    assert running.case(no).state == "red"
    _expect_sound(running)


def test_a_milestone_has_a_name_of_its_own_and_somebody_at_their_post(running: Map) -> None:
    town = running.town

    def add(**said: object) -> Callable[[], str]:
        asked = {**_milestone(town, "消防验收", "completion", "2026-11-30", "ZJ"), **said}
        return lambda: given.opened(
            running.office, town.squad_leader, moment("2026-03-04"), "milestone", asked, under=running.no
        )

    refused(NotMet, "name_taken", add(name="开工"))
    refused(NotMet, "no_post_there", add(person=town.officers["FG"].id))
    add()()
    assert len(running.programme("2026-03-04").milestones) == 4


def test_a_milestone_is_passed_on_to_a_colleague(running: Map) -> None:
    no = running.milestone("开工")
    director = running.town.directors["ZJ"]
    running.act(running.town.squad_leader, "2026-04-01", "pass_on", no, assignee=director.id, reason="调岗")
    case = running.case(no)
    assert (case.assignee_id, case.data["person"]) == (director.id, director.id)


def test_only_a_higher_hand_drops_a_milestone(running: Map) -> None:
    no = running.milestone("开工")
    refused(
        NotAllowed,
        "role_required",
        lambda: running.act(running.town.squad_leader, "2026-04-01", "drop", no, reason="…"),
    )
    running.act(running.town.directors["ZJ"], "2026-04-01", "drop", no, reason="并入主体工程")
    assert [one.progress.name for one in running.programme("2026-04-01").milestones] == ["入库", "主体封顶"]


def test_a_project_is_delivered_with_its_last_milestone_and_the_squad_goes(running: Map) -> None:
    town, specialist = running.town, running.as_now(running.candidate)
    waiting = refused(
        NotMet, "children_open", lambda: running.act(specialist, "2026-10-12", "deliver", delivered_on="2026-10-10")
    )
    assert len(waiting.reasons[0].facts["cases"]) == 3
    for name, department in (("入库", "FG"), ("开工", "ZJ"), ("主体封顶", "ZJ")):
        officer = town.officers[department]
        running.act(officer, "2026-04-15", "reach", running.milestone(name), done_on="2026-04-14")
    running.act(specialist, "2026-10-12", "deliver", delivered_on="2026-10-10")
    assert [clock.due_on for clock in running.case().running_clocks] == [date(2026, 10, 19)]
    running.act(town.squad_leader, "2026-10-13", "dissolve", summary="按期交付")

    assert ("specialist", town.project.id) not in running.roles(running.candidate)
    with running.office.engine.connect() as conn:
        event = conn.execute(text("SELECT event, on_day FROM project_events")).one()
    assert tuple(event) == ("delivered", date(2026, 10, 10))
    assert running.case().outcome == "delivered"
    _expect_sound(running)


def test_off_the_war_map_everything_under_it_ends_and_both_specialists_go(running: Map) -> None:
    town, new = running.town, running.town.officers["QX"]
    running.act(town.squad_leader, "2026-04-01", "replace", nominee=new.id, reason="轮岗", handover_note="见清单")
    running.act(town.district_leader, "2026-04-02", "remove", reason="项目终止")
    for _ in range(2):
        given.looked_around(running.office, moment("2026-04-02", "11:00"))
    states = {running.case(running.milestone(name)).state for name in ("入库", "开工", "主体封顶")}
    assert states == {"dropped"}
    site = town.project.id
    assert ("specialist", site) not in running.roles(new) | running.roles(running.candidate)
    _expect_sound(running)


@pytest.mark.parametrize("kind", ["entry", "start", "progress", "completion"])
@pytest.mark.parametrize("planned", ["2026-01-31", "2026-03-15", "2024-02-29", "2025-12-01", "2026-08-31"])
def test_the_clocks_of_a_milestone_end_on_the_eve_of_its_lights(configuration: Office, kind: str, planned: str) -> None:
    lights, day = configuration.catalogue.lights, date.fromisoformat(planned)
    own = lights.milestones.get(kind)
    levels, counted = (lights.months_late, "full_months") if own is None else (own, own.counted)
    for level, turn in zip((levels.yellow, levels.red), turns(day, kind, lights), strict=True):
        eve = date.fromordinal(turn.toordinal() - 1)
        assert (months_late(day, eve, counted), months_late(day, turn, counted)) == (level - 1, level)


def test_the_programme_is_paged_and_filtered_and_shows_nobody_what_they_may_not_see(running: Map) -> None:
    town = running.town
    with running.office.engine.begin() as conn:
        other = given.project(conn, town.project.company, 10002, renewal=True, battlefront="park_city")
        foreign = given.project(conn, given.company(conn, 2), 10003, squad="tenders")
    now = moment("2026-05-20")

    def shown(actor: Actor, size: int = 40, cursor: str | None = None, **filters: Any) -> tuple[list[str], str | None]:
        with given.at(running.office, actor, now) as work:
            found = programme(work, ProgrammeFilters(**filters), Paging("secret", size, cursor))
        return [view.code for view in found.rows], found.next_cursor

    mine, second, third = town.project.code, other.code, foreign.code
    assert shown(town.supervisor)[0] == [mine, second, third]
    assert shown(town.applicant)[0] == [mine, second]
    assert shown(town.squad_leader)[0] == [mine, second]
    assert shown(town.supervisor, renewal=True)[0] == [second]
    assert shown(town.supervisor, battlefront="park_city")[0] == [second]
    assert shown(town.supervisor, light="red") == ([mine], None)
    assert shown(town.supervisor, light="none")[0] == [second, third]
    first, cursor = shown(town.supervisor, 1, light="none")
    assert (first, shown(town.supervisor, 1, cursor, light="none")) == ([second], ([third], None))
    refused(BadInput, "bad_input", lambda: shown(town.supervisor, light="purple"))
    assert [one.person for one in running.programme("2026-05-20", town.applicant).milestones] == [None] * 3
    assert running.programme("2026-05-20").milestones[0].person == town.officers["FG"].name


def test_the_lane_of_the_mechanism_shows_the_project_and_its_milestones(running: Map) -> None:
    with given.at(running.office, running.town.squad_leader, moment("2026-03-05")) as work:
        found = lanes(work, running.town.project.code)
    [lane, *_], [case] = found.lanes, found.lanes[0].cases
    assert (lane.lane, found.programme.light) == ("mechanism", "green")
    assert (case.no, case.open_under_it) == (running.no, 3)


def _expect_sound(map_: Map) -> None:
    assert verify(map_.office).breaches == ()


def test_who_asks_for_another_day_does_not_grant_it(running: Map) -> None:
    no, director = running.milestone("开工"), running.town.directors["ZJ"]
    running.act(director, "2026-05-06", "ask_change", no, asked_for="2026-07-20", asked_because="征地滞后")
    refused(NotMet, "own_request", lambda: running.act(director, "2026-05-07", "approve_change", no))
    running.act(running.town.squad_leader, "2026-05-07", "approve_change", no)
