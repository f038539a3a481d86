"""1+N: one question to three departments; they disagree, a meeting decides, and that binds the lead."""

from typing import Any

from workflow.demo.tour.caller import Caller
from workflow.demo.tour.district import clock_of, day_of
from workflow.demo.tour.scene import Scene
from workflow.demo.tour.teller import NotSo

LEAD = "QX"
ASKED = ("ZG", "ZJ", "HB")
MINUTES = {
    "attendees": [{"name": "各部门经办人（演示数据）"}],
    "minutes": "各部门陈述后议定（演示数据）",
}


def consult(scene: Scene) -> None:
    """Silence is no consent, conditions are tasks, a split is not the lead's to settle."""
    say, district = scene.teller, scene.district
    say.chapter("A 1+N consultation: three departments, one question, a split, a meeting")
    me, project = specialist_with_project(scene)
    no = _asked(scene, me, project["code"])
    opinions = _opinions(scene, me, no)
    _answered(scene, no, opinions)
    lead = district.one("officer", LEAD)
    own = district.act(lead, no, "conclude", result="agreed", conclusion="可行")
    say.refused(own, 422, "opinions_split", "split opinions are not for the lead to settle")
    meeting = _met(scene, me, project["squad"], no)
    contrary = district.act(lead, no, "conclude", result="agreed", conclusion="可行")
    say.refused(contrary, 422, "conclusion_contradicts", "the lead is bound by the meeting")
    ended = district.act(lead, no, "conclude", result="with_conditions", conclusion="按会议决定办理（演示数据）")
    body = say.done(ended, 200, "concluded as decided")
    say.same([one["kind"] for one in body["issued"]], ["consultation_minutes"], "with minutes")
    _count(scene, me, project, meeting)


def specialist_with_project(scene: Scene) -> tuple[Caller, dict[str, Any]]:
    """A specialist, and a project of theirs that has a squad."""
    for person in scene.district.files.of_role("specialist"):
        caller = scene.district.person(person)
        found = [one for one in caller.get("/api/v1/projects", limit=20)["items"] if one["squad"]]
        if found:
            return caller, found[0]
    raise NotSo("a specialist of the demo has a project with a squad")


def _asked(scene: Scene, me: Caller, project: str) -> str:
    say, district = scene.teller, scene.district
    today = day_of(me.get("/api/v1/me")["now"])
    inputs: dict[str, Any] = {
        "question": "设计方案是否满足各专业要求（演示数据）",
        "department": LEAD,
        "departments": list(ASKED),
        "answer_by": district.due(today, "3wd"),
    }
    body = {"flow": "consultation", "project": project, "inputs": inputs}
    itself = me.post("/api/v1/cases", {**body, "inputs": {**inputs, "departments": [LEAD, *ASKED]}})
    say.refused(itself, 422, "lead_consulted", "the lead cannot ask itself")
    late = me.post("/api/v1/cases", {**body, "inputs": {**inputs, "answer_by": district.due(today, "11wd")}})
    say.refused(late, 422, "answer_day_out_of_bounds", "an answer in eleven working days is too late")
    no: str = say.done(me.post("/api/v1/cases", body), 201, f"{me.name} asks {len(ASKED)} departments")["no"]
    twice = district.act(me, no, "add_departments", departments_added=[ASKED[0]])
    say.refused(twice, 422, "department_consulted_twice", "a department is not consulted twice")
    return no


def _opinions(scene: Scene, me: Caller, no: str) -> dict[str, str]:
    """The numbers of the opinions, by department."""
    found = {}
    for relative in scene.district.case(me, no)["relatives"]:
        opinion = scene.district.case(me, relative["no"])
        found[opinion["department"]] = opinion["no"]
        if opinion["department"] == ASKED[0]:
            told = opinion["kept"]["silence"], clock_of(opinion, "answer")["due_on"]
            due = scene.district.case(me, no)["kept"]["answer_by"]
            scene.teller.same(told, ("no_opinion", due), "each is told what silence means, and until when")
    scene.teller.same(sorted(found), sorted(ASKED), "each has a case of its own")
    return found


def _answered(scene: Scene, no: str, opinions: dict[str, str]) -> None:
    say, district = scene.teller, scene.district
    first, second, third = (district.one("officer", department) for department in ASKED)
    condition = {"what": "补充日照分析（演示数据）", "department": ASKED[1], "due_on": _later(scene, first)}
    said = {"opinion": "可行", "conditions": [condition]}
    say.done(
        district.act(first, opinions[ASKED[0]], "agree_with_conditions", **said), 200, "one agrees, with a condition"
    )
    task = district.case(first, opinions[ASKED[0]])["relatives"][-1]
    say.so(task["title"].endswith("（补充日照分析（演示数据））"), "the condition is a task with owner and date", task)
    bare = district.act(second, opinions[ASKED[1]], "object", opinion="登高场地不足")
    say.refused(bare, 400, "bad_input", "an objection without its basis is refused")
    based = district.act(second, opinions[ASKED[1]], "object", opinion="登高场地不足", basis="建筑设计防火规范 7.2")
    say.done(based, 200, "another objects, with its basis")
    say.done(district.act(third, opinions[ASKED[2]], "agree", opinion="同意"), 200, "the third agrees")
    lead = district.one("officer", LEAD)
    say.comes(lambda: district.case(lead, no)["state"]["name"] == "answered", "all opinions are in")


def _met(scene: Scene, me: Caller, squad: str, no: str) -> str:
    """Called, held and decided; the number of the meeting."""
    say, district = scene.teller, scene.district
    today = day_of(me.get("/api/v1/me")["now"])
    called = {"place": "一楼会议室", "reason": "两部门意见不一致（演示数据）"}
    far = district.act(me, no, "call_meeting", **called, held_at=f"{district.due(today, '6wd')}T09:00")
    say.refused(far, 422, "meeting_out_of_bounds", "a meeting in six working days is too late")
    soon = district.act(me, no, "call_meeting", **called, held_at=f"{district.due(today, '1wd')}T09:00")
    say.done(soon, 200, "a dispatch meeting is called for the next working day")
    leader = district.one("squad_leader", squad=squad)
    meeting = next(
        found
        for relative in district.case(me, no)["relatives"]
        if (found := district.case(leader, relative["no"]))["flow"] == "meeting"
    )
    say.same(meeting["kept"]["agenda"][1]["department"], ASKED[1], "its agenda is filled in, the objection first")
    number: str = meeting["no"]
    decided = {**MINUTES, "decision": "with_conditions"}
    early = district.act(leader, number, "decide", **decided)
    say.refused(early, 422, "meeting_to_come", "no minutes of a meeting that is still to come")
    district.move(me, "+1wd")
    decisions = [{"what": "调整登高场地（演示数据）", "department": ASKED[1], "due_on": _later(scene, leader)}]
    say.done(district.act(leader, number, "decide", **decided, decisions=decisions), 200, "the meeting decides")
    say.comes(lambda: district.case(me, no)["state"]["name"] == "decided", "the consultation has its decision")
    return number


def _count(scene: Scene, me: Caller, project: dict[str, Any], meeting: str) -> None:
    """A problem, solved by that meeting, counts."""
    say, district = scene.teller, scene.district
    before = me.get("/api/v1/problems", project=project["code"])["total"]
    raised = {"what": "登高场地与绿化冲突（演示数据）", "department": ASKED[1]}
    body = {"flow": "problem", "project": project["code"], "inputs": raised}
    no = say.done(me.post("/api/v1/cases", body), 201, "a problem is raised")["no"]
    agenda = me.get("/api/v1/session")["points"]
    say.so(no in {point["no"] for point in agenda}, "the weekly session has it on its agenda", len(agenda))
    leader = district.one("squad_leader", squad=project["squad"])
    wrong = district.act(leader, no, "settle_in_meeting", meeting=no, result="已协调")
    say.refused(wrong, 422, "no_such_meeting", "solved by a meeting that never was: refused")
    right = district.act(leader, no, "settle_in_meeting", meeting=meeting, result="已协调（演示数据）")
    say.done(right, 200, "solved by the meeting that was held")
    after = me.get("/api/v1/problems", project=project["code"])["total"]
    counted = tuple(after[name] - before[name] for name in ("raised", "solved", "solved_in_meetings"))
    say.same(counted, (1, 1, 1), "raised, solved, solved in a meeting")


def _later(scene: Scene, caller: Caller) -> str:
    """A working day to come."""
    return scene.district.due(day_of(caller.get("/api/v1/me")["now"]), "5wd")
