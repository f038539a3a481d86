"""The ledger (台账) as officers keep it: one row a case of approval, by the day it was received.

Read in parts, each in a transaction of its own, so that a long ledger holds no snapshot: every row is right, and the
whole is of the seconds it took.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, text

from workflow.actor import Actor
from workflow.case import ClockRecord, PauseRecord
from workflow.clock.days import end_of_day, start_of_day
from workflow.definition import Flow, Title
from workflow.errors import BadInput, Reason
from workflow.queries.clocks import ClockView, clock_view
from workflow.queries.filters import refuse_unknown, written_code
from workflow.store.cases import clock_from, pause_from
from workflow.store.engine import STATEMENT_TIMEOUT
from workflow.visibility import shows_names, visible_cases
from workflow.work import Office, Work, begin_work

MOST_ROWS = 10_000
PART = 500
LONGEST_DAYS = 731
"""Two years: a longer ledger is asked for in pieces."""


@dataclass(frozen=True, slots=True)
class LedgerFilters:
    """Which cases: received on ``since`` or later and on ``until`` or before, of a flow; None means any."""

    since: date
    until: date
    flow: str = "item"
    department: str | None = None
    item: str | None = None
    project: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class LimitColumn:
    """One clock of a row: the limit in words, the last day, and working days used and left (negative: over).

    ``used`` and ``left`` are None where no days are counted; ``left`` is None once the clock has stopped.
    """

    limit: Title
    due_on: date | None
    provisional: bool
    used: int | None
    left: int | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class LedgerPause:
    """One stop of the clocks; ``until`` is None while it lasts."""

    cause: Title
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One case. ``officer`` is None for whoever reads no names."""

    no: str
    project_code: str
    project_name: str
    company: str
    item: str | None
    item_title: Title
    department: Title
    received_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    delivered_at: datetime | None
    statutory: LimitColumn | None
    promised: LimitColumn | None
    pauses: tuple[LedgerPause, ...]
    state: Title
    outcome: str | None
    documents: tuple[str, ...]
    officer: str | None


def ledger(office: Office, actor: Actor, filters: LedgerFilters) -> Iterator[LedgerRow]:
    """Up to MOST_ROWS + 1 rows that the actor may see, in the order of receipt: one more than MOST_ROWS says that
    there are more. Raises BadInput, before the first row, for a filter nobody knows or a period that cannot be."""
    _check(office, filters)
    return _rows(office, actor, filters)


def _rows(office: Office, actor: Actor, filters: LedgerFilters) -> Iterator[LedgerRow]:
    statement, parameters = _statement(office, actor, filters)
    # Ids begin at 1: the first case received at that very instant lies behind it.
    after, left = (parameters["since"], 0), MOST_ROWS + 1
    while left > 0:
        with begin_work(office, actor) as work:
            work.conn.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT['report']}'"))
            wanted = parameters | {"since": after[0], "after": after[1], "part": min(PART, left)}
            found = work.conn.execute(text(statement), wanted).mappings().all()
            rows = [_row(work, row) for row in found]
        yield from rows
        if len(found) < PART:
            return
        after, left = (found[-1]["received_at"], found[-1]["id"]), left - len(found)


def _check(office: Office, filters: LedgerFilters) -> None:
    flows, catalogue = office.flows.values(), office.catalogue
    known: dict[str, Sequence[str]] = {
        "flow": sorted({flow.name for flow in flows}),
        "department": sorted(catalogue.departments),
        "item": sorted(catalogue.items),
        "outcome": sorted({state.outcome for flow in flows for state in flow.states.values() if state.outcome}),
    }
    refuse_unknown(filters, known, catalogue)
    days = (filters.until - filters.since).days + 1
    if days < 1:
        raise _period(
            "from", filters.since, f"不应晚于 to（{filters.until}）", f"must not lie after to ({filters.until})"
        )
    if days > LONGEST_DAYS:
        raise _period(
            "to",
            filters.until,
            f"一次最多 {LONGEST_DAYS} 天，现为 {days} 天，请分段导出",
            f"{LONGEST_DAYS} days at most, these are {days}: ask for them in pieces",
        )


def _period(field: str, value: date, zh: str, en: str) -> BadInput:
    facts = {"field": field, "value": value.isoformat()}
    reason = Reason("bad_field", f"{field}：{value} {zh}", f"{field}: {value} {en}", facts)
    return BadInput("bad_input", reason.zh, reason.en, reasons=[reason])


# Officers hand the result over by `deliver`; the newest is what counts after an objection.
_COLUMNS = """
SELECT c.id, c.no, c.flow, c.flow_version, c.item, c.department, c.state, c.outcome, c.received_at, c.accepted_at,
  c.decided_at, p.code, p.name, o.name AS company, a.name AS officer,
  (SELECT max(e.effective_at) FROM events e WHERE e.case_id = c.id AND e.action = 'deliver') AS delivered_at,
  (SELECT coalesce(json_agg(k ORDER BY k.round), '[]') FROM clocks k
    WHERE k.case_id = c.id AND k.name IN ('statutory', 'promised')) AS clocks,
  (SELECT coalesce(json_agg(z ORDER BY z.since, z.id), '[]') FROM pauses z WHERE z.case_id = c.id) AS pauses,
  (SELECT coalesce(json_agg(json_build_array(d.kind, d.no) ORDER BY d.id), '[]') FROM documents d
    WHERE d.case_id = c.id) AS documents
FROM cases c JOIN projects p ON p.id = c.project_id JOIN companies o ON o.credit_code = c.company
  LEFT JOIN people a ON a.id = c.assignee_id
WHERE c.flow = :flow AND (c.received_at, c.id) > (cast(:since AS timestamptz), cast(:after AS bigint))
  AND c.received_at < :until"""


def _statement(office: Office, actor: Actor, filters: LedgerFilters) -> tuple[str, dict[str, Any]]:
    seen, parameters = visible_cases(actor)
    conditions = [seen]
    parameters |= {
        "flow": filters.flow,
        "since": start_of_day(filters.since),
        "until": end_of_day(filters.until),
    }
    for name in ("department", "item", "outcome"):
        if (value := getattr(filters, name)) is not None:
            conditions.append(f"c.{name} = :{name}")
            parameters[name] = value
    if filters.project is not None:
        conditions.append("c.project_id = (SELECT id FROM projects WHERE code = :project)")
        parameters["project"] = written_code(filters.project, office.catalogue)
    # The words are this module's and those of `visibility`; every value is a parameter.
    return "".join(
        (_COLUMNS, *(f" AND {one}" for one in conditions), " ORDER BY c.received_at, c.id LIMIT :part")
    ), parameters


def _row(work: Work, row: RowMapping) -> LedgerRow:
    catalogue = work.office.catalogue
    flow = work.office.flow(row["flow"], row["flow_version"])
    pauses = [pause_from(one) for one in row["pauses"]]
    clocks = {one.name: one for one in (clock_from(one) for one in row["clocks"])}
    named = shows_names(work.actor)
    kinds = catalogue.documents
    department = catalogue.departments.get(row["department"])
    item = catalogue.items.get(row["item"]) if row["item"] else None
    return LedgerRow(
        no=row["no"],
        project_code=row["code"],
        project_name=row["name"],
        company=row["company"],
        item=row["item"],
        item_title=item.title if item else flow.title,
        department=department.title if department else Title(row["department"], row["department"]),
        received_at=row["received_at"],
        accepted_at=row["accepted_at"],
        decided_at=row["decided_at"],
        delivered_at=row["delivered_at"],
        statutory=_limit(work, flow, clocks.get("statutory"), pauses),
        promised=_limit(work, flow, clocks.get("promised"), pauses),
        pauses=tuple(_pause(work, one) for one in pauses),
        state=flow.states[row["state"]].title,
        outcome=row["outcome"],
        documents=tuple(no for kind, no in row["documents"] if named or kind not in kinds or not kinds[kind].internal),
        officer=row["officer"] if named else None,
    )


def _limit(work: Work, flow: Flow, clock: ClockRecord | None, pauses: list[PauseRecord]) -> LimitColumn | None:
    if clock is None:
        return None
    view: ClockView = clock_view(flow.rule(clock.name), clock, pauses, work.calendar, work.now)
    left = view.remaining if view.remaining_unit == "working_day" else None
    return LimitColumn(view.limit_words, view.due_on, view.provisional, view.used, left, view.met)


def _pause(work: Work, pause: PauseRecord) -> LedgerPause:
    known = work.office.catalogue.causes.get(pause.cause)
    return LedgerPause(known.title if known else Title(pause.cause, pause.cause), pause.since, pause.until)
