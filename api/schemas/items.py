"""Shapes of the list of approval items."""

from marshmallow import Schema, fields, validate

from api.schemas.lists import Words


class ItemsQuerySchema(Schema):
    """Which items."""

    stage = fields.Integer(load_default=None, validate=validate.Range(1, 4))
    department = fields.String(load_default=None, validate=validate.Length(1, 16))


class ItemLimitSchema(Schema):
    """How long the office may take."""

    limit = fields.Function(lambda own: str(own.limit), required=True, metadata={"type": "string", "example": "20wd"})
    base = fields.String(required=True, metadata={"enum": ["receipt", "acceptance"]})
    basis = fields.String(required=True)
    instant = fields.Boolean(required=True)
    assumed = fields.Boolean(required=True, metadata={"description": "a default that waits for the published figure"})


class ItemMaterialSchema(Schema):
    """One paper an item asks for."""

    code = fields.String(required=True)
    title = Words(required=True)
    required = fields.Boolean(required=True)
    may_follow = fields.Boolean(required=True)
    formats = fields.List(fields.String(), required=True)
    max_mb = fields.Integer(required=True)
    issued_by = fields.String(required=True)
    sample = fields.String(required=True, allow_none=True, metadata={"description": "where an example is found"})


class PrerequisiteSchema(Schema):
    """What must come before."""

    kind = fields.String(required=True)
    title = Words(required=True)
    any_of = fields.List(fields.String(), required=True)
    or_document = fields.String(required=True, allow_none=True)
    substitutes = fields.List(fields.String(), required=True)
    event = fields.String(required=True, allow_none=True)
    applies_if = fields.String(required=True, allow_none=True)
    waived_if = fields.String(required=True, allow_none=True)
    simulated_ok = fields.Boolean(
        required=True, metadata={"description": "a simulated review (模拟审批) may run before it is met"}
    )


class AppliesSchema(Schema):
    """When a project needs the item: with one of ``any_of`` (none: always) and none of ``none_of``."""

    title = Words(required=True)
    any_of = fields.List(fields.String(), required=True)
    none_of = fields.List(fields.String(), required=True)
    optional = fields.Boolean(required=True)


class ItemSchema(Schema):
    """One approval item (审批事项)."""

    code = fields.String(required=True)
    version = fields.Integer(required=True)
    title = Words(required=True)
    stage = fields.Integer(required=True)
    department = fields.String(required=True)
    kind = fields.String(required=True)
    statutory = fields.Nested(ItemLimitSchema, required=True, allow_none=True)
    promised = fields.Nested(ItemLimitSchema, required=True, allow_none=True)
    pauses = fields.List(fields.String(), required=True)
    materials = fields.List(fields.Nested(ItemMaterialSchema), required=True)
    prerequisites = fields.List(fields.Nested(PrerequisiteSchema), required=True)
    applies_if = fields.String(required=True, allow_none=True, metadata={"description": "the trait that asks for it"})
    applies = fields.Nested(
        AppliesSchema, required=True, allow_none=True, metadata={"description": "where not one trait alone says so"}
    )
    waived_if = fields.String(required=True, allow_none=True)
    parallel = fields.Boolean(required=True, metadata={"description": "runs beside the stages (并行推进)"})
    note = fields.String(required=True, allow_none=True)


class ItemsSchema(Schema):
    """The list of approval items."""

    items = fields.List(fields.Nested(ItemSchema), required=True)
