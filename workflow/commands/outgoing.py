"""What a courier hands to a channel: one message for one person, or several that go together, with facts read afresh.

Facts of cases only. Nothing here knows how a channel works; a channel knows no case.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Connection, text

from workflow.clock.days import OFFICE_ZONE, local_day
from workflow.clock.words import date_words
from workflow.commands.duty_letter import DUTY_PAGE
from workflow.definition import Flow, Title
from workflow.letter_facts import action_facts, case_facts, dates_facts, digest_facts, duty_facts
from workflow.letters import CARDS, filled, rung_title, templates
from workflow.store import contact_points
from workflow.store.outbox import Again, Leased
from workflow.work import Office

ALERTS_PAGE = "/alerts"
WORKLIST_PAGE = "/"
TELLING_PAGE = "/contact"
SEVERITY = {"red": 0, "yellow": 1, "notice": 2}
OTHER = Title("其他", "other")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One letter for one person. ``facts`` are of cases only, in both languages, as its template names them
    (`workflow.letters.FACTS`, all but ``link``); ``address`` is empty where the person has none; ``path`` is the page
    it leads to. ``case_no`` is empty where it is about no case or several. ``effect_key`` stays the same whoever sends
    the letter how often."""

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
    """The message was not handed over: whether trying again helps, and when. ``error`` names no person.

    ``of_channel``: the provider is away or refuses us, so that nothing else need be tried there either; by default
    what may be tried again soon. ``bounced``: it is the address that nothing will ever arrive at.
    """

    def __init__(self, error: str, again: Again, *, of_channel: bool | None = None, bounced: bool = False) -> None:
        self.error = error
        self.again = again
        self.of_channel = again == "soon" if of_channel is None else of_channel
        self.bounced = bounced
        super().__init__(error)


def compose(office: Office, conn: Connection, letter: Sequence[Leased]) -> Outgoing:
    """The letter of these messages, all for one person by one way; raises Undelivered where the account is closed or
    the address was removed."""
    first = letter[0]
    assert first.person_id is not None
    account = conn.execute(
        text("SELECT email, active FROM people WHERE id = :person"), {"person": first.person_id}
    ).one_or_none()
    if account is None or not account.active:
        raise Undelivered("the account is closed", "never")
    if first.address is not None and not contact_points.in_use(conn, first.person_id, first.channel, first.address):
        raise Undelivered("its person has removed the address", "never", of_channel=False)
    # Messages put in the outbox before there were other addresses have none either.
    address = first.address if first.address is not None else account.email
    cases = _cases(conn, letter)
    if first.batch is None:
        return _single(office, first, cases, address)
    return _together(office, letter, cases, address)


def _cases(conn: Connection, letter: Sequence[Leased]) -> dict[int, Any]:
    ids = sorted({one.case_id for one in letter if one.case_id is not None})
    if not ids:
        return {}
    rows = conn.execute(
        text("SELECT id, no, title, flow, flow_version, state FROM cases WHERE id = ANY(:ids)"), {"ids": ids}
    )
    return {row.id: row for row in rows}


def _single(office: Office, message: Leased, cases: Mapping[int, Any], address: str) -> Outgoing:
    what: str = message.body["what"]
    assert message.person_id is not None
    no, path, named = _facts(office, message, cases)
    return Outgoing(message.effect_key, what, no, message.person_id, address, named, path)


def _facts(office: Office, message: Leased, cases: Mapping[int, Any]) -> tuple[str, str, dict[str, Title]]:
    """Case number, page and facts of one message; raises Undelivered for a message nobody knows, naming it."""
    what: str = message.body["what"]
    if what in _WITHOUT_CASE:
        path, own = _WITHOUT_CASE[what]
        return "", path, own(office, message)
    if message.case_id is None or message.case_id not in cases or what not in _OWN_FACTS:
        raise Undelivered(f"there is no message {what} about this", "never", of_channel=False)
    row = cases[message.case_id]
    flow = office.flow(row.flow, row.flow_version)
    named = case_facts(row.no, row.title, flow, row.state)
    return row.no, f"/cases/{row.no}", named | _OWN_FACTS[what](flow, message)


def _together(office: Office, letter: Sequence[Leased], cases: Mapping[int, Any], address: str) -> Outgoing:
    first = letter[0]
    assert first.person_id is not None
    ordered = sorted(letter, key=lambda one: (SEVERITY.get(str(one.body.get("card")), 3), one.id))
    most = office.catalogue.telling.together_names if first.may_wait else len(ordered)
    subjects = [_subject(office, one, cases) for one in ordered[:most]]
    rest = len(ordered) - len(subjects)
    facts = {
        "count": Title(str(len(ordered)), str(len(ordered))),
        "cards": _cards(ordered),
        "lines": Title(
            "\n".join([f"· {one.zh}" for one in subjects] + ([f"另有 {rest} 条"] if rest else [])),
            "\n".join([f"- {one.en}" for one in subjects] + ([f"and {rest} more"] if rest else [])),
        ),
    }
    return Outgoing(f"batch:{first.batch}", "together", "", first.person_id, address, facts, ALERTS_PAGE)


def _subject(office: Office, message: Leased, cases: Mapping[int, Any]) -> Title:
    _, path, named = _facts(office, message, cases)
    link = f"{office.public_url}{path}"
    subject = templates(office.config)[message.body["what"]].subject
    return filled(subject, {**named, "link": Title(link, link)})


def _cards(letter: Sequence[Leased]) -> Title:
    """``红牌 2、黄牌 5、其他 3``."""
    counts: dict[str, int] = {}
    for one in letter:
        card = one.body.get("card") or ("notice" if one.body["what"] == "rung" else "other")
        counts[card] = counts.get(card, 0) + 1
    named = [(CARDS.get(card, OTHER), counts[card]) for card in (*SEVERITY, "other") if card in counts]
    return Title(
        "、".join(f"{title.zh} {count}" for title, count in named),
        ", ".join(f"{title.en.lower()} {count}" for title, count in named),
    )


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


def _due(body: Mapping[str, Any], today: date) -> Title:
    """The last day of the clock, marked where it is provisional; of a clock of hours the exact minute."""
    if body["due_at"] is None:
        day, minute = date.fromisoformat(body["due_on"]), ""
    else:
        end = datetime.fromisoformat(body["due_at"]).astimezone(OFFICE_ZONE)
        day, minute = end.date(), f" {end:%H:%M}"
    return Title(*(date_words(day, today, lang, body["provisional"]) + minute for lang in ("zh", "en")))


_OWN_FACTS: Mapping[str, Callable[[Flow, Leased], dict[str, Title]]] = {
    "action": lambda flow, message: action_facts(flow, message.body),
    "rung": _rung_facts,
    "dates": lambda flow, message: dates_facts(flow, message.body, local_day(message.created_at)),
}
_WITHOUT_CASE: Mapping[str, tuple[str, Callable[[Office, Leased], dict[str, Title]]]] = {
    "digest": (WORKLIST_PAGE, lambda office, message: digest_facts(message.body)),
    "duty": (DUTY_PAGE, lambda office, message: duty_facts(office.catalogue, message.body)),
    "test": (TELLING_PAGE, lambda office, message: {}),
}
