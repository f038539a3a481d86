"""Shapes of the leader's picture 作战图."""

from marshmallow import Schema, fields, validate

from api.schemas.days import Day
from api.schemas.figures import BehindFigureSchema, CountedFigureSchema
from api.schemas.forecast import ForecastSchema
from api.schemas.lists import Words
from workflow.queries.war_map import DIMENSIONS, LIGHTS, NEEDS

_WORD = validate.Length(1, 64)


class WarMapQuerySchema(Schema):
    """Which period (this month where no day is named), cut by one dimension, and which key projects."""

    since = Day(load_default=None, data_key="from")
    until = Day(load_default=None, data_key="to")
    dimension = fields.String(load_default=None, validate=_WORD, metadata={"description": ", ".join(DIMENSIONS)})
    value = fields.String(load_default=None, validate=_WORD)
    needs = fields.String(load_default="permit", validate=validate.OneOf(NEEDS))


class KeyProjectSchema(Schema):
    """One key project; the light is the worst of its open cases."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    street = fields.String(required=True)
    front = fields.String(required=True)
    squad = fields.String(required=True)
    light = fields.String(required=True, allow_none=True, metadata={"enum": [*map(str, LIGHTS), None]})
    nearest_no = fields.String(required=True, allow_none=True)
    nearest_title = fields.String(required=True, allow_none=True)
    nearest_at = fields.DateTime(required=True, allow_none=True)


class DecisionSchema(Schema):
    """One thing the caller has to decide; `no` is a case, `amendment` the number of an amendment."""

    kind = fields.String(required=True, metadata={"enum": ["alert", "turn", "amendment"]})
    at = fields.DateTime(required=True)
    words = Words(required=True)
    card = fields.String(required=True, allow_none=True)
    no = fields.String(required=True, allow_none=True)
    title = fields.String(required=True, allow_none=True)
    project_name = fields.String(required=True, allow_none=True)
    amendment = fields.Integer(required=True, allow_none=True)


class WarMapSchema(Schema):
    """The whole picture."""

    since = fields.Date(required=True, data_key="from", attribute="days.since")
    until = fields.Date(required=True, data_key="to", attribute="days.until")
    before_since = fields.Date(required=True, data_key="before_from", attribute="days.before_since")
    before_until = fields.Date(required=True, data_key="before_to", attribute="days.before_until")
    needs = fields.String(required=True)
    figures = fields.List(
        fields.Nested(CountedFigureSchema), attribute="numbers.figures", metadata={"description": "left out: not yours"}
    )
    before = fields.List(fields.Nested(CountedFigureSchema), attribute="before.figures")
    behind = fields.Integer(attribute="numbers.behind")
    projects = fields.List(fields.Nested(KeyProjectSchema), required=True)
    projects_complete = fields.Boolean(required=True)
    decisions = fields.List(fields.Nested(DecisionSchema), required=True)
    problems = fields.List(fields.Nested(BehindFigureSchema), attribute="problems.rows")
    problems_open = fields.Integer(attribute="problems.part.n")
    forecast = fields.Nested(ForecastSchema, required=True)
    as_of = fields.DateTime(required=True)
