"""The courier: one message of the outbox, passed on.

Take a lease, commit; have the effect with no transaction open; mark it. A second courier with the same id finds the
lease and does nothing; one that dies leaves a lease that runs out. At least once on the wire, once by the effect key.
What has piled up for one person goes in one letter, and a provider that does not answer is not asked by everybody.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from workflow.catalogue.telling import EMAIL
from workflow.commands.another_way import go_another_way
from workflow.commands.expand_message import LOG, expand
from workflow.commands.look_at import look_around
from workflow.commands.outgoing import Channel, Outgoing, Undelivered, compose
from workflow.commands.render_document import render_document
from workflow.errors import Refused
from workflow.logs import facts, logger
from workflow.store import channel_health, contact_points, deliveries, outbox, telling_choices
from workflow.store.outbox import INSIDE, Again, Leased
from workflow.telling import quiet_until
from workflow.typesetting import Unprintable
from workflow.work import Office, read_now

__all__ = ["EMAIL", "LOG", "Channel", "Outgoing", "Undelivered", "pass_on"]

log = logger("courier")

LONGEST_ERROR = 500
MOST_TOGETHER = 200
"""The most messages of one letter: what is beyond follows in the next."""
RED_WAIT = timedelta(minutes=15)
"""A red card is tried at least this often, whatever its provider says of it."""
TEST = "test"
ALONE = (TEST, "digest")
"""Messages that share their letter with no other."""


def pass_on(office: Office, message_id: int, channels: Mapping[str, Channel]) -> str:
    """Deliver one message, and with it what shares its letter: 'delivered', 'pending' (to be tried again), 'failed'
    (given up), 'withdrawn' (there is no need any more), or 'gone' where it is delivered already, in other hands or not
    due yet. Raises only when the database is lost."""
    with office.engine.begin() as conn:
        taken = _take(office, conn, message_id)
    if isinstance(taken, str):
        return taken
    if taken[0].channel in INSIDE:
        return _pass_inside(office, taken[0], channels)
    return _hand_over(office, taken, channels)


def _take(office: Office, conn: Connection, message_id: int) -> str | tuple[Leased, ...]:
    """The letter in this courier's hands, or what became of it without one."""
    batch = outbox.batch_of(conn, message_id)
    if batch is not None:
        letter = outbox.lease_batch(conn, batch, message_id)
    else:
        one = outbox.lease(conn, message_id)
        letter = () if one is None else (one,)
    if not letter:
        return "gone"
    needless = outbox.withdraw_needless(conn, [one.id for one in letter if one.alert_id is not None])
    letter = tuple(one for one in letter if one.id not in needless)
    if not letter:
        return "withdrawn"
    first = letter[0]
    if first.channel in INSIDE:
        return letter
    held = _quiet_until(office, conn, first)
    if held is not None:
        outbox.hold_back(conn, letter, held)
        return "pending"
    asked = channel_health.ask(conn, first.channel)
    if asked.wait_until is not None:
        outbox.put_off(conn, letter, asked.wait_until)
        return "pending"
    if batch is None and first.person_id is not None and first.body.get("what") not in ALONE:
        policy = office.catalogue.telling
        least = policy.together_from if first.may_wait else policy.urgent_together_from
        letter = outbox.lease_together(conn, first, least, MOST_TOGETHER, uuid4())
    return letter


def _quiet_until(office: Office, conn: Connection, first: Leased) -> datetime | None:
    """When the quiet hours of its person end, where a letter that may wait has come due within them."""
    if not first.may_wait or first.person_id is None:
        return None
    person = telling_choices.reachable(conn, [first.person_id]).get(first.person_id)
    return None if person is None else quiet_until(person, office.catalogue.telling, read_now(conn))


def _pass_inside(office: Office, message: Leased, channels: Mapping[str, Channel]) -> str:
    """A message of the service to itself; 'log' says that one waits on somebody's page."""
    try:
        if message.channel == "tell":
            return expand(office, message, channels.keys() - {LOG})
        _INSIDE[message.channel](office, message, channels)
    except Undelivered as undelivered:
        return _later(office, message, undelivered.error, undelivered.again)
    except Exception as error:
        # Whatever went wrong, the row decides about the next try.
        log.warning("passing a message on failed", extra=_which(message), exc_info=True)
        return _later(office, message, _words(error), "soon")
    with office.engine.begin() as conn:
        done = outbox.mark_delivered(conn, message.id, message.token)
    return "delivered" if done else "gone"


def _render(office: Office, message: Leased, channels: Mapping[str, Channel]) -> None:
    try:
        render_document(office, message.body["document"])
    except Unprintable as unprintable:
        # A template does not mend itself within seconds.
        raise Undelivered(str(unprintable), "later") from unprintable


def _say_in_the_log(office: Office, message: Leased, channels: Mapping[str, Channel]) -> None:
    if LOG not in channels:
        raise Undelivered(f"the channel {LOG} is not set up", "later")
    with office.engine.begin() as conn:
        outgoing = compose(office, conn, [message])
    channels[LOG](outgoing)


_INSIDE: Mapping[str, Callable[[Office, Leased, Mapping[str, Channel]], None]] = {
    "system": lambda office, message, channels: look_around(office, message.body),
    "render": _render,
    "log": _say_in_the_log,
}


def _hand_over(office: Office, letter: Sequence[Leased], channels: Mapping[str, Channel]) -> str:
    """Give a letter to its channel; every try is noted, and what the provider said decides about the next."""
    first = letter[0]
    began = monotonic()
    address = first.address or ""
    try:
        channel = channels.get(first.channel)
        if channel is None:
            raise Undelivered(f"the channel {first.channel} is not set up", "later", of_channel=False)
        with office.engine.begin() as conn:
            outgoing = compose(office, conn, letter)
        address = outgoing.address
        channel(outgoing)
    except Undelivered as undelivered:
        return _not_now(office, letter, undelivered, address, _since(began), channels)
    except Exception as error:
        # A mistake of ours, not the provider's: only this letter waits.
        log.warning("passing a message on failed", extra=_which(first), exc_info=True)
        mistake = Undelivered(_words(error), "soon", of_channel=False)
        return _not_now(office, letter, mistake, address, _since(began), channels)
    with office.engine.begin() as conn:
        done = outbox.mark_letter(conn, [one.id for one in letter], first.token)
        channel_health.answered(conn, first.channel)
        outcome = "test" if first.body.get("what") == TEST else "delivered"
        deliveries.note(conn, first.channel, outcome, _since(began), outbox_id=first.id, person_id=first.person_id)
        if outcome == "test" and first.person_id is not None:
            contact_points.mark_tested(conn, first.person_id, first.channel, address)
    return "delivered" if done else "gone"


def _not_now(
    office: Office,
    letter: Sequence[Leased],
    why: Undelivered,
    address: str,
    milliseconds: int,
    channels: Mapping[str, Channel],
) -> str:
    first = letter[0]
    error = why.error[:LONGEST_ERROR]
    give_up_after = timedelta(hours=office.catalogue.telling.give_up_after.amount)
    until = _judged(office, first.channel, why)
    longest = _longest_wait(letter, why)
    with office.engine.begin() as conn:
        states = outbox.letter_waits(
            conn, [one.id for one in letter], first.token, error, why.again, give_up_after, longest, until
        )
        deliveries.note(
            conn, first.channel, why.again, milliseconds, error, outbox_id=first.id, person_id=first.person_id
        )
        if why.bounced and address and first.person_id is not None:
            contact_points.mark_bounced(conn, first.person_id, first.channel, address, error)
    given_up = [one for one, state in states.items() if state == "failed"]
    if given_up:
        log.error("a message is given up", extra=_which(first))
        go_another_way(office, given_up, channels.keys() - {LOG})
    return states.get(first.id, "gone")


def _longest_wait(letter: Sequence[Leased], why: Undelivered) -> timedelta:
    # The breaker spares the provider; a letter must not lie for hours when it is back.
    if why.of_channel:
        return channel_health.LONGEST_WAIT
    return RED_WAIT if any(one.body.get("card") == "red" for one in letter) else outbox.LONGEST_WAIT


def _judged(office: Office, channel: str, why: Undelivered) -> datetime | None:
    """What was learnt about the provider, written down; when it is asked again, None where it answers."""
    with office.engine.begin() as conn:
        if why.of_channel:
            return channel_health.failed(conn, channel, why.error, for_long=why.again != "soon")
        if why.bounced:
            channel_health.answered(conn, channel)
        else:
            channel_health.let_go(conn, channel)
    return None


def _later(office: Office, message: Leased, error: str, again: Again) -> str:
    with office.engine.begin() as conn:
        state = outbox.retry_later(conn, message.id, message.token, error[:LONGEST_ERROR], again)
    if state == "failed":
        log.error("a message is given up and waits for a person", extra=_which(message))
    return state or "gone"


def _which(message: Leased) -> dict[str, Any]:
    return facts(outbox=message.id, channel=message.channel, attempts=message.attempts)


def _since(began: float) -> int:
    return round((monotonic() - began) * 1000)


def _words(error: Exception) -> str:
    if isinstance(error, Refused):
        return f"{error.code}: {error.en}"
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"
