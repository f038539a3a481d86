"""Workbooks as people would send them, made with openpyxl; nothing of the importer is used to make them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from tests import given

PROJECT_HEADS = [
    "代码",
    "名称",
    "建设单位名称",
    "统一社会信用代码",
    "审批流程类型",
    "街道",
    "战线",
    "攻坚队",
    "总投资万元",
    "面积㎡",
    "需施工许可",
    "需招标",
    "城市更新",
    "计划开工",
    "年度",
    "目标",
]
MILESTONE_HEADS = ["项目代码", "节点类别", "名称", "计划日期", "责任部门"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Rows = Sequence[Sequence[Any]]


def workbook(sheets: Mapping[str, Rows]) -> bytes:
    """An .xlsx with these rows by sheet, the headings first."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def project_row(number: int, **changed: Any) -> list[Any]:
    """A project as an officer would type it: one in three goes onto the war map."""
    on_the_map = number % 3 == 0
    row: dict[str, Any] = {
        "代码": given.project_code(20000 + number),
        "名称": f"导入项目{number}",
        "建设单位名称": f"导入公司{number % 40}",
        "统一社会信用代码": given.credit_code(500 + number % 40),
        "审批流程类型": "一般社会投资项目",
        "街道": "中韩街道",
        "战线": "株洲路两侧升级改造",
        "攻坚队": "建设项目审批服务攻坚队",
        "总投资万元": 1000 + number,
        "面积㎡": f"{2000 + number}.50",
        "需施工许可": "是",
        "需招标": "否",
        "城市更新": "否",
        "计划开工": "2027-03-01",
        "年度": 2026 if on_the_map else None,
        "目标": "年内开工" if on_the_map else None,
    } | changed
    return [row[head] for head in PROJECT_HEADS]


def projects(count: int) -> dict[str, list[list[Any]]]:
    """Both sheets with ``count`` projects and two milestones of each that goes onto the war map."""
    rows = [list(PROJECT_HEADS), *(project_row(number) for number in range(count))]
    milestones: list[list[Any]] = [list(MILESTONE_HEADS)]
    for number in range(0, count, 3):
        code = given.project_code(20000 + number)
        milestones.append([code, "进度", "前期手续办结", "2026-12-20", "区行政审批服务局"])
        milestones.append([code, "开工", "开工", "2027-03-01", "ZJ"])
    return {"项目": rows, "节点": milestones}


def repacked(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The workbook with some parts of its zip replaced or added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, body in parts.items():
            new.writestr(name, body)
    return made.getvalue()
