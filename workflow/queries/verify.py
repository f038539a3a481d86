"""Does every history hold? Replays each case through its own flow versions and checks what may never break.

Reads in slices by case id, so that a district of any size is verified in little memory and short snapshots.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, text

from workflow.case import Case
from workflow.change import Event, chain
from workflow.definition import Flow
from workflow.machine import target_of
from workflow.queries.figure_check import figure_breaches
from workflow.queries.verify_clocks import Calendars, Firing, clock_breaches, moment_breaches
from workflow.queries.versions import flow_moves, version_at
from workflow.store import calendars
from workflow.store.cases import CASE_COLUMNS, case_from, finite
from workflow.work import Office, calendar_in_force

SLICE = 500


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise of the system that does not hold: which case, which line of its history, what is wrong."""

    case_no: str
    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """A case as it is kept: with its running clocks only, its history, and what makes its clocks fire."""

    case: Case
    events: list[dict[str, Any]]
    due_at: datetime | None
    firings: dict[int, Firing]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was looked at and every breach found."""

    cases: int
    events: int
    breaches: tuple[Breach, ...]


_SLICE = text(f"""
SELECT to_json(found) FROM (
SELECT {CASE_COLUMNS}, c.due_at,
  (SELECT coalesce(json_agg(e ORDER BY e.seq), '[]') FROM (
     SELECT v.seq, v.action, v.from_state, v.to_state, v.actor_id, v.actor_role, v.input, v.effective_at, v.recorded_at,
       encode(v.hash, 'hex') AS hash
     FROM events v WHERE v.case_id = c.id) e) AS events,
  (SELECT coalesce(json_agg(k ORDER BY k.id), '[]')
     FROM clocks k WHERE k.case_id = c.id AND k.state <> 'settled') AS clocks,
  (SELECT coalesce(json_agg(z), '[]') FROM pauses z WHERE z.case_id = c.id) AS pauses
FROM cases c WHERE c.id > :after ORDER BY c.id LIMIT :slice) AS found""")  # noqa: S608 - constants only

_LOOSE = {
    "a rung fired that its clock never reached": """
SELECT c.no, 0 AS seq FROM firings f JOIN clocks k ON k.id = f.clock_id JOIN cases c ON c.id = k.case_id
WHERE f.epoch > k.epoch OR (f.epoch = k.epoch AND f.rung >= k.rung) LIMIT 100""",
    "a rung fired before its moment": """
SELECT c.no, 0 AS seq FROM firings f JOIN cases c ON c.id = f.case_id WHERE f.fired_at < f.moment_at LIMIT 100""",
    "an alert without a claimed rung": """
SELECT c.no, 0 AS seq FROM alerts a JOIN cases c ON c.id = a.case_id
WHERE NOT EXISTS (
  SELECT FROM firings f WHERE (f.clock_id, f.epoch, f.rung) = (a.clock_id, a.epoch, a.rung)) LIMIT 100""",
    "a quarantined clock waits for a person": """
SELECT c.no, 0 AS seq FROM clocks k JOIN cases c ON c.id = k.case_id WHERE k.state = 'quarantined' LIMIT 100""",
}


def verify(office: Office) -> Verdict:
    """Check every case of the database; an empty ``breaches`` means that all promises hold."""
    known = _calendars(office)
    cases = events = 0
    breaches: list[Breach] = []
    for kept in _kept(office.engine):
        cases += 1
        events += len(kept.events)
        breaches.extend(_case_breaches(office, known, kept))
    with office.engine.connect() as conn:
        for what, statement in _LOOSE.items():
            breaches.extend(Breach(found.no, found.seq, what) for found in conn.execute(text(statement)))
    breaches.extend(Breach(found.case_no, 0, found.what) for found in figure_breaches(office))
    return Verdict(cases, events, tuple(breaches))


def _kept(engine: Engine) -> Iterator[_Kept]:
    after = 0
    while True:
        with engine.connect() as conn:
            rows = conn.execute(_SLICE, {"after": after, "slice": SLICE}).scalars().all()
        if not rows:
            return
        for row in rows:
            firings = {k["id"]: Firing(finite(k["fire_at"]), k["attempts"]) for k in row["clocks"]}
            yield _Kept(case_from(row), row["events"], finite(row["due_at"]), firings)
        after = rows[-1]["id"]


def _calendars(office: Office) -> Calendars:
    with office.engine.connect() as conn:
        held = calendars.succession(conn)
        known = {version: office.calendars.get(conn, version) for version in calendars.versions(conn)}
        in_force = calendar_in_force(office, conn)
    settled = not held or held[-1].settled_at is not None
    return Calendars(known | {office.base_calendar.version: office.base_calendar}, in_force, settled)


def _case_breaches(office: Office, known: Calendars, kept: _Kept) -> Iterator[Breach]:
    case = kept.case
    flow = office.flows.get((case.flow, case.flow_version))
    if flow is None:
        yield Breach(case.no, 0, f"its flow {case.flow} v{case.flow_version} is not loaded")
        return
    broken = list(_chain_breaches(case, kept.events))
    yield from broken
    unknown = list(_version_breaches(office, case, kept.events))
    yield from unknown
    if not unknown:
        flows = _flows_of(office, case, kept.events)
        yield from _state_breaches(flows, case, kept.events)
        if not broken:
            for seq, what in moment_breaches(flows, case, kept.events):
                yield Breach(case.no, seq, what)
    rules = {rule.name for rule in flow.clocks_in(case.state)}
    for clock in case.clocks:
        if case.ended_at is not None and clock.state == "armed" and clock.name not in rules:
            yield Breach(case.no, case.seq, f"the clock {clock.name} is armed on an ended case")
        elif clock.name not in rules:
            yield Breach(
                case.no, case.seq, f"the clock {clock.name} runs in state {case.state}, which it does not belong to"
            )
    for what in clock_breaches(flow, case, kept.events, kept.firings, kept.due_at, known):
        yield Breach(case.no, case.seq, what)


def _chain_breaches(case: Case, events: Sequence[Mapping[str, Any]]) -> Iterator[Breach]:
    head = b""
    for place, line in enumerate(events, start=1):
        if line["seq"] != place:
            yield Breach(case.no, place, f"the history has line {line['seq']} where line {place} belongs")
            return
        head = chain(head, event_from(case.no, line))
        if head.hex() != line["hash"]:
            yield Breach(case.no, place, "this line or one before it was changed: the chain breaks here")
            return
    if head != case.chain_head or len(events) != case.seq:
        yield Breach(case.no, case.seq, "the end of the history is missing")


def _version_breaches(office: Office, case: Case, events: Sequence[Mapping[str, Any]]) -> Iterator[Breach]:
    """A case goes from version to version of its flow without a gap, and each of them is loaded."""
    moves = flow_moves(events)
    went_on = [move.old for move in moves[1:]] + [case.flow_version] * bool(moves)
    for move, following in zip(moves, went_on, strict=True):
        if move.new != following:
            yield Breach(case.no, move.seq, f"moved to version {move.new} of its flow, went on in {following}")
        if (case.flow, move.old) not in office.flows:
            yield Breach(case.no, move.seq, f"its flow {case.flow} v{move.old} is not loaded")


def _flows_of(office: Office, case: Case, events: Sequence[Mapping[str, Any]]) -> list[Flow]:
    """The version under which each line was written."""
    moves = flow_moves(events)
    return [office.flows[case.flow, version_at(case.flow_version, moves, line["seq"])] for line in events]


def _state_breaches(flows: Sequence[Flow], case: Case, events: Sequence[Mapping[str, Any]]) -> Iterator[Breach]:
    state = flows[0].initial.name if flows else case.state
    for flow, line in zip(flows, events, strict=True):
        if line["from_state"] != state:
            yield Breach(case.no, line["seq"], f"starts in {line['from_state']}, but the case stood in {state}")
        expected = state
        if line["action"] in flow.actions:
            if state not in flow.actions[line["action"]].sources:
                yield Breach(case.no, line["seq"], f"{line['action']} is not possible in {state}")
                return
            expected = target_of(flow, line["action"], state)
        if line["to_state"] != expected:
            yield Breach(case.no, line["seq"], f"{line['action']} leads to {expected}, not to {line['to_state']}")
        state = line["to_state"]
    if state != case.state:
        yield Breach(case.no, case.seq, f"the history ends in {state}, the case stands in {case.state}")


def event_from(no: str, line: Mapping[str, Any]) -> Event:
    """A line of history, as PostgreSQL's JSON has it, as an Event."""
    return Event(
        no,
        line["seq"],
        line["action"],
        line["from_state"],
        line["to_state"],
        line["actor_id"],
        line["actor_role"],
        datetime.fromisoformat(line["effective_at"]),
        datetime.fromisoformat(line["recorded_at"]),
        line["input"],
    )
