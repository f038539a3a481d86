"""A case as plain data, the way rules read it: the row, its clocks and its pauses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from workflow.clock.limit import Limit
from workflow.clock.pauses import Pause

ISO_DAY = len("2026-11-26")

ClockState = Literal["armed", "spent", "paused", "settled", "quarantined"]


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """One clock of a case: the inputs (start, limit, extension) and the dates derived from them.

    ``rung`` is the index of the next rung in ``ladder_at``; ``epoch`` grows when a fired rung is armed again.
    ``due_on`` is None while a pause is open. ``armed_seq`` and ``settled_seq`` are the lines of history that started
    and stopped it; ``settled_at`` is the legal time of the latter.
    """

    id: int | None
    name: str
    round: int
    started_at: datetime
    limit: Limit
    extension: int
    state: ClockState
    epoch: int
    rung: int
    ladder_at: tuple[datetime, ...]
    due_on: date | None
    due_at: datetime | None
    provisional: bool
    calendar_version: str
    settled_at: datetime | None = None
    armed_seq: int = 0
    settled_seq: int | None = None

    @property
    def running(self) -> bool:
        return self.state != "settled"

    @property
    def next_rung_at(self) -> datetime | None:
        """When the next rung falls due, or None when none is waiting."""
        if self.state != "armed" or self.rung >= len(self.ladder_at):
            return None
        return self.ladder_at[self.rung]


@dataclass(frozen=True, slots=True)
class PauseRecord:
    """One lawful stop of a case's clocks; ``until`` is None while it is open.

    ``cap_until`` is the last day its cause lets it stop anything: it never covers a day after that. ``resets``: the
    budget of the clocks it stops starts anew from its end (interruption), instead of going on.
    """

    id: int | None
    cause: str
    basis: str
    stops: tuple[str, ...]
    since: date
    until: date | None
    planned_until: date
    cap_until: date
    reason: str
    opened_at: datetime
    opened_by: int | None
    closed_at: datetime | None = None
    closed_by: int | None = None
    result: str | None = None
    resets: bool = False

    def stops_clock(self, flag: str | None) -> bool:
        return flag is not None and flag in self.stops

    @property
    def interval(self) -> Pause:
        return Pause(self.since, self.until, self.cause, self.resets)


@dataclass(frozen=True, slots=True)
class Case:
    """One running instance of a flow. ``data`` is the form, ``limits`` those in force at its opening.

    ``issued_at`` is from when the life of a granted result counts. ``internal``: no applicant sees it.
    """

    id: int
    no: str
    flow: str
    flow_version: int
    title: str
    item: str | None
    project_id: int
    parent_id: int | None
    company: str
    department: str
    squad: str
    assignee_id: int | None
    state: str
    outcome: str | None
    version: int
    rev: int
    seq: int
    chain_head: bytes
    data: Mapping[str, Any]
    limits: Mapping[str, str]
    opened_at: datetime
    received_at: datetime | None
    accepted_at: datetime | None
    decided_at: datetime | None
    entered_at: datetime
    ended_at: datetime | None
    issued_at: datetime | None = None
    internal: bool = False
    clocks: tuple[ClockRecord, ...] = ()
    pauses: tuple[PauseRecord, ...] = ()

    def clock(self, name: str) -> ClockRecord | None:
        """The latest round of the clock ``name``, running or not."""
        rounds = [clock for clock in self.clocks if clock.name == name]
        return max(rounds, key=lambda clock: clock.round, default=None)

    def kept(self, name: str) -> date | datetime | None:
        """The day or instant that the data keep under ``name``; None where they keep none (yet)."""
        text = self.data.get(name)
        if not isinstance(text, str):
            return None
        return date.fromisoformat(text) if len(text) == ISO_DAY else datetime.fromisoformat(text)

    @property
    def running_clocks(self) -> tuple[ClockRecord, ...]:
        return tuple(clock for clock in self.clocks if clock.running)

    @property
    def open_pauses(self) -> tuple[PauseRecord, ...]:
        return tuple(pause for pause in self.pauses if pause.until is None)
