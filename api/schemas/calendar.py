"""Shapes of the working calendar, and of what changes it."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from api.schemas.days import Day
from api.schemas.lists import PageQuerySchema, Words, next_cursor
from workflow.clock.days import FIRST_YEAR, LAST_YEAR
from workflow.definition import Title
from workflow.recast_limits import LIMITED, RULES

KINDS = ("year", "closure", "withdrawal", "limit", "flow")
"""What may be proposed here."""
LONGEST_TEXT = 500
MOST_ENTRIES = 100
"""Ranges of days off, and make-up days, of one notice."""
MOST_ROWS = 200
"""Cases of a preview that are named one by one."""

_REQUIRED = Title("必须填写", "is required")
_NO_PLACE = Title("此类申请没有这一项", "has no place in a proposal of this kind")
_OFF = Title("应为 date，或者 from 和 to", "must have date, or from and to")


class CalendarDaySchema(Schema):
    """One day and why it counts or not."""

    date = fields.Date(required=True)
    counts = fields.Boolean(required=True)
    rule = fields.String(required=True, metadata={"enum": ["workday", "weekend", "holiday", "make_up", "closure"]})
    name = fields.String(required=True)
    source = fields.String(required=True)
    provisional = fields.Boolean(required=True)


class CalendarMonthSchema(Schema):
    """One month."""

    month = fields.Integer(required=True, attribute="number")
    working_days = fields.Integer(required=True)
    days = fields.List(fields.Nested(CalendarDaySchema), required=True)


class CalendarYearSchema(Schema):
    """One year of the calendar in force."""

    year = fields.Integer(required=True)
    published = fields.Boolean(
        required=True, metadata={"description": "false: estimated from weekends and statutory days"}
    )
    version = fields.String(required=True)
    working_days = fields.Integer(required=True)
    sources = fields.List(fields.String(), required=True)
    months = fields.List(fields.Nested(CalendarMonthSchema), required=True)


class CalendarInForceSchema(Schema):
    """One calendar that held from a moment on."""

    version = fields.String(required=True)
    since = fields.DateTime(required=True)
    amendment = fields.Integer(
        required=True,
        allow_none=True,
        attribute="amendment_id",
        metadata={"description": "null: it came with the files"},
    )
    settled_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "when every date had been moved to it"}
    )


class CalendarSchema(Schema):
    """The calendar in force."""

    version = fields.String(required=True)
    first_year = fields.Integer(required=True)
    horizon = fields.Date(required=True, metadata={"description": "the last published day"})
    missing_year = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "from 1 November: next year, until its notice is loaded"},
    )
    succession = fields.List(
        fields.Nested(CalendarInForceSchema), required=True, metadata={"description": "newest first"}
    )


class DaysOffSchema(Schema):
    """Days off: one day, or a range with both ends included."""

    date = Day()
    first = Day(data_key="from")
    last = Day(data_key="to")
    name = fields.String(required=True, validate=validate.Length(1, 40), metadata={"example": "春节"})

    @validates_schema
    def _one_form(self, data: dict[str, Any], **_: Any) -> None:
        if set(data) not in ({"date", "name"}, {"first", "last", "name"}):
            raise ValidationError([_OFF])


class HolidayNoticeSchema(Schema):
    """A notice as config/calendar/README.md has it."""

    year = fields.Integer(strict=True, required=True, validate=validate.Range(FIRST_YEAR, LAST_YEAR))
    kind = fields.String(validate=validate.OneOf(["year", "closure"]))
    source = fields.String(
        validate=validate.Length(1, LONGEST_TEXT), metadata={"description": "without it the proposal's `document`"}
    )
    off = fields.List(fields.Nested(DaysOffSchema), required=True, validate=validate.Length(1, MOST_ENTRIES))
    make_up = fields.List(Day(), validate=validate.Length(max=MOST_ENTRIES))
    extra = fields.Integer(
        strict=True,
        validate=validate.Range(0, 366),
        metadata={"description": "days off beyond the statutory ones that are not worked off"},
    )


class LimitChangeSchema(Schema):
    """A limit of an item changed by law on a date, for the cases that run."""

    item = fields.String(required=True, validate=validate.Length(1, 20), metadata={"example": "SG05"})
    clock = fields.String(required=True, validate=validate.OneOf(LIMITED))
    limit = fields.String(required=True, validate=validate.Length(1, 10), metadata={"example": "3wd"})
    since = Day(required=True, data_key="from")
    running = fields.String(
        required=True,
        validate=validate.OneOf(RULES),
        metadata={"description": "what cases received before that day are kept on; favourable: whichever ends earlier"},
    )
    variant = fields.String(
        validate=validate.Length(1, 40), metadata={"description": "the form of the item; the base form without it"}
    )


class FlowMoveSchema(Schema):
    """Running cases moved to a newer version of their flow."""

    flow = fields.String(required=True, validate=validate.Length(1, 40), metadata={"example": "item"})
    from_version = fields.Integer(strict=True, required=True, validate=validate.Range(1, 32767))
    to_version = fields.Integer(strict=True, required=True, validate=validate.Range(1, 32767))
    at_rest = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "also cases that have ended and only rest (delivered permits)"},
    )


PARTS = {"withdrawal": {"withdraws", "reason"}, "limit": {"limit_change"}, "flow": {"flow_move"}}
"""What a proposal of a kind must have; of every other kind: a notice."""


class AmendmentProposalSchema(Schema):
    """What would change: a notice (year, closure), the withdrawal of an amendment, a limit, a flow version; and the
    paper that says so."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    notice = fields.Nested(HolidayNoticeSchema)
    withdraws = fields.Integer(strict=True, validate=validate.Range(1, 2**31 - 1))
    limit_change = fields.Nested(LimitChangeSchema)
    flow_move = fields.Nested(FlowMoveSchema)
    reason = fields.String(
        validate=validate.Length(1, LONGEST_TEXT), metadata={"description": "why an amendment is withdrawn"}
    )
    document = fields.String(
        required=True,
        validate=validate.Length(1, LONGEST_TEXT),
        metadata={"description": "title and number of the paper", "example": "国办发明电〔2026〕7号"},
    )

    @validates_schema
    def _of_its_kind(self, data: dict[str, Any], **_: Any) -> None:
        if "kind" not in data:
            return
        wanted, known = PARTS.get(data["kind"], {"notice"}), {"notice"}.union(*PARTS.values())
        faults = {name: [_REQUIRED] for name in wanted - set(data)}
        faults |= {name: [_NO_PLACE] for name in (known - wanted) & set(data)}
        if faults:
            raise ValidationError(faults)


class SignatureSchema(Schema):
    """Signing."""

    note = fields.String(load_default="", validate=validate.Length(max=LONGEST_TEXT))
    seen = fields.String(
        load_default=None,
        validate=validate.Length(1, 200),
        metadata={"description": "`mark` of the preview that was looked at; without it the one kept with the proposal"},
    )


class AmendmentRefusalSchema(Schema):
    """Sending back."""

    note = fields.String(required=True, validate=validate.Length(1, LONGEST_TEXT))


class AmendmentSchema(Schema):
    """One amendment."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True, metadata={"enum": ["year", "closure", "withdrawal", "limit", "flow"]})
    content = fields.Dict(required=True)
    document = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": ["proposed", "in_force", "refused", "withdrawn"]})
    proposed_by = fields.String(required=True)
    proposed_at = fields.DateTime(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = fields.DateTime(required=True, allow_none=True)
    decision_note = fields.String(required=True, allow_none=True)
    preview = fields.Dict(
        required=True, metadata={"description": "the figures of the preview when it was proposed or signed"}
    )
    settled_at = fields.DateTime(required=True, allow_none=True, metadata={"description": "null: dates may still move"})
    moved = fields.Integer(required=True, metadata={"description": "cases whose dates or marks moved so far"})


class AmendmentsSchema(Schema):
    """One page of amendments, newest first."""

    items = fields.List(fields.Nested(AmendmentSchema), required=True, attribute="rows")
    next_cursor = next_cursor()


class AmendmentsQuerySchema(PageQuerySchema):
    """Which page of the amendments."""


class CalendarPreviewQuerySchema(Schema):
    """How much of a preview."""

    most = fields.Integer(
        load_default=MOST_ROWS,
        validate=validate.Range(1, MOST_ROWS),
        metadata={"description": "cases named one by one; the figures always count all"},
    )


class ClockMoveSchema(Schema):
    """One clock whose end or mark changes."""

    clock = fields.String(required=True)
    round = fields.Integer(required=True)
    old_on = fields.Date(required=True, allow_none=True)
    new_on = fields.Date(required=True, allow_none=True)
    old_at = fields.DateTime(required=True, allow_none=True)
    new_at = fields.DateTime(required=True, allow_none=True)
    old_provisional = fields.Boolean(required=True)
    new_provisional = fields.Boolean(required=True)


class CaseMovesSchema(Schema):
    """One case whose dates or marks change."""

    no = fields.String(required=True)
    title = fields.String(required=True)
    department = fields.String(required=True)
    item = fields.String(required=True, allow_none=True)
    company = fields.String(required=True)
    state = fields.String(required=True)
    state_title = Words(required=True)
    turns = fields.String(required=True, allow_none=True, metadata={"enum": ["overdue", "safe", "warning", None]})
    moves = fields.List(fields.Nested(ClockMoveSchema), required=True)


class ChangedDaySchema(Schema):
    """One day that counts otherwise."""

    old = fields.Nested(CalendarDaySchema, required=True)
    new = fields.Nested(CalendarDaySchema, required=True)


class CalendarPreviewSchema(Schema):
    """What would move. Nothing is saved."""

    old_version = fields.String(required=True)
    new_version = fields.String(required=True)
    mark = fields.String(required=True, metadata={"description": "what a signer gives back as `seen`"})
    cases = fields.Integer(required=True, metadata={"description": "cases with a date or mark that changes"})
    clocks = fields.Integer(required=True)
    earlier = fields.Integer(required=True)
    later = fields.Integer(required=True)
    firm = fields.Integer(required=True, metadata={"description": "dates that lose the mark 预计"})
    unsure = fields.Integer(required=True, metadata={"description": "dates that gain it"})
    newly_overdue = fields.Integer(required=True)
    newly_safe = fields.Integer(required=True)
    newly_warning = fields.Integer(required=True)
    past_days = fields.Integer(required=True, metadata={"description": "changed days that lie before today"})
    complete = fields.Boolean(required=True, metadata={"description": "false: `rows` are not all of them"})
    counted = fields.Boolean(
        required=True, metadata={"description": "false: too many to count, the figures are at least that"}
    )
    failed = fields.List(
        fields.String(), required=True, metadata={"description": "cases whose dates cannot be derived and would stay"}
    )
    changed = fields.Method(
        "_changed", metadata={"type": "array", "description": "days that count otherwise, as {old, new}"}
    )
    rows = fields.List(fields.Nested(CaseMovesSchema), required=True)

    def _changed(self, preview: Any) -> list[dict[str, Any]]:
        return [_CHANGED.dump({"old": old, "new": new}) for old, new in preview.changed]


_CHANGED = ChangedDaySchema()


def content_of(body: dict[str, Any]) -> dict[str, Any]:
    """What a proposal changes, as the core takes it: plain JSON values."""
    if body["kind"] == "withdrawal":
        return {"amendment": body["withdraws"], "reason": body["reason"]}
    if body["kind"] == "limit":
        return dict(LimitChangeSchema().dump(body["limit_change"]))
    if body["kind"] == "flow":
        return dict(FlowMoveSchema().dump(body["flow_move"]))
    return dict(HolidayNoticeSchema().dump(body["notice"]))
