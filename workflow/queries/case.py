"""One case as a page shows it: where it stands, its clocks, its papers, its relatives, and what may be done now."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from workflow.case import Case, PauseRecord
from workflow.catalogue import Catalogue
from workflow.clock.words import Light
from workflow.definition import Flow, State, Title
from workflow.queries.actions import ActionView, action_views
from workflow.queries.clocks import ClockView, case_light, clock_views, edges, exact_flows
from workflow.queries.materials import MaterialView, PaperWanted, material_view, papers_wanted
from workflow.reading import SHOWN_GROUPS, facts_of, no_such_case, visible_case
from workflow.soundness import kept_names
from workflow.store import materials
from workflow.store.cases import CaseReading, moment
from workflow.visibility import may_see, shows_names, visible_cases
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class PauseView:
    """A lawful stop of the clocks: why, by which article, from when to when; ``open`` while it lasts."""

    id: int | None
    cause: str
    title: Title
    basis: str
    stops: tuple[str, ...]
    since: date
    until: date | None
    planned_until: date
    reason: str
    result: str | None
    open: bool


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document the office issued; ``facts`` are what it states, as they were on that day.

    ``check_code`` is None for one issued before there were templates; ``rendered``: its file is there.
    """

    no: str
    kind: str
    issued_at: datetime
    effective_at: datetime
    facts: dict[str, Any]
    check_code: str | None
    rendered: bool


@dataclass(frozen=True, slots=True)
class Relative:
    """A case near another: the one it stands under (a bundle), one beside it (an item), or one under it.

    ``visible`` says whether the actor may open it; of the others only the state is told.
    """

    no: str
    item: str | None
    title: str
    state: str
    state_title: Title
    outcome: str | None
    ended: bool
    light: Light
    visible: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything a person who may see the case gets to see of it, as of now. Instants are aware."""

    no: str
    title: str
    flow: str
    flow_version: int
    flow_title: Title
    item: str | None
    item_title: Title | None
    variant: str | None
    variant_title: Title | None
    state: State
    outcome: str | None
    version: int
    light: Light
    paused: bool
    project_code: str
    project_name: str
    street: str
    investment_wan: float
    company: str
    company_name: str
    department: str
    department_title: Title
    squad: str
    assignee_id: int | None
    assignee: str | None
    specialists: tuple[str, ...]
    opened_at: datetime
    received_at: datetime | None
    accepted_at: datetime | None
    decided_at: datetime | None
    entered_at: datetime
    ended_at: datetime | None
    deemed_accepted: bool
    late_reason: str | None
    notices: tuple[dict[str, Any], ...]
    items: tuple[str, ...]
    variants: dict[str, str]
    form: dict[str, Any]
    question: str | None
    kept: dict[str, Any]
    clocks: tuple[ClockView, ...]
    pauses: tuple[PauseView, ...]
    documents: tuple[DocumentView, ...]
    materials: tuple[MaterialView, ...]
    wanted: tuple[PaperWanted, ...]
    parent: Relative | None
    relatives: tuple[Relative, ...]
    actions: tuple[ActionView, ...]


_AROUND = """
SELECT c.due_at::text AS due_at, c.paused, p.name AS project_name, p.street, p.investment_wan::float8 AS investment_wan,
  o.name AS company_name, a.name AS assignee,
  (SELECT coalesce(array_agg(q.name ORDER BY q.id), '{}') FROM person_roles r JOIN people q ON q.id = r.person_id
    WHERE r.role = 'specialist' AND r.project_id = c.project_id AND q.active) AS specialists,
  (SELECT coalesce(json_agg(d ORDER BY d.id), '[]') FROM documents d WHERE d.case_id = c.id) AS documents,
  (SELECT coalesce(json_agg(r ORDER BY r.id), '[]') FROM (
    SELECT k.id, k.no, k.flow, k.flow_version, k.item, k.title, k.state, k.outcome, k.department, k.internal,
      k.due_at::text AS due_at, k.paused, k.ended_at IS NOT NULL AS ended
    FROM cases k
    WHERE (k.id = c.parent_id OR k.parent_id = c.parent_id OR k.parent_id = c.id) AND k.id <> c.id) r) AS relatives
FROM cases c JOIN projects p ON p.id = c.project_id JOIN companies o ON o.credit_code = c.company
  LEFT JOIN people a ON a.id = c.assignee_id
WHERE c.id = :id"""


def case(work: Work, no: str) -> CaseView:
    """The case ``no``; raises NotFound where there is none for this actor's eyes."""
    reading = visible_case(work, no, SHOWN_GROUPS)
    around = work.conn.execute(text(_AROUND), {"id": reading.case.id}).mappings().one()
    return _view(work, reading, around)


def documents(work: Work, no: str) -> tuple[DocumentView, ...]:
    """The documents issued on a case, oldest first; raises NotFound."""
    seen, parameters = visible_cases(work.actor)
    row = work.conn.execute(
        text(f"""
SELECT (SELECT coalesce(json_agg(d ORDER BY d.id), '[]') FROM documents d WHERE d.case_id = c.id) AS documents
FROM cases c WHERE c.no = :no AND {seen}"""),  # noqa: S608 - our own words only
        parameters | {"no": no},
    ).one_or_none()
    if row is None:
        raise no_such_case(no)
    return _documents(work, row.documents)


def _documents(work: Work, rows: list[dict[str, Any]]) -> tuple[DocumentView, ...]:
    """The documents this reader may have: a letter from one department to another is not the applicant's."""
    kinds = work.office.catalogue.documents
    inside = shows_names(work.actor)
    return tuple(
        _document(row) for row in rows if inside or row["kind"] not in kinds or not kinds[row["kind"]].internal
    )


def _view(work: Work, reading: CaseReading, around: Any) -> CaseView:
    case_, office = reading.case, work.office
    flow = office.flow(case_.flow, case_.flow_version)
    named = shows_names(work.actor)
    around_it = [(row, _relative(work, case_, row)) for row in around["relatives"]]
    # Of an item in other hands its state is told; of what the office says among itself nothing.
    relatives = [(row, view) for row, view in around_it if view.visible or not row["internal"]]
    uploads = materials.of_cases(work.conn, [case_.id] if case_.parent_id is None else [case_.id, case_.parent_id])
    facts = facts_of(work, reading)
    return CaseView(
        no=case_.no,
        title=case_.title,
        flow=case_.flow,
        flow_version=case_.flow_version,
        flow_title=flow.title,
        item=case_.item,
        item_title=_item_title(office.catalogue, case_.item),
        variant=case_.data.get("variant"),
        variant_title=_variant_title(office.catalogue, case_),
        state=flow.states[case_.state],
        outcome=case_.outcome,
        version=case_.version,
        light=_light(work, flow, case_, around["due_at"], around["paused"]),
        paused=around["paused"],
        project_code=reading.project_code,
        project_name=around["project_name"],
        street=around["street"],
        investment_wan=around["investment_wan"],
        company=case_.company,
        company_name=around["company_name"],
        department=case_.department,
        department_title=_department_title(office.catalogue, case_.department),
        squad=case_.squad,
        assignee_id=case_.assignee_id if named else None,
        assignee=around["assignee"] if named else None,
        specialists=tuple(around["specialists"]),
        opened_at=case_.opened_at,
        received_at=case_.received_at,
        accepted_at=case_.accepted_at,
        decided_at=case_.decided_at,
        entered_at=case_.entered_at,
        ended_at=case_.ended_at,
        deemed_accepted=case_.data.get("acceptance_mode") == "deemed",
        late_reason=case_.data.get("late_reason"),
        notices=tuple(case_.data.get("notices", ())),
        items=tuple(case_.data.get("items", ())),
        variants=dict(case_.data.get("variants", {})),
        form=dict(case_.data.get("form", {})),
        question=case_.data.get("question"),
        kept=_kept(flow, case_, named),
        clocks=clock_views(flow, case_, work.calendar, work.now, office.catalogue),
        pauses=tuple(_pause(office.catalogue, pause) for pause in case_.pauses),
        documents=_documents(work, around["documents"]),
        materials=tuple(material_view(facts, row, named) for row in uploads),
        wanted=papers_wanted(facts, flow.states[case_.state]),
        parent=next((view for row, view in relatives if row["id"] == case_.parent_id), None),
        relatives=tuple(view for row, view in relatives if row["id"] != case_.parent_id),
        actions=action_views(work, flow, facts),
    )


def _kept(flow: Flow, case_: Case, named: bool) -> dict[str, Any]:
    """What the case keeps of what it was told; the office's own words for those who belong to it only."""
    names = [name for name in kept_names(flow) if name in case_.data]
    return {name: case_.data[name] for name in names if named or name not in flow.inside}


def _light(work: Work, flow: Flow, case_: Case, due_at: str, paused: bool) -> Light:
    return _light_of(work, flow, due_at, paused, case_.ended_at is not None)


def _light_of(work: Work, flow: Flow, due_at: str, paused: bool, ended: bool) -> Light:
    if ended:
        return Light.DONE
    at = edges(work.calendar, work.now)
    due = None if due_at == "infinity" else moment(due_at)
    return case_light(due, paused, flow.name in exact_flows(work.office.flows), at)


def _relative(work: Work, case_: Case, row: dict[str, Any]) -> Relative:
    flow = work.office.flow(row["flow"], row["flow_version"])
    return Relative(
        no=row["no"],
        item=row["item"],
        title=row["title"],
        state=row["state"],
        state_title=flow.states[row["state"]].title,
        outcome=row["outcome"],
        ended=row["ended"],
        light=_light_of(work, flow, row["due_at"], row["paused"], row["ended"]),
        # Company, project and squad are those of the case: only the department may differ.
        visible=may_see(work.actor, replace(case_, department=row["department"], internal=row["internal"])),
    )


def _item_title(catalogue: Catalogue, item: str | None) -> Title | None:
    return catalogue.items[item].title if item is not None and item in catalogue.items else None


def _variant_title(catalogue: Catalogue, case_: Case) -> Title | None:
    """Which form of its item the case is, where the item has several."""
    item = catalogue.items.get(case_.item) if case_.item else None
    return item.variant_title(case_.data.get("variant")) if item else None


def _department_title(catalogue: Catalogue, code: str) -> Title:
    return catalogue.departments[code].title if code in catalogue.departments else Title(code, code)


def _pause(catalogue: Catalogue, pause: PauseRecord) -> PauseView:
    known = catalogue.causes.get(pause.cause)
    return PauseView(
        id=pause.id,
        cause=pause.cause,
        title=known.title if known else Title(pause.cause, pause.cause),
        basis=pause.basis,
        stops=pause.stops,
        since=pause.since,
        until=pause.until,
        planned_until=pause.planned_until,
        reason=pause.reason,
        result=pause.result,
        open=pause.until is None,
    )


def _document(row: dict[str, Any]) -> DocumentView:
    return DocumentView(
        no=row["no"],
        kind=row["kind"],
        issued_at=moment(row["issued_at"]),
        effective_at=moment(row["effective_at"]),
        facts=row["facts"],
        check_code=row["check_code"],
        rendered=row["pdf"] is not None,
    )
