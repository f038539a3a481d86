"""Who used the time, through the API: one case, the figures of a period, the cases behind each number."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town, moment
from tests.time_spent import backfill
from workflow.actor import Actor
from workflow.clock.days import local_day
from workflow.clock.limit import Unit
from workflow.commands.fire_rungs import sweep
from workflow.errors import NotMet
from workflow.queries.time_figures import Period, figures
from workflow.work import Office

ITEMS = ["LX10", "LX06", "LX12"]
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
HANDED = {"way": "post", "recipient": "经办人"}
LATE = "因材料复核延长，特此说明"
DECISIONS: Mapping[str, Mapping[str, object]] = {
    "grant": {"opinion": "同意"},
    "grant_with_gaps": {"opinion": "同意"},
    "refuse": {"reason": "不符合条件", "basis": "行政许可法 38"},
}

ByToken = Callable[[Actor], Caller]


@pytest.fixture
def cases(office: Office, town: Town) -> dict[str, str]:
    """Received on 2 March, accepted on the 4th: the first granted within minutes and delivered on the 6th."""
    made = given.application(office, town, moment("2026-03-02"), ITEMS).cases
    for no in made.values():
        given.act(office, town.clerk, moment("2026-03-04"), no, "accept")
    first = made[ITEMS[0]]
    given.act(
        office, officer(office, town, ITEMS[0]), moment("2026-03-04", "10:20"), first, "grant", {"opinion": "同意"}
    )
    given.act(office, town.clerk, moment("2026-03-06"), first, "deliver", HANDED)
    given.time_is(office.engine, moment("2026-03-16"))
    return dict(made)


def officer(office: Office, town: Town, item: str) -> Actor:
    return town.officers[office.catalogue.items[item].department]


def test_a_case_tells_who_held_it_and_the_parts_add_up(by_token: ByToken, town: Town, cases: dict[str, str]) -> None:
    no = cases[ITEMS[0]]
    told = by_token(town.applicant)("GET", f"/api/v1/cases/{no}/time-use").json

    assert (told["no"], told["running"], told["days"]) == (no, False, 4)
    assert [(one["holder"], one["department"], one["days"]) for one in told["shares"]] == [
        ("office", "window", 4),
        ("office", "QX", 0),
    ]
    assert [(one["state"], one["days"]) for one in told["spans"]] == [("received", 2), ("in_review", 0), ("granted", 2)]
    assert [(flag["kind"], flag["minutes"]) for flag in told["flags"]] == [("quick", 20)]
    assert told["missed"] is None
    assert told["convention"]["zh"].startswith("每个工作日算给")


def test_a_running_case_counts_up_to_now_and_somebody_elses_is_not_found(
    by_token: ByToken, town: Town, cases: dict[str, str], office: Office
) -> None:
    no = cases[ITEMS[1]]
    told = by_token(town.supervisor)("GET", f"/api/v1/cases/{no}/time-use").json
    assert (told["running"], told["days"]) == (True, 10)
    with office.engine.begin() as conn:
        stranger = given.person(conn, "stranger")
    assert by_token(stranger)("GET", f"/api/v1/cases/{no}/time-use").status_code == 404


def test_a_joint_application_names_the_item_that_was_decided_last(
    by_token: ByToken, town: Town, cases: dict[str, str], office: Office
) -> None:
    for item, day in (("LX12", "2026-03-05"), ("LX06", "2026-03-06")):
        given.act(office, officer(office, town, item), moment(day), cases[item], "refuse", DECISIONS["refuse"])
    with office.engine.begin() as conn:
        bundle = conn.execute(text("SELECT no FROM cases WHERE flow = 'bundle'")).scalar_one()
    told = by_token(town.applicant)("GET", f"/api/v1/cases/{bundle}/time-use").json
    assert told["decisive"] == cases["LX06"]
    assert {one["holder"] for one in told["spans"]} == {"items"}


def test_the_figures_of_a_period_count_what_ended_in_it(
    by_token: ByToken, town: Town, cases: dict[str, str], office: Office
) -> None:
    backfill(office, cases[ITEMS[0]], "2026-02-27")
    watcher = by_token(town.supervisor)
    told = watcher("GET", "/api/v1/time-use", query_string=MARCH).json

    assert (told["from"], told["to"], told["complete"]) == ("2026-03-01", "2026-03-31", True)
    assert told["policy"] == {"backfill_after": "1wd", "quick_decision": "30min", "late_rung_after": "60min"}
    [department] = told["departments"]
    assert (department["department"], department["cases"], department["days"]) == ("QX", 1, 4)
    assert (department["backfilled"], department["backfilled_cases"], department["quick"]) == (1, 1, 1)
    assert (department["missed"], department["unexplained"]) == (0, 0)
    assert told["all"] == department | {"department": None, "title": told["all"]["title"]}
    for kind in ("cases", "backfilled", "quick"):
        listed = watcher("GET", "/api/v1/time-use/cases", query_string=MARCH | {"kind": kind}).json
        assert [one["no"] for one in listed["items"]] == [cases[ITEMS[0]]], kind
    assert watcher("GET", "/api/v1/time-use/cases", query_string=MARCH | {"kind": "missed"}).json["items"] == []
    assert (
        watcher("GET", "/api/v1/time-use", query_string={"from": "2026-03-07", "to": "2026-03-31"}).json["departments"]
        == []
    )


def test_deemed_acceptance_is_the_windows_silence_and_nobodys_back_filling(
    by_token: ByToken, town: Town, office: Office
) -> None:
    no = given.application(office, town, moment("2026-03-02"), ["LX10"]).cases["LX10"]
    for day, at in (("2026-03-06", "09:01"), ("2026-03-10", "00:06")):
        given.time_is(office.engine, moment(day, at))
        sweep(office)
    given.time_is(office.engine, moment("2026-03-12"))
    told = by_token(town.supervisor)("GET", f"/api/v1/cases/{no}/time-use").json
    assert [(one["department"], one["days"]) for one in told["shares"]] == [("window", 6), ("QX", 2)]
    assert told["flags"] == []


def test_a_sweep_after_an_outage_leaves_late_rungs_and_no_back_filled_steps(
    by_token: ByToken, town: Town, office: Office
) -> None:
    no = given.application(office, town, moment("2026-03-02"), ["LX10"]).cases["LX10"]
    given.time_is(office.engine, moment("2026-03-12", "00:06"))
    sweep(office)
    told = by_token(town.supervisor)("GET", f"/api/v1/cases/{no}/time-use").json
    assert {flag["kind"] for flag in told["flags"]} == {"late_rung"}
    assert "逾期未告知，视为受理" in {flag["title"]["zh"] for flag in told["flags"]}


@pytest.mark.parametrize("action", DECISIONS)
def test_however_a_case_is_decided_a_missed_promise_asks_for_a_reason_and_shows_it(
    action: str, by_token: ByToken, town: Town, office: Office
) -> None:
    item, no = _in_review(office, town, with_gap=action == "grant_with_gaps")
    due, decider = _due(office, no), officer(office, town, item)
    inputs = dict(DECISIONS[action])
    if action == "grant_with_gaps":
        inputs["gaps_until"] = (local_day(due) + timedelta(days=3)).isoformat()
    for reason in (None, "", "   ", "\n\t"):
        said = inputs if reason is None else {**inputs, "late_reason": reason}
        with pytest.raises(NotMet) as refused:
            given.act(office, decider, due, no, action, said)
        assert [one.code for one in refused.value.reasons] == ["late_reason_needed"], reason
    given.act(office, decider, due, no, action, {**inputs, "late_reason": LATE})
    given.time_is(office.engine, due)

    asker = by_token(town.applicant)
    assert asker("GET", f"/api/v1/cases/{no}").json["late_reason"] == LATE
    assert asker("GET", f"/api/v1/cases/{no}/time-use").json["missed"]["reason"] == LATE


@pytest.mark.parametrize("action", DECISIONS)
def test_however_a_case_is_decided_in_time_nobody_is_asked_for_a_reason(
    action: str, by_token: ByToken, town: Town, office: Office
) -> None:
    item, no = _in_review(office, town, with_gap=action == "grant_with_gaps")
    last = _due(office, no) - timedelta(seconds=1)
    inputs = dict(DECISIONS[action])
    if action == "grant_with_gaps":
        inputs["gaps_until"] = (local_day(last) + timedelta(days=3)).isoformat()
    given.act(office, officer(office, town, item), last, no, action, inputs)
    given.time_is(office.engine, last)
    assert by_token(town.applicant)("GET", f"/api/v1/cases/{no}/time-use").json["missed"] is None


def _in_review(office: Office, town: Town, with_gap: bool) -> tuple[str, str]:
    """An item and its case in review since 3 March; ``with_gap``: a paper that may follow is still missing."""
    item = next(
        item
        for item in office.catalogue.items.values()
        if item.promised
        and item.promised.limit.unit is Unit.WORKING_DAY
        and not item.promised.instant
        and not item.must_precede
        and with_gap in (False, any(paper.required and paper.may_follow for paper in item.materials))
    )
    no = given.application(office, town, moment("2026-03-02"), [item.code]).cases[item.code]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    if with_gap:
        missing = [paper.code for paper in item.materials if paper.required and paper.may_follow]
        with office.engine.begin() as conn:
            conn.execute(text("DELETE FROM materials WHERE code = ANY(:codes)"), {"codes": missing})
    return item.code, no


def _due(office: Office, no: str) -> datetime:
    with office.engine.begin() as conn:
        return conn.execute(
            text(
                "SELECT due_at FROM clocks WHERE name = 'promised' AND case_id = (SELECT id FROM cases WHERE no = :no)"
            ),
            {"no": no},
        ).scalar_one()


def test_missed_promises_are_counted_with_their_reasons(
    by_token: ByToken, town: Town, cases: dict[str, str], office: Office
) -> None:
    for item in ITEMS[1:]:
        said = {**DECISIONS["refuse"], "late_reason": LATE}
        given.act(office, officer(office, town, item), moment("2026-03-31", "16:00"), cases[item], "refuse", said)
    given.time_is(office.engine, moment("2026-04-01"))
    watcher = by_token(town.district_leader)
    told = watcher("GET", "/api/v1/time-use", query_string=MARCH).json
    assert (told["all"]["cases"], told["all"]["missed"], told["all"]["unexplained"]) == (3, 2, 0)
    listed = watcher("GET", "/api/v1/time-use/cases", query_string=MARCH | {"kind": "missed"}).json
    assert [one["missed"]["reason"] for one in listed["items"]] == [LATE, LATE]


def test_lists_come_in_pages_that_follow_each_other(
    by_token: ByToken, town: Town, cases: dict[str, str], office: Office
) -> None:
    for item in ITEMS[1:]:
        given.act(office, officer(office, town, item), moment("2026-03-05"), cases[item], "refuse", DECISIONS["refuse"])
    watcher = by_token(town.admin)
    seen, cursor = [], None
    while True:
        query = MARCH | {"limit": "1"} | ({"cursor": cursor} if cursor else {})
        told = watcher("GET", "/api/v1/time-use/cases", query_string=query).json
        assert told["count"] == 3
        seen += [one["no"] for one in told["items"]]
        cursor = told["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(cases.values())
    assert len(seen) == 3


def test_figures_are_for_those_who_watch_and_a_director_watches_the_own_department(
    by_token: ByToken, town: Town, cases: dict[str, str]
) -> None:
    for actor in (town.applicant, town.clerk, town.officers["QX"], town.specialist, town.squad_leader):
        assert by_token(actor)("GET", "/api/v1/time-use").status_code == 403
    own = by_token(town.directors["QX"])("GET", "/api/v1/time-use", query_string=MARCH).json
    assert [one["department"] for one in own["departments"]] == ["QX"]
    other = by_token(town.directors["ZG"])
    assert other("GET", "/api/v1/time-use", query_string=MARCH).json["departments"] == []
    refused = other("GET", "/api/v1/time-use", query_string=MARCH | {"department": "QX"})
    assert refused.status_code == 400
    assert refused.json["reasons"][0]["facts"]["accepted"] == ["ZG"]


def test_a_period_that_cannot_be_is_refused_by_name(by_token: ByToken, town: Town) -> None:
    watcher = by_token(town.supervisor)
    for query in (
        {"from": "2026-03-02", "to": "2026-03-01"},
        {"from": "2020-01-01", "to": "2026-03-01"},
        {"from": "yesterday"},
        {"department": "XX"},
        {"kind": "slow"},
        {"until": "2026-03-01"},
    ):
        refused = watcher("GET", "/api/v1/time-use/cases", query_string=query)
        assert refused.status_code == 400, query
        assert refused.json["reasons"][0]["facts"]["field"] in query, query


def test_the_figures_are_one_statement_and_read_no_case_by_scanning(
    town: Town, cases: dict[str, str], office: Office
) -> None:
    with given.at(office, town.supervisor, moment("2026-03-16")) as work, statements(work.conn) as sent:
        figures(work, Period())
        [statement] = [one for one in sent if "FROM cases c" in one[0]]
        work.conn.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(work.conn.exec_driver_sql("EXPLAIN " + statement[0], statement[1]).scalars())
    assert "cases_ended" in plan
    assert "Seq Scan" not in plan


@contextmanager
def statements(conn: Connection) -> Iterator[list[tuple[str, Any]]]:
    """Every statement sent on a connection, with its parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        sent.append((statement, parameters))

    event.listen(conn, "before_cursor_execute", note)
    yield sent
    event.remove(conn, "before_cursor_execute", note)
