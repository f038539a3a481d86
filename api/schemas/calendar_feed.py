"""Shapes of the calendar that can be subscribed to."""

from marshmallow import Schema, fields


class CalendarFeedSchema(Schema):
    """Whether there is an address; the address itself is shown once, when it is made."""

    open = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True, allow_none=True)
    expires_at = fields.DateTime(required=True, allow_none=True)


class NewCalendarFeedSchema(Schema):
    """An address just made: the only time it is shown."""

    url = fields.String(required=True, metadata={"description": "secret: whoever has it sees your due dates"})
    created_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
