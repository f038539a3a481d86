"""The proof of one date: every day of one clock of one case, with the rule that counted or skipped it, as of now."""

from dataclasses import dataclass

from workflow.clock.calendar import local_day
from workflow.clock.proof import Proof
from workflow.clock.proof import proof as prove
from workflow.errors import NotFound
from workflow.queries.clocks import ClockView, clock_view, stopping
from workflow.reading import visible_case
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class ClockProof:
    """The clock as it stands, and how its date came about. ``fresh``: the date kept with the case is the one proved."""

    no: str
    clock: ClockView
    proof: Proof
    fresh: bool


def clock_proof(work: Work, no: str, name: str, round_: int | None = None) -> ClockProof:
    """The proof of the clock ``name`` of the case ``no``, of its latest round where none is named; raises NotFound."""
    case = visible_case(work, no).case
    flow = work.office.flow(case.flow, case.flow_version)
    rounds = [clock for clock in case.clocks if clock.name == name and round_ in (None, clock.round)]
    clock = max(rounds, key=lambda one: one.round, default=None)
    if clock is None:
        known = sorted({one.name for one in case.clocks})
        raise NotFound(
            "no_such_clock",
            f"办件 {no} 没有时限“{name}”；已有：{'、'.join(known) or '无'}",
            f"The case {no} has no clock “{name}”; it has: {', '.join(known) or 'none'}",
            extra={"no": no, "clock": name, "accepted": known},
        )
    rule, calendar = flow.clocks[name], work.calendar
    today = local_day(clock.settled_at or work.now)
    proved = prove(clock.started_at, clock.limit, calendar, stopping(rule, case.pauses), clock.extension, today)
    view = clock_view(rule, clock, case.pauses, calendar, work.now)
    return ClockProof(no, view, proved, proved.due == clock.due_on)
