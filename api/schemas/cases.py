"""The shape of one case, whole."""

from marshmallow import Schema, fields

from api.schemas.actions import ActionSchema, StateSchema
from api.schemas.clocks import ClockSchema
from api.schemas.lists import Words
from api.schemas.materials import MaterialSchema, PaperSchema


class PauseSchema(Schema):
    """A lawful stop of the clocks."""

    id = fields.Integer(required=True)
    cause = fields.String(required=True)
    title = Words(required=True)
    basis = fields.String(required=True)
    stops = fields.List(fields.String(), required=True)
    since = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True)
    planned_until = fields.Date(required=True)
    reason = fields.String(required=True)
    result = fields.String(required=True, allow_none=True)
    open = fields.Boolean(required=True)


class DocumentSchema(Schema):
    """A document the office issued."""

    no = fields.String(required=True)
    kind = fields.String(required=True)
    issued_at = fields.DateTime(required=True)
    effective_at = fields.DateTime(required=True)
    facts = fields.Dict(required=True)
    check_code = fields.String(
        required=True, allow_none=True, metadata={"description": "anybody may look the document up by it"}
    )
    rendered = fields.Boolean(required=True, metadata={"description": "whether its file is there"})


class DocumentsSchema(Schema):
    """The documents issued on a case, oldest first."""

    items = fields.List(fields.Nested(DocumentSchema), required=True)


class RelativeSchema(Schema):
    """Another case of the same application."""

    no = fields.String(required=True)
    item = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    state_title = Words(required=True)
    outcome = fields.String(required=True, allow_none=True)
    ended = fields.Boolean(required=True)
    light = fields.String(required=True)
    visible = fields.Boolean(required=True, metadata={"description": "whether you may open it"})


class NoticeFaultSchema(Schema):
    """One point of a one-time notice."""

    material = fields.String(required=True)
    problem = fields.String(required=True)
    fix = fields.String(required=True)


class NoticeSchema(Schema):
    """A one-time notice: everything that is missing or wrong."""

    at = fields.String(required=True, metadata={"format": "date-time"})
    faults = fields.List(fields.Nested(NoticeFaultSchema), required=True)


class CaseSchema(Schema):
    """One case whole."""

    no = fields.String(required=True)
    title = fields.String(required=True)
    flow = fields.String(required=True)
    flow_version = fields.Integer(required=True)
    flow_title = Words(required=True)
    item = fields.String(required=True, allow_none=True)
    item_title = Words(required=True, allow_none=True)
    variant = fields.String(required=True, allow_none=True, metadata={"description": "None: the base form"})
    variant_title = Words(required=True, allow_none=True)
    state = fields.Nested(StateSchema, required=True)
    outcome = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)
    light = fields.String(required=True, metadata={"enum": ["overdue", "warning", "normal", "paused", "done"]})
    paused = fields.Boolean(required=True)
    project_code = fields.String(required=True)
    project_name = fields.String(required=True)
    company = fields.String(required=True)
    company_name = fields.String(required=True)
    department = fields.String(required=True)
    department_title = Words(required=True)
    squad = fields.String(required=True)
    assignee_id = fields.Integer(required=True, allow_none=True)
    assignee = fields.String(required=True, allow_none=True)
    specialists = fields.List(fields.String(), required=True)
    opened_at = fields.DateTime(required=True)
    received_at = fields.DateTime(required=True, allow_none=True)
    accepted_at = fields.DateTime(required=True, allow_none=True)
    decided_at = fields.DateTime(required=True, allow_none=True)
    entered_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    deemed_accepted = fields.Boolean(required=True, metadata={"description": "accepted by silence (视为受理)"})
    late_reason = fields.String(required=True, allow_none=True)
    notices = fields.List(fields.Nested(NoticeSchema), required=True)
    items = fields.List(fields.String(), required=True)
    variants = fields.Dict(required=True, metadata={"description": "of a joint application: the form, by item"})
    form = fields.Dict(required=True)
    question = fields.String(required=True, allow_none=True)
    kept = fields.Dict(required=True, metadata={"description": "what the case keeps of what it was told, by name"})
    clocks = fields.List(fields.Nested(ClockSchema), required=True)
    pauses = fields.List(fields.Nested(PauseSchema), required=True)
    documents = fields.List(fields.Nested(DocumentSchema), required=True)
    materials = fields.List(fields.Nested(MaterialSchema), required=True)
    wanted = fields.List(fields.Nested(PaperSchema), required=True)
    parent = fields.Nested(RelativeSchema, required=True, allow_none=True)
    relatives = fields.List(
        fields.Nested(RelativeSchema), required=True, metadata={"description": "cases under it, and beside it"}
    )
    actions = fields.List(fields.Nested(ActionSchema), required=True)
