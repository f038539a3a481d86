"""Shapes of accounts as an administrator keeps them, and of one's own password."""

from marshmallow import Schema, fields, validate

from api.schemas.lists import PageQuerySchema, next_cursor
from workflow.commands.add_person import LONGEST_EMAIL, LONGEST_NAME
from workflow.passwords import LONGEST
from workflow.queries.people import LONGEST_QUERY

CODE = 60


class PeopleQuerySchema(PageQuerySchema):
    """Which accounts."""

    q = fields.String(
        load_default=None,
        validate=validate.Length(1, LONGEST_QUERY),
        metadata={"description": "a part of a name or user name"},
    )
    department = fields.String(load_default=None, validate=validate.Length(1, CODE))
    role = fields.String(load_default=None, validate=validate.Length(1, CODE))
    active = fields.Boolean(load_default=None, metadata={"description": "false: closed accounts"})


class NewPersonSchema(Schema):
    """An account to be made; roles are given one by one afterwards."""

    username = fields.String(required=True, validate=validate.Length(1, CODE))
    name = fields.String(required=True, validate=validate.Length(1, LONGEST_NAME))
    email = fields.String(load_default="", validate=validate.Length(max=LONGEST_EMAIL))


class PersonChangeSchema(Schema):
    """What is to be different; what is left out stays."""

    name = fields.String(validate=validate.Length(1, LONGEST_NAME))
    email = fields.String(validate=validate.Length(max=LONGEST_EMAIL))
    active = fields.Boolean(metadata={"description": "false: closed, every session ends; true: open again"})


class NewRoleSchema(Schema):
    """A role and where it holds: the one place its scope names, no other."""

    role = fields.String(required=True, validate=validate.Length(1, CODE))
    department = fields.String(load_default="", validate=validate.Length(max=CODE))
    squad = fields.String(load_default="", validate=validate.Length(max=CODE))
    project = fields.String(load_default="", validate=validate.Length(max=CODE), metadata={"description": "its code"})
    company = fields.String(
        load_default="", validate=validate.Length(max=CODE), metadata={"description": "its credit code"}
    )


class HeldRoleSchema(Schema):
    """A role of one's own and where it holds; all null: in the whole district."""

    id = fields.Integer(required=True)
    role = fields.String(required=True, attribute="grant.role")
    department = fields.String(required=True, allow_none=True, attribute="grant.department")
    squad = fields.String(required=True, allow_none=True, attribute="grant.squad")
    project = fields.String(required=True, allow_none=True, attribute="project_code")
    company = fields.String(required=True, allow_none=True, attribute="grant.company")
    since = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "null: given before that was kept"}
    )


class PersonSchema(Schema):
    """One account."""

    id = fields.Integer(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    active = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    signed_in_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "the last time; null: not since that is kept"}
    )
    away_until = fields.DateTime(required=True, allow_none=True, metadata={"description": "on leave until then"})
    roles = fields.List(fields.Nested(HeldRoleSchema), required=True)


class NewPasswordSchema(PersonSchema):
    """An account with a password just set: the only time it is shown."""

    password = fields.String(required=True)


class PeopleSchema(Schema):
    """One page of accounts, by user name."""

    items = fields.List(fields.Nested(PersonSchema), required=True, attribute="rows")
    next_cursor = next_cursor()


class OwnPasswordSchema(Schema):
    """The password one has and the one it is to be."""

    old = fields.String(required=True, load_only=True, validate=validate.Length(1, LONGEST))
    new = fields.String(required=True, load_only=True, validate=validate.Length(1, LONGEST))


class PasswordChangedSchema(Schema):
    """How many other sessions and bearer tokens of yours ended."""

    ended = fields.Integer(required=True)
