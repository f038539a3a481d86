"""The queries of what is handed out as files."""

from marshmallow import Schema, fields

from api.schemas.days import Day
from api.schemas.worklist import SHORT, WorklistQuerySchema
from workflow.queries.ledger import LONGEST_DAYS


class LedgerQuerySchema(Schema):
    """Which cases the ledger holds, by the day they were received."""

    since = Day(
        load_default=None,
        data_key="from",
        metadata={
            "description": f"first day; without it 1 January of the last day's year. At most {LONGEST_DAYS} days"
        },
    )
    until = Day(load_default=None, data_key="to", metadata={"description": "last day; without it today"})
    flow = fields.String(load_default="item", validate=SHORT)
    department = fields.String(load_default=None, validate=SHORT)
    item = fields.String(load_default=None, validate=SHORT)
    project = fields.String(load_default=None, validate=SHORT, metadata={"description": "a project code"})
    outcome = fields.String(load_default=None, validate=SHORT)


class WorklistFileQuerySchema(WorklistQuerySchema):
    """Which open cases; a file has no pages."""

    class Meta:
        exclude = ("cursor", "limit")
