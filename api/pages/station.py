"""One stop, 1+N consultation: the sentence, the picture of who has answered (P5) and the table of opinions; on the page
of an opinion the question and what silence means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from markupsafe import Markup

from api.access import office
from api.pages.names import department_name
from api.pictures.hub import Answer, Asked, hub
from api.wording import N_, _, lang, long_day, own, short_day
from workflow.clock.days import local_day
from workflow.definition import Field, Flow, Title
from workflow.queries.case import CaseView
from workflow.queries.consultation import DROPPED, Condition, Opinion, consultation
from workflow.visibility import shows_names
from workflow.work import Work

STANCES: dict[str, tuple[Answer, str, str]] = {
    "agreed": ("agreed", "done", "t-ok"),
    "conditional": ("conditional", "warn", "t-warn"),
    "objected": ("objected", "bad", "t-bad"),
    "silent": ("silent", "hold", "t-hold"),
    "asked": ("waiting", "todo", "t-todo"),
}
"""By state of an opinion: its answer in the picture, its shape and tone in the table."""
STANCE_WORDS: dict[str, str] = {
    "agreed": N_("同意"),
    "conditional": N_("有条件同意"),
    "objected": N_("不同意"),
    "silent": N_("无意见（逾期）"),
    "asked": N_("未回复"),
}
COUNTED: dict[str, str] = {
    "agreed": N_("%(n)s 个同意"),
    "conditional": N_("%(n)s 个有条件同意"),
    "objected": N_("%(n)s 个不同意"),
    "silent": N_("%(n)s 个逾期未答复，记为“无意见”"),
}


@dataclass(frozen=True, slots=True)
class ConditionWords:
    """One condition; ``link`` leads to its task, empty where the reader may not open it; ``owner`` with the date."""

    what: str
    owner: str
    state: str
    open: bool
    link: str


@dataclass(frozen=True, slots=True)
class OpinionWords:
    """One row of the table; ``link`` is empty where the reader may not open the opinion."""

    department: str
    words: str
    shape: str
    tone: str
    when: str
    said: str
    conditions: tuple[ConditionWords, ...]
    link: str


@dataclass(frozen=True, slots=True)
class Consultation:
    """A consultation or one of its opinions; an opinion has no rows and no picture. ``left`` is empty where no answer
    is awaited any longer. ``closed`` names what cannot be done yet, ``why`` what keeps it.
    """

    question: str
    asked: str
    left: str
    answered: str
    picture: Markup | None
    rows: tuple[OpinionWords, ...]
    shapes: tuple[tuple[str, str], ...]
    silence: str
    awaited: bool
    closed: str = ""
    why: str = ""


def consultation_panel(work: Work, case: CaseView) -> Consultation | None:
    """What a page of a consultation or an opinion shows beside the case; None for any other case, and for applicants,
    who read the conclusion only."""
    if case.flow not in ("consultation", "opinion") or not shows_names(work.actor):
        return None
    flow, today = work.office.flow(case.flow, case.flow_version), local_day(work.now)
    question, silence = str(case.kept.get("question") or case.question or ""), _silence(flow, case)
    if case.flow == "opinion":
        return Consultation(question, "", "", "", None, (), (), silence, not case.state.ended)
    found = [one for one in consultation(work, case.no) if one.state != DROPPED]
    awaited = [one for one in found if one.awaited]
    rows = tuple(_row(one, work, today) for one in found)
    return Consultation(
        question=question,
        asked=_asked(work, case, len(found), bool(awaited), today),
        left=_left(case) if awaited else "",
        answered=_answered(found, awaited),
        picture=_picture(case, found, work, today),
        rows=rows,
        shapes=tuple(
            (STANCES[name][1], _(words))
            for name, words in STANCE_WORDS.items()
            if any(one.state == name for one in found)
        ),
        silence=silence,
        awaited=bool(awaited),
        closed=own(flow.actions["conclude"].title) if awaited else "",
        why=_why(case, len(awaited), today) if awaited else "",
    )


def _why(case: CaseView, missing: int, today: date) -> str:
    """What keeps the conclusion: ``还有 2 个部门未回复。全部回复，或过了 11月24日，可以形成结论。``"""
    due = _answer_by(case)
    still = _("还有 %(n)s 个部门未回复。", n=missing)
    return still if due is None else still + _("全部回复，或过了 %(day)s，可以形成结论。", day=short_day(due, today))


def silent_meaning(flow: Flow, value: str) -> Title | None:
    """What the flow says silence comes to; None where it does not say."""
    field = next((one for one in _opening_fields(flow) if one.name == "silence"), None)
    return None if field is None else dict(field.choices).get(value)


def _opening_fields(flow: Flow) -> Sequence[Field]:
    return () if flow.opening is None else (*flow.opening.action.asks, *flow.opening.action.makes)


def _silence(flow: Flow, case: CaseView) -> str:
    found = silent_meaning(flow, str(case.kept.get("silence", "")))
    return "" if found is None else own(found)


def _asked(work: Work, case: CaseView, count: int, awaited: bool, today: date) -> str:
    """``6 个部门，11月19日发起，3 个工作日内回复，期限 11月24日（周二）``."""
    opened = local_day(case.opened_at)
    said = _("%(n)s 个部门，%(day)s发起", n=count, day=short_day(opened, today))
    due = _answer_by(case)
    if due is None or not awaited:
        return said
    within = _("%(n)s 个工作日内回复", n=work.calendar.working_days_between(opened, due))
    day = long_day(due, today, work.calendar.is_provisional(due))
    return "，".join((said, within, _("期限 %(day)s", day=day)))


def _answer_by(case: CaseView) -> date | None:
    value = case.kept.get("answer_by")
    return date.fromisoformat(value) if isinstance(value, str) else None


def _left(case: CaseView) -> str:
    """What the running clock of the answers has left."""
    return next((own(one.words) for one in case.clocks if one.name == "answering" and one.state != "settled"), "")


def _answered(found: Sequence[Opinion], awaited: Sequence[Opinion]) -> str:
    if awaited:
        names = "、".join(short_name(one.department) for one in awaited)
        return _("已回复 %(n)s 个，还差%(names)s。", n=len(found) - len(awaited), names=names)
    counts = {name: sum(1 for one in found if one.state == name) for name in COUNTED}
    return _("答复已齐：%(counts)s。", counts="，".join(_(COUNTED[name], n=n) for name, n in counts.items() if n))


def _row(one: Opinion, work: Work, today: date) -> OpinionWords:
    _answer, shape, tone = STANCES[one.state]
    return OpinionWords(
        department=department_name(one.department),
        words=_stance(one, work, today),
        shape=shape,
        tone=tone,
        when=_when(one, today),
        said="；".join(part for part in (one.opinion, one.basis) if part),
        conditions=tuple(_condition(each, today) for each in one.conditions),
        link="" if one.no is None else url_for("pages.case", no=one.no),
    )


def _when(one: Opinion, today: date) -> str:
    if one.awaited:
        return "—" if one.due_on is None else _("%(day)s到期", day=short_day(one.due_on, today))
    return "—" if one.on is None else short_day(one.on, today)


def _stance(one: Opinion, work: Work, today: date) -> str:
    """The opinion in words; of one still awaited how many working days it has."""
    if not one.awaited or one.due_on is None:
        return _(STANCE_WORDS[one.state])
    left = work.calendar.working_days_between(today, one.due_on)
    if today > one.due_on:
        return _("未回复，已到期")
    return _("未回复，剩 %(n)s 日", n=left) if left else _("未回复，今天到期")


def _condition(one: Condition, today: date) -> ConditionWords:
    due = _("，%(day)s前", day=short_day(one.due_on, today)) if one.due_on else ""
    return ConditionWords(
        what=one.what,
        owner=_("负责：%(who)s", who=department_name(one.department)) + due,
        state="" if one.state is None else own(one.state),
        open=one.open,
        link="" if one.no is None else url_for("pages.case", no=one.no),
    )


def _picture(case: CaseView, found: Sequence[Opinion], work: Work, today: date) -> Markup | None:
    asked = [Asked(short_name(one.department), STANCES[one.state][0], _stance(one, work, today)) for one in found]
    return hub(short_name(case.department), asked)


def short_name(code: str) -> str:
    """A department without what all of a district's have in common: 住房和城乡建设局, not 区住房和城乡建设局."""
    return _shortened(department_name(code), own(office().catalogue.district.title))


def _shortened(name: str, district: str) -> str:
    if lang() == "en":
        place = district.removesuffix(" District")
        for part in ("District ", "Municipal ", f", {place} Branch", f", {place} Brigade", " Bureau"):
            name = name.replace(part, "")
        return name
    place = district.removesuffix("区")
    return name.removesuffix(f"{place}分局").removesuffix(f"{place}大队").removeprefix("区").removeprefix("市")
