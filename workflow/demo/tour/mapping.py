"""一套机制: a new project enters the war map, gets its squad and a specialist, and answers for its milestones."""

from typing import Any

from workflow.demo.codes import company_code, project_code_of
from workflow.demo.tour.caller import Answer, Caller
from workflow.demo.tour.district import day_of
from workflow.demo.tour.scene import Scene

PLACES = ("QX", "ZG", "ZJ", "HB", "CG")
"""The departments with a place in the squad for construction permits (config/programme/squads.yaml)."""
TYPE = 3
FIRST_NUMBER, TRIES = 700, 200
"""Codes of projects that the tour itself registers: each run takes the next one that is free."""


def enter_the_war_map(scene: Scene) -> None:
    """From the registration to a red light that is answered with a new date."""
    say, district = scene.teller, scene.district
    say.chapter("一套机制: a project enters the war map, and somebody answers for every milestone")
    admin, leader = district.one("admin"), district.one("squad_leader", squad="permits")
    officers = {code: district.one("officer", code) for code in (*PLACES, "FG")}
    today = day_of(admin.get("/api/v1/me")["now"])
    wrong = _entry(today.year, _milestone("入库", "entry", today.isoformat(), officers["ZJ"].id))
    refused = _register(admin, wrong)
    say.refused(refused, 422, "no_post_there", "a milestone answered for by somebody of another department is refused")
    body = _entry(today.year, _milestone("入库", "entry", f"{today.year - 1}-01-15", officers["FG"].id))
    code = say.done(_register(admin, body), 201, "registered, and on the war map in the same step")["code"]
    shown = admin.get(f"/api/v1/projects/{code}/programme")
    say.same((shown["light"], shown["state"]["name"]), ("red", "entered"), "its milestone of last year is red")
    no, milestone = shown["case"], shown["milestones"][0]["no"]

    _form_squad(scene, no, leader, officers)
    served = _serves(officers["QX"])
    specialist = _appoint(scene, no, code, leader, officers["QX"])
    told = {"day": today.isoformat(), "planned_pct": 40.0, "actual_pct": 32.5}
    say.done(district.act(specialist, no, "report", **told), 200, "the specialist reports progress")
    ahead = district.act(leader, no, "answer_light", measure="专人补报入库材料（演示数据）")
    say.refused(ahead, 422, "new_date_needed", "a red light is not answered without a new date")
    early = district.act(specialist, no, "deliver", delivered_on=today.isoformat())
    say.refused(early, 422, "children_open", "not delivered while a milestone is open")
    done = district.act(officers["FG"], milestone, "reach", done_on=today.isoformat())
    say.done(done, 200, "the officer who answers for it reports the milestone done")
    say.same(admin.get(f"/api/v1/projects/{code}/programme")["light"], "green", "the light follows the deed, now")
    say.done(district.act(specialist, no, "deliver", delivered_on=today.isoformat()), 200, "delivered")
    say.done(district.act(leader, no, "dissolve", summary="按计划交付（演示数据）"), 200, "the squad is dissolved")
    say.same(_serves(specialist), served, "and the role on the project has ended with it; other projects served")


def _form_squad(scene: Scene, no: str, leader: Caller, officers: dict[str, Caller]) -> None:
    say, district = scene.teller, scene.district
    whole = [{"department": code, "person": officers[code].id} for code in PLACES]
    few = district.act(leader, no, "form_squad", members=whole[:3])
    say.refused(few, 422, "squad_incomplete", "a squad without two of its departments is refused")
    elsewhere = [*whole[:4], {"department": "CG", "person": officers["FG"].id}]
    stranger = district.act(leader, no, "form_squad", members=elsewhere)
    say.refused(stranger, 422, "no_post_there", "somebody who holds no role in that department is refused")
    say.done(district.act(leader, no, "form_squad", members=whole), 200, "five departments form the squad")


def _appoint(scene: Scene, no: str, code: str, leader: Caller, named: Caller) -> Caller:
    say, district = scene.teller, scene.district
    say.done(district.act(leader, no, "appoint", nominee=named.id), 200, f"{named.name} is named as the specialist")
    other = district.act(leader, no, "accept")
    say.refused(other, 403, "role_required", "nobody accepts for them")
    say.done(district.act(named, no, "accept"), 200, f"{named.name} accepts")
    say.same(leader.get(f"/api/v1/projects/{code}/programme")["specialist"], named.name, "the programme names")
    return named


def _serves(person: Caller) -> int:
    """On how many projects somebody is the specialist."""
    roles = person.get("/api/v1/me")["roles"]
    return sum(len(role["scopes"]) for role in roles if role["role"] == "specialist")


def _register(admin: Caller, body: dict[str, Any]) -> Answer:
    """Under the first code of the tour's own that is free."""
    answer = admin.post("/api/v1/projects", {**body, "code": project_code_of(FIRST_NUMBER, TYPE)})
    for number in range(FIRST_NUMBER + 1, FIRST_NUMBER + TRIES):
        if answer.status != 409:
            break
        answer = admin.post("/api/v1/projects", {**body, "code": project_code_of(number, TYPE)})
    return answer


def _entry(year: int, milestone: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": "导览示例项目（演示数据）",
        "company": company_code(0),
        "company_name": "青岛示例芯屏科技有限公司",
        "splclx": TYPE,
        "squad": "permits",
        "battlefront": "park_city",
        "renewal": True,
        "war_map": {"target": "年内入库开工（演示数据）", "year": year, "squad": "permits", "milestones": [milestone]},
    }


def _milestone(name: str, kind: str, planned_on: str, person: int) -> dict[str, Any]:
    return {"name": name, "kind": kind, "planned_on": planned_on, "department": "FG", "person": person}
