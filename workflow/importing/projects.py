"""Projects of the war map and their milestones, as a workbook holds them: sheets 项目 and 节点."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from workflow.catalogue import Catalogue
from workflow.definition import Flow, Title
from workflow.importing.codes import credit_code_of, project_code_of
from workflow.importing.columns import Column, Row, Table, find_sheet, read_table, unlike
from workflow.importing.faults import CellFault
from workflow.importing.tables import Sheet, Value
from workflow.importing.values import choice, day, number, text, whole, yes_no

PROJECTS, MILESTONES = "项目", "节点"
NAME_LENGTH = 200
LARGEST = 10**9
FIRST_YEAR, LAST_YEAR = 2022, 2099
"""As the flow of the war map has it (config/flows/mechanism.v1.yaml)."""
ON_THE_MAP = ("year", "target")
KEPT = (
    "name",
    "splclx",
    "street",
    "battlefront",
    "squad",
    "investment_wan",
    "area_m2",
    "needs_permit",
    "needs_tender",
    "renewal",
    "planned_start",
)
"""Columns of `projects` beside the code and the company, which have sentences of their own."""


@dataclass(frozen=True, slots=True)
class ProjectsFile:
    """Both sheets; ``milestones`` by the project code they name. ``faults`` are those that the file shows by itself."""

    projects: Table
    milestones: Table | None
    by_project: Mapping[str, Sequence[Row]]
    faults: tuple[CellFault, ...]


def project_columns(catalogue: Catalogue) -> tuple[Column, ...]:
    """The columns of the sheet 项目."""
    words = partial(text, longest=NAME_LENGTH)
    money = partial(number, least=0, most=LARGEST)
    titles = {code: one.title for code, one in catalogue.codes["splclx"].items()}
    return (
        Column("code", "代码", "Project code", partial(project_code_of, catalogue), required=True),
        Column("name", "名称", "Name", words, required=True),
        Column("company_name", "建设单位名称", "Company", words, required=True),
        Column("company", "统一社会信用代码", "Credit code", partial(credit_code_of, catalogue), required=True),
        Column("splclx", "审批流程类型", "Kind of approval flow", partial(_splclx, titles), required=True),
        Column("street", "街道", "Street", _word({c: one.title for c, one in catalogue.streets.items()})),
        Column("battlefront", "战线", "Battlefront", _word({c: o.title for c, o in catalogue.battlefronts.items()})),
        Column("squad", "攻坚队", "Squad", _word({c: one.title for c, one in catalogue.squads.items()})),
        Column("investment_wan", "总投资万元", "Investment, 10 000 yuan", money),
        Column("area_m2", "面积㎡", "Area, m2", money),
        Column("needs_permit", "需施工许可", "Needs a construction permit", yes_no),
        Column("needs_tender", "需招标", "Needs tendering", yes_no),
        Column("renewal", "城市更新", "Urban renewal", yes_no),
        Column("planned_start", "计划开工", "Planned start", day),
        Column("year", "年度", "Year on the war map", partial(whole, least=FIRST_YEAR, most=LAST_YEAR)),
        Column("target", "目标", "Target", partial(text, longest=2000)),
        Column("code_exception", "旧码理由", "Reason for an old code", partial(text, longest=500)),
    )


def milestone_columns(catalogue: Catalogue, mechanism: Flow) -> tuple[Column, ...]:
    """The columns of the sheet 节点; the kinds are those of the flow of the war map."""
    departments = {code: one.title for code, one in catalogue.departments.items()}
    return (
        Column("project", "项目代码", "Project code", partial(project_code_of, catalogue), required=True),
        Column("kind", "节点类别", "Kind", partial(choice, known=milestone_kinds(mechanism)), required=True),
        Column("name", "名称", "Milestone", partial(text, longest=NAME_LENGTH), required=True),
        Column("planned_on", "计划日期", "Planned day", day, required=True),
        Column("department", "责任部门", "Department responsible", partial(choice, known=departments), required=True),
        Column("person", "责任人", "Person responsible (user name)", partial(text, longest=64)),
        Column("unit", "责任单位", "Unit responsible", partial(text, longest=NAME_LENGTH)),
    )


def milestone_kinds(mechanism: Flow) -> Mapping[str, Title]:
    """The kinds a milestone may be of, by code."""
    assert mechanism.opening is not None, "the war map is a flow that people open"
    asked = next(ask for ask in mechanism.opening.action.asks if ask.name == "milestones")
    kind = next(column for column in asked.columns if column.name == "kind")
    return dict(kind.choices)


def read_projects(sheets: Sequence[Sheet], catalogue: Catalogue, mechanism: Flow) -> ProjectsFile:
    """Both sheets of a file; raises BadInput where it has no sheet of projects."""
    columns = project_columns(catalogue)
    own = find_sheet(sheets, PROJECTS, columns, needed=True)
    assert own is not None
    projects = read_table(own, columns)
    under = find_sheet(sheets, MILESTONES, (), needed=False) if len(sheets) > 1 else None
    # A template whose second sheet was left empty has no milestones.
    milestones = (
        read_table(under, milestone_columns(catalogue, mechanism))
        if under is not None and len(under.rows) > 1
        else None
    )
    by_project: dict[str, list[Row]] = {}
    for row in milestones.rows if milestones is not None else ():
        by_project.setdefault(str(row.given.get("project", "")), []).append(row)
    faults = [*projects.faults, *_twice(projects), *_two_names(projects), *_half_on_the_map(projects, by_project)]
    if milestones is not None:
        faults += [*milestones.faults, *_of_nobody(projects, milestones), *_same_name(milestones, by_project)]
    return ProjectsFile(projects, milestones, by_project, tuple(faults))


def _twice(table: Table) -> Iterator[CellFault]:
    first: dict[object, Row] = {}
    for row in table.rows:
        code = row.given.get("code")
        known = first.setdefault(code, row)
        if code is not None and known is not row:
            cell = known.cells["code"]
            zh, en = f"项目代码与 {cell} 重复", f"is the code of {cell}, too"
            yield table.fault(row, "code", "duplicate_code", zh, en)


def _two_names(table: Table) -> Iterator[CellFault]:
    for row, known in unlike(table.rows, "company", "company_name"):
        cell, name = known.cells["company_name"], known.given["company_name"]
        yield table.fault(
            row,
            "company_name",
            "another_company_name",
            f"同一信用代码在 {cell} 的名称为“{name}”",
            f"is another name than in {cell}, “{name}”, for the same credit code",
        )


def _half_on_the_map(table: Table, by_project: Mapping[str, Sequence[Row]]) -> Iterator[CellFault]:
    """A project enters the war map with all that its opening asks, or does not enter it."""
    for row in table.rows:
        said = [name for name in ON_THE_MAP if name in row.given]
        if len(said) == 1:
            missing = next(name for name in ON_THE_MAP if name not in said)
            if row.whole:
                column, other = table.columns[missing], table.columns[said[0]]
                zh = f"填了“{other.zh}”就须填写“{column.zh}”：列入作战图两项都要"
                en = f"“{column.zh}” is needed where “{other.zh}” is given: both enter the war map"
                yield table.fault(row, missing, "half_on_the_map", zh, en)
        elif not said and (rows := by_project.get(str(row.given.get("code")))) and row.whole:
            zh = f"节点表有 {len(rows)} 个节点，须填写年度和目标"
            en = f"the sheet 节点 has {len(rows)} milestones of it: year and target are needed"
            yield table.fault(row, "year", "half_on_the_map", zh, en)


def _of_nobody(projects: Table, milestones: Table) -> Iterator[CellFault]:
    codes = {row.given.get("code") for row in projects.rows}
    for row in milestones.rows:
        if "project" in row.given and row.given["project"] not in codes:
            zh, en = "项目表里没有这个项目代码", "is no project of the sheet 项目"
            yield milestones.fault(row, "project", "no_such_project", zh, en)


def _same_name(milestones: Table, by_project: Mapping[str, Sequence[Row]]) -> Iterator[CellFault]:
    for rows in by_project.values():
        first: dict[object, Row] = {}
        for row in rows:
            name = row.given.get("name")
            known = first.setdefault(name, row)
            if name is not None and known is not row and "project" in row.given:
                zh, en = (
                    f"同一项目的节点名称与 {known.cells['name']} 重复",
                    f"is the name of {known.cells['name']}, too",
                )
                yield milestones.fault(row, "name", "duplicate_milestone", zh, en)


def _word(known: Mapping[str, Title]) -> Callable[[Value], str]:
    return partial(choice, known=known, clearable=True)


def _splclx(known: Mapping[str, Title], value: Value) -> int:
    return int(choice(value, known))
