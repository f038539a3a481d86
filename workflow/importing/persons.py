"""People and the roles they hold, as a workbook has them: the sheet 人员, one role a row."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from workflow.catalogue import Catalogue
from workflow.definition import Title
from workflow.importing.codes import credit_code_of, project_code_of
from workflow.importing.columns import Column, Row, Table, find_sheet, read_table, unlike
from workflow.importing.faults import CellFault, Wrong
from workflow.importing.tables import Sheet, Value
from workflow.importing.values import choice, half_width, text, yes_no

PEOPLE = "人员"
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
EMAIL = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,190}")
SCOPES: Mapping[str, str] = {"department": "department", "squad": "squad", "project": "project", "company": "company"}
"""By the scope of a role: the column that says where it holds."""
CONFIGURED_ZH = "（部门是配置，见 organisation.yaml，不由导入新增）"
CONFIGURED_EN = " (departments are configuration, organisation.yaml: no import adds one)"


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """The sheet and its faults; ``by_person`` are the rows of each user name, in the order of the file."""

    table: Table
    by_person: Mapping[str, Sequence[Row]]
    faults: tuple[CellFault, ...]


def people_columns(catalogue: Catalogue) -> tuple[Column, ...]:
    """The columns of the sheet 人员."""
    roles = {code: role.title for code, role in catalogue.roles.items() if not role.automatic}
    squads = {code: squad.title for code, squad in catalogue.squads.items()}
    departments = {code: one.title for code, one in catalogue.departments.items()}
    return (
        Column("username", "登录名", "User name", _username, required=True),
        Column("name", "姓名", "Name", partial(text, longest=60), required=True),
        Column("email", "邮箱", "E-mail", _email),
        Column("role", "角色", "Role", partial(choice, known=roles), required=True),
        Column("department", "部门", "Department", partial(_department, departments)),
        Column("squad", "攻坚队", "Squad", partial(choice, known=squads)),
        Column("project", "项目代码", "Project code", partial(project_code_of, catalogue)),
        Column("company", "统一社会信用代码", "Credit code", partial(credit_code_of, catalogue)),
        Column("active", "在岗", "In post", yes_no),
        Column("cancel", "取消", "Take the role away", yes_no),
    )


def read_people(sheets: Sequence[Sheet], catalogue: Catalogue) -> PeopleFile:
    """The sheet of a file; raises BadInput where it has none."""
    columns = people_columns(catalogue)
    own = find_sheet(sheets, PEOPLE, columns, needed=True)
    assert own is not None
    table = read_table(own, columns)
    by_person: dict[str, list[Row]] = {}
    for row in table.rows:
        if "username" in row.given:
            by_person.setdefault(str(row.given["username"]), []).append(row)
    faults = [*table.faults, *_misplaced(table, catalogue), *_disagreeing(table), *_twice(table)]
    return PeopleFile(table, by_person, tuple(faults))


def _misplaced(table: Table, catalogue: Catalogue) -> Iterator[CellFault]:
    """A role holds where its scope says, and nowhere else."""
    for row in table.rows:
        if "role" not in row.given:
            continue
        role = catalogue.roles[str(row.given["role"])]
        wanted = SCOPES.get(role.scope)
        if wanted is not None and wanted not in row.given and row.raw.get(wanted, "") == "":
            column = table.columns[wanted]
            zh, en = f"“{role.title.zh}”须填写{column.zh}", f"is needed: {role.title.en} holds for one {column.en}"
            yield table.fault(row, wanted if wanted in row.cells else "role", "required", zh, en)
        for name in SCOPES.values():
            if name != wanted and name in row.given:
                zh = f"“{role.title.zh}”不填{table.columns[name].zh}"
                en = f"must be empty: {role.title.en} does not hold for one {table.columns[name].en}"
                yield table.fault(row, name, "role_without_it", zh, en)


def _disagreeing(table: Table) -> Iterator[CellFault]:
    """Several rows of one person say the same of them."""
    for name in ("name", "email", "active"):
        for row, known in unlike(table.rows, "username", name):
            cell = known.cells[name]
            zh, en = f"与同一登录名的 {cell} 不一致", f"is not what {cell} says of the same user name"
            yield table.fault(row, name, "rows_disagree", zh, en)


def _twice(table: Table) -> Iterator[CellFault]:
    first: dict[object, Row] = {}
    for row in table.rows:
        if not row.whole:
            continue
        key = tuple(row.given.get(name) for name in ("username", "role", *SCOPES.values()))
        known = first.setdefault(key, row)
        if known is not row:
            zh, en = f"与第 {known.number} 行重复", f"says again what row {known.number} says"
            yield table.fault(row, "role", "duplicate_role", zh, en)


def _username(value: Value) -> str:
    said = half_width(value).lower()
    if USERNAME.fullmatch(said) is None:
        raise Wrong(
            "bad_username",
            "应为 2 到 40 个小写字母、数字、点、横线或下划线",
            "must be 2 to 40 small letters, digits, dots, hyphens or underscores",
        )
    return said


def _email(value: Value) -> str:
    said = half_width(value)
    if EMAIL.fullmatch(said) is None:
        raise Wrong("bad_email", "应为邮箱地址，如 zhang@example.org", "must be an address such as zhang@example.org")
    return said


def _department(known: Mapping[str, Title], value: Value) -> str:
    try:
        return choice(value, known)
    except Wrong as wrong:
        raise Wrong(wrong.code, wrong.zh + CONFIGURED_ZH, wrong.en + CONFIGURED_EN, wrong.accepted) from wrong
