"""Amendments: reading one, signing it as the second person, sending it back, withdrawing it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.faults import Fault, at_its_field, faults_of
from api.pages.frame import show
from api.pages.lists import cursor, paging, with_query
from api.pages.moves import Figure, Shown, figures, shown
from api.pages.once import Done, lead_on, once
from api.wording import N_, _, date_and_time, own, short_day
from workflow.actor import Actor
from workflow.amending.kinds import KINDS
from workflow.clock.days import local_day
from workflow.commands import amend
from workflow.errors import BadInput, Conflict, NotFound, Refused
from workflow.queries.amendments import Amendment, amendment, amendment_preview, amendments
from workflow.work import Work

ROWS_SHOWN = 200
WITHDRAWABLE = ("year", "closure")

CONTENT_WORDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "item": (N_("事项"), {}),
    "variant": (N_("情形"), {}),
    "clock": (N_("时限"), {"statutory": N_("法定时限"), "promised": N_("承诺时限")}),
    "limit": (N_("新的时限"), {}),
    "from": (N_("施行日期"), {}),
    "running": (
        N_("在办办件"),
        {"old": N_("按旧时限"), "new": N_("按新时限"), "favourable": N_("从有利，两者中先到期的一个")},
    ),
    "flow": (N_("流程"), {}),
    "from_version": (N_("原版"), {}),
    "to_version": (N_("新版"), {}),
    "at_rest": (N_("已办结、仍可继续办理的办件"), {"True": N_("一并改用"), "False": N_("不动")}),
}
"""What a changed limit and a flow version say, in words; a value without words stands as it is."""


@dataclass(frozen=True, slots=True)
class ShownAmendment:
    """One amendment in a list."""

    id: int
    title: str
    state: str
    document: str
    proposed_by: str
    proposed_at: Any


@dataclass(slots=True)
class _Back:
    """What a refused form brings back to the page it stood on."""

    status: int = 200
    faults: list[Fault] = field(default_factory=list)
    stale: str = ""
    typed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Found:
    """An amendment as it stands, with what it would move where it waits for a signature."""

    amendment: Amendment
    today: date
    preview: Shown | None
    misfit: str


@pages.get("/amendments", endpoint="amendments")
def all_amendments() -> Response:
    """Every amendment, newest first."""
    with access.work() as work:
        found = amendments(work, paging(cursor=cursor()))
        today = local_day(work.now)
    return show(
        "amendments.html",
        rows=[shown_amendment(one, today) for one in found.rows],
        may=may_propose(access.me().actor),
        next_page=with_query("pages.amendments", cursor=found.next_cursor) if found.next_cursor else None,
        year=today.year,
    )


@pages.get("/amendments/<int:number>", endpoint="amendment")
def one_amendment(number: int) -> Response:
    """One amendment: what it says, who proposed it, what it would move, and what may be done to it."""
    return _page(_found(number), _Back())


@pages.get("/amendments/<int:number>/sign")
def confirm_signing(number: int) -> Response:
    """The page on which a signature is confirmed; it names the effect."""
    return _sign_page(_found(number), _Back())


@pages.post("/amendments/<int:number>/sign")
def sign_amendment(number: int) -> Response:
    """Sign."""
    note, seen = _text("note"), request.form.get("seen") or None
    try:
        with access.work() as work:
            done = once(work, lambda: _signed(work, number, note, seen))
    except NotFound:
        raise
    except Refused as refusal:
        back = _back(refusal, {"note": _("签发意见")}, {"note": note})
        found = _found(number)
        return _sign_page(found, back) if found.amendment.state == "proposed" else _page(found, back)
    return lead_on(done)


@pages.post("/amendments/<int:number>/refuse")
def refuse_amendment(number: int) -> Response:
    """Send a proposal back, or take one's own back."""
    note = _text("note")
    if not note:
        return _page(_found(number), _Back(400, [Fault("note", _("请写明理由"))]))
    try:
        with access.work() as work:
            done = once(work, lambda: _refused(work, number, note))
    except NotFound:
        raise
    except Refused as refusal:
        return _page(_found(number), _back(refusal, {"note": _("理由")}, {"note": note}))
    return lead_on(done)


@pages.post("/amendments/<int:number>/withdraw")
def withdraw_amendment(number: int) -> Response:
    """Propose that an amendment in force is withdrawn; somebody else signs that."""
    typed = {"document": _text("document"), "reason": _text("reason")}
    labels = {"document": _("依据的文件"), "reason": _("撤回的理由")}
    faults = [Fault(name, _("请填写“%(field)s”", field=label)) for name, label in labels.items() if not typed[name]]
    if faults:
        return _page(_found(number), _Back(400, faults, typed=typed))
    try:
        with access.work() as work:
            done = once(work, lambda: _withdrawing(work, number, typed))
    except NotFound:
        raise
    except Refused as refusal:
        return _page(_found(number), _back(refusal, labels, typed))
    return lead_on(done)


def shown_amendment(one: Amendment, today: date) -> ShownAmendment:
    """An amendment as lists show it."""
    return ShownAmendment(one.id, title_of(one, today), one.state, one.document, one.proposed_by, one.proposed_at)


def title_of(one: Amendment, today: date) -> str:
    """What an amendment is called: 2027 年放假安排, 停止办公：台风停工（8月12日）."""
    return titled(one.kind, one.content, today)


def titled(kind: str, content: Any, today: date) -> str:
    """The same of a content that nobody has proposed yet."""
    match kind:
        case "year":
            return _("%(year)s 年放假安排", year=content["year"])
        case "closure":
            days = [date.fromisoformat(one["date"]) for one in content["off"]]
            names = _("、").join(dict.fromkeys(one["name"] for one in content["off"]))
            return _("停止办公：%(name)s（%(days)s）", name=names, days=_span(days[0], days[-1], today))
        case "withdrawal":
            return _("撤回变动第 %(n)s 号", n=content["amendment"])
        case "limit":
            since = short_day(date.fromisoformat(content["from"]), today)
            what = f"{content['item']} {content['clock']}"
            return _("时限依法调整：%(what)s 自%(day)s起 %(limit)s", what=what, day=since, limit=content["limit"])
        case "flow":
            versions = {"old": content["from_version"], "new": content["to_version"]}
            return _("在办办件改用新版流程：%(flow)s 第 %(old)s 版 → 第 %(new)s 版", flow=content["flow"], **versions)
    return own(KINDS[kind].title) if kind in KINDS else kind


def content_lines(content: Any, today: date) -> list[str]:
    """The days of a notice in words, one line a run of days; of a changed limit or flow version what it says."""
    lines = [
        _("%(name)s：%(value)s", name=_(words), value=_(values.get(str(content[key]), str(content[key]))))
        for key, (words, values) in CONTENT_WORDS.items()
        if key in content and ("clock" in content or "flow" in content)
    ]
    for name, days in _runs(content.get("off", ())):
        count = _("，%(n)s 天", n=len(days)) if len(days) > 1 else ""
        lines.append(_("%(name)s：%(days)s放假", name=name, days=_span(days[0], days[-1], today)) + count)
    worked = [short_day(date.fromisoformat(day), today) for day in content.get("make_up", ())]
    if worked:
        lines.append(_("调休上班：%(days)s", days=_("、").join(worked)))
    return lines


def may_read(actor: Actor) -> bool:
    """Whether amendments are shown to the actor."""
    return actor.holds("admin", "supervisor")


def may_propose(actor: Actor) -> bool:
    """Whether the actor proposes and signs."""
    return actor.holds("admin")


def _runs(off: Any) -> list[tuple[str, list[date]]]:
    runs: list[tuple[str, list[date]]] = []
    for one in off:
        day = date.fromisoformat(one["date"])
        if runs and runs[-1][0] == one["name"] and (day - runs[-1][1][-1]).days == 1:
            runs[-1][1].append(day)
        else:
            runs.append((one["name"], [day]))
    return runs


def _span(first: date, last: date, today: date) -> str:
    if first == last:
        return short_day(first, today)
    return _("%(first)s 至 %(last)s", first=short_day(first, today), last=short_day(last, first))


def _found(number: int) -> _Found:
    with access.work() as work:
        one, today = amendment(work, number), local_day(work.now)
        if one.state != "proposed" or one.kind not in KINDS:
            return _Found(one, today, None, "")
        try:
            return _Found(one, today, shown(amendment_preview(work, number, ROWS_SHOWN), today), "")
        except BadInput as misfit:
            # The calendar has changed since: it can only be sent back now.
            return _Found(one, today, None, _in_words(misfit))


def _in_words(misfit: BadInput) -> str:
    """What does not fit, without the names of fields that this page has not."""
    return "；".join(at_its_field(one, str(one.facts.get("field"))) for one in misfit.reasons) or own(misfit)


def _page(found: _Found, back: _Back) -> Response:
    one, actor = found.amendment, access.me().actor
    return show(
        "amendment.html",
        back.status,
        amendment=one,
        title=title_of(one, found.today),
        lines=content_lines(one.content, found.today),
        withdraws=one.content.get("amendment") if one.kind == "withdrawal" else None,
        reason=one.content.get("reason", ""),
        progress=_progress(one, found.today),
        closed=_closed(found, actor),
        own=one.proposed_by_id == actor.id,
        may_refuse=may_propose(actor),
        may_withdraw=may_propose(actor) and one.state == "in_force" and one.kind in WITHDRAWABLE,
        shown=found.preview,
        kept_figures=_kept(one),
        typed={"note": "", "document": "", "reason": "", **back.typed},
        stale=back.stale,
        problems=back.faults,
        year=_year_of(one, found.today),
        here=url_for("pages.amendment", number=one.id),
    )


def _sign_page(found: _Found, back: _Back) -> Response:
    one = found.amendment
    closed = _closed(found, access.me().actor)
    return show(
        "amendment_sign.html",
        back.status,
        amendment=one,
        title=title_of(one, found.today),
        closed=closed,
        shown=found.preview,
        effects=_effects(one.kind),
        typed={"note": "", **back.typed},
        stale=back.stale,
        problems=back.faults,
        year=_year_of(one, found.today),
        here=url_for("pages.confirm_signing", number=one.id),
    )


def _effects(kind: str) -> list[str]:
    first = {
        "limit": _("自施行之日起，在办办件按所选规则改用新时限；新办件按事项文件。"),
        "flow": _("在办办件按新版流程继续办理：原有时限照旧，新增的时限开始计算。"),
    }
    return [
        first.get(kind, _("日历立即生效，此后的新日期都按它算。")),
        _("在办办件的日期由后台逐批重算，不影响别人办理；每件有变动的办件留一条记录。"),
        _("日期移动的办件，告知申请人、帮办专员和经办人；已发出的告知不能撤回。"),
    ]


def _closed(found: _Found, actor: Actor) -> str:
    """Why the actor cannot sign, or nothing."""
    one = found.amendment
    if one.state != "proposed":
        return _("已经有决定，不能再签发。")
    if not may_propose(actor):
        return _("由系统管理员签发。")
    if one.proposed_by_id == actor.id:
        return _("这是您提出的，须由另一位管理员签发。")
    return found.misfit


def _progress(one: Amendment, today: date) -> str:
    if one.state not in ("in_force", "withdrawn") or one.kind not in KINDS:
        return ""
    if one.settled_at is None:
        return _("正在重算，已变动 %(n)s 件", n=one.moved)
    return _("%(when)s 全部算完，变动 %(n)s 件", when=date_and_time(one.settled_at, today), n=one.moved)


def _kept(one: Amendment) -> tuple[Figure, ...]:
    return figures(one.preview) if one.state != "proposed" else ()


def _year_of(one: Amendment, today: date) -> int:
    year = one.content.get("year")
    return year if isinstance(year, int) else today.year


def _back(refusal: Refused, labels: dict[str, str], typed: dict[str, str]) -> _Back:
    if isinstance(refusal, Conflict):
        return _Back(refusal.status, stale=own(refusal), typed=typed)
    return _Back(refusal.status, faults_of(refusal, labels, {}), typed=typed)


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()


def _signed(work: Work, number: int, note: str, seen: str | None) -> Done:
    amend.sign(work, number, note, seen)
    said = _("已签发，立即生效。在办办件的日期正在后台重算，刷新本页可看进度。")
    return Done(url_for("pages.amendment", number=number), said)


def _refused(work: Work, number: int, note: str) -> Done:
    amend.refuse(work, number, note)
    return Done(url_for("pages.amendment", number=number), _("已退回，没有任何日期变动。"))


def _withdrawing(work: Work, number: int, typed: dict[str, str]) -> Done:
    content = {"amendment": number, "reason": typed["reason"]}
    made = amend.propose(work, "withdrawal", content, typed["document"])
    said = _("已提出撤回，待另一位管理员签发。现在的日历还没有变。")
    return Done(url_for("pages.amendment", number=made.id), said)
