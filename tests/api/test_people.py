"""People and their roles over JSON: made, changed, given roles, closed, opened; and one's own password."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from workflow.actor import Actor, Grant
from workflow.commands.close_account import close_account
from workflow.errors import Conflict
from workflow.work import Office

Callers = Callable[[Actor], Caller]
PEOPLE = "/api/v1/people"
MY_PASSWORD = "/api/v1/me/password"
NEW = {"username": "wangwu", "name": "王五"}
GOOD = "新的-口令-2026a"


@pytest.fixture
def admin(by_token: Callers, town: Town) -> Caller:
    return by_token(town.admin)


def made(admin: Caller, **fields: object) -> dict[str, Any]:
    answer = admin("POST", PEOPLE, json={**NEW, **fields})
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


def sign_in(anyone: Caller, username: str, password: str) -> int:
    return anyone("POST", "/api/v1/tokens", json={"username": username, "password": password}).status_code


def changes(engine: Engine, person: int) -> list[tuple[str, int | None, dict[str, Any]]]:
    with engine.connect() as conn:
        rows = conn.execute(
            text("SELECT kind, by_id, said FROM person_changes WHERE person_id = :id ORDER BY id"), {"id": person}
        )
        return [(row.kind, row.by_id, row.said) for row in rows]


def test_a_new_account_signs_in_with_its_first_password_which_is_shown_once(
    admin: Caller, anyone: Caller, engine: Engine, town: Town
) -> None:
    person = made(admin, email="wang@example.org")

    assert sign_in(anyone, "wangwu", person["password"]) == 201
    shown = admin("GET", f"{PEOPLE}/{person['id']}").json
    assert "password" not in shown
    assert (shown["name"], shown["email"], shown["active"], shown["roles"]) == ("王五", "wang@example.org", True, [])
    assert shown["signed_in_at"] is not None
    assert changes(engine, person["id"]) == [("added", town.admin.id, {"username": "wangwu", "name": "王五"})]
    with engine.connect() as conn:
        kept = conn.execute(text("SELECT count(*) FROM people WHERE password_hash LIKE '%' || :it || '%'"), {
            "it": person["password"]}).scalar_one()  # fmt: skip
    assert kept == 0


def test_the_same_request_sent_twice_makes_one_account_and_tells_the_same_password(
    admin: Caller, engine: Engine
) -> None:
    key = {"Idempotency-Key": "one"}

    first = admin("POST", PEOPLE, json=NEW, headers=key)
    again = admin("POST", PEOPLE, json=NEW, headers=key)
    other = admin("POST", PEOPLE, json={**NEW, "username": "other"}, headers={"Idempotency-Key": "two"})

    assert first.json == again.json
    assert first.json["password"] != other.json["password"]
    with engine.connect() as conn:
        assert first.json["password"] not in str(conn.execute(text("SELECT * FROM idempotency")).all())


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"username": "王五"}, "username"),
        ({"username": "a"}, "username"),
        ({"username": ".wang"}, "username"),
        ({"name": " "}, "name"),
        ({"name": "王\n五"}, "name"),
        ({"email": "nowhere"}, "email"),
    ],
)
def test_what_cannot_be_an_account_is_refused_by_its_field(admin: Caller, fields: dict[str, str], field: str) -> None:
    answer = admin("POST", PEOPLE, json={**NEW, **fields})

    assert answer.status_code == 400
    assert [reason["facts"]["field"] for reason in answer.json["reasons"]] == [field]


def test_a_user_name_is_taken_once(admin: Caller) -> None:
    made(admin)

    answer = admin("POST", PEOPLE, json={**NEW, "username": "WANGWU"})

    assert (answer.status_code, answer.json["code"]) == (409, "username_taken")


def test_a_role_is_given_where_it_holds_seen_at_once_and_taken_away(
    admin: Caller, anyone: Caller, engine: Engine, town: Town
) -> None:
    person = made(admin)
    where = f"{PEOPLE}/{person['id']}"
    token = anyone("POST", "/api/v1/tokens", json={"username": "wangwu", "password": person["password"]}).json["token"]
    wang = {"Authorization": f"Bearer {token}"}

    given_role = admin("POST", f"{where}/roles", json={"role": "officer", "department": "ZJ"})

    assert given_role.status_code == 201, given_role.json
    [role] = given_role.json["roles"]
    assert (role["role"], role["department"], role["squad"]) == ("officer", "ZJ", None)
    assert role["since"] is not None
    assert [one["role"] for one in anyone("GET", "/api/v1/me", headers=wang).json["roles"]] == ["officer"]
    again = admin("POST", f"{where}/roles", json={"role": "officer", "department": "ZJ"})
    assert (again.status_code, again.json["code"]) == (409, "role_held")
    taken = admin("DELETE", f"{where}/roles/{role['id']}")
    assert (taken.status_code, taken.json["roles"]) == (200, [])
    assert anyone("GET", "/api/v1/me", headers=wang).json["roles"] == []
    gone = admin("DELETE", f"{where}/roles/{role['id']}")
    assert (gone.status_code, gone.json["code"]) == (404, "no_such_role")
    said = {"role": "officer", "department": "ZJ"}
    assert changes(engine, person["id"])[1:] == [
        ("role_given", town.admin.id, said),
        ("role_withdrawn", town.admin.id, said),
    ]


def test_a_role_may_hold_for_a_project_a_squad_a_company_or_the_district(admin: Caller, town: Town) -> None:
    where = f"{PEOPLE}/{made(admin)['id']}/roles"

    for body in (
        {"role": "specialist", "project": town.project.code},
        {"role": "squad_leader", "squad": given.SQUAD},
        {"role": "applicant", "company": town.project.company},
        {"role": "clerk"},
    ):
        answer = admin("POST", where, json=body)
        assert answer.status_code == 201, answer.json

    roles = answer.json["roles"]
    assert [one["role"] for one in roles] == ["specialist", "squad_leader", "applicant", "clerk"]
    assert (roles[0]["project"], roles[2]["company"]) == (town.project.code, town.project.company)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "king"}, "role"),
        ({"role": "clock"}, "role"),
        ({"role": "officer"}, "department"),
        ({"role": "officer", "department": "XX"}, "department"),
        ({"role": "clerk", "department": "QX"}, "department"),
        ({"role": "squad_leader", "squad": "none"}, "squad"),
        ({"role": "specialist", "project": "2203-370212-04-01-999999"}, "project"),
        ({"role": "specialist", "project": "x"}, "project"),
        ({"role": "applicant", "company": given.credit_code(77)}, "company"),
    ],
)
def test_a_role_in_no_place_or_the_wrong_one_is_refused(admin: Caller, body: dict[str, str], field: str) -> None:
    answer = admin("POST", f"{PEOPLE}/{made(admin)['id']}/roles", json=body)

    assert answer.status_code == 400, answer.json
    assert answer.json["reasons"][0]["facts"]["field"] == field
    assert answer.json["reasons"][0]["en"]


def test_a_closed_account_is_out_at_once_and_comes_back_as_it_was(
    admin: Caller, anyone: Caller, by_token: Callers, town: Town
) -> None:
    clerk = by_token(town.clerk)
    where = f"{PEOPLE}/{town.clerk.id}"

    closed = admin("PATCH", where, json={"active": False})

    assert (closed.status_code, closed.json["active"]) == (200, False)
    assert clerk("GET", "/api/v1/me").status_code == 401
    assert sign_in(anyone, "clerk", given.PASSWORD) == 401
    assert admin("PATCH", where, json={"active": False}).json["code"] == "account_closed"
    assert admin("POST", f"{where}/roles", json={"role": "supervisor"}).json["code"] == "account_closed"
    assert admin("POST", f"{where}/password").json["code"] == "account_closed"
    assert admin("PATCH", where, json={"active": True}).json["active"] is True
    assert clerk("GET", "/api/v1/me").status_code == 401, "a token that ended stays ended"
    assert sign_in(anyone, "clerk", given.PASSWORD) == 201
    assert admin("PATCH", where, json={"active": True}).json["code"] == "account_open"


def test_a_reset_ends_every_session_and_shows_another_first_password(
    admin: Caller, anyone: Caller, by_token: Callers, town: Town
) -> None:
    clerk = by_token(town.clerk)

    answer = admin("POST", f"{PEOPLE}/{town.clerk.id}/password")

    assert answer.status_code == 200, answer.json
    assert clerk("GET", "/api/v1/me").status_code == 401
    assert sign_in(anyone, "clerk", given.PASSWORD) == 401
    assert sign_in(anyone, "clerk", answer.json["password"]) == 201


def test_an_administrator_is_never_the_last_to_go_nor_out_by_their_own_hand(
    admin: Caller, by_token: Callers, town: Town, engine: Engine, office: Office
) -> None:
    mine = f"{PEOPLE}/{town.admin.id}"
    role = admin("GET", mine).json["roles"][0]["id"]

    assert admin("PATCH", mine, json={"active": False}).json["code"] == "own_account"
    assert admin("POST", f"{mine}/password").json["code"] == "own_account"
    assert admin("DELETE", f"{mine}/roles/{role}").json["code"] == "own_account"
    with engine.begin() as conn:
        second = given.person(conn, "admin2", Grant("admin"))
    assert by_token(second)("PATCH", mine, json={"active": False}).status_code == 200
    # As when each of two administrators closes the other's account at the same moment: the second comes too late.
    with pytest.raises(Conflict) as refusal, given.at(office, town.admin, given.moment("2026-03-02")) as work:
        close_account(work, second.id or 0)
    assert refusal.value.code == "no_admin_left"


def test_names_are_changed_and_what_changed_is_kept(admin: Caller, town: Town, engine: Engine) -> None:
    where = f"{PEOPLE}/{town.clerk.id}"

    answer = admin("PATCH", where, json={"name": "赵六"})

    assert answer.json["name"] == "赵六"
    assert changes(engine, town.clerk.id or 0) == [("changed", town.admin.id, {"name": [town.clerk.name, "赵六"]})]
    admin("PATCH", where, json={"name": "赵六"})
    assert len(changes(engine, town.clerk.id or 0)) == 1
    assert admin("PATCH", where, json={"email": "x"}).status_code == 400
    with pytest.raises(Exception, match="append-only"), engine.begin() as conn:
        conn.execute(text("UPDATE person_changes SET said = '{}'"))


def test_the_list_is_searched_filtered_and_paged(admin: Caller, town: Town) -> None:
    everybody = admin("GET", PEOPLE, query_string="limit=100").json["items"]

    assert [one["username"] for one in everybody] == sorted(one["username"] for one in everybody)
    assert [one["username"] for one in admin("GET", f"{PEOPLE}?q=clerk").json["items"]] == ["clerk"]
    assert admin("GET", f"{PEOPLE}?q=%25").json["items"] == []
    in_zj = {one["username"] for one in admin("GET", f"{PEOPLE}?department=ZJ").json["items"]}
    assert in_zj == {"officer_zj", "director_zj"}
    assert [one["username"] for one in admin("GET", f"{PEOPLE}?department=ZJ&role=director").json["items"]] == [
        "director_zj"
    ]
    assert admin("GET", f"{PEOPLE}?active=false").json["items"] == []
    first = admin("GET", f"{PEOPLE}?limit=5").json
    second = admin("GET", PEOPLE, query_string={"limit": 5, "cursor": first["next_cursor"]}).json
    assert [*first["items"], *second["items"]] == everybody[:10]
    for query in ("department=XX", "role=clock", "cursor=x", "limit=0"):
        assert admin("GET", f"{PEOPLE}?{query}").status_code == 400, query


def test_people_are_kept_by_administrators_alone(by_token: Callers, town: Town) -> None:
    for somebody in (town.clerk, town.supervisor, town.applicant):
        caller = by_token(somebody)
        for method, path in (
            ("GET", PEOPLE),
            ("POST", PEOPLE),
            ("GET", f"{PEOPLE}/{town.clerk.id}"),
            ("PATCH", f"{PEOPLE}/{town.clerk.id}"),
            ("POST", f"{PEOPLE}/{town.clerk.id}/password"),
            ("POST", f"{PEOPLE}/{town.clerk.id}/roles"),
            ("DELETE", f"{PEOPLE}/{town.clerk.id}/roles/1"),
        ):
            assert caller(method, path, json={}).status_code == 403, (method, path)


def test_nobody_is_nobody(admin: Caller) -> None:
    for method, path in (("GET", ""), ("PATCH", ""), ("POST", "/password"), ("DELETE", "/roles/1")):
        answer = admin(method, f"{PEOPLE}/99999{path}", json={"name": "谁"} if method == "PATCH" else None)
        assert (answer.status_code, answer.json["code"]) == (404, "no_such_person"), path


def test_my_password_is_mine_to_change_and_my_other_sessions_end(
    by_token: Callers, anyone: Caller, town: Town, engine: Engine
) -> None:
    here, there = by_token(town.clerk), by_token(town.clerk)

    answer = here("POST", MY_PASSWORD, json={"old": given.PASSWORD, "new": GOOD})

    assert (answer.status_code, answer.json) == (200, {"ended": 1})
    assert here("GET", "/api/v1/me").status_code == 200
    assert there("GET", "/api/v1/me").status_code == 401
    assert sign_in(anyone, "clerk", given.PASSWORD) == 401
    assert sign_in(anyone, "clerk", GOOD) == 201
    assert changes(engine, town.clerk.id or 0) == [("password_changed", town.clerk.id, {})]


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("short1", "10 to 256"),
        ("onlyletters", "two of these kinds"),
        ("1234567890", "two of these kinds"),
        ("x-Clerk-12345", "user name"),
        (given.PASSWORD, "differ"),
    ],
)
def test_a_new_password_that_breaks_a_rule_is_refused_in_words_and_never_repeated(
    by_token: Callers, town: Town, new: str, words: str
) -> None:
    answer = by_token(town.clerk)("POST", MY_PASSWORD, json={"old": given.PASSWORD, "new": new})

    assert answer.status_code == 400
    assert any(words in reason["en"] and reason["facts"]["field"] == "new" for reason in answer.json["reasons"])
    assert new not in answer.text


def test_a_wrong_old_password_is_counted_and_after_five_nothing_more_is_tried(by_token: Callers, town: Town) -> None:
    clerk = by_token(town.clerk)
    for _ in range(5):
        answer = clerk("POST", MY_PASSWORD, json={"old": "wrong", "new": GOOD})
        assert (answer.status_code, answer.json["reasons"][0]["facts"]["field"]) == (400, "old")

    locked = clerk("POST", MY_PASSWORD, json={"old": given.PASSWORD, "new": GOOD})

    assert locked.status_code == 429
    assert locked.headers["Retry-After"]
