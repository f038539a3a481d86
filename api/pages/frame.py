"""What every page has around its contents: the head, the menu of this role, the time of a demonstration, the banner."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, make_response, redirect, render_template, request, url_for

from api.access import me_if_signed_in, office, wiring
from api.english import mark_chinese
from api.pages import banner
from api.pages.assets import asset, prepare
from api.pages.case_names import case_name, matter_name
from api.pages.names import role_title
from api.pages.shortcuts import shortcuts
from api.pictures.drawing import hatch
from api.route_table import WATCHERS
from api.wording import N_, _, date_and_time, lang, long_day
from workflow.actor import Actor
from workflow.clock.days import local_day
from workflow.queries.live import waiting
from workflow.store.tokens import SignedIn

BLANK_RECORDS = 4
"""Empty lines that a table of records offers after those filled in."""
YEAR = 365 * 24 * 3600
LOOKS: Mapping[str, tuple[str, ...]] = {
    "lang": ("zh", "en"),
    "size": ("normal", "large"),
    "theme": ("normal", "contrast"),
    "keys": ("on", "off"),
}
"""What a reader may choose of how pages look and are used, each kept in a cookie ``wugeyi-…`` of its own."""
STAFF = ("clerk", "officer", "specialist", "squad_leader", "director", "district_leader", "supervisor", "admin")


@dataclass(frozen=True, slots=True)
class Place:
    """A page that the menu offers: in the bar if ``main``, else under "more".

    ``roles`` empty means whoever is signed in; ``public``: also those who are not.
    """

    endpoint: str
    words: str
    roles: tuple[str, ...] = ()
    main: bool = False
    public: bool = False

    def open_to(self, actor: Actor | None) -> bool:
        """Whether this actor, or somebody who is not signed in, finds it in the menu."""
        if actor is None:
            return self.public
        return not self.roles or actor.holds(*self.roles)


PLACES: tuple[Place, ...] = (
    Place("pages.my_cases", N_("我的办件"), ("applicant",), main=True),
    Place("pages.worklist", N_("待办列表"), STAFF, main=True),
    Place("pages.war_map", N_("作战图"), (*WATCHERS, "squad_leader", "specialist"), main=True),
    Place("pages.escalations", N_("督办"), WATCHERS, main=True),
    Place("pages.admin", N_("管理"), ("admin",), main=True),
    Place("pages.report", N_("指标报表"), (*WATCHERS, "squad_leader"), main=True),
    Place("pages.new_application", N_("新申请"), ("applicant", "specialist"), main=True),
    Place("pages.projects", N_("项目"), main=True),
    Place("pages.alerts", N_("提醒"), main=True),
    Place("pages.help_desk", N_("帮办"), main=True),
    Place("pages.notices", N_("消息")),
    Place("pages.public_query", N_("查进度"), public=True),
    Place("pages.consultations", N_("1+N 会商"), STAFF),
    Place("pages.tenders", N_("招标"), STAFF),
    Place("pages.acceptances", N_("分段验收"), STAFF),
    Place("pages.flows", N_("流程图"), STAFF),
    Place("pages.items", N_("审批事项清单"), public=True),
    Place("pages.figures", N_("全部指标"), (*WATCHERS, "squad_leader")),
    Place("pages.plan", N_("倒排工期")),
    Place("pages.calendar", N_("工作日历")),
    Place("pages.ledger", N_("台账")),
    Place("pages.duty", N_("值班表"), STAFF),
    Place("pages.time_use", N_("用时"), WATCHERS),
    Place("pages.what_if", N_("假如"), WATCHERS),
    # An administrator finds these three under 管理, with the rest of what is kept.
    Place("pages.amendments", N_("依据变更"), ("supervisor",)),
    Place("pages.exchange", N_("数据交换"), ("supervisor",)),
    Place("pages.channels", N_("通知渠道"), ("supervisor",)),
)
"""The pages one can go to from anywhere, in the order of the menu."""
SIGN_IN = Place("pages.sign_in_form", N_("登录"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the main menu; ``count`` is what waits there, None for a place where nothing is counted.

    ``current`` is what it says of itself as aria-current: "page", "true" on a page below it, else empty.
    """

    endpoint: str
    href: str
    words: str
    current: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """What stands in the bar, and what under "more"."""

    main: tuple[Entry, ...]
    more: tuple[Entry, ...]


def install(app: Flask) -> None:
    """What templates may call without being given it."""
    prepare()
    app.before_request(_count_what_waits)
    app.jinja_env.globals.update(csrf_token=csrf_token, form_key=lambda: secrets.token_urlsafe(16), asset=asset)
    app.jinja_env.globals.update(case_name=case_name, matter_name=matter_name)
    # Macros imported without context see globals only.
    app.jinja_env.globals.update(BLANK_RECORDS=BLANK_RECORDS, hatch=hatch)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def show(template: str, status: int = 200, block: str | None = None, **values: Any) -> Response:
    """The page, with its frame; shows and forgets what the last deed left to be said.

    ``block`` is the template of a part of it: asked for by htmx, the page answers with that part alone.
    """
    signed_in = me_if_signed_in()
    today = local_day(signed_in.now) if signed_in else None
    alone = block is not None and is_block()
    said = "" if alone else banner.read() if signed_in is None or status == 200 else ""
    shown = render_template(
        block if alone and block is not None else template,
        **{"problems": (), "here": address(), "missing": banner.year_missing() if status < 500 else None, **values},
        may_load=signed_in is not None and signed_in.actor.holds("admin"),
        look={name: request.cookies.get(f"wugeyi-{name}", "normal") for name in LOOKS},
        said=said,
        me=_me(signed_in) if signed_in else None,
        keys=shortcuts(signed_in is not None and is_staff(signed_in.actor)),
        menu=menu(signed_in.actor if signed_in else None),
        demo=_demo(),
        telephone=office().catalogue.site.telephone,
        day=lambda day: long_day(day, today) if today else day.isoformat(),
        when=lambda instant: date_and_time(instant, today) if today else instant.isoformat(),
    )
    response = make_response(mark_chinese(shown) if lang() == "en" else shown, status)
    if said:
        banner.forget(response)
    if block is not None:
        response.vary.add("HX-Request")
    return response


def is_block() -> bool:
    """Whether htmx asks for a part of the page only."""
    return request.headers.get("HX-Request") == "true"


def lead(to: str) -> Response:
    """A redirect to another of our pages; a form that was sent is not sent again there."""
    return make_response(redirect(to, 303))


def csrf_token() -> str:
    """The seal of the session that forms carry; empty where nobody is signed in."""
    signed_in = me_if_signed_in()
    return signed_in.csrf if signed_in else ""


def address() -> str:
    """Where the reader is, for coming back; after a refused form the page the form stood on."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    return "/"


def local(path: str | None) -> str | None:
    """``path`` if it is an address of ours, else None: nobody is sent elsewhere by a link to us."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path or len(path) > 1000:
        return None
    return None if any(ord(letter) < 32 for letter in path) else path


def is_staff(actor: Actor) -> bool:
    """Whether the actor works for the office; an applicant sees other pages of the same case."""
    return actor.holds(*STAFF)


def is_applicant(actor: Actor) -> bool:
    """Whether the actor may apply."""
    return actor.holds("applicant", "specialist")


def home_of(actor: Actor) -> str:
    """The first page of this role."""
    return url_for("pages.worklist") if is_staff(actor) else url_for("pages.my_cases")


def menu(actor: Actor | None) -> Menu:
    """The main menu: every entry leads somewhere this actor may go; who is not signed in has all of it in the bar."""
    known = [one for one in PLACES if one.open_to(actor)]
    if actor is None:
        return Menu((_entry(SIGN_IN), *map(_entry, known)), ())
    return Menu(*(tuple(_entry(one) for one in known if one.main == main) for main in (True, False)))


def roles_words(actor: Actor) -> str:
    """The actor's roles and where they hold, in words."""
    return "、".join(dict.fromkeys(role_title(grant) for grant in actor.grants))


def _entry(place: Place) -> Entry:
    address_of = url_for(place.endpoint)
    here = request.endpoint == place.endpoint or request.path == address_of
    current = "page" if here else "true" if request.path.startswith(f"{address_of}/") else ""
    found = g.get("waiting")
    counts = {"pages.alerts": found.alerts, "pages.notices": found.notices} if found else {}
    return Entry(place.endpoint, url_for(place.endpoint), _(place.words), current, counts.get(place.endpoint))


def _me(signed_in: SignedIn) -> dict[str, Any]:
    actor = signed_in.actor
    return {
        "id": actor.id,
        "name": actor.name,
        "roles": roles_words(actor),
        "staff": is_staff(actor),
        "seconds": signed_in.seconds_left,
    }


def _count_what_waits() -> None:
    """Alerts and notices for the menu, in the transaction that has just found the reader."""
    conn, signed_in = g.get("conn"), me_if_signed_in()
    if conn is None or signed_in is None or signed_in.actor.id is None:
        return
    if request.blueprint == "pages" and request.method == "GET" and not is_block():
        g.waiting = waiting(conn, [signed_in.actor.id])[signed_in.actor.id]


def _demo() -> dict[str, str] | None:
    if not wiring().settings.demo:
        return None
    signed_in = me_if_signed_in()
    if signed_in is None:
        return {"words": ""}
    return {"words": date_and_time(signed_in.now, local_day(signed_in.now))}
