"""请假和代理: whose leave one may know of, one entered, one ended early."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.faults import Fault, faults_of
from api.pages.frame import show
from api.pages.lists import cursor, paging, with_query
from api.pages.once import Done, lead_on, once
from api.pages.reading import half_width, read_day, read_moment
from api.wording import N_, _
from workflow.clock.days import OFFICE_ZONE, end_of_day, local_day, start_of_day
from workflow.commands.end_absence import end_absence
from workflow.commands.record_absence import record_absence
from workflow.errors import Conflict, NotFound, Refused
from workflow.queries.absences import AbsenceFilters, absences
from workflow.queries.stand_ins import colleagues
from workflow.work import Work

FIELDS = ("person", "delegate", "since", "until", "reason")
STATES = {
    "ahead": ("todo", N_("未开始")),
    "now": ("warn", N_("请假中")),
    "over": ("done", N_("已结束")),
    "called_off": ("hold", N_("已取消")),
}


@dataclass(slots=True)
class _Back:
    """What a refused form brings back."""

    status: int = 200
    faults: list[Fault] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)


@pages.get("/leave", endpoint="leave")
def leave_page() -> Response:
    """The leaves one may know of, and the form for another."""
    return _page(_Back(typed={"person": request.args.get("person", "")}))


@pages.post("/leave")
def record_leave() -> Response:
    """Enter a leave."""
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    today = local_day(access.me().now)
    since, until = _moment(typed["since"], today, last=False), _moment(typed["until"], today, last=True)
    person, delegate = _number(typed["person"]), _number(typed["delegate"])
    empty = {"person": _("请选择谁请假"), "delegate": _("请选择谁代理")}
    faults = [Fault(name, empty[name]) for name, value in (("person", person), ("delegate", delegate)) if not value]
    faults += [
        Fault(name, _("“%(field)s”应为日期或时间，如 2026-11-25 或 11月25日 13:00", field=_labels()[name]))
        for name, value in (("since", since), ("until", until))
        if value is None
    ]
    if faults or since is None or until is None:
        return _page(_Back(400, faults, typed))

    def deed(work: Work) -> Done:
        made = record_absence(work, person, delegate, since, until, typed["reason"])
        said = _("已登记：%(name)s请假期间由%(delegate)s代理。", name=made.person_name, delegate=made.delegate_name)
        return Done(url_for("pages.leave"), said)

    try:
        with access.work() as work:
            done = once(work, lambda: deed(work))
    except Refused as refusal:
        return _page(_Back(refusal.status, faults_of(refusal, _labels(), {}), typed))
    return lead_on(done)


@pages.post("/leave/<int:number>/end")
def end_leave(number: int) -> Response:
    """Be back early, or call a leave off."""

    def deed(work: Work) -> Done:
        ended = end_absence(work, number)
        return Done(url_for("pages.leave"), _("已销假，角色回到%(name)s手中。", name=ended.person_name))

    try:
        with access.work() as work:
            done = once(work, lambda: deed(work))
    except (NotFound, Conflict):
        raise
    return lead_on(done)


def _page(back: _Back) -> Response:
    show_all = request.method == "GET" and request.args.get("show") == "all"
    with access.work() as work:
        found = absences(
            work, AbsenceFilters(open=not show_all), paging(cursor=cursor() if request.method == "GET" else None)
        )
        people = colleagues(work)
        myself = work.actor.id
    typed = {**dict.fromkeys(FIELDS, ""), **back.typed}
    typed["person"] = typed["person"] or str(myself)
    return show(
        "leave.html",
        back.status,
        rows=found.rows,
        states={name: (tone, _(words)) for name, (tone, words) in STATES.items()},
        show_all=show_all,
        mine=[(one.id, one.name) for one in people if one.mine],
        delegates=[(one.id, one.name) for one in people],
        typed=typed,
        problems=back.faults,
        first_page=with_query("pages.leave") if cursor() else None,
        next_page=with_query("pages.leave", cursor=found.next_cursor) if found.next_cursor else None,
        here=url_for("pages.leave"),
    )


def _labels() -> dict[str, str]:
    return {
        "person": _("谁请假"),
        "delegate": _("代理人"),
        "since": _("从"),
        "until": _("到"),
        "reason": _("事由"),
    }


def _number(text: str) -> int:
    """The number of an account; 0 where none was chosen."""
    plain = half_width(text)
    return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else 0


def _moment(text: str, today: date, last: bool) -> datetime | None:
    """A moment, or of a day its beginning or (``last``) its end."""
    if (moment := read_moment(text, today)) is not None:
        return datetime.fromisoformat(moment).replace(tzinfo=OFFICE_ZONE)
    day = read_day(text, today)
    if day is None:
        return None
    return end_of_day(day) if last else start_of_day(day)
