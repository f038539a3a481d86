"""The breach forecast on a real database: counted again by hand, never from the future, two statements by index."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, text

from tests import given
from tests.given import Town, moment
from workflow.actor import Actor, Grant
from workflow.clock.days import local_day, start_of_day
from workflow.errors import BadInput
from workflow.queries.forecast import MOST, Forecast, ForecastFilters, forecast, history_days, open_statement
from workflow.work import Office, begin_work

LEADER = Actor(None, "分管区领导", (Grant("district_leader"),))
ACCEPTED, NOW = moment("2026-03-04"), moment("2026-03-10")
ITEMS = ["LX10", "LX06", "LX12"]
# LX10 has a promise of 5 working days; on 10 March four of them are used.
LIMIT, USED = 5, 4


@pytest.fixture
def town(office: Office) -> Town:
    given.time_is(office.engine, NOW)
    return given.town(office)


@pytest.fixture
def cases(office: Office, town: Town) -> dict[str, str]:
    """Accepted on 4 March and open since."""
    made = given.application(office, town, moment("2026-03-02"), ITEMS).cases
    for no in made.values():
        given.act(office, town.clerk, ACCEPTED, no, "accept")
    return dict(made)


def took(engine: Engine, days: dict[int, int], *, item: str = "LX10", on: str = "2026-02-10", stage: str = "") -> None:
    """So many ended cases of an item (or stage) took so many days; decided on that day."""
    at = start_of_day(date.fromisoformat(on))
    month = start_of_day(date.fromisoformat(on).replace(day=1))
    where = {"dimension": "stage" if stage else "item", "value": stage or item}
    rows = [
        {**where, "grain": grain, "at": when, "part": str(used), "n": n, "amount": used * n}
        for grain, when in (("day", at), ("month", month))
        for used, n in days.items()
    ]
    with engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO figure_totals (dimension, value, grain, figure, version, at, part, n, amount)
VALUES (:dimension, :value, :grain, 'net_days', 1, :at, :part, :n, :amount)
ON CONFLICT (dimension, value, grain, figure, version, at, part)
DO UPDATE SET n = figure_totals.n + excluded.n, amount = figure_totals.amount + excluded.amount"""),
            rows,
        )


def asked(
    office: Office, filters: ForecastFilters | None = None, now: datetime = NOW, actor: Actor = LEADER
) -> Forecast:
    with given.at(office, actor, now) as work:
        return forecast(work, filters)


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """The statements that run meanwhile."""
    said: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


def test_the_chance_is_what_counting_the_history_by_hand_gives(
    office: Office, engine: Engine, cases: dict[str, str]
) -> None:
    history = {1: 20, 3: 3, 4: 2, 5: 3, 6: 4, 9: 2}
    took(engine, history)
    found = {one.no: one for one in asked(office).cases}[cases["LX10"]]
    days = [used for used, n in history.items() for _ in range(n)]
    reached = [one for one in days if one >= USED]
    late = [one for one in reached if one > LIMIT]
    assert found.promised.chance is not None
    assert (found.promised.used, found.promised.limit) == (USED, LIMIT)
    assert (found.promised.chance.cases, found.promised.chance.reached) == (len(days), len(reached)) == (34, 11)
    assert found.share == len(late) / len(reached) == 6 / 11
    assert found.likely
    assert found.promised.reason.zh == "同一事项已办结的 34 件中，用满 4 日的 11 件里有 6 件超过 5 日"
    assert found.statutory is not None
    assert found.statutory.limit is not None
    assert found.statutory.chance is not None
    assert found.statutory.chance.missed == sum(one > found.statutory.limit for one in reached)


def test_the_debt_of_a_department_is_the_sum_of_the_days_its_cases_are_expected_over(
    office: Office, engine: Engine, cases: dict[str, str]
) -> None:
    for item in ITEMS:
        took(engine, {4: 5, 30: 5}, item=item)
    found = asked(office)
    expected: dict[str, float] = {}
    for one in found.cases:
        assert one.promised.chance is not None
        expected[one.department] = expected.get(one.department, 0) + one.promised.chance.expected_over
    assert {debt.department: debt.days for debt in found.debts} == {
        code: round(days, 1) for code, days in expected.items() if round(days, 1)
    }
    assert [debt.days for debt in found.debts] == sorted((debt.days for debt in found.debts), reverse=True)
    assert sum(debt.cases for debt in found.debts) == found.considered == len(ITEMS)


def test_without_history_nothing_is_foretold_and_the_reason_says_so(office: Office, cases: dict[str, str]) -> None:
    found = asked(office)
    assert (found.considered, found.unknown, found.likely, found.debts) == (3, 3, 0, ())
    assert all(one.share is None and one.promised.reason.zh.startswith("历史不足") for one in found.cases)


def test_a_small_history_of_the_item_is_left_for_that_of_the_stage(
    office: Office, engine: Engine, cases: dict[str, str]
) -> None:
    took(engine, {9: 9})
    stage = str(office.catalogue.items["LX10"].stage)
    took(engine, {2: 10, 4: 5, 9: 5}, stage=stage)
    found = {one.no: one for one in asked(office).cases}[cases["LX10"]]
    assert found.promised.chance is not None
    assert (found.promised.chance.of, found.promised.chance.cases, found.promised.chance.reached) == ("stage", 20, 10)
    assert found.share == 0.5


@pytest.mark.parametrize("on", ["2026-03-10", "2026-03-11", "2026-04-01", "2027-03-01"])
def test_a_decision_of_today_or_later_is_not_known_yet(
    office: Office, engine: Engine, cases: dict[str, str], on: str
) -> None:
    took(engine, {4: 20})
    before = asked(office, ForecastFilters(item="LX10")).cases[0]
    took(engine, {30: 1000}, on=on)
    assert asked(office, ForecastFilters(item="LX10")).cases[0] == before
    assert before.share == 0.0


def test_what_was_decided_before_the_months_of_the_history_does_not_count(
    office: Office, engine: Engine, cases: dict[str, str]
) -> None:
    with given.at(office, LEADER, NOW) as work:
        since, until = history_days(work)
    assert (since, until) == (date(2024, 3, 1), date(2026, 3, 9))
    took(engine, {30: 100}, on="2024-02-29")
    assert asked(office).unknown == 3
    took(engine, {30: 100}, on="2024-03-01")
    assert asked(office).unknown == 2


def test_on_the_first_of_a_month_yesterday_belongs_to_a_whole_month(office: Office, engine: Engine, town: Town) -> None:
    made = given.application(office, town, moment("2026-03-27"), ["LX10"]).cases
    given.act(office, town.clerk, moment("2026-03-30"), made["LX10"], "accept")
    took(engine, {4: 10}, on="2026-03-31")
    [one] = asked(office, now=moment("2026-04-01")).cases
    assert one.promised.chance is not None
    assert one.promised.chance.cases == 10


def test_a_paused_case_uses_no_days_while_it_rests(
    office: Office, engine: Engine, town: Town, cases: dict[str, str]
) -> None:
    took(engine, {2: 10, 9: 10})
    no, officer = cases["LX10"], town.officers["QX"]
    ask = {"cause": "expert_review", "until": "2026-03-20", "reason": "组织专家评审"}
    given.act(office, officer, moment("2026-03-05", "09:30"), no, "start_special", ask)
    found = {one.no: one for one in asked(office, now=moment("2026-03-18")).cases}[no]
    assert found.paused
    assert found.promised.used == 1
    assert found.promised.chance is not None
    assert found.promised.chance.reached == 20
    assert found.promised.brief.words.zh == "恢复后还剩 4 日"


def test_a_case_that_is_late_already_is_no_forecast(office: Office, engine: Engine, cases: dict[str, str]) -> None:
    took(engine, {30: 20})
    assert cases["LX10"] in {one.no for one in asked(office, now=moment("2026-03-11")).cases}
    assert cases["LX10"] not in {one.no for one in asked(office, now=moment("2026-03-12", "00:30")).cases}


def test_a_provisional_date_says_so(office: Office, town: Town) -> None:
    last = office.base_calendar.horizon
    made = given.application(office, town, moment((last - timedelta(days=3)).isoformat()), ["LX10"]).cases
    given.act(office, town.clerk, moment((last - timedelta(days=2)).isoformat()), made["LX10"], "accept")
    found = asked(office, now=moment((last - timedelta(days=1)).isoformat()))
    assert [one.promised.brief.provisional for one in found.cases] == [True]


def test_whoever_sees_less_is_told_of_less_and_a_word_nobody_knows_is_refused(
    office: Office, town: Town, cases: dict[str, str]
) -> None:
    everything = {one.no: one.department for one in asked(office).cases}
    director = asked(office, actor=town.directors["QX"])
    assert {one.no for one in director.cases} == {no for no, code in everything.items() if code == "QX"} != set()
    assert {one.no for one in asked(office, actor=town.squad_leader).cases} == set(everything)
    assert asked(office, ForecastFilters(department="QX"), actor=town.directors["ZG"]).cases == ()
    assert {one.no for one in asked(office, ForecastFilters(item="LX06")).cases} == {cases["LX06"]}
    for filters, word in ((ForecastFilters(department="XX"), "XX"), (ForecastFilters(item="ZZ9"), "ZZ9")):
        with pytest.raises(BadInput, match=word):
            asked(office, filters)


def test_a_forecast_is_two_statements_however_many_cases_there_are(
    office: Office, engine: Engine, town: Town, cases: dict[str, str]
) -> None:
    given.application(office, town, moment("2026-03-05"), ["LX01", "LX11"])
    with begin_work(office, LEADER) as work, counting(engine) as said:
        assert work.now
        assert work.calendar
        del said[:]
        forecast(work)
    assert len(said) == 2, said


@pytest.mark.parametrize(
    ("ways", "index"),
    [((), "cases_open"), (("department",), "cases_open_department"), (("squad",), "cases_open_squad")],
)
def test_open_cases_are_read_by_their_dates_and_no_more_than_asked_for(
    engine: Engine, cases: dict[str, str], ways: tuple[str, ...], index: str
) -> None:
    parameters = {"now": NOW, "wanted": MOST + 1, "way_department": ["QX"], "way_squad": ["x"]}
    with engine.begin() as conn:
        conn.execute(
            text("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        )
        statement = text("EXPLAIN " + str(open_statement(ways, ())))
        plan = "\n".join(row[0] for row in conn.execute(statement, parameters))
    assert f"Index Scan using {index} on cases c" in plan or f"Index Only Scan using {index} on cases c" in plan, plan
    assert "Seq Scan on cases" not in plan
    assert local_day(NOW) == date(2026, 3, 10)
