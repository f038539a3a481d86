"""The forecast and the leader's picture through the API."""

from collections.abc import Callable

import pytest

from tests import given
from tests.api.conftest import Caller
from tests.given import Town, moment
from tests.store.test_forecast import took
from workflow.actor import Actor
from workflow.commands.fold_figures import rebuild_figures
from workflow.store import stream
from workflow.work import Office

ByToken = Callable[[Actor], Caller]
PATH = "/api/v1/forecast"


@pytest.fixture
def case(office: Office, town: Town) -> str:
    """Accepted on 4 March and open on the 10th; of 20 ended cases of its item half took longer than promised."""
    no = given.application(office, town, moment("2026-03-02"), ["LX10"]).cases["LX10"]
    given.act(office, town.clerk, moment("2026-03-04"), no, "accept")
    given.time_is(office.engine, moment("2026-03-10"))
    with office.engine.begin() as conn:
        stream.sequence(conn)
    rebuild_figures(office)
    took(office.engine, {4: 10, 8: 10})
    return no


def test_a_case_comes_with_its_chance_its_reason_and_who_has_it(by_token: ByToken, town: Town, case: str) -> None:
    told = by_token(town.district_leader)("GET", PATH).json
    [one] = told["items"]
    assert (one["no"], one["share"], one["likely"], one["department"]) == (case, 0.5, True, "QX")
    assert one["assignee"] == town.officers["QX"].name
    assert one["promised"]["chance"] == {
        "of": "item", "cases": 20, "reached": 20, "missed": 10, "share": 0.5, "expected_over": 1.5,
    }  # fmt: skip
    assert (one["promised"]["used"], one["promised"]["limit"], one["promised"]["left"]) == (4, 5, 1)
    assert "20" in one["promised"]["reason"]["zh"]
    assert one["promised"]["reason"]["en"].startswith("Of 20 ended cases of the same item")
    assert told["debts"] == [
        {"department": "QX", "title": one["department_title"], "cases": 1, "likely": 1, "days": 1.5}
    ]
    assert (told["considered"], told["unknown"], told["complete"]) == (1, 0, True)
    assert (told["history_from"], told["history_to"]) == ("2024-03-01", "2026-03-09")


def test_filters_narrow_and_words_nobody_knows_are_refused_by_name(by_token: ByToken, town: Town, case: str) -> None:
    leader = by_token(town.district_leader)
    assert leader("GET", PATH, query_string={"department": "ZG"}).json["items"] == []
    assert len(leader("GET", PATH, query_string={"item": "LX10", "limit": 1}).json["items"]) == 1
    for query in ({"department": "XX"}, {"item": "XX"}, {"limit": 0}, {"limit": 101}, {"weather": "rain"}):
        answer = leader("GET", PATH, query_string=query)
        assert answer.status_code in (400, 422), query
        assert next(iter(query)) in answer.get_data(as_text=True)


def test_the_forecast_is_for_those_who_lead_or_serve(by_token: ByToken, town: Town, case: str, anyone: Caller) -> None:
    assert len(by_token(town.specialist)("GET", PATH).json["items"]) == 1
    assert by_token(town.directors["ZG"])("GET", PATH).json["items"] == []
    for actor in (town.applicant, town.officers["QX"]):
        assert by_token(actor)("GET", PATH).status_code == 403
    assert anyone("GET", PATH).status_code == 401


def test_the_picture_has_its_numbers_of_two_periods_and_what_is_to_be_decided(
    by_token: ByToken, town: Town, case: str
) -> None:
    told = by_token(town.district_leader)("GET", "/api/v1/war-map").json
    assert (told["from"], told["to"]) == ("2026-03-01", "2026-03-10")
    assert (told["before_from"], told["before_to"]) == ("2026-02-01", "2026-02-28")
    assert [one["code"] for one in told["figures"]] == [one["code"] for one in told["before"]]
    assert told["forecast"]["items"][0]["no"] == case
    assert isinstance(told["decisions"], list)
    assert all(one["light"] in ("normal", "warning", "overdue", "paused", None) for one in told["projects"])
    own = by_token(town.specialist)("GET", "/api/v1/war-map").json
    assert "figures" not in own
    assert own["forecast"]["considered"] == 1


def test_a_span_that_begins_within_a_month_is_compared_with_as_many_days(
    by_token: ByToken, town: Town, case: str
) -> None:
    query = {"from": "2026-03-03", "to": "2026-03-09"}
    told = by_token(town.district_leader)("GET", "/api/v1/war-map", query_string=query).json
    assert (told["before_from"], told["before_to"]) == ("2026-02-24", "2026-03-02")
