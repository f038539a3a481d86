"""New cases, as the opening of their flow says: by a person, or under a case whose action opens them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from workflow.actor import Actor
from workflow.case import Case
from workflow.catalogue import Catalogue, Help
from workflow.change import Change, case_limits, plain, plan
from workflow.clock.days import OFFICE_ZONE
from workflow.clock.limit import Limit
from workflow.commands.named_facts import with_named
from workflow.commands.recorded import as_recorded
from workflow.definition import Flow, Opening, Opens
from workflow.errors import BadInput, Conflict, NotAllowed, NotFound, NotMet, Reason
from workflow.guards import Facts, Relative, condition
from workflow.inputs import read_inputs
from workflow.machine import Decision, role_names
from workflow.making import worked_out
from workflow.reading import visible_case
from workflow.store import births, cases, people, projects
from workflow.store.projects import Project, Standing
from workflow.work import Work

LEAD_DEPARTMENT = "QX"
OWN_DEPARTMENT = "own"
"""What an opening says where a case stands in the department of whoever opens it."""
PARENT_DEPARTMENT = "parent"
"""What an opening says where a case stands in the department of the case above it, with whoever has that one."""
NOTHING_SAID: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a new case is to stand: on a project, and under a case or under none."""

    project: Project
    standing: Standing
    parent: Case | None = None
    siblings: tuple[Relative, ...] = ()


def open_case(
    work: Work,
    flow_name: str,
    inputs: Mapping[str, Any],
    project_code: str | None = None,
    parent_no: str | None = None,
) -> Case:
    """Open a case of ``flow_name`` on the project ``project_code``, or under the case ``parent_no``.

    Raises NotFound for a project, case or flow that is not there (for this actor), NotAllowed for the wrong role,
    BadInput, NotMet with every unmet condition, Conflict where the only one there may be is open already.
    """
    flow, opening = _opening(work, flow_name)
    place = _place(work, flow, opening, project_code, parent_no)
    _check_role(work, flow, opening, place)
    said = read_inputs(opening.action, inputs, work.office.catalogue)
    case = _blank(work, flow, place, _department(work, opening, place, said), _name(opening, said))
    role = work.actor.role_on(case, opening.action.by)
    if role is None:
        raise _wrong_role(work.office.catalogue, opening)
    facts = worked_out(opening.action, with_named(work, opening.action, _facts(work, case, place, said)))
    _check_needs(opening, facts)
    _check_only_one(work, flow, opening, place, [case.department])
    _check_only_by(work, flow, opening, place, facts)
    [born] = _create(work, flow, opening, [facts], role, place)
    if opening.action.opens is not None:
        open_children(work, born, opening.action.opens)
    return born.after


def open_children(work: Work, change: Change, opens: Opens) -> list[str]:
    """The cases that an action just written opens under its own; returns their numbers. Parent before children."""
    flow, opening = _opening(work, opens.flow)
    parent, said = change.after, change.event.input
    entries = [said] if opens.each is None else list(said.get(opens.each, ()))
    if not entries or not _wanted(work, change, opens):
        return []
    passed = {name: value for name in opens.passes if (value := said.get(name, parent.data.get(name))) is not None}
    place = _under(work, parent, _siblings(work, parent))
    begun = [_entry(work, flow, opening, place, passed, entry, opens.department) for entry in entries]
    for facts in begun:
        _check_needs(opening, facts)
    _check_only_one(work, flow, opening, place, [facts.case.department for facts in begun])
    born = _create(work, flow, opening, begun, change.event.actor_role, place)
    if opening.action.opens is not None:
        for one in born:
            open_children(work, one, opening.action.opens)
    return [one.after.no for one in born]


def _wanted(work: Work, change: Change, opens: Opens) -> bool:
    """Whether the condition without which nothing is opened holds for what was just done."""
    if opens.only_if is None:
        return True
    done = Facts(
        change.after, work.actor, work.now, work.office.catalogue, work.calendar, inputs=dict(change.event.input)
    )
    return condition(opens.only_if).check(done) is None


def _entry(
    work: Work,
    flow: Flow,
    opening: Opening,
    place: _Place,
    passed: Mapping[str, Any],
    entry: str | Mapping[str, Any],
    department: str | None,
) -> Facts:
    """One case to be opened: a word is its department, a record what it is about."""
    assert place.parent is not None
    own = {"department": entry} if isinstance(entry, str) else dict(entry)
    where = own.get("department") or department or place.parent.department
    asked = {ask.name for ask in opening.action.asks}
    said = {name: value for name, value in {**passed, **own}.items() if name in asked}
    facts = _facts(work, _blank(work, flow, place, where, _name(opening, {**passed, **own})), place, said)
    return worked_out(opening.action, facts)


def limits_at_opening(work: Work, flow: Flow, said: Mapping[str, Any] = NOTHING_SAID) -> dict[str, str]:
    """Limits of a new case; the first answer to a request for help is due sooner by day than by night.

    By the hour in which its clock starts: a call at night that is entered in the morning was a call at night.
    """
    limits = case_limits(flow, work.office.catalogue, None)
    help_ = work.office.catalogue.help
    references: dict[str, Limit] = {
        "help.first_plan": help_.first_plan,
        "help.resolution": help_.resolution,
        "help.visit": help_.visit,
    }
    for rule in flow.clocks.values():
        if rule.limit == "help.first_response":
            asked_at = said.get(rule.kept_start or "")
            limits[rule.name] = str(_first_response(help_, asked_at if isinstance(asked_at, datetime) else work.now))
        elif isinstance(rule.limit, str) and rule.limit in references:
            limits[rule.name] = str(references[rule.limit])
    return limits


def _first_response(help_: Help, asked_at: datetime) -> Limit:
    by_day = help_.day_from <= asked_at.astimezone(OFFICE_ZONE).time() < help_.day_to
    return help_.first_response_day if by_day else help_.first_response_night


def blank_case(
    work: Work, flow: Flow, project: Project, title: str, data: Mapping[str, Any], department: str, no: str
) -> Case:
    """A case of ``flow`` of which nothing has been written yet."""
    return Case(
        id=0,
        no=no,
        flow=flow.name,
        flow_version=flow.version,
        title=title,
        item=None,
        project_id=project.id,
        parent_id=None,
        company=project.company,
        department=department,
        squad=project.squad,
        assignee_id=None,
        state=flow.initial.name,
        outcome=None,
        version=0,
        rev=0,
        seq=0,
        chain_head=b"",
        data=data,
        limits={},
        opened_at=work.now,
        received_at=None,
        accepted_at=None,
        decided_at=None,
        entered_at=work.now,
        ended_at=None,
        internal=flow.internal,
    )


def _opening(work: Work, name: str) -> tuple[Flow, Opening]:
    openable = sorted({flow.name for flow in work.office.flows.values() if flow.opening is not None})
    if name not in openable:
        raise NotFound(
            "no_such_flow",
            f"没有可发起的流程“{name}”；可用：{'、'.join(openable)}",
            f"No case of “{name}” can be opened; accepted: {', '.join(openable)}",
            extra={"accepted": openable},
        )
    flow = work.office.flow(name)
    assert flow.opening is not None, f"the newest version of {name} cannot be opened"
    return flow, flow.opening


def _place(work: Work, flow: Flow, opening: Opening, project_code: str | None, parent_no: str | None) -> _Place:
    if parent_no is None:
        if opening.under:
            raise _misplaced("parent", f"“{flow.title.zh}”须在另一办件下发起", f"“{flow.title.en}” stands under a case")
        project = projects.by_code(work.conn, project_code or "")
        if project is None or not _sees(work.actor, blank_case(work, flow, project, "", {}, LEAD_DEPARTMENT, "")):
            raise no_such_project(project_code or "")
        return _Place(project, projects.standing(work.conn, project.id))
    parent = visible_case(work, parent_no).case
    if parent.flow not in opening.under:
        raise _misplaced(
            "parent",
            f"“{flow.title.zh}”不能在 {parent_no} 下发起；可在：{'、'.join(opening.under) or '项目下'}",
            f"“{flow.title.en}” cannot stand under {parent_no}; accepted: {', '.join(opening.under) or 'a project'}",
        )
    # Held until this transaction ends: what is opened at the instant its end is written nobody would look down at.
    cases.hold(work.conn, parent.id)
    reading = visible_case(work, parent_no, frozenset({"children"}))
    if reading.case.ended_at is not None:
        raise Conflict("parent_ended", f"{parent_no} 已办结", f"{parent_no} has ended", extra={"parent": parent_no})
    return _under(work, reading.case, reading.children)


def _under(work: Work, parent: Case, siblings: tuple[Relative, ...]) -> _Place:
    project = projects.by_id(work.conn, parent.project_id)
    return _Place(project, projects.standing(work.conn, project.id), parent, siblings)


def _sees(actor: Actor, probe: Case) -> bool:
    """Whether the project lies within any of the actor's roles; a department is asked for later."""
    anywhere = (replace(probe, department=grant.department or probe.department) for grant in actor.grants)
    return any(grant.covers(case) for grant, case in zip(actor.grants, anywhere, strict=True))


def no_such_project(code: str) -> NotFound:
    """The one answer to a wrong code and to somebody else's project."""
    return NotFound("no_such_project", f"没有项目代码为 {code} 的项目", f"There is no project {code}")


def _misplaced(field: str, zh: str, en: str) -> BadInput:
    return BadInput("bad_input", zh, en, reasons=(Reason("bad_field", zh, en, {"field": field}),))


def _check_role(work: Work, flow: Flow, opening: Opening, place: _Place) -> None:
    """A first look, before what was typed is read: the department may still follow from it."""
    probe = _blank(work, flow, place, LEAD_DEPARTMENT, "")
    anywhere = [
        replace(probe, department=grant.department or LEAD_DEPARTMENT)
        for grant in work.actor.grants
        if grant.role in opening.action.by
    ]
    if not any(work.actor.role_on(case, opening.action.by) for case in anywhere):
        raise _wrong_role(work.office.catalogue, opening)


def _wrong_role(catalogue: Catalogue, opening: Opening) -> NotAllowed:
    roles = sorted(opening.action.by)
    title = opening.action.title
    zh, en = f"“{title.zh}”须由{role_names(catalogue, roles)}办理", f"“{title.en}” is for: {', '.join(roles)}"
    reason = Reason("role_required", zh, en, {"roles": roles})
    return NotAllowed("role_required", zh, en, reasons=(reason,))


def _department(work: Work, opening: Opening, place: _Place, said: Mapping[str, Any]) -> str:
    if opening.department in said:
        return str(said[opening.department])
    if opening.department == PARENT_DEPARTMENT:
        assert place.parent is not None, "soundness: it stands under a case"
        return place.parent.department
    if opening.department != OWN_DEPARTMENT:
        return opening.department
    own = (grant.department for grant in work.actor.grants if grant.role in opening.action.by and grant.department)
    return next(own, LEAD_DEPARTMENT)


def _name(opening: Opening, said: Mapping[str, Any]) -> str:
    return str(said.get(opening.named_by, "")) if opening.named_by else ""


def _blank(work: Work, flow: Flow, place: _Place, department: str, name: str) -> Case:
    catalogue = work.office.catalogue
    name = catalogue.departments[name].title.zh if name in catalogue.departments else name
    title = f"{place.project.name}：{flow.title.zh}" + (f"（{name}）" if name else "")
    case = blank_case(work, flow, place.project, title, {}, department, "")
    return case if place.parent is None else replace(case, parent_id=place.parent.id)


def _facts(work: Work, case: Case, place: _Place, said: Mapping[str, Any]) -> Facts:
    parent = place.parent
    return Facts(
        case=case,
        actor=work.actor,
        now=work.now,
        catalogue=work.office.catalogue,
        calendar=work.calendar,
        inputs=said,
        project_code=place.project.code,
        project_name=place.project.name,
        company_name=place.project.company_name,
        project_facts=place.project.facts,
        permits=place.standing.permits,
        siblings=place.siblings,
        parent=None if parent is None else _relative(parent),
        events=place.standing.events,
        needs_tender=place.project.needs_tender,
    )


def _relative(case: Case) -> Relative:
    return Relative(
        case.no,
        case.flow,
        case.item,
        case.department,
        case.state,
        case.outcome,
        case.data,
        case.accepted_at,
        case.decided_at,
        case.ended_at,
        case.entered_at,
        case.internal,
    )


def _siblings(work: Work, parent: Case) -> tuple[Relative, ...]:
    reading = cases.read(work.conn, case_id=parent.id, groups=frozenset({"children"}))
    return () if reading is None else reading.children


def _check_needs(opening: Opening, facts: Facts) -> None:
    reasons = tuple(reason for need in opening.action.needs if (reason := condition(need).check(facts)) is not None)
    if not reasons:
        return
    raise NotMet(
        reasons[0].code if len(reasons) == 1 else "conditions_unmet",
        "；".join(reason.zh for reason in reasons),
        "; ".join(reason.en for reason in reasons),
        reasons=reasons,
    )


def _check_only_one(work: Work, flow: Flow, opening: Opening, place: _Place, departments: Sequence[str]) -> None:
    """No second one where there may be one only; who comes at the same instant waits for the lock."""
    match opening.only_one:
        case "project":
            projects.hold(work.conn, place.project.id)
            taken = projects.open_case_of(work.conn, place.project.id, flow.name)
            if taken is not None:
                raise _open_already(flow, taken, place.project.code)
        case "parent" | "department" if place.parent is not None:
            # The case above is locked since before its cases were read: `_place` holds it, or an action wrote it.
            _check_siblings(work.office.catalogue, flow, opening, place.siblings, departments)


def _check_only_by(work: Work, flow: Flow, opening: Opening, place: _Place, facts: Facts) -> None:
    """No second one about the same on the project; who comes at the same instant waits for the lock."""
    if opening.only_by is None:
        return
    projects.hold(work.conn, place.project.id)
    about = str(facts.inputs.get(opening.only_by, ""))
    taken = projects.case_about(work.conn, place.project.id, flow.name, opening.only_by, about)
    if taken is not None:
        raise _open_already(flow, taken, about)


def _check_siblings(
    catalogue: Catalogue, flow: Flow, opening: Opening, siblings: Iterable[Relative], departments: Sequence[str]
) -> None:
    running = [one for one in siblings if one.flow == flow.name and one.ended_at is None]
    if opening.only_one == "parent" and running:
        raise _open_already(flow, running[0].no, running[0].no)
    if opening.only_one != "department":
        return
    taken = {one.department: one.no for one in running}
    for index, department in enumerate(departments):
        if department in taken:
            raise _open_already(flow, taken[department], catalogue.departments[department].title.zh)
        if department in departments[:index]:
            raise _open_already(flow, department, catalogue.departments[department].title.zh)


def _open_already(flow: Flow, no: str, about: str) -> Conflict:
    return Conflict(
        "open_already",
        f"“{flow.title.zh}”已有在办：{no}（{about}）",
        f"“{flow.title.en}” is open already: {no} ({about})",
        extra={"case": no, "value": about},
    )


def _create(work: Work, flow: Flow, opening: Opening, begun: Sequence[Facts], role: str, place: _Place) -> list[Change]:
    """The first line of each case and all it brings about, written at once. What an opening asks, its case keeps."""
    numbers = births.next_numbers(work.conn, len(begun), work.now.astimezone(OFFICE_ZONE))
    assignees = _assignees(work, flow, [facts.case.department for facts in begun], place)
    follows = opening.department == PARENT_DEPARTMENT and place.parent is not None
    with_parent = place.parent.assignee_id if follows and place.parent is not None else None
    changes = []
    for no, facts in zip(numbers, begun, strict=True):
        limits = limits_at_opening(work, flow, facts.inputs)
        case = replace(facts.case, no=no, limits=limits, data=plain(facts.inputs))
        decision = Decision(opening.action, case.state, case.state, role, work.now)
        assignee = facts.inputs.get(opening.given_to or "") or with_parent or assignees.get(case.department)
        changes.append(as_recorded(work, plan(flow, decision, replace(facts, case=case), assignee)))
    births.record_flow_use(work.conn, flow.name, flow.version, flow.digest, work.now)
    ids = births.create(work.conn, changes, [None] * len(changes), place.project.demo)
    return [replace(change, after=replace(change.after, id=ids[change.after.no])) for change in changes]


def _assignees(work: Work, flow: Flow, departments: Sequence[str], place: _Place) -> Mapping[str, int]:
    """Who has the new cases first, by department, where it is the turn of a desk."""
    turn = flow.initial.turn
    if turn not in ("clerk", "officer"):
        return {}
    return people.least_loaded_in(work.conn, turn, departments, place.project.id)
