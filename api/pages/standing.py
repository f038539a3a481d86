"""Where a clock stands, as the applicant's pages and the public query say it: one strong number with its sentence, the
strip with its ends, and a legend in which every pause has its reason. All of one list of days."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from api.access import calendar
from api.pages.strips import Cell, strip
from api.wording import N_, _, lang, own, short_day
from workflow.clock.days import OFFICE_ZONE, local_day
from workflow.clock.limit import Unit
from workflow.clock.pauses import Pause
from workflow.clock.words import Light, date_words, days_words
from workflow.definition import LIFE_CLOCKS, ClockRule, Title
from workflow.queries.clocks import ClockView

CHECKING = "completeness"
"""The clock of 收件核验, before the acceptance."""
PAUSED_EDGE = N_("暂停中，恢复后再定日期")
_NUMBER = re.compile(r"(\D*?)\s?(\d+)\s?(.*)")


class PausedFor(Protocol):
    """What a pause has to tell, of a case that is the reader's own and in public alike."""

    @property
    def title(self) -> Title:
        """Why."""

    @property
    def basis(self) -> str:
        """By which article."""

    @property
    def cause(self) -> str:
        """Its code."""

    @property
    def stops(self) -> tuple[str, ...]:
        """Which clocks it stops."""

    @property
    def since(self) -> date:
        """The day it began, which still counts."""

    @property
    def until(self) -> date | None:
        """The day it ended; None while it lasts."""

    @property
    def planned_until(self) -> date:
        """Until when it was meant to last."""


@dataclass(frozen=True, slots=True)
class PauseKey:
    """A pause in the legend: how many of its days did not count, why, from when to when."""

    words: str
    basis: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A clock in words and cells. ``big`` is the strong number, ``rest`` the sentence behind it."""

    view: ClockView
    big: str
    rest: str
    provisional: bool
    cells: tuple[Cell, ...]
    first: str
    last: str
    used: str
    left: str
    pauses: tuple[PauseKey, ...]
    silence: str

    @property
    def marked(self) -> str:
        """What the marked cell is: today, or of a clock that has stopped the day it did; empty where none is."""
        if not any("is-today" in cell.tone.split() for cell in self.cells):
            return ""
        return _("停止计时的那天") if self.view.state == "settled" else _("今天")


def standing(clock: ClockView, rule: ClockRule, pauses: Sequence[PausedFor], now: datetime) -> Standing:
    """The clock as of ``now``, with those of ``pauses`` that stop it."""
    today = local_day(now)
    own_pauses = [pause for pause in pauses if rule.paused_by in pause.stops]
    intervals = [Pause(pause.since, pause.until, pause.cause) for pause in own_pauses]
    found = strip(clock, intervals, calendar(), today)
    big, rest = _headline(clock, today)
    return Standing(
        view=clock,
        big=big,
        rest=rest,
        provisional=clock.provisional and clock.due_on is not None,
        cells=found,
        first=_first(clock, today),
        last=_last(clock, today),
        used=_("已用 %(days)s", days=days_words(clock.used, clock.limit.unit, lang()))
        if clock.used is not None
        else "",
        left=_left(clock),
        pauses=tuple(_key(pause, found, clock.limit.unit, today) for pause in own_pauses),
        silence=_silence(clock),
    )


def _headline(clock: ClockView, today: date) -> tuple[str, str]:
    """The strong number and the sentence behind it: ``还剩 2``, ``个工作日，承诺 11月25日（周三）前办结``."""
    words = own(clock.words)
    if clock.name == CHECKING and clock.remaining is not None and clock.remaining >= 0 and clock.used is not None:
        return _check_day(clock), _until(clock, today)
    found = _NUMBER.fullmatch(words) if clock.state != "settled" else None
    until = _until(clock, today)
    if found is None:
        return words, until
    before = "还剩" if found[1] == "剩" else found[1]
    big = f"{before} {found[2]}".strip()
    return big, found[3] + (_("，%(until)s", until=until) if until else "")


def _check_day(clock: ClockView) -> str:
    assert clock.used is not None
    return _("第 %(day)s / %(of)s 个工作日", day=max(1, clock.used), of=clock.total)


def _until(clock: ClockView, today: date) -> str:
    if clock.due_on is None or clock.state == "settled":
        return ""
    day = date_words(clock.due_on, today, lang())
    if not clock.limit.unit.counts_days and clock.due_at is not None:
        day += f" {clock.due_at.astimezone(OFFICE_ZONE):%H:%M}"
    if clock.name == "promised":
        return _("承诺 %(day)s前办结", day=day)
    if clock.name == CHECKING:
        return _("收件核验到 %(day)s", day=day)
    if clock.name in LIFE_CLOCKS:
        return _("有效期到 %(day)s", day=day)
    return _("%(clock)s到 %(day)s", clock=own(clock.title), day=day)


def _silence(clock: ClockView) -> str:
    """What it means when the window says nothing in time (行政许可法 32)."""
    if clock.name != CHECKING or clock.state == "settled":
        return ""
    return _("到期没有告知要补正，视为收件当日已经受理（行政许可法第三十二条）。")


def _first(clock: ClockView, today: date) -> str:
    day = short_day(local_day(clock.started_at), today)
    if clock.name in ("promised", "statutory"):
        return _("受理 %(day)s", day=day)
    return _("收件 %(day)s", day=day) if clock.name == CHECKING else _("从 %(day)s 起", day=day)


def _last(clock: ClockView, today: date) -> str:
    if clock.due_on is None:
        return _(PAUSED_EDGE)
    day = short_day(clock.due_on, today)
    return _("承诺 %(day)s", day=day) if clock.name == "promised" else _("到 %(day)s", day=day)


def _left(clock: ClockView) -> str:
    if clock.remaining is None or clock.remaining <= 0 or clock.light is Light.DONE:
        return ""
    return _("剩余 %(days)s", days=days_words(clock.remaining, clock.limit.unit, lang()))


def _key(pause: PausedFor, cells: Sequence[Cell], unit: Unit, today: date) -> PauseKey:
    days = sum(
        1
        for cell in cells
        if "s-pause" in cell.tone.split()
        and cell.day is not None
        and pause.since < cell.day
        and (pause.until is None or cell.day <= pause.until)
    )
    return PauseKey(
        _(
            "暂停 %(days)s，不计时：%(why)s（%(period)s）",
            days=days_words(days, unit, lang()),
            why=own(pause.title),
            period=pause_period(pause, today),
        ),
        pause.basis,
    )


def pause_period(pause: PausedFor, today: date) -> str:
    """``11月11日至 11月17日``, ``11 Nov to 17 Nov``; of an open one until when it is planned."""
    since = short_day(pause.since, today)
    if pause.until is None:
        planned = short_day(pause.planned_until, today)
        return _("%(since)s起，还没有结束，计划到 %(until)s", since=since, until=planned)
    return _("%(since)s至 %(until)s", since=since, until=short_day(pause.until, today))
