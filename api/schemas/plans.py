"""Shapes of plans: forwards from a day, backwards from a wanted one (倒排工期)."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from api.schemas.days import Day
from api.schemas.lists import Words
from workflow.definition import Title
from workflow.planning import MEASURES, MOST_ITEMS

_NOT_BOTH = Title("不能与 from 同时填写", "must not stand beside from")


def _words(most: int, **options: Any) -> fields.List[str]:
    return fields.List(
        fields.String(validate=validate.Length(1, 64)), load_default=list, validate=validate.Length(max=most), **options
    )


class PlanQuestionSchema(Schema):
    """What to plan: forwards from ``from`` (today by default), or backwards from ``until``."""

    items = fields.List(
        fields.String(validate=validate.Length(1, 16)),
        required=True,
        validate=validate.Length(1, MOST_ITEMS),
        metadata={"description": "codes of approval items", "example": ["LX08", "GC03", "SG05"]},
    )
    start = Day(data_key="from", load_default=None, metadata={"description": "everything is filed on this day"})
    until = Day(load_default=None, metadata={"description": "the last decision, or the event, is wanted for this day"})
    today = Day(load_default=None, metadata={"description": "plan backwards as if it were this day"})
    event = fields.String(
        load_default=None,
        validate=validate.Length(1, 64),
        metadata={"description": "a project event that `until` speaks of", "example": "works_start"},
    )
    measure = fields.String(load_default=MEASURES[0], validate=validate.OneOf(MEASURES))
    variants = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 16)),
        values=fields.String(validate=validate.Length(1, 64)),
        load_default=dict,
        validate=validate.Length(max=MOST_ITEMS),
        metadata={"description": "the variant of an item", "example": {"SG11": "report"}},
    )
    traits = _words(100, metadata={"description": "traits of the project"})
    papers = _words(200, metadata={"description": "codes of materials at hand"})
    intake = fields.Integer(
        strict=True,
        load_default=0,
        validate=validate.Range(0, 100),
        metadata={"description": "working days from filing to acceptance; 0: accepted on the spot"},
    )
    project = fields.String(
        load_default=None,
        validate=validate.Length(1, 64),
        metadata={"description": "count on the permits, papers and running cases of this project; sign in for it"},
    )

    @validates_schema
    def one_direction(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Forwards or backwards, not both."""
        if data["start"] is not None and data["until"] is not None:
            raise ValidationError({"until": [_NOT_BOTH]})


class DatedSchema(Schema):
    """A legal day; ``provisional`` where a day without a published notice helped to decide it."""

    day = fields.Date(required=True)
    provisional = fields.Boolean(required=True)


class MissingSchema(Schema):
    """A prerequisite that nothing in the plan meets: one of ``items``, or the ``paper``, is needed."""

    title = Words(required=True)
    items = fields.List(fields.String(), required=True)
    paper = fields.String(required=True, allow_none=True)


class PlanCaseSchema(Schema):
    """The running case behind a step; ``standing`` is clock, paused or intake (not accepted yet)."""

    no = fields.String(required=True)
    standing = fields.String(required=True)
    due = fields.Nested(DatedSchema, required=True)


class PlanLimitSchema(Schema):
    """The limit that was counted with."""

    limit = fields.String(required=True, metadata={"example": "20wd"})
    base = fields.String(required=True)
    basis = fields.String(required=True)
    assumed = fields.Boolean(required=True)


class PlanStepSchema(Schema):
    """One item: its earliest and its latest days, and the working days between."""

    item = fields.String(required=True)
    limit = fields.Nested(PlanLimitSchema, required=True, allow_none=True)
    case = fields.Nested(PlanCaseSchema, required=True, allow_none=True, attribute="running")
    filing = fields.Nested(DatedSchema, required=True)
    limit_ends = fields.Nested(DatedSchema, required=True)
    decision = fields.Nested(DatedSchema, required=True)
    waits_for = fields.String(required=True, allow_none=True)
    latest_filing = fields.Nested(DatedSchema, required=True, allow_none=True)
    latest_decision = fields.Nested(DatedSchema, required=True, allow_none=True)
    slack = fields.Integer(required=True, allow_none=True, metadata={"description": "working days; negative: too late"})
    critical = fields.Boolean(required=True)
    overdue = fields.Boolean(required=True)
    after = fields.List(fields.String(), required=True, metadata={"description": "prerequisites in the plan"})
    missing = fields.List(fields.Nested(MissingSchema), required=True)
    before_events = fields.List(fields.String(), required=True)


class PlanSchema(Schema):
    """A plan; ``steps`` by latest filing."""

    direction = fields.String(required=True, validate=validate.OneOf(("forwards", "backwards")))
    measure = fields.String(required=True)
    start = fields.Date(required=True, data_key="from", attribute="plan.question.start")
    until = fields.Date(required=True, allow_none=True, attribute="plan.question.until")
    event = fields.String(required=True, allow_none=True, attribute="plan.question.event")
    ends = fields.Nested(DatedSchema, required=True, allow_none=True, attribute="plan.ends")
    decides = fields.String(
        required=True,
        allow_none=True,
        attribute="plan.decides",
        metadata={"description": "the item that decides the date"},
    )
    critical_path = fields.List(fields.String(), required=True, attribute="plan.critical_path")
    feasible = fields.Boolean(required=True)
    short_by = fields.Integer(
        required=True, attribute="plan.short_by", metadata={"description": "working days by which it is too late"}
    )
    granted = fields.List(fields.String(), required=True, attribute="plan.granted")
    waived = fields.List(fields.String(), required=True, attribute="plan.waived")
    calendar_version = fields.String(required=True, attribute="plan.calendar_version")
    summary = Words(required=True)
    steps = fields.List(fields.Nested(PlanStepSchema), required=True, attribute="plan.steps")


class BundlePlanQuerySchema(Schema):
    """By which limits."""

    measure = fields.String(load_default=MEASURES[0], validate=validate.OneOf(MEASURES))


class BundlePlanSchema(PlanSchema):
    """The plan of a joint application."""

    no = fields.String(required=True)
