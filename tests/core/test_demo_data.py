"""The demo: the war map as the article counts it, and a past in which every history is genuine."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.conftest import Databases
from tests.exchange_checker import faults_of
from tests.figures_by_hand import Sums, lines_by_hand, summed
from workflow.actor import Actor, Grant
from workflow.clock.days import local_day
from workflow.commands.export_exchange import export_exchange
from workflow.commands.fold_figures import fold_figures
from workflow.demo import accounts, making
from workflow.demo.codes import company_code, project_code_of
from workflow.demo.files import DemoFiles, load_demo_files
from workflow.demo.making import ensure_demo
from workflow.demo.papers import demo_pdf
from workflow.demo.play import Player
from workflow.demo.services.renewals import first_quarter
from workflow.errors import ConfigFaults, Unusable
from workflow.identifiers import credit_code, project_code
from workflow.progress import ProgressLight
from workflow.queries.exchange_feed import json_lines
from workflow.queries.exchange_reconciliation import exchange_reconciliation
from workflow.queries.extended_hours import extended_hours
from workflow.queries.figure_cases import figure_cases
from workflow.queries.figure_scope import Ask
from workflow.queries.figures import Figures
from workflow.queries.figures import figures as figures_of
from workflow.queries.paging import Paging
from workflow.queries.problems import ProblemFilters, problems
from workflow.queries.programme import ProgrammeFilters, ProgrammeView, programme
from workflow.queries.time_figures import Period, figures
from workflow.queries.verify import verify
from workflow.roster import Span, gaps
from workflow.settings import Settings, default_config_folder, load_settings
from workflow.store import demo_marker, stream
from workflow.store.engine import open_engine
from workflow.work import Office, begin_work

NAMED = (
    "青岛虚拟现实产业园项目一期",
    "株洲路两侧升级改造",
    "张村河两岸开发建设",
    "国际创新园",
    "枣山东路",
    "十九路南侧停车场",
    "海尔路-银川路立交停车场",
    "浮山绿道",
    "午山绿道",
    "石老人滨海公园",
    "黄金海岸南侧口袋公园",
    "中科曙光",
    "东华软件副中心",
    "歌尔微电子产业园",
)
# Domain fact book, 12.4: enterprises and a photograph's caption are no projects.
NOT_PROJECTS = ("汉缆股份", "宏大纺机", "地铁11号线")

NOWHERE = {
    ("bid_withdrawal", "ended"),
    ("change", "refused"),
    ("checklist", "closed"),
    ("consultation", "decided"),
    ("extended_hours", "refusal_proposed"),
    ("item", "draft"),
    ("item", "simulation_over"),
    ("mechanism", "removed"),
    ("meeting", "cancelled"),
    ("milestone", "dropped"),
    ("referral", "lapsed"),
    ("referral", "recalled"),
    ("task", "dropped"),
    ("visit", "called_off"),
}
"""States in which no case of the demo stands."""


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings({})


@pytest.fixture(scope="module")
def files(configuration: Office) -> DemoFiles:
    return load_demo_files(default_config_folder(), configuration.catalogue)


# ── the files ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_war_map_has_50_projects_with_a_permit_and_79_with_a_tender_in_129_rows(files: DemoFiles) -> None:
    assert len(files.projects) == 129
    assert sum(project.needs_permit for project in files.projects) == 50
    assert sum(project.needs_tender for project in files.projects) == 79
    assert all(project.needs_permit or project.needs_tender for project in files.projects)


def test_194_projects_of_736_point_07_yi_yuan_are_renewal_and_those_beside_the_war_map_say_that_they_are_invented(
    files: DemoFiles,
) -> None:
    renewal = [project for project in files.sites if project.renewal]
    assert len(renewal) == 194
    assert sum(project.investment_wan for project in renewal) == 7_360_700
    assert all(project.name.startswith("演示·") for project in files.renewals)
    assert not any(project.needs_permit or project.needs_tender for project in files.renewals)


def test_the_projects_the_article_names_are_there_and_only_they_are_marked(files: DemoFiles) -> None:
    assert {project.name for project in files.projects if project.named_in_article} == set(NAMED)
    assert not [p.name for p in files.projects for word in NOT_PROJECTS if word in p.name]


def test_invented_companies_and_people_say_so(files: DemoFiles) -> None:
    assert all("示例" in company for company in files.companies)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", person.username) for person in files.people)


def test_every_code_is_valid_and_none_stands_twice(files: DemoFiles) -> None:
    projects = [project_code_of(number, one.splclx) for number, one in enumerate(files.sites)]
    companies = [company_code(number) for number in range(len(files.companies))]
    assert len(set(projects)) == len(projects)
    assert len(set(companies)) == len(companies)
    for code in projects:
        assert project_code(code).text == code
        assert not project_code(code).legacy
        assert code[5:11] == "370212"
    for code in companies:
        assert credit_code(code, check_organisation=True) == code


def test_accounts_are_one_or_two_a_role_with_one_password(files: DemoFiles, configuration: Office) -> None:
    shown = accounts()
    roles = {person.role for person in files.people if person.shown}
    assert roles == set(configuration.catalogue.roles) - {"clock", "system"}
    assert {password for _, password, _, _ in shown} == {files.password}
    assert len(shown) <= 2 * len(roles)


def test_a_paper_of_the_demo_is_a_real_pdf_that_says_what_it_is() -> None:
    paper = demo_pdf("application_form")
    assert paper.startswith(b"%PDF-1.4")
    assert b"DEMO DATA - application_form" in paper
    assert paper.rstrip().endswith(b"%%EOF")


def test_every_fault_of_the_demo_files_is_listed(tmp_path: Path, configuration: Office) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    for name in ("war-map.yaml", "renewal.yaml", "people.yaml"):
        (folder / name).write_text((default_config_folder() / "demo" / name).read_text("utf-8"), "utf-8")
    war_map = (folder / "war-map.yaml").read_text("utf-8")
    war_map = war_map.replace("needs_tender: true", "needs_tender: false", 1).replace(
        "street: beizhai", "street: north", 1
    )
    (folder / "war-map.yaml").write_text(war_map, "utf-8")
    renewal = (folder / "renewal.yaml").read_text("utf-8")
    (folder / "renewal.yaml").write_text(renewal.replace("battlefront: parking", "battlefront: other", 1), "utf-8")
    people = (folder / "people.yaml").read_text("utf-8").replace("username: qx2", "username: qx1")
    (folder / "people.yaml").write_text(people, "utf-8")
    with pytest.raises(ConfigFaults) as caught:
        load_demo_files(tmp_path, configuration.catalogue)
    told = str(caught.value)
    assert "78 projects carry needs_tender, the war map has 79" in told
    assert "renewal projects: 193 with the war map, the year has 194" in told
    assert "'north' is not known" in told
    assert "'qx1' stands twice" in told


# ── the making ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Made:
    """A finished demo: its database, and who played it."""

    office: Office
    url: str
    player: Player

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with self.office.engine.connect() as conn:
            return [tuple(row) for row in conn.execute(text(statement))]

    def one(self, statement: str) -> int:
        [[value]] = self.rows(statement)
        assert isinstance(value, int)
        return value

    @property
    def now(self) -> datetime:
        return self.player.clock


class Killed(Exception):
    """The process ends here."""


@pytest.fixture(scope="module")
def made(databases: Databases, configuration: Office, settings: Settings) -> Iterator[Made]:
    """The demo, made after a first attempt was killed midway."""
    url = databases.new()
    engine = open_engine(url, "cli")
    players: list[Player] = []

    def killed_at_the_fortieth_step(done: int, total: int, words: str) -> None:
        if done == 40:
            raise Killed

    with pytest.raises(Killed):
        ensure_demo(url, settings, killed_at_the_fortieth_step)
    with engine.connect() as conn:
        assert demo_marker.state(conn) == "making"
        assert conn.execute(text("SELECT count(*) FROM cases")).scalar_one() > 0
    patch = pytest.MonkeyPatch()
    make = making.make_demo
    # Only listens: the demo is made as always.
    patch.setattr(making, "make_demo", lambda *arguments: players.append(make(*arguments)))
    ensure_demo(url, settings, lambda done, total, words: None)
    patch.undo()
    yield Made(replace(configuration, engine=engine), url, players[0])
    engine.dispose()


def test_after_a_killed_attempt_the_next_one_starts_from_a_clean_slate_and_finishes(made: Made) -> None:
    with made.office.engine.connect() as conn:
        assert demo_marker.state(conn) == "made"
    assert made.one("SELECT count(*) FROM projects WHERE needs_permit") == 50
    assert made.one("SELECT count(*) FROM projects WHERE needs_tender") == 79
    assert made.one("SELECT count(*) FROM projects WHERE needs_permit OR needs_tender") == 129
    assert made.one("SELECT count(*) FROM projects WHERE renewal") == 194
    assert made.rows("SELECT right(no, 6), id FROM cases ORDER BY id LIMIT 1") == [("000001", 1)]
    assert made.one("SELECT count(*) FROM people WHERE NOT demo") == 0


def test_a_demo_that_stands_gets_the_accounts_that_are_new_in_its_files(made: Made, settings: Settings) -> None:
    with made.office.engine.begin() as conn:
        person = conn.execute(text("SELECT id FROM people WHERE username = 'guanli2'")).scalar_one()
        conn.execute(text("DELETE FROM person_roles WHERE person_id = :id"), {"id": person})
        conn.execute(text("DELETE FROM people WHERE id = :id"), {"id": person})
    ensure_demo(made.url, settings, lambda done, total, words: None)
    found = made.rows(
        "SELECT r.role FROM people p JOIN person_roles r ON r.person_id = p.id WHERE username = 'guanli2'"
    )
    assert found == [("admin",)]


def test_a_demo_that_stands_is_left_alone(made: Made, settings: Settings) -> None:
    before = made.rows("SELECT count(*), max(id) FROM cases")
    ensure_demo(made.url, settings, lambda done, total, words: pytest.fail("it was made again"))
    assert made.rows("SELECT count(*), max(id) FROM cases") == before


def test_nothing_in_the_story_was_refused_by_the_rules(made: Made) -> None:
    assert made.player.refused == []


def test_every_history_of_the_demo_holds(made: Made) -> None:
    assert verify(made.office).breaches == ()


def test_the_exchange_rows_of_the_whole_demo_pass_the_checker(made: Made) -> None:
    with made.office.engine.begin() as conn:
        while stream.sequence(conn):
            pass
    while export_exchange(made.office):
        pass
    rows = [json.loads(line) for line in json_lines(made.office.engine, 0)]
    received = [
        str(no)
        for (no,) in made.rows(
            "SELECT no FROM cases c WHERE flow = 'item' AND EXISTS ("
            " SELECT FROM events e WHERE e.case_id = c.id AND e.to_state = 'received')"
        )
    ]
    assert len(received) > 300
    assert len(rows) > 3000
    assert faults_of(rows, received) == []
    with made.office.engine.connect() as conn:
        found = exchange_reconciliation(made.office, conn, anew=True)
    assert found.equal
    assert found.at_rest
    late = made.one("""
SELECT count(DISTINCT c.id)::int FROM cases c JOIN clocks k ON k.case_id = c.id AND k.name IN ('statutory', 'promised')
WHERE c.flow = 'item' AND c.decided_at IS NOT NULL
  AND (k.settled_at AT TIME ZONE 'Asia/Shanghai')::date > k.due_on
  AND k.round = (SELECT max(r.round) FROM clocks r WHERE r.case_id = c.id AND r.name = k.name)""")
    told = [row for row in rows if any(flag.startswith("overdue") for flag in row["flags"])]
    assert len(told) == late > 0
    assert all(row["row"]["SJSCZT"] == 0 for row in told), "late, and not hidden"


def test_it_has_enough_cases_and_every_state_somewhere(made: Made) -> None:
    assert 300 <= made.one("SELECT count(*) FROM cases WHERE flow = 'item'") <= 450
    standing = {(flow, state) for flow, state in made.rows("SELECT DISTINCT flow, state FROM cases")}
    known = {(flow.name, state) for flow in made.office.flows.values() for state in flow.states}
    # An item case is born received: its draft is the draft of its bundle. What is given up, refused or over stands
    # there for a few flows only.
    assert known - standing <= NOWHERE


def test_some_dates_fall_today_or_on_the_next_working_days_and_about_five_are_missed(made: Made) -> None:
    today = local_day(made.now)
    tomorrow = made.office.base_calendar.add_working_days(today, 1)
    due = [day for (day,) in made.rows("SELECT due_on FROM clocks WHERE state <> 'settled' AND due_on IS NOT NULL")]
    assert due.count(today) + due.count(tomorrow) >= 4
    late = made.one(
        f"""SELECT count(DISTINCT case_id) FROM clocks
        WHERE state <> 'settled' AND name = 'promised' AND due_at <= '{made.now.isoformat()}'"""
    )
    assert 4 <= late <= 7


def test_cards_were_given_climbed_and_acknowledged(made: Made) -> None:
    assert {card for (card,) in made.rows("SELECT DISTINCT card FROM alerts")} == {"notice", "yellow", "red"}
    assert made.one("SELECT count(*) FROM alerts WHERE role = 'district_leader' AND card = 'red'") >= 1
    assert made.one("SELECT count(*) FROM alerts WHERE acknowledged_at IS NOT NULL") >= 1
    assert made.one("SELECT count(*) FROM alerts WHERE acknowledged_at IS NULL AND card = 'red'") >= 1


def test_rungs_fired_at_their_very_moment_unless_the_clock_was_armed_late(made: Made) -> None:
    late = made.rows("""
SELECT f.case_id FROM firings f JOIN clocks k ON k.id = f.clock_id
WHERE f.fired_at > f.moment_at AND f.fired_at > (SELECT max(e.recorded_at) FROM events e
  WHERE e.case_id = f.case_id AND e.recorded_at <= f.fired_at AND e.actor_role <> 'clock')
  AND NOT EXISTS (SELECT FROM events e WHERE e.case_id = f.case_id AND e.action = 'accept_by_silence'
    AND e.recorded_at = f.fired_at)""")
    assert late == []


def test_silence_was_taken_as_acceptance_and_dated_back(made: Made) -> None:
    deemed = "data ->> 'acceptance_mode' = 'deemed'"
    assert made.one(f"SELECT count(*) FROM cases WHERE {deemed}") >= 3
    assert made.one(f"SELECT count(*) FROM cases WHERE {deemed} AND accepted_at <> received_at") == 0


def test_results_live_are_renewed_by_a_decision_or_by_silence_and_lapse(made: Made) -> None:
    today = local_day(made.now)
    ending = made.office.base_calendar.add_working_days(today, 5)
    reminded = "SELECT FROM firings f WHERE f.clock_id = k.id"
    living = "JOIN clocks k ON k.case_id = c.id WHERE c.state = 'delivered' AND k.name = 'lifetime'"
    assert made.one(
        f"SELECT count(*) FROM cases c {living} AND k.due_on BETWEEN '{today}' AND '{ending}' AND EXISTS ({reminded})"
    )
    done = {action for (action,) in made.rows("SELECT DISTINCT action FROM events")}
    assert {"report_use", "apply_renewal", "renew", "renew_by_silence", "refuse_renewal", "lapse"} <= done
    assert made.one("SELECT count(*) FROM cases WHERE state = 'renewing' AND assignee_id IS NULL") == 0


def test_the_time_of_a_construction_permit_starts_anew_once_its_papers_are_complete(made: Made) -> None:
    [[resumed, due]] = made.rows("""
SELECT p.until, k.due_on FROM pauses p JOIN cases c ON c.id = p.case_id JOIN clocks k ON k.case_id = c.id
WHERE p.cause = 'documents_incomplete' AND p.until IS NOT NULL AND k.name = 'statutory' AND c.item = 'SG05'""")
    assert isinstance(resumed, date)
    assert due == made.office.base_calendar.add_working_days(resumed, 7)


def test_a_late_entry_a_decision_within_minutes_and_a_missed_promise_with_its_reason_stand_out(made: Made) -> None:
    supervisor = made.player.town.actors["ducha"]
    with begin_work(made.office, supervisor) as work:
        found = figures(work, Period()).all
    assert found.backfilled_cases >= 1
    assert found.quick >= 1
    assert found.missed >= 1
    assert found.unexplained == 0


def test_a_report_and_a_form_of_an_assessment_run_side_by_side_with_60_and_30_days(made: Made) -> None:
    limits = made.rows("""
SELECT c.data ->> 'variant', k.amount, k.unit FROM cases c JOIN clocks k ON k.case_id = c.id
WHERE c.item = 'SG11' AND c.state = 'in_review' AND k.name = 'statutory' GROUP BY 1, 2, 3""")
    assert set(limits) == {("report", 60, "cd"), (None, 30, "cd")}


def test_a_date_beyond_the_published_years_is_provisional(made: Made) -> None:
    beyond = max(made.office.base_calendar.years) + 1
    assert made.one(f"""
SELECT count(*) FROM clocks k JOIN cases c ON c.id = k.case_id
WHERE k.name IN ('statutory', 'renewal_decision') AND k.state = 'armed' AND c.flow = 'item'
  AND k.due_on >= '{beyond}-01-01' AND k.provisional""")


def test_more_than_76_of_100_decided_cases_were_finished_early(made: Made) -> None:
    calendar = made.office.base_calendar
    used: list[tuple[int, int]] = []
    for no, accepted, decided, promised in made.rows("""
SELECT c.id, c.accepted_at, c.decided_at, k.amount FROM cases c JOIN clocks k ON k.case_id = c.id
WHERE k.name = 'promised' AND k.unit = 'wd' AND c.decided_at IS NOT NULL"""):
        assert isinstance(accepted, datetime)
        assert isinstance(decided, datetime)
        assert isinstance(promised, int)
        days = calendar.working_days_between(local_day(accepted), local_day(decided))
        for since, until in made.rows(f"SELECT since, until FROM pauses WHERE case_id = {no} AND until IS NOT NULL"):
            days -= calendar.working_days_between(since, until)  # type: ignore[arg-type]
        used.append((days, promised))
    assert len(used) > 200
    assert sum(days < promised for days, promised in used) / len(used) > 0.76


def test_every_project_of_the_war_map_and_of_renewal_has_its_case_with_lights_mostly_green(made: Made) -> None:
    views = _programme(made)
    assert all(view.case is not None and view.milestones for view in views)
    lights = Counter(view.light for view in views if view.needs_permit or view.needs_tender)
    assert lights.total() == 129
    assert lights[ProgressLight.GREEN] >= 95
    assert 10 <= lights[ProgressLight.YELLOW] <= 25
    assert 3 <= lights[ProgressLight.RED] <= 6
    states = Counter(view.state.name for view in views if view.state is not None)
    assert {"entered", "squad_formed", "appointed", "replacing", "delivered"} <= set(states)
    assert states["dissolved"] >= 4
    done = {
        action
        for (action,) in made.rows(
            "SELECT DISTINCT action FROM events e JOIN cases c ON c.id = e.case_id "
            "WHERE c.flow IN ('mechanism', 'milestone')"
        )
    }
    assert {"decline", "replace", "answer_light", "call_for_measure", "take_measure", "approve_change"} <= done


def test_194_renewal_projects_and_33_of_them_begun_in_the_first_quarter(made: Made) -> None:
    views = [view for view in _programme(made) if view.renewal]
    first, last = first_quarter(local_day(made.now))
    assert len(views) == 194
    assert sum(view.investment_wan for view in views) == 7_360_700
    starts = [one.progress for view in views for one in view.milestones if one.progress.kind == "start"]
    assert sum(one.done_on is not None and first <= one.done_on <= last for one in starts) == 33


def test_dispatch_meetings_for_ten_projects_settled_more_than_twenty_problems(made: Made) -> None:
    with begin_work(made.office, made.player.town.actors["ducha"]) as work:
        found = problems(work, ProblemFilters())
    assert found.projects_with_dispatch == 10
    assert (found.total.solved, found.total.solved_in_meetings) == (23, 23)
    assert "青岛虚拟现实产业园项目一期" in {one.name for one in found.projects if one.figures.dispatch_meetings}
    assert len(found.open_problems) == 4
    assert found.open_problems[0].age > 30
    assert found.open_problems[0].climbs == 2


def test_close_to_120_hours_of_extended_service_for_opening_and_evaluating_bids(made: Made) -> None:
    with begin_work(made.office, made.player.town.actors["ducha"]) as work:
        assert extended_hours(work).hours == 118.5


def test_checklists_and_coaching_stand_in_every_way(made: Made) -> None:
    lists = _states(made, "checklist")
    assert sum(lists.values()) == 41
    assert set(lists) == {"preparing", "proposed", "agreed", "checking", "correcting", "ready"}
    assert made.one("SELECT count(*) FROM cases WHERE flow = 'checklist' AND (data ->> 'version')::int = 2") == 2
    assert made.one("SELECT count(*) FROM cases WHERE flow = 'checklist' AND data ? 'sent_back'") == 1
    coaching = _states(made, "coaching")
    assert {"requested", "under_way", "advised", "filed", "given_up"} == set(coaching)
    overdue = f"k.name = 'coaching' AND k.state = 'armed' AND k.due_at <= '{made.now.isoformat()}'"
    assert made.one(f"SELECT count(*) FROM clocks k WHERE {overdue}") == 1


def test_consultations_run_are_split_and_their_conditions_are_tasks(made: Made) -> None:
    states = _states(made, "consultation")
    assert states.total() >= 14
    assert {"asking", "answered", "in_meeting", "concluded", "withdrawn"} <= set(states)
    assert {"agreed", "conditional", "objected", "silent", "asked", "dropped"} == set(_states(made, "opinion"))
    assert {"open", "reported", "done"} == set(_states(made, "task"))
    assert _states(made, "meeting")["climbed"] == 1
    assert made.one("SELECT count(*) FROM cases WHERE flow = 'consultation' AND data ? 'joined'") == 1
    assert made.one("SELECT count(*) FROM documents WHERE kind = 'consultation_notice'") == 1


def test_help_is_asked_for_at_every_hour_climbs_to_every_level_and_is_rated_in_every_level(made: Made) -> None:
    states = _states(made, "assistance")
    assert states.total() >= 30
    # Closed by the clock, or by a call-back, they are; the others stand somewhere.
    unfinished = {"requested", "answered", "solving", "suspended", "with_department", "consulting"}
    climbed = {"with_squad_leader", "with_director", "with_district_leader"}
    assert unfinished | climbed | {"solved", "rated", "closed", "withdrawn", "terminated"} <= set(states)
    hour = "extract(hour FROM opened_at AT TIME ZONE 'Asia/Shanghai')"
    assert made.one(f"SELECT count(*) FROM cases WHERE flow = 'assistance' AND {hour} NOT BETWEEN 8 AND 21") >= 5
    rated = made.rows("SELECT DISTINCT data ->> 'level' FROM cases WHERE flow = 'assistance' AND data ? 'level'")
    assert {level for (level,) in rated} == set(made.office.catalogue.ratings)
    assert {"to_call", "correcting", "corrected", "mistaken", "reopened"} == set(_states(made, "callback"))
    assert made.one("SELECT count(*) FROM cases WHERE flow = 'referral' AND state = 'returned'") == 1
    assert made.one("SELECT count(*) FROM cases WHERE flow = 'assistance' AND data ? 'reopenings'") == 2
    assert {"asked", "agreed", "held"} == set(_states(made, "visit"))


def test_both_squads_are_on_duty_round_the_clock_with_one_gap_ahead_and_one_specialist_is_away(made: Made) -> None:
    for squad in made.office.catalogue.squads:
        shifts = made.rows(f"SELECT since, until FROM duty_shifts WHERE squad = '{squad}' AND replaced_at IS NULL")
        spans = [Span(since, until) for since, until in shifts]  # type: ignore[arg-type]
        [gap] = gaps(spans, made.now - timedelta(days=28), made.now + timedelta(days=14))
        assert timedelta(days=9) < gap.since - made.now < timedelta(days=20)
    away = f"since <= '{made.now.isoformat()}' AND until > '{made.now.isoformat()}'"
    assert made.one(f"SELECT count(*) FROM absences WHERE {away}") == 1


def _programme(made: Made) -> list[ProgrammeView]:
    views: list[ProgrammeView] = []
    cursor: str | None = None
    with begin_work(made.office, made.player.town.actors["ducha"]) as work:
        while not views or cursor is not None:
            found = programme(work, ProgrammeFilters(), Paging("secret", 100, cursor))
            views += found.rows
            cursor = found.next_cursor
    return views


def _states(made: Made, flow: str) -> Counter[object]:
    rows = made.rows(f"SELECT state, count(*) FROM cases WHERE flow = '{flow}' GROUP BY state")
    return Counter({state: count for state, count in rows if isinstance(count, int)})


def test_nothing_is_left_to_be_sent_or_fired_when_the_service_starts(made: Made) -> None:
    assert made.one("SELECT count(*) FROM outbox WHERE state <> 'delivered'") == 0
    assert made.one("SELECT count(*) FROM outbox WHERE channel NOT IN ('system', 'render') AND NOT body ? 'note'") == 0
    due = f"SELECT count(*) FROM clocks WHERE state = 'armed' AND fire_at <= '{made.now.isoformat()}'"
    assert made.one(due) == 0


def test_it_ends_now_and_began_months_ago(made: Made) -> None:
    [[first, last]] = made.rows("SELECT min(recorded_at), max(recorded_at) FROM events")
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    assert timedelta(days=80) < made.now - first < timedelta(days=180)
    assert last <= made.now


def test_the_same_day_makes_the_same_demo(made: Made, databases: Databases, configuration: Office) -> None:
    url = databases.new()
    engine: Engine = open_engine(url, "cli")
    office = replace(configuration, engine=engine)
    files = load_demo_files(default_config_folder(), office.catalogue)
    making.make_demo(office, files, made.now, lambda done, total, words: None)
    told = text("SELECT no, chain_head FROM cases ORDER BY id")
    with engine.connect() as again, made.office.engine.connect() as first:
        assert again.execute(told).all() == first.execute(told).all()
    engine.dispose()


# ── the leader's figures ───────────────────────────────────────────────────────────────────────────────────────────

EVER = Ask(date(2000, 1, 1), date(2099, 12, 31))
LEADER = Actor(None, "分管区领导", (Grant("district_leader"),))


def folded(office: Office) -> None:
    """Everything that happened is in the figures."""
    sequenced = True
    while sequenced:
        with office.engine.begin() as conn:
            sequenced = bool(stream.sequence(conn))
    while fold_figures(office):
        pass


def told(found: Figures) -> Sums:
    """Number and amount by figure, part and key of a breakdown; what is 0 left out."""
    return {
        (figure.code, part.code, group.key or ""): (part.n, part.amount)
        for figure in found.figures
        for group in (figure.groups or (figure.whole,))
        for part in group.parts
        if part.n
    }


def as_by_hand(sums: Sums) -> Sums:
    """Cards with the time of everybody together: by hand it is not asked whose it was."""
    found = {key: value for key, value in sums.items() if not key[1].endswith("_elsewhere")}
    for (figure, part, key), (n, amount) in sums.items():
        if part.endswith("_elsewhere"):
            own = figure, part.removesuffix("_elsewhere"), key
            found[own] = (n, found[own][1] + amount)
    return found


@pytest.mark.parametrize("by", [None, "department", "street", "month"])
def test_the_figures_folded_by_differences_are_those_counted_by_hand_from_the_event_log(
    made: Made, by: str | None
) -> None:
    folded(made.office)
    with begin_work(made.office, LEADER) as work:
        found = figures_of(work, replace(EVER, by=by))
        lines = lines_by_hand(work.conn, default_config_folder(), work.calendar, work.now)
    assert (found.behind, found.complete) == (0, True)
    counted = as_by_hand(told(found))
    if by == "month":
        standing = {"lights", "problems_open"}
        lines = [line for line in lines if line.figure not in standing]
        counted = {key: value for key, value in counted.items() if key[0] not in standing}
    expected = summed(lines, by)
    assert len(expected) > 60
    assert counted == expected


def test_every_number_of_the_demo_opens_exactly_the_cases_it_counts(made: Made) -> None:
    folded(made.office)
    with begin_work(made.office, LEADER) as work:
        for figure in figures_of(work, EVER).figures:
            for part in figure.whole.parts:
                listed, cursor = 0, None
                while True:
                    paging = Paging("a secret of thirty-two characters", 100, cursor)
                    behind = figure_cases(work, figure.code, part.code, EVER, paging)
                    listed += sum(row.n for row in behind.rows)
                    cursor = behind.next_cursor
                    if cursor is None:
                        break
                assert (listed, behind.part.n) == (part.n, part.n), (figure.code, part.code)


def test_the_demo_reports_what_the_article_does(made: Made) -> None:
    folded(made.office)
    with begin_work(made.office, LEADER) as work:
        found = figures_of(work, EVER)
    [early] = found.figure("early_finish").whole.ratios
    assert early.value is not None
    assert early.value > 0.76
    dispatch, hours = (
        found.figure("meetings").whole.part("dispatch"),
        found.figure("extended_hours").whole.part("sessions"),
    )
    solved, saved = found.figure("problems").whole.part("solved"), found.figure("landing").whole.part("saved")
    assert dispatch is not None
    assert dispatch.projects == 10
    assert hours is not None
    assert 110 <= hours.amount / 60 <= 120
    assert solved is not None
    assert solved.n > 20
    assert saved is not None
    assert saved.amount / saved.n > 30


# ── where no demo may be made ──────────────────────────────────────────────────────────────────────────────────────


def test_outside_of_demo_mode_it_is_refused(database_url: str, settings: Settings) -> None:
    with pytest.raises(Unusable, match="accepted: WUGEYI_DEMO=1"):
        ensure_demo(database_url, replace(settings, demo=False), lambda done, total, words: None)


@pytest.mark.parametrize("begun", [False, True])
def test_a_database_with_somebody_elses_data_is_left_alone(
    engine: Engine, database_url: str, settings: Settings, begun: bool
) -> None:
    from tests import given

    with engine.begin() as conn:
        given.project(conn, given.company(conn))
        if begun:
            # Even where an attempt was cut off: what is not marked as demo data is not ours.
            demo_marker.mark(conn, "making", given.moment("2026-03-02"))
    with pytest.raises(Unusable, match="not demo data"):
        ensure_demo(database_url, settings, lambda done, total, words: None)
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM projects")).scalar_one() == 1
