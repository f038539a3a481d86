"""The tenders of the 79: every one runs the whole way from the day it was begun, and stands today where that has led.

The living ones are placed by hand so that each step, each dispute and each failing stands somewhere; the closed ones
follow one another through the months before; the rest has not begun.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from workflow.demo.files import DemoFiles
from workflow.demo.scenes import Days
from workflow.demo.services.tender_disputes import (
    abandoned,
    bid_withdrawn,
    candidates_objected,
    clarified,
    complained,
    held_up,
    objected,
    objected_at_opening,
)
from workflow.demo.services.tender_way import NOTE, Course, Lot, dates_of, ordinary_way
from workflow.demo.steps import Step

DECISION = {
    "result": "rejected",
    "facts": f"经核查，投诉事项缺乏事实依据{NOTE}",
    "decision": f"驳回投诉{NOTE}",
    "basis": "招标投标法实施条例 61",
}
WITHDRAWS = {"reason": f"投诉人书面撤回{NOTE}"}
ORDER = {"suspension_ordered_on": -1, "reason": f"投诉处理期间暂停{NOTE}"}
EXPERTS = {"cause": "expert_review", "until": 6, "reason": f"委托专家复核电子投标文件{NOTE}"}

# From the documents to the deadline 20 working days at least: never fewer than the 20 days of B3.
LIVING: tuple[Course, ...] = (
    # the bids are due tomorrow at half past nine; two of them were taken back
    Course(-21, opens=1, beside=(bid_withdrawn(-6, -4), bid_withdrawn(-2))),
    # begun, and held up with no documents yet
    Course(-1),
    Course(-9, stops="tender"),
    # prequalification: announced, to be reviewed, done, and fewer than three passed
    Course(-3, prequalified=4),
    Course(-13, prequalified=5, stops="announce_prequalification"),
    Course(-15, prequalified=4, stops="record_prequalified"),
    Course(-18, prequalified=2),
    # on sale; bidding with four and nine working days left
    Course(-4, opens=18),
    Course(-18, opens=4, beside=(bid_withdrawn(-1),)),
    Course(-13, opens=9),
    # a clarification that moved the deadline
    Course(-17, opens=5, beside=(clarified(-2),)),
    # suspended by an objection; one answered, and bidding goes on; two answered too late: a new deadline is needed
    Course(-8, opens=16, beside=(objected(-1),)),
    Course(-14, opens=12, beside=(objected(-6, answered=-5),)),
    Course(-11, stops="issue_documents", beside=(held_up(-7, settled=False),)),
    Course(-14, stops="issue_documents", beside=(held_up(-10, settled=True),)),
    # opened, evaluated, published; an objection to the candidates
    Course(-23, opens=-1, stops="issue_documents", beside=(objected_at_opening(),)),
    Course(-24, opens=-2, stops="record_opening"),
    Course(-25, opens=-3, stops="record_evaluation"),
    Course(-26, opens=-4),
    Course(-26, opens=-4, beside=(candidates_objected(1),)),
    # the winner determined, notice given, contract signed: the next is due
    Course(-30, opens=-8, stops="determine_winner"),
    Course(-32, opens=-10, stops="report"),
    Course(-36, opens=-14, reports=2, refunds=None),
    # the report is late (B14), the deposits are (B15)
    Course(-43, opens=-21, reports=None),
    Course(-41, opens=-19, refunds=None),
    # fewer than three bidders, not opened; another in its second round
    Course(-25, opens=-3, bidders=2, left=True),
    Course(-36, opens=-10, bidders=1),
    # complaints: suspended by order, experts at work, just received
    Course(
        -30,
        opens=-8,
        stops="determine_winner",
        beside=(complained(-3, (-2, "accept", {}), (-1, "order_suspension", ORDER)),),
    ),
    Course(-28, opens=-4, beside=(complained(-3, (-2, "accept", {}), (-1, "examine", EXPERTS)),)),
    Course(-29, opens=-5, beside=(complained(-1),)),
    # given up while an objection and a complaint were open
    Course(-20, opens=20, beside=(objected(-8), complained(-7, (-6, "accept", {})), abandoned(-6))),
)


def _closed() -> Iterator[Course]:
    """Those that are over, one begun every working day; some with a dispute that was settled."""
    for number in range(34):
        begun = -83 + number
        plain = Course(begun, bidders=3 + number % 4, refunds=1 + number % 3)
        yield replace(plain, **DISPUTES[number](begun)) if number in DISPUTES else plain


DISPUTES: Mapping[int, Callable[[int], dict[str, Any]]] = {
    4: lambda begun: {
        "opens": begun + 22,
        "beside": (complained(begun + 20, (begun + 21, "accept", {}), (begun + 30, "decide", DECISION)),),
    },
    9: lambda begun: {
        "opens": begun + 22,
        "beside": (complained(begun + 19, (begun + 20, "not_accept", {"reason": f"不属于受理范围{NOTE}"})),),
    },
    13: lambda begun: {
        "opens": begun + 22,
        "beside": (complained(begun + 19, (begun + 20, "withdraw", WITHDRAWS)),),
    },
    17: lambda begun: {"opens": begun + 26, "beside": (objected(begun + 9, withdrawn=begun + 10),)},
    22: lambda begun: {
        "opens": begun + 26,
        "beside": (objected(begun + 9, answered=begun + 10), bid_withdrawn(begun + 12, begun + 14)),
    },
    25: lambda begun: {"decides": 8, "beside": (candidates_objected(1, answered=2),)},
}
CLOSED = tuple(_closed())


def steps(files: DemoFiles, days: Days, seed: int) -> Iterator[Step]:
    """Every step of every tender up to the day the demo is made."""
    sites = [index for index, project in enumerate(files.projects) if project.needs_tender]
    order = [*sites[0::3], *sites[1::3], *sites[2::3]]
    for site, course in zip(order, [*LIVING, *CLOSED], strict=False):
        project = files.projects[site]
        lot = Lot(site, project, days, Random(f"{seed}/{project.name}/tender"), course)
        yield from (step for step in _whole(lot) if step.day <= 0)


def _whole(lot: Lot) -> Iterator[Step]:
    dates = dates_of(lot)
    for step in ordinary_way(lot, dates):
        yield step
        if lot.course.stops == (step.does or step.begins):
            break
    for beside in lot.course.beside:
        yield from beside(lot, dates)
