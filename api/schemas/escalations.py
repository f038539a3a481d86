"""Shapes of what went unanswered."""

from marshmallow import Schema, fields, validate

from api.schemas.lists import PageQuerySchema, Words, next_cursor
from workflow.queries.escalations import KINDS

CARDS = ["notice", "yellow", "red"]


class EscalationsQuerySchema(PageQuerySchema):
    """Which of them."""

    kind = fields.String(
        load_default="unanswered",
        metadata={
            "enum": list(KINDS),
            "description": "past its time and unread; passed on to somebody else; nobody left to pass it on to",
        },
    )
    department = fields.String(load_default=None)
    card = fields.String(load_default=None, validate=validate.OneOf(CARDS))


class EscalationSchema(Schema):
    """One alert that somebody did not see in time, and who has it now."""

    id = fields.Integer(required=True)
    card = fields.String(required=True, metadata={"enum": CARDS})
    card_title = Words(required=True)
    case = fields.String(required=True)
    case_title = fields.String(required=True)
    department = fields.String(required=True)
    department_title = Words(required=True)
    clock = fields.String(required=True)
    clock_title = Words(required=True)
    rung_text = fields.String(required=True)
    person = fields.String(required=True, metadata={"description": "who should have seen it"})
    role = fields.String(required=True, metadata={"description": "as what"})
    created_at = fields.DateTime(required=True)
    answer_by = fields.DateTime(required=True, allow_none=True)
    passed_on_at = fields.DateTime(required=True, allow_none=True)
    passed_why = fields.String(required=True, allow_none=True, metadata={"enum": ["unread", "unreachable"]})
    passed_to = fields.String(required=True, allow_none=True, metadata={"description": "who has it now"})
    passed_role = fields.String(required=True, allow_none=True)
    passed_answer_by = fields.DateTime(required=True, allow_none=True)
    passed_acknowledged_at = fields.DateTime(required=True, allow_none=True)


class DepartmentEscalationsSchema(Schema):
    """How many of each kind one department has; 1001 stands for more than a thousand."""

    department = fields.String(required=True)
    title = Words(required=True)
    unanswered = fields.Integer(required=True)
    passed_on = fields.Integer(required=True)
    nobody = fields.Integer(required=True)


class EscalationsSchema(Schema):
    """One page, newest first, and the counts by department."""

    items = fields.List(fields.Nested(EscalationSchema), required=True)
    departments = fields.List(fields.Nested(DepartmentEscalationsSchema), required=True)
    next_cursor = next_cursor()
