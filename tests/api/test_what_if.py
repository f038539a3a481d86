"""What if, by JSON: of one case for whoever may see it, of all live cases for those who look at many; nothing saved."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from workflow.actor import Actor, Grant
from workflow.clock.limit import parse_limit
from workflow.hypotheses import SupposedPause
from workflow.queries.what_if_all import case_ids, limit_preview, pause_preview
from workflow.work import Office

Callers = Callable[[Actor], Caller]
NOW = given.moment("2026-03-02")
PAUSE = {"since": "2026-03-04", "until": "2026-03-11", "cause": "expert_review"}


@pytest.fixture
def town(office: Office, engine: Engine) -> Town:
    """People and a project on Monday, 2 March 2026."""
    given.time_is(engine, NOW)
    return given.town(office)


@pytest.fixture
def no(office: Office, town: Town) -> str:
    """A case in review, five working days promised."""
    found = given.application(office, town, NOW, ["LX10"]).cases["LX10"]
    given.act(office, town.clerk, NOW, found, "accept")
    return found


def asked(caller: Caller, path: str, **question: Any) -> Any:
    answer = caller("POST", f"/api/v1/{path}", json=question)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def refused(caller: Caller, path: str, status: int, **question: Any) -> Any:
    answer = caller("POST", f"/api/v1/{path}", json=question)
    assert answer.status_code == status, answer.get_json()
    return answer.get_json()


def everything(engine: Engine) -> dict[str, str]:
    """What stands in every table that a deed could write to."""
    with engine.connect() as conn:
        names = conn.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tokens'")
        ).scalars()
        rows = "SELECT md5(coalesce(string_agg(r::text, '|' ORDER BY r::text), '')) FROM {} r"
        return {name: conn.execute(text(rows.format(name))).scalar_one() for name in list(names)}


def test_a_pause_that_is_only_supposed_tells_old_and_new_date_of_every_clock(
    by_token: Callers, town: Town, no: str
) -> None:
    found = asked(by_token(town.officers["QX"]), f"cases/{no}/what-if", pauses=[PAUSE])
    ends = {one["before"]["name"]: (one["before"]["due_on"], one["after"]["due_on"]) for one in found["clocks"]}
    assert ends["promised"] == ("2026-03-09", "2026-03-16")
    assert (found["lawful"], found["turns"]) == (True, None)
    assert {move["clock"] for move in found["moves"]} == {"statutory", "promised"}
    assert found["steps"][0]["by"] == ["officer"]
    promised = next(one for one in found["clocks"] if one["before"]["name"] == "promised")
    assert "届满日 3月16日（周一）" in promised["sentence"]["zh"]
    assert "ends Mon 16 Mar 2026" in promised["sentence"]["en"]


def test_what_the_law_forbids_is_calculated_with_the_reasons(by_token: Callers, town: Town, no: str) -> None:
    found = asked(by_token(town.supervisor), f"cases/{no}/what-if", extension=40)
    assert found["lawful"] is False
    assert [reason["code"] for reason in found["steps"][0]["reasons"]] == ["extension_too_long"]
    assert [move["clock"] for move in found["moves"]] == ["statutory"]


def test_a_limit_of_one_day_turns_the_case_overdue(engine: Engine, by_token: Callers, town: Town, no: str) -> None:
    given.time_is(engine, given.moment("2026-03-05"))
    found = asked(by_token(town.applicant), f"cases/{no}/what-if", limits={"promised": "1wd"})
    assert (found["turns"], found["steps"]) == ("overdue", [])
    kind = asked(by_token(town.applicant), f"cases/{no}/what-if", limits={"promised": "9wd"}, running="favourable")
    assert kind["moves"] == []


def test_a_rest_day_moves_the_clocks_of_one_case_and_of_all_alike(by_token: Callers, town: Town, no: str) -> None:
    one = asked(by_token(town.clerk), f"cases/{no}/what-if", rest=["2026-03-05"])
    many = asked(by_token(town.admin), "what-if", rest=["2026-03-05"])
    assert one["moves"] == next(row["moves"] for row in many["preview"]["rows"] if row["no"] == no)
    assert many["preview"]["later"] == 2
    assert one["calendar_version"] == many["preview"]["new_version"]


def test_a_limit_of_an_item_is_asked_of_all_its_running_cases(
    engine: Engine, office: Office, by_token: Callers, town: Town, no: str
) -> None:
    other = given.application(office, town, NOW, ["LX06"]).cases["LX06"]
    given.act(office, town.clerk, NOW, other, "accept")
    given.time_is(engine, given.moment("2026-03-05"))
    found = asked(by_token(town.supervisor), "what-if", item="LX10", limits={"promised": "2wd"})
    assert [row["no"] for row in found["preview"]["rows"]] == [no]
    assert (found["preview"]["newly_overdue"], found["preview"]["earlier"]) == (1, 1)
    longer = {"item": "LX10", "limits": {"promised": "9wd"}}
    assert asked(by_token(town.supervisor), "what-if", **longer)["preview"]["later"] == 1
    assert asked(by_token(town.supervisor), "what-if", **longer, running="favourable")["preview"]["cases"] == 0


def test_an_overdue_case_becomes_safe_and_is_counted_so(engine: Engine, by_token: Callers, town: Town, no: str) -> None:
    given.time_is(engine, given.moment("2026-03-12"))
    found = asked(by_token(town.directors["QX"]), "what-if", item="LX10", limits={"promised": "15wd"})
    assert (found["preview"]["newly_safe"], found["preview"]["rows"][0]["turns"]) == (1, "safe")


def test_a_pause_of_all_counts_once_with_the_pauses_there_are_and_names_who_may_not_have_it(
    office: Office, by_token: Callers, town: Town, no: str
) -> None:
    other = given.application(office, town, NOW, ["GC01"]).cases["GC01"]
    given.act(office, town.clerk, NOW, other, "accept")
    own = {"cause": "expert_review", "until": "2026-03-11", "reason": "评审"}
    given.act(office, town.officers["QX"], NOW, no, "start_special", own)
    supposed = {"since": "2026-03-03", "until": "2026-03-06", "cause": "tender"}
    found = asked(by_token(town.district_leader), "what-if", pause=supposed)
    # The paused one stands still anyway.
    assert [row["no"] for row in found["preview"]["rows"]] == [other]
    assert sum(one["cases"] for one in found["warnings"]) == found["unlawful"]
    only = asked(by_token(town.district_leader), "what-if", pause=supposed, department="QX")
    assert only["preview"]["cases"] == 0


def test_a_director_asks_of_the_own_department_and_nobody_else_of_many(
    office: Office, by_token: Callers, town: Town, no: str
) -> None:
    pause = {"since": "2026-03-03", "until": "2026-03-06", "cause": "hearing"}
    for code, cases in (("QX", 1), ("ZG", 0)):
        director = by_token(town.directors[code])
        assert asked(director, "what-if", pause=pause)["preview"]["cases"] == cases
        assert asked(director, "what-if", rest=["2026-03-05"])["preview"]["cases"] == cases
        assert asked(director, "what-if", item="LX10", limits={"promised": "9wd"})["preview"]["cases"] == cases
    for person in (town.applicant, town.clerk, town.officers["QX"], town.specialist):
        assert refused(by_token(person), "what-if", 403, pause=pause)["code"] == "role_required"


def test_only_who_may_see_the_case_may_ask(
    engine: Engine, by_token: Callers, anyone: Caller, town: Town, no: str
) -> None:
    with engine.begin() as conn:
        stranger = given.person(conn, "stranger", Grant("applicant", company=given.company(conn, 2)))
    assert refused(by_token(stranger), f"cases/{no}/what-if", 404, pauses=[PAUSE])["code"] == "no_such_case"
    assert refused(by_token(town.officers["ZG"]), f"cases/{no}/what-if", 404, extension=1)["code"] == "no_such_case"
    assert refused(anyone, f"cases/{no}/what-if", 401, pauses=[PAUSE])["code"] == "sign_in_required"
    assert asked(by_token(town.applicant), f"cases/{no}/what-if", pauses=[PAUSE])["moves"]


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({}, "pauses"),
        ({"pauses": [{**PAUSE, "until": "2026-03-01"}]}, "pauses.0.until"),
        ({"pauses": [{**PAUSE, "cause": "rain"}]}, "pauses.0.cause"),
        ({"pauses": [{"since": "2026-03-04"}]}, "pauses.0.cause"),
        ({"pauses": [{**PAUSE, "since": "2026-02-30"}]}, "pauses.0.since"),
        ({"pauses": [PAUSE] * 21}, "pauses"),
        ({"extension": 1001}, "extension"),
        ({"extension": "10"}, "extension"),
        ({"limits": {"promised": "5"}}, "limits.promised"),
        ({"limits": {"delivery": "5wd"}}, "limits.delivery"),
        ({"limits": ["5wd"]}, "limits"),
        ({"limits": {"promised": "999999wd"}}, "limits.promised"),
        ({"limits": {"promised": "5wd"}, "running": "old"}, "running"),
        ({"resume_on": "2026-03-05"}, "resume_on"),
        ({"received_on": "2026-03-05"}, "received_on"),
        ({"accepted_on": "2026-02-27"}, "accepted_on"),
        ({"rest": ["2026-03-05"], "worked": ["2026-03-05"]}, "worked"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_nonsense_about_a_case_is_refused_naming_the_field(
    by_token: Callers, town: Town, no: str, question: Any, field: str
) -> None:
    problem = refused(by_token(town.clerk), f"cases/{no}/what-if", 400, **question)
    assert [reason["facts"]["field"] for reason in problem["reasons"]] == [field]
    assert problem["reasons"][0]["zh"]


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({}, "rest"),
        ({"rest": ["2026-03-05"], "pause": PAUSE}, "pause"),
        ({"limits": {"promised": "5wd", "statutory": "9wd"}, "item": "LX10"}, "limits"),
        ({"limits": {"promised": "5wd"}}, "item"),
        ({"limits": {"promised": "5wd"}, "item": "XX99"}, "item"),
        ({"limits": {"hoped": "5wd"}, "item": "LX10"}, "limits.hoped"),
        ({"limits": {"promised": "90min"}, "item": "LX10"}, "limits.promised"),
        ({"limits": {"promised": "99999wd"}, "item": "LX10"}, "limits.promised"),
        ({"pause": PAUSE, "department": "XX"}, "department"),
        ({"pause": {**PAUSE, "cause": "rain"}}, "pauses.0.cause"),
        ({"rest": ["1800-01-01"]}, "rest.0"),
        ({"rest": ["2026-03-05"], "most": 0}, "most"),
    ],
)
def test_nonsense_about_all_is_refused_naming_the_field(
    by_token: Callers, town: Town, question: Any, field: str
) -> None:
    problem = refused(by_token(town.admin), "what-if", 400, **question)
    assert [reason["facts"]["field"] for reason in problem["reasons"]] == [field]


def test_asking_changes_nothing_in_the_database(engine: Engine, by_token: Callers, town: Town, no: str) -> None:
    person = by_token(town.admin)
    before = everything(engine)
    for question in ({"pauses": [PAUSE]}, {"extension": 5}, {"limits": {"promised": "1wd"}}, {"rest": ["2026-03-05"]}):
        asked(person, f"cases/{no}/what-if", **question)
    for question in ({"rest": ["2026-03-05"]}, {"pause": PAUSE}, {"limits": {"promised": "1wd"}, "item": "LX10"}):
        asked(person, "what-if", **question)
    after = everything(engine)
    assert {name for name, mark in before.items() if after[name] != mark} == set()
    assert len(before) > 10


def test_many_cases_cost_no_more_statements_than_few(office: Office, engine: Engine, town: Town) -> None:
    pause = SupposedPause(NOW.date(), None, "hearing")
    counts = []
    for _ in range(2):
        for case in given.application(office, town, NOW, ["LX10", "LX06", "GC01"]).cases.values():
            given.act(office, town.clerk, NOW, case, "accept")
        sent: list[str] = []
        listen = lambda conn, cursor, statement, *rest: sent.append(statement)  # noqa: E731, B023
        with given.at(office, town.admin, NOW) as work:
            event.listen(engine, "before_cursor_execute", listen)
            found = pause_preview(work, pause)
            limit_preview(work, "LX10", "promised", parse_limit("9wd"))
            event.remove(engine, "before_cursor_execute", listen)
        counts.append((found.preview.cases, len(sent)))
    assert counts[0][0] == 3
    assert counts[1][0] == 6
    assert counts[0][1] == counts[1][1]


@pytest.mark.parametrize(
    ("conditions", "index"),
    [
        (["c.item = :item"], "cases_of_item"),
        # Which of the partial indexes of open cases is best depends on how many there are.
        (["c.ended_at IS NULL", "c.department = :department"], "cases_open"),
        (["c.ended_at IS NULL"], "cases_open"),
    ],
)
def test_the_cases_are_found_through_an_index(
    office: Office, engine: Engine, town: Town, conditions: list[str], index: str
) -> None:
    sent: list[Any] = []
    with given.at(office, town.admin, NOW) as work:
        listen = lambda conn, cursor, statement, parameters, *rest: sent.append((statement, parameters))  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        case_ids(work, conditions, {"item": "LX10", "department": "QX"})
        event.remove(engine, "before_cursor_execute", listen)
        work.conn.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(work.conn.exec_driver_sql("EXPLAIN " + sent[0][0], sent[0][1]).scalars())
    assert index in plan, plan
    assert "Seq Scan" not in plan
