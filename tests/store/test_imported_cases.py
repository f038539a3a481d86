"""A running case brought in with its history: replayed through the rules, dated then, recorded now, sent to nobody."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.given import moment
from tests.workbooks import workbook
from workflow.commands.bring_in import Outcome
from workflow.commands.fire_rungs import sweep
from workflow.commands.import_case import import_case
from workflow.errors import BadInput
from workflow.queries.time_use import case_time_use
from workflow.queries.verify import verify
from workflow.work import Office

NOW = moment("2026-03-13", "10:00")
ITEM = "LX06"


def history(town: given.Town, steps: list[dict[str, Any]], **changed: Any) -> dict[str, Any]:
    return {
        "imported_no": "OLD-2026-77",
        "source": "原审批系统",
        "flow": "item",
        "item": ITEM,
        "project": town.project.code,
        "opened_at": "2026-03-02 10:00",
        "materials": "all",
        "steps": steps,
    } | changed


PAUSED = [
    {"at": "2026-03-03 09:00", "action": "accept", "by": "clerk"},
    {
        "at": "2026-03-05 15:00",
        "action": "start_special",
        "inputs": {"cause": "expert_review", "reason": "专家评审", "until": "2026-03-20"},
    },
    {"at": "2026-03-11 11:00", "action": "end_special", "by": "officer", "inputs": {"result": "评审通过"}},
]


def brought(
    office: Office, town: given.Town, cases: list[dict[str, Any]], now: datetime = NOW, dry_run: bool = False
) -> Outcome:
    with given.at(office, town.admin, now) as work:
        return import_case(work, "在办件.json", json.dumps({"cases": cases}).encode(), dry_run)


def rows(engine: Engine, sql: str, **values: Any) -> list[Any]:
    with engine.connect() as conn:
        return list(conn.execute(text(sql), values).all())


def case_of(engine: Engine) -> Mapping[str, Any]:
    with engine.connect() as conn:
        return conn.execute(text("SELECT * FROM cases WHERE imported_no = 'OLD-2026-77'")).mappings().one()


def lived(office: Office, town: given.Town) -> str:
    """The same history, lived through here day by day."""
    case = given.application(office, town, moment("2026-03-02"), [ITEM]).cases[ITEM]
    given.act(office, town.clerk, moment("2026-03-03", "09:00"), case, "accept")
    officer = town.officers[office.catalogue.items[ITEM].department]
    given.act(office, officer, moment("2026-03-05", "15:00"), case, "start_special", PAUSED[1]["inputs"])
    given.act(office, officer, moment("2026-03-11", "11:00"), case, "end_special", PAUSED[2]["inputs"])
    return case


CLOCKS = """SELECT k.name, k.round, k.started_at, k.due_on, k.due_at, k.state IN ('settled') AS settled FROM clocks k
JOIN cases c ON c.id = k.case_id WHERE c.no = :no ORDER BY 1, 2"""
PAUSES = "SELECT z.cause, z.since, z.until, z.cap_until FROM pauses z JOIN cases c ON c.id = z.case_id WHERE c.no = :no"


def test_an_imported_case_has_the_dates_pauses_and_papers_of_one_lived_through_here(
    office: Office, engine: Engine
) -> None:
    town = given.town(office)
    done = brought(office, town, [history(town, PAUSED)])
    assert (done.created, done.faults) == (1, ())
    twin = lived(office, town)
    case = case_of(engine)
    assert rows(engine, CLOCKS, no=case["no"]) == rows(engine, CLOCKS, no=twin)
    assert rows(engine, PAUSES, no=case["no"]) == rows(engine, PAUSES, no=twin)
    kinds = (
        "SELECT d.kind, d.effective_at FROM documents d JOIN cases c ON c.id = d.case_id WHERE c.no = :no ORDER BY 1"
    )
    assert rows(engine, kinds, no=case["no"]) == rows(engine, kinds, no=twin)
    moments = "SELECT opened_at, received_at, accepted_at, entered_at, state FROM cases WHERE no = :no"
    assert rows(engine, moments, no=case["no"]) == rows(engine, moments, no=twin)
    assert verify(office).breaches == ()


def test_its_time_was_used_by_whom_it_was_used_there_and_the_import_is_no_back_filling(
    office: Office, engine: Engine
) -> None:
    town = given.town(office)
    brought(office, town, [history(town, PAUSED)])
    twin = lived(office, town)
    with given.at(office, town.supervisor, NOW) as work:
        here, there = case_time_use(work, twin), case_time_use(work, case_of(engine)["no"])
    assert here.spans
    assert (there.spans, there.shares, there.days) == (here.spans, here.shares, here.days)
    assert there.flags == here.flags == ()


def test_its_lines_are_marked_recorded_now_in_force_then_and_nobody_is_written_to(
    office: Office, engine: Engine
) -> None:
    town = given.town(office, mail=True)
    brought(office, town, [history(town, PAUSED)])
    lines = rows(engine, "SELECT action, effective_at, recorded_at, input, actor_id FROM events ORDER BY case_id, seq")
    assert [line.action for line in lines if line.action in ("submit", "accept", "start_special", "end_special")]
    assert all(line.input["imported"] is True and line.actor_id is None for line in lines)
    assert all(NOW <= line.recorded_at <= NOW.replace(second=1) and line.effective_at < NOW for line in lines)
    assert {row.channel for row in rows(engine, "SELECT DISTINCT channel FROM outbox")} <= {"render"}
    assert rows(engine, "SELECT 1 FROM alerts") == []


def test_silence_before_the_import_is_an_acceptance_as_the_law_has_it(office: Office, engine: Engine) -> None:
    town = given.town(office)
    brought(office, town, [history(town, [])])
    case = case_of(engine)
    assert (case["state"], case["data"]["acceptance_mode"]) == ("in_review", "deemed")
    assert case["accepted_at"] == moment("2026-03-02", "10:00")
    assert verify(office).breaches == ()


def test_of_rungs_that_lie_in_the_past_each_clock_fires_the_newest_only(office: Office, engine: Engine) -> None:
    town = given.town(office)
    late = moment("2026-06-30")
    brought(office, town, [history(town, PAUSED[:1])], late)
    given.time_is(engine, late)
    sweep(office)
    fired = rows(engine, "SELECT clock_id, count(*) AS times FROM firings GROUP BY 1")
    assert fired
    assert all(row.times == 1 for row in fired)
    assert verify(office).breaches == ()


def test_importing_it_again_changes_nothing(office: Office, engine: Engine) -> None:
    town = given.town(office)
    brought(office, town, [history(town, PAUSED)])
    before = rows(engine, "SELECT to_json(e)::text FROM events e ORDER BY 1")
    again = brought(office, town, [history(town, PAUSED)])
    assert (again.created, again.same) == (0, 1)
    assert rows(engine, "SELECT to_json(e)::text FROM events e ORDER BY 1") == before
    with pytest.raises(BadInput, match="came in before"):
        brought(office, town, [history(town, PAUSED, item="LX02")])


def test_a_dry_run_of_a_case_leaves_no_trace(office: Office, engine: Engine) -> None:
    town = given.town(office)
    dry = brought(office, town, [history(town, PAUSED)], dry_run=True)
    assert dry.faults == (), dry.faults
    assert (dry.created, dry.faults, dry.cases) == (1, (), ())
    assert rows(engine, "SELECT 1 FROM cases UNION ALL SELECT 1 FROM imports") == []


@pytest.mark.parametrize(
    ("steps", "code", "cell"),
    [
        ([{"at": "2026-03-05", "action": "grant", "inputs": {"opinion": "同意"}}], "wrong_state", "cases[0].steps[0]"),
        ([PAUSED[0], {"at": "2026-03-02 11:00", "action": "attach"}], "out_of_order", "cases[0].steps[1]"),
        ([PAUSED[0], {"at": "2026-03-14", "action": "grant"}], "in_the_future", "cases[0].steps[1]"),
        ([{"at": "2026-03-03", "action": "acept"}], "unknown_word", "cases[0].steps[0]"),
        ([{"at": "2026-03-03", "action": "accept_by_silence"}], "automatic_action", "cases[0].steps[0]"),
        ([{"at": "2026-03-03", "action": "accept", "by": "officer"}], "role_required", "cases[0].steps[0]"),
        ([{"at": "2026-03-03", "action": "accept", "by": "king"}], "unknown_role", "cases[0].steps[0]"),
        ([{"at": "2026-03-03", "action": "accept", "person": "nobody"}], "no_such_person", "cases[0].steps[0]"),
        ([PAUSED[0], {"at": "2026-03-04", "action": "start_special"}], "bad_input", "cases[0].steps[1]"),
        ([{"at": "下个月", "action": "accept"}], "not_a_moment", "cases[0].steps[0].at"),
        # The window's time was over: the law had accepted by then, nobody accepts afterwards.
        ([{"at": "2026-03-12", "action": "accept"}], "wrong_state", "cases[0].steps[0]"),
    ],
)
def test_an_impossible_history_is_refused_by_its_step(
    office: Office, engine: Engine, steps: list[dict[str, Any]], code: str, cell: str
) -> None:
    town = given.town(office)
    dry = brought(office, town, [history(town, steps)], dry_run=True)
    assert [(one.code, one.cell) for one in dry.faults] == [(code, cell)], dry.faults
    with pytest.raises(BadInput):
        brought(office, town, [history(town, steps)])
    assert rows(engine, "SELECT 1 FROM cases") == []


def test_a_case_of_another_flow_is_told_by_workbook_with_the_people_it_names(office: Office, engine: Engine) -> None:
    town = given.town(office)
    opening = {
        "target": "年内开工",
        "year": 2026,
        "squad": "permits",
        "milestones": [
            {"name": "开工", "kind": "start", "planned_on": "2026-12-01", "department": "ZJ", "person": "@officer_zj"}
        ],
    }
    members = [{"department": code, "person": f"@officer_{code.lower()}"} for code in ("QX", "ZG", "ZJ", "HB", "CG")]
    content = workbook(
        {
            "办件": [
                ["外部编号", "流程", "项目代码", "开办时间", "角色", "输入"],
                ["ZZT-1", "mechanism", town.project.code, "2026-03-02 09:30", "squad_leader", json.dumps(opening)],
            ],
            "经过": [
                ["外部编号", "时间", "动作", "人员", "输入"],
                [
                    "ZZT-1",
                    datetime(2026, 3, 2, 11),
                    "组建攻坚队",
                    "squad_leader",
                    json.dumps({"members": members}),
                ],
            ],
        }
    )
    with given.at(office, town.admin, NOW) as work:
        done = import_case(work, "作战图在办.xlsx", content)
    assert (done.created, len(done.cases)) == (1, 1)
    [case] = rows(engine, "SELECT state, opened_at FROM cases WHERE imported_no = 'ZZT-1'")
    assert (case.state, case.opened_at) == ("squad_formed", moment("2026-03-02", "09:30"))
    assert verify(office).breaches == ()


def test_every_impossible_history_of_a_file_is_named_and_none_is_taken(office: Office, engine: Engine) -> None:
    town = given.town(office)
    wrong = [{"at": "2026-03-05", "action": "grant", "inputs": {"opinion": "同意"}}]
    cases = [
        history(town, wrong, imported_no="A"),
        history(town, PAUSED, imported_no="B"),
        history(town, PAUSED, imported_no="B"),
        history(town, [{"at": "2026-03-05", "action": "deny"}], imported_no="C"),
        history(town, wrong, imported_no="D"),
        history(town, [], imported_no="E", item="XX99"),
    ]
    found = [(one.cell, one.code) for one in brought(office, town, cases, dry_run=True).faults]
    assert sorted(found) == [
        ("cases[0].steps[0]", "wrong_state"),
        ("cases[2]", "duplicate_number"),
        ("cases[3].steps[0]", "unknown_word"),
        ("cases[4].steps[0]", "wrong_state"),
        ("cases[5]", "unknown_item"),
    ]
    assert rows(engine, "SELECT 1 FROM cases") == []


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"[1]",
        b'{"cases": []}',
        b'{"imported_no": 1}',
        b'{"imported_no": "x", "flow": "item", "project": "p", "opened_at": "2026-03-02", "steps": [7], "more": 1}',
        b"[" * 100_000,
        b"1" * 5_000,
        b'[{"imported_no": "x", "inputs": {"days": NaN}}]',
        json.dumps([{"imported_no": str(n), "flow": "item", "project": "p"} for n in range(60)]).encode(),
    ],
)
def test_json_that_is_no_history_is_refused_by_its_path(office: Office, content: bytes) -> None:
    town = given.town(office)
    with pytest.raises(BadInput), given.at(office, town.admin, NOW) as work:
        import_case(work, "x.json", content)
