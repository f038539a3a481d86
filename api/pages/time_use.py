"""Whose time a case has taken, as its page shows it: a bar of its working days, the same in a table, and in spans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from flask import url_for

from api.pages.names import role_name
from api.pages.strips import LONGEST, Cell
from api.wording import N_, _, date_and_time, own, short_day
from workflow.clock.days import local_day
from workflow.queries.time_use import CONVENTION, CaseTimeUse, FlagView, ShareView, SpanView, case_time_use
from workflow.time_use import WINDOW
from workflow.work import Work

TONES: Mapping[str, str] = {
    "office": "u-office",
    "applicant": "u-applicant",
    "other_body": "u-other",
    "exempt": "u-exempt",
    "items": "u-items",
}
FLAGS: Mapping[str, str] = {"backfilled": N_("补录"), "quick": N_("秒办"), "late_rung": N_("晚触发")}
HOUR, DAY = 60, 24 * 60
# Cells of a bar that stands for many cases: one a twentieth.
BAR = 20


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One holder: how many working days, which part of the whole, and how long by the clock on the wall."""

    who: str
    tone: str
    days: int
    part: str
    wall: str


@dataclass(frozen=True, slots=True)
class SpanLine:
    """One span: who, in which state or for which cause, from when to when."""

    who: str
    what: str
    period: str
    days: int
    wall: str


@dataclass(frozen=True, slots=True)
class FlagLine:
    """One step that stands out, in a sentence."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class UsePanel:
    """Everything the section shows; ``cells`` is empty where a bar would say nothing."""

    total: str
    cells: tuple[Cell, ...]
    shares: tuple[ShareLine, ...]
    spans: tuple[SpanLine, ...]
    flags: tuple[FlagLine, ...]
    missed: str
    reason: str
    decisive: str | None
    convention: str
    json: str


def use_panel(work: Work, no: str) -> UsePanel | None:
    """The section of the case ``no``; None for a draft, which has taken nobody's time."""
    found = case_time_use(work, no)
    if found.since is None or found.until is None:
        return None
    today = local_day(work.now)
    return UsePanel(
        total=_total(found, today),
        cells=cells(found.spans),
        shares=share_lines(found.shares, found.days),
        spans=tuple(_span_line(span, today) for span in found.spans),
        flags=tuple(flag_line(flag, today) for flag in found.flags),
        missed=_missed(found, today),
        reason=(found.missed.reason or "") if found.missed else "",
        decisive=found.decisive,
        convention=own(CONVENTION),
        json=url_for("time_use.one_case", no=no),
    )


def share_lines(shares: Sequence[ShareView], days: int) -> tuple[ShareLine, ...]:
    """The holders of ``days`` working days in all, each with its part."""
    return tuple(
        ShareLine(
            who=own(share.who),
            tone=tone(share.holder, share.department),
            days=share.days,
            part=f"{share.days / days:.0%}" if days else "—",
            wall=wall_time(share.minutes),
        )
        for share in shares
    )


def cells(spans: Sequence[SpanView]) -> tuple[Cell, ...]:
    """One cell a working day; of more days than a person can see apart, each cell stands for several."""
    tones = [tone(span.holder, span.department) for span in spans for _day in range(span.days)]
    if len(tones) > LONGEST:
        tones = [tones[place * len(tones) // LONGEST] for place in range(LONGEST)]
    return tuple(Cell(None, one) for one in tones)


def cells_of_shares(shares: Sequence[ShareView], days: int) -> tuple[Cell, ...]:
    """A bar of BAR cells for all days of many cases, in the order of the holders."""
    ends = [0]
    for share in shares:
        ends.append(ends[-1] + share.days)
    marks = [round(end * BAR / days) for end in ends] if days else []
    tones = [
        tone(share.holder, share.department)
        for share, since, until in zip(shares, marks, marks[1:], strict=False)
        for _cell in range(until - since)
    ]
    return tuple(Cell(None, one) for one in tones)


def tone(holder: str, department: str | None) -> str:
    """The class of the style sheet for a holder."""
    return "u-window" if department == WINDOW else TONES[holder]


def flag_line(flag: FlagView, today: date) -> FlagLine:
    """A step that stands out, in words that accuse nobody."""
    effective = date_and_time(flag.effective_at, today)
    recorded = date_and_time(flag.recorded_at, today)
    name = _(FLAGS[flag.kind])
    if flag.kind == "backfilled":
        words = _(
            "“%(deed)s”于 %(effective)s 生效，%(role)s %(recorded)s 才录入，晚 %(days)s 个工作日",
            deed=own(flag.title),
            effective=effective,
            role=role_name(flag.role),
            recorded=recorded,
            days=flag.days,
        )
        return FlagLine(name, words)
    length = wall_time(flag.minutes or 0)
    if flag.kind == "quick":
        return FlagLine(name, _("从受理到“%(deed)s”只用 %(length)s", deed=own(flag.title), length=length))
    words = _(
        "“%(deed)s”比应触发的时刻晚 %(length)s（%(recorded)s）", deed=own(flag.title), length=length, recorded=recorded
    )
    return FlagLine(name, words)


def wall_time(minutes: int) -> str:
    """``3 天 2 小时``, ``20 分钟``: time by the clock on the wall."""
    if minutes < HOUR:
        return _("%(n)s 分钟", n=minutes)
    if minutes < DAY:
        return _("%(hours)s 小时 %(minutes)s 分钟", hours=minutes // HOUR, minutes=minutes % HOUR)
    return _("%(days)s 天 %(hours)s 小时", days=minutes // DAY, hours=minutes % DAY // HOUR)


def _total(found: CaseTimeUse, today: date) -> str:
    assert found.since is not None
    assert found.until is not None
    since, until = date_and_time(found.since, today), date_and_time(found.until, today)
    rested = any(one.until < other.since for one, other in pairwise(found.spans))
    rest = _("（其间已办结的时间不计）") if rested else ""
    if found.running:
        return _("从 %(since)s 到现在，共 %(n)s 个工作日", since=since, n=found.days) + rest
    return _("从 %(since)s 到 %(until)s，共 %(n)s 个工作日", since=since, until=until, n=found.days) + rest


def _span_line(span: SpanView, today: date) -> SpanLine:
    since, until = date_and_time(span.since, today), date_and_time(span.until, today)
    what = _("暂停：%(why)s", why=own(span.cause_title)) if span.cause_title else own(span.state_title)
    return SpanLine(
        who=own(span.who),
        what=what,
        period=_("%(since)s 至 %(until)s", since=since, until=until),
        days=span.days,
        wall=wall_time(span.minutes),
    )


def _missed(found: CaseTimeUse, today: date) -> str:
    if found.missed is None:
        return ""
    return _(
        "承诺 %(due)s 前办结，%(decided)s 才作出决定。",
        due=short_day(found.missed.due_on, today),
        decided=date_and_time(found.missed.decided_at, today),
    )
