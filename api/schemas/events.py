"""Shapes of the event feed."""

from marshmallow import Schema, fields, validate

from api.schemas.days import Start
from workflow.event_kinds import KINDS, data_schema
from workflow.queries.event_feed import LARGEST_PAGE, PAGE_SIZE

LARGEST_POSITION = 2**63 - 1
LONGEST_WAIT = 20
"""Seconds a question may be left open until there is something to tell."""


class EventsQuerySchema(Schema):
    """From where on, how much, of what."""

    after = fields.Integer(
        load_default=None,
        validate=validate.Range(0, LARGEST_POSITION),
        metadata={"description": "`next_after` of the page before; 0, or nothing: from the beginning"},
    )
    since = Start(
        load_default=None,
        metadata={
            "type": "string",
            "description": "instead of `after`: from what came at that moment (real time) on",
        },
    )
    limit = fields.Integer(
        load_default=PAGE_SIZE,
        validate=validate.Range(1, LARGEST_PAGE),
        metadata={"description": "entries of the stream read at most; one may tell several events, or none for you"},
    )
    kinds = fields.List(
        fields.String(validate=validate.Length(1, 60)),
        load_default=list,
        validate=validate.Length(max=len(KINDS)),
        metadata={"description": f"repeated: {', '.join(KINDS)}; none: all"},
    )
    wait = fields.Integer(
        load_default=0,
        validate=validate.Range(0, LONGEST_WAIT),
        metadata={"description": "seconds to wait for something where there is nothing yet"},
    )


class EventSchema(Schema):
    """One event. Ids and roles, never a person."""

    id = fields.String(required=True, metadata={"description": "`position.n`; note it, and you take each event once"})
    position = fields.Integer(required=True)
    kind = fields.String(required=True, metadata={"enum": list(KINDS)})
    case = fields.String(required=True, allow_none=True)
    flow = fields.String(required=True, allow_none=True)
    item = fields.String(required=True, allow_none=True)
    project = fields.String(required=True, allow_none=True)
    at = fields.DateTime(required=True, metadata={"description": "legal time"})
    recorded_at = fields.DateTime(required=True, metadata={"description": "when it was written"})
    by = fields.String(required=True, metadata={"description": "a role, `clock` or `system`"})
    imported = fields.Boolean(
        required=True, metadata={"description": "it happened in another system and came in with its case's history"}
    )
    data = fields.Dict(required=True, metadata={"anyOf": [data_schema(kind) for kind in KINDS.values()]})


class EventsSchema(Schema):
    """One page of events, oldest first."""

    events = fields.List(fields.Nested(EventSchema), required=True)
    next_after = fields.Integer(required=True, metadata={"description": "where to go on; `head` at the end"})
    head = fields.Integer(required=True, metadata={"description": "the newest position"})
