"""An acceptance by segments as tests begin one: four buildings of one permit, cut into segments A and B, B the last."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text

from tests import given
from workflow.store import cases
from workflow.work import Office

PERMIT = "370212202603020101"
BUILDINGS: list[dict[str, Any]] = [
    {"code": "D1", "name": "1号楼", "above_m2": 12000, "below_m2": 1500, "civil_defence_m2": 800, "segment": "A"},
    {"code": "D2", "name": "2号楼", "above_m2": 10000, "below_m2": 1000, "segment": "A"},
    {"code": "D3", "name": "商业裙房", "above_m2": 3000, "segment": "B"},
    {"code": "D4", "name": "室外配套", "above_m2": 200, "segment": "B"},
]
SEGMENTS: list[dict[str, Any]] = [{"segment": "A", "planned_on": "2026-03-31"}, {"segment": "B", "last": True}]
OPENING: dict[str, Any] = {
    "permit_no": PERMIT,
    "segment_by": "unit",
    "buildings": BUILDINGS,
    "above_m2": 25200,
    "below_m2": 2500,
    "civil_defence_m2": 800,
    "segments": SEGMENTS,
}
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
AREAS = {
    "A": {"above_m2": 22000, "below_m2": 2500, "civil_defence_m2": 800},
    "B": {"above_m2": 3200, "below_m2": 0, "civil_defence_m2": 0},
}
COLUMNS = ("planning", "quality", "fire", "archive", "energy", "utilities")
"""The cells of a segment of the town's project; the last one has those of the whole project beside them."""
WHOLE_PROJECT = ("greenery", "layout")
PROBLEM = {
    "problem": "防火门闭门器缺失",
    "place": "1号楼3层",
    "photo": "IMG-0031",
    "fix": "补装并调试",
    "owner": "总包单位项目经理",
    "due_on": "2026-03-10",
}
FINE = {"opinion": "符合要求"}


def application(segment: str = "A", **changes: Any) -> dict[str, Any]:
    """What is confirmed and told when a segment is applied for."""
    return {
        **dict.fromkeys(CONDITIONS, True),
        "planning_verified_on": "2026-02-25",
        "completed_on": "2026-02-27",
        "surveyor": "示例勘察院",
        "designer": "示例设计院",
        "builder": "示例建工集团",
        "supervisor": "示例监理公司",
        **AREAS[segment],
        **changes,
    }


def begun(office: Office, town: given.Town, now: datetime, **changes: Any) -> str:
    """An acceptance, opened by the applicant; returns its number."""
    said = {**OPENING, **changes}
    return given.opened(
        office,
        town.applicant,
        now,
        "acceptance",
        {k: v for k, v in said.items() if v is not None},
        on=town.project.code,
    )


def segments(office: Office, no: str) -> dict[str, str]:
    """The numbers of the segments by their names, the newest of each."""
    return _under(office, no, "segment")


def cells(office: Office, no: str) -> dict[str, str]:
    """The numbers of the cells of a segment, by discipline."""
    return _under(office, no, "discipline")


def _under(office: Office, no: str, name: str) -> dict[str, str]:
    with office.engine.connect() as conn:
        rows = conn.execute(
            text("""
SELECT k.data ->> :name AS name, k.no FROM cases k JOIN cases p ON p.id = k.parent_id
WHERE p.no = :no ORDER BY k.id"""),
            {"name": name, "no": no},
        )
        return {row.name: row.no for row in rows}


def state(office: Office, no: str) -> str:
    with office.engine.connect() as conn:
        return str(conn.execute(text("SELECT state FROM cases WHERE no = :no"), {"no": no}).scalar_one())


def taken_in(office: Office, town: given.Town, now: datetime, segment: str, name: str = "A") -> dict[str, str]:
    """The segment applied for and accepted at ``now``; its cells by discipline."""
    given.act(office, town.applicant, now, segment, "apply", application(name))
    given.act(office, town.clerk, now, segment, "accept")
    given.looked_around(office, now)
    return cells(office, segment)


def on(office: Office, town: given.Town, now: datetime, cell: str, action: str, inputs: Mapping[str, object]) -> None:
    """What the officer of its department does to a cell; what follows from it is done as well."""
    with office.engine.connect() as conn:
        found = cases.read(conn, no=cell)
    assert found is not None
    given.act(office, town.officers[found.case.department], now, cell, action, inputs)
    given.looked_around(office, now)


def visited(office: Office, town: given.Town, now: datetime, segment: str) -> None:
    """Every paper is right, and everybody was there."""
    for cell in cells(office, segment).values():
        if state(office, cell) == "documents":
            on(office, town, now, cell, "documents_ok", {})
    people = [{"department": "ZJ", "who": "张某、李某"}, {"department": "ZG", "who": "王某"}]
    said = {"visited_on": now.date().isoformat(), "people": people}
    given.act(office, town.officers["ZJ"], now, segment, "hold_visit", said)


def filed(office: Office, town: given.Town, now: datetime, segment: str, filing_no: str) -> None:
    """Every cell passes in the order of law, the opinion is issued and delivered, the segment filed."""
    for cell in cells(office, segment).values():
        if state(office, cell) in ("documents", "site", "clean", "recheck"):
            on(office, town, now, cell, "pass", FINE)
    given.act(office, town.officers["ZJ"], now, segment, "conclude", {"conclusion": "验收合格，同意使用"})
    given.act(office, town.clerk, now, segment, "deliver", {"way": "window", "recipient": "示例签收人"})
    given.act(office, town.officers["ZJ"], now, segment, "file", {"filing_no": filing_no})
    given.looked_around(office, now)
