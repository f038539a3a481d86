"""The due-date calculator: any start, any limit, any pauses, with the proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from workflow.clock.calendar import Calendar
from workflow.clock.days import local_day
from workflow.clock.deadline import Deadline, deadline
from workflow.clock.limit import LARGEST_AMOUNT, Limit, Unit
from workflow.clock.pauses import Pause
from workflow.clock.proof import Proof, proof
from workflow.errors import BadInput, Reason

# A proof is a line a day: more than about thirty years is nobody's question.
MOST_PROOF_DAYS = 11_000
MOST_AMOUNT = {
    Unit.WORKING_DAY: 7_000,
    Unit.WORKING_HOUR: 40_000,
    Unit.CALENDAR_DAY: 10_000,
    Unit.MONTH: 360,
    Unit.YEAR: 30,
}


@dataclass(frozen=True, slots=True)
class DueDate:
    """When it ends, and how that came about; ``proof`` None where it was not asked for."""

    deadline: Deadline
    proof: Proof | None


def due_date(
    calendar: Calendar,
    start: datetime,
    limit: Limit,
    pauses: Sequence[Pause] = (),
    extension: int = 0,
    today: date | None = None,
    with_proof: bool = False,
) -> DueDate:
    """Compute the end of a clock that nobody has started. Raises BadInput where the engine cannot answer."""
    most = MOST_AMOUNT.get(limit.unit, LARGEST_AMOUNT)
    if limit.amount + extension > most:
        en = f"at most {most}{limit.unit} here, extension included"
        raise _bad("limit", str(limit), f"连同延长最多 {most}{limit.unit}", en)
    try:
        due = deadline(start, limit, calendar, pauses, extension)
        if with_proof:
            _check_length(local_day(start), due.on or today)
        proved = proof(start, limit, calendar, pauses, extension, today) if with_proof else None
    except ValueError as error:
        raise _bad("limit", str(limit), f"无法计算：{error}", str(error)) from error
    return DueDate(due, proved)


def _check_length(first: date, last: date | None) -> None:
    """A short limit becomes a long proof by a long pause."""
    if last is not None and (last - first).days > MOST_PROOF_DAYS:
        zh = f"从 {first} 到 {last} 超过 {MOST_PROOF_DAYS} 日，不逐日证明；可不要证明，只要日期"
        en = f"{first} to {last} is more than the {MOST_PROOF_DAYS} days that are proved one by one; ask without it"
        raise _bad("proof", True, zh, en)


def _bad(field: str, value: str | bool, zh: str, en: str) -> BadInput:
    reason = Reason("bad_field", f"{field}：{zh}", f"{field}: {en}", {"field": field, "value": value})
    return BadInput("bad_input", reason.zh, reason.en, reasons=[reason])
