"""一次办好: coaching that is timed, and the item list of a project, agreed and revised, its papers checked once."""

from typing import Any

from workflow.demo.tour.caller import Answer, Caller
from workflow.demo.tour.district import clock_of, day_of
from workflow.demo.tour.scene import Scene
from workflow.demo.tour.teller import NotSo

ANSWERS = (("funding", "enterprise"), ("basis", "filing"), ("land", "existing"), ("investment", "12000"))


def list_items(scene: Scene) -> None:
    """Compiled, agreed, found wanting once, revised."""
    say, district = scene.teller, scene.district
    say.chapter("The item list of a project, and the coaching before it")
    applicant, specialist, project = _pair(scene)
    _coached(scene, applicant, specialist, project)
    no = _opened(scene, applicant, project, "checklist", {})
    odd = district.act(specialist, no, "propose", answers=_rows((("land", "allocated"), ("splclx", "5"))))
    say.refused(odd, 400, "bad_input", "answers that contradict each other are refused")
    say.done(district.act(specialist, no, "propose", answers=_rows(ANSWERS)), 200, f"{specialist.name} proposes a list")
    forced = district.act(specialist, no, "agree")
    say.refused(forced, 403, "role_required", "nobody agrees in the applicant's place")
    body = say.done(district.act(applicant, no, "agree"), 200, f"{applicant.name} agrees")
    say.same(
        [one["kind"] for one in body["issued"]], ["checklist_sheet"], "with a sheet: items, papers, who issues them"
    )
    items = district.case(applicant, no)["kept"]["items"]
    _checked(scene, applicant, specialist, no, items[:2])
    say.done(district.act(specialist, no, "close", reason="演示结束"), 200, "closed; the next tour begins its own")


def _coached(scene: Scene, applicant: Caller, specialist: Caller, project: str) -> None:
    say, district = scene.teller, scene.district
    no = _opened(scene, applicant, project, "coaching", {"topic": "报审前辅导（演示数据）"})
    case = district.case(applicant, no)
    cap = district.due(day_of(case["opened_at"]), "10wd")
    say.same(clock_of(case, "coaching")["due_on"], cap, "coaching has a clock of its own, until")
    say.done(district.act(specialist, no, "start"), 200, "begun")
    say.done(district.act(specialist, no, "end", summary="可以报审（演示数据）"), 200, "ended")
    invented = district.act(applicant, no, "file", bundle=no)
    say.refused(invented, 422, "no_such_application", "it leads to an application of the project, or to none")
    say.done(district.act(applicant, no, "give_up", reason="演示结束"), 200, "given up for this tour")


def _checked(scene: Scene, applicant: Caller, specialist: Caller, no: str, filing: list[str]) -> None:
    """Papers of two items: all faults at once, and not again."""
    say, district = scene.teller, scene.district
    nothing = district.act(applicant, no, "hand_in", filing=filing)
    say.refused(nothing, 422, "nothing_handed_in", "without a paper there is nothing to check")
    wanted = [paper["code"] for paper in district.case(applicant, no)["wanted"] if set(filing) & set(paper["items"])]
    say.done(district.hand_in(applicant, no, wanted[0], "1"), 201, "one paper is handed in")
    say.done(district.act(applicant, no, "hand_in", filing=filing), 200, f"{' and '.join(filing)} are to be filed")
    incomplete = district.act(specialist, no, "pass")
    problem = say.refused(incomplete, 422, "papers_missing", "incomplete: every missing paper is named")
    missing = problem["reasons"][0]["facts"]["missing"]
    partly = district.act(specialist, no, "tell_faults", faults=_faults(missing[1:]))
    say.refused(partly, 422, "fault_left_out", "a notice that leaves one out is refused")
    say.done(district.act(specialist, no, "tell_faults", faults=_faults(missing)), 200, "all of it is told at once")
    for code in missing:
        say.done(district.hand_in(applicant, no, code, "1"), 201, f"{code} follows")
    say.done(district.act(applicant, no, "hand_in_again"), 200, "handed in again")
    again = district.act(specialist, no, "tell_faults", faults=_faults([wanted[0]]))
    say.refused(again, 422, "notice_already_given", "a second notice on unchanged material is refused")
    say.done(district.act(specialist, no, "pass"), 200, "complete, ready to be filed")


def _pair(scene: Scene) -> tuple[Caller, Caller, str]:
    """An applicant and a specialist of the same project, on which neither list nor coaching is open."""
    district = scene.district
    theirs: dict[str, Caller] = {}
    for person in district.files.of_role("specialist"):
        caller = district.person(person)
        theirs |= {one["code"]: caller for one in caller.get("/api/v1/projects", limit=100)["items"]}
    for person in district.files.of_role("applicant"):
        applicant = district.person(person)
        for project in applicant.get("/api/v1/projects", limit=100)["items"]:
            code = project["code"]
            if code in theirs and not _busy(applicant, code):
                return applicant, theirs[code], code
    raise NotSo("an applicant and a specialist of the demo share a project without a list")


def _busy(caller: Caller, project: str) -> bool:
    lanes = caller.get(f"/api/v1/projects/{project}/lanes")["lanes"]
    return any(lane["open_cases"] for lane in lanes if lane["lane"] == "checklist")


def _opened(scene: Scene, applicant: Caller, project: str, flow: str, inputs: dict[str, Any]) -> str:
    body = {"flow": flow, "project": project, "inputs": inputs}
    no: str = scene.teller.done(applicant.post("/api/v1/cases", body), 201, f"a {flow} is asked for")["no"]
    second: Answer = applicant.post("/api/v1/cases", body)
    scene.teller.refused(second, 409, "open_already", "a second one beside it is refused")
    return no


def _rows(answers: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"question": question, "answer": answer} for question, answer in answers]


def _faults(codes: list[str]) -> list[dict[str, str]]:
    return [{"material": code, "problem": "缺件（演示数据）", "fix": "补交"} for code in codes]
