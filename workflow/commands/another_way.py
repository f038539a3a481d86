"""A message that will not arrive by one way goes by another; where none is left its alert goes to the next person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from workflow.commands.pass_alert_on import pass_on_or_put_off
from workflow.logs import facts, logger
from workflow.store import outbox, telling_choices
from workflow.store.outbox import NewMessage
from workflow.telling import all_ways, message_key, usable_ways
from workflow.work import Office

log = logger("courier")

BATCH = 100


@dataclass(frozen=True, slots=True)
class _Failed:
    """A message that was given up."""

    id: int
    case_id: int | None
    person_id: int
    body: dict[str, Any]
    alert_id: int | None
    may_wait: bool


def go_another_way(office: Office, ids: Sequence[int], open_channels: Collection[str]) -> int:
    """For each of these messages that were given up: the next way of the same person that has not been tried, unless
    another is still open; where there is none, its alert is passed on as 'unreachable'. Returns how many moved on.

    Safe to repeat: messages have keys, and an alert is passed on once.
    """
    with office.engine.begin() as conn:
        failed = _failed(conn, ids)
        people = telling_choices.reachable(conn, sorted({one.person_id for one in failed}))
        keys = _keys(failed, people)
        states = outbox.states(conn, [key for tried in keys.values() for key in tried])
        moved = 0
        unreachable: list[int] = []
        for one in failed:
            # delivered, or still under way: by that way the person is told
            if any(states.get(key, "failed") != "failed" for key in keys[one.id]):
                continue
            further = _further(one, people, open_channels, states)
            if further is not None:
                outbox.add(conn, [further], one.case_id)
                moved += 1
            elif one.alert_id is not None:
                unreachable.append(one.alert_id)
    return moved + sum(_pass_on(office, alert_id) for alert_id in dict.fromkeys(unreachable))


def look_after_unreached(office: Office, open_channels: Collection[str]) -> int:
    """Alerts whose every message was given up, and that have neither gone another way nor been passed on because the
    courier died in between; returns how many moved on."""
    with office.engine.connect() as conn:
        ids = conn.execute(
            text("""
SELECT max(o.id) FROM outbox o JOIN alerts a ON a.id = o.alert_id
WHERE o.state = 'failed' AND o.alert_id IS NOT NULL AND a.passed_on_at IS NULL AND a.acknowledged_at IS NULL
  AND a.stepped_down_at IS NULL AND (a.pass_after IS NULL OR a.pass_after <= app_now()) AND NOT EXISTS (
    SELECT FROM outbox other WHERE other.alert_id = o.alert_id AND other.state <> 'failed')
GROUP BY o.alert_id ORDER BY max(o.id) DESC LIMIT :limit"""),
            {"limit": BATCH},
        ).scalars()
        found = list(ids)
    return go_another_way(office, found, open_channels) if found else 0


def _failed(conn: Connection, ids: Sequence[int]) -> list[_Failed]:
    rows = conn.execute(
        text("""
SELECT id, case_id, person_id, body, alert_id, may_wait FROM outbox
WHERE id = ANY(:ids) AND state = 'failed' AND person_id IS NOT NULL AND body ? 'of' ORDER BY id"""),
        {"ids": list(ids)},
    )
    return [_Failed(*row) for row in rows]


def _keys(failed: Sequence[_Failed], people: Any) -> dict[int, list[str]]:
    """The keys under which each message may have gone, by its id."""
    return {
        one.id: [
            message_key(one.body["of"], one.person_id, way)
            for way in (all_ways(people[one.person_id]) if one.person_id in people else ())
        ]
        for one in failed
    }


def _further(one: _Failed, people: Any, open_channels: Collection[str], states: dict[str, str]) -> NewMessage | None:
    person = people.get(one.person_id)
    if person is None:
        return None
    for way in usable_ways(person, open_channels).values():
        key = message_key(one.body["of"], one.person_id, way)
        if key not in states:
            return NewMessage(
                key, way.channel, one.person_id, one.body, one.alert_id, address=way.address, may_wait=one.may_wait
            )
    return None


def _pass_on(office: Office, alert_id: int) -> int:
    given = pass_on_or_put_off(office, alert_id, "unreachable")
    log.error("an alert reaches its person by no way", extra=facts(code="unreachable"))
    return 0 if given is None else 1
