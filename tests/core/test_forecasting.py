"""The breach forecast: shares of what was done, counted again here one case at a time."""

import random

import pytest

from workflow.forecasting import Chance, History, Least, chance, chance_words, too_little_words

LEAST = Least(10, 5)


def counted(days: list[int]) -> dict[int, int]:
    """How many took each number of days."""
    return {one: days.count(one) for one in set(days)}


@pytest.mark.parametrize("seed", range(200))
def test_a_chance_is_what_counting_every_ended_case_by_itself_gives(seed: int) -> None:
    random_ = random.Random(seed)
    days = [random_.randint(0, 25) for _ in range(random_.randint(0, 60))]
    used, limit = random_.randint(0, 20), random_.randint(1, 20)
    reached = [one for one in days if one >= used]
    late = [one for one in reached if one > limit]
    found = chance([History("item", counted(days))], used, limit, LEAST)
    if len(days) < LEAST.cases or len(reached) < LEAST.reached:
        assert found is None
        return
    assert found is not None
    assert (found.cases, found.reached, found.missed) == (len(days), len(reached), len(late))
    assert found.share == len(late) / len(reached)
    assert found.expected_over == pytest.approx(sum(one - limit for one in late) / len(reached))
    assert 0 <= found.share <= 1


def test_the_longer_a_case_is_open_the_likelier_it_misses() -> None:
    history = [History("item", counted([1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15]))]
    shares = [found.share for used in range(9) if (found := chance(history, used, 10, LEAST)) is not None]
    assert len(shares) == 9
    assert shares == sorted(shares)
    assert shares[0] == 5 / 13


def test_too_few_of_an_item_leave_it_to_the_stage_and_too_few_there_say_nothing() -> None:
    item, stage = History("item", {3: 9}), History("stage", {3: 9, 12: 6})
    found = chance([item, stage], 2, 10, LEAST)
    assert found == Chance("stage", 15, 2, 10, 15, 6, 12)
    assert chance([item], 2, 10, LEAST) is None
    assert chance([], 0, 10, LEAST) is None
    assert chance([History("item", {})], 0, 10, Least(0, 0)) is None, "a share of nothing is none"


def test_many_cases_of_which_few_took_as_long_are_too_few() -> None:
    history = [History("item", {2: 100, 9: 4})]
    assert chance(history, 3, 10, LEAST) is None
    assert chance(history, 2, 10, LEAST) is not None


def test_what_took_exactly_the_limit_was_in_time() -> None:
    found = chance([History("item", {10: 10})], 10, 10, LEAST)
    assert found is not None
    assert (found.missed, found.expected_over) == (0, 0.0)


def test_the_reason_names_the_numbers_in_both_languages() -> None:
    words = chance_words(Chance("item", 34, 6, 10, 12, 9, 20))
    assert words.zh == "同一事项已办结的 34 件中，用满 6 日的 12 件里有 9 件超过 10 日"
    assert words.en == (
        "Of 34 ended cases of the same item, 12 took 6 working days or more, and 9 of these more than 10"
    )
    words = too_little_words([History("item", {3: 2}), History("stage", {3: 4, 9: 2})], 6, LEAST)
    assert words.zh == (
        "历史不足：同一事项已办结 2 件，其中用满 6 日的 0 件；同一阶段已办结 6 件，其中用满 6 日的 2 件"
        "（至少要 10 件和 5 件）"
    )
    assert words.en.startswith("Not enough history: 2 ended cases of the same item, 0 of which took 6 working days")
