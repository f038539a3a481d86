"""What nobody needs any more: used-up keys, tokens that let nobody in, old failures and signs of life. Real time."""

from sqlalchemy import Connection, text

BATCH = 10_000

_STATEMENTS = {
    "idempotency": text("""
DELETE FROM idempotency WHERE (actor_id, key) IN (
  SELECT actor_id, key FROM idempotency WHERE created_at < now() - interval '7 days' LIMIT :batch)"""),
    "tokens": text("""
DELETE FROM tokens WHERE id IN (
  SELECT id FROM tokens WHERE expires_at < now() OR revoked_at IS NOT NULL LIMIT :batch)"""),
    "login_failures": text("""
DELETE FROM login_failures WHERE (account, address) IN (
  SELECT account, address FROM login_failures WHERE last_at < now() - interval '1 day' LIMIT :batch)"""),
    "deliveries": text("""
DELETE FROM deliveries WHERE id IN (
  SELECT id FROM deliveries WHERE at < now() - interval '90 days' ORDER BY at LIMIT :batch)"""),
    "digests": text("""
DELETE FROM digests WHERE (person_id, day) IN (
  SELECT person_id, day FROM digests WHERE sent_at < app_now() - interval '90 days' LIMIT :batch)"""),
    "import_drafts": text("DELETE FROM import_drafts WHERE put_at < now() - interval '1 day'"),
    "heartbeats": text("DELETE FROM heartbeats WHERE at < now() - interval '1 day'"),
}


def remove(conn: Connection) -> dict[str, int]:
    """Remove a bounded number of each; returns how many, by table."""
    return {table: _removed(conn, table) for table in _STATEMENTS}


def _removed(conn: Connection, table: str) -> int:
    parameters = {"batch": BATCH} if ":batch" in _STATEMENTS[table].text else {}
    return conn.execute(_STATEMENTS[table], parameters).rowcount
