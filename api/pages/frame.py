"""What every page has around its contents: the head, the menu of this role, the time of a demonstration, the banner."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, make_response, redirect, render_template, request, url_for

from api.access import me_if_signed_in, wiring
from api.pages import banner
from api.pages.names import role_title
from api.pages.wording import _, date_and_time
from api.route_table import WATCHERS
from workflow.actor import Actor
from workflow.clock.days import local_day
from workflow.clock.words import date_words

STATIC = Path(__file__).parent / "static"
BLANK_RECORDS = 4
"""Empty lines that a table of records offers after those filled in."""
YEAR = 365 * 24 * 3600
LOOKS: Mapping[str, tuple[str, ...]] = {"size": ("normal", "large"), "theme": ("normal", "contrast")}
STAFF = ("clerk", "officer", "specialist", "squad_leader", "director", "district_leader", "supervisor", "admin")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the main menu."""

    href: str
    words: str
    current: bool


def install(app: Flask) -> None:
    """What templates may call without being given it."""
    app.jinja_env.globals.update(csrf_token=csrf_token, form_key=lambda: secrets.token_urlsafe(16), asset=asset)
    # Macros imported without context see globals only.
    app.jinja_env.globals.update(BLANK_RECORDS=BLANK_RECORDS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def show(template: str, status: int = 200, **values: Any) -> Response:
    """The page, with its frame; shows and forgets what the last deed left to be said."""
    signed_in = me_if_signed_in()
    today = local_day(signed_in.now) if signed_in else None
    said = banner.read() if signed_in is None or status == 200 else ""
    body = render_template(
        template,
        **{"problems": (), "here": address(), "missing": banner.year_missing() if status < 500 else None, **values},
        may_load=signed_in is not None and signed_in.actor.holds("admin"),
        look={name: request.cookies.get(f"wugeyi-{name}", "normal") for name in LOOKS},
        said=said,
        me={"name": signed_in.actor.name, "roles": roles_words(signed_in.actor)} if signed_in else None,
        menu=menu(signed_in.actor) if signed_in else (),
        demo=_demo(),
        day=lambda day: date_words(day, today, "zh") if today else day.isoformat(),
        when=lambda instant: date_and_time(instant, today) if today else instant.isoformat(),
    )
    response = make_response(body, status)
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


@cache
def asset(name: str) -> str:
    """The address of a static file, which changes with its content so that it may be kept for ever."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={mark}"


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


def menu(actor: Actor) -> tuple[Entry, ...]:
    """The main menu: every entry leads somewhere this actor may go."""
    office = [("pages.worklist", _("待办列表"))] if is_staff(actor) else [("pages.my_cases", _("我的办件"))]
    apply = [("pages.new_application", _("新申请"))] if is_applicant(actor) else []
    rest = [
        ("pages.projects", _("项目")),
        ("pages.plan", _("倒排工期")),
        ("pages.alerts", _("提醒")),
        ("pages.notices", _("消息")),
        ("pages.help_desk", _("帮办")),
    ]
    picture = [("pages.war_map", _("作战图"))] if actor.holds(*WATCHERS, "squad_leader", "specialist") else []
    report = [("pages.figures", _("指标报表"))] if actor.holds(*WATCHERS, "squad_leader") else []
    watch = [("pages.time_use", _("用时")), ("pages.what_if", _("假如"))] if actor.holds(*WATCHERS) else []
    kept = [("pages.calendar", _("工作日历")), ("pages.subscribers", _("数据订阅")), ("pages.imports", _("导入"))]
    calendar = kept if actor.holds("admin") else []
    outside = [("pages.exchange", _("数据交换")), ("pages.channels", _("通知渠道"))]
    exchange = outside if actor.holds("admin", "supervisor") else []
    return tuple(
        Entry(url_for(name), words, request.path == url_for(name) or request.endpoint == name)
        for name, words in office + picture + report + apply + rest + watch + exchange + calendar
    )


def roles_words(actor: Actor) -> str:
    """The actor's roles and where they hold, in words."""
    return "、".join(dict.fromkeys(role_title(grant) for grant in actor.grants))


def _demo() -> dict[str, str] | None:
    if not wiring().settings.demo:
        return None
    signed_in = me_if_signed_in()
    if signed_in is None:
        return {"words": ""}
    return {"words": date_and_time(signed_in.now, local_day(signed_in.now))}
