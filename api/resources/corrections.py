"""Corrections of what was recorded: the receipt of a case, the days of a pause."""

from typing import Any

from flask import Response

from api import access, once
from api.reading import Blueprint
from api.resources.answers import tagged
from api.schemas.corrections import CorrectedSchema, CorrectPauseSchema, CorrectReceiptSchema
from workflow.change import Change
from workflow.commands.correct_pause import correct_pause
from workflow.commands.correct_receipt import correct_receipt
from workflow.queries.after_action import after_action
from workflow.recast import moves
from workflow.work import Work

blueprint = Blueprint("corrections", __name__, url_prefix="/api/v1/cases", description="Recorded facts put right")

CORRECTED = CorrectedSchema()


@blueprint.post("/<no>/corrections/receipt")
@blueprint.arguments(CorrectReceiptSchema)
@blueprint.response(200, CorrectedSchema)
def receipt(body: dict[str, Any], no: str) -> Response:
    """Correct the time of receipt (director of the department)

    Every running clock that counts from it is derived anew, an acceptance by silence moves with it; clocks that have
    stopped stay as evidence (`kept`). A stale `version` is 409; in the future, after an express acceptance, or beyond
    the bound of late entries is 422.
    """
    with access.work() as work:
        answer = once.answer(
            work,
            CORRECTED,
            lambda: _corrected(work, correct_receipt(work, no, body["version"], body["received_at"], body["reason"])),
        )
    return tagged(answer, body["version"] + 1)


@blueprint.post("/<no>/corrections/pauses/<int:pause_id>")
@blueprint.arguments(CorrectPauseSchema)
@blueprint.response(200, CorrectedSchema)
def pause(body: dict[str, Any], no: str, pause_id: int) -> Response:
    """Correct the days of a pause (director of the department)

    `pause_id` is the `id` among the pauses of the case. Every running clock it stops is derived anew. Of an open pause
    only the start may be corrected. Outside of acceptance and today, or beyond the cap of its cause, is 422.
    """
    with access.work() as work:
        answer = once.answer(
            work,
            CORRECTED,
            lambda: _corrected(
                work,
                correct_pause(work, no, body["version"], pause_id, body["since"], body["until"], body["reason"]),
            ),
        )
    return tagged(answer, body["version"] + 1)


def _corrected(work: Work, change: Change) -> dict[str, Any]:
    now = after_action(work, change.after)
    return {
        "no": change.after.no,
        "version": now.version,
        "state": change.after.state,
        "event": change.event,
        "moves": moves(change.before.clocks, change.clocks),
        "kept": change.event.input["kept"],
        "clocks": now.clocks,
    }
