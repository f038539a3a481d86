"""Is the process up, is it ready, how is it doing: for a service manager, a load balancer and Prometheus.

Public and without anybody's data; a proxy should pass /metrics and /readyz to the inside only.
"""

from functools import cache
from typing import Any

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from api import measures
from api.access import office, wiring
from workflow.queries import operations
from workflow.settings import redis_client_url
from workflow.store.migrate import newest_revision

REDIS_SECONDS = 0.5

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers; nothing else is looked at, so that a lost database restarts no web process."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Ready for people: the database answers and has this version's shape. Workers, what
    they cannot do, and Redis are told, not required."""
    database, beats, failing = _database()
    ready = database == "ok"
    response = jsonify(
        status="ready" if ready else "not ready",
        database=database,
        redis=_redis(wiring().settings.redis_url),
        heartbeat_age_seconds=beats,
        failing_duties=failing,
    )
    response.status_code = 200 if ready else 503
    return response


@blueprint.get("/metrics")
def metrics() -> Response:
    """Figures in Prometheus' text format."""
    return Response(measures.exposition(office()), content_type=CONTENT_TYPE_LATEST)


def _database() -> tuple[str, dict[str, Any], dict[str, str]]:
    try:
        with office().engine.begin() as conn:
            found = operations.readiness(conn)
    except SQLAlchemyError:
        return "away", {}, {}
    expected = _expected_revision()
    if found.revision != expected:
        return f"at revision {found.revision}, this version needs {expected}: run wugeyi migrate", {}, {}
    return "ok", {part: round(age, 1) for part, age in found.heartbeats.items()}, dict(found.failing)


@cache
def _expected_revision() -> str:
    return newest_revision()


def _redis(url: str) -> str:
    if not url:
        return "not set"
    # The web itself never talks to Redis; imported here so that no request but this one pays for the library.
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        with Redis.from_url(
            redis_client_url(url), socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        ) as client:
            client.ping()
    except (RedisError, OSError):
        return "away"
    return "ok"
