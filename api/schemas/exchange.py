"""Shapes of the national exchange: rows behind a position, what the checks have found, and the reconciliation."""

from marshmallow import Schema, fields, validate

from api.schemas.lists import Sentence, Words
from workflow.queries.exchange_feed import LARGEST

_HIGHEST = 2**63 - 1


class FeedQuerySchema(Schema):
    """From where on, and how many."""

    after = fields.Integer(
        load_default=0,
        validate=validate.Range(0, _HIGHEST),
        metadata={"description": "`next_after` of the answer before; 0 for everything"},
    )
    limit = fields.Integer(load_default=200, validate=validate.Range(1, LARGEST))


class FeedEntrySchema(Schema):
    """One position: a row as it stands now. A row that has become invalid comes again, with SJYXBS 0."""

    position = fields.Integer(required=True)
    table = fields.String(required=True)
    LSH = fields.Integer(required=True)
    row = fields.Dict(required=True, metadata={"description": "by the names of the standard"})
    flags = fields.List(fields.String(), required=True)


class FeedSchema(Schema):
    """Rows in the order of upload."""

    entries = fields.List(fields.Nested(FeedEntrySchema), required=True)
    next_after = fields.Integer(required=True, metadata={"description": "ask for what comes after this"})
    more = fields.Boolean(required=True)


class FlaggedRowSchema(Schema):
    """A row with what the checks have found."""

    lsh = fields.Integer(required=True, data_key="LSH")
    table = fields.String(required=True)
    title = fields.String(required=True)
    key = fields.String(required=True)
    stopped = fields.Boolean(required=True, metadata={"description": "not fit for upload (SJSCZT -1)"})
    flags = fields.List(fields.String(), required=True)


class HeldRowSchema(Schema):
    """A row that cannot go out yet, and why; `outside`: it belongs to no case and waits for none."""

    table = fields.String(required=True)
    title = fields.String(required=True)
    key = fields.String(required=True)
    sentence = fields.String(required=True)
    since = fields.DateTime(required=True)
    outside = fields.Boolean(required=True)


class AsideSchema(Schema):
    """A case or project of which no rows can be made; tried again by itself."""

    kind = fields.String(required=True, metadata={"enum": ["case", "project"]})
    no = fields.String(required=True)
    error = fields.String(required=True)
    attempts = fields.Integer(required=True)
    since = fields.DateTime(required=True)


class ExchangeCheckSchema(Schema):
    """What a person has to look at."""

    flagged = fields.List(fields.Nested(FlaggedRowSchema), required=True)
    held = fields.List(fields.Nested(HeldRowSchema), required=True)
    aside = fields.List(fields.Nested(AsideSchema), required=True)
    owed = fields.List(Sentence(), required=True, metadata={"description": "missing in the configuration"})


class TableCountSchema(Schema):
    """The rows of one table."""

    table = fields.String(required=True)
    title = fields.String(required=True)
    valid = fields.Integer(required=True)
    invalid = fields.Integer(required=True)
    stopped = fields.Integer(required=True)
    flagged = fields.Integer(required=True)
    held = fields.Integer(required=True)
    outside = fields.Integer(required=True, metadata={"description": "belong to no case"})


class ExchangeStateSchema(Schema):
    """Received cases in one state."""

    state = fields.String(required=True)
    title = Words(required=True)
    system = fields.Integer(required=True)
    exchange = fields.Integer(required=True)
    held = fields.Integer(required=True)
    equal = fields.Boolean(required=True)


class NoSourceSchema(Schema):
    """A table of the standard for which the service holds nothing."""

    table = fields.String(required=True)
    title = fields.String(required=True)
    where = Sentence(required=True)


class ReconciliationSchema(Schema):
    """System against exchange."""

    position = fields.Integer(required=True)
    newest = fields.Integer(
        required=True, allow_none=True, metadata={"description": "of how many of the newest cases states are counted"}
    )
    aside = fields.List(fields.String(), required=True, metadata={"description": "no rows can be made of them"})
    equal = fields.Boolean(required=True)
    at_rest = fields.Boolean(required=True)
    behind = fields.Integer(required=True)
    to_do = fields.Integer(required=True)
    oldest_waiting = fields.DateTime(required=True, allow_none=True)
    oldest_held = fields.DateTime(required=True, allow_none=True)
    missing = fields.List(fields.String(), required=True)
    tables = fields.List(fields.Nested(TableCountSchema), required=True)
    states = fields.List(fields.Nested(ExchangeStateSchema), required=True)
    no_source = fields.List(fields.Nested(NoSourceSchema), required=True)
