"""假如…: the dates of one case, or of all live cases, if something were otherwise. Everything stands in the address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from flask import Response, request
from werkzeug.datastructures import MultiDict

from api import access
from api.pages.blueprint import pages
from api.pages.faults import Fault, at_its_field
from api.pages.frame import is_staff, show
from api.pages.moves import Figure, Shown, shown
from api.pages.names import role_name
from api.pages.reading import half_width, read_day
from api.wording import N_, _, lang, own
from workflow.clock.days import local_day
from workflow.clock.limit import Limit, parse_limit
from workflow.clock.words import date_words
from workflow.errors import Reason, Refused
from workflow.hypotheses import Hypothesis, Running, Step, SupposedPause
from workflow.queries.case import case as read_case
from workflow.queries.what_if import ClockChange, WhatIf, what_if
from workflow.queries.what_if_all import AllIf, Question, ask_all
from workflow.work import Work

ROWS_SHOWN = 50
KINDS: Mapping[str, str] = {
    "days": N_("日历：某天休息或上班"),
    "limit": N_("时限：某个事项的时限改变"),
    "pause": N_("暂停：在办办件一起暂停"),
}
RUNS: Mapping[Running, str] = {"new": N_("在办的一律按新时限"), "favourable": N_("在办的按对申请人更有利的")}
LABELS: Mapping[str, str] = {
    "since": N_("暂停开始日"),
    "until": N_("暂停结束日"),
    "cause": N_("事由"),
    "resume": N_("恢复计时日"),
    "extension": N_("延长"),
    "clock": N_("时限"),
    "limit": N_("新的时限"),
    "rest": N_("休息日"),
    "worked": N_("上班日"),
    "item": N_("事项"),
    "department": N_("部门"),
    "kind": N_("假设什么"),
}
# What the core calls the parts of a question, and what the form does.
_FIELDS = (
    (re.compile(r"pauses?(\.0)?\.since"), "since"),
    (re.compile(r"pauses?(\.0)?\.until"), "until"),
    (re.compile(r"pauses?(\.0)?\.cause"), "cause"),
    (re.compile(r"pauses?(\.0)?"), "since"),
    (re.compile(r"limits\..*"), "limit"),
    (re.compile(r"resume_on"), "resume"),
)
_AMOUNT = re.compile(r"([0-9]{1,6})\s*(wd|cd|wh|h|min|mo|y|个工作日|工作日|日|天|个月|月|年)?")
_UNITS = {"个工作日": "wd", "工作日": "wd", "日": "wd", "天": "cd", "个月": "mo", "月": "mo", "年": "y"}


@dataclass(frozen=True, slots=True)
class EndWords:
    """One end of a clock: the day, whether it is provisional, what is left, and the light."""

    day: str
    unsure: bool
    left: str
    light: str


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock before and after."""

    title: str
    limit: str
    old: EndWords
    new: EndWords
    change: str
    sentence: str


@dataclass(frozen=True, slots=True)
class StepWords:
    """A deed the hypothesis would need: who would have to do it, and why the law forbids it."""

    title: str
    by: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """One case under what is supposed, in words."""

    verdict: str
    turns: str | None
    lines: tuple[ClockLine, ...]
    steps: tuple[StepWords, ...]
    calendar_version: str


@dataclass(frozen=True, slots=True)
class AllAnswer:
    """All live cases, in words; ``warnings`` are (sentence, cases)."""

    shown: Shown
    figures: tuple[Figure, ...]
    unlawful: int
    warnings: tuple[tuple[str, int], ...]
    failed: int


class _Unread(Exception):
    """Something that was typed cannot be read."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__()


@pages.get("/cases/<no>/what-if", endpoint="case_what_if")
def case_what_if_page(no: str) -> Response:
    """One case: the form, and what it would bring once something is supposed."""
    form = request.args
    with access.work() as work:
        case = read_case(work, no)
        today = local_day(work.now)
        found, faults = _of_case(work, no, form, today) if form else (None, [])
    clocks = [(one.name, own(one.title)) for one in case.clocks if one.state != "settled"]
    return show(
        "case_what_if.html",
        400 if faults else 200,
        case=case,
        staff=is_staff(access.me().actor),
        answer=found,
        clocks=list(dict.fromkeys(clocks)),
        causes=_causes(case.item),
        paused=any(pause.open for pause in case.pauses),
        typed=form,
        problems=faults,
    )


@pages.get("/what-if", endpoint="what_if")
def what_if_page() -> Response:
    """All live cases: days of the calendar, a limit of an item, or a pause of many."""
    form = request.args
    with access.work() as work:
        found, faults = _of_all(work, form, local_day(work.now)) if "kind" in form else (None, [])
    catalogue = access.office().catalogue
    rules = access.office().flow("item").clocks
    return show(
        "what_if.html",
        400 if faults else 200,
        answer=found,
        kinds=[(name, _(words)) for name, words in KINDS.items()],
        runs=[(name, _(words)) for name, words in RUNS.items()],
        clocks=[(rule.name, own(rule.title)) for rule in rules.values() if rule.paused_by],
        causes=_causes(None),
        items=[(item.code, f"{own(item.title)}（{item.code}）") for item in catalogue.items.values()],
        departments=[(code, own(one.title)) for code, one in catalogue.departments.items()],
        typed=form,
        problems=faults,
    )


def _of_case(work: Work, no: str, form: MultiDict[str, str], today: date) -> tuple[CaseAnswer | None, list[Fault]]:
    try:
        hypothesis = Hypothesis(
            pauses=_pauses(form, today),
            resume_on=_day(form, "resume", today),
            extension=_whole(form, "extension"),
            limits=_limits(form),
            running="favourable" if form.get("running") == "favourable" else "new",
            rest=_days(form, "rest", today),
            worked=_days(form, "worked", today),
        )
        return _case_words(what_if(work, no, hypothesis), today), []
    except _Unread as unread:
        return None, unread.faults
    except Refused as refusal:
        return None, _faults(refusal)


def _of_all(work: Work, form: MultiDict[str, str], today: date) -> tuple[AllAnswer | None, list[Fault]]:
    try:
        return _all_words(ask_all(work, _question(form, today), ROWS_SHOWN), today), []
    except _Unread as unread:
        return None, unread.faults
    except Refused as refusal:
        return None, _faults(refusal)


def _question(form: MultiDict[str, str], today: date) -> Question:
    """Of what was typed only the parts of the kind that is asked: the others may be left from before."""
    scope = {name: form.get(name) or None for name in ("item", "department")}
    match form.get("kind"):
        case "limit":
            limits = _limits(form)
            if not limits:
                raise _Unread([Fault("limit", _("请填写新的时限"))])
            running: Running = "favourable" if form.get("running") == "favourable" else "new"
            return Question(limits=limits, running=running, item=scope["item"])
        case "pause":
            found = _pauses(form, today)
            if not found:
                raise _Unread([Fault("since", _("请填写暂停开始日"))])
            return Question(pause=found[0], **scope)
        case "days":
            rest, worked = _days(form, "rest", today), _days(form, "worked", today)
            if not rest and not worked:
                raise _Unread([Fault("rest", _("请填写休息日或上班日"))])
            return Question(rest=rest, worked=worked)
    raise _Unread([Fault("kind", _("请选择假设什么"))])


def _case_words(found: WhatIf, today: date) -> CaseAnswer:
    moved = len(found.moves)
    return CaseAnswer(
        verdict=_("%(n)s 个截止日期会变", n=moved) if moved else _("截止日期不变"),
        turns=found.turns,
        lines=tuple(_line(one, today) for one in found.clocks),
        steps=tuple(_step(step) for step in found.steps),
        calendar_version=found.calendar_version,
    )


def _line(one: ClockChange, today: date) -> ClockLine:
    before, after = one.before, one.after
    same = before.limit_words == after.limit_words
    return ClockLine(
        title=own(after.title),
        limit=own(after.limit_words) if same else f"{own(before.limit_words)} → {own(after.limit_words)}",
        old=EndWords(_end(before.due_on, today), before.provisional, own(before.words), before.light.value),
        new=EndWords(_end(after.due_on, today), after.provisional, own(after.words), after.light.value),
        change=_change(before.due_on, after.due_on),
        sentence=own(one.sentence),
    )


def _end(day: date | None, today: date) -> str:
    return date_words(day, today, lang()) if day else _("暂停中，未定")


def _change(old: date | None, new: date | None) -> str:
    if old == new:
        return _("不变")
    if old is None or new is None:
        return "—"
    days = (new - old).days
    return _("推后 %(n)s 天", n=days) if days > 0 else _("提前 %(n)s 天", n=-days)


def _step(step: Step) -> StepWords:
    by = _("由%(who)s办理", who="、".join(role_name(role) for role in step.by)) if step.by else ""
    return StepWords(own(step.title), by, tuple(own(reason) for reason in step.reasons))


def _all_words(found: AllIf, today: date) -> AllAnswer:
    words = shown(found.preview, today)
    return AllAnswer(
        shown=words,
        # Their notes speak to who signs an amendment.
        figures=tuple(replace(figure, note="") for figure in words.figures),
        unlawful=found.unlawful,
        warnings=tuple((own(warned.reason), warned.cases) for warned in found.warnings),
        failed=found.failed,
    )


def _causes(item: str | None) -> list[tuple[str, str]]:
    """Every cause, those that are lawful for the item first: of the others it is said that they are not."""
    catalogue = access.office().catalogue
    known = catalogue.items.get(item or "")
    lawful = {*known.pauses, "other"} if known else set(catalogue.causes)
    ordered = sorted(catalogue.causes.values(), key=lambda cause: cause.code not in lawful)
    return [
        (
            cause.code,
            own(cause.title) if cause.code in lawful else _("%(cause)s（本事项不适用）", cause=own(cause.title)),
        )
        for cause in ordered
    ]


def _pauses(form: MultiDict[str, str], today: date) -> tuple[SupposedPause, ...]:
    since, until, cause = _day(form, "since", today), _day(form, "until", today), form.get("cause", "")
    if since is None and until is None:
        return ()
    if since is None:
        raise _Unread([Fault("since", _("请填写暂停开始日"))])
    if not cause:
        raise _Unread([Fault("cause", _("请选择暂停的事由"))])
    return (SupposedPause(since, until, cause),)


def _limits(form: MultiDict[str, str]) -> dict[str, Limit]:
    text, clock = half_width(form.get("limit", "")), form.get("clock", "")
    if not text:
        return {}
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise _Unread([Fault("limit", _("“新的时限”应为 15、15wd（工作日）或 15cd（自然日）"))])
    if not clock:
        raise _Unread([Fault("clock", _("请选择哪个时限"))])
    unit = found[2] or "wd"
    return {clock: parse_limit(f"{found[1]}{_UNITS.get(unit, unit)}")}


def _whole(form: MultiDict[str, str], name: str) -> int:
    text = half_width(form.get(name, ""))
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) == 0:
        raise _Unread([Fault(name, _("“%(field)s”应为 1 以上的整数", field=_(LABELS[name])))])
    return int(text)


def _days(form: MultiDict[str, str], name: str, today: date) -> frozenset[date]:
    texts = [text for text in re.split(r"[,，、;；\s]+", form.get(name, "")) if text]
    return frozenset(_read(text, name, today) for text in texts)


def _day(form: MultiDict[str, str], name: str, today: date) -> date | None:
    text = form.get(name, "").strip()
    return _read(text, name, today) if text else None


def _read(text: str, name: str, today: date) -> date:
    day = read_day(text, today)
    if day is None:
        raise _Unread([Fault(name, _("“%(field)s”应为 2026-11-25 这样的日期", field=_(LABELS[name])))])
    return day


def _faults(refusal: Refused) -> list[Fault]:
    return [_fault(reason) for reason in refusal.reasons] or [Fault("", own(refusal))]


def _fault(reason: Reason) -> Fault:
    path = str(reason.facts.get("field", ""))
    name = next((field for form, field in _FIELDS if form.fullmatch(path)), path)
    if name not in LABELS:
        return Fault("", own(reason))
    text = at_its_field(reason, path)
    return Fault(name, _("“%(field)s”%(what)s", field=_(LABELS[name]), what=text))
