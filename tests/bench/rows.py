"""Plausible rows in bulk, made by SQL: a district of any size in seconds. For reading and sweeping only: histories are
left out, so `wugeyi verify` would find no chain in them."""

from tests.bench.stage import Stage

PROJECTS = 129
CALENDAR = "2004-2026.a1b2c3d4"
"""What these clocks were made with: a calendar nobody keeps."""

DIRECTORY = """
INSERT INTO companies (credit_code, name) SELECT 'company' || n, '示例公司' || n FROM generate_series(1, {projects}) n;
INSERT INTO projects (code, name, company, splclx, squad, created_at)
SELECT 'project' || n, '示例项目' || n, 'company' || n, 1, 'squad' || n % 5, now()
FROM generate_series(1, {projects}) n;
INSERT INTO people (username, name, password_hash, created_at)
SELECT 'officer' || n, '科员' || n, '', now() FROM generate_series(1, 60) n;
INSERT INTO person_roles (person_id, role, department)
SELECT id, 'officer', (ARRAY['QX', 'ZG', 'ZJ', 'HB', 'CG', 'WL'])[1 + id % 6] FROM people
WHERE username ~ '^officer[0-9]+$';
"""

# Three of ten have ended. Limits of five to forty-five days, so that a few are overdue and a few have cards.
_CASES = """
INSERT INTO cases (no, flow, flow_version, title, item, project_id, company, department, squad, assignee_id, state,
  version, rev, seq, chain_head, data, limits, opened_at, received_at, accepted_at, entered_at, ended_at, due_at,
  paused)
SELECT 'LS2026-' || lpad(n::text, 7, '0'), 'item', 1, '示例项目' || n || '：规划许可证核发', 'LX01', p.id, p.company,
  (ARRAY['QX', 'ZG', 'ZJ', 'HB', 'CG', 'WL'])[1 + n % 6], p.squad, 1 + n % 60,
  CASE WHEN n % 10 < 3 THEN 'delivered' WHEN n % 2 = 0 THEN 'in_review' ELSE 'received' END, 3, 3, 3,
  sha256(int8send(n)), '{{}}', '{{"statutory": "20wd", "promised": "10wd"}}', opened, opened, opened + interval '1 day',
  opened + interval '1 day', CASE WHEN n % 10 < 3 THEN now() - interval '1 day' END,
  CASE WHEN n % 10 < 3 THEN 'infinity' ELSE opened + make_interval(days => 15 + n % 30) END, n % 50 = 7
FROM generate_series(1, {cases}) n JOIN projects p ON p.id = 1 + n % {projects},
  LATERAL (SELECT now() - make_interval(days => n % 16, secs => n % 20000) AS opened) o;
INSERT INTO clocks (case_id, name, started_at, amount, unit, state, ladder_at, fire_at, due_on, due_at,
  calendar_version)
SELECT c.id, k.name, c.accepted_at, 10, 'wd', 'armed', ARRAY[c.due_at - interval '1 day', c.due_at + interval '1 day'],
  c.due_at - interval '1 day', c.due_at::date, c.due_at, '{calendar}'
FROM cases c, unnest(ARRAY['statutory', 'promised']) k(name) WHERE c.ended_at IS NULL AND c.state = 'in_review';
INSERT INTO clocks (case_id, name, started_at, amount, unit, state, ladder_at, fire_at, due_on, due_at,
  calendar_version)
SELECT c.id, 'completeness', c.received_at, 5, 'wd', 'armed', ARRAY[c.due_at], c.due_at, c.due_at::date,
  c.due_at, '{calendar}'
FROM cases c WHERE c.ended_at IS NULL AND c.state = 'received';
"""

# All in the future: nothing is due.
_ARMED = """
INSERT INTO cases (no, flow, flow_version, title, project_id, company, department, squad, assignee_id, state, version,
  rev, seq, chain_head, opened_at, entered_at, due_at)
SELECT 'LS2026-' || lpad(n::text, 7, '0'), 'back_and_forth', 1, '往返', 1 + n % {projects}, 'company1', 'QX', 'squad1',
  1 + n % 60, 'here', 1, 1, 1, sha256(int8send(n)), now(), now(), now() + interval '7 days'
FROM generate_series(1, {cases}) n;
INSERT INTO clocks (case_id, name, round, started_at, amount, unit, state, ladder_at, fire_at, due_on, due_at,
  calendar_version)
SELECT 1 + n % {cases}, 'waiting_here', n / {cases}, now(), 5, 'wd', 'armed',
  ARRAY[at, at + interval '2 days', at + interval '5 days'], at, at::date, at + interval '1 day', '{calendar}'
FROM generate_series(0, {clocks} - 1) n, LATERAL (SELECT now() + make_interval(days => 1, secs => n % 2000000) AS at) a;
"""

# The first rung of each is due, the others are not; every rung tells the assignee.
_DUE = """
UPDATE clocks SET ladder_at[1] = now() - make_interval(secs => id % 3600),
  fire_at = now() - make_interval(secs => id % 3600);
"""


def district(stage: Stage, url: str, cases: int) -> None:
    """A district with ``cases`` cases, seven of ten open, under review or being checked."""
    stage.load(
        url, DIRECTORY.format(projects=PROJECTS), _CASES.format(cases=cases, projects=PROJECTS, calendar=CALENDAR)
    )


def armed_clocks(stage: Stage, url: str, cases: int, clocks: int) -> None:
    """``clocks`` armed clocks on ``cases`` cases; nothing is due for a day."""
    filled = _ARMED.format(cases=cases, clocks=clocks, projects=PROJECTS, calendar=CALENDAR)
    stage.load(url, DIRECTORY.format(projects=PROJECTS), filled)


def due_rungs(stage: Stage, url: str, count: int) -> None:
    """``count`` cases with one armed clock each, the first rung of which fell due within the last hour."""
    filled = _ARMED.format(cases=count, clocks=count, projects=PROJECTS, calendar=CALENDAR)
    stage.load(url, DIRECTORY.format(projects=PROJECTS), filled, _DUE)
