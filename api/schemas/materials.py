"""Shapes of papers: what is wanted, what was handed in."""

from flask_smorest.fields import Upload
from marshmallow import Schema, fields, validate

from api.schemas.lists import Words


class MaterialSchema(Schema):
    """One upload. ``case`` is where it lies: the papers of a bundle serve all its items."""

    id = fields.Integer(required=True)
    case = fields.String(required=True)
    code = fields.String(required=True)
    title = Words(required=True)
    filename = fields.String(required=True)
    content_type = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "bytes"})
    sha256 = fields.String(required=True)
    uploaded_by = fields.String(required=True, allow_none=True)
    uploaded_at = fields.DateTime(required=True)
    superseded = fields.Boolean(required=True)


class PaperSchema(Schema):
    """One paper that the items of the case ask for."""

    code = fields.String(required=True, attribute="paper.code")
    title = Words(required=True, attribute="paper.title")
    required = fields.Boolean(required=True, attribute="paper.required")
    may_follow = fields.Boolean(
        required=True, attribute="paper.may_follow", metadata={"description": "may come later under a promise (容缺)"}
    )
    formats = fields.List(fields.String(), required=True, attribute="paper.formats")
    max_mb = fields.Integer(required=True, attribute="paper.max_mb")
    items = fields.List(fields.String(), required=True, attribute="paper.items")
    attached = fields.Boolean(required=True)
    open = fields.Boolean(required=True, metadata={"description": "may be handed in now"})


class PapersSchema(Schema):
    """What was handed in on a case or its bundle, and what is wanted."""

    no = fields.String(required=True)
    items = fields.List(fields.Nested(MaterialSchema), required=True, attribute="materials")
    wanted = fields.List(fields.Nested(PaperSchema), required=True)


class UploadFormSchema(Schema):
    """Which paper the file is."""

    code = fields.String(required=True, validate=validate.Length(1, 40))


class UploadFileSchema(Schema):
    """The file itself."""

    file = Upload(required=True)


class UploadedSchema(Schema):
    """The upload as it was kept."""

    id = fields.Integer(required=True)
    case = fields.String(required=True)
    code = fields.String(required=True)
    filename = fields.String(required=True)
    content_type = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    uploaded_at = fields.DateTime(required=True)
    superseded = fields.Integer(
        required=True, allow_none=True, metadata={"description": "the upload it took the place of"}
    )
    unchanged = fields.Boolean(required=True, metadata={"description": "the very same file was there already"})
    version = fields.Integer(required=True, metadata={"description": "of the case; an upload does not raise it"})
