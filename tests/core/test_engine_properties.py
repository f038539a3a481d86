"""What holds for every clock, whatever its numbers: the engine against an oracle that looks at each day."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.core import oracle
from tests.core.oracle import OfficeQuestion, Question, Stop
from workflow.clock.calendar import OFFICE_ZONE, Calendar, Notice, published_calendar
from workflow.clock.days import FIRST_YEAR, LAST_YEAR
from workflow.clock.deadline import deadline, paused_days, remaining_days, used_days
from workflow.clock.hours import OfficeHours
from workflow.clock.limit import Direction, Limit, Unit
from workflow.clock.pauses import Pause
from workflow.clock.proof import proof

often = settings(max_examples=250, deadline=None, derandomize=True)
seldom = settings(max_examples=100, deadline=None, derandomize=True)

DAY = timedelta(days=1)
DAY_UNITS = [Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.MONTH, Unit.YEAR]
# One day off in the week, one weekend day worked for it, and a whole week of a storm.
CLOSURES = [
    Notice(2018, {date(2018, 8, 16): "台风"}, frozenset({date(2018, 8, 18)}), "停工通告", "closure"),
    Notice(2022, {date(2022, 3, 14) + n * DAY: "防疫" for n in range(5)}, frozenset(), "停工通告", "closure"),
]
CHANGED = {day: False for notice in CLOSURES for day in notice.off} | {date(2018, 8, 18): True}
CALENDARS = [(published_calendar(), oracle.PUBLISHED), (published_calendar(CLOSURES), oracle.worked_days(CHANGED))]
CALENDAR = CALENDARS[0][0]


@dataclass(frozen=True, slots=True)
class Clock:
    """One random clock, as engine and oracle are asked about it."""

    start: datetime
    limit: Limit
    extension: int = 0
    pauses: tuple[Pause, ...] = ()
    calendar: Calendar = CALENDAR
    worked: Sequence[bool] = tuple(oracle.PUBLISHED)

    @property
    def first(self) -> date:
        return self.start.astimezone(OFFICE_ZONE).date()

    @property
    def on(self) -> date | None:
        return deadline(self.start, self.limit, self.calendar, self.pauses, self.extension).on

    @property
    def at(self) -> datetime | None:
        return deadline(self.start, self.limit, self.calendar, self.pauses, self.extension).at

    def walked(self) -> oracle.Walk:
        amount = self.limit.amount + self.extension
        asked = Question(self.first, amount, str(self.limit.unit), self.limit.direction, stops(self.pauses))
        return oracle.walk(asked, self.worked)


def stops(pauses: tuple[Pause, ...]) -> list[Stop]:
    return [Stop(pause.since, pause.until, pause.resets) for pause in pauses]


def limits(units: list[Unit], direction: Direction | None = None) -> st.SearchStrategy[Limit]:
    most = {Unit.WORKING_DAY: 60, Unit.CALENDAR_DAY: 90, Unit.MONTH: 12, Unit.YEAR: 1, Unit.WORKING_HOUR: 60}
    directions: st.SearchStrategy[Direction] = st.just(direction) if direction else st.sampled_from(["max", "min"])
    return st.sampled_from(units).flatmap(
        lambda unit: st.builds(Limit, st.integers(1, most[unit]), st.just(unit), directions)
    )


def pauses_near(first: date, resets: bool = False, held: bool = True) -> st.SearchStrategy[tuple[Pause, ...]]:
    """Backdated, nested, adjacent, overlapping, empty and (``held``) open pauses around the days after ``first``."""
    closed = st.builds(
        lambda since, length, anew: Pause(first + since * DAY, first + (since + length) * DAY, "hearing", anew),
        st.integers(-20, 60),
        st.integers(0, 25),
        st.booleans() if resets else st.just(False),
    )
    still_open = st.integers(-20, 90).map(lambda since: Pause(first + since * DAY, None, "expert_review"))
    one = st.one_of(closed, closed, closed, still_open) if held else closed
    return st.lists(one, max_size=5).map(tuple)


@st.composite
def clocks(
    draw: st.DrawFn,
    units: list[Unit] | None = None,
    direction: Direction | None = None,
    resets: bool = False,
    held: bool = True,
) -> Clock:
    first = draw(st.dates(date(2004, 2, 1), date(2025, 1, 31)))
    at = draw(st.times()).replace(second=0, microsecond=0)
    calendar, worked = draw(st.sampled_from(CALENDARS))
    return Clock(
        datetime.combine(first, at, OFFICE_ZONE),
        draw(limits(units or DAY_UNITS, direction)),
        # A year longer would walk out of the published years.
        draw(st.integers(0, 15)) if units else 0,
        draw(pauses_near(first, resets, held)),
        calendar,
        worked,
    )


days_of_calendar = st.dates(date(1901, 1, 1), date(2099, 12, 31))
counted_in_days = [Unit.WORKING_DAY, Unit.CALENDAR_DAY]


@often
@given(clocks())
def test_every_clock_of_days_ends_where_a_walk_day_by_day_ends(clock: Clock) -> None:
    assert clock.on == clock.walked().on


@often
@given(clocks(counted_in_days))
def test_every_extended_clock_ends_where_a_walk_day_by_day_ends(clock: Clock) -> None:
    assert clock.on == clock.walked().on


@often
@given(clocks(resets=True))
def test_every_interrupted_clock_ends_where_a_walk_that_starts_anew_ends(clock: Clock) -> None:
    assert clock.on == clock.walked().on


@often
@given(clocks([Unit.WORKING_HOUR], resets=True))
@example(Clock(datetime(2024, 2, 9, 17, 0, tzinfo=OFFICE_ZONE), Limit(1, Unit.WORKING_HOUR)))
def test_every_clock_of_working_hours_ends_where_a_walk_minute_by_minute_ends(clock: Clock) -> None:
    minutes = 60 * (clock.limit.amount + clock.extension)
    expected = oracle.walk_minutes(
        OfficeQuestion(clock.start.replace(tzinfo=None), minutes, stops(clock.pauses)), clock.worked
    )
    assert clock.at == (expected and expected.replace(tzinfo=OFFICE_ZONE))


@seldom
@given(clocks([Unit.WORKING_HOUR]), st.lists(st.integers(0, 1439), min_size=2, max_size=8, unique=True))
def test_any_office_hours_are_counted_minute_by_minute(clock: Clock, moments: list[int]) -> None:
    times = [time(minute // 60, minute % 60) for minute in sorted(moments)]
    spans = tuple(pair for n, pair in enumerate(pairwise(times)) if n % 2 == 0)
    short = replace(clock, limit=Limit(min(clock.limit.amount, 3), Unit.WORKING_HOUR), extension=0)
    calendar = published_calendar(CLOSURES if clock.calendar is not CALENDAR else (), OfficeHours(spans))
    # An hour of a minute a day would walk for months.
    assume(calendar.hours.minutes_a_day >= 30)
    found = deadline(short.start, short.limit, calendar, short.pauses).at
    asked = OfficeQuestion(short.start.replace(tzinfo=None), 60 * short.limit.amount, stops(short.pauses), spans)
    expected = oracle.walk_minutes(asked, short.worked)
    assert found == (expected and expected.replace(tzinfo=OFFICE_ZONE))


@seldom
@given(clocks(direction="max"))
def test_a_last_day_ends_at_midnight_or_by_policy_at_closing(clock: Clock) -> None:
    on, at = clock.on, clock.at
    assert at == (on and datetime.combine(on + DAY, time(), OFFICE_ZONE))
    closing = OfficeHours(((time(8, 30), time(11, 30)), (time(13), time(16, 45))), "close")
    calendar = published_calendar(CLOSURES if clock.calendar is not CALENDAR else (), closing)
    found = deadline(clock.start, clock.limit, calendar, clock.pauses, clock.extension)
    assert (found.on, found.at) == (on, on and datetime.combine(on, time(16, 45), OFFICE_ZONE))


@seldom
@given(st.datetimes(datetime(1901, 1, 1), datetime(2090, 1, 1)), st.integers(-12, 14), st.integers(0, 50_000))
def test_hours_and_minutes_pass_as_on_any_watch(moment: datetime, zone: int, amount: int) -> None:
    start = moment.replace(tzinfo=timezone(timedelta(hours=zone)))
    for unit, length in ((Unit.HOUR, timedelta(hours=1)), (Unit.MINUTE, timedelta(minutes=1))):
        at = deadline(start, Limit(amount, unit), CALENDAR).at
        assert at is not None
        assert at.astimezone(UTC) - start.astimezone(UTC) == amount * length


@often
@given(st.dates(date(2005, 6, 1), date(2025, 6, 30)), st.integers(-250, 250), st.sampled_from(CALENDARS))
def test_working_days_are_added_and_counted_as_by_a_walk_in_both_directions(
    start: date, n: int, given_calendar: tuple[Calendar, list[bool]]
) -> None:
    calendar, worked = given_calendar
    end = calendar.add_working_days(start, n)
    assert end == oracle.nth_working_day(start, n, worked)
    assert calendar.working_days_between(start, end) == (
        oracle.working_days_in(start, end, worked) - oracle.working_days_in(end, start, worked)
    )


@often
@given(days_of_calendar, st.integers(1, 250), st.sampled_from(CALENDARS))
def test_what_was_added_can_be_subtracted_in_every_year_of_the_calendar(
    start: date, n: int, given_calendar: tuple[Calendar, list[bool]]
) -> None:
    calendar, _ = given_calendar
    later, earlier = calendar.add_working_days(start, n), calendar.add_working_days(start, -n)
    assert calendar.working_days_between(start, later) == n
    assert calendar.add_working_days(later, -n) == calendar.add_working_days(start + DAY, -1)
    assert calendar.add_working_days(earlier, n) == calendar.add_working_days(start - DAY, 1)


@often
@given(clocks([*counted_in_days, Unit.WORKING_HOUR], resets=True), st.integers(0, 40))
def test_a_later_start_or_a_longer_limit_never_ends_earlier(clock: Clock, more: int) -> None:
    later = replace(clock, start=clock.start + more * timedelta(hours=7))
    longer = replace(clock, limit=replace(clock.limit, amount=clock.limit.amount + more))
    extended = replace(clock, extension=clock.extension + more)
    assert _not_after(clock.at, later.at)
    assert _not_after(clock.at, longer.at)
    assert longer.at == extended.at


@often
@given(st.dates(date(2004, 2, 1), date(2024, 12, 31)), limits([Unit.MONTH, Unit.YEAR]))
def test_a_later_start_or_more_months_never_end_earlier(first: date, limit: Limit) -> None:
    clock = Clock(datetime.combine(first, time(9), OFFICE_ZONE), limit)
    assert _not_after(clock.on, replace(clock, start=clock.start + DAY).on)
    assert _not_after(clock.on, replace(clock, limit=replace(limit, amount=limit.amount + 1)).on)


@often
@given(st.data(), clocks(), st.booleans())
def test_one_more_pause_never_ends_a_clock_earlier(data: st.DataObject, clock: Clock, held: bool) -> None:
    more = data.draw(pauses_near(clock.first, held=held))
    assert _not_after(clock.at, replace(clock, pauses=clock.pauses + more).at)


@often
@given(st.data(), clocks([*DAY_UNITS, Unit.WORKING_HOUR], resets=True))
def test_in_which_order_pauses_are_entered_is_irrelevant_to_every_unit(data: st.DataObject, clock: Clock) -> None:
    assert replace(clock, pauses=tuple(data.draw(st.permutations(clock.pauses)))).at == clock.at


@often
@given(st.data(), clocks([*DAY_UNITS, Unit.WORKING_HOUR], resets=True))
def test_a_pause_in_two_halves_is_that_pause_in_every_unit(data: st.DataObject, clock: Clock) -> None:
    halves: list[Pause] = []
    for pause in clock.pauses:
        length = (pause.until - pause.since).days if pause.until else 30
        middle = pause.since + data.draw(st.integers(0, length)) * DAY
        # Only the second half starts the budget anew: the first only holds the clock.
        halves += [Pause(pause.since, middle, "hearing"), replace(pause, since=middle)]
    assume(not any(pause.resets and pause.since == pause.until for pause in halves))
    assert replace(clock, pauses=tuple(halves)).at == clock.at


@often
@given(clocks(held=False))
def test_pauses_cost_their_union_and_never_more_than_their_sum(clock: Clock) -> None:
    clock = replace(clock, limit=replace(clock.limit, direction="min"))
    if clock.limit.unit is Unit.WORKING_DAY:
        clock = replace(clock, limit=replace(clock.limit, unit=Unit.CALENDAR_DAY))
    on, plain = clock.on, replace(clock, pauses=()).on
    assert on is not None
    assert plain is not None
    union = {day for pause in clock.pauses for day in _days_of(pause) if clock.first < day <= on}
    assert (on - plain).days == len(union)
    assert len(union) <= sum((pause.until - pause.since).days for pause in clock.pauses if pause.until)


@often
@given(st.data(), clocks([*DAY_UNITS, Unit.WORKING_HOUR]))
def test_a_pause_nested_in_another_or_entered_twice_costs_nothing(data: st.DataObject, clock: Clock) -> None:
    assume(clock.pauses)
    outer = data.draw(st.sampled_from(clock.pauses))
    length = (outer.until - outer.since).days if outer.until else 60
    begin = data.draw(st.integers(0, length))
    end = data.draw(st.integers(begin, length))
    inner = Pause(outer.since + begin * DAY, outer.since + end * DAY, "appraisal")
    assert replace(clock, pauses=(*clock.pauses, inner, outer)).at == clock.at


@often
@given(st.data(), clocks([*DAY_UNITS, Unit.WORKING_HOUR]))
def test_a_pause_that_ended_by_the_start_costs_nothing_and_one_over_it_only_what_lies_after(
    data: st.DataObject, clock: Clock
) -> None:
    # Working hours count on the start day itself, so there a pause must be over the day before.
    edge = clock.first - DAY if clock.limit.unit is Unit.WORKING_HOUR else clock.first
    since = edge - data.draw(st.integers(0, 400)) * DAY
    backdated = Pause(since, since + data.draw(st.integers(0, (edge - since).days)) * DAY, "hearing")
    assert replace(clock, pauses=(*clock.pauses, backdated)).at == clock.at
    until = edge + data.draw(st.integers(1, 30)) * DAY
    over = replace(clock, pauses=(*clock.pauses, Pause(since, until, "hearing")))
    assert over.at == replace(clock, pauses=(*clock.pauses, Pause(edge, until, "hearing"))).at


@often
@given(clocks(resets=True))
def test_the_days_a_proof_counts_are_those_of_a_walk_and_make_up_the_budget_when_due(clock: Clock) -> None:
    told = proof(clock.start, clock.limit, clock.calendar, clock.pauses, clock.extension)
    walked = clock.walked()
    assert told.due == clock.on == walked.on
    counted = [line for line in told.days if line.counts]
    # Days before the last restart used a budget that was thrown away.
    since_restart = counted[len(counted) - len(walked.counted) :]
    assert [line.date for line in since_restart] == list(walked.counted)
    assert [line.total for line in since_restart] == list(range(1, len(walked.counted) + 1))
    assert len(counted) == len(walked.counted) or any(pause.resets for pause in clock.pauses)
    if told.due:
        assert told.days[-1].date == told.due
        assert told.days[-1].total == len(walked.counted)


@often
@given(clocks([*counted_in_days, Unit.MONTH]), st.integers(-5, 200))
def test_used_days_are_those_walked_and_with_the_rest_they_make_the_budget(clock: Clock, later: int) -> None:
    today = clock.first + later * DAY
    asked = (clock.start, clock.limit, clock.calendar, clock.pauses)
    on, walked, extension = clock.on, clock.walked(), clock.extension
    budget = oracle.days_of_budget(clock.first, clock.limit.amount + extension, str(clock.limit.unit))
    left = remaining_days(*asked, extension, today)
    if on is None or today <= on:
        used = used_days(*asked, today)
        assert used == sum(day <= today for day in walked.counted)
        if clock.limit.unit is Unit.WORKING_DAY or on is None:
            assert used + left == budget
        passed = max(0, (today - clock.first).days)
        if clock.limit.unit is not Unit.WORKING_DAY:
            rolled = 0 if used < budget else passed - used - paused_days(*asked, today)
            assert used + paused_days(*asked, today) + rolled == passed
    if on is not None:
        assert (left > 0, left == 0, left < 0) == (today < on, today == on, today > on)


@seldom
@given(st.dates(date(2004, 2, 1), date(2024, 12, 31)), st.integers(1, 23))
def test_months_end_on_the_same_number_or_the_months_last_day(first: date, amount: int) -> None:
    clock = Clock(datetime.combine(first, time(9), OFFICE_ZONE), Limit(amount, Unit.MONTH, "min"))
    on = clock.on
    assert on is not None
    assert (on.year * 12 + on.month) - (first.year * 12 + first.month) == amount
    assert on.day == first.day or (on.day < first.day and (on + DAY).day == 1)
    twelve = replace(clock, limit=Limit(12, Unit.MONTH))
    assert twelve.on == replace(clock, limit=Limit(1, Unit.YEAR)).on


@often
@given(
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)),
    st.integers(0, 999_999),
    st.sampled_from([*DAY_UNITS, Unit.WORKING_HOUR, Unit.HOUR, Unit.MINUTE]),
    st.sampled_from(["max", "min"]),
)
@example(datetime(2100, 12, 31, 12), 1, Unit.WORKING_DAY, "max")
@example(datetime(1899, 12, 31, 23, 59), 1, Unit.CALENDAR_DAY, "min")
@example(datetime(2100, 12, 31, 23, 59), 1, Unit.MINUTE, "max")
@example(datetime(2100, 12, 31, 16, 59), 1, Unit.WORKING_HOUR, "max")
@example(datetime(2100, 12, 24), 7, Unit.CALENDAR_DAY, "max")
def test_a_result_lies_in_1900_to_2100_or_is_refused_by_name(
    moment: datetime, amount: int, unit: Unit, direction: Direction
) -> None:
    on, refusal = None, ""
    try:
        on = deadline(moment.replace(tzinfo=OFFICE_ZONE), Limit(amount, unit, direction), CALENDAR).on
    except ValueError as error:
        refusal = str(error)
    # The start outside, or the result; never another error, never a date out there.
    if on is None:
        assert "the years 1900 to 2100 are accepted" in refusal.replace("dates in ", "")
    else:
        assert FIRST_YEAR <= on.year <= LAST_YEAR


@seldom
@given(st.dates(), st.dates(), st.integers(1, 60))
def test_a_pause_from_or_to_any_year_is_counted_or_refused_by_name(since: date, until: date, amount: int) -> None:
    assume(since <= until)
    for unit in (*DAY_UNITS, Unit.WORKING_HOUR):
        clock = Clock(datetime(2026, 3, 2, 9, tzinfo=OFFICE_ZONE), Limit(min(amount, 20), unit))
        with suppress(ValueError):
            on = replace(clock, pauses=(Pause(since, until, "hearing"),)).on
            assert on is not None
            assert FIRST_YEAR <= on.year <= LAST_YEAR


def _not_after(one: date | None, other: date | None) -> bool:
    """Whether ``one`` ends no later; a clock held by an open pause ends never."""
    return other is None or (one is not None and one <= other)


def _days_of(pause: Pause) -> Iterator[date]:
    assert pause.until is not None
    return (pause.since + n * DAY for n in range(1, (pause.until - pause.since).days + 1))
