"""A consultation at a glance: who was asked, what each said and when, and what became of the conditions.

One statement reads all opinions and the tasks under them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, text

from workflow.case import Case
from workflow.clock.days import local_day
from workflow.definition import Title
from workflow.errors import NotFound
from workflow.reading import visible_case
from workflow.store.cases import finite
from workflow.visibility import may_see, shows_names
from workflow.work import Work

ASKED, DROPPED = "asked", "dropped"
"""States of an opinion: still awaited; no longer wanted, the consultation was withdrawn."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of an opinion with the task it became; ``no`` is None where the reader may not open that."""

    what: str
    department: str
    due_on: date | None
    no: str | None
    state: Title | None
    open: bool


@dataclass(frozen=True, slots=True)
class Opinion:
    """One department asked. ``on`` is the day of its answer, ``due_on`` that of its running clock; ``no`` is None where
    the reader may not open it.
    """

    department: str
    state: str
    title: Title
    on: date | None
    due_on: date | None
    opinion: str
    basis: str
    conditions: tuple[Condition, ...]
    no: str | None

    @property
    def awaited(self) -> bool:
        """Whether the department has still to answer."""
        return self.state == ASKED


_ASKED = text("""
SELECT k.no, k.department, k.state, k.flow_version, k.data, k.ended_at::text AS ended_at,
  (SELECT min(t.due_on) FROM clocks t WHERE t.case_id = k.id AND t.state <> 'settled') AS due_on,
  (SELECT coalesce(json_agg(json_build_object('no', s.no, 'department', s.department, 'state', s.state,
      'flow_version', s.flow_version, 'what', s.data->>'what', 'due_on', s.data->>'due_on',
      'ended', s.ended_at IS NOT NULL) ORDER BY s.id), '[]')
   FROM cases s WHERE s.parent_id = k.id AND s.flow = 'task') AS tasks
FROM cases k WHERE k.parent_id = :id AND k.flow = 'opinion' ORDER BY k.id""")


def consultation(work: Work, no: str) -> tuple[Opinion, ...]:
    """The opinions of the consultation ``no``, in the order of asking.

    Whoever in the office sees the consultation reads what every department has said: it is asked in order to be told.
    Applicants read none of it. Raises NotFound for anything else.
    """
    case = visible_case(work, no).case
    if case.flow != "consultation":
        raise NotFound(
            "not_a_consultation", f"办件 {no} 不是会商", f"The case {no} is no consultation", extra={"no": no}
        )
    if not shows_names(work.actor):
        return ()
    rows = work.conn.execute(_ASKED, {"id": case.id}).mappings()
    return tuple(_opinion(work, case, row) for row in rows)


def _opinion(work: Work, case: Case, row: RowMapping) -> Opinion:
    data = row["data"]
    tasks = {task["what"]: task for task in row["tasks"]}
    ended = finite(row["ended_at"])
    return Opinion(
        department=row["department"],
        state=row["state"],
        title=work.office.flow("opinion", row["flow_version"]).state(row["state"]).title,
        on=local_day(ended) if ended else None,
        due_on=row["due_on"],
        opinion=data.get("opinion") or "",
        basis=data.get("basis") or "",
        conditions=tuple(_condition(work, case, one, tasks.get(one["what"])) for one in data.get("conditions") or ()),
        no=row["no"] if _may_open(work, case, row["department"]) else None,
    )


def _condition(work: Work, case: Case, said: Mapping[str, Any], task: Mapping[str, Any] | None) -> Condition:
    department = said["department"] if task is None else task["department"]
    due_on = said.get("due_on") if task is None else task["due_on"]
    return Condition(
        what=said["what"],
        department=department,
        due_on=date.fromisoformat(due_on) if due_on else None,
        no=task["no"] if task is not None and _may_open(work, case, department) else None,
        state=None if task is None else work.office.flow("task", task["flow_version"]).state(task["state"]).title,
        open=task is not None and not task["ended"],
    )


def _may_open(work: Work, case: Case, department: str) -> bool:
    """Company, project and squad are those of the consultation: only the department may differ."""
    return may_see(work.actor, replace(case, department=department, internal=True))
