"""Visits on the spot, and extended hours for the opening and evaluation of bids (延时服务): close to 120 hours."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from workflow.demo.files import DemoFiles
from workflow.demo.scenes import Days
from workflow.demo.steps import Step

NOTE = "（演示数据）"
BEGINS = 17 * 60 + 30
MINUTES = (270, 300, 240, 330, 210)
"""Sessions last so long, in turn; the last one is as long as the whole needs."""
WHOLE = 7110
"""118.5 hours, in minutes."""
FIRST_DAY, EVERY = -58, 2
ROOMS = ("opening_1", "evaluation_1", "opening_2", "evaluation_2")
PURPOSES = ("opening", "evaluation", "both")
CORRECTED = 21
"""The session whose hours were written down wrong at first."""


def steps(files: DemoFiles, days: Days) -> Iterator[Step]:
    """Every session and every visit."""
    sites = [index for index, project in enumerate(files.projects) if project.needs_tender]
    left, number = WHOLE, 0
    while left:
        minutes = min(MINUTES[number % len(MINUTES)], left)
        left -= minutes
        yield from _session(number, sites[number * 3 % len(sites)], minutes, days)
        number += 1
    yield from _other_sessions(sites, days)
    yield from _visits(days)


def _session(number: int, site: int, minutes: int, days: Days) -> Iterator[Step]:
    thread, day = f"session/{number}", FIRST_DAY + EVERY * number
    yield _ask(thread, site, day, number, minutes, days)
    people = {"people": f"场地管理员、专员各一人{NOTE}"}
    yield Step(thread, site, day, 15 * 60 + 10, "specialist", "arrange", None, people)
    said = 45 if number == CORRECTED else 0
    used = {"began_at": _moment(days, day, BEGINS), "finished_at": _moment(days, day, BEGINS + minutes - said)}
    yield Step(thread, site, day + 1, 9 * 60 + 10, "specialist", "record", None, people | used)
    if said:
        used["finished_at"] = _moment(days, day, BEGINS + minutes)
        why = {"corrected_because": f"评标委员会签字时间晚于登记时间{NOTE}"}
        yield Step(thread, site, day + 2, 10 * 60, "squad_leader", "correct", None, used | why)


def _ask(thread: str, site: int, day: int, number: int, minutes: int, days: Days, asked: int = 14 * 60) -> Step:
    inputs = {
        "requested_by": f"招标代理机构经办人{NOTE}",
        "purpose": PURPOSES[number % len(PURPOSES)],
        "room": ROOMS[number % len(ROOMS)],
        "starts_at": _moment(days, day, BEGINS),
        "ends_at": _moment(days, day, BEGINS + minutes),
    }
    # Asked on the day itself: the room is free in the evening.
    return Step(thread, site, min(day, -1), asked, "applicant", begins="extended_hours", inputs=inputs)


def _other_sessions(sites: list[int], days: Days) -> Iterator[Step]:
    """One refused with the approval of the squad leader, one called off; two to come, one of them to be arranged."""
    yield _ask("session/refused", sites[5], -31, 1, 240, days)
    why = {"refusal_reason": f"当晚场地电力检修{NOTE}"}
    yield Step("session/refused", sites[5], -31, 14 * 60 + 40, "specialist", "propose_refusal", None, why)
    note = {"approval_note": f"同意，请协助改约次日{NOTE}"}
    yield Step("session/refused", sites[5], -31, 15 * 60, "squad_leader", "approve_refusal", None, note)
    yield _ask("session/called_off", sites[8], -17, 2, 180, days)
    reason = {"reason": f"投标人不足三个，改期{NOTE}"}
    yield Step("session/called_off", sites[8], -17, 15 * 60, "applicant", "call_off", None, reason)
    yield _ask("session/tomorrow", sites[12], 1, 0, 240, days, 13 * 60 + 30)
    people = {"people": f"场地管理员、专员各一人{NOTE}"}
    yield Step("session/tomorrow", sites[12], -1, 14 * 60, "specialist", "arrange", None, people)
    yield replace(_ask("session/asked", sites[15], 2, 1, 240, days), ago=40)


# (site, working day of the visit, purpose); the day before it was asked for and agreed
VISITS = (
    (0, -60, "核实产业园出入口与市政道路衔接"),
    (31, -47, "旧村改造片区管线现状踏勘"),
    (66, -34, "河道整治临时用地现场办公"),
    (52, -21, "立交停车场施工交通导改"),
    (13, -12, "B地块场地移交现场确认"),
    (85, -5, "污水站扩建用地边界确认"),
    (23, 2, "保留民居现场认定"),
)


def _visits(days: Days) -> Iterator[Step]:
    """Held; one moved, one to come, one whose date is to be agreed."""
    for number, (site, day, purpose) in enumerate(VISITS):
        thread, before = f"visit/{number}", min(day - 1, -1)
        asked = {"purpose": f"{purpose}{NOTE}"}
        yield Step(thread, site, before, 9 * 60 + 30, "applicant", begins="visit", inputs=asked)
        agreed: dict[str, Any] = {
            "visit_at": _moment(days, day, 10 * 60),
            "place": "项目现场",
            "people": f"专员和主管科室{NOTE}",
            "departments": ["ZG", "ZJ"],
        }
        yield Step(thread, site, before, 11 * 60, "specialist", "agree", None, agreed)
        if number == 3:
            moved = {"visit_at": _moment(days, day, 14 * 60), "moved_because": f"上午降雨{NOTE}"}
            yield Step(thread, site, day, 8 * 60 + 30, "specialist", "move", None, moved)
        if day < 0:
            found = {"attended": f"专员、规划、住建各一人{NOTE}", "findings": f"{purpose}，现场达成一致{NOTE}"}
            yield Step(thread, site, day, 16 * 60, "specialist", "hold", None, found)
    yield Step(
        "visit/asked", 41, -1, 15 * 60, "applicant", begins="visit", inputs={"purpose": f"酒店改造消防车道核实{NOTE}"}
    )


def _moment(days: Days, day: int, minute: int) -> str:
    return f"{days.day(day).isoformat()}T{minute // 60:02d}:{minute % 60:02d}"
