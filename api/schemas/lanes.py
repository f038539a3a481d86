"""Shapes of a project's five lanes."""

from marshmallow import Schema, fields

from api.schemas.actions import StateSchema
from api.schemas.lists import Words
from api.schemas.worklist import ClockBriefSchema
from workflow.clock.words import Light
from workflow.definition import LANES
from workflow.progress import ProgressLight

LIGHTS = [light.value for light in Light]


class LaneCaseSchema(Schema):
    """One case of a lane: where it stands, its running clocks, what comes next and whose turn that is."""

    no = fields.String(required=True)
    flow = fields.String(required=True)
    flow_title = Words(required=True)
    title = fields.String(required=True)
    state = fields.Nested(StateSchema, required=True)
    light = fields.String(required=True, metadata={"enum": LIGHTS})
    clocks = fields.List(fields.Nested(ClockBriefSchema), required=True)
    next_action = Words(required=True, allow_none=True)
    turn = Words(required=True, allow_none=True, metadata={"description": "the role that has to act"})
    holder = Words(required=True, allow_none=True, metadata={"description": "who has it, or the role"})
    open_under_it = fields.Integer(required=True)
    opened_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)


class LaneSchema(Schema):
    """One of the five ones on a project."""

    lane = fields.String(required=True, metadata={"enum": list(LANES)})
    title = Words(required=True)
    light = fields.String(required=True, allow_none=True, metadata={"enum": [*LIGHTS, None]})
    open_cases = fields.Integer(required=True)
    cases = fields.List(fields.Nested(LaneCaseSchema), required=True)


class LanesSchema(Schema):
    """A project with its five lanes, in their official order."""

    project = fields.String(required=True, attribute="project.code")
    name = fields.String(required=True, attribute="project.name")
    lanes = fields.List(fields.Nested(LaneSchema), required=True)
    programme_light = fields.String(
        required=True,
        attribute="programme.light.value",
        metadata={"enum": [light.value for light in ProgressLight], "description": "of its milestones and progress"},
    )
    programme_why = Words(required=True, attribute="programme.why")
