"""What if …: of one case for whoever may see it, of all live cases for those who look at many."""

from typing import Any

from api import access
from api.reading import Blueprint
from api.schemas.what_if import AllIfSchema, AllQuestionSchema, CaseQuestionSchema, WhatIfSchema
from workflow.hypotheses import Hypothesis, SupposedPause
from workflow.queries.what_if import WhatIf, what_if
from workflow.queries.what_if_all import AllIf, Question, ask_all

blueprint = Blueprint("what-if", __name__, url_prefix="/api/v1", description="Which dates would move; nothing is saved")


@blueprint.post("/cases/<no>/what-if")
@blueprint.arguments(CaseQuestionSchema)
@blueprint.response(200, WhatIfSchema)
def what_if_of_a_case(body: dict[str, Any], no: str) -> WhatIf:
    """The clocks of a case if it were paused, extended, or counted by other limits or days

    By the same derivation as the real actions. What the law forbids is calculated all the same; `steps` say by whom
    each deed would have to be done, and for which reasons it would be refused. A pause never covers a day after the
    cap of its cause.
    """
    with access.work() as work:
        return what_if(work, no, hypothesis(body))


@blueprint.post("/what-if")
@blueprint.arguments(AllQuestionSchema)
@blueprint.response(200, AllIfSchema)
def what_if_of_all(body: dict[str, Any]) -> AllIf:
    """Which live cases would move, turn overdue or become safe (director, supervisor, district leader, administrator)

    A director asks of the cases of the own department. One thing at a time: days that are off or worked, a limit of an
    item, or a pause of all open cases of an item, of a department, or of the district, in union with their own pauses.
    """
    most = body.pop("most")
    with access.work() as work:
        return ask_all(work, question(body), most)


def hypothesis(body: dict[str, Any]) -> Hypothesis:
    """What is supposed of one case, as the schema has read it."""
    return Hypothesis(
        **{name: body[name] for name in ("resume_on", "extension", "limits", "running", "received_on", "accepted_on")},
        pauses=tuple(SupposedPause(**pause) for pause in body["pauses"]),
        rest=frozenset(body["rest"]),
        worked=frozenset(body["worked"]),
    )


def question(body: dict[str, Any]) -> Question:
    """What is supposed of many cases, as the schema has read it."""
    return Question(
        **{name: body[name] for name in ("limits", "running", "item", "variant", "department")},
        pause=SupposedPause(**body["pause"]) if body["pause"] else None,
        rest=frozenset(body["rest"]),
        worked=frozenset(body["worked"]),
    )
