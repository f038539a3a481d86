"""Opening a case by hand, on a project or under another case: the form is made from what the flow's opening asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.case_names import case_name
from api.pages.faults import Fault, faults_of, labels_of
from api.pages.frame import show
from api.pages.once import Done, lead_on, once
from api.pages.reading import pairs, read_inputs, typed
from api.wording import _, own
from workflow.clock.days import local_day
from workflow.commands.open_case import open_case
from workflow.definition import Flow
from workflow.errors import NotFound, Refused
from workflow.queries.openings import OpeningForm, opening_form
from workflow.queries.projects import project
from workflow.reading import visible_case
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class _Where:
    """Where the new case is to stand: on a project, or under a case; ``back`` is that page, ``name`` what it shows."""

    back: str
    name: str
    post: str
    project: str | None = None
    parent: str | None = None


@pages.get("/projects/<code>/new/<flow>", endpoint="open_on_project")
def form_on_project(code: str, flow: str) -> Response:
    """The form of a case on a project."""
    with access.work() as work:
        return _form(_on(work, code, flow), opening_form(work, _flow(work, flow)))


@pages.post("/projects/<code>/new/<flow>", endpoint="open_on_project_now")
def open_on_project(code: str, flow: str) -> Response:
    """Open a case on a project; a refusal shows the form again, with what was typed."""
    with access.work() as work:
        where = _on(work, code, flow)
    return _opened(where, flow)


@pages.get("/cases/<no>/new/<flow>", endpoint="open_under_case")
def form_under_case(no: str, flow: str) -> Response:
    """The form of a case under another."""
    with access.work() as work:
        return _form(_under(work, no, flow), opening_form(work, _flow(work, flow)))


@pages.post("/cases/<no>/new/<flow>", endpoint="open_under_case_now")
def open_under_case(no: str, flow: str) -> Response:
    """Open a case under another; a refusal shows the form again, with what was typed."""
    with access.work() as work:
        where = _under(work, no, flow)
    return _opened(where, flow)


def _on(work: Work, code: str, flow: str) -> _Where:
    found = project(work, code)
    post = url_for("pages.open_on_project_now", code=found.code, flow=flow)
    return _Where(url_for("pages.project", code=found.code), found.name, post, project=found.code)


def _under(work: Work, no: str, flow: str) -> _Where:
    case = visible_case(work, no).case
    post = url_for("pages.open_under_case_now", no=case.no, flow=flow)
    return _Where(url_for("pages.case", no=case.no), case_name(case.title), post, parent=case.no)


def _flow(work: Work, name: str) -> Flow:
    openings = [(flow.name, flow.opening) for flow in work.office.flows.values() if flow.opening is not None]
    known = {name for name, opening in openings if not opening.action.automatic}
    if name not in known:
        raise NotFound("no_such_flow", f"没有可发起的流程“{name}”", f"No case of “{name}” can be opened")
    return work.office.flow(name)


def _opened(where: _Where, name: str) -> Response:
    if "more" in request.form:
        with access.work() as work:
            form = opening_form(work, _flow(work, name))
        return _form(where, form, values=typed(_asks(form.flow), request.form))
    try:
        with access.work() as work:
            flow = _flow(work, name)
            done = once(work, lambda: _open(work, where, flow))
    except NotFound:
        raise
    except Refused as refusal:
        with access.work() as work:
            form = opening_form(work, _flow(work, name))
            asks = _asks(form.flow)
            sent = read_inputs(asks, request.form, local_day(work.now))
        faults = faults_of(refusal, labels_of(asks), sent)
        return _form(where, form, faults, typed(asks, request.form), refusal.status)
    return lead_on(done)


def _open(work: Work, where: _Where, flow: Flow) -> Done:
    inputs = read_inputs(_asks(flow), request.form, local_day(work.now))
    case = open_case(work, flow.name, inputs, where.project, where.parent)
    said = _("已发起“%(flow)s”（%(no)s）。", flow=own(flow.title), no=case.no)
    return Done(url_for("pages.case", no=case.no), said)


def _asks(flow: Flow) -> Any:
    return flow.opening.action.asks if flow.opening is not None else ()


def _form(
    where: _Where,
    form: OpeningForm,
    faults: list[Fault] | None = None,
    values: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    return show(
        "opening.html",
        status,
        where=where,
        flow=form.flow,
        opening=form.flow.opening,
        asks=_asks(form.flow),
        values=values or {},
        choices={ask.field.name: pairs(ask) for ask in form.asks},
        problems=faults or (),
    )
