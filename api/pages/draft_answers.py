"""The questions of the programme (申报导引) on the pages of a draft: asked, answered, and what follows from them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from api.access import office
from api.pages.drafts import ANSWER, Draft
from api.pages.faults import Fault, at_its_field
from api.pages.reading import half_width
from api.wording import _, own
from workflow.catalogue import ProjectQuestion
from workflow.choosing import Choice, Told, choose, told_by_answers, told_by_project, with_answers
from workflow.errors import BadInput, Reason
from workflow.queries.projects import ProjectView

NAMED = 3
"""Items that a question names as hanging on it; of more it says how many."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a field: ``name`` in the form, ``serves`` the items that hang on it."""

    name: str
    title: str
    note: str
    serves: str
    answers: tuple[tuple[str, str], ...]
    answer: str
    decides: bool = False
    """Whether the answer can still change what is to be applied for."""


def choice_of(draft: Draft) -> Choice:
    """What the project needs, by what is registered of it and what was answered in the draft."""
    return choose(office().catalogue, told_of(draft.project, draft.answers), draft.today)


def told_of(project: ProjectView, answers: Mapping[str, str]) -> Told:
    """What is known of the project; answers that the questions no longer know count for nothing."""
    catalogue = office().catalogue
    known = told_by_project(catalogue, project.splclx, project.facts)
    try:
        return with_answers(known, told_by_answers(catalogue, _read(answers)))
    except BadInput:
        return known


def faults_in(answers: Mapping[str, str]) -> list[Fault]:
    """Everything the core finds wrong with these answers, each at its field, in the core's words."""
    try:
        told_by_answers(office().catalogue, _read(answers))
    except BadInput as refusal:
        return [_fault(reason) for reason in refusal.reasons]
    return []


def choices(draft: Draft, choice: Choice, typed: Mapping[str, str]) -> list[Asked]:
    """The questions with answers to choose from; those that can still change something first."""
    asked = [one for one in office().catalogue.questions.values() if one.figure is None]
    found = [_asked(one, typed.get(one.code) or _registered(choice, one.code), choice) for one in asked]
    return sorted(found, key=lambda one: not one.decides)


def figures(project: ProjectView, typed: Mapping[str, str]) -> list[Asked]:
    """The questions about amounts; what the register knows stands there already."""
    registered = {"investment": project.investment_wan, "area": project.area_m2}
    return [
        _asked(one, typed.get(one.code, _plain(registered.get(one.code, 0))), None)
        for one in office().catalogue.questions.values()
        if one.figure is not None
    ]


def typed_answers(*, figures: bool) -> dict[str, str]:
    """The answers in the form that was sent, by question; empty ones included, so that they are taken out."""
    return {
        code: half_width(request.form[f"{ANSWER}{code}"])
        for code, question in office().catalogue.questions.items()
        if (question.figure is not None) == figures and f"{ANSWER}{code}" in request.form
    }


def as_kept(answers: Mapping[str, str]) -> dict[str, Any]:
    """The answers as the form of the draft keeps them."""
    return {f"{ANSWER}{code}": answer for code, answer in answers.items()}


def answered_words(code: str, answer: str) -> str:
    """An answer in words."""
    question = office().catalogue.questions[code]
    if question.figure is not None:
        return answer
    return own(question.answers[answer].title) if answer in question.answers else answer


def _read(answers: Mapping[str, str]) -> dict[str, object]:
    questions = office().catalogue.questions
    return {
        code: _number(answer) if code in questions and questions[code].figure is not None else answer
        for code, answer in answers.items()
        if answer
    }


def _number(text: str) -> object:
    # Not what float() takes besides: 1_000, nan, 1e5 are no amounts anybody writes down.
    plain = re.sub(r"[,\s]", "", text)
    return float(plain) if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,4})?", plain) else text


def _plain(amount: float) -> str:
    return f"{amount:g}" if amount and amount < 100_000 else f"{amount:.0f}" if amount else ""


def _registered(choice: Choice, code: str) -> str:
    """What the register answers by itself: the type of process."""
    return str(choice.told.answers.get(code, ""))


def _asked(question: ProjectQuestion, answer: str, choice: Choice | None) -> Asked:
    return Asked(
        name=f"{ANSWER}{question.code}",
        title=own(question.title),
        note=own(question.note) if question.note else "",
        serves=_serves(question),
        answers=tuple((one.code, own(one.title)) for one in question.answers.values()),
        answer=answer,
        decides=choice is not None and question.code in choice.questions,
    )


def _serves(question: ProjectQuestion) -> str:
    """The items whose rule, or form, hangs on the question."""
    catalogue = office().catalogue
    figure = question.figure
    by_figure = {code for name in (figure.thresholds if figure else ()) for code in catalogue.thresholds[name].items}
    by_form = {code for answer in question.answers.values() for code in answer.variants}
    names = [
        own(item.title)
        for item in catalogue.items.values()
        if item.code in by_figure | by_form or question.traits & {*item.rule.any_of, *item.rule.none_of}
    ]
    if len(names) > NAMED:
        return _("用于：%(items)s等 %(n)s 项", items="、".join(names[:NAMED]), n=len(names))
    return _("用于：%(items)s", items="、".join(names)) if names else ""


def _fault(reason: Reason) -> Fault:
    path = str(reason.facts.get("field", ""))
    code = path.partition(".")[2]
    question = office().catalogue.questions.get(code)
    if question is None:
        return Fault("", own(reason))
    if "contradicts" in reason.facts:
        return Fault(f"{ANSWER}{code}", _contradiction(reason))
    what = at_its_field(reason, path)
    return Fault(f"{ANSWER}{code}", _("“%(field)s”%(what)s", field=own(question.title), what=what))


def _contradiction(reason: Reason) -> str:
    """The two answers that exclude each other, without the names the API has for them."""
    text = own(reason)
    begin = text.find("“")
    ends = [end for mark in ("；", "; ") if (end := text.find(mark, begin)) > 0]
    return text[begin : min(ends, default=len(text))]
