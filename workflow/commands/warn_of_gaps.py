"""Say a day ahead that nobody is on duty: to the leader of the squad and the director of its department, once a gap."""

from datetime import UTC, timedelta

from workflow.store import duty
from workflow.store.duty import Gap
from workflow.work import Office

AHEAD = timedelta(hours=24)
TOLD = ("squad_leader", "director")


def warn_of_gaps(office: Office) -> int:
    """Put one message in the outbox for every gap that is open now or begins within AHEAD, however many look at once
    and however often; returns how many are new. A unit of work of its own.

    A squad that never had a roster has no gap in it: there is nothing that ended.
    """
    with office.engine.begin() as conn:
        found = duty.gaps_ahead(conn, sorted(office.catalogue.squads), AHEAD)
        if not found:
            return 0
        return duty.announce(conn, {_key(gap): _body(gap) for gap in found})


def _key(gap: Gap) -> str:
    return f"duty-gap:{gap.squad}:{gap.since.astimezone(UTC).isoformat()}"


def _body(gap: Gap) -> dict[str, object]:
    until = None if gap.until is None else gap.until.isoformat()
    return {
        "what": "duty",
        "squad": gap.squad,
        "since": gap.since.isoformat(),
        "until": until,
        "roles": list(TOLD),
    }
