"""If …: one case with other inputs of its clocks, derived by the same functions that the real commands use.

Pure: nothing is written. What the law forbids is calculated all the same and said beside it, in the words of the
machine and the guards that would refuse the deed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from workflow.actor import Actor, Grant
from workflow.case import Case, ClockRecord, PauseRecord
from workflow.catalogue import Catalogue
from workflow.clock.calendar import Calendar
from workflow.clock.days import accepted_day, local_day, office_time
from workflow.clock.ladder import OFFICE_OPENS
from workflow.clock.limit import Limit
from workflow.definition import LATE_ENTRY, Action, Flow, Title
from workflow.errors import BadInput, Reason
from workflow.guards import Facts, pause_cap_until
from workflow.machine import Refusal, decide
from workflow.recast import Move, moves, under_calendar
from workflow.recast_limits import LIMITED, under_limit
from workflow.timekeeping import Timing, base_event, extend, merge, resettle

Running = Literal["new", "favourable"]
RUNNING: tuple[Running, ...] = ("new", "favourable")
"""What a new limit does to running clocks: it holds for them too, or only where it ends them earlier."""
LONGEST_EXTENSION = 1000
MOST_PAUSES = 20
SUPPOSED = "假设"


@dataclass(frozen=True, slots=True)
class SupposedPause:
    """A pause of the days after ``since`` up to and including ``until`` (None: open), for a cause of the list."""

    since: date
    until: date | None
    cause: str


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What is supposed of one case; empty parts leave things as they are.

    ``limits`` are new ones by clock, ``running`` what they do to clocks that run already. ``resume_on`` ends the open
    pauses. ``extension`` is in the unit of the clock that the flow extends. ``rest`` and ``worked`` change the
    calendar; whoever asks makes one of them.
    """

    pauses: tuple[SupposedPause, ...] = ()
    resume_on: date | None = None
    extension: int = 0
    limits: Mapping[str, Limit] = field(default_factory=dict)
    running: Running = "new"
    received_on: date | None = None
    accepted_on: date | None = None
    rest: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    @property
    def empty(self) -> bool:
        """Whether nothing is supposed."""
        return self == Hypothesis(running=self.running)


@dataclass(frozen=True, slots=True)
class Step:
    """A deed that the hypothesis would need: what, by whom, and everything for which it would be refused."""

    field: str
    title: Title
    by: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Supposed:
    """A case before and after; ``moves`` are the clocks whose end or mark changes, ``steps`` what would have to be
    done for it."""

    before: Case
    after: Case
    moves: tuple[Move, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What every step of one hypothesis stands on."""

    flow: Flow
    catalogue: Catalogue
    timing: Timing

    @property
    def today(self) -> date:
        return local_day(self.timing.now)


def check(hypothesis: Hypothesis, catalogue: Catalogue) -> None:
    """Refuse what means nothing for any case; raises BadInput naming every field, value and what is accepted."""
    reasons = [*_pause_faults(hypothesis.pauses, catalogue), *_day_faults(hypothesis)]
    if not 0 <= hypothesis.extension <= LONGEST_EXTENSION:
        zh, en = f"应为 1 至 {LONGEST_EXTENSION} 的整数", f"a whole number from 1 to {LONGEST_EXTENSION} is accepted"
        reasons.append(bad_field("extension", hypothesis.extension, zh, en))
    if hypothesis.running not in RUNNING:
        known = ", ".join(RUNNING)
        reasons.append(bad_field("running", hypothesis.running, f"可用：{known}", f"accepted: {known}", RUNNING))
    if hypothesis.empty:
        reasons.append(bad_field("pauses", None, "请至少假设一项变化", "at least one change must be supposed"))
    if reasons:
        raise refused(reasons)


def suppose(
    flow: Flow, case: Case, hypothesis: Hypothesis, catalogue: Catalogue, made_with: Calendar, timing: Timing
) -> Supposed:
    """``case`` under ``hypothesis``, which `check` has passed.

    ``made_with`` is the calendar its clocks were made with, ``timing.calendar`` the one supposed. A pause never covers
    a day after its cap, as in truth. Raises BadInput where the case has nothing of the kind, or no date comes out.
    """
    ground = _Ground(flow, catalogue, timing)
    steps: list[Step] = []
    after = _under_calendar(ground, case, made_with, hypothesis)
    with _named("received_on" if hypothesis.received_on else "accepted_on", hypothesis.received_on):
        after = _based(ground, after, hypothesis)
    for name, limit in hypothesis.limits.items():
        with _named(f"limits.{name}", limit):
            after = _limited(ground, after, name, limit, hypothesis.running)
    if hypothesis.resume_on is not None:
        with _named("resume_on", hypothesis.resume_on):
            after = _resumed(ground, after, hypothesis.resume_on, steps)
    for place, pause in enumerate(hypothesis.pauses):
        with _named(f"pauses.{place}", pause.until or pause.since):
            after = _paused(ground, after, place, pause, steps)
    if hypothesis.extension:
        with _named("extension", hypothesis.extension):
            after = _extended(ground, after, hypothesis.extension, steps)
    return Supposed(case, after, moves(case.clocks, after.clocks), tuple(steps))


def bad_field(name: str, value: Any, zh: str, en: str, accepted: tuple[str, ...] | None = None) -> Reason:
    """One field that cannot be read, with its value and what is accepted."""
    shown = value.isoformat() if isinstance(value, date) else None if value is None else str(value)[:200]
    facts = {"field": name, "value": shown} | ({"accepted": list(accepted)} if accepted is not None else {})
    return Reason("bad_field", f"{name}：{zh}", f"{name}: {en}", facts)


def refused(reasons: list[Reason]) -> BadInput:
    """One refusal for all of them."""
    zh, en = "；".join(reason.zh for reason in reasons), "; ".join(reason.en for reason in reasons)
    return BadInput("bad_input", zh, en, reasons=reasons)


def _pause_faults(pauses: tuple[SupposedPause, ...], catalogue: Catalogue) -> Iterator[Reason]:
    if len(pauses) > MOST_PAUSES:
        yield bad_field("pauses", len(pauses), f"最多 {MOST_PAUSES} 次", f"at most {MOST_PAUSES} are accepted")
    for place, pause in enumerate(pauses):
        where = f"pauses.{place}"
        if pause.cause not in catalogue.causes:
            causes = tuple(sorted(catalogue.causes))
            zh, en = f"没有这种事由；可用：{'、'.join(causes)}", f"no such cause; accepted: {', '.join(causes)}"
            yield bad_field(f"{where}.cause", pause.cause, zh, en, causes)
        if pause.until is not None and pause.until < pause.since:
            first = pause.since.isoformat()
            yield bad_field(f"{where}.until", pause.until, f"不能早于 {first}", f"{first} or later is accepted")


def _day_faults(hypothesis: Hypothesis) -> Iterator[Reason]:
    days: list[tuple[str, date | None]] = [
        ("resume_on", hypothesis.resume_on),
        ("received_on", hypothesis.received_on),
        ("accepted_on", hypothesis.accepted_on),
    ]
    for place, pause in enumerate(hypothesis.pauses):
        days += [(f"pauses.{place}.since", pause.since), (f"pauses.{place}.until", pause.until)]
    for name, day in days:
        try:
            if day is not None:
                accepted_day(day)
        except ValueError as error:
            yield bad_field(name, day, "年份应在日历范围内", str(error))


def _under_calendar(ground: _Ground, case: Case, made_with: Calendar, hypothesis: Hypothesis) -> Case:
    if not hypothesis.rest and not hypothesis.worked:
        return case
    found = under_calendar(ground.flow, case, made_with, ground.timing, {})
    return case if found is None else found.change.after


def _based(ground: _Ground, case: Case, hypothesis: Hypothesis) -> Case:
    """Received or accepted on another day: every running clock that counts from it starts then, at the same hour."""
    fields: dict[str, datetime] = {}
    for name, at, day in (
        ("received_on", case.received_at, hypothesis.received_on),
        ("accepted_on", case.accepted_at, hypothesis.accepted_on),
    ):
        if day is None:
            continue
        if at is None:
            raise refused([bad_field(name, day, "本件还没有这一日", "the case has no such day yet")])
        if day > ground.today:
            raise refused([bad_field(name, day, "不能晚于今天", "today or earlier is accepted")])
        fields |= dict.fromkeys(_moments(case, name), office_time(day, OFFICE_OPENS) if day != local_day(at) else at)
    if not fields:
        return case
    after = replace(case, **fields)  # type: ignore[arg-type]
    received, accepted = (local_day(at) if at else None for at in (after.received_at, after.accepted_at))
    if received and accepted and accepted < received:
        name, day = ("accepted_on", accepted) if hypothesis.accepted_on else ("received_on", received)
        zh, en = "受理不能早于收件", "acceptance on the day of receipt or later is accepted"
        raise refused([bad_field(name, day, zh, en)])
    changed = []
    for clock in case.running_clocks:
        rule = ground.flow.clocks[clock.name]
        was, becomes = base_event(rule, case), base_event(rule, after)
        if was != becomes and becomes is not None:
            changed.append(replace(clock, started_at=becomes))
    return _derived(ground, after, changed)


def _moments(case: Case, name: str) -> tuple[str, ...]:
    """The moments that move along; an acceptance by silence is that of the day of receipt (行政许可法 32(4))."""
    if name == "accepted_on":
        return ("accepted_at",)
    by_silence = case.data.get("acceptance_mode") == "deemed" and case.accepted_at == case.received_at
    same = ("accepted_at",) if by_silence else ()
    entered = ("entered_at",) if case.entered_at == case.received_at and (by_silence or not case.accepted_at) else ()
    return ("received_at", *same, *entered)


def _limited(ground: _Ground, case: Case, name: str, limit: Limit, running: Running) -> Case:
    clocks = [clock for clock in case.running_clocks if clock.name == name and name in LIMITED]
    if not clocks:
        known = tuple(dict.fromkeys(clock.name for clock in case.running_clocks if clock.name in LIMITED))
        zh = f"没有这个正在计时的时限；可用：{'、'.join(known) or '无'}"
        en = f"no such limit is running on this case; accepted: {', '.join(known) or 'none'}"
        raise refused([bad_field(f"limits.{name}", str(limit), zh, en, known)])
    if any(clock.extension and clock.limit.unit is not limit.unit for clock in clocks):
        unit = str(clocks[0].limit.unit)
        zh, en = f"已延长过，只能换成同样单位（{unit}）的时限", f"it was extended: only a limit in {unit} is accepted"
        raise refused([bad_field(f"limits.{name}", str(limit), zh, en, (unit,))])
    if isinstance(ground.flow.clocks[name].limit, Limit):
        # The flow itself says it (joint handling), so no change of an item's limit reaches it; the arithmetic does.
        return _rebudgeted(ground, case, clocks, limit, running)
    found = under_limit(ground.flow, case, name, limit, running, ground.timing, {})
    return case if found is None else found.change.after


def _rebudgeted(ground: _Ground, case: Case, clocks: list[ClockRecord], limit: Limit, running: Running) -> Case:
    rules = ground.flow.clocks
    fresh = [resettle(replace(one, limit=limit), rules[one.name], case.pauses, ground.timing) for one in clocks]
    kept = [
        new
        for old, new in zip(clocks, fresh, strict=True)
        if running == "new" or (old.due_at and new.due_at and new.due_at < old.due_at)
    ]
    return replace(case, clocks=merge(case.clocks, kept))


def _paused(ground: _Ground, case: Case, place: int, pause: SupposedPause, steps: list[Step]) -> Case:
    cause = ground.catalogue.causes[pause.cause]
    facts = _facts(ground, case, pause.since, frozenset({cause.approval} if cause.approval else cause.opened_by))
    cap_until = pause_cap_until(facts, cause.code, pause.since)
    inputs = {"cause": cause.code, "until": pause.until or cap_until, "reason": SUPPOSED}
    steps.append(_step(ground, f"pauses.{place}", "pause", facts, inputs))
    record = PauseRecord(
        id=None,
        cause=cause.code,
        basis=cause.basis,
        stops=tuple(sorted(cause.stops)),
        since=pause.since,
        # As in truth: at its cap the clocks run on by themselves.
        until=None if pause.until is None else max(min(pause.until, cap_until), pause.since),
        planned_until=pause.until or cap_until,
        cap_until=cap_until,
        reason=SUPPOSED,
        opened_at=facts.takes_effect_at,
        opened_by=None,
        resets=cause.resets,
    )
    after = replace(case, pauses=(*case.pauses, record))
    return _derived(ground, after, _pausable(ground, after))


def _resumed(ground: _Ground, case: Case, day: date, steps: list[Step]) -> Case:
    if not case.open_pauses:
        raise refused([bad_field("resume_on", day, "本件没有未结束的暂停", "no pause of this case is open")])
    first = max(pause.since for pause in case.open_pauses)
    if day < first:
        said = first.isoformat()
        raise refused([bad_field("resume_on", day, f"不能早于暂停之日 {said}", f"{said} or later is accepted")])
    facts = _facts(ground, case, day, frozenset())
    steps.append(_step(ground, "resume_on", "resume", facts, {"result": SUPPOSED}))
    closed = tuple(
        replace(pause, until=min(day, pause.cap_until)) if pause.until is None else pause for pause in case.pauses
    )
    action = _action(ground.flow, case, "resume")
    # What is supposed after it is judged where the case stands then.
    state = action.target if action is not None and action.target and case.state in action.sources else case.state
    after = replace(case, pauses=closed, state=state)
    return _derived(ground, after, _pausable(ground, after))


def _extended(ground: _Ground, case: Case, amount: int, steps: list[Step]) -> Case:
    action = _action(ground.flow, case, "extend")
    if action is None or action.effect is None:
        zh, en = "这类办件没有可延长的时限", "no clock of such a case is ever extended"
        raise refused([bad_field("extension", amount, zh, en)])
    facts = _facts(ground, case, ground.today, frozenset())
    steps.append(_step(ground, "extension", "extend", facts, {"days": amount, "reason": SUPPOSED}))
    rules = ground.flow.clocks
    changed = [
        extend(clock, rules[clock.name], amount, case.pauses, ground.timing)
        for clock in case.running_clocks
        if clock.name == action.effect.clock
    ]
    return replace(case, clocks=merge(case.clocks, changed))


def _pausable(ground: _Ground, case: Case) -> list[ClockRecord]:
    return [clock for clock in case.running_clocks if ground.flow.clocks[clock.name].paused_by]


def _derived(ground: _Ground, case: Case, clocks: list[ClockRecord]) -> Case:
    fresh = [resettle(clock, ground.flow.clocks[clock.name], case.pauses, ground.timing) for clock in clocks]
    return replace(case, clocks=merge(case.clocks, fresh))


@contextmanager
def _named(name: str, value: Any) -> Iterator[None]:
    """A limit of days that knows no pause, a date outside the calendar: the engine's refusal with the field's name."""
    try:
        yield
    except ValueError as error:
        raise refused([bad_field(name, value, f"无法计算：{error}", str(error))]) from error


def _facts(ground: _Ground, case: Case, day: date, roles: frozenset[str]) -> Facts:
    """As the rules would find it when the deed is done on ``day``, by somebody who holds every role for it."""
    now = ground.timing.now if day <= ground.today else office_time(day, OFFICE_OPENS)
    inputs = {LATE_ENTRY: day} if day < ground.today else {}
    actor = Actor(None, SUPPOSED, tuple(Grant(role) for role in sorted(roles)))
    return Facts(case, actor, now, ground.catalogue, ground.timing.calendar, inputs)


def _step(ground: _Ground, name: str, kind: str, facts: Facts, inputs: Mapping[str, Any]) -> Step:
    action = _action(ground.flow, facts.case, kind)
    if action is None:
        what = {"pause": Title("暂停", "pause"), "resume": Title("恢复计时", "resume")}[kind]
        known = Reason("no_such_step", f"这类办件不能{what.zh}", f"A case of this kind knows no {what.en}")
        return Step(name, what, (), (known,))
    # Whether the law allows it is asked, not whether the one who asks may do it.
    able = replace(facts.actor, grants=(*facts.actor.grants, *(Grant(role) for role in sorted(action.by))))
    verdict = decide(ground.flow, action.name, replace(facts, actor=able, inputs={**facts.inputs, **inputs}))
    reasons = _reasons(verdict) if isinstance(verdict, Refusal) else ()
    by = {grant.role for grant in facts.actor.grants} & action.by or action.by
    if LATE_ENTRY in facts.inputs and not action.late_entry:
        reasons = (*reasons, _no_late_entry(action, facts))
    return Step(name, action.title, tuple(sorted(by)), reasons)


def _reasons(refusal: Refusal) -> tuple[Reason, ...]:
    return refusal.reasons or (Reason(refusal.code, refusal.zh, refusal.en),)


def _no_late_entry(action: Action, facts: Facts) -> Reason:
    day = facts.day(facts.inputs[LATE_ENTRY])
    return Reason(
        "late_entry_not_here",
        f"“{action.title.zh}”不能补录为 {day.zh}",
        f"“{action.title.en}” cannot be entered late, as of {day.en}",
        {"field": LATE_ENTRY, "value": facts.inputs[LATE_ENTRY].isoformat()},
    )


def _action(flow: Flow, case: Case, kind: str) -> Action | None:
    """The deed of that effect that a person does: one of the present state before one of another. What pauses for a
    cause of its own (an objection to a tender) is nothing anybody could choose."""
    deeds = [(one, one.effect) for one in flow.actions.values() if one.effect is not None]
    found = [one for one, effect in deeds if effect.kind == kind and effect.cause is None]
    by_people = sorted((one for one in found if not one.automatic), key=lambda one: case.state not in one.sources)
    return next(iter(by_people), None)
