"""What another calendar would move: every case and clock, old and new date, and who would be late. Nothing is written.

The same derivation that later writes (`workflow.recast`) is run on the cases that depend on the days that differ.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from heapq import nsmallest
from time import monotonic
from typing import Any, Literal

from workflow.amending.calendars import calendar_before
from workflow.case import Case, ClockRecord
from workflow.clock.calendar import Calendar
from workflow.clock.changed_days import changed_days, first_affected_day
from workflow.clock.days import FIRST_YEAR, Day, local_day, start_of_day
from workflow.clock.words import WARNING_MINUTES, warning_edge
from workflow.definition import Title
from workflow.errors import NotAllowed
from workflow.logs import facts, logger
from workflow.recast import Move, Recast, under_calendar
from workflow.store import dependents, recasts
from workflow.store.recasts import OfFlow, OfItem
from workflow.timekeeping import Timing, nearest_due
from workflow.visibility import may_see, shows_names
from workflow.work import Work

log = logger("amendments")

Turn = Literal["overdue", "safe", "warning"]

SLICE = 500
PATIENCE_SECONDS = 25.0
"""A page is not waited for longer; a transaction of the web role ends after 30 seconds."""


@dataclass(frozen=True, slots=True)
class CaseMoves:
    """One case of which a date or a mark moves; ``company`` is a name, ``turns`` what becomes of its light."""

    no: str
    title: str
    department: str
    item: str | None
    company: str
    flow: str
    flow_version: int
    state: str
    state_title: Title
    moves: tuple[Move, ...]
    turns: Turn | None

    @property
    def nearest(self) -> datetime | None:
        """The first instant that is an end before or after; None where all its clocks stand still."""
        return min((at for move in self.moves for at in (move.old_at, move.new_at) if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class Preview:
    """What moves between two calendars, or by a changed limit or flow version.

    ``cases`` and ``clocks`` count what moves or changes its mark, ``earlier`` and ``later`` clocks, ``firm`` marks of
    provisional dates that go, ``unsure`` marks that come, ``newly_…`` cases. ``rows`` are the nearest of them.
    A case whose limit or flow version changes counts although no date of it moves; its ``moves`` are empty then.
    ``changed`` are the days that differ as (old, new), ``past_days`` how many lie before today: dates may move to
    before today. ``failed`` are cases whose dates cannot be derived: they would stay as they are, and somebody has to
    look. ``complete``: ``rows`` are all of them. ``counted`` is False where patience ended before all cases
    were looked at: the figures then are at least that.
    """

    old_version: str
    new_version: str
    cases: int
    clocks: int
    earlier: int
    later: int
    firm: int
    unsure: int
    newly_overdue: int
    newly_safe: int
    newly_warning: int
    rows: tuple[CaseMoves, ...]
    changed: tuple[tuple[Day, Day], ...]
    past_days: int
    complete: bool
    counted: bool = True
    failed: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """What a signer gives back to say that this preview was seen."""
        return f"{self.old_version}..{self.new_version}"

    def figures(self) -> dict[str, Any]:
        """The figures as they are kept with an amendment."""
        names = ("cases", "clocks", "earlier", "later", "firm", "unsure", *_TURNS.values(), "past_days", "counted")
        versions = {"old_version": self.old_version, "new_version": self.new_version}
        counted = {"changed_days": len(self.changed), "failed": len(self.failed)}
        return versions | {name: getattr(self, name) for name in names} | counted


_TURNS: dict[Turn, str] = {"overdue": "newly_overdue", "safe": "newly_safe", "warning": "newly_warning"}


@dataclass(slots=True)
class _Tally:
    """The figures so far."""

    cases: int = 0
    clocks: int = 0
    earlier: int = 0
    later: int = 0
    firm: int = 0
    unsure: int = 0
    turns: dict[Turn, int] = field(default_factory=lambda: dict.fromkeys(_TURNS, 0))

    def add(self, case: CaseMoves) -> None:
        self.cases += 1
        for move in case.moves:
            self.clocks += 1
            if move.old_at is not None and move.new_at is not None:
                self.earlier += move.new_at < move.old_at
                self.later += move.new_at > move.old_at
            self.firm += move.old_provisional and not move.new_provisional
            self.unsure += move.new_provisional and not move.old_provisional
        if case.turns is not None:
            self.turns[case.turns] += 1


def calendar_preview(work: Work, new: Calendar, most: int = 200, patience: float = PATIENCE_SECONDS) -> Preview:
    """Everything that would move if ``new`` held from now on, as far as the actor may see; the first ``most`` cases.

    Reads the cases with clocks that reach into the days that differ, in slices, and keeps no more than a slice.
    ``patience`` is in seconds of real time. Raises NotAllowed for applicants.
    """
    _require_office(work)
    changed = changed_days(work.calendar, new)
    versions = (work.calendar.version, new.version)
    failed: list[str] = []
    return counted_preview(work, _slices(work, new, failed), versions, changed, most, patience, failed)


def cases_preview(
    work: Work,
    which: OfItem | OfFlow,
    derive: Callable[[Case], Recast | None],
    versions: tuple[str, str],
    most: int = 200,
    patience: float = PATIENCE_SECONDS,
) -> Preview:
    """What ``derive`` would make of the cases in ``which``, as far as the actor may see them; the first ``most``.

    ``versions`` are the marks of what is replaced and what comes. Raises NotAllowed for applicants.
    """
    _require_office(work)
    failed: list[str] = []
    return counted_preview(work, _cases_slices(work, which, derive, failed), versions, (), most, patience, failed)


def _require_office(work: Work) -> None:
    if not shows_names(work.actor):
        raise NotAllowed(
            "role_required", "只有工作人员可以预览日期变动", "Only people of the office may preview moved dates"
        )


def counted_preview(
    work: Work,
    slices: Iterator[list[CaseMoves]],
    versions: tuple[str, str],
    changed: tuple[tuple[Day, Day], ...],
    most: int,
    patience: float,
    failed: Sequence[str] = (),
) -> Preview:
    """The figures of all ``slices`` and the nearest ``most`` cases of them, for as long as ``patience`` lasts.

    ``failed`` is read last: whoever makes the slices adds to it.
    """
    until = monotonic() + patience
    tally, rows, counted = _Tally(), list[CaseMoves](), True
    for found in slices:
        if monotonic() > until:
            counted = False
            break
        for one in found:
            tally.add(one)
        rows = nsmallest(most, [*rows, *found], key=_nearness)
    today = local_day(work.now)
    return Preview(
        old_version=versions[0],
        new_version=versions[1],
        cases=tally.cases,
        clocks=tally.clocks,
        earlier=tally.earlier,
        later=tally.later,
        firm=tally.firm,
        unsure=tally.unsure,
        newly_overdue=tally.turns["overdue"],
        newly_safe=tally.turns["safe"],
        newly_warning=tally.turns["warning"],
        rows=_named(work, rows),
        changed=changed,
        past_days=sum(day.date < today for day, _ in changed),
        complete=counted and len(rows) == tally.cases,
        counted=counted,
        failed=tuple(failed),
    )


def _cases_slices(
    work: Work, which: OfItem | OfFlow, derive: Callable[[Case], Recast | None], failed: list[str]
) -> Iterator[list[CaseMoves]]:
    lights, after = Lights.at(work, work.calendar), 0
    while ids := recasts.ids_of(work.conn, which, after, SLICE):
        after = ids[-1]
        cases = recasts.read(work.conn, ids, None, whole=True).cases
        moved = (_case_moves(work, case, derive, lights, failed) for case in cases if may_see(work.actor, case))
        yield [one for one in moved if one is not None]


def _slices(work: Work, new: Calendar, failed: list[str]) -> Iterator[list[CaseMoves]]:
    """What moves, slice by slice: every case once, with whatever calendars its clocks were made."""
    seen: set[int] = set()
    lights = Lights.at(work, new)
    for version in recasts.calendar_versions(work.conn):
        if version == new.version:
            continue
        since = _reach(work, version, new)
        if since is None:
            continue
        ids = sorted(set(dependents.case_ids(work.conn, version, since)) - seen)
        seen.update(ids)
        derive = partial(_under_calendar, work, new)
        for start in range(0, len(ids), SLICE):
            cases = recasts.read(work.conn, ids[start : start + SLICE], None).cases
            moved = (_case_moves(work, case, derive, lights, failed) for case in cases if may_see(work.actor, case))
            yield [one for one in moved if one is not None]


def _reach(work: Work, version: str, new: Calendar) -> datetime | None:
    """From when dates made with the calendar of that version may move; as the pass that settles has it."""
    try:
        made_with = work.office.calendars.get(work.conn, version)
    except KeyError:
        return start_of_day(date(FIRST_YEAR, 1, 1))
    day = first_affected_day(made_with, new)
    return None if day is None else start_of_day(day)


def _under_calendar(work: Work, new: Calendar, case: Case) -> Recast | None:
    flow = work.office.flow(case.flow, case.flow_version)
    return under_calendar(flow, case, calendar_before(work.office, work.conn, case, new), Timing(new, work.now), {})


def _case_moves(
    work: Work, case: Case, derive: Callable[[Case], Recast | None], lights: "Lights", failed: list[str]
) -> CaseMoves | None:
    try:
        found = derive(case)
    except Exception:
        # It would not be moved either: the settling pass names it again.
        log.exception("the dates of a case cannot be derived anew", extra=facts(case=case.no))
        failed.append(case.no)
        return None
    if found is None or not (found.moved or found.always_said):
        return None
    return moves_of(work, case, found.change.after, found.moved, lights)


def moves_of(work: Work, case: Case, after: Case, moved: tuple[Move, ...], lights: "Lights") -> CaseMoves:
    """The line of a preview for ``case``, which would become ``after``."""
    return CaseMoves(
        no=case.no,
        title=case.title,
        department=case.department,
        item=case.item,
        company=case.company,
        flow=case.flow,
        flow_version=after.flow_version,
        state=case.state,
        state_title=work.office.flow(case.flow, case.flow_version).states[case.state].title,
        moves=moved,
        turns=lights.turn(case, after),
    )


@dataclass(frozen=True, slots=True)
class Lights:
    """Where late and nearly late begin: the same edges as in the lists, under the calendars before and after."""

    now: datetime
    old_edge: datetime
    new_edge: datetime

    @classmethod
    def at(cls, work: Work, new: Calendar) -> "Lights":
        """The edges as of now."""
        today = local_day(work.now)
        return cls(work.now, warning_edge(work.calendar, today), warning_edge(new, today))

    def turn(self, before: Case, after: Case) -> Turn | None:
        """What becomes of the light of a case; None where it keeps it, or only turns green or paused."""
        was, becomes = self._light(before, self.old_edge), self._light(after, self.new_edge)
        if was == becomes:
            return None
        if becomes == "overdue":
            return "overdue"
        if was == "overdue":
            return "safe"
        return "warning" if becomes == "warning" else None

    def _light(self, case: Case, edge: datetime) -> str | None:
        clocks = case.running_clocks
        due_at = nearest_due(clocks)
        if due_at is None:
            return None
        if due_at <= self.now:
            return "overdue"
        if case.open_pauses:
            return None
        return "warning" if due_at <= (edge if _by_day(clocks) else self._soon) else None

    @property
    def _soon(self) -> datetime:
        return self.now + timedelta(minutes=WARNING_MINUTES)


def _by_day(clocks: tuple[ClockRecord, ...]) -> bool:
    return any(clock.limit.unit.counts_days for clock in clocks)


def _nearness(case: CaseMoves) -> tuple[bool, datetime | None, str]:
    nearest = case.nearest
    return (nearest is None, nearest, case.no)


def _named(work: Work, rows: list[CaseMoves]) -> tuple[CaseMoves, ...]:
    names = dependents.company_names(work.conn, sorted({row.company for row in rows}))
    return tuple(replace(row, company=names.get(row.company, row.company)) for row in rows)
