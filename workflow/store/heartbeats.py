"""Signs of life of the workers, in real time; a hint for spacing sweeps and for whoever watches, never a lock."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text


def beat(conn: Connection, name: str, info: Mapping[str, Any]) -> int:
    """Write the sign of life ``name`` (``<role>:<host>:<pid>``); returns how many of the role are alive, at least 1."""
    return int(
        conn.execute(
            text("""
WITH mine AS (
  INSERT INTO heartbeats (name, at, info) VALUES (:name, clock_timestamp(), cast(:info AS jsonb))
  ON CONFLICT (name) DO UPDATE SET at = excluded.at, info = excluded.info)
SELECT 1 + count(*) FROM heartbeats
WHERE name LIKE split_part(:name, ':', 1) || ':%' AND name <> :name AND at > clock_timestamp() - interval '2 s'"""),
            {"name": name, "info": json.dumps(info)},
        ).scalar_one()
    )
