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

What only a part of a page needs anew, htmx asks for: `show("x.html", block="parts/x_rows.html", …)` renders the part
alone where the request says so, the page includes the same part, and its first line is ``{% set htmx = true %}``.

The script (``static/scripts``) finds its work by attributes, and nothing needs it:

- ``form data-autosave="address"``: the fields go there by POST 20 s after a change and on leaving; the answer is JSON
  ``{"saved": "已自动保存 09:28", "version": 7}``, shown in ``data-saved``; the version is put into the page's forms.
- ``data-rows`` holds rows for ``j`` ``k`` (``data-rows="arrows"``: also ``↑ ↓``), each of them ``data-row`` or a table
  row with a link; ``data-key="e"`` or ``"g m"`` is what that key presses or goes to, in the cursor's row there.
- ``button hidden data-js``: seen with script only; ``data-print``, ``data-show-password="id"``.
- ``data-stale`` with ``hidden``: shown five minutes after its part of the page came.
- ``details data-drop``: a menu that Esc closes, and leaving it.

Every word of the interface stands in `_()`; every route stands in `api.route_table`.
"""

from flask import Flask

from api import wording
from api.pages import (
    actions,
    administration,
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
    draft_facts,
    draft_items,
    draft_papers,
    draft_submit,
    duty,
    escalations,
    exchange,
    figures,
    files,
    flows,
    frame,
    gate,
    help_desk,
    importing,
    items,
    leave,
    ledger,
    notices,
    openings,
    password,
    people,
    plan,
    project,
    proofs,
    public_query,
    reassigning,
    receipt,
    reminders,
    report,
    roster,
    session,
    site,
    stations,
    styleguide,
    subscribers,
    time_figures,
    unread,
    verifying,
    war_map,
    what_if,
)
from api.pages.blueprint import pages
from api.pages.failures import page
from api.problems import pages_answer_with

VIEWS = (
    actions,
    administration,
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
    draft_facts,
    draft_items,
    draft_papers,
    draft_submit,
    duty,
    escalations,
    exchange,
    figures,
    files,
    flows,
    gate,
    help_desk,
    importing,
    items,
    leave,
    ledger,
    notices,
    openings,
    password,
    people,
    plan,
    project,
    proofs,
    public_query,
    reassigning,
    receipt,
    reminders,
    report,
    roster,
    session,
    site,
    stations,
    styleguide,
    subscribers,
    time_figures,
    unread,
    verifying,
    war_map,
    what_if,
)


def register(app: Flask) -> None:
    """Serve the pages, and answer outside of /api with pages where something went wrong."""
    app.register_blueprint(pages)
    wording.install(app)
    frame.install(app)
    app.jinja_env.globals.update(foot=site.foot)
    pages_answer_with(app, page)
