"""Who has a case and what comes next, in a sentence: for the applicant's pages and for the public query alike."""

from collections.abc import Mapping

from api.access import office
from api.pages.names import role_name
from api.wording import N_, _, lang
from workflow.clock.words import limit_words
from workflow.definition import State

# Whoever holds these holds them for a project, a squad or the district, in no department.
PLACELESS = ("specialist", "squad_leader", "district_leader")

NEXT: Mapping[tuple[str, str], str] = {
    ("item", "received"): N_("作出受理决定，或者一次性告知要补正的全部内容"),
    ("item", "correcting"): N_("申请人补齐材料，之后重新核验"),
    ("item", "in_review"): N_("作出决定"),
    ("item", "special"): N_("特别程序结束后恢复计时，作出决定"),
    ("item", "granted"): N_("送达证件"),
    ("item", "granted_with_gaps"): N_("申请人补齐容缺材料"),
    ("item", "renewing"): N_("作出是否延续的决定"),
    ("bundle", "received"): N_("各事项核验材料，全部通过后进入并联审批"),
    ("bundle", "in_review"): N_("各部门分别作出决定，全部办结后本申请自动办结"),
    ("assistance", "requested"): N_("专员回应"),
    ("assistance", "responded"): N_("专员解决问题"),
    ("assistance", "solving"): N_("专员解决问题"),
    ("assistance", "solved"): N_("申请人确认是否解决，并可以评价"),
}
"""What follows a state, by flow; of the others it is told who has the case."""


def next_step(flow: str, state: State) -> str:
    """What comes next, without a full stop; empty where the file says no more than whose turn it is."""
    words = NEXT.get((flow, state.name))
    return _(words) if words else ""


def whose_turn(state: State, department: str) -> str:
    """Who has the case, in a few words: ``区自然资源局``, ``申请人``; empty where only time leads on."""
    if state.turn is None:
        return ""
    if state.turn == "applicant":
        return _("申请人")
    by = role_name(state.turn)
    return by if state.turn in PLACELESS or not department else department


def answer_words() -> str:
    """How soon the help desk promises to answer: the limits of the configuration, by day and by night."""
    hours = office().catalogue.help
    return _(
        "%(since)s–%(until)s %(day)s内回应，其他时间 %(night)s内回应。",
        since=f"{hours.day_from:%H:%M}",
        until=f"{hours.day_to:%H:%M}",
        day=limit_words(hours.first_response_day, lang()),
        night=limit_words(hours.first_response_night, lang()),
    )
