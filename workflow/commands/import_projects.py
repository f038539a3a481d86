"""Projects of the war map brought in from a workbook: new ones registered, changed ones changed, the same left alone.

Each project is checked as `register_project` does, and goes onto the war map by the opening of its flow.
Idempotent by project code: what the file says is compared with what is kept, never added to it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflow.commands.bring_in import Outcome, check_may_import, finished, reasons_of, tried
from workflow.commands.open_case import open_case
from workflow.commands.register_project import checked_project
from workflow.errors import Reason, Refused
from workflow.importing.columns import Row
from workflow.importing.faults import CellFault
from workflow.importing.projects import KEPT, ProjectsFile, read_projects
from workflow.importing.tables import read_tables
from workflow.store import imports
from workflow.store.imports import Known, OnTheMap, ProjectChange
from workflow.work import Work

MECHANISM = "mechanism"
HELD_BY_CASES = ("company", "squad", "splclx")
"""What the cases of a project have taken over from it: they would go on with the old word."""
DEFAULTS: Mapping[str, Any] = {
    "street": "",
    "battlefront": "",
    "squad": "",
    "investment_wan": 0.0,
    "area_m2": 0.0,
    "needs_permit": False,
    "needs_tender": False,
    "renewal": False,
    "planned_start": None,
}
_MILESTONE = re.compile(r"milestones[.\[](\d+)\]?[.]?(\w*)")


@dataclass(slots=True)
class _Import:
    """An import under way: the file, what the database knew before, and what has become of the rows."""

    work: Work
    file: ProjectsFile
    known: Mapping[str, Known]
    companies: Mapping[str, str]
    people: Mapping[str, int]
    directors: Mapping[str, int]
    faults: list[CellFault] = field(default_factory=list)
    same: int = 0
    new: list[dict[str, Any]] = field(default_factory=list)
    opening: list[tuple[Row, str, dict[str, Any]]] = field(default_factory=list)
    """Whoever enters the war map: the row, the project's code, and what the opening is told."""
    changes: list[ProjectChange] = field(default_factory=list)
    entered: set[str] = field(default_factory=set)

    def fault(self, row: Row, name: str, code: str, zh: str, en: str, accepted: Sequence[str] = ()) -> None:
        self.faults.append(self.file.projects.fault(row, name, code, zh, en, accepted))


def import_projects(work: Work, filename: str, content: bytes, dry_run: bool = False) -> Outcome:
    """Bring in a workbook of projects: all of it or nothing.

    Raises NotAllowed for anybody but the administrator, BadInput for a file that cannot be read, and unless it is a
    ``dry_run``, whose outcome lists them, BadInput with every fault by sheet and cell.
    """
    check_may_import(work)
    file = read_projects(read_tables(filename, content), work.office.catalogue, work.office.flow(MECHANISM))
    imports.hold(work.conn)
    run = _begun(work, file)
    with tried(work) as take_back:
        for row in file.projects.rows:
            _one(run, row)
        _write(run)
        for row, code, war_map in run.opening:
            _enter(run, row, code, war_map)
        if dry_run or run.faults:
            take_back()
    changed = {one.project_id for one in run.changes}
    outcome = Outcome(
        "projects",
        dry_run,
        len(run.new),
        len(changed) + len(run.entered),
        run.same,
        tuple(sorted(run.faults, key=_place)),
    )
    return finished(work, filename, content, outcome, lambda number: _keep_changes(run, number))


def _begun(work: Work, file: ProjectsFile) -> _Import:
    rows = [*file.projects.rows]
    codes = [str(row.given["code"]) for row in rows if "code" in row.given]
    companies = [str(row.given["company"]) for row in rows if "company" in row.given]
    under = file.milestones.rows if file.milestones is not None else ()
    usernames = [str(row.given["person"]) for row in under if "person" in row.given]
    return _Import(
        work,
        file,
        imports.known_projects(work.conn, codes),
        imports.company_names(work.conn, companies),
        imports.person_ids(work.conn, usernames),
        imports.directors(work.conn),
        [*file.faults],
    )


def _one(run: _Import, row: Row) -> None:
    """One project: compared with what is known, then registered or changed; one that is refused stops no other."""
    before = len(run.faults)
    _check_company_name(run, row)
    known = run.known.get(str(row.given.get("code")))
    if known is not None:
        _check_held(run, row, known)
        _check_on_the_map(run, row, known)
    enters = _enters(run, row, known)
    war_map = _war_map(run, row, known) if enters else None
    if not row.whole or len(run.faults) > before or _faulty_elsewhere(run, row):
        return
    if known is None:
        _register(run, row)
    else:
        _change(run, row, known, enters)
    if war_map is not None:
        run.opening.append((row, str(row.given["code"]), war_map))


def _enter(run: _Import, row: Row, code: str, war_map: Mapping[str, Any]) -> None:
    """One project enters the war map; by itself, so that whoever is refused stops no other."""
    try:
        with run.work.conn.begin_nested():
            open_case(run.work, MECHANISM, war_map, code)
    except Refused as refusal:
        run.faults.extend(_cell_faults(run, row, reasons_of(refusal)))


def _faulty_elsewhere(run: _Import, row: Row) -> bool:
    """Whether what was read of the row or of its milestones is known to be wrong already: one fault is told once."""
    cells = {*row.cells.values()}
    own = any(one.sheet == run.file.projects.sheet and one.cell in cells for one in run.faults)
    below = any(not one.whole for one in _milestones(run, row))
    return own or below


def _milestones(run: _Import, row: Row) -> Sequence[Row]:
    return run.file.by_project.get(str(row.given.get("code")), ())


def _check_company_name(run: _Import, row: Row) -> None:
    kept = run.companies.get(str(row.given.get("company")))
    if kept is not None and "company_name" in row.given and row.given["company_name"] != kept:
        zh, en = f"该信用代码已登记的名称为“{kept}”", f"is not the name known for this credit code, “{kept}”"
        run.fault(row, "company_name", "another_company_name", zh, en, (kept,))


def _check_held(run: _Import, row: Row, known: Known) -> None:
    """What running cases stand on does not change under them."""
    if not known.open_cases:
        return
    cases = "、".join(known.open_cases)
    for name in HELD_BY_CASES:
        old = getattr(known.project, name)
        if name in row.given and row.given[name] != old:
            zh = f"不能改：现为“{old}”，项目有在办件 {cases}"
            en = f"cannot change from “{old}”: the project has open cases ({', '.join(known.open_cases)})"
            run.fault(row, name, "running_cases", zh, en, (str(old),))


# ── the war map ────────────────────────────────────────────────────────────────────────────────────────────────────


def _enters(run: _Import, row: Row, known: Known | None) -> bool:
    """Whether the row puts its project on the war map: it says a year, and the project is not there for that year."""
    if not {"code", "year", "target"} <= row.given.keys():
        return False
    there = known.on_the_map if known is not None else None
    return there is None or (there.ended and there.data.get("year") != row.given["year"])


def _check_on_the_map(run: _Import, row: Row, known: Known) -> None:
    """A project that is on the war map is led there: its year, target and plans change by its own actions."""
    there = known.on_the_map
    if there is None or there.ended:
        return
    for name in ("year", "target"):
        old = there.data.get(name)
        if name in row.given and row.given[name] != old:
            zh = f"不能改：项目已在作战图（{there.no}），登记为“{old}”"
            en = f"cannot change from “{old}”: the project is on the war map ({there.no})"
            run.fault(row, name, "on_the_war_map", zh, en, (str(old),))
    for below in _milestones(run, row):
        _check_milestone(run, below, there)


def _check_milestone(run: _Import, row: Row, there: OnTheMap) -> None:
    table = run.file.milestones
    assert table is not None
    if not row.whole:
        return
    own = [one for one in there.milestones if one["data"].get("name") == row.given["name"]]
    if not own:
        zh = f"项目已在作战图（{there.no}），没有这个节点；新增节点请在办件中办理"
        en = f"is no milestone of {there.no}, where the project is on the war map: add it there"
        run.faults.append(table.fault(row, "name", "on_the_war_map", zh, en))
        return
    kept = {**own[-1]["data"], "department": own[-1]["department"]}
    planned_on = row.given["planned_on"]
    assert isinstance(planned_on, date)
    said = {**row.given, "planned_on": planned_on.isoformat()}
    for name in ("kind", "planned_on", "department"):
        if said[name] != kept.get(name):
            zh = f"不能改：节点办件 {own[-1]['no']} 中为“{kept.get(name)}”，请在该件申请调整"
            en = f"cannot change from “{kept.get(name)}”: ask for it in the milestone's case {own[-1]['no']}"
            run.faults.append(table.fault(row, name, "on_the_war_map", zh, en, (str(kept.get(name)),)))


def _war_map(run: _Import, row: Row, known: Known | None) -> dict[str, Any] | None:
    """What the opening of the war map is told; None where something of it is missing, which is noted."""
    squad = row.given.get("squad") or (known.project.squad if known is not None else "")
    below = _milestones(run, row)
    if not squad:
        zh, en = "列入作战图须填写攻坚队", "is needed: the project enters the war map"
        run.fault(row, "squad", "required", zh, en)
    if not below:
        zh, en = (
            "列入作战图须在节点表至少有一个节点",
            "needs a milestone in the sheet 节点: the project enters the war map",
        )
        run.fault(row, "year", "no_milestones", zh, en)
    rows = [one for one in (_milestone(run, below_row) for below_row in below) if one is not None]
    if not squad or not below or len(rows) < len(below):
        return None
    return {"year": row.given["year"], "target": row.given["target"], "squad": squad, "milestones": rows}


def _milestone(run: _Import, row: Row) -> dict[str, Any] | None:
    if not row.whole:
        return None
    person = _responsible(run, row)
    planned_on = row.given["planned_on"]
    assert isinstance(planned_on, date)
    unit = {"unit": row.given["unit"]} if "unit" in row.given else {}
    told = {name: row.given[name] for name in ("name", "kind", "department")}
    return None if person is None else {**told, "planned_on": planned_on.isoformat(), "person": person, **unit}


def _responsible(run: _Import, row: Row) -> int | None:
    """The account that is named, else the director of the department that answers for the milestone."""
    table = run.file.milestones
    assert table is not None
    username, department = row.given.get("person"), str(row.given["department"])
    found = run.directors.get(department) if username is None else run.people.get(str(username))
    if found is None and username is None:
        zh, en = "须填写登录名：该部门没有局长账号可作责任人", "is needed (a user name): the department has no director"
        run.faults.append(table.fault(row, "person", "required", zh, en))
    elif found is None:
        zh, en = "没有这个登录名", "is no user name"
        run.faults.append(table.fault(row, "person", "no_such_person", zh, en))
    return found


# ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _register(run: _Import, row: Row) -> None:
    given = {name: row.given.get(name, DEFAULTS.get(name)) for name in (*KEPT, "code", "company")}
    exception = str(row.given.get("code_exception", ""))
    try:
        columns = checked_project(run.work, str(row.given["company_name"]), {**given, "facts": {}}, exception)
    except Refused as refusal:
        run.faults.extend(_cell_faults(run, row, reasons_of(refusal)))
        return
    run.new.append(columns)


def _change(run: _Import, row: Row, known: Known, enters: bool) -> None:
    own = known.project
    before = {name: getattr(own, name) for name in (*KEPT, "company")}
    after = {**before, **{name: row.given[name] for name in before if name in row.given}}
    different = sorted(name for name in before if before[name] != after[name])
    if different:
        said = ({name: values[name] for name in different} for values in (before, after))
        run.changes.append(ProjectChange(own.id, *(_plain(one) for one in said)))
    elif enters:
        run.entered.add(own.code)
    else:
        run.same += 1


def _plain(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in columns.items()}


def _write(run: _Import) -> None:
    """Every new project in one statement and every changed one in another; companies nobody knew before them."""
    told = {str(row.given["company"]): row.given.get("company_name") for row in run.file.projects.rows if row.whole}
    owners = {str(one["company"]) for one in run.new} | {str(one.after.get("company", "")) for one in run.changes}
    imports.add_companies(run.work.conn, {code: str(told[code]) for code in sorted(owners - {""})})
    if run.new:
        imports.add_projects(run.work.conn, [_plain(one) for one in run.new], run.work.now)
    by_id = {known.project.id: known.project for known in run.known.values()}
    whole = {
        one.project_id: _plain({name: getattr(by_id[one.project_id], name) for name in (*KEPT, "company")})
        | dict(one.after)
        for one in run.changes
    }
    if whole:
        imports.change_projects(run.work.conn, whole)


def _keep_changes(run: _Import, number: int) -> None:
    if run.changes:
        imports.add_project_changes(run.work.conn, number, run.changes, run.work.now)


def _cell_faults(run: _Import, row: Row, reasons: Sequence[Reason]) -> Iterator[CellFault]:
    """What a command refused, at the cell that can put it right."""
    below = _milestones(run, row)
    for reason in reasons:
        name = str(reason.facts.get("field", "code"))
        of_milestone = _MILESTONE.match(name)
        table, at = run.file.projects, row
        if of_milestone is not None and run.file.milestones is not None and int(of_milestone[1]) < len(below):
            table, at, name = run.file.milestones, below[int(of_milestone[1])], of_milestone[2] or "name"
        name = name if name in at.cells else next(iter(at.cells))
        yield table.fault(at, name, reason.code, reason.zh, reason.en)


def _place(fault: CellFault) -> tuple[str, int, str]:
    number = re.search(r"\d+", fault.cell)
    return (fault.sheet, int(number[0]) if number else 0, fault.cell)
