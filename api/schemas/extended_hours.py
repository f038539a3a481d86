"""Shapes of the hours of extended service."""

from marshmallow import RAISE, Schema, fields

from api.schemas.days import Day


class HoursQuerySchema(Schema):
    """The legal days on which a session began; left out: all."""

    class Meta:
        unknown = RAISE

    since = Day(data_key="from", load_default=None)
    until = Day(data_key="to", load_default=None)


class MonthOfHoursSchema(Schema):
    """One month of the office's zone."""

    month = fields.String(required=True, metadata={"example": "2022-03"})
    sessions = fields.Integer(required=True)
    minutes = fields.Integer(required=True, metadata={"description": "from start to end, as they were really used"})
    hours = fields.Float(required=True, metadata={"description": "to one decimal"})


class HoursOfServiceSchema(Schema):
    """The hours of extended service by month and in all."""

    since = fields.Date(required=True, allow_none=True, data_key="from")
    until = fields.Date(required=True, allow_none=True, data_key="to")
    months = fields.List(fields.Nested(MonthOfHoursSchema), required=True)
    sessions = fields.Integer(required=True)
    projects = fields.Integer(required=True, metadata={"description": "each counted once"})
    minutes = fields.Integer(required=True)
    hours = fields.Float(required=True, metadata={"description": "to one decimal"})
