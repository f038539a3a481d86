"""The figures as they are kept: facts of single cases, their sums, and how far both have come.

Whoever changes them holds the row of the reader "figures": one folder at a time, in any number of workers. What was
summed and what was looked at are committed together.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from workflow.case import Case
from workflow.definition import Flow
from workflow.errors import Unusable
from workflow.figures import Fact, Places, Rules, Rung, Site, Subject, contributions, places
from workflow.store import readers
from workflow.store.brought_in import WRITTEN_AT
from workflow.store.cases import CASE_COLUMNS, case_from, finite, moment
from workflow.time_use import Step

READER = "figures"
LOCK_NOT_AVAILABLE = "55P03"


@dataclass(frozen=True, slots=True)
class Found:
    """A case with what figures ask of it, and the facts that are kept of it."""

    case: Case
    due_at: datetime | None
    paused: bool
    steps: tuple[Step, ...]
    cards: tuple[Rung, ...]
    site: Site
    kept: "Kept"


Row = tuple[str, int, Fact, Places]
"""Figure, version of its definition, the fact and where it counts."""
Kept = frozenset[Row]


@dataclass(frozen=True, slots=True)
class State:
    """``swept_to``: while all facts are made anew, the last case that was looked at; None when all were."""

    basis: str
    swept_to: int | None


@dataclass(frozen=True, slots=True)
class Delta:
    """What is to be added to one row of the totals."""

    dimension: str
    value: str
    grain: str
    figure: str
    version: int
    at: datetime
    part: str
    n: int
    amount: int


def alone(conn: Connection) -> bool:
    """Whether this transaction is the one that folds: it holds the reader's row until its end.

    Another one is waited for, up to lock_timeout: what got its position after that one had looked is taken here, and
    not seconds later.
    """
    conn.execute(
        text("INSERT INTO stream_readers (name, position) VALUES (:name, 0) ON CONFLICT DO NOTHING"), {"name": READER}
    )
    try:
        with conn.begin_nested():
            conn.execute(text("SELECT FROM stream_readers WHERE name = :name FOR UPDATE"), {"name": READER})
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def state(conn: Connection) -> State | None:
    """How far the figures are made; None before the first of them."""
    row = conn.execute(text("SELECT basis, swept_to FROM figure_state")).one_or_none()
    return None if row is None else State(row.basis, row.swept_to)


def begin_anew(conn: Connection, basis: str, now: datetime) -> None:
    """From now on every case is looked at once more, from the first on; entries of the stream up to here are moot only
    where nothing was ever counted."""
    first = state(conn) is None
    conn.execute(
        text("""
INSERT INTO figure_state (basis, swept_to, since) VALUES (:basis, 0, :now)
ON CONFLICT (one) DO UPDATE SET basis = excluded.basis, swept_to = 0, since = excluded.since"""),
        {"basis": basis, "now": now},
    )
    if first:
        conn.execute(
            text("UPDATE stream_readers SET position = (SELECT position FROM stream_head) WHERE name = :name"),
            {"name": READER},
        )


def empty(conn: Connection) -> None:
    """No facts and no totals: everything is counted from nothing."""
    conn.execute(text("DELETE FROM figure_state"))
    readers.forget_faults(conn, READER)
    readers.forget_rules(conn, READER)
    conn.execute(text("TRUNCATE figure_facts, figure_totals, figure_todo"))


def definitions(conn: Connection) -> dict[str, dict[int, dict[str, Any]]]:
    """Every definition ever used: content by version by figure."""
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for row in conn.execute(text("SELECT figure, version, content FROM figure_definitions")):
        found.setdefault(row.figure, {})[row.version] = row.content
    return found


def add_definitions(conn: Connection, new: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
    """Keep these definitions, by figure; each has its ``version``."""
    rows = [{"figure": code, "version": content["version"], "content": content} for code, content in new.items()]
    conn.execute(
        text("""
INSERT INTO figure_definitions (figure, version, content, since)
SELECT d.figure, d.version, d.content, :now
FROM json_to_recordset(:rows) AS d(figure text, version smallint, content jsonb)"""),
        {"rows": json.dumps(rows, ensure_ascii=False), "now": now},
    )


def next_swept(conn: Connection, limit: int) -> list[int]:
    """The next cases of the sweep, and the sweep moved behind them; empty when it has come to its end."""
    ids = list(
        conn.execute(
            text("""
SELECT c.id FROM cases c, figure_state s WHERE s.swept_to IS NOT NULL AND c.id > s.swept_to ORDER BY c.id
LIMIT :limit"""),
            {"limit": limit},
        ).scalars()
    )
    conn.execute(
        text("UPDATE figure_state SET swept_to = :to WHERE swept_to IS NOT NULL"), {"to": ids[-1] if ids else None}
    )
    return ids


def add_todo(conn: Connection, projects: Sequence[int]) -> None:
    """All cases of these projects are to be counted anew."""
    conn.execute(
        text("""
INSERT INTO figure_todo (case_id) SELECT id FROM cases WHERE project_id = ANY(:projects) ON CONFLICT DO NOTHING"""),
        {"projects": list(projects)},
    )


def take_todo(conn: Connection, limit: int) -> list[int]:
    """The next cases that were put down, and they are put down no more."""
    return list(
        conn.execute(
            text("""
DELETE FROM figure_todo WHERE case_id IN (SELECT case_id FROM figure_todo ORDER BY case_id LIMIT :limit)
RETURNING case_id"""),
            {"limit": limit},
        ).scalars()
    )


def with_dependents(conn: Connection, ids: Sequence[int], permits: Sequence[str]) -> list[int]:
    """These cases, and the permits of a project that one of them has entered in the war map or given a permit."""
    return list(
        conn.execute(
            text("""
SELECT unnest(cast(:ids AS bigint[]))
UNION SELECT k.id FROM cases c JOIN cases k ON k.project_id = c.project_id AND k.item = ANY(:permits)
WHERE c.id = ANY(:ids) AND (c.flow = 'mechanism' OR c.item = ANY(:permits))"""),
            {"ids": list(ids), "permits": list(permits)},
        ).scalars()
    )


# Of the history only what figures look at: lines that moved the case, cards, and what a person entered after the fact.
FOUND = f"""
SELECT to_json(found) FROM (
SELECT {CASE_COLUMNS}, c.due_at, c.paused,
  (SELECT coalesce(json_agg(json_build_array(e.seq, e.action, e.from_state, e.to_state, e.actor_role, e.effective_at,
       {WRITTEN_AT}, e.input ->> 'card') ORDER BY e.seq), '[]')
     FROM events e WHERE e.case_id = c.id
       AND (e.from_state <> e.to_state OR e.action LIKE 'rung:%' OR e.actor_id IS NOT NULL)) AS lines,
  (SELECT coalesce(json_agg(k ORDER BY k.id), '[]') FROM clocks k WHERE k.case_id = c.id) AS clocks,
  (SELECT coalesce(json_agg(z ORDER BY z.id), '[]') FROM pauses z WHERE z.case_id = c.id) AS pauses,
  json_build_object('street', p.street, 'front', p.battlefront, 'planned_start', p.planned_start,
    'entered_at', CASE WHEN c.item = ANY(:permits) THEN
      (SELECT min(m.opened_at) FROM cases m WHERE m.project_id = c.project_id AND m.flow = 'mechanism') END,
    'landed_by', CASE WHEN c.item = ANY(:permits) THEN
      (SELECT g.id FROM cases g WHERE g.project_id = c.project_id AND g.item = ANY(:permits) AND g.outcome = 'granted'
         AND g.decided_at IS NOT NULL ORDER BY g.decided_at, g.id LIMIT 1) END) AS site,
  (SELECT coalesce(json_agg(json_build_array(f.figure, f.version, f.part, f.at, f.n, f.amount, f.project_id,
       f.department, f.stage, f.street, f.squad, f.front, f.item)), '[]')
     FROM figure_facts f WHERE f.case_id = c.id) AS kept
FROM cases c JOIN projects p ON p.id = c.project_id WHERE {{where}}) AS found"""  # noqa: S608 - constants only
_FOUND = text(FOUND.format(where="c.id = ANY(:ids)"))


def read(conn: Connection, ids: Sequence[int], permits: Sequence[str]) -> list[Found]:
    """These cases with what figures ask of them, in one statement."""
    rows = conn.execute(_FOUND, {"ids": list(ids), "permits": list(permits)}).scalars()
    return [found_from(row) for row in rows]


def found_from(row: dict[str, Any]) -> Found:
    """A row of `FOUND`, as PostgreSQL's JSON has it."""
    site = row["site"]
    return Found(
        case=case_from(row),
        due_at=finite(row["due_at"]),
        paused=row["paused"],
        steps=tuple(_step(*line) for line in row["lines"] if not line[1].startswith("rung:")),
        cards=tuple(Rung(line[7], moment(line[5])) for line in row["lines"] if line[1].startswith("rung:") and line[7]),
        site=Site(
            id=row["project_id"],
            street=site["street"],
            front=site["front"],
            planned_start=_day(site["planned_start"]),
            entered_at=finite(site["entered_at"]),
            landed_by=site["landed_by"],
        ),
        kept=frozenset(_kept(*one) for one in row["kept"]),
    )


def rows_of(found: Found, flows: Mapping[tuple[str, int], Flow], rules: Rules) -> Kept:
    """The facts that a case adds by what it is now, as they are kept. Raises Unusable under a flow that is not loaded:
    a process of a newer version knows it."""
    case = found.case
    flow = flows.get((case.flow, case.flow_version))
    if flow is None:
        raise Unusable(f"{case.no}: its flow {case.flow} v{case.flow_version} is not loaded")
    subject = Subject(case, flow, found.due_at, found.paused, found.steps, found.cards, found.site)
    where, known = places(subject, rules.catalogue), rules.catalogue.figures
    return frozenset(
        (one.figure, known[one.figure].version, one, where if one.department is None else where.at(one.department))
        for one in contributions(subject, rules)
    )


def replace_facts(conn: Connection, gone: Sequence[tuple[int, Row]], new: Sequence[tuple[int, Row]]) -> None:
    """Take out the facts ``gone`` and put in the ``new`` ones, each with its case."""
    if gone:
        conn.execute(
            text("""
DELETE FROM figure_facts f USING json_to_recordset(:gone)
  AS g(case_id bigint, figure text, part text, at timestamptz)
WHERE (f.case_id, f.figure, f.part, f.at) = (g.case_id, g.figure, g.part, g.at)"""),
            {"gone": json.dumps([_as_row(*one) for one in gone])},
        )
    if new:
        conn.execute(
            text("""
INSERT INTO figure_facts (case_id, figure, part, at, version, n, amount, project_id, department, stage, street, squad,
  front, item)
SELECT * FROM json_to_recordset(:new) AS f(case_id bigint, figure text, part text, at timestamptz, version smallint,
  n int, amount bigint, project_id int, department text, stage text, street text, squad text, front text,
  item text)"""),
            {"new": json.dumps([_as_row(*one) for one in new], ensure_ascii=False)},
        )


def add_deltas(conn: Connection, deltas: Sequence[Delta]) -> None:
    """Add to the totals; what comes down to nothing is a row no more."""
    rows = [
        {
            "dimension": one.dimension,
            "value": one.value,
            "grain": one.grain,
            "figure": one.figure,
            "version": one.version,
            "at": one.at.isoformat(),
            "part": one.part,
            "n": one.n,
            "amount": one.amount,
        }
        for one in deltas
    ]
    if not rows:
        return
    said = json.dumps(rows, ensure_ascii=False)
    conn.execute(
        text(f"""
INSERT INTO figure_totals AS t (dimension, value, grain, figure, version, at, part, n, amount)
SELECT * FROM {_DELTAS}
ON CONFLICT (dimension, value, grain, figure, version, at, part)
DO UPDATE SET n = t.n + excluded.n, amount = t.amount + excluded.amount"""),  # noqa: S608 - constants only
        {"deltas": said},
    )
    if any(one.n < 0 for one in deltas):
        conn.execute(
            text(f"""
DELETE FROM figure_totals t USING {_DELTAS}
WHERE (t.dimension, t.value, t.grain, t.figure, t.version, t.at, t.part)
  = (d.dimension, d.value, d.grain, d.figure, d.version, d.at, d.part) AND t.n = 0"""),  # noqa: S608
            {"deltas": said},
        )


_DELTAS = """json_to_recordset(:deltas) AS d(dimension text, value text, grain text, figure text, version smallint,
  at timestamptz, part text, n bigint, amount bigint)"""


def _as_row(case_id: int, row: Row) -> dict[str, Any]:
    figure, version, fact, at = row
    return {
        "case_id": case_id,
        "figure": figure,
        "part": fact.part,
        "at": fact.at.isoformat(),
        "version": version,
        "n": fact.n,
        "amount": fact.amount,
        "project_id": at.project_id,
        "department": at.department,
        "stage": at.stage,
        "street": at.street,
        "squad": at.squad,
        "front": at.front,
        "item": at.item,
    }


def _kept(figure: str, version: int, part: str, at: str, n: int, amount: int, *where: Any) -> Row:
    return figure, version, Fact(figure, part, moment(at), n, amount), Places(*where)


def _step(seq: int, action: str, from_: str, to: str, role: str, effective: str, recorded: str, card: object) -> Step:
    return Step(seq, action, from_, to, role, moment(effective), moment(recorded))


def _day(said: str | None) -> date | None:
    return None if said is None else date.fromisoformat(said)
