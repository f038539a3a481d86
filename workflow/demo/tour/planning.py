"""Plans (倒排工期): when to file for a wanted day, and when everything is there if filed today."""

from typing import Any

from workflow.demo.tour.caller import Caller
from workflow.demo.tour.scene import Scene

ITEMS = ["LX08", "GC03", "SG01", "SG05"]
"""Land use, works planning, drawings, construction permit: each of the last two stands on earlier ones."""
TODAY, WANTED, TOO_SOON = "2026-03-02", "2026-06-01", "2026-03-04"


def plan_backwards_and_forwards(scene: Scene) -> None:
    """The same four items both ways; the plan is held against the calculator."""
    say = scene.teller
    say.chapter("A plan, backwards from the wanted day and forwards from today")
    ahead = _plan(scene, {"items": ITEMS, "from": TODAY, "today": TODAY}, f"filed on {TODAY}")
    say.tell(ahead["summary"]["zh"])
    say.tell(ahead["summary"]["en"])
    last = max(step["decision"]["day"] for step in ahead["steps"])
    say.same(ahead["ends"]["day"], last, "everything is decided with its last item, on")
    say.so(ahead["decides"] in ahead["critical_path"], f"{' → '.join(ahead['critical_path'])} decides the date")
    back = _plan(scene, {"items": ITEMS, "until": WANTED, "today": TODAY}, f"wanted for {WANTED}")
    for step in back["steps"]:
        say.tell(f"{step['item']}  file by {step['latest_filing']['day']}  slack {step['slack']} working days")
    first = next(step for step in back["steps"] if step["item"] == back["decides"])
    latest, limit = first["latest_filing"]["day"], first["limit"]["limit"]
    answer = Caller(scene.district.url).post("/api/v1/due-dates", {"from": latest, "limit": limit})
    say.so(back["feasible"] and answer["due_on"] <= WANTED, f"{first['item']} filed on {latest} is decided in time")
    late = _plan(scene, {"items": ITEMS, "until": TOO_SOON, "today": TODAY}, f"wanted for {TOO_SOON}")
    say.so(
        not late["feasible"] and late["short_by"] > 0,
        f"that is too soon, by {late['short_by']} working days",
        late["summary"],
    )


def _plan(scene: Scene, question: dict[str, Any], sentence: str) -> Any:
    answer = Caller(scene.district.url).post("/api/v1/plans", question)
    return scene.teller.done(answer, 200, f"{len(ITEMS)} items {sentence}")
