"""Shapes of choosing items by questions about the project (申报导引)."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from api.schemas.days import Day
from api.schemas.lists import Words
from api.schemas.plans import PlanSchema
from workflow.definition import Title
from workflow.planning import MEASURES, MOST_ITEMS

MOST_ANSWERS = 100
_NOT_BOTH = Title("不能与 from 同时填写", "must not stand beside from")
_NO_ANSWER = Title("应为文字或数", "must be text or a number")


class AnswerField(fields.Field[str | int | float]):
    """The code of an answer, or the number of a figure."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | int | float:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValidationError([_NO_ANSWER])
        if isinstance(value, str) and not 1 <= len(value) <= 64:
            raise ValidationError([_NO_ANSWER])
        return value


class AnswerSchema(Schema):
    """One answer that may be given, and what it says of the project."""

    code = fields.String(required=True)
    title = Words(required=True)
    sets = fields.List(fields.String(), required=True, metadata={"description": "traits it affirms"})
    clears = fields.List(fields.String(), required=True, metadata={"description": "traits it denies"})
    variants = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    hint = Words(required=True, allow_none=True)


class FigureSchema(Schema):
    """A number that may be given."""

    unit = fields.String(required=True, metadata={"description": "yuan, wan_yuan (10 000 yuan) or m2"})
    most = fields.Integer(required=True)
    thresholds = fields.List(fields.String(), required=True, metadata={"description": "what it is compared with"})


class QuestionSchema(Schema):
    """One question: choose one of ``answers``, or give the ``figure``."""

    code = fields.String(required=True)
    title = Words(required=True)
    note = Words(required=True, allow_none=True)
    answers = fields.Function(
        lambda own: AnswerSchema(many=True).dump(own.answers.values()),
        required=True,
        metadata={"type": "array", "items": {"type": "object"}},
    )
    figure = fields.Nested(FigureSchema, required=True, allow_none=True)


class ValiditySchema(Schema):
    """From when the questions hold, and who says so."""

    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    source = fields.String(required=True)
    assumed = fields.Boolean(required=True, metadata={"description": "a default that waits for the published text"})


class QuestionsSchema(Schema):
    """The questions in the order in which they are asked."""

    validity = fields.Nested(ValiditySchema, required=True)
    questions = fields.List(fields.Nested(QuestionSchema), required=True)


class ItemChoiceQuestionSchema(Schema):
    """What is known of the project, and what to plan with."""

    answers = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 64)),
        values=AnswerField(),
        required=True,
        validate=validate.Length(max=MOST_ANSWERS),
        metadata={"description": "by question", "example": {"splclx": "3", "basis": "filing", "investment": 5000}},
    )
    also = fields.List(
        fields.String(validate=validate.Length(1, 16)),
        load_default=list,
        validate=validate.Length(max=MOST_ITEMS),
        metadata={"description": "optional items to take in"},
    )
    start = Day(data_key="from", load_default=None, metadata={"description": "everything is filed on this day"})
    until = Day(
        load_default=None, metadata={"description": "the last decision before the works is wanted for this day"}
    )
    completed = Day(
        load_default=None, metadata={"description": "the works are done on this day: plans stage 4 from it"}
    )
    today = Day(load_default=None, metadata={"description": "as if it were this day"})
    measure = fields.String(load_default=MEASURES[0], validate=validate.OneOf(MEASURES))

    @validates_schema
    def one_direction(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Forwards or backwards, not both."""
        if data["start"] is not None and data["until"] is not None:
            raise ValidationError({"until": [_NOT_BOTH]})


class ItemChoiceSchema(Schema):
    """One item of the catalogue for this project."""

    code = fields.String(required=True, attribute="item.code")
    version = fields.Integer(required=True, attribute="item.version")
    title = Words(required=True, attribute="item.title")
    department = fields.String(required=True, attribute="item.department")
    stage = fields.Integer(required=True, metadata={"description": "1 to 4, or 5 for 并行推进"})
    status = fields.String(
        required=True, validate=validate.OneOf(("needed", "waived", "optional", "open", "not_needed"))
    )
    reason = Words(required=True)
    chosen = fields.Boolean(required=True)
    variant = fields.String(required=True, allow_none=True)
    wave = fields.Integer(
        required=True, allow_none=True, metadata={"description": "items of one wave wait for none of each other"}
    )
    after = fields.List(fields.String(), required=True)
    beside = fields.List(fields.String(), required=True)
    instead = fields.List(fields.String(), required=True, metadata={"description": "papers that must stand in"})
    may_simulate = fields.Boolean(required=True)


class BroughtSchema(Schema):
    """One paper, asked for once."""

    code = fields.String(required=True, attribute="paper.code")
    title = Words(required=True, attribute="paper.title")
    required = fields.Boolean(required=True, attribute="paper.required")
    may_follow = fields.Boolean(required=True, attribute="paper.may_follow")
    formats = fields.List(fields.String(), required=True, attribute="paper.formats")
    max_mb = fields.Integer(required=True, attribute="paper.max_mb")
    items = fields.List(fields.String(), required=True, attribute="paper.items")
    issued_by = fields.String(required=True)
    issuer = Words(required=True)
    held = fields.Boolean(required=True, metadata={"description": "the result of a chosen item: nobody brings it"})
    sample = Words(required=True)


class SheetsSchema(Schema):
    """Papers and forms, every item by itself beside all together."""

    summed = fields.Integer(required=True)
    once = fields.Integer(required=True)
    saved = fields.Integer(required=True)
    required_summed = fields.Integer(required=True)
    required_once = fields.Integer(required=True)
    held = fields.Integer(required=True)
    forms_alone = fields.Integer(required=True)
    forms_together = fields.Integer(required=True)
    forms_saved = fields.Integer(required=True)
    papers = fields.List(fields.Nested(BroughtSchema), required=True)


class HintSchema(Schema):
    """Something worth knowing; nothing is refused for it."""

    question = fields.String(required=True)
    words = Words(required=True)
    items = fields.List(fields.String(), required=True)


class ItemChoicesSchema(Schema):
    """The items of a project, what they ask for, and by when they are decided."""

    traits = fields.List(fields.String(), required=True)
    items = fields.List(fields.Nested(ItemChoiceSchema), required=True, attribute="choice.items")
    waves = fields.List(fields.List(fields.String()), required=True, attribute="choice.waves")
    unanswered = fields.List(fields.Nested(QuestionSchema), required=True)
    sheets = fields.Nested(SheetsSchema, required=True, attribute="choice.sheets")
    hints = fields.List(fields.Nested(HintSchema), required=True, attribute="choice.hints")
    plan = fields.Nested(
        PlanSchema, required=True, allow_none=True, metadata={"description": "up to the works: stages 1 to 3"}
    )
    acceptance = fields.Nested(
        PlanSchema, required=True, allow_none=True, metadata={"description": "stage 4, where `completed` is given"}
    )
