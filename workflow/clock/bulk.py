"""Working days by the million: the same arithmetic as `Calendar`, over numpy arrays.

Only what counts many dates at once imports this module: numpy alone takes longer to load than one date to be told.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from workflow.clock.calendar import Calendar
from workflow.clock.days import FIRST_YEAR, LAST_YEAR
from workflow.clock.limit import LARGEST_AMOUNT, Unit

Days = npt.NDArray[np.datetime64]
Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

EPOCH = date(1970, 1, 1).toordinal()
FIRST_DAY = date(FIRST_YEAR, 1, 1).toordinal() - EPOCH
LAST_DAY = date(LAST_YEAR, 12, 31).toordinal() - EPOCH
# Some years more than asked for, so that growing data do not rebuild the table year by year.
GROWTH = 8
# Every year has more working days than this.
FEWEST_WORKING_DAYS = 240


@dataclass(frozen=True, slots=True)
class DayTable:
    """A run of whole years; days are numbers since 1970-01-01, as in datetime64[D].

    ``before[i]`` = working days before day ``first + i`` (one entry more than there are days); ``working[k]`` = the
    k-th working day; ``worked[i]`` = whether day ``first + i`` is worked.
    """

    first_year: int
    last_year: int
    first: int
    before: npt.NDArray[np.int32]
    working: Numbers
    worked: Truths

    @property
    def nbytes(self) -> int:
        """Memory in bytes."""
        return self.before.nbytes + self.working.nbytes + self.worked.nbytes


class WorkingDays:
    """The working days of one `Calendar` as arrays. The calendar is immutable, so one instance serves it for good.

    Days are arrays of datetime64[D], amounts whole numbers or arrays of int64; they broadcast against each other.
    Everywhere: TypeError for another type (a datetime64 of seconds is an instant, not a day), ValueError for a date
    or a result outside 1900..2100 and for NaT, naming the first one found.
    """

    __slots__ = ("_calendar", "_table")

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._table = _table(calendar, calendar.horizon.year, calendar.horizon.year)

    @property
    def version(self) -> str:
        """The calendar's version."""
        return self._calendar.version

    @property
    def table(self) -> DayTable:
        """The years indexed so far."""
        return self._table

    def is_working(self, days: Days) -> Truths:
        """Whether each day is worked."""
        numbers = _day_numbers(days)
        table = self._covering(numbers)
        return table.worked.take(numbers - table.first)

    def add_working_days(self, starts: Days, amounts: npt.ArrayLike) -> Days:
        """As `Calendar.add_working_days`: the n-th working day after each start, before it for n < 0; n = 0 is it."""
        firsts, counts = _day_numbers(starts), _whole_numbers(amounts)
        shape = np.broadcast_shapes(firsts.shape, counts.shape)
        if 0 in shape:
            return np.empty(shape, "datetime64[D]")
        # An operation on arrays without an axis gives numbers, which cannot be assigned to.
        firsts, counts = np.atleast_1d(firsts, counts)
        found = self._counted(self._covering(firsts), firsts, counts)
        return _as_days(found.reshape(shape))

    def working_days_between(self, after: Days, upto: Days) -> Numbers:
        """As `Calendar.working_days_between`: working days d with after < d <= upto, negative when reversed."""
        low, high = _day_numbers(after), _day_numbers(upto)
        table = self._covering(low, high)
        past = 1 - table.first
        return np.subtract(table.before.take(high + past), table.before.take(low + past), dtype=np.int64)

    def rolled(self, days: Days) -> Days:
        """Each day itself if it is worked, else the next working day (民法典 203 ¶1)."""
        numbers = _day_numbers(days)
        table = self._covering(numbers)
        found = np.atleast_1d(numbers).copy()
        rest = ~table.worked.take(found - table.first)
        if rest.any():
            found[rest] = self._counted(table, found[rest], np.ones(1, np.int64))
        return _as_days(found.reshape(numbers.shape))

    def due_days(self, starts: Days, amounts: npt.ArrayLike, unit: Unit = Unit.WORKING_DAY) -> Days:
        """The last days of "max" limits without pauses, as `deadline(...).on`: working or calendar days.

        ``starts``: the legal days the clocks started on (not counted); calendar days that end on a rest day roll
        forward. ValueError for an amount no `Limit` accepts and for another unit.
        """
        counts = _whole_numbers(amounts)
        wrong = counts[(counts < 0) | (counts > LARGEST_AMOUNT)]
        if wrong.size:
            raise ValueError(f"limit of {wrong[0]}{unit}: an amount from 0 to {LARGEST_AMOUNT} is accepted")
        if unit is Unit.WORKING_DAY:
            return self.add_working_days(starts, counts)
        if unit is Unit.CALENDAR_DAY:
            firsts = _day_numbers(starts)
            self._covering(firsts)
            return self.rolled(_as_days(np.asarray(firsts + counts)))
        raise ValueError(f"limit in {unit}: wd and cd are accepted for many at once")

    def _counted(self, table: DayTable, firsts: Numbers, counts: Numbers) -> Numbers:
        """The ``counts``-th working days after (or before) ``firsts``, which ``table`` covers."""
        none = counts == 0
        while True:
            place = _places(table, firsts, counts)
            if none.any():
                # No day is looked up for them: place 0 always exists, and the start is put in its stead below.
                place[np.broadcast_to(none, place.shape)] = 0
            missing_before, missing_after = -int(place.min()), int(place.max()) - table.working.size + 1
            if missing_before <= 0 and missing_after <= 0:
                break
            _refuse_leaving(table, place, firsts, counts)
            table = self._reindexed(
                table.first_year - _years(missing_before),
                table.last_year + _years(missing_after),
            )
        found = table.working.take(place)
        np.copyto(found, firsts, where=none)
        return found

    def _covering(self, *days: Numbers) -> DayTable:
        table = self._table
        given = [some for some in days if some.size]
        if not given:
            return table
        first, last = min(some.min() for some in given), max(some.max() for some in given)
        if first < FIRST_DAY or last > LAST_DAY:
            # NaT is the smallest number of all.
            raise ValueError(f"date {_text(first if first < FIRST_DAY else last)}: {_ACCEPTED}")
        if first >= table.first and last < table.first + table.worked.size:
            return table
        return self._reindexed(min(table.first_year, _year(first)), max(table.last_year, _year(last)))

    def _reindexed(self, first_year: int, last_year: int) -> DayTable:
        # Callers keep the table they got: another thread may swap in one that covers other years at any moment.
        have = self._table
        first = have.first_year if first_year >= have.first_year else first_year - GROWTH
        last = have.last_year if last_year <= have.last_year else last_year + GROWTH
        table = _table(self._calendar, max(FIRST_YEAR, first), min(LAST_YEAR, last))
        self._table = table
        return table


_ACCEPTED = f"the years {FIRST_YEAR} to {LAST_YEAR} are accepted"


def _table(calendar: Calendar, first_year: int, last_year: int) -> DayTable:
    first, last = date(first_year, 1, 1).toordinal(), date(last_year, 12, 31).toordinal()
    # The far end first: the calendar then indexes its own years once and not on the way.
    calendar.working_days_between(date(first_year, 1, 1), date(last_year, 12, 31))
    days = map(date.fromordinal, range(first, last + 1))
    worked = np.fromiter(map(calendar.is_working, days), np.bool_, last - first + 1)
    before = np.zeros(worked.size + 1, np.int32)
    np.cumsum(worked, out=before[1:])
    working = np.flatnonzero(worked).astype(np.int64) + (first - EPOCH)
    return DayTable(first_year, last_year, first - EPOCH, before, working, worked)


def _places(table: DayTable, firsts: Numbers, counts: Numbers) -> Numbers:
    # n > 0: count_through(start) + n - 1; n < 0: count_before(start) + n. count_through is count_before of tomorrow.
    forward = counts > 0
    if counts.shape == (1,):
        # One amount for all: added once to the amount instead of to every start.
        place = table.before.take(firsts + (int(forward[0]) - table.first)).astype(np.int64)
        place += counts - forward
        return place
    index = firsts + forward
    index -= table.first
    place = np.add(table.before.take(index), counts, out=index)
    place -= forward
    return place


def _refuse_leaving(table: DayTable, place: Numbers, firsts: Numbers, counts: Numbers) -> None:
    """ValueError for the first result that lies beyond an end at which the table can grow no more."""
    gone = (place < 0) & (table.first_year == FIRST_YEAR)
    gone |= (place >= table.working.size) & (table.last_year == LAST_YEAR)
    if not gone.any():
        return
    at = int(np.argmax(gone))
    start = np.broadcast_to(firsts, place.shape).flat[at]
    amount = np.broadcast_to(counts, place.shape).flat[at]
    raise ValueError(
        f"{amount} working days from {_text(start)} leave the calendar: "
        f"dates in the years {FIRST_YEAR} to {LAST_YEAR} are accepted"
    )


def _years(missing: int) -> int:
    return 0 if missing <= 0 else missing // FEWEST_WORKING_DAYS + 1


def _day_numbers(days: Days) -> Numbers:
    if days.dtype != np.dtype("datetime64[D]"):
        raise TypeError(f"days of type {days.dtype}: an array of datetime64[D] is accepted")
    return days.view(np.int64)


def _whole_numbers(amounts: npt.ArrayLike) -> Numbers:
    given = np.asarray(amounts)
    if given.dtype.kind != "i":
        raise TypeError(f"amounts of type {given.dtype}: whole numbers (int64) are accepted")
    return given.astype(np.int64, copy=False)


def _as_days(numbers: Numbers) -> Days:
    return numbers.view("datetime64[D]")


def _text(day: np.int64) -> str:
    return str(day.view("datetime64[D]"))


def _year(day: np.int64) -> int:
    return date.fromordinal(int(day) + EPOCH).year
