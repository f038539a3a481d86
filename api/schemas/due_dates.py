"""Shapes of the due-date calculator."""

from datetime import date, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from api.schemas.clocks import ProofSchema
from api.schemas.lists import Words
from workflow.clock.days import FIRST_YEAR, LAST_YEAR, OFFICE_ZONE, start_of_day
from workflow.clock.limit import Limit, parse_limit
from workflow.definition import Title

FIRST, LAST = date(FIRST_YEAR + 1, 1, 1), date(LAST_YEAR - 1, 12, 31)


class Start(fields.Field[datetime]):
    """A day (``2026-03-02``) or an instant with its offset (``2026-03-02T10:00:00+08:00``)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str):
            raise ValidationError([_NO_START])
        try:
            whole_day = len(value) == 10 and value[4] == value[7] == "-"
            start = start_of_day(date.fromisoformat(value)) if whole_day else datetime.fromisoformat(value)
        except ValueError:
            raise ValidationError([_NO_START]) from None
        if start.tzinfo is None or not FIRST <= start.astimezone(OFFICE_ZONE).date() <= LAST:
            raise ValidationError([_NO_START])
        return start


_NO_START = Title(
    f"应为 2026-03-02 或 2026-03-02T10:00:00+08:00 这样的日期或时刻，年份 {FIRST.year} 至 {LAST.year}",
    f"must be a day such as 2026-03-02 or an instant such as 2026-03-02T10:00:00+08:00, {FIRST.year} to {LAST.year}",
)


class LimitField(fields.Field[Limit]):
    """A limit as ``20wd``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Limit:
        try:
            return parse_limit(value)
        except (TypeError, ValueError):
            raise ValidationError([_NO_LIMIT]) from None


_NO_LIMIT = Title(
    "应为整数加单位，如 20wd（wd 工作日、cd 自然日、h 小时、min 分钟、mo 月、y 年）",
    "must be a whole number and a unit, such as 20wd (wd, cd, h, min, mo, y)",
)


class Day(fields.Date):
    """A day the calendar can speak of, as ``2026-03-02`` and in no other form of ISO 8601."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", validate=validate.Range(FIRST, LAST), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or len(value) != 10 or value[4] != "-" or value[7] != "-":
            raise self.make_error("invalid", input=value, obj_type="date")
        return super()._deserialize(value, attr, data, **kwargs)


class CalculatorPauseSchema(Schema):
    """A pause: the days after ``since`` up to and including ``until``; open without ``until``."""

    since = Day(required=True)
    until = Day(load_default=None, allow_none=True)
    cause = fields.String(load_default="pause", validate=validate.Regexp(r"[a-z][a-z0-9_]{0,39}\Z"))


class DueDateQuestionSchema(Schema):
    """When does it end?"""

    start = Start(required=True, data_key="from", metadata={"type": "string", "example": "2026-03-02"})
    limit = LimitField(required=True, metadata={"type": "string", "example": "20wd"})
    pauses = fields.List(fields.Nested(CalculatorPauseSchema), load_default=list, validate=validate.Length(max=100))
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
