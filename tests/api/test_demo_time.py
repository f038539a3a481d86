"""Moving time over HTTP: in demo mode only, forward only, once for everybody."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests import given
from tests.applications import application
from tests.given import Town, moment
from workflow.actor import Actor
from workflow.clock.days import OFFICE_ZONE
from workflow.commands.fire_rungs import sweep
from workflow.commands.move_time import move_time
from workflow.settings import Settings
from workflow.store import demo_time
from workflow.work import Office

FRIDAY = moment("2026-03-06", "16:00")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The same server in demo mode."""
    return replace(settings, demo=True)


@pytest.fixture
def caller(by_token: Callable[[Actor], object], town: Town, engine: Engine) -> object:
    """An applicant on a Friday afternoon."""
    given.time_is(engine, FRIDAY)
    return by_token(town.applicant)


def local(written: str) -> str:
    return datetime.fromisoformat(written).astimezone(OFFICE_ZONE).strftime("%Y-%m-%d %H:%M")


def test_anybody_signed_in_sees_where_time_stands(caller) -> None:
    answer = caller("GET", "/api/v1/demo/time")
    assert answer.status_code == 200
    assert local(answer.json["now"]).startswith("2026-03-06 16:0")
    assert (answer.json["due"], answer.json["waiting"], answer.json["next_rung_at"]) == (0, 0, None)


@pytest.mark.parametrize(
    ("move", "then"),
    [
        ("+1wd", "2026-03-09 09:05"),
        ("+3wd", "2026-03-11 09:05"),
        ("+2d", "2026-03-08 16:0"),
        ("+2h", "2026-03-06 18:0"),
        ("+30min", "2026-03-06 16:3"),
        ("2026-03-10T00:05", "2026-03-10 00:05"),
        ("2026-03-10T00:05:00Z", "2026-03-10 08:05"),
    ],
)
def test_time_moves_by_working_mornings_days_hours_minutes_or_to_a_moment(caller, move: str, then: str) -> None:
    answer = caller("POST", "/api/v1/demo/time", json={"move": move})
    assert answer.status_code == 200, answer.json
    assert local(answer.json["now"]).startswith(then)
    assert local(caller("GET", "/api/v1/me").json["now"]).startswith(then)


def test_what_falls_due_is_counted_until_a_worker_has_fired_it(caller, office: Office, town: Town) -> None:
    with office.engine.begin() as conn:
        shift = demo_time.shift(conn)
    given.application(office, town, FRIDAY)
    answer = caller("POST", "/api/v1/demo/time", json={"move": "+4wd"})
    assert answer.json["due"] == 3
    assert answer.json["shift_seconds"] > shift.total_seconds()
    sweep(office)
    assert caller("GET", "/api/v1/demo/time").json["due"] == 0


@pytest.mark.parametrize(
    "move",
    [
        "",
        "1wd",
        "+0wd",
        "-1wd",
        "+1w",
        "+1.5h",
        "+251wd",
        "+367d",
        "tomorrow",
        "2026-03-06T15:59",
        "2028-01-01T00:00",
        "2026-03-07",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "+٣d",
    ],
)
def test_what_is_no_step_forward_is_refused_with_the_accepted_forms(caller, move: str) -> None:
    answer = caller("POST", "/api/v1/demo/time", json={"move": move})
    assert answer.status_code == 400
    assert answer.json["reasons"][0]["facts"]["field"] == "move"
    assert local(caller("GET", "/api/v1/demo/time").json["now"]).startswith("2026-03-06 16:0")


def test_a_repeated_request_moves_time_once(caller) -> None:
    headers = {"Idempotency-Key": "tomorrow"}
    first = caller("POST", "/api/v1/demo/time", json={"move": "+1wd"}, headers=headers)
    again = caller("POST", "/api/v1/demo/time", json={"move": "+1wd"}, headers=headers)
    assert again.json == first.json
    assert local(caller("GET", "/api/v1/demo/time").json["now"]).startswith("2026-03-09 09:05")


def test_nobody_moves_it_without_signing_in(anyone) -> None:
    assert anyone("POST", "/api/v1/demo/time", json={"move": "+1wd"}).status_code == 401


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_outside_of_demo_mode_there_is_no_such_thing(
    office: Office, settings: Settings, by_token, town: Town, engine: Engine, method: str
) -> None:
    production: Flask = application(office, replace(settings, demo=False))
    headers = by_token(town.admin).headers
    body = {"json": {"move": "+1wd"}} if method == "POST" else {}
    answer = production.test_client().open("/api/v1/demo/time", method=method, headers=headers, **body)
    assert (answer.status_code, answer.json["code"]) == (404, "no_demo_time")


def test_a_database_whose_time_cannot_be_moved_stays_where_it_is(caller, engine: Engine) -> None:
    with engine.begin() as conn:
        demo_time.uninstall(conn)
    answer = caller("POST", "/api/v1/demo/time", json={"move": "+1wd"})
    assert (answer.status_code, answer.json["code"]) == (404, "no_demo_time")


def test_of_two_who_move_at_once_the_second_moves_on_from_where_the_first_arrived(
    office: Office, engine: Engine
) -> None:
    given.time_is(engine, FRIDAY)
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as conn:
            first = move_time(conn, office.base_calendar, "+1h")
            second = pool.submit(_move_on_a_connection_of_its_own, office, "+1h")
            with pytest.raises(TimeoutError):
                second.result(0.3)
        assert timedelta(minutes=59) < second.result(5) - first < timedelta(minutes=61)


def _move_on_a_connection_of_its_own(office: Office, move: str) -> datetime:
    with office.engine.begin() as conn:
        return move_time(conn, office.base_calendar, move)
