"""Shapes of imports."""

from marshmallow import Schema, fields

from api.schemas.lists import PageQuerySchema, next_cursor


class ImportQuerySchema(Schema):
    """Whether it is only tried."""

    dry_run = fields.Boolean(
        load_default=False, metadata={"description": "say what would happen and list every fault; nothing is written"}
    )


class CellFaultSchema(Schema):
    """What is wrong with one cell of a file."""

    sheet = fields.String(required=True)
    cell = fields.String(required=True, metadata={"description": "as Excel has it, or a path in a JSON file"})
    column = fields.String(required=True)
    value = fields.String(required=True)
    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    accepted = fields.List(fields.String(), required=True)


class ImportOutcomeSchema(Schema):
    """What an import did, or would do."""

    id = fields.Integer(required=True, allow_none=True, metadata={"description": "null for a dry run"})
    kind = fields.String(required=True, metadata={"enum": ["projects", "people", "case"]})
    dry_run = fields.Boolean(required=True)
    created = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    same = fields.Integer(required=True)
    faults = fields.List(fields.Nested(CellFaultSchema), required=True)
    cases = fields.List(fields.String(), required=True, metadata={"description": "numbers of the cases brought in"})


class ImportAnswerSchema(ImportOutcomeSchema):
    """The same with the first passwords of new accounts, which are told in the first answer only."""

    secrets = fields.Dict(keys=fields.String(), values=fields.String())


class PastImportsQuerySchema(PageQuerySchema):
    """Which page."""


class PastImportSchema(Schema):
    """One import of the list."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    filename = fields.String(required=True)
    person = fields.String(required=True, allow_none=True)
    imported_at = fields.DateTime(required=True)
    result = fields.Dict(required=True)


class PastImportsSchema(Schema):
    """One page of imports, newest first."""

    items = fields.List(fields.Nested(PastImportSchema), required=True, attribute="rows")
    next_cursor = next_cursor()
