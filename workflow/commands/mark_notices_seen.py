"""Say that notices were looked at. Only one's own; saying it twice changes nothing."""

from collections.abc import Sequence

from sqlalchemy import text

from workflow.errors import NotFound
from workflow.store import notices
from workflow.work import Work


def mark_notices_seen(work: Work, ids: Sequence[int]) -> int:
    """Mark notices of the actor as seen; returns how many had not been before. Raises NotFound, naming them, where one
    is nobody's or somebody else's: then none is marked."""
    assert work.actor.id is not None
    mine = set(
        work.conn.execute(
            text("SELECT id FROM notices WHERE person_id = :me AND id = ANY(:ids)"),
            {"me": work.actor.id, "ids": list(ids)},
        ).scalars()
    )
    missing = sorted(set(ids) - mine)
    if missing:
        words = ", ".join(map(str, missing))
        raise NotFound(
            "no_such_notice", f"您没有编号为 {words} 的消息", f"You have no notice {words}", extra={"notices": missing}
        )
    return notices.mark_seen(work.conn, work.actor.id, ids)
