"""Alerts addressed to this person: what fired, on which case; seen is not solved."""

from collections.abc import Mapping
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
from api.route_table import WATCHERS
from api.wording import N_, _, date_and_time, own
from workflow.clock.days import local_day
from workflow.commands.acknowledge_alert import LONGEST_NOTE, acknowledge_alert
from workflow.errors import NotFound, Refused
from workflow.queries.alerts import AlertView, Hand, Receipt, inbox, open_count
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
    answer: str
    passed_from: str
    passed_on: str
    stepped_down: str
    receipts: tuple[str, ...]


WHY: Mapping[str, str] = {"unread": N_("未签收"), "unreachable": N_("无法送达")}
STEPPED_DOWN: Mapping[str, str] = {
    "solved": N_("时限已停止，不必再签收"),
    "moved": N_("日期已推后，不必再签收"),
    "paused": N_("时限暂停中，不必签收"),
}
RECEIPTS: Mapping[str, str] = {
    "waiting": N_("待发送"),
    "delivered": N_("已送达"),
    "failed": N_("未送达"),
    "withdrawn": N_("已撤回"),
}


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
        watches=access.me().actor.holds(*WATCHERS),
    )


def _line(view: AlertView, today: date) -> AlertLine:
    return AlertLine(
        view=view,
        why=_("%(clock)s%(when)s", clock=own(view.clock_title), when=rung_words(view.rung_text)),
        when=date_and_time(view.created_at, today),
        role=role_name(view.role),
        seen=date_and_time(view.acknowledged_at, today) if view.acknowledged_at else "",
        answer=_answer(view, today),
        passed_from=_passed_from(view.passed_from),
        passed_on=_passed_on(view, today),
        stepped_down=_(STEPPED_DOWN[view.stepped_down_why]) if view.stepped_down_why else "",
        receipts=tuple(_receipt(one, today) for one in view.receipts),
    )


def _answer(view: AlertView, today: date) -> str:
    """By when it must be acknowledged and where it goes else; empty where it waits, or waits no more."""
    waits = view.acknowledged_at is None and view.passed_on_at is None and view.stepped_down_at is None
    if view.answer_by is None or not waits:
        return ""
    until = date_and_time(view.answer_by, today)
    if view.next_role is None:
        return _("请在 %(until)s 前签收；其上再无人可转", until=until)
    return _("请在 %(until)s 前签收；未签收将转上级（%(role)s起）", until=until, role=role_name(view.next_role))


def _passed_from(hand: Hand | None) -> str:
    if hand is None:
        return ""
    return _("原由%(who)s%(why)s转来", who=_hand(hand), why=_(WHY[hand.why or "unread"]))


def _passed_on(view: AlertView, today: date) -> str:
    if view.passed_on_at is None:
        return ""
    when, why = date_and_time(view.passed_on_at, today), _(WHY[view.passed_why or "unread"])
    if view.passed_to is None:
        return _("%(when)s 因%(why)s应转上级，但已无人可转", when=when, why=why)
    return _("%(when)s 因%(why)s已转%(who)s", when=when, why=why, who=_hand(view.passed_to))


def _hand(hand: Hand) -> str:
    """``攻坚队长 王敏``; to an applicant the role alone."""
    return " ".join(part for part in (role_name(hand.role), hand.person) if part)


def _receipt(receipt: Receipt, today: date) -> str:
    state, at = _(RECEIPTS[receipt.state]), date_and_time(receipt.at, today)
    return _("%(channel)s%(state)s %(at)s", channel=_channel(receipt.channel), state=state, at=at)


def _channel(code: str) -> str:
    """A way to a person by its name; what has none is told on the pages alone."""
    known = access.office().catalogue.channels
    return own(known[code].title) if code in known else _("工作页面")
