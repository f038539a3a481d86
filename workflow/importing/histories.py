"""Running cases with their history so far, as a JSON file or a workbook (sheets 办件 and 经过) tells them.

Only what the file shows by itself is judged here: places, words, order, the future. Whether it could have happened is
decided by replaying it (`workflow.commands.import_case`).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from workflow.catalogue import Catalogue
from workflow.definition import Flow, Title
from workflow.errors import BadInput
from workflow.importing.columns import Column, Row, Table, find_sheet, read_table
from workflow.importing.faults import CellFault, Wrong, bad_file, shown
from workflow.importing.strict_json import loaded, too_deep
from workflow.importing.tables import Value, read_tables
from workflow.importing.values import choice, code_text, half_width, instant, text

CASES, STEPS = "办件", "经过"
ITEM = "item"
ATTACH = "attach"
ALL_PAPERS = "all"
CASES_AT_MOST = 50
STEPS_AT_MOST = 300
"""Of one file: each step is replayed like a deed of its own, and the whole is one transaction."""
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "case": ("imported_no", "source", "flow", "item", "project", "opened_at", "by", "person", "materials", "inputs"),
    "step": ("at", "action", "by", "person", "materials", "inputs"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a sheet and a cell, or a JSON file and a path."""

    sheet: str
    cell: str

    def fault(self, value: object, code: str, zh: str, en: str, accepted: Sequence[str] = ()) -> CellFault:
        return CellFault(self.sheet, self.cell, "", shown(value), code, zh, en, tuple(accepted))


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that was done: when, by whom, and what was said. ``by`` empty: whoever may; ``person`` a user name;
    ``papers`` are material codes, handed in before it."""

    place: Place
    at: datetime
    action: str
    by: str
    person: str
    papers: tuple[str, ...]
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class History:
    """A running case: its number elsewhere, what it is, how it was opened (``opening``), and what followed."""

    no: str
    source: str
    flow: str
    item: str
    project: str
    opening: Told
    steps: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoriesFile:
    """The cases that show no fault by themselves, each once, and every fault of the file."""

    cases: tuple[History, ...]
    faults: tuple[CellFault, ...]


def read_histories(
    filename: str, content: bytes, catalogue: Catalogue, flow_of: Callable[[str], Flow | None], now: datetime
) -> HistoriesFile:
    """The cases of a file; ``flow_of`` gives the newest version of a flow a case can be opened in, None for another.

    Raises BadInput for a file that cannot be read.
    """
    if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"["):
        read, faults = _of_json(filename, content)
    else:
        read, faults = _of_workbook(filename, content)
    if sum(len(one.steps) for one in read) > STEPS_AT_MOST:
        raise bad_file(
            "too_many_rows",
            f"共超过 {STEPS_AT_MOST} 步，请分成几个文件",
            f"holds more than {STEPS_AT_MOST} steps: cut it into several files",
        )
    checked = [_checked(one, catalogue, flow_of, now) for one in read]
    found = [fault for _, own in checked for fault in own]
    sound = {one.no: one for one, own in reversed(checked) if not own}
    return HistoriesFile(tuple(reversed(sound.values())), (*faults, *found, *_twice(read)))


def _twice(read: Sequence[History]) -> Iterator[CellFault]:
    first: dict[str, History] = {}
    for one in read:
        known = first.setdefault(one.no, one)
        if known is not one:
            where = known.opening.place.cell
            zh, en = f"外部编号与 {where} 重复", f"is the number of {where}, too"
            yield one.opening.place.fault(one.no, "duplicate_number", zh, en)


# ── what the file shows by itself ──────────────────────────────────────────────────────────────────────────────────


def _checked(
    one: History, catalogue: Catalogue, flow_of: Callable[[str], Flow | None], now: datetime
) -> tuple[History, list[CellFault]]:
    faults: list[CellFault] = []
    place = one.opening.place
    flow = flow_of(one.flow)
    if flow is None:
        zh, en = "没有这个流程，或不能由此开办", "is no flow that a case can be opened in"
        return one, [place.fault(one.flow, "unknown_flow", zh, en)]
    if (one.flow == ITEM) != bool(one.item) or (one.item and one.item not in catalogue.items):
        zh = "流程 item 须写明清单中的事项，其他流程不填"
        en = "must be an item of the catalogue for the flow “item”, and empty for any other"
        faults.append(place.fault(one.item, "unknown_item", zh, en, sorted(catalogue.items)))
    faults += _time_faults(one, now)
    faults += _role_faults(one, catalogue)
    steps = []
    for step in one.steps:
        try:
            steps.append(replace(step, action=_action(step.action, flow)))
        except Wrong as wrong:
            faults.append(step.place.fault(step.action, wrong.code, wrong.zh, wrong.en, wrong.accepted))
    return replace(one, steps=tuple(steps)), faults


def _time_faults(one: History, now: datetime) -> Iterator[CellFault]:
    before = one.opening
    for step in (one.opening, *one.steps):
        if step.at > now:
            zh, en = "在将来，尚未发生", "lies in the future: it has not happened"
            yield step.place.fault(step.at, "in_the_future", zh, en)
        elif step.at < before.at:
            zh, en = (
                f"早于上一步（{before.at:%Y-%m-%d %H:%M}）",
                f"lies before the step above ({before.at.isoformat()})",
            )
            yield step.place.fault(step.at, "out_of_order", zh, en)
        before = step


def _role_faults(one: History, catalogue: Catalogue) -> Iterator[CellFault]:
    known = {code for code, role in catalogue.roles.items() if not role.automatic}
    for step in (one.opening, *one.steps):
        if step.by and step.by not in known:
            zh, en = (
                f"没有这个角色；可用：{'、'.join(sorted(known))}",
                f"is no role; accepted: {', '.join(sorted(known))}",
            )
            yield step.place.fault(step.by, "unknown_role", zh, en, sorted(known))


def _action(said: str, flow: Flow) -> str:
    known = {name: action.title for name, action in flow.actions.items() if not action.automatic}
    if said in flow.actions and said not in known:
        raise Wrong(
            "automatic_action",
            "由时限或系统依法自动办理，导入时自动推算，不填",
            "is taken by the clock or the system: it follows by itself, leave it out",
        )
    return choice(said, {**known, ATTACH: Title("提交材料", "Material handed in")})


# ── JSON ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_json(filename: str, content: bytes) -> tuple[list[History], list[CellFault]]:
    try:
        found = loaded(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise bad_file("bad_json", "不是可读的 JSON", "is no JSON that can be read") from error
    entries = found.get("cases", [found]) if isinstance(found, dict) else found
    if not isinstance(entries, list) or not entries or len(entries) > CASES_AT_MOST:
        raise bad_file(
            "bad_json", f"应含 1 到 {CASES_AT_MOST} 个办件（cases）", f"must hold 1 to {CASES_AT_MOST} cases (cases)"
        )
    read: list[History] = []
    faults: list[CellFault] = []
    for number, entry in enumerate(entries):
        try:
            read.append(_case_of_json(filename, f"cases[{number}]", entry))
        except _Unread as unread:
            faults += unread.faults
    return read, faults


class _Unread(Exception):
    """A case that could not be read."""

    def __init__(self, faults: Sequence[CellFault]) -> None:
        self.faults = faults
        super().__init__()


def _case_of_json(filename: str, path: str, entry: object) -> History:
    faults: list[CellFault] = []
    body = _record(filename, path, entry, (*_FIELDS["case"], "steps"), faults)
    steps = body.get("steps", [])
    if not isinstance(steps, list) or len(steps) > STEPS_AT_MOST:
        zh, en = f"应为最多 {STEPS_AT_MOST} 步的列表", f"must be a list of {STEPS_AT_MOST} steps at most"
        faults.append(Place(filename, f"{path}.steps").fault("", "bad_value", zh, en))
        steps = []
    opening = _told(filename, path, {**body, "at": body.get("opened_at"), "action": "open"}, faults, "opened_at")
    told = [
        _told(
            filename,
            f"{path}.steps[{at}]",
            _record(filename, f"{path}.steps[{at}]", one, _FIELDS["step"], faults),
            faults,
        )
        for at, one in enumerate(steps)
    ]
    names = {name: _words(filename, f"{path}.{name}", body.get(name), faults) for name in _FIELDS["case"][:5]}
    for name in ("imported_no", "flow", "project"):
        if not names[name]:
            faults.append(Place(filename, f"{path}.{name}").fault("", "required", "必须填写", "is required"))
    if faults or opening is None:
        raise _Unread(faults)
    kept = tuple(one for one in told if one is not None)
    return History(names["imported_no"], names["source"], names["flow"], names["item"], names["project"], opening, kept)


def _record(
    filename: str, path: str, entry: object, known: Sequence[str], faults: list[CellFault]
) -> Mapping[str, Any]:
    if not isinstance(entry, dict):
        faults.append(Place(filename, path).fault(entry, "bad_value", "应为一条记录", "must be an object"))
        return {}
    for name in entry:
        if name not in known:
            zh, en = f"没有这一项；可用：{'、'.join(known)}", f"is no field; accepted: {', '.join(known)}"
            faults.append(Place(filename, f"{path}.{shown(name)}").fault(name, "unknown_field", zh, en, known))
    return entry


def _told(filename: str, path: str, body: Mapping[str, Any], faults: list[CellFault], when: str = "at") -> Told | None:
    place = Place(filename, path)
    at: datetime | None = None
    try:
        at = instant(body.get("at")) if isinstance(body.get("at"), str) else None
        if at is None:
            faults.append(
                Place(filename, f"{path}.{when}").fault(body.get("at"), "required", "必须填写", "is required")
            )
    except Wrong as wrong:
        faults.append(Place(filename, f"{path}.{when}").fault(body.get("at"), wrong.code, wrong.zh, wrong.en))
    inputs = body.get("inputs", {})
    if not isinstance(inputs, dict) or too_deep(inputs):
        faults.append(Place(filename, f"{path}.inputs").fault(inputs, "bad_value", "应为一条记录", "must be an object"))
        inputs = {}
    papers = body.get("materials", [])
    papers = [papers] if isinstance(papers, str) else papers
    if not isinstance(papers, list) or not all(isinstance(one, str) for one in papers):
        zh, en = "应为材料代码的列表", "must be a list of material codes"
        faults.append(Place(filename, f"{path}.materials").fault(papers, "bad_value", zh, en))
        papers = []
    words = {name: _words(filename, f"{path}.{name}", body.get(name), faults) for name in ("action", "by", "person")}
    if at is None:
        return None
    return Told(place, at, words["action"], words["by"], words["person"], tuple(papers), inputs)


def _words(filename: str, path: str, value: object, faults: list[CellFault]) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        faults.append(Place(filename, path).fault(value, "bad_value", "应为文字", "must be text"))
        return ""
    try:
        return text(value, 200)
    except Wrong as wrong:
        faults.append(Place(filename, path).fault(value, wrong.code, wrong.zh, wrong.en))
        return ""


# ── workbooks ──────────────────────────────────────────────────────────────────────────────────────────────────────


def history_columns() -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """The columns of the sheets 办件 and 经过."""
    short = partial(text, longest=200)
    number = Column("imported_no", "外部编号", "Number elsewhere", _number, required=True)
    shared = (
        Column("by", "角色", "Role", short),
        Column("person", "人员", "User name", short),
        Column("materials", "材料", "Materials", _papers),
        Column("inputs", "输入", "Inputs (JSON)", _inputs),
    )
    cases = (
        number,
        Column("source", "原系统", "Former system", short),
        Column("flow", "流程", "Flow", half_width, required=True),
        Column("item", "事项", "Item", half_width),
        Column("project", "项目代码", "Project code", code_text, required=True),
        Column("opened_at", "开办时间", "Opened at", instant, required=True),
        *shared,
    )
    steps = (
        number,
        Column("at", "时间", "Moment", instant, required=True),
        Column("action", "动作", "Action", half_width, required=True),
        *shared,
    )
    return cases, steps


def _number(value: Value) -> str:
    return text(code_text(value), 200)


def _papers(value: Value) -> tuple[str, ...]:
    return tuple(one for one in re.split(r"[;,、；，\s]+", half_width(value)) if one)


def _inputs(value: Value) -> dict[str, Any]:
    try:
        found = loaded(str(value))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or too_deep(found):
        raise Wrong("bad_value", '应为 JSON 记录，如 {"reason": "…"}', 'must be a JSON object such as {"reason": "…"}')
    return found


def _of_workbook(filename: str, content: bytes) -> tuple[list[History], list[CellFault]]:
    sheets = read_tables(filename, content)
    of_cases, of_steps = history_columns()
    own = find_sheet(sheets, CASES, of_cases, needed=True)
    assert own is not None
    cases = read_table(own, of_cases)
    if len(cases.rows) > CASES_AT_MOST:
        raise _too_many()
    under = find_sheet(sheets, STEPS, (), needed=False) if len(sheets) > 1 else None
    steps = read_table(under, of_steps) if under is not None and len(under.rows) > 1 else None
    followed: dict[object, list[Told]] = {}
    faults = [*cases.faults, *(steps.faults if steps is not None else ())]
    numbers = {row.given.get("imported_no") for row in cases.rows}
    for row in steps.rows if steps is not None else ():
        assert steps is not None
        if row.whole:
            followed.setdefault(row.given["imported_no"], []).append(
                _told_of(steps, row, "at", str(row.given["action"]))
            )
        if "imported_no" in row.given and row.given["imported_no"] not in numbers:
            zh, en = "办件表里没有这个外部编号", "is no case of the sheet 办件"
            faults.append(steps.fault(row, "imported_no", "no_such_case", zh, en))
    # A history with a step that cannot be read would be another history.
    torn = {row.given.get("imported_no") for row in steps.rows if not row.whole} if steps is not None else set()
    whole = [row for row in cases.rows if row.whole and row.given["imported_no"] not in torn]
    read = [_case_of_row(cases, row, followed.get(row.given["imported_no"], ())) for row in whole]
    return read, faults


def _too_many() -> BadInput:
    return bad_file(
        "too_many_rows", f"一次最多 {CASES_AT_MOST} 个办件", f"holds too many cases: {CASES_AT_MOST} at once"
    )


def _case_of_row(table: Table, row: Row, steps: Sequence[Told]) -> History:
    words = {name: str(row.given.get(name, "")) for name in _FIELDS["case"][:5]}
    opening = _told_of(table, row, "opened_at", "open")
    return History(
        words["imported_no"], words["source"], words["flow"], words["item"], words["project"], opening, tuple(steps)
    )


def _told_of(table: Table, row: Row, when: str, action: str) -> Told:
    at, papers, inputs = row.given[when], row.given.get("materials", ()), row.given.get("inputs", {})
    assert isinstance(at, datetime)
    assert isinstance(papers, tuple)
    assert isinstance(inputs, dict)
    place = Place(table.sheet, row.cells["action" if action != "open" else "imported_no"])
    by, person = str(row.given.get("by", "")), str(row.given.get("person", ""))
    return Told(place, at, action, by, person, papers, inputs)
