"""What is asked of a plan: items, direction, day, measure, and what the project has and holds already."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from workflow.catalogue import Catalogue
from workflow.definition import Title
from workflow.errors import BadInput, Reason

Measure = Literal["promised", "statutory"]
Standing = Literal["clock", "paused", "intake"]

MEASURES: tuple[Measure, ...] = ("promised", "statutory")
MOST_ITEMS = 60


@dataclass(frozen=True, slots=True)
class Dated:
    """A legal day; ``provisional`` where a day without a published notice helped to decide it (≈ 预计)."""

    day: date
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """A case already filed: ``due`` is the end of its live clock.

    ``standing`` "clock": as the clock says; "paused": if the open pause ends as planned; "intake": not accepted yet,
    as if it were accepted on the last day of the check.
    """

    no: str
    filed_on: date
    due: Dated
    standing: Standing = "clock"


@dataclass(frozen=True, slots=True)
class Question:
    """What to plan. Forwards without ``until``, backwards with it; nothing can be filed before ``start``.

    ``until`` is the last day for the last decision, or, with ``event``, the day of that project event. ``variants``
    maps items to their variant. ``papers`` are material codes at hand. ``intake`` is in working days.
    """

    items: tuple[str, ...]
    start: date
    until: date | None = None
    event: str | None = None
    measure: Measure = "promised"
    variants: Mapping[str, str] = field(default_factory=dict)
    traits: frozenset[str] = frozenset()
    papers: frozenset[str] = frozenset()
    granted: frozenset[str] = frozenset()
    running: Mapping[str, Running] = field(default_factory=dict)
    intake: int = 0


def check(catalogue: Catalogue, question: Question) -> None:
    """Refuse what the catalogue does not know; raises BadInput with every fault, naming what is accepted."""
    faults = [*_item_faults(catalogue, question), *_word_faults(catalogue, question)]
    if faults:
        raise bad_question(faults)


def bad_question(faults: list[Reason]) -> BadInput:
    """One refusal for all faults."""
    zh, en = "；".join(fault.zh for fault in faults), "; ".join(fault.en for fault in faults)
    return BadInput("bad_input", zh, en, reasons=faults)


def fault(name: str, value: object, words: Title, accepted: Iterable[str] | None = None) -> Reason:
    """What is wrong with one field of the question."""
    facts: dict[str, object] = {"field": name, "value": value}
    if accepted is None:
        return Reason("bad_field", f"{name}：{words.zh}", f"{name}: {words.en}", facts)
    known = sorted(accepted)
    zh, en = (
        f"{name}：{words.zh}；可用：{'、'.join(known) or '无'}",
        f"{name}: {words.en}; accepted: {', '.join(known) or 'none'}",
    )
    return Reason("bad_field", zh, en, {**facts, "accepted": known})


def _item_faults(catalogue: Catalogue, question: Question) -> list[Reason]:
    items, today = catalogue.items, question.start
    found = []
    if not question.items:
        found.append(fault("items", [], Title("请至少选择一个事项", "choose at least one item")))
    if len(question.items) > MOST_ITEMS:
        words = Title(f"最多 {MOST_ITEMS} 个事项", f"at most {MOST_ITEMS} items")
        found.append(fault("items", len(question.items), words))
    for code in dict.fromkeys(question.items):
        if code not in items or not catalogue.in_force(code, today):
            words = Title(f"{today} 没有可申请的事项“{code}”", f"there is no item “{code}” to apply for on {today}")
            found.append(fault("items", code, words, (one for one in items if catalogue.in_force(one, today))))
        elif question.items.count(code) > 1:
            found.append(fault("items", code, Title(f"事项“{code}”重复", f"“{code}” stands twice")))
    return found


def _word_faults(catalogue: Catalogue, question: Question) -> list[Reason]:
    found = []
    for code, variant in question.variants.items():
        known = [one.code for one in catalogue.items[code].variants] if code in catalogue.items else []
        if code not in question.items or variant not in known:
            words = Title(f"事项“{code}”没有变体“{variant}”", f"the item “{code}” has no variant “{variant}”")
            found.append(fault("variants", f"{code}={variant}", words, known))
    papers = {material.code for item in catalogue.items.values() for material in item.materials}
    for name, given, accepted in (
        ("traits", question.traits, set(catalogue.traits)),
        ("papers", question.papers, papers),
        ("event", {question.event} if question.event is not None else set(), set(catalogue.events)),
        ("measure", {question.measure}, set(MEASURES)),
    ):
        for word in sorted(given - accepted):
            found.append(fault(name, word, Title(f"没有“{word}”", f"there is no “{word}”"), accepted))
    most = catalogue.conventions.completeness.amount
    if not 0 <= question.intake <= most:
        words = Title(f"收件核验为 0 至 {most} 个工作日", f"the completeness check takes 0 to {most} working days")
        found.append(fault("intake", question.intake, words))
    return found
