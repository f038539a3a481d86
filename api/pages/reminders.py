"""Alerts addressed to this person: what fired, on which case; seen is not solved."""

from dataclasses import dataclass
from datetime import date

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.faults import Fault, faults_of
from api.pages.frame import show
from api.pages.lists import cursor, paging, with_query
from api.pages.names import role_name, rung_words
from api.pages.once import Done, lead_on, once
from api.pages.wording import _, date_and_time
from workflow.clock.days import local_day
from workflow.commands.acknowledge_alert import LONGEST_NOTE, acknowledge_alert
from workflow.errors import NotFound, Refused
from workflow.queries.alerts import AlertView, inbox, open_count
from workflow.queries.paging import capped
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert in words."""

    view: AlertView
    why: str
    when: str
    role: str
    seen: str


@pages.get("/alerts", endpoint="alerts")
def alerts_page() -> Response:
    """The inbox: what is not acknowledged, or everything."""
    return _inbox()


@pages.post("/alerts/<int:number>/acknowledge")
def acknowledge(number: int) -> Response:
    """Say that an alert was seen, with a note if there is one."""
    note = request.form.get("note", "")
    try:
        with access.work() as work:
            done = once(work, lambda: _acknowledged(work, number, note))
    except NotFound:
        raise
    except Refused as refusal:
        faults = faults_of(refusal, {"note": _("说明")}, {})
        return _inbox(
            [Fault(f"note-{number}" if one.field else "", one.text) for one in faults], refusal.status, {number: note}
        )
    return lead_on(done)


def _acknowledged(work: Work, number: int, note: str) -> Done:
    acknowledge_alert(work, number, note)
    return Done(url_for("pages.alerts"), _("已签收。签收不等于办结：时限照常往前走，请尽快办理。"))


def _inbox(faults: list[Fault] | None = None, status: int = 200, notes: dict[int, str] | None = None) -> Response:
    everything = request.args.get("show") == "all"
    with access.work() as work:
        waiting = open_count(work)
        found = inbox(work, paging(cursor=cursor()), only_open=not everything)
        today = local_day(work.now)
    return show(
        "alerts.html",
        status,
        everything=everything,
        waiting=capped(waiting),
        lines=[_line(view, today) for view in found.rows],
        notes=notes or {},
        longest=LONGEST_NOTE,
        next_page=with_query("pages.alerts", cursor=found.next_cursor) if found.next_cursor else None,
        problems=faults or (),
        here=url_for("pages.alerts"),
    )


def _line(view: AlertView, today: date) -> AlertLine:
    return AlertLine(
        view=view,
        why=_("%(clock)s%(when)s", clock=view.clock_title.zh, when=rung_words(view.rung_text)),
        when=date_and_time(view.created_at, today),
        role=role_name(view.role),
        seen=date_and_time(view.acknowledged_at, today) if view.acknowledged_at else "",
    )
