"""The calendar over HTTP: for everybody to read, for two administrators to change."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.api.test_operations import figures
from workflow.actor import Actor, Grant
from workflow.commands.settle_dates import settle_calendar
from workflow.work import Office

ByToken = Callable[[Actor], Caller]

DOCUMENT = "示例：国务院办公厅关于2027年部分节假日安排的通知"
NOTICE: dict[str, Any] = {
    "year": 2027,
    "off": [
        {"from": "2027-01-01", "to": "2027-01-03", "name": "元旦"},
        {"from": "2027-02-05", "to": "2027-02-13", "name": "春节"},
        {"from": "2027-04-03", "to": "2027-04-05", "name": "清明"},
        {"from": "2027-05-01", "to": "2027-05-05", "name": "劳动节"},
        {"date": "2027-06-09", "name": "端午"},
        {"date": "2027-09-15", "name": "中秋"},
        {"from": "2027-10-01", "to": "2027-10-07", "name": "国庆节"},
    ],
    "make_up": ["2027-01-31", "2027-02-14", "2027-05-08", "2027-09-26", "2027-10-09"],
}
PROPOSAL = {"kind": "year", "document": DOCUMENT, "notice": NOTICE}
CLOSURE = {
    "kind": "closure",
    "document": "停工通告",
    "notice": {"year": 2026, "off": [{"date": "2026-12-17", "name": "台风停工"}]},
}
AMENDMENTS = "/api/v1/amendments"


@pytest.fixture
def admin(by_token: ByToken, town: given.Town) -> Caller:
    """The administrator who proposes."""
    return by_token(town.admin)


@pytest.fixture
def late(office: Office, town: given.Town) -> str:
    """A case that ends in February 2027; it is 16 December 2026."""
    no = given.application(office, town, given.moment("2026-12-14"), ["LX10", "GC07"]).cases["GC07"]
    given.act(office, town.clerk, given.moment("2026-12-15"), no, "accept")
    given.time_is(office.engine, given.moment("2026-12-16"))
    return no


@pytest.fixture
def caller(by_token: ByToken, engine: Engine) -> Caller:
    """The administrator who signs."""
    with engine.begin() as conn:
        second = given.person(conn, "second_admin", Grant("admin"))
    return by_token(second)


def statutory(caller: Caller, no: str) -> tuple[str, bool]:
    clocks = caller("GET", f"/api/v1/cases/{no}/clocks").json["items"]
    found = next(clock for clock in clocks if clock["name"] == "statutory")
    return found["due_on"], found["provisional"]


def count(engine: Engine, table: str) -> int:
    with engine.connect() as conn:
        return int(conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def fields(answer: Any) -> set[str]:
    return {reason["facts"]["field"] for reason in answer.json["reasons"]}


def test_everybody_may_know_the_working_days_of_a_year(anyone: Caller) -> None:
    answer = anyone("GET", "/api/v1/calendar/2026")
    assert answer.status_code == 200
    assert (answer.json["published"], answer.json["working_days"]) == (True, 248)
    assert [month["working_days"] for month in answer.json["months"]][:2] == [21, 16]
    days = {day["date"]: day for month in answer.json["months"] for day in month["days"]}
    assert len(days) == 365
    assert days["2026-02-14"]["rule"] == "make_up"
    assert days["2026-02-15"] == {
        "date": "2026-02-15",
        "counts": False,
        "rule": "holiday",
        "name": "春节",
        "source": answer.json["sources"][0],
        "provisional": False,
    }
    estimated = anyone("GET", "/api/v1/calendar/2027").json
    assert estimated["published"] is False
    assert all(day["provisional"] for month in estimated["months"] for day in month["days"])


def test_a_year_is_kept_by_its_entity_tag_until_the_calendar_changes(anyone: Caller) -> None:
    answer = anyone("GET", "/api/v1/calendar/2026")
    assert "max-age=600" in answer.headers["Cache-Control"]
    again = anyone("GET", "/api/v1/calendar/2026", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert anyone("GET", "/api/v1/calendar/2025").headers["ETag"] != answer.headers["ETag"]


@pytest.mark.parametrize("year", ["1899", "2101", "0", "99999999999999999999", "x"])
def test_a_year_the_calendar_cannot_speak_of_is_not_there(anyone: Caller, year: str) -> None:
    assert anyone("GET", f"/api/v1/calendar/{year}").status_code == 404


def test_the_calendar_names_its_horizon_and_from_november_the_missing_year(anyone: Caller, engine: Engine) -> None:
    given.time_is(engine, given.moment("2026-10-31", "23:59"))
    found = anyone("GET", "/api/v1/calendar").json
    assert (found["first_year"], found["horizon"], found["missing_year"]) == (2004, "2026-12-31", None)
    given.time_is(engine, given.moment("2026-11-01", "00:01"))
    assert anyone("GET", "/api/v1/calendar").json["missing_year"] == 2027


def test_a_notice_goes_from_preview_to_proposal_to_signature_to_a_firm_date(
    office: Office, admin: Caller, caller: Caller, anyone: Caller, late: str
) -> None:
    assert statutory(admin, late) == ("2027-02-19", True)

    preview = admin("POST", f"{AMENDMENTS}/preview", json=PROPOSAL)
    assert preview.status_code == 200, preview.json
    assert (preview.json["cases"], preview.json["later"], preview.json["firm"]) == (1, 1, 1)
    [row] = preview.json["rows"]
    assert (row["no"], row["turns"]) == (late, None)
    assert (row["moves"][0]["old_on"], row["moves"][0]["new_on"]) == ("2027-02-19", "2027-02-23")
    assert {one["new"]["date"] for one in preview.json["changed"]} >= {"2027-01-31", "2027-02-09"}
    assert count(office.engine, "amendments") == 0

    made = admin("POST", AMENDMENTS, json=PROPOSAL)
    assert made.status_code == 201, made.json
    assert (made.json["state"], made.json["proposed_by"], made.json["decided_by"]) == ("proposed", "admin·示例", None)
    assert made.json["preview"]["later"] == 1
    where = f"{AMENDMENTS}/{made.json['id']}"
    assert statutory(admin, late) == ("2027-02-19", True)

    seen = caller("GET", f"{where}/preview").json
    assert seen["mark"] == preview.json["mark"]
    answer = caller("POST", f"{where}/sign", json={"note": "已核对", "seen": seen["mark"]})
    assert answer.status_code == 200, answer.json
    assert (answer.json["state"], answer.json["decided_by"], answer.json["moved"]) == (
        "in_force",
        "second_admin·示例",
        0,
    )
    assert figures(anyone)["wugeyi_dates_unsettled"] == 1

    settle_calendar(office)
    assert statutory(admin, late) == ("2027-02-23", False)
    found = admin("GET", where).json
    assert found["moved"] == 1
    assert found["settled_at"] is not None
    assert figures(anyone)["wugeyi_dates_unsettled"] == 0
    held = anyone("GET", "/api/v1/calendar").json
    assert (held["horizon"], held["missing_year"]) == ("2027-12-31", None)
    assert held["succession"][0]["amendment"] == made.json["id"]
    assert anyone("GET", "/api/v1/calendar/2027").json["published"] is True


def test_a_notice_is_withdrawn_by_two_people_as_well(office: Office, admin: Caller, caller: Caller, late: str) -> None:
    number = admin("POST", AMENDMENTS, json=PROPOSAL).json["id"]
    caller("POST", f"{AMENDMENTS}/{number}/sign", json={})
    settle_calendar(office)
    body = {"kind": "withdrawal", "document": "更正通知", "withdraws": number, "reason": "通知有误"}
    preview = caller("POST", f"{AMENDMENTS}/preview", json=body)
    assert (preview.json["unsure"], preview.json["earlier"]) == (1, 1)
    made = caller("POST", AMENDMENTS, json=body)
    assert made.status_code == 201, made.json
    assert caller("POST", f"{AMENDMENTS}/{made.json['id']}/sign", json={}).status_code == 403
    assert admin("POST", f"{AMENDMENTS}/{made.json['id']}/sign", json={}).status_code == 200
    settle_calendar(office)
    assert statutory(admin, late) == ("2027-02-19", True)
    assert admin("GET", f"{AMENDMENTS}/{number}").json["state"] == "withdrawn"
    again = admin("POST", AMENDMENTS, json=body)
    assert again.status_code == 400
    assert fields(again) == {"withdraws"}


def test_figures_tell_how_far_the_calendar_reaches(anyone: Caller, late: str) -> None:
    found = figures(anyone)
    assert found["wugeyi_calendar_missing_year"] == 1
    assert found["wugeyi_calendar_horizon_days"] == 15
    assert found["wugeyi_provisional_clocks"] == 1
    assert found["wugeyi_dates_unsettled"] == 0


def test_before_november_no_year_is_missing(anyone: Caller, engine: Engine) -> None:
    given.time_is(engine, given.moment("2026-03-02"))
    assert figures(anyone)["wugeyi_calendar_missing_year"] == 0


def test_only_administrators_change_the_calendar_and_the_supervisor_reads(
    by_token: ByToken, town: given.Town, admin: Caller, anyone: Caller, late: str
) -> None:
    number = admin("POST", AMENDMENTS, json=PROPOSAL).json["id"]
    writes = [
        ("", PROPOSAL),
        ("/preview", PROPOSAL),
        (f"/{number}/sign", {}),
        (f"/{number}/refuse", {"note": "x"}),
    ]
    reads = ["", f"/{number}", f"/{number}/preview"]
    supervisor = by_token(town.supervisor)
    for caller in (by_token(town.clerk), by_token(town.applicant), by_token(town.directors["QX"]), supervisor):
        for where, body in writes:
            refused = caller("POST", AMENDMENTS + where, json=body)
            assert refused.status_code == 403
            assert refused.json["code"] == "role_required"
    for where in reads:
        assert by_token(town.directors["QX"])("GET", AMENDMENTS + where).status_code == 403
        assert supervisor("GET", AMENDMENTS + where).status_code == 200
        assert anyone("GET", AMENDMENTS + where).status_code == 401
    assert supervisor("GET", AMENDMENTS).json["items"][0]["id"] == number


def test_nobody_signs_what_they_have_proposed(admin: Caller, late: str) -> None:
    number = admin("POST", AMENDMENTS, json=PROPOSAL).json["id"]
    refused = admin("POST", f"{AMENDMENTS}/{number}/sign", json={})
    assert (refused.status_code, refused.json["code"]) == (403, "second_person")
    assert admin("GET", f"{AMENDMENTS}/{number}").json["state"] == "proposed"


def test_whoever_decides_second_is_told_who_was_first(admin: Caller, caller: Caller, late: str) -> None:
    number = admin("POST", AMENDMENTS, json=PROPOSAL).json["id"]
    assert caller("POST", f"{AMENDMENTS}/{number}/refuse", json={"note": "文号不对"}).status_code == 200
    for deed, body in (("sign", {}), ("refuse", {"note": "x"})):
        late_ = caller("POST", f"{AMENDMENTS}/{number}/{deed}", json=body)
        assert (late_.status_code, late_.json["code"]) == (409, "already_decided")
        assert late_.json["extra"]["by"] == "second_admin·示例"
    assert caller("GET", f"{AMENDMENTS}/{number}/preview").status_code == 409


def test_a_stale_preview_is_not_signed(office: Office, admin: Caller, caller: Caller, late: str) -> None:
    number = admin("POST", AMENDMENTS, json=PROPOSAL).json["id"]
    seen = caller("GET", f"{AMENDMENTS}/{number}/preview").json["mark"]
    other = admin("POST", AMENDMENTS, json=CLOSURE).json["id"]
    assert caller("POST", f"{AMENDMENTS}/{other}/sign", json={}).status_code == 200
    stale = caller("POST", f"{AMENDMENTS}/{number}/sign", json={"seen": seen})
    assert (stale.status_code, stale.json["code"]) == (409, "stale_preview")
    fresh = caller("GET", f"{AMENDMENTS}/{number}/preview").json["mark"]
    assert caller("POST", f"{AMENDMENTS}/{number}/sign", json={"seen": fresh}).status_code == 200


def test_a_repeated_request_gets_the_first_answer_and_proposes_once(
    engine: Engine, admin: Caller, caller: Caller, late: str
) -> None:
    key = {"Idempotency-Key": "calendar-1"}
    first, again = (admin("POST", AMENDMENTS, json=PROPOSAL, headers=key) for _ in range(2))
    assert first.json == again.json
    assert again.headers["Idempotent-Replay"] == "true"
    assert count(engine, "amendments") == 1
    where = f"{AMENDMENTS}/{first.json['id']}/sign"
    first, again = (caller("POST", where, json={}, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotent-Replay"] == "true"
    assert caller("POST", where, json={"note": "x"}, headers=key).json["code"] == "idempotency_key_reused"


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in PROPOSAL.items() if key != name}


def noticed(**changed: Any) -> dict[str, Any]:
    return {**PROPOSAL, "notice": {**NOTICE, **changed}}


def off(*more: dict[str, str]) -> list[dict[str, str]]:
    return [*NOTICE["off"], *more]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        (without("document"), "document"),
        (without("notice"), "notice"),
        ({**PROPOSAL, "document": ""}, "document"),
        ({**PROPOSAL, "document": "  "}, "document"),
        ({**PROPOSAL, "document": "长" * 501}, "document"),
        ({**PROPOSAL, "kind": "holiday"}, "kind"),
        ({**PROPOSAL, "withdraws": 1}, "withdraws"),
        ({**PROPOSAL, "reason": "x"}, "reason"),
        ({**PROPOSAL, "unknown": 1}, "unknown"),
        ({**PROPOSAL, "kind": "closure", "notice": {**NOTICE, "kind": "year"}}, "notice.kind"),
        (noticed(free=True), "notice.free"),
        (noticed(year="2027"), "notice.year"),
        (noticed(year=2200), "notice.year"),
        (noticed(year=2029), "notice.off.0"),
        (noticed(off=[]), "notice.off"),
        (noticed(off=off({"date": "2027-02-30", "name": "x"})), "notice.off.7.date"),
        (noticed(off=off({"date": "2027-02-10", "name": "开斋节"})), "notice.off.7"),
        (noticed(off=off({"name": "x"})), "notice.off.7"),
        (noticed(off=off({"date": "2027-03-03", "from": "2027-03-03", "name": "x"})), "notice.off.7"),
        (noticed(make_up=["2027-01-27", *NOTICE["make_up"]]), "notice.make_up.0"),
        (noticed(make_up=["2027-02-06", *NOTICE["make_up"]]), "notice.make_up.0"),
        (noticed(make_up=[*NOTICE["make_up"], "2027-01-31"]), "notice.make_up.5"),
        (noticed(make_up=NOTICE["make_up"][1:]), "notice.off"),
        (noticed(extra=-1), "notice.extra"),
        ({"kind": "withdrawal", "document": "x", "withdraws": 77, "reason": "x"}, "withdraws"),
        ({"kind": "withdrawal", "document": "x", "withdraws": 77}, "reason"),
        ({"kind": "withdrawal", "document": "x", "reason": "x"}, "withdraws"),
        ({"kind": "withdrawal", "document": "x", "withdraws": "1", "reason": "x"}, "withdraws"),
        ({**CLOSURE, "notice": {"year": 2026, "off": [{"date": "2026-12-19", "name": "x"}]}}, "notice.off"),
    ],
)
@pytest.mark.parametrize("where", ["", "/preview"])
def test_a_bad_proposal_is_refused_by_the_name_of_its_field_and_nothing_is_written(
    admin: Caller, engine: Engine, late: str, body: dict[str, Any], field: str, where: str
) -> None:
    refused = admin("POST", AMENDMENTS + where, json=body)
    assert refused.status_code == 400, refused.json
    assert refused.content_type == "application/problem+json"
    assert field in fields(refused), refused.json["reasons"]
    assert all(reason["zh"] and reason["en"] for reason in refused.json["reasons"])
    assert count(engine, "amendments") == 0


def test_a_closure_that_changes_nothing_is_refused(admin: Caller, caller: Caller, late: str) -> None:
    number = admin("POST", AMENDMENTS, json=PROPOSAL).json["id"]
    caller("POST", f"{AMENDMENTS}/{number}/sign", json={})
    refused = admin("POST", AMENDMENTS, json=PROPOSAL)
    assert refused.status_code == 400
    assert fields(refused) == {"notice"}


def test_a_refusal_needs_its_reason(admin: Caller, caller: Caller, late: str) -> None:
    number = admin("POST", AMENDMENTS, json=PROPOSAL).json["id"]
    for body in ({}, {"note": ""}, {"note": "长" * 501}, {"note": 1}):
        refused = caller("POST", f"{AMENDMENTS}/{number}/refuse", json=body)
        assert refused.status_code == 400
        assert fields(refused) == {"note"}
    assert admin("POST", f"{AMENDMENTS}/{number}/refuse", json={"note": "收回"}).json["state"] == "refused"


@pytest.mark.parametrize("number", [99, 2**31, 2**62])
def test_an_amendment_nobody_has_proposed_is_not_there(admin: Caller, number: int) -> None:
    where = f"{AMENDMENTS}/{number}"
    for method, path, body in (
        ("GET", where, None),
        ("GET", f"{where}/preview", None),
        ("POST", f"{where}/sign", {}),
        ("POST", f"{where}/refuse", {"note": "x"}),
    ):
        assert admin(method, path, json=body).status_code == 404, path


def test_amendments_are_listed_newest_first_and_turned_page_by_page(admin: Caller, late: str) -> None:
    days = [date(2026, 12, day).isoformat() for day in (17, 18, 21)]
    for day in days:
        body = {**CLOSURE, "notice": {"year": 2026, "off": [{"date": day, "name": "停工"}]}}
        assert admin("POST", AMENDMENTS, json=body).status_code == 201
    first = admin("GET", f"{AMENDMENTS}?limit=2").json
    assert [one["content"]["off"][0]["date"] for one in first["items"]] == days[:0:-1]
    rest = admin("GET", f"{AMENDMENTS}?limit=2&cursor={first['next_cursor']}").json
    assert [one["content"]["off"][0]["date"] for one in rest["items"]] == days[:1]
    assert rest["next_cursor"] is None
    assert admin("GET", f"{AMENDMENTS}?cursor=x").status_code == 400


def test_a_preview_names_no_more_cases_than_asked_for(admin: Caller, late: str) -> None:
    body = {**CLOSURE, "notice": {"year": 2026, "off": [{"date": "2026-12-17", "name": "停工"}]}}
    whole = admin("POST", f"{AMENDMENTS}/preview", json=body).json
    short = admin("POST", f"{AMENDMENTS}/preview?most=1", json=body).json
    assert len(whole["rows"]) == whole["cases"] > 1
    assert (len(short["rows"]), short["cases"]) == (1, whole["cases"])
    assert admin("POST", f"{AMENDMENTS}/preview?most=0", json=body).status_code == 400
