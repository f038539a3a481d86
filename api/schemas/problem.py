"""The shape of every refusal (RFC 9457), for the documentation; `api.problems` makes it."""

from marshmallow import Schema, fields


class ReasonSchema(Schema):
    """One unmet condition or one bad field."""

    code = fields.String(required=True, metadata={"example": "bad_field"})
    sentence = fields.String(required=True, metadata={"description": "in the language of Accept-Language"})
    zh = fields.String(required=True)
    en = fields.String(required=True)
    facts = fields.Dict(required=True, metadata={"description": "for a field: field, value, accepted"})


class ProblemSchema(Schema):
    """Why a request was refused, as data a person can act on."""

    type = fields.String(required=True, metadata={"example": "urn:wugeyi:problem:bad_input"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "in the language of Accept-Language, zh by default"})
    code = fields.String(required=True, metadata={"description": "stable, never translated"})
    zh = fields.String(required=True)
    en = fields.String(required=True)
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    extra = fields.Dict(required=True)
    request_id = fields.String(required=True)
