"""Shapes of an acceptance by segments."""

from marshmallow import Schema, fields

from api.schemas.lists import Words
from workflow.queries.acceptance import NOT_APPLICABLE, NOT_BEGUN


class DisciplineColumnSchema(Schema):
    """One discipline; ``whole_project``: looked at once, with the last segment."""

    code = fields.String(required=True)
    title = Words(required=True)
    department = fields.String(required=True)
    whole_project = fields.Boolean(required=True)
    after = fields.List(fields.String(), required=True, metadata={"description": "what must have passed before it"})


class PermitBuildingSchema(Schema):
    """One building of the permit."""

    code = fields.String(required=True)
    name = fields.String(load_default="")
    use = fields.String(load_default="")
    above_m2 = fields.Float(load_default=0)
    below_m2 = fields.Float(load_default=0)
    civil_defence_m2 = fields.Float(load_default=0)


class FoundProblemSchema(Schema):
    """One problem, as its department recorded it."""

    problem = fields.String(required=True)
    place = fields.String()
    photo = fields.String()
    fix = fields.String(required=True)
    owner = fields.String(required=True)
    due_on = fields.String(required=True)


class AcceptanceCellSchema(Schema):
    """One discipline in one segment."""

    discipline = fields.String(required=True)
    state = fields.String(
        required=True, metadata={"description": f"of its case, or {NOT_APPLICABLE} or {NOT_BEGUN} where it has none"}
    )
    title = Words(required=True)
    no = fields.String(required=True, allow_none=True)
    department = fields.String(required=True)
    who = Words(required=True)
    on = fields.Date(required=True, allow_none=True, metadata={"description": "the day it was decided"})
    due_on = fields.Date(required=True, allow_none=True)
    problems = fields.List(fields.Nested(FoundProblemSchema), required=True)
    condition = fields.String(required=True, allow_none=True)
    visible = fields.Boolean(required=True, metadata={"description": "you may open it"})


class AcceptanceSegmentSchema(Schema):
    """One application for one segment; not ``live``: it failed or was withdrawn, its buildings are free again."""

    no = fields.String(required=True)
    segment = fields.String(required=True)
    name = fields.String(required=True)
    last = fields.Boolean(required=True)
    live = fields.Boolean(required=True)
    state = fields.String(required=True)
    title = Words(required=True)
    buildings = fields.List(fields.String(), required=True)
    visit_at = fields.DateTime(required=True, allow_none=True)
    visited_on = fields.Date(required=True, allow_none=True)
    filing_no = fields.String(required=True, allow_none=True)
    cells = fields.List(fields.Nested(AcceptanceCellSchema), required=True)
    waits_for = fields.List(Words(), required=True)


class SegmentCountsSchema(Schema):
    """Live segments."""

    all = fields.Integer(required=True)
    usable = fields.Integer(required=True)
    examined = fields.Integer(required=True)
    rectifying = fields.Integer(required=True)
    not_applied = fields.Integer(required=True)


class AcceptanceSchema(Schema):
    """The matrix of an acceptance: its segments × the disciplines that apply."""

    no = fields.String(required=True)
    title = fields.String(required=True)
    permit_no = fields.String(required=True)
    segment_by = fields.String(required=True)
    state = fields.String(required=True)
    state_title = Words(required=True)
    sentence = Words(required=True)
    counts = fields.Nested(SegmentCountsSchema, required=True)
    columns = fields.List(fields.Nested(DisciplineColumnSchema), required=True)
    buildings = fields.List(fields.Nested(PermitBuildingSchema), required=True)
    left = fields.List(fields.String(), required=True, metadata={"description": "buildings in no segment yet"})
    segments = fields.List(fields.Nested(AcceptanceSegmentSchema), required=True)
