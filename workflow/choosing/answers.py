"""What the answers say of a project: traits affirmed and denied, figures, forms of items, hints. Refused by name."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from workflow.catalogue import Answer, Catalogue, Figure, ProjectQuestion, Threshold
from workflow.catalogue.questions import FIGURE_UNITS
from workflow.definition import Title
from workflow.errors import Reason
from workflow.planning.question import bad_question, fault

TYPE = "splclx"
"""The question whose answer a registered project carries as its type of process."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Something worth knowing; nothing is refused for it. ``items`` are the items it is about."""

    question: str
    words: Title
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a project. A trait in neither set is undecided. ``figures`` are in the question's unit."""

    answers: Mapping[str, str | float] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    figures: Mapping[str, float] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)
    hints: tuple[Hint, ...] = ()

    def value(self, trait: str) -> bool | None:
        """True, False, or None while nobody has said."""
        return True if trait in self.held else False if trait in self.denied else None


def told_by_answers(catalogue: Catalogue, answers: Mapping[str, object]) -> Told:
    """What the answers say, by question: the code of an answer, or a number for a figure.

    :raises BadInput: with every unknown question, unknown answer, number out of range and contradiction.
    """
    faults: list[Reason] = []
    chosen: dict[str, Answer] = {}
    figures: dict[str, float] = {}
    for code, given in answers.items():
        question = catalogue.questions.get(code)
        if question is None:
            words = Title(f"没有问题“{code}”", f"there is no question “{code}”")
            faults.append(fault(f"answers.{code}", given, words, catalogue.questions))
        elif question.figure is not None:
            faults += _figure(question, question.figure, given, figures)
        elif not isinstance(given, str) or given not in question.answers:
            words = Title(f"没有答案“{given}”", f"there is no answer “{given}”")
            faults.append(fault(f"answers.{code}", given, words, question.answers))
        else:
            chosen[code] = question.answers[given]
    faults += _contradictions(catalogue, chosen)
    if faults:
        raise bad_question(faults)
    return Told(
        answers={code: figures[code] if code in figures else chosen[code].code for code in answers},
        held=frozenset(trait for answer in chosen.values() for trait in answer.sets),
        denied=frozenset(trait for answer in chosen.values() for trait in answer.clears),
        figures=figures,
        variants={item: form for answer in chosen.values() for item, form in answer.variants.items()},
        hints=(*_hints_of(chosen), *_threshold_hints(catalogue, figures)),
    )


def told_by_project(catalogue: Catalogue, splclx: int, facts: Mapping[str, object]) -> Told:
    """What a registered project says by itself: its type, and its facts (true: affirmed, false: denied).

    A fact that somebody recorded outweighs what the type of process usually means.
    """
    question = catalogue.questions.get(TYPE)
    answer = question.answers.get(str(splclx)) if question is not None else None
    held = frozenset(name for name, value in facts.items() if value and name in catalogue.traits)
    denied = frozenset(name for name, value in facts.items() if not value and name in catalogue.traits)
    if answer is None:
        return Told(held=held, denied=denied)
    return Told(
        answers={TYPE: answer.code},
        held=held | (frozenset(answer.sets) - denied),
        denied=denied | (frozenset(answer.clears) - held),
        variants=dict(answer.variants),
    )


def with_answers(known: Told, answered: Told) -> Told:
    """What was known, and beside it what somebody has answered since: where they differ the answer holds."""
    return Told(
        answers={**known.answers, **answered.answers},
        held=(known.held - answered.denied) | answered.held,
        denied=(known.denied - answered.held) | answered.denied,
        figures={**known.figures, **answered.figures},
        variants={**known.variants, **answered.variants},
        hints=(*known.hints, *answered.hints),
    )


def _figure(question: ProjectQuestion, figure: Figure, given: object, figures: dict[str, float]) -> list[Reason]:
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if number and math.isfinite(given) and 0 <= given <= figure.most:  # type: ignore[arg-type,operator]
        figures[question.code] = given  # type: ignore[assignment]
        return []
    words = Title(f"应为 0 至 {figure.most} 的数", f"must be a number from 0 to {figure.most}")
    shown = given if isinstance(given, str | int | bool) or given is None else str(given)
    return [fault(f"answers.{question.code}", shown, words)]


def _contradictions(catalogue: Catalogue, chosen: Mapping[str, Answer]) -> list[Reason]:
    """A trait that one answer affirms and another denies, each pair of questions once."""
    found: dict[tuple[str, str], Reason] = {}
    for one, affirming in chosen.items():
        for other, denying in chosen.items():
            traits = [trait for trait in affirming.sets if trait in denying.clears]
            pair = (min(one, other), max(one, other))
            if traits and pair not in found:
                found[pair] = _contradiction(catalogue, one, affirming, other, denying)
    return list(found.values())


def _contradiction(catalogue: Catalogue, one: str, affirming: Answer, other: str, denying: Answer) -> Reason:
    asked = catalogue.questions
    fit = [code for code, answer in asked[other].answers.items() if not set(affirming.sets) & set(answer.clears)]
    zh = (
        f"answers.{one}、answers.{other}：“{asked[one].title.zh}{affirming.title.zh}”"
        f"与“{asked[other].title.zh}{denying.title.zh}”矛盾；{other} 可用：{'、'.join(fit) or '无'}"
    )
    en = (
        f"answers.{one}, answers.{other}: “{asked[one].title.en} {affirming.title.en}” contradicts "
        f"“{asked[other].title.en} {denying.title.en}”; accepted for {other}: {', '.join(fit) or 'none'}"
    )
    facts = {"field": f"answers.{other}", "value": denying.code, "contradicts": f"answers.{one}", "accepted": fit}
    return Reason("contradiction", zh, en, facts)


def _hints_of(chosen: Mapping[str, Answer]) -> list[Hint]:
    return [Hint(code, answer.hint) for code, answer in chosen.items() if answer.hint is not None]


def _threshold_hints(catalogue: Catalogue, figures: Mapping[str, float]) -> list[Hint]:
    hints = []
    for code, amount in figures.items():
        figure = catalogue.questions[code].figure
        assert figure is not None
        factor = FIGURE_UNITS[figure.unit][1]
        for name in figure.thresholds:
            threshold = catalogue.thresholds[name]
            if _reached(threshold, amount * factor):
                hints.append(Hint(code, _threshold_words(threshold), threshold.items))
    return hints


def _reached(threshold: Threshold, amount: float) -> bool:
    return amount <= threshold.amount if threshold.compare == "at_most" else amount >= threshold.amount


def _threshold_words(threshold: Threshold) -> Title:
    unit = Title("元", "yuan") if threshold.unit == "yuan" else Title("平方米", "m²")
    bound = Title("不超过", "up to") if threshold.compare == "at_most" else Title("达到", "from")
    return Title(
        f"{threshold.title.zh}（{bound.zh} {threshold.amount} {unit.zh}，{threshold.basis}）；仅为提示，请向窗口核实",
        f"{threshold.title.en} ({bound.en} {threshold.amount} {unit.en}, {threshold.basis}); a hint only: "
        "ask at the window",
    )
