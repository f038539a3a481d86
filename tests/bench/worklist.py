"""One page of the worklist with 10³ and with 10⁵ cases in the district, for an officer (by department) and for a clerk
(the whole district): the query as the service runs it, in a unit of work of its own. The two databases take turns.
"""

from collections.abc import Iterator
from functools import partial

from tests.bench import rows
from tests.bench.measuring import Figure, milliseconds, take_turns
from tests.bench.stage import Stage, web_engine
from workflow.actor import Actor, Grant
from workflow.queries.paging import PAGE_SIZE, Paging
from workflow.queries.worklist import Filters, worklist
from workflow.work import Office, begin_work

FEW, MANY = 1_000, 100_000
TURNS, TIMES = 7, 40
SECRET = "a secret of the bench, thirty-two characters"
PEOPLE = {
    "officer": Actor(1, "officer1", (Grant("officer", department="ZG"),)),
    "clerk": Actor(2, "officer2", (Grant("clerk"),)),
}


def figures(stage: Stage) -> Iterator[Figure]:
    """Milliseconds for a page."""
    offices = {count: _office_with(stage, count) for count in (FEW, MANY)}
    for role, actor in PEOPLE.items():
        sides = {str(count): partial(_time, office, actor) for count, office in offices.items()}
        for side in sides.values():
            side()
        taken = take_turns(sides, TURNS)
        few, many, ratio = taken[str(FEW)], taken[str(MANY)], taken.ratio(str(MANY), str(FEW))
        name = f"worklist page of {PAGE_SIZE}, {role}"
        yield Figure(f"{name}, 10³ cases", few, "ms")
        yield Figure(f"{name}, 10⁵ cases", many, "ms", f"{name}, 10³ cases", ratio, ("<=", 2.0))
    for office in offices.values():
        office.engine.dispose()


def _office_with(stage: Stage, cases: int) -> Office:
    url = stage.database()
    rows.district(stage, url, cases)
    return stage.office_on(web_engine(url))


def _time(office: Office, actor: Actor) -> float:
    return milliseconds(partial(_page, office, actor), TIMES)


def _page(office: Office, actor: Actor) -> None:
    with begin_work(office, actor) as work:
        page = worklist(work, Filters(), Paging(SECRET))
    if len(page.rows) != PAGE_SIZE:
        raise RuntimeError(f"a page of {PAGE_SIZE} was expected, not of {len(page.rows)}")
