"""Whose time it was, for those who watch: figures of a period by department, and the cases behind each number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.frame import show
from api.pages.lists import cursor, paging, with_query
from api.pages.names import department_name
from api.pages.reading import half_width, read_day
from api.pages.strips import Cell
from api.pages.time_use import FlagLine, cells_of_shares, flag_line, share_lines, tone
from api.wording import N_, _, date_and_time, lang, own, short_day
from workflow.actor import Actor
from workflow.clock.days import local_day
from workflow.clock.words import limit_words
from workflow.errors import BadInput, Reason
from workflow.queries.time_figures import CountedCase, DepartmentUse, Period, counted_cases, figures
from workflow.queries.time_use import CONVENTION, ShareView
from workflow.time_use import WINDOW
from workflow.visibility import scope_values, sees_everything

KIND_WORDS: Mapping[str, str] = {
    "cases": N_("办结的办件"),
    "backfilled": N_("有补录步骤的办件"),
    "quick": N_("秒办的办件"),
    "missed": N_("超过承诺时限的办件"),
}
"""What the list of a number is called."""
COLUMNS: Mapping[str, str] = {
    "window": N_("在窗口"),
    "office": N_("在部门"),
    "applicant": N_("在申请人"),
    "other_body": N_("在其他机构"),
    "exempt": N_("法定扣除"),
}
"""Whose days stand in the table, in its order."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number and the list of the cases it counts; no link where there are none."""

    count: int
    href: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One department, or all."""

    name: str
    cases: Number
    backfilled: Number
    steps: int
    quick: Number
    missed: Number
    unexplained: int
    average: str
    days: tuple[tuple[str, int], ...]
    total: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One case of a list: why it is there, and whose time it took."""

    case: CountedCase
    ended: str
    flags: tuple[FlagLine, ...]
    missed: str
    shares: str


@pages.get("/time-use", endpoint="time_use")
def figures_page() -> Response:
    """The figures of a period, by department."""
    with access.work() as work:
        today = local_day(work.now)
        found = figures(work, _period(today))
    span = {"from": found.since.isoformat(), "to": found.until.isoformat()}
    rows = [_row(one, span) for one in found.departments]
    return show(
        "time_use.html",
        rows=rows,
        all=_row(found.all, span),
        span=_span(found.since, found.until, today),
        complete=found.complete,
        cases=found.all.cases,
        columns=[_(words) for words in COLUMNS.values()],
        tones=[(_tone(column), _(words)) for column, words in COLUMNS.items()],
        backfill=found.policy.backfill_after.amount,
        quick=limit_words(found.policy.quick_decision, lang()),
        convention=own(CONVENTION),
        json="/api/v1/time-use?" + "&".join(f"{name}={value}" for name, value in span.items()),
        **_form(found.since, found.until),
    )


@pages.get("/time-use/cases", endpoint="time_use_cases")
def cases_page() -> Response:
    """The cases behind one number."""
    kind = request.args.get("kind", "cases")
    with access.work() as work:
        today = local_day(work.now)
        period = _period(today)
        found = counted_cases(work, period, kind, paging(cursor=cursor()))
    return show(
        "time_use_cases.html",
        what=_(KIND_WORDS[kind]),
        where=department_name(period.department) if period.department else _("全部部门"),
        span=_span(found.since, found.until, today),
        lines=[_line(case, today) for case in found.cases],
        count=found.count,
        complete=found.complete,
        back=with_query("pages.time_use", kind=None),
        next_page=with_query("pages.time_use_cases", cursor=found.next_cursor) if found.next_cursor else None,
        first_page=with_query("pages.time_use_cases") if cursor() else None,
    )


def _period(today: date) -> Period:
    return Period(_day("from", today), _day("to", today), request.args.get("department") or None)


def _day(name: str, today: date) -> date | None:
    """A day of the address, as a person may type it; raises BadInput."""
    typed = request.args.get(name, "")
    if not half_width(typed):
        return None
    # A day without its year is one of this year: what has ended lies behind us.
    day = read_day(typed, date(today.year, 1, 1))
    if day is None or not 1901 <= day.year <= 2099:
        words = (
            f"{name}：“{typed[:20]}”不是 2026-11-25 这样的日期",
            f"{name}: “{typed[:20]}” is no date such as 2026-11-25",
        )
        raise BadInput("bad_input", *words, reasons=[Reason("bad_field", *words, {"field": name, "value": typed[:20]})])
    return day


def _span(since: date, until: date, today: date) -> str:
    return _("%(since)s 至 %(until)s", since=short_day(since, today), until=short_day(until, today))


def _form(since: date, until: date) -> dict[str, Any]:
    """What stands in the form, and which departments this person may choose."""
    return {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "department": request.args.get("department", ""),
        "departments": [(code, department_name(code)) for code in _own_departments(access.me().actor)],
    }


def _own_departments(actor: Actor) -> list[str]:
    if sees_everything(actor):
        return sorted(access.office().catalogue.departments)
    return list(scope_values(actor, "department"))


def _row(use: DepartmentUse, span: Mapping[str, str]) -> Row:
    department = use.department or request.args.get("department") or None

    def number(kind: str, count: int) -> Number:
        asked = {"kind": kind, **span, **({"department": department} if department else {})}
        return Number(count, url_for("pages.time_use_cases", **asked) if count else None)

    days = {_column(share): 0 for share in use.shares}
    for share in use.shares:
        days[_column(share)] += share.days
    return Row(
        name=own(use.title),
        cases=number("cases", use.cases),
        backfilled=number("backfilled", use.backfilled_cases),
        steps=use.backfilled,
        quick=number("quick", use.quick),
        missed=number("missed", use.missed),
        unexplained=use.unexplained,
        average=f"{use.days / use.cases:.1f}" if use.cases else "—",
        days=tuple((_(words), days.get(column, 0)) for column, words in COLUMNS.items()),
        total=use.days,
        cells=cells_of_shares(use.shares, use.days),
    )


def _tone(column: str) -> str:
    return tone("office", WINDOW) if column == "window" else tone(column, None)


def _column(share: ShareView) -> str:
    return "window" if share.department == WINDOW else share.holder


def _line(case: CountedCase, today: date) -> Line:
    missed = ""
    if case.missed is not None:
        reason = case.missed.reason or _("没有公开说明")
        missed = _("承诺 %(due)s：%(reason)s", due=short_day(case.missed.due_on, today), reason=reason)
    lines = share_lines(case.shares, case.use.days)
    return Line(
        case=case,
        ended=date_and_time(case.ended_at, today),
        flags=tuple(flag_line(flag, today) for flag in case.flags),
        missed=missed,
        shares="，".join(_("%(who)s %(n)s 日", who=line.who, n=line.days) for line in lines),
    )
