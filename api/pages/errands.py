"""Where a case waits for the applicant, and what it is then asked to do, in words."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar

from api.wording import N_
from workflow.definition import Flow
from workflow.queries.onward import BACK, step_rank

# What the applicant is asked to do, by flow and state of the case, and the name of the button.
ERRANDS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("bundle", "draft"): (N_("草稿，还没有提交"), N_("继续填写")),
    ("item", "correcting"): (N_("请补正材料"), N_("去补正")),
    ("item", "simulation_back"): (N_("请按模拟审查意见完善材料"), N_("去完善")),
    ("item", "pre_licensed"): (N_("预许可已作出，请在期限内补齐正式许可的条件"), N_("去补齐")),
    ("item", "granted_with_gaps"): (N_("已准予，请补齐容缺材料"), N_("去补齐")),
    ("checklist", "proposed"): (N_("请确认事项清单"), N_("去确认")),
    ("checklist", "agreed"): (N_("清单已确认，请提交材料核对"), N_("去提交")),
    ("checklist", "correcting"): (N_("请补齐材料"), N_("去补齐")),
    ("coaching", "advised"): (N_("辅导已结束，请登记申报的申请"), N_("去登记")),
    ("segment", "planned"): (N_("本段还没有申请验收"), N_("去申请")),
    ("check", "rectifying"): (N_("请整改并报告完成"), N_("去报告")),
    ("supervision", "rectifying"): (N_("请限期整改并报告完成"), N_("去报告")),
    ("assistance", "suspended"): (N_("帮办已中止，等您补充"), N_("去补充")),
    ("tender", "deadline_needed"): (N_("请重新确定截止时间"), N_("去确定")),
    ("tender", "failed"): (N_("招标失败，请重新招标"), N_("去办理")),
    ("objection", "received"): (N_("请答复异议"), N_("去答复")),
    ("bid_withdrawal", "owed"): (N_("请退还投标保证金"), N_("去登记")),
}
NOTICE_ANSWERED_BY: Mapping[tuple[str, str], str] = {("item", "correcting"): "resubmit"}
"""Where the errand has a page of its own, with every point of the one-time notice: the action it stands under."""
# Its application is asked instead.
ASKED_ELSEWHERE = frozenset({("item", "simulated"), ("item", "draft")})


class Ending(Protocol):
    """A clock of a case, whole or as a line of a list tells it."""

    @property
    def name(self) -> str:
        """Its name in the flow."""

    @property
    def state(self) -> str:
        """``settled`` once it has stopped for good."""

    @property
    def due_on(self) -> date | None:
        """Its last day; None while a pause is open."""


C = TypeVar("C", bound=Ending)


def own_clock(flow: Flow, clocks: Sequence[C]) -> C | None:
    """Of these clocks the one that waits for the applicant: it reminds the applicant up to its end. Of two the sooner.

    The time to deliver a licence may run beside the applicant's time to bring what is missing: only the second is its
    business.
    """
    own = [
        one
        for one in clocks
        if one.name in flow.clocks and one.state != "settled" and one.due_on is not None and _tells_applicant(flow, one)
    ]
    return min(own, key=lambda one: one.due_on or date.max, default=None)


def _tells_applicant(flow: Flow, clock: Ending) -> bool:
    ladder = flow.clocks[clock.name].ladder
    return any("applicant" in rung.tell and rung.time.anchor in ("left", "due") for rung in ladder)


def places_of_errands(flows: Iterable[Flow]) -> set[tuple[str, str]]:
    """Where a case waits for the applicant; not where it is the applicant's turn but time alone leads on."""
    own = {
        (flow.name, state.name)
        for flow in flows
        for state in flow.states.values()
        if state.turn == "applicant" and not state.ended and _goes_on(flow, state.name)
    }
    return (own | set(ERRANDS)) - ASKED_ELSEWHERE


def _goes_on(flow: Flow, state: str) -> bool:
    """Whether something the applicant may do there moves the case, other than giving it up."""
    return any(
        "applicant" in action.by and step_rank(flow, state, action) <= BACK for action in flow.actions_from(state)
    )
