"""A clock as a page shows it: the big number, the date, the strip of its days, and one sentence that says the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from api.access import calendar, office
from api.pages.names import card_name, rung_words
from api.pages.strips import Cell, strip
from api.wording import _, date_and_time, lang, own
from workflow.clock.days import OFFICE_ZONE, local_day
from workflow.clock.pauses import Pause
from workflow.clock.words import date_words, days_words
from workflow.definition import RESULT_CLOCKS, Flow
from workflow.queries.case import CaseView, PauseView
from workflow.queries.clocks import ClockView

# The two clocks of every item stand first and side by side; they and the help desk's say how an ended case went, after
# the life of what was granted.
FIRST = ("promised", "statutory")
JUDGED = (*FIRST, "resolution")
_BIG = re.compile(r"(\D+?) (\d+) (.+)")


@dataclass(frozen=True, slots=True)
class Big:
    """What is left, split for the big number: 剩 | 2 | 个工作日."""

    before: str
    number: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One clock ready to be shown; ``hour`` only for limits in hours and minutes."""

    view: ClockView
    big: Big
    day: str
    hour: str
    cells: tuple[Cell, ...]
    sentence: str
    proof: str | None

    @property
    def tones(self) -> frozenset[str]:
        """What there is to see in the strip."""
        return frozenset(tone for cell in self.cells for tone in cell.tone.split())


def panels(case: CaseView, now: datetime) -> tuple[Panel, ...]:
    """The clocks worth showing: those that run, the promise first; of an ended case the life of its result, then how
    its promises were kept."""
    running = [clock for clock in case.clocks if clock.state != "settled"]
    judged = _last_of_each([clock for clock in case.clocks if clock.name in JUDGED])
    in_order = sorted(running or judged, key=_place)
    if case.ended_at is not None:
        in_order = [*(running or _last_life(case.clocks)), *sorted(judged, key=_place)]
    return tuple(panel(case, clock, now) for clock in in_order)


def panel(case: CaseView, clock: ClockView, now: datetime) -> Panel:
    """One clock of ``case`` as of ``now``."""
    today = local_day(now)
    flow = office().flow(case.flow, case.flow_version)
    by_day = clock.limit.unit.counts_days
    exact = clock.due_at is not None and not by_day
    return Panel(
        view=clock,
        big=big(own(clock.words)),
        day=date_words(clock.due_on, today, lang()) if clock.due_on else "",
        hour=f"{clock.due_at.astimezone(OFFICE_ZONE):%H:%M}" if exact and clock.due_at else "",
        cells=strip(clock, _pauses(flow, clock.name, case.pauses), calendar(), today),
        sentence=_sentence(flow, clock, today),
        proof=url_for("pages.proof", no=case.no, name=clock.name, round=clock.round) if by_day else None,
    )


def big(words: str) -> Big:
    """Time left in words, split at its first number."""
    found = _BIG.fullmatch(words)
    return Big(found[1], found[2], found[3]) if found else Big(words)


def _place(clock: ClockView) -> int:
    return FIRST.index(clock.name) if clock.name in FIRST else len(FIRST)


def _last_life(clocks: Sequence[ClockView]) -> list[ClockView]:
    """The clock of the result that ran last, on its own in a list; empty where the result had no life."""
    lives = [clock for clock in clocks if clock.name in RESULT_CLOCKS]
    return sorted(lives, key=lambda clock: clock.started_at)[-1:]


def _last_of_each(clocks: Sequence[ClockView]) -> list[ClockView]:
    return list({clock.name: clock for clock in sorted(clocks, key=lambda clock: clock.round)}.values())


def _pauses(flow: Flow, name: str, pauses: Sequence[PauseView]) -> list[Pause]:
    flag = flow.rule(name).paused_by
    return [Pause(pause.since, pause.until, pause.cause) for pause in pauses if flag in pause.stops]


def _sentence(flow: Flow, clock: ClockView, today: date) -> str:
    parts = [*_counted(clock), *_ahead(flow, clock, today)]
    return "。".join(parts) + "。" if parts else ""


def _counted(clock: ClockView) -> list[str]:
    if clock.used is None or clock.paused is None:
        return []
    used = days_words(clock.used, clock.limit.unit, lang())
    paused = days_words(clock.paused, clock.limit.unit, lang())
    counted = _("已用 %(used)s", used=used)
    return [_("%(counted)s，暂停 %(paused)s", counted=counted, paused=paused) if clock.paused else counted]


def _ahead(flow: Flow, clock: ClockView, today: date) -> list[str]:
    """What the clock does next, and what it does by itself when nobody acts."""
    found = []
    rung = clock.next_rung
    if rung is not None and rung.act is None:
        when = date_and_time(rung.at, today)
        found.append(
            _("%(when)s（%(rung)s）发%(card)s", when=when, rung=rung_words(rung.text), card=card_name(rung.card))
        )
    acts = [step.act for step in flow.rule(clock.name).ladder if step.act]
    if clock.state != "settled" and acts:
        found.append(_("到期仍未办理，自动“%(deed)s”", deed=own(flow.actions[acts[-1]].title)))
    return found
