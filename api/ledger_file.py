"""The ledger as an Excel workbook and the worklist as CSV: their columns, in the reader's language."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import BinaryIO

from api.csv_file import write_rows
from api.spreadsheet import Column, Value, write_workbook
from workflow.actor import Actor
from workflow.definition import Title
from workflow.queries.ledger import MOST_ROWS, LedgerFilters, LedgerPause, LedgerRow, LimitColumn
from workflow.queries.paging import LARGEST_PAGE, Paging
from workflow.queries.worklist import Filters, WorkRow, worklist
from workflow.work import Office, begin_work

# Heading, and its width in characters.
LEDGER: tuple[tuple[Title, int], ...] = (
    (Title("办件编号", "Case"), 16),
    (Title("项目代码", "Project code"), 28),
    (Title("项目名称", "Project"), 30),
    (Title("建设单位", "Company"), 26),
    (Title("事项编码", "Item code"), 10),
    (Title("事项", "Item"), 30),
    (Title("主办部门", "Department"), 20),
    (Title("收件时间", "Received"), 17),
    (Title("受理时间", "Accepted"), 17),
    (Title("决定时间", "Decided"), 17),
    (Title("送达时间", "Delivered"), 17),
    (Title("法定时限", "Statutory limit"), 14),
    (Title("法定到期日", "Statutory due date"), 12),
    (Title("法定已用（日）", "Statutory, days used"), 10),
    (Title("法定剩余（日）", "Statutory, days left"), 10),
    (Title("承诺时限", "Promised limit"), 14),
    (Title("承诺到期日", "Promised due date"), 12),
    (Title("承诺已用（日）", "Promised, days used"), 10),
    (Title("承诺剩余（日）", "Promised, days left"), 10),
    (Title("到期日是否预计", "Provisional dates"), 10),
    (Title("是否按期", "In time"), 10),
    (Title("暂停计时", "Pauses"), 40),
    (Title("环节", "State"), 14),
    (Title("结果", "Outcome"), 12),
    (Title("文书编号", "Documents"), 30),
    (Title("经办人", "Officer"), 14),
)
WORKLIST: tuple[Title, ...] = (
    Title("办件编号", "Case"),
    Title("名称", "Title"),
    Title("项目代码", "Project code"),
    Title("项目名称", "Project"),
    Title("事项编码", "Item code"),
    Title("环节", "State"),
    Title("时限状态", "Light"),
    Title("剩余", "Time left"),
    Title("到期日", "Due date"),
    Title("到期日是否预计", "Provisional date"),
    Title("主办部门", "Department"),
    Title("经办人", "Officer"),
    Title("该谁办", "Whose turn"),
)
YES, NO = Title("是", "yes"), Title("否", "no")
EXPECTED = Title("预计", "provisional")
NOW = Title("今", "now")
MORE = Title(
    f"只列出前 {MOST_ROWS} 件，请缩小范围后分段导出",
    f"Only the first {MOST_ROWS} cases are listed: narrow the question and ask in pieces",
)
LIGHTS = {
    "overdue": Title("超期", "overdue"),
    "warning": Title("2 日内到期", "due in 2 days"),
    "normal": Title("正常", "normal"),
    "paused": Title("暂停计时", "paused"),
}
OUTCOMES = {
    "granted": Title("准予", "granted"),
    "refused": Title("不予许可", "refused"),
    "withdrawn": Title("撤回", "withdrawn"),
    "revoked": Title("撤销", "revoked"),
    "cancelled": Title("注销", "cancelled"),
    "lapsed": Title("失效", "lapsed"),
    "recalled": Title("撤回许可", "recalled"),
    "changed": Title("已变更", "changed"),
    "not_accepted": Title("不予受理", "not accepted"),
    "not_needed": Title("不需要许可", "no permit needed"),
    "not_ours": Title("不属本机关职权", "not in our power"),
}
"""What became of a case of approval; of another flow's the state it ended in says it."""
LEDGER_TITLE = Title("台账", "Ledger")


def write_ledger(out: BinaryIO, rows: Iterable[LedgerRow], filters: LedgerFilters, now: datetime, lang: str) -> None:
    """Write the workbook; the row after MOST_ROWS says that there would be more."""
    columns = [Column(heading.in_(lang), width) for heading, width in LEDGER]
    title = f"{LEDGER_TITLE.in_(lang)} {filters.since:%Y%m%d}-{filters.until:%Y%m%d}"
    shown = (
        [value.in_(lang) if isinstance(value, Title) else value for value in _ledger_row(row, lang)] for row in rows
    )
    write_workbook(out, title, columns, _cut(shown, lang), now)


def write_worklist(out: BinaryIO, rows: Iterable[WorkRow], office: Office, lang: str) -> None:
    """Write the list as CSV."""
    shown = (_work_row(row, office, lang) for row in rows)
    write_rows(out, [heading.in_(lang) for heading in WORKLIST], _cut(shown, lang))


def every_row(office: Office, actor: Actor, filters: Filters, secret: str) -> Iterator[WorkRow]:
    """The worklist page by page, each in a transaction of its own, up to one row more than MOST_ROWS."""
    cursor, left = None, MOST_ROWS + 1
    while left > 0:
        with begin_work(office, actor) as work:
            page = worklist(work, filters, Paging(secret, min(LARGEST_PAGE, left), cursor))
        yield from page.rows
        if page.next_cursor is None:
            return
        cursor, left = page.next_cursor, left - len(page.rows)


def _cut(rows: Iterable[Sequence[Value]], lang: str) -> Iterator[Sequence[Value]]:
    for place, row in enumerate(rows):
        if place == MOST_ROWS:
            yield [MORE.in_(lang)]
            return
        yield row


def _ledger_row(row: LedgerRow, lang: str) -> list[Value | Title]:
    limits = [one for one in (row.statutory, row.promised) if one is not None]
    outcome = OUTCOMES.get(row.outcome, row.state) if row.outcome else None
    return [
        row.no,
        row.project_code,
        row.project_name,
        row.company,
        row.item,
        row.item_title,
        row.department,
        row.received_at,
        row.accepted_at,
        row.decided_at,
        row.delivered_at,
        *_limit(row.statutory),
        *_limit(row.promised),
        EXPECTED if any(one.provisional for one in limits) else None,
        _in_time(limits),
        "\n".join(_pause(one, lang) for one in row.pauses) or None,
        row.state,
        outcome,
        "\n".join(row.documents) or None,
        row.officer,
    ]


def _limit(column: LimitColumn | None) -> tuple[Value | Title, ...]:
    if column is None:
        return (None, None, None, None)
    return (column.limit, column.due_on, column.used, column.left)


def _in_time(limits: Sequence[LimitColumn]) -> Title | None:
    """Of what has stopped: whether every limit was kept."""
    stopped = [one.met for one in limits if one.met is not None]
    if not stopped:
        return None
    return YES if all(stopped) else NO


def _pause(pause: LedgerPause, lang: str) -> str:
    until: date | str = pause.until or NOW.in_(lang)
    return f"{pause.cause.in_(lang)} {pause.since}–{until}"


def _work_row(row: WorkRow, office: Office, lang: str) -> list[Value]:
    departments, roles = office.catalogue.departments, office.catalogue.roles
    department = departments[row.department].title.in_(lang) if row.department in departments else row.department
    turn = roles[row.turn].title.in_(lang) if row.turn in roles else row.turn
    return [
        row.no,
        row.title,
        row.project_code,
        row.project_name,
        row.item,
        row.state_title.in_(lang),
        LIGHTS[str(row.light)].in_(lang),
        row.words.in_(lang) if row.words else None,
        row.due_on,
        EXPECTED.in_(lang) if row.provisional else None,
        department,
        row.assignee,
        turn,
    ]


def period(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """The days of a ledger: up to today and from 1 January on, where nobody says."""
    last = until or today
    return since or last.replace(month=1, day=1), last
