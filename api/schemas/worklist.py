"""Shapes of lists of cases: the worklist, its counts, the finished ones."""

from marshmallow import Schema, fields, validate

from api.schemas.days import Day
from api.schemas.lists import Form, PageQuerySchema, Sentence, Words, next_cursor
from workflow.definition import Title
from workflow.queries.worklist import LIGHTS, SCOPES

SHORT = validate.Length(1, 64)
_NUMBER = Title(
    "应为办件编号的开头，由数字、大写字母和连字符组成，最多 20 位，如 LS2026-0001",
    "must be the beginning of a case number: digits, capital letters and hyphens, 20 at most, such as LS2026-0001",
)


class WorklistQuerySchema(PageQuerySchema):
    """Which open cases."""

    scope = fields.String(load_default="all", validate=validate.OneOf(SCOPES))
    flow = fields.String(load_default=None, validate=SHORT)
    state = fields.String(load_default=None, validate=SHORT)
    item = fields.String(load_default=None, validate=SHORT)
    project = fields.String(load_default=None, validate=SHORT, metadata={"description": "a project code"})
    light = fields.String(load_default=None, validate=validate.OneOf([str(light) for light in LIGHTS]))
    unassigned = fields.Boolean(load_default=False)
    text = fields.String(
        load_default=None,
        validate=Form(r"[0-9A-Z-]{1,20}\Z", _NUMBER),
        metadata={"description": "the beginning of a case number"},
    )
    named = fields.String(
        load_default=None,
        validate=validate.Length(1, 100),
        metadata={"description": "a part of the name of a project or of its company"},
    )


class ClockBriefSchema(Schema):
    """One running clock of a line."""

    name = fields.String(required=True)
    title = Words(required=True)
    limit = fields.String(required=True, metadata={"example": "20wd"})
    state = fields.String(required=True, metadata={"enum": ["armed", "spent", "paused", "quarantined"]})
    light = fields.String(required=True, metadata={"enum": ["normal", "warning", "overdue", "paused"]})
    due_on = fields.Date(required=True, allow_none=True)
    provisional = fields.Boolean(required=True)
    remaining = fields.Integer(required=True)
    remaining_unit = fields.String(required=True, metadata={"enum": ["working_day", "calendar_day", "minute"]})
    words = Words(required=True)


class WorkRowSchema(Schema):
    """One line of the worklist."""

    no = fields.String(required=True)
    title = fields.String(required=True)
    flow = fields.String(required=True)
    item = fields.String(required=True, allow_none=True)
    item_title = Words(required=True, allow_none=True)
    state = fields.String(required=True)
    state_title = Words(required=True)
    turn = fields.String(required=True, allow_none=True, metadata={"description": "the role that has to act next"})
    version = fields.Integer(required=True)
    assignee_id = fields.Integer(required=True, allow_none=True)
    assignee = fields.String(required=True, allow_none=True)
    department = fields.String(required=True)
    project_code = fields.String(required=True)
    project_name = fields.String(required=True)
    light = fields.String(required=True, metadata={"enum": ["overdue", "warning", "normal", "paused"]})
    paused = fields.Boolean(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    due_at = fields.DateTime(required=True, allow_none=True)
    provisional = fields.Boolean(required=True)
    words = Words(required=True, allow_none=True)
    sentence = Sentence(dump_only=True, required=True, attribute="words", allow_none=True, metadata={"type": "string"})
    clocks = fields.List(fields.Nested(ClockBriefSchema), required=True)


class WorklistSchema(Schema):
    """One page of the worklist, by working time left, paused cases last."""

    items = fields.List(fields.Nested(WorkRowSchema), required=True, attribute="rows")
    next_cursor = next_cursor()


class CountsSchema(Schema):
    """How many open cases stand under each tab: exact up to 1,000, then ``1000+``; null: no such tab for you."""

    all = fields.String(required=True)
    mine = fields.String(required=True)
    department = fields.String(required=True, allow_none=True)
    squad = fields.String(required=True, allow_none=True)
    overdue = fields.String(required=True)
    warning = fields.String(required=True)
    paused = fields.String(required=True)
    unassigned = fields.String(required=True, allow_none=True)
    alerts = fields.String(required=True)


class EndedQuerySchema(PageQuerySchema):
    """Which finished cases."""

    outcome = fields.String(load_default=None, validate=SHORT)
    item = fields.String(load_default=None, validate=SHORT)
    project = fields.String(load_default=None, validate=SHORT)
    since = Day(load_default=None)


class EndedRowSchema(Schema):
    """One finished case."""

    no = fields.String(required=True)
    title = fields.String(required=True)
    flow = fields.String(required=True)
    item = fields.String(required=True, allow_none=True)
    item_title = Words(required=True, allow_none=True)
    state = fields.String(required=True)
    state_title = Words(required=True)
    outcome = fields.String(required=True, allow_none=True)
    project_code = fields.String(required=True)
    project_name = fields.String(required=True)
    received_at = fields.DateTime(required=True, allow_none=True)
    decided_at = fields.DateTime(required=True, allow_none=True)
    ended_at = fields.DateTime(required=True)
    late = fields.List(fields.String(), required=True, metadata={"description": "the clocks that were not kept"})


class EndedSchema(Schema):
    """One page of finished cases, newest first."""

    items = fields.List(fields.Nested(EndedRowSchema), required=True, attribute="rows")
    next_cursor = next_cursor()
