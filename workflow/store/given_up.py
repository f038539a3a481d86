"""Messages that were given up, by channel: how many there are, and put back in the queue."""

from sqlalchemy import Connection, text


def put_back(conn: Connection, channel: str, limit: int) -> int:
    """Up to ``limit`` messages of ``channel`` that were given up wait again as if they were new, oldest first (as
    `outbox.once_more` does with one); returns how many. What somebody else is putting back just now is left alone."""
    return conn.execute(
        text("""
UPDATE outbox SET state = 'pending', attempts = 0, put_at = now(), next_at = now(), delivered_at = NULL, error = NULL,
  batch = NULL
WHERE id IN (SELECT id FROM outbox WHERE channel = :channel AND state = 'failed' ORDER BY id LIMIT :limit
  FOR UPDATE SKIP LOCKED)"""),
        {"channel": channel, "limit": limit},
    ).rowcount
