"""The query of the live stream."""

from marshmallow import Schema, fields, validate


class LiveQuerySchema(Schema):
    """From where on."""

    after = fields.Integer(
        load_default=None,
        validate=validate.Range(0, 2**63 - 1),
        metadata={
            "description": "the `id` of the last event you had; Last-Event-ID goes before it. Without: from now on"
        },
    )
