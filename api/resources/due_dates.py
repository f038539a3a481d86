"""The due-date calculator."""

from typing import Any

from api import access
from api.reading import Blueprint, bad_field, bad_fields
from api.schemas.due_dates import DueDateQuestionSchema, DueDateSchema
from workflow.clock.days import local_day
from workflow.clock.pauses import Pause
from workflow.clock.words import date_words
from workflow.definition import Title
from workflow.queries.due_date import DueDate, due_date

blueprint = Blueprint("due-dates", __name__, url_prefix="/api/v1/due-dates", description="When does it end?")


@blueprint.post("")
@blueprint.arguments(DueDateQuestionSchema)
@blueprint.response(200, DueDateSchema)
def compute_due_date(body: dict[str, Any]) -> dict[str, Any]:
    """Compute the end of a limit, with its proof if wanted

    The day of `from` is not counted (民法典 201); a pause takes out the days after `since` up to and including
    `until`, for one of the lawful causes. A date beyond the last published holiday year is `provisional`. Nobody has to
    sign in for this.
    """
    found = due_date(
        access.calendar(),
        body["start"],
        body["limit"],
        _pauses(body["pauses"]),
        body["extension"],
        body["today"],
        body["proof"],
    )
    return {"deadline": found.deadline, "proof": found.proof, "words": _words(body, found)}


def _pauses(given: list[dict[str, Any]]) -> list[Pause]:
    backwards = [
        bad_field(f"pauses.{place}.until", one["until"], Title("不能早于 since", "must not lie before since"))
        for place, one in enumerate(given)
        if one["until"] is not None and one["until"] < one["since"]
    ]
    known = sorted(access.office().catalogue.causes)
    accepted = Title(f"可用：{'、'.join(known)}", f"accepted: {', '.join(known)}")
    unlawful = [
        bad_field(f"pauses.{place}.cause", one["cause"], accepted)
        for place, one in enumerate(given)
        if one["cause"] not in known
    ]
    if backwards or unlawful:
        raise bad_fields([*backwards, *unlawful])
    return [Pause(one["since"], one["until"], one["cause"], one["resets"]) for one in given]


def _words(body: dict[str, Any], found: DueDate) -> Title | None:
    on, provisional = found.deadline.on, found.deadline.provisional
    if on is None:
        return None
    reader = body["today"] or local_day(body["start"])
    return Title(date_words(on, reader, "zh", provisional), date_words(on, reader, "en", provisional))
