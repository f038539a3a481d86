"""Choosing items by questions about the project (申报导引): a calculator over the catalogue, nobody's data."""

from datetime import date
from typing import Any

from api import access
from api.reading import Blueprint
from api.resources.plans import plan_answer
from api.schemas.item_choices import ItemChoiceQuestionSchema, ItemChoicesSchema, QuestionsSchema
from workflow.choosing import Horizon, choose, plan_questions, told_by_answers
from workflow.clock.days import local_day
from workflow.planning import plan
from workflow.work import read_now

blueprint = Blueprint("item-choices", __name__, url_prefix="/api/v1", description="Which items a project needs")


@blueprint.get("/questions")
@blueprint.response(200, QuestionsSchema)
def list_questions() -> dict[str, Any]:
    """The questions about a project from which its items follow

    Each is answered with the code of one of its `answers`, or with the number of its `figure`.
    """
    catalogue = access.office().catalogue
    return {
        "validity": catalogue.sources["programme/questions.yaml"],
        "questions": list(catalogue.questions.values()),
    }


@blueprint.post("/item-choices")
@blueprint.arguments(ItemChoiceQuestionSchema)
@blueprint.response(200, ItemChoicesSchema)
def choose_items(body: dict[str, Any]) -> dict[str, Any]:
    """Choose the items of a project by answers about it

    Every item of the catalogue with the reason why it is needed, waived, optional, not needed, or still open; what runs
    in parallel; the papers, each once, and how many are saved; and when all is decided. Questions may be left
    unanswered: `unanswered` names those that can still change an item. Thresholds give hints, nothing is refused for
    them. Nobody has to sign in for this.
    """
    catalogue, calendar = access.office().catalogue, access.calendar()
    today = body["today"] or _today()
    choice = choose(catalogue, told_by_answers(catalogue, body["answers"]), today, body["also"])
    horizon = Horizon(body["start"] or today, body["until"], body["completed"], body["measure"])
    before, after = plan_questions(catalogue, choice, horizon)
    return {
        "choice": choice,
        "traits": sorted(choice.told.held),
        "unanswered": [catalogue.questions[code] for code in choice.questions],
        "plan": None if before is None else plan_answer(plan(catalogue, calendar, before), today),
        "acceptance": None if after is None else plan_answer(plan(catalogue, calendar, after), today),
    }


def _today() -> date:
    with access.office().engine.connect() as conn:
        return local_day(read_now(conn))
