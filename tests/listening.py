"""What a client of the live stream takes in, and what it is told."""

import json
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection, Engine, text

from workflow.actor import Actor
from workflow.store import stream, tokens

LIVE = "/api/v1/live"


@dataclass(slots=True)
class Heard:
    """What a client has taken in: ids in order, and the counts it was told."""

    ids: list[int] = field(default_factory=list)
    events: list[dict[str, object]] = field(default_factory=list)
    waiting: list[dict[str, int]] = field(default_factory=list)
    retry: list[int] = field(default_factory=list)
    last: str = ""


def take(heard: Heard, block: str) -> None:
    """One event as a browser reads it."""
    lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
    heard.last = lines.get("id", heard.last)
    if "retry" in lines:
        heard.retry.append(int(lines["retry"]))
    match lines.get("event"):
        case "waiting":
            heard.waiting.append(json.loads(lines["data"]))
        case "alert" | "notice":
            heard.ids.append(int(lines["id"]))
            heard.events.append(json.loads(lines["data"]))


def read(body: str) -> Heard:
    heard = Heard()
    for block in body.split("\n\n"):
        take(heard, block)
    return heard


def notice(conn: Connection, person: int, key: str, message: str = "dates", case_id: int | None = None) -> None:
    conn.execute(
        text("""
INSERT INTO notices (effect_key, person_id, case_id, message, body, created_at)
VALUES (:key, :person, :case, :message, '{"to": "王敏"}', now())"""),
        {"key": key, "person": person, "message": message, "case": case_id},
    )


def sequenced(engine: Engine) -> None:
    with engine.begin() as conn:
        stream.sequence(conn)


def head_of(engine: Engine) -> int:
    with engine.begin() as conn:
        stream.sequence(conn)
        return stream.head(conn)


def id_of(actor: Actor) -> int:
    assert actor.id is not None
    return actor.id


def secret_of(engine: Engine, actor: Actor) -> str:
    with engine.begin() as conn:
        return tokens.issue(conn, id_of(actor), "bearer", "test", timedelta(hours=1)).secret
