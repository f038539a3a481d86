"""Plans (倒排工期): when to file each item for a wanted day, and what decides the date of a joint application."""

from datetime import date
from typing import Any

from api import access
from api.reading import Blueprint
from api.schemas.plans import BundlePlanQuerySchema, BundlePlanSchema, PlanQuestionSchema, PlanSchema
from workflow.clock.days import local_day
from workflow.planning import Plan, Question, plan, summary
from workflow.queries.plan import bundle_plan, project_plan
from workflow.work import read_now

blueprint = Blueprint("plans", __name__, url_prefix="/api/v1", description="Target dates backwards and forwards")


@blueprint.post("/plans")
@blueprint.arguments(PlanQuestionSchema)
@blueprint.response(200, PlanSchema)
def make_plan(body: dict[str, Any]) -> dict[str, Any]:
    """Plan items forwards from a day, or backwards from a wanted one

    `must_precede_decision` binds the decision, not the filing: items run side by side, and each is decided once its own
    limit has run and its prerequisites are granted. A required paper that another item issues must be there at filing.
    Whatever nothing in the plan meets is named in `missing`. Nobody has to sign in, unless a `project` is named.
    """
    if body["project"] is not None:
        with access.work() as work:
            today = body["today"] or local_day(work.now)
            found = project_plan(work, body["project"], _question(body, today)).plan
    else:
        today = body["today"] or _today()
        found = plan(access.office().catalogue, access.calendar(), _question(body, today))
    return plan_answer(found, today)


@blueprint.get("/cases/<no>/plan")
@blueprint.arguments(BundlePlanQuerySchema, location="query")
@blueprint.response(200, BundlePlanSchema)
def plan_of_bundle(query: dict[str, Any], no: str) -> dict[str, Any]:
    """The item that decides the date of a joint application

    From the live clocks of its cases; a paused one as if its pause ended as planned, one not accepted yet as if it were
    accepted on the last day. A draft is planned as if it were filed today.
    """
    with access.work() as work:
        found = bundle_plan(work, no, query["measure"])
    return plan_answer(found.plan, found.today) | {"no": found.no}


def plan_answer(found: Plan, today: date) -> dict[str, Any]:
    """A plan as the schema takes it."""
    return {
        "plan": found,
        "direction": "backwards" if found.question.until else "forwards",
        "measure": found.question.measure,
        "feasible": found.short_by == 0,
        "summary": summary(found, access.office().catalogue.items, today),
    }


def _question(body: dict[str, Any], today: date) -> Question:
    return Question(
        items=tuple(body["items"]),
        start=body["start"] or today,
        until=body["until"],
        event=body["event"],
        measure=body["measure"],
        variants=body["variants"],
        traits=frozenset(body["traits"]),
        papers=frozenset(body["papers"]),
        intake=body["intake"],
    )


def _today() -> date:
    with access.office().engine.connect() as conn:
        return local_day(read_now(conn))
