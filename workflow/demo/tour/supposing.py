"""What if: dates that would move, of one case and of all, before anything is saved."""

from typing import Any

from workflow.demo.tour.applying import apply_for_one
from workflow.demo.tour.district import clock_of, day_of
from workflow.demo.tour.scene import LONG, Scene


def suppose(scene: Scene) -> None:
    """A case far from its end; a pause, a shorter limit and a day off are supposed, and nothing is written."""
    say = scene.teller
    say.chapter("What if: a case with a long limit, and dates that only might move")
    scene.long = apply_for_one(scene, LONG)
    case = scene.district.case(scene.clerk, scene.long)
    officer, _ = scene.district.officers(case)
    clock = clock_of(case, "statutory")
    accepted = day_of(case["accepted_at"])
    say.same(clock["due_on"], scene.district.due(accepted, clock["limit"]), f"{clock['limit']} by law, until")

    until = scene.district.due(accepted, "10wd")
    pause = {"since": accepted.isoformat(), "until": until, "cause": "expert_review"}
    paused = _asked(scene, officer.post(_path(scene), {"pauses": [pause]}), f"an expert review until {until}")
    expected = scene.district.due(accepted, clock["limit"], [(pause["since"], until)])
    say.same(_new_end(paused), expected, "it would end on")
    say.so(paused["lawful"], f"{officer.name} could lawfully start it", paused["steps"])

    shorter = _asked(scene, officer.post(_path(scene), {"limits": {"statutory": "15wd"}}), "a limit of 15 working days")
    say.same(_new_end(shorter), scene.district.due(accepted, "15wd"), "it would end on")

    off = scene.district.due(accepted, "1wd")
    rest = _asked(scene, officer.post(_path(scene), {"rest": [off]}), f"{off} off")
    one_later = scene.district.due(day_of(f"{clock['due_on']}T12:00:00+08:00"), "1wd")
    say.same(_new_end(rest), one_later, "it would end one working day later, on")

    supervisor = scene.district.one("supervisor")
    asked = supervisor.post("/api/v1/what-if", {"rest": [off], "most": 1})
    found = say.done(asked, 200, f"{supervisor.name} asks the same of all live cases")["preview"]
    say.so(
        found["later"] >= 1,
        f"{found['cases']} cases would move, {found['newly_safe']} be no longer overdue",
        found,
    )
    refused = scene.clerk.post("/api/v1/what-if", {"rest": [off]})
    say.refused(refused, 403, "role_required", "the window may not ask of all cases")
    same = scene.district.case(scene.clerk, scene.long)
    unmoved = (clock_of(same, "statutory")["due_on"], same["version"])
    say.same(unmoved, (clock["due_on"], case["version"]), "nothing was saved: date and version are as before")


def _path(scene: Scene) -> str:
    return f"/api/v1/cases/{scene.long}/what-if"


def _asked(scene: Scene, answer: Any, supposed: str) -> Any:
    return scene.teller.done(answer, 200, f"what if: {supposed}")


def _new_end(found: Any) -> Any:
    return next(one["after"]["due_on"] for one in found["clocks"] if one["before"]["name"] == "statutory")
