"""Shapes of who used the time: of one case, and the figures of a period."""

from marshmallow import Schema, fields, validate

from api.schemas.days import Day
from api.schemas.lists import PageQuerySchema, Words, next_cursor
from workflow.queries.time_figures import KINDS

_HOLDERS = ["office", "applicant", "other_body", "exempt", "items"]
_OFFICE = "a department, or `window`, where the holder is the office"


class ShareSchema(Schema):
    """All time of one holder."""

    holder = fields.String(required=True, metadata={"enum": _HOLDERS})
    department = fields.String(required=True, allow_none=True, metadata={"description": _OFFICE})
    who = Words(required=True)
    days = fields.Integer(required=True, metadata={"description": "working days"})
    minutes = fields.Integer(required=True, metadata={"description": "of the clock on the wall"})


class SpanSchema(ShareSchema):
    """Time of one holder in one state: the working days after `since` up to and including `until`."""

    state = fields.String(required=True)
    state_title = Words(required=True)
    cause = fields.String(required=True, allow_none=True, metadata={"description": "of a pause"})
    cause_title = Words(required=True, allow_none=True)
    since = fields.DateTime(required=True)
    until = fields.DateTime(required=True)


class FlagSchema(Schema):
    """A step that stands out; it is shown, never blocked."""

    kind = fields.String(required=True, metadata={"enum": ["backfilled", "quick", "late_rung"]})
    seq = fields.Integer(required=True)
    title = Words(required=True)
    role = fields.String(required=True)
    effective_at = fields.DateTime(required=True)
    recorded_at = fields.DateTime(required=True)
    days = fields.Integer(required=True, allow_none=True, metadata={"description": "working days recorded late"})
    minutes = fields.Integer(
        required=True, allow_none=True, metadata={"description": "from acceptance to decision, or late by"}
    )


class MissedPromiseSchema(Schema):
    """A decision after the promised limit, with the reason that was published (优化营商环境条例 36)."""

    due_on = fields.Date(required=True)
    decided_at = fields.DateTime(required=True)
    reason = fields.String(required=True, allow_none=True)


class CaseTimeUseSchema(Schema):
    """Whose time one case has taken; the spans add up to the whole."""

    no = fields.String(required=True)
    title = fields.String(required=True)
    flow = fields.String(required=True)
    department = fields.String(required=True)
    since = fields.DateTime(required=True, allow_none=True, metadata={"description": "null before receipt"})
    until = fields.DateTime(required=True, allow_none=True)
    running = fields.Boolean(required=True)
    days = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    convention = Words(required=True)
    shares = fields.List(fields.Nested(ShareSchema), required=True)
    spans = fields.List(fields.Nested(SpanSchema), required=True)
    flags = fields.List(fields.Nested(FlagSchema), required=True)
    missed = fields.Nested(MissedPromiseSchema, required=True, allow_none=True)
    decisive = fields.String(
        required=True, allow_none=True, metadata={"description": "of a joint application: the item decided last"}
    )


class PeriodQuerySchema(Schema):
    """Which ended cases: both days included; the last thirty days where none are named."""

    since = Day(load_default=None, data_key="from")
    until = Day(load_default=None, data_key="to")
    department = fields.String(load_default=None, validate=validate.Length(1, 64))


class CountedQuerySchema(PeriodQuerySchema, PageQuerySchema):
    """Which figure the cases are behind."""

    kind = fields.String(load_default="cases", validate=validate.OneOf(KINDS))


class PolicySchema(Schema):
    """From when on a step is marked."""

    backfill_after = fields.String(required=True, metadata={"example": "1wd"})
    quick_decision = fields.String(required=True, metadata={"example": "30min"})
    late_rung_after = fields.String(required=True, metadata={"example": "60min"})


class DepartmentUseSchema(Schema):
    """What the cases of one department (`department` null: of all) add up to."""

    department = fields.String(required=True, allow_none=True)
    title = Words(required=True)
    cases = fields.Integer(required=True)
    days = fields.Integer(required=True)
    shares = fields.List(fields.Nested(ShareSchema), required=True)
    backfilled = fields.Integer(required=True, metadata={"description": "back-filled steps (补录)"})
    backfilled_cases = fields.Integer(required=True)
    quick = fields.Integer(required=True, metadata={"description": "decided within minutes (秒办)"})
    missed = fields.Integer(required=True, metadata={"description": "decided after the promised limit"})
    unexplained = fields.Integer(required=True, metadata={"description": "of these, without a published reason"})


class TimeFiguresSchema(Schema):
    """The figures of the cases that ended in a period."""

    since = fields.Date(required=True, data_key="from")
    until = fields.Date(required=True, data_key="to")
    departments = fields.List(fields.Nested(DepartmentUseSchema), required=True)
    all = fields.Nested(DepartmentUseSchema, required=True)
    complete = fields.Boolean(required=True, metadata={"description": "false: only the newest cases were counted"})
    policy = fields.Nested(PolicySchema, required=True)
    convention = Words(required=True)


class CountedCaseSchema(Schema):
    """One ended case, with what it adds to the figures."""

    no = fields.String(required=True)
    title = fields.String(required=True)
    item = fields.String(required=True)
    item_title = Words(required=True)
    department = fields.String(required=True)
    department_title = Words(required=True)
    ended_at = fields.DateTime(required=True)
    days = fields.Integer(required=True, attribute="use.days")
    shares = fields.List(fields.Nested(ShareSchema), required=True)
    flags = fields.List(fields.Nested(FlagSchema), required=True)
    missed = fields.Nested(MissedPromiseSchema, required=True, allow_none=True)


class CountedCasesSchema(Schema):
    """The cases behind a figure, newest first."""

    since = fields.Date(required=True, data_key="from")
    until = fields.Date(required=True, data_key="to")
    items = fields.List(fields.Nested(CountedCaseSchema), required=True, attribute="cases")
    next_cursor = next_cursor()
    count = fields.Integer(required=True)
    complete = fields.Boolean(required=True)
