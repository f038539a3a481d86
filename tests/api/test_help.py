"""Help and extended hours at the JSON API."""

from collections.abc import Callable

import pytest

from tests import given
from tests.api.conftest import Caller
from workflow.actor import Actor
from workflow.work import Office

ByToken = Callable[[Actor], Caller]
MONDAY = given.moment("2026-03-02")
SESSION = {
    "requested_by": "招标代理",
    "purpose": "opening",
    "room": "opening_1",
    "starts_at": "2026-03-02T18:00",
    "ends_at": "2026-03-02T22:00",
}
USED = {"began_at": "2026-03-02T18:00", "finished_at": "2026-03-02T20:30", "people": "专员"}


@pytest.fixture
def session(office: Office, town: given.Town) -> str:
    """Two and a half hours of one evening, recorded."""
    no = given.opened(office, town.applicant, MONDAY, "extended_hours", SESSION, on=town.project.code)
    given.act(office, town.specialist, MONDAY, no, "arrange", {"people": "专员"})
    given.act(office, town.specialist, given.moment("2026-03-02", "21:00"), no, "record", USED)
    return no


def test_a_specialist_writes_down_a_call_with_who_called_and_when(by_token: ByToken, town: given.Town) -> None:
    specialist = by_token(town.specialist)
    body = {"project": town.project.code, "question": "能否夜间送件？", "channel": "phone", "caller": "王先生"}
    refused = specialist("POST", "/api/v1/help", json=body)
    assert (refused.status_code, refused.json["reasons"][0]["facts"]["field"]) == (422, "called_at")
    ahead = specialist("POST", "/api/v1/help", json={**body, "called_at": "2099-01-01T10:00:00+08:00"})
    assert (ahead.status_code, ahead.json["reasons"][0]["facts"]["field"]) == (422, "called_at")


@pytest.mark.parametrize(
    ("extra", "field"),
    [({"channel": "letter"}, "channel"), ({"called_at": "2026-03-02T10:00"}, "called_at"), ({"colour": 1}, "colour")],
)
def test_a_request_of_the_wrong_shape_is_refused_by_field(
    by_token: ByToken, town: given.Town, extra: dict[str, object], field: str
) -> None:
    body = {"project": town.project.code, "question": "问题", **extra}
    answer = by_token(town.applicant)("POST", "/api/v1/help", json=body)
    assert answer.status_code == 400
    assert field in str(answer.json)


def test_watchers_read_the_hours_by_month_and_nobody_else(by_token: ByToken, town: given.Town, session: str) -> None:
    told = by_token(town.supervisor)("GET", "/api/v1/extended-hours", query_string={"from": "2026-03-01"}).json
    assert told["months"] == [{"month": "2026-03", "sessions": 1, "minutes": 150, "hours": 2.5}]
    assert (told["sessions"], told["projects"], told["minutes"], told["from"]) == (1, 1, 150, "2026-03-01")
    assert by_token(town.directors["QX"])("GET", "/api/v1/extended-hours").json["minutes"] == 150
    assert by_token(town.directors["ZJ"])("GET", "/api/v1/extended-hours").json["minutes"] == 0
    for nobody in (town.applicant, town.specialist, town.squad_leader):
        assert by_token(nobody)("GET", "/api/v1/extended-hours").status_code == 403


def test_a_period_turned_round_is_refused(by_token: ByToken, town: given.Town) -> None:
    query = {"from": "2026-03-02", "to": "2026-03-01"}
    answer = by_token(town.supervisor)("GET", "/api/v1/extended-hours", query_string=query)
    assert (answer.status_code, answer.json["code"]) == (400, "bad_input")
