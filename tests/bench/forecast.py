"""The leader's page in a district of 10⁶ cases: the breach forecast, and the whole picture with it in one answer."""

from collections.abc import Iterator
from functools import partial

from tests.bench import war_map
from tests.bench.measuring import Figure, milliseconds
from tests.bench.stage import Stage, web_engine
from workflow.actor import Actor, Grant
from workflow.queries.forecast import ForecastFilters, forecast
from workflow.queries.war_map import WarMapAsk
from workflow.queries.war_map import war_map as picture
from workflow.work import Office, begin_work

MOST_MS = 300.0
TIMES = 5
DIRECTOR = Actor(3, "director", (Grant("director", department="ZG"),))


def figures(stage: Stage) -> Iterator[Figure]:
    """Milliseconds of both, in a district of its own."""
    url = stage.database()
    war_map.fill(stage, url, war_map.CASES)
    stage.load(url, "UPDATE projects SET needs_permit = true")
    office = stage.office_on(web_engine(url))
    yield from questions(office)
    office.engine.dispose()


def questions(office: Office) -> Iterator[Figure]:
    """The same on a district that is there already."""
    asked = {
        "forecast": (war_map.LEADER, ForecastFilters()),
        "forecast of a department": (war_map.LEADER, ForecastFilters(department="ZG")),
        "forecast of an item": (war_map.LEADER, ForecastFilters(item="SG05")),
        "forecast of a director": (DIRECTOR, ForecastFilters()),
    }
    for name, (actor, filters) in asked.items():
        yield _within(name, milliseconds(partial(_forecast, office, actor, filters), TIMES))
    pictures = {
        "leader's page": (war_map.LEADER, WarMapAsk()),
        "leader's page by department": (war_map.LEADER, WarMapAsk(dimension="department")),
        "leader's page of a director": (DIRECTOR, WarMapAsk()),
    }
    for name, (actor, ask) in pictures.items():
        yield _within(name, milliseconds(partial(_picture, office, actor, ask), TIMES))


def _forecast(office: Office, actor: Actor, filters: ForecastFilters) -> None:
    with begin_work(office, actor) as work:
        if not forecast(work, filters).considered:
            raise RuntimeError("no open case was looked at")


def _picture(office: Office, actor: Actor, ask: WarMapAsk) -> None:
    with begin_work(office, actor) as work:
        if not picture(work, ask, war_map.SECRET).projects:
            raise RuntimeError("no project was found")


def _within(name: str, value: float) -> Figure:
    return Figure(name, value, "ms", f"{MOST_MS:.0f} ms", value / MOST_MS, ("<=", 1.0))
