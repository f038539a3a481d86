"""办件进度: what the applicant's page of a case says above its record: where its clock stands, what stopped it, what a
missed date sets off, why something was refused and how to object, and where the case is now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from api.access import office
from api.pages.ahead import PLACELESS
from api.pages.names import STOPS, department_name, document_name, role_name
from api.pages.panels import Panel
from api.pages.standing import Standing, pause_period, standing
from api.wording import _, date_and_time, lang, own
from workflow.clock.days import local_day
from workflow.clock.words import Light
from workflow.definition import Rung
from workflow.queries.case import CaseView, DocumentView, PauseView
from workflow.queries.clocks import ClockView

PAUSE_NOTICE = "special_procedure_notice"
REFUSALS = ("refusal_decision", "not_accepted_decision", "not_needed_notice", "renewal_refusal", "change_refusal")
REFUSED = frozenset({"refused", "not_ours", "not_needed"})
"""Outcomes that are told with their reason and how to object."""
REMEDY = "decision"


@dataclass(frozen=True, slots=True)
class OtherClock:
    """A clock beside the leading one, in a sentence of its own; ``proof`` is where its days are counted."""

    words: str
    provisional: bool
    after: str
    basis: str
    proof: str | None
    proof_words: str


@dataclass(frozen=True, slots=True)
class PauseNote:
    """A pause: why, when, by which article; ``notice`` is the number of the written notice, None where none was
    issued."""

    title: str
    period: str
    basis: str
    stops: str
    reason: str
    result: str
    open: bool
    notice: str | None
    notice_name: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """That a date was missed, who was told of it by the rules, and what follows."""

    words: str
    told: str
    follows: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was refused, by which article, and how to object with its periods."""

    reason: str
    basis: str
    remedies: str
    document: str | None
    document_name: str


@dataclass(frozen=True, slots=True)
class NowAt:
    """The step the case is at, as the first line of its track."""

    title: str
    since: str
    iso: str
    who: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What the page says above the record. ``law`` is the statutory clock where another one leads."""

    lead: Standing | None
    promise: str
    proof: str | None
    basis: str
    law: OtherClock | None
    others: tuple[OtherClock, ...]
    pauses: tuple[PauseNote, ...]
    overdue: Overdue | None
    refusal: Refusal | None
    now_at: NowAt | None


def progress(case: CaseView, panels: Sequence[Panel], now: datetime) -> Progress:
    """The progress of ``case`` as of ``now``."""
    today = local_day(now)
    lead = panels[0] if panels else None
    flow = office().flow(case.flow, case.flow_version)
    return Progress(
        lead=standing(lead.view, flow.rule(lead.view.name), case.pauses, now) if lead else None,
        promise=_promise(lead.view) if lead else "",
        proof=lead.proof if lead else None,
        basis=lead.view.basis if lead else "",
        law=next((_other(panel) for panel in panels[1:] if panel.view.name == "statutory"), None),
        others=tuple(_other(panel) for panel in panels[1:] if panel.view.name != "statutory"),
        pauses=tuple(_pause(case, pause, today) for pause in case.pauses),
        overdue=_overdue(case, lead.view, today) if lead else None,
        refusal=_refusal(case, today),
        now_at=_now_at(case, today),
    )


def _promise(clock: ClockView) -> str:
    """How long the clock is in all."""
    limit = own(clock.limit_words)
    if clock.name == "promised":
        return _("本区承诺 %(limit)s。", limit=limit)
    return _("%(clock)s %(limit)s。", clock=own(clock.title), limit=limit)


def _other(panel: Panel) -> OtherClock:
    view = panel.view
    day = f"{panel.day} {panel.hour}".strip()
    words = f"{own(view.title)} {own(view.limit_words)}"
    if day:
        words = _("%(clock)s，到 %(day)s", clock=words, day=day)
    return OtherClock(
        words=words,
        provisional=view.provisional and bool(day),
        after=_("，%(left)s。", left=own(view.words)),
        basis=view.basis,
        proof=panel.proof,
        proof_words=_("逐日看%(clock)s", clock=own(view.title)),
    )


def _pause(case: CaseView, pause: PauseView, today: date) -> PauseNote:
    notice = next((one for one in case.documents if _tells_of(one, pause)), None)
    return PauseNote(
        title=own(pause.title),
        period=pause_period(pause, today),
        basis=pause.basis,
        stops=_("、").join(_(STOPS[stop]) for stop in sorted(pause.stops, reverse=True) if stop in STOPS),
        reason=pause.reason,
        result=pause.result or "",
        open=pause.open,
        notice=notice.no if notice else None,
        notice_name=document_name(notice.kind) if notice else "",
    )


def _tells_of(document: DocumentView, pause: PauseView) -> bool:
    said = document.facts.get("said", {})
    same_day = local_day(document.effective_at) == pause.since
    return document.kind == PAUSE_NOTICE and same_day and said.get("cause", pause.cause) == pause.cause


def _overdue(case: CaseView, clock: ClockView, today: date) -> Overdue | None:
    """Said plainly where the date has passed and nothing was decided."""
    if case.ended_at is not None or clock.light is not Light.OVERDUE or clock.state == "settled":
        return None
    rungs = office().flow(case.flow, case.flow_version).rule(clock.name).ladder
    told = _told(rungs, clock)
    follows = _("办结时会公开说明超期的原因（优化营商环境条例第三十六条）。") if clock.name == "promised" else ""
    coming = clock.next_rung
    if coming is not None and coming.act is None:
        roles = [role for rung in rungs if rung.text == coming.text for role in rung.tell]
        when = date_and_time(coming.at, today)
        if roles:
            follows = _("到 %(when)s 还没有办结，再报%(roles)s。", when=when, roles=_roles(roles)) + follows
    return Overdue(
        words=_("已超过%(clock)s：%(left)s。", clock=own(clock.title), left=own(clock.words)),
        told=_("已按规定报%(roles)s。", roles=_roles(told)) if told else "",
        follows=follows,
    )


def _told(rungs: Sequence[Rung], clock: ClockView) -> list[str]:
    """The roles that the rungs fired so far have told, once each."""
    coming = clock.next_rung
    texts = [rung.text for rung in rungs]
    fired = rungs if coming is None or coming.text not in texts else rungs[: texts.index(coming.text)]
    return list(dict.fromkeys(role for rung in fired for role in rung.tell if role != "applicant"))


def _roles(roles: Sequence[str]) -> str:
    return _("、").join(dict.fromkeys(role_name(role) for role in roles))


def _refusal(case: CaseView, today: date) -> Refusal | None:
    if case.outcome not in REFUSED:
        return None
    decision = next((one for one in reversed(case.documents) if one.kind in REFUSALS), None)
    said = decision.facts.get("said", {}) if decision else {}
    stated = decision.facts.get("words", {}).get("remedies", "") if decision and lang() == "zh" else ""
    remedy = office().catalogue.remedies.get(REMEDY)
    text = remedy.on(local_day(decision.issued_at) if decision else today) if remedy else None
    return Refusal(
        reason=str(said.get("reason", "")),
        basis=str(said.get("basis", "")),
        remedies=stated or (own(text.text) if text else ""),
        document=decision.no if decision else None,
        document_name=document_name(decision.kind) if decision else "",
    )


def _now_at(case: CaseView, today: date) -> NowAt | None:
    """The present step; an ended case has none."""
    if case.ended_at is not None:
        return None
    turn = case.state.turn
    who = ""
    if turn is not None:
        in_office = role_name(turn) if turn in PLACELESS else department_name(case.department)
        who = _("等您办理") if turn == "applicant" else in_office
    return NowAt(
        title=own(case.state.title),
        since=_("%(when)s 起", when=date_and_time(case.entered_at, today)),
        iso=case.entered_at.isoformat(),
        who=who,
    )


def receipt_of(case: CaseView) -> str | None:
    """Where its receipt is; None of what was never handed in."""
    return url_for("pages.receipt", no=case.no) if case.received_at is not None else None
