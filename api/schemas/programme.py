"""Shapes of the programme: projects with their milestones, progress and lights."""

from marshmallow import Schema, fields, validate

from api.schemas.actions import StateSchema
from api.schemas.lists import PageQuerySchema, Words, next_cursor
from workflow.progress import ProgressLight

CODE = validate.Length(1, 64)
LIGHTS = [light.value for light in ProgressLight]


def _light() -> fields.String:
    return fields.String(required=True, attribute="progress.light.value", metadata={"enum": LIGHTS})


class ProgrammeQuerySchema(PageQuerySchema):
    """Which projects."""

    project = fields.String(load_default=None, validate=CODE, metadata={"description": "a project code"})
    battlefront = fields.String(load_default=None, validate=CODE)
    squad = fields.String(load_default=None, validate=CODE)
    light = fields.String(load_default=None, validate=CODE, metadata={"description": f"one of {', '.join(LIGHTS)}"})
    renewal = fields.Boolean(load_default=None)
    needs_permit = fields.Boolean(load_default=None)
    needs_tender = fields.Boolean(load_default=None)


class MilestoneSchema(Schema):
    """One milestone: plan, actual, who answers for it, its light and why."""

    no = fields.String(required=True, metadata={"description": "the case of the milestone"})
    name = fields.String(required=True, attribute="progress.name")
    kind = fields.String(required=True, attribute="progress.kind")
    kind_title = Words(required=True)
    state = fields.Nested(StateSchema, required=True)
    planned_on = fields.Date(required=True, allow_none=True, attribute="progress.planned_on")
    planned_first = fields.Date(required=True, allow_none=True, metadata={"description": "the plan at the beginning"})
    done_on = fields.Date(required=True, allow_none=True, attribute="progress.done_on")
    department = fields.String(required=True, attribute="progress.department")
    department_title = Words(required=True)
    person = fields.String(
        required=True, allow_none=True, metadata={"description": "null where you know officers by their role only"}
    )
    months_late = fields.Integer(required=True, attribute="progress.months_late")
    points_behind = fields.Float(required=True, allow_none=True, attribute="progress.points_behind")
    light = _light()
    why = Words(required=True, attribute="progress.why")


class ProgrammeSchema(Schema):
    """One project of the war map or of urban renewal."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    battlefront = fields.String(required=True)
    battlefront_title = Words(required=True, allow_none=True)
    squad = fields.String(required=True)
    squad_title = Words(required=True, allow_none=True)
    needs_permit = fields.Boolean(required=True)
    needs_tender = fields.Boolean(required=True)
    renewal = fields.Boolean(required=True)
    investment_wan = fields.Float(required=True)
    demo = fields.Boolean(required=True)
    case = fields.String(
        required=True, allow_none=True, metadata={"description": "null where it never entered the war map"}
    )
    state = fields.Nested(StateSchema, required=True, allow_none=True)
    target = fields.String(required=True, allow_none=True)
    year = fields.Integer(required=True, allow_none=True)
    specialist = fields.String(required=True, allow_none=True)
    planned_pct = fields.Float(required=True, allow_none=True)
    actual_pct = fields.Float(required=True, allow_none=True)
    points_behind = fields.Float(required=True, allow_none=True, attribute="progress.points_behind")
    reported_on = fields.Date(required=True, allow_none=True, attribute="progress.reported_on")
    light = _light()
    why = Words(required=True, attribute="progress.why")
    milestones = fields.List(fields.Nested(MilestoneSchema), required=True)


class ProgrammesSchema(Schema):
    """One page of projects."""

    items = fields.List(fields.Nested(ProgrammeSchema), required=True, attribute="rows")
    next_cursor = next_cursor()
