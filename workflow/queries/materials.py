"""The materials of a case: what was handed in, and what is still wanted."""

from dataclasses import dataclass
from datetime import datetime

from workflow.definition import State, Title
from workflow.errors import NotFound
from workflow.guards import Facts
from workflow.papers import Paper, may_come_now, papers_of
from workflow.reading import SHOWN_GROUPS, facts_of, visible_case
from workflow.store import materials
from workflow.store.materials import MaterialFile, MaterialRow
from workflow.visibility import shows_names
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class MaterialView:
    """One upload; ``case`` is where it lies (the bundle's papers serve all its items)."""

    id: int
    case: str
    code: str
    title: Title
    filename: str
    content_type: str
    size: int
    sha256: str
    uploaded_by: str | None
    uploaded_at: datetime
    superseded: bool


@dataclass(frozen=True, slots=True)
class PaperWanted:
    """One paper the items of a case ask for: whether it is there, and whether it may be handed in now."""

    paper: Paper
    attached: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Papers:
    """Everything about the papers of one case."""

    no: str
    materials: tuple[MaterialView, ...]
    wanted: tuple[PaperWanted, ...]


def papers(work: Work, no: str) -> Papers:
    """What was handed in on the case or its bundle, and what its items ask for; raises NotFound."""
    reading = visible_case(work, no, SHOWN_GROUPS)
    facts = facts_of(work, reading)
    named = shows_names(work.actor)
    state = work.office.flow(facts.case.flow, facts.case.flow_version).states[facts.case.state]
    rows = materials.of_cases(work.conn, _case_ids(facts))
    return Papers(no, tuple(material_view(facts, row, named) for row in rows), papers_wanted(facts, state))


def material_file(work: Work, no: str, material_id: int) -> MaterialFile:
    """The file of one upload on the case or its bundle; raises NotFound."""
    reading = visible_case(work, no)
    found = materials.file(work.conn, _case_ids(facts_of(work, reading)), material_id)
    if found is None:
        raise NotFound(
            "no_such_material",
            f"办件 {no} 没有编号为 {material_id} 的材料",
            f"The case {no} has no material {material_id}",
            extra={"no": no, "material": material_id},
        )
    return found


def material_view(facts: Facts, row: MaterialRow, named: bool) -> MaterialView:
    """An upload as it is shown; who uploaded it is for those who read names."""
    shared = facts.catalogue.materials.get(row.code)
    return MaterialView(
        id=row.id,
        case=row.case_no,
        code=row.code,
        title=shared.title if shared else Title(row.code, row.code),
        filename=row.filename,
        content_type=row.content_type,
        size=row.size,
        sha256=row.sha256,
        uploaded_by=row.uploaded_by_name if named or row.uploaded_by == facts.actor.id else None,
        uploaded_at=row.uploaded_at,
        superseded=row.superseded,
    )


def papers_wanted(facts: Facts, state: State) -> tuple[PaperWanted, ...]:
    """Every paper the items ask for, each once."""
    attached = {material.code for material in facts.materials}
    now = may_come_now(facts, state)
    wanted = papers_of(facts.items, facts.catalogue)
    return tuple(PaperWanted(paper, code in attached, code in now) for code, paper in wanted.items())


def _case_ids(facts: Facts) -> list[int]:
    own = facts.case.id
    return [own] if facts.case.parent_id is None else [own, facts.case.parent_id]
