"""一站服务 in the demo: consultations with their opinions, conditions as tasks, split ones settled by a meeting."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workflow.demo.files import DemoFiles
from workflow.demo.scenes import Days
from workflow.demo.steps import Step

NOTE = "（演示数据）"
PLACE = "区政务服务中心三楼会商室"


@dataclass(frozen=True, slots=True)
class Condition:
    """What one department asks of another. ``due`` and ``done`` are working days from the making of the demo;
    ``verified`` a day after it was reported."""

    what: str
    department: str
    due: int
    done: int | None = None
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Opinion:
    """One department's answer, so many working days after it was asked; ``stance``: agree, object or conditions."""

    department: str
    after: int
    stance: str = "agree"
    conditions: tuple[Condition, ...] = ()
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Consultation:
    """One question. Days after ``begun``: ``answers`` is when answers are due, ``met`` when the meeting was held,
    ``ends`` when it was concluded, with ``result``; None: not yet. ``asked``: departments that have not answered, or
    never did."""

    site: int
    begun: int
    question: str
    opinions: tuple[Opinion, ...]
    lead: str = "QX"
    answers: int = 3
    asked: tuple[str, ...] = ()
    joined: tuple[int, str] | None = None
    called: int | None = None
    met: int | None = None
    climbed: bool = False
    ends: int | None = None
    result: str = "agreed"
    withdrawn: int | None = None


def steps(files: DemoFiles, days: Days) -> Iterator[Step]:
    """Every step of every consultation."""
    for number, one in enumerate(CONSULTATIONS):
        yield from _consultation(f"consultation/{number}", one, days)


def _consultation(thread: str, one: Consultation, days: Days) -> Iterator[Step]:
    late = None if one.joined is None else one.joined[1]
    asked = [opinion.department for opinion in one.opinions if opinion.department != late]
    inputs = {
        "question": one.question,
        "department": one.lead,
        "departments": [*asked, *one.asked],
        "answer_by": _date(days, one.begun + one.answers),
        "background": f"项目推进中需多部门共同明确{NOTE}",
    }
    yield Step(thread, one.site, one.begun, 9 * 60 + 20, "specialist", begins="consultation", inputs=inputs)
    if one.joined is not None:
        day, department = one.joined
        more = {"departments_added": [department], "reason": f"涉及该部门职责{NOTE}"}
        yield Step(thread, one.site, one.begun + day, 10 * 60, "officer", "add_departments", None, more)
    for opinion in one.opinions:
        yield from _opinion(thread, one, opinion, days)
    yield from _meeting(thread, one, days)
    if one.withdrawn is not None:
        why = {"reason": f"建设单位调整方案，不再需要会商{NOTE}"}
        yield Step(thread, one.site, one.begun + one.withdrawn, 15 * 60, "specialist", "withdraw", None, why)
    if one.ends is not None:
        fixes = any(opinion.fix for opinion in one.opinions)
        said = {"result": one.result, "conclusion": f"按各部门意见办理，结论见纪要{NOTE}"}
        action = "conclude_with_corrections" if fixes else "conclude"
        yield Step(thread, one.site, one.begun + one.ends, 16 * 60, "officer", action, None, said)


def _opinion(thread: str, one: Consultation, opinion: Opinion, days: Days) -> Iterator[Step]:
    inputs: dict[str, Any] = {"opinion": f"经研究，{WORDS[opinion.stance]}{NOTE}"}
    if opinion.stance == "object":
        inputs["basis"] = "《城市居住区规划设计标准》GB 50180—2018 第4.0.9条"
    if opinion.conditions:
        inputs["conditions"] = [
            {"what": row.what, "department": row.department, "due_on": _date(days, row.due)}
            for row in opinion.conditions
        ]
    if opinion.fix is not None:
        inputs["corrections"] = [{"what": opinion.fix, "fix": f"修改后重新上传{NOTE}"}]
    action = "agree_with_conditions" if opinion.stance == "conditions" else opinion.stance
    day, minute = one.begun + opinion.after, 10 * 60 + 30 + 7 * len(opinion.department + opinion.stance)
    yield Step(
        thread, one.site, day, minute, "officer", action, None, inputs, child="opinion", department=opinion.department
    )
    for row in opinion.conditions:
        yield from task_steps(thread, one.site, row)


def task_steps(thread: str, site: int, row: Condition) -> Iterator[Step]:
    """A condition or decision that was seen to, verified the morning after."""
    if row.done is None:
        return
    where: dict[str, Any] = {"child": "task", "department": row.department, "where": {"what": row.what}}
    done = {"result": f"已完成并提交书面材料{NOTE}"}
    yield Step(thread, site, row.done, 15 * 60 + 30, "officer", "report", None, done, **where)
    if row.verified:
        yield Step(thread, site, row.done + 1, 9 * 60 + 40, "specialist", "verify", None, **where)


def _meeting(thread: str, one: Consultation, days: Days) -> Iterator[Step]:
    """The dispatch meeting of a split: called, held, climbed where the squad leader could not settle it, decided."""
    if one.called is None or one.met is None:
        return
    held = one.begun + one.met
    call = {
        "held_at": f"{_date(days, held)}T14:30",
        "place": PLACE,
        "reason": f"部门意见不一致，牵头部门不能自行决定{NOTE}",
    }
    yield Step(thread, one.site, one.begun + one.called, 16 * 60, "squad_leader", "call_meeting", None, call)
    decision: dict[str, Any] = {
        "attendees": attendees(sorted(opinion.department for opinion in one.opinions)),
        "minutes": f"各部门陈述意见，逐条讨论分歧{NOTE}",
        "decision": one.result if one.result != "no_opinion" else "agreed",
    }
    if one.ends is None and one.climbed:
        yield _climb(thread, one.site, held)
        return
    if one.ends is None:
        return
    if one.climbed:
        yield _climb(thread, one.site, held)
        yield Step(
            thread, one.site, held + 1, 10 * 60, "district_leader", "decide_above", None, decision, child="meeting"
        )
        return
    yield Step(thread, one.site, held, 16 * 60 + 30, "squad_leader", "decide", None, decision, child="meeting")


def _climb(thread: str, site: int, held: int) -> Step:
    why = {"climb_reason": f"涉及部门职责边界，本级不能决定{NOTE}", "tried": f"已召开调度会并两次书面协调{NOTE}"}
    return Step(thread, site, held, 16 * 60 + 10, "squad_leader", "climb", None, why, child="meeting")


def attendees(departments: list[str]) -> list[dict[str, str]]:
    """One person of each, by their office."""
    return [{"name": f"{code} 经办人{NOTE}", "department": code} for code in ["QX", *departments] if code]


def _date(days: Days, day: int) -> str:
    return days.day(day).isoformat()


WORDS = {
    "agree": "原则同意，无其他意见",
    "conditions": "原则同意，须落实所附条件",
    "object": "不同意现方案，日照间距不满足要求",
}

AGREE = "agree"
CONSULTATIONS: tuple[Consultation, ...] = (
    # running: opinions arriving, one with a late joiner, one whose answers are due tomorrow
    Consultation(3, -2, "地下车库出入口能否设在支路一侧？", (Opinion("ZG", 1),), asked=("JJ", "CG"), answers=4),
    Consultation(
        5,
        -3,
        "二期用地红线内的现状管线如何迁改？",
        (Opinion("SG", 1), Opinion("ZJ", 2)),
        asked=("ZG",),
        answers=5,
        joined=(2, "CG"),
    ),
    Consultation(14, -2, "人防易地建设能否与主体工程同步审批？", (), asked=("ZJ", "ZG", "FG")),
    # all answered, to be concluded; another whose conclusion is late
    Consultation(19, -3, "学校操场能否与社区共用？", (Opinion("ZG", 1), Opinion("ZJ", 2))),
    Consultation(42, -7, "医养结合项目停车配建按何标准执行？", (Opinion("ZG", 1), Opinion("JJ", 3))),
    # concluded: with conditions that became tasks, open, overdue and done
    Consultation(
        12,
        -24,
        "A地块分期开发的配套如何同步交付？",
        (
            Opinion(
                "ZG",
                1,
                "conditions",
                (
                    Condition("补充分期实施方案", "ZJ", -12, done=-14),
                    Condition("明确配套设施移交时限", "ZJ", 6),
                ),
            ),
            Opinion("ZJ", 2),
        ),
        ends=4,
        result="with_conditions",
    ),
    Consultation(
        26,
        -20,
        "旧村改造过渡安置期间道路能否临时封闭？",
        (
            Opinion("JJ", 2, "conditions", (Condition("编制交通导改方案并公示", "CG", -6),)),
            Opinion("CG", 1),
            Opinion("ZG", 3),
        ),
        ends=4,
        result="with_conditions",
    ),
    # one department silent: it counts as no opinion, and says so
    Consultation(
        21, -15, "安置房小区雨水能否就近排入张村河？", (Opinion("HB", 2), Opinion("ZG", 2)), asked=("SG",), ends=5
    ),
    # corrections of all departments in one notice
    Consultation(
        38,
        -28,
        "体育馆屋面光伏的荷载与消防要求如何统一？",
        (
            Opinion("ZJ", 1, fix="结构计算书缺少光伏荷载工况"),
            Opinion("ZG", 2, fix="总平面图未标注检修通道"),
            Opinion("CG", 2),
        ),
        ends=4,
    ),
    # split: settled by a dispatch meeting; by the district leader; before the meeting now; climbed and waiting
    Consultation(
        0,
        -40,
        "产业园宿舍楼日照不足部分能否调整为公寓？",
        (Opinion("ZG", 2, "object"), Opinion("ZJ", 1), Opinion("CG", 2)),
        called=3,
        met=5,
        ends=6,
        result="with_conditions",
    ),
    Consultation(
        16,
        -33,
        "住宅组团与河道蓝线的退距按何标准？",
        (Opinion("ZG", 1, "object"), Opinion("HB", 2), Opinion("ZJ", 3)),
        called=3,
        met=5,
        climbed=True,
        ends=7,
        result="agreed",
    ),
    Consultation(
        24,
        -6,
        "社区旧村改造保留民居如何划定？",
        (Opinion("WL", 2, "object"), Opinion("ZG", 1)),
        called=4,
        met=8,
    ),
    Consultation(
        29,
        -7,
        "村集体留用地能否并入本期？",
        (Opinion("ZG", 2, "object"), Opinion("FG", 1)),
        called=3,
        met=5,
        climbed=True,
    ),
    # over before it was concluded; and one that nobody objected to
    Consultation(36, -30, "商务综合体地下二层能否与地铁连通？", (Opinion("ZG", 1),), asked=("ZJ",), withdrawn=2),
    Consultation(8, -48, "工业上楼标准厂房货梯井是否计入容积率？", (Opinion("ZG", 1), Opinion("ZJ", 2)), ends=3),
)
