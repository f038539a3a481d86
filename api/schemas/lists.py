"""Shapes that every list shares: the query of a page, and names in two languages."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from api import problems
from workflow.definition import Title
from workflow.queries.paging import LARGEST_PAGE, LONGEST_CURSOR, PAGE_SIZE


class PageQuerySchema(Schema):
    """Which page of a list."""

    cursor = fields.String(
        load_default=None,
        validate=validate.Length(1, LONGEST_CURSOR),
        metadata={"description": "`next_cursor` of the page before, with the same filters"},
    )
    limit = fields.Integer(load_default=PAGE_SIZE, validate=validate.Range(1, LARGEST_PAGE))


class Form(validate.Regexp):
    """Text of one form; ``words`` say which."""

    def __init__(self, pattern: str, words: Title) -> None:
        super().__init__(pattern)
        self.words = words

    def __call__(self, value: str) -> str:
        """The value itself; raises ValidationError with ``words``."""
        if self.regex.match(value) is None:
            raise ValidationError([self.words])
        return value


class Sentence(fields.Field[str]):
    """A `Title` as one string, in the language of Accept-Language (Chinese unless English is preferred)."""

    def _serialize(self, value: Title | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.in_(problems.caller_language())


class Words(fields.Field[dict[str, str]]):
    """A `Title` in both languages; written out here, since a nested schema costs ten times as much in a long list."""

    def __init__(self, **options: Any) -> None:
        names = {"zh": {"type": "string"}, "en": {"type": "string"}}
        shape = {"type": "object", "properties": names, "required": ["zh", "en"]}
        super().__init__(**{"metadata": shape, **options})

    def _serialize(self, value: Title | None, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, str] | None:
        return None if value is None else {"zh": value.zh, "en": value.en}


class ReasonShownSchema(Schema):
    """Why something is closed: a stable code, the sentence, and the facts behind it."""

    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    facts = fields.Dict(required=True)


def next_cursor() -> fields.String:
    """The cursor of the next page; null on the last."""
    return fields.String(required=True, allow_none=True, metadata={"description": "null on the last page"})
