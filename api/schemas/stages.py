"""Shapes of the stage clocks of a project."""

from marshmallow import Schema, fields, validate

from api.schemas.lists import Words
from api.schemas.plans import DatedSchema
from workflow.planning import MEASURES


class StagesQuerySchema(Schema):
    """By which limits."""

    measure = fields.String(load_default=MEASURES[0], validate=validate.OneOf(MEASURES))


class StageCaseSchema(Schema):
    """The newest case of an item; ``visible``: you may open it."""

    no = fields.String(required=True)
    state_title = Words(required=True)
    department = fields.String(required=True)
    open = fields.Boolean(required=True)
    outcome = fields.String(required=True, allow_none=True)
    light = fields.String(required=True, allow_none=True)
    visible = fields.Boolean(required=True)


class StageItemSchema(Schema):
    """One item of a stage, with its live end, its expected end and the working days it can spare."""

    code = fields.String(required=True, attribute="item.code")
    title = Words(required=True, attribute="item.title")
    department = fields.String(required=True, attribute="item.department")
    state = fields.String(required=True, validate=validate.OneOf(("not_begun", "running", "granted", "refused")))
    case = fields.Nested(StageCaseSchema, required=True, allow_none=True)
    due = fields.Nested(DatedSchema, required=True, allow_none=True)
    expected = fields.Nested(DatedSchema, required=True, allow_none=True)
    waits_for = fields.String(required=True, allow_none=True)
    slack = fields.Integer(
        required=True, allow_none=True, metadata={"description": "working days to the end of the stage"}
    )
    critical = fields.Boolean(required=True)


class StageSchema(Schema):
    """One stage; ``due`` is derived from its items."""

    no = fields.Integer(required=True, metadata={"description": "1 to 4, 5 for 并行推进"})
    title = Words(required=True)
    lead = fields.String(required=True, allow_none=True)
    co_leads = fields.List(fields.String(), required=True)
    milestone = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(("not_needed", "not_begun", "running", "done")))
    light = fields.String(required=True)
    due = fields.Nested(DatedSchema, required=True, allow_none=True)
    critical = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "the item that decides the date; of this or an earlier stage"},
    )
    critical_path = fields.List(fields.String(), required=True)
    undecided = fields.List(
        fields.String(), required=True, metadata={"description": "items that hang on a question nobody has answered"}
    )
    words = Words(required=True)
    items = fields.List(fields.Nested(StageItemSchema), required=True)


class ProjectStagesSchema(Schema):
    """The stages of a project as of ``today``."""

    project = fields.String(required=True)
    today = fields.Date(required=True)
    measure = fields.String(required=True)
    calendar_version = fields.String(required=True)
    stages = fields.List(fields.Nested(StageSchema), required=True)
