"""What if …: one case under a hypothesis, its clocks before and after. Nothing is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from workflow.amending.preview import Lights, Turn
from workflow.case import Case, ClockRecord
from workflow.clock.calendar import Calendar, local_day
from workflow.clock.deadline import Deadline, paused_days, restart_day
from workflow.clock.limit import Unit
from workflow.clock.proof_words import Lang, exact_sentence, office_sentence, origin_sentence
from workflow.definition import Flow, Title
from workflow.hypotheses import Hypothesis, Step, Supposed, check, suppose
from workflow.queries.clocks import ClockView, basis_of, clock_view, stopping
from workflow.queries.moves import Move, hypothetical
from workflow.reading import visible_case
from workflow.timekeeping import Timing
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class ClockChange:
    """One running clock before and after; ``move`` None where neither its end nor its mark changes.

    ``sentence`` says how the supposed end comes about.
    """

    before: ClockView
    after: ClockView
    move: Move | None
    sentence: Title


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One case under a hypothesis; ``turns`` is what becomes of its light, ``steps`` the deeds that it would need."""

    no: str
    title: str
    item: str | None
    hypothesis: Hypothesis
    clocks: tuple[ClockChange, ...]
    turns: Turn | None
    steps: tuple[Step, ...]
    calendar_version: str

    @property
    def moves(self) -> tuple[Move, ...]:
        """The clocks that move."""
        return tuple(one.move for one in self.clocks if one.move is not None)

    @property
    def lawful(self) -> bool:
        """Whether nothing stands against any of the deeds."""
        return not any(step.reasons for step in self.steps)


def what_if(work: Work, no: str, hypothesis: Hypothesis) -> WhatIf:
    """The case ``no`` under ``hypothesis``; raises NotFound for other eyes, BadInput for what means nothing here."""
    case = visible_case(work, no).case
    office = work.office
    check(hypothesis, office.catalogue)
    flow = office.flow(case.flow, case.flow_version)
    calendar = _calendar(work, hypothesis.rest, hypothesis.worked)
    found = suppose(flow, case, hypothesis, office.catalogue, work.calendar, Timing(calendar, work.now))
    return WhatIf(
        no=case.no,
        title=case.title,
        item=case.item,
        hypothesis=hypothesis,
        clocks=tuple(_changes(flow, found, work, calendar)),
        turns=Lights.at(work, calendar).turn(case, found.after),
        steps=found.steps,
        calendar_version=calendar.version,
    )


def _calendar(work: Work, rest: frozenset[date], worked: frozenset[date]) -> Calendar:
    return hypothetical(work, rest, worked) if rest or worked else work.calendar


def _changes(flow: Flow, found: Supposed, work: Work, calendar: Calendar) -> Iterator[ClockChange]:
    moved = {(move.clock, move.round): move for move in found.moves}
    old = {(clock.name, clock.round): clock for clock in found.before.running_clocks}
    order = list(flow.clocks)
    for clock in sorted(found.after.running_clocks, key=lambda one: (order.index(one.name), one.round)):
        key, rule = (clock.name, clock.round), flow.clocks[clock.name]
        basis = basis_of(rule, clock, found.before, work.office.catalogue)
        yield ClockChange(
            before=clock_view(rule, old[key], found.before.pauses, work.calendar, work.now, basis),
            after=clock_view(rule, clock, found.after.pauses, calendar, work.now, basis),
            move=moved.get(key),
            sentence=Title(
                _sentence(flow, found.after, clock, calendar, work.now, "zh"),
                _sentence(flow, found.after, clock, calendar, work.now, "en"),
            ),
        )


def _sentence(flow: Flow, case: Case, clock: ClockRecord, calendar: Calendar, now: datetime, lang: Lang) -> str:
    """How the end comes about; true on any day, like that of a proof."""
    start, limit, extension = clock.started_at, clock.limit, clock.extension
    due = Deadline(clock.due_on, clock.due_at, clock.provisional, clock.calendar_version)
    if limit.unit in (Unit.HOUR, Unit.MINUTE):
        return exact_sentence(start, limit, extension, due, lang)
    pauses = stopping(flow.clocks[clock.name], case.pauses)
    restart = restart_day(start, limit, calendar, pauses, extension)
    if limit.unit is Unit.WORKING_HOUR:
        return office_sentence(start, limit, extension, due, restart, lang)
    upto = clock.due_on or local_day(now)
    paused = paused_days(start, limit, calendar, pauses, upto, extension)
    return origin_sentence(start, limit, extension, due, paused, lang, restart)
