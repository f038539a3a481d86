"""The key projects of the war map with the milestones of each, and the worse of its two lights.

A project has the light of its clocks (the worst of its open cases) and that of its progress (milestones and reports, by
``config/rules/lights.yaml``). Two statements, however many projects there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from workflow.clock.days import local_day
from workflow.clock.words import Light
from workflow.guards.mechanism import DROPPED, milestone_row, report_rows
from workflow.progress import MilestoneProgress, Progress, ProgressLight, progress
from workflow.queries.war_map import KeyProject, WarMapAsk, key_projects
from workflow.work import Work

OF_PROGRESS: Mapping[ProgressLight, Light] = {
    ProgressLight.RED: Light.OVERDUE,
    ProgressLight.YELLOW: Light.WARNING,
    ProgressLight.GREEN: Light.NORMAL,
}
"""What the lights of progress are among those of clocks; a project without milestones to reach has none."""
GRAVITY = (Light.OVERDUE, Light.WARNING, Light.PAUSED, Light.NORMAL)
"""From the worst to the mildest: a pause shows where everything else is well."""


@dataclass(frozen=True, slots=True)
class DistrictProject:
    """One key project; ``light`` is the worse of both, None where nothing is open and nothing is to be reached."""

    project: KeyProject
    progress: Progress | None
    light: Light | None

    @property
    def milestones(self) -> tuple[MilestoneProgress, ...]:
        """Those to be reached and those that were, in the order they were planned in."""
        return () if self.progress is None else self.progress.milestones

    @property
    def done(self) -> int:
        """How many of them were reached."""
        return sum(one.done_on is not None for one in self.milestones)


def district(work: Work, ask: WarMapAsk) -> tuple[DistrictProject, ...]:
    """Key projects in the order of their registration, as `key_projects` has them; raises BadInput."""
    return with_milestones(work, key_projects(work, ask))


def with_milestones(work: Work, projects: tuple[KeyProject, ...]) -> tuple[DistrictProject, ...]:
    """The same projects with what each is to reach."""
    found = _progress(work, [one.code for one in projects])
    return tuple(DistrictProject(one, found.get(one.code), worse(one.light, found.get(one.code))) for one in projects)


def worse(clocks: Light | None, reckoned: Progress | None) -> Light | None:
    """The graver of the light of the clocks and that of progress."""
    of_progress = None if reckoned is None else OF_PROGRESS.get(reckoned.light)
    return min((one for one in (clocks, of_progress) if one is not None), key=GRAVITY.index, default=None)


# The newest case of a project by its index, the milestones by that of the cases under one.
_MILESTONES = text("""
SELECT p.code, m.data, under.milestones
FROM projects p CROSS JOIN LATERAL (
  SELECT c.id, c.data FROM cases c
  WHERE c.project_id = p.id AND c.flow = 'mechanism' ORDER BY c.id DESC LIMIT 1) m
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(json_build_object('state', k.state, 'department', k.department, 'data', k.data)
    ORDER BY k.id), '[]') AS milestones
  FROM cases k WHERE k.parent_id = m.id AND k.flow = 'milestone') under
WHERE p.code = ANY(:codes)""")


def _progress(work: Work, codes: list[str]) -> dict[str, Progress]:
    rows = work.conn.execute(_MILESTONES, {"codes": codes})
    return {row.code: _reckoned(work, row) for row in rows}


def _reckoned(work: Work, row: Any) -> Progress:
    counted = [one for one in row.milestones if one["state"] != DROPPED]
    reports = [*report_rows(row.data)]
    for one in counted:
        reports += report_rows(one["data"], one["data"]["name"])
    rows = [milestone_row(one["data"], one["department"]) for one in counted]
    return progress(rows, reports, local_day(work.now), work.office.catalogue.lights)
