"""Shapes of a tender with the periods of the law."""

from marshmallow import Schema, fields

from api.schemas.lists import Words
from workflow.catalogue.tendering import PERIOD_TYPES
from workflow.queries.tender import RESULTS


class PeriodRowSchema(Schema):
    """One period of one rule of the tendering law."""

    rule = fields.String(required=True, metadata={"description": "B1 to B22"})
    name = fields.String(required=True, metadata={"description": "the rule, and which of its periods"})
    title = Words(required=True)
    basis = fields.String(required=True)
    type = fields.String(required=True, metadata={"enum": list(PERIOD_TYPES)})
    limit = fields.String(required=True, allow_none=True)
    base = Words(required=True, allow_none=True)
    base_on = fields.Date(required=True, allow_none=True)
    target = Words(required=True, allow_none=True)
    target_on = fields.Date(required=True, allow_none=True)
    bound_on = fields.Date(
        required=True, allow_none=True, metadata={"description": "the first lawful day of a `min`, the last of a `max`"}
    )
    days = fields.Integer(required=True, allow_none=True, metadata={"description": "calendar days between the two"})
    provisional = fields.Boolean(required=True)
    result = fields.String(required=True, metadata={"enum": list(RESULTS)})
    case = fields.String(required=True, allow_none=True, metadata={"description": "the objection or complaint"})


class TenderSchema(Schema):
    """A tender: where it stands, in a sentence, and every period of the law with this project's days."""

    no = fields.String(required=True)
    title = fields.String(required=True)
    lot = fields.String(required=True)
    state = fields.String(required=True)
    state_title = Words(required=True)
    sentence = Words(required=True)
    suspended = fields.Boolean(required=True)
    round = fields.Integer(required=True)
    rounds = fields.List(
        fields.Dict(keys=fields.String()), required=True, metadata={"description": "rounds that failed, as they were"}
    )
    periods = fields.List(fields.Nested(PeriodRowSchema), required=True)
