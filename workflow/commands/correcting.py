"""What every correction of a recorded fact shares: who may, on which case, at which version, and how it is saved."""

from dataclasses import dataclass

from workflow.case import Case
from workflow.change import Change
from workflow.commands.add_line import busy, hold
from workflow.commands.notices import fire_late
from workflow.commands.take_action import stale
from workflow.correction import DIRECTOR, Said
from workflow.definition import Flow
from workflow.errors import BadInput, Conflict, NotAllowed, Reason
from workflow.guards import Facts
from workflow.reading import facts_of, visible_case
from workflow.recast import Recast
from workflow.store import cases
from workflow.work import Work

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Correcting:
    """A case that may be corrected by the actor, as it stands."""

    flow: Flow
    facts: Facts
    said: Said


def held(work: Work, no: str, version: int, reason: str) -> Correcting:
    """The case ``no``, kept from everybody else's writing until this unit of work ends, and ready to be corrected.

    What was due before is told first, as before every action. Raises as `looked_at`.
    """
    hold(work, visible_case(work, no).case.id)
    found = looked_at(work, no, version, reason)
    while fire_late(work, found.facts.case):
        found = looked_at(work, no, version, reason)
    return found


def looked_at(work: Work, no: str, version: int, reason: str) -> Correcting:
    """The same without holding it, for a preview.

    Raises NotFound, NotAllowed for anybody but the director of the case's department, Conflict for a stale ``version``
    or a case that has come to its end, BadInput for a reason that is none.
    """
    reading = visible_case(work, no)
    case = reading.case
    flow = work.office.flow(case.flow, case.flow_version)
    role = _role(work, case)
    if version != case.version:
        raise stale(work, reading, flow, version)
    _still_open(flow, case)
    return Correcting(flow, facts_of(work, reading), Said(_reason(reason), role))


def correctable(work: Work, no: str) -> Case:
    """The case ``no``, for whoever may correct it; raises as `looked_at` does, but for reason and version."""
    reading = visible_case(work, no)
    _role(work, reading.case)
    _still_open(work.office.flow(reading.case.flow, reading.case.flow_version), reading.case)
    return reading.case


def saved(work: Work, corrected: Recast) -> Change:
    """Write it; raises Conflict where somebody wrote first, which a held case makes impossible but for the clock."""
    if not cases.write(work.conn, corrected.change):
        raise busy(corrected.change.before.no)
    return corrected.change


def _reason(text: str) -> str:
    said = text.strip()
    if 0 < len(said) <= LONGEST_REASON:
        return said
    reason = Reason(
        "bad_field",
        f"reason：请用 1 至 {LONGEST_REASON} 字说明理由",
        f"reason: 1 to {LONGEST_REASON} characters are needed",
        {"field": "reason", "value": said[:80], "accepted": LONGEST_REASON},
    )
    raise BadInput("bad_input", reason.zh, reason.en, reasons=[reason])


def _role(work: Work, case: Case) -> str:
    role = work.actor.role_on(case, DIRECTOR)
    if role is None:
        raise NotAllowed(
            "role_required",
            "更正收件或暂停须由本部门负责人办理",
            "A correction is for the director of the case's department",
            extra={"roles": sorted(DIRECTOR)},
        )
    return role


def _still_open(flow: Flow, case: Case) -> None:
    if case.ended_at is None and not flow.states[case.state].final:
        return
    title = flow.states[case.state].title
    raise Conflict(
        "case_ended",
        f"{case.no} 已办结（“{title.zh}”），不再更正",
        f"{case.no} has come to its end ({title.en}): nothing of it is corrected any more",
        extra={"no": case.no, "state": case.state},
    )
