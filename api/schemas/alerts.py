"""Shapes of alerts."""

from marshmallow import Schema, fields, validate

from api.schemas.lists import PageQuerySchema, Words, next_cursor
from workflow.commands.acknowledge_alert import LONGEST_NOTE


class AlertsQuerySchema(PageQuerySchema):
    """Which of my alerts."""

    open = fields.Boolean(load_default=False, metadata={"description": "only those not acknowledged yet"})


class AlertSchema(Schema):
    """One alert addressed to the caller. Seen and solved are two things."""

    id = fields.Integer(required=True)
    card = fields.String(required=True, metadata={"enum": ["notice", "yellow", "red"]})
    card_title = Words(required=True)
    case = fields.String(required=True)
    case_title = fields.String(required=True)
    project_name = fields.String(required=True)
    state = fields.String(required=True)
    state_title = Words(required=True)
    clock = fields.String(required=True)
    clock_title = Words(required=True)
    rung_text = fields.String(required=True)
    role = fields.String(required=True, metadata={"description": "as what the caller is told"})
    due_at = fields.DateTime(required=True)
    created_at = fields.DateTime(required=True)
    acknowledged_at = fields.DateTime(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    solved = fields.Boolean(required=True, metadata={"description": "the clock that raised it has stopped"})
    overtaken = fields.Boolean(
        required=True,
        metadata={"description": "the date has moved later since: what fired lies ahead again, or has fired once more"},
    )


class AlertsSchema(Schema):
    """One page of alerts, newest first."""

    items = fields.List(fields.Nested(AlertSchema), required=True, attribute="rows")
    next_cursor = next_cursor()


class AcknowledgeSchema(Schema):
    """What the person says about it."""

    note = fields.String(load_default="", validate=validate.Length(max=LONGEST_NOTE))


class AcknowledgedSchema(Schema):
    """That it was seen."""

    id = fields.Integer(required=True)
    acknowledged_at = fields.DateTime(required=True)
