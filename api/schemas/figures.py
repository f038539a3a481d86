"""Shapes of the leader's figures 作战图: numbers with their definitions, and the cases behind each."""

from marshmallow import Schema, fields, validate

from api.schemas.days import Day
from api.schemas.lists import PageQuerySchema, Words, next_cursor
from workflow.figures import BANDS, DIMENSIONS, FIGURES
from workflow.queries.figure_scope import MONTH

_WORD = validate.Length(1, 64)
_CUT = "one of " + ", ".join(DIMENSIONS)


class FigureQuerySchema(Schema):
    """Which period (both days included; this year up to today where none is named), cut by one value of one dimension,
    and broken down by month or by the same dimension."""

    since = Day(load_default=None, data_key="from")
    until = Day(load_default=None, data_key="to")
    dimension = fields.String(load_default=None, validate=_WORD, metadata={"description": _CUT})
    value = fields.String(load_default=None, validate=_WORD)
    by = fields.String(load_default=None, validate=_WORD, metadata={"description": f"{MONTH}, or {_CUT}"})


class FigureCasesQuerySchema(PageQuerySchema):
    """Which number of the figure the cases are behind; the period and the cut as for the figures."""

    part = fields.String(required=True, validate=_WORD, metadata={"description": f"of lights: {', '.join(BANDS)}"})
    since = Day(load_default=None, data_key="from")
    until = Day(load_default=None, data_key="to")
    dimension = fields.String(load_default=None, validate=_WORD, metadata={"description": _CUT})
    value = fields.String(load_default=None, validate=_WORD)


class FigurePartSchema(Schema):
    """One number of a figure."""

    code = fields.String(required=True)
    title = Words(required=True)
    n = fields.Integer(required=True)
    amount = fields.Integer(required=True, metadata={"description": "in the unit of the figure"})
    projects = fields.Integer(required=True, allow_none=True, metadata={"description": "each project counted once"})
    first_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "of what stands now: the earliest"}
    )


class FigureShareSchema(Schema):
    """A share or an average, with the two numbers it is made of."""

    code = fields.String(required=True)
    title = Words(required=True)
    numerator = fields.Integer(required=True)
    denominator = fields.Integer(required=True)
    value = fields.Float(required=True, allow_none=True, metadata={"description": "null where there is nothing"})


class FigureGroupSchema(Schema):
    """The numbers of one value or month; of all together where `key` is null."""

    key = fields.String(required=True, allow_none=True)
    title = Words(required=True)
    parts = fields.List(fields.Nested(FigurePartSchema), required=True)
    ratios = fields.List(fields.Nested(FigureShareSchema), required=True)


class FigureValiditySchema(Schema):
    """From when a definition holds and who says so; `assumed`: a default that waits for the published one."""

    valid_from = fields.Date(required=True)
    source = fields.String(required=True)
    assumed = fields.Boolean(required=True)


class FigureRatioSchema(Schema):
    """How a ratio is made: `of` a part, `among` another, or the average amount of the part."""

    title = Words(required=True)
    of = fields.String(required=True)
    among = fields.String(required=True, allow_none=True)
    by = fields.String(required=True, metadata={"enum": ["n", "amount"]})


class FigureDefinitionSchema(Schema):
    """口径: what a figure counts."""

    code = fields.String(required=True, metadata={"enum": [*FIGURES]})
    version = fields.Integer(required=True)
    title = Words(required=True)
    numerator = Words(required=True)
    denominator = Words(required=True)
    excluded = Words(required=True)
    period = Words(required=True)
    as_of = Words(required=True)
    counted = fields.String(required=True, metadata={"enum": ["in_period", "as_of_now"]})
    unit = fields.String(required=True)
    parts = fields.Dict(keys=fields.String(), values=Words(), required=True)
    parts_of = fields.String(required=True, allow_none=True)
    ratios = fields.Dict(keys=fields.String(), values=fields.Nested(FigureRatioSchema), required=True)
    validity = fields.Nested(FigureValiditySchema, required=True)


class CountedFigureSchema(Schema):
    """One figure with its definition."""

    code = fields.String(required=True)
    version = fields.Integer(required=True)
    definition = fields.Nested(FigureDefinitionSchema, required=True)
    whole = fields.Nested(FigureGroupSchema, required=True)
    groups = fields.List(fields.Nested(FigureGroupSchema), required=True)


class CountedFiguresSchema(Schema):
    """The figures of a period. `behind` counts what happened and is not in them yet."""

    since = fields.Date(required=True, data_key="from", attribute="scope.since")
    until = fields.Date(required=True, data_key="to", attribute="scope.until")
    dimension = fields.String(required=True, attribute="scope.dimension", metadata={"enum": ["all", *DIMENSIONS]})
    values = fields.List(
        fields.String(), required=True, allow_none=True, attribute="scope.values", metadata={"description": "null: all"}
    )
    by = fields.String(required=True, allow_none=True, attribute="scope.by")
    as_of = fields.DateTime(required=True)
    behind = fields.Integer(required=True)
    complete = fields.Boolean(required=True, metadata={"description": "false: being counted anew"})
    aside = fields.Integer(required=True, metadata={"description": "cases that could not be worked out"})
    figures = fields.List(fields.Nested(CountedFigureSchema), required=True)


class FigureDefinitionsSchema(Schema):
    """Every definition in its present version."""

    items = fields.List(fields.Nested(FigureDefinitionSchema), required=True)


class BehindFigureSchema(Schema):
    """One line behind a number: how much of it this case is at this moment."""

    no = fields.String(required=True)
    title = fields.String(required=True)
    flow = fields.String(required=True)
    state = fields.String(required=True)
    state_title = Words(required=True)
    department = fields.String(required=True)
    item = fields.String(required=True, allow_none=True)
    project_code = fields.String(required=True)
    project_name = fields.String(required=True)
    at = fields.DateTime(required=True, allow_none=True)
    n = fields.Integer(required=True)
    amount = fields.Integer(required=True)


class FigureCasesSchema(Schema):
    """The cases behind a number; `part` is the number itself."""

    figure = fields.String(required=True)
    version = fields.Integer(required=True)
    part = fields.Nested(FigurePartSchema, required=True)
    since = fields.Date(required=True, data_key="from", attribute="scope.since")
    until = fields.Date(required=True, data_key="to", attribute="scope.until")
    as_of = fields.DateTime(required=True)
    items = fields.List(fields.Nested(BehindFigureSchema), required=True, attribute="rows")
    next_cursor = next_cursor()
