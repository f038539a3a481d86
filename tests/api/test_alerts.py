"""Alerts over JSON: only one's own, acknowledged once, seen and not solved."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from workflow.actor import Actor, Grant
from workflow.commands.pass_alert_on import pass_unread_on
from workflow.queries.verify import verify
from workflow.work import Office

Callers = Callable[[Actor], Caller]
NOW = given.moment("2026-03-02")
ALERTS = "/api/v1/alerts"


@pytest.fixture
def case(office: Office, engine: Engine, town: Town) -> str:
    """A case whose first rung has dealt a yellow card to the clerk and to the director."""
    no = next(iter(given.application(office, town, NOW).cases.values()))
    later = NOW + timedelta(days=6)
    given.time_is(engine, later)
    with engine.begin() as conn:
        conn.execute(
            text("""
WITH hit AS (
  UPDATE clocks SET rung = 1, fire_at = ladder_at[2] WHERE case_id = (SELECT id FROM cases WHERE no = :no)
  RETURNING id, case_id, due_at, ladder_at[1] AS moment),
claimed AS (
  INSERT INTO firings (clock_id, epoch, rung, case_id, fired_at, moment_at)
  SELECT id, 1, 0, case_id, :now, moment FROM hit)
INSERT INTO alerts (case_id, clock_id, epoch, rung, card, person_id, role, due_at, created_at)
SELECT case_id, id, 1, 0, 'yellow', person, role, due_at, :now
FROM hit, unnest(cast(:people AS int[]), cast(:roles AS text[])) AS told(person, role)"""),
            {
                "no": no,
                "now": later,
                "people": [town.clerk.id, town.directors["QX"].id],
                "roles": ["clerk", "director"],
            },
        )
    return no


def test_my_alerts_tell_the_case_the_clock_and_the_card(by_token: Callers, town: Town, case: str) -> None:
    [alert] = by_token(town.clerk)("GET", ALERTS).get_json()["items"]

    assert (alert["case"], alert["card"], alert["card_title"]["zh"]) == (case, "yellow", "黄牌")
    assert (alert["clock_title"]["en"], alert["rung_text"]) == ("Completeness check", "1 working day left")
    assert (alert["acknowledged_at"], alert["solved"]) == (None, False)
    assert by_token(town.applicant)("GET", ALERTS).get_json()["items"] == []


def test_an_alert_is_acknowledged_once_and_stands_in_the_history(
    office: Office, by_token: Callers, town: Town, case: str
) -> None:
    clerk = by_token(town.clerk)
    [alert] = clerk("GET", ALERTS, query_string={"open": "true"}).get_json()["items"]
    version = clerk("GET", f"/api/v1/cases/{case}").get_json()["version"]

    first = clerk("POST", f"{ALERTS}/{alert['id']}/acknowledge", json={"note": "今天办理"})
    again = clerk("POST", f"{ALERTS}/{alert['id']}/acknowledge", json={"note": "今天办理"})

    assert first.status_code == 200
    assert (again.status_code, again.get_json()["code"]) == (409, "already_acknowledged")
    assert clerk("GET", ALERTS, query_string={"open": "true"}).get_json()["items"] == []
    [seen] = clerk("GET", ALERTS).get_json()["items"]
    assert (seen["note"], seen["solved"]) == ("今天办理", False)
    line = clerk("GET", f"/api/v1/cases/{case}/history").get_json()["items"][0]
    assert (line["action"], line["input"]["note"], line["input"]["card"]) == ("acknowledge", "今天办理", "yellow")
    assert clerk("GET", f"/api/v1/cases/{case}").get_json()["version"] == version
    assert verify(office).breaches == ()


def test_an_alert_of_somebody_else_is_not_there(by_token: Callers, town: Town, case: str) -> None:
    [alert] = by_token(town.clerk)("GET", ALERTS).get_json()["items"]

    for who in (town.directors["QX"], town.admin):
        answer = by_token(who)("POST", f"{ALERTS}/{alert['id']}/acknowledge", json={})
        assert (answer.status_code, answer.get_json()["code"]) == (404, "no_such_alert")


def test_an_alert_acknowledged_twice_with_one_key_is_answered_twice(by_token: Callers, town: Town, case: str) -> None:
    clerk = by_token(town.clerk)
    [alert] = clerk("GET", ALERTS).get_json()["items"]
    headers = {"Idempotency-Key": "seen"}

    first = clerk("POST", f"{ALERTS}/{alert['id']}/acknowledge", json={}, headers=headers)
    again = clerk("POST", f"{ALERTS}/{alert['id']}/acknowledge", json={}, headers=headers)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.get_json() == first.get_json()


@pytest.mark.parametrize(
    ("body", "field"), [({"note": "长" * 501}, "note"), ({"note": 1}, "note"), ({"solved": True}, "solved")]
)
def test_a_note_that_cannot_be_is_refused(
    by_token: Callers, town: Town, case: str, body: dict[str, object], field: str
) -> None:
    clerk = by_token(town.clerk)
    [alert] = clerk("GET", ALERTS).get_json()["items"]

    answer = clerk("POST", f"{ALERTS}/{alert['id']}/acknowledge", json=body)

    assert (answer.status_code, answer.get_json()["reasons"][0]["facts"]["field"]) == (400, field)


def test_the_number_of_an_alert_is_a_number(by_token: Callers, town: Town) -> None:
    for number in ("0", "-1", "x", str(2**63)):
        assert by_token(town.clerk)("POST", f"{ALERTS}/{number}/acknowledge", json={}).status_code == 404


# ── what becomes of an alert ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def unread(office: Office, engine: Engine, case: str) -> str:
    """The same case, whose alerts nobody saw in time: both were passed on, one to the leader, one to nobody."""
    with engine.begin() as conn:
        conn.execute(text("UPDATE alerts SET department = 'QX', answer_by = :by"), {"by": NOW + timedelta(days=7)})
        conn.execute(text("UPDATE clocks SET state = 'armed', fire_at = 'infinity'"))
    given.time_is(engine, NOW + timedelta(days=7))
    pass_unread_on(office)
    return case


def mine(caller: Caller, **query: str) -> list[dict[str, object]]:
    """The alerts of that caller, newest first."""
    found: list[dict[str, object]] = caller("GET", ALERTS, query_string=query).get_json()["items"]
    return found


def test_an_alert_tells_by_when_it_must_be_seen_and_where_it_goes_else(
    engine: Engine, by_token: Callers, town: Town, case: str
) -> None:
    clerk = by_token(town.clerk)
    [alert] = mine(clerk)
    assert (alert["answer_by"], alert["next_role"], alert["receipts"]) == (None, None, [])
    with engine.begin() as conn:
        conn.execute(text("UPDATE alerts SET answer_by = :by"), {"by": NOW + timedelta(days=7)})
    [alert] = mine(clerk)
    assert (str(alert["answer_by"])[:16], alert["next_role"]) == ("2026-03-09T02:00", "squad_leader")
    clerk("POST", f"{ALERTS}/{alert['id']}/acknowledge", json={})
    assert mine(clerk)[0]["next_role"] is None


def test_an_alert_passed_on_tells_both_where_it_went_and_where_it_came_from(
    by_token: Callers, town: Town, unread: str
) -> None:
    [sent] = mine(by_token(town.clerk))
    [got] = mine(by_token(town.squad_leader))
    told = sent["passed_to"]
    assert isinstance(told, dict)
    assert (told["alert"], told["role"], told["why"]) == (got["id"], "squad_leader", "unread")
    assert told["person"] == town.squad_leader.name
    came = got["passed_from"]
    assert isinstance(came, dict)
    assert (came["alert"], came["role"], came["person"]) == (sent["id"], "clerk", town.clerk.name)
    assert sent["passed_on_at"] is not None
    assert (got["passed_to"], got["passed_on_at"], got["next_role"]) == (None, None, "director")


def test_what_stepped_down_waits_for_nobody_and_stands_in_the_whole_list(
    engine: Engine, by_token: Callers, town: Town, case: str
) -> None:
    clerk = by_token(town.clerk)
    assert clerk("GET", "/api/v1/cases/counts").get_json()["alerts"] == "1"
    with engine.begin() as conn:
        conn.execute(text("UPDATE alerts SET stepped_down_at = app_now(), stepped_down_why = 'moved'"))
    assert mine(clerk, open="true") == []
    assert clerk("GET", "/api/v1/cases/counts").get_json()["alerts"] == "0"
    [alert] = mine(clerk)
    assert (alert["stepped_down_why"], alert["stepped_down_at"] is not None) == ("moved", True)


@pytest.fixture
def letters(engine: Engine, unread: str) -> None:
    """Four messages about the clerk's alert, two of which share a letter, and what the log says of their tries."""
    with engine.begin() as conn:
        conn.execute(
            text("""
WITH mine AS (SELECT min(id) AS id FROM alerts),
put AS (
  INSERT INTO outbox (effect_key, channel, body, state, alert_id, address, batch, created_at, put_at, next_at,
    delivered_at)
  SELECT 'test:' || state || n, channel, '{}', state, CASE WHEN n < 5 THEN mine.id END, 'secret@example.org',
    cast(batch AS uuid), :at, :real, :real, cast(delivered AS timestamptz)
  FROM mine, (VALUES
    (1, 'email', 'delivered', '00000000-0000-0000-0000-000000000001', :real + interval '3 s'),
    (2, 'sms', 'leased', NULL, NULL), (3, 'wecom', 'failed', NULL, NULL), (4, 'log', 'withdrawn', NULL, NULL),
    (5, 'email', 'delivered', '00000000-0000-0000-0000-000000000001', :real)) AS m(n, channel, state, batch, delivered)
  RETURNING id, effect_key)
INSERT INTO deliveries (channel, outbox_id, at, milliseconds, outcome, error)
SELECT 'email', id, :real, 12, outcome, 'secret@example.org is away'
FROM put CROSS JOIN unnest(ARRAY['soon', 'delivered']) AS outcome WHERE effect_key = 'test:delivered5'
UNION ALL SELECT 'wecom', id, :real, 5, 'never', '' FROM put WHERE effect_key = 'test:failed3'"""),
            {"at": NOW + timedelta(days=6), "real": given.moment("2026-11-23")},
        )


def test_receipts_tell_how_each_message_stands_and_name_no_address(
    by_token: Callers, town: Town, letters: None
) -> None:
    answer = by_token(town.clerk)("GET", ALERTS)
    [alert] = answer.get_json()["items"]
    assert [(one["channel"], one["state"]) for one in alert["receipts"]] == [
        ("email", "delivered"),
        ("sms", "waiting"),
        ("wecom", "failed"),
        ("log", "withdrawn"),
    ]
    # In the office's time: three seconds after it was put there.
    assert alert["receipts"][0]["at"].startswith("2026-03-08T02:00:03")
    assert b"secret" not in answer.data


def test_the_proof_of_an_alert_has_every_try_and_everybody_it_went_through(
    by_token: Callers, town: Town, letters: None
) -> None:
    clerk = by_token(town.clerk)
    [alert] = mine(clerk)
    answer = clerk("GET", f"{ALERTS}/{alert['id']}")
    proof = answer.get_json()
    assert proof["alert"] == alert
    assert proof["person"] == town.clerk.name
    assert [(one["channel"], one["outcome"]) for one in proof["tries"]] == [
        ("email", "soon"),
        ("email", "delivered"),
        ("wecom", "never"),
    ]
    assert [(one["person"], one["role"]) for one in proof["chain"]] == [
        (town.clerk.name, "clerk"),
        (town.squad_leader.name, "squad_leader"),
    ]
    assert b"secret" not in answer.data
    [got] = mine(by_token(town.squad_leader))
    assert by_token(town.squad_leader)("GET", f"{ALERTS}/{got['id']}").get_json()["chain"] == proof["chain"]


def test_the_proof_is_for_its_person_its_director_and_the_district(
    engine: Engine, by_token: Callers, town: Town, unread: str
) -> None:
    alert = mine(by_token(town.clerk))[0]["id"]
    watchers = (town.directors["QX"], town.district_leader, town.supervisor, town.admin)
    for who in (town.clerk, *watchers):
        assert by_token(who)("GET", f"{ALERTS}/{alert}").status_code == 200, who.name
    with engine.begin() as conn:
        elsewhere = given.person(
            conn, "two_hats", Grant("director", department="ZJ"), Grant("officer", department="QX")
        )
    for who in (town.directors["ZJ"], town.officers["QX"], town.squad_leader, town.applicant, elsewhere):
        answer = by_token(who)("GET", f"{ALERTS}/{alert}")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "no_such_alert"), who.name
    assert by_token(town.clerk)("GET", f"{ALERTS}/999999").status_code == 404


def test_the_history_tells_officers_who_has_it_now_and_the_applicant_nothing(
    by_token: Callers, town: Town, unread: str
) -> None:
    def line(who: Actor) -> dict[str, object]:
        lines = by_token(who)("GET", f"/api/v1/cases/{unread}/history").get_json()["items"]
        # newest first: the clerk's was passed on before the director's
        found: dict[str, object] = [one for one in lines if one["action"] == "alert_passed_on"][-1]
        return found

    told = line(town.clerk)
    assert (told["title"], told["kind"]) == (
        {"zh": "预警未签收，转下一人", "en": "Alert passed on to the next person"},
        "clock",
    )
    assert isinstance(told["input"], dict)
    assert told["input"]["passed_from"] == {"person": town.clerk.id, "role": "clerk"}
    shown = line(town.applicant)["input"]
    assert isinstance(shown, dict)
    assert not {"told", "passed_from"} & set(shown)
