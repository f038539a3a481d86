"""Shapes of the ways to people, for those who look after the service."""

from marshmallow import Schema, fields, validate

from api.schemas.lists import PageQuerySchema, Words, next_cursor


class ChannelSchema(Schema):
    """One channel and how it is doing; instants are real time."""

    channel = fields.String(required=True)
    title = Words(required=True)
    inside = fields.Boolean(required=True, metadata={"description": "work of the service itself, not a way to people"})
    open = fields.Boolean(required=True)
    setting = fields.String(
        required=True, allow_none=True, metadata={"description": "the variable of the environment that opens it"}
    )
    failures = fields.Integer(required=True, metadata={"description": "in a row"})
    down_since = fields.DateTime(required=True, allow_none=True)
    next_at = fields.DateTime(required=True, allow_none=True, metadata={"description": "when it is asked again"})
    last_ok_at = fields.DateTime(required=True, allow_none=True)
    error = fields.String(required=True, allow_none=True)
    waiting = fields.Integer(required=True, metadata={"description": "messages, counted up to 1001"})
    given_up = fields.Integer(required=True, metadata={"description": "messages, counted up to 1001"})


class ChannelsSchema(Schema):
    """Every channel."""

    items = fields.List(fields.Nested(ChannelSchema), required=True)


class ChannelTriesQuerySchema(PageQuerySchema):
    """Of which channel."""

    channel = fields.String(load_default=None, validate=validate.Length(1, 60))


class ChannelTrySchema(Schema):
    """One try; it names no address and no person."""

    id = fields.Integer(required=True)
    channel = fields.String(required=True)
    at = fields.DateTime(required=True, metadata={"description": "real time"})
    milliseconds = fields.Integer(required=True)
    outcome = fields.String(required=True, metadata={"enum": ["delivered", "soon", "later", "never", "test"]})
    error = fields.String(required=True, allow_none=True)


class ChannelTriesSchema(Schema):
    """One page of tries, newest first; kept 90 days."""

    items = fields.List(fields.Nested(ChannelTrySchema), required=True, attribute="rows")
    next_cursor = next_cursor()


class QueuedAgainSchema(Schema):
    """How many messages wait again."""

    count = fields.Integer(required=True)
