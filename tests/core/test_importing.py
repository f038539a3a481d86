"""Files people bring: what is read however it was typed, and hostile ones refused by name before anything unpacks."""

import io
import struct
import time
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tests import given
from tests.workbooks import MILESTONE_HEADS, PROJECT_HEADS, project_row, projects, repacked, workbook
from workflow.clock.days import OFFICE_ZONE
from workflow.definition import Title
from workflow.errors import BadInput
from workflow.importing import values
from workflow.importing.archive import MARKS_AT_MOST, ROWS_AT_MOST
from workflow.importing.columns import Column, find_sheet, read_table
from workflow.importing.faults import Wrong, cell_name
from workflow.importing.persons import read_people
from workflow.importing.projects import ProjectsFile, read_projects
from workflow.importing.reference import reference_sheet
from workflow.importing.tables import read_tables
from workflow.importing.template import histories_template, people_template, projects_template
from workflow.work import Office

PLAIN = (Column("a", "甲", "A", values.words_of), Column("b", "乙", "B", values.words_of))


def refused(content: bytes, filename: str = "x.xlsx") -> str:
    """The code with which a file is refused."""
    with pytest.raises(BadInput) as caught:
        read_tables(filename, content)
    assert caught.value.reasons[0].facts["field"] == "file"
    return caught.value.code


def read(office: Office, sheets: Mapping[str, Any]) -> ProjectsFile:
    return read_projects(read_tables("x.xlsx", workbook(sheets)), office.catalogue, office.flow("mechanism"))


def faults(found: ProjectsFile) -> dict[str, str]:
    return {f"{one.sheet}!{one.cell}": one.code for one in found.faults}


# ── hostile files ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_no_workbook_is_refused_by_what_it_is() -> None:
    plain = workbook({"项目": [["代码"]]})
    assert refused(b"") == "empty_file"
    assert refused(b"\x89PNG\r\n\x1a\n\x00\x00\x00") == "not_a_workbook"
    assert refused(b"PK\x03\x04 and then nothing") == "damaged_file"
    assert refused(plain[: len(plain) // 2]) == "damaged_file"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert refused(made.getvalue()) == "not_a_workbook"
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "x.xls") == "old_workbook"
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert refused(locked) == "encrypted_file"


def test_macros_are_refused_by_their_part_and_by_their_type() -> None:
    plain = workbook({"项目": [["代码"]]})
    assert refused(repacked(plain, {"xl/vbaProject.bin": b"x"}), "x.xlsm") == "macros"
    types = zipfile.ZipFile(io.BytesIO(plain)).read("[Content_Types].xml")
    enabled = types.replace(b"spreadsheetml.sheet.main", b"sheet.macroEnabled.main")
    assert refused(repacked(plain, {"[Content_Types].xml": enabled})) == "macros"


def test_a_zip_bomb_is_refused_by_its_list_of_entries_without_unpacking() -> None:
    plain = workbook({"项目": [["代码"]]})
    begun = time.process_time()
    assert refused(repacked(plain, {"xl/worksheets/sheet9.xml": bytes(40 * 1024 * 1024)})) == "zip_bomb"
    assert refused(repacked(plain, {f"xl/media/{n}.png": b"x" for n in range(600)})) == "zip_bomb"
    assert time.process_time() - begun < 5


def test_an_entry_that_is_longer_than_it_claims_is_refused() -> None:
    plain = workbook({"项目": [["代码"], ["x"]]})
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = plain.replace(struct.pack("<L", size), struct.pack("<L", size - 40))
    assert refused(lying) == "damaged_file"


def test_xml_that_declares_entities_is_refused() -> None:
    plain = workbook({"项目": [["代码"]]})
    laughs = b'<!DOCTYPE a [<!ENTITY b "bb">]><worksheet><sheetData/></worksheet>'
    assert refused(repacked(plain, {"xl/worksheets/sheet1.xml": laughs})) == "damaged_file"


def test_a_cell_in_the_last_corner_is_refused_by_name_at_once() -> None:
    book = Workbook()
    book.worksheets[0]["A1"] = "代码"
    book.worksheets[0]["XFD1048576"] = "x"
    made = io.BytesIO()
    book.save(made)
    with pytest.raises(BadInput, match="XFD1048576") as caught:
        read_tables("x.xlsx", made.getvalue())
    assert caught.value.code == "too_far_out"


def sheet_of(rows: str) -> bytes:
    """A workbook whose one sheet has this XML for rows."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    return repacked(workbook({"项目": [["代码"]]}), {"xl/worksheets/sheet1.xml": xml.encode()})


def inline(ref: str, words: str) -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{words}</t></is></c>'


def test_a_sheet_that_claims_to_be_huge_is_read_by_what_it_holds() -> None:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = (
        f'<worksheet xmlns="{space}"><dimension ref="A1:XFD1048576"/><sheetData><row r="1">{inline("A1", "甲")}</row>'
        "</sheetData></worksheet>"
    )
    [sheet] = read_tables("x.xlsx", repacked(workbook({"项目": [["x"]]}), {"xl/worksheets/sheet1.xml": xml.encode()}))
    assert [list(row) for row in sheet.rows] == [["甲"]]


def test_a_sheet_under_another_path_is_counted_all_the_same() -> None:
    corner = sheet_of(f'<row r="1">{inline("A1", "甲")}</row><row r="1048576">{inline("XFD1048576", "x")}</row>')
    with zipfile.ZipFile(io.BytesIO(corner)) as archive:
        named = archive.read("xl/_rels/workbook.xml.rels")
    strange = named.replace(b"/xl/worksheets/sheet1.xml", b"./worksheets/sheet1.xml")
    assert strange != named
    assert refused(repacked(corner, {"xl/_rels/workbook.xml.rels": strange})) == "too_far_out"


def test_a_hundred_thousand_empty_rows_after_the_content_cost_nothing_and_are_not_there() -> None:
    empty = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 100_003))
    content = sheet_of(f'<row r="1">{inline("A1", "甲")}</row><row r="2">{inline("A2", "一")}</row>{empty}')
    begun = time.process_time()
    [sheet] = read_tables("x.xlsx", content)
    assert [list(row) for row in sheet.rows] == [["甲"], ["一"]]
    assert time.process_time() - begun < 3


def test_a_million_empty_rows_are_passed_over_in_seconds() -> None:
    empty = "".join(f'<row r="{n}"/>' for n in range(3, 1_000_003))
    content = sheet_of(f'<row r="1">{inline("A1", "甲")}</row>{empty}')
    begun = time.process_time()
    [sheet] = read_tables("x.xlsx", content)
    assert len(sheet.rows) == 1
    assert time.process_time() - begun < 5


def test_a_long_text_stored_once_and_shown_in_every_cell_is_refused() -> None:
    """Unpacked for every cell it would be a gigabyte of a few kilobytes."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><f>1</f><v>0</v></c></row>' for n in range(1, 1_001))
    shared = f'<sst xmlns="{space}"><si><t>{"x" * 1_000_000}</t></si></sst>'
    assert refused(repacked(sheet_of(cells), {"xl/sharedStrings.xml": shared.encode()})) == "zip_bomb"


def test_a_cell_whose_shared_text_is_not_there_is_damage() -> None:
    for number in ("7", "+0", "0x0", "٠"):
        assert refused(sheet_of(f'<row r="1"><c r="A1" t="s"><v>{number}</v></c></row>')) == "damaged_file"


def test_many_sheets_with_one_cell_far_out_are_refused_before_room_is_made_for_them() -> None:
    book = Workbook()
    for number in range(3):
        book.create_sheet(f"{number}")["CV15000"] = 1
    made = io.BytesIO()
    book.save(made)
    assert refused(made.getvalue()) == "zip_bomb"


def test_elements_without_end_are_refused_before_they_are_read() -> None:
    content = sheet_of("".join(f'<c a="{n * 7919:x}"/>' for n in range(MARKS_AT_MOST)))
    begun = time.process_time()
    assert refused(content) == "zip_bomb"
    assert time.process_time() - begun < 1


def test_more_rows_than_are_read_at_once_are_refused_and_the_last_of_them_taken() -> None:
    rows = [["甲"], *(["x"] for _ in range(ROWS_AT_MOST))]
    [sheet] = read_tables("x.xlsx", workbook({"项目": rows}))
    assert len(sheet.rows) == ROWS_AT_MOST + 1
    assert refused(workbook({"项目": [*rows, ["x"]]})) == "too_many_rows"
    lines = ["甲", *("x" for _ in range(ROWS_AT_MOST + 1))]
    assert refused("\n".join(lines).encode(), "x.csv") == "too_many_rows"


def test_links_to_other_files_and_pictures_are_left_behind() -> None:
    plain = workbook({"项目": [["代码"], ["x"]]})
    with_links = repacked(plain, {"xl/externalLinks/externalLink1.xml": b"<broken", "xl/drawings/drawing1.xml": b"<"})
    [sheet] = read_tables("x.xlsx", with_links)
    assert sheet.rows[1][0] == "x"


def test_a_formula_is_its_kept_value_and_one_without_is_a_fault_of_its_cell() -> None:
    content = sheet_of(
        f'<row r="1">{inline("A1", "甲")}{inline("B1", "乙")}</row>'
        '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><f>1+2</f></c></row>'
        '<row r="3"><c r="A3" t="e"><v>#REF!</v></c></row>'
    )
    [sheet] = read_tables("x.xlsx", content)
    found = read_table(sheet, PLAIN)
    assert found.rows[0].given == {"a": "2"}
    assert [(one.cell, one.code) for one in found.faults] == [("B2", "uncomputed_formula"), ("A3", "excel_error")]


@pytest.mark.parametrize("words", ["=1+1", "+86", "-1 号楼", "@甲", "=cmd|'/c calc'!A1"])
def test_text_that_looks_like_a_formula_is_text(words: str) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["B1"] = "甲", "乙"
    sheet["A2"] = words
    sheet["A2"].data_type = "s"
    made = io.BytesIO()
    book.save(made)
    [found] = read_tables("x.xlsx", made.getvalue())
    assert read_table(found, PLAIN).rows[0].given == {"a": words}


# ── CSV ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_as_editors_save_it(office: Office, encoding: str, delimiter: str) -> None:
    lines = [PROJECT_HEADS, [str(value or "") for value in project_row(1)], [""] * len(PROJECT_HEADS)]
    content = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    found = read_projects(read_tables("作战图.csv", content), office.catalogue, office.flow("mechanism"))
    assert faults(found) == {}
    assert found.projects.rows[0].given["name"] == "导入项目1"


# ── headings and cells ─────────────────────────────────────────────────────────────────────────────────────────────


def test_headings_that_are_wrong_twice_or_missing_are_named_with_what_was_meant(office: Office) -> None:
    heads = ["项目代码", *PROJECT_HEADS[1:-1], "名称", "备注"]
    found = read(office, {"项目": [heads, project_row(1)]})
    by_cell = {one.cell: one for one in found.faults}
    assert by_cell["A1"].code == "unknown_column"
    assert "是否“代码”" in by_cell["A1"].zh
    assert (by_cell["P1"].code, "B1" in by_cell["P1"].zh) == ("duplicate_column", True)
    assert by_cell["Q1"].code == "unknown_column"
    assert by_cell["1:1"].code == "missing_column"


def test_a_file_without_the_sheet_says_which_it_has(office: Office) -> None:
    with pytest.raises(BadInput, match="Sheet1") as caught:
        read(office, {"Sheet1": [["x"]], "Sheet2": [["y"]]})
    assert caught.value.code == "no_such_sheet"


def test_cells_are_read_however_they_were_typed(office: Office) -> None:
    code, credit = given.project_code(20001), given.credit_code(501)
    row = project_row(
        1,
        代码=f"　{code.translate(str.maketrans('0123456789-', '０１２３４５６７８９－'))} ",
        统一社会信用代码=f"{credit.lower()}  ",
        名称="  导入项目1\u200b ",
        审批流程类型=3.0,
        街道="ZHONGHAN",
        总投资万元=" １２，３４５.６ ",
        **{"面积㎡": "2,001.5"},
        需施工许可="√",
        需招标="否 ",
        计划开工=46082,
    )
    found = read(office, {"项目": [PROJECT_HEADS, row]})
    assert faults(found) == {}
    said = found.projects.rows[0].given
    assert (said["code"], said["company"], said["name"]) == (code, credit, "导入项目1")
    assert (said["splclx"], said["street"]) == (3, "zhonghan")
    assert (said["investment_wan"], said["area_m2"]) == (12345.6, 2001.5)
    assert (said["needs_permit"], said["needs_tender"]) == (True, False)
    assert said["planned_start"] == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (date(2026, 3, 2), date(2026, 3, 2)),
        (datetime(2026, 3, 2), date(2026, 3, 2)),
        ("2026/3/2", date(2026, 3, 2)),
        ("2026.03.02", date(2026, 3, 2)),
        ("20260302", date(2026, 3, 2)),
        ("２０２６年３月２日", date(2026, 3, 2)),
        (46083.0, date(2026, 3, 2)),
    ],
)
def test_a_day_is_a_day_in_every_spelling(value: Any, day: date) -> None:
    assert values.day(value) == day


@pytest.mark.parametrize("value", ["2026-02-30", "明年", 5, "1999-12-31", datetime(2026, 3, 2, 9, 30), True])
def test_what_is_no_day_is_none(value: Any) -> None:
    with pytest.raises(Wrong):
        values.day(value)


def test_a_moment_is_the_offices_unless_it_says_otherwise() -> None:
    there = datetime(2026, 3, 2, 9, 30, tzinfo=OFFICE_ZONE)
    for said in ("2026-03-02 09:30", "2026-03-02T01:30:00+00:00", datetime(2026, 3, 2, 9, 30), "2026年03月02日 09:30"):
        assert values.instant(said).astimezone(UTC) == there.astimezone(UTC)
    assert values.instant("2026-03-02").astimezone(OFFICE_ZONE).date() == date(2026, 3, 2)


@pytest.mark.parametrize("value", ["1e400", "nan", "12万", "", "1.2.3", True, float("inf")])
def test_what_is_no_number_is_none(value: Any) -> None:
    with pytest.raises(Wrong):
        values.number(value, 0, 10**9)


def test_a_code_that_excel_made_a_number_of_is_told_so() -> None:
    with pytest.raises(Wrong) as caught:
        values.code_text(2.2033702120401e18)
    assert caught.value.code == "rounded_code"
    assert values.code_text(12345.0) == "12345"


def test_a_word_that_is_nearly_right_is_suggested() -> None:
    known = {"zhonghan": Title("中韩街道", "Zhonghan"), "beizhai": Title("北宅街道", "Beizhai")}
    with pytest.raises(Wrong, match="did you mean “中韩街道”"):
        values.choice("中韩街到", known)


def test_control_characters_and_endless_words_are_refused() -> None:
    for said in ("a\x07b", "x" * 300):
        with pytest.raises(Wrong):
            values.text(said, 200)


@pytest.mark.parametrize(("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_a_cell_is_named_as_excel_does(place: int, name: str) -> None:
    assert cell_name(7, place) == f"{name}7"


# ── templates ──────────────────────────────────────────────────────────────────────────────────────────────────────


def filled(template: bytes, rows: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """The template as somebody has filled it in, saved by another program than ours."""
    book = load_workbook(io.BytesIO(template))
    for name, own in rows.items():
        heads = [str(cell.value).split("\n")[0].strip("*") for cell in book[name][1]]
        for number, row in enumerate(own, start=2):
            for head, value in row.items() if isinstance(row, dict) else zip(heads, row, strict=False):
                book[name].cell(row=number, column=heads.index(head) + 1, value=value)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_the_template_is_taken_as_it_is_filled_in_and_offers_every_word(office: Office) -> None:
    template = projects_template(office.catalogue, office.flow("mechanism"))
    book = load_workbook(io.BytesIO(template))
    assert book.sheetnames[:3] == ["项目", "节点", "说明"]
    assert book["项目"]["A1"].value == "代码*\nProject code"
    offered = {one.formula1 for one in book["项目"].data_validations.dataValidation}
    assert len(offered) == 7
    listed = {cell.value for column in book["可用值"].columns for cell in column}
    assert {"中韩街道", "株洲路两侧升级改造", "建设项目审批服务攻坚队", "开工"} <= listed
    whole = projects(4)
    content = filled(
        template,
        {
            "项目": [dict(zip(PROJECT_HEADS, row, strict=True)) for row in whole["项目"][1:]],
            "节点": [dict(zip(MILESTONE_HEADS, row, strict=True)) for row in whole["节点"][1:]],
        },
    )
    found = read_projects(read_tables("x.xlsx", content), office.catalogue, office.flow("mechanism"))
    assert (faults(found), len(found.projects.rows), len(found.by_project)) == ({}, 4, 2)


def test_an_empty_template_says_that_it_holds_nothing(office: Office) -> None:
    template = projects_template(office.catalogue, office.flow("mechanism"))
    found = read_projects(read_tables("x.xlsx", template), office.catalogue, office.flow("mechanism"))
    assert faults(found) == {"项目!A2": "no_rows"}


def test_the_templates_of_people_and_cases_are_read_back(office: Office) -> None:
    content = filled(people_template(office.catalogue), {"人员": [{"登录名": "li", "姓名": "李", "角色": "督查人员"}]})
    assert read_people(read_tables("x.xlsx", content), office.catalogue).faults == ()
    assert find_sheet(read_tables("x.xlsx", histories_template()), "经过", (), needed=True) is not None


def test_the_sheet_in_place_of_a_paper_is_a_small_pdf_that_differs_by_what_it_stands_for() -> None:
    one = reference_sheet("旧案(1)", "identity", datetime(2026, 3, 2, tzinfo=UTC))
    assert one.startswith(b"%PDF-1.4")
    assert one != reference_sheet("旧案(1)", "drawing", datetime(2026, 3, 2, tzinfo=UTC))
