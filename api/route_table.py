"""Who may call each route: the whole list. The service does not start with a route that does not stand here.

What a person may do to one case is decided by its flow and by `workflow.visibility`, never here.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a route; ``roles`` empty means everybody who is signed in.

    ``recognises``: open to everybody, but a page that shows the menu and the name of whoever happens to be signed in.
    """

    signed_in: bool
    roles: frozenset[str] = frozenset()
    recognises: bool = False


PUBLIC = Access(signed_in=False)
ANYBODY = Access(signed_in=False, recognises=True)
SIGNED_IN = Access(signed_in=True)


def only(*roles: str) -> Access:
    """People holding one of these roles anywhere."""
    return Access(signed_in=True, roles=frozenset(roles))


WATCHERS = ("director", "district_leader", "supervisor", "admin")
"""Who looks at figures of many cases: a director at those of the own department, the others at all."""

ROUTES: Mapping[str, Access] = {
    # operations
    "GET /healthz": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /metrics": PUBLIC,
    # documentation of the API
    "GET /api/v1/openapi.json": PUBLIC,
    "GET /api/docs": PUBLIC,
    "GET /api/docs/<path:name>": PUBLIC,
    # people
    "POST /api/v1/tokens": PUBLIC,
    "GET /api/v1/tokens": SIGNED_IN,
    "DELETE /api/v1/tokens/<int:token_id>": SIGNED_IN,
    "GET /api/v1/me": SIGNED_IN,
    "POST /api/v1/me/password": SIGNED_IN,
    "GET /api/v1/people": only("admin"),
    "POST /api/v1/people": only("admin"),
    "GET /api/v1/people/<int:person_id>": only("admin"),
    "PATCH /api/v1/people/<int:person_id>": only("admin"),
    "POST /api/v1/people/<int:person_id>/password": only("admin"),
    "POST /api/v1/people/<int:person_id>/roles": only("admin"),
    "DELETE /api/v1/people/<int:person_id>/roles/<int:role_id>": only("admin"),
    # leave and duty: whose leave and whose roster one may enter is decided by what one leads
    "GET /api/v1/absences": SIGNED_IN,
    "POST /api/v1/absences": SIGNED_IN,
    "POST /api/v1/absences/<int:absence_id>/end": SIGNED_IN,
    "GET /api/v1/duty": SIGNED_IN,
    "GET /api/v1/duty/<squad>": SIGNED_IN,
    "POST /api/v1/duty/<squad>": SIGNED_IN,
    # projects
    "GET /api/v1/projects": SIGNED_IN,
    "POST /api/v1/projects": only("admin"),
    "GET /api/v1/projects/<code>": SIGNED_IN,
    "GET /api/v1/projects/<code>/lanes": SIGNED_IN,
    "GET /api/v1/projects/<code>/programme": SIGNED_IN,
    "GET /api/v1/programme": SIGNED_IN,
    "GET /api/v1/projects/<code>/stages": SIGNED_IN,
    # applying
    "POST /api/v1/bundles": SIGNED_IN,
    "PATCH /api/v1/bundles/<no>": SIGNED_IN,
    "POST /api/v1/bundles/<no>/submit": SIGNED_IN,
    "POST /api/v1/help": SIGNED_IN,
    # cases
    "GET /api/v1/cases": SIGNED_IN,
    "POST /api/v1/cases": SIGNED_IN,
    "GET /api/v1/cases/counts": SIGNED_IN,
    "GET /api/v1/cases/ended": SIGNED_IN,
    "GET /api/v1/cases/<no>": SIGNED_IN,
    "GET /api/v1/cases/<no>/actions": SIGNED_IN,
    "POST /api/v1/cases/<no>/actions/<action>": SIGNED_IN,
    "POST /api/v1/cases/<no>/corrections/receipt": SIGNED_IN,
    "POST /api/v1/cases/<no>/corrections/pauses/<int:pause_id>": SIGNED_IN,
    "GET /api/v1/cases/<no>/acceptance": SIGNED_IN,
    "GET /api/v1/cases/<no>/history": SIGNED_IN,
    "GET /api/v1/cases/<no>/clocks": SIGNED_IN,
    "GET /api/v1/cases/<no>/clocks/<name>/proof": SIGNED_IN,
    "GET /api/v1/cases/<no>/clocks/<name>/proof.csv": SIGNED_IN,
    "GET /api/v1/cases/<no>/documents": SIGNED_IN,
    "GET /api/v1/cases/<no>/documents/<number>/file": SIGNED_IN,
    "PUT /api/v1/cases/<no>/documents/<number>/file": SIGNED_IN,
    # whether a document is genuine: for whoever holds it
    "GET /api/v1/documents/check/<code>": PUBLIC,
    "GET /api/v1/cases/<no>/time-use": SIGNED_IN,
    "GET /api/v1/cases/<no>/materials": SIGNED_IN,
    "POST /api/v1/cases/<no>/materials": SIGNED_IN,
    "GET /api/v1/cases/<no>/materials/<int:material_id>": SIGNED_IN,
    # who used the time
    "GET /api/v1/time-use": only(*WATCHERS),
    "GET /api/v1/time-use/cases": only(*WATCHERS),
    # the leader's figures: a director's and a squad leader's are their own
    "GET /api/v1/figures": only(*WATCHERS, "squad_leader"),
    "GET /api/v1/figures.csv": only(*WATCHERS, "squad_leader"),
    "GET /api/v1/figures/definitions": SIGNED_IN,
    "GET /api/v1/figures/<figure>/cases": only(*WATCHERS, "squad_leader"),
    # the leader's picture, and which open cases are likely to miss their promise: of what one may see
    "GET /api/v1/war-map": only(*WATCHERS, "squad_leader", "specialist"),
    "GET /api/v1/forecast": only(*WATCHERS, "squad_leader", "specialist"),
    # one stop: what one may see of it; the agenda is for those who sit there
    "GET /api/v1/problems": SIGNED_IN,
    "GET /api/v1/session": only(*WATCHERS, "squad_leader", "specialist", "officer"),
    "GET /api/v1/cases/<no>/coaching": SIGNED_IN,
    # extended hours of service
    "GET /api/v1/extended-hours": only(*WATCHERS),
    # the national exchange
    "GET /api/v1/exchange": only("admin", "supervisor"),
    "GET /api/v1/exchange/check": only("admin", "supervisor"),
    "GET /api/v1/exchange/reconciliation": only("admin", "supervisor"),
    # alerts
    "GET /api/v1/alerts": SIGNED_IN,
    "GET /api/v1/alerts/<int:alert_id>": SIGNED_IN,
    "GET /api/v1/escalations": only(*WATCHERS),
    "POST /api/v1/alerts/<int:alert_id>/acknowledge": SIGNED_IN,
    "GET /api/v1/live": SIGNED_IN,
    # how one is told, and what one was told: one's own; how the ways to people are doing
    "GET /api/v1/me/contact": SIGNED_IN,
    "PUT /api/v1/me/contact/choices": SIGNED_IN,
    "POST /api/v1/me/contact/points": SIGNED_IN,
    "DELETE /api/v1/me/contact/points/<int:point_id>": SIGNED_IN,
    "POST /api/v1/me/contact/points/<int:point_id>/test": SIGNED_IN,
    "POST /api/v1/me/contact/email/test": SIGNED_IN,
    "GET /api/v1/notices": SIGNED_IN,
    "POST /api/v1/notices/seen": SIGNED_IN,
    "GET /api/v1/channels": only("admin", "supervisor"),
    "GET /api/v1/channels/tries": only("admin", "supervisor"),
    "POST /api/v1/channels/<channel>/test": only("admin"),
    "POST /api/v1/channels/<channel>/again": only("admin"),
    # data out: what one may see; a calendar is asked for by programmes that cannot sign in, by its secret address
    "GET /api/v1/ledger.xlsx": SIGNED_IN,
    "GET /api/v1/worklist.csv": SIGNED_IN,
    "GET /api/v1/cases/<no>/file.zip": SIGNED_IN,
    "GET /api/v1/calendar-feed": SIGNED_IN,
    "POST /api/v1/calendar-feed": SIGNED_IN,
    "DELETE /api/v1/calendar-feed": SIGNED_IN,
    "GET /calendar/<token>.ics": PUBLIC,
    # for other systems: the feed holds what one may see; whom it is sent to is the administrator's
    "GET /api/v1/events": SIGNED_IN,
    "GET /api/v1/events/schema": SIGNED_IN,
    "GET /api/v1/subscribers": only("admin"),
    "POST /api/v1/subscribers": only("admin"),
    "GET /api/v1/subscribers/<int:subscriber_id>": only("admin"),
    "PATCH /api/v1/subscribers/<int:subscriber_id>": only("admin"),
    "POST /api/v1/subscribers/<int:subscriber_id>/rotate": only("admin"),
    "POST /api/v1/subscribers/<int:subscriber_id>/test": only("admin"),
    "POST /api/v1/subscribers/<int:subscriber_id>/replay": only("admin"),
    "GET /api/v1/subscribers/<int:subscriber_id>/deliveries": only("admin"),
    # data in: files of projects, people and running cases
    "GET /api/v1/imports": only("admin"),
    "GET /api/v1/imports/templates/<kind>": only("admin"),
    "POST /api/v1/imports/<kind>": only("admin"),
    # what the service runs on
    "GET /api/v1/flows": SIGNED_IN,
    "GET /api/v1/flows/<name>": SIGNED_IN,
    "GET /api/v1/flows/<name>/drawing": SIGNED_IN,
    "GET /api/v1/items": SIGNED_IN,
    "GET /api/v1/items/<code>": SIGNED_IN,
    # calculators: nobody's data
    "POST /api/v1/due-dates": PUBLIC,
    "GET /api/v1/questions": PUBLIC,
    "POST /api/v1/item-choices": PUBLIC,
    # plans: nobody's data, unless a project is named, which asks for a token itself
    "POST /api/v1/plans": PUBLIC,
    "GET /api/v1/cases/<no>/plan": SIGNED_IN,
    "GET /api/v1/cases/<no>/tender": SIGNED_IN,
    # what if: of one case for whoever may see it, of many for those who look at many
    "POST /api/v1/cases/<no>/what-if": SIGNED_IN,
    "POST /api/v1/what-if": only(*WATCHERS),
    # the working calendar: nobody's data; what changes it: two administrators
    "GET /api/v1/calendar": PUBLIC,
    "GET /api/v1/calendar/<int:year>": PUBLIC,
    "GET /api/v1/amendments": only("admin", "supervisor"),
    "POST /api/v1/amendments": only("admin"),
    "POST /api/v1/amendments/preview": only("admin"),
    "GET /api/v1/amendments/<int:amendment_id>": only("admin", "supervisor"),
    "GET /api/v1/amendments/<int:amendment_id>/preview": only("admin", "supervisor"),
    "POST /api/v1/amendments/<int:amendment_id>/sign": only("admin"),
    "POST /api/v1/amendments/<int:amendment_id>/refuse": only("admin"),
    # demonstrations only, 404 elsewhere
    "GET /api/v1/demo/time": SIGNED_IN,
    "POST /api/v1/demo/time": SIGNED_IN,
    # pages: the gate
    "GET /": SIGNED_IN,
    "GET /login": PUBLIC,
    "POST /login": PUBLIC,
    "POST /login/demo": PUBLIC,
    "POST /logout": SIGNED_IN,
    "POST /display": PUBLIC,
    "GET /session": PUBLIC,
    "POST /session": SIGNED_IN,
    "GET /accessibility": ANYBODY,
    "GET /sitemap": ANYBODY,
    "GET /privacy": ANYBODY,
    # 404 outside of a demonstration
    "GET /styleguide": ANYBODY,
    "GET /query": ANYBODY,
    "POST /query": PUBLIC,
    "GET /query/<no>/<shown>": ANYBODY,
    "GET /cases/<no>/receipt": SIGNED_IN,
    "GET /check": ANYBODY,
    "GET /check/<code>": ANYBODY,
    "GET /static/<name>": PUBLIC,
    # pages: applying
    "GET /my": SIGNED_IN,
    "GET /apply": SIGNED_IN,
    "POST /apply": SIGNED_IN,
    "GET /apply/<no>": SIGNED_IN,
    "GET /apply/<no>/items": SIGNED_IN,
    "POST /apply/<no>/items": SIGNED_IN,
    "GET /apply/<no>/company": SIGNED_IN,
    "POST /apply/<no>/company": SIGNED_IN,
    "GET /apply/<no>/project": SIGNED_IN,
    "POST /apply/<no>/project": SIGNED_IN,
    "GET /apply/<no>/papers": SIGNED_IN,
    "POST /apply/<no>/files": SIGNED_IN,
    "GET /apply/<no>/match": SIGNED_IN,
    "POST /apply/<no>/match": SIGNED_IN,
    "GET /apply/<no>/check": SIGNED_IN,
    "POST /apply/<no>/check": SIGNED_IN,
    "GET /apply/<no>/submit": SIGNED_IN,
    "POST /apply/<no>/submit": SIGNED_IN,
    # pages: cases
    "GET /work": SIGNED_IN,
    "GET /consultations": only(*WATCHERS, "clerk", "officer", "specialist", "squad_leader"),
    "GET /tenders": only(*WATCHERS, "clerk", "officer", "specialist", "squad_leader"),
    "GET /acceptances": only(*WATCHERS, "clerk", "officer", "specialist", "squad_leader"),
    "GET /worklist/news": SIGNED_IN,
    "GET /worklist/assign": only("director"),
    "POST /worklist/assign": only("director"),
    "GET /projects": SIGNED_IN,
    "GET /projects/<code>": SIGNED_IN,
    "GET /projects/<code>/new/<flow>": SIGNED_IN,
    "POST /projects/<code>/new/<flow>": SIGNED_IN,
    "GET /cases/<no>/new/<flow>": SIGNED_IN,
    "POST /cases/<no>/new/<flow>": SIGNED_IN,
    "GET /cases/<no>": SIGNED_IN,
    "GET /cases/<no>/actions/<name>": SIGNED_IN,
    "POST /cases/<no>/actions/<name>": SIGNED_IN,
    "GET /cases/<no>/verify": SIGNED_IN,
    "POST /cases/<no>/verify": SIGNED_IN,
    "GET /cases/<no>/corrections": SIGNED_IN,
    "POST /cases/<no>/corrections": SIGNED_IN,
    "GET /cases/<no>/clocks/<name>": SIGNED_IN,
    "GET /cases/<no>/plan": SIGNED_IN,
    "GET /plan": SIGNED_IN,
    "GET /cases/<no>/what-if": SIGNED_IN,
    "GET /what-if": only(*WATCHERS),
    "GET /war-map": only(*WATCHERS, "squad_leader", "specialist"),
    "GET /war-map/projects": only(*WATCHERS, "squad_leader", "specialist"),
    "GET /figures": only(*WATCHERS, "squad_leader"),
    "GET /figures/<figure>/cases": only(*WATCHERS, "squad_leader"),
    "GET /cases/<no>/documents/<number>": SIGNED_IN,
    "POST /cases/<no>/documents/<number>": SIGNED_IN,
    "POST /cases/<no>/materials": SIGNED_IN,
    "GET /cases/<no>/materials/<int:number>": SIGNED_IN,
    # pages: who used the time
    "GET /time-use": only(*WATCHERS),
    "GET /time-use/cases": only(*WATCHERS),
    # pages: the working calendar, and what changes it
    "GET /calendar": SIGNED_IN,
    "GET /calendar/<int:year>": SIGNED_IN,
    "GET /calendar-feed": SIGNED_IN,
    "POST /calendar-feed": SIGNED_IN,
    "POST /calendar-feed/end": SIGNED_IN,
    "GET /ledger": SIGNED_IN,
    "GET /calendar/notice": only("admin"),
    "POST /calendar/notice": only("admin"),
    "GET /amendments": only("admin", "supervisor"),
    "GET /amendments/new-limit": only("admin"),
    "POST /amendments/new-limit": only("admin"),
    "GET /amendments/new-flow": only("admin"),
    "POST /amendments/new-flow": only("admin"),
    "GET /amendments/<int:number>": only("admin", "supervisor"),
    "GET /amendments/<int:number>/sign": only("admin"),
    "POST /amendments/<int:number>/sign": only("admin"),
    "POST /amendments/<int:number>/refuse": only("admin"),
    "POST /amendments/<int:number>/withdraw": only("admin"),
    # pages: other systems
    "GET /subscribers": only("admin"),
    "POST /subscribers": only("admin"),
    "GET /subscribers/<int:number>": only("admin"),
    "POST /subscribers/<int:number>": only("admin"),
    "POST /subscribers/<int:number>/rotate": only("admin"),
    "POST /subscribers/<int:number>/pause": only("admin"),
    "POST /subscribers/<int:number>/resume": only("admin"),
    "POST /subscribers/<int:number>/test": only("admin"),
    "POST /subscribers/<int:number>/replay": only("admin"),
    # pages: data in
    "GET /imports": only("admin"),
    "POST /imports": only("admin"),
    "GET /imports/templates/<kind>": only("admin"),
    # pages: the national exchange
    "GET /exchange": only("admin", "supervisor"),
    # pages: alerts, help, the time of a demonstration
    "GET /alerts": SIGNED_IN,
    "GET /report": only(*WATCHERS, "squad_leader"),
    "GET /flows": SIGNED_IN,
    "GET /flows/<name>": SIGNED_IN,
    "GET /items": ANYBODY,
    "GET /items/<code>": ANYBODY,
    "GET /escalations": only(*WATCHERS),
    "GET /escalations/unread": only(*WATCHERS),
    "POST /alerts/<int:number>/acknowledge": SIGNED_IN,
    "GET /notices": SIGNED_IN,
    "POST /notices/seen": SIGNED_IN,
    "GET /contact": SIGNED_IN,
    "POST /contact/points": SIGNED_IN,
    "POST /contact/points/<int:number>/remove": SIGNED_IN,
    "POST /contact/points/<int:number>/test": SIGNED_IN,
    "POST /contact/email/test": SIGNED_IN,
    "POST /contact/choices": SIGNED_IN,
    "GET /channels": only("admin", "supervisor"),
    "POST /channels/<channel>/test": only("admin"),
    "GET /channels/<channel>/again": only("admin"),
    "POST /channels/<channel>/again": only("admin"),
    "GET /help": SIGNED_IN,
    "GET /duty": SIGNED_IN,
    "GET /duty/<squad>": SIGNED_IN,
    "POST /duty/<squad>": SIGNED_IN,
    "GET /leave": SIGNED_IN,
    "POST /leave": SIGNED_IN,
    "POST /leave/<int:number>/end": SIGNED_IN,
    "GET /password": SIGNED_IN,
    "POST /password": SIGNED_IN,
    # pages: what an administrator keeps
    "GET /admin": only("admin"),
    "GET /admin/roles": only("admin"),
    "GET /admin/people": only("admin"),
    "GET /admin/people/new": only("admin"),
    "POST /admin/people/new": only("admin"),
    "GET /admin/people/<int:number>": only("admin"),
    "POST /admin/people/<int:number>": only("admin"),
    "POST /admin/people/<int:number>/roles": only("admin"),
    "GET /admin/people/<int:number>/roles/<int:role>/withdraw": only("admin"),
    "POST /admin/people/<int:number>/roles/<int:role>/withdraw": only("admin"),
    "GET /admin/people/<int:number>/close": only("admin"),
    "POST /admin/people/<int:number>/close": only("admin"),
    "POST /admin/people/<int:number>/open": only("admin"),
    "GET /admin/people/<int:number>/password": only("admin"),
    "POST /admin/people/<int:number>/password": only("admin"),
    "GET /help/new": SIGNED_IN,
    "POST /help/new": SIGNED_IN,
    "POST /demo/time": SIGNED_IN,
}

UPLOADS = frozenset(
    {
        "POST /api/v1/cases/<no>/materials",
        "POST /api/v1/imports/<kind>",
        "POST /cases/<no>/materials",
        "POST /apply/<no>/files",
        "POST /calendar/notice",
        "POST /imports",
    }
)
"""Routes that take files (multipart/form-data): their bodies may be as long as WUGEYI_UPLOAD_MB, all others 1 MiB."""
