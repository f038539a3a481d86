"""The ways to people as an administrator looks after them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from tests.workers.telling import Line, pass_all, rows, write
from workflow.actor import Actor
from workflow.commands.outgoing import Undelivered
from workflow.settings import Settings, load_settings
from workflow.work import Office

CHANNELS = "/api/v1/channels"
NOW = given.moment("2026-03-02")
Callers = Callable[[Actor], Caller]


@pytest.fixture
def settings() -> Settings:
    """A server with e-mail."""
    return replace(
        load_settings({}),
        demo=False,
        public_url="http://localhost",
        smtp_url="smtp://mail.example.org",
        secret="channels" * 5,
    )


@pytest.fixture
def town(office: Office) -> Town:
    """Everybody has an e-mail address."""
    given.time_is(office.engine, NOW)
    return given.town(office, mail=True)


@pytest.fixture
def admin(town: Town, by_token: Callers) -> Caller:
    return by_token(town.admin)


def message(engine: Engine, key: str, state: str, person: int | None, channel: str = "email") -> None:
    write(
        engine,
        """
INSERT INTO outbox (effect_key, channel, person_id, body, created_at, next_at, state, attempts, error)
VALUES (:key, :channel, :person, '{"what": "test"}', now(), now(), :state, 5, 'answers 554')""",
        key=key,
        channel=channel,
        person=person,
        state=state,
    )


def channel(caller: Caller, code: str) -> dict[str, object]:
    found: dict[str, object] = next(one for one in caller("GET", CHANNELS).json["items"] if one["channel"] == code)
    return found


def test_every_channel_says_whether_it_is_open_and_what_opens_it(admin: Caller) -> None:
    items = admin("GET", CHANNELS).json["items"]

    assert [(one["channel"], one["open"], one["setting"]) for one in items if not one["inside"]] == [
        ("email", True, "SMTP_URL"),
        ("wecom", False, "WUGEYI_CHANNEL_WECOM"),
        ("dingtalk", False, "WUGEYI_CHANNEL_DINGTALK"),
        ("feishu", False, "WUGEYI_CHANNEL_FEISHU"),
        ("sms", False, "WUGEYI_CHANNEL_SMS"),
    ]
    assert [one["channel"] for one in items if one["inside"]] == ["tell", "system", "render", "log"]


def test_a_channel_that_is_down_says_since_when_and_when_it_is_asked_again(
    admin: Caller, office: Office, engine: Engine
) -> None:
    assert channel(admin, "email")["last_ok_at"] is None
    admin("POST", f"{CHANNELS}/email/test", json={})
    pass_all(office, {"email": Line()})
    working = channel(admin, "email")
    assert (working["down_since"], working["next_at"], working["last_ok_at"] is None) == (None, None, False)
    given.time_is(engine, given.moment("2026-03-02", "10:05"))
    admin("POST", f"{CHANNELS}/email/test", json={})
    pass_all(office, {"email": Line(fails=Undelivered("connection refused", "soon"))})

    down = channel(admin, "email")
    assert (down["failures"], down["error"], down["waiting"]) == (1, "connection refused", 1)
    assert down["down_since"] is not None
    assert down["next_at"] is not None
    tried = admin("GET", f"{CHANNELS}/tries").json["items"]
    assert [(one["channel"], one["outcome"], one["error"]) for one in tried] == [
        ("email", "soon", "connection refused"),
        ("email", "test", None),
    ]
    assert set(tried[0]) == {"id", "channel", "at", "milliseconds", "outcome", "error"}


def test_a_test_goes_to_the_administrators_own_address(admin: Caller, office: Office, town: Town) -> None:
    key = admin("POST", f"{CHANNELS}/email/test", json={}).json["key"]
    mailbox = Line()
    pass_all(office, {"email": mailbox})

    assert [(one.person_id, one.address) for one in mailbox.heard] == [(town.admin.id, "admin@example.org")]
    assert admin("GET", "/api/v1/me/contact", query_string={"test": key}).json["test"]["state"] == "delivered"


def test_a_test_is_refused_for_an_unknown_or_closed_channel_and_without_an_address(
    admin: Caller, engine: Engine, town: Town
) -> None:
    unknown = admin("POST", f"{CHANNELS}/pigeon/test", json={})
    assert (unknown.status_code, unknown.json["code"]) == (404, "no_such_channel")
    assert "email" in unknown.json["extra"]["accepted"]
    assert admin("POST", f"{CHANNELS}/sms/test", json={}).json["code"] == "no_address"
    write(
        engine,
        """
INSERT INTO contact_points (person_id, channel, address, created_at) VALUES (:me, 'sms', '13900000000', now())""",
        me=town.admin.id,
    )
    assert admin("POST", f"{CHANNELS}/sms/test", json={}).json["code"] == "channel_closed"
    write(engine, "UPDATE people SET email = ''")
    refused = admin("POST", f"{CHANNELS}/email/test", json={})
    assert (refused.status_code, refused.json["code"]) == (409, "no_address")


def test_given_up_messages_go_back_in_the_queue_and_the_log_says_so(
    admin: Caller, office: Office, engine: Engine, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        message(engine, f"failed{number}", "failed", town.clerk.id)
    message(engine, "done", "delivered", town.clerk.id)
    message(engine, "other", "failed", None, "render")
    assert (channel(admin, "email")["given_up"], channel(admin, "render")["given_up"]) == (3, 1)

    assert admin("POST", f"{CHANNELS}/email/again", json={}).json == {"count": 3}
    assert (channel(admin, "email")["given_up"], channel(admin, "email")["waiting"]) == (0, 3)
    assert admin("POST", f"{CHANNELS}/email/again", json={}).json == {"count": 0}
    [line] = [one for one in caplog.records if one.__dict__.get("facts", {}).get("count") == 3]
    assert line.__dict__["facts"] == {"channel": "email", "count": 3}
    mailbox = Line()
    pass_all(office, {"email": mailbox})
    assert len(mailbox.heard) == 3
    assert rows(engine, "SELECT FROM outbox WHERE effect_key = 'other' AND state = 'failed'") != []
    assert admin("POST", f"{CHANNELS}/pigeon/again", json={}).json["code"] == "no_such_channel"


def test_counts_are_capped_and_the_tries_are_paged_by_channel(admin: Caller, engine: Engine) -> None:
    write(
        engine,
        """
INSERT INTO outbox (effect_key, channel, body, created_at, next_at, state)
SELECT state || n, 'email', '{}', now(), now(), state
FROM generate_series(1, 1200) n, unnest('{pending,failed}'::text[]) state""",
    )
    write(
        engine,
        """
INSERT INTO deliveries (channel, milliseconds, outcome)
SELECT CASE WHEN n % 2 = 0 THEN 'email' ELSE 'webhook' END, n, 'delivered' FROM generate_series(1, 100) n""",
    )
    found = channel(admin, "email")
    assert (found["waiting"], found["given_up"]) == (1001, 1001)
    path = f"{CHANNELS}/tries"
    first = admin("GET", path, query_string={"channel": "webhook"}).json
    rest = admin("GET", path, query_string={"channel": "webhook", "cursor": first["next_cursor"]}).json
    assert [one["milliseconds"] for one in first["items"] + rest["items"]] == list(range(99, 0, -2))
    refused = admin("GET", path, query_string={"channel": "pigeon"})
    assert (refused.status_code, refused.json["reasons"][0]["facts"]["field"]) == (400, "channel")
    assert admin("GET", path, query_string={"cursor": first["next_cursor"]}).status_code == 400
    assert admin("POST", f"{CHANNELS}/email/again", json={}).json == {"count": 1000}
    assert channel(admin, "email")["given_up"] == 200


def test_what_was_given_up_is_found_by_its_index(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = "\n".join(
            conn.exec_driver_sql(
                "EXPLAIN SELECT id FROM outbox WHERE channel = 'email' AND state = 'failed' ORDER BY id LIMIT 1000"
            ).scalars()
        )
    assert "outbox_given_up" in plan
    assert "Sort" not in plan


def test_a_supervisor_looks_and_touches_nothing_and_nobody_else_looks(town: Town, by_token: Callers) -> None:
    supervisor = by_token(town.supervisor)
    assert supervisor("GET", CHANNELS).status_code == 200
    assert supervisor("GET", f"{CHANNELS}/tries").status_code == 200
    for deed in ("test", "again"):
        assert supervisor("POST", f"{CHANNELS}/email/{deed}", json={}).status_code == 403
    for actor in (town.clerk, town.applicant, town.district_leader):
        assert by_token(actor)("GET", CHANNELS).status_code == 403
        assert by_token(actor)("GET", f"{CHANNELS}/tries").status_code == 403
