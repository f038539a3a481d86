"""Imports over the API: tried and taken, once a key, for administrators only, and nothing of a file in any log."""

import logging
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import Engine, text
from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from tests import given
from tests.api.conftest import Caller
from tests.workbooks import PROJECT_HEADS, XLSX, project_row, projects, workbook
from workflow.actor import Actor

IMPORTS = "/api/v1/imports"
ByToken = Callable[[Actor], Caller]


def sent(caller: Caller, kind: str, content: bytes, query: str = "", **request: Any) -> Any:
    # As bytes: the test client's own way would leave a temporary file open where the form is refused unread.
    form = {"file": FileStorage(BytesIO(content), "导入.xlsx")}
    stream, _, boundary = stream_encode_multipart(form, use_tempfile=False)
    sort = f'multipart/form-data; boundary="{boundary}"'
    return caller("POST", f"{IMPORTS}/{kind}{query}", data=stream.read(), content_type=sort, **request)


def rows(engine: Engine, table: str) -> int:
    with engine.connect() as conn:
        return int(conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_file_is_tried_then_taken_then_listed(by_token: ByToken, town: given.Town, engine: Engine) -> None:
    admin, content = by_token(town.admin), workbook(projects(4))
    dry = sent(admin, "projects", content, "?dry_run=1")
    assert (dry.status_code, dry.json["created"], dry.json["id"], rows(engine, "imports")) == (200, 4, None, 0)
    done = sent(admin, "projects", content)
    assert (done.status_code, done.json["created"], done.json["faults"]) == (200, 4, [])
    assert sent(admin, "projects", content).json["same"] == 4
    listed = admin("GET", IMPORTS).json["items"]
    assert [(one["kind"], one["filename"], one["result"]["same"]) for one in listed] == [
        ("projects", "导入.xlsx", 4),
        ("projects", "导入.xlsx", 0),
    ]


def test_every_fault_is_named_by_sheet_and_cell(by_token: ByToken, town: given.Town, engine: Engine) -> None:
    admin = by_token(town.admin)
    content = workbook({"项目": [PROJECT_HEADS, project_row(1, 名称=None), project_row(2, 需招标="大概")]})
    dry = sent(admin, "projects", content, "?dry_run=true").json
    assert [(one["sheet"], one["cell"], one["code"]) for one in dry["faults"]] == [
        ("项目", "B2", "required"),
        ("项目", "L3", "not_yes_or_no"),
    ]
    refused = sent(admin, "projects", content)
    assert (refused.status_code, refused.json["code"]) == (400, "import_refused")
    assert [one["facts"]["field"] for one in refused.json["reasons"]] == ["项目!B2", "项目!L3"]
    assert rows(engine, "projects") == 1


def test_one_key_is_one_import(by_token: ByToken, town: given.Town, engine: Engine) -> None:
    admin, content = by_token(town.admin), workbook(projects(2))
    first = sent(admin, "projects", content, headers={"Idempotency-Key": "k1"})
    again = sent(admin, "projects", content, headers={"Idempotency-Key": "k1"})
    assert again.json == first.json
    assert (again.headers["Idempotent-Replay"], rows(engine, "imports")) == ("true", 1)


def test_first_passwords_stand_in_the_first_answer_and_nowhere_else(
    by_token: ByToken, town: given.Town, engine: Engine
) -> None:
    admin = by_token(town.admin)
    content = workbook({"人员": [["登录名", "姓名", "角色"], ["wangli", "王丽", "督查人员"]]})
    first = sent(admin, "people", content, headers={"Idempotency-Key": "k1"})
    secret = first.json["secrets"]["wangli"]
    again = sent(admin, "people", content, headers={"Idempotency-Key": "k1"})
    assert "secrets" not in again.json
    assert "no-store" in first.headers["Cache-Control"]
    with engine.connect() as conn:
        kept = conn.execute(text("SELECT body::text FROM idempotency")).scalar_one()
    assert secret not in kept
    signed_in = admin("POST", "/api/v1/tokens", json={"username": "wangli", "password": secret})
    assert signed_in.status_code == 201


def test_only_administrators_import_or_look(by_token: ByToken, town: given.Town) -> None:
    for actor in (town.supervisor, town.clerk, town.applicant, town.district_leader):
        caller = by_token(actor)
        assert sent(caller, "projects", workbook(projects(1))).status_code == 403
        assert caller("GET", IMPORTS).status_code == 403
        assert caller("GET", f"{IMPORTS}/templates/projects").status_code == 403


def test_templates_are_workbooks(by_token: ByToken, town: given.Town) -> None:
    admin = by_token(town.admin)
    for kind in ("projects", "people", "case"):
        answer = admin("GET", f"{IMPORTS}/templates/{kind}")
        assert (answer.status_code, answer.mimetype, answer.data[:2]) == (200, XLSX, b"PK")
        assert "attachment" in answer.headers["Content-Disposition"]
    assert admin("GET", f"{IMPORTS}/templates/secrets").status_code == 404
    assert sent(admin, "secrets", b"x").status_code == 404


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty_file"), (b"\0\1\2\3", "not_a_workbook"), (b"PK\x03\x04", "damaged_file")],
)
def test_a_hostile_file_is_refused_by_name(by_token: ByToken, town: given.Town, content: bytes, code: str) -> None:
    answer = sent(by_token(town.admin), "projects", content)
    assert (answer.status_code, answer.json["code"]) == (400, code)


def test_half_a_character_in_a_history_is_refused_in_words_that_can_be_sent(
    by_token: ByToken, town: given.Town
) -> None:
    admin = by_token(town.admin)
    told = b'[{"imported_no": "\\ud800", "flow": "\\ud801", "\\ud802": 1, "opened_at": "2026-03-02", "project": "p"}]'
    answer = sent(admin, "case", told)
    assert (answer.status_code, answer.json["code"]) == (400, "import_refused")
    assert {one["code"] for one in answer.json["reasons"]} >= {"control_characters", "unknown_field"}


def test_a_number_elsewhere_is_no_longer_than_an_index_holds(by_token: ByToken, town: given.Town) -> None:
    numbers = {"办件": [["外部编号", "流程", "项目代码", "开办时间"], ["9" * 201, "item", "p", "2026-03-02"]]}
    answer = sent(by_token(town.admin), "case", workbook(numbers))
    assert (answer.status_code, [one["code"] for one in answer.json["reasons"]]) == (400, ["too_long"])


def test_a_file_above_the_limit_is_refused(by_token: ByToken, town: given.Town) -> None:
    answer = sent(by_token(town.admin), "projects", b"x" * (3 * 1024 * 1024))
    assert answer.status_code == 413


def test_no_log_says_what_a_file_says(by_token: ByToken, town: given.Town, caplog: pytest.LogCaptureFixture) -> None:
    admin = by_token(town.admin)
    with caplog.at_level(logging.INFO, "wugeyi"):
        sent(admin, "projects", workbook({"项目": [PROJECT_HEADS, project_row(1), project_row(2, 名称=None)]}))
        sent(admin, "projects", workbook({"项目": [PROJECT_HEADS, project_row(1)]}))
    told = [f"{one.getMessage()} {getattr(one, 'facts', {})}" for one in caplog.records if one.name == "wugeyi.imports"]
    assert len(told) == 2
    assert not any(word in line for line in told for word in ("导入", given.project_code(20001)[:8], "91370212"))
