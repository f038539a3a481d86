"""催办 and 督办: who waits asks on record; who supervises puts it in writing; both have to be answered."""

from workflow.demo.tour.district import clock_of, day_of
from workflow.demo.tour.scene import Scene

WHY = {"reason": "急需办理后续手续（演示数据）"}


def urge(scene: Scene) -> None:
    """Once, answered within a clock of its own; the clocks of the case do not notice."""
    say, district, no = scene.teller, scene.district, scene.long
    say.chapter(f"{no}: the company urges")
    before = clock_of(district.case(scene.applicant, no), "promised")["due_on"]
    body = {"flow": "urge", "parent": no, "inputs": WHY}
    asked = say.done(scene.applicant.post("/api/v1/cases", body), 201, f"{scene.applicant.name} asks why it takes long")
    twice = scene.applicant.post("/api/v1/cases", body)
    say.refused(twice, 409, "open_already", "a second one before the first is answered is refused")
    same = clock_of(district.case(scene.applicant, no), "promised")["due_on"]
    say.same(same, before, "no date of the case has moved")
    officer, _ = district.officers(district.case(scene.clerk, asked["no"]))
    answered = district.act(officer, asked["no"], "answer", result="正在审查，按期办结（演示数据）")
    say.done(answered, 200, f"{officer.name} answers")
    kept = district.case(scene.applicant, asked["no"])["kept"]["result"]
    say.same(kept, "正在审查，按期办结（演示数据）", "the company reads the answer")
    soon = scene.applicant.post("/api/v1/cases", body)
    say.refused(soon, 422, "urged_lately", "the next urge has to wait for a working day")


def supervise(scene: Scene) -> None:
    """Numbered, answered by its day, closed by whoever issued it."""
    say, district, no = scene.teller, scene.district, scene.long
    say.chapter(f"{no}: a supervision notice")
    supervisor = district.one("supervisor")
    today = day_of(supervisor.get("/api/v1/me")["now"])
    case = district.case(supervisor, no)
    inputs = {
        "department": case["department"],
        "rule": "R03",
        "content": "说明进展，限期办结（演示数据）",
        "answer_by": district.due(today, "2wd"),
    }
    body = {"flow": "oversight", "parent": no, "inputs": inputs}
    mine = scene.applicant.post("/api/v1/cases", body)
    say.refused(mine, 403, "role_required", "a company cannot issue one")
    issued = say.done(supervisor.post("/api/v1/cases", body), 201, f"{supervisor.name} puts it in writing")["no"]
    hidden = scene.applicant.get(f"/api/v1/cases/{issued}")
    say.refused(hidden, 404, "no_such_case", "it is the office's own matter")
    officer, _ = district.officers(district.case(supervisor, issued))
    say.done(district.act(officer, issued, "answer", result="已列入本周审查计划（演示数据）"), 200, "it is answered")
    closed = district.act(officer, issued, "close", finding="同意")
    say.refused(closed, 403, "role_required", "whoever answers does not close it")
    closed = district.act(supervisor, issued, "close", finding="情况属实（演示数据）")
    body = say.done(closed, 200, f"{supervisor.name} closes it")
    say.same([one["kind"] for one in body["issued"]], ["oversight_closing"], "with a paper of its own")
