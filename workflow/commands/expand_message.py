"""One message for everybody becomes one for each person and way, in the transaction that marks it delivered.

On their page people are told at once: an alert's row stands there already, of everything else a notice is written here.
Ways outside of it follow what each person chose, their addresses and their quiet hours (`workflow.telling`).
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from workflow.clock.limit import Unit
from workflow.commands.duty_letter import duty_place
from workflow.logs import facts, logger
from workflow.recipients import Place, Told
from workflow.store import notices, outbox, telling_choices
from workflow.store.directory import directory_for
from workflow.store.outbox import Leased, NewMessage
from workflow.telling import Reachable, kind_of, may_wait, message_key, quiet_until, ways
from workflow.work import Office, read_now

log = logger("courier")

LOG = "log"
NOT_PASSED_ON = ("told", "roles", "nobody")
# The alert's own row is the notice.
NOTICED_ALREADY = "rung"


def expand(office: Office, message: Leased, open_channels: Collection[str]) -> str:
    """Write the messages and notices of ``message``; 'delivered', 'withdrawn' where the alerts it tells of have stepped
    down, or 'gone' where its lease had run out."""
    with office.engine.begin() as conn:
        told = _told(office, conn, message)
        alerts = _alerts(conn, message, told)
        if outbox.withdraw_told(conn, message.id, message.token, list(alerts.values())):
            return "withdrawn"
        if not outbox.mark_delivered(conn, message.id, message.token):
            return "gone"
        people = telling_choices.reachable(conn, [one.person_id for one in told])
        late = _late(office, conn, message)
        body = {name: value for name, value in message.body.items() if name not in NOT_PASSED_ON}
        body["of"] = message.effect_key
        now = read_now(conn)
        outbox.add(
            conn,
            [
                one
                for person in told
                if person.person_id in people
                for one in _messages(
                    office,
                    body,
                    person,
                    people[person.person_id],
                    alerts.get(person.person_id),
                    late,
                    open_channels,
                    now,
                )
            ],
            message.case_id,
        )
        if message.body["what"] != NOTICED_ALREADY:
            bodies = {one.person_id: {**body, "role": one.role} for one in told}
            notices.add(conn, message.effect_key, message.body["what"], bodies, message.case_id)
    return "delivered"


def _messages(
    office: Office,
    body: dict[str, Any],
    told: Told,
    person: Reachable,
    alert_id: int | None,
    late: bool,
    open_channels: Collection[str],
    now: datetime,
) -> list[NewMessage]:
    policy = office.catalogue.telling
    base: str = body["of"]
    own = {**body, "role": told.role}
    waits = may_wait(body, told.role, policy, late)
    held = quiet_until(person, policy, now) if waits else None
    found = ways(kind_of(body), person, open_channels, policy)
    if not found:
        # Nothing leads out of the application: a line in the log says that the message is on their page.
        return [NewMessage(f"{base}:{told.person_id}:{LOG}", LOG, told.person_id, own, alert_id)]
    return [
        NewMessage(
            message_key(base, told.person_id, way),
            way.channel,
            told.person_id,
            own,
            alert_id,
            address=way.address,
            may_wait=waits,
            not_before=held,
        )
        for way in found
    ]


def _told(office: Office, conn: Connection, message: Leased) -> tuple[Told, ...]:
    """Whom the message is for: settled when the rung fired, or by the roles of the action, as of now."""
    if "told" in message.body:
        return tuple(Told(one["person"], one["role"]) for one in message.body["told"])
    roles = tuple(message.body["roles"])
    place = _place(office, conn, message)
    telling = directory_for(conn, office.catalogue, roles, [place]).reach(roles, place)
    if telling.nobody:
        log.error("a message reached nobody in some role", extra=facts(outbox=message.id, channel=message.channel))
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


def _alerts(conn: Connection, message: Leased, told: tuple[Told, ...]) -> dict[int, int]:
    """The alert of each person told, by person. Rungs that fired before messages named their clock have none."""
    body = message.body
    if body["what"] != "rung" or "clock_id" not in body:
        return {}
    rows = conn.execute(
        text("""
SELECT person_id, id FROM alerts
WHERE clock_id = :clock AND epoch = :epoch AND rung = :rung AND person_id = ANY(:people)"""),
        {
            "clock": body["clock_id"],
            "epoch": body["epoch"],
            "rung": body["index"],
            "people": [one.person_id for one in told],
        },
    )
    return {row.person_id: row.id for row in rows}


def _late(office: Office, conn: Connection, message: Leased) -> bool:
    """Whether the rung fired so long after its moment that a little more does not matter: after an outage."""
    body = message.body
    if body["what"] != "rung" or "clock_id" not in body or body.get("passed_on"):
        return False
    found = conn.execute(
        text("""
SELECT fired_at - moment_at FROM firings WHERE clock_id = :clock AND epoch = :epoch AND rung = :rung"""),
        {"clock": body["clock_id"], "epoch": body["epoch"], "rung": body["index"]},
    ).scalar()
    limit = office.catalogue.time_use.late_rung_after
    longest = timedelta(minutes=limit.amount * (60 if limit.unit is Unit.HOUR else 1))
    return isinstance(found, timedelta) and found > longest
