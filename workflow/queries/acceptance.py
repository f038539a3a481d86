"""An acceptance by segments as one matrix: segment × discipline, what each waits for, where all of it stands.

One statement reads the acceptance, its segments and all their cells.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, get_args

from sqlalchemy import text

from workflow.case import Case
from workflow.catalogue import Catalogue, Discipline
from workflow.clock.days import local_day
from workflow.definition import Title
from workflow.errors import NotFound
from workflow.guards.acceptance import PASSED, disciplines_of
from workflow.guards.cutting import FILED
from workflow.reading import visible_case
from workflow.store.cases import finite
from workflow.visibility import may_see, shows_names
from workflow.work import Work

FAMILY = ("acceptance", "segment", "check")
NOT_APPLICABLE, NOT_BEGUN = "not_applicable", "not_begun"
OWN_STATES: Mapping[str, Title] = {
    NOT_APPLICABLE: Title("不涉及", "Not applicable"),
    NOT_BEGUN: Title("未开始", "Not begun"),
}
Standing = Literal["usable", "examined", "rectifying", "not_applied"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)
"""How a live segment stands, in the order in which they are counted."""
_OF_STATE: Mapping[str, Standing] = {FILED: "usable", "rectifying": "rectifying", "planned": "not_applied"}
AT_FAULT = ("faulty", "rectifying", "recheck", "failed")
"""States of a cell in which something is wrong."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One discipline in one segment. ``state`` is that of its case, or NOT_APPLICABLE or NOT_BEGUN where it has none.

    ``on`` is the day it was decided, ``due_on`` that of its running clock. ``who`` has it; applicants read the office.
    ``visible``: the reader may open it.
    """

    discipline: str
    state: str
    title: Title
    no: str | None
    department: str
    who: Title
    on: date | None
    due_on: date | None
    problems: tuple[Mapping[str, Any], ...]
    condition: str | None
    visible: bool = False


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One application for one segment; ``live`` False: it failed or was withdrawn, its buildings are free again."""

    no: str
    segment: str
    name: str
    last: bool
    live: bool
    state: str
    title: Title
    buildings: tuple[str, ...]
    visit_at: datetime | None
    visited_on: date | None
    filing_no: str | None
    cells: tuple[Cell, ...]
    waits_for: tuple[Title, ...]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The whole matrix. ``left`` are the codes of the buildings in no segment yet; ``counts`` are of live segments."""

    no: str
    title: str
    permit_no: str
    segment_by: str
    state: str
    state_title: Title
    columns: tuple[Discipline, ...]
    buildings: tuple[Mapping[str, Any], ...]
    left: tuple[str, ...]
    counts: Mapping[str, int]
    sentence: Title
    segments: tuple[SegmentRow, ...]


_CELLS = """(SELECT coalesce(json_agg(json_build_object('no', k.no, 'flow_version', k.flow_version, 'state', k.state,
      'outcome', k.outcome, 'data', k.data, 'department', k.department, 'decided_at', k.decided_at,
      'who', (SELECT p.name FROM people p WHERE p.id = k.assignee_id),
      'due_on', (SELECT min(t.due_on) FROM clocks t WHERE t.case_id = k.id AND t.state <> 'settled'))
      ORDER BY k.id), '[]')
    FROM cases k WHERE k.parent_id = s.id AND k.flow = 'check')"""
_ALL = text(f"""
WITH asked AS (
  SELECT coalesce(g.id, p.id, c.id) AS id FROM cases c
  LEFT JOIN cases p ON p.id = c.parent_id LEFT JOIN cases g ON g.id = p.parent_id WHERE c.id = :id)
SELECT a.no, a.title, a.state, a.flow_version, a.data, j.facts,
  (SELECT coalesce(json_agg(json_build_object('no', s.no, 'state', s.state, 'outcome', s.outcome, 'data', s.data,
      'flow_version', s.flow_version, 'ended', s.ended_at IS NOT NULL, 'cells', {_CELLS}) ORDER BY s.id), '[]')
   FROM cases s WHERE s.parent_id = a.id AND s.flow = 'segment') AS segments
FROM cases a JOIN asked ON asked.id = a.id JOIN projects j ON j.id = a.project_id""")  # noqa: S608 - our own words only


def acceptance(work: Work, no: str) -> Acceptance:
    """The acceptance ``no``, or the one that the segment or the cell ``no`` is of: who sees one of them sees where all
    of it stands. Raises NotFound for anything else.
    """
    case = visible_case(work, no).case
    if case.flow not in FAMILY:
        zh, en = f"办件 {no} 不是分段验收", f"The case {no} is no acceptance by segments"
        raise NotFound("not_an_acceptance", zh, en, extra={"no": no})
    row = work.conn.execute(_ALL, {"id": case.id}).one()
    catalogue = work.office.catalogue
    segments = [_segment(work, case, row.facts, one) for one in row.segments]
    live = [one for one in segments if one.live]
    cut = {code for one in live for code in one.buildings}
    buildings = tuple(row.data.get("buildings", ()))
    left = tuple(one["code"] for one in buildings if one["code"] not in cut)
    counts = _counts(live)
    shown = {cell.discipline for one in segments for cell in one.cells if cell.state != NOT_APPLICABLE}
    due = {one.code for one in disciplines_of(catalogue, row.facts, last=True)}
    return Acceptance(
        no=row.no,
        title=row.title,
        permit_no=row.data.get("permit_no", ""),
        segment_by=row.data.get("segment_by", "unit"),
        state=row.state,
        state_title=work.office.flow("acceptance", row.flow_version).state(row.state).title,
        columns=tuple(one for one in catalogue.disciplines.values() if one.code in shown | due),
        buildings=buildings,
        left=left,
        counts=counts,
        sentence=_sentence(counts, left),
        segments=tuple(_with_waiting(catalogue, one, live, left) for one in segments),
    )


def _segment(work: Work, case: Case, traits: Mapping[str, Any], row: Mapping[str, Any]) -> SegmentRow:
    catalogue, data = work.office.catalogue, row["data"]
    last = bool(data.get("last"))
    opened = {one["data"]["discipline"]: one for one in row["cells"]}
    due = {one.code for one in disciplines_of(catalogue, traits, last)}
    return SegmentRow(
        no=row["no"],
        segment=data.get("segment", ""),
        name=data.get("name", ""),
        last=last,
        live=standing(row["state"], row["outcome"], row["ended"]) is not None,
        state=row["state"],
        title=work.office.flow("segment", row["flow_version"]).state(row["state"]).title,
        buildings=tuple(one["code"] for one in data.get("buildings", ())),
        visit_at=finite(data.get("visit_at")),
        visited_on=_day(data.get("visited_on")),
        filing_no=data.get("filing_no"),
        cells=tuple(
            _cell(work, case, one, opened.get(one.code), not opened and one.code in due)
            for one in catalogue.disciplines.values()
        ),
        waits_for=(),
    )


def _cell(work: Work, case: Case, discipline: Discipline, row: Mapping[str, Any] | None, due: bool) -> Cell:
    office = work.office.catalogue.departments[discipline.department].title
    if row is None:
        state = NOT_BEGUN if due else NOT_APPLICABLE
        return Cell(
            discipline.code, state, OWN_STATES[state], None, discipline.department, office, None, None, (), None
        )
    decided = finite(row["decided_at"])
    named = shows_names(work.actor) and row["who"] is not None
    return Cell(
        discipline=discipline.code,
        state=row["state"],
        title=work.office.flow("check", row["flow_version"]).state(row["state"]).title,
        no=row["no"],
        department=row["department"],
        who=Title(row["who"], row["who"]) if named else office,
        on=local_day(decided) if decided else None,
        due_on=_day(row["due_on"]),
        problems=tuple(row["data"].get("problems", ())),
        condition=row["data"].get("what"),
        # Company, project and squad are those of the case that was asked for: only the department may differ.
        visible=may_see(work.actor, replace(case, department=row["department"])),
    )


def _with_waiting(
    catalogue: Catalogue, segment: SegmentRow, live: Sequence[SegmentRow], left: Sequence[str]
) -> SegmentRow:
    """The segment with what keeps it from being filed; nothing once it is."""
    if not segment.live or segment.state == FILED:
        return segment
    waits = [segment.title] if segment.state in ("planned", "applied", "concluded", "delivered") else []
    waits += [_named(catalogue, cell, "") for cell in segment.cells if _open(cell)]
    beside = [one for one in live if one.no != segment.no]
    whole = [cell for one in beside for cell in one.cells if catalogue.disciplines[cell.discipline].whole_project]
    waits += [_named(catalogue, cell, "全项目") for cell in whole if cell.state in AT_FAULT]
    if segment.last:
        waits += [
            Title(f"分段 {one.segment} 未备案", f"Segment {one.segment} is not filed")
            for one in beside
            if one.state != FILED
        ]
        waits += [Title(f"单体 {code} 未划分", f"Building {code} is in no segment") for code in left]
    return replace(segment, waits_for=tuple(waits))


def _open(cell: Cell) -> bool:
    return cell.no is not None and cell.state not in PASSED


def _named(catalogue: Catalogue, cell: Cell, before: str) -> Title:
    name = catalogue.disciplines[cell.discipline].title
    return Title(
        f"{before}{name.zh}：{cell.title.zh}", f"{'Whole project, ' if before else ''}{name.en}: {cell.title.en}"
    )


def standing(state: str, outcome: str | None, ended: bool) -> Standing | None:
    """How a segment in this state stands; None for one that failed or was withdrawn."""
    if ended and outcome != FILED:
        return None
    return _OF_STATE.get(state, "examined")


def _counts(live: Iterable[SegmentRow]) -> dict[str, int]:
    """Live segments in all, and how many of them are usable, being examined, being put right, not applied for."""
    counts: dict[str, int] = {"all": 0}
    counts |= dict.fromkeys(STANDINGS, 0)
    for one in live:
        counts["all"] += 1
        counts[_OF_STATE.get(one.state, "examined")] += 1
    return counts


def _sentence(counts: Mapping[str, int], left: Sequence[str]) -> Title:
    """``16 段中 8 段已通过，可以使用；2 段验收中，1 段整改，5 段未申请。``"""
    if not counts["all"]:
        return Title("尚未划分分段。", "No segment has been cut yet.")
    zh = f"{counts['all']} 段中 {counts['usable']} 段已通过，可以使用"
    en = f"{counts['usable']} of {counts['all']} segments accepted and usable"
    words = (
        ("examined", "段验收中", "being examined"),
        ("rectifying", "段整改", "being put right"),
        ("not_applied", "段未申请", "not applied for"),
    )
    rest = [(f"{counts[name]} {one}", f"{counts[name]} {other}") for name, one, other in words if counts[name]]
    if left:
        rest.append((f"{len(left)} 个单体未划分", f"{len(left)} buildings in no segment"))
    if rest:
        zh, en = zh + "；" + "，".join(one for one, _ in rest), en + "; " + ", ".join(other for _, other in rest)
    return Title(zh + "。", en + ".")


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)
