"""The history of a case: what was done, by whom, in force from when and written down when; newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import text

from workflow.case import Case
from workflow.definition import Flow, Title
from workflow.letters import CARDS, rung_title
from workflow.queries.paging import Listing, Page, Paging, page, position
from workflow.queries.versions import FlowMove, flow_moves, version_at
from workflow.reading import visible_case
from workflow.side_lines import MACHINES, SIDE_LINES
from workflow.visibility import shows_names
from workflow.work import Work

# Who inside the office was named or told is not for applicants.
KEPT_INSIDE = frozenset({"assignee", "told", "nobody", "passed_from"})


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line. ``effective_at`` is legal time, ``recorded_at`` when it was written (they differ for 视为受理).

    ``kind`` is "person", "clock" or "system". ``actor`` is a name, or to an applicant the role. ``hash`` is the link
    of the case's chain, in hexadecimal.
    """

    seq: int
    action: str
    title: Title
    kind: str
    from_state: str
    from_title: Title
    to_state: str
    to_title: Title
    actor: Title
    role: str
    role_title: Title
    effective_at: datetime
    recorded_at: datetime
    input: dict[str, Any]
    hash: str


Only = Literal["people", "system", "documents"]
"""Which lines: what people did, what the clock and the system did, what issued a document."""
ONLY: tuple[Only, ...] = get_args(Only)

_ISSUED = "EXISTS (SELECT FROM documents d WHERE d.case_id = e.case_id AND d.seq = e.seq)"
_ONLY: Mapping[Only | None, str] = {
    None: "true",
    "people": "e.actor_role <> ALL(:machines)",
    "system": "e.actor_role = ANY(:machines)",
    "documents": _ISSUED,
}

_PAGE = """
SELECT e.seq, e.action, e.from_state, e.to_state, e.actor_id, e.actor_role, p.name, e.effective_at, e.recorded_at,
  e.input, encode(e.hash, 'hex') AS hash,
  (SELECT coalesce(json_agg(json_build_object('seq', m.seq, 'action', m.action, 'input', m.input) ORDER BY m.seq), '[]')
     FROM events m WHERE m.case_id = :case_id AND m.action = 'flow_moved') AS moves
FROM events e LEFT JOIN people p ON p.id = e.actor_id
WHERE e.case_id = :case_id AND e.seq < :before AND {only} ORDER BY e.seq DESC LIMIT :wanted"""
_PAGES = {only: text(_PAGE.format(only=words)) for only, words in _ONLY.items()}


@dataclass(frozen=True, slots=True)
class HistoryCounts:
    """How many lines the history of a case has, of them by people, by machines, and with a document."""

    all: int
    people: int
    system: int
    documents: int


_COUNTS = text(f"""
SELECT count(*) AS all, count(*) FILTER (WHERE {_ONLY["people"]}) AS people,
  count(*) FILTER (WHERE {_ONLY["system"]}) AS system, count(*) FILTER (WHERE {_ISSUED}) AS documents
FROM events e WHERE e.case_id = (SELECT id FROM cases WHERE no = :no)""")  # noqa: S608 - our own words only


def history_counts(work: Work, no: str) -> HistoryCounts:
    """How many lines there are of each kind; of a case that the actor was found to see."""
    row = work.conn.execute(_COUNTS, {"no": no, "machines": sorted(MACHINES)}).mappings().one()
    return HistoryCounts(**dict(row))


def history(work: Work, no: str, paging: Paging, only: Only | None = None) -> Page[HistoryLine]:
    """One page of the history of the case ``no``, newest first; raises NotFound and BadInput (cursor)."""
    case = visible_case(work, no).case
    listing = Listing("history", work.actor.id, {"no": no} | ({"only": only} if only is not None else {}))
    after = position(paging, listing)
    before = after[0] if after else case.seq + 1
    wanted = {"case_id": case.id, "before": before, "wanted": paging.size + 1}
    found = work.conn.execute(
        _PAGES[only], wanted | ({"machines": sorted(MACHINES)} if ":machines" in _ONLY[only] else {})
    ).all()
    moves = flow_moves(found[0].moves) if found else ()
    lines = [_line(work, _flow_then(work, case, moves, row.seq), row) for row in found]
    return page(paging, listing, lines, [[row.seq] for row in found])


def _flow_then(work: Work, case: Case, moves: tuple[FlowMove, ...], seq: int) -> Flow:
    """The version in which the line was written: its words may have gone from the case's version of now."""
    return work.office.flow(case.flow, version_at(case.flow_version, moves, seq))


def line_title(flow: Flow, action: str) -> Title:
    """What a line is called: the flow's action, a side line, or the card a rung of a clock dealt."""
    if action in flow.actions:
        return flow.actions[action].title
    if action in SIDE_LINES:
        return SIDE_LINES[action]
    parts = action.split(":")
    if len(parts) == 3 and parts[0] == "rung" and parts[1] in flow.clocks and parts[2].isdigit():
        return _rung_title(flow, parts[1], int(parts[2]))
    return Title(action, action)


def _rung_title(flow: Flow, clock: str, rung: int) -> Title:
    rule = flow.clocks[clock]
    if rung >= len(rule.ladder):
        return rule.title
    step = rule.ladder[rung]
    card, when = CARDS[step.card or "notice"], rung_title(step.time)
    return Title(f"{card.zh}：{rule.title.zh}{when.zh}", f"{card.en}: {rule.title.en}, {when.en}")


def _line(work: Work, flow: Flow, row: Any) -> HistoryLine:
    named = shows_names(work.actor)
    roles = work.office.catalogue.roles
    role = roles[row.actor_role].title if row.actor_role in roles else Title(row.actor_role, row.actor_role)
    own = row.actor_id is not None and row.actor_id == work.actor.id
    shown = named or own or row.actor_role in ("applicant", "specialist")
    inside = KEPT_INSIDE | flow.inside
    said = row.input if named else {name: value for name, value in row.input.items() if name not in inside}
    return HistoryLine(
        seq=row.seq,
        action=row.action,
        title=line_title(flow, row.action),
        kind=row.actor_role if row.actor_role in MACHINES else "person",
        from_state=row.from_state,
        from_title=flow.states[row.from_state].title,
        to_state=row.to_state,
        to_title=flow.states[row.to_state].title,
        actor=Title(row.name, row.name) if row.name and shown else MACHINES.get(row.actor_role, role),
        role=row.actor_role,
        role_title=role,
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        input=said,
        hash=row.hash,
    )
