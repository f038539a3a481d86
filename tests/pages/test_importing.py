"""The page of imports: choose, try with every fault in a table, confirm; without script, and once."""

import json
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine, text

from tests import given
from tests.pages.conftest import Reader
from tests.workbooks import PROJECT_HEADS, project_row, projects, workbook

SignedIn = Callable[[str], Reader]
TRY, CONFIRM = "试读，不写入", "确认导入"


def count(engine: Engine, table: str) -> int:
    with engine.connect() as conn:
        return int(conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_file_without_faults_is_tried_confirmed_and_listed(signed_in: SignedIn, engine: Engine) -> None:
    admin = signed_in("admin")
    admin.open("/imports")
    page = admin.press(TRY, files={"file": ("作战图.xlsx", workbook(projects(3)))})
    assert "将新增 3" in page.words
    assert (count(engine, "projects"), count(engine, "import_drafts")) == (1, 1)
    page = admin.press(CONFIRM)
    assert page.address == "/imports?kind=projects"
    assert "已导入：新增 3" in page.words
    assert "作战图.xlsx" in page.words
    assert (count(engine, "projects"), count(engine, "import_drafts"), count(engine, "imports")) == (4, 0, 1)


def test_every_fault_stands_in_a_table_and_nothing_can_be_confirmed(signed_in: SignedIn, engine: Engine) -> None:
    admin = signed_in("admin")
    admin.open("/imports")
    sheets = {"项目": [PROJECT_HEADS, project_row(1, 街道="中韩街到"), project_row(2, 名称=None)]}
    page = admin.press(TRY, files={"file": ("x.xlsx", workbook(sheets))})
    assert "有 2 处错误" in page.words
    assert "项目!F2" in page.words
    assert "项目!B3" in page.words
    assert CONFIRM not in page.words
    assert (count(engine, "projects"), count(engine, "import_drafts")) == (1, 0)


def test_what_is_no_file_is_said_at_the_field(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    admin.open("/imports?kind=people")
    page = admin.press(TRY, files={"file": ("x.xlsm", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")})
    assert page.status == 400
    assert ".xls" in page.words
    admin.open("/imports?kind=people")
    assert "请选择文件" in admin.press(TRY, files={"file": ("", b"")}).words


def test_first_passwords_are_shown_once(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    admin.open("/imports?kind=people")
    content = workbook({"人员": [["登录名", "姓名", "角色"], ["wangli", "王丽", "督查人员"]]})
    admin.press(TRY, files={"file": ("人员.xlsx", content)})
    page = admin.press(CONFIRM)
    assert "初始密码只在本页显示这一次" in page.words
    assert "wangli" in page.words
    assert "wangli" not in admin.open("/imports?kind=people").words


def test_a_file_tried_by_somebody_else_or_gone_is_not_confirmed(signed_in: SignedIn, engine: Engine) -> None:
    admin = signed_in("admin")
    admin.open("/imports")
    admin.press(TRY, files={"file": ("x.xlsx", workbook(projects(1)))})
    with engine.begin() as conn:
        conn.execute(text("DELETE FROM import_drafts"))
    page = admin.press(CONFIRM)
    assert "试读的文件已不在" in page.words
    assert count(engine, "imports") == 0


def test_nobody_but_the_administrator_sees_it(signed_in: SignedIn) -> None:
    assert signed_in("supervisor").open("/imports").status == 403
    assert signed_in("admin").open("/admin").link("导入")


def test_a_case_with_its_history_comes_in_and_reads_like_any_other(
    signed_in: SignedIn, town: given.Town, it_is: Callable[[str, str], datetime], engine: Engine
) -> None:
    it_is("2026-03-13", "10:00")
    told = {
        "imported_no": "OLD-1",
        "flow": "item",
        "item": "LX06",
        "project": town.project.code,
        "opened_at": "2026-03-02 10:00",
        "materials": "all",
        "steps": [{"at": "2026-03-03 09:00", "action": "accept"}],
    }
    admin = signed_in("admin")
    admin.open("/imports?kind=case")
    page = admin.press(TRY, files={"file": ("在办.json", json.dumps(told).encode())})
    assert "将新增 1" in page.words
    admin.press(CONFIRM)
    with engine.connect() as conn:
        no = conn.execute(text("SELECT no FROM cases WHERE imported_no = 'OLD-1'")).scalar_one()
    page = signed_in("clerk").open(f"/cases/{no}")
    assert page.status == 200
    assert "自 3月3日" in page.words
    assert "来源：导入" in page.words
    assert signed_in("clerk").open(f"/cases/{no}/clocks/statutory").status == 200
