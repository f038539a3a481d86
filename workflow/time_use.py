"""Who used the time of a case: spans by holder from receipt to end, and which of its steps stand out. Pure.

A working day is charged to whoever held the case when that day began: the day on which a case changes hands is the
last one of who gives it away (民法典 201, as every limit is counted). So the spans add up to the whole, to the day.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from workflow.case import ClockRecord
from workflow.catalogue import Catalogue, Holder
from workflow.clock.calendar import Calendar, end_of_day, local_day, start_of_day
from workflow.clock.limit import Limit, Unit
from workflow.definition import Flow, State
from workflow.side_lines import MACHINES

HOLDERS: tuple[Holder, ...] = ("office", "applicant", "other_body", "exempt", "items")
WINDOW = "window"
"""Stands for the one-stop window (综合窗口) where a department stands: clerks take in for all of them."""

_AN_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a case's history, as far as time goes: when it took effect, when it was written down."""

    seq: int
    action: str
    from_state: str
    to_state: str
    actor_role: str
    effective_at: datetime
    recorded_at: datetime

    @property
    def moved(self) -> bool:
        return self.from_state != self.to_state

    @property
    def by_person(self) -> bool:
        return self.actor_role not in MACHINES

    @property
    def handed_on_at(self) -> datetime:
        """When the case changed hands: at the legal time, but for the clock's own actions, which end a real waiting.

        Deemed acceptance takes effect on receipt; the window kept the application until the clock acted.
        """
        return self.recorded_at if self.actor_role == "clock" else self.effective_at


@dataclass(frozen=True, slots=True)
class Stop:
    """A pause of the case: covers the days in (since, until], none after ``cap_until``; ``until`` None while open."""

    cause: str
    stops: tuple[str, ...]
    since: date
    until: date | None
    cap_until: date


@dataclass(frozen=True, slots=True)
class Past:
    """What a case has been through. ``steps`` in the order of the history; ``clocks`` only for late rungs."""

    department: str
    item: str | None
    opened_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    steps: Sequence[Step]
    stops: Sequence[Stop] = ()
    clocks: Sequence[ClockRecord] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Time of one holder. ``department`` is a code or WINDOW for the office's own, else None; ``cause`` of a pause.

    ``days`` are the working days after ``since`` up to and including ``until``; ``minutes`` are of the clock on the
    wall.
    """

    holder: Holder
    department: str | None
    state: str
    cause: str | None
    since: datetime
    until: datetime
    days: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Share:
    """All time of one holder (of one department, where it is the office)."""

    holder: Holder
    department: str | None
    days: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Flag:
    """A step that stands out. ``kind``: "backfilled" (补录), "quick" (秒办) or "late_rung".

    ``days`` are working days between taking effect and being recorded, of a back-filled step; ``minutes`` the time from
    acceptance to decision, or by how much a rung was late.
    """

    kind: str
    step: Step
    days: int | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class TimeUse:
    """From receipt to the end, or to now while ``running``. ``since`` is None for a case not yet received.

    Time in which nobody had to act (a licence that lives, between its delivery and a renewal) is in no span.
    """

    since: datetime | None
    until: datetime | None
    running: bool
    days: int
    minutes: int
    spans: tuple[Span, ...]
    shares: tuple[Share, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class _Period:
    """Somebody's turn: from ``since`` to ``until`` the case stood in ``state``."""

    state: State
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class _Held:
    """A pause between two instants."""

    stop: Stop
    since: datetime
    until: datetime


def time_use(flow: Flow, past: Past, catalogue: Catalogue, calendar: Calendar, now: datetime) -> TimeUse:
    """Split the time of one case as of ``now`` (an aware instant)."""
    periods, running = _periods(flow, past, now)
    held = [_held(flow, past.steps, stop, now) for stop in past.stops]
    cut = (part for period in periods for part in _parts(period, held))
    spans = tuple(_joined(_span(flow, past.department, catalogue, calendar, *part) for part in cut))
    return TimeUse(
        since=periods[0].since if periods else None,
        until=periods[-1].until if periods else None,
        running=running,
        days=sum(span.days for span in spans),
        minutes=sum(span.minutes for span in spans),
        spans=spans,
        shares=shares(spans),
        flags=tuple(flags(flow, past, catalogue, calendar)),
    )


def shares(parts: Iterable[Span | Share]) -> tuple[Share, ...]:
    """The time of each holder added up, in the order of HOLDERS; the window before the departments."""
    added: dict[tuple[Holder, str | None], tuple[int, int]] = {}
    for part in parts:
        days, minutes = added.get((part.holder, part.department), (0, 0))
        added[part.holder, part.department] = days + part.days, minutes + part.minutes
    order = sorted(added, key=lambda key: (HOLDERS.index(key[0]), key[1] != WINDOW, key[1] or ""))
    return tuple(Share(*key, *added[key]) for key in order)


def flags(flow: Flow, past: Past, catalogue: Catalogue, calendar: Calendar) -> Iterator[Flag]:
    """The steps that stand out, in the order of the history; nothing is judged and nothing blocked by it."""
    policy = catalogue.time_use
    moments = _clock_moments(flow, past.clocks)
    settled_at = past.opened_at
    for step in past.steps:
        if step.by_person:
            late = calendar.working_days_between(local_day(step.effective_at), local_day(step.recorded_at))
            if late > policy.backfill_after.amount:
                yield Flag("backfilled", step, days=late)
        elif (due := _rung_moment(step, moments)) is not None:
            # A clock that was only started after the moment of its rung could not ring before.
            waited = step.recorded_at - max(due, settled_at)
            if waited > _duration(policy.late_rung_after):
                yield Flag("late_rung", step, minutes=_whole_minutes(waited))
        if step.moved or not (step.by_person or _is_rung(step)):
            settled_at = step.recorded_at
        if _is_decision(flow, step) and (took := _quickly(past, catalogue)) is not None:
            yield Flag("quick", step, minutes=_whole_minutes(took))


def charged_to(state: State, department: str, waits_for_items: bool) -> tuple[Holder, str | None]:
    """Whose time it is while a case stands in ``state``, by the flow's ``turn``."""
    if state.turn == "applicant":
        return "applicant", None
    if waits_for_items:
        return "items", None
    return "office", WINDOW if state.turn == "clerk" else department


def paused_for(stop: Stop, catalogue: Catalogue) -> Holder:
    """Whose time a pause is: as its cause says; else exempt where the statutory clock stood still, or the office's."""
    cause = catalogue.causes.get(stop.cause)
    if cause is not None and cause.holder is not None:
        return cause.holder
    return "exempt" if "statutory" in stop.stops else "office"


def waits_for_items(flow: Flow) -> bool:
    """Whether cases of this flow only wait for item cases of their own (a joint application)."""
    return any(action.effect is not None and action.effect.kind == "open items" for action in flow.actions.values())


def _periods(flow: Flow, past: Past, now: datetime) -> tuple[list[_Period], bool]:
    """The states from receipt on, without those in which nobody has to act; and whether the last one still lasts."""
    entered = _entered(flow, past)
    if not entered:
        return [], False
    moments: list[datetime] = []
    for at, _ in entered:
        # A late entry may lie before the step it follows; time runs one way.
        moments.append(min(max(at, moments[-1]) if moments else at, now))
    ends = [*moments[1:], max(now, moments[-1])]
    periods = [
        _Period(state, since, until)
        for (_, state), since, until in zip(entered, moments, ends, strict=True)
        if not state.ended
    ]
    return periods, not entered[-1][1].ended


def _entered(flow: Flow, past: Past) -> list[tuple[datetime, State]]:
    """From receipt on: each state with the moment the case came into it."""
    receives = {action.name for action in flow.actions.values() if action.marks == "received_at"}
    moves = [step for step in past.steps if step.moved]
    if not receives:
        opened = flow.state(past.steps[0].from_state) if past.steps else flow.initial
        return [(past.opened_at, opened), *((step.handed_on_at, flow.state(step.to_state)) for step in moves)]
    first = next((place for place, step in enumerate(moves) if step.action in receives), len(moves))
    return [(step.handed_on_at, flow.state(step.to_state)) for step in moves[first:]]


def _held(flow: Flow, steps: Sequence[Step], stop: Stop, now: datetime) -> _Held:
    """The pause by instants: those of the steps that opened and ended it, else any instant of its two days will do."""
    opened = _step_of_day(steps, stop.since, {"pause"}, flow)
    since = opened if opened is not None else start_of_day(stop.since)
    if stop.until is None:
        return _Held(stop, since, min(now, _last_instant(stop.cap_until)))
    closed = _step_of_day(steps, stop.until, {"resume", None}, flow, after=since)
    return _Held(stop, since, closed if closed is not None else min(now, _last_instant(stop.until)))


def _step_of_day(
    steps: Sequence[Step], day: date, effects: set[str | None], flow: Flow, after: datetime | None = None
) -> datetime | None:
    for step in steps:
        action = flow.actions.get(step.action)
        if action is None or not step.moved or (action.effect.kind if action.effect else None) not in effects:
            continue
        at = step.handed_on_at
        if local_day(at) == day and (after is None or at >= after):
            return at
    return None


def _parts(period: _Period, held: Sequence[_Held]) -> Iterator[tuple[_Period, Stop | None]]:
    """The period cut where pauses begin and end, with the pause that decides: the law's before the promise's."""
    edges = {period.since, period.until}
    edges |= {at for pause in held for at in (pause.since, pause.until) if period.since < at < period.until}
    for since, until in pairwise(sorted(edges)):
        covering = [pause.stop for pause in held if pause.since <= since and until <= pause.until]
        first = min(covering, key=lambda stop: ("statutory" not in stop.stops, stop.since, stop.cause), default=None)
        yield replace(period, since=since, until=until), first


def _span(
    flow: Flow, department: str, catalogue: Catalogue, calendar: Calendar, period: _Period, stop: Stop | None
) -> Span:
    holder, place = charged_to(period.state, department, waits_for_items(flow))
    if stop is not None:
        holder = paused_for(stop, catalogue)
        place = department if holder == "office" else None
    return Span(
        holder=holder,
        department=place,
        state=period.state.name,
        cause=stop.cause if stop else None,
        since=period.since,
        until=period.until,
        days=calendar.working_days_between(local_day(period.since), local_day(period.until)),
        minutes=_minute(period.until) - _minute(period.since),
    )


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Neighbours that differ in nothing but their times, as one."""
    last: Span | None = None
    for span in spans:
        if last is not None and last.until == span.since and _same(last, span):
            last = replace(last, until=span.until, days=last.days + span.days, minutes=last.minutes + span.minutes)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def _same(one: Span, other: Span) -> bool:
    return (one.holder, one.department, one.state, one.cause) == (
        other.holder,
        other.department,
        other.state,
        other.cause,
    )


def _is_decision(flow: Flow, step: Step) -> bool:
    action = flow.actions.get(step.action)
    return step.by_person and action is not None and action.marks == "decided_at"


def _quickly(past: Past, catalogue: Catalogue) -> timedelta | None:
    """From acceptance to decision, where that is too short for a review; items decided on the spot are none."""
    item = catalogue.items.get(past.item) if past.item else None
    if item is None or past.accepted_at is None or past.decided_at is None:
        return None
    if any(limit.instant for limit in (item.statutory, item.promised) if limit is not None):
        return None
    took = past.decided_at - past.accepted_at
    return took if took <= _duration(catalogue.time_use.quick_decision) else None


def _is_rung(step: Step) -> bool:
    return step.action.startswith("rung:")


def _clock_moments(flow: Flow, clocks: Sequence[ClockRecord]) -> Mapping[str, tuple[datetime, ...]]:
    """By action of the clock: the moments at which one of these clocks had it do so."""
    found: dict[str, tuple[datetime, ...]] = {}
    for clock in clocks:
        for rung, at in zip(flow.rule(clock.name).ladder, clock.ladder_at, strict=False):
            if rung.act is not None:
                found[rung.act] = (*found.get(rung.act, ()), at)
    return found


def _rung_moment(step: Step, moments: Mapping[str, tuple[datetime, ...]]) -> datetime | None:
    """When a rung was due: cards keep the moment as their legal time, actions of the clock have a legal time of law."""
    if _is_rung(step):
        return step.effective_at
    return max((at for at in moments.get(step.action, ()) if at <= step.recorded_at), default=None)


def _last_instant(day: date) -> datetime:
    return end_of_day(day) - _AN_INSTANT


def _minute(at: datetime) -> int:
    # Whole minutes of both ends, so that the parts of a case add up to the whole.
    return int(at.timestamp() // 60)


def _whole_minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)


def _duration(limit: Limit) -> timedelta:
    return timedelta(minutes=limit.amount * (60 if limit.unit is Unit.HOUR else 1))
