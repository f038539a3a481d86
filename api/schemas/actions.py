"""Shapes of actions: what may be done now, and what taking one brought about."""

from typing import Any, get_args

from marshmallow import INCLUDE, RAISE, Schema, ValidationError, fields, validate, validates_schema

from api.schemas.clocks import ClockSchema
from api.schemas.lists import ReasonShownSchema, Words
from workflow.definition import FieldType


class ChoiceSchema(Schema):
    """One accepted value of a field."""

    value = fields.String(required=True)
    title = Words(required=True)
    note = Words(required=True, allow_none=True)


class AskSchema(Schema):
    """One field of an action's form."""

    name = fields.String(required=True, attribute="field.name")
    title = Words(required=True, attribute="field.title")
    type = fields.String(
        required=True,
        attribute="field.type",
        metadata={"enum": list(get_args(FieldType))},
    )
    of = fields.String(required=True, allow_none=True, attribute="field.of")
    required = fields.Boolean(required=True, attribute="field.required")
    minimum = fields.Integer(required=True, allow_none=True, attribute="field.minimum")
    maximum = fields.Integer(required=True, allow_none=True, attribute="field.maximum")
    choices = fields.List(fields.Nested(ChoiceSchema), required=True)
    columns = fields.List(fields.Nested(lambda: AskSchema()), required=True, metadata={"description": "of a record"})


class ActionSchema(Schema):
    """One action of the present state: allowed now, or closed with every reason."""

    name = fields.String(required=True, attribute="action.name")
    title = Words(required=True, attribute="action.title")
    allowed = fields.Boolean(required=True)
    target = Words(required=True, allow_none=True)
    roles = fields.Function(lambda view: sorted(view.action.by), required=True, metadata={"type": "array"})
    asks = fields.List(fields.Nested(AskSchema), required=True)
    reasons = fields.List(fields.Nested(ReasonShownSchema), required=True)


class ActionsSchema(Schema):
    """What may be done to a case now, what not and why, at one version."""

    no = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True)
    state_title = Words(required=True)
    items = fields.List(fields.Nested(ActionSchema), required=True, attribute="actions")


class StateSchema(Schema):
    """Where a case stands."""

    name = fields.String(required=True)
    title = Words(required=True)
    turn = fields.String(required=True, allow_none=True)
    ended = fields.Boolean(required=True)
    exchange = fields.Integer(required=True, allow_none=True)


class TakeActionSchema(Schema):
    """The version the caller saw, and what the action asks for beside it."""

    class Meta:
        unknown = INCLUDE  # the fields differ by action and are read, as strictly, against its flow

    version = fields.Integer(strict=True, required=True, validate=validate.Range(0, 2**31 - 1))


class NewCaseSchema(Schema):
    """A case to be opened: of which flow, on which project or under which case, with what its opening asks."""

    class Meta:
        unknown = RAISE

    flow = fields.String(required=True, validate=validate.Length(1, 40))
    project = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))
    parent = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))
    inputs = fields.Dict(keys=fields.String(), load_default=dict)

    @validates_schema
    def in_one_place(self, data: dict[str, Any], **kwargs: Any) -> None:
        if (data["project"] is None) == (data["parent"] is None):
            raise ValidationError("Exactly one of project and parent is needed.", "project")


class TakenEventSchema(Schema):
    """The line of history an action wrote."""

    seq = fields.Integer(required=True)
    action = fields.String(required=True)
    from_state = fields.String(required=True)
    to_state = fields.String(required=True)
    role = fields.String(required=True, attribute="actor_role")
    effective_at = fields.DateTime(required=True)
    recorded_at = fields.DateTime(required=True)


class IssuedSchema(Schema):
    """A document an action issued."""

    no = fields.String(required=True)
    kind = fields.String(required=True)


class ChildSchema(Schema):
    """One item case of a bundle."""

    no = fields.String(required=True)
    item = fields.String(required=True)


class TakenSchema(Schema):
    """What an action brought about: the new version, the actions now allowed, the clocks."""

    no = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.Nested(StateSchema, required=True)
    outcome = fields.String(required=True, allow_none=True)
    event = fields.Nested(TakenEventSchema, required=True)
    issued = fields.List(fields.Nested(IssuedSchema), required=True)
    allowed = fields.List(fields.String(), required=True, metadata={"description": "actions you may take now"})
    clocks = fields.List(fields.Nested(ClockSchema), required=True)
    cases = fields.List(fields.Nested(ChildSchema), required=True, metadata={"description": "the items of a bundle"})
