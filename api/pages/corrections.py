"""Putting right what was recorded of a case: two small forms, what would move, and only then the writing."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.case_names import case_name
from api.pages.drafts import seen_version
from api.pages.faults import Fault, faults_of
from api.pages.frame import show
from api.pages.once import Done, lead_on, once
from api.pages.reading import half_width, read_day
from api.wording import _, date_and_time, lang, own
from workflow.case import Case, ClockRecord, PauseRecord
from workflow.clock.days import FIRST_YEAR, LAST_YEAR, local_day
from workflow.clock.words import date_words
from workflow.commands.correct_pause import correct_pause, preview_pause
from workflow.commands.correct_receipt import correct_receipt, preview_receipt
from workflow.commands.correcting import correctable
from workflow.definition import Flow
from workflow.errors import Conflict, NotAllowed, NotFound, Refused
from workflow.recast import Move, Recast
from workflow.work import Work

RECEIPT, PAUSE = "receipt", "pause"
FIELDS = ("received_on", "receipt_reason", "pause", "since", "until", "pause_reason")


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One clock: its old and its new end in words; ``unsure`` ones are provisional."""

    title: str
    old: str
    old_unsure: bool
    new: str
    new_unsure: bool
    change: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a correction would bring about."""

    fact: str
    old: str
    new: str
    lines: tuple[MoveLine, ...]
    effects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One form as it was sent: what the core takes."""

    kind: str
    version: int
    received: date | None
    pause: int
    since: date | None
    until: date | None
    reason: str


@pages.get("/cases/<no>/corrections", endpoint="corrections")
def corrections_page(no: str) -> Response:
    """The two forms."""
    return _page(no)


@pages.post("/cases/<no>/corrections")
def correct(no: str) -> Response:
    """First what would move; with ``step=save`` the correction itself. A refusal shows the forms again, as typed."""
    step = request.form.get("step", "")
    if step == "edit":
        return _page(no)
    try:
        with access.work() as work:
            asked, faults = _asked(work)
            if not faults and step == "save":
                done = once(work, lambda: _corrected(work, no, asked))
            elif not faults:
                preview = _preview(work, no, asked)
    except (NotFound, NotAllowed):
        raise
    except Refused as refusal:
        return _refused(no, refusal)
    if faults:
        return _page(no, faults, 400)
    if step == "save":
        return lead_on(done)
    return show(
        "corrections_preview.html",
        no=no,
        version=asked.version,
        preview=preview,
        fields=[(name, request.form.get(name, "")) for name in ("kind", *FIELDS)],
        here=url_for("pages.corrections", no=no),
    )


def _page(no: str, problems: list[Fault] | None = None, status: int = 200, stale: Conflict | None = None) -> Response:
    with access.work() as work:
        case = correctable(work, no)
        today = local_day(work.now)
    pauses = sorted((one for one in case.pauses if one.id is not None), key=lambda one: one.since)
    return show(
        "corrections.html",
        status,
        no=no,
        title=case_name(case.title),
        version=case.version,
        received=_instant(case.received_at, today),
        pauses=[(str(one.id), _pause_words(one, today)) for one in pauses],
        values=_values(case, pauses),
        problems=problems or (),
        stale=stale,
        here=url_for("pages.corrections", no=no),
    )


def _values(case: Case, pauses: list[PauseRecord]) -> dict[str, str]:
    """What stands in the fields: what was typed, else what is recorded (of the last pause)."""
    last = pauses[-1] if pauses else None
    kept = {
        "received_on": local_day(case.received_at).isoformat() if case.received_at else "",
        "pause": str(last.id) if last else "",
        "since": last.since.isoformat() if last else "",
        "until": last.until.isoformat() if last and last.until else "",
    }
    typed = {name: request.form[name] for name in FIELDS if name in request.form}
    return {**dict.fromkeys(FIELDS, ""), **kept, **typed}


def _labels() -> dict[str, str]:
    """The fields as the forms call them, by the names of either form."""
    kind = request.form.get("kind")
    return {
        "received_on": _("实际收件日"),
        "receipt_reason": _("更正理由"),
        "pause": _("哪一次暂停"),
        "since": _("开始日"),
        "until": _("结束日"),
        "pause_reason": _("更正理由"),
        # as the core calls them
        "received_at": _("实际收件日"),
        **({"reason": _("更正理由")} if kind in (RECEIPT, PAUSE) else {}),
    }


def _asked(work: Work) -> tuple[_Asked, list[Fault]]:
    form, today = request.form, local_day(work.now)
    kind = RECEIPT if form.get("kind") == RECEIPT else PAUSE
    wanted = ("received_on",) if kind == RECEIPT else ("since", "until")
    days = {name: read_day(form.get(name, ""), today) for name in wanted}
    labels = _labels()
    faults = [
        Fault(name, _("“%(field)s”应为 2026-03-10 这样的日期", field=labels[name]))
        for name, day in days.items()
        if not _speakable(day) and (half_width(form.get(name, "")) or name != "until")
    ]
    number = form.get("pause", "")
    if kind == PAUSE and not (number.isascii() and number.isdigit() and len(number) < 19):
        faults.append(Fault("pause", _("请选择一次暂停")))
    reason = form.get(f"{kind}_reason", "").replace("\r\n", "\n").strip()
    if not reason:
        faults.append(Fault(f"{kind}_reason", _("请填写“%(field)s”", field=_("更正理由"))))
    if faults:
        number = "0"
    asked = _Asked(
        kind,
        seen_version(),
        days.get("received_on"),
        int(number) if kind == PAUSE else 0,
        days.get("since"),
        days.get("until"),
        reason,
    )
    return asked, faults


def _speakable(day: date | None) -> bool:
    return day is not None and FIRST_YEAR < day.year < LAST_YEAR


def _refused(no: str, refusal: Refused) -> Response:
    if isinstance(refusal, Conflict):
        return _page(no, None, refusal.status, refusal)
    kind = RECEIPT if request.form.get("kind") == RECEIPT else PAUSE
    names = {"received_at": "received_on", "reason": f"{kind}_reason"}
    faults = [Fault(names.get(one.field, one.field), one.text) for one in faults_of(refusal, _labels(), request.form)]
    return _page(no, faults, refusal.status)


def _corrected(work: Work, no: str, asked: _Asked) -> Done:
    if asked.kind == RECEIPT:
        assert asked.received is not None
        change = correct_receipt(work, no, asked.version, asked.received, asked.reason)
    else:
        assert asked.since is not None
        change = correct_pause(work, no, asked.version, asked.pause, asked.since, asked.until, asked.reason)
    moved = sum(1 for move in change.event.input["moves"] if move["old"] != move["new"])
    said = _("已更正。") + (_("%(n)s 个时限的日期随之变动。", n=moved) if moved else _("没有时限的日期变动。"))
    return Done(url_for("pages.case", no=no), said)


def _preview(work: Work, no: str, asked: _Asked) -> Preview:
    if asked.kind == RECEIPT:
        assert asked.received is not None
        found = preview_receipt(work, no, asked.version, asked.received, asked.reason)
    else:
        assert asked.since is not None
        found = preview_pause(work, no, asked.version, asked.pause, asked.since, asked.until, asked.reason)
    before, after = found.change.before, found.change.after
    flow, today = work.office.flow(before.flow, before.flow_version), local_day(work.now)
    if asked.kind == RECEIPT:
        fact = _("收件时间")
        old, new = _instant(before.received_at, today), _instant(after.received_at, today)
    else:
        fact = _("暂停起止")
        old, new = (
            next(_pause_words(one, today) for one in case.pauses if one.id == asked.pause) for case in (before, after)
        )
    lines = tuple(_line(flow, move, today) for move in found.moved)
    return Preview(fact, old, new, lines, tuple(_effects(flow, found, work.now, today)))


def _line(flow: Flow, move: Move, today: date) -> MoveLine:
    days = (move.new_on - move.old_on).days if move.new_on and move.old_on else 0
    if days == 0:
        change = _("日期不变") if move.new_on == move.old_on else ""
    else:
        change = _("推后 %(n)s 天", n=days) if days > 0 else _("提前 %(n)s 天", n=-days)
    return MoveLine(
        own(flow.clocks[move.clock].title),
        _day(move.old_on, today),
        move.old_provisional,
        _day(move.new_on, today),
        move.new_provisional,
        change,
    )


def _effects(flow: Flow, found: Recast, now: datetime, today: date) -> list[str]:
    """What follows beside the dates: what the clock does at once, what stays, who is told."""
    effects = [
        _(
            "%(clock)s届满，系统随即办理“%(deed)s”。",
            clock=own(flow.clocks[clock.name].title),
            deed=own(flow.actions[act].title),
        )
        for clock in found.change.clocks
        for act in _acts_due(flow, clock, now)
    ]
    if found.change.before.accepted_at != found.change.after.accepted_at:
        effects.append(_("视为受理的日期随收件时间一并更正。"))
    effects += [
        _(
            "%(clock)s已停止，到期日 %(day)s，按停止时的情况保留，不改。",
            clock=own(flow.clocks[one["clock"]].title),
            day=_day(date.fromisoformat(one["due_on"]) if one["due_on"] else None, today),
        )
        for one in found.change.event.input["kept"]
    ]
    effects.append(_("办理记录写明原来的、更正后的和理由，原有记录不删不改。"))
    if found.change.messages:
        effects.append(_("告知申请人、帮办专员和经办人新的日期。"))
    return effects


def _acts_due(flow: Flow, clock: ClockRecord, now: datetime) -> list[str]:
    ladder = zip(flow.clocks[clock.name].ladder, clock.ladder_at, strict=False)
    return [rung.act for rung, at in list(ladder)[clock.rung :] if rung.act is not None and at <= now]


def _day(day: date | None, today: date) -> str:
    return date_words(day, today, lang()) if day else _("暂停中，恢复后才有日期")


def _instant(instant: datetime | None, today: date) -> str:
    return date_and_time(instant, today) if instant else "—"


def _pause_words(pause: PauseRecord, today: date) -> str:
    causes = access.office().catalogue.causes
    title = own(causes[pause.cause].title) if pause.cause in causes else pause.cause
    since = date_words(pause.since, today, lang())
    if pause.until is None:
        return _("%(why)s：%(since)s起，尚未结束", why=title, since=since)
    return _("%(why)s：%(since)s 至 %(until)s", why=title, since=since, until=date_words(pause.until, today, lang()))
