"""What belongs to the whole project: 项目, 单位, 征求意见, 单体, 责任主体, 竣工验收备案."""

from collections.abc import Iterator
from datetime import date

from workflow.catalogue import Catalogue
from workflow.clock.days import local_day
from workflow.exchange.case_tables import NO_CASE, NO_PROJECT, works_code
from workflow.exchange.facts import CaseInBrief, ProjectFacts, SideCase
from workflow.exchange.flow_tables import version_key
from workflow.exchange.rows import Owner, Reference, Row
from workflow.exchange.tables import BUILDING, CASE, COMPANY, FILING, FLOW, OPINION, PARTY, PROJECT

DEVELOPER = 1
LINEAR = 2
WITH_SCHEME = 5
NOBODY_S_ITEM = "征求意见时发起部门没有在办事项，无事项实例可对应"
PARTIES = (("builder", 2), ("surveyor", 3), ("designer", 4), ("supervisor", 5))
"""DWLX of the parties that a segment names."""


def project_rows(catalogue: Catalogue, project: ProjectFacts) -> Iterator[Row]:
    """The rows of a project; none before its first case was received."""
    if not project.cases:
        return
    owner = Owner("project", project.id, project.id)
    works = works_code(catalogue, project.code)
    yield _project_row(catalogue, project, owner, works)
    of_project = Reference(PROJECT, works, f"{NO_PROJECT}：{works}")
    keys = {"XMDM": project.code, "GCDM": works}
    company = {"DWTYSHXYDM": project.company, "DWMC": project.company_name, "DWLX": DEVELOPER}
    yield Row(COMPANY, f"{works}|{project.company}|{DEVELOPER}", owner, keys | company, (of_project,))
    for segment in _sides(project, "segment"):
        yield from _segment_rows(catalogue, segment, owner, keys, of_project)
    for opinion in _sides(project, "opinion"):
        yield from _opinion_rows(catalogue, project, opinion, owner, works)


def _sides(project: ProjectFacts, flow: str) -> list[SideCase]:
    return [one for one in project.sides if one.flow == flow]


def _project_row(catalogue: Catalogue, project: ProjectFacts, owner: Owner, works: str) -> Row:
    rules = catalogue.exchange
    filed_at = min(case.received_at for case in project.cases)
    flow = rules.flows.get(str(project.splclx))
    version = None if flow is None else flow.version_on(local_day(filed_at))
    defaults, by_type = rules.defaults, rules.by_type
    street = catalogue.streets.get(project.street)
    done_at = _done_at(project)
    values = {
        "XMDM": project.code,
        "XMMC": project.name,
        "GCDM": works,
        "GCFW": None,
        "QJDGCDM": None,
        "XMTZLY": _whole(by_type.get("XMTZLY", {}).get(str(project.splclx))),
        "TDHQFS": _whole(defaults.get("TDHQFS")),
        "TDSFDSJFA": int(project.splclx == WITH_SCHEME or bool(project.facts.get("land_with_scheme"))),
        "SFWCQYPG": int(bool(project.facts.get("regional_assessment"))),
        "SPLCLX": project.splclx,
        "LXLX": _whole(_lxlx(catalogue, project)),
        "GCFL": None,
        "JSXZ": _whole(defaults.get("JSXZ")),
        "XMZJSX": None,
        "GBHYDMFBND": defaults.get("GBHYDMFBND"),
        "GBHY": None,
        "NKGSJ": _planned(project, "start") or project.planned_start,
        "NJCSJ": _planned(project, "completion"),
        "XMSFWQBJ": int(done_at is not None),
        "XMWQBJSJ": done_at,
        "ZTZE": project.investment_wan,
        "JSDDXZQH": catalogue.district.region,
        "JSDD": catalogue.district.title.zh + ("" if street is None else street.title.zh),
        "XMJSDDX": None,
        "XMJSDDY": None,
        "JSGMJNR": f"{project.name}，建筑面积{project.area_m2:g}平方米" if project.area_m2 else project.name,
        "YDMJ": None,
        "JZMJ": project.area_m2,
        "SBSJ": filed_at.replace(microsecond=0),
        "SPLCBM": None if flow is None else flow.code,
        "SPLCBBH": None if version is None else float(version.version),
        "XMJWDZB": None,
        "JSDW": project.company_name,
        "JSDWDM": project.company,
        "JSDWLX": defaults.get("JSDWLX"),
        "SFXXGC": int(project.splclx == LINEAR or bool(project.facts.get("linear_works"))),
        "CD": None,
        "GCHYFL": None,
    }
    if flow is None or version is None:
        held = f"市级审批流程中没有审批流程类型 {project.splclx} 在 {local_day(filed_at)} 有效的版本"
        return Row(PROJECT, works, owner, values, held=held)
    needs = (Reference(FLOW, version_key(flow, version), "审批流程未上传"),)
    return Row(PROJECT, works, owner, values, needs)


def _whole(code: str | None) -> int | None:
    return None if code is None else int(code)


def _lxlx(catalogue: Catalogue, project: ProjectFacts) -> str | None:
    """By the item under which the project was set up, else by its type."""
    granted = {case.item for case in project.cases if case.outcome == "granted"}
    set_up = next((code for item, code in catalogue.exchange.by_item.items() if item in granted), None)
    return set_up or catalogue.exchange.by_type.get("LXLX", {}).get(str(project.splclx))


def _planned(project: ProjectFacts, kind: str) -> date | None:
    """The planned day of the milestone of that kind: the earliest start, the latest completion."""
    days = [
        date.fromisoformat(one.data["planned_on"])
        for one in _sides(project, "milestone")
        if one.data.get("kind") == kind and one.outcome != "dropped" and one.data.get("planned_on")
    ]
    if not days:
        return None
    return min(days) if kind == "start" else max(days)


def _done_at(project: ProjectFacts) -> object:
    """When the project was wholly done: every joint acceptance of it accepted, the last of them then."""
    acceptances = [one for one in _sides(project, "acceptance") if one.outcome != "withdrawn"]
    if not acceptances or any(one.outcome != "accepted" or one.ended_at is None for one in acceptances):
        return None
    return max(one.ended_at for one in acceptances if one.ended_at is not None).replace(microsecond=0)


# ── 单体, 责任主体, 竣工验收备案 ──────────────────────────────────────────────────────────────────────────────


def _segment_rows(
    catalogue: Catalogue, segment: SideCase, owner: Owner, keys: dict[str, str], of_project: Reference
) -> Iterator[Row]:
    if segment.outcome == "withdrawn":
        return
    data = segment.data
    for building in data.get("buildings", ()):
        above, below = building.get("above_m2"), building.get("below_m2")
        values = {
            **keys,
            "SPSXSLBM": None,
            "XKBABH": data.get("permit_no"),
            "DTMC": building.get("name") or building["code"],
            "DTBM": building["code"],
            "GCYT": building.get("use"),
            "JZMJ": None if above is None and below is None else (above or 0) + (below or 0),
            "DSJZMJ": above,
            "DXJZMJ": below,
            "JGTX": data.get("structure"),
        }
        yield Row(BUILDING, f"{keys['GCDM']}|{segment.no}|{building['code']}", owner, values, (of_project,))
    for name, kind in PARTIES:
        if data.get(name):
            values = {**keys, "SPSXSLBM": None, "DWLX": kind, "DWMC": data[name], "DWTYSHXYDM": None}
            yield Row(PARTY, f"{keys['GCDM']}|{segment.no}|{kind}", owner, values, (of_project,))
    if data.get("filing_no") and segment.issued_at is not None:
        yield _filing_row(catalogue, segment, owner, keys, of_project)


def _filing_row(
    catalogue: Catalogue, segment: SideCase, owner: Owner, keys: dict[str, str], of_project: Reference
) -> Row:
    assert segment.issued_at is not None
    data = segment.data
    codes = "、".join(str(building["code"]) for building in data.get("buildings", ()))
    values = {
        **keys,
        "SPSXSLBM": None,
        "JGYSBABH": data["filing_no"],
        "BAJG": catalogue.departments[segment.department].title.zh,
        "BARQ": local_day(segment.issued_at),
        "BAFW": data.get("scope") or codes,
        "SFSXLHYS": 1,
        "SFBGWFZT": None,
        "KGRQ": _day(data.get("started_on")),
        "JGRQ": _day(data.get("completed_on")),
        "SJZJ": None,
        "ZJZMJ": (data.get("above_m2") or 0) + (data.get("below_m2") or 0),
        "RFMJ": data.get("civil_defence_m2"),
        "DAYSZT": None,
        "DAYSYJ": None,
    }
    return Row(FILING, f"{keys['GCDM']}|{segment.no}", owner, values, (of_project,))


def _day(text: object) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else None


# ── 征求意见 ─────────────────────────────────────────────────────────────────────────────────────────────────


def _opinion_rows(
    catalogue: Catalogue, project: ProjectFacts, opinion: SideCase, owner: Owner, works: str
) -> Iterator[Row]:
    """An answer among departments belongs to the item that the one who asked had in hand just then.

    The case of the answer itself is the office's own and stays inside. Where nothing was in hand there is no case to
    report the answer under: it is told by name.
    """
    about = _asked_about(project, opinion)
    answered_at = opinion.decided_at or opinion.ended_at
    if answered_at is None or opinion.outcome == "dropped":
        return
    if about is None:
        yield Row(OPINION, f"|{opinion.no}", owner, {}, held=f"{NOBODY_S_ITEM}：{opinion.no}", outside=True)
        return
    title = catalogue.departments[opinion.department].title.zh
    said = opinion.data.get("opinion") or opinion.outcome
    values = {
        "GCDM": works,
        "SPSXSLBM": about.no,
        "BLDWDM": opinion.department,
        "BLDWMC": title,
        "BLR": opinion.answered_by or title,
        "FKSJ": answered_at.replace(microsecond=0),
        "FKYJ": said,
    }
    needs = (Reference(CASE, about.no, f"{NO_CASE}：{about.no}"),)
    yield Row(OPINION, f"{about.no}|{opinion.no}", owner, values, needs)


def _asked_about(project: ProjectFacts, opinion: SideCase) -> CaseInBrief | None:
    in_hand = [
        case
        for case in project.cases
        if case.department == opinion.lead
        and case.accepted_at is not None
        and case.accepted_at <= opinion.opened_at
        and (case.decided_at is None or opinion.opened_at <= case.decided_at)
    ]
    return max(in_hand, key=lambda case: (case.accepted_at, case.no), default=None)
