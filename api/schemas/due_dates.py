"""Shapes of the due-date calculator."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from api.schemas.clocks import ProofSchema
from api.schemas.days import Day, Start
from api.schemas.lists import Form, Words
from workflow.clock.limit import Limit, parse_limit
from workflow.definition import Title

MOST_PAUSES = 20
"""Of one question, which anybody may ask: every day of a proof names the causes of all pauses over it."""


class LimitField(fields.Field[Limit]):
    """A limit as ``20wd``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Limit:
        try:
            return parse_limit(value)
        except (TypeError, ValueError):
            raise ValidationError([_NO_LIMIT]) from None


_NO_LIMIT = Title(
    "应为整数加单位，如 20wd（wd 工作日、wh 工作小时、cd 自然日、h 小时、min 分钟、mo 月、y 年）",
    "must be a whole number and a unit, such as 20wd (wd, wh, cd, h, min, mo, y)",
)


_CAUSE = Title(
    "应为小写字母、数字和下划线，以字母开头，最多 40 位，如 expert_review",
    "must be lower case letters, digits and _, beginning with a letter, 40 at most, such as expert_review",
)


class CalculatorPauseSchema(Schema):
    """A pause: the days after ``since`` up to and including ``until``; open without ``until``."""

    since = Day(required=True)
    until = Day(load_default=None, allow_none=True)
    cause = fields.String(required=True, validate=Form(r"[a-z][a-z0-9_]{0,39}\Z", _CAUSE))
    resets = fields.Boolean(load_default=False, metadata={"description": "an interruption: the limit starts anew"})


class DueDateQuestionSchema(Schema):
    """When does it end?"""

    start = Start(required=True, data_key="from", metadata={"type": "string", "example": "2026-03-02"})
    limit = LimitField(required=True, metadata={"type": "string", "example": "20wd"})
    pauses = fields.List(
        fields.Nested(CalculatorPauseSchema), load_default=list, validate=validate.Length(max=MOST_PAUSES)
    )
    extension = fields.Integer(strict=True, load_default=0, validate=validate.Range(0, 1000))
    today = Day(load_default=None, metadata={"description": "what is used and left is told as of this day"})
    proof = fields.Boolean(load_default=False)


class DueDateSchema(Schema):
    """When it ends."""

    due_on = fields.Date(required=True, allow_none=True, attribute="deadline.on")
    due_at = fields.DateTime(required=True, allow_none=True, attribute="deadline.at")
    provisional = fields.Boolean(required=True, attribute="deadline.provisional")
    calendar_version = fields.String(required=True, attribute="deadline.calendar_version")
    words = Words(required=True, allow_none=True)
    proof = fields.Nested(ProofSchema, required=True, allow_none=True)
