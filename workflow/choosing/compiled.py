"""The item list of one project, compiled as plain data that a case can keep, and that no later edit changes.

Only text, numbers, truth values, lists and mappings inside: what is agreed with the applicant is what was shown.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from workflow.catalogue import Catalogue, Duty, Item, ItemLimit
from workflow.choosing.choice import Choice, ItemChoice
from workflow.choosing.sheets import Brought, Sheets, sheets_saved
from workflow.clock.calendar import Calendar, start_of_day
from workflow.clock.deadline import deadline
from workflow.clock.limit import Limit
from workflow.clock.words import limit_words
from workflow.definition import Title
from workflow.prerequisites_view import EdgeView, edges_of

Data = dict[str, Any]


def compile_list(
    catalogue: Catalogue,
    calendar: Calendar,
    choice: Choice,
    day: date,
    permits: Collection[str] = (),
    papers: Collection[str] = (),
    events: Mapping[str, date] | None = None,
) -> Data:
    """The chosen items of ``choice`` as compiled on ``day``, for a project with these permits, papers and events.

    Keys: ``compiled_on``, ``catalogue`` (its digest), ``answers``, ``traits``, ``items`` (see `_item`), ``waived``,
    ``undecided`` (items whose rule hangs on an open question), ``questions`` (still to ask), ``sheets``, ``hints``.
    """
    brought = {one.paper.code: one for one in choice.sheets.papers}
    return {
        "compiled_on": day.isoformat(),
        "catalogue": catalogue.digest,
        "answers": dict(choice.told.answers),
        "traits": sorted(choice.told.held),
        "items": [
            _item(catalogue, calendar, one, choice, brought, permits, papers, events or {})
            for one in choice.items
            if one.chosen
        ],
        "waived": [_plain(one) for one in choice.items if one.status == "waived"],
        "undecided": [_plain(one) for one in choice.items if one.status == "open"],
        "questions": list(choice.questions),
        "sheets": sheets_data(choice.sheets),
        "hints": [
            {"question": one.question, "words": _words(one.words), "items": list(one.items)} for one in choice.hints
        ],
    }


def sheets_data(sheets: Sheets) -> Data:
    """How many papers and forms are saved, without the papers."""
    return {
        "summed": sheets.summed,
        "once": sheets.once,
        "saved": sheets.saved,
        "required_summed": sheets.required_summed,
        "required_once": sheets.required_once,
        "held": sheets.held,
        "forms_alone": sheets.forms_alone,
        "forms_together": sheets.forms_together,
    }


def _item(
    catalogue: Catalogue,
    calendar: Calendar,
    one: ItemChoice,
    choice: Choice,
    brought: Mapping[str, Brought],
    permits: Collection[str],
    papers: Collection[str],
    events: Mapping[str, date],
) -> Data:
    """One item: what it is, why, who, how long, what to bring, what comes before, what the applicant must do after."""
    item = one.item
    statutory, promised = item.limits(one.variant)
    edges = edges_of(item, catalogue, choice.told.held, permits, papers, events)
    form = item.variant_title(one.variant)
    return {
        "code": item.code,
        "version": item.version,
        "digest": item.digest,
        "title": _words(item.title),
        "form": None if form is None else _words(form),
        "variant": one.variant,
        "kind": item.kind,
        "stage": one.stage,
        "status": one.status,
        "reason": _words(one.reason),
        "department": _office(catalogue, item.department),
        "co_departments": [_office(catalogue, code) for code in item.co_departments],
        "statutory": _limit(statutory),
        "promised": _limit(promised),
        "assumed": item.validity.assumed,
        "wave": one.wave,
        "after": list(one.after),
        "beside": list(one.beside),
        "instead": list(one.instead),
        "may_simulate": one.may_simulate,
        "papers": [paper_data(paper) for paper in _papers(catalogue, item, brought)],
        "prerequisites": _by_kind(edges),
        "duty": None if item.duty is None else duty_data(catalogue, calendar, item.duty, events),
    }


def paper_data(one: Brought) -> Data:
    """One paper to bring."""
    return {
        "code": one.paper.code,
        "title": _words(one.paper.title),
        "required": one.paper.required,
        "may_follow": one.paper.may_follow,
        "formats": list(one.paper.formats),
        "max_mb": one.paper.max_mb,
        "issued_by": one.issued_by,
        "issuer": _words(one.issuer),
        "held": one.held,
        "sample": _words(one.sample),
        "items": list(one.paper.items),
    }


def duty_data(catalogue: Catalogue, calendar: Calendar, duty: Duty, events: Mapping[str, date]) -> Data:
    """A term of the applicant's own after a project event; ``due_on`` is None until the event has happened."""
    happened = events.get(duty.base)
    due = None if happened is None else deadline(start_of_day(happened), duty.limit, calendar)
    return {
        "title": _words(duty.title),
        "limit": str(duty.limit),
        "limit_words": _words(_limit_words(duty.limit)),
        "event": duty.base,
        "event_title": _words(catalogue.events[duty.base].title),
        "basis": duty.basis,
        "assumed": duty.assumed,
        "due_on": None if due is None or due.on is None else due.on.isoformat(),
        "provisional": due is not None and due.provisional,
    }


def _papers(catalogue: Catalogue, item: Item, brought: Mapping[str, Brought]) -> list[Brought]:
    """The papers as this item wishes them, with the other chosen items that ask for them, too."""
    return [
        replace(together, paper=replace(own.paper, items=together.paper.items))
        for own in sheets_saved(catalogue, [item.code]).papers
        for together in [brought[own.paper.code]]
    ]


def _by_kind(edges: Collection[EdgeView]) -> dict[str, list[Data]]:
    kinds = dict.fromkeys(edge.kind for edge in edges)
    return {kind: [_edge(edge) for edge in edges if edge.kind == kind] for kind in kinds}


def _edge(edge: EdgeView) -> Data:
    return {
        "title": _words(edge.title),
        "standing": edge.standing,
        "words": _words(edge.words),
        "met_by": edge.met_by,
        "any_of": list(edge.any_of),
        "substitutes": list(edge.substitutes),
        "or_document": edge.or_document,
        "event": edge.event,
        "simulated_ok": edge.simulated_ok,
    }


def _plain(one: ItemChoice) -> Data:
    return {"code": one.item.code, "title": _words(one.item.title), "stage": one.stage, "reason": _words(one.reason)}


def _office(catalogue: Catalogue, code: str) -> Data:
    return {"code": code, "title": _words(catalogue.departments[code].title)}


def _limit(limit: ItemLimit | None) -> Data | None:
    if limit is None:
        return None
    return {
        "limit": str(limit.limit),
        "words": _words(_limit_words(limit.limit)),
        "from": limit.base,
        "basis": limit.basis,
        "instant": limit.instant,
        "assumed": limit.assumed,
    }


def _limit_words(limit: Limit) -> Title:
    return Title(limit_words(limit, "zh"), limit_words(limit, "en"))


def _words(title: Title) -> dict[str, str]:
    return {"zh": title.zh, "en": title.en}
