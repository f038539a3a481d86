"""Lists of alerts read their indexes, whatever else the district has; stepping down looks at nothing but its cases."""

import pytest
from sqlalchemy import text

from tests import given
from tests.given import Town, moment
from workflow.actor import Actor
from workflow.queries.alerts import inbox, open_count
from workflow.queries.escalations import KINDS, EscalationFilters, by_department, escalations
from workflow.queries.paging import Paging
from workflow.store import alerts
from workflow.work import Office

NOW = moment("2026-03-02")
SECRET = "s" * 32
READ = """
SELECT coalesce(sum(idx_tup_fetch + seq_tup_read), 0) FROM pg_stat_xact_user_tables WHERE relname = 'alerts'"""


@pytest.fixture
def town(office: Office) -> Town:
    return given.town(office)


@pytest.fixture
def many(office: Office, town: Town) -> None:
    """20 000 alerts on 4 000 cases, most of them answered; a fiftieth of them is another department's."""
    with office.engine.begin() as conn:
        conn.execute(
            text("""
WITH made AS (
  INSERT INTO cases (no, flow, flow_version, title, item, project_id, company, department, squad, state, opened_at,
    entered_at)
  SELECT 'LS2020-' || lpad(g::text, 6, '0'), 'item', 1, '', 'SG05', :project, :company, 'QX', :squad, 'in_review', :now,
    :now FROM generate_series(1, 4000) g RETURNING id)
INSERT INTO clocks (case_id, name, started_at, amount, unit, state, ladder_at, calendar_version)
SELECT id, 'promised', :now, 1, 'wd', 'armed', '{}', 'x' FROM made"""),
            {
                "project": town.project.id,
                "company": town.project.company,
                "squad": town.project.squad,
                "now": NOW,
            },
        )
        conn.execute(
            text("""
INSERT INTO alerts (case_id, department, clock_id, epoch, rung, card, person_id, role, due_at, created_at, answer_by,
  acknowledged_at, passed_on_at, passed_why)
SELECT k.case_id, CASE WHEN g % 50 = 0 THEN 'ZJ' ELSE 'QX' END, k.id, g, 0, 'red', :person, 'officer', :now, :now,
  cast(:now AS timestamptz) - g * interval '1 minute',
  CASE WHEN g % 7 < 3 AND g > 4000 THEN cast(:now AS timestamptz) END,
  CASE WHEN g % 3 = 0 THEN cast(:now AS timestamptz) - g * interval '1 s' END, CASE WHEN g % 3 = 0 THEN 'unread' END
FROM generate_series(1, 20000) g
JOIN (SELECT id, case_id, row_number() OVER (ORDER BY id) AS place FROM clocks) k ON k.place = 1 + g % 4000"""),
            {"now": NOW, "person": town.officers["QX"].id},
        )
        conn.execute(text("UPDATE alerts SET passed_to = id WHERE passed_on_at IS NOT NULL AND epoch % 9 = 0"))
        conn.execute(text("ANALYZE alerts, cases, clocks"))


def touched(office: Office, who: Actor, filters: EscalationFilters) -> tuple[int, int]:
    """How many rows came, and how many rows of alerts were read for them."""
    with given.at(office, who, NOW) as work:
        before = work.conn.execute(text(READ)).scalar_one()
        found = escalations(work, filters, Paging(SECRET, 20))
        return len(found.rows), work.conn.execute(text(READ)).scalar_one() - before


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_of_what_went_unanswered_reads_no_more_than_its_rows(
    office: Office, town: Town, many: None, kind: str
) -> None:
    for who in (town.directors["ZJ"], town.directors["QX"], town.supervisor):
        rows, read = touched(office, who, EscalationFilters(kind=kind))
        assert rows == 20
        assert read <= 120, (who.name, kind, read)


def test_the_pages_of_every_kind_together_are_what_the_tables_hold(office: Office, town: Town, many: None) -> None:
    whole = {
        "unanswered": "passed_on_at IS NULL AND answer_by <= :now",
        "passed_on": "passed_to IS NOT NULL",
        "nobody": "passed_on_at IS NOT NULL AND passed_to IS NULL",
    }
    for kind, condition in whole.items():
        with given.at(office, town.directors["ZJ"], NOW) as work:
            expected = work.conn.execute(
                text(f"""
SELECT id FROM alerts
WHERE department = 'ZJ' AND acknowledged_at IS NULL AND stepped_down_at IS NULL AND {condition}"""),
                {"now": NOW},
            ).scalars()
            seen: list[int] = []
            paging = Paging(SECRET, 100)
            while True:
                found = escalations(work, EscalationFilters(kind=kind), paging)
                seen += [row.id for row in found.rows]
                if found.next_cursor is None:
                    break
                paging = Paging(SECRET, 100, found.next_cursor)
            assert len(seen) == len(set(seen))
            assert set(seen) == set(expected)
            [department] = by_department(work)
            assert getattr(department, kind) == len(seen)


def test_the_inbox_and_its_count_read_no_more_than_they_show(office: Office, town: Town, many: None) -> None:
    with office.engine.begin() as conn:
        conn.execute(
            text("""
UPDATE alerts SET stepped_down_at = :now, stepped_down_why = 'solved'
WHERE id > (SELECT id FROM alerts WHERE acknowledged_at IS NULL ORDER BY id OFFSET 99 LIMIT 1)"""),
            {"now": NOW},
        )
        conn.execute(text("ANALYZE alerts"))
    with given.at(office, town.officers["QX"], NOW) as work:
        before = work.conn.execute(text(READ)).scalar_one()
        assert len(inbox(work, Paging(SECRET, 20), only_open=True).rows) == 20
        assert open_count(work) == 100
        assert work.conn.execute(text(READ)).scalar_one() - before <= 250


def test_what_is_past_its_time_is_found_by_its_index(office: Office, town: Town, many: None) -> None:
    with given.at(office, town.supervisor, NOW) as work:
        before = work.conn.execute(text(READ)).scalar_one()
        found = alerts.overdue(work.conn, 50)
        assert len(found) == 50
        assert work.conn.execute(text(READ)).scalar_one() - before <= 60


def test_stepping_down_reads_the_alerts_of_its_cases_only(office: Office, town: Town, many: None) -> None:
    other = given.application(office, town, NOW, ["LX01"]).cases["LX01"]
    with office.engine.begin() as conn:
        before = conn.execute(text(READ)).scalar_one()
        assert alerts.step_down(conn, [given.case_id(office.engine, other)]) == 0
        assert alerts.resumed(conn, [given.case_id(office.engine, other)]) == []
        assert conn.execute(text(READ)).scalar_one() - before <= 10
