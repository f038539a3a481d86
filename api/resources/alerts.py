"""Alerts addressed to the caller."""

from typing import Any

from flask import Response

from api import access, once
from api.reading import Blueprint
from api.resources.answers import paging
from api.schemas.alerts import (
    AcknowledgedSchema,
    AcknowledgeSchema,
    AlertProofSchema,
    AlertsQuerySchema,
    AlertsSchema,
)
from workflow.commands.acknowledge_alert import acknowledge_alert
from workflow.queries.alerts import AlertProof, AlertView, alert_proof, inbox
from workflow.queries.paging import Page

blueprint = Blueprint("alerts", __name__, url_prefix="/api/v1/alerts", description="Warnings and escalations")


@blueprint.get("")
@blueprint.arguments(AlertsQuerySchema, location="query")
@blueprint.response(200, AlertsSchema)
def my_alerts(query: dict[str, Any]) -> Page[AlertView]:
    """Your alerts, newest first"""
    with access.work() as work:
        return inbox(work, paging(query), only_open=query["open"])


@blueprint.get("/<int:alert_id>")
@blueprint.response(200, AlertProofSchema)
def one_alert(alert_id: int) -> AlertProof:
    """One alert and the proof of its delivery

    When it was raised, every try of every channel, whether it was seen, and the chain of people it went through. For
    its person, for the director of its department, and for who watches the whole district.
    """
    with access.work() as work:
        return alert_proof(work, alert_id)


@blueprint.post("/<int:alert_id>/acknowledge")
@blueprint.arguments(AcknowledgeSchema)
@blueprint.response(200, AcknowledgedSchema)
def acknowledge(body: dict[str, Any], alert_id: int) -> Response:
    """Acknowledge an alert, once

    Seen is not solved: the clock runs on, and so does its ladder. The history of the case keeps who saw it and when.
    """
    with access.work() as work:
        return once.answer(
            work,
            AcknowledgedSchema(),
            lambda: {"id": alert_id, "acknowledged_at": acknowledge_alert(work, alert_id, body["note"])},
        )
