"""One action of one actor on one case: the only way a state changes."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from workflow.actor import SYSTEM
from workflow.change import Change, plan
from workflow.clock.days import OFFICE_ZONE
from workflow.commands.named_facts import with_named
from workflow.commands.notices import fire_late
from workflow.commands.open_bundle import open_items, with_sheets
from workflow.commands.open_case import open_children
from workflow.commands.recorded import as_recorded
from workflow.definition import Flow, Title
from workflow.errors import Conflict, Refused
from workflow.guards import ITEMS, Facts
from workflow.inputs import read_inputs
from workflow.machine import Decision, Refusal, decide
from workflow.making import worked_out
from workflow.reading import facts_of, visible_case
from workflow.side_lines import MACHINES, SIDE_LINES
from workflow.store import births, cases, people
from workflow.store.cases import CaseReading, LastAction
from workflow.visibility import shows_names
from workflow.work import Work

# Only the clock writes without raising `version`; more than a few of its rungs on one case at one instant is a fault.
ATTEMPTS = 5
CONVERSION = ("convert", "accept_converted")
"""What becomes of an item case when land is obtained, in this order."""


def take_action(
    work: Work, no: str, action: str, inputs: Mapping[str, Any] | None = None, version: int | None = None
) -> Change:
    """Take ``action`` on the case ``no`` and return what was written.

    ``version`` is what the actor saw; None (the clock and the system) means the case as it stands. Raises NotFound,
    BadInput, NotAllowed, NotMet with every unmet condition, and Conflict for a wrong state or a stale version: then
    nothing was written.
    """
    for _ in range(ATTEMPTS):
        change = _attempt(work, no, action, inputs or {}, version)
        if cases.write(work.conn, change):
            _follow(work, change)
            return change
        # Who wrote meanwhile may have done so under a newer calendar.
        work.calendar_version = None
    raise Conflict("busy", "办件正被频繁更新，请稍后再试", "The case is being written to, try again", extra={"no": no})


def _follow(work: Work, change: Change) -> None:
    """What an action brings about in other cases, in the same transaction: parent before children, always."""
    flow = work.office.flow(change.after.flow, change.after.flow_version)
    effect = flow.actions[change.event.action].effect
    if effect is not None and effect.kind == "open items":
        open_items(work, change)
    if effect is not None and effect.kind == "convert items":
        _convert_items(work, change)
    if effect is not None and effect.kind == "hand over":
        births.record_department_use(work.conn, change.after.department)
    opens = flow.actions[change.event.action].opens
    if opens is not None:
        open_children(work, change, opens)


def _convert_items(work: Work, change: Change) -> None:
    """Every item reviewed by simulation is received in earnest; those that passed are accepted in the same step.

    What an item case does not allow leaves it where it is, as when the system looks at it.
    """
    own = Work(work.office, work.conn, work.read_at, SYSTEM, work.calendar_version, work.recorded_at)
    reading = cases.read(work.conn, case_id=change.after.id, groups=frozenset({"children"}))
    items = [one for one in reading.children if one.flow == ITEMS] if reading is not None else []
    waiting = [item.no for item in items if item.ended_at is None]
    for no in waiting:
        for action in CONVERSION:
            with suppress(Refused):
                take_action(own, no, action)


def _attempt(work: Work, no: str, action: str, raw: Mapping[str, Any], version: int | None) -> Change:
    groups = work.office.reads.get(action, frozenset())
    reading = visible_case(work, no, groups)
    # Of a past that is only told now no rung is late: nobody was here to be warned.
    while work.recorded_at is None and fire_late(work, reading.case):
        reading = visible_case(work, no, groups)
    flow = work.office.flow(reading.case.flow, reading.case.flow_version)
    if version is not None and version != reading.case.version:
        raise stale(work, reading, flow, version)
    facts = facts_of(work, reading)
    known = flow.actions.get(action)
    allowed_here = known is not None and reading.case.state in known.sources
    if allowed_here and known is not None and facts.actor.role_on(facts.case, known.by) is not None:
        facts = worked_out(known, replace(facts, inputs=read_inputs(known, raw, work.office.catalogue)))
        facts = with_named(work, known, facts)
    verdict = decide(flow, action, facts)
    if isinstance(verdict, Refusal):
        raise verdict.error(action)
    change = plan(flow, verdict, facts, _assignee(work, flow, verdict, facts))
    effect = verdict.action.effect
    opens_items = effect is not None and effect.kind == "open items"
    return as_recorded(work, with_sheets(change, work.office.catalogue) if opens_items else change)


def stale(work: Work, reading: CaseReading, flow: Flow, version: int) -> Conflict:
    """Somebody acted first: who, when, what, and where the case stands now."""
    case = reading.case
    last = cases.last_action(work.conn, case.id)
    by = _who(work, last)
    done = flow.actions[last.action].title if last.action in flow.actions else SIDE_LINES[last.action]
    state = flow.states[case.state].title
    when = f"{last.recorded_at.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M:%S}"
    return Conflict(
        "stale_version",
        f"{by.zh} 已于 {when} 办理“{done.zh}”，本件现为“{state.zh}”（版本 {case.version}，您看到的是 {version}）",
        f"{by.en} did “{done.en}” at {when}; the case is now: {state.en} (version {case.version}, you saw {version})",
        extra={
            "version": case.version,
            "seen": version,
            "state": case.state,
            "by": by.zh,
            "at": last.recorded_at.isoformat(),
            "action": last.action,
        },
    )


def _who(work: Work, last: LastAction) -> Title:
    """The name for colleagues; applicants know officers by their role, specialists and their own people by name."""
    if last.actor_name is not None and (shows_names(work.actor) or last.actor_role in ("applicant", "specialist")):
        return Title(last.actor_name, last.actor_name)
    roles = work.office.catalogue.roles
    return MACHINES.get(last.actor_role) or roles[last.actor_role].title


def _assignee(work: Work, flow: Flow, decision: Decision, facts: Facts) -> int | None:
    """Who has the case next: the person named, or the least loaded one of the role whose turn it becomes."""
    effect = decision.action.effect
    if effect is not None and effect.kind == "assign":
        assignee: int = facts.inputs["assignee"]
        return assignee
    if effect is not None and effect.kind == "hand over":
        return people.least_loaded(work.conn, "officer", facts.inputs["department"], facts.case.id)
    turn = flow.states[decision.to_state].turn
    if decision.action.target is None or turn not in ("clerk", "officer"):
        return None
    if turn == flow.states[decision.from_state].turn:
        return None
    return people.least_loaded(work.conn, turn, facts.case.department, facts.case.id)
