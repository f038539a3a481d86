"""Shapes of flows: the definitions that cases run on."""

from marshmallow import Schema, fields, validate

from api.schemas.actions import StateSchema
from api.schemas.lists import Words


class FlowQuerySchema(Schema):
    """Which version; the newest where none is named."""

    version = fields.Integer(load_default=None, validate=validate.Range(1, 10_000))


class DrawingQuerySchema(FlowQuerySchema):
    """Which version, in which language."""

    lang = fields.String(load_default="zh", validate=validate.OneOf(("zh", "en")))


class FlowFieldSchema(Schema):
    """One thing an action asks for."""

    name = fields.String(required=True)
    title = Words(required=True)
    type = fields.String(required=True)
    required = fields.Boolean(required=True)
    of = fields.String(required=True, allow_none=True)
    columns = fields.List(fields.Nested(lambda: FlowFieldSchema()), required=True)


class FlowActionSchema(Schema):
    """One action of a flow."""

    name = fields.String(required=True)
    title = Words(required=True)
    sources = fields.List(fields.String(), required=True)
    target = fields.String(required=True, allow_none=True)
    by = fields.Function(lambda action: sorted(action.by), required=True, metadata={"type": "array"})
    needs = fields.List(fields.String(), required=True)
    asks = fields.List(fields.Nested(FlowFieldSchema), required=True)
    issues = fields.List(fields.String(), required=True)


class FlowRungSchema(Schema):
    """One step of a ladder."""

    text = fields.String(required=True)
    card = fields.String(required=True, allow_none=True)
    tell = fields.List(fields.String(), required=True)
    act = fields.String(required=True, allow_none=True)


class FlowClockSchema(Schema):
    """One clock of a flow."""

    name = fields.String(required=True)
    title = Words(required=True)
    while_states = fields.Function(lambda rule: sorted(rule.while_states), required=True, metadata={"type": "array"})
    starts = fields.String(required=True)
    limit = fields.Function(lambda rule: str(rule.limit), required=True, metadata={"type": "string"})
    basis = fields.String(required=True)
    paused_by = fields.String(required=True, allow_none=True)
    ladder = fields.List(fields.Nested(FlowRungSchema), required=True)


class FlowOpeningSchema(Schema):
    """How a case of a flow begins."""

    title = Words(required=True, attribute="action.title")
    by = fields.Function(lambda opening: sorted(opening.action.by), required=True, metadata={"type": "array"})
    needs = fields.List(fields.String(), required=True, attribute="action.needs")
    asks = fields.List(fields.Nested(FlowFieldSchema), required=True, attribute="action.asks")
    under = fields.List(fields.String(), required=True)
    only_one = fields.String(required=True, allow_none=True)


class FlowSchema(Schema):
    """One version of one flow, whole."""

    name = fields.String(required=True)
    version = fields.Integer(required=True)
    title = Words(required=True)
    lane = fields.String(required=True, allow_none=True)
    opening = fields.Nested(FlowOpeningSchema, required=True, allow_none=True)
    digest = fields.String(required=True)
    states = fields.Function(
        lambda flow: StateSchema(many=True).dump(flow.states.values()), required=True, metadata={"type": "array"}
    )
    actions = fields.Function(
        lambda flow: FlowActionSchema(many=True).dump(flow.actions.values()), required=True, metadata={"type": "array"}
    )
    clocks = fields.Function(
        lambda flow: FlowClockSchema(many=True).dump(flow.clocks.values()), required=True, metadata={"type": "array"}
    )


class FlowsSchema(Schema):
    """Every version of every flow."""

    items = fields.List(fields.Nested(FlowSchema), required=True)


class DrawingSchema(Schema):
    """A flow as Mermaid text."""

    flow = fields.String(required=True)
    version = fields.Integer(required=True)
    mermaid = fields.String(required=True)
