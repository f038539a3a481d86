"""Shapes of projects."""

from marshmallow import Schema, fields, validate

from api.schemas.days import Day
from api.schemas.lists import PageQuerySchema, Words, next_cursor

CODE = validate.Length(1, 64)


class ProjectsQuerySchema(PageQuerySchema):
    """Which projects."""

    project = fields.String(load_default=None, validate=CODE, metadata={"description": "a project code"})
    name = fields.String(load_default=None, validate=validate.Length(1, 60), metadata={"description": "part of a name"})
    battlefront = fields.String(load_default=None, validate=CODE)
    squad = fields.String(load_default=None, validate=CODE)
    needs_permit = fields.Boolean(load_default=None)
    needs_tender = fields.Boolean(load_default=None)
    renewal = fields.Boolean(load_default=None, metadata={"description": "of urban renewal"})


class NewProjectSchema(Schema):
    """A project to be put on the war map."""

    code = fields.String(
        required=True,
        validate=validate.Length(1, 64),
        metadata={"description": "项目代码 with its check digit", "example": "2203-370212-04-01-100013"},
    )
    code_exception = fields.String(
        load_default="",
        validate=validate.Length(max=500),
        metadata={"description": "why a code of the old form is accepted; needed for one, refused for any other"},
    )
    name = fields.String(required=True, validate=validate.Length(1, 200))
    company = fields.String(
        required=True, validate=validate.Length(1, 64), metadata={"description": "统一社会信用代码, GB 32100"}
    )
    company_name = fields.String(required=True, validate=validate.Length(1, 200))
    splclx = fields.Integer(strict=True, required=True, metadata={"description": "审批流程类型, 1 to 10"})
    street = fields.String(load_default="")
    battlefront = fields.String(load_default="")
    squad = fields.String(load_default="")
    investment_wan = fields.Float(load_default=0, validate=validate.Range(0, 10**9), metadata={"description": "万元"})
    area_m2 = fields.Float(load_default=0, validate=validate.Range(0, 10**9))
    needs_permit = fields.Boolean(load_default=False)
    needs_tender = fields.Boolean(load_default=False)
    renewal = fields.Boolean(load_default=False, metadata={"description": "of urban renewal (城市更新)"})
    facts = fields.Dict(
        keys=fields.String(validate=CODE),
        values=fields.Boolean(),
        load_default=dict,
        metadata={"description": "traits and papers held, by code"},
    )
    planned_start = Day(load_default=None, allow_none=True)
    war_map = fields.Dict(
        keys=fields.String(validate=CODE),
        load_default=None,
        allow_none=True,
        metadata={"description": "what opening `mechanism` asks: the project enters the war map at once"},
    )


class ProjectSchema(Schema):
    """One project, with how many of its cases are open, late and granted."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    company = fields.String(required=True)
    company_name = fields.String(required=True)
    splclx = fields.Integer(required=True)
    street = fields.String(required=True)
    street_title = Words(required=True, allow_none=True)
    battlefront = fields.String(required=True)
    battlefront_title = Words(required=True, allow_none=True)
    squad = fields.String(required=True)
    squad_title = Words(required=True, allow_none=True)
    investment_wan = fields.Float(required=True)
    area_m2 = fields.Float(required=True)
    needs_permit = fields.Boolean(required=True)
    needs_tender = fields.Boolean(required=True)
    renewal = fields.Boolean(required=True)
    facts = fields.Dict(required=True)
    planned_start = fields.Date(required=True, allow_none=True)
    demo = fields.Boolean(required=True)
    open_cases = fields.Integer(required=True)
    late_cases = fields.Integer(required=True)
    granted_cases = fields.Integer(required=True)


class ProjectsSchema(Schema):
    """One page of projects."""

    items = fields.List(fields.Nested(ProjectSchema), required=True, attribute="rows")
    next_cursor = next_cursor()
