"""Rungs fire when they are due, once, whatever happened before."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.given import Town, moment
from tests.workers.waiting import number
from workflow.commands.fire_rungs import fire_due, sweep
from workflow.queries.verify import verify
from workflow.store import timers
from workflow.work import Office

FILED = moment("2026-03-02")
YELLOW = moment("2026-03-06", "09:00")
SILENCE = moment("2026-03-10", "00:05")


def lines(office: Office, no: str) -> list[str]:
    """The actions of a case's history, in order."""
    with office.engine.connect() as conn:
        rows = conn.execute(
            text("SELECT e.action FROM events e JOIN cases c ON c.id = e.case_id WHERE c.no = :no ORDER BY e.seq"),
            {"no": no},
        ).scalars()
        return list(rows)


def clock(office: Office, no: str, name: str) -> Any:
    """One clock of a case as the database has it."""
    with office.engine.connect() as conn:
        return conn.execute(
            text("""
SELECT k.id, k.state, k.epoch, k.rung, k.attempts, k.error, k.round, nullif(k.fire_at, 'infinity') AS fire_at
FROM clocks k JOIN cases c ON c.id = k.case_id WHERE c.no = :no AND k.name = :name ORDER BY k.round DESC LIMIT 1"""),
            {"no": no, "name": name},
        ).one()


def told(office: Office, no: str, action: str) -> list[tuple[str, str]]:
    """Who was told by a line of history: user name and role, in their order."""
    with office.engine.connect() as conn:
        said = conn.execute(
            text("SELECT input FROM events WHERE case_id = (SELECT id FROM cases WHERE no = :no) AND action = :action"),
            {"no": no, "action": action},
        ).scalar_one()
        names = {row.id: row.username for row in conn.execute(text("SELECT id, username FROM people"))}
    return [(names[one["person"]], one["role"]) for one in said["told"]]


def test_a_rung_fires_at_its_moment_and_never_before(office: Office, town: Town) -> None:
    given.application(office, town, FILED, ["LX01"])
    given.time_is(office.engine, YELLOW - timedelta(seconds=30))
    assert sweep(office).done == 0
    given.time_is(office.engine, YELLOW)
    assert fire_due(office).fired == 1
    assert sweep(office).done == 0


def test_a_fired_rung_writes_history_claim_alerts_and_one_message(office: Office, town: Town) -> None:
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    given.time_is(office.engine, YELLOW)
    sweep(office)
    with office.engine.connect() as conn:
        line = conn.execute(text("SELECT * FROM events WHERE action LIKE 'rung:%'")).one()
        claim = conn.execute(text("SELECT clock_id, epoch, rung, moment_at FROM firings")).one()
        alerts = conn.execute(text("SELECT card, role, rung FROM alerts ORDER BY id")).all()
        message = conn.execute(text("SELECT effect_key, channel FROM outbox WHERE effect_key LIKE 'rung:%'")).one()
        case = conn.execute(text("SELECT version, rev, seq, chain_head FROM cases WHERE no = :no"), {"no": no}).one()
    assert (line.action, line.from_state, line.to_state, line.actor_role) == (
        "rung:completeness:0",
        "received",
        "received",
        "clock",
    )
    assert line.effective_at == YELLOW
    assert line.input["card"] == "yellow"
    assert line.input["due_on"] == "2026-03-09"
    assert line.input["provisional"] is False
    assert told(office, no, line.action) == [("clerk", "assignee"), ("director_qx", "director")]
    assert (claim.epoch, claim.rung, claim.moment_at) == (1, 0, YELLOW)
    assert [tuple(alert) for alert in alerts] == [("yellow", "assignee", 0), ("yellow", "director", 0)]
    assert message.effect_key == f"rung:{claim.clock_id}:1:0"
    assert message.channel == "tell"
    assert (case.version, case.seq, bytes(case.chain_head)) == (1, 2, bytes(line.hash))
    assert verify(office).breaches == ()


def test_silence_accepts_by_the_real_sweep_and_dates_it_back(office: Office, town: Town) -> None:
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    given.time_is(office.engine, SILENCE)
    result = sweep(office)
    assert result.acted == 1
    with office.engine.connect() as conn:
        case = conn.execute(text("SELECT state, accepted_at, data FROM cases WHERE no = :no"), {"no": no}).one()
        line = conn.execute(text("SELECT * FROM events WHERE action = 'accept_by_silence'")).one()
    assert case.state == "in_review"
    assert case.accepted_at == line.effective_at == FILED
    assert line.recorded_at >= SILENCE
    assert case.data["acceptance_mode"] == "deemed"
    assert clock(office, no, "completeness").state == "settled"
    assert number(office.engine, "SELECT count(*) FROM documents WHERE kind = 'acceptance_notice'") == 1
    assert verify(office).breaches == ()


def test_an_action_of_the_clock_that_stays_in_its_state_is_taken_once_and_the_ladder_goes_on(
    office: Office, town: Town
) -> None:
    item = office.flow("item")
    urge = replace(item.actions["accept_by_silence"], name="urge", target=None, marks=None, effective=None, issues=())
    completeness = item.clocks["completeness"]
    yellow, silence = completeness.ladder
    ladder = (replace(yellow, card=None, tell=(), act="urge"), silence)
    urging = replace(
        item,
        actions={**item.actions, "urge": urge},
        clocks={**item.clocks, "completeness": replace(completeness, ladder=ladder)},
        digest="with urge",
    )
    office = replace(office, flows={**office.flows, item.key: urging})
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    given.time_is(office.engine, YELLOW)
    assert sweep(office).acted == 1
    assert sweep(office).done == 0
    assert lines(office, no) == ["submit", "urge"]
    given.time_is(office.engine, SILENCE)
    sweep(office)
    assert lines(office, no)[2] == "accept_by_silence"


def test_after_an_outage_late_rungs_fire_in_the_order_of_the_ladder_with_their_own_moments(
    office: Office, town: Town
) -> None:
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    given.time_is(office.engine, moment("2026-06-01"))
    sweep(office)
    fired = [line for line in lines(office, no) if line.startswith("rung:promised")]
    assert fired == [f"rung:promised:{rung}" for rung in range(4)]
    with office.engine.connect() as conn:
        rows = conn.execute(
            text("SELECT effective_at, recorded_at FROM events WHERE action LIKE 'rung:promised%' ORDER BY seq")
        ).all()
    assert [row.effective_at for row in rows] == sorted(row.effective_at for row in rows)
    assert all(row.recorded_at >= moment("2026-06-01") > row.effective_at for row in rows)
    assert clock(office, no, "promised").state == "spent"
    assert verify(office).breaches == ()


def test_of_several_due_clocks_on_one_case_a_batch_fires_only_the_earliest(office: Office, town: Town) -> None:
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    given.time_is(office.engine, moment("2026-06-01"))
    assert fire_due(office).fired == 1
    assert sweep(office).fired == 7


def test_a_paused_clock_does_not_fire(office: Office, town: Town) -> None:
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    officer = town.officers["QX"]
    inputs = {"cause": "expert_review", "until": "2026-03-20", "reason": "专家评审"}
    given.act(office, officer, moment("2026-03-03", "11:00"), no, "start_special", inputs)
    given.time_is(office.engine, moment("2026-03-25"))
    sweep(office)
    assert clock(office, no, "promised").state == "paused"
    assert not [line for line in lines(office, no) if line.startswith(("rung:promised", "rung:statutory"))]
    assert [line for line in lines(office, no) if line.startswith("rung:special_procedure")]


def test_leaving_a_state_disarms_its_clock_and_entering_it_again_arms_a_new_round(office: Office, town: Town) -> None:
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    faults = {"faults": [{"material": "identity", "problem": "照片不清", "fix": "重新上传"}]}
    given.act(office, town.clerk, moment("2026-03-03"), no, "ask_correction", faults)
    assert clock(office, no, "completeness").state == "settled"
    given.time_is(office.engine, YELLOW)
    sweep(office)
    assert "rung:completeness:0" not in lines(office, no)

    with given.at(office, town.applicant, moment("2026-03-09")) as work:
        given.attach(work, given.case_id(office.engine, no), "identity")
    given.act(office, town.applicant, moment("2026-03-09", "11:00"), no, "resubmit")
    again = clock(office, no, "completeness")
    assert (again.state, again.round) == ("armed", 2)
    given.time_is(office.engine, moment("2026-03-13", "09:00"))
    sweep(office)
    assert lines(office, no).count("rung:completeness:0") == 1


def test_a_clock_pushed_back_after_a_warning_warns_again_in_a_new_epoch(office: Office, town: Town) -> None:
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    given.time_is(office.engine, moment("2026-03-30", "10:00"))
    sweep(office)
    before = clock(office, no, "statutory")
    assert before.rung > 0
    inputs = {"days": 10, "reason": "情况复杂，经负责人批准"}
    given.act(office, town.directors["QX"], moment("2026-03-30", "11:00"), no, "extend", inputs)
    after = clock(office, no, "statutory")
    assert (after.epoch, after.rung, after.state) == (2, 0, "armed")
    given.time_is(office.engine, moment("2026-05-30"))
    sweep(office)
    assert lines(office, no).count("rung:statutory:0") == 2
    assert verify(office).breaches == ()


def test_a_role_that_nobody_holds_is_told_one_step_higher(office: Office, town: Town) -> None:
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE people SET active = false WHERE username IN ('squad_leader', 'director_qx')"))
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    given.time_is(office.engine, moment("2026-03-05", "09:00"))
    sweep(office)
    assert told(office, no, "rung:promised:1") == [("officer_qx", "assignee"), ("district_leader", "district_leader")]


def test_a_case_of_nobody_is_told_to_the_desk_whose_turn_it_is(office: Office, town: Town) -> None:
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE cases SET assignee_id = NULL"))
    given.time_is(office.engine, YELLOW)
    sweep(office)
    assert told(office, no, "rung:completeness:0") == [("clerk", "clerk"), ("director_qx", "director")]


def test_a_person_in_two_roles_is_told_once(office: Office, town: Town) -> None:
    with office.engine.begin() as conn:
        conn.execute(
            text("INSERT INTO person_roles (person_id, role, department) VALUES (:id, 'director', 'QX')"),
            {"id": town.clerk.id},
        )
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    given.time_is(office.engine, YELLOW)
    sweep(office)
    assert told(office, no, "rung:completeness:0") == [("clerk", "assignee"), ("director_qx", "director")]


def test_a_rung_that_reaches_nobody_fires_says_so_and_raises_an_alarm(
    office: Office, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE people SET active = false"))
    given.time_is(office.engine, YELLOW)
    assert sweep(office).fired == 1
    with office.engine.connect() as conn:
        said = conn.execute(text("SELECT input FROM events WHERE action = 'rung:completeness:0'")).scalar_one()
    assert said["told"] == []
    assert said["nobody"] == ["assignee", "director"]
    assert "rung:completeness:0" in lines(office, no)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_provisional_date_is_marked_in_history(office: Office, town: Town) -> None:
    horizon = moment("2099-03-02")
    given.application(office, town, horizon, ["LX01"])
    given.time_is(office.engine, horizon + timedelta(days=20))
    sweep(office)
    assert number(office.engine, "SELECT count(*) FROM events WHERE input @> '{\"provisional\": true}'") > 0


def test_help_clocks_of_minutes_fire_round_the_clock(office: Office, town: Town) -> None:
    asked = moment("2026-03-08", "03:00")  # a Sunday night
    no = given.help_request(office, town, asked)
    given.time_is(office.engine, asked + timedelta(hours=30))
    sweep(office)
    assert [line for line in lines(office, no) if line.startswith("rung:first_response")] == [
        f"rung:first_response:{rung}" for rung in range(3)
    ]


def test_the_claim_uses_the_index_of_armed_clocks(office: Office, engine: Engine, town: Town) -> None:
    given.application(office, town, FILED)
    with engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO clocks (case_id, name, round, started_at, amount, unit, state, ladder_at, fire_at, calendar_version)
SELECT c.id, 'x', n, now(), 1, 'wd', CASE WHEN n % 2 = 0 THEN 'armed' ELSE 'settled' END, '{}',
  now() + interval '9 years', 'x'
FROM generate_series(1, 10000) n, (SELECT min(id) AS id FROM cases) c""")
        )
        conn.execute(text("ANALYZE clocks"))
    with engine.begin() as conn:
        # As after the fifth execution of a prepared statement: the plan must not depend on parameters.
        conn.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
        plan = conn.execute(text("EXPLAIN (COSTS OFF) " + timers.claim_statement(500).text)).scalars().all()
    words = "\n".join(plan)
    assert words.count("clocks_due") == 2
    assert "Seq Scan on clocks" not in words
    assert "LockRows" in words


def test_the_sweep_waits_for_nobody_and_skips_a_case_in_other_hands(office: Office, town: Town) -> None:
    held = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    free = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    given.time_is(office.engine, YELLOW)
    with office.engine.begin() as officer:
        officer.execute(text("SELECT FROM cases WHERE no = :no FOR NO KEY UPDATE"), {"no": held})
        assert sweep(office).fired == 1
        assert "rung:completeness:0" in lines(office, free)
    assert sweep(office).fired == 1
    assert "rung:completeness:0" in lines(office, held)


def test_a_clock_in_other_hands_is_skipped_with_its_case(office: Office, town: Town) -> None:
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    given.time_is(office.engine, YELLOW)
    held = clock(office, no, "completeness").id
    with office.engine.begin() as other:
        other.execute(text("SELECT FROM clocks WHERE id = :id FOR UPDATE"), {"id": held})
        assert sweep(office).done == 0
    assert sweep(office).fired == 1
