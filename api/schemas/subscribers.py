"""Shapes of other systems that are told what happens."""

from marshmallow import Schema, fields, validate

from api.schemas.days import Start
from api.schemas.events import LARGEST_POSITION
from api.schemas.lists import next_cursor
from workflow.commands.subscribe import LONGEST_NAME
from workflow.event_kinds import KINDS
from workflow.outside import LONGEST_URL

_URL = "https, on port 80, 443, 8080 or 8443; within WUGEYI_WEBHOOK_NETWORKS http and any port as well. Empty: it pulls"


def _kinds(**options: object) -> fields.List:
    return fields.List(
        fields.String(validate=validate.Length(1, 60)),
        validate=validate.Length(max=len(KINDS)),
        metadata={"description": f"any of {', '.join(KINDS)}; empty: all"},
        **options,  # type: ignore[arg-type]
    )


class NewSubscriberSchema(Schema):
    """Who is to be told what, and from where on."""

    name = fields.String(required=True, validate=validate.Length(1, LONGEST_NAME))
    url = fields.String(load_default="", validate=validate.Length(max=LONGEST_URL), metadata={"description": _URL})
    kinds = _kinds(load_default=list)
    after = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, LARGEST_POSITION),
        metadata={"description": "told what comes behind this position; nothing: from now on"},
    )
    since = Start(
        load_default=None,
        allow_none=True,
        metadata={"type": "string", "description": "instead of `after`: from what came at that moment (real time) on"},
    )


class SubscriberChangeSchema(Schema):
    """What is to be different; what is left out stays."""

    url = fields.String(validate=validate.Length(max=LONGEST_URL), metadata={"description": _URL})
    kinds = _kinds()
    active = fields.Boolean(metadata={"description": "false: paused; true: on from its position"})


class ReplaySchema(Schema):
    """From where on everything is told again: one of both."""

    after = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(0, LARGEST_POSITION)
    )
    since = Start(load_default=None, allow_none=True, metadata={"type": "string", "description": "real time"})


class SubscriberSchema(Schema):
    """One subscriber. Its secret is shown when it is made, and never again."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    url = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    generation = fields.Integer(required=True, metadata={"description": "of its secret"})
    old_until = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "until then the secret before signs as well"}
    )
    position = fields.Integer(required=True, metadata={"description": "the last it was told"})
    behind = fields.Integer(required=True, metadata={"description": "positions it was not told yet"})
    active = fields.Boolean(required=True)
    stopped_why = fields.String(
        required=True, allow_none=True, metadata={"description": "paused, gone (it said 410), failing (for 3 days)"}
    )
    failures = fields.Integer(required=True, metadata={"description": "in a row"})
    failing_since = fields.DateTime(required=True, allow_none=True)
    next_at = fields.DateTime(required=True, allow_none=True, metadata={"description": "of the next try"})
    testing = fields.Boolean(required=True, metadata={"description": "a test is on its way"})
    error = fields.String(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    last_ok_at = fields.DateTime(required=True, allow_none=True)


class NewSecretSchema(SubscriberSchema):
    """A subscriber with its secret: the only time it is shown."""

    secret = fields.String(required=True, metadata={"description": "whsec_ and Base64 of 32 bytes"})


class SubscribersSchema(Schema):
    """Every subscriber, by name."""

    items = fields.List(fields.Nested(SubscriberSchema), required=True)


class DeliverySchema(Schema):
    """One try."""

    id = fields.Integer(required=True)
    at = fields.DateTime(required=True)
    milliseconds = fields.Integer(required=True)
    outcome = fields.String(
        required=True, metadata={"description": "delivered, test, or when it is tried again: soon, later, never"}
    )
    error = fields.String(required=True, allow_none=True)


class DeliveriesSchema(Schema):
    """One page of tries, newest first."""

    items = fields.List(fields.Nested(DeliverySchema), required=True, attribute="rows")
    next_cursor = next_cursor()
