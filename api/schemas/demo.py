"""Shapes of the demonstration's time."""

from marshmallow import Schema, fields, validate


class MoveSchema(Schema):
    """How far to move time."""

    move = fields.String(
        required=True,
        validate=validate.Length(1, 40),
        metadata={"description": "+1wd (09:05 of the next working day), +3d, +2h, +30min, or 2026-12-01T09:00"},
    )


class StandingSchema(Schema):
    """Where the office's time stands, and what waits in it."""

    now = fields.DateTime(required=True)
    real_now = fields.DateTime(required=True)
    shift_seconds = fields.Function(
        lambda standing: standing.shift.total_seconds(),
        metadata={"type": "number", "description": "how far the office's time is ahead"},
    )
    due = fields.Integer(required=True, metadata={"description": "rungs that no worker has fired yet"})
    waiting = fields.Integer(required=True, metadata={"description": "messages not delivered yet"})
    next_rung_at = fields.DateTime(required=True, allow_none=True)
