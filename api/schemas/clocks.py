"""Shapes of clocks, and of the proof of a date."""

from typing import get_args

from marshmallow import Schema, fields, validate

from api.schemas.days import DayOrInstant
from api.schemas.lists import Sentence, Words
from workflow.clock.proof import ProofRule


class NextRungSchema(Schema):
    """What the ladder of a clock does next."""

    at = fields.DateTime(required=True)
    text = fields.String(required=True, metadata={"example": "1 working day left"})
    card = fields.String(required=True, allow_none=True, metadata={"enum": ["notice", "yellow", "red", None]})
    act = fields.String(required=True, allow_none=True, metadata={"description": "the action of the clock, if any"})


class ClockSchema(Schema):
    """One clock of a case, as a reading of now."""

    name = fields.String(required=True, metadata={"example": "statutory"})
    title = Words(required=True)
    basis = fields.String(required=True)
    round = fields.Integer(required=True)
    limit = fields.String(required=True, metadata={"example": "20wd"})
    limit_words = Words(required=True)
    extension = fields.Integer(required=True)
    started_at = fields.DateTime(required=True)
    state = fields.String(required=True, metadata={"enum": ["armed", "spent", "paused", "settled", "quarantined"]})
    light = fields.String(required=True, metadata={"enum": ["normal", "warning", "overdue", "paused", "done"]})
    due_on = fields.Date(required=True, allow_none=True, metadata={"description": "null while a pause holds the clock"})
    due_at = fields.DateTime(required=True, allow_none=True, metadata={"description": "the instant that day ends"})
    due_words = Words(required=True, allow_none=True)
    provisional = fields.Boolean(
        required=True, metadata={"description": "a day without a published holiday notice helped to decide the date"}
    )
    calendar_version = fields.String(required=True)
    settled_at = fields.DateTime(required=True, allow_none=True)
    met = fields.Boolean(required=True, allow_none=True, metadata={"description": "of a settled clock: was it kept"})
    remaining = fields.Integer(required=True, allow_none=True, metadata={"description": "negative once overdue"})
    remaining_unit = fields.String(
        required=True, metadata={"enum": ["working_day", "calendar_day", "minute", "office_minute"]}
    )
    total = fields.Integer(required=True, allow_none=True)
    used = fields.Integer(required=True, allow_none=True)
    paused = fields.Integer(required=True, allow_none=True)
    words = Words(required=True)
    sentence = Sentence(dump_only=True, required=True, attribute="words", metadata={"type": "string"})
    next_rung = fields.Nested(NextRungSchema, required=True, allow_none=True)


class ClocksSchema(Schema):
    """The clocks of one case at one version."""

    no = fields.String(required=True)
    version = fields.Integer(required=True)
    now = fields.DateTime(required=True)
    items = fields.List(fields.Nested(ClockSchema), required=True)


class ProofQuerySchema(Schema):
    """Which round of the clock, the latest where none is named; and as of when, now where nothing is said."""

    round = fields.Integer(load_default=None, validate=validate.Range(1, 10_000))
    as_of = DayOrInstant(
        load_default=None,
        metadata={"type": "string", "example": "2026-03-10", "description": "as everything was known then"},
    )


class ProofPauseSchema(Schema):
    """One pause that a proof takes out: the days after ``since`` up to and including ``until``."""

    since = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True)
    cause = fields.String(required=True)


class ProofDaySchema(Schema):
    """One day of a proof, with the rule that counted or skipped it."""

    date = fields.Date(required=True)
    counts = fields.Boolean(required=True)
    rule = fields.String(
        required=True,
        metadata={"enum": list(get_args(ProofRule))},
    )
    name = fields.String(required=True)
    source = fields.String(required=True)
    total = fields.Integer(
        required=True, metadata={"description": "days counted so far, of a limit in working hours office minutes"}
    )
    provisional = fields.Boolean(required=True)
    cause = fields.String(required=True, allow_none=True)


class ProofSchema(Schema):
    """How a date came about, day by day."""

    start = fields.Date(required=True)
    limit = fields.String(required=True)
    extension = fields.Integer(required=True)
    pauses = fields.List(fields.Nested(ProofPauseSchema), required=True)
    due_on = fields.Date(required=True, allow_none=True, attribute="due")
    provisional = fields.Boolean(required=True)
    calendar_version = fields.String(required=True)
    zh = fields.String(required=True, attribute="sentence_zh")
    en = fields.String(required=True, attribute="sentence_en")
    days = fields.List(fields.Nested(ProofDaySchema), required=True)


class PauseProofSchema(Schema):
    """One pause that stops the clock, and the paper that told the applicant of it."""

    cause = fields.String(required=True)
    title = Words(required=True)
    basis = fields.String(required=True)
    since = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True)
    resets = fields.Boolean(required=True, metadata={"description": "the budget starts anew afterwards"})
    document = fields.String(required=True, allow_none=True)
    opened_by = Words(required=True)


class ExtensionProofSchema(Schema):
    """The extension of the clock: how much, by whom, when, and the paper that told the applicant."""

    days = fields.Integer(required=True)
    by = Words(required=True)
    recorded_at = fields.DateTime(required=True)
    document = fields.String(required=True, allow_none=True)


class ClockProofSchema(Schema):
    """One clock of one case with its proof, as of now or as it stood."""

    no = fields.String(required=True)
    clock = fields.Nested(ClockSchema, required=True)
    fresh = fields.Boolean(
        required=True, metadata={"description": "the date kept with the case is the one proved here"}
    )
    as_of = fields.DateTime(required=True, allow_none=True)
    pauses = fields.List(fields.Nested(PauseProofSchema), required=True)
    extension = fields.Nested(ExtensionProofSchema, required=True, allow_none=True)
    proof = fields.Nested(ProofSchema, required=True)
