"""The stage clock of a project, derived from its items: when each stage ends, what decides it, who has time to spare.

How it is read, and the rules of this service:

- A stage ends with the latest expected end of its open items: running cases by their live clocks, items not yet begun
  as if they were filed today, through everything that they wait for in this or an earlier stage (`planning`).
- Slack counts working days up to the end of the item's own stage. What decides the date may stand in an earlier stage.
- Between stage 3 and stage 4 lie the works, which have no limit: while nothing of stage 4 runs and no completion is
  recorded, stage 4 has no date. What runs beside the stages (并行推进) is stage 5.
- A stage is done when every item that the project needs of it is granted. A refused item is open again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from workflow.catalogue import Catalogue, Item, Stage
from workflow.choosing import Choice
from workflow.choosing.choice import LAST_STAGE, stage_of
from workflow.clock.calendar import Calendar
from workflow.clock.words import Light
from workflow.definition import Title
from workflow.planning import Dated, Plan, Question, plan

State = Literal["not_needed", "not_begun", "running", "done"]
ItemState = Literal["not_begun", "running", "granted", "refused"]

COMPLETED = "completion_acceptance"
"""The project event after which stage 4 has dates though nothing of it runs yet."""


@dataclass(frozen=True, slots=True)
class ItemCase:
    """The newest case of an item: ``light`` is that of its clocks, None once it has ended."""

    no: str
    item: str
    state_title: Title
    department: str
    open: bool
    outcome: str | None
    light: Light | None
    visible: bool


@dataclass(frozen=True, slots=True)
class StageItem:
    """One item of a stage. ``due`` is the end of its live clock, ``expected`` when it is decided at the latest.

    ``waits_for`` is the item whose decision comes later than its own limit; ``slack`` in working days, negative: too
    late. All None where there is no date; a granted item has none.
    """

    item: Item
    state: ItemState
    case: ItemCase | None
    due: Dated | None = None
    expected: Dated | None = None
    waits_for: str | None = None
    slack: int | None = None
    critical: bool = False


@dataclass(frozen=True, slots=True)
class StageClock:
    """One stage. ``due`` is derived from its items, never set; ``critical`` is the item that decides it.

    ``critical_path`` leads there from the first item. ``undecided`` are items that hang on an open question.
    ``words`` say the same in a sentence.
    """

    no: int
    title: Title
    lead: str | None
    co_leads: tuple[str, ...]
    milestone: str | None
    state: State
    light: Light
    items: tuple[StageItem, ...]
    due: Dated | None
    critical: str | None
    critical_path: tuple[str, ...]
    undecided: tuple[str, ...]
    words: Title


def stage_clocks(
    catalogue: Catalogue,
    calendar: Calendar,
    choice: Choice,
    question: Question,
    cases: Mapping[str, ItemCase],
    events: Iterable[str] = (),
) -> tuple[StageClock, ...]:
    """The four stages and 并行推进 of a project.

    ``question`` holds what the project has: its traits, papers, permits, running cases, and today as ``start``; its
    items are not looked at. ``cases`` are the newest by item, ``events`` those that have happened.
    """
    codes = dict.fromkeys((*choice.chosen, *(code for code in cases if code in catalogue.items)))
    asked = [catalogue.items[code] for code in codes]
    dated = _dated(asked, cases, set(events))
    live = [item.code for item in dated if item.code not in question.granted]
    whole = _plan(catalogue, calendar, question, live) if live else None
    return tuple(
        _clock(stage, choice, _planned(catalogue, calendar, question, _of(asked, stage.no), whole), cases, question)
        for stage in catalogue.stages.values()
    )


@dataclass(frozen=True, slots=True)
class _Planned:
    """The items of one stage, with the plan up to its end; ``plan`` is None where nothing of it has a date."""

    items: Sequence[Item]
    plan: Plan | None
    due: Dated | None


def _of(items: Iterable[Item], stage: int) -> list[Item]:
    return [item for item in items if stage_of(item) == stage]


def _dated(items: Sequence[Item], cases: Mapping[str, ItemCase], events: set[str]) -> list[Item]:
    """The items that have dates: all, but those of the last stage only once the works are done."""
    done = COMPLETED in events or any(item.stage == LAST_STAGE and item.code in cases for item in items)
    return [item for item in items if done or item.stage != LAST_STAGE]


def _plan(catalogue: Catalogue, calendar: Calendar, question: Question, items: Sequence[str]) -> Plan:
    # Nothing is refused here for what the catalogue has become since the cases were filed.
    variants = {code: form for code, form in question.variants.items() if code in items}
    return plan(catalogue, calendar, replace(question, items=tuple(items), variants=variants), checked=False)


def _planned(
    catalogue: Catalogue, calendar: Calendar, question: Question, items: Sequence[Item], whole: Plan | None
) -> _Planned:
    """The stage's end from the plan of everything, and its slacks from a plan back from that end."""
    steps = {} if whole is None else {step.item: step for step in whole.steps}
    own = [item.code for item in items if item.code in steps]
    if not own:
        return _Planned(items, None, None)
    due = max((steps[code].decision for code in own), key=lambda dated: dated.day)
    needed = dict.fromkeys(own)
    for code in (queue := list(own)):
        for one in steps[code].after:
            if one not in needed:
                needed[one] = None
                queue.append(one)
    back = _plan(catalogue, calendar, replace(question, until=due.day), [*needed])
    return _Planned(items, back, due)


def _clock(
    stage: Stage, choice: Choice, planned: _Planned, cases: Mapping[str, ItemCase], question: Question
) -> StageClock:
    items = tuple(_item(item, planned.plan, cases.get(item.code), question) for item in planned.items)
    state = _state(items)
    path = planned.plan.critical_path if planned.plan is not None else ()
    critical = path[0] if path else None
    return StageClock(
        no=stage.no,
        title=stage.title,
        lead=stage.lead,
        co_leads=stage.co_leads,
        milestone=stage.milestone,
        state=state,
        light=Light.DONE if state == "done" else _light(items),
        items=items,
        due=planned.due,
        critical=critical,
        critical_path=path,
        undecided=tuple(one.item.code for one in choice.items if one.status == "open" and one.stage == stage.no),
        words=_words(state, planned, critical),
    )


def _item(item: Item, found: Plan | None, case: ItemCase | None, question: Question) -> StageItem:
    if item.code in question.granted:
        return StageItem(item, "granted", case)
    state = _item_state(case)
    step = next((one for one in found.steps if one.item == item.code), None) if found is not None else None
    if step is None:
        return StageItem(item, state, case)
    return StageItem(
        item=item,
        state=state,
        case=case,
        due=step.running.due if step.running is not None else None,
        expected=step.decision,
        waits_for=step.waits_for,
        slack=step.slack,
        critical=step.critical,
    )


def _item_state(case: ItemCase | None) -> ItemState:
    if case is None:
        return "not_begun"
    if case.outcome == "refused":
        return "refused"
    # A case that ended with neither permit nor refusal (withdrawn, not accepted) has to be begun anew.
    return "running" if case.open else "not_begun"


def _state(items: Sequence[StageItem]) -> State:
    if not items:
        return "not_needed"
    states = {one.state for one in items}
    if states == {"granted"}:
        return "done"
    return "not_begun" if states == {"not_begun"} else "running"


_WORST = (Light.OVERDUE, Light.WARNING, Light.PAUSED)


def _light(items: Iterable[StageItem]) -> Light:
    """The worst of its running cases."""
    lights = {one.case.light for one in items if one.case is not None and one.state == "running"}
    return next((light for light in _WORST if light in lights), Light.NORMAL)


def _words(state: State, planned: _Planned, critical: str | None) -> Title:
    if state == "not_needed":
        return Title("本项目在该阶段没有事项", "The project needs no item of this stage")
    if state == "done":
        return Title("全部办结", "Everything is granted")
    if planned.due is None or planned.plan is None or critical is None:
        return Title("工程完工后起算", "Counts from the completion of the works")
    about = "≈" if planned.due.provisional else ""
    zh = f"按时限不晚于 {about}{planned.due.day.isoformat()}，由 {critical} 决定"
    return Title(zh, f"By {about}{planned.due.day.isoformat()} within the limits, decided by {critical}")
