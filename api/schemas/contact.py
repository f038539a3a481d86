"""Shapes of how somebody is told."""

from marshmallow import Schema, fields, validate

from api.schemas.lists import Words
from workflow.catalogue.telling import KINDS

LONGEST_ADDRESS = 300
LONGEST_KEY = 200


class ContactQuerySchema(Schema):
    """Whether what became of a test is asked for, too."""

    test = fields.String(
        load_default=None,
        validate=validate.Length(1, LONGEST_KEY),
        metadata={"description": "the `key` that asking for a test was answered with"},
    )


class NewContactPointSchema(Schema):
    """One more address."""

    channel = fields.String(required=True, validate=validate.Length(1, 60))
    address = fields.String(
        required=True,
        validate=validate.Length(1, LONGEST_ADDRESS),
        metadata={"description": "as the channel has it: `example` shows one"},
    )


class TellingChoicesSchema(Schema):
    """What is told by which way. What is left out is as the office has it."""

    ways = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String(), validate=validate.Length(max=20)),
        metadata={
            "description": f"by kind ({', '.join(KINDS)}) the channels, for which there must be an address; "
            "an empty list: on the pages alone, which red cards cannot be"
        },
    )
    quiet = fields.Nested(
        Schema.from_dict(
            {"from": fields.String(required=True), "until": fields.String(required=True)}, name="QuietSchema"
        ),
        allow_none=True,
        metadata={"description": "HH:MM each, Asia/Shanghai, over midnight as well; null: no quiet hours"},
    )
    digest = fields.Boolean(metadata={"description": "the daily digest"})


class OwnChannelSchema(Schema):
    """One channel."""

    channel = fields.String(required=True)
    title = Words(required=True)
    open = fields.Boolean(required=True, metadata={"description": "the office has set it up"})
    has = fields.Boolean(required=True, metadata={"description": "you have an address for it"})
    example = fields.String(required=True)


class ContactPointSchema(Schema):
    """One of your addresses, masked."""

    id = fields.Integer(
        required=True, allow_none=True, metadata={"description": "null: the e-mail address of the account"}
    )
    channel = fields.String(required=True)
    channel_title = Words(required=True)
    address = fields.String(required=True, metadata={"description": "masked"})
    account = fields.Boolean(required=True, metadata={"description": "the e-mail address of the account"})
    open = fields.Boolean(required=True, metadata={"description": "its channel is set up"})
    tested_at = fields.DateTime(required=True, allow_none=True)
    bounced_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "the provider said that nothing arrives there"}
    )
    error = fields.String(required=True, allow_none=True)


class MessageKindSchema(Schema):
    """One kind of message."""

    kind = fields.String(required=True, metadata={"enum": list(KINDS)})
    title = Words(required=True)
    may_wait = fields.Boolean(required=True, metadata={"description": "held back in quiet hours"})
    ways = fields.List(fields.String(), required=True)
    chosen = fields.Boolean(required=True, metadata={"description": "by you; else as the office has it"})
    reaches = fields.List(
        fields.String(), required=True, metadata={"description": "the channels it goes by as things stand"}
    )


class QuietHoursSchema(Schema):
    """When what may wait is held back."""

    since = fields.Time(required=True, format="%H:%M", data_key="from")
    until = fields.Time(required=True, format="%H:%M")
    chosen = fields.Boolean(required=True)


class ContactTestSchema(Schema):
    """What became of a test."""

    key = fields.String(required=True)
    channel = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": ["waiting", "delivered", "failed"]})
    error = fields.String(required=True, allow_none=True)


class ContactSchema(Schema):
    """How you are told."""

    channels = fields.List(fields.Nested(OwnChannelSchema), required=True)
    points = fields.List(fields.Nested(ContactPointSchema), required=True)
    kinds = fields.List(fields.Nested(MessageKindSchema), required=True)
    quiet = fields.Nested(QuietHoursSchema, required=True, allow_none=True)
    digest = fields.Boolean(required=True)
    test = fields.Nested(ContactTestSchema, required=True, allow_none=True)
