"""台账导出: which days and which department, and the workbook."""

from datetime import date

from flask import Response, request

from api import access
from api.ledger_file import period
from api.pages.blueprint import pages
from api.pages.faults import Fault, faults_of
from api.pages.frame import show
from api.pages.reading import half_width
from api.resources.ledger import ledger_answer
from api.wording import _, own
from workflow.clock.days import FIRST_YEAR, LAST_YEAR, local_day
from workflow.errors import Refused
from workflow.queries.ledger import LONGEST_DAYS, MOST_ROWS, LedgerFilters

NAMES = {"from": "since", "to": "until"}


@pages.get("/ledger")
def ledger() -> Response:
    """The form; with ``get`` the workbook, or the form again with what is wrong in it."""
    today = local_day(access.me().now)
    access.release(None)  # what follows begins transactions of its own
    if "get" not in request.args:
        return _form(today, [])
    faults = [Fault(name, _("应为 2026-03-02 这样的日期")) for name in NAMES if _given(name) and _day(name) is None]
    if faults:
        return _form(today, faults, 400)
    since, until = period(_day("from"), _day("to"), today)
    filters = LedgerFilters(since, until, department=_given("department") or None, item=_given("item") or None)
    try:
        return ledger_answer(filters)
    except Refused as refusal:
        return _form(today, faults_of(refusal, {"from": _("收件起"), "to": _("收件止")}, {}), refusal.status)


def _form(today: date, faults: list[Fault], status: int = 200) -> Response:
    catalogue = access.office().catalogue
    since, until = period(None, None, today)
    return show(
        "ledger.html",
        status,
        problems=faults,
        given={
            "from": _given("from") or since.isoformat(),
            "to": _given("to") or until.isoformat(),
            "department": _given("department"),
            "item": _given("item"),
        },
        departments=[(one.code, own(one.title)) for one in catalogue.departments.values()],
        items=[(one.code, own(one.title)) for one in catalogue.items.values()],
        longest=LONGEST_DAYS,
        most=MOST_ROWS,
    )


def _given(name: str) -> str:
    return half_width(request.args.get(name, "")).strip()[:64]


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(_given(name))
    except ValueError:
        return None
    return day if FIRST_YEAR < day.year < LAST_YEAR else None
