"""Every request is counted, timed and logged in one line; figures of clocks and messages are read when asked for.

With several web processes each writes its counters to a file of its own and whoever is asked adds them up
(prometheus_client's multiprocess mode): `api.wsgi` says where. One process alone (tests, a development server) keeps
them in memory.
"""

import os
import re
import time
from collections.abc import Iterable

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from workflow import logs
from workflow.queries import operations
from workflow.queries.calendar_figures import calendar_figures
from workflow.work import Office

log = logs.logger("web")

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "unmatched"
CASE_NUMBER = re.compile(r"[A-Z]{2}[0-9]{4}-[0-9]{6,9}")
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
"""Routes that machines call every few seconds; logged only when they fail."""

disable_created_metrics()  # a second series beside every counter, which nobody reads
registry = CollectorRegistry()
requests_total = Counter("wugeyi_http_requests", "Requests answered", ["method", "route", "status"], registry=registry)
request_seconds = Histogram(
    "wugeyi_http_request_seconds",
    "Time from the head of a request to its answer",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=registry,
)
refusals_total = Counter("wugeyi_refusals", "Requests refused, by the code of the problem", ["code"], registry=registry)


def register(app: Flask) -> None:
    """Count, time and log every request of ``app``."""
    app.before_request(begin)
    app.after_request(finish)
    app.teardown_request(unbind)


def begin() -> None:
    """The request arrives."""
    g.started = time.perf_counter()
    no = (request.view_args or {}).get("no", "")
    # What stands where a case number should may be anything that somebody typed.
    case = {"case": no} if CASE_NUMBER.fullmatch(no) else {}
    g.bound = logs.bind(request=g.request_id, **case)


def finish(response: Response) -> Response:
    """The answer leaves: the route by its rule, never the address, which may name somebody."""
    seconds = time.perf_counter() - g.started
    method = request.method if request.method in METHODS else "other"
    route = request.url_rule.rule if request.url_rule else UNMATCHED
    code = g.get("problem_code")
    requests_total.labels(method, route, response.status_code).inc()
    request_seconds.labels(method, route).observe(seconds)
    if code is not None:
        refusals_total.labels(code).inc()
    if route not in QUIET or response.status_code >= 500:
        facts = {"method": method, "route": route, "status": response.status_code}
        refused = {"code": code} if code is not None else {}
        log.info("answered", extra=logs.facts(**facts, **refused, milliseconds=round(seconds * 1000, 1)))
    return response


def unbind(error: BaseException | None) -> None:
    """Lines of the next request of this thread are about something else."""
    bound: logs.Bound | None = g.pop("bound", None)
    if bound is not None:
        logs.unbind(bound)


def exposition(office: Office) -> bytes:
    """All figures in Prometheus' text format. Without the database only what this server has counted."""
    counted = registry
    if FOLDER in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
    now = CollectorRegistry()
    now.register(_Figures(office))
    return generate_latest(counted) + generate_latest(now)


class _Figures(Collector):
    """Read from the database when asked."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        """A few statements on narrow indexes and small tables."""
        try:
            with self.office.engine.begin() as conn:
                found = operations.figures(conn)
                beats = operations.heartbeats(conn)
                days = calendar_figures(self.office, conn)
                aside = operations.put_aside(conn)
                failing = operations.failing_duties(conn)
        except SQLAlchemyError:
            yield GaugeMetricFamily("wugeyi_database_up", "Whether the database answers", 0)
            return
        most = operations.COUNT_AT_MOST
        yield GaugeMetricFamily("wugeyi_database_up", "Whether the database answers", 1)
        yield GaugeMetricFamily("wugeyi_clocks_armed", f"Clocks waiting; from {most} on an estimate", found.armed)
        yield GaugeMetricFamily("wugeyi_clocks_due", f"Rungs due and not yet fired (at most {most})", found.due)
        yield GaugeMetricFamily("wugeyi_clocks_lag_seconds", "How long the oldest rung has been due", found.lag_seconds)
        yield GaugeMetricFamily("wugeyi_clocks_quarantined", "Clocks waiting for a person", found.quarantined)
        yield GaugeMetricFamily("wugeyi_outbox_waiting", f"Messages not yet delivered (at most {most})", found.waiting)
        yield GaugeMetricFamily(
            "wugeyi_outbox_oldest_seconds", "Age of the oldest message not yet delivered", found.oldest_waiting_seconds
        )
        yield GaugeMetricFamily("wugeyi_outbox_failed", f"Messages given up (at most {most})", found.failed)
        yield GaugeMetricFamily(
            "wugeyi_calendar_missing_year",
            "1 from 1 November until next year's notice is loaded",
            bool(days.missing_year),
        )
        yield GaugeMetricFamily("wugeyi_calendar_horizon_days", "Days to the last published one", days.horizon_days)
        yield GaugeMetricFamily(
            "wugeyi_provisional_clocks", f"Running clocks whose date is an estimate (at most {most})", days.provisional
        )
        yield GaugeMetricFamily(
            "wugeyi_dates_unsettled", "1 while dates wait to be moved to the calendar in force", days.settling
        )
        ages = GaugeMetricFamily("wugeyi_heartbeat_age_seconds", "Age of the newest sign of life", labels=["part"])
        for part, age in beats.items():
            ages.add_metric([part], age)
        yield ages
        unmade = GaugeMetricFamily(
            "wugeyi_put_aside", f"Cases and projects a reader can make nothing of (at most {most})", labels=["reader"]
        )
        for reader, count in aside.items():
            unmade.add_metric([reader], count)
        yield unmade
        duties = GaugeMetricFamily("wugeyi_duties_failing", "1 while a worker cannot do a duty", labels=["duty"])
        for duty in failing:
            duties.add_metric([duty], 1)
        yield duties
