"""How somebody is told, over JSON: one's own addresses, tests of them, choices; and what one was told."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from tests.workers.telling import Line, pass_all, rows, tell_all, write
from workflow.actor import Actor
from workflow.commands.outgoing import Undelivered
from workflow.settings import Settings, load_settings
from workflow.work import Office

CONTACT = "/api/v1/me/contact"
NOTICES = "/api/v1/notices"
NOW = given.moment("2026-03-02")
Callers = Callable[[Actor], Caller]


@pytest.fixture
def settings() -> Settings:
    """A server with e-mail and WeCom."""
    return replace(
        load_settings({}),
        demo=False,
        public_url="http://localhost",
        smtp_url="smtp://mail.example.org",
        channels={"wecom": "wechat://corp:secret@1"},
        secret="contact" * 6,
    )


@pytest.fixture
def town(office: Office) -> Town:
    """Everybody has an e-mail address."""
    given.time_is(office.engine, NOW)
    return given.town(office, mail=True)


@pytest.fixture
def clerk(town: Town, by_token: Callers) -> Caller:
    return by_token(town.clerk)


def added(caller: Caller, channel: str = "wecom", address: str = "wangmin-example") -> dict[str, Any]:
    answer = caller("POST", f"{CONTACT}/points", json={"channel": channel, "address": address})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def without_email(engine: Engine, actor: Actor) -> None:
    write(engine, "UPDATE people SET email = '' WHERE id = :id", id=actor.id)


# ── addresses ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_everybody_begins_with_the_address_of_the_account_masked_and_the_ways_of_the_office(clerk: Caller) -> None:
    mine = clerk("GET", CONTACT).json

    [point] = mine["points"]
    assert (point["id"], point["account"], point["address"], point["open"]) == (None, True, "c***@example.org", True)
    assert {one["channel"]: one["open"] for one in mine["channels"]} == {
        "email": True,
        "wecom": True,
        "dingtalk": False,
        "feishu": False,
        "sms": False,
    }
    red = next(one for one in mine["kinds"] if one["kind"] == "red")
    assert (red["chosen"], red["reaches"], red["may_wait"]) == (False, ["email"], False)
    assert red["ways"] == ["email", "wecom", "dingtalk", "feishu", "sms"]
    assert mine["quiet"] == {"from": "21:00", "until": "08:00", "chosen": False}
    assert (mine["digest"], mine["test"]) == (True, None)


def test_an_address_is_given_and_shown_masked_for_ever_after(clerk: Caller) -> None:
    made = added(clerk)

    assert made["address"] == "wan****mple"
    mine = clerk("GET", CONTACT)
    assert "wangmin" not in mine.text
    assert made in mine.json["points"]
    assert next(one for one in mine.json["kinds"] if one["kind"] == "red")["reaches"] == ["email", "wecom"]


@pytest.mark.parametrize(
    ("channel", "address", "status", "field"),
    [
        ("pigeon", "x", 400, "channel"),
        ("wecom", "two words", 400, "address"),
        ("wecom", "", 400, "address"),
        ("email", "nobody", 400, "address"),
        ("email", "a@example.org,b@example.org", 400, "address"),
        ("email", "a@example.org\r\nBcc: b@example.org", 400, "address"),
        ("email", "x" * 301, 400, "address"),
        ("sms", "13900000000", 409, "channel"),
    ],
)
def test_an_address_that_cannot_be_is_refused_with_what_is_accepted(
    clerk: Caller, channel: str, address: str, status: int, field: str
) -> None:
    refused = clerk("POST", f"{CONTACT}/points", json={"channel": channel, "address": address})

    assert refused.status_code == status, refused.text
    facts = refused.json["reasons"][0]["facts"] if status == 400 else refused.json["extra"]
    assert facts["field"] == field
    if channel == "pigeon":
        assert "wecom" in facts["accepted"]
    if address == "nobody":
        assert facts["accepted"] == ["name@example.org"]
    if status == 409:
        assert (refused.json["code"], facts["accepted"]) == ("channel_closed", ["email", "wecom"])
    assert len(clerk("GET", CONTACT).json["points"]) == 1


def test_an_unknown_field_is_refused(clerk: Caller) -> None:
    body = {"channel": "wecom", "address": "x", "person": 1}

    assert clerk("POST", f"{CONTACT}/points", json=body).json["reasons"][0]["facts"]["field"] == "person"


def test_the_same_address_twice_is_refused_and_with_one_key_answered_twice(clerk: Caller) -> None:
    body = {"channel": "wecom", "address": "zhangsan"}
    answers = [
        clerk("POST", f"{CONTACT}/points", json=body, headers={"Idempotency-Key": "one"}).status_code for _ in range(2)
    ]

    assert answers == [201, 201]
    assert clerk("POST", f"{CONTACT}/points", json=body).json["code"] == "address_known"


def test_there_are_ten_addresses_at_most(clerk: Caller) -> None:
    for number in range(10):
        added(clerk, address=f"zhangsan{number}")

    refused = clerk("POST", f"{CONTACT}/points", json={"channel": "wecom", "address": "one.more"})
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_addresses")


def test_somebody_elses_address_is_not_there(clerk: Caller, town: Town, by_token: Callers) -> None:
    number = added(clerk)["id"]
    for actor in (town.admin, town.applicant):
        other = by_token(actor)
        assert other("DELETE", f"{CONTACT}/points/{number}").status_code == 404
        assert other("POST", f"{CONTACT}/points/{number}/test", json={}).status_code == 404
        assert "wan****" not in other("GET", CONTACT).text
    assert clerk("DELETE", f"{CONTACT}/points/{number}").status_code == 204
    assert clerk("DELETE", f"{CONTACT}/points/{number}").status_code == 404


def test_the_last_way_by_which_red_cards_come_cannot_be_removed(clerk: Caller, engine: Engine, town: Town) -> None:
    number = added(clerk)["id"]
    without_email(engine, town.clerk)

    refused = clerk("DELETE", f"{CONTACT}/points/{number}")
    assert (refused.status_code, refused.json["code"]) == (409, "last_way")
    assert refused.json["extra"] == {"field": "id", "value": number}
    other = added(clerk, "email", "clerk@example.net")["id"]
    assert clerk("DELETE", f"{CONTACT}/points/{number}").status_code == 204
    assert clerk("DELETE", f"{CONTACT}/points/{other}").json["code"] == "last_way"


def test_an_address_that_bounced_is_no_way_and_may_go(clerk: Caller, engine: Engine, town: Town) -> None:
    number = added(clerk)["id"]
    without_email(engine, town.clerk)
    write(engine, "UPDATE contact_points SET bounced_at = now(), error = 'no such user'")

    [point] = clerk("GET", CONTACT).json["points"]
    assert point["bounced_at"] is not None
    assert point["error"] == "no such user"
    assert clerk("DELETE", f"{CONTACT}/points/{number}").status_code == 204


# ── tests ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_test_goes_through_the_courier_and_its_result_is_shown(clerk: Caller, office: Office) -> None:
    number = added(clerk)["id"]
    asked = clerk("POST", f"{CONTACT}/points/{number}/test", json={})
    assert (asked.status_code, asked.json["state"]) == (202, "waiting")
    wecom = Line()
    pass_all(office, {"wecom": wecom})

    [heard] = wecom.heard
    assert (heard.message, heard.address, heard.path) == ("test", "wangmin-example", "/contact")
    mine = clerk("GET", CONTACT, query_string={"test": asked.json["key"]}).json
    assert mine["test"] == {"key": asked.json["key"], "channel": "wecom", "state": "delivered", "error": None}
    assert next(one for one in mine["points"] if one["id"] == number)["tested_at"] is not None


def test_a_test_that_bounces_says_so_and_marks_the_address(clerk: Caller, office: Office) -> None:
    key = clerk("POST", f"{CONTACT}/email/test", json={}).json["key"]
    pass_all(office, {"email": Line(fails=Undelivered("550 no such mailbox", "never", bounced=True))})

    mine = clerk("GET", CONTACT, query_string={"test": key}).json
    assert (mine["test"]["state"], mine["test"]["error"]) == ("failed", "550 no such mailbox")
    [point] = mine["points"]
    assert (point["account"], point["error"], point["bounced_at"] is None) == (True, "550 no such mailbox", False)


def test_a_second_test_within_the_minute_is_refused_and_one_of_another_address_is_not(
    clerk: Caller, engine: Engine
) -> None:
    one, other = added(clerk)["id"], added(clerk, address="lisi")["id"]
    assert clerk("POST", f"{CONTACT}/points/{one}/test", json={}).status_code == 202

    refused = clerk("POST", f"{CONTACT}/points/{one}/test", json={})
    assert (refused.status_code, refused.json["code"]) == (429, "tested_just_now")
    assert refused.headers["Retry-After"] == "60"
    assert clerk("POST", f"{CONTACT}/points/{other}/test", json={}).status_code == 202
    assert clerk("POST", f"{CONTACT}/email/test", json={}).status_code == 202
    given.time_is(engine, given.moment("2026-03-02", "10:02"))
    assert clerk("POST", f"{CONTACT}/points/{one}/test", json={}).status_code == 202


def test_a_test_by_a_closed_channel_or_of_no_address_is_refused(clerk: Caller, engine: Engine, town: Town) -> None:
    with engine.begin() as conn:
        number = conn.execute(
            text("""
INSERT INTO contact_points (person_id, channel, address, created_at) VALUES (:me, 'sms', '13900000000', now())
RETURNING id"""),
            {"me": town.clerk.id},
        ).scalar_one()
    without_email(engine, town.clerk)

    assert clerk("POST", f"{CONTACT}/points/{number}/test", json={}).json["code"] == "channel_closed"
    assert clerk("POST", f"{CONTACT}/email/test", json={}).json["code"] == "no_email"
    assert rows(engine, "SELECT FROM outbox") == []


def test_a_test_of_somebody_else_or_of_nobody_is_not_there(clerk: Caller, town: Town, by_token: Callers) -> None:
    key = clerk("POST", f"{CONTACT}/email/test", json={}).json["key"]

    for caller, asked in ((by_token(town.admin), key), (clerk, "nothing")):
        answer = caller("GET", CONTACT, query_string={"test": asked})
        assert (answer.status_code, answer.json["code"]) == (404, "no_such_test")


# ── choices ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_choices_replace_those_before_and_what_is_left_out_is_as_the_office_has_it(clerk: Caller) -> None:
    added(clerk)
    chosen = {
        "ways": {"red": ["wecom"], "action": []},
        "quiet": {"from": "22:30", "until": "07:00"},
        "digest": False,
    }

    mine = clerk("PUT", f"{CONTACT}/choices", json=chosen).json
    kinds = {one["kind"]: one for one in mine["kinds"]}
    assert (kinds["red"]["reaches"], kinds["action"]["reaches"]) == (["wecom"], [])
    assert (kinds["notice"]["chosen"], kinds["notice"]["reaches"]) == (False, ["email"])
    assert mine["quiet"] == {"from": "22:30", "until": "07:00", "chosen": True}
    assert mine["digest"] is False
    assert clerk("PUT", f"{CONTACT}/choices", json={"quiet": None}).json["quiet"] is None
    mine = clerk("PUT", f"{CONTACT}/choices", json={}).json
    assert (mine["digest"], mine["quiet"]["chosen"]) == (True, False)


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"ways": {"red": []}}, ["ways.red"]),
        ({"ways": {"purple": ["email"]}}, ["ways"]),
        ({"ways": {"red": ["pigeon"]}}, ["ways.red"]),
        ({"ways": {"red": ["wecom"]}}, ["ways.red"]),
        ({"ways": {"red": ["email", "email"]}}, ["ways.red"]),
        ({"ways": {"red": "email"}}, ["ways.red.value"]),
        ({"ways": []}, ["ways"]),
        ({"quiet": {"from": "25:00", "until": "07:00"}}, ["quiet.from"]),
        ({"quiet": {"from": "9:00", "until": "morning"}}, ["quiet.from", "quiet.until"]),
        ({"quiet": {"from": "21:00"}}, ["quiet.until"]),
        ({"quiet": "always"}, ["quiet"]),
        ({"digest": "perhaps"}, ["digest"]),
        ({"colour": "red"}, ["colour"]),
        ({"ways": {"red": [], "notice": ["sms"]}, "quiet": {"from": "x", "until": "y"}},
         ["ways.notice", "ways.red", "quiet.from", "quiet.until"]),
    ],
)  # fmt: skip
def test_a_choice_that_cannot_be_is_refused_by_field_and_nothing_is_stored(
    clerk: Caller, engine: Engine, wrong: dict[str, Any], fields: list[str]
) -> None:
    refused = clerk("PUT", f"{CONTACT}/choices", json=wrong)

    assert refused.status_code == 400
    assert [reason["facts"]["field"] for reason in refused.json["reasons"]] == fields
    assert rows(engine, "SELECT FROM telling_choices") == []


def test_somebody_without_an_address_cannot_turn_red_cards_off_either(
    clerk: Caller, engine: Engine, town: Town
) -> None:
    without_email(engine, town.clerk)

    for wanted, code in (([], "no_way"), (["email"], "no_address")):
        refused = clerk("PUT", f"{CONTACT}/choices", json={"ways": {"red": wanted}})
        assert (refused.status_code, refused.json["reasons"][0]["code"]) == (400, code)
    assert clerk("GET", CONTACT).json["points"] == []
    assert clerk("PUT", f"{CONTACT}/choices", json={"digest": False}).status_code == 200


# ── notices ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def told(office: Office, town: Town) -> str:
    """A case whose correction was asked for: the applicant is told. Returns its number."""
    no = given.application(office, town, NOW, ["LX06"]).cases["LX06"]
    notice = [{"material": "site_map", "problem": "缺盖章", "fix": "盖章后重新上传"}]
    given.act(office, town.clerk, NOW, no, "ask_correction", {"faults": notice})
    tell_all(office)
    return no


def test_a_notice_says_in_both_languages_what_happened_and_on_which_case(
    told: str, town: Town, by_token: Callers
) -> None:
    found = by_token(town.applicant)("GET", NOTICES).json["items"]

    one = next(item for item in found if item["case"] == told)
    assert (one["message"], one["role"], one["seen_at"]) == ("action", "applicant", None)
    assert one["said"]["zh"].startswith(f"{told} ")
    assert one["said"]["en"].startswith(f"{told}: ")
    assert "缺盖章" not in str(found)


def test_notices_are_marked_as_seen_once_and_only_ones_own(
    told: str, town: Town, by_token: Callers, engine: Engine
) -> None:
    applicant, admin = by_token(town.applicant), by_token(town.admin)
    ids = [one["id"] for one in applicant("GET", NOTICES).json["items"]]

    refused = admin("POST", f"{NOTICES}/seen", json={"ids": ids})
    assert (refused.status_code, refused.json["code"]) == (404, "no_such_notice")
    assert applicant("POST", f"{NOTICES}/seen", json={"ids": [*ids, 10**9]}).status_code == 404
    assert rows(engine, "SELECT FROM notices WHERE seen_at IS NOT NULL") == []
    assert applicant("POST", f"{NOTICES}/seen", json={"ids": ids}).json == {"seen": len(ids), "unseen": 0}
    assert applicant("POST", f"{NOTICES}/seen", json={"ids": ids}).json == {"seen": 0, "unseen": 0}
    assert applicant("GET", NOTICES, query_string={"unseen": "true"}).json["items"] == []
    for body in ({"ids": []}, {"ids": [0]}, {"ids": ["1"]}, {"ids": [1] * 101}, {}, {"ids": ids, "all": True}):
        assert applicant("POST", f"{NOTICES}/seen", json=body).status_code == 400, body


def test_a_long_list_is_paged_newest_first_and_a_cursor_is_nobody_elses(
    town: Town, by_token: Callers, engine: Engine
) -> None:
    write(
        engine,
        """
INSERT INTO notices (effect_key, person_id, message, body, created_at)
SELECT 'n' || n, :me, 'duty', '{"squad": "permits", "since": "2026-03-02T00:00:00+08:00", "until": null}', now()
FROM generate_series(1, 50) n""",
        me=town.clerk.id,
    )
    clerk = by_token(town.clerk)

    first = clerk("GET", NOTICES, query_string={"limit": 30}).json
    rest = clerk("GET", NOTICES, query_string={"limit": 30, "cursor": first["next_cursor"]}).json
    numbers = [one["id"] for one in first["items"] + rest["items"]]
    assert numbers == sorted(numbers, reverse=True)
    assert (len(set(numbers)), rest["next_cursor"]) == (50, None)
    assert "无人值班" in first["items"][0]["said"]["zh"]
    assert by_token(town.admin)("GET", NOTICES, query_string={"cursor": first["next_cursor"]}).status_code == 400
    assert (
        clerk("GET", NOTICES, query_string={"unseen": "true", "cursor": first["next_cursor"]}).json["reasons"][0][
            "facts"
        ]["field"]
        == "cursor"
    )


def test_every_kind_of_notice_has_words_and_one_nobody_knows_leads_to_its_case(
    told: str, town: Town, by_token: Callers, engine: Engine
) -> None:
    moves = """[{"clock": "statutory", "old": "2026-03-30", "new": "2026-03-31", "old_provisional": false,
      "new_provisional": false}]"""
    bodies = {
        "dates": f'{{"why": "calendar_moved", "moves": {moves}, "role": "applicant"}}',
        "digest": '{"day": ["3月2日", "2 Mar"], "summary": ["逾期 1", "1 overdue"], "lines": ["· 甲", "- A"]}',
        "action": '{"action": "gone_since", "role": "applicant"}',
        "unheard_of": "{}",
    }
    for message, body in bodies.items():
        write(
            engine,
            """
INSERT INTO notices (effect_key, person_id, case_id, message, body, created_at)
SELECT :message, :me, CASE WHEN :message <> 'digest' THEN id END, :message, cast(:body AS jsonb), now()
FROM cases WHERE no = :no""",
            message=message,
            me=town.specialist.id,
            body=body,
            no=told,
        )
    items = by_token(town.specialist)("GET", NOTICES).json["items"]
    newest = {one["message"]: one for one in items[:4]}

    assert newest["dates"]["said"]["zh"] == f"{told} 办理期限调整：日历变更，重算时限"
    assert "3月30日" in newest["dates"]["more"]["zh"]
    assert newest["digest"]["said"]["en"] == "Your cases, 2 Mar: 1 overdue"
    assert newest["action"]["said"]["zh"] == f"{told} gone_since"
    assert newest["unheard_of"]["said"]["zh"] == told
