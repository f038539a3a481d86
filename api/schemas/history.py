"""Shapes of a case's history."""

from marshmallow import Schema, fields

from api.schemas.lists import Words, next_cursor


class HistoryLineSchema(Schema):
    """One line of a case's history."""

    seq = fields.Integer(required=True)
    action = fields.String(required=True)
    title = Words(required=True)
    kind = fields.String(required=True, metadata={"enum": ["person", "clock", "system"]})
    from_state = fields.String(required=True)
    from_title = Words(required=True)
    to_state = fields.String(required=True)
    to_title = Words(required=True)
    actor = Words(required=True)
    role = fields.String(required=True)
    role_title = Words(required=True)
    effective_at = fields.DateTime(required=True, metadata={"description": "legal time"})
    recorded_at = fields.DateTime(required=True, metadata={"description": "when the line was written"})
    input = fields.Dict(required=True)
    hash = fields.String(required=True, metadata={"description": "the link of the case's chain (SHA-256)"})


class HistorySchema(Schema):
    """One page of a case's history, newest first."""

    items = fields.List(fields.Nested(HistoryLineSchema), required=True, attribute="rows")
    next_cursor = next_cursor()
