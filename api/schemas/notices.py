"""Shapes of notices."""

from marshmallow import Schema, fields, validate

from api.schemas.lists import PageQuerySchema, Words, next_cursor
from workflow.queries.paging import LARGEST_PAGE

LARGEST_ID = 2**63 - 1


class NoticesQuerySchema(PageQuerySchema):
    """Which of my notices."""

    unseen = fields.Boolean(load_default=False, metadata={"description": "only those not seen yet"})


class OwnNoticeSchema(Schema):
    """One notice to the caller."""

    id = fields.Integer(required=True)
    message = fields.String(required=True, metadata={"description": "which kind: action, dates, duty, digest"})
    said = Words(required=True, metadata={"description": "what happened"})
    more = Words(required=True)
    case = fields.String(required=True, allow_none=True)
    case_title = fields.String(required=True, allow_none=True)
    role = fields.String(required=True, metadata={"description": "as what the caller is told"})
    created_at = fields.DateTime(required=True)
    seen_at = fields.DateTime(required=True, allow_none=True)


class OwnNoticesSchema(Schema):
    """One page of notices, newest first."""

    items = fields.List(fields.Nested(OwnNoticeSchema), required=True, attribute="rows")
    next_cursor = next_cursor()


class NoticesSeenSchema(Schema):
    """Which were looked at."""

    ids = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, LARGEST_ID)),
        required=True,
        validate=validate.Length(1, LARGEST_PAGE),
    )


class NoticesSeenAnswerSchema(Schema):
    """What that changed."""

    seen = fields.Integer(required=True, metadata={"description": "how many had not been seen before"})
    unseen = fields.Integer(required=True, metadata={"description": "how many are left, counted up to 1001"})
