"""The JSON API, one module a resource, each with a ``blueprint``. This is how a resource is written:

    blueprint = Blueprint("projects", __name__, url_prefix="/api/v1/projects", description="Key projects")

    @blueprint.get("/<code>")
    @blueprint.response(200, ProjectSchema)
    def one_project(code: str) -> Project:
        \"\"\"One project                             <- summary in the documentation

        What the caller should know about it.      <- description
        \"\"\"
        with access.work() as work:
            return projects.one(work, code)

    @blueprint.post("/<code>/bundles")
    @blueprint.arguments(NewBundleSchema)
    @blueprint.response(201, CaseSchema)
    def new_bundle(body: dict[str, Any], code: str) -> Response:
        \"\"\"Draft one application for many items\"\"\"
        with access.work() as work:
            return once.answer(work, CaseSchema(), lambda: open_bundle(work, code, body["items"], body["form"]), 201)

- ``Blueprint`` comes from `api.reading`; schemas from `api.schemas`: one per direction, marshmallow refuses unknown
  fields. Bodies: ``arguments(Schema)``; queries: ``arguments(Schema, location="query")``; faults in them become 400
  ``bad_input`` with field, value and what is accepted, without a line in the view.
- Refuse by raising `workflow.errors` (NotFound, Conflict, …) inside the block: everything is rolled back.
- What creates or changes something and is no idempotent PUT or DELETE answers through `api.once`, which honours
  ``Idempotency-Key``. Reads and deletions return plain data.
- Add the route to `api.route_table`: the service does not start without. Routes that take files also stand in
  UPLOADS there; read them from ``flask.request.files``.
- Add the blueprint to BLUEPRINTS below.
"""

from api.reading import Blueprint
from api.resources import (
    absences,
    acceptances,
    alerts,
    amendments,
    bundles,
    calendar,
    calendar_feed,
    case_file,
    cases,
    channels,
    contact,
    corrections,
    demo_time,
    documents,
    due_dates,
    duty,
    escalations,
    events,
    exchange,
    extended_hours,
    figures,
    flows,
    forecast,
    help_requests,
    imports,
    item_choices,
    items,
    ledger,
    live,
    materials,
    me,
    notices,
    people,
    plans,
    programme,
    projects,
    stages,
    station,
    subscribers,
    tender,
    time_use,
    tokens,
    war_map,
    what_if,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    me.blueprint,
    contact.blueprint,
    people.own,
    people.blueprint,
    tokens.blueprint,
    projects.blueprint,
    programme.blueprint,
    stages.blueprint,
    station.blueprint,
    bundles.blueprint,
    cases.blueprint,
    acceptances.blueprint,
    corrections.blueprint,
    materials.blueprint,
    documents.blueprint,
    help_requests.blueprint,
    imports.blueprint,
    exchange.blueprint,
    extended_hours.blueprint,
    absences.blueprint,
    duty.blueprint,
    alerts.blueprint,
    escalations.blueprint,
    notices.blueprint,
    channels.blueprint,
    events.blueprint,
    subscribers.blueprint,
    flows.blueprint,
    items.blueprint,
    due_dates.blueprint,
    calendar.blueprint,
    amendments.blueprint,
    time_use.blueprint,
    figures.blueprint,
    forecast.blueprint,
    war_map.blueprint,
    item_choices.blueprint,
    plans.blueprint,
    tender.blueprint,
    what_if.blueprint,
    live.blueprint,
    ledger.blueprint,
    case_file.blueprint,
    calendar_feed.blueprint,
    demo_time.blueprint,
)
