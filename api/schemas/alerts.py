"""Shapes of alerts."""

from marshmallow import Schema, fields, validate

from api.schemas.lists import PageQuerySchema, Words, next_cursor
from workflow.commands.acknowledge_alert import LONGEST_NOTE


class AlertsQuerySchema(PageQuerySchema):
    """Which of my alerts."""

    open = fields.Boolean(
        load_default=False,
        metadata={"description": "only those that still wait: not acknowledged yet, and not stepped down"},
    )


class HandSchema(Schema):
    """Another alert of the same rung, where this one came from or went to."""

    alert = fields.Integer(required=True)
    role = fields.String(required=True)
    person = fields.String(required=True, allow_none=True)
    why = fields.String(required=True, allow_none=True, metadata={"enum": ["unread", "unreachable"]})
    acknowledged_at = fields.DateTime(required=True, allow_none=True)


class ReceiptSchema(Schema):
    """One message about an alert; it names no address."""

    channel = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": ["waiting", "delivered", "failed", "withdrawn"]})
    at = fields.DateTime(required=True, metadata={"description": "when it was delivered, else put there; office time"})


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
    answer_by = fields.DateTime(
        required=True,
        allow_none=True,
        metadata={"description": "not acknowledged by then, it goes to the next person; null: it may wait"},
    )
    next_role = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "the nearest role it would go to (a delegate comes first)"},
    )
    passed_from = fields.Nested(HandSchema, required=True, allow_none=True)
    passed_to = fields.Nested(HandSchema, required=True, allow_none=True)
    passed_on_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "with no `passed_to`: nobody was left"}
    )
    passed_why = fields.String(required=True, allow_none=True, metadata={"enum": ["unread", "unreachable"]})
    stepped_down_at = fields.DateTime(required=True, allow_none=True)
    stepped_down_why = fields.String(required=True, allow_none=True, metadata={"enum": ["solved", "moved", "paused"]})
    receipts = fields.List(fields.Nested(ReceiptSchema), required=True)


class AlertsSchema(Schema):
    """One page of alerts, newest first."""

    items = fields.List(fields.Nested(AlertSchema), required=True, attribute="rows")
    next_cursor = next_cursor()


class TrySchema(Schema):
    """One try to hand a message over."""

    channel = fields.String(required=True)
    at = fields.DateTime(required=True, metadata={"description": "real time"})
    milliseconds = fields.Integer(required=True)
    outcome = fields.String(required=True, metadata={"enum": ["delivered", "soon", "later", "never"]})


class LinkSchema(Schema):
    """One person in the chain an alert went through."""

    alert = fields.Integer(required=True)
    person = fields.String(required=True, allow_none=True)
    role = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    answer_by = fields.DateTime(required=True, allow_none=True)
    acknowledged_at = fields.DateTime(required=True, allow_none=True)
    passed_on_at = fields.DateTime(required=True, allow_none=True)
    passed_why = fields.String(required=True, allow_none=True)
    stepped_down_at = fields.DateTime(required=True, allow_none=True)


class AlertProofSchema(Schema):
    """An alert and the proof of its delivery; the tries of the last ninety days."""

    alert = fields.Nested(AlertSchema, required=True)
    person = fields.String(required=True, allow_none=True)
    tries = fields.List(fields.Nested(TrySchema), required=True)
    chain = fields.List(fields.Nested(LinkSchema), required=True)


class AcknowledgeSchema(Schema):
    """What the person says about it."""

    note = fields.String(load_default="", validate=validate.Length(max=LONGEST_NOTE))


class AcknowledgedSchema(Schema):
    """That it was seen."""

    id = fields.Integer(required=True)
    acknowledged_at = fields.DateTime(required=True)
