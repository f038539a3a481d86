"""Shapes of joint applications and of requests for help."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from workflow.definition import Title

LONGEST_TEXT = 4000
MOST_FIELDS = 200
LARGEST_NUMBER = 2**53 - 1


class FormField(fields.Field[dict[str, Any]]):
    """The one form of an application: names with texts, whole numbers, yes or no, or lists of these.

    No fractions: what a history covers by its hash must read back as the very same bytes.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError("Not a valid mapping type.")
        if len(value) > MOST_FIELDS:
            raise ValidationError(f"Longer than maximum length {MOST_FIELDS}.")
        faults: dict[str, Any] = {name: [_UNFIT] for name, one in value.items() if not name or not _fits(one)}
        if faults:
            raise ValidationError(faults)
        return value


_UNFIT = Title(
    f"应为不超过 {LONGEST_TEXT} 字的文字、整数、true 或 false，或它们的列表",
    f"must be text of at most {LONGEST_TEXT} characters, a whole number, true or false, or a list of these",
)


def _fits(value: Any, *, within: bool = False) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int):
        return abs(value) <= LARGEST_NUMBER
    if within or not isinstance(value, list):
        return False
    return len(value) <= MOST_FIELDS and all(_fits(one, within=True) for one in value)


def _items(**options: Any) -> fields.List[str]:
    return fields.List(
        fields.String(validate=validate.Length(1, 16)),
        validate=validate.Length(max=60),
        metadata={"description": "codes of approval items"},
        **options,
    )


def _variants(**options: Any) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.Length(1, 16)),
        values=fields.String(validate=validate.Length(1, 40)),
        validate=validate.Length(max=60),
        metadata={"description": "the form of items that have several, by item code; left out: the base form"},
        **options,
    )


class NewBundleSchema(Schema):
    """A draft of one application for many items."""

    project = fields.String(required=True, validate=validate.Length(1, 64), metadata={"description": "a project code"})
    items = _items(load_default=list)
    form = FormField(load_default=dict, metadata={"type": "object"})
    variants = _variants(load_default=dict)


class ChangedBundleSchema(Schema):
    """What changes in a draft; what is left out stays."""

    version = fields.Integer(strict=True, required=True, validate=validate.Range(0, 2**31 - 1))
    items = _items(load_default=None)
    form = FormField(load_default=None, metadata={"type": "object"})
    variants = _variants(load_default=None)


class SubmitBundleSchema(Schema):
    """The version the applicant saw."""

    version = fields.Integer(strict=True, required=True, validate=validate.Range(0, 2**31 - 1))


class NewHelpSchema(Schema):
    """A request for help, at any hour."""

    project = fields.String(required=True, validate=validate.Length(1, 64), metadata={"description": "a project code"})
    question = fields.String(required=True, validate=validate.Length(1, LONGEST_TEXT))
    channel = fields.String(load_default="api", validate=validate.OneOf(["page", "api", "phone", "hall"]))
    caller = fields.String(
        load_default=None,
        validate=validate.Length(1, 200),
        metadata={"description": "who asked, where a specialist writes it down for them"},
    )
    called_at = fields.AwareDateTime(
        load_default=None, metadata={"description": "when the call came; of the channel `phone` only"}
    )
    about = fields.String(
        load_default=None, validate=validate.Length(1, 40), metadata={"description": "a case of that project"}
    )
