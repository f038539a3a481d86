"""The courier: one message of the outbox, passed on.

Take a lease, commit; have the effect with no transaction open; mark it. A second courier with the same id finds the
lease and does nothing; one that dies leaves a lease that runs out. At least once on the wire, once by the effect key.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Connection, text

from workflow.clock.days import OFFICE_ZONE, local_day
from workflow.clock.words import date_words
from workflow.commands.duty_letter import DUTY_PAGE, duty_facts, duty_place
from workflow.commands.look_at import look_around
from workflow.commands.render_document import render_document
from workflow.definition import Flow, Title
from workflow.errors import Refused
from workflow.letters import CARDS, rung_title
from workflow.logs import facts, logger
from workflow.recipients import Place, Told
from workflow.side_lines import SIDE_LINES
from workflow.store import outbox
from workflow.store.directory import directory_for
from workflow.store.outbox import Again, Leased, NewMessage
from workflow.typesetting import Unprintable
from workflow.work import Office

log = logger("courier")

EMAIL = "email"
LOG = "log"
LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message for one person. ``facts`` are of the case only, in both languages, as its template names them
    (`workflow.letters.FACTS`, all but ``link``); ``address`` is empty where the person has none; ``path`` is the page
    it leads to. ``case_no`` is empty where it is about no case."""

    effect_key: str
    message: str
    case_no: str
    person_id: int
    address: str
    facts: Mapping[str, Title]
    path: str


class Channel(Protocol):
    """A way to a person. Returns when the message is handed over; raises Undelivered when it is not."""

    def __call__(self, outgoing: Outgoing) -> None: ...


class Undelivered(Exception):
    """The message was not handed over: whether trying again helps, and when. ``error`` names no person."""

    def __init__(self, error: str, again: Again) -> None:
        self.error = error
        self.again = again
        super().__init__(error)


def pass_on(office: Office, message_id: int, channels: Mapping[str, Channel]) -> str:
    """Deliver one message: 'delivered', 'pending' (to be tried again), 'failed' (given up), or 'gone' where it is
    delivered already, in other hands or not due yet. Raises only when the database is lost."""
    with office.engine.begin() as conn:
        message = outbox.lease(conn, message_id)
    if message is None:
        return "gone"
    try:
        if message.channel == "tell":
            return _expand(office, message, channels)
        if message.channel == "system":
            look_around(office, message.body)
        elif message.channel == "render":
            _render(office, message)
        else:
            _hand_over(office, message, channels)
    except Undelivered as undelivered:
        return _later(office, message, undelivered.error, undelivered.again)
    except Exception as error:
        # Whatever went wrong, the row decides about the next try.
        log.warning("passing a message on failed", extra=_which(message), exc_info=True)
        return _later(office, message, _words(error), "soon")
    with office.engine.begin() as conn:
        done = outbox.mark_delivered(conn, message.id, message.token)
    return "delivered" if done else "gone"


def _expand(office: Office, message: Leased, channels: Mapping[str, Channel]) -> str:
    """One message for everybody becomes one for each person, in the transaction that marks it delivered."""
    with office.engine.begin() as conn:
        told = _told(office, conn, message)
        addresses = _addresses(conn, told)
        body = {name: value for name, value in message.body.items() if name not in ("told", "roles", "nobody")}
        messages = []
        for one in told:
            channel = EMAIL if addresses.get(one.person_id) and EMAIL in channels else LOG
            key = f"{message.effect_key}:{one.person_id}:{channel}"
            messages.append(NewMessage(key, channel, one.person_id, {**body, "role": one.role}))
        if not outbox.mark_delivered(conn, message.id, message.token):
            return "gone"
        outbox.add(conn, messages, message.case_id)
    return "delivered"


def _render(office: Office, message: Leased) -> None:
    try:
        render_document(office, message.body["document"])
    except Unprintable as unprintable:
        # A template does not mend itself within seconds.
        raise Undelivered(str(unprintable), "later") from unprintable


def _told(office: Office, conn: Connection, message: Leased) -> tuple[Told, ...]:
    """Whom the message is for: settled when the rung fired, or by the roles of the action, as of now."""
    if "told" in message.body:
        return tuple(Told(one["person"], one["role"]) for one in message.body["told"])
    roles = tuple(message.body["roles"])
    place = _place(office, conn, message)
    telling = directory_for(conn, office.catalogue, roles, [place]).reach(roles, place)
    if telling.nobody:
        log.error("a message reached nobody in some role", extra=_which(message))
    return telling.told


def _place(office: Office, conn: Connection, message: Leased) -> Place:
    if message.case_id is None:
        return duty_place(office.catalogue, message.body)
    row = conn.execute(
        text("""
SELECT flow, flow_version, state, assignee_id, department, squad, project_id, company FROM cases WHERE id = :id"""),
        {"id": message.case_id},
    ).one()
    turn = office.flow(row.flow, row.flow_version).states[row.state].turn
    return Place(row.assignee_id, turn, row.department, row.squad, row.project_id, row.company)


def _addresses(conn: Connection, told: tuple[Told, ...]) -> dict[int, str]:
    rows = conn.execute(
        text("SELECT id, email FROM people WHERE active AND id = ANY(:ids)"), {"ids": [one.person_id for one in told]}
    )
    return {row.id: row.email for row in rows}


def _hand_over(office: Office, message: Leased, channels: Mapping[str, Channel]) -> None:
    channel = channels.get(message.channel)
    if channel is None:
        raise Undelivered(f"the channel {message.channel} is not set up", "later")
    with office.engine.begin() as conn:
        outgoing = _outgoing(office, conn, message)
    channel(outgoing)


def _outgoing(office: Office, conn: Connection, message: Leased) -> Outgoing:
    """The message with the facts of its case read afresh."""
    if message.case_id is None:
        return _about_duty(office, conn, message)
    row = conn.execute(
        text("""
SELECT c.no, c.title, c.flow, c.flow_version, c.state, p.email, p.active
FROM cases c, people p WHERE c.id = :case_id AND p.id = :person_id"""),
        {"case_id": message.case_id, "person_id": message.person_id},
    ).one()
    if not row.active:
        raise Undelivered("the account is closed", "never")
    flow = office.flow(row.flow, row.flow_version)
    named = {
        "case": Title(row.no, row.no),
        "title": Title(row.title, row.title),
        "state": flow.states[row.state].title,
    }
    what: str = message.body["what"]
    own = _OWN_FACTS[what](flow, message)
    assert message.person_id is not None
    path = f"/cases/{row.no}"
    return Outgoing(message.effect_key, what, row.no, message.person_id, row.email, named | own, path)


def _about_duty(office: Office, conn: Connection, message: Leased) -> Outgoing:
    row = conn.execute(
        text("SELECT email, active FROM people WHERE id = :person_id"), {"person_id": message.person_id}
    ).one()
    if not row.active:
        raise Undelivered("the account is closed", "never")
    assert message.person_id is not None
    named = duty_facts(office.catalogue, message.body)
    return Outgoing(message.effect_key, message.body["what"], "", message.person_id, row.email, named, DUTY_PAGE)


def _action_facts(flow: Flow, message: Leased) -> dict[str, Title]:
    deed = flow.deed(message.body["action"])
    assert deed is not None, f"{flow.name} has no action {message.body['action']}"
    return {"action": deed.title}


def _rung_facts(flow: Flow, message: Leased) -> dict[str, Title]:
    body = message.body
    rule = flow.rule(body["clock"])
    return {
        "clock": rule.title,
        # The case may have been moved to a version with a shorter ladder before the message went out.
        "rung": rung_title(rule.ladder[min(body["index"], len(rule.ladder) - 1)].time),
        "card": CARDS[body["card"] or "notice"],
        "due_on": _due(body, local_day(message.created_at)),
    }


def _dates_facts(flow: Flow, message: Leased) -> dict[str, Title]:
    today = local_day(message.created_at)
    moves = [(flow.rule(move["clock"]).title, move) for move in message.body["moves"] if move["clock"] in flow.clocks]
    zh = "；".join(f"{title.zh} {_moved(move, today, 'zh')}" for title, move in moves)
    en = "; ".join(f"{title.en} {_moved(move, today, 'en')}" for title, move in moves)
    return {"why": SIDE_LINES[message.body["why"]], "moves": Title(zh, en)}


def _moved(move: Mapping[str, Any], today: date, lang: str) -> str:
    """``3月30日（周一） → 3月31日（周二）``."""
    ends = [
        date_words(date.fromisoformat(move[end]), today, lang, move[f"{end}_provisional"]) if move[end] else "—"
        for end in ("old", "new")
    ]
    return " → ".join(ends)


_OWN_FACTS: Mapping[str, Callable[[Flow, Leased], dict[str, Title]]] = {
    "action": _action_facts,
    "rung": _rung_facts,
    "dates": _dates_facts,
}


def _due(body: Mapping[str, Any], today: date) -> Title:
    """The last day of the clock, marked where it is provisional; of a clock of hours the exact minute."""
    if body["due_at"] is None:
        day, minute = date.fromisoformat(body["due_on"]), ""
    else:
        end = datetime.fromisoformat(body["due_at"]).astimezone(OFFICE_ZONE)
        day, minute = end.date(), f" {end:%H:%M}"
    return Title(*(date_words(day, today, lang, body["provisional"]) + minute for lang in ("zh", "en")))


def _later(office: Office, message: Leased, error: str, again: Again) -> str:
    with office.engine.begin() as conn:
        state = outbox.retry_later(conn, message.id, message.token, error[:LONGEST_ERROR], again)
    if state == "failed":
        log.error("a message is given up and waits for a person", extra=_which(message))
    return state or "gone"


def _which(message: Leased) -> dict[str, Any]:
    return facts(outbox=message.id, channel=message.channel, attempts=message.attempts)


def _words(error: Exception) -> str:
    if isinstance(error, Refused):
        return f"{error.code}: {error.en}"
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"
