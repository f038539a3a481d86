"""The exchange as it is kept: the same rows however it is followed, nothing deleted, a feed that misses nothing."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests import given
from tests.exchange_checker import CASE, PROJECT, STEP, faults_of
from tests.given import Town, moment
from workflow.cli import main
from workflow.commands.correct_receipt import correct_receipt
from workflow.commands.export_exchange import export_exchange
from workflow.exchange.tables import COMMON, OPINION, TABLES
from workflow.queries import exchange_reconciliation as exchange_reconciliation_module
from workflow.queries.exchange_check import exchange_check
from workflow.queries.exchange_feed import json_lines
from workflow.queries.exchange_reconciliation import exchange_reconciliation
from workflow.store import exchange, exchange_rows, stream
from workflow.store.cases import read
from workflow.work import Office


@pytest.fixture
def town(office: Office) -> Town:
    return given.town(office)


def bring_up_to_date(office: Office, entries: int = 200, projects: int = 10) -> None:
    while True:
        with office.engine.begin() as conn:
            sequenced = stream.sequence(conn)
        if not sequenced and not export_exchange(office, entries, projects):
            return


def objects(office: Office, after: int = 0) -> list[dict[str, Any]]:
    return [json.loads(line) for line in json_lines(office.engine, after)]


def valid_rows(office: Office) -> list[tuple[str, str, str]]:
    """Every valid row without its number and the time of its writing."""
    found = []
    for one in objects(office):
        row = {name: value for name, value in one["row"].items() if name not in ("LSH", "GXSJ")}
        if row["SJYXBS"] == 1:
            found.append((one["table"], row["DFSJZJ"], json.dumps([row, one["flags"]], sort_keys=True)))
    return sorted(found)


def codes(office: Office, no: str) -> list[int]:
    with office.engine.connect() as conn:
        rows = conn.execute(
            text(f"SELECT blzt FROM exchange.{STEP} WHERE spsxslbm = :no AND sjyxbs = 1 ORDER BY blsj"), {"no": no}
        )
        return list(rows.scalars())


def story(office: Office, town: Town) -> dict[str, str]:
    """Cases that went every way: granted, corrected and refused, paused and withdrawn, accepted by silence."""
    items = given.default_items(office)
    first = given.application(office, town, moment("2026-03-02"), items)
    second = given.application(office, town, moment("2026-03-02", "11:00"), items)
    granted, refused, withdrawn = (first.cases[item] for item in items)
    silent, not_ours, received = (second.cases[item] for item in items)
    departments = {no: office.catalogue.items[item].department for item, no in first.cases.items()}
    act = given.act
    act(office, town.clerk, moment("2026-03-03"), granted, "accept")
    officer = town.officers[departments[granted]]
    act(office, officer, moment("2026-03-03", "10:20"), granted, "grant", {"opinion": "同意"})
    act(office, town.clerk, moment("2026-03-04"), granted, "deliver", {"way": "post", "recipient": "经办人"})
    act(office, town.clerk, moment("2026-03-03"), refused, "accept")
    act(office, town.clerk, moment("2026-03-03"), withdrawn, "accept")
    pause = {"cause": "expert_review", "until": "2026-03-12", "reason": "专家评审"}
    officer = town.officers[departments[withdrawn]]
    if "expert_review" not in office.catalogue.items[items[2]].pauses:
        pause["cause"] = office.catalogue.items[items[2]].pauses[0]
    act(office, officer, moment("2026-03-04"), withdrawn, "start_special", pause)
    act(office, town.applicant, moment("2026-03-05"), withdrawn, "withdraw")
    officer = town.officers[departments[refused]]
    act(office, officer, moment("2026-03-06"), refused, "refuse", {"reason": "不符合", "basis": "行政许可法 38"})
    told = {"reason": "不属于本机关", "right_body": "市自然资源和规划局"}
    act(office, town.clerk, moment("2026-03-03"), not_ours, "decline_not_ours", told)
    return {
        "granted": granted,
        "refused": refused,
        "withdrawn": withdrawn,
        "silent": silent,
        "not_ours": not_ours,
        "received": received,
    }


def test_the_tables_in_the_database_are_those_of_the_standard(office: Office) -> None:
    with office.engine.connect() as conn:
        found = conn.execute(
            text("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'exchange'")
        ).all()
    for table in TABLES:
        columns = {row.column_name for row in found if row.table_name == table.name.lower()}
        assert columns == {column.name.lower() for column in (*COMMON, *table.columns)} | {"flags"}


def test_every_way_a_case_can_go_leaves_the_codes_of_the_standard(office: Office, town: Town) -> None:
    nos = story(office, town)
    bring_up_to_date(office)
    assert codes(office, nos["granted"]) == [1, 3, 8, 11]
    assert codes(office, nos["refused"]) == [1, 3, 8, 13]
    assert codes(office, nos["withdrawn"]) == [1, 3, 8, 9, 10, 2]
    assert codes(office, nos["not_ours"]) == [1, 5]
    assert codes(office, nos["received"]) == [1]
    assert faults_of(objects(office), list(nos.values())) == []


def test_a_decision_within_minutes_is_marked_and_goes_out(office: Office, town: Town) -> None:
    nos = story(office, town)
    bring_up_to_date(office)
    with office.engine.connect() as conn:
        flagged = {row.key: row for row in exchange_check(conn, office.catalogue).flagged if row.table == CASE}
    assert flagged[nos["granted"]].flags == ("quick：秒办：受理到办结净用时 20 分钟，少于 60 分钟",)
    assert not flagged[nos["granted"]].stopped


@pytest.mark.parametrize(("entries", "projects"), [(1, 1), (3, 1), (10_000, 100)])
def test_however_the_stream_is_followed_the_same_rows_are_valid_in_the_end(
    office: Office, town: Town, entries: int, projects: int
) -> None:
    story(office, town)
    bring_up_to_date(office)
    at_once = valid_rows(office)
    with office.engine.begin() as conn:
        exchange.wipe(conn)
        # As if it had been there from the first line of the history on.
        conn.execute(text("UPDATE exchange.head SET digest = 'older'"))
        conn.execute(text("UPDATE stream_readers SET position = 0 WHERE name = 'exchange'"))
    bring_up_to_date(office, entries, projects)
    assert valid_rows(office) == at_once
    before = objects(office)
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE stream_readers SET position = 0 WHERE name = 'exchange'"))
    bring_up_to_date(office, entries, projects)
    assert objects(office) == before, "twice is as once: nothing new was written"
    assert faults_of(before) == []


def test_followed_while_it_happens_it_ends_with_the_same_rows(office: Office, town: Town) -> None:
    items = given.default_items(office)
    bring_up_to_date(office)
    made = given.application(office, town, moment("2026-03-02"), items)
    no = made.cases[items[0]]
    officer = town.officers[office.catalogue.items[items[0]].department]
    bring_up_to_date(office)
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    bring_up_to_date(office)
    given.act(office, officer, moment("2026-03-05"), no, "grant", {"opinion": "同意"})
    bring_up_to_date(office)
    followed = valid_rows(office)
    assert faults_of(objects(office)) == []
    with office.engine.begin() as conn:
        exchange.wipe(conn)
    bring_up_to_date(office)
    assert valid_rows(office) == followed


def test_a_corrected_receipt_makes_the_old_event_invalid_and_a_new_one_follows(office: Office, town: Town) -> None:
    no = given.application(office, town, moment("2026-03-04"), given.default_items(office)).cases[
        given.default_items(office)[0]
    ]
    bring_up_to_date(office)
    position = objects(office)[-1]["position"]
    director = town.directors[office.catalogue.items[given.default_items(office)[0]].department]
    with given.at(office, director, moment("2026-03-05")) as work:
        found = read(work.conn, no=no)
        assert found is not None
        correct_receipt(work, no, found.case.version, date(2026, 3, 3), "登记晚了一天")
    bring_up_to_date(office)
    news = objects(office, position)
    assert [one["row"]["SJYXBS"] for one in news if one["table"] == STEP] == [0, 1]
    old, new = (one["row"] for one in news if one["table"] == STEP)
    assert (old["SJWXYY"], old["BLSJ"][:10]) == ("数据变更，以新的有效数据为准", "2026-03-04")
    assert new["BLSJ"][:10] == "2026-03-03"
    assert faults_of(objects(office)) == []


def test_a_project_whose_days_are_turned_round_is_stopped_and_its_cases_wait_by_name(
    office: Office, town: Town
) -> None:
    made = given.application(office, town, moment("2026-03-02"))
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE projects SET splclx = 1, planned_start = '1970-01-01'"))
    bring_up_to_date(office)
    rows = {one["table"]: one["row"] for one in objects(office)}
    assert rows[PROJECT]["SJSCZT"] == -1
    assert rows[PROJECT]["SBYY"] == "NKGSJ：1970-01-01 是占位值"
    assert CASE not in rows
    with office.engine.connect() as conn:
        held = {row.key: row.sentence for row in exchange_check(conn, office.catalogue).held if row.table == CASE}
        assert exchange_reconciliation(office, conn, anew=True).equal
    assert set(held) == set(made.cases.values())
    assert all(sentence.startswith("项目未上传：") for sentence in held.values())
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE projects SET planned_start = '2026-06-01'"))
    bring_up_to_date(office)
    assert faults_of(objects(office), list(made.cases.values())) == []
    with office.engine.connect() as conn:
        assert exchange_check(conn, office.catalogue).held == ()


def test_a_type_of_project_that_the_city_has_no_flow_for_is_held_back_by_name(office: Office, town: Town) -> None:
    given.application(office, town, moment("2026-03-02"))
    flows = {code: flow for code, flow in office.catalogue.exchange.flows.items() if code != "1"}
    rules = replace(office.catalogue.exchange, flows=flows)
    without = replace(office, catalogue=replace(office.catalogue, exchange=rules, digest="another"))
    bring_up_to_date(without)
    with office.engine.connect() as conn:
        held = [row.sentence for row in exchange_check(conn, without.catalogue).held if row.table == PROJECT]
    assert held == ["市级审批流程中没有审批流程类型 1 在 2026-03-02 有效的版本"]
    bring_up_to_date(office)
    assert faults_of(objects(office)) == []


def test_a_case_of_an_older_version_of_its_item_finds_that_version_in_the_flow_tables(
    office: Office, town: Town
) -> None:
    items = given.default_items(office)
    no = given.application(office, town, moment("2026-03-02"), items).cases[items[0]]
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE cases SET item_version = 77 WHERE no = :no"), {"no": no})
    bring_up_to_date(office)
    assert faults_of(objects(office), [no]) == []
    former = [one for one in objects(office) if one["row"].get("SPSXBBH") == 77 and "SPSXMC" in one["row"]]
    assert len(former) == len(office.catalogue.exchange.flows)
    assert all(one["flags"][0].startswith("former_version：") for one in former)


def test_a_consumer_that_comes_again_and_again_has_what_the_tables_have(office: Office, town: Town) -> None:
    kept: dict[int, dict[str, Any]] = {}
    after = 0

    def pull(after: int) -> int:
        with office.engine.connect() as conn:
            while True:
                entries, behind = exchange_rows.feed(conn, after, 7)
                kept.update({entry.lsh: dict(entry.row) for entry in entries})
                after = behind
                if len(entries) < 7:
                    return after

    nos = story(office, town)
    bring_up_to_date(office)
    after = pull(after)
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE projects SET name = name || '（更名）'"))
    given.act(office, town.clerk, moment("2026-03-09"), nos["received"], "accept")
    bring_up_to_date(office)
    after = pull(after)
    assert sorted(kept) == sorted(one["LSH"] for one in objects(office))
    assert {lsh: row["SJYXBS"] for lsh, row in kept.items()} == {
        one["LSH"]: one["row"]["SJYXBS"] for one in objects(office)
    }
    assert pull(after) == after


def test_at_rest_system_and_exchange_agree_and_a_hidden_case_is_found(office: Office, town: Town) -> None:
    nos = story(office, town)
    bring_up_to_date(office)
    with office.engine.connect() as conn:
        found = exchange_reconciliation(office, conn, anew=True)
        assert found.equal
        assert found.at_rest
        assert found.differences == 0
        assert sum(state.system for state in found.states) == 6
    with office.engine.begin() as conn:
        conn.execute(
            text("UPDATE exchange.ledger SET invalid_at = 0 - lsh WHERE tbl = :t AND key = :no"),
            {"t": CASE, "no": nos["refused"]},
        )
    with office.engine.connect() as conn:
        found = exchange_reconciliation(office, conn, anew=True)
    assert found.missing == (nos["refused"],)
    assert not found.equal
    assert found.differences


def test_one_case_of_which_no_rows_can_be_made_is_put_aside_by_name_and_keeps_no_other_waiting(
    office: Office, town: Town
) -> None:
    nos = story(office, town)
    bad = nos["received"]
    with office.engine.begin() as conn:
        known = conn.execute(text("SELECT flow_version FROM cases WHERE no = :no"), {"no": bad}).scalar_one()
        conn.execute(text("UPDATE cases SET flow_version = 99 WHERE no = :no"), {"no": bad})
    bring_up_to_date(office)
    others = [no for no in nos.values() if no != bad]
    assert faults_of(objects(office), others) == []
    with office.engine.connect() as conn:
        [fault] = exchange_check(conn, office.catalogue).aside
        for anew in (False, True):
            found = exchange_reconciliation(office, conn, anew=anew)
            assert not found.equal
            assert found.missing == (bad,)
            assert any(bad in told for told in found.aside)
    assert (fault.kind, fault.no, fault.attempts) == ("case", bad, 1)
    assert fault.error.startswith("KeyError (")
    given.act(office, town.clerk, moment("2026-03-09"), nos["silent"], "accept")
    bring_up_to_date(office)
    assert codes(office, nos["silent"]) == [1, 3, 8], "the stream goes on"
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE cases SET flow_version = :v WHERE no = :no"), {"v": known, "no": bad})
        conn.execute(text("UPDATE reader_faults SET next_at = now()"))
    bring_up_to_date(office)
    assert faults_of(objects(office), list(nos.values())) == []
    with office.engine.connect() as conn:
        assert exchange_reconciliation(office, conn, anew=True).equal


def test_two_processes_with_other_configurations_do_not_undo_each_others_rows(office: Office, town: Town) -> None:
    story(office, town)
    bring_up_to_date(office)
    rules = replace(office.catalogue.exchange, system="另一配置")
    newer = replace(office, catalogue=replace(office.catalogue, exchange=rules, digest="newer"))
    bring_up_to_date(newer)
    before = objects(office)
    for one in (office, newer, office):
        assert export_exchange(one) == 0
    assert objects(office) == before
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE reader_rules SET seen_at = now() - interval '2 minutes'"))
    assert export_exchange(office) > 0, "the newer one is gone: the upgrade was taken back"


def test_the_short_reconciliation_looks_at_the_newest_cases_only(
    office: Office, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    story(office, town)
    bring_up_to_date(office)
    monkeypatch.setattr(exchange_reconciliation_module, "NEWEST", 2)
    with office.engine.connect() as conn:
        short = exchange_reconciliation(office, conn)
        whole = exchange_reconciliation(office, conn, anew=True)
    assert (short.newest, sum(state.system for state in short.states)) == (2, 2)
    assert (whole.newest, sum(state.system for state in whole.states)) == (None, 6)


def test_an_answer_without_a_case_is_counted_and_is_no_fault(office: Office, town: Town) -> None:
    given.application(office, town, moment("2026-03-02"))
    with office.engine.begin() as conn:
        bring = "INSERT INTO exchange.held (tbl, key, owner, owner_id, project_id, sentence, outside, since)"
        conn.execute(
            text(bring + " SELECT :tbl, '|X', 'project', id + 1000, id, '无', true, now() FROM projects LIMIT 1"),
            {"tbl": OPINION},
        )
    bring_up_to_date(office)
    with office.engine.connect() as conn:
        found = {one.table: one for one in exchange_reconciliation(office, conn).tables}[OPINION]
    assert (found.held, found.outside, found.equal) == (0, 1, True)


def test_the_positions_have_no_gaps(office: Office, town: Town) -> None:
    story(office, town)
    bring_up_to_date(office)
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE projects SET investment_wan = 1"))
    bring_up_to_date(office)
    with office.engine.connect() as conn:
        positions = sorted(
            conn.execute(
                text("""
SELECT lsh FROM exchange.ledger UNION ALL SELECT invalid_at FROM exchange.ledger WHERE invalid_at IS NOT NULL""")
            ).scalars()
        )
    assert positions == list(range(1, len(positions) + 1))


def test_two_at_once_do_not_write_twice(office: Office, town: Town) -> None:
    story(office, town)
    with office.engine.begin() as conn:
        while stream.sequence(conn):
            pass
        assert exchange.hold(conn) is not None
        assert export_exchange(office) == 0
    bring_up_to_date(office)
    assert faults_of(objects(office)) == []


def test_the_command_writes_the_rows_checks_them_and_reconciles(
    office: Office,
    town: Town,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    nos = story(office, town)
    monkeypatch.setenv("DATABASE_URL", database_url)
    file = tmp_path / "rows.jsonl"
    assert main(["exchange", "--jsonl", str(file), "--check", "--reconcile"]) == 0
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert faults_of(rows, list(nos.values())) == []
    told = capsys.readouterr().out
    assert "秒办：受理到办结净用时 20 分钟" in told
    assert "0 differences, 0 lines and 0 projects still to take" in told
    position = rows[-1]["position"]
    assert main(["exchange", "--jsonl", "-", "--after", str(position - 1)]) == 0
    [last] = capsys.readouterr().out.splitlines()
    assert json.loads(last) == rows[-1]
