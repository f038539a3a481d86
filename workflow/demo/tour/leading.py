"""What leaders and other systems read: figures that open their cases, events in order, rows of the exchange."""

from typing import Any

from workflow.demo.tour.caller import Caller
from workflow.demo.tour.scene import Scene
from workflow.demo.tour.teller import NotSo

ENTRIES = 1000


def read_the_picture(scene: Scene) -> None:
    """Every number is that of a list anybody may count."""
    say, supervisor = scene.teller, scene.district.one("supervisor")
    say.chapter("The leader's picture: numbers that open their cases")
    hidden = scene.applicant.get("/api/v1/figures")
    say.refused(hidden, 403, "role_required", "it is not for companies")
    shown = say.comes(lambda: _caught_up(supervisor), "what has happened is counted")
    figure = next(one for one in shown["figures"] if one["code"] == "early_finish")
    parts = {part["code"]: part["n"] for part in figure["whole"]["parts"]}
    [share] = figure["whole"]["ratios"]
    say.so(
        (share["numerator"], share["denominator"]) == (parts["early"], parts["counted"]),
        f"finished early: {parts['early']} of {parts['counted']} promised cases, definition {figure['version']}",
        share,
    )
    listed = _listed(supervisor, "/api/v1/figures/early_finish/cases", part="early")
    say.same(len({one["no"] for one in listed}), parts["early"], "the list behind the number has as many cases")
    both = supervisor.get("/api/v1/figures", dimension="department,street", value="QX")
    say.so(both.status == 400, "two dimensions at once are refused", both.status)


def follow_what_happens(scene: Scene) -> None:
    """Positions have no gaps, so that a reader who was away misses nothing; companies read of their own cases only."""
    say, supervisor = scene.teller, scene.district.one("supervisor")
    say.chapter("Other systems follow what happens")
    head = supervisor.get("/api/v1/events", limit=1)["head"]
    say.so(head > 0, f"the stream stands at position {head}")
    kinds = {one["kind"] for one in supervisor.get("/api/v1/events", after=head - 200, limit=200)["events"]}
    say.so("case.opened" in kinds or "case.advanced" in kinds, f"its events have names: {', '.join(sorted(kinds))}")
    mine = scene.applicant.get("/api/v1/events", after=max(0, head - 2000), limit=200)["events"]
    own = {project["code"] for project in _listed(scene.applicant, "/api/v1/projects")}
    say.so({one["project"] for one in mine} <= own, f"{scene.applicant.name} reads {len(mine)}, of own projects alone")
    unknown = supervisor.get("/api/v1/events", kinds="case.lost")
    say.refused(unknown, 400, "bad_input", "an unknown kind of event is refused")


def report_upwards(scene: Scene) -> None:
    """The rows of the exchange, read from the beginning: no case is missing, nothing is out of order."""
    say, supervisor = scene.teller, scene.district.one("supervisor")
    say.chapter("The national exchange")
    positions, after, more = [], 0, True
    while more:
        page = supervisor.get("/api/v1/exchange", after=after, limit=ENTRIES)
        positions += [entry["position"] for entry in page["entries"]]
        after, more = page["next_after"], page["more"]
    say.so(positions == sorted(set(positions)), f"{len(positions)} rows were read, each once, in strict order")
    found = supervisor.get("/api/v1/exchange/reconciliation")
    say.so(found["missing"] == [], "no received case is missing from them", found["missing"])
    flagged = supervisor.get("/api/v1/exchange/check")["flagged"]
    say.so(bool(flagged), f"{len(flagged)} rows carry a flag; none of them is hidden")


def _caught_up(supervisor: Caller) -> dict[str, Any] | None:
    answer = supervisor.get("/api/v1/figures")
    if answer.status != 200:
        raise NotSo(f"the supervisor reads the figures: {answer.status} {answer.body}")
    shown: dict[str, Any] = answer.body
    return shown if shown["behind"] == 0 and shown["complete"] else None


def _listed(caller: Caller, path: str, **query: object) -> list[dict[str, Any]]:
    """All pages of a list."""
    rows: list[dict[str, Any]] = []
    page = caller.get(path, limit=100, **query)
    rows += page["items"]
    while page["next_cursor"]:
        page = caller.get(path, limit=100, cursor=page["next_cursor"], **query)
        rows += page["items"]
    return rows
