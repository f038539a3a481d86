"""The shape of what a check code tells."""

from marshmallow import Schema, fields

from api.schemas.lists import Words


class CheckedDocumentSchema(Schema):
    """A document, as anybody may know it."""

    check_code = fields.String(required=True)
    no = fields.String(required=True)
    kind = fields.String(required=True)
    title = Words(required=True)
    issued_on = fields.Date(required=True)
    about = Words(required=True, metadata={"description": "the approval item, or the kind of case"})
    standing = fields.String(
        required=True,
        metadata={"enum": ["valid", "revoked", "cancelled", "lapsed"], "description": "what became of it"},
    )
    seal = fields.String(
        required=True, metadata={"description": "SHA-256 over its template, number and facts, as printed at its foot"}
    )


class RenderedSchema(Schema):
    """Whether the file of a document is there."""

    rendered = fields.Boolean(required=True, metadata={"description": "false: it is made within seconds"})
