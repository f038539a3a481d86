"""Shapes of leave and of the duty roster."""

from marshmallow import Schema, fields, validate

from api.schemas.days import DayOrInstant, Start
from api.schemas.lists import PageQuerySchema, Words, next_cursor
from workflow.commands.publish_roster import MOST_SHIFTS
from workflow.commands.record_absence import LONGEST_REASON
from workflow.queries.duty import DAYS, MOST_DAYS

LARGEST_ID = 2**31 - 1
STATES = ("ahead", "now", "over", "called_off")


def person_id(**options: object) -> fields.Integer:
    """The number of an account."""
    return fields.Integer(strict=True, validate=validate.Range(1, LARGEST_ID), **options)  # type: ignore[arg-type]


class PersonNameSchema(Schema):
    """Somebody by name."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)


class AbsencesQuerySchema(PageQuerySchema):
    """Which leaves."""

    person = fields.Integer(load_default=None, validate=validate.Range(1, LARGEST_ID))
    open = fields.Boolean(load_default=False, metadata={"description": "only those not over yet"})


class NewAbsenceSchema(Schema):
    """A leave to be entered."""

    person = person_id(load_default=None, allow_none=True, metadata={"description": "left out: yourself"})
    delegate = person_id(required=True, metadata={"description": "who holds the roles meanwhile"})
    since = Start(required=True, metadata={"description": "a day (its beginning) or an instant"})
    until = DayOrInstant(required=True, metadata={"description": "a day (its end) or an instant"})
    reason = fields.String(required=True, validate=validate.Length(1, LONGEST_REASON))


class AbsenceSchema(Schema):
    """One leave."""

    id = fields.Integer(required=True)
    person = fields.Nested(PersonNameSchema, required=True)
    delegate = fields.Nested(PersonNameSchema, required=True)
    since = fields.DateTime(required=True)
    until = fields.DateTime(required=True, metadata={"description": "its first moment back"})
    planned_until = fields.DateTime(required=True)
    reason = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": list(STATES)})
    recorded_by = fields.Nested(PersonNameSchema, required=True)
    recorded_at = fields.DateTime(required=True)
    ended_by = fields.Nested(PersonNameSchema, required=True, allow_none=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    may_end = fields.Boolean(required=True)


class AbsencesSchema(Schema):
    """One page of leaves."""

    items = fields.List(fields.Nested(AbsenceSchema), required=True, attribute="rows")
    next_cursor = next_cursor()


class DutyQuerySchema(Schema):
    """How far ahead."""

    days = fields.Integer(load_default=DAYS, validate=validate.Range(1, MOST_DAYS))


class RosterQuerySchema(Schema):
    """Which period; both left out: the week from now."""

    since = Start(data_key="from", load_default=None)
    until = DayOrInstant(data_key="to", load_default=None)


class ShiftSchema(Schema):
    """One shift; `stands_in` acts while the person is away, and is said of who is on duty now."""

    person = fields.Nested(PersonNameSchema, required=True)
    since = fields.DateTime(required=True)
    until = fields.DateTime(required=True)
    stands_in = fields.Nested(PersonNameSchema, required=True, allow_none=True)


class GapSchema(Schema):
    """Nobody is on duty."""

    since = fields.DateTime(required=True)
    until = fields.DateTime(required=True)
    words = Words(required=True)


class SquadDutySchema(Schema):
    """One squad: who is on duty now and next, and where nobody is."""

    squad = fields.String(required=True)
    title = Words(required=True)
    now = fields.Nested(ShiftSchema, required=True, allow_none=True)
    next = fields.Nested(ShiftSchema, required=True, allow_none=True)
    covered_until = fields.DateTime(required=True, allow_none=True)
    seen_until = fields.DateTime(required=True)
    gaps = fields.List(fields.Nested(GapSchema), required=True)


class DutySchema(Schema):
    """All squads."""

    items = fields.List(fields.Nested(SquadDutySchema), required=True)


class HoursSchema(Schema):
    """How long a person is on duty within the period."""

    person = fields.Nested(PersonNameSchema, required=True)
    hours = fields.Float(required=True)
    shifts = fields.Integer(required=True)


class RosterSchema(Schema):
    """The roster in force of one squad."""

    squad = fields.String(required=True)
    title = Words(required=True)
    since = fields.DateTime(required=True, data_key="from")
    until = fields.DateTime(required=True, data_key="to")
    shifts = fields.List(fields.Nested(ShiftSchema), required=True)
    gaps = fields.List(fields.Nested(GapSchema), required=True)
    hours = fields.List(fields.Nested(HoursSchema), required=True)


class NewShiftSchema(Schema):
    """One shift to be published."""

    person = person_id(required=True)
    since = Start(required=True)
    until = Start(required=True, metadata={"description": "its first moment after; a day is its beginning"})


class NewRosterSchema(Schema):
    """A roster without overlaps and gaps for the whole period."""

    since = Start(required=True, data_key="from")
    until = DayOrInstant(required=True, data_key="to", metadata={"description": "a day (its end) or an instant"})
    shifts = fields.List(fields.Nested(NewShiftSchema), required=True, validate=validate.Length(1, MOST_SHIFTS))
    replace = fields.Boolean(
        load_default=False, metadata={"description": "what is in force in that period gives way; the past never does"}
    )
