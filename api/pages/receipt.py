"""回执: what an applicant takes away after handing in: the number, the QR code of the public query, what comes next and
by which date."""

import io
from dataclasses import dataclass
from datetime import date

import segno
from flask import Response, url_for
from markupsafe import Markup

from api import access
from api.pages.ahead import next_step
from api.pages.blueprint import pages
from api.pages.frame import show
from api.pages.lists import paging
from api.pages.public_query import query_path
from api.wording import date_and_time, lang, own
from workflow.clock.days import local_day
from workflow.clock.words import date_words
from workflow.errors import NotFound
from workflow.queries.case import CaseView
from workflow.queries.case import case as read_case
from workflow.queries.worklist import Filters, worklist
from workflow.work import Work

ITEMS_SHOWN = 60
QR_SCALE = 4
"""Units of the drawing to one module: about 140 of them side by side, printed 4 cm wide."""


@dataclass(frozen=True, slots=True)
class Due:
    """The next date of a case that was handed in, in words."""

    day: str
    left: str
    provisional: bool


@pages.get("/cases/<no>/receipt")
def receipt(no: str) -> Response:
    """The receipt of the case ``no``."""
    with access.work() as work:
        case = read_case(work, no)
        today = local_day(work.now)
        due = _due(work, case, today)
    if case.received_at is None:
        raise NotFound("not_received", f"办件 {no} 还没有提交，没有回执", f"The case {no} was not handed in yet")
    path = query_path(case.no)
    address = access.wiring().settings.public_url.rstrip("/") + path
    return show(
        "receipt.html",
        case=case,
        received=date_and_time(case.received_at, today),
        step=next_step(case.flow, case.state),
        due=due,
        path=path,
        address=address,
        qr=qr_svg(address),
        here=url_for("pages.receipt", no=no),
    )


def qr_svg(address: str) -> Markup:
    """The QR code of an address as inline SVG without a size of its own, quiet zone included (ISO/IEC 18004: 4)."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=False, nl=False, omitsize=True, border=4, scale=QR_SCALE, light="#fff"
    )
    # Drawn by segno from an address of ours: nothing in it to escape.
    return Markup(drawn.getvalue().decode())


def _due(work: Work, case: CaseView, today: date) -> Due | None:
    """The nearest date of its own clocks; of an application without any, the last of those of its items."""
    if case.flow != "bundle":
        running = [clock for clock in case.clocks if clock.state != "settled" and clock.due_on is not None]
        found = min(running, key=lambda clock: clock.due_on or date.max, default=None)
        if found is None or found.due_on is None:
            return None
        return Due(date_words(found.due_on, today, lang()), own(found.words), found.provisional)
    items = {one.no for one in case.relatives}
    rows = worklist(work, Filters(project=case.project_code, flow="item"), paging(ITEMS_SHOWN)).rows
    dated = [row for row in rows if row.no in items and row.due_on is not None and row.words is not None]
    last = max(dated, key=lambda row: row.due_on or date.min, default=None)
    if last is None or last.due_on is None or last.words is None:
        return None
    return Due(date_words(last.due_on, today, lang()), own(last.words), last.provisional)
