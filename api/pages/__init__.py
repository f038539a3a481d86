"""The pages: server-rendered HTML in Chinese, for every role, without script.

`register` hangs them into the application. A view reads in one unit of work and shows outside of it:

    @pages.get("/cases/<no>")
    def case(no: str) -> Response:
        with access.work() as work:
            page = read_page(work, no)
        return show("case.html", page=page)

A deed is claimed once by the form's hidden key, and leads on with a banner:

    with access.work() as work:
        done = once(work, lambda: Done(url_for(…), _("已保存。")))
    return lead_on(done)

Every word of the interface stands in `_()`; every route stands in `api.route_table`.
"""

from flask import Flask

from api.pages import (
    actions,
    amendments,
    applicant,
    application,
    calendar,
    calendar_feed,
    calendar_notice,
    cases,
    changes_of_law,
    channels,
    check,
    contact,
    corrections,
    demo_time,
    desk,
    documents,
    duty,
    escalations,
    exchange,
    figures,
    files,
    frame,
    gate,
    help_desk,
    importing,
    ledger,
    notices,
    openings,
    plan,
    project,
    proofs,
    reminders,
    subscribers,
    time_figures,
    war_map,
    what_if,
    wording,
)
from api.pages.blueprint import pages
from api.pages.failures import page
from api.problems import pages_answer_with

VIEWS = (
    actions,
    amendments,
    applicant,
    application,
    calendar,
    calendar_feed,
    calendar_notice,
    cases,
    changes_of_law,
    channels,
    check,
    contact,
    corrections,
    demo_time,
    desk,
    documents,
    duty,
    escalations,
    exchange,
    figures,
    files,
    gate,
    help_desk,
    importing,
    ledger,
    notices,
    openings,
    plan,
    project,
    proofs,
    reminders,
    subscribers,
    time_figures,
    war_map,
    what_if,
)


def register(app: Flask) -> None:
    """Serve the pages, and answer outside of /api with pages where something went wrong."""
    app.register_blueprint(pages)
    wording.install(app)
    frame.install(app)
    pages_answer_with(app, page)
