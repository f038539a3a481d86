"""Rows of the national exchange from a history written down by hand; and a checker that sees every broken generator."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.exchange_checker import faults_of
from tests.given import credit_code, moment, project_code
from workflow.catalogue import Catalogue
from workflow.definition import Flow
from workflow.exchange import (
    case_tables,
    checks,
    project_tables,
    rows_of_case,
    rows_of_flows,
    rows_of_project,
    steps,
    writing,
)
from workflow.exchange.facts import (
    CaseFacts,
    CaseInBrief,
    ClockFact,
    CommitmentCheck,
    DocumentFact,
    LogLine,
    MaterialFact,
    PauseFact,
    ProjectFacts,
    SideCase,
    SiteFacts,
)
from workflow.exchange.rows import Row, plain, told
from workflow.exchange.tables import (
    CASE,
    COMMITMENT,
    COMMON,
    DECISION,
    OPINION,
    PROJECT,
    RANK,
    SPECIAL,
    STEP,
    TABLES,
)
from workflow.exchange.writing import writing as planned
from workflow.work import Office

NO = "LS2026-000001"
ITEM = "GC03"
RECEIVED = moment("2026-03-02")

Told = tuple[str, str, str, str]
"""An action, the states it leads from and to, and its day; several on one day follow each other by a minute."""

GRANTED: Sequence[Told] = (
    ("submit", "draft", "received", "2026-03-02"),
    ("accept", "received", "in_review", "2026-03-03"),
    ("start_special", "in_review", "special", "2026-03-04"),
    ("end_special", "special", "in_review", "2026-03-06"),
    ("grant", "in_review", "granted", "2026-03-09"),
    ("deliver", "granted", "delivered", "2026-03-10"),
)


@pytest.fixture
def catalogue(configuration: Office) -> Catalogue:
    return configuration.catalogue


@pytest.fixture
def flow(configuration: Office) -> Flow:
    return configuration.flow("item")


def lines(told: Sequence[Told]) -> tuple[LogLine, ...]:
    made = []
    for seq, (action, before, after, day) in enumerate(told, start=1):
        at = moment(day) + timedelta(minutes=seq)
        made.append(LogLine(seq, action, before, after, "officer", "张三·示例", at, at, {"opinion": "同意"}))
    return tuple(made)


def case(told: Sequence[Told], **fields: Any) -> CaseFacts:
    history = lines(told)
    granting = next((line for line in history if line.to_state.startswith("granted")), None)
    documents = (
        () if granting is None else (DocumentFact(granting.seq, "permit_decision", "准-1", granting.effective_at),)
    )
    pauses = [line for line in history if line.to_state == "special"]
    made = CaseFacts(
        id=1,
        no=NO,
        flow="item",
        flow_version=3,
        item=ITEM,
        item_version=3,
        department="ZG",
        joint_no="LS2026-000000",
        data={},
        limits={"promised": "5wd", "statutory": "20wd"},
        site=SiteFacts(1, project_code(10001), "示例项目", 1),
        lines=history,
        pauses=tuple(
            PauseFact(number, "expert_review", line.effective_at.date(), None)
            for number, line in enumerate(pauses, start=1)
        ),
        clocks=tuple(
            ClockFact("special_procedure", number, 5, "wd", 0, None, None) for number in range(1, len(pauses) + 1)
        ),
        documents=documents,
        materials=(MaterialFact(1, "application_form", "申请表.pdf", RECEIVED),),
        checks=(),
    )
    return replace(made, **fields)


def project(**fields: Any) -> ProjectFacts:
    brief = CaseInBrief(NO, ITEM, "ZG", None, RECEIVED, moment("2026-03-03"), None)
    made = ProjectFacts(
        id=1,
        code=project_code(10001),
        name="示例项目",
        company=credit_code(1),
        company_name="示例公司",
        splclx=1,
        street="",
        investment_wan=100.0,
        area_m2=2000.0,
        facts={},
        planned_start=date(2026, 6, 1),
        cases=(brief,),
        sides=(),
    )
    return replace(made, **fields)


def exported(catalogue: Catalogue, flow: Flow, made: CaseFacts, of: ProjectFacts | None = None) -> list[Row]:
    return [
        *rows_of_flows(catalogue, {(made.item, made.item_version)}),
        *rows_of_project(catalogue, of or project()),
        *rows_of_case(catalogue, flow, made),
    ]


def objects(rows: Sequence[Row], region: str = "370200") -> list[dict[str, Any]]:
    """What a consumer would read of the rows, written for the first time."""
    made = []
    for lsh, act in enumerate(planned(rows, (), {}).acts, start=1):
        assert act.row is not None
        own = {name: _as_json(value) for name, value in act.row.values.items()}
        empty = {column.name: None for table in TABLES if table.name == act.row.table for column in table.columns}
        common = {
            "LSH": lsh,
            "DFSJZJ": act.row.key,
            "XZQHDM": region,
            "SJYXBS": 1,
            "SJWXYY": None,
            "SJSCZT": -1 if act.row.stopped else 0,
            "SBYY": act.row.error,
        }
        row = {**empty, **own, **common}
        made.append({"position": lsh, "table": act.row.table, "LSH": lsh, "row": row, "flags": told(act.row.flags)})
    return made


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(plain(value)))


def of_table(rows: Sequence[Row], table: str) -> list[Mapping[str, Any]]:
    return [row.values for row in rows if row.table == table]


def codes(rows: Sequence[Row]) -> list[int]:
    return [row["BLZT"] for row in of_table(rows, STEP)]


def test_the_rows_of_a_granted_case_pass_the_checker(catalogue: Catalogue, flow: Flow) -> None:
    rows = exported(catalogue, flow, case(GRANTED))
    assert codes(rows) == [1, 3, 8, 9, 10, 11]
    assert faults_of(objects(rows), [NO]) == []


def test_two_events_of_one_second_leave_with_different_times(catalogue: Catalogue, flow: Flow) -> None:
    made = case(GRANTED)
    same = replace(made, lines=tuple(replace(line, effective_at=RECEIVED) for line in made.lines))
    times = [row["BLSJ"] for row in of_table(rows_of_case(catalogue, flow, same), STEP)]
    assert times == [RECEIVED + timedelta(seconds=number) for number in range(6)]


def test_the_same_history_gives_the_same_rows(catalogue: Catalogue, flow: Flow) -> None:
    assert exported(catalogue, flow, case(GRANTED)) == exported(catalogue, flow, case(GRANTED))


def test_an_acceptance_by_silence_is_dated_back_and_still_in_order(catalogue: Catalogue, flow: Flow) -> None:
    made = case([GRANTED[0], ("accept_by_silence", "received", "in_review", "2026-03-10")])
    received, silent = made.lines
    made = replace(made, lines=(received, replace(silent, effective_at=received.effective_at)))
    rows = of_table(rows_of_case(catalogue, flow, made), STEP)
    at = received.effective_at
    assert [(row["BLZT"], row["BLSJ"] - at) for row in rows] == [
        (1, timedelta(0)),
        (3, timedelta(seconds=1)),
        (8, timedelta(seconds=2)),
    ]


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ([GRANTED[0], ("refuse", "received", "refused", "2026-03-03")], [1, 5]),
        ([*GRANTED[:3], ("withdraw", "special", "withdrawn", "2026-03-05")], [1, 3, 8, 9, 10, 2]),
        ([*GRANTED, ("recall", "delivered", "recalled", "2026-04-01")], [1, 3, 8, 9, 10, 11, 14]),
        ([*GRANTED, ("revoke", "delivered", "revoked", "2026-04-01")], [1, 3, 8, 9, 10, 11, 15]),
        ([*GRANTED, ("lapse", "delivered", "lapsed", "2026-09-01")], [1, 3, 8, 9, 10, 11]),
        (
            [
                GRANTED[0],
                ("accept_on_commitment", "received", "on_commitment", "2026-03-03"),
                ("grant_pre_licence", "on_commitment", "pre_licensed", "2026-03-04"),
                ("pre_lapse", "pre_licensed", "pre_lapsed", "2026-05-04"),
            ],
            [1, 3, 8, 13],
        ),
        (
            [
                GRANTED[0],
                ("ask_correction", "received", "correcting", "2026-03-03"),
                ("resubmit", "correcting", "received", "2026-03-04"),
                ("ask_correction", "received", "correcting", "2026-03-05"),
                ("resubmit", "correcting", "received", "2026-03-06"),
                ("accept", "received", "in_review", "2026-03-09"),
                ("return_to_window", "in_review", "returned", "2026-03-10"),
                ("send_again", "returned", "in_review", "2026-03-11"),
                ("grant_with_gaps", "in_review", "granted_with_gaps", "2026-03-12"),
            ],
            [1, 6, 7, 3, 8, 12],
        ),
    ],
    ids=["13 without 3", "open 9", "recalled", "revoked", "lapsed", "pre-licence", "corrected twice"],
)
def test_what_happened_becomes_the_codes_of_the_standard(
    catalogue: Catalogue, flow: Flow, told: Sequence[Told], wanted: list[int]
) -> None:
    rows = exported(catalogue, flow, case(told))
    assert codes(rows) == wanted
    assert faults_of(objects(rows), [NO]) == []


def test_a_second_round_of_corrections_is_told_beside_the_case(catalogue: Catalogue, flow: Flow) -> None:
    again = [
        GRANTED[0],
        *[
            step
            for day in ("2026-03-03", "2026-03-05")
            for step in (
                ("ask_correction", "received", "correcting", day),
                ("resubmit", "correcting", "received", day),
            )
        ],
    ]
    [row] = [row for row in rows_of_case(catalogue, flow, case(again)) if row.table == CASE]
    assert [flag.code for flag in row.flags] == ["once_only", "once_only"]
    assert not row.stopped


def test_what_has_no_legal_effect_is_not_exported(catalogue: Catalogue, flow: Flow) -> None:
    simulated = [
        ("submit_simulated", "draft", "simulating", "2026-03-02"),
        ("pass_simulation", "simulating", "simulated", "2026-03-03"),
        ("withdraw", "simulated", "withdrawn", "2026-03-04"),
    ]
    assert rows_of_case(catalogue, flow, case(simulated)) == []
    assert rows_of_project(catalogue, project(cases=())) == []


def test_a_grant_without_its_document_is_stopped_by_name(catalogue: Catalogue, flow: Flow) -> None:
    [row] = [row for row in rows_of_case(catalogue, flow, case(GRANTED, documents=())) if row.table == DECISION]
    assert row.error == "必填字段 PFWH 没有值"


def test_what_lives_without_end_says_9999(catalogue: Catalogue, flow: Flow) -> None:
    [endless] = of_table(rows_of_case(catalogue, flow, case(GRANTED, item="GC01", item_version=2)), DECISION)
    assert endless["PFWJYXQX"] == date(9999, 1, 1)
    life = ClockFact("lifetime", 1, 1, "y", 0, date(2027, 3, 10), None)
    [living] = of_table(rows_of_case(catalogue, flow, case(GRANTED, clocks=(life,))), DECISION)
    assert living["PFWJYXQX"] == date(2027, 3, 10)


def test_an_unknown_special_procedure_goes_out_as_other_by_its_name(catalogue: Catalogue, flow: Flow) -> None:
    [special] = of_table(rows_of_case(catalogue, flow, case(GRANTED)), SPECIAL)
    assert (special["TBCX"], special["TBCXMC"], special["TBCXSX"], special["TBCXSXLX"]) == (8, "专家评审", 5, 1)


def test_an_extension_is_a_special_procedure_without_9_and_10(catalogue: Catalogue, flow: Flow) -> None:
    made = case([*GRANTED[:2], ("extend", "in_review", "in_review", "2026-03-05"), GRANTED[4]])
    made = replace(
        made, lines=tuple(replace(line, input={"days": 10}) if line.action == "extend" else line for line in made.lines)
    )
    rows = exported(catalogue, flow, made)
    assert codes(rows) == [1, 3, 8, 11]
    [special] = of_table(rows, SPECIAL)
    assert (special["TBCXMC"], special["TBCXSX"]) == ("延长审批期限", 10)
    assert faults_of(objects(rows)) == []


def test_an_overdue_case_goes_out_and_says_so(catalogue: Catalogue, flow: Flow) -> None:
    late = ClockFact("promised", 1, 5, "wd", 0, date(2026, 3, 6), None)
    rows = exported(catalogue, flow, case(GRANTED[:2] + GRANTED[4:], clocks=(late,)))
    [row] = [row for row in rows if row.table == CASE]
    assert told(row.flags) == ["overdue：超期：承诺时限至 2026-03-06，办结于 2026-03-09"]
    assert not row.stopped
    assert faults_of(objects(rows), [NO]) == []
    on_the_day = replace(late, due_on=date(2026, 3, 9))
    rows = exported(catalogue, flow, case(GRANTED[:2] + GRANTED[4:], clocks=(on_the_day,)))
    assert [row.flags for row in rows if row.table == CASE] == [()]


def test_days_of_a_project_that_are_turned_round_are_error_130(catalogue: Catalogue, flow: Flow) -> None:
    completion = side("milestone", {"kind": "completion", "planned_on": "2026-05-01"})
    [row] = [row for row in rows_of_project(catalogue, project(sides=(completion,))) if row.table == PROJECT]
    assert [flag.code for flag in row.flags] == ["130"]
    assert row.stopped


def test_a_code_that_is_in_no_list_stops_its_row(catalogue: Catalogue, flow: Flow) -> None:
    rules = replace(catalogue.exchange, defaults={**catalogue.exchange.defaults, "SLFS": "2"})
    unknown = replace(catalogue, exchange=rules)
    [row] = [row for row in rows_of_case(unknown, flow, case(GRANTED)) if row.table == CASE]
    assert row.error == "SLFS：代码 2 不在代码表 slfs 中（1、4）"
    plan = planned(exported(unknown, flow, case(GRANTED)), (), {})
    held = {one.row.table for one in plan.held}
    assert STEP in held
    assert DECISION in held


def side(flow: str, data: Mapping[str, Any], **fields: Any) -> SideCase:
    made = SideCase(
        id=9,
        no="LS2026-000009",
        flow=flow,
        state="",
        outcome=None,
        department="HB",
        lead="ZG",
        answered_by="李四·示例",
        opened_at=moment("2026-03-04"),
        decided_at=moment("2026-03-05"),
        issued_at=None,
        ended_at=None,
        data=data,
    )
    return replace(made, **fields)


def test_an_answer_among_departments_belongs_to_what_the_asking_one_has_in_hand(
    catalogue: Catalogue, flow: Flow
) -> None:
    opinion = side("opinion", {"opinion": "同意"}, outcome="agreed")
    rows = exported(catalogue, flow, case(GRANTED), project(sides=(opinion,)))
    [row] = of_table(rows, OPINION)
    assert (row["SPSXSLBM"], row["BLDWDM"], row["BLR"], row["FKYJ"]) == (NO, "HB", "李四·示例", "同意")
    assert faults_of(objects(rows)) == []
    too_early = side("opinion", {"opinion": "同意"}, outcome="agreed", opened_at=moment("2026-03-01"))
    [row] = [row for row in rows_of_project(catalogue, project(sides=(too_early,))) if row.table == OPINION]
    assert row.outside, "nothing was accepted yet when it was asked"
    of_nobody = side("opinion", {"opinion": "同意"}, outcome="agreed", lead="QX")
    [row] = [row for row in rows_of_project(catalogue, project(sides=(of_nobody,))) if row.table == OPINION]
    assert (row.outside, row.held) == (True, "征求意见时发起部门没有在办事项，无事项实例可对应：LS2026-000009")
    plan = planned([row], (), {})
    assert [one.row for one in plan.held] == [row]
    assert plan.acts == ()
    dropped = side("opinion", {}, outcome="dropped", lead="QX")
    assert of_table(rows_of_project(catalogue, project(sides=(dropped,))), OPINION) == []


def test_what_a_check_of_a_commitment_has_found_is_a_row(catalogue: Catalogue, flow: Flow) -> None:
    data = {"check_no": "核-1", "checked_on": "2026-04-01", "basis": "办法", "content": "已兑现"}
    found = (CommitmentCheck(5, "ZJ", "kept", data), CommitmentCheck(6, "ZJ", None, {}))
    [row] = of_table(rows_of_case(catalogue, flow, case(GRANTED, checks=found)), COMMITMENT)
    assert (row["JCBH"], row["SFLXGZCN"]) == ("核-1", 1)


def test_every_column_that_is_written_is_one_of_the_table(catalogue: Catalogue, flow: Flow) -> None:
    known = {table.name: {column.name for column in (*COMMON, *table.columns)} for table in TABLES}
    for row in exported(catalogue, flow, case(GRANTED)):
        assert set(row.values) <= known[row.table]


# ── the checker sees what is broken ────────────────────────────────────────────────────────────────────────────────


Break = Callable[[pytest.MonkeyPatch], None]


def no_step_between(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(steps, "timedelta", lambda seconds: timedelta(0))


def nine_left_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(steps._Writing, "close_special", lambda self, line: None)


def without_8(patch: pytest.MonkeyPatch) -> None:
    add = steps._Writing.add
    patch.setattr(steps._Writing, "add", lambda self, code, line: None if code == 8 else add(self, code, line))


def every_code_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(steps._Writing, "has", lambda self, code: False)


def children_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(writing, "_missing", lambda needs, fit: None)
    patch.setattr(writing, "RANK", {table: -place for table, place in RANK.items()})


def quick_hidden(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(case_tables, "_quick", lambda filed: iter(()))


def no_local_checks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(checks, "_flags", lambda catalogue, row: iter(()))


def as_its_own_project(patch: pytest.MonkeyPatch) -> None:
    for module in (case_tables, project_tables):
        patch.setattr(module, "works_code", lambda catalogue, code: code)


def of_today_s_version(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(writing, "_missing", lambda needs, fit: None)
    patch.setattr(case_tables, "exchange_item", lambda catalogue, code: "X" + code)


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (no_step_between, "BLSJ does not grow"),
        (nine_left_open, "9 and 10 are not in pairs|an open 9"),
        (without_8, "8 does not follow 3"),
        (every_code_again, r"comes \d times"),
        (children_first, "comes before its"),
        (quick_hidden, "not marked as 秒办"),
        (no_local_checks, "error 130"),
        (as_its_own_project, r"\(5\)"),
        (of_today_s_version, "comes before its"),
    ],
)
def test_the_checker_sees_a_broken_generator(
    catalogue: Catalogue, flow: Flow, monkeypatch: pytest.MonkeyPatch, broken: Break, sentence: str
) -> None:
    quick = [
        *GRANTED[:2],
        ("start_special", "in_review", "special", "2026-03-03"),
        ("end_special", "special", "in_review", "2026-03-03"),
        ("start_special", "in_review", "special", "2026-03-03"),
        ("end_special", "special", "in_review", "2026-03-03"),
        ("grant", "in_review", "granted", "2026-03-03"),
    ]
    turned = project(sides=(side("milestone", {"kind": "completion", "planned_on": "2026-05-01"}),))
    assert faults_of(objects(exported(catalogue, flow, case(quick)))) == []
    broken(monkeypatch)
    found = faults_of(objects(exported(catalogue, flow, case(quick), turned if broken is no_local_checks else None)))
    assert [fault for fault in found if re.search(sentence, fault)], found


def test_the_checker_sees_a_row_that_is_filed_under_the_district(catalogue: Catalogue, flow: Flow) -> None:
    found = faults_of(objects(exported(catalogue, flow, case(GRANTED)), region="370212"))
    assert found
    assert all(fault.endswith("is filed under 370212") for fault in found)


def test_the_checker_sees_a_case_that_is_hidden(catalogue: Catalogue, flow: Flow) -> None:
    rows = exported(catalogue, flow, case(GRANTED))
    assert faults_of(objects(rows), [NO, "LS2026-000002"]) == ["(8) LS2026-000002 is hidden"]


def test_the_time_of_an_event_is_the_office_s_own(catalogue: Catalogue, flow: Flow) -> None:
    assert plain(datetime.fromisoformat("2026-03-02T02:00:00.9+00:00")) == "2026-03-02 10:00:00"
