"""The ladder of escalation as it stands now: which open cases have been carried to which level, and since when.

A level is the highest role that a rung of a running clock has told: who has the case, the squad leader, the director,
the district leader, and above them the special meeting, which is called and not reached by a rung. Read off the clocks,
right when every worker is dead: who was told stands in the alerts, and seeing one changes no level.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import text

from workflow.clock.days import local_day
from workflow.clock.words import Light
from workflow.definition import ClockRule, Title
from workflow.errors import BadInput, NotAllowed
from workflow.queries.clocks import ClockBrief, clock_brief
from workflow.queries.escalations import watched_departments
from workflow.store.cases import clock_from, pause_from
from workflow.visibility import visible_cases
from workflow.work import Work

Level = Literal[1, 2, 3, 4, 5]
LEVELS: tuple[Level, ...] = get_args(Level)
ROLES: Mapping[str, Level] = {
    "squad_leader": 2,
    "director": 3,
    "district_leader": 4,
    "supervisor": 4,
}
"""The level of a role that is told; every other one is the first."""
MEETING: Level = 5
AHEAD = 30
"""Working days before its end a rung may fall at the earliest that is looked for."""
CASES_MOST = 2000
"""Open cases looked at, those with the nearest dates; the answer says when there are more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One case on its level: the clock that carried it there, when its rung fell, and the working days since.

    ``light`` is that of this clock. ``rung`` is its number in the ladder, ``rung_text`` as the flow writes it; None
    on the level of the meeting, which no rung reaches.
    """

    level: Level
    case_id: int
    no: str
    title: str
    flow: str
    flow_title: Title
    item: str | None
    department: str
    project: str
    project_name: str
    clock_id: int
    clock_title: Title
    brief: ClockBrief
    light: Light
    rung: int
    rung_text: str
    since: datetime
    days: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """Every case that stands on a level, the highest first and there the longest; one row a case."""

    standing: tuple[Standing, ...]
    complete: bool

    def on(self, level: int) -> list[Standing]:
        """Those on one level."""
        return [one for one in self.standing if one.level == level]


# Both halves of the index of open cases, each from its nearest date on: one that is paused may have a clock that runs.
_STANDING = """
WITH near AS MATERIALIZED (
  SELECT one.* FROM unnest(ARRAY[false, true]) AS h(paused) CROSS JOIN LATERAL (
    SELECT c.* FROM cases c WHERE c.ended_at IS NULL AND c.paused = h.paused AND c.due_at <= :horizon AND {seen}
    ORDER BY c.due_at, c.id LIMIT :most) one)
SELECT n.id, n.no, n.title, n.flow, n.flow_version, n.item, n.department, n.data ? 'meeting_at' AS at_meeting,
  p.code AS project, p.name AS project_name, to_json(k) AS clock,
  (SELECT coalesce(json_agg(json_build_array(f.rung, extract(epoch FROM f.fired_at))), '[]')
   FROM firings f WHERE f.clock_id = k.id) AS fired,
  (SELECT coalesce(json_agg(z), '[]') FROM pauses z WHERE z.case_id = n.id) AS pauses,
  (SELECT count(*) FROM near) AS looked_at
FROM near n JOIN clocks k ON k.case_id = n.id AND k.state IN ('armed', 'spent') AND k.rung > 0
JOIN projects p ON p.id = n.project_id"""


def ladder(work: Work) -> Ladder:
    """What has been carried up, of the cases the actor may see; raises NotAllowed for whoever watches nothing."""
    if not watched_departments(work):
        raise NotAllowed(
            "not_watching",
            "只有局长、分管区领导、督查人员和系统管理员可以查看督办",
            "Only directors, district leaders, supervisors and administrators look at escalations",
        )
    seen, parameters = visible_cases(work.actor)
    horizon = work.calendar.add_working_days(local_day(work.now), AHEAD)
    rows = work.conn.execute(
        text(_STANDING.format(seen=seen)), parameters | {"horizon": horizon, "most": CASES_MOST}
    ).all()
    highest: dict[int, Standing] = {}
    for row in rows:
        found = _standing(work, row)
        if found is not None and _outranks(found, highest.get(found.case_id)):
            highest[found.case_id] = found
    order = sorted(highest.values(), key=lambda one: (-one.level, one.since, one.case_id))
    return Ladder(tuple(order), all(row.looked_at < CASES_MOST for row in rows[:1]))


def asked_level(given: str | None) -> Level | None:
    """The level of an address; None where none is asked for. Raises BadInput."""
    if not given:
        return None
    known = {str(level): level for level in LEVELS}
    if given not in known:
        raise BadInput(
            "bad_input",
            f"level：没有“{given[:20]}”级；可用：{'、'.join(known)}",
            f"level: there is no “{given[:20]}”; accepted: {', '.join(known)}",
        )
    return known[given]


def level_of(rule: ClockRule, fallen: int) -> tuple[Level, int] | None:
    """The highest level that the first ``fallen`` rungs of a ladder have told, and the rung that reached it first."""
    told: list[tuple[Level, int]] = [
        (ROLES.get(role, 1), place)
        for place, rung in enumerate(rule.ladder[:fallen])
        for role in rung.tell
        if role != "applicant"
    ]
    return max(told, key=lambda one: (one[0], -one[1]), default=None)


def _outranks(one: Standing, other: Standing | None) -> bool:
    return other is None or (-one.level, one.since) < (-other.level, other.since)


def _standing(work: Work, row: Any) -> Standing | None:
    flow, clock = work.office.flow(row.flow, row.flow_version), clock_from(row.clock)
    rule = flow.rule(clock.name)
    found = level_of(rule, clock.rung)
    if found is None:
        return None
    level, rung = (MEETING, found[1]) if row.at_meeting else found
    fired = [at for number, at in row.fired if number == rung]
    since = datetime.fromtimestamp(max(fired), work.now.tzinfo) if fired else clock.ladder_at[rung]
    brief = clock_brief(rule, clock, [pause_from(one) for one in row.pauses], work.calendar, work.now)
    return Standing(
        level=level,
        case_id=row.id,
        no=row.no,
        title=row.title,
        flow=row.flow,
        flow_title=flow.title,
        item=row.item,
        department=row.department,
        project=row.project,
        project_name=row.project_name,
        clock_id=row.clock["id"],
        clock_title=rule.title,
        brief=brief,
        light=brief.light,
        rung=rung,
        rung_text=rule.ladder[rung].text,
        since=since,
        days=work.calendar.working_days_between(local_day(since), local_day(work.now)),
    )
