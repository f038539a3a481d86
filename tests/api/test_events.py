"""The event feed: everything in one order, again from any point, as far as one may see it, and of nobody."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town, moment
from workers.caretaker import attend
from workers.duties import DUTIES
from workflow.actor import Actor, Grant
from workflow.commands.acknowledge_alert import acknowledge_alert
from workflow.commands.fire_rungs import sweep
from workflow.event_kinds import KINDS
from workflow.store import feed
from workflow.work import Office

EVENTS = "/api/v1/events"
FILED = moment("2026-03-02")

ByToken = Callable[[Actor], Caller]


def sequence(office: Office) -> None:
    attend(office, [duty for duty in DUTIES if duty.name == "sequence"])


def a_life(office: Office, town: Town) -> dict[str, str]:
    """Three items: one paused and on again, one extended, one delivered, cards, an acknowledgement, a correction."""
    cases = given.application(office, town, FILED, ["LX10", "LX06", "LX12"]).cases
    given.time_is(office.engine, moment("2026-03-06", "09:00"))
    sweep(office)
    friday = moment("2026-03-06", "10:00")
    with office.engine.connect() as conn:
        alert = conn.execute(text("SELECT id, person_id FROM alerts ORDER BY (card = 'yellow') DESC, id LIMIT 1")).one()
    who = next(one for one in [town.clerk, *town.officers.values(), *town.directors.values()] if one.id == alert[1])
    with given.at(office, who, friday) as work:
        acknowledge_alert(work, alert[0], "已看到，今天办")
    for no in cases.values():
        given.act(office, town.clerk, friday, no, "accept")
    officer = town.officers["QX"]
    pause = {"cause": "expert_review", "until": "2026-03-20", "reason": "组织节能专家评审，联系张三"}
    given.act(office, officer, moment("2026-03-09"), cases["LX10"], "start_special", pause)
    given.act(office, officer, moment("2026-03-11"), cases["LX10"], "end_special", {"result": "评审通过"})
    given.act(office, officer, moment("2026-03-12"), cases["LX12"], "grant", {"opinion": "符合要求"})
    given.act(
        office, town.clerk, moment("2026-03-13"), cases["LX12"], "deliver", {"way": "window", "recipient": "王敏"}
    )
    sequence(office)
    return cases


def pages(caller: Caller, **query: Any) -> Iterator[dict[str, Any]]:
    """Every page from ``after`` on, until the head."""
    while True:
        answer = caller("GET", EVENTS, query_string=query)
        assert answer.status_code == 200, answer.text
        yield answer.json
        if answer.json["next_after"] == answer.json["head"]:
            return
        query = {**query, "after": answer.json["next_after"]}
        query.pop("since", None)


def everything(caller: Caller, **query: Any) -> list[dict[str, Any]]:
    return [event for page in pages(caller, **query) for event in page["events"]]


def test_every_line_of_history_is_told_once_in_order_and_a_case_keeps_its_own(
    office: Office, town: Town, by_token: ByToken
) -> None:
    cases = a_life(office, town)
    told = everything(by_token(town.supervisor), limit=7)

    ids = [event["id"] for event in told]
    assert len(ids) == len(set(ids))
    assert [event["position"] for event in told] == sorted(event["position"] for event in told)
    with office.engine.connect() as conn:
        lines = conn.execute(text("SELECT count(*) FROM events")).scalar_one()
    assert len({event["position"] for event in told if event["case"]}) == lines
    one = [event for event in told if event["case"] == cases["LX12"]]
    assert [event["kind"] for event in one if event["kind"].startswith(("case.", "document."))] == [
        "case.opened",
        "document.issued",
        "case.advanced",
        "document.issued",
        "case.advanced",
        "document.issued",
        "case.advanced",
        "case.ended",
        "document.issued",
    ]
    assert one[0]["data"] == {"state": "received"}
    assert [event["data"]["outcome"] for event in one if event["kind"] == "case.ended"] == ["granted"]


def test_what_happened_is_told_in_public_words(office: Office, town: Town, by_token: ByToken) -> None:
    cases = a_life(office, town)
    told = everything(by_token(town.admin))
    count = Counter(event["kind"] for event in told)
    paused = next(event for event in told if event["kind"] == "clock.paused")
    resumed = next(event for event in told if event["kind"] == "clock.resumed")
    card = next(event for event in told if event["kind"] == "card.raised")
    seen = next(event for event in told if event["kind"] == "alert.acknowledged")
    document = next(event for event in told if event["kind"] == "document.issued")

    assert set(count) <= set(KINDS)
    assert (count["clock.paused"], count["clock.resumed"], count["alert.acknowledged"]) == (1, 1, 1)
    assert (paused["case"], paused["by"]) == (cases["LX10"], "officer")
    assert paused["data"]["cause"] == "expert_review"
    assert paused["data"]["since"] == "2026-03-09"
    assert resumed["data"]["until"] == "2026-03-11"
    assert card["data"]["card"] == "yellow"
    assert card["by"] == "clock"
    assert seen["data"]["card"] == "yellow"
    assert document["data"]["number"].startswith(document["case"])
    assert {event["project"] for event in told} == {town.project.code}


def test_every_event_fits_the_published_schema_and_a_kind_of_its_own(
    office: Office, town: Town, by_token: ByToken
) -> None:
    a_life(office, town)
    caller = by_token(town.admin)
    schema = caller("GET", f"{EVENTS}/schema").json
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    for event in everything(caller):
        assert list(validator.iter_errors(event)) == []
        assert list(validator.iter_errors({**event, "data": {**event["data"], "strange": 1}}))
    assert {one["title"] for one in schema["oneOf"]} == set(KINDS)
    documented = caller("GET", "/api/v1/openapi.json").json["components"]["schemas"]["Event"]
    assert {one["title"] for one in documented["properties"]["data"]["anyOf"]} == set(KINDS)


def test_no_person_and_no_word_of_a_person_is_in_it(office: Office, town: Town, by_token: ByToken) -> None:
    a_life(office, town)
    words = json.dumps(everything(by_token(town.admin)), ensure_ascii=False)

    for actor in (town.clerk, town.applicant, *town.officers.values(), *town.directors.values()):
        assert actor.name not in words
    for said in ("张三", "王敏", "已看到", "符合要求", "评审通过", "person", "told", "filename"):
        assert said not in words


def test_an_applicant_reads_the_own_company_and_nothing_internal(office: Office, town: Town, by_token: ByToken) -> None:
    a_life(office, town)
    asked = {
        "question": "总部基地设计方案是否满足各专业要求",
        "department": "QX",
        "departments": ["ZG", "ZJ"],
        "answer_by": "2026-03-20",
    }
    given.opened(office, town.specialist, moment("2026-03-13"), "consultation", asked, on=town.project.code)
    with office.engine.begin() as conn:
        other = given.company(conn, 2)
        stranger = given.person(conn, "stranger", Grant("applicant", company=other))
    sequence(office)

    all_, mine = everything(by_token(town.supervisor)), everything(by_token(town.applicant))

    assert {event["flow"] for event in all_} - {event["flow"] for event in mine} == {"opinion"}
    assert [event for event in all_ if event["flow"] not in (None, "opinion")] == [
        event for event in mine if event["flow"] is not None
    ]
    nothing = by_token(stranger)("GET", EVENTS).json
    assert nothing["events"] == []
    assert nothing["next_after"] == nothing["head"] > 0


def test_read_again_from_any_point_it_is_the_same(office: Office, town: Town, by_token: ByToken) -> None:
    a_life(office, town)
    caller = by_token(town.supervisor)
    told = everything(caller)
    middle = told[len(told) // 2]["position"]

    assert everything(caller, after=middle) == [event for event in told if event["position"] > middle]
    assert everything(caller) == told
    assert everything(caller, kinds=["card.raised", "case.ended"], limit=3) == [
        event for event in told if event["kind"] in ("card.raised", "case.ended")
    ]


def test_since_a_moment_nothing_is_missed(office: Office, town: Town, by_token: ByToken) -> None:
    a_life(office, town)
    caller = by_token(town.supervisor)
    with office.engine.begin() as conn:
        # as if positions had been given a minute apart
        conn.execute(text("UPDATE stream SET at = timestamptz '2026-03-02 08:00+08' + position * interval '1 minute'"))
        head = conn.execute(text("SELECT position FROM stream_head")).scalar_one()
    start = moment("2026-03-02", "08:00")

    for position in (0, 1, 7, head - 1, head, head + 5):
        at = (start + timedelta(minutes=position)).isoformat()
        assert everything(caller, since=at) == everything(caller, after=min(max(position - 1, 0), head))


def test_who_waits_is_answered_as_soon_as_something_happens(
    office: Office, town: Town, by_token: ByToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    given.application(office, town, FILED)
    sequence(office)
    caller = by_token(town.supervisor)
    head = caller("GET", EVENTS).json["head"]

    def meanwhile(seconds: float) -> None:
        given.help_request(office, town, FILED)
        sequence(office)

    monkeypatch.setattr("api.resources.events.time.sleep", meanwhile)
    answer = caller("GET", EVENTS, query_string={"after": head, "wait": 20}).json

    assert answer["events"][0]["kind"] == "case.opened"
    assert answer["events"][0]["flow"] == "assistance"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("kinds=case.exploded", "kinds"),
        ("after=99999999", "after"),
        ("after=-1", "after"),
        ("after=x", "after"),
        ("since=yesterday", "since"),
        ("after=1&since=2026-03-02", "since"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("wait=21", "wait"),
        ("before=1", "before"),
    ],
)
def test_a_question_that_cannot_be_is_refused_by_field_with_what_is_accepted(
    query: str, field: str, town: Town, by_token: ByToken
) -> None:
    refused = by_token(town.supervisor)("GET", f"{EVENTS}?{query}")

    assert refused.status_code == 400
    [reason] = refused.json["reasons"]
    assert reason["facts"]["field"] == field
    if field == "kinds":
        assert reason["facts"]["accepted"] == list(KINDS)


def test_a_page_reads_its_window_by_key_however_long_the_stream(office: Office, town: Town) -> None:
    a_life(office, town)
    with office.engine.begin() as conn:
        conn.execute(
            text("INSERT INTO stream (position, kind, ref) SELECT n, 'alert', 1 FROM generate_series(1000, 60000) n")
        )
        conn.execute(text("UPDATE stream_head SET position = 60000"))
        conn.execute(text("ANALYZE stream"))
        page = feed._PAGE.format(cases="true", projects="true")
        values = {"after": 30000, "window": feed.WINDOW, "limit": 100}
        plan = "\n".join(conn.execute(text(f"EXPLAIN (COSTS OFF) {page}"), values).scalars())
    assert "Seq Scan on stream s" not in plan
    assert "Seq Scan on events" not in plan
