"""The status events of a case (办理详细信息): which codes BLZT its history becomes, and when each of them was.

The rules of fact book 3.3 and 3.4(7): 8 is written together with 3; 9 and 10 come in pairs, and an open 9 is closed
when the case ends; every other code comes once; 13 without a 3 goes out as 5. BLSJ is strictly increasing: what is of
the same second as the one before, or dated before it (an acceptance by silence takes effect at the receipt), goes out
a second later.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from workflow.catalogue import ExchangeRules
from workflow.clock.days import OFFICE_ZONE, local_day, office_time
from workflow.definition import Flow
from workflow.exchange.facts import LogLine, PauseFact

RECEIVED, WITHDRAWN, ACCEPTED, NOT_NEEDED, NOT_OURS = 1, 2, 3, 4, 5
CORRECTION, CORRECTED, IN_HAND = 6, 7, 8
SPECIAL, SPECIAL_OVER = 9, 10
GRANTED, GRANTED_WITH_GAPS, REFUSED, RECALLED, REVOKED = 11, 12, 13, 14, 15

ENDS = frozenset({WITHDRAWN, NOT_NEEDED, NOT_OURS, GRANTED, GRANTED_WITH_GAPS, REFUSED})
"""What a case ends with; 14 and 15 take back what was granted."""
PASSED = frozenset({GRANTED, GRANTED_WITH_GAPS})
DECIDED = PASSED | {REFUSED}


@dataclass(frozen=True, slots=True)
class Step:
    """One status event: its code, when it took effect (``at``), as of when it goes out, and the line that says so."""

    code: int
    at: datetime
    sent_at: datetime
    line: LogLine


@dataclass(frozen=True, slots=True)
class Steps:
    """The status events of a case in order; empty where it was never received. ``left_out`` are the lines whose code
    had gone out before (a second round of corrections)."""

    steps: tuple[Step, ...] = ()
    left_out: tuple[tuple[int, LogLine], ...] = ()

    def first(self, *codes: int) -> Step | None:
        """The first event with one of these codes."""
        return next((one for one in self.steps if one.code in codes), None)

    @property
    def specials(self) -> tuple[Step, ...]:
        return tuple(one for one in self.steps if one.code == SPECIAL)

    @property
    def filed_on(self) -> date:
        """The legal day of the filing; only of a case that was received."""
        return local_day(self.steps[0].at)


@dataclass(slots=True)
class _Writing:
    """What has been written so far. ``open_special``: a 9 without its 10."""

    steps: list[tuple[int, LogLine]] = field(default_factory=list)
    left_out: list[tuple[int, LogLine]] = field(default_factory=list)
    open_special: bool = False
    correcting: bool = False

    def has(self, code: int) -> bool:
        return any(one == code for one, _ in self.steps)

    def add(self, code: int, line: LogLine) -> None:
        if code not in (SPECIAL, SPECIAL_OVER) and self.has(code):
            self.left_out.append((code, line))
            return
        self.steps.append((code, line))

    def close_special(self, line: LogLine) -> None:
        if self.open_special:
            self.add(SPECIAL_OVER, line)
            self.open_special = False


def steps_of(flow: Flow, rules: ExchangeRules, lines: tuple[LogLine, ...], pauses: tuple[PauseFact, ...]) -> Steps:
    """The status events that the history ``lines`` becomes."""
    writing = _Writing()
    for line in lines:
        code = _code(flow, rules, line)
        if code is not None:
            _write(writing, code, line)
        elif line.from_state != line.to_state:
            writing.close_special(line)
    if not writing.steps or writing.steps[0][0] != RECEIVED:
        return Steps()
    moments = _moments(flow, lines)
    specials = _pauses_corrected(lines, pauses)
    return Steps(tuple(_timed(writing.steps, moments, specials, rules.step_seconds)), tuple(writing.left_out))


def _code(flow: Flow, rules: ExchangeRules, line: LogLine) -> int | None:
    """BLZT of what a line has led to; None where it has led to nothing that has a code."""
    if line.action in rules.actions:
        return rules.actions[line.action]
    if line.from_state == line.to_state and line.seq > 1:
        return None
    known = flow.states.get(line.to_state) or flow.former_states.get(line.to_state)
    return None if known is None else known.exchange


def _write(writing: _Writing, code: int, line: LogLine) -> None:
    if code != SPECIAL:
        writing.close_special(line)
    if code == RECEIVED and writing.correcting:
        writing.correcting = False
        writing.add(CORRECTED, line)
    elif code == RECEIVED:
        if not writing.has(RECEIVED):
            writing.add(RECEIVED, line)
    elif code == CORRECTION:
        writing.correcting = True
        writing.add(CORRECTION, line)
    elif code in (IN_HAND, SPECIAL):
        if not writing.has(ACCEPTED):
            writing.add(ACCEPTED, line)
            writing.add(IN_HAND, line)
        if code == SPECIAL and not writing.open_special:
            writing.add(SPECIAL, line)
            writing.open_special = True
    elif code == REFUSED and not writing.has(ACCEPTED):
        writing.add(NOT_OURS, line)
    elif code not in ENDS or not any(writing.has(one) for one in ENDS):
        writing.add(code, line)


def _moments(flow: Flow, lines: tuple[LogLine, ...]) -> Mapping[int, datetime]:
    """When each line took effect, by its number: a receipt that was corrected counts from where it was put."""
    at = {line.seq: line.effective_at for line in lines}
    marking: dict[str, int] = {}
    for line in lines:
        action = flow.actions.get(line.action)
        if action is not None and action.marks is not None:
            marking[action.marks] = line.seq
        if line.action == "receipt_corrected":
            for moment, put in line.input.get("moments", {}).items():
                if moment in marking:
                    at[marking[moment]] = datetime.fromisoformat(put)
    return at


def _pauses_corrected(lines: tuple[LogLine, ...], pauses: tuple[PauseFact, ...]) -> list[PauseFact | None]:
    """In the order of the pauses: those whose days were corrected, None for the others."""
    corrected = {line.input.get("pause") for line in lines if line.action == "pause_corrected"}
    return [pause if pause.id in corrected else None for pause in pauses]


def _timed(
    written: list[tuple[int, LogLine]],
    moments: Mapping[int, datetime],
    corrected: list[PauseFact | None],
    seconds: int,
) -> Iterator[Step]:
    last: datetime | None = None
    pause = -1
    for code, line in written:
        at = moments[line.seq]
        pause += code == SPECIAL
        if code in (SPECIAL, SPECIAL_OVER) and pause < len(corrected) and (said := corrected[pause]) is not None:
            at = _on(said.since if code == SPECIAL else said.until, at)
        sent = at.replace(microsecond=0)
        if last is not None and sent <= last:
            sent = last + timedelta(seconds=seconds)
        last = sent
        yield Step(code, at, sent, line)


def _on(day: date | None, at: datetime) -> datetime:
    """The same time of another day; the office's time."""
    if day is None or day == local_day(at):
        return at
    return office_time(day, at.astimezone(OFFICE_ZONE).time())
