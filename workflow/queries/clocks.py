"""The clocks of a case as a reading of now: what is used, paused and left does not wait for any worker."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from workflow.case import Case, ClockRecord, PauseRecord
from workflow.catalogue import Catalogue
from workflow.clock.calendar import OFFICE_ZONE, Calendar, local_day
from workflow.clock.deadline import (
    Deadline,
    budget,
    paused_days,
    remaining_days,
    remaining_minutes,
    remaining_working_minutes,
    used_days,
)
from workflow.clock.limit import Limit, Unit
from workflow.clock.pauses import Pause
from workflow.clock.words import (
    WARNING_MINUTES,
    Light,
    date_words,
    limit_words,
    minutes_left,
    office_minutes_left,
    time_left,
    warning_edge,
)
from workflow.clock.words import light as light_of
from workflow.definition import RESULT_CLOCKS, ClockRule, Flow, Title


@dataclass(frozen=True, slots=True)
class NextRung:
    """What the ladder does next, and when (an instant)."""

    at: datetime
    text: str
    card: str | None
    act: str | None


@dataclass(frozen=True, slots=True)
class ClockBrief:
    """What a line of a list tells of a running clock; the fields are those of `ClockView`."""

    name: str
    title: Title
    limit: Limit
    state: str
    light: Light
    due_on: date | None
    due_at: datetime | None
    provisional: bool
    remaining: int
    remaining_unit: str
    words: Title


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock of a case as of now.

    ``remaining`` is in ``remaining_unit``: working days left or overdue; calendar days for a paused clock of calendar
    days; minutes for limits in hours and minutes, office minutes for working hours. ``used``, ``paused`` and ``total``
    are days of the budget, None where no days are counted, read on the legal day ``read_on``. ``met`` says of a
    settled clock whether it was kept. ``words`` is what a page shows.
    """

    name: str
    title: Title
    basis: str
    round: int
    limit: Limit
    limit_words: Title
    extension: int
    started_at: datetime
    state: str
    light: Light
    due_on: date | None
    due_at: datetime | None
    due_words: Title | None
    provisional: bool
    calendar_version: str
    settled_at: datetime | None
    read_on: date
    met: bool | None
    remaining: int | None
    remaining_unit: str
    total: int | None
    used: int | None
    paused: int | None
    words: Title
    next_rung: NextRung | None


@dataclass(frozen=True, slots=True)
class Edges:
    """Where the lights of a list change: ``overdue`` up to now, a warning up to ``warning`` (``soon`` for minutes)."""

    now: datetime
    warning: datetime
    soon: datetime


def edges(calendar: Calendar, now: datetime) -> Edges:
    """The instants that part the lights as of ``now``: two working days left is a warning."""
    return Edges(now, warning_edge(calendar, local_day(now)), now + timedelta(minutes=WARNING_MINUTES))


def case_light(due_at: datetime | None, paused: bool, exact: bool, at: Edges) -> Light:
    """The light of an open case, from the nearest end of its running clocks; ``exact``: it runs in hours or minutes.

    The filters of the worklist say the same in SQL.
    """
    if due_at is not None and due_at <= at.now:
        return Light.OVERDUE
    if paused:
        return Light.PAUSED
    if due_at is not None and due_at <= (at.soon if exact else at.warning):
        return Light.WARNING
    return Light.NORMAL


def exact_flows(flows: Mapping[tuple[str, int], Flow]) -> list[str]:
    """The flows whose clocks all run in hours or minutes."""
    return sorted({flow.name for flow in flows.values() if flow.clocks and all(map(_is_exact, flow.clocks.values()))})


def clock_views(
    flow: Flow, case: Case, calendar: Calendar, now: datetime, catalogue: Catalogue
) -> tuple[ClockView, ...]:
    """Every clock of the case, running ones first, each in the order of the flow and of its rounds."""
    order = {name: place for place, name in enumerate([*flow.clocks, *flow.former])}
    clocks = sorted(case.clocks, key=lambda clock: (not clock.running, order[clock.name], clock.round))
    rules = [flow.rule(clock.name) for clock in clocks]
    return tuple(
        clock_view(rule, clock, case.pauses, calendar, now, basis_of(rule, clock, case, catalogue))
        for rule, clock in zip(rules, clocks, strict=True)
    )


def basis_of(rule: ClockRule, clock: ClockRecord, case: Case, catalogue: Catalogue) -> str:
    """By which article a clock of the case runs: the item's own where the limit is the item's, that of the cause where
    it is the cap of a pause, else the flow's."""
    if rule.limit == "pause.cap":
        capped = (pause.basis for pause in case.pauses if pause.since == local_day(clock.started_at))
        return next(capped, rule.basis)
    item = catalogue.items.get(case.item) if case.item else None
    if item is None:
        return rule.basis
    variant = case.data.get("variant")
    known = variant in {one.code for one in item.variants}
    statutory, promised = item.limits(variant if known else None)
    own = {
        "item.statutory": statutory,
        "item.promised": promised,
        "item.lifetime": item.lifetime,
        "item.renewal": item.lifetime,
        "item.recheck": item.lifetime,
    }.get(str(rule.limit))
    return own.basis if own is not None else rule.basis


def ran_out(rule: ClockRule, clock: ClockRecord) -> bool:
    """Whether the clock was stopped by what it does itself at its end: then it ran out and nobody was late by it.

    Nothing else can stop such a clock after its end: the law has acted by then (`machine.decide`).
    """
    over = clock.settled_at is not None and clock.due_at is not None and clock.settled_at >= clock.due_at
    return over and any(rung.act is not None for rung in rule.ladder)


def read_on(rule: ClockRule, clock: ClockRecord, now: datetime) -> date:
    """The legal day as of which a clock is read: today, the day on which it stopped, or its last day if it ran out.

    What a clock does at its end is recorded in the first minutes of the next day, which is no day of its budget.
    """
    if ran_out(rule, clock) and clock.due_on is not None:
        return clock.due_on
    return local_day(clock.settled_at or now)


def stopping(rule: ClockRule, pauses: Iterable[PauseRecord]) -> list[Pause]:
    """The pauses that stop this clock, as the engine takes them."""
    return [pause.interval for pause in pauses if pause.stops_clock(rule.paused_by)]


def clock_brief(
    rule: ClockRule, clock: ClockRecord, all_pauses: Iterable[PauseRecord], calendar: Calendar, now: datetime
) -> ClockBrief:
    """One running clock as of ``now``, in short."""
    remaining = _remaining(clock, calendar, stopping(rule, all_pauses), now)
    return ClockBrief(
        name=clock.name,
        title=rule.title,
        limit=clock.limit,
        state=clock.state,
        light=_light(rule, clock, remaining, now),
        due_on=clock.due_on,
        due_at=clock.due_at,
        provisional=clock.provisional,
        remaining=remaining,
        remaining_unit=_remaining_unit(clock),
        words=_words(rule, clock, remaining),
    )


def clock_view(
    rule: ClockRule,
    clock: ClockRecord,
    all_pauses: Iterable[PauseRecord],
    calendar: Calendar,
    now: datetime,
    basis: str | None = None,
) -> ClockView:
    """One clock of a case with these pauses as of ``now``; a settled one as of the day it was settled.

    ``basis`` as `basis_of` gives it; without it the flow's.
    """
    pauses = stopping(rule, all_pauses)
    by_day = clock.limit.unit.counts_days
    today = read_on(rule, clock, now)
    inputs = (clock.started_at, clock.limit, calendar, pauses)
    remaining = _remaining(clock, calendar, pauses, now) if clock.running else None
    return ClockView(
        name=clock.name,
        title=rule.title,
        basis=rule.basis if basis is None else basis,
        round=clock.round,
        limit=clock.limit,
        limit_words=_limit_words(rule, clock),
        extension=clock.extension,
        started_at=clock.started_at,
        state=clock.state,
        light=_light(rule, clock, remaining, now),
        due_on=clock.due_on,
        due_at=clock.due_at,
        due_words=_due_words(clock, local_day(now)),
        provisional=clock.provisional,
        calendar_version=clock.calendar_version,
        settled_at=clock.settled_at,
        read_on=today,
        met=_met(clock),
        remaining=remaining,
        remaining_unit=_remaining_unit(clock),
        total=budget(local_day(clock.started_at), clock.limit, clock.extension) if by_day else None,
        used=_used(rule, clock, calendar, pauses, today) if by_day else None,
        paused=paused_days(*inputs, today, clock.extension) if by_day else None,
        words=_words(rule, clock, remaining),
        next_rung=_next_rung(rule, clock),
    )


def _is_exact(rule: ClockRule) -> bool:
    if isinstance(rule.limit, Limit):
        return not rule.limit.unit.counts_days
    return rule.limit.startswith("help.")


def _remaining(clock: ClockRecord, calendar: Calendar, pauses: list[Pause], now: datetime) -> int:
    if clock.limit.unit.counts_days:
        left = remaining_days(clock.started_at, clock.limit, calendar, pauses, clock.extension, local_day(now))
        # By policy the last day may end with the close of business, hours before its date is over.
        return -1 if left == 0 and clock.due_at is not None and clock.due_at <= now else left
    if clock.limit.unit is Unit.WORKING_HOUR:
        return remaining_working_minutes(clock.started_at, clock.limit, calendar, pauses, clock.extension, now)
    return remaining_minutes(Deadline(clock.due_on, clock.due_at, clock.provisional, clock.calendar_version), now)


def _remaining_unit(clock: ClockRecord) -> str:
    if clock.limit.unit is Unit.WORKING_HOUR:
        return "office_minute"
    if not clock.limit.unit.counts_days:
        return "minute"
    held = clock.state == "paused"
    return "calendar_day" if held and clock.limit.unit is not Unit.WORKING_DAY else "working_day"


def _used(rule: ClockRule, clock: ClockRecord, calendar: Calendar, pauses: list[Pause], today: date) -> int:
    used = used_days(clock.started_at, clock.limit, calendar, pauses, today, clock.extension)
    if not ran_out(rule, clock):
        return used
    # The rest days over which the last day was rolled are none of the budget.
    return min(used, budget(local_day(clock.started_at), clock.limit, clock.extension))


def _limit_words(rule: ClockRule, clock: ClockRecord) -> Title:
    if rule.limit == "life.running":
        return Title("到有效期届满", "until the end of the life")
    return _both(lambda lang: limit_words(clock.limit, lang, clock.extension))


def _light(rule: ClockRule, clock: ClockRecord, remaining: int | None, now: datetime) -> Light:
    """The general light, and a warning as soon as a card of the clock's own ladder has fallen."""
    if remaining is None:
        return Light.DONE
    if clock.limit.unit.counts_days:
        found = light_of(remaining, clock.state == "paused")
        return Light.WARNING if found is Light.NORMAL and _carded(rule, clock, now) else found
    soon = now + timedelta(minutes=WARNING_MINUTES)
    return case_light(clock.due_at, clock.state == "paused", True, Edges(now, soon, soon))


def _carded(rule: ClockRule, clock: ClockRecord, now: datetime) -> bool:
    """Whether a yellow or red card of the ladder has fallen; a mere reminder is none."""
    fallen = sum(1 for moment in clock.ladder_at if moment <= now)
    return any(rung.card in ("yellow", "red") for rung in rule.ladder[:fallen])


def _met(clock: ClockRecord) -> bool | None:
    if clock.settled_at is None or clock.due_at is None:
        return None
    return clock.settled_at < clock.due_at


def _words(rule: ClockRule, clock: ClockRecord, remaining: int | None) -> Title:
    if remaining is None:
        of_result = clock.name in RESULT_CLOCKS
        match _met(clock):
            case True if of_result:
                return Title("届满前已停止计时", "stopped before its end")
            case True:
                return Title("按期完成", "done in time")
            case False if of_result or ran_out(rule, clock):
                return Title("已届满", "ran out")
            case False:
                return Title("逾期完成", "done late")
            case _:
                return Title("已停止计时", "no longer counted")
    if clock.limit.unit is Unit.WORKING_HOUR:
        return _both(lambda lang: office_minutes_left(remaining, clock.state == "paused", lang))
    if not clock.limit.unit.counts_days:
        return _both(lambda lang: minutes_left(remaining, lang))
    return _both(lambda lang: time_left(remaining, clock.state == "paused", lang, clock.limit.unit))


def _due_words(clock: ClockRecord, today: date) -> Title | None:
    due_on, due_at = clock.due_on, clock.due_at
    if due_on is None or due_at is None:
        return None
    at = "" if clock.limit.unit.counts_days else f" {due_at.astimezone(OFFICE_ZONE):%H:%M}"
    return _both(lambda lang: date_words(due_on, today, lang, clock.provisional) + at)


def _both(word: Callable[[str], str]) -> Title:
    return Title(word("zh"), word("en"))


def _next_rung(rule: ClockRule, clock: ClockRecord) -> NextRung | None:
    at = clock.next_rung_at
    if at is None:
        return None
    rung = rule.ladder[clock.rung]
    return NextRung(at, rung.text, rung.card, rung.act)
