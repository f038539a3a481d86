"""Who used the time: of the case that was late, and of all cases of a period."""

from workflow.demo.tour.scene import LATE_REASON, REVIEW_DAYS, REVIEWED, Scene


def who_used_the_time(scene: Scene) -> None:
    """The parts add up, the review is not the office's, the missed promise has its reason."""
    say, no = scene.teller, scene.no(REVIEWED)
    say.chapter(f"{no}: who used the time")
    supervisor = scene.district.one("supervisor")
    found = say.done(supervisor.get(f"/api/v1/cases/{no}/time-use"), 200, f"{supervisor.name} asks for it")
    for share in found["shares"]:
        say.tell(f"{share['days']:>3} working days  {share['who']['zh']} {share['who']['en']}")
    say.same(sum(share["days"] for share in found["shares"]), found["days"], "the parts add up to all working days")
    reviewed = sum(share["days"] for share in found["shares"] if share["holder"] == "other_body")
    say.same(reviewed, REVIEW_DAYS, "days of the review, charged to the experts and not to the office")
    say.same(found["missed"]["reason"], LATE_REASON, "the published reason of the missed promise")
    clerk = scene.clerk.get("/api/v1/time-use")
    say.refused(clerk, 403, "role_required", "the figures of all cases are not for the window")
    figures = say.done(supervisor.get("/api/v1/time-use"), 200, "but for the supervisor, of the last thirty days")
    total = figures["all"]
    say.tell(
        f"{total['cases']} cases ended in {total['days']} working days; "
        f"{total['backfilled']} steps back-filled, {total['quick']} decided within minutes, {total['missed']} late"
    )
    counted = sum(department["cases"] for department in figures["departments"])
    say.same(counted, total["cases"], "the departments add up to all cases")
