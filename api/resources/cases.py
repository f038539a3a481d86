"""Cases: the worklist, one case, what may be done to it, and doing it."""

from typing import Any

from flask import Response

from api import access, once
from api.csv_file import csv_answer
from api.reading import Blueprint
from api.resources.answers import filters, paging, tag, tagged
from api.resources.taken import taken
from api.schemas.actions import ActionsSchema, NewCaseSchema, TakeActionSchema, TakenSchema
from api.schemas.cases import CaseSchema, DocumentsSchema
from api.schemas.clocks import ClockProofSchema, ClocksSchema, ProofQuerySchema
from api.schemas.history import HistorySchema
from api.schemas.lists import PageQuerySchema
from api.schemas.worklist import CountsSchema, EndedQuerySchema, EndedSchema, WorklistQuerySchema, WorklistSchema
from workflow.case import Case
from workflow.commands.open_case import open_case
from workflow.commands.take_action import take_action
from workflow.queries import alerts
from workflow.queries.actions import CaseActions, actions
from workflow.queries.case import CaseView, case, documents
from workflow.queries.clocks import clock_views
from workflow.queries.ended import EndedFilters, EndedRow, ended
from workflow.queries.history import HistoryLine, history
from workflow.queries.paging import Page, capped
from workflow.queries.proof import ClockProof, clock_proof
from workflow.queries.worklist import Filters, WorkRow, tabs, worklist
from workflow.reading import visible_case
from workflow.work import Work

# Made once: a schema with others inside takes longer to make than to use.
TAKEN = TakenSchema()
CASE = CaseSchema()

blueprint = Blueprint("cases", __name__, url_prefix="/api/v1/cases", description="Cases, their actions and clocks")


@blueprint.get("")
@blueprint.arguments(WorklistQuerySchema, location="query")
@blueprint.response(200, WorklistSchema)
def list_cases(query: dict[str, Any]) -> Page[WorkRow]:
    """Open cases by working time left

    Paused cases come last. Lights are a reading of this moment. Pass `next_cursor` as `cursor`, with the same
    filters, for the next page.
    """
    with access.work() as work:
        return worklist(work, Filters(**filters(query)), paging(query))


@blueprint.post("")
@blueprint.arguments(NewCaseSchema)
@blueprint.response(201, CaseSchema)
def new_case(body: dict[str, Any]) -> Response:
    """Open a case of a flow

    On a project, or under another case, as the opening of the flow says; `GET /flows/{name}` tells who may and what
    is asked. Its clocks run at once.
    """
    with access.work() as work:
        answer = once.answer(work, CASE, lambda: case(work, _opened(work, body).no), 201)
    return tagged(answer, 1)


def _opened(work: Work, body: dict[str, Any]) -> Case:
    return open_case(work, body["flow"], body["inputs"], body["project"], body["parent"])


@blueprint.get("/counts")
@blueprint.response(200, CountsSchema)
def count_cases() -> dict[str, str | None]:
    """How many open cases and alerts you have"""
    with access.work() as work:
        counted = tabs(work)
        waiting = alerts.open_count(work)
    names = counted.__dataclass_fields__
    shown = {name: None if (n := getattr(counted, name)) is None else capped(n) for name in names}
    return {**shown, "alerts": capped(waiting)}


@blueprint.get("/ended")
@blueprint.arguments(EndedQuerySchema, location="query")
@blueprint.response(200, EndedSchema)
def list_ended(query: dict[str, Any]) -> Page[EndedRow]:
    """Finished cases, newest first"""
    with access.work() as work:
        return ended(work, EndedFilters(**filters(query)), paging(query))


@blueprint.get("/<no>")
@blueprint.response(200, CaseSchema)
def one_case(no: str) -> tuple[CaseView, int, dict[str, str]]:
    """One case whole

    Its state, clocks, pauses, papers, relatives, and every action of its state: allowed, or closed with all reasons.
    """
    with access.work() as work:
        view = case(work, no)
    return view, 200, tag(view.version)


@blueprint.get("/<no>/actions")
@blueprint.response(200, ActionsSchema)
def case_actions(no: str) -> tuple[CaseActions, int, dict[str, str]]:
    """What you may do to a case now, what not and why"""
    with access.work() as work:
        found = actions(work, no)
    return found, 200, tag(found.version)


@blueprint.post("/<no>/actions/<action>")
@blueprint.arguments(TakeActionSchema)
@blueprint.response(200, TakenSchema)
def act(body: dict[str, Any], no: str, action: str) -> Response:
    """Take an action on a case

    `version` is the one you saw; beside it stand the fields the action asks for (see `/actions`). A stale version is
    409 with who acted first, when, and the new state; unmet conditions are 422 with every one of them. Send an
    `Idempotency-Key`, and repeating the request after a lost answer gives the first answer again.
    """
    said = {name: value for name, value in body.items() if name != "version"}
    with access.work() as work:
        answer = once.answer(work, TAKEN, lambda: taken(work, take_action(work, no, action, said, body["version"])))
    return tagged(answer, body["version"] + 1)


@blueprint.get("/<no>/history")
@blueprint.arguments(PageQuerySchema, location="query")
@blueprint.response(200, HistorySchema)
def case_history(query: dict[str, Any], no: str) -> Page[HistoryLine]:
    """The history of a case, newest first

    Append-only; `effective_at` is legal time, `recorded_at` when the line was written.
    """
    with access.work() as work:
        return history(work, no, paging(query))


@blueprint.get("/<no>/clocks")
@blueprint.response(200, ClocksSchema)
def case_clocks(no: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """The clocks of a case, as a reading of now"""
    with access.work() as work:
        found = visible_case(work, no).case
        flow = work.office.flow(found.flow, found.flow_version)
        views = clock_views(flow, found, work.calendar, work.now, work.office.catalogue)
        body = {"no": no, "version": found.version, "now": work.now, "items": views}
    return body, 200, tag(found.version)


@blueprint.get("/<no>/clocks/<name>/proof")
@blueprint.arguments(ProofQuerySchema, location="query")
@blueprint.response(200, ClockProofSchema)
def case_proof(query: dict[str, Any], no: str, name: str) -> ClockProof:
    """The proof of a date: every day, with the rule that counted or skipped it

    With `as_of` as everything was known then: a day stands for its end.
    """
    with access.work() as work:
        return clock_proof(work, no, name, query["round"], query["as_of"])


@blueprint.get("/<no>/clocks/<name>/proof.csv")
@blueprint.arguments(ProofQuerySchema, location="query")
@blueprint.response(200, {"type": "string"}, content_type="text/csv")
def case_proof_csv(query: dict[str, Any], no: str, name: str) -> Response:
    """The days of the same proof as CSV"""
    with access.work() as work:
        found = clock_proof(work, no, name, query["round"], query["as_of"])
    return csv_answer(found.proof.days, f"{no}-{name}.csv")


@blueprint.get("/<no>/documents")
@blueprint.response(200, DocumentsSchema)
def case_documents(no: str) -> dict[str, Any]:
    """The documents issued on a case, oldest first"""
    with access.work() as work:
        return {"items": documents(work, no)}
