"""The twenty-two rules of a tender: as data, and every period measured day by day beside the engine's own way."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.catalogue import Catalogue, load_catalogue
from workflow.clock.calendar import Calendar, published_calendar
from workflow.clock.days import office_time
from workflow.clock.deadline import deadline
from workflow.clock.ladder import OFFICE_OPENS
from workflow.clock.least import earliest_day, latest_day
from workflow.clock.limit import parse_limit
from workflow.clock.pauses import Pause
from workflow.errors import ConfigFaults
from workflow.settings import default_config_folder

CONFIG = default_config_folder()
FILE = "rules/tendering.yaml"
CALENDAR = published_calendar()
DAYS = st.dates(date(2024, 1, 1), date(2026, 11, 30))
ONE_DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(CONFIG)


def test_the_file_holds_exactly_the_twenty_two_rules_each_with_its_article(catalogue: Catalogue) -> None:
    rules = catalogue.tendering.rules
    assert list(rules) == [f"B{number}" for number in range(1, 23)]
    assert all(rule.basis.startswith("招标投标法") and rule.title.zh and rule.title.en for rule in rules.values())


def test_the_limits_of_the_fact_book_are_those_of_the_rules(catalogue: Catalogue) -> None:
    tendering = catalogue.tendering
    least = {rule.named(period): str(period.limit) for rule, period in tendering.periods("min")}
    most = {rule.named(period): str(period.limit) for rule, period in tendering.periods("max")}
    latest = {rule.named(period): str(period.limit) for rule, period in tendering.periods("latest")}
    shares = {rule.named(period): period.percent for rule, period in tendering.periods("amount")}
    assert least == {
        "B1_prequalification": "5cd",
        "B1_documents": "5cd",
        "B2": "5cd",
        "B3": "20cd",
        "B4": "15cd",
        "B5": "3cd",
        "B12": "3cd",
    }
    assert most == {
        "B7": "3cd",
        "B11": "3cd",
        "B13": "30cd",
        "B14": "15cd",
        "B15": "5cd",
        "B16": "5cd",
        "B19": "10cd",
        "B20_acceptance": "3wd",
        "B20_decision": "30wd",
    }
    assert latest == {"B6_prequalification": "2cd", "B6_documents": "10cd"}
    assert shares == {"B17_deposit": 2, "B17_bond": 10}
    assert [period.least for _, period in tendering.periods("count")] == [3, 3]


def test_the_limits_that_clocks_count_are_named_for_the_flows(catalogue: Catalogue) -> None:
    assert str(catalogue.limits["B13"].limit) == "30cd"
    assert catalogue.limits["B20_decision"].basis == "招标投标法实施条例 61"
    assert "B3" not in catalogue.limits


@pytest.mark.parametrize(
    ("since", "name", "first"),
    [
        (date(2026, 3, 2), "B3", date(2026, 3, 22)),
        (date(2026, 3, 2), "B1_documents", date(2026, 3, 7)),
        (date(2026, 2, 13), "B12", date(2026, 2, 24)),
        (date(2026, 3, 2), "B12", date(2026, 3, 5)),
    ],
)
def test_the_first_lawful_days_of_the_fact_book(catalogue: Catalogue, since: date, name: str, first: date) -> None:
    _, period = catalogue.tendering.period(name)
    assert period.limit is not None
    assert earliest_day(since, period.limit, CALENDAR, (), period.ends_on_working_day) == first


@pytest.mark.parametrize(
    ("name", "last"),
    [("B4", date(2026, 3, 7)), ("B6_documents", date(2026, 3, 12)), ("B6_prequalification", date(2026, 3, 20))],
)
def test_the_last_days_before_a_deadline_of_the_fact_book(catalogue: Catalogue, name: str, last: date) -> None:
    _, period = catalogue.tendering.period(name)
    assert period.limit is not None
    assert latest_day(date(2026, 3, 22), period.limit, CALENDAR) == last


def test_a_contract_whose_thirty_days_end_in_the_spring_festival_is_due_after_it(catalogue: Catalogue) -> None:
    limit = catalogue.limits["B13"].limit
    assert deadline(office_time(date(2026, 1, 20), OFFICE_OPENS), limit, CALENDAR).on == date(2026, 2, 24)


def _passing(day: date) -> Iterator[date]:
    while True:
        day += ONE_DAY
        yield day


def _counted_by_hand(
    since: date, amount: int, stopped: list[tuple[date, date]], calendar: Calendar, ends: bool
) -> date:
    """One day after the other: a day that a suspension covers does not count, a rest day does."""
    counted = 0
    for day in _passing(since):
        counted += not any(first < day <= last for first, last in stopped)
        if counted < amount:
            continue
        if ends and not calendar.is_working(day):
            continue
        return day
    raise AssertionError("the days never end")


SUSPENSIONS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), max_size=3)


@settings(max_examples=300, deadline=None)
@given(since=DAYS, amount=st.integers(1, 40), spans=SUSPENSIONS)
def test_a_shortest_period_is_what_counting_day_by_day_gives(
    since: date, amount: int, spans: list[tuple[int, int]]
) -> None:
    stopped = [(since + timedelta(days=first), since + timedelta(days=first + length)) for first, length in spans]
    pauses = [Pause(first, last, "tender_objection") for first, last in stopped]
    limit = parse_limit(f"{amount}cd")
    assert earliest_day(since, limit, CALENDAR, pauses) == _counted_by_hand(since, amount, stopped, CALENDAR, False)


@settings(max_examples=300, deadline=None)
@given(since=DAYS, amount=st.integers(1, 40))
def test_a_publication_ends_on_a_working_day_and_never_sooner_than_the_law_has_it(since: date, amount: int) -> None:
    limit = parse_limit(f"{amount}cd")
    end = earliest_day(since, limit, CALENDAR, (), on_working_day=True)
    assert end == _counted_by_hand(since, amount, [], CALENDAR, True)
    assert end is not None
    assert CALENDAR.is_working(end)
    assert (end - since).days >= amount


@settings(max_examples=300, deadline=None)
@given(since=DAYS, amount=st.integers(1, 40))
def test_a_shortest_period_is_never_moved_by_a_rest_day(since: date, amount: int) -> None:
    assert earliest_day(since, parse_limit(f"{amount}cd"), CALENDAR) == since + timedelta(days=amount)


@settings(max_examples=300, deadline=None)
@given(end=DAYS, amount=st.integers(1, 40))
def test_the_last_day_before_a_deadline_leaves_the_whole_period(end: date, amount: int) -> None:
    limit = parse_limit(f"{amount}cd")
    last = latest_day(end, limit, CALENDAR)
    assert earliest_day(last, limit, CALENDAR) == end
    assert earliest_day(last + ONE_DAY, limit, CALENDAR) == end + ONE_DAY


def test_no_period_ends_while_a_suspension_lasts() -> None:
    open_ended = Pause(date(2026, 3, 4), None, "tender_objection")
    assert earliest_day(date(2026, 3, 2), parse_limit("5cd"), CALENDAR, [open_ended]) is None


@pytest.mark.parametrize("text", ["5h", "30min", "3wh"])
def test_periods_of_a_tender_count_days_and_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match="accepted"):
        earliest_day(date(2026, 3, 2), parse_limit(text), CALENDAR)
    with pytest.raises(ValueError, match="accepted"):
        latest_day(date(2026, 3, 2), parse_limit(text), CALENDAR)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("limit: 20cd}", "limit: 20}", "a limit is needed"),
        ("limit: 20cd}", "limit: 20h}", "days are needed"),
        (
            "base: sale_from, target: bid_deadline, limit: 20cd}",
            "base: sale_from, limit: 20cd}",
            "has: base, limit, target",
        ),
        (
            "type: min, base: sale_from, target: bid",
            "type: least, base: sale_from, target: bid",
            "not one of the accepted",
        ),
        ("base: sale_from, target: bid_deadline", "base: sail_from, target: bid_deadline", "did you mean sale_from"),
        ("base: evaluated_on, target: published_on", "base: evaluated_on, target: published", "unknown moment"),
        ("name: documents, type: min", "name: prequalification, type: min", "two periods of B1"),
        ("percent: 2}", "percent: 2, limit: 3cd}", "has: base, percent, target"),
        ("percent: 10}", "percent: 101}", "101"),
        ("least: 3}", "least: 0}", "0"),
        ("ends_on: working_day}", "ends_on: sunday}", "not one of the accepted"),
        ("limit: 30cd}", "limit: 30cd, ends_on: working_day}", "only the end of a min period"),
        ("limit: 15cd}", "limit: 15cd, refuses: true}", "only a max period"),
        ("basis: 招标投标法 34", "colour: red", "colour"),
        ("    valid_from: 2000-01-01\n", "    valid_from: 2000-01-01\n    valid_to: 1999-01-01\n", "before valid_from"),
    ],
)
def test_a_mistake_in_the_rules_is_named(tmp_path: Path, old: str, new: str, expected: str) -> None:
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    text = (folder / FILE).read_text("utf-8")
    assert old in text
    (folder / FILE).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigFaults) as refused:
        load_catalogue(folder)
    assert FILE in str(refused.value)
    assert expected in str(refused.value)
