"""The decisions, one of them late and said so; the application then ends by itself."""

from workflow.demo.tour.scene import LATE_REASON, REVIEWED, SILENT, Scene


def decide(scene: Scene) -> None:
    """Late, and said so."""
    say, no = scene.teller, scene.no(REVIEWED)
    say.chapter("The decisions")
    officer, _ = scene.district.officers(scene.district.case(scene.clerk, no))
    mute = scene.district.act(officer, no, "grant", opinion="同意")
    say.refused(mute, 422, "late_reason_needed", "a missed promise needs a reason that can be published")
    granted = scene.district.act(officer, no, "grant", opinion="同意", late_reason=LATE_REASON)
    say.done(granted, 200, f"{officer.name} grants {no} and says why it is late")
    open_case = scene.district.case(scene.applicant, scene.bundle)
    say.so(open_case["state"]["name"] != "finished", "one item is open, so the application is not finished")
    silent = scene.no(SILENT)
    officer, _ = scene.district.officers(scene.district.case(scene.clerk, silent))
    say.done(scene.district.act(officer, silent, "grant", opinion="同意"), 200, f"{officer.name} grants {silent}")


def end_by_itself(scene: Scene) -> None:
    """Nobody touches the bundle."""
    say = scene.teller
    say.chapter("The application ends by itself")
    say.comes(
        lambda: scene.district.case(scene.applicant, scene.bundle)["state"]["name"] == "finished",
        f"{scene.bundle} is finished as soon as its last item is decided",
    )
    lines = scene.district.history(scene.applicant, scene.bundle)
    by_system = [line["action"] for line in lines if line["kind"] == "system"]
    say.same(by_system, ["begin_review", "finish"], "both steps were the system's own, each once")
    rungs = [line["action"] for no in scene.cases.values() for line in scene.district.history(scene.clerk, no)]
    ladder = [action for action in rungs if action.startswith("rung:promised")]
    say.so(bool(ladder), "the cards stand in the history as well")
    for no in scene.cases.values():
        fired = [line["action"] for line in scene.district.history(scene.clerk, no) if line["kind"] == "clock"]
        say.so(len(fired) == len(set(fired)), f"{no}: every rung of every clock fired once", fired)


def take_back(scene: Scene) -> None:
    """What was only filed to ask about days to come does not stay in the office."""
    say = scene.teller
    say.chapter(f"{scene.long}: the company takes its application back")
    taken = scene.district.act(scene.applicant, scene.long, "withdraw", reason="演示结束（演示数据）")
    body = say.done(taken, 200, f"{scene.applicant.name} withdraws it")
    say.same(body["state"]["name"], "withdrawn", "nothing is left in anybody's worklist")
