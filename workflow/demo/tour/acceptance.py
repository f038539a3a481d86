"""Four buildings accepted in two segments: cut, examined in the order of law, put right, one of them used before the
other is finished."""

from datetime import date
from itertools import count
from typing import Any

from workflow.demo.tour.caller import Caller
from workflow.demo.tour.district import day_of
from workflow.demo.tour.scene import Scene

BUILDINGS: list[dict[str, Any]] = [
    {"code": "D1", "name": "1号楼", "above_m2": 12000, "below_m2": 1500, "segment": "A"},
    {"code": "D2", "name": "2号楼", "above_m2": 10000, "segment": "A"},
    {"code": "D3", "name": "商业裙房", "above_m2": 3000, "segment": "B"},
]
SEGMENTS: list[dict[str, Any]] = [{"segment": "A", "name": "住宅"}, {"segment": "B", "name": "商业", "last": True}]
AREAS = {"above_m2": 25000, "below_m2": 1500, "civil_defence_m2": 0}
CONDITIONS = (
    "independent",
    "separated",
    "fire_lanes",
    "water",
    "power",
    "drainage",
    "planning_verified",
    "five_party_report",
    "quality_report",
    "survey",
)
PROBLEM = {
    "problem": "防火门闭门器缺失",
    "place": "1号楼3层",
    "photo": "IMG-0031",
    "fix": "补装并调试",
    "owner": "总包单位项目经理",
}
FINE = "符合要求（演示数据）"


def accept_by_segments(scene: Scene) -> None:
    """国办发〔2022〕35号, 城乡规划法 45, 唐山17号."""
    say, me = scene.teller, scene.applicant
    say.chapter("A finished part is accepted and used while the rest is being built")
    no = _begin(scene)
    rows = {row["segment"]: row for row in _matrix(me, no)["segments"]}
    segment = rows["A"]["no"]
    today = day_of(scene.district.case(me, no)["opened_at"])
    _apply(scene, segment, today)
    cells = _examine(scene, segment, today)
    _put_right(scene, segment, cells, today)
    _use(scene, no, segment, cells)


def _begin(scene: Scene) -> str:
    """The permit is cut into two segments; what cannot be cut so is refused."""
    say, me = scene.teller, scene.applicant
    project = me.get("/api/v1/projects", needs_permit="true", limit=1)["items"][0]["code"]
    inputs = {"segment_by": "unit", "buildings": BUILDINGS, "segments": SEGMENTS, **AREAS}

    def opened(permit: str, **changes: Any) -> Any:
        body = {"flow": "acceptance", "project": project, "inputs": {**inputs, "permit_no": permit, **changes}}
        return me.post("/api/v1/cases", body)

    shared = [*BUILDINGS, {**BUILDINGS[2], "segment": "A", "above_m2": 0}]
    numbers = (f"37021220220601{serial:02d}01" for serial in count(1))
    permit = next(numbers)
    say.refused(opened(permit, buildings=shared), 422, "building_shared", "a building in two segments is refused")
    wrong = opened(permit, above_m2=30000)
    say.refused(wrong, 422, "areas_do_not_add_up", "areas that do not make up the permit are refused")
    say.refused(opened("0212"), 422, "permit_number_shape", "a number that is no permit's is refused")
    begun = opened(permit)
    while begun.status == 409:  # taken by an earlier tour
        permit = next(numbers)
        begun = opened(permit)
    no: str = say.done(begun, 201, f"the permit {permit} is cut into two segments")["no"]
    say.refused(opened(permit), 409, "open_already", "a second acceptance of the same permit is refused")
    return no


def _apply(scene: Scene, segment: str, today: date) -> None:
    say, district = scene.teller, scene.district
    told: dict[str, Any] = {
        **dict.fromkeys(CONDITIONS, True),
        "planning_verified_on": today.isoformat(),
        "completed_on": today.isoformat(),
        "surveyor": "示例勘察院",
        "designer": "示例设计院",
        "builder": "示例建工集团",
        "supervisor": "示例监理公司",
        "above_m2": 22000,
        "below_m2": 1500,
        "civil_defence_m2": 0,
    }
    dry = district.act(scene.applicant, segment, "apply", **{**told, "water": False})
    say.refused(dry, 422, "entry_conditions_unmet", "without water the segment is not ready")
    say.done(district.act(scene.applicant, segment, "apply", **told), 200, "segment A is applied for")
    say.done(district.act(scene.clerk, segment, "accept"), 200, "one window pushes it to every department")


def _examine(scene: Scene, segment: str, today: date) -> dict[str, dict[str, Any]]:
    """Papers, the joint visit, and who must pass before whom; the cells by discipline."""
    say, district = scene.teller, scene.district
    row = _row(scene.clerk, segment)
    cells = {cell["discipline"]: cell for cell in row["cells"] if cell["no"]}
    absent = [cell["discipline"] for cell in row["cells"] if cell["state"] == "not_applicable"]
    say.so("layout" in absent, f"columns of the whole project wait for the last segment: {', '.join(absent)}")
    soon = _on(scene, cells["fire"], "pass", opinion=FINE)
    say.refused(soon, 422, "order_of_law", "the fire department cannot pass before planning and quality")
    for cell in cells.values():
        _on(scene, cell, "documents_ok")
    say.comes(lambda: _row(scene.clerk, segment)["state"] == "site", "every paper is right: the joint visit is due")
    people = [{"department": "ZJ", "who": "现场核验组"}]
    officer = district.one("officer", "ZJ")
    visit = district.act(officer, segment, "hold_visit", visited_on=today.isoformat(), people=people)
    say.done(visit, 200, "the visit is recorded with its date and who was there")
    return cells


def _put_right(scene: Scene, segment: str, cells: dict[str, dict[str, Any]], today: date) -> None:
    """One list, once; a clock for the cell with the problem only."""
    say, district, officer = scene.teller, scene.district, scene.district.one("officer", "ZJ")
    _on(scene, cells["fire"], "find_problems", problems=[{**PROBLEM, "due_on": today.isoformat()}])
    early = district.act(officer, segment, "send_list")
    say.refused(early, 422, "departments_still_looking", "the list waits until every department has looked")
    for code, cell in cells.items():
        if code != "fire":
            _on(scene, cell, "find_nothing", opinion=FINE)
    say.done(district.act(officer, segment, "send_list"), 200, "all problems of all departments go out in one list")
    again = district.act(officer, segment, "send_list")
    say.refused(again, 422, "list_sent_already", "a second list is refused")
    say.comes(
        lambda: {cell["discipline"] for cell in _row(scene.clerk, segment)["cells"] if cell["due_on"]} == {"fire"},
        "only the cell with the problem has a clock",
    )
    done = district.act(scene.applicant, cells["fire"]["no"], "report_fixed", done="已补装并调试")
    say.done(done, 200, "the company has put it right")
    say.comes(lambda: _row(scene.clerk, segment)["state"] == "opinions", "the promised time runs on")


def _use(scene: Scene, no: str, segment: str, cells: dict[str, dict[str, Any]]) -> None:
    say, district, officer = scene.teller, scene.district, scene.district.one("officer", "ZJ")
    for cell in cells.values():
        _on(scene, cell, "pass", opinion=FINE)
    concluded = district.act(officer, segment, "conclude", conclusion="验收合格，同意使用")
    say.done(concluded, 200, "every cell has passed in its order: one opinion for the segment")
    delivered = district.act(scene.clerk, segment, "deliver", way="window", recipient="建设单位经办人")
    say.done(delivered, 200, "the opinion is delivered")
    filed = district.act(officer, segment, "file", filing_no=f"LSBA-{no}-A")
    say.done(filed, 200, "it is filed under a number of its own")
    found = _matrix(scene.applicant, no)
    say.so(found["counts"]["usable"] == 1, found["sentence"]["en"], found["counts"])
    waits = next(row["waits_for"] for row in found["segments"] if row["last"])
    say.tell(f"the last segment waits for: {'; '.join(words['en'] for words in waits)}")


def _on(scene: Scene, cell: dict[str, Any], action: str, **inputs: Any) -> Any:
    officer = scene.district.one("officer", cell["department"])
    return scene.district.act(officer, cell["no"], action, **inputs)


def _matrix(caller: Caller, no: str) -> dict[str, Any]:
    found: dict[str, Any] = caller.get(f"/api/v1/cases/{no}/acceptance").body
    return found


def _row(caller: Caller, segment: str) -> dict[str, Any]:
    return next(row for row in _matrix(caller, segment)["segments"] if row["no"] == segment)
