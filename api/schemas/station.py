"""Shapes of the one-stop service: problems counted, the agenda of the weekly session, coaching before a filing."""

from marshmallow import Schema, fields, validate

from api.schemas.days import Day
from api.schemas.lists import Words
from workflow.queries.session import KINDS


class ProblemsQuerySchema(Schema):
    """Of which project, and from when to when."""

    project = fields.String(
        load_default=None, validate=validate.Length(1, 64), metadata={"description": "a project code"}
    )
    since = Day(load_default=None, data_key="from", metadata={"description": "the first day"})
    until = Day(load_default=None, data_key="to", metadata={"description": "the last day"})


class ProblemFiguresSchema(Schema):
    """What was raised, solved and held in the period; `open` and `oldest_on` are as of now."""

    raised = fields.Integer(required=True)
    solved = fields.Integer(required=True)
    solved_in_meetings = fields.Integer(required=True)
    dropped = fields.Integer(required=True)
    open = fields.Integer(required=True)
    oldest_on = fields.Date(required=True, allow_none=True, metadata={"description": "since when the oldest is open"})
    dispatch_meetings = fields.Integer(required=True, metadata={"description": "without the weekly sessions"})
    weekly_sessions = fields.Integer(required=True)


class ProjectProblemsSchema(Schema):
    """The figures of one project."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    figures = fields.Nested(ProblemFiguresSchema, required=True)


class OpenProblemSchema(Schema):
    """One problem that is not solved yet."""

    no = fields.String(required=True)
    what = fields.String(required=True)
    project_code = fields.String(required=True)
    project_name = fields.String(required=True)
    department = fields.String(required=True)
    department_title = Words(required=True)
    raised_on = fields.Date(required=True)
    raised_by = Words(required=True, metadata={"description": "the role"})
    state_title = Words(required=True)
    age = fields.Integer(required=True, metadata={"description": "working days since it was raised"})
    climbs = fields.Integer(required=True, metadata={"description": "how often it was passed upwards"})
    overdue = fields.Boolean(required=True)


class ProblemsSchema(Schema):
    """Problems and dispatch meetings of the projects that have any."""

    total = fields.Nested(ProblemFiguresSchema, required=True)
    projects_with_dispatch = fields.Integer(
        required=True, metadata={"description": "projects for which a dispatch meeting was held, however many"}
    )
    projects = fields.List(fields.Nested(ProjectProblemsSchema), required=True)
    open_problems = fields.List(
        fields.Nested(OpenProblemSchema), required=True, metadata={"description": "the oldest first, 100 at most"}
    )


class SessionQuerySchema(Schema):
    """For which day."""

    on = Day(load_default=None, metadata={"description": "today, if left out"})


class PointSchema(Schema):
    """One point of the agenda."""

    kind = fields.String(required=True, metadata={"enum": list(KINDS)})
    kind_title = fields.Function(
        lambda point: {"zh": KINDS[point.kind].zh, "en": KINDS[point.kind].en},
        required=True,
        metadata={"type": "object"},
    )
    no = fields.String(required=True)
    about = fields.String(required=True)
    project_code = fields.String(required=True)
    project_name = fields.String(required=True)
    department = fields.String(required=True)
    department_title = Words(required=True)
    since = fields.Date(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    late = fields.Integer(required=True, metadata={"description": "working days past due_on on that day"})


class SessionSchema(Schema):
    """The agenda of the weekly session on a day."""

    on = fields.Date(required=True)
    projects = fields.Integer(required=True, metadata={"description": "how many projects it is about"})
    points = fields.List(fields.Nested(PointSchema), required=True)


class CoachingSchema(Schema):
    """One coaching before the filing."""

    no = fields.String(required=True)
    topic = fields.String(required=True)
    began_on = fields.Date(required=True)
    ended_on = fields.Date(required=True, allow_none=True)
    linked = fields.Boolean(required=True, metadata={"description": "the application is named in it"})
    days = fields.Integer(required=True, metadata={"description": "working days before the filing"})


class BeforeFilingSchema(Schema):
    """The coaching, and the waiting after it, that came before an application."""

    bundle = fields.String(required=True)
    filed_on = fields.Date(required=True, allow_none=True)
    coaching_days = fields.Integer(required=True, metadata={"description": "working days, each once"})
    waiting_days = fields.Integer(
        required=True, allow_none=True, metadata={"description": "working days from the last coaching to the filing"}
    )
    coachings = fields.List(fields.Nested(CoachingSchema), required=True)
