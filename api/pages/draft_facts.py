"""The one form of a joint application: who applies, and what is built. Each fact once, for all items."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.draft_answers import as_kept, choice_of, faults_in, figures, typed_answers
from api.pages.draft_leaving import left, lost_words, saved
from api.pages.drafts import (
    CONFIRMED,
    FIELDS,
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
from api.pages.names import street_name
from api.pages.once import Done, lead_on, once
from api.pages.reading import half_width
from api.wording import _, own, short_day
from workflow.errors import Conflict, NotFound, Refused
from workflow.work import Work

Shown = Callable[[Draft, Mapping[str, Any], list[Fault], int], Response]
"""Shows a form again: the draft, what stands in the form, what is wrong, the status."""
LONGEST = 1000
PHONE = re.compile(r"[+0-9()\-\s转#*]{7,40}")
DIGITS_OF_A_PHONE = 7


@pages.get("/apply/<no>/company")
def draft_company(no: str) -> Response:
    """Who applies: what the system knows, to be confirmed, and whom to call."""
    found = read_draft(no)
    return elsewhere(no) if found is None else _company_page(found, found.form)


@pages.post("/apply/<no>/company")
def save_draft_company(no: str) -> Response:
    """Keep the contact and the confirmation."""
    found = read_draft(no)
    if found is None:
        return left(no)
    said: dict[str, Any] = {"contact": _typed("contact"), "phone": half_width(_typed("phone"))}
    faults = _too_long(said)
    if said["phone"] and not _is_phone(said["phone"]):
        faults.append(Fault("phone", _("“联系电话”应为电话号码，例如 13900000000 或 0532-88880000")))
    if not autosaving() and request.form.get("then") != "leave":
        faults = [*_empty(said), *faults]
        if "confirmed" not in request.form:
            faults.append(Fault("confirmed", _("请核对单位信息并勾选“以上信息无误”")))
    said[CONFIRMED] = found.form.get(CONFIRMED) or found.today.isoformat() if "confirmed" in request.form else None
    return _save(found, said, faults, _company_page)


@pages.get("/apply/<no>/project")
def draft_project(no: str) -> Response:
    """What is built: what is registered of it, the amounts, and what it is in words."""
    found = read_draft(no)
    return elsewhere(no) if found is None else _project_page(found, found.form)


@pages.post("/apply/<no>/project")
def save_draft_project(no: str) -> Response:
    """Keep what was said about the project."""
    found = read_draft(no)
    if found is None:
        return left(no)
    answers = typed_answers(figures=True)
    said = {"summary": _typed("summary"), **as_kept(answers)}
    faults = [*faults_in(answers), *_too_long(said)]
    if not autosaving() and request.form.get("then") != "leave":
        faults += _empty({"summary": said["summary"]})
    return _save(found, said, faults, _project_page)


def _save(found: Draft, said: Mapping[str, Any], faults: list[Fault], page: Shown) -> Response:
    """Keep ``said``, or show ``page`` again with every fault and all that was typed."""
    wrong = {fault.field for fault in faults}
    try:
        if autosaving():
            with access.work() as work:
                good = {name: value for name, value in said.items() if name not in wrong}
                return autosaved(work, keep(work, found.no, seen_version(), good))
        if faults:
            return page(found, {**found.form, **said}, faults, 400)
        with access.work() as work:
            version = seen_version()
            done = once(work, lambda: _kept(work, found.no, version, said))
    except NotFound:
        raise
    except Conflict as refusal:
        return not_autosaved(refusal) if autosaving() else _again(found.no, said, [lost_words(refusal)], refusal, page)
    except Refused as refusal:
        return _again(found.no, said, faults_of(refusal, _labels(), {}), refusal, page)
    return lead_on(done)


def _kept(work: Work, no: str, version: int, said: Mapping[str, Any]) -> Done:
    keep(work, no, version, said)
    return saved(work, no)


def _again(no: str, said: Mapping[str, Any], faults: list[Fault], refusal: Refused, page: Shown) -> Response:
    now = read_draft(no)
    return left(no) if now is None else page(now, {**now.form, **said}, faults, refusal.status)


def _company_page(
    found: Draft, form: Mapping[str, Any], faults: list[Fault] | None = None, status: int = 200
) -> Response:
    on = found.form.get(CONFIRMED)
    return show(
        "draft_company.html",
        status,
        draft=found,
        form=form,
        labels=_labels(),
        confirmed=bool(form.get(CONFIRMED)),
        confirmed_on=short_day(date.fromisoformat(str(on)), found.today) if on else "",
        problems=faults or (),
        here=url_for("pages.draft_company", no=found.no),
    )


def _project_page(
    found: Draft, form: Mapping[str, Any], faults: list[Fault] | None = None, status: int = 200
) -> Response:
    choice = choice_of(found)
    typed = {name.removeprefix("answer_"): str(said or "") for name, said in form.items() if name.startswith("answer_")}
    return show(
        "draft_project.html",
        status,
        draft=found,
        form=form,
        labels=_labels(),
        figures=figures(found.project, typed),
        kind=_kind(found),
        street=street_name(found.project.street),
        hints=[own(hint.words) for hint in choice.hints],
        problems=faults or (),
        here=url_for("pages.draft_project", no=found.no),
    )


def _kind(found: Draft) -> str:
    """The type of process the project is registered under."""
    answer = access.office().catalogue.questions["splclx"].answers.get(str(found.project.splclx))
    return own(answer.title) if answer else ""


def _labels() -> dict[str, str]:
    return {name: _(words) for name, words in FIELDS.items()}


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()


def _is_phone(text: str) -> bool:
    return bool(PHONE.fullmatch(text)) and sum(letter.isdigit() for letter in text) >= DIGITS_OF_A_PHONE


def _empty(said: Mapping[str, Any]) -> list[Fault]:
    return [
        Fault(name, _("请填写“%(field)s”", field=_(FIELDS[name])))
        for name, value in said.items()
        if name in FIELDS and not value
    ]


def _too_long(said: Mapping[str, Any]) -> list[Fault]:
    return [
        Fault(name, _("“%(field)s”不能超过 %(most)s 字", field=_(FIELDS[name]), most=LONGEST))
        for name, value in said.items()
        if name in FIELDS and isinstance(value, str) and len(value) > LONGEST
    ]
