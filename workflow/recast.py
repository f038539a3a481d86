"""Dates derived anew because something under many cases has changed: the calendar, a limit, the flow version.

Pure: one case in, what is to be written out. One line of history a case, and none where no date and no mark moves.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from workflow.case import Case, ClockRecord, PauseRecord
from workflow.change import Change, Event, Message, chain
from workflow.clock.calendar import Calendar
from workflow.clock.days import local_day
from workflow.clock.limit import Unit
from workflow.definition import ClockRule, Flow
from workflow.timekeeping import Timing, limit_up_to, merge, nearest_due, resettle

FIXED_DAY = ("pause.planned", "gaps.until")
"""Limits that stand for a day somebody promised: the day stays, the number of working days up to it follows. So does
every limit that the data keep (`ends_on_a_promised_day`)."""
TOLD = ("applicant", "specialist", "assignee")


@dataclass(frozen=True, slots=True)
class Move:
    """One clock whose end or mark changes; ``on`` is None while a pause is open, ``at`` the instant."""

    clock: str
    round: int
    old_on: date | None
    new_on: date | None
    old_at: datetime | None
    new_at: datetime | None
    old_provisional: bool
    new_provisional: bool

    @property
    def moves(self) -> bool:
        """Whether the date itself moves, not only its mark."""
        return self.old_at != self.new_at

    def as_json(self) -> dict[str, Any]:
        """As history keeps it."""
        return {
            "clock": self.clock,
            "round": self.round,
            "old": self.old_on.isoformat() if self.old_on else None,
            "new": self.new_on.isoformat() if self.new_on else None,
            "old_provisional": self.old_provisional,
            "new_provisional": self.new_provisional,
        }


@dataclass(frozen=True, slots=True)
class Recast:
    """One case derived anew: ``change`` is what to write. Its event and messages count only if something ``moved``, or
    if it is ``always_said`` (a limit or a flow version changed, whether or not a date did)."""

    change: Change
    moved: tuple[Move, ...]
    always_said: bool = False


def under_calendar(flow: Flow, case: Case, old: Calendar, timing: Timing, said: Mapping[str, Any]) -> Recast | None:
    """``case`` under another calendar (``timing.calendar``), or None where none of its clocks depends on it.

    ``old`` is the calendar its caps were made with (`calendar_of_caps`); ``said`` stands in history beside the moves.
    """
    after, clocks = derived(flow, case, old, timing)
    if not clocks:
        return None
    said = {"calendar": timing.calendar.version, **said}
    return recast(case, after, clocks, "calendar_moved", said, timing.now)


def calendar_of_caps(case: Case) -> str | None:
    """The version with which the caps of the open pauses were counted: that of the clocks they stop, which are derived
    anew under every calendar. Clocks that end before a change keep an older one. None where no pause is open."""
    stopped = (clock.calendar_version for clock in case.running_clocks if clock.state == "paused")
    running = (clock.calendar_version for clock in case.running_clocks)
    return next(stopped, next(running, None)) if case.open_pauses else None


def derived(flow: Flow, case: Case, old: Calendar, timing: Timing) -> tuple[Case, tuple[ClockRecord, ...]]:
    """The case with the caps of its open pauses, and its running clocks made with another calendar, all derived anew;
    the arithmetic of `under_calendar` without what would be written."""
    pauses = tuple(_with_cap(pause, old, timing.calendar) for pause in case.pauses)
    clocks = tuple(
        _derived(flow.clocks[clock.name], clock, case, pauses, timing)
        for clock in case.running_clocks
        if clock.calendar_version != timing.calendar.version
    )
    return replace(case, pauses=pauses), clocks


def recast(
    before: Case,
    after: Case,
    clocks: tuple[ClockRecord, ...],
    action: str,
    said: Mapping[str, Any],
    now: datetime,
    actor_id: int | None = None,
    role: str = "system",
    always_said: bool = False,
) -> Recast:
    """The writing of ``clocks`` on a case that stays in its state; ``after`` carries what else changes.

    The version an officer saw stays valid: nobody did anything to the case.
    """
    moved = moves(before.clocks, clocks)
    said = {**said, "moves": [move.as_json() for move in moved]}
    event = Event(before.no, before.seq + 1, action, before.state, after.state, actor_id, role, now, now, said)
    link = chain(before.chain_head, event)
    after = replace(after, rev=before.rev + 1, seq=event.seq, chain_head=link, clocks=merge(before.clocks, clocks))
    messages = _messages(after, moved, action)
    change = Change(
        before=before,
        after=after,
        event=event,
        hash=link,
        due_at=nearest_due(after.clocks),
        clocks=clocks,
        pauses=tuple(new for old, new in zip(before.pauses, after.pauses, strict=True) if old != new),
        messages=messages,
    )
    return Recast(change, moved, always_said)


def moves(before: Iterable[ClockRecord], after: Iterable[ClockRecord]) -> tuple[Move, ...]:
    """The clocks of ``after`` whose end or mark is another than in ``before``."""
    old = {(clock.name, clock.round): clock for clock in before}
    pairs = ((old[clock.name, clock.round], clock) for clock in after if (clock.name, clock.round) in old)
    return tuple(
        Move(
            new.name,
            new.round,
            was.due_on,
            new.due_on,
            was.due_at,
            new.due_at,
            was.provisional,
            new.provisional,
        )
        for was, new in pairs
        if (was.due_at, was.provisional) != (new.due_at, new.provisional)
    )


def _derived(
    rule: ClockRule, clock: ClockRecord, case: Case, pauses: tuple[PauseRecord, ...], timing: Timing
) -> ClockRecord:
    if ends_on_a_promised_day(rule, clock) and clock.due_on is not None:
        promised = _promised_day(rule, case)
        # A day that was moved by a closure comes back when the closure is withdrawn. Where a kept day is a rest day the
        # end is no measure: it may lie beyond the day by what was paused.
        counted = promised is not None and (rule.kept_limit is not None or timing.calendar.is_working(promised))
        day = promised if promised is not None and counted else clock.due_on
        clock = replace(clock, limit=limit_up_to(day, local_day(clock.started_at), timing.calendar))
    fresh = resettle(clock, rule, pauses, timing)
    if clock.state == "quarantined" and fresh.ladder_at == clock.ladder_at:
        # It waits for a person, whatever the calendar says.
        return replace(fresh, state="quarantined")
    return fresh


def ends_on_a_promised_day(rule: ClockRule, clock: ClockRecord) -> bool:
    """Whether the clock's end is a day somebody named; a kept instant, counted in minutes, moves with no calendar."""
    return rule.limit in FIXED_DAY or (rule.kept_limit is not None and clock.limit.unit is Unit.WORKING_DAY)


def _promised_day(rule: ClockRule, case: Case) -> date | None:
    if rule.limit == "pause.planned":
        return max((pause.planned_until for pause in case.open_pauses), default=None)
    kept = case.kept(promised_in(rule))
    return local_day(kept) if isinstance(kept, datetime) else kept


def promised_in(rule: ClockRule) -> str:
    """The name under which the data keep the day a clock was promised to run until."""
    return rule.kept_limit or "gaps_until"


def _with_cap(pause: PauseRecord, old: Calendar, new: Calendar) -> PauseRecord:
    """The cap of an open pause is a number of working days; its last day follows the calendar."""
    if pause.until is not None:
        return pause
    days = old.working_days_between(pause.since, pause.cap_until)
    cap_until = new.add_working_days(pause.since, days)
    return pause if cap_until == pause.cap_until else replace(pause, cap_until=cap_until)


def _messages(after: Case, moved: tuple[Move, ...], why: str) -> tuple[Message, ...]:
    told = [move.as_json() for move in moved if move.moves]
    if not told:
        return ()
    # Of what the office says among itself no applicant may know that it is there.
    roles = [role for role in TOLD if role != "applicant" or not after.internal]
    body = {"what": "dates", "why": why, "moves": told, "state": after.state, "roles": roles}
    return (Message(f"case:{after.no}:{after.seq}:tell", "tell", body),)
