"""Due dates as a calendar to subscribe to, by a secret address."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import icalendar
import pytest
from sqlalchemy import Engine, text

from api.pages import calendar_feed
from api.rate import Rate
from tests import given
from tests.api.conftest import Caller
from tests.goings import busy_office
from workflow.actor import Actor
from workflow.work import Office

FEED = "/api/v1/calendar-feed"


@pytest.fixture
def busy(office: Office, town: given.Town) -> given.Application:
    """Items that have gone different ways."""
    return busy_office(office, town)


def subscribed(caller: Caller) -> str:
    answer = caller("POST", FEED)
    assert answer.status_code == 201, answer.text
    return str(answer.json["url"]).removeprefix("http://localhost")


def test_a_calendar_has_an_all_day_entry_for_every_running_clock(
    busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller], anyone: Caller
) -> None:
    path = subscribed(by_token(town.applicant))
    answer = anyone("GET", path)
    events = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")

    assert answer.mimetype == "text/calendar"
    assert len(events) > 0
    assert len({str(event["UID"]) for event in events}) == len(events)
    for event in events:
        assert isinstance(event.decoded("DTSTART"), date)
        assert not isinstance(event.decoded("DTSTART"), datetime)
        assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(days=1)
        assert event["STATUS"] == "CONFIRMED"
        assert event.decoded("DTSTAMP").tzinfo is not None
        assert not event.walk("VALARM")
    assert busy.cases["LX10"] not in {str(event["UID"])[:13] for event in events if "法定" in str(event["SUMMARY"])}


def test_a_provisional_date_is_said_to_be_one_and_a_changed_case_counts_up(
    engine: Engine,
    office: Office,
    busy: given.Application,
    town: given.Town,
    by_token: Callable[[Actor], Caller],
    anyone: Caller,
) -> None:
    path = subscribed(by_token(town.applicant))
    no = busy.cases["LX06"]

    def entries() -> dict[str, icalendar.Event]:
        found = icalendar.Calendar.from_ical(anyone("GET", path).data).walk("VEVENT")
        return {str(event["UID"]): event for event in found if no in str(event["UID"])}

    before = entries()
    with engine.begin() as conn:
        conn.execute(text("UPDATE clocks SET provisional = true"))
    expected = entries()
    given.act(office, town.clerk, given.moment("2026-03-06", "15:00"), no, "accept")
    after = entries()

    assert {event["STATUS"] for event in expected.values()} == {"TENTATIVE"}
    assert all("预计" in str(event["SUMMARY"]) for event in expected.values())
    assert set(before) == set(expected)
    assert max(int(event["SEQUENCE"]) for event in after.values()) > max(int(e["SEQUENCE"]) for e in before.values())


def test_an_unchanged_calendar_is_not_sent_again_whenever_it_is_asked_for(
    engine: Engine, busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller], anyone: Caller
) -> None:
    path = subscribed(by_token(town.applicant))
    first = anyone("GET", path)
    given.time_is(engine, given.moment("2026-03-07", "10:00"))
    again = anyone("GET", path, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert "no-store" not in first.headers["Cache-Control"]


def test_an_address_opens_one_calendar_and_nothing_else_until_it_is_replaced_or_ended(
    town: given.Town, by_token: Callable[[Actor], Caller], anyone: Caller
) -> None:
    caller = by_token(town.clerk)
    assert caller("GET", FEED).json["open"] is False
    first = subscribed(caller)
    secret = first.removeprefix("/calendar/").removesuffix(".ics")
    second = subscribed(caller)

    assert caller("GET", FEED).json["open"] is True
    assert anyone("GET", first).status_code == 404
    assert anyone("GET", second).status_code == 200
    for headers in ({"Authorization": f"Bearer {secret}"}, {"Cookie": f"wugeyi={secret}"}):
        assert anyone("GET", "/api/v1/me", headers=headers).status_code == 401
    bearer = caller.headers["Authorization"].removeprefix("Bearer ")
    assert anyone("GET", f"/calendar/{bearer}.ics").status_code == 404
    assert caller("DELETE", FEED).status_code == 204
    assert anyone("GET", second).status_code == 404
    assert caller("DELETE", FEED).status_code == 204


def test_a_closed_account_has_no_calendar(
    engine: Engine, town: given.Town, by_token: Callable[[Actor], Caller], anyone: Caller
) -> None:
    path = subscribed(by_token(town.clerk))
    with engine.begin() as conn:
        conn.execute(text("UPDATE people SET active = false WHERE id = :id"), {"id": town.clerk.id})

    assert anyone("GET", path).status_code == 404


def test_a_programme_that_asks_without_end_is_told_to_wait(
    town: given.Town, by_token: Callable[[Actor], Caller], anyone: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar_feed, "OFTEN", Rate(3, 60))
    monkeypatch.setattr(calendar_feed, "WRONG", Rate(3, 60))
    path = subscribed(by_token(town.clerk))
    asked = [anyone("GET", path) for _ in range(4)]
    wrong = [anyone("GET", "/calendar/" + "x" * 43 + ".ics").status_code for _ in range(4)]

    assert [answer.status_code for answer in asked] == [200, 200, 200, 429]
    assert int(asked[-1].headers["Retry-After"]) > 0
    assert wrong == [404, 404, 404, 429]
