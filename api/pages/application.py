"""A new joint application: choose a project and items, fill in once, hand in each paper once, submit once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.deeds import deeds
from api.pages.faults import Fault, faults_of
from api.pages.frame import is_applicant, lead, show
from api.pages.lists import paging
from api.pages.names import department_name
from api.pages.once import Done, lead_on, once
from api.pages.reading import half_width
from api.pages.slots import slots
from api.pages.wording import N_, _, lang, own
from workflow.catalogue import Item
from workflow.clock.days import local_day
from workflow.clock.words import limit_words
from workflow.commands.change_draft import change_draft
from workflow.commands.open_bundle import NO_VARIANTS, open_bundle
from workflow.errors import BadInput, Refused
from workflow.queries.case import CaseView
from workflow.queries.case import case as read_case
from workflow.queries.projects import ProjectFilters, ProjectView, projects
from workflow.work import Work

PROJECTS_SHOWN = 100
FORM_LONGEST = 1000
# One form for all items: each fact once.
FORM: Mapping[str, str] = {
    "contact": N_("联系人"),
    "phone": N_("联系电话"),
    "summary": N_("建设内容和规模"),
}


@dataclass(frozen=True, slots=True)
class ItemChoice:
    """One item as the picker offers it."""

    code: str
    title: str
    note: str
    forms: tuple[tuple[str, str], ...] = ()
    """Where the item has several: what each is called, by code; the base form has none."""


@dataclass(frozen=True, slots=True)
class StageChoices:
    """The items of one stage."""

    title: str
    items: tuple[ItemChoice, ...]


@pages.get("/apply")
def new_application() -> Response:
    """Choose a project and the items to apply for."""
    found = _offered()
    chosen = request.args.get("project", found[0].code if len(found) == 1 else "")
    return _chooser(found, chosen, [], ())


@pages.post("/apply")
def begin_application() -> Response:
    """Open the draft."""
    chosen, items = request.form.get("project", ""), request.form.getlist("items")
    variants = _chosen_variants(items)
    faults = []
    if not chosen:
        faults.append(Fault("project", _("请选择项目")))
    if not items:
        faults.append(Fault("items", _("请至少选择一个事项")))
    if faults:
        return _chooser(_offered(), chosen, items, faults, 400, variants)
    try:
        with access.work() as work:
            done = once(work, lambda: _opened(work, chosen, items, variants))
    except Refused as refusal:
        labels = {"project": _("项目"), "items": _("事项")}
        return _chooser(_offered(), chosen, items, faults_of(refusal, labels, {}), refusal.status, variants)
    return lead_on(done)


@pages.get("/apply/<no>")
def draft(no: str) -> Response:
    """The draft: what is done, what is missing, and submitting it."""
    with access.work() as work:
        case, today = read_case(work, no), local_day(work.now)
    if case.flow != "bundle" or case.state.name != "draft" or not is_applicant(access.me().actor):
        return lead(url_for("pages.case", no=no))
    return draft_page(case, today)


@pages.post("/apply/<no>")
def save_draft(no: str) -> Response:
    """Save the items and the form of the draft."""
    items = request.form.getlist("items") or None
    variants = _chosen_variants(items or [])
    form = {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in FORM}
    form["phone"] = half_width(form["phone"])
    faults = [
        Fault(name, _("“%(field)s”不能超过 %(most)s 字", field=_(FORM[name]), most=FORM_LONGEST))
        for name, value in form.items()
        if len(value) > FORM_LONGEST
    ]
    if items is None:
        faults.append(Fault("items", _("请至少选择一个事项")))
    try:
        if faults:
            raise BadInput("bad_input", "", "")
        with access.work() as work:
            version = seen_version()
            done = once(work, lambda: _saved(work, no, version, items, form, variants))
    except Refused as refusal:
        with access.work() as work:
            case, today = read_case(work, no), local_day(work.now)
        if case.state.name != "draft":
            raise
        found = faults or faults_of(refusal, {**FORM, "items": _("事项")}, {})
        return draft_page(
            case, today, found, refusal.status, {"form": form, "items": items or [], "variants": variants}
        )
    return lead_on(done)


def draft_page(
    case: CaseView,
    today: Any,
    faults: list[Fault] | None = None,
    status: int = 200,
    typed: Mapping[str, Any] | None = None,
    note: str = "",
) -> Response:
    """The page of a draft; ``typed`` are the items and the form as they were typed where they were refused."""
    values = typed or {"form": case.form, "items": case.items, "variants": case.variants}
    papers = slots(case, today)
    needed = [slot for slot in papers if slot.required and not slot.may_follow]
    known = access.office().catalogue.items
    return show(
        "draft.html",
        status,
        case=case,
        form=values["form"],
        labels={name: _(words) for name, words in FORM.items()},
        chosen=set(values["items"]),
        variants=values["variants"],
        items=[own(known[code].title) for code in case.items if code in known],
        stages=_stages(),
        slots=papers,
        needed=len(needed),
        there=sum(slot.upload is not None for slot in needed),
        filled=all(values["form"].get(name) for name in FORM),
        deeds=deeds(case.actions, access.office().flow(case.flow, case.flow_version), case.state.name),
        most=access.wiring().settings.upload_mb,
        problems=faults or (),
        note=note,
        here=url_for("pages.draft", no=case.no),
    )


def seen_version() -> int:
    """The version the form was made for."""
    text = request.form.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadInput("bad_input", "页面已过期，请刷新后重试", "The page is out of date: reload it")
    return int(text)


def _opened(work: Work, project: str, items: list[str], variants: Mapping[str, str]) -> Done:
    case = open_bundle(work, project, items, {}, variants)
    return Done(
        url_for("pages.draft", no=case.no),
        _("已建立申请 %(no)s。请填写信息并上传材料，可以随时离开，回来接着办。", no=case.no),
    )


def _saved(
    work: Work, no: str, version: int, items: list[str] | None, form: Mapping[str, str], variants: Mapping[str, str]
) -> Done:
    change_draft(work, no, version, items, form, variants)
    return Done(url_for("pages.draft", no=no), _("已保存。"))


def _chosen_variants(items: list[str]) -> dict[str, str]:
    """The form chosen for each item that is ticked; the base form has no word, and an item not ticked no form."""
    typed = {item: request.form.get(f"variant_{item}", "") for item in items}
    return {item: variant for item, variant in typed.items() if variant}


def _offered() -> tuple[ProjectView, ...]:
    with access.work() as work:
        return projects(work, ProjectFilters(), paging(PROJECTS_SHOWN)).rows


def _chooser(
    found: tuple[ProjectView, ...],
    chosen: str,
    items: list[str],
    faults: Any,
    status: int = 200,
    variants: Mapping[str, str] = NO_VARIANTS,
) -> Response:
    return show(
        "new_application.html",
        status,
        projects=[(project.code, f"{project.name}（{project.code}）") for project in found],
        chosen_project=chosen,
        chosen=set(items),
        variants=variants,
        stages=_stages(),
        problems=faults,
        here=url_for("pages.new_application"),
    )


def _stages() -> list[StageChoices]:
    catalogue = access.office().catalogue
    return [
        StageChoices(own(stage.title), tuple(_choice(item) for item in catalogue.stage_items(stage.no) if item.public))
        for stage in catalogue.stages.values()
        if catalogue.stage_items(stage.no)
    ]


def _choice(item: Item) -> ItemChoice:
    promised = _("承诺 %(limit)s", limit=limit_words(item.promised.limit, lang())) if item.promised else _("按法定时限")
    return ItemChoice(item.code, own(item.title), f"{department_name(item.department)} · {promised}", _forms(item))


def _forms(item: Item) -> tuple[tuple[str, str], ...]:
    """What the applicant may choose between, the base form first; empty where there is nothing to choose."""
    offered = item.offered_variants
    base = item.variant_title(None)
    if not offered or base is None:
        return ()
    return (("", own(base)), *((one.code, own(one.title)) for one in offered))
