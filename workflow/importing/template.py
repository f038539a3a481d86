"""The workbooks to fill in: headings in two languages, lists to choose from, and a sheet that says what is accepted."""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workflow.catalogue import Catalogue
from workflow.definition import Flow
from workflow.importing.archive import ROWS_AT_MOST
from workflow.importing.columns import Column
from workflow.importing.faults import cell_name
from workflow.importing.histories import CASES, STEPS, history_columns
from workflow.importing.persons import PEOPLE, people_columns
from workflow.importing.projects import (
    MILESTONES,
    PROJECTS,
    milestone_columns,
    milestone_kinds,
    project_columns,
)

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

GUIDE, LISTS = "说明", "可用值"
WIDTH = 18
YES_NO = ("是", "否")
_CODES = frozenset({"code", "company", "project"})
_PROJECT_GUIDE = (
    (
        "带 * 的列必须填写；留空的列：新项目取默认值，已有项目保持不变；街道、战线、攻坚队填“无”则清空。",
        "Columns with * are required; an empty cell keeps what is there (a new project gets the default); 无 clears "
        "street, battlefront and squad.",
    ),
    (
        "项目代码 24 位，校验码须正确；统一社会信用代码 18 位；均为文本格式。2020 年 11 月前的旧码须填写旧码理由。",
        "Project code: 24 characters with a right check digit; credit code: 18; both text. An old code needs a reason.",
    ),
    (
        "日期如 2026-03-02；金额单位万元；是/否。有公式的单元格取保存时的结果。",
        "Dates such as 2026-03-02; amounts in 10 000 yuan; 是/否. Of a formula the value saved with the file is read.",
    ),
    (
        "年度、目标、攻坚队和至少一个节点：项目列入作战图。责任人填登录名，留空为责任部门的局长。",
        "Year, target, squad and one milestone at least: the project enters the war map. The person responsible is a "
        "user name; empty: the director of the department.",
    ),
    (
        "全部正确才写入；按项目代码更新，重复导入不会重复。有在办件的项目不能改建设单位、攻坚队和审批流程类型。",
        "All rows or none; by project code, so that importing twice changes nothing. A project with open cases keeps "
        "its company, squad and kind of flow.",
    ),
    (
        f"每张表最多 {ROWS_AT_MOST} 行；接受 .xlsx 和 .csv（UTF-8 或 GB18030），不接受 .xls、.xlsm 和加密文件。",
        f"{ROWS_AT_MOST} rows a sheet at most; .xlsx and .csv (UTF-8 or GB18030), no .xls, .xlsm or encrypted files.",
    ),
)
_PEOPLE_GUIDE = (
    (
        "一行一个角色，同一人可占多行；登录名相同的行姓名、邮箱、在岗须一致。",
        "One role a row, a person may have several; rows of one user name agree in name, e-mail and post.",
    ),
    (
        "部门角色填部门，攻坚队长填攻坚队，项目专员填项目代码，建设单位填统一社会信用代码；其余留空。",
        "A department's role names the department, a squad leader the squad, a specialist the project, an applicant "
        "the company; the other columns stay empty.",
    ),
    (
        "文件中没有的角色不会被删除；“取消”填“是”才取消该行角色。在岗填“否”停用账号。",
        "Roles the file does not name stay; 取消 = 是 takes the role of that row away. 在岗 = 否 closes the account.",
    ),
    (
        "部门和攻坚队是配置，不由导入新增。新账号的初始密码导入时只显示一次。",
        "Departments and squads are configuration. The first password of a new account is shown once, at the import.",
    ),
)

_CASE_GUIDE = (
    (
        "每个办件一行，历史逐步填在“经过”，按时间先后；时间如 2026-03-02 09:30。也接受 JSON 文件。",
        "A row a case; its history in 经过, in order; moments such as 2026-03-02 09:30. JSON is taken, too.",
    ),
    (
        "流程 item 须填事项代码；材料填代码（用“、”分隔）或 all（全部必需材料），以原系统存档说明代替原件。",
        "The flow “item” needs an item; materials are codes, or all the required ones: a sheet refers to the original.",
    ),
    (
        "依法自动发生的（如视为受理）不填，由系统按规则推算；时限、暂停、文书同样推算。不可能的经过按步骤指出。",
        "What the law brings about by itself is left out and derived, as are dates, pauses and documents. A history "
        "that cannot have happened is refused by its step.",
    ),
    (
        "输入为 JSON，人员写“@登录名”。导入记录标明“导入”，不向任何人补发过去的消息；同一外部编号只导入一次。",
        "Inputs are JSON, a person is @username. Lines are marked as imported; nobody is written to about the past; a "
        "number comes in once.",
    ),
)


def projects_template(catalogue: Catalogue, mechanism: Flow) -> bytes:
    """The workbook for projects and milestones."""
    lists = {
        "splclx": [one.title.zh for one in catalogue.codes["splclx"].values()],
        "street": [one.title.zh for one in catalogue.streets.values()],
        "battlefront": [one.title.zh for one in catalogue.battlefronts.values()],
        "squad": [one.title.zh for one in catalogue.squads.values()],
        "department": [one.title.zh for one in catalogue.departments.values()],
        "kind": [title.zh for title in milestone_kinds(mechanism).values()],
        **dict.fromkeys(("needs_permit", "needs_tender", "renewal"), YES_NO),
    }
    sheets = {PROJECTS: project_columns(catalogue), MILESTONES: milestone_columns(catalogue, mechanism)}
    return _workbook(sheets, lists, _PROJECT_GUIDE)


def people_template(catalogue: Catalogue) -> bytes:
    """The workbook for people and their roles."""
    lists = {
        "role": [role.title.zh for role in catalogue.roles.values() if not role.automatic],
        "department": [one.title.zh for one in catalogue.departments.values()],
        "squad": [one.title.zh for one in catalogue.squads.values()],
        **dict.fromkeys(("active", "cancel"), YES_NO),
    }
    return _workbook({PEOPLE: people_columns(catalogue)}, lists, _PEOPLE_GUIDE)


def histories_template() -> bytes:
    """The workbook for running cases and what was done on them so far."""
    of_cases, of_steps = history_columns()
    return _workbook({CASES: of_cases, STEPS: of_steps}, {}, _CASE_GUIDE)


def _workbook(
    sheets: Mapping[str, Sequence[Column]], lists: Mapping[str, Sequence[str]], guide: Sequence[tuple[str, str]]
) -> bytes:
    # Only who downloads a template pays for loading the library.
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    ranges = _listed(book, lists)
    for place, (name, columns) in enumerate(sheets.items()):
        _headed(book.create_sheet(name, place), columns, ranges)
    told = book.create_sheet(GUIDE, len(sheets))
    told.column_dimensions["A"].width = told.column_dimensions["B"].width = 90
    for zh, en in (("填写说明", "How to fill this in"), *guide):
        told.append([zh, en])
    book.active = 0
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _listed(book: "Workbook", lists: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The lists to choose from, in a hidden sheet; returns the range of each, by the name of its column."""
    sheet = book.create_sheet(LISTS)
    sheet.sheet_state = "hidden"
    ranges = {}
    for place, (name, words) in enumerate(lists.items()):
        letter = cell_name(1, place).rstrip("1")
        for row, word in enumerate(words, start=1):
            sheet.cell(row=row, column=place + 1, value=word)
        ranges[name] = f"'{LISTS}'!${letter}$1:${letter}${len(words)}"
    return ranges


def _headed(sheet: "Worksheet", columns: Sequence[Column], ranges: Mapping[str, str]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 44
    for place, column in enumerate(columns):
        letter = cell_name(1, place).rstrip("1")
        head = sheet.cell(row=1, column=place + 1, value=f"{column.zh}{'*' if column.required else ''}\n{column.en}")
        head.font = Font(bold=True)
        head.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[letter].width = WIDTH * (2 if column.name in _CODES else 1)
        if column.name in _CODES:
            sheet.column_dimensions[letter].number_format = "@"
        if column.name in ranges:
            chosen = DataValidation(type="list", formula1=ranges[column.name], allow_blank=True, showErrorMessage=False)
            sheet.add_data_validation(chosen)
            chosen.add(f"{letter}2:{letter}{ROWS_AT_MOST + 1}")
