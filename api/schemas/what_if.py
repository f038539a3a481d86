"""Shapes of what-if: of one case, and of all live cases that a change concerns. Nothing is ever saved."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from api.schemas.calendar import MOST_ROWS, CalendarPreviewSchema, ClockMoveSchema
from api.schemas.clocks import ClockSchema
from api.schemas.days import Day
from api.schemas.due_dates import LimitField
from api.schemas.lists import ReasonShownSchema, Words
from workflow.clock.limit import Limit
from workflow.definition import Title
from workflow.hypotheses import LONGEST_EXTENSION, MOST_PAUSES, RUNNING
from workflow.queries.moves import MOST_DAYS

MOST_LIMITS = 10
_LIMITS = Title('应为 {"statutory": "15wd"} 这样的对象', 'must be an object such as {"statutory": "15wd"}')


class Limits(fields.Field[dict[str, Limit]]):
    """New limits by clock: ``{"statutory": "15wd"}``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Limit]:
        if not isinstance(value, dict) or len(value) > MOST_LIMITS:
            raise ValidationError([_LIMITS])
        read, wrong = LimitField(), {}
        found: dict[str, Limit] = {}
        for name, text in value.items():
            try:
                found[name] = read.deserialize(text)
            except ValidationError as error:
                wrong[name] = error.messages
        if wrong:
            raise ValidationError(wrong)
        return found


def _limits() -> Limits:
    return Limits(load_default=dict, metadata={"type": "object", "example": {"statutory": "15wd"}})


def _days(words: str) -> fields.List[Any]:
    return fields.List(
        Day(), load_default=list, validate=validate.Length(max=MOST_DAYS), metadata={"description": words}
    )


def _running() -> fields.String:
    return fields.String(
        load_default=RUNNING[0],
        validate=validate.OneOf(RUNNING),
        metadata={"description": "a new limit holds for running clocks, or only where it ends them earlier"},
    )


class SupposedPauseSchema(Schema):
    """A pause of the days after ``since`` up to and including ``until``; open without ``until``."""

    since = Day(required=True)
    until = Day(load_default=None, allow_none=True)
    cause = fields.String(required=True, validate=validate.Length(1, 40), metadata={"example": "expert_review"})


class CaseQuestionSchema(Schema):
    """What is supposed of one case; at least one thing."""

    pauses = fields.List(
        fields.Nested(SupposedPauseSchema), load_default=list, validate=validate.Length(max=MOST_PAUSES)
    )
    resume_on = Day(load_default=None, metadata={"description": "the open pauses end on this day"})
    extension = fields.Integer(strict=True, load_default=0, validate=validate.Range(0, LONGEST_EXTENSION))
    limits = _limits()
    running = _running()
    received_on = Day(load_default=None)
    accepted_on = Day(load_default=None)
    rest = _days("these days are off, whatever they are now")
    worked = _days("these days are worked, whatever they are now")


class StepSchema(Schema):
    """A deed that would be needed; ``reasons`` for which it would be refused, none where it is lawful."""

    field = fields.String(required=True)
    title = Words(required=True)
    by = fields.List(fields.String(), required=True, metadata={"description": "roles that may do it"})
    reasons = fields.List(fields.Nested(ReasonShownSchema), required=True)


class ClockChangeSchema(Schema):
    """One running clock before and after; ``move`` null where neither its end nor its mark changes."""

    before = fields.Nested(ClockSchema, required=True)
    after = fields.Nested(ClockSchema, required=True)
    move = fields.Nested(ClockMoveSchema, required=True, allow_none=True)
    sentence = Words(required=True, metadata={"description": "how the supposed end comes about"})


class WhatIfSchema(Schema):
    """One case under what is supposed. Nothing is saved."""

    no = fields.String(required=True)
    clocks = fields.List(fields.Nested(ClockChangeSchema), required=True)
    moves = fields.List(fields.Nested(ClockMoveSchema), required=True)
    turns = fields.String(required=True, allow_none=True, metadata={"enum": ["overdue", "safe", "warning", None]})
    lawful = fields.Boolean(required=True)
    steps = fields.List(fields.Nested(StepSchema), required=True)
    calendar_version = fields.String(required=True)


class AllQuestionSchema(Schema):
    """What is supposed of many cases: days of the calendar, one limit of an item, or one pause; one thing at a time."""

    rest = _days("these days are off")
    worked = _days("these days are worked")
    limits = _limits()
    running = _running()
    pause = fields.Nested(SupposedPauseSchema, load_default=None)
    item = fields.String(load_default=None, validate=validate.Length(1, 16), metadata={"example": "SG05"})
    variant = fields.String(load_default=None, validate=validate.Length(1, 64))
    department = fields.String(load_default=None, validate=validate.Length(1, 16), metadata={"example": "QX"})
    most = fields.Integer(
        strict=True,
        load_default=MOST_ROWS,
        validate=validate.Range(1, MOST_ROWS),
        metadata={"description": "cases named one by one; the figures always count all"},
    )


class WarnedSchema(Schema):
    """A reason for which the deed would be refused, as the first of ``cases`` has it."""

    reason = fields.Nested(ReasonShownSchema, required=True)
    cases = fields.Integer(required=True)


class UnsignedPreviewSchema(CalendarPreviewSchema):
    """What would move; nobody signs it."""

    class Meta:
        exclude = ("mark",)


class AllIfSchema(Schema):
    """What would move among the live cases. Nothing is saved."""

    preview = fields.Nested(UnsignedPreviewSchema, required=True)
    unlawful = fields.Integer(required=True, metadata={"description": "cases that could not lawfully be treated so"})
    warnings = fields.List(fields.Nested(WarnedSchema), required=True)
    failed = fields.Integer(required=True, metadata={"description": "cases that could not be calculated"})
