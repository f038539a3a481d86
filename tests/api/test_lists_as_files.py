"""Lists as files: the ledger to Excel, the worklist to CSV; nothing in them is a formula."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import openpyxl
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, text

from api.ledger_file import LEDGER, MORE
from api.outgoing import outgoing
from api.spreadsheet import Column, harmless, write_workbook
from tests import given
from tests.api.conftest import Caller
from tests.goings import MONDAY, busy_office
from workflow.actor import Actor
from workflow.queries import ledger as ledger_query
from workflow.work import Office

LEDGER_PATH, CSV_PATH = "/api/v1/ledger.xlsx", "/api/v1/worklist.csv"
EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")')


@pytest.fixture
def busy(office: Office, town: given.Town) -> given.Application:
    """Items that have gone different ways."""
    return busy_office(office, town)


def sheet(caller: Caller, **query: str) -> list[list[object]]:
    answer = caller("GET", LEDGER_PATH, query_string=query)
    assert answer.status_code == 200, answer.text
    rows = openpyxl.load_workbook(io.BytesIO(answer.data), read_only=False).active.iter_rows(values_only=True)
    return [list(row) for row in rows]


def test_the_ledger_has_one_row_a_case_with_dates_as_dates(
    busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    heading, *rows = sheet(by_token(town.supervisor))
    found = {row[0]: dict(zip(heading, row, strict=True)) for row in rows}

    assert set(found) == set(busy.cases.values())
    granted, paused = found[busy.cases["LX11"]], found[busy.cases["LX10"]]
    assert granted["收件时间"] == datetime(2026, 3, 2, 10, 0)
    assert granted["送达时间"] == datetime(2026, 3, 6, 10, 0)
    assert isinstance(granted["法定到期日"], datetime)
    assert granted["结果"] == "准予"
    assert granted["是否按期"] == "是"
    assert busy.cases["LX11"] in str(granted["文书编号"])
    assert granted["经办人"]
    assert paused["法定到期日"] is None
    assert "2026-03-05–今" in str(paused["暂停计时"])
    assert paused["法定已用（日）"] == 2


def test_the_workbook_is_one_officers_can_work_with(
    busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    answer = by_token(town.supervisor)("GET", LEDGER_PATH, headers={"Accept-Language": "en"})
    page = openpyxl.load_workbook(io.BytesIO(answer.data)).active

    assert page.freeze_panes == "B2"
    assert page.column_dimensions["C"].width == 30
    assert page["A1"].value == "Case"
    assert page["H2"].is_date
    assert page["H2"].number_format == "yyyy-mm-dd hh:mm"
    assert answer.headers["Content-Disposition"] == "attachment; filename=ledger-2026-01-01-2026-03-06.xlsx"
    assert answer.content_length == len(answer.data)


def test_everybody_gets_the_cases_they_may_see_and_applicants_no_names(
    office: Office, busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    with office.engine.begin() as conn:
        stranger = given.company(conn, 2)
        given.project(conn, stranger, 10002)
        outsider = given.person(conn, "outsider", given.Grant("applicant", company=stranger))
    heading, *mine = sheet(by_token(town.applicant))

    assert {row[0] for row in mine} == set(busy.cases.values())
    assert {row[heading.index("经办人")] for row in mine} == {None}
    assert sheet(by_token(outsider))[1:] == []
    assert sheet(by_token(town.supervisor), department="HB")[1:] == []
    assert len(sheet(by_token(town.supervisor), item="LX10")[1:]) == 1
    assert sheet(by_token(town.supervisor), **{"from": "2026-03-03"})[1:] == []
    assert len(sheet(by_token(town.supervisor), **{"from": "2026-03-02", "to": "2026-03-02"})[1:]) == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-02-30"}, "from"),
        ({"from": "20260302"}, "from"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "from"),
        ({"from": "2020-01-01", "to": "2026-03-01"}, "to"),
        ({"department": "ZZ"}, "department"),
        ({"item": "ZZ99"}, "item"),
        ({"flow": "nothing"}, "flow"),
        ({"outcome": "nice"}, "outcome"),
        ({"project": "x"}, "project"),
        ({"limit": "3"}, "limit"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_a_ledger_cannot_be_asked_is_refused_by_name(
    query: dict[str, str], field: str, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    answer = by_token(town.supervisor)("GET", LEDGER_PATH, query_string=query)

    assert answer.status_code == 400
    assert [reason["facts"]["field"] for reason in answer.json["reasons"]] == [field]


def test_a_ledger_too_long_says_so_in_the_row_after_the_last(
    busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_query, "MOST_ROWS", 2)
    monkeypatch.setattr("api.ledger_file.MOST_ROWS", 2)
    rows = sheet(by_token(town.supervisor))

    assert len(rows) == 1 + 2 + 1
    assert rows[-1][0] == MORE.zh
    listed = by_token(town.supervisor)("GET", CSV_PATH).get_data(as_text=True)
    assert listed.rstrip().endswith(MORE.zh)


def test_parts_of_a_ledger_join_without_gap_or_double(
    busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_query, "PART", 1)

    assert sorted(str(row[0]) for row in sheet(by_token(town.supervisor))[1:]) == sorted(busy.cases.values())


def test_a_part_of_a_ledger_is_read_by_the_day_of_receipt_from_where_the_last_one_ended(
    busy: given.Application, office: Office, town: given.Town
) -> None:
    filters = ledger_query.LedgerFilters(date(2026, 1, 1), date(2026, 12, 31))
    statement, parameters = ledger_query._statement(office, town.supervisor, filters)
    with office.engine.begin() as conn:
        conn.execute(
            text("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        )
        told = conn.execute(text("EXPLAIN (COSTS OFF) " + statement), {**parameters, "after": 7, "part": 500}).scalars()
        plan = [line.strip() for line in told]
    assert any("using cases_received on cases c" in line for line in plan), plan
    [bounds] = [line for line in plan if line.startswith("Index Cond: ((flow = ")]
    assert "ROW(received_at, id) > ROW(" in bounds
    assert "received_at < " in bounds


def test_one_file_is_made_at_a_time(town: given.Town, by_token: Callable[[Actor], Caller]) -> None:
    with outgoing() as file:
        answer = by_token(town.supervisor)("GET", LEDGER_PATH)
        file.close()

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert by_token(town.supervisor)("GET", LEDGER_PATH).status_code == 200


@pytest.mark.parametrize("evil", EVIL)
def test_no_cell_of_a_workbook_is_a_formula(evil: str) -> None:
    out = io.BytesIO()
    write_workbook(out, "台账", [Column(evil, 10), Column("日", 10)], [[evil, date(2026, 3, 2)]], MONDAY)
    cells = [row[0] for row in openpyxl.load_workbook(io.BytesIO(out.getvalue())).active.iter_rows()]
    calamine = CalamineWorkbook.from_filelike(io.BytesIO(out.getvalue())).get_sheet_by_index(0).to_python()

    assert [cell.data_type for cell in cells] == ["s", "s"]
    assert all(cell.quotePrefix for cell in cells)
    assert [cell.value.strip() for cell in cells] == [evil.strip()] * 2
    assert [str(row[0]).strip() for row in calamine] == [evil.strip()] * 2
    assert calamine[1][1] == date(2026, 3, 2)
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def test_what_xml_cannot_hold_and_what_is_too_long_does_not_break_a_workbook() -> None:
    out = io.BytesIO()
    write_workbook(out, "x", [Column("x", 5)], [["a\x00\x08b\ufffe_x0041_"], ["长" * 40_000]], MONDAY)
    values = [
        row[0] for row in CalamineWorkbook.from_filelike(io.BytesIO(out.getvalue())).get_sheet_by_index(0).to_python()
    ]

    assert str(values[1]).startswith("a\ufffd\ufffdb\ufffd")
    assert len(str(values[2])) == 32_767


def test_the_headings_are_named_once_each() -> None:
    assert len({heading.zh for heading, _ in LEDGER}) == len(LEDGER) == len({heading.en for heading, _ in LEDGER})


def listed(caller: Caller, **query: str) -> list[list[str]]:
    answer = caller("GET", CSV_PATH, query_string=query)
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"), newline="")))


def test_the_worklist_as_csv_is_the_list_of_the_page(
    busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    caller = by_token(town.supervisor)
    shown = [row["no"] for row in caller("GET", "/api/v1/cases", query_string={"light": "paused"}).json["items"]]

    assert [row[0] for row in listed(caller, light="paused")[1:]] == shown == [busy.cases["LX10"]]
    assert len(listed(caller)) > 2
    refused = caller("GET", CSV_PATH, query_string={"light": "green"})
    assert refused.status_code == 400
    assert refused.json["reasons"][0]["facts"]["field"] == "light"
    assert by_token(town.applicant)("GET", CSV_PATH, query_string={"scope": "department"}).status_code == 403
    assert caller("GET", CSV_PATH, query_string={"cursor": "x"}).status_code == 400


def test_no_cell_of_the_csv_is_a_formula(
    engine: Engine, busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    with engine.begin() as conn:
        conn.execute(text("UPDATE projects SET name = '=cmd|calc'"))
        conn.execute(text("UPDATE cases SET title = '＝1+1'"))

    for row in listed(by_token(town.supervisor))[1:]:
        assert row[3] == "'=cmd|calc"
        assert row[1] == "'＝1+1"


@pytest.mark.parametrize("evil", EVIL)
def test_a_formula_gets_an_apostrophe(evil: str) -> None:
    assert harmless(evil) == f"'{evil}"
    assert harmless(f"  {evil}").startswith("'")
    assert harmless("正常") == "正常"
