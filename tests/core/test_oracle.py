"""The oracle stands by itself: every property test and the bench believe it."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from tests.core import oracle
from tests.core.oracle import OfficeQuestion, Question, Stop


def test_the_oracle_knows_the_vectors_of_the_law() -> None:
    walks = {
        Question(date(2026, 2, 13), 20, "wd"): date(2026, 3, 19),
        Question(date(2026, 2, 21), 5, "wd"): date(2026, 2, 28),
        Question(date(2025, 9, 30), 3, "wd"): date(2025, 10, 11),
        Question(date(2026, 1, 20), 30, "cd"): date(2026, 2, 24),
        Question(date(2026, 3, 2), 20, "cd", "min"): date(2026, 3, 22),
        Question(date(2026, 1, 31), 1, "mo"): date(2026, 2, 28),
        Question(date(2024, 2, 29), 1, "y"): date(2025, 2, 28),
        Question(date(2026, 3, 2), 20, "wd", stops=(Stop(date(2026, 3, 9), date(2026, 3, 20)),)): date(2026, 4, 13),
        Question(date(2026, 3, 2), 20, "wd", stops=(Stop(date(2026, 3, 9), None),)): None,
        Question(date(2026, 3, 2), 7, "wd", stops=(Stop(date(2026, 3, 4), date(2026, 3, 9), True),)): date(2026, 3, 18),
    }
    assert {asked: oracle.walk(asked).on for asked in walks} == walks
    before_lunch = OfficeQuestion(datetime(2026, 3, 2, 11, 0), 120)
    assert oracle.walk_minutes(before_lunch) == datetime(2026, 3, 2, 14, 30)
    assert oracle.walk_minutes(replace(before_lunch, minutes=60)) == datetime(2026, 3, 2, 12, 0)
    assert oracle.nth_working_day(date(2026, 2, 28), -5) == date(2026, 2, 14)
    with pytest.raises(IndexError):
        oracle.walk(Question(date(2026, 12, 31), 1, "wd"))
