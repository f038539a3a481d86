"""Items by steps: the table of an application on the office's page, with a word and a sign in every cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from api.wording import N_, _, own
from workflow.clock.words import Light
from workflow.queries.item_steps import ItemStep, item_steps
from workflow.work import Work

STEPS = (N_("收件核验"), N_("受理"), N_("审查"), N_("决定"), N_("送达"))
CHECK, ACCEPTED, REVIEW, DECISION, DELIVERY = range(5)
# Where an item stands, by the state of its flow; every other open state is not yet handed in.
AT: Mapping[str, int] = {
    "received": CHECK,
    "correcting": CHECK,
    "in_review": REVIEW,
    "returned": REVIEW,
    "on_commitment": REVIEW,
    "special": REVIEW,
    "pre_licensed": DECISION,
    "granted": DELIVERY,
    "granted_with_gaps": DELIVERY,
}
DONE, NOT_BEGUN = ("done", "t-done", N_("已完成")), ("todo", "t-todo", N_("未开始"))
LIGHTS: Mapping[Light | None, tuple[str, str, str]] = {
    Light.OVERDUE: ("bad", "t-bad", N_("超期")),
    Light.WARNING: ("warn", "t-warn", N_("预警")),
    Light.PAUSED: ("hold", "t-hold", N_("暂停计时")),
}
GOING_ON = ("now", "t-now", N_("办理中"))


@dataclass(frozen=True, slots=True)
class StepCell:
    """One cell: its shape, tone and word; without a shape a plain word."""

    shape: str
    tone: str
    words: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item; ``link`` is empty where the reader may not open it, ``here`` marks the case of this page."""

    title: str
    no: str
    link: str
    promise: str
    cells: tuple[StepCell, ...]
    here: bool


@dataclass(frozen=True, slots=True)
class ItemMatrix:
    """The table."""

    heads: tuple[str, ...]
    rows: tuple[ItemRow, ...]


def item_matrix(work: Work, no: str) -> ItemMatrix | None:
    """The table of the application that the case ``no`` is or belongs to; None where it has no items."""
    rows = item_steps(work, no)
    if not rows:
        return None
    return ItemMatrix(tuple(_(step) for step in STEPS), tuple(_row(one, no) for one in rows))


def _row(one: ItemStep, no: str) -> ItemRow:
    return ItemRow(
        title=own(one.title),
        no=one.no,
        link=url_for("pages.case", no=one.no) if one.visible and one.no != no else "",
        promise=own(one.promised.words) if one.promised else "—",
        cells=tuple(cells(one)),
        here=one.no == no,
    )


def cells(one: ItemStep) -> Sequence[StepCell]:
    """How far the item is, step by step."""
    if one.ended:
        return _ended(one)
    at = AT.get(one.state.name, -1)
    found = []
    for step in range(len(STEPS)):
        look = DONE if step < at else NOT_BEGUN
        if step == at:
            look = LIGHTS.get(one.light, GOING_ON)
            if one.state.name == "correcting":
                look = ("warn", "t-warn", N_("待补正"))
        found.append(StepCell(look[0], look[1], _(look[2])))
    return found


def _ended(one: ItemStep) -> Sequence[StepCell]:
    """An item that has ended: what was done, then how it ended, then nothing."""
    if one.outcome == "granted":
        return [StepCell(DONE[0], DONE[1], _(DONE[2])) for _step in STEPS]
    last = DECISION if one.outcome in ("refused", "revoked", "cancelled", "lapsed") else CHECK
    last = REVIEW if one.accepted_at is not None and last == CHECK else last
    done = [StepCell(DONE[0], DONE[1], _(DONE[2])) for _step in range(last)]
    rest = [StepCell("", "", "—") for _step in range(len(STEPS) - last - 1)]
    return [*done, StepCell("no", "t-hold", own(one.state.title)), *rest]
