"""Choosing what to apply for: by questions about the project, or by ticking; what falls away is told first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.draft_answers import as_kept, choice_of, choices, faults_in, typed_answers
from api.pages.draft_leaving import left, lost_words, saved
from api.pages.drafts import (
    Draft,
    autosaved,
    autosaving,
    elsewhere,
    keep,
    not_autosaved,
    read_draft,
    seen_version,
)
from api.pages.faults import Fault, faults_of
from api.pages.frame import show
from api.pages.item_choices import chosen_variants, stages
from api.pages.names import material_name
from api.pages.once import Done, lead_on, once
from api.wording import N_, _, own
from workflow.choosing import Choice
from workflow.errors import Conflict, NotFound, Refused
from workflow.papers import papers_of
from workflow.queries.applied import Applied, applied
from workflow.work import Work

ADVICE: Mapping[str, str] = {
    "needed": N_("需要"),
    "waived": N_("不再需要"),
    "optional": N_("可选"),
    "open": N_("看回答"),
    "not_needed": N_("不需要"),
}
"""What the answers say of an item, by its status."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What the answers say of one item: a word, the reason, and where it was applied for already."""

    status: str
    word: str
    reason: str
    applied: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form: as kept, or as it was sent and refused."""

    items: Sequence[str]
    variants: Mapping[str, str]
    answers: Mapping[str, str]


@pages.get("/apply/<no>/items")
def draft_items(no: str) -> Response:
    """The questions, what follows from them, and the items to tick."""
    found = read_draft(no)
    return elsewhere(no) if found is None else _page(found, _as_kept(found))


@pages.post("/apply/<no>/items")
def save_draft_items(no: str) -> Response:
    """Keep the answers and the items. Taking out an item whose papers are there already is asked about first."""
    found = read_draft(no)
    if found is None:
        return left(no)
    sent = _sent()
    faults = faults_in({code: answer for code, answer in sent.answers.items() if answer})
    if autosaving():
        return _autosave(no, found, sent, bool(faults))
    if faults:
        return _page(found, sent, faults, 400)
    if request.form.get("then") == "take":
        sent = Typed([*sent.items, *_suggested(no, found, sent)], sent.variants, sent.answers)
    if not sent.items and request.form.get("then", "next") == "next":
        return _page(found, sent, [Fault("items", _("请至少选择一个事项"))], 400)
    lost = _lost(found, sent)
    if lost and "sure" not in request.form:
        return _ask_first(found, sent, lost)
    try:
        with access.work() as work:
            done = once(work, lambda: _saved(work, no, sent))
    except NotFound:
        raise
    except Refused as refusal:
        return _refused(no, sent, refusal)
    return lead_on(done)


def _saved(work: Work, no: str, sent: Typed) -> Done:
    keep(work, no, seen_version(), as_kept(sent.answers), list(sent.items), dict(sent.variants))
    if request.form.get("then") in ("suggest", "take"):
        return Done(url_for("pages.draft_items", no=no), _("已保存。下面是按您的回答要办的事项。"))
    return saved(work, no)


def _autosave(no: str, found: Draft, sent: Typed, faulty: bool) -> Response:
    """Answers that can be read, and items while nothing is lost by it."""
    safe = not _lost(found, sent)
    try:
        with access.work() as work:
            version = keep(
                work,
                no,
                seen_version(),
                {} if faulty else as_kept(sent.answers),
                list(sent.items) if safe else None,
                dict(sent.variants) if safe else None,
            )
            return autosaved(work, version)
    except Conflict as refusal:
        return not_autosaved(refusal)


def _sent() -> Typed:
    items = list(dict.fromkeys(request.form.getlist("items")))
    return Typed(items, chosen_variants(items), typed_answers(figures=False))


def _as_kept(found: Draft) -> Typed:
    return Typed(found.case.items, found.case.variants, found.answers)


def _suggested(no: str, found: Draft, sent: Typed) -> list[str]:
    """The items that the answers call for, but for those ticked or applied for already."""
    with access.work() as work:
        there = applied(work, found.project.code)
    choice = choice_of(_answered(found, sent))
    return [code for code in choice.chosen if code not in sent.items and code not in there]


def _answered(found: Draft, sent: Typed) -> Draft:
    """The draft as if the answers were kept."""
    form = {**found.form, **as_kept(sent.answers)}
    return replace(found, case=replace(found.case, form=form))


def _lost(found: Draft, sent: Typed) -> list[str]:
    """What was done already and would count for nothing: files of papers no item asks for, chosen forms."""
    catalogue = access.office().catalogue
    gone = [code for code in found.case.items if code not in sent.items]
    left_over = [catalogue.items[code] for code in sent.items if code in catalogue.items]
    asked = papers_of(left_over, catalogue)
    files = [one for one in found.case.materials if not one.superseded and one.code not in asked]
    words = [_("“%(paper)s”已上传的 %(file)s", paper=material_name(one.code), file=one.filename) for one in files]
    forms = [code for code in gone if code in found.case.variants]
    return words + [_("“%(item)s”选择的情形", item=own(catalogue.items[code].title)) for code in forms]


def _ask_first(found: Draft, sent: Typed, lost: list[str]) -> Response:
    known = access.office().catalogue.items
    gone = [own(known[code].title) for code in found.case.items if code not in sent.items and code in known]
    return show(
        "draft_falls_away.html",
        draft=found,
        gone=gone,
        lost=lost,
        fields=[pair for pair in request.form.items(multi=True) if pair[0] not in ("csrf", "key", "sure")],
        here=url_for("pages.draft_items", no=found.no),
    )


def _refused(no: str, sent: Typed, refusal: Refused) -> Response:
    found = read_draft(no)
    if found is None:
        return left(no)
    if isinstance(refusal, Conflict):
        return _page(found, sent, [lost_words(refusal)], refusal.status)
    return _page(found, sent, faults_of(refusal, {"items": _("事项"), "variants": _("情形")}, {}), refusal.status)


def _page(found: Draft, typed: Typed, faults: list[Fault] | None = None, status: int = 200) -> Response:
    with access.work() as work:
        there = applied(work, found.project.code)
    choice = choice_of(_answered(found, typed) if not faults else found)
    advice, asked = _advice(choice, there), choices(found, choice, typed.answers)
    return show(
        "draft_items.html",
        status,
        draft=found,
        asked=asked,
        undecided=sum(one.decides for one in asked),
        needed=[code for code, one in advice.items() if one.status == "needed" and not one.applied],
        advice=advice,
        hints=[own(hint.words) for hint in choice.hints],
        stages=stages(),
        chosen=set(typed.items),
        variants=typed.variants,
        problems=faults or (),
        here=url_for("pages.draft_items", no=found.no),
    )


def _advice(choice: Choice, there: Mapping[str, Applied]) -> dict[str, Advice]:
    return {
        one.item.code: Advice(
            one.status,
            _(ADVICE[one.status]),
            own(one.reason),
            _applied_words(there[one.item.code]) if one.item.code in there else "",
        )
        for one in choice.items
    }


def _applied_words(case: Applied) -> str:
    return _("本项目已申请：%(no)s（%(state)s）", no=case.no, state=own(case.state))
