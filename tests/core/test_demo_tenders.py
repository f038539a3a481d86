"""The tenders, segmented acceptances and other ways of applications of the demo, played alone after a long holiday."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tests.conftest import Databases
from tests.given import moment
from workflow.catalogue import Catalogue
from workflow.clock.days import local_day
from workflow.demo.files import DemoFiles, load_demo_files
from workflow.demo.play import Player, cues_of, step_cues
from workflow.demo.scenes import Days
from workflow.demo.services import acceptances, tenders
from workflow.demo.steps import Step
from workflow.demo.story import FIRST_DAY, OTHER_WAYS, SEED, applications
from workflow.demo.town import settle
from workflow.queries.verify import verify
from workflow.settings import default_config_folder
from workflow.store.engine import open_engine
from workflow.work import Office

# The first working days after the National Day: periods of the law run across eight days of rest.
NOW = moment("2026-10-12", "10:00")
HALF_DONE = "青岛虚拟现实产业园项目一期"
FLOWS = (
    "tender",
    "objection",
    "complaint",
    "bid_withdrawal",
    "acceptance",
    "segment",
    "check",
    "supervision",
    "change",
)


@dataclass(frozen=True, slots=True)
class Played:
    """A played part of the demo."""

    office: Office
    player: Player

    def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        with self.office.engine.connect() as conn:
            return [tuple(row) for row in conn.execute(text(statement), values)]


@pytest.fixture(scope="module")
def files(configuration: Office) -> DemoFiles:
    return load_demo_files(default_config_folder(), configuration.catalogue)


@pytest.fixture(scope="module")
def played(databases: Databases, configuration: Office, files: DemoFiles) -> Iterator[Played]:
    engine = open_engine(databases.new(), "cli")
    office = replace(configuration, engine=engine)
    days = Days(office.base_calendar, local_day(NOW))
    opened = days.moment(FIRST_DAY - 10, 9 * 60)
    with engine.begin() as conn:
        town = settle(conn, files, office.catalogue, "", opened, local_day(NOW))
    player = Player(office, town, opened)
    named = {project.name: site for site, project in enumerate(files.projects)}
    sites = {named[name] for name in OTHER_WAYS}
    ways = tuple(one for one in applications(files, office.catalogue, days) if one.project in sites)
    found = _steps(files, office.catalogue, days, SEED)
    player.run([*cues_of(player, days, ways), *step_cues(player, days, found, NOW)], NOW, lambda done, total: None)
    yield Played(office, player)
    engine.dispose()


def _steps(files: DemoFiles, catalogue: Catalogue, days: Days, seed: int) -> list[Step]:
    return [*tenders.steps(files, days, seed), *acceptances.steps(files, catalogue, days)]


def test_no_step_was_refused_and_every_history_holds(played: Played) -> None:
    assert played.player.refused == []
    assert verify(played.office).breaches == ()


def test_every_state_of_these_flows_stands_somewhere(played: Played) -> None:
    standing = {(flow, state) for flow, state in played.rows("SELECT DISTINCT flow, state FROM cases")}
    known = {(name, state) for name in FLOWS for state in played.office.flow(name).states}
    # Money that is owed keeps its tender from ending. A refused change has no document that could tell it yet.
    assert known - standing == {("bid_withdrawal", "ended"), ("change", "refused")}


def test_some_of_the_79_have_not_begun_most_are_closed_and_one_has_its_bids_due_tomorrow_morning(
    played: Played, files: DemoFiles
) -> None:
    states = [state for (state,) in played.rows("SELECT state FROM cases WHERE flow = 'tender'")]
    assert sum(project.needs_tender for project in files.projects) > len(states) >= 60
    assert states.count("closed") * 2 >= len(states)
    tomorrow = moment("2026-10-13", "09:30")
    assert played.rows("SELECT 1 FROM clocks WHERE name = 'bids' AND state = 'armed' AND due_at = :at", at=tomorrow)


@pytest.mark.parametrize(("clock", "state"), [("written_report", "contracted"), ("deposits", "contracted")])
def test_one_report_and_one_return_of_deposits_are_late_and_have_climbed(
    played: Played, clock: str, state: str
) -> None:
    late = played.rows(
        """
SELECT c.state FROM clocks k JOIN cases c ON c.id = k.case_id
WHERE k.name = :clock AND k.state <> 'settled' AND k.due_at < :now
  AND EXISTS (SELECT FROM alerts a WHERE a.case_id = c.id AND a.card = 'red')""",
        clock=clock,
        now=NOW,
    )
    assert late == [(state,)]


def test_a_round_that_failed_for_want_of_bidders_is_kept_beside_the_new_one(played: Played) -> None:
    rows = played.rows("SELECT state, data -> 'rounds' -> 0 FROM cases WHERE flow = 'tender' AND data ? 'rounds'")
    [(state, failed)] = rows
    assert state == "bidding"
    assert isinstance(failed, dict)
    assert len(failed["bidders"]) < 3


def test_a_clarification_moved_a_deadline_and_an_objection_cost_another(played: Played) -> None:
    done = {action for (action,) in played.rows("SELECT DISTINCT action FROM events")}
    assert {"clarify", "resume_bidding", "resume_without_deadline", "set_deadline", "object_at_opening"} <= done
    [(before, after)] = played.rows("""
SELECT i.input ->> 'bid_deadline', c.data ->> 'bid_deadline' FROM cases c
JOIN events i ON i.case_id = c.id AND i.action = 'issue_documents'
JOIN events e ON e.case_id = c.id AND e.action = 'clarify'""")
    assert datetime.fromisoformat(str(after)) - datetime.fromisoformat(str(before)) >= timedelta(days=1)


def test_the_named_acceptance_is_half_done(played: Played) -> None:
    segments = played.rows(
        """
SELECT s.data ->> 'segment', s.state FROM cases s JOIN cases a ON a.id = s.parent_id
JOIN projects p ON p.id = a.project_id WHERE p.name = :name AND s.flow = 'segment' ORDER BY 1""",
        name=HALF_DONE,
    )
    assert segments == [("A", "filed"), ("B", "filed"), ("C", "rectifying"), ("D", "planned")]
    [(discipline, problems)] = played.rows(
        """
SELECT k.data ->> 'discipline', jsonb_array_length(k.data -> 'rechecks') FROM cases k
JOIN projects p ON p.id = k.project_id WHERE p.name = :name AND k.state = 'rectifying' AND k.flow = 'check'""",
        name=HALF_DONE,
    )
    assert (discipline, problems) == ("fire", 1)


def test_the_whole_project_is_looked_at_with_the_last_segment_only(played: Played) -> None:
    rows = played.rows("""
SELECT s.data ->> 'last', bool_or(k.data ->> 'discipline' IN ('layout', 'greenery')) FROM cases a
JOIN cases s ON s.parent_id = a.id JOIN cases k ON k.parent_id = s.id
WHERE a.flow = 'acceptance' AND a.state = 'accepted' GROUP BY s.id, 1 ORDER BY 1""")
    assert rows == [("false", False), ("true", True)]


def test_an_application_simulated_before_there_was_land_was_received_in_earnest_in_one_step(played: Played) -> None:
    [(land, accepted)] = played.rows("""
SELECT e.effective_at, k.accepted_at FROM cases b JOIN events e ON e.case_id = b.id AND e.action = 'land_obtained'
JOIN cases k ON k.parent_id = b.id AND k.item = 'GC03'""")
    assert land == accepted


def test_the_steps_are_the_same_for_the_same_seed_and_day_and_others_for_another_seed(
    files: DemoFiles, configuration: Office
) -> None:
    days = Days(configuration.base_calendar, local_day(NOW))
    first = _steps(files, configuration.catalogue, days, 7)
    assert first == _steps(files, configuration.catalogue, days, 7)
    assert first != _steps(files, configuration.catalogue, days, 8)
