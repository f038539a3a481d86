"""Subscribers through the API: an administrator's, refused by field, their secret shown once and stored nowhere."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from workers.caretaker import attend
from workers.duties import DUTIES
from workflow.actor import Actor
from workflow.event_kinds import KINDS
from workflow.settings import Settings, load_settings
from workflow.signing import EXAMPLE, derive, shown
from workflow.work import Office

SUBSCRIBERS = "/api/v1/subscribers"
SECRET = "subscribers" * 4
URL = "http://127.0.0.1:8765/hook"
NEW = {"name": "市审批平台", "url": URL, "kinds": ["case.ended", "card.raised"]}

ByToken = Callable[[Actor], Caller]


@pytest.fixture
def settings() -> Settings:
    """A production server with a network of its own that webhooks may go to."""
    networks = (ip_network("127.0.0.0/8"),)
    return replace(
        load_settings({}), demo=False, public_url="http://localhost", secret=SECRET, webhook_networks=networks
    )


@pytest.fixture
def admin(town: Town, by_token: ByToken) -> Caller:
    return by_token(town.admin)


def added(admin: Caller, **more: Any) -> dict[str, Any]:
    answer = admin("POST", SUBSCRIBERS, json={**NEW, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def everything_stored(engine: Engine) -> str:
    """The whole database as text: nothing that is in it escapes."""
    with engine.connect() as conn:
        tables = conn.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        return "\n".join(
            str(conn.execute(text(f"SELECT coalesce(json_agg(t), '[]')::text FROM {table} t")).scalar_one())
            for table in tables
        )


def test_its_secret_is_shown_when_it_is_made_and_stored_nowhere(admin: Caller, engine: Engine) -> None:
    made = added(admin)

    assert made["secret"] == shown(derive(SECRET, made["id"], 1))
    assert made["kinds"] == ["card.raised", "case.ended"]
    assert (made["active"], made["failures"], made["behind"]) == (True, 0, 0)
    [listed] = admin("GET", SUBSCRIBERS).json["items"]
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    assert admin("GET", f"{SUBSCRIBERS}/{made['id']}").json == listed
    stored = everything_stored(engine)
    assert NEW["name"] in stored
    assert made["secret"] not in stored
    assert made["secret"].removeprefix("whsec_") not in stored


def test_asked_twice_with_one_key_it_is_made_once_and_the_answer_is_the_same(admin: Caller, engine: Engine) -> None:
    answers = [admin("POST", SUBSCRIBERS, json=NEW, headers={"Idempotency-Key": "one"}) for _ in range(2)]

    assert answers[0].json == answers[1].json
    assert answers[1].headers["Idempotent-Replay"] == "true"
    assert len(admin("GET", SUBSCRIBERS).json["items"]) == 1
    assert answers[0].json["secret"] not in everything_stored(engine)


def test_a_rotated_secret_is_another_and_the_old_one_is_valid_for_a_day(admin: Caller, engine: Engine) -> None:
    made = added(admin)

    rotated = admin("POST", f"{SUBSCRIBERS}/{made['id']}/rotate", json={}).json

    assert rotated["generation"] == 2
    assert rotated["secret"] == shown(derive(SECRET, made["id"], 2)) != made["secret"]
    with engine.connect() as conn:
        left = conn.execute(text("SELECT old_until - now() FROM subscribers")).scalar_one()
    assert 23.9 < left.total_seconds() / 3600 <= 24


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"url": "http://10.0.0.1/"}, ["url"]),
        ({"url": "http://169.254.169.254/latest"}, ["url"]),
        ({"url": "https://[::1]/"}, ["url"]),
        ({"url": "ftp://127.0.0.1/"}, ["url"]),
        ({"url": "https://user:x@127.0.0.1/"}, ["url"]),
        ({"url": "not an address"}, ["url"]),
        ({"kinds": ["case.exploded"]}, ["kinds"]),
        ({"kinds": ["a", "b"]}, ["kinds", "kinds"]),
        ({"name": "   "}, ["name"]),
        ({"name": "a\nb"}, ["name"]),
        ({"after": 99999}, ["after"]),
        ({"url": "http://10.0.0.1/", "kinds": ["x"], "name": " "}, ["name", "url", "kinds"]),
        ({"secret": "mine"}, ["secret"]),
        ({"name": "x" * 61}, ["name"]),
    ],
)
def test_what_cannot_be_is_refused_by_field_with_what_is_accepted(
    wrong: dict[str, Any], fields: list[str], admin: Caller
) -> None:
    refused = admin("POST", SUBSCRIBERS, json={**NEW, **wrong})

    assert refused.status_code == 400
    assert [reason["facts"]["field"] for reason in refused.json["reasons"]] == fields
    for reason in refused.json["reasons"]:
        assert reason["zh"] != reason["en"]
    if fields == ["kinds"]:
        assert refused.json["reasons"][0]["facts"]["accepted"] == list(KINDS)
    assert admin("GET", SUBSCRIBERS).json["items"] == []


def test_a_name_that_is_taken_is_refused(admin: Caller) -> None:
    added(admin)
    refused = admin("POST", SUBSCRIBERS, json={**NEW, "url": ""})

    assert refused.status_code == 409
    assert refused.json["code"] == "name_taken"
    assert refused.json["extra"] == {"field": "name", "value": NEW["name"]}


def test_it_is_changed_paused_and_resumed(admin: Caller) -> None:
    path = f"{SUBSCRIBERS}/{added(admin)['id']}"

    assert admin("PATCH", path, json={"kinds": []}).json["kinds"] == []
    assert admin("PATCH", path, json={"url": "http://127.0.0.1:8766/"}).json["url"] == "http://127.0.0.1:8766/"
    paused = admin("PATCH", path, json={"active": False}).json
    assert (paused["active"], paused["stopped_why"]) == (False, "paused")
    assert admin("PATCH", path, json={"active": True}).json["active"] is True
    assert admin("PATCH", path, json={"url": "http://192.168.0.1/"}).status_code == 400
    assert admin("PATCH", path, json={"kinds": ["x"]}).status_code == 400
    assert admin("GET", path).json["url"] == "http://127.0.0.1:8766/"


def test_it_begins_now_or_behind_a_position_or_from_a_moment_on(admin: Caller, office: Office, town: Town) -> None:
    given.draft(office, town, given.moment("2026-03-02"), [])
    attend(office, [duty for duty in DUTIES if duty.name == "sequence"])
    now = added(admin)["position"]

    assert now > 0
    assert added(admin, name="二", after=0)["position"] == 0
    assert added(admin, name="三", since="2026-03-02")["position"] == 0
    both = admin("POST", SUBSCRIBERS, json={**NEW, "name": "四", "after": 0, "since": "2026-03-02"})
    assert (both.status_code, both.json["reasons"][0]["facts"]["field"]) == (400, "since")


def test_it_is_told_again_from_a_position_or_a_moment_and_from_nowhere_else(
    admin: Caller, office: Office, town: Town
) -> None:
    given.draft(office, town, given.moment("2026-03-02"), [])
    path = f"{SUBSCRIBERS}/{added(admin)['id']}/replay"

    assert admin("POST", path, json={"after": 0}).json["position"] == 0
    assert admin("POST", path, json={"since": "2026-03-02"}).status_code == 200
    for body in ({}, {"after": 1, "since": "2026-03-02"}, {"after": 10**6}, {"since": "yesterday"}, {"after": -1}):
        refused = admin("POST", path, json=body)
        assert refused.status_code == 400, body
        assert refused.json["reasons"][0]["facts"]["field"] in ("after", "since")


def test_a_test_is_asked_for_where_something_is_sent_and_its_deliveries_are_listed(
    admin: Caller, engine: Engine
) -> None:
    number, pulls = added(admin)["id"], added(admin, name="自取", url="")["id"]

    assert admin("POST", f"{SUBSCRIBERS}/{number}/test", json={}).json["testing"] is True
    assert admin("POST", f"{SUBSCRIBERS}/{pulls}/test", json={}).status_code == 409
    with engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO deliveries (channel, subscriber_id, milliseconds, outcome)
SELECT 'webhook', :id, n, 'delivered' FROM generate_series(1, 50) n"""),
            {"id": number},
        )
    first = admin("GET", f"{SUBSCRIBERS}/{number}/deliveries").json
    rest = admin("GET", f"{SUBSCRIBERS}/{number}/deliveries?cursor={first['next_cursor']}").json
    assert [one["milliseconds"] for one in first["items"] + rest["items"]] == list(range(50, 0, -1))
    assert admin("GET", f"{SUBSCRIBERS}/{pulls}/deliveries").json["items"] == []


def test_it_is_the_administrators_and_nobody_elses(town: Town, by_token: ByToken) -> None:
    for actor in (town.supervisor, town.clerk, town.applicant):
        caller = by_token(actor)
        assert caller("GET", SUBSCRIBERS).status_code == 403
        assert caller("POST", SUBSCRIBERS, json=NEW).status_code == 403


def test_one_that_is_not_there_is_not_found(admin: Caller) -> None:
    for method, path in (("GET", ""), ("PATCH", ""), ("POST", "/rotate"), ("POST", "/test"), ("GET", "/deliveries")):
        answer = admin(
            method,
            f"{SUBSCRIBERS}/77{path}",
            **({} if method == "GET" else {"json": {"kinds": []} if not path else {}}),
        )
        assert answer.status_code == 404, (method, path)
        assert answer.json["code"] == "no_such_subscriber"
    assert admin("POST", f"{SUBSCRIBERS}/77/replay", json={"after": 0}).status_code == 404


def test_the_documentation_shows_how_to_check_a_signature(admin: Caller) -> None:
    tags = {tag["name"]: tag["description"] for tag in admin("GET", "/api/v1/openapi.json").json["tags"]}

    assert EXAMPLE in tags["subscribers"]
