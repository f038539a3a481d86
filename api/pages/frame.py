"""What every page has around its contents: the head, the menu of this role, the time of a demonstration, the banner."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, make_response, redirect, render_template, request, url_for

from api.access import me_if_signed_in, wiring
from api.pages import banner
from api.pages.assets import asset, prepare
from api.pages.english import mark_chinese
from api.pages.names import role_title
from api.pages.wording import N_, _, date_and_time, lang, long_day
from api.pictures.drawing import hatch
from api.route_table import WATCHERS
from workflow.actor import Actor
from workflow.clock.days import local_day

BLANK_RECORDS = 4
"""Empty lines that a table of records offers after those filled in."""
YEAR = 365 * 24 * 3600
LOOKS: Mapping[str, tuple[str, ...]] = {
    "lang": ("zh", "en"),
    "size": ("normal", "large"),
    "theme": ("normal", "contrast"),
}
"""What a reader may choose of how pages look, each kept in a cookie ``wugeyi-…`` of its own."""
STAFF = ("clerk", "officer", "specialist", "squad_leader", "director", "district_leader", "supervisor", "admin")


@dataclass(frozen=True, slots=True)
class Place:
    """A page that the menu offers; ``roles`` empty means whoever is signed in, ``main`` False that it stands under
    "more"."""

    endpoint: str
    words: str
    roles: tuple[str, ...] = ()
    main: bool = False

    def open_to(self, actor: Actor) -> bool:
        """Whether this actor finds it in the menu."""
        return not self.roles or actor.holds(*self.roles)


PLACES: tuple[Place, ...] = (
    Place("pages.my_cases", N_("我的办件"), ("applicant",), main=True),
    Place("pages.worklist", N_("待办列表"), STAFF, main=True),
    Place("pages.war_map", N_("作战图"), (*WATCHERS, "squad_leader", "specialist"), main=True),
    Place("pages.escalations", N_("督办"), WATCHERS, main=True),
    Place("pages.figures", N_("指标报表"), (*WATCHERS, "squad_leader"), main=True),
    Place("pages.new_application", N_("新申请"), ("applicant", "specialist"), main=True),
    Place("pages.projects", N_("项目"), main=True),
    Place("pages.alerts", N_("提醒"), main=True),
    Place("pages.help_desk", N_("帮办"), main=True),
    Place("pages.notices", N_("消息")),
    Place("pages.plan", N_("倒排工期")),
    Place("pages.calendar", N_("工作日历")),
    Place("pages.ledger", N_("台账")),
    Place("pages.duty", N_("值班表"), STAFF),
    Place("pages.time_use", N_("用时"), WATCHERS),
    Place("pages.what_if", N_("假如"), WATCHERS),
    Place("pages.amendments", N_("依据变更"), ("admin", "supervisor")),
    Place("pages.exchange", N_("数据交换"), ("admin", "supervisor")),
    Place("pages.channels", N_("通知渠道"), ("admin", "supervisor")),
    Place("pages.subscribers", N_("数据订阅"), ("admin",)),
    Place("pages.imports", N_("导入"), ("admin",)),
)
"""The pages one can go to from anywhere, in the order of the menu."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the main menu."""

    endpoint: str
    href: str
    words: str
    current: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """What stands in the bar, and what under "more"."""

    main: tuple[Entry, ...]
    more: tuple[Entry, ...]


def install(app: Flask) -> None:
    """What templates may call without being given it."""
    prepare()
    app.jinja_env.globals.update(csrf_token=csrf_token, form_key=lambda: secrets.token_urlsafe(16), asset=asset)
    # Macros imported without context see globals only.
    app.jinja_env.globals.update(BLANK_RECORDS=BLANK_RECORDS, hatch=hatch)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def show(template: str, status: int = 200, **values: Any) -> Response:
    """The page, with its frame; shows and forgets what the last deed left to be said."""
    signed_in = me_if_signed_in()
    today = local_day(signed_in.now) if signed_in else None
    said = banner.read() if signed_in is None or status == 200 else ""
    shown = render_template(
        template,
        **{"problems": (), "here": address(), "missing": banner.year_missing() if status < 500 else None, **values},
        may_load=signed_in is not None and signed_in.actor.holds("admin"),
        look={name: request.cookies.get(f"wugeyi-{name}", "normal") for name in LOOKS},
        said=said,
        me={"name": signed_in.actor.name, "roles": roles_words(signed_in.actor)} if signed_in else None,
        menu=menu(signed_in.actor) if signed_in else None,
        demo=_demo(),
        day=lambda day: long_day(day, today) if today else day.isoformat(),
        when=lambda instant: date_and_time(instant, today) if today else instant.isoformat(),
    )
    response = make_response(mark_chinese(shown) if lang() == "en" else shown, status)
    if said:
        banner.forget(response)
    return response


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


def menu(actor: Actor) -> Menu:
    """The main menu: every entry leads somewhere this actor may go."""
    known = [one for one in PLACES if one.open_to(actor)]
    return Menu(*(tuple(_entry(one) for one in known if one.main == main) for main in (True, False)))


def roles_words(actor: Actor) -> str:
    """The actor's roles and where they hold, in words."""
    return "、".join(dict.fromkeys(role_title(grant) for grant in actor.grants))


def _entry(place: Place) -> Entry:
    current = request.endpoint == place.endpoint or request.path == url_for(place.endpoint)
    return Entry(place.endpoint, url_for(place.endpoint), _(place.words), current)


def _demo() -> dict[str, str] | None:
    if not wiring().settings.demo:
        return None
    signed_in = me_if_signed_in()
    if signed_in is None:
        return {"words": ""}
    return {"words": date_and_time(signed_in.now, local_day(signed_in.now))}
