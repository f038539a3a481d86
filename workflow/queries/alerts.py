"""My alerts, newest first: what fired, on which case, whether I have seen it, what has become of it; and the proof of
one alert's delivery."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from workflow.actor import Actor
from workflow.definition import Title
from workflow.errors import NotFound
from workflow.letters import CARDS
from workflow.queries.paging import COUNT_CAP, Listing, Page, Paging, page, position
from workflow.recipients import roles_above
from workflow.store.alerts import NEEDLESS
from workflow.visibility import shows_names
from workflow.work import Work

# Who looks at alerts of others: a director at those of the own department, the others at all.
DISTRICT_WATCHERS = ("district_leader", "supervisor", "admin")
RECEIPT_STATES = {"pending": "waiting", "queued": "waiting", "leased": "waiting"}


@dataclass(frozen=True, slots=True)
class Hand:
    """Another alert of the same rung: where this one came from, or went to. ``person`` is None to whoever reads no
    officers by name."""

    alert: int
    role: str
    person: str | None
    why: str | None
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """One message about an alert: by which channel, how it stands (waiting, delivered, failed, withdrawn), and when it
    was delivered, else put there. Office time."""

    channel: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert. ``due_at`` is the end of the clock when the rung fired; ``solved`` once that clock stopped.

    ``overtaken``: the date has moved later since, and what fired lies ahead again, or has fired once more.
    ``answer_by``: not acknowledged by then, it goes to the delegate, who shares the role, or ``next_role``; None:
    it may wait.
    ``passed_on_at`` without ``passed_to``: nobody was left. ``stepped_down_why``: solved, moved or paused.
    """

    id: int
    card: str
    card_title: Title
    case: str
    case_title: str
    project_name: str
    state: str
    state_title: Title
    clock: str
    clock_title: Title
    rung: int
    rung_text: str
    role: str
    due_at: datetime
    created_at: datetime
    acknowledged_at: datetime | None
    note: str | None
    solved: bool
    overtaken: bool
    answer_by: datetime | None
    next_role: str | None
    passed_from: Hand | None
    passed_to: Hand | None
    passed_on_at: datetime | None
    passed_why: str | None
    stepped_down_at: datetime | None
    stepped_down_why: str | None
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """One person in the chain an alert went through, in its order."""

    alert: int
    person: str | None
    role: str
    created_at: datetime
    answer_by: datetime | None
    acknowledged_at: datetime | None
    passed_on_at: datetime | None
    passed_why: str | None
    stepped_down_at: datetime | None


@dataclass(frozen=True, slots=True)
class Try:
    """One try to hand a message over; ``at`` is real time. ``outcome``: delivered, soon, later, never."""

    channel: str
    at: datetime
    milliseconds: int
    outcome: str


@dataclass(frozen=True, slots=True)
class AlertProof:
    """What proves that an alert was delivered: whose it is, every try of every channel, and the chain of passing."""

    alert: AlertView
    person: str | None
    tries: tuple[Try, ...]
    chain: tuple[Link, ...]


# A rung's number is that of the version under which it fired; what is passed on keeps the rung, not the time.
COLUMNS = f"""
SELECT a.id, a.card, c.no, c.title, p.name AS project_name, c.flow, c.flow_version, c.state, k.name AS clock, a.rung,
  coalesce((SELECT cast(m.input ->> 'from' AS int) FROM events m WHERE m.case_id = a.case_id
      AND m.action = 'flow_moved' AND m.recorded_at > coalesce(f.fired_at, a.created_at) ORDER BY m.seq LIMIT 1),
    c.flow_version) AS fired_under,
  a.person_id, a.department, a.role, a.due_at, a.created_at, a.acknowledged_at, a.note,
  k.state = 'settled' AS solved, coalesce({NEEDLESS} = 'moved', false) AS overtaken,
  nullif(a.answer_by, 'infinity') AS answer_by, a.passed_on_at, a.passed_why, a.stepped_down_at, a.stepped_down_why,
  o.id AS from_id, o.role AS from_role, op.name AS from_name, o.passed_why AS from_why,
  o.acknowledged_at AS from_acknowledged_at,
  n.id AS to_id, n.role AS to_role, np.name AS to_name, n.acknowledged_at AS to_acknowledged_at,
  me.name AS person,
  (SELECT coalesce(json_agg(json_build_array(b.channel, b.state,
      extract(epoch FROM b.created_at + (coalesce(b.delivered_at, b.put_at) - b.put_at))) ORDER BY b.id), '[]')
    FROM outbox b WHERE b.alert_id = a.id) AS receipts
FROM alerts a JOIN cases c ON c.id = a.case_id JOIN clocks k ON k.id = a.clock_id JOIN projects p ON p.id = c.project_id
JOIN people me ON me.id = a.person_id
LEFT JOIN firings f ON (f.clock_id, f.epoch, f.rung) = (a.clock_id, a.epoch, a.rung)
LEFT JOIN alerts o ON o.id = a.passed_from LEFT JOIN people op ON op.id = o.person_id
LEFT JOIN alerts n ON n.id = a.passed_to LEFT JOIN people np ON np.id = n.person_id"""  # noqa: S608 - our own words only
_MINE = COLUMNS + "\nWHERE a.person_id = :me AND a.id < :before"
_WAITING = " AND a.acknowledged_at IS NULL AND a.stepped_down_at IS NULL"
_ALL = text(_MINE + " ORDER BY a.id DESC LIMIT :wanted")
_OPEN = text(_MINE + _WAITING + " ORDER BY a.id DESC LIMIT :wanted")
_ONE = text(COLUMNS + "\nWHERE a.id = :id")
_CHAIN = text("""
WITH RECURSIVE up AS (
  SELECT id, passed_from FROM alerts WHERE id = :id
  UNION ALL SELECT a.id, a.passed_from FROM alerts a JOIN up ON a.id = up.passed_from),
down AS (
  SELECT a.id, a.passed_to FROM alerts a JOIN up ON up.id = a.id WHERE up.passed_from IS NULL
  UNION ALL SELECT a.id, a.passed_to FROM alerts a JOIN down ON a.id = down.passed_to)
SELECT a.id, p.name, a.role, a.created_at, nullif(a.answer_by, 'infinity') AS answer_by, a.acknowledged_at,
  a.passed_on_at, a.passed_why, a.stepped_down_at
FROM down JOIN alerts a USING (id) JOIN people p ON p.id = a.person_id ORDER BY a.id""")
# A letter that several messages share is logged under one of them.
_TRIES = text("""
SELECT DISTINCT d.id, d.channel, d.at, d.milliseconds, d.outcome
FROM outbox b LEFT JOIN outbox shared ON shared.batch = b.batch
JOIN deliveries d ON d.outbox_id IN (b.id, shared.id)
WHERE b.alert_id = :id ORDER BY d.id""")


def inbox(work: Work, paging: Paging, *, only_open: bool = False) -> Page[AlertView]:
    """One page of the alerts addressed to the actor; raises BadInput (cursor).

    ``only_open``: those that still wait to be acknowledged; what has stepped down waits for nobody.
    """
    listing = Listing("alerts", work.actor.id, {"open": only_open})
    after = position(paging, listing)
    statement = _OPEN if only_open else _ALL
    parameters = {"me": work.actor.id, "before": after[0] if after else 2**62, "wanted": paging.size + 1}
    found = work.conn.execute(statement, parameters).all()
    return page(paging, listing, [_view(work, row) for row in found], [[row.id] for row in found])


def open_count(work: Work) -> int:
    """How many of the actor's alerts wait to be acknowledged, counted up to COUNT_CAP + 1."""
    statement = text(f"""
SELECT count(*) FROM (SELECT FROM alerts a WHERE a.person_id = :me{_WAITING} LIMIT :cap) t""")  # noqa: S608
    return int(work.conn.execute(statement, {"me": work.actor.id, "cap": COUNT_CAP + 1}).scalar_one())


def alert_proof(work: Work, alert_id: int) -> AlertProof:
    """One alert with the proof of its delivery: for its person, and for who watches its department or the district.

    Raises NotFound for everybody else, as for a number that does not exist.
    """
    row = work.conn.execute(_ONE, {"id": alert_id}).one_or_none()
    if row is None or not (row.person_id == work.actor.id or watches(work.actor, row.department)):
        raise NotFound(
            "no_such_alert", f"没有编号为 {alert_id} 的预警", f"There is no alert {alert_id}", extra={"alert": alert_id}
        )
    named = shows_names(work.actor)
    return AlertProof(
        alert=_view(work, row),
        person=row.person if named or row.person_id == work.actor.id else None,
        tries=tuple(Try(*one[1:]) for one in work.conn.execute(_TRIES, {"id": alert_id})),
        chain=tuple(
            Link(one.id, one.name if named else None, *one[2:]) for one in work.conn.execute(_CHAIN, {"id": alert_id})
        ),
    )


def watches(actor: Actor, department: str) -> bool:
    """Whether the actor looks at other people's alerts on cases of ``department``."""
    if actor.holds(*DISTRICT_WATCHERS):
        return True
    return any(grant.department in (None, department) for grant in actor.scopes("director"))


def _view(work: Work, row: Any) -> AlertView:
    flow = work.office.flow(row.flow, row.flow_version)
    rule = work.office.flow(row.flow, row.fired_under).rule(row.clock)
    named = shows_names(work.actor)
    return AlertView(
        id=row.id,
        card=row.card,
        card_title=CARDS[row.card],
        case=row.no,
        case_title=row.title,
        project_name=row.project_name,
        state=row.state,
        state_title=flow.states[row.state].title,
        clock=row.clock,
        clock_title=rule.title,
        rung=row.rung,
        rung_text=rule.ladder[row.rung].text,
        role=row.role,
        due_at=row.due_at,
        created_at=row.created_at,
        acknowledged_at=row.acknowledged_at,
        note=row.note,
        solved=row.solved,
        # Under another ladder the number is another rung's.
        overtaken=row.overtaken and row.fired_under == row.flow_version,
        answer_by=row.answer_by,
        next_role=_next_role(work, row, flow.states[row.state].turn),
        passed_from=_from(row, named),
        passed_to=_to(row, named),
        passed_on_at=row.passed_on_at,
        passed_why=row.passed_why,
        stepped_down_at=row.stepped_down_at,
        stepped_down_why=row.stepped_down_why,
        receipts=tuple(_receipt(*one) for one in row.receipts),
    )


def _next_role(work: Work, row: Any, turn: str | None) -> str | None:
    """The nearest role above, while the alert waits and would go there."""
    if row.answer_by is None or row.acknowledged_at or row.passed_on_at or row.stepped_down_at:
        return None
    return next(iter(roles_above(work.office.catalogue, row.role, turn)), None)


def _from(row: Any, named: bool) -> Hand | None:
    if row.from_id is None:
        return None
    name = row.from_name if named else None
    return Hand(row.from_id, row.from_role, name, row.from_why, row.from_acknowledged_at)


def _to(row: Any, named: bool) -> Hand | None:
    if row.to_id is None:
        return None
    return Hand(row.to_id, row.to_role, row.to_name if named else None, row.passed_why, row.to_acknowledged_at)


def _receipt(channel: str, state: str, at: float) -> Receipt:
    return Receipt(channel, RECEIPT_STATES.get(state, state), datetime.fromtimestamp(at, UTC))
