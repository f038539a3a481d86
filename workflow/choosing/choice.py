"""Which items a project needs, why, in which order, and what is still to be asked.

A trait is affirmed, denied or undecided; an item's rule (``applies_if`` or ``applies``, then ``waived_if``) is read
with all three. An item whose rule hangs on something undecided is "open" and named with its questions, never left out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from workflow.catalogue import Catalogue, Item, Prerequisite
from workflow.choosing.answers import Hint, Told
from workflow.choosing.sheets import Sheets, sheets_saved
from workflow.definition import Title
from workflow.planning.network import in_order, network
from workflow.planning.question import Question, bad_question, fault
from workflow.prerequisites_view import applies

Status = Literal["needed", "waived", "optional", "open", "not_needed"]

PARALLEL = 5
"""The stage of what runs beside the stages (并行推进)."""

LAST_STAGE = 4
"""竣工验收: what the works must have been done for."""

NEVER_SIMULATED = frozenset({1, LAST_STAGE})
"""Stages whose items are never reviewed by simulation: the land itself, and what stands already."""


@dataclass(frozen=True, slots=True)
class ItemChoice:
    """One item. ``stage`` is 5 for what runs in parallel. ``reason`` says why it has its ``status``.

    ``chosen``: it is needed, or optional and asked for. Of a chosen item: ``wave`` counts from 1, items of one wave
    wait for none of each other, and those of stage 4 come after all others, as the works lie between; ``after`` are the
    chosen items whose decision it waits for, ``beside`` those it may run beside, ``instead`` the papers that must stand
    in where no chosen item does. ``may_simulate``: it may be reviewed without legal effect before land is obtained
    (模拟审批).
    """

    item: Item
    status: Status
    stage: int
    reason: Title
    chosen: bool = False
    variant: str | None = None
    wave: int | None = None
    after: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    may_simulate: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """``items`` are all of the catalogue by stage and code. ``waves`` are the chosen ones in the order of their waves.

    ``questions`` are those whose answer could still change an item, in the order in which they are asked.
    """

    told: Told
    items: tuple[ItemChoice, ...]
    waves: tuple[tuple[str, ...], ...]
    questions: tuple[str, ...]
    sheets: Sheets
    hints: tuple[Hint, ...]

    @property
    def chosen(self) -> tuple[str, ...]:
        """The codes of the items to apply for, by stage and code."""
        return tuple(one.item.code for one in self.items if one.chosen)

    def item(self, code: str) -> ItemChoice:
        """That item; KeyError where the catalogue has none."""
        return {one.item.code: one for one in self.items}[code]


def choose(catalogue: Catalogue, told: Told, day: date, also: Collection[str] = ()) -> Choice:
    """The items in force on ``day`` for a project that is known as ``told``; ``also`` are optional ones asked for.

    :raises BadInput: for an item in ``also`` that is not optional here, naming those that are.
    """
    items = [item for code, item in catalogue.items.items() if catalogue.in_force(code, day)]
    statuses = {item.code: status_of(item, told) for item in items}
    _check_wishes(statuses, also)
    wanted = [code for code, status in statuses.items() if status == "needed" or (code in also and status != "waived")]
    after = _order(catalogue, told, wanted, day)
    waves = _waves(catalogue, after)
    choices = [_choice(catalogue, told, item, statuses[item.code], after, waves) for item in items]
    # Stages first; within one the order of the catalogue.
    choices.sort(key=lambda one: one.stage)
    height = max(waves.values(), default=0)
    return Choice(
        told=told,
        items=tuple(choices),
        waves=tuple(tuple(code for code in wanted if waves[code] == wave) for wave in range(1, height + 1)),
        questions=_still_to_ask(catalogue, told, items, wanted),
        sheets=sheets_saved(catalogue, wanted),
        hints=told.hints,
    )


def status_of(item: Item, told: Told) -> Status:
    """Whether a project known as ``told`` needs the item."""
    needed = _needed(item, told)
    if needed is None:
        return "open"
    if needed:
        return "waived" if item.waived_if is not None and told.value(item.waived_if) else "needed"
    excluded = any(told.value(trait) for trait in item.rule.none_of)
    return "optional" if item.rule.optional and not excluded else "not_needed"


def stage_of(item: Item) -> int:
    """The stage it is reported under: its own, or 5 (并行推进)."""
    return PARALLEL if item.parallel else item.stage


def _needed(item: Item, told: Told) -> bool | None:
    asks = [told.value(trait) for trait in item.rule.any_of]
    bars = [told.value(trait) for trait in item.rule.none_of]
    if True in bars or (asks and all(value is False for value in asks)):
        return False
    if None in bars or (asks and True not in asks):
        return None
    return True


def _check_wishes(statuses: Mapping[str, Status], also: Collection[str]) -> None:
    offered = [code for code, status in statuses.items() if status == "optional"]
    words = "不是本项目可选的事项", "is no item this project may choose"
    faults = [
        fault("also", code, Title(f"“{code}”{words[0]}", f"“{code}” {words[1]}"), offered)
        for code in dict.fromkeys(also)
        if statuses.get(code) not in ("optional", "needed")
    ]
    if faults:
        raise bad_question(faults)


def _order(catalogue: Catalogue, told: Told, wanted: Sequence[str], day: date) -> dict[str, tuple[str, ...]]:
    """By chosen item what it waits for, in the order of planning; raises Conflict for a circle."""
    if not wanted:
        return {}
    nodes = network(catalogue, Question(items=tuple(wanted), start=day, traits=told.held, variants=told.variants))
    waits = {
        code: (*node.filing_after, *(one for met_by in node.decision_after for one in met_by))
        for code, node in nodes.items()
    }
    return {code: tuple(dict.fromkeys(waits[code])) for code in in_order(nodes)}


def _waves(catalogue: Catalogue, after: Mapping[str, Sequence[str]]) -> dict[str, int]:
    waves: dict[str, int] = {}
    works_done = {code for code in after if catalogue.items[code].stage == LAST_STAGE}
    for code, before in after.items():
        if code not in works_done:
            waves[code] = 1 + max((waves[one] for one in before), default=0)
    height = max(waves.values(), default=0)
    for code, before in after.items():
        if code in works_done:
            waves[code] = 1 + max((waves[one] for one in before), default=height)
            waves[code] = max(waves[code], height + 1)
    return waves


def _choice(
    catalogue: Catalogue,
    told: Told,
    item: Item,
    status: Status,
    after: Mapping[str, tuple[str, ...]],
    waves: Mapping[str, int],
) -> ItemChoice:
    plain = ItemChoice(item, status, stage_of(item), _reason(catalogue, told, item, status))
    if item.code not in waves:
        return plain
    edges = [edge for edge in item.prerequisites if applies(edge, told.held)]
    beside = [code for edge in edges if edge.kind == "may_parallel" for code in edge.any_of if code in waves]
    instead = [edge.or_document for edge in edges if edge.or_document and not set(edge.satisfied_by) & set(waves)]
    return replace(
        plain,
        chosen=True,
        variant=told.variants.get(item.code),
        wave=waves[item.code],
        after=after[item.code],
        beside=tuple(beside),
        instead=tuple(dict.fromkeys(instead)),
        may_simulate=_may_simulate(item, edges),
    )


def _may_simulate(item: Item, edges: Iterable[Prerequisite]) -> bool:
    binding = [edge for edge in edges if edge.kind == "must_precede_decision"]
    return item.stage not in NEVER_SIMULATED and bool(binding) and all(edge.simulated_ok for edge in binding)


def _reason(catalogue: Catalogue, told: Told, item: Item, status: Status) -> Title:
    rule, traits = item.rule, catalogue.traits
    if status == "waived":
        held = traits[item.waived_if or ""].title
        return Title(f"{held.zh}，不再办理", f"Not needed any more: {held.en}")
    if status == "open":
        deciding = _questions_for(catalogue, _undecided(item, told))
        asked = [catalogue.questions[code].title for code in deciding if code not in told.answers]
        return Title("取决于：" + "".join(one.zh for one in asked), "Depends on: " + " ".join(one.en for one in asked))
    if status == "not_needed":
        bars = [trait for trait in rule.none_of if told.value(trait)]
        words = [traits[trait].title for trait in (bars or rule.any_of)]
        zh, en = "、".join(one.zh for one in words), "; ".join(one.en for one in words)
        if bars:
            return Title(f"不需办理：{zh}", f"Not needed: {en}")
        return Title(f"项目不涉及：{zh}", f"The project does not have: {en}")
    if item.applies is not None:
        return rule.title
    words = [traits[trait].title for trait in rule.any_of if trait in told.held]
    return Title(
        "、".join(one.zh for one in words) or rule.title.zh, "; ".join(one.en for one in words) or rule.title.en
    )


def _undecided(item: Item, told: Told) -> list[str]:
    """The traits nobody has told that decide about the item, and about what it waits for."""
    needed = _needed(item, told)
    if needed is False:
        return []
    named = (*item.rule.any_of, *item.rule.none_of) if needed is None else ()
    waived = (item.waived_if,) if item.waived_if else ()
    return [trait for trait in (*named, *waived) if told.value(trait) is None]


def _still_to_ask(catalogue: Catalogue, told: Told, items: Iterable[Item], wanted: Collection[str]) -> tuple[str, ...]:
    undecided = {trait for item in items for trait in _undecided(item, told)}
    undecided |= {
        trait
        for code in wanted
        for edge in catalogue.items[code].prerequisites
        for trait in (edge.applies_if, edge.waived_if)
        if trait is not None and told.value(trait) is None
    }
    by_trait = set(_questions_for(catalogue, undecided))
    forms = {
        code
        for code, question in catalogue.questions.items()
        if any(item in wanted for answer in question.answers.values() for item in answer.variants)
    }
    return tuple(code for code in catalogue.questions if code in by_trait | forms and code not in told.answers)


def _questions_for(catalogue: Catalogue, traits: Collection[str]) -> tuple[str, ...]:
    """The questions that can decide one of the traits, in the order in which they are asked."""
    return tuple(code for code, question in catalogue.questions.items() if question.traits & set(traits))
