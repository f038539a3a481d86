"""催办 and 督办单 in the demo: one in every state, under checklists and coachings that were slow."""

from collections.abc import Iterator
from typing import Any

from workflow.demo.files import DemoFiles
from workflow.demo.scenes import Days
from workflow.demo.steps import Step

NOTE = "（演示数据）"
SUPERVISOR = "ducha"
WAITING, CALLED_OFF, ANSWERED = 33, 34, 31
"""Places in the war map of the projects whose checklists were urged, by what came of it."""
GIVEN_UP, OVERDUE = ("coaching/given_up", 35), ("coaching/overdue", 27)
CLOSED, REPORTED, RECALLED = 0, 1, 2
"""Whose checklists a supervision notice was about."""


def steps(files: DemoFiles, days: Days) -> Iterator[Step]:
    """Every urge, every supervision notice."""
    yield _urge(_checklist(files, WAITING), WAITING, -1, 16 * 60)
    thread = _checklist(files, CALLED_OFF)
    yield _urge(thread, CALLED_OFF, -1, 15 * 60 + 30)
    note = {"note": f"已电话联系到专员{NOTE}"}
    yield Step(thread, CALLED_OFF, -1, 16 * 60 + 10, "applicant", "call_off", None, note, alias="urge")
    thread = _checklist(files, ANSWERED)
    yield _urge(thread, ANSWERED, -1, 14 * 60)
    said = {"result": f"按退回意见修改清单，今日重新提交确认{NOTE}"}
    yield Step(thread, ANSWERED, -1, 16 * 60 + 30, "officer", "answer", None, said, alias="urge")
    # The coaching ends before anybody answers, and the urge with it.
    yield _urge(*GIVEN_UP, -34, 16 * 60)
    yield from _notices(files, days)


def _notices(files: DemoFiles, days: Days) -> Iterator[Step]:
    yield _notice(*OVERDUE, -2, days, "辅导时间超过规定，说明原因并限期结束", 2)
    answered = {"result": f"已与申请人商定完成时间{NOTE}"}
    thread = _checklist(files, CLOSED)
    yield _notice(thread, CLOSED, -20, days, "核对清单所列材料是否重复收取", -17)
    yield Step(thread, CLOSED, -18, 10 * 60, "officer", "answer", None, answered, alias="oversight")
    finding = {"finding": f"情况属实，予以销号{NOTE}"}
    yield Step(thread, CLOSED, -17, 15 * 60, SUPERVISOR, "close", None, finding, alias="oversight")
    thread = _checklist(files, REPORTED)
    yield _notice(thread, REPORTED, -4, days, "核对清单所列时限与公布时限是否一致", 1)
    yield Step(thread, REPORTED, -1, 10 * 60, "officer", "answer", None, answered, alias="oversight")
    thread = _checklist(files, RECALLED)
    yield _notice(thread, RECALLED, -10, days, "核对清单更新情况", -7)
    reason = {"reason": f"与另一督办单重复{NOTE}"}
    yield Step(thread, RECALLED, -10, 16 * 60, SUPERVISOR, "recall", None, reason, alias="oversight")


def _checklist(files: DemoFiles, site: int) -> str:
    return f"{files.projects[site].name}/checklist"


def _urge(thread: str, site: int, day: int, minute: int) -> Step:
    why = {"reason": f"盼尽快办理，以便安排后续工作{NOTE}"}
    return Step(thread, site, day, minute, "applicant", begins="urge", inputs=why, under=True, alias="urge")


def _notice(thread: str, site: int, day: int, days: Days, what: str, answer_by: int) -> Step:
    inputs: dict[str, Any] = {
        "department": "QX",
        "rule": "R99",
        "content": f"{what}{NOTE}",
        "answer_by": days.day(answer_by).isoformat(),
    }
    return Step(
        thread, site, day, 14 * 60, SUPERVISOR, begins="oversight", inputs=inputs, under=True, alias="oversight"
    )
