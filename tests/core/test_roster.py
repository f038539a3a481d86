"""Spans of duty: gaps, overlaps and parts, at their edges and against a clock of minutes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.roster import Span, gaps, inside, outside, overlaps

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def span(since: int, until: int) -> Span:
    return Span(DAY + timedelta(hours=since), DAY + timedelta(hours=until))


def test_shifts_that_meet_leave_no_gap_and_do_not_overlap() -> None:
    shifts = [span(8, 24), span(0, 8)]

    assert gaps(shifts, DAY, DAY + timedelta(hours=24)) == ()
    assert overlaps(shifts) == ()


def test_every_gap_is_named_at_the_beginning_inside_and_at_the_end() -> None:
    assert gaps([span(2, 4), span(6, 8)], DAY, DAY + timedelta(hours=10)) == (span(0, 2), span(4, 6), span(8, 10))


def test_a_period_without_shifts_is_one_gap() -> None:
    assert gaps([], DAY, DAY + timedelta(hours=1)) == (span(0, 1),)


def test_overlaps_name_both_and_one_that_lies_within_another() -> None:
    assert overlaps([span(0, 10), span(2, 4), span(8, 12), span(12, 13)]) == ((0, 1), (0, 2))


def test_the_same_shift_twice_overlaps() -> None:
    assert overlaps([span(0, 8), span(0, 8)]) == ((0, 1),)


def test_what_lies_outside_a_period_stays_in_parts() -> None:
    assert outside(span(0, 10), span(4, 6)) == (span(0, 4), span(6, 10))
    assert outside(span(4, 6), span(0, 10)) == ()
    assert outside(span(0, 4), span(4, 6)) == (span(0, 4),)


def test_hours_are_cut_at_the_period() -> None:
    assert inside(span(0, 10), span(8, 24)) == timedelta(hours=2)
    assert inside(span(0, 4), span(8, 24)) == timedelta()


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), max_size=8))
@settings(max_examples=200, deadline=None)
def test_an_hour_is_in_a_gap_exactly_when_no_shift_covers_it(starts: list[tuple[int, int]]) -> None:
    shifts = [span(start, start + length) for start, length in starts]

    found = gaps(shifts, DAY, DAY + timedelta(hours=30))

    for hour in range(30):
        at = DAY + timedelta(hours=hour)
        covered = any(one.since <= at < one.until for one in shifts)
        assert any(one.since <= at < one.until for one in found) is not covered
    assert all(one.since < one.until for one in found)
