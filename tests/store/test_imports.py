"""Imports against a real database: every fault by cell and nothing written; all or nothing; twice is once."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.workbooks import MILESTONE_HEADS, PROJECT_HEADS, project_row, projects, workbook
from workflow.commands.bring_in import Outcome
from workflow.commands.import_people import import_people
from workflow.commands.import_projects import import_projects
from workflow.commands.register_project import register_project
from workflow.errors import BadInput, NotAllowed
from workflow.passwords import password_is
from workflow.queries.verify import verify
from workflow.work import Office

NOW = given.moment("2026-03-10", "10:00")
COUNTED = ("companies", "projects", "cases", "events", "people", "person_roles", "imports", "project_changes", "outbox")


def counted(engine: Engine) -> dict[str, int]:
    """How many rows every table has that an import writes."""
    with engine.connect() as conn:
        return {name: int(conn.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()) for name in COUNTED}


def contents(engine: Engine) -> list[Any]:
    """Projects, companies, cases and roles, whole."""
    tables = ("companies", "projects", "cases", "events", "people", "person_roles")
    with engine.connect() as conn:
        return [
            conn.execute(text(f"SELECT to_json(t)::text FROM {name} t ORDER BY 1")).scalars().all() for name in tables
        ]


def brought(office: Office, town: given.Town, sheets: Mapping[str, Any], dry_run: bool = False) -> Outcome:
    with given.at(office, town.admin, NOW) as work:
        return import_projects(work, "作战图.xlsx", workbook(sheets), dry_run)


def places(outcome: Outcome) -> dict[tuple[str, str], str]:
    return {(one.sheet, one.cell): one.code for one in outcome.faults}


def place(sheets: Mapping[str, list[list[Any]]], sheet: str, row: int, head: str, value: Any) -> None:
    heads = PROJECT_HEADS if sheet == "项目" else MILESTONE_HEADS
    sheets[sheet][row - 1][heads.index(head)] = value


def test_129_projects_with_12_planted_faults_are_all_named_by_cell_and_nothing_is_written(
    office: Office, engine: Engine
) -> None:
    town = given.town(office)
    sheets = projects(129)
    right = given.project_code(20003)
    planted = [
        ("项目", "A5", 5, "代码", right[:-1] + str((int(right[-1]) + 1) % 10), "project_code_check"),
        ("项目", "A9", 9, "代码", given.project_code(20004), "duplicate_code"),
        ("项目", "B12", 12, "名称", "   ", "required"),
        ("项目", "C50", 50, "建设单位名称", "另一家公司", "another_company_name"),
        ("项目", "D15", 15, "统一社会信用代码", "91370212MA0000000", "credit_code_shape"),
        ("项目", "F20", 20, "街道", "中韩街到", "unknown_word"),
        ("项目", "I25", 25, "总投资万元", "一千万", "not_a_number"),
        ("项目", "K30", 30, "需施工许可", "大概", "not_yes_or_no"),
        ("项目", "N35", 35, "计划开工", "2027年13月1日", "not_a_date"),
        ("项目", "O41", 41, "年度", 1926, "out_of_range"),
        ("节点", "A7", 7, "项目代码", given.project_code(999), "no_such_project"),
        ("节点", "D11", 11, "计划日期", "#N/A", "excel_error"),
    ]
    for sheet, _, row, head, value, _ in planted:
        place(sheets, sheet, row, head, value)
    before = counted(engine)

    dry = brought(office, town, sheets, dry_run=True)
    with pytest.raises(BadInput) as refusal:
        brought(office, town, sheets)

    wanted = {(sheet, cell): code for sheet, cell, _, _, _, code in planted}
    found = places(dry)
    assert {key: found.get(key) for key in wanted} == wanted
    # What follows from a planted fault is named as well: the milestones of the project whose code was mistyped.
    assert set(found) - set(wanted) == {("节点", "A4"), ("节点", "A5")}
    assert len({code for *_, code in planted}) == 12
    assert {reason.facts["field"] for reason in refusal.value.reasons} == {f"{s}!{c}" for s, c in found}
    assert "中韩街道" in next(one.zh for one in dry.faults if one.cell == "F20")
    assert counted(engine) == before


def test_repaired_and_imported_twice_nothing_is_there_twice(office: Office, engine: Engine) -> None:
    town = given.town(office)
    first = brought(office, town, projects(129))
    assert (first.created, first.changed, first.same, first.faults) == (129, 0, 0, ())
    after_one = contents(engine)
    second = brought(office, town, projects(129))
    assert (second.created, second.changed, second.same) == (0, 0, 129)
    assert contents(engine) == after_one
    with engine.connect() as conn:
        on_the_map = conn.execute(text("SELECT count(*) FROM cases WHERE flow = 'mechanism'")).scalar_one()
        milestones = conn.execute(text("SELECT count(*) FROM cases WHERE flow = 'milestone'")).scalar_one()
        kept = conn.execute(text("SELECT result FROM imports ORDER BY id")).scalars().all()
    assert (on_the_map, milestones) == (43, 86)
    assert kept == [{"created": 129, "changed": 0, "same": 0}, {"created": 0, "changed": 0, "same": 129}]
    assert verify(office).breaches == ()


def test_a_changed_row_changes_its_project_alone_and_keeps_what_was_before(office: Office, engine: Engine) -> None:
    town = given.town(office)
    brought(office, town, projects(4))
    sheets = projects(4)
    place(sheets, "项目", 3, "总投资万元", "12,345.67")
    place(sheets, "项目", 3, "战线", "无")
    place(sheets, "项目", 4, "街道", None)
    done = brought(office, town, sheets)
    assert (done.created, done.changed, done.same) == (0, 1, 3)
    with engine.connect() as conn:
        [change] = conn.execute(text("SELECT before, after, import_id FROM project_changes")).all()
        street = conn.execute(
            text("SELECT street FROM projects WHERE code = :code"), {"code": given.project_code(20002)}
        ).scalar_one()
    assert change.before == {"battlefront": "zhuzhou_road", "investment_wan": 1001.0}
    assert change.after == {"battlefront": "", "investment_wan": 12345.67}
    assert (change.import_id, street) == (done.id, "zhonghan")


def test_a_dry_run_says_what_would_happen_and_writes_nothing(office: Office, engine: Engine) -> None:
    town = given.town(office)
    before = counted(engine)
    dry = brought(office, town, projects(6), dry_run=True)
    assert (dry.created, dry.changed, dry.same, dry.faults, dry.id) == (6, 0, 0, (), None)
    assert counted(engine) == before


def test_what_running_cases_stand_on_is_refused_by_cell_with_their_numbers(office: Office, engine: Engine) -> None:
    town = given.town(office)
    brought(office, town, projects(3))
    sheets = projects(3)
    place(sheets, "项目", 2, "建设单位名称", "新公司")
    place(sheets, "项目", 2, "统一社会信用代码", given.credit_code(900))
    place(sheets, "项目", 2, "攻坚队", "招标投标审批服务攻坚队")
    place(sheets, "项目", 2, "目标", "提前开工")
    place(sheets, "节点", 2, "计划日期", "2027-01-31")
    dry = brought(office, town, sheets, dry_run=True)
    assert places(dry) == {
        ("项目", "D2"): "running_cases",
        ("项目", "H2"): "running_cases",
        ("项目", "P2"): "on_the_war_map",
        ("节点", "D2"): "on_the_war_map",
    }
    assert all("LS" in one.zh for one in dry.faults)


def test_a_known_credit_code_with_another_name_is_a_fault(office: Office) -> None:
    town = given.town(office)
    row = project_row(1, 统一社会信用代码=given.credit_code(1), 建设单位名称="冒名公司")
    dry = brought(office, town, {"项目": [PROJECT_HEADS, row]}, dry_run=True)
    assert places(dry) == {("项目", "C2"): "another_company_name"}


def test_a_project_without_what_the_war_map_asks_is_refused_where_it_is_missing(office: Office) -> None:
    town = given.town(office)
    rows = [
        project_row(1, 年度=2026, 目标="年内开工"),
        project_row(2, 年度=2026, 目标=None),
        project_row(3, 攻坚队=None),
    ]
    sheets = {
        "项目": [PROJECT_HEADS, *rows],
        "节点": [MILESTONE_HEADS, [given.project_code(20003), "start", "开工", "2027-03-01", "ZJ"]],
    }
    assert places(brought(office, town, sheets, dry_run=True)) == {
        ("项目", "O2"): "no_milestones",
        ("项目", "P3"): "half_on_the_map",
        ("项目", "H4"): "required",
    }


def test_what_a_command_refuses_stands_at_the_cell_of_the_file(office: Office) -> None:
    town = given.town(office)
    legacy = project_row(1, 代码="2017-370212-04-01-100013")
    person = [given.project_code(20003), "start", "开工", "2027-03-01", "ZJ", "officer_hb"]
    sheets = {
        "项目": [PROJECT_HEADS, legacy, project_row(3)],
        "节点": [[*MILESTONE_HEADS, "责任人"], person],
    }
    found = brought(office, town, sheets, dry_run=True)
    assert [(one.sheet, one.cell) for one in found.faults] == [("节点", "F2"), ("项目", "A2")], found.faults


def test_only_the_administrator_imports(office: Office) -> None:
    town = given.town(office)
    with pytest.raises(NotAllowed), given.at(office, town.clerk, NOW) as work:
        import_projects(work, "x.xlsx", workbook(projects(1)))


def test_a_project_registered_by_hand_is_the_same_to_an_import(office: Office, engine: Engine) -> None:
    town = given.town(office)
    fields = {
        "code": given.project_code(20001),
        "name": "导入项目1",
        "company": given.credit_code(501),
        "splclx": 3,
        "street": "zhonghan",
        "battlefront": "zhuzhou_road",
        "squad": "permits",
        "investment_wan": 1001,
        "area_m2": 2001.5,
        "needs_permit": True,
        "needs_tender": False,
        "renewal": False,
        "facts": {},
        "planned_start": None,
    }
    with given.at(office, town.admin, NOW) as work:
        register_project(work, "导入公司1", fields)
    done = brought(office, town, {"项目": [PROJECT_HEADS, project_row(1, 计划开工=None)]})
    assert (done.created, done.changed, done.same) == (0, 0, 1)


# ── people ─────────────────────────────────────────────────────────────────────────────────────────────────────────

PEOPLE_HEADS = ["登录名", "姓名", "邮箱", "角色", "部门", "攻坚队", "项目代码", "统一社会信用代码", "在岗", "取消"]


def staffed(office: Office, town: given.Town, rows: list[list[Any]], dry_run: bool = False) -> Outcome:
    with given.at(office, town.admin, NOW) as work:
        return import_people(work, "人员.xlsx", workbook({"人员": [PEOPLE_HEADS, *rows]}), dry_run)


def staff_rows(town: given.Town) -> list[list[Any]]:
    return [
        ["wang.li", "王丽", "wang@example.org", "审批科员", "区行政审批服务局", None, None, None, "是", None],
        ["wang.li", "王丽", "wang@example.org", "officer", "ZJ", None, None, None, "是", None],
        ["zhaoqiang", "赵强", None, "项目专员", None, None, town.project.code, None, None, None],
        ["duizhang", "孙队长", None, "攻坚队长", None, "建设项目审批服务攻坚队", None, None, None, None],
        ["shenqing", "李申请", None, "建设单位", None, None, None, town.project.company, None, None],
    ]


def test_people_come_in_once_and_are_told_their_first_password_once(office: Office, engine: Engine) -> None:
    town = given.town(office)
    first = staffed(office, town, staff_rows(town))
    assert (first.created, first.changed, first.same) == (4, 0, 0)
    assert sorted(first.secrets) == ["duizhang", "shenqing", "wang.li", "zhaoqiang"]
    after_one = contents(engine)
    second = staffed(office, town, staff_rows(town))
    assert (second.created, second.changed, second.same, dict(second.secrets)) == (0, 0, 4, {})
    assert contents(engine) == after_one
    with engine.connect() as conn:
        kept = conn.execute(text("SELECT password_hash FROM people WHERE username = 'wang.li'")).scalar_one()
        roles = conn.execute(
            text(
                "SELECT r.department FROM person_roles r JOIN people p ON p.id = r.person_id WHERE username = 'wang.li'"
            )
        ).scalars()
        assert sorted(roles) == ["QX", "ZJ"]
        assert not any(secret in json.dumps(contents(engine)) for secret in first.secrets.values())
    assert password_is(first.secrets["wang.li"], kept)


def test_a_role_goes_only_where_the_file_says_so(office: Office, engine: Engine) -> None:
    town = given.town(office)
    staffed(office, town, staff_rows(town))
    assert staffed(office, town, staff_rows(town)[1:2]).same == 1
    cancelled = staff_rows(town)[:2]
    cancelled[0][9] = "是"
    done = staffed(office, town, cancelled)
    assert (done.created, done.changed) == (0, 1)
    with engine.connect() as conn:
        roles = conn.execute(
            text(
                "SELECT r.department FROM person_roles r JOIN people p ON p.id = r.person_id WHERE username = 'wang.li'"
            )
        ).scalars()
        assert list(roles) == ["ZJ"]


def test_faults_of_people_are_named_by_cell(office: Office, engine: Engine) -> None:
    town = given.town(office)
    before = counted(engine)
    rows = [
        ["王丽", "王丽", None, "officer", "QX", None, None, None, None, None],
        ["a1", "甲", "不是邮箱", "officer", "区水务局", None, None, None, None, None],
        ["a2", "乙", None, "局长", None, None, None, None, None, None],
        ["a3", "丙", None, "系统", None, None, None, None, None, None],
        ["a4", "丁", None, "督查人员", "QX", None, None, None, None, None],
        ["a5", "戊", None, "项目专员", None, None, given.project_code(999), None, None, None],
        ["a6", "己", None, "督查人员", None, None, None, None, None, None],
        ["a6", "庚", None, "综合窗口人员", None, None, None, None, None, "是"],
    ]
    dry = staffed(office, town, rows, dry_run=True)
    assert places(dry) == {
        ("人员", "A2"): "bad_username",
        ("人员", "C3"): "bad_email",
        ("人员", "E3"): "unknown_word",
        ("人员", "E4"): "required",
        ("人员", "D5"): "unknown_word",
        ("人员", "E6"): "role_without_it",
        ("人员", "G7"): "no_such_project",
        ("人员", "B9"): "rows_disagree",
        ("人员", "J9"): "nothing_to_cancel",
    }
    assert "organisation.yaml" in next(one.zh for one in dry.faults if one.cell == "E3")
    with pytest.raises(BadInput):
        staffed(office, town, rows)
    assert counted(engine) == before


def test_nobody_closes_their_own_account_by_a_file(office: Office) -> None:
    town = given.town(office)
    rows = [["admin", town.admin.name, None, "admin", None, None, None, None, "否", None]]
    codes = {one.code for one in staffed(office, town, rows, dry_run=True).faults}
    assert codes == {"own_account", "no_admin_left"}
