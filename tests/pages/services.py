"""The five ones on the project of a small district, for pages to show: war map, consultation, tender, checklist."""

from dataclasses import dataclass

from tests import given
from tests.bidding import Tender
from tests.given import Town, moment
from workflow.work import Office

ASKED = {
    "question": "总部基地设计方案是否满足各专业要求",
    "department": "QX",
    "departments": ["ZG", "ZJ", "HB"],
    "answer_by": "2026-03-13",
    "background": "项目已完成规划方案，拟于四月开工",
}
CONDITION = {"what": "北侧登高场地不小于15米", "department": "ZJ", "due_on": "2026-03-20"}
MILESTONE = {"name": "入库", "kind": "entry", "planned_on": "2026-03-20", "department": "FG"}
CORRECTION = {"what": "雨水排放口未标注", "fix": "补图并加盖设计单位印章"}


@dataclass(frozen=True, slots=True)
class Services:
    """Numbers of cases: ``split`` is a consultation all have answered, differently; ``asking`` one still open."""

    mechanism: str
    milestone: str
    asking: str
    opinion: str
    split: str
    tender: str
    checklist: str
    coaching: str


def begun_tender(office: Office, town: Town) -> str:
    """A tender whose documents are out since 2 March 2026; bids are due on the 23rd."""
    return Tender(office, town).begin().issued().no


def build(office: Office, town: Town, tender: str) -> Services:
    """Everything but the tender, on 9 and 10 March 2026."""
    monday, tuesday = moment("2026-03-09"), moment("2026-03-10")
    code = town.project.code
    mechanism = given.opened(office, town.squad_leader, monday, "mechanism", entry(town), on=code)
    asking = given.opened(office, town.specialist, monday, "consultation", ASKED, on=code)
    checklist = given.opened(office, town.applicant, tuesday, "checklist", {"note": "新建总部办公楼"}, on=code)
    coaching = given.opened(
        office, town.applicant, tuesday, "coaching", {"topic": "设计方案报审前辅导", "items": ["GC01"]}, on=code
    )
    return Services(
        mechanism=mechanism,
        milestone=given.children(office.engine, mechanism, "milestone")["FG"],
        asking=asking,
        opinion=given.children(office.engine, asking, "opinion")["HB"],
        split=_split(office, town),
        tender=tender,
        checklist=checklist,
        coaching=coaching,
    )


def entry(town: Town) -> dict[str, object]:
    """What is said when the project enters the war map."""
    last = {"name": "主体封顶", "kind": "progress", "planned_on": "2026-09-30", "department": "ZJ"}
    milestones = [{**one, "person": town.officers[one["department"]].id} for one in (MILESTONE, last)]
    return {"target": "年内主体封顶", "year": 2026, "squad": given.SQUAD, "milestones": milestones}


def _split(office: Office, town: Town) -> str:
    monday, tuesday = moment("2026-03-09"), moment("2026-03-10")
    said = {**ASKED, "question": "地下车库出入口能否设在香港东路一侧"}
    no = given.opened(office, town.specialist, monday, "consultation", said, on=town.project.code)
    opinions = given.children(office.engine, no, "opinion")
    conditional = {"opinion": "原则同意", "conditions": [CONDITION]}
    objection = {"opinion": "距交叉口不足70米", "basis": "城市道路工程设计规范", "corrections": [CORRECTION]}
    given.act(office, town.officers["ZJ"], tuesday, opinions["ZJ"], "agree", {"opinion": "同意"})
    given.act(office, town.officers["ZG"], tuesday, opinions["ZG"], "agree_with_conditions", conditional)
    given.act(office, town.officers["HB"], tuesday, opinions["HB"], "object", objection)
    given.looked_around(office, tuesday)
    return no
