"""Alerts and notices as they happen: who connects is told what it missed, and a seat is for few."""

import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from api.live import MOST, MOST_OF_ONE
from tests import given
from tests.api.conftest import Caller
from tests.listening import LIVE, head_of, id_of, notice, read, sequenced
from workflow.actor import Actor
from workflow.cli.roles import WEB_THREADS
from workflow.commands.fire_rungs import sweep
from workflow.queries.live import Told
from workflow.store import tokens
from workflow.work import Office


@pytest.fixture
def told(engine: Engine) -> Callable[[Actor, str], None]:
    """Tell somebody something, and let it have its position."""

    def tell(actor: Actor, key: str) -> None:
        with engine.begin() as conn:
            notice(conn, id_of(actor), key)
        sequenced(engine)

    return tell


def opened(caller: Caller, **request: object) -> str:
    """What the client is told at once; then it goes away."""
    answer = caller("GET", LIVE, **request)
    assert answer.status_code == 200, answer.text
    body = next(iter(answer.response))
    answer.close()
    return body.decode() if isinstance(body, bytes) else body


def test_half_of_the_threads_stay_with_requests() -> None:
    assert MOST * 2 <= WEB_THREADS


def test_who_connects_first_starts_now_and_hears_how_much_is_waiting(
    engine: Engine, town: given.Town, by_session: Callable[[Actor], Caller], told: Callable[[Actor, str], None]
) -> None:
    told(town.clerk, "before")

    heard = read(opened(by_session(town.clerk)))

    assert heard.ids == []
    assert heard.waiting == [{"alerts": 0, "notices": 1}]
    assert int(heard.last) > 0
    assert heard.last == str(head_of(engine))


def test_who_was_away_hears_what_it_missed_in_order_and_nobody_elses(
    engine: Engine, town: given.Town, by_token: Callable[[Actor], Caller], told: Callable[[Actor, str], None]
) -> None:
    first = head_of(engine)
    for actor, key in ((town.clerk, "a"), (town.admin, "b"), (town.clerk, "c"), (town.clerk, "d")):
        told(actor, key)
    clerk = by_token(town.clerk)

    one, three, four = (first + place for place in (1, 3, 4))
    assert read(opened(clerk, query_string={"after": 0})).ids == [one, three, four]
    assert read(opened(clerk, headers={"Last-Event-ID": str(one)})).ids == [three, four]
    assert read(opened(clerk, query_string={"after": 0}, headers={"Last-Event-ID": str(three)})).ids == [four]


def test_a_position_ahead_of_everything_begins_anew(
    engine: Engine, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    head = head_of(engine)

    heard = read(opened(by_token(town.clerk), headers={"Last-Event-ID": "99999"}))

    assert (heard.ids, heard.last) == ([], str(head))


@pytest.mark.parametrize("sent", ["x", "-1", "1.5", "9" * 30, "１"])
def test_a_position_that_is_none_is_refused_by_name(
    sent: str, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    answer = by_token(town.clerk)("GET", LIVE, headers={"Last-Event-ID": sent.encode().decode("latin-1")})

    assert answer.status_code == 400
    assert answer.json["reasons"][0]["facts"]["field"] == "Last-Event-ID"
    assert by_token(town.clerk)("GET", LIVE, query_string={"after": "x"}).status_code == 400


def test_an_alert_says_which_card_on_which_case_and_nothing_of_a_person(
    office: Office, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    no = given.application(office, town, given.moment("2026-03-02")).cases["LX06"]
    given.act(office, town.clerk, given.moment("2026-03-03"), no, "accept")
    given.time_is(office.engine, given.moment("2026-08-03"))
    sweep(office)
    sequenced(office.engine)
    with office.engine.begin() as conn:
        row = conn.execute(text("SELECT person_id, card FROM alerts ORDER BY id LIMIT 1")).one()
        actor = Actor(row.person_id, "")
    caller = by_token(actor)

    alert = read(opened(caller, query_string={"after": 0})).events[0]

    assert set(alert) == {"id", "kind", "ref", "card", "case", "title", "link"}
    assert alert["kind"] == "alert"
    assert alert["card"] == row.card
    assert alert["link"] == f"/cases/{alert['case']}"
    assert set(alert["title"]) == {"zh", "en"}
    assert "·示例" not in json.dumps(alert, ensure_ascii=False)


def test_the_answer_is_kept_nowhere_and_held_back_by_no_proxy(
    town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    answer = by_token(town.clerk)("GET", LIVE)
    answer.close()

    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.mimetype == "text/event-stream"


def test_a_head_request_and_an_answer_nobody_reads_take_no_seat(
    app: Flask, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    live = app.extensions["wugeyi"].live
    caller = by_token(town.clerk)

    caller("HEAD", LIVE).close()
    assert live.listening == 0
    caller("GET", LIVE).close()
    assert live.listening == 0


def test_what_cannot_be_told_ends_nobodys_listening(
    office: Office, app: Flask, engine: Engine, town: given.Town, told: Callable[[Actor, str], None]
) -> None:
    """A case on a flow whose file is gone: whoever else listens hears on, and a look that fails is tried again."""
    live = app.extensions["wugeyi"].live
    with engine.begin() as conn:
        token = tokens.issue(conn, id_of(town.clerk), "session", "", timedelta(hours=1))
    seat = live.join(office, id_of(town.clerk), token.id, head_of(engine))
    assert seat is not None
    broken = threading.Event()
    with pytest.MonkeyPatch.context() as patch:

        def fail(*_: object) -> None:
            broken.set()
            raise KeyError("flow")

        patch.setattr("api.live.look", fail)
        assert broken.wait(5)
    told(town.clerk, "after")
    assert any(isinstance(one, Told) for one in next(live.follow(seat, lambda: False)))
    live.leave(seat)


def test_one_person_leaves_seats_for_others(
    office: Office, app: Flask, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    live = app.extensions["wugeyi"].live
    seats = [live.join(office, 1, 1, 0) for _ in range(MOST_OF_ONE + 1)]

    assert [seat is not None for seat in seats] == [True] * MOST_OF_ONE + [False]
    others = [live.join(office, person, 1, 0) for person in range(2, 9)]
    assert sum(one is not None for one in others) == MOST - MOST_OF_ONE
    for seat in (*seats, *others):
        if seat is not None:
            live.leave(seat)
    until = time.monotonic() + 5
    while live.looking and time.monotonic() < until:
        # The thread that looks ends by itself and tells nobody.
        time.sleep(0.05)
    assert not live.looking, "nobody is looked for where nobody listens"
