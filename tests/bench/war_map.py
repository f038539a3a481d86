"""The leader's figures and the worklist in a district of 10⁶ cases, and a live GROUP BY of the same in the same run.

Cases, facts and totals are made by SQL, consistent with each other; a fifth of the cases is open. The reference adds
the facts up anew: it is spared the working out of them, which a count from the cases themselves would have to do first.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from sqlalchemy import TextClause, text

from tests.bench import rows
from tests.bench.measuring import Figure, milliseconds, take_turns
from tests.bench.stage import Stage, web_engine
from workflow.actor import Actor, Grant
from workflow.clock.days import end_of_day, local_day, start_of_day
from workflow.figures import DIMENSIONS
from workflow.queries.figure_cases import figure_cases
from workflow.queries.figure_scope import Ask
from workflow.queries.figures import Figures
from workflow.queries.figures import figures as figures_of
from workflow.queries.paging import Paging
from workflow.queries.worklist import Filters, worklist
from workflow.store.engine import open_engine
from workflow.work import Office, Work, begin_work

CASES = 1_000_000
DAYS = 1500
ROUNDS, TIMES = 3, 5
MOST_MS, WORKLIST_MS, AT_LEAST = 300.0, 50.0, 20.0
SECRET = "a secret of the bench, thirty-two characters"
LEADER = Actor(1, "leader", (Grant("district_leader"),))
OFFICER = Actor(2, "officer", (Grant("officer", department="ZG"),))

# For the session that fills: what it sorts and adds up stays in memory.
_ROOMY = "SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'; SET synchronous_commit = off"
_PLACES = """
UPDATE projects SET street = (ARRAY['zhonghan', 'shazikou', 'wanggezhuang', 'beizhai', 'jinjialing'])[1 + id % 5],
  battlefront = (ARRAY['zhuzhou_road', 'zhangcun_river', 'municipal_works', 'old_town', 'parking'])[1 + id % 5];
"""
_CASES = """
INSERT INTO cases (no, flow, flow_version, title, item, project_id, company, department, squad, assignee_id, state,
  outcome, version, rev, seq, chain_head, opened_at, received_at, accepted_at, decided_at, entered_at, ended_at, due_at,
  paused)
SELECT 'LS2026-' || lpad(n::text, 7, '0'), 'item', 3, '示例项目：规划许可', (ARRAY[{items}])[1 + n % {kinds}], p.id,
  p.company, (ARRAY['QX', 'ZG', 'ZJ', 'HB', 'CG', 'WL'])[1 + n % 6], p.squad, 1 + n % 60,
  CASE WHEN n % 5 = 0 THEN 'in_review' ELSE 'refused' END, CASE WHEN n % 5 = 0 THEN NULL ELSE 'refused' END, 3, 3, 3,
  '\\x00', at, at, at, CASE WHEN n % 5 <> 0 THEN at END, at, CASE WHEN n % 5 <> 0 THEN at END,
  CASE WHEN n % 5 <> 0 THEN 'infinity'
    ELSE date_trunc('day', app_now()) - interval '8 hours' + make_interval(days => n / 5 % 40 - 5) END, n % 50 = 5
FROM generate_series(1, {cases}) n JOIN projects p ON p.id = 1 + n % {projects},
  LATERAL (SELECT app_now() - make_interval(days => n % {days}, secs => n % 30000) AS at) a;
INSERT INTO clocks (case_id, name, started_at, amount, unit, state, due_on, due_at, calendar_version)
SELECT id, 'promised', accepted_at, 10, 'wd', 'spent', (due_at AT TIME ZONE 'Asia/Shanghai')::date - 1, due_at, 'none'
FROM cases WHERE ended_at IS NULL AND no ~ '^LS2026-[0-9]{{7}}$';
"""
_FACTS = """
TRUNCATE figure_facts, figure_totals;
ALTER TABLE figure_facts DROP CONSTRAINT figure_facts_pkey;
DROP INDEX figure_facts_behind;
INSERT INTO figure_facts (case_id, figure, part, at, version, n, amount, project_id, department, stage, street, squad,
  front, item)
SELECT c.id, f.figure, f.part, coalesce(c.decided_at, c.due_at), 1, 1, f.amount, c.project_id, c.department,
  (1 + c.id % 4)::text, p.street, c.squad, p.battlefront, c.item
FROM cases c JOIN projects p ON p.id = c.project_id CROSS JOIN LATERAL (VALUES
  ('early_finish', 'counted', 0, c.ended_at IS NOT NULL), ('early_finish', 'early', 0, c.id % 5 IN (1, 2, 3)),
  ('days_saved', 'law', 12, c.ended_at IS NOT NULL), ('days_saved', 'promise', 2, c.ended_at IS NOT NULL),
  ('net_days', (c.id % 9)::text, (c.id % 9)::int, c.ended_at IS NOT NULL),
  ('decisions', 'decided', 0, c.ended_at IS NOT NULL), ('decisions', 'late', 0, c.id % 30 = 1),
  ('cards', 'yellow', 4, c.id % 20 = 1), ('cards', 'red', 9, c.id % 50 = 1),
  ('pauses', 'expert_review', 10, c.id % 25 = 1), ('meetings', 'dispatch', 0, c.id % 100 = 1),
  ('problems', 'raised', 0, c.id % 100 = 2), ('problems', 'solved', 0, c.id % 100 = 3),
  ('extended_hours', 'sessions', 240, c.id % 200 = 1), ('help_hours', to_char(c.id % 24, 'FM00'), 12, c.id % 20 = 2),
  ('lights', CASE WHEN c.paused THEN 'paused' ELSE 'running' END, 0, c.ended_at IS NULL)
) AS f(figure, part, amount, counts) WHERE f.counts AND c.no ~ '^LS2026-[0-9]{7}$';
ALTER TABLE figure_facts ADD PRIMARY KEY (case_id, figure, part, at);
CREATE INDEX figure_facts_behind ON figure_facts (figure, part, at, case_id)
  INCLUDE (version, n, project_id, department, stage, street, squad, front, item);
"""
_DAYS_OF = """
INSERT INTO figure_totals (dimension, value, grain, figure, version, at, part, n, amount)
SELECT '{dimension}', {value}, CASE WHEN figure = 'lights' THEN 'moment' ELSE 'day' END, figure, version,
  CASE WHEN figure = 'lights' THEN at
    ELSE date_trunc('day', at AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai' END,
  part, sum(n), sum(amount)
FROM figure_facts GROUP BY 2, 3, 4, 5, 6, 7;
"""
_MONTHS = """
INSERT INTO figure_totals (dimension, value, grain, figure, version, at, part, n, amount)
SELECT dimension, value, 'month', figure, version,
  date_trunc('month', at AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai', part, sum(n), sum(amount)
FROM figure_totals WHERE grain = 'day' GROUP BY 1, 2, 4, 5, 6, 7;
"""
_LIVE = text("""
SELECT figure, part, sum(n) AS n, sum(amount), min(at), count(DISTINCT project_id) FILTER (WHERE figure = 'meetings')
FROM figure_facts WHERE figure = 'lights' OR at >= :since AND at < :until GROUP BY figure, part""")
_LIVE_BY_DEPARTMENT = text("""
SELECT department, figure, part, sum(n) AS n, sum(amount), min(at),
  count(DISTINCT project_id) FILTER (WHERE figure = 'meetings')
FROM figure_facts WHERE figure = 'lights' OR at >= :since AND at < :until GROUP BY department, figure, part""")


def figures(stage: Stage) -> Iterator[Figure]:
    """Milliseconds of every question of the picture."""
    url = stage.database()
    fill(stage, url, CASES)
    office = stage.office_on(web_engine(url))
    with begin_work(office, LEADER) as work:
        today = local_day(work.now)
    year, ever = Ask(today - timedelta(days=365), today), Ask(today - timedelta(days=DAYS), today)
    yield from _against_live(office, url, "war map, a year", year, _LIVE)
    yield from _against_live(office, url, "war map, four years", ever, _LIVE)
    by_department = Ask(ever.since, ever.until, by="department")
    yield from _against_live(office, url, "war map, four years by department", by_department, _LIVE_BY_DEPARTMENT)
    for name, ask in _cuts(ever.since, today).items():
        yield _within(f"war map, {name}", milliseconds(partial(_figures, office, ask), TIMES), MOST_MS)
    for name, (figure, part, ask) in _lists(ever).items():
        once = partial(_cases, office, figure, part, ask)
        yield _within(f"cases behind {name}", milliseconds(once, TIMES), MOST_MS)
    for name, actor in (("leader", LEADER), ("officer", OFFICER)):
        once = partial(_worklist, office, actor)
        once()
        yield _within(f"worklist page, {name}, 10⁶ cases", milliseconds(once, 20), WORKLIST_MS)
    office.engine.dispose()


def fill(stage: Stage, url: str, cases: int) -> None:
    """A district with ``cases`` cases over DAYS, a fifth of them open, with their facts and totals; what is already
    there keeps its cases, but is not counted with them."""
    items = list(stage.office.catalogue.items)
    filled = _CASES.format(
        items=", ".join(f"'{code}'" for code in items),
        kinds=len(items),
        cases=cases,
        projects=rows.PROJECTS,
        days=DAYS,
    )
    sums = [_DAYS_OF.format(dimension="all", value="''")]
    sums += [_DAYS_OF.format(dimension=name, value=name) for name in DIMENSIONS]
    directory = rows.DIRECTORY.format(projects=rows.PROJECTS)
    stage.load(url, _ROOMY, directory, _PLACES, filled, _FACTS, *sums, _MONTHS)


def _cuts(since: date | None, today: date) -> dict[str, Ask]:
    return {
        "four years by month": Ask(since, today, by="month"),
        "four years by item": Ask(since, today, by="item"),
        "four years of a department by month": Ask(since, today, "department", "ZG", by="month"),
        "four years of a street": Ask(since, today, "street", "beizhai"),
    }


def _lists(ever: Ask) -> dict[str, tuple[str, str, Ask]]:
    of_item = Ask(ever.since, ever.until, "item", "SG05")
    return {
        "finished early": ("early_finish", "early", ever),
        "finished early, of one item": ("early_finish", "early", of_item),
        "green lights": ("lights", "green", ever),
        "red lights of a department": ("lights", "red", Ask(ever.since, ever.until, "department", "ZG")),
    }


def _against_live(office: Office, url: str, name: str, ask: Ask, live: TextClause) -> Iterator[Figure]:
    engine = open_engine(url, "cli")
    assert ask.since is not None
    assert ask.until is not None
    bounds = {"since": start_of_day(ask.since), "until": end_of_day(ask.until)}

    def added_up() -> None:
        with engine.connect() as conn:
            conn.execute(live, bounds).all()

    sides: dict[str, Callable[[], float]] = {
        "kept": lambda: milliseconds(partial(_figures, office, ask), TIMES),
        "live": lambda: milliseconds(added_up, 1),
    }
    with engine.connect() as conn:
        counted = sum(
            row.n for row in conn.execute(live, bounds) if (row.figure, row.part) == ("early_finish", "early")
        )
    kept = _figures(office, ask).figure("early_finish").whole.part("early")
    if kept is None or kept.n != counted:
        raise RuntimeError(f"{counted} cases by the live count, the totals say {kept}")
    taken = take_turns(sides, ROUNDS)
    engine.dispose()
    yield _within(name, taken["kept"], MOST_MS)
    ratio = taken.ratio("live", "kept")
    yield Figure(f"{name}, live GROUP BY", taken["live"], "ms", name, ratio, (">=", AT_LEAST))


def _within(name: str, value: float, most: float) -> Figure:
    return Figure(name, value, "ms", f"{most:.0f} ms", value / most, ("<=", 1.0))


def _figures(office: Office, ask: Ask) -> Figures:
    with begin_work(office, LEADER) as work:
        return figures_of(work, ask)


def _cases(office: Office, figure: str, part: str, ask: Ask) -> None:
    with begin_work(office, LEADER) as work:
        found = figure_cases(work, figure, part, ask, Paging(SECRET))
    if not found.rows:
        raise RuntimeError(f"no case is behind {figure}/{part}")


def _worklist(office: Office, actor: Actor) -> None:
    def page(work: Work) -> int:
        return len(worklist(work, Filters(), Paging(SECRET)).rows)

    with begin_work(office, actor) as work:
        if not page(work):
            raise RuntimeError("the worklist is empty")
