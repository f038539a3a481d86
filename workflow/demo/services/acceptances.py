"""Segmented acceptances in the demo: each project's permit cut into segments, which stand where their days have led.

A segment goes its ordinary way from the day it is applied for (fact book, 4.2): accepted, papers, joint visit, every
discipline in the order of law, opinion, filing. Where it stops, or what is wrong with it, is said of it by hand.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from workflow.catalogue import Catalogue, Discipline
from workflow.demo.files import DemoFiles, DemoProject
from workflow.demo.scenes import Days
from workflow.demo.steps import Step
from workflow.demo.story import project_facts
from workflow.guards.acceptance import ENTRY_CONDITIONS, disciplines_of

NOTE = "（演示数据）"
PARTIES = {
    "surveyor": "青岛示例勘察测绘院",
    "designer": "青岛示例建筑设计院",
    "builder": "青岛示例建工一建有限公司",
    "supervisor": "青岛示例监理有限公司",
}
FIRE, PAPERS, VISIT, JUDGED, DELIVERED = "fire", 2, 4, 5, 6
"""A discipline; working days from the application to the review of papers, the visit, the opinions, the delivery."""
FINE = {"opinion": f"符合要求{NOTE}"}
CONDITION = {"what": f"补齐消防控制室值班制度上墙{NOTE}", "opinion": f"原则同意，限期完善{NOTE}"}
MINUTES_BETWEEN = 6


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its buildings in numbers of the permit's, and how far it has come.

    ``applied``: the working day of its application, None where that lies ahead (``planned`` then says when).
    ``until``: the last of its ordinary steps: apply, accept, papers, visit, passed, conclude, deliver, file.
    ``fire``: how the fire discipline went: ``passed``, ``conditional``, ``half_seen``, ``found``, ``recheck``,
    ``rectifying`` or ``failed``. ``again``: its buildings are those of a segment that failed.
    """

    name: str
    buildings: tuple[int, ...]
    applied: int | None = None
    until: str = "file"
    fire: str = "passed"
    planned: int | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One acceptance: its project by name, the day it was begun, how it was cut, its segments, the last one last."""

    project: str
    begun: int
    segment_by: str
    segments: tuple[Segment, ...]
    withdrawn: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One segment of one acceptance, with what its steps are made of."""

    site: int
    project: DemoProject
    days: Days
    segment: Segment
    buildings: tuple[Mapping[str, Any], ...]
    columns: tuple[Discipline, ...] = field(default=())

    @property
    def start(self) -> int:
        assert self.segment.applied is not None
        return self.segment.applied

    def date(self, after: int) -> str:
        return self.days.day(self.start + after).isoformat()

    def does(self, after: int, minute: int, action: str, by: str, **inputs: Any) -> Step:
        """A step of the segment itself, working days after its application."""
        return self._step(after, minute, by, action, inputs, "segment", {})

    def looks(self, after: int, minute: int, action: str, column: str, by: str = "officer", **inputs: Any) -> Step:
        """A step of one discipline in it."""
        return self._step(after, minute, by, action, inputs, "check", {"discipline": column})

    def _step(
        self, after: int, minute: int, by: str, does: str, inputs: Mapping[str, Any], child: str, of: Mapping[str, str]
    ) -> Step:
        thread, where = _thread(self.project), {"segment": self.segment.name, **of}
        return Step(thread, self.site, self.start + after, minute, by, does, None, inputs, child=child, where=where)


Deeds = Callable[[Part], Iterator[Step]]


def steps(files: DemoFiles, catalogue: Catalogue, days: Days) -> Iterator[Step]:
    """Every step of every acceptance up to the day the demo is made."""
    sites = {project.name: index for index, project in enumerate(files.projects)}
    for acceptance in ACCEPTANCES:
        site = sites[acceptance.project]
        found = _whole(acceptance, site, files.projects[site], catalogue, days)
        yield from (step for step in found if step.day <= 0)


def _whole(acceptance: Acceptance, site: int, project: DemoProject, catalogue: Catalogue, days: Days) -> Iterator[Step]:
    thread, buildings = _thread(project), _buildings(project, acceptance)
    opening = _opening(acceptance, project, buildings, days)
    yield Step(thread, site, acceptance.begun, 9 * 60, "applicant", begins="acceptance", inputs=opening)
    traits = project_facts(project, site)
    for segment in acceptance.segments:
        if segment.applied is None:
            continue
        own = tuple(buildings[number] for number in segment.buildings)
        columns = disciplines_of(catalogue, traits, segment is acceptance.segments[-1])
        part = Part(site, project, days, segment, own, columns)
        if segment.again:
            yield _cut_again(part)
        for name, deeds in _WAY.items():
            yield from deeds(part)
            if name == segment.until:
                break
    if acceptance.withdrawn is not None:
        why = {"reason": f"分段方案调整，重新划分{NOTE}"}
        yield Step(thread, site, acceptance.withdrawn, 10 * 60, "applicant", "withdraw", None, why)


def _thread(project: DemoProject) -> str:
    return f"{project.name}/acceptance"


# ── the permit and its buildings ───────────────────────────────────────────────────────────────────────────────────


def _buildings(project: DemoProject, acceptance: Acceptance) -> tuple[dict[str, Any], ...]:
    """The buildings of the permit: equal parts of the project's area, a fifth of it below ground in the first one."""
    count = 1 + max(number for segment in acceptance.segments for number in segment.buildings)
    above, below = project.area_m2 * 4 // 5 // count, project.area_m2 // 5
    return tuple(
        {
            "code": f"D{number + 1}",
            "name": f"{number + 1}号楼",
            "above_m2": above,
            "below_m2": below if number == 0 else 0,
            "civil_defence_m2": below // 2 if number == 0 else 0,
        }
        for number in range(count)
    )


def _opening(
    acceptance: Acceptance, project: DemoProject, buildings: tuple[dict[str, Any], ...], days: Days
) -> dict[str, Any]:
    first = [segment for segment in acceptance.segments if not segment.again]
    of = {number: segment.name for segment in first for number in segment.buildings}
    issued = days.day(acceptance.begun - 60)
    return {
        "permit_no": f"370212{issued:%Y%m%d}0101",
        "segment_by": acceptance.segment_by,
        "buildings": [row | {"segment": of[number]} for number, row in enumerate(buildings)],
        **_areas(buildings),
        "segments": [
            {"segment": one.name, "name": f"{one.name}段", "last": one.name == acceptance.segments[-1].name}
            | ({"planned_on": days.day(one.planned).isoformat()} if one.planned is not None else {})
            for one in first
        ],
    }


def _areas(buildings: tuple[Mapping[str, Any], ...]) -> dict[str, Any]:
    return {kind: sum(row[kind] for row in buildings) for kind in ("above_m2", "below_m2", "civil_defence_m2")}


def _cut_again(part: Part) -> Step:
    """The buildings of a segment that failed are cut anew, and applied for the day after."""
    rows = [{"code": row["code"], "segment": part.segment.name} for row in part.buildings]
    inputs = {
        "segments": [{"segment": part.segment.name, "name": f"{part.segment.name}段（重新申请）"}],
        "buildings": rows,
    }
    return Step(_thread(part.project), part.site, part.start - 1, 10 * 60, "applicant", "cut", None, inputs)


# ── the way of a segment ───────────────────────────────────────────────────────────────────────────────────────────


def _apply(part: Part) -> Iterator[Step]:
    said = {
        **dict.fromkeys(ENTRY_CONDITIONS, True),
        **PARTIES,
        **_areas(part.buildings),
        "planning_verified_on": part.date(-6),
        "completed_on": part.date(-2),
        "structure": "框架剪力墙",
    }
    yield part.does(0, 9 * 60 + 30, "apply", "applicant", **said)


def _accept(part: Part) -> Iterator[Step]:
    yield part.does(0, 14 * 60, "accept", "clerk")
    if part.segment.fire == "half_seen":
        yield from _half_seen(part)


def _papers(part: Part) -> Iterator[Step]:
    for minute, column in _one_after_another(part, 9 * 60):
        yield part.looks(PAPERS, minute, "documents_ok", column)
    yield part.does(
        PAPERS, 15 * 60, "appoint_visit", "officer", visit_at=f"{part.date(VISIT)}T09:30", meet_at="项目部会议室"
    )


def _visit(part: Part) -> Iterator[Step]:
    offices = dict.fromkeys(column.department for column in part.columns)
    people = [{"department": office, "who": "验收人员二人"} for office in offices]
    yield part.does(VISIT, 11 * 60 + 30, "hold_visit", "officer", visited_on=part.date(VISIT), people=people)


def _passed(part: Part) -> Iterator[Step]:
    yield from _JUDGED[part.segment.fire](part)


def _conclude(part: Part) -> Iterator[Step]:
    yield part.does(JUDGED, 16 * 60, "conclude", "officer", conclusion=f"经联合验收，本段合格，同意投入使用{NOTE}")


def _deliver(part: Part) -> Iterator[Step]:
    yield part.does(DELIVERED, 10 * 60, "deliver", "clerk", way="electronic", recipient="建设单位经办人")


def _file(part: Part) -> Iterator[Step]:
    filing_no = f"崂竣备{part.days.day(part.start):%Y%m%d}-{part.site:03d}{part.segment.name}"
    yield part.does(DELIVERED, 15 * 60, "file", "officer", filing_no=filing_no, scope=f"{part.segment.name}段")


_WAY: Mapping[str, Deeds] = {
    "apply": _apply,
    "accept": _accept,
    "papers": _papers,
    "visit": _visit,
    "passed": _passed,
    "conclude": _conclude,
    "deliver": _deliver,
    "file": _file,
}


# ── what the disciplines find ──────────────────────────────────────────────────────────────────────────────────────


def _all_pass(part: Part, conditional: bool = False) -> Iterator[Step]:
    """In the order of the file, which is that of law."""
    for minute, column in _one_after_another(part, 13 * 60 + 40):
        if conditional and column == FIRE:
            yield part.looks(JUDGED, minute, "pass_with_conditions", column, **CONDITION, due_on=part.date(JUDGED + 30))
        else:
            yield part.looks(JUDGED, minute, "pass", column, **FINE)


def _found(part: Part) -> Iterator[Step]:
    """Fire has a problem, to be told in one list; planning and quality are through, the others have found nothing."""
    for minute, column in _one_after_another(part, 13 * 60 + 40):
        if column == FIRE:
            yield part.looks(VISIT, minute, "find_problems", column, problems=[_problem(part)])
        elif column in ("planning", "quality"):
            yield part.looks(VISIT, minute, "pass", column, **FINE)
        else:
            yield part.looks(VISIT, minute, "find_nothing", column, **FINE)


def _listed(part: Part) -> Iterator[Step]:
    """The one list goes out; the problem is told to be put right."""
    yield from _found(part)
    yield part.does(JUDGED, 9 * 60 + 10, "send_list", "officer", note=f"请于三个工作日内整改{NOTE}")


def _rectifying(part: Part) -> Iterator[Step]:
    """Put right, looked at again, and not right yet."""
    yield from _recheck(part)
    why = f"联动测试时二层防火卷帘仍未落到位{NOTE}"
    yield part.looks(JUDGED + 1, 16 * 60, "not_fixed", FIRE, reason=why)


def _recheck(part: Part) -> Iterator[Step]:
    yield from _listed(part)
    done = f"已补装闭门器并重新调试{NOTE}"
    yield part.looks(JUDGED + 1, 10 * 60, "report_fixed", FIRE, "applicant", done=done, photo="IMG-0107")


def _failed(part: Part) -> Iterator[Step]:
    """Looked at again and failed: the segment fails with it, and is to be applied for anew."""
    yield from _recheck(part)
    yield part.looks(JUDGED + 1, 15 * 60, "fail", FIRE, reason=f"消防设施联动功能不符合要求{NOTE}")
    yield part.does(JUDGED + 1, 16 * 60, "fail", "officer", conclusion=f"消防验收未通过，本段须整改后重新申请{NOTE}")


def _half_seen(part: Part) -> Iterator[Step]:
    """Papers only: one found nothing, one has problems, the others have not looked yet."""
    yield part.looks(1, 14 * 60, "find_nothing", "archive", **FINE)
    yield part.looks(1, 15 * 60, "find_problems", FIRE, problems=[_problem(part)])


_JUDGED: Mapping[str, Deeds] = {
    "passed": _all_pass,
    "conditional": partial(_all_pass, conditional=True),
    "found": _found,
    "rectifying": _rectifying,
    "recheck": _recheck,
    "failed": _failed,
}


def _problem(part: Part) -> dict[str, Any]:
    return {
        "problem": "防火门闭门器缺失，防火卷帘不能联动",
        "place": f"{part.buildings[0]['name']}二层",
        "photo": "IMG-0031",
        "fix": "补装闭门器，重新调试联动控制",
        "owner": "总包单位项目经理",
        "due_on": part.date(JUDGED + 3),
    }


def _one_after_another(part: Part, first: int) -> Iterator[tuple[int, str]]:
    for number, column in enumerate(part.columns):
        yield first + number * MINUTES_BETWEEN, column.code


# ── which acceptances there are ────────────────────────────────────────────────────────────────────────────────────

ACCEPTANCES: tuple[Acceptance, ...] = (
    # half done: two segments in use, one being put right, the last one not applied for yet
    Acceptance(
        "青岛虚拟现实产业园项目一期",
        -40,
        "unit",
        (
            Segment("A", (0, 1), -36),
            Segment("B", (2,), -24, fire="conditional"),
            Segment("C", (3, 4), -7, until="passed", fire="rectifying"),
            Segment("D", (5,), planned=12),
        ),
    ),
    # waiting for the joint visit, tomorrow
    Acceptance(
        "株洲路数字经济大厦",
        -6,
        "phase",
        (Segment("一期", (0,), -3, until="papers"), Segment("二期", (1,), planned=45)),
    ),
    # all of it accepted, the checks of the whole project with the last segment
    Acceptance("沙子口老街改造", -50, "unit", (Segment("A", (0, 1), -46), Segment("B", (2,), -30))),
    # failed, and filed again: the opinion is delivered
    Acceptance(
        "北宅农产品冷链仓储",
        -34,
        "unit",
        (
            Segment("A", (0, 1), -30, until="passed", fire="failed"),
            Segment("A", (0, 1), -7, until="deliver", again=True),
            Segment("B", (2,), planned=20),
        ),
    ),
    # applied for yesterday
    Acceptance(
        "张村河两岸九年一贯制学校",
        -2,
        "unit",
        (Segment("教学楼", (0,), -1, until="apply"), Segment("体育馆", (1,), planned=30)),
    ),
    # one opinion issued, one segment looked at again, the papers of the last under review
    Acceptance(
        "株洲路北侧智能制造厂房",
        -16,
        "unit",
        (
            Segment("A", (0,), -6, until="conclude"),
            Segment("B", (1,), -7, until="passed", fire="recheck"),
            Segment("C", (2,), -2, until="accept", fire="half_seen"),
        ),
    ),
    # cut by discipline, one segment: problems found, not told yet
    Acceptance("金家岭金融中心二期", -8, "check", (Segment("全部", (0, 1), -5, until="passed", fire="found"),)),
    # cut the wrong way and withdrawn
    Acceptance(
        "辽阳东路生物医药孵化器", -12, "phase", (Segment("A", (0,), planned=5), Segment("B", (1,))), withdrawn=-10
    ),
)
