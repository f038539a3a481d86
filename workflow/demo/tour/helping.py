"""Help to the end: answered in minutes, sent back by a department, climbing, reopened once, rated, called back."""

from datetime import datetime, timedelta
from typing import Any

from workflow.clock.days import OFFICE_ZONE
from workflow.demo.tour.caller import Caller
from workflow.demo.tour.district import clock_of
from workflow.demo.tour.scene import Scene
from workflow.demo.tour.teller import NotSo

UPWARD = {"reason": "需要两个部门协调（演示数据）", "tried": "已电话沟通三次"}
SOLUTION = "已书面答复并附办理指引（演示数据）"


def ask_for_help(scene: Scene) -> None:
    """In real minutes, and to the department whose business it is."""
    say, district, me = scene.teller, scene.district, scene.applicant
    say.chapter("Help at any hour: answered in minutes, sent back by the wrong department")
    project = me.get("/api/v1/projects", limit=1)["items"][0]["code"]
    body = {"project": project, "question": "分期送件需要哪些材料？（演示数据）"}
    no: str = say.done(me.post("/api/v1/help", body), 201, f"{me.name} asks for help on {project}")["no"]
    scene.help = no
    clock = clock_of(district.case(me, no), "first_response")
    asked, due = (_moment(clock[name]) for name in ("started_at", "due_at"))
    by_day = 8 <= asked.hour < 22
    say.same(due - asked, timedelta(minutes=30 if by_day else 120), f"asked at {asked:%H:%M}, to be answered within")
    specialist = _sees(scene, "specialist", no)
    nobody = specialist.post("/api/v1/help", {**body, "channel": "phone"})
    say.refused(nobody, 422, "conditions_unmet", "a call written down without caller and time is refused")
    say.done(district.act(specialist, no, "answer", text="已收到，今天答复"), 200, f"{specialist.name} answers")
    say.done(district.act(specialist, no, "plan", plan="请住建局书面答复"), 200, "and gives a plan")
    asks = {"department": "ZJ", "what": "分期送件是否可行"}
    say.done(district.act(specialist, no, "refer", **asks), 200, "it is referred to a department")
    referral = _child(scene, no, "referral")
    officer, _ = district.officers(district.case(specialist, referral))
    bare = district.act(officer, referral, "send_back")
    say.refused(bare, 400, "bad_input", "“not mine” without a reason is refused")
    back = district.act(officer, referral, "send_back", reason="属规划部门职责", belongs_to="ZG")
    say.done(back, 200, f"{officer.name} sends it back with the reason")
    say.comes(lambda: _state(scene, no) == "solving" or None, "the request goes on by itself")


def climb(scene: Scene) -> None:
    """One level at a time, and only with the reason why the lower could not solve it."""
    say, district, no = scene.teller, scene.district, scene.help
    say.chapter(f"{no}: one level up, with the reason")
    specialist, leader = _sees(scene, "specialist", no), _sees(scene, "squad_leader", no)
    lazy = district.act(specialist, no, "escalate_to_squad_leader", solvable_here=True, **UPWARD)
    say.refused(lazy, 422, "solvable_here", "what the specialist can solve is not passed upward")
    up = district.act(specialist, no, "escalate_to_squad_leader", solvable_here=False, **UPWARD)
    say.done(up, 200, "what the specialist cannot solve climbs to the squad leader")
    early = district.act(specialist, no, "solve", text=SOLUTION)
    say.refused(early, 422, "other_level", "the lower level no longer decides")
    told = district.act(leader, no, "instruct", instruction="今天下班前书面答复")
    say.done(told, 200, f"{leader.name} returns it with an instruction")


def end_and_rate(scene: Scene) -> None:
    """Reopened once, rated once; whoever rates badly by name is called back."""
    say, district, me, no = scene.teller, scene.district, scene.applicant, scene.help
    say.chapter(f"{no}: solved, reopened once, rated once, called back")
    specialist, leader = _sees(scene, "specialist", no), _sees(scene, "squad_leader", no)
    say.done(district.act(specialist, no, "solve", text=SOLUTION), 200, "solved")
    late = district.act(leader, no, "extend", days=2, extended_because="等专家意见")
    say.refused(late, 409, "wrong_state", "an extension for a closed request is refused")
    say.done(district.act(me, no, "reopen", reason="缺少办理地点"), 200, "the applicant reopens it")
    say.done(district.act(specialist, no, "solve", text=SOLUTION), 200, "solved again")
    twice = district.act(me, no, "reopen", reason="仍不完整")
    say.refused(twice, 422, "reopened_already", "a second time is refused")
    number = district.act(me, no, "rate", level="1")
    say.refused(number, 400, "bad_input", "a level is a name: a number is refused")
    say.done(district.act(me, no, "rate", level="dissatisfied", comment="答复太慢"), 200, "rated “dissatisfied”")
    again = district.act(me, no, "rate", level="satisfied")
    say.refused(again, 422, "rated_already", "one request, one rating")
    callback = _child(scene, no, "callback")
    say.done(district.act(leader, callback, "call", said="希望一次说清"), 200, f"{leader.name} calls back")
    say.done(district.act(leader, callback, "correct", measures="今后附清单答复"), 200, "and corrects")
    say.comes(lambda: _state(scene, no) == "closed" or None, "the request is filed by itself")


def stay_on(scene: Scene) -> None:
    """延时服务: a room is lent once, and nobody is refused without the squad leader."""
    say, district, me = scene.teller, scene.district, scene.applicant
    say.chapter("Extended hours: one room, one project")
    project = me.get("/api/v1/projects", limit=1)["items"][0]["code"]
    now = _moment(district.case(me, scene.help)["entered_at"])
    evening = (now + timedelta(days=1)).replace(hour=20, minute=0, second=0, microsecond=0)
    asked: dict[str, Any] = {
        "requested_by": "招标代理（演示数据）",
        "purpose": "evaluation",
        "room": "evaluation_2",
        "starts_at": f"{evening:%Y-%m-%dT%H:%M}",
        "ends_at": f"{evening + timedelta(hours=3):%Y-%m-%dT%H:%M}",
    }
    body = {"flow": "extended_hours", "project": project, "inputs": asked}
    no: str = say.done(me.post("/api/v1/cases", body), 201, f"{evening:%m-%d %H:%M}: a room is asked for")["no"]
    problem = say.refused(
        me.post("/api/v1/cases", body), 422, "room_taken", "the same room at the same time is refused"
    )
    say.same(problem["reasons"][0]["facts"]["case"], no, "the answer names who has it")
    specialist, leader = _sees(scene, "specialist", no), _sees(scene, "squad_leader", no)
    say.done(district.act(specialist, no, "propose_refusal", refusal_reason="停电检修"), 200, "a refusal is proposed")
    alone = district.act(specialist, no, "approve_refusal", approval_note="同意")
    say.refused(alone, 403, "role_required", "without the approval of the squad leader nobody is refused")
    say.done(district.act(leader, no, "approve_refusal", approval_note="同意，改次日"), 200, "it is approved")
    hours = district.one("supervisor").get("/api/v1/extended-hours")
    say.so(hours.status == 200 and "months" in hours.body, "the hours of service are counted by month", hours.body)


def _sees(scene: Scene, role: str, no: str) -> Caller:
    """The first person of a role who sees the case."""
    for person in scene.district.files.of_role(role):
        caller = scene.district.person(person)
        if caller.get(f"/api/v1/cases/{no}").status == 200:
            return caller
    raise NotSo(f"a {role} of the demo sees {no}")


def _child(scene: Scene, no: str, flow: str) -> str:
    """The newest case of a flow under the request, known by the name of the flow in its title."""
    name = scene.applicant.get(f"/api/v1/flows/{flow}")["title"]["zh"]
    found = [one["no"] for one in scene.district.case(scene.applicant, no)["relatives"] if name in one["title"]]
    if not found:
        raise NotSo(f"a case of {flow} stands under {no}")
    newest: str = found[-1]
    return newest


def _state(scene: Scene, no: str) -> str:
    state: str = scene.district.case(scene.applicant, no)["state"]["name"]
    return state


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(OFFICE_ZONE)
