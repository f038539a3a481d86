"""Shapes of people and their tokens."""

from marshmallow import Schema, fields, validate

from workflow.passwords import LONGEST

DAYS_AT_MOST = 365


class SignInSchema(Schema):
    """A name and a password, for a bearer token."""

    username = fields.String(required=True, validate=validate.Length(1, 64))
    password = fields.String(required=True, load_only=True, validate=validate.Length(1, LONGEST))
    label = fields.String(load_default="", validate=validate.Length(max=80), metadata={"description": "What it is for"})
    days = fields.Integer(strict=True, load_default=30, validate=validate.Range(1, DAYS_AT_MOST))


class TokenSchema(Schema):
    """A token as its owner sees it."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True, metadata={"enum": ["session", "bearer", "calendar"]})
    label = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    current = fields.Boolean(required=True, metadata={"description": "The one this request came with"})


class TokensSchema(Schema):
    """All live tokens of one person."""

    items = fields.List(fields.Nested(TokenSchema), required=True)


class NewTokenSchema(Schema):
    """A token just made: the only time its secret is shown."""

    id = fields.Integer(required=True)
    token = fields.String(required=True, attribute="secret", metadata={"description": "Authorization: Bearer <token>"})
    token_type = fields.Constant("Bearer", required=True)
    label = fields.String(required=True)
    expires_at = fields.DateTime(required=True)


class TitleSchema(Schema):
    """A name in Chinese and English."""

    zh = fields.String(required=True)
    en = fields.String(required=True)


class ScopeSchema(Schema):
    """Where a role holds; all null: in the whole district."""

    department = fields.String(required=True, allow_none=True)
    squad = fields.String(required=True, allow_none=True)
    project_id = fields.Integer(required=True, allow_none=True)
    company = fields.String(required=True, allow_none=True)
    on_behalf_of = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "the absent person you stand in for; null: a role of your own"},
    )


class StandsInSchema(Schema):
    """An absent person whose roles you hold until they are back."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)


class RoleSchema(Schema):
    """One role of a person, and everywhere it holds."""

    role = fields.String(required=True)
    title = fields.Nested(TitleSchema, required=True)
    scopes = fields.List(fields.Nested(ScopeSchema), required=True)


class MeSchema(Schema):
    """Who is signed in."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    roles = fields.List(fields.Nested(RoleSchema), required=True)
    stands_in_for = fields.List(fields.Nested(StandsInSchema), required=True)
    now = fields.DateTime(required=True, metadata={"description": "The office's time, by which all dates are counted"})
    csrf = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "For a session only: what changes must send as X-CSRF-Token"},
    )
