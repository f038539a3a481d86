"""Shapes of the breach forecast."""

from marshmallow import Schema, fields, validate

from api.schemas.lists import Words
from workflow.queries.forecast import MOST, SHOWN
from workflow.queries.paging import LARGEST_PAGE

_CODE = validate.Length(1, 64)


class ForecastQuerySchema(Schema):
    """Which open cases, and how many of the likeliest."""

    department = fields.String(load_default=None, validate=_CODE)
    item = fields.String(load_default=None, validate=_CODE)
    limit = fields.Integer(load_default=SHOWN, validate=validate.Range(1, LARGEST_PAGE))


class ChanceSchema(Schema):
    """Of `cases` ended ones `reached` took at least `used` working days, and `missed` of these more than `limit`."""

    of = fields.String(required=True, metadata={"enum": ["item", "stage"]})
    cases = fields.Integer(required=True)
    reached = fields.Integer(required=True)
    missed = fields.Integer(required=True)
    share = fields.Float(required=True, metadata={"description": "missed / reached"})
    expected_over = fields.Float(required=True, metadata={"description": "working days over on average"})


class LimitForecastSchema(Schema):
    """One running limit; `chance` is null where the history says nothing, and `reason` says why."""

    clock = fields.String(required=True, attribute="brief.name")
    title = Words(required=True, attribute="brief.title")
    used = fields.Integer(required=True, allow_none=True)
    limit = fields.Integer(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True, attribute="brief.due_on")
    provisional = fields.Boolean(required=True, attribute="brief.provisional")
    left = fields.Integer(required=True, attribute="brief.remaining")
    words = Words(required=True, attribute="brief.words")
    chance = fields.Nested(ChanceSchema, required=True, allow_none=True)
    reason = Words(required=True)


class ForecastCaseSchema(Schema):
    """One open case."""

    no = fields.String(required=True)
    title = fields.String(required=True)
    item = fields.String(required=True)
    item_title = Words(required=True)
    state_title = Words(required=True)
    department = fields.String(required=True)
    department_title = Words(required=True)
    assignee = fields.String(required=True, allow_none=True)
    project_code = fields.String(required=True)
    project_name = fields.String(required=True)
    paused = fields.Boolean(required=True)
    share = fields.Float(required=True, allow_none=True, metadata={"description": "the chance to miss the promise"})
    likely = fields.Boolean(required=True)
    promised = fields.Nested(LimitForecastSchema, required=True)
    statutory = fields.Nested(LimitForecastSchema, required=True, allow_none=True)


class DebtSchema(Schema):
    """时间欠账: the working days that a department's open cases are expected to be over, all together."""

    department = fields.String(required=True)
    title = Words(required=True)
    cases = fields.Integer(required=True)
    likely = fields.Integer(required=True)
    days = fields.Float(required=True)


class ForecastSchema(Schema):
    """The likeliest first; those without enough history (`unknown` in all) behind."""

    items = fields.List(fields.Nested(ForecastCaseSchema), required=True, attribute="cases")
    debts = fields.List(fields.Nested(DebtSchema), required=True)
    considered = fields.Integer(required=True, metadata={"description": "open cases looked at, the nearest dates"})
    likely = fields.Integer(required=True)
    unknown = fields.Integer(required=True)
    complete = fields.Boolean(required=True, metadata={"description": f"false: more than {MOST} are open"})
    since = fields.Date(required=True, data_key="history_from")
    until = fields.Date(required=True, data_key="history_to")
    version = fields.Integer(required=True, metadata={"description": "of the definition of net_days"})
    as_of = fields.DateTime(required=True)
