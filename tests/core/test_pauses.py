"""Pauses count once: they are a union of days, never a sum."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.clock.pauses import Interval, Pause, union

MARCH = date(2026, 3, 1)


def march(since: int, until: int | None, cause: str = "expert_review") -> Pause:
    return Pause(date(2026, 3, since), date(2026, 3, until) if until else None, cause)


def spans(*pauses: Pause) -> list[tuple[int, int | None]]:
    return [(since.day, until.day if until else None) for since, until in union(pauses)]


def test_a_pause_counted_twice_counts_once() -> None:
    assert spans(march(9, 20), march(9, 20, "hearing")) == [(9, 20)]


def test_overlapping_adjacent_and_nested_pauses_are_one() -> None:
    assert spans(march(9, 20), march(18, 25)) == [(9, 25)]
    assert spans(march(20, 25), march(9, 20)) == [(9, 25)]
    assert spans(march(9, 25), march(12, 14)) == [(9, 25)]


def test_pauses_apart_stay_apart_and_sorted() -> None:
    assert spans(march(20, 25), march(2, 5)) == [(2, 5), (20, 25)]


def test_an_open_pause_swallows_what_comes_after() -> None:
    assert spans(march(9, None), march(12, 14), march(20, None)) == [(9, None)]
    assert spans(march(12, 14), march(9, None)) == [(9, None)]
    assert spans(march(2, 10), march(9, None)) == [(2, None)]
    assert spans(march(2, 5), march(9, None)) == [(2, 5), (9, None)]


def test_a_pause_that_ends_on_its_first_day_covers_nothing() -> None:
    assert spans(march(9, 9)) == []
    assert not march(9, 9).covers(date(2026, 3, 9))


def contains(intervals: Sequence[Interval], day: date) -> bool:
    return any(since < day and (until is None or day <= until) for since, until in intervals)


def test_the_first_day_still_counts_and_the_last_does_not() -> None:
    intervals = union([march(9, 20)])
    assert [contains(intervals, date(2026, 3, day)) for day in (9, 10, 20, 21)] == [False, True, True, False]
    assert contains(union([march(9, None)]), date(2030, 1, 1))


def test_a_pause_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="ends 2026-03-08 before it starts 2026-03-09"):
        march(9, 8)


def test_a_pause_without_a_cause_is_refused() -> None:
    with pytest.raises(ValueError, match="no cause"):
        march(9, 20, " ")


def test_a_reset_covers_the_same_days_as_a_pause() -> None:
    assert union([Pause(MARCH, date(2026, 3, 9), "testing", resets=True)]) == ((MARCH, date(2026, 3, 9)),)


closed = st.builds(
    lambda offset, length: Pause(MARCH + timedelta(days=offset), MARCH + timedelta(days=offset + length), "hearing"),
    st.integers(0, 80),
    st.integers(0, 30),
)
any_pause = st.one_of(closed, closed.map(lambda pause: Pause(pause.since, None, "hearing")))


@settings(max_examples=200, deadline=None)
@given(st.lists(closed, max_size=8))
def test_a_union_is_never_longer_than_the_sum_and_has_gaps_between_its_parts(pauses: list[Pause]) -> None:
    parts = union(pauses)
    assert sum((until - since).days for since, until in parts if until) <= sum(
        (pause.until - pause.since).days for pause in pauses if pause.until
    )
    for (_, end), (begin, _) in pairwise(parts):
        assert end is not None
        assert end < begin


@settings(max_examples=200, deadline=None)
@given(st.lists(any_pause, max_size=8), st.integers(-2, 130))
def test_a_day_is_in_the_union_exactly_when_a_pause_covers_it(pauses: list[Pause], offset: int) -> None:
    day = MARCH + timedelta(days=offset)
    assert contains(union(pauses), day) == any(pause.covers(day) for pause in pauses)


@settings(max_examples=100, deadline=None)
@given(st.data(), st.lists(any_pause, max_size=8))
def test_the_order_of_pauses_is_irrelevant(data: st.DataObject, pauses: list[Pause]) -> None:
    assert union(data.draw(st.permutations(pauses))) == union(pauses)
