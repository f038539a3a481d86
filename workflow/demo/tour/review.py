"""One case is reviewed by experts, another is granted in time; whoever saw an old page is refused."""

from typing import Any

from workflow.demo.tour.district import clock_of, day_of
from workflow.demo.tour.scene import CORRECTED, REVIEW_DAYS, REVIEWED, Scene


def pause(scene: Scene) -> None:
    """行政许可法 45: an expert review stops both clocks."""
    say, no = scene.teller, scene.no(REVIEWED)
    say.chapter(f"{no}: an expert review, and the dates that move")
    say.done(scene.district.act(scene.clerk, no, "accept"), 200, "accepted")
    case = scene.district.case(scene.clerk, no)
    today = day_of(case["accepted_at"])
    officer, _ = scene.district.officers(case)
    scene.promised = clock_of(case, "promised")["due_on"]
    say.same(scene.promised, scene.district.due(today, clock_of(case, "promised")["limit"]), "promised for")
    say.same(clock_of(case, "statutory")["due_on"], scene.district.due(today, "20wd"), "the law allows until")
    until = scene.district.due(today, "5wd")
    unlawful = scene.district.act(officer, no, "start_special", **_review("testing", until))
    say.refused(unlawful, 422, "cause_not_for_this_item", "a cause that does not apply to this item is refused")
    started = scene.district.act(officer, no, "start_special", **_review("expert_review", until))
    say.done(started, 200, f"{officer.name} starts the review; the applicant is told how long it takes")
    held = scene.district.case(officer, no)
    for name in ("promised", "statutory"):
        clock = clock_of(held, name)
        say.same((clock["due_on"], clock["state"]), (None, "paused"), f"the {name} clock stands still, no date")
    scene.paused_since = today.isoformat()


def first_comes_first(scene: Scene) -> None:
    """Two officers, one button."""
    say, no = scene.teller, scene.no(REVIEWED)
    say.chapter("A second officer with an old page")
    case = scene.district.case(scene.clerk, no)
    officer, colleague = scene.district.officers(case)
    late = colleague or officer
    stale = scene.district.act(late, no, "end_special", version=case["version"] - 1, result="…")
    problem = say.refused(stale, 409, "stale_version", f"{late.name} saw an older version and is refused")
    told = {name: _told(problem, name) for name in ("by", "at", "state", "version")}
    say.so(
        told["by"] == officer.name and bool(told["at"]) and told["state"] == case["state"]["name"],
        f"the answer says who, when and where it stands: {told['by']}, {told['at']}, {told['state']}",
        problem,
    )


def grant_in_time(scene: Scene) -> None:
    """The easy one."""
    say, no = scene.teller, scene.no(CORRECTED)
    scene.district.move(scene.applicant, "+1wd")
    say.chapter(f"{no}: granted in time and delivered")
    officer, _ = scene.district.officers(scene.district.case(scene.clerk, no))
    body = say.done(scene.district.act(officer, no, "grant", opinion="同意"), 200, f"{officer.name} grants it")
    promised = clock_of(scene.district.case(scene.clerk, no), "promised")
    say.same((body["state"]["name"], promised["met"]), ("granted", True), "granted, the promise kept")
    delivered = scene.district.act(scene.clerk, no, "deliver", way="electronic", recipient="建设单位经办人")
    say.done(delivered, 200, "the licence is delivered")


def resume(scene: Scene) -> None:
    """The days of the review are not counted."""
    say, no = scene.teller, scene.no(REVIEWED)
    now = scene.district.move(scene.applicant, "+1wd")
    say.chapter(f"{no}: the review is over after {REVIEW_DAYS} working days")
    officer, _ = scene.district.officers(scene.district.case(scene.clerk, no))
    say.done(scene.district.act(officer, no, "end_special", result="专家组同意"), 200, f"{officer.name} ends it")
    paused = (scene.paused_since, now.date().isoformat())
    case = scene.district.case(officer, no)
    for name, limit in (("promised", clock_of(case, "promised")["limit"]), ("statutory", "20wd")):
        expected = scene.district.due(day_of(case["accepted_at"]), limit, [paused])
        say.same(clock_of(case, name)["due_on"], expected, f"the {name} date moved by the days of the review, to")
    moved = clock_of(case, "promised")["due_on"]
    from_old = scene.district.due(day_of(f"{scene.promised}T12:00:00+08:00"), f"{REVIEW_DAYS}wd")
    say.same(moved, from_old, f"that is {REVIEW_DAYS} working days after {scene.promised}")
    scene.promised = moved


def _review(cause: str, until: str) -> dict[str, str]:
    return {"cause": cause, "until": until, "reason": "方案复杂，需专家评审（演示数据）"}


def _told(problem: dict[str, Any], name: str) -> Any:
    """A fact of a problem, wherever the problem keeps it."""
    return problem.get(name, (problem.get("extra") or {}).get(name))
