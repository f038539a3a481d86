"""64 officers press the same button at once, through a real socket."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection
from threading import Barrier
from typing import Any

from sqlalchemy import Engine, text

from tests import given
from tests.given import Town
from workflow.actor import Actor, Grant
from workflow.store import tokens
from workflow.work import Office

PEOPLE = 64
NOW = given.moment("2026-03-02")


def clerks(engine: Engine) -> dict[str, Actor]:
    """64 clerks by their tokens."""
    with engine.begin() as conn:
        people = [given.person(conn, f"clerk{n}", Grant("clerk")) for n in range(PEOPLE)]
        return {
            tokens.issue(conn, person.id or 0, "bearer", "race", timedelta(hours=1)).secret: person for person in people
        }


def press(address: tuple[str, int], token: str, path: str, body: dict[str, Any], start: Barrier) -> tuple[int, Any]:
    """Send the request once everybody is ready."""
    connection = HTTPConnection(*address, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    start.wait()
    connection.request("POST", path, json.dumps(body), headers)
    answer = connection.getresponse()
    found = answer.status, json.loads(answer.read())
    connection.close()
    return found


def test_of_64_one_wins_and_63_learn_who_when_and_the_new_state(
    office: Office, engine: Engine, town: Town, address: tuple[str, int]
) -> None:
    given.time_is(engine, NOW)
    no = next(iter(given.application(office, town, NOW).cases.values()))
    people = clerks(engine)
    with engine.connect() as conn:
        version = conn.execute(text("SELECT version FROM cases WHERE no = :no"), {"no": no}).scalar_one()
    start = Barrier(PEOPLE)
    path, body = f"/api/v1/cases/{no}/actions/accept", {"version": version}

    with ThreadPoolExecutor(PEOPLE) as pool:
        found = pool.map(lambda token: press(address, token, path, body, start), people)
        answers = dict(zip(people, found, strict=True))

    assert Counter(status for status, _ in answers.values()) == {200: 1, 409: 63}
    [winner] = [people[token] for token, (status, _) in answers.items() if status == 200]
    for status, told in answers.values():
        if status == 409:
            assert told["code"] == "stale_version", told
            assert told["extra"]["by"] == winner.name
            assert told["extra"]["at"].startswith("2026-03-02T02:")
            assert (told["extra"]["state"], told["extra"]["version"]) == ("in_review", version + 1)
    with engine.connect() as conn:
        lines = conn.execute(
            text("SELECT count(*) FROM events e JOIN cases c ON c.id = e.case_id WHERE no = :no AND action = 'accept'"),
            {"no": no},
        ).scalar_one()
    assert lines == 1
