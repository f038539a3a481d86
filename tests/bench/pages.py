"""Pages as the service renders them, whole requests as WSGI calls: sign-in, worklist, case, applicant's list, and the
JSON worklist, in a district of 10⁵ cases. Medians of single calls, no reference."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from tests import given
from tests.bench import rows
from tests.bench.http_action import environ, send, service
from tests.bench.measuring import Figure, milliseconds
from tests.bench.stage import Stage, web_engine
from workflow.actor import Actor
from workflow.store import tokens
from workflow.work import Office, read_now

CASES = 100_000
TIMES = 40


def figures(stage: Stage) -> Iterator[Figure]:
    """Milliseconds for a request."""
    url = stage.database()
    rows.district(stage, url, CASES)
    engine = web_engine(url)
    office = stage.office_on(engine)
    town = given.town(office)
    with engine.begin() as conn:
        now = read_now(conn)
    case = next(iter(given.application(office, town, now).cases.values()))
    app = service(stage, engine)
    clerk, applicant = _session(office, town.clerk), _session(office, town.applicant)
    wanted = {
        "page: sign in": environ("GET", "/login"),
        "page: worklist": environ("GET", "/work", {"HTTP_COOKIE": clerk}),
        "page: case with its actions": environ("GET", f"/cases/{case}", {"HTTP_COOKIE": clerk}),
        "page: applicant's progress": environ("GET", f"/cases/{case}", {"HTTP_COOKIE": applicant}),
        "page: applicant's list": environ("GET", "/my", {"HTTP_COOKIE": applicant}),
        "JSON: worklist": environ("GET", "/api/v1/cases", {"HTTP_COOKIE": clerk}),
    }
    for name, request in wanted.items():
        once = partial(send, app, request)
        milliseconds(once, TIMES // 4)
        yield Figure(name, milliseconds(once, TIMES), "ms")
    engine.dispose()


def _session(office: Office, actor: Actor) -> str:
    assert actor.id is not None
    with office.engine.begin() as conn:
        return f"wugeyi={tokens.issue(conn, actor.id, 'session', '', timedelta(hours=1)).secret}"
