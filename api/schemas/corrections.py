"""Shapes of corrections: a recorded fact put right, and the dates that moved with it."""

from marshmallow import Schema, fields, validate

from api.schemas.actions import TakenEventSchema
from api.schemas.clocks import ClockSchema
from api.schemas.days import Day, DayOrInstant
from workflow.commands.correcting import LONGEST_REASON


class CorrectionSchema(Schema):
    """What every correction says: the version the caller saw, and why."""

    version = fields.Integer(strict=True, required=True, validate=validate.Range(0, 2**31 - 1))
    reason = fields.String(required=True, validate=validate.Length(1, LONGEST_REASON))


class CorrectReceiptSchema(CorrectionSchema):
    """When the case was received in truth."""

    received_at = DayOrInstant(
        required=True,
        metadata={
            "type": "string",
            "example": "2026-02-27",
            "description": "a day stands for the opening of the office, or an instant with its offset",
        },
    )


class CorrectPauseSchema(CorrectionSchema):
    """From when to when the pause was in truth: it takes out the days after ``since`` up to and including ``until``."""

    since = Day(required=True)
    until = Day(load_default=None, allow_none=True, metadata={"description": "null while the pause is open"})


class MovedSchema(Schema):
    """One clock whose end or mark changed; null while a pause holds it."""

    clock = fields.String(required=True)
    round = fields.Integer(required=True)
    old = fields.Date(required=True, allow_none=True, attribute="old_on")
    new = fields.Date(required=True, allow_none=True, attribute="new_on")
    old_provisional = fields.Boolean(required=True)
    new_provisional = fields.Boolean(required=True)


class KeptSchema(Schema):
    """A clock that had stopped: it stays as it is, though the corrected fact would have given it other dates."""

    clock = fields.String(required=True)
    round = fields.Integer(required=True)
    due_on = fields.String(required=True, allow_none=True, metadata={"format": "date"})


class CorrectedSchema(Schema):
    """What a correction brought about: the new version, the dates that moved, and what stays as evidence."""

    no = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True)
    event = fields.Nested(TakenEventSchema, required=True)
    moves = fields.List(fields.Nested(MovedSchema), required=True)
    kept = fields.List(fields.Nested(KeptSchema), required=True)
    clocks = fields.List(fields.Nested(ClockSchema), required=True)
