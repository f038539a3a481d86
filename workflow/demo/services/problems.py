"""Dispatch meetings and the problems they settled (domain fact book, 12.2): ten projects, more than twenty problems."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workflow.demo.files import DemoFiles
from workflow.demo.scenes import Days
from workflow.demo.services.stations import NOTE, PLACE, Condition, attendees, task_steps
from workflow.demo.steps import Step


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a project from going on, and the department that owns it."""

    what: str
    department: str


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A meeting on the working day ``held``, and the problems raised some days before that it settled."""

    site: int
    held: int
    problems: tuple[Problem, ...]
    decision: Condition | None = None


def steps(files: DemoFiles, days: Days) -> Iterator[Step]:
    """Every meeting, every problem."""
    for number, one in enumerate(DISPATCHES):
        yield from _dispatch(f"dispatch/{number}", one, days)
    yield from _standing(days)
    yield from _weekly(days)


def _dispatch(thread: str, one: Dispatch, days: Days) -> Iterator[Step]:
    for number, problem in enumerate(one.problems):
        yield _raise(thread, one.site, one.held - 3 + number % 2, 9 * 60 + 45 + 5 * number, problem, f"p{number}")
    call = {
        "question": "调度项目审批推进中的问题",
        "held_at": f"{_date(days, one.held)}T10:00",
        "place": PLACE,
        "agenda": [{"point": problem.what, "department": problem.department} for problem in one.problems],
    }
    yield Step(thread, one.site, one.held - 1, 16 * 60, "squad_leader", begins="meeting", inputs=call)
    said: dict[str, Any] = {
        "attendees": attendees(sorted({problem.department for problem in one.problems})),
        "minutes": f"逐项研究问题清单，明确办理路径{NOTE}",
    }
    if one.decision is not None:
        due = {"due_on": _date(days, one.decision.due)}
        said["decisions"] = [{"what": one.decision.what, "department": one.decision.department} | due]
    yield Step(thread, one.site, one.held, 11 * 60 + 40, "squad_leader", "decide", None, said)
    if one.decision is not None:
        yield from task_steps(thread, one.site, one.decision)
    for number, problem in enumerate(one.problems):
        settled = {"meeting": f"#{thread}", "result": f"会议明确：{problem.what}按议定路径办理{NOTE}"}
        minute = 13 * 60 + 30 + 4 * number
        yield Step(
            thread, one.site, one.held, minute, "squad_leader", "settle_in_meeting", None, settled, alias=f"p{number}"
        )


def _raise(
    thread: str, site: int, day: int, minute: int, problem: Problem, alias: str, due_on: str | None = None
) -> Step:
    inputs = {"what": problem.what, "department": problem.department}
    inputs |= {} if due_on is None else {"due_on": due_on}
    return Step(thread, site, day, minute, "specialist", begins="problem", inputs=inputs, alias=alias)


def _standing(days: Days) -> Iterator[Step]:
    """Problems that are open: one old and climbed, one new, one reported, one to be agreed; one dropped."""
    old = Problem("地块内高压线塔迁改方案迟迟未定", "SG")
    yield _raise("standing/old", 64, -38, 10 * 60, old, "p", _date(days, -31))
    for day, by in ((-30, "specialist"), (-26, "squad_leader")):
        reason = {"reason": f"产权单位属市级，区级部门协调未果{NOTE}"}
        yield Step("standing/old", 64, day, 15 * 60, by, "climb", None, reason, alias="p")
    yield _raise("standing/new", 22, -1, 10 * 60 + 20, Problem("安置房项目临时用电容量不足", "SG"), "p")
    yield _raise("standing/land", 69, -4, 11 * 60, Problem("桥位处少量用地尚未移交", "ZG"), "p", _date(days, 8))
    yield _raise("standing/reported", 40, -3, 9 * 60 + 50, Problem("校门前公交站台与出入口冲突", "JJ"), "p")
    done = {"result": f"站台南移方案已定{NOTE}"}
    yield Step("standing/reported", 40, -1, 16 * 60, "officer", "report", None, done, alias="p")
    yield _raise("standing/dropped", 35, -45, 9 * 60 + 50, Problem("施工围挡占用绿地手续", "CG"), "p")
    reason = {"reason": f"围挡已调整，不再占用绿地{NOTE}"}
    yield Step("standing/dropped", 35, -44, 14 * 60, "squad_leader", "drop", None, reason, alias="p")


def _weekly(days: Days) -> Iterator[Step]:
    """常态会商: the weekly session of a squad, on one of the projects it goes through; the next one is called."""
    for number, day in enumerate(range(-19, 0, 5)):
        site = (1, 2, 6, 11)[number]
        call = {"question": "常态周会：在办会商和问题清单", "place": PLACE, "regular": True}
        call["held_at"] = f"{_date(days, day)}T09:30"
        thread = f"weekly/{number}"
        yield Step(thread, site, day - 2, 16 * 60, "squad_leader", begins="meeting", inputs=call)
        said = {"attendees": attendees(["ZG", "ZJ"]), "minutes": f"逐件过堂，无新增堵点{NOTE}"}
        yield Step(thread, site, day, 11 * 60, "squad_leader", "decide", None, said)
    call = {"question": "常态周会：在办会商和问题清单", "place": PLACE, "regular": True}
    call["held_at"] = f"{_date(days, 2)}T09:30"
    yield Step("weekly/next", 1, -1, 16 * 60, "squad_leader", begins="meeting", inputs=call)


def _date(days: Days, day: int) -> str:
    return days.day(day).isoformat()


# Two more projects had theirs by a consultation that was split (stations): ten projects in all.
DISPATCHES: tuple[Dispatch, ...] = (
    Dispatch(
        0,
        -58,
        (
            Problem("电子厂房洁净区消防分隔做法不明确", "ZJ"),
            Problem("临时施工便道占用市政绿地", "CG"),
            Problem("10千伏外线路由未定", "SG"),
        ),
        Condition("出具10千伏外线路由意见", "SG", -50, done=-52),
    ),
    Dispatch(4, -55, (Problem("数据机房用能指标尚未落实", "FG"), Problem("冷却塔噪声评价标准不一致", "HB"))),
    Dispatch(
        6,
        -51,
        (
            Problem("厂区雨污分流接驳点未确定", "SG"),
            Problem("危化品暂存间与规划间距不符", "ZG"),
            Problem("环评报告引用数据过期", "HB"),
        ),
        Condition("确定雨污接驳点位", "SG", -44, done=-45),
    ),
    Dispatch(1, -46, (Problem("沿线商户临时经营权属不清", "ZG"), Problem("道路封闭施工交通组织", "JJ"))),
    Dispatch(
        50,
        -42,
        (
            Problem("道路穿越林地手续未完成", "ZG"),
            Problem("沿线燃气管保护方案", "SG"),
            Problem("弃土场选址", "CG"),
        ),
        Condition("落实弃土场", "CG", -36, done=-38),
    ),
    Dispatch(2, -37, (Problem("河道蓝线与红线重叠", "ZG"), Problem("防洪评价与初设衔接", "FG"))),
    Dispatch(53, -29, (Problem("绿道跨越市政道路的净空", "CG"), Problem("古树避让方案", "CG"))),
    Dispatch(11, -22, (Problem("人才公寓配建停车位不足", "ZG"), Problem("幼儿园用地移交", "ZJ"))),
    Dispatch(16, -13, (Problem("住宅组团临河护岸设计标准", "ZG"), Problem("施工降水排放去向", "HB"))),
    Dispatch(
        55,
        -9,
        (Problem("公园配套用房规划许可类型", "ZG"), Problem("海岸带占用手续", "HB")),
        Condition(
            "明确海岸带占用办理路径",
            "HB",
            3,
            done=-1,
            verified=False,
        ),
    ),
)
