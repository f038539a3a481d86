"""Steps that were recorded late, written as the store keeps them: legal time and the time of recording apart."""

from sqlalchemy import text

from tests import given
from workflow.work import Office


def backfill(office: Office, no: str, day: str, seq: int = 2) -> None:
    """Give a case one more line: that of ``seq`` again, recorded at the same time, but in force since ``day`` (ISO)."""
    with office.engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO events (case_id, seq, action, from_state, to_state, actor_id, actor_role, effective_at, recorded_at, input,
  hash)
SELECT case_id, 1000 + seq, action, to_state, to_state, actor_id, actor_role, :effective_at, recorded_at, input, hash
FROM events WHERE case_id = :case_id AND seq = :seq"""),
            {"case_id": given.case_id(office.engine, no), "seq": seq, "effective_at": given.moment(day)},
        )
