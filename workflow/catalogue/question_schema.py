"""The shape of ``config/programme/questions.yaml``."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from workflow.catalogue.item_schema import FileSchema
from workflow.catalogue.questions import FIGURE_UNITS, NO, YES, Answer, Figure, ProjectQuestion
from workflow.strict_schema import Choice, NamedSchema, StrictSchema, Text, TitleSchema, Whole

KINDS = ("answers", "yes_no", "figure")


class AnswerSchema(NamedSchema):
    """One answer; its code is its key."""

    sets = fields.List(Text())
    clears = fields.List(Text())
    variants = fields.Dict(keys=Text(), values=Text())
    hint = fields.Nested(TitleSchema)


class FigureSchema(StrictSchema):
    makes = Figure
    unit = Choice(FIGURE_UNITS, required=True)
    most = Whole(least=1, required=True)
    thresholds = fields.List(Text())


class QuestionSchema(NamedSchema):
    """``answers``, a ``figure``, or ``yes_no``: the trait that yes affirms and no denies."""

    answers = fields.Dict(keys=Text(), values=fields.Nested(AnswerSchema))
    yes_no = Text()
    figure = fields.Nested(FigureSchema)
    codes = Text()
    note = fields.Nested(TitleSchema)

    @validates_schema
    def one_kind(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Exactly one way to answer."""
        if sum(kind in data for kind in KINDS) != 1:
            raise ValidationError(f"exactly one of {', '.join(KINDS)} is needed")

    def shape(self, data: dict[str, Any]) -> dict[str, Any]:
        shaped = super().shape(data)
        trait, answers = shaped.pop("yes_no", None), shaped.pop("answers", {})
        if trait is not None:
            answers = {"yes": {"title": YES, "sets": (trait,)}, "no": {"title": NO, "clears": (trait,)}}
        made = {code: Answer(code=code, **answer) for code, answer in answers.items()}
        return {**shaped, "answers": MappingProxyType(made)}


class QuestionsSchema(FileSchema):
    """``config/programme/questions.yaml``: the questions in the order in which they are asked."""

    questions = fields.Dict(keys=Text(), values=fields.Nested(QuestionSchema), required=True)

    def shape(self, data: dict[str, Any]) -> dict[str, Any]:
        asked: Mapping[str, dict[str, Any]] = data.pop("questions")
        made = {code: ProjectQuestion(code=code, **question) for code, question in asked.items()}
        return {"questions": MappingProxyType(made), **super().shape(data)}
