"""Every ladder through a year: which rungs fire, how often, and how far from the end of their clock.

Starts lie on every day of the last year whose following year is published too, so that no simulated date is provisional
for a usual limit. A clock of days starts before and after the hour at which cards fall (09:00), one of hours and
minutes round the clock. A rung is passed over exactly as `timekeeping.arm` passes it over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from workflow.clock.calendar import Calendar
from workflow.clock.days import office_time
from workflow.clock.ladder import RungTime
from workflow.clock.limit import Limit
from workflow.definition import ClockRule, Flow, Rung
from workflow.simulation.finding import Finding
from workflow.timekeeping import Timing, arm

HOURS_OF_DAYS = (0, 10)
HOURS_ROUND_THE_CLOCK = (0, 4, 8, 12, 16, 20)


@dataclass(slots=True)
class Tally:
    """One rung on one limit: out of ``starts`` it fired ``fired`` times, ``with_above`` times at the very instant of
    the rung above; ``earliest`` and ``latest`` are its distance from the end of the clock, before it if negative."""

    starts: int = 0
    fired: int = 0
    above_too: int = 0
    with_above: int = 0
    earliest: timedelta | None = None
    latest: timedelta | None = None

    def add(self, distance: timedelta) -> None:
        """One more firing, at ``distance`` from the end."""
        self.fired += 1
        self.earliest = distance if self.earliest is None else min(self.earliest, distance)
        self.latest = distance if self.latest is None else max(self.latest, distance)


@dataclass(frozen=True, slots=True)
class Firing:
    """A line of the table: what one rung of one clock does on ``limit``, which is that of ``whose``."""

    clock: str
    limit: Limit
    whose: tuple[str, ...]
    index: int
    rung: Rung
    tally: Tally


@dataclass(frozen=True, slots=True)
class Year:
    """A year of starts. Clocks with equal ladders and limits are simulated once, whatever their name and version."""

    calendar: Calendar
    _known: dict[tuple[object, ...], tuple[Tally, ...]] = field(default_factory=dict, repr=False)

    @property
    def number(self) -> int:
        """The calendar year of the starts."""
        return self.calendar.horizon.year - 1

    def starts(self, limit: Limit) -> Iterator[datetime]:
        """Every instant at which a clock with ``limit`` starts here."""
        hours = HOURS_OF_DAYS if limit.unit.counts_days else HOURS_ROUND_THE_CLOCK
        first = date(self.number, 1, 1)
        for day in range((date(self.number + 1, 1, 1) - first).days):
            for hour in hours:
                yield office_time(first + timedelta(days=day), time(hour))

    def tallies(self, flow: Flow, rule: ClockRule, limit: Limit) -> tuple[Tally, ...]:
        """What each rung of the clock does on ``limit``, in the order of the ladder."""
        last = tuple(_stops(flow, rule, rung) for rung in rule.ladder)
        times: tuple[RungTime, ...] = tuple(rung.time for rung in rule.ladder)
        key = (times, last, limit, limit.direction)
        if key not in self._known:
            self._known[key] = self._simulated(rule, last, limit)
        return self._known[key]

    def _simulated(self, rule: ClockRule, last: tuple[bool, ...], limit: Limit) -> tuple[Tally, ...]:
        tallies = tuple(Tally() for _ in rule.ladder)
        for start in self.starts(limit):
            clock = arm(rule, start, limit, 1, (), Timing(self.calendar, start))
            above: datetime | None = None
            over = False
            for index, (tally, moment) in enumerate(zip(tallies, clock.ladder_at, strict=True)):
                tally.starts += 1
                if index < clock.rung or over or clock.due_at is None:
                    continue
                tally.add(moment - clock.due_at)
                tally.above_too += above is not None
                tally.with_above += above == moment
                above, over = moment, last[index]
        return tallies


def firings(flow: Flow, limits: Mapping[str, Mapping[Limit, tuple[str, ...]]], year: Year) -> Iterator[Firing]:
    """The whole table of a flow; ``limits`` gives the limits of each clock by its name."""
    for name, rule in flow.clocks.items():
        for limit, whose in limits.get(name, {}).items():
            for index, tally in enumerate(year.tallies(flow, rule, limit)):
                yield Firing(name, limit, whose, index, rule.ladder[index], tally)


def ladder_findings(flow: Flow, limits: Mapping[str, Mapping[Limit, tuple[str, ...]]], year: Year) -> Iterator[Finding]:
    """Rungs that fire on no limit and no day, and rungs that always fall together with the one above."""
    for name, rule in flow.clocks.items():
        tables = [year.tallies(flow, rule, limit) for limit in limits.get(name, {})]
        if not tables:
            continue
        on = ", ".join(dict.fromkeys(str(limit) for limit in limits[name]))
        for index, rung in enumerate(rule.ladder):
            place = ("clocks", name, "ladder", index)
            column = [table[index] for table in tables]
            who = f"flow {flow.name} v{flow.version}, clock {name}, rung {index + 1} ({rung.text})"
            if not any(tally.fired for tally in column):
                yield _never(flow, rule, index, place, f"{who} never fires in {year.number}", on)
            elif (together := sum(tally.above_too for tally in column)) and together == sum(
                tally.with_above for tally in column
            ):
                above = f"rung {index} ({rule.ladder[index - 1].text})"
                sentence = f"{who} always falls at the same instant as {above}, limits {on}"
                yield Finding(place, sentence, ("one rung that does both", "another time"))


def _never(
    flow: Flow, rule: ClockRule, index: int, place: tuple[str | int, ...], sentence: str, limits: str
) -> Finding:
    ending = next((rung for rung in rule.ladder[:index] if _stops(flow, rule, rung)), None)
    if ending is None:
        why = f"it is passed over at every start, for it lies before the start itself on every limit ({limits})"
        return Finding(place, f"{sentence}: {why}", ("a time after the start of one limit at least",))
    target = flow.actions[ending.act or ""].target
    why = f"{ending.act!r} of the rung at {ending.text!r} has taken the case to {target!r} by then, where no clock runs"
    return Finding(place, f"{sentence}: {why.replace('no clock', 'this clock no longer')}", ("a rung above the act",))


def _stops(flow: Flow, rule: ClockRule, rung: Rung) -> bool:
    """Whether the rung's own act takes the case out of the states in which the clock runs."""
    action = flow.actions.get(rung.act) if rung.act else None
    return action is not None and action.target is not None and action.target not in rule.while_states
