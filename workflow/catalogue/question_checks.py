"""What must hold of the questions, and between them and the items: no item is there that nobody can be asked for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workflow.catalogue.item_checks import ItemFile, Known, circles, unknown_word
from workflow.catalogue.items import Item
from workflow.catalogue.questions import FIGURE_UNITS, Answer, ProjectQuestion
from workflow.errors import Fault
from workflow.strict_schema import shortened
from workflow.strict_yaml import Document, Place

Questions = Mapping[str, ProjectQuestion]


def questions_faults(document: Document, data: dict[str, Any], known: Known) -> Iterator[Fault]:
    """Every word known, no answer that affirms and denies one trait, code lists answered whole."""
    questions: Questions = data["questions"]
    for code, question in questions.items():
        place: Place = ("questions", code)
        if question.figure is None and len(question.answers) < 2:
            yield document.fault((*place, "answers"), "at least two answers are needed")
        for answer in question.answers.values():
            yield from _answer_faults(document, _answer_place(document, place, answer), answer, known)
        yield from _codes_faults(document, place, question, known)
        if question.figure is not None:
            for index, threshold in enumerate(question.figure.thresholds):
                here = (*place, "figure", "thresholds", index)
                words = None if known.thresholds is None else list(known.thresholds)
                yield from unknown_word(document, here, "threshold", threshold, words)
                unit = (known.thresholds or {}).get(threshold, FIGURE_UNITS[question.figure.unit][0])
                if unit != FIGURE_UNITS[question.figure.unit][0]:
                    yield document.fault(
                        here, f"{threshold!r} is an amount in {unit}, the figure is in {question.figure.unit}"
                    )


def _answer_place(document: Document, place: Place, answer: Answer) -> Place:
    return (*place, "yes_no") if (*place, "yes_no") in document.lines else (*place, "answers", answer.code)


def _answer_faults(document: Document, place: Place, answer: Answer, known: Known) -> Iterator[Fault]:
    for key, traits in (("sets", answer.sets), ("clears", answer.clears)):
        for index, trait in enumerate(traits):
            here = place if place[-1] == "yes_no" else (*place, key, index)
            if place[-1] != "yes_no" or key == "sets":
                yield from unknown_word(document, here, "project trait", trait, known.traits)
    for trait in sorted(set(answer.sets) & set(answer.clears)):
        yield document.fault(place, f"the answer both sets and clears {trait!r}")
    for item in answer.variants:
        yield from unknown_word(document, (*place, "variants", item), "item", item, known.items)


def _codes_faults(document: Document, place: Place, question: ProjectQuestion, known: Known) -> Iterator[Fault]:
    if question.codes is None:
        return
    yield from unknown_word(document, (*place, "codes"), "code list", question.codes, known.codes)
    codes = known.codes.get(question.codes)
    if codes is not None and set(codes) != set(question.answers):
        odd = sorted(set(codes) ^ set(question.answers))
        yield document.fault((*place, "answers"), f"not the codes of {question.codes}: {', '.join(odd)}", codes)


def rule_faults(files: Iterable[ItemFile], questions: Questions, known: Known) -> Iterator[Fault]:
    """Every item says when it is needed, by traits that some question can give; variants of answers exist."""
    given = {trait for question in questions.values() for answer in question.answers.values() for trait in answer.sets}
    for file in files:
        item, document = file.item, file.document
        if item.applies_if is None and item.applies is None:
            yield document.fault(
                ("applies",), "no rule says when the item is needed: nobody can ever be asked for it", ("applies_if",)
            )
        if item.applies_if is not None and item.applies is not None:
            yield document.fault(("applies",), "applies_if already says when the item is needed")
        for place, trait in _named_traits(item):
            if trait not in given and (known.traits is None or trait in known.traits):
                yield document.fault(place, f"no question can give the trait {trait!r}", shortened(trait, given))


def parallel_faults(files: Mapping[str, ItemFile]) -> Iterator[Fault]:
    """What runs beside the stages (并行推进) is nothing that an item of a stage waits for."""
    for code, file in files.items():
        if file.item.parallel:
            continue
        for place, edge in enumerate(file.item.prerequisites):
            if edge.kind != "must_precede_decision":
                continue
            for one in edge.satisfied_by:
                if one in files and files[one].item.parallel:
                    here: Place = ("prerequisites", place)
                    yield file.document.fault(here, f"{code} waits for {one}, which runs beside the stages (parallel)")


def variant_faults(document: Document, questions: Questions, items: Mapping[str, ItemFile]) -> Iterator[Fault]:
    """An answer chooses only a form of an item that an applicant may choose."""
    for code, question in questions.items():
        for answer in question.answers.values():
            for item, variant in answer.variants.items():
                file = items.get(item)
                offered = [one.code for one in file.item.offered_variants] if file else [variant]
                if variant not in offered:
                    place: Place = ("questions", code, "answers", answer.code, "variants", item)
                    yield document.fault(place, f"{item} offers no variant {variant!r}", offered)


def _named_traits(item: Item) -> Iterator[tuple[Place, str]]:
    for key, trait in (("applies_if", item.applies_if), ("waived_if", item.waived_if)):
        if trait is not None:
            yield (key,), trait
    if item.applies is not None:
        yield from ((("applies", "any_of", place), trait) for place, trait in enumerate(item.applies.any_of))
        yield from ((("applies", "none_of", place), trait) for place, trait in enumerate(item.applies.none_of))
    for place, edge in enumerate(item.prerequisites):
        for key, trait in (("applies_if", edge.applies_if), ("waived_if", edge.waived_if)):
            if trait is not None:
                yield ("prerequisites", place, key), trait


def order_faults(files: Mapping[str, ItemFile]) -> Iterator[Fault]:
    """Circles that close only through papers or project events, each once; those of decisions alone are told apart.

    What orders: the decision of another item (``must_precede_decision``), a required paper that another item issues, an
    event that must wait for a result (``must_precede_event``, ``lifetime.until``) and what is due only after an event
    (``duty.from``). ``may_parallel`` orders nothing.
    """
    waits: dict[str, list[str]] = {code: list(_waits_for(file.item, files)) for code, file in files.items()}
    for code, file in files.items():
        for event in _events_after(file.item):
            waits.setdefault(_event(event), []).append(code)
    for circle in circles(waits):
        if all(_by_decision(files, one, other) for one, other in zip(circle, (*circle[1:], circle[0]), strict=True)):
            continue
        first = next(one for one in circle if one in files)
        start = circle.index(first)
        way = " → ".join((*circle[start:], *circle[:start], first))
        yield files[first].document.fault(("prerequisites",), f"these wait for each other: {way}")


def _waits_for(item: Item, files: Mapping[str, ItemFile]) -> Iterator[str]:
    for edge in item.must_precede:
        yield from edge.satisfied_by
    for material in item.materials:
        if material.required and not material.may_follow and material.issued_by in files:
            yield material.issued_by
    # The duty of an item that must come before the event is another thing than the item: papers handed in after it.
    if item.duty is not None and item.duty.base not in _events_after(item):
        yield _event(item.duty.base)


def _events_after(item: Item) -> Iterator[str]:
    for edge in item.prerequisites:
        if edge.event is not None:
            yield edge.event
    if item.lifetime is not None and item.lifetime.until is not None:
        yield item.lifetime.until


def _event(code: str) -> str:
    # A colon cannot stand in the name of an item's file.
    return f"event:{code}"


def _by_decision(files: Mapping[str, ItemFile], one: str, other: str) -> bool:
    return one in files and any(other in edge.satisfied_by for edge in files[one].item.must_precede)
