"""Reads what a person typed for an action against what the flow asks: strict, all faults at once."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from workflow.catalogue import Catalogue
from workflow.definition import Action, Field
from workflow.errors import BadInput, Reason

TEXT_LENGTH = 4000


class _Fault(Schema):
    """One point of a one-time notice: which material, what is wrong, how to put it right."""

    class Meta:
        unknown = RAISE

    material = fields.String(required=True, validate=validate.Length(max=40))
    problem = fields.String(required=True, validate=validate.Length(min=1, max=500))
    fix = fields.String(required=True, validate=validate.Length(min=1, max=500))


def read_inputs(action: Action, raw: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """The validated inputs of ``action``; dates become `date`. Raises BadInput naming every field, value and rule."""
    schema = _schema(action.asks, frozenset(catalogue.causes))
    try:
        loaded: dict[str, Any] = schema.load(dict(raw))
    except ValidationError as error:
        raise bad_input(error, raw) from error
    return {name: value for name, value in loaded.items() if value not in (None, "")}


def bad_input(error: ValidationError, raw: Mapping[str, Any]) -> BadInput:
    """A marshmallow error as our own: one reason per field, with the value that was sent."""
    reasons = tuple(
        Reason("bad_field", f"{path}：{message}", f"{path}: {message}", {"field": path, "value": _sent(raw, path)})
        for path, message in _flatten(error.messages)
    )
    return BadInput(
        "bad_input",
        "输入有误：" + "；".join(reason.zh for reason in reasons),
        "Bad input: " + "; ".join(reason.en for reason in reasons),
        reasons=reasons,
    )


@lru_cache(maxsize=512)
def _schema(asks: tuple[Field, ...], causes: frozenset[str]) -> Schema:
    built = Schema.from_dict({field.name: _field(field, causes) for field in asks}, name="Inputs")
    return built(unknown=RAISE)


def _field(ask: Field, causes: frozenset[str]) -> fields.Field[Any]:
    needed: dict[str, Any] = {"required": ask.required, "allow_none": not ask.required}
    match ask.type:
        case "integer" | "person":
            bounds = validate.Range(min=ask.minimum if ask.minimum is not None else 1, max=ask.maximum or 2**31 - 1)
            return fields.Integer(strict=True, validate=bounds, **needed)
        case "date":
            return fields.Date(format="iso", validate=validate.Range(min=date(2000, 1, 1), max=date(2100, 1, 1)), **needed)
        case "choice":
            return fields.String(validate=validate.OneOf([name for name, _ in ask.choices]), **needed)
        case "pause_cause":
            return fields.String(validate=validate.OneOf(sorted(causes)), **needed)
        case "faults":
            return fields.List(fields.Nested(_Fault), validate=validate.Length(min=1, max=100), **needed)
        case _:
            least = 1 if ask.required else 0
            return fields.String(validate=[validate.Length(min=least, max=TEXT_LENGTH), _not_blank(ask.required)], **needed)


def _not_blank(required: bool) -> validate.Validator:
    return validate.Regexp(r"(?s).*\S" if required else r"(?s).*", error="Must not be blank.")


def _flatten(messages: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(messages, Mapping):
        return [
            pair for key, inner in messages.items() for pair in _flatten(inner, f"{path}.{key}" if path else str(key))
        ]
    if isinstance(messages, list):
        return [pair for inner in messages for pair in _flatten(inner, path)]
    return [(path, str(messages))]


def _sent(raw: Any, path: str) -> Any:
    value = raw
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)[:200]
