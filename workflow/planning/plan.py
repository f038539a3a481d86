"""Target date backwards (倒排工期) and forwards: when each item is to be filed, and which one decides the date. Pure.

How a plan reads the law, and the rules of this service:

- An item is decided on the last day of its chosen limit, computed on the calendar day by day by `deadline`; limits are
  never added up. An office decides on working days.
- ``must_precede_decision`` binds the decision only: both are filed at once, and the later item is decided when its own
  limit has run and its prerequisite is granted, the same day at the earliest.
- A required paper that another item issues must be there at filing: such an item is filed on the working day after
  that decision. Where a paper is held already, nothing is waited for.
- ``must_precede_event`` binds the event alone, and is asked for by naming the event; a result that lives until the
  event (``lifetime.until``) must be there before it, too. ``may_parallel`` binds nothing.
- A limit from acceptance runs from the day of filing plus ``intake`` working days: 0 where it is accepted on the spot,
  at most the time for the completeness check (行政许可法 32(4); silence makes it the day of filing again).
- A latest filing day is a working day: its successor would be too late. Slack counts working days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from workflow.catalogue import Catalogue, ItemLimit
from workflow.clock.calendar import Calendar
from workflow.definition import Title
from workflow.planning.limits import decided_on, latest_filing, working
from workflow.planning.network import Missing, Node, in_order, network, waived
from workflow.planning.question import Dated, Question, Running, bad_question, check, fault


@dataclass(frozen=True, slots=True)
class Step:
    """One item of a plan.

    ``filing`` and ``decision`` are the earliest days, ``limit_ends`` the end of its own limit alone; ``waits_for`` is
    the item whose decision comes later than that. ``latest_filing`` (None for a case already filed) and
    ``latest_decision`` keep the wanted day; both and ``slack`` (working days, negative: too late) are None where
    nothing binds the item. ``after`` holds the prerequisites in the plan that it counts on.
    """

    item: str
    limit: ItemLimit | None
    running: Running | None
    filing: Dated
    limit_ends: Dated
    decision: Dated
    waits_for: str | None
    latest_filing: Dated | None
    latest_decision: Dated | None
    slack: int | None
    critical: bool
    after: tuple[str, ...]
    missing: tuple[Missing, ...]
    before_events: tuple[str, ...]

    @property
    def overdue(self) -> bool:
        """Whether its live clock has ended without a decision; it is planned for the first day it can be decided."""
        return self.running is not None and self.limit_ends.day < self.decision.day and self.waits_for is None


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: ``steps`` by latest filing; ``ends`` is the day by which the limits bring the last decision that counts.

    ``critical_path`` leads from the item that decides the date to the last one. ``short_by`` is by how many working
    days the wanted day is missed, 0 where it can be met. ``granted`` and ``waived`` need nothing any more.
    """

    question: Question
    steps: tuple[Step, ...]
    ends: Dated | None
    critical_path: tuple[str, ...]
    short_by: int
    granted: tuple[str, ...]
    waived: tuple[str, ...]
    calendar_version: str

    @property
    def decides(self) -> str | None:
        """The item that decides the date."""
        return self.critical_path[0] if self.critical_path else None

    def step(self, item: str) -> Step:
        """The step of that item; KeyError where it is not planned."""
        return {one.item: one for one in self.steps}[item]


@dataclass(frozen=True, slots=True)
class _Early:
    filing: Dated
    limit_ends: Dated
    decision: Dated
    waits_for: str | None
    counts_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Late:
    filing: Dated | None
    decision: Dated
    pressed_by: str | None


def plan(catalogue: Catalogue, calendar: Calendar, question: Question, checked: bool = True) -> Plan:
    """The plan. Raises BadInput for an unknown word or a day outside the calendar, Conflict for a circle.

    ``checked`` False: the question is the service's own, about cases that were filed under an earlier catalogue.
    """
    if checked:
        check(catalogue, question)
    nodes = network(catalogue, question)
    order = in_order(nodes)
    if order and not any(node.bound for node in nodes.values()):
        words = Title("所选事项都不必在该节点之前办结", "none of the chosen items must be decided before it")
        raise bad_question([fault("event", question.event, words)])
    try:
        early = _forwards(order, nodes, calendar, question)
        ends = _latest(early[code].decision for code in order if nodes[code].bound)
        late = _Backwards(nodes, early, calendar, question.intake).days(order, _target(calendar, question, ends))
    except ValueError as error:
        name, day = ("until", question.until) if question.until else ("from", question.start)
        raise bad_question([fault(name, day.isoformat(), Title(f"无法计算：{error}", str(error)))]) from error
    slacks = {code: _slack(nodes[code], early[code], late[code], calendar) for code in late}
    path = _critical_path(order, slacks, late)
    steps = [_step(code, nodes[code], early[code], late.get(code), slacks.get(code), code in path) for code in order]
    steps.sort(key=lambda step: step.latest_filing.day if step.latest_filing else step.filing.day)
    return Plan(
        question=question,
        steps=tuple(steps),
        ends=ends,
        critical_path=path,
        short_by=max([0, *(-slack for slack in slacks.values())]),
        granted=tuple(code for code in question.items if code in question.granted),
        waived=tuple(code for code in question.items if waived(catalogue.items[code], question)),
        calendar_version=calendar.version,
    )


def _forwards(
    order: Sequence[str], nodes: Mapping[str, Node], calendar: Calendar, question: Question
) -> dict[str, _Early]:
    early: dict[str, _Early] = {}
    for code in order:
        node = nodes[code]
        filing, own, decision = _alone(node, early, calendar, question)
        waits_for = None
        # Any of them will do, so the one that is decided first is counted on.
        counts_on = [min(met_by, key=lambda one: early[one].decision.day) for met_by in node.decision_after]
        for one in counts_on:
            if early[one].decision.day > decision.day:
                decision, waits_for = early[one].decision, one
        early[code] = _Early(filing, own, decision, waits_for, tuple(dict.fromkeys(counts_on)))
    return early


def _alone(
    node: Node, early: Mapping[str, _Early], calendar: Calendar, question: Question
) -> tuple[Dated, Dated, Dated]:
    """Filing, end of the own limit, and decision as far as no other decision is waited for."""
    today = working(question.start, calendar.is_provisional(question.start), calendar)
    if node.running is not None:
        due = node.running.due
        return Dated(node.running.filed_on), due, due if due.day >= question.start else today
    filing = Dated(question.start, calendar.is_provisional(question.start))
    for one in node.filing_after:
        after = calendar.add_working_days(early[one].decision.day, 1)
        if after > filing.day:
            filing = Dated(after, early[one].decision.provisional or calendar.is_provisional(after))
    own = decided_on(node.limit, filing.day, calendar, question.intake)
    own = replace(own, provisional=own.provisional or filing.provisional)
    return filing, own, own


class _Backwards:
    """The pass from the wanted day to the latest days of every item that something binds."""

    def __init__(self, nodes: Mapping[str, Node], early: Mapping[str, _Early], calendar: Calendar, intake: int) -> None:
        self._nodes, self._early, self._calendar, self._intake = nodes, early, calendar, intake
        self._late: dict[str, _Late] = {}

    def days(self, order: Sequence[str], target: Dated | None) -> dict[str, _Late]:
        """By item; empty where there is nothing to keep."""
        if target is not None:
            self._late = {code: _Late(None, target, None) for code in order if self._nodes[code].bound}
        for code in reversed(order):
            if code in self._late:
                self._settle(code)
        return self._late

    def _settle(self, code: str) -> None:
        node, wanted = self._nodes[code], self._late[code].decision
        for one in self._early[code].counts_on:
            self._press(one, code, wanted)
        if node.running is not None:
            return
        filing = latest_filing(node.limit, wanted, self._calendar, self._intake)
        self._late[code] = replace(self._late[code], filing=filing)
        for one in node.filing_after:
            before = self._calendar.add_working_days(filing.day, -1)
            self._press(one, code, Dated(before, filing.provisional or self._calendar.is_provisional(before)))

    def _press(self, one: str, by: str, day: Dated) -> None:
        # On the same day, too: the path then names everybody whose decision waits for the one that decides.
        if one not in self._late or day.day <= self._late[one].decision.day:
            self._late[one] = _Late(None, day, by)


def _target(calendar: Calendar, question: Question, ends: Dated | None) -> Dated | None:
    """The last working day for the last decision: up to the wanted day, before the day of an event."""
    if question.until is None:
        return ends
    day = question.until
    if question.event is not None or not calendar.is_working(day):
        day = calendar.add_working_days(day, -1)
    return Dated(day, calendar.is_provisional(day) or calendar.is_provisional(question.until))


def _slack(node: Node, early: _Early, late: _Late, calendar: Calendar) -> int:
    if late.filing is None:
        return calendar.working_days_between(early.decision.day, late.decision.day)
    return calendar.working_days_between(early.filing.day, late.filing.day)


def _critical_path(order: Sequence[str], slacks: Mapping[str, int], late: Mapping[str, _Late]) -> tuple[str, ...]:
    """From the item with the least slack, by whoever needs it, to the last one."""
    bound = [code for code in order if code in slacks]
    code: str | None = min(bound, key=lambda one: slacks[one], default=None)
    path: list[str] = []
    while code is not None:
        path.append(code)
        code = late[code].pressed_by
    return tuple(path)


def _step(code: str, node: Node, early: _Early, late: _Late | None, slack: int | None, critical: bool) -> Step:
    return Step(
        item=code,
        limit=node.limit,
        running=node.running,
        filing=early.filing,
        limit_ends=early.limit_ends,
        decision=early.decision,
        waits_for=early.waits_for,
        latest_filing=late.filing if late else None,
        latest_decision=late.decision if late else None,
        slack=slack,
        critical=critical,
        after=tuple(dict.fromkeys((*node.filing_after, *early.counts_on))),
        missing=node.missing,
        before_events=tuple(edge.event for edge in node.item.prerequisites if edge.event is not None),
    )


def _latest(days: Iterable[Dated]) -> Dated | None:
    return max(days, key=lambda one: one.day, default=None)
