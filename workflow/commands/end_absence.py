"""End a leave early: from this moment the roles are with their holder again. One that has not begun is called off."""

from sqlalchemy import text

from workflow.errors import Conflict, NotAllowed, NotFound
from workflow.store import absences
from workflow.store.absences import Absence
from workflow.visibility import managed_people
from workflow.work import Work


def end_absence(work: Work, absence_id: int) -> Absence:
    """The leave as it stands afterwards.

    The absent person ends it, or the delegate hands back, or whoever may enter the person's leave. Raises NotFound for
    a leave of no concern to the actor, NotAllowed for one only looked at, Conflict for one that is over.
    """
    absence = absences.by_id(work.conn, absence_id)
    if absence is None or not _may_end(work, absence):
        if absence is not None and work.actor.holds("supervisor", "district_leader"):
            raise NotAllowed(
                "not_your_person",
                "请假由本人、代理人或其上级结束",
                "A leave is ended by the person, the delegate or who stands above the person",
            )
        raise NotFound("no_such_absence", f"没有编号为 {absence_id} 的请假", f"There is no leave {absence_id}")
    if not absences.end(work.conn, absence_id, work.actor.id, work.now):
        until = absence.until.isoformat()
        raise Conflict(
            "absence_over",
            f"该请假已于 {until} 结束",
            f"This leave has been over since {until}",
            extra={"absence": absence_id, "until": until},
        )
    ended = absences.by_id(work.conn, absence_id)
    assert ended is not None
    return ended


def _may_end(work: Work, absence: Absence) -> bool:
    if work.actor.id in (absence.person_id, absence.delegate_id):
        return True
    condition, parameters = managed_people(work.actor, work.office.catalogue)
    statement = text(f"SELECT {condition} FROM people p WHERE p.id = :person")  # noqa: S608 - of constants
    return bool(work.conn.execute(statement, parameters | {"person": absence.person_id}).scalar())
