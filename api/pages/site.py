"""What every site says of itself: the site map, what is kept of people, how accessible it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Response, current_app, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.frame import PLACES, SIGN_IN, Place, show
from api.route_table import WATCHERS
from api.wording import N_, _, own
from workflow.actor import Actor

ABOUT: tuple[Place, ...] = (
    Place("pages.check_form", N_("核验文书"), public=True),
    Place("pages.accessibility", N_("无障碍声明"), public=True),
    Place("pages.privacy", N_("个人信息保护"), public=True),
    Place("pages.sitemap", N_("网站地图"), public=True),
)
MINE: tuple[Place, ...] = (
    Place("pages.contact", N_("通知方式")),
    Place("pages.password", N_("修改密码")),
    Place("pages.leave", N_("请假和代理")),
    Place("pages.calendar_feed", N_("日历订阅")),
)
KEPT: tuple[Place, ...] = (
    Place("pages.people", N_("人员"), ("admin",)),
    Place("pages.roles", N_("角色和权限"), ("admin",)),
    Place("pages.amendments", N_("依据变更"), ("admin", "supervisor")),
    Place("pages.exchange", N_("数据交换"), ("admin", "supervisor")),
    Place("pages.channels", N_("通知渠道"), ("admin", "supervisor")),
    Place("pages.subscribers", N_("数据订阅"), ("admin",)),
    Place("pages.imports", N_("导入"), ("admin",)),
)
LEADING = frozenset({"pages.war_map", "pages.escalations", "pages.figures", "pages.time_use", "pages.what_if"})
"""Pages about many cases; they stand under a heading of their own."""


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the site map with its pages: address and words."""

    title: str
    links: tuple[tuple[str, str], ...]


@pages.get("/sitemap", endpoint="sitemap")
def sitemap() -> Response:
    """Every page this reader may open, grouped."""
    signed_in = access.me_if_signed_in()
    return show("sitemap.html", sections=list(_sections(signed_in.actor if signed_in else None)))


@pages.get("/privacy", endpoint="privacy")
def privacy() -> Response:
    """What is kept of people, why, for how long, and who sees it."""
    return show("privacy.html")


@pages.get("/accessibility", endpoint="accessibility")
def accessibility() -> Response:
    """The accessibility statement."""
    return show("accessibility.html")


def foot() -> dict[str, str]:
    """What the foot of a page says of whoever runs the site; a slot that is empty is not among it."""
    site = access.office().catalogue.site
    said = {
        _("主办单位"): own(site.organiser) if site.organiser else "",
        _("电话"): site.telephone or "",
        _("网站标识码"): site.site_code or "",
        _("备案号"): "　".join(filter(None, (site.icp, site.police))),
    }
    return {label: words for label, words in said.items() if words}


def _sections(actor: Actor | None) -> Iterator[Section]:
    known = {place.endpoint for place in KEPT}
    work = [place for place in PLACES if place.endpoint not in LEADING | known]
    leading = [place for place in PLACES if place.endpoint in LEADING]
    for title, places in (
        (_("办事和查询"), [*work, *([SIGN_IN] if actor is None else [])]),
        (
            _("领导和督查"),
            leading if actor is not None and actor.holds(*WATCHERS, "squad_leader", "specialist") else [],
        ),
        (_("管理"), KEPT if actor is not None else ()),
        (_("我的设置"), MINE if actor is not None else ()),
        (_("关于本网站"), ABOUT),
    ):
        if links := _links(places, actor):
            yield Section(title, links)


def _links(places: Sequence[Place], actor: Actor | None) -> tuple[tuple[str, str], ...]:
    """The pages among ``places`` that are served and that the reader may open."""
    return tuple(
        (url_for(place.endpoint), _(place.words))
        for place in places
        if place.endpoint in current_app.view_functions and (place is SIGN_IN or place.open_to(actor))
    )
