"""管理: everything an administrator keeps on one page, each with its number and state; and what each role may do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Response, current_app, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.frame import PLACES, show
from api.pages.names import role_name
from api.telling import opened
from api.wording import N_, _, own, short_day
from workflow.clock.days import local_day
from workflow.definition import Action, Flow
from workflow.queries.administration import Administration, administration
from workflow.queries.channels import all_channels
from workflow.queries.duty import SquadDuty, duty
from workflow.queries.paging import capped

SCOPES = {
    "company": N_("本单位的项目和办件"),
    "department": N_("本部门的办件"),
    "squad": N_("本攻坚队的项目和办件"),
    "project": N_("所负责的项目和办件"),
    "district": N_("全区"),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that is kept: what it is called, where it is kept (empty: in files), its number and its state."""

    title: str
    href: str
    number: str
    tone: str = ""
    state: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Things that belong together."""

    title: str
    things: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class FlowDeeds:
    """What a role may do in one flow."""

    title: str
    version: int
    deeds: tuple[str, ...]


@pages.get("/admin", endpoint="admin")
def admin_page() -> Response:
    """Everything an administrator keeps."""
    with access.work() as work:
        found = administration(work)
        shifts = duty(work)
        channels = [one for one in all_channels(work, opened()) if not one.inside]
        today = local_day(work.now)
    horizon = short_day(found.horizon, today)
    open_ways = sum(one.open for one in channels)
    groups = (
        Group(_("人和组织"), tuple(_people(found, shifts))),
        Group(_("规则和日历"), tuple(_rules(found, horizon))),
        Group(_("数据和通道"), tuple(_data(found, open_ways, len(channels)))),
    )
    return show(
        "admin.html",
        groups=groups,
        defaults=found.defaults,
        number=sum(len(one.files) for one in found.defaults),
        default_items=found.default_items,
    )


@pages.get("/admin/roles", endpoint="roles")
def roles_page() -> Response:
    """What each role may do, as the flows, the menu and the configuration say it."""
    catalogue = access.office().catalogue
    known = [code for code, role in catalogue.roles.items() if not role.automatic]
    asked = request.args.get("role", "")
    chosen = asked if asked in known else ""
    with access.work() as work:
        holders = administration(work).holders
    newest = _newest_flows()
    return show(
        "roles.html",
        roles=[(code, role_name(code)) for code in known],
        chosen=chosen,
        name=role_name(chosen) if chosen else "",
        reach=_(SCOPES[catalogue.roles[chosen].scope]) if chosen else "",
        above=[role_name(one) for one in catalogue.above(chosen)] if chosen else [],
        number=holders.get(chosen, 0),
        places=[_(place.words) for place in PLACES if not place.roles or chosen in place.roles] if chosen else [],
        deeds=[one for flow in newest if (one := _deeds(flow, chosen)).deeds] if chosen else [],
        counts=[(own(flow.title), [len(_actions(flow, code)) for code in known]) for flow in newest],
        holders=[holders.get(code, 0) for code in known],
        here=url_for("pages.roles", role=chosen or None),
    )


def _people(found: Administration, shifts: Sequence[SquadDuty]) -> Iterator[Kept]:
    closed = _("已停用 %(n)s 个", n=found.closed) if found.closed else ""
    yield Kept(_("人员"), url_for("pages.people"), _("%(n)s 个在用账号", n=found.people), note=closed)
    yield Kept(
        _("角色和权限"), url_for("pages.roles"), _("%(n)s 种角色", n=len(_staffed())), note=_("各能做什么，按现行流程")
    )
    away = _("请假中 %(n)s 人", n=found.away) if found.away else _("现在没有人请假")
    yield Kept(_("请假和代理"), url_for("pages.leave"), away)
    gaps = sum(len(one.gaps) for one in shifts)
    yield Kept(
        _("值班表"),
        url_for("pages.duty"),
        _("%(n)s 支攻坚队", n=found.squads),
        "warn" if gaps else "ok",
        _("今后 7 天有 %(n)s 处空档", n=gaps) if gaps else _("没有空档"),
    )
    yield Kept(_("部门设置"), "", _("%(n)s 个部门", n=found.departments), note="config/organisation.yaml")


def _rules(found: Administration, horizon: str) -> Iterator[Kept]:
    yield Kept(
        _("工作日历"),
        url_for("pages.calendar"),
        _("公布到 %(day)s", day=horizon),
        "warn" if found.missing else "ok",
        _("%(year)s 年还没有载入", year=found.missing) if found.missing else _("齐全"),
    )
    waiting = found.waiting_amendments
    yield Kept(
        _("依据变更"),
        url_for("pages.amendments"),
        _("%(n)s 件等待签发", n=waiting) if waiting else _("没有等待签发的"),
        "warn" if waiting else "",
        _("等待签发") if waiting else "",
    )
    flows = _("%(n)s 个流程", n=found.flows)
    yield Kept(_("流程"), _optional("pages.flows"), flows, note=_("共 %(n)s 个版本", n=found.versions))
    yield Kept(_("审批事项"), _optional("pages.items"), _("%(n)s 个事项", n=found.items))
    yield Kept(_("规则"), "", _("%(n)s 份规则文件", n=found.rules), note="config/rules/")


def _data(found: Administration, open_ways: int, ways: int) -> Iterator[Kept]:
    failing = found.failing_channels
    given_up = capped(found.given_up)
    yield Kept(
        _("通知渠道"),
        url_for("pages.channels"),
        _("开通 %(open)s / %(all)s", open=open_ways, all=ways),
        "bad" if failing else "warn" if found.given_up else "ok",
        _("%(n)s 个不通", n=failing)
        if failing
        else _("放弃发送 %(count)s 条", count=given_up)
        if found.given_up
        else _("运行正常"),
    )
    yield Kept(
        _("数据订阅"),
        url_for("pages.subscribers"),
        _("%(n)s 个系统", n=found.subscribers),
        "hold" if found.stopped else "",
        _("停止推送 %(n)s 个", n=found.stopped) if found.stopped else "",
    )
    yield Kept(_("数据交换"), url_for("pages.exchange"), _("国家交换库的表"))
    yield Kept(_("导入"), url_for("pages.imports"), _("%(n)s 次导入", n=found.imports))
    yield Kept(_("全部项目"), url_for("pages.projects"), _("%(n)s 个项目", n=found.projects))
    yield Kept(_("台账"), url_for("pages.ledger"), _("全部办件，可下载"))


def _optional(endpoint: str) -> str:
    """The address of a page that may not be installed; empty where it is not."""
    name = endpoint if endpoint in current_app.view_functions else ""
    return url_for(name) if name else ""


def _staffed() -> list[str]:
    return [code for code, role in access.office().catalogue.roles.items() if not role.automatic]


def _newest_flows() -> list[Flow]:
    """Each flow in its newest version, in the order of their names."""
    newest: dict[str, Flow] = {}
    for (name, version), flow in sorted(access.office().flows.items()):
        if name not in newest or version > newest[name].version:
            newest[name] = flow
    return list(newest.values())


def _actions(flow: Flow, role: str) -> list[Action]:
    return [action for action in flow.actions.values() if role in action.by]


def _deeds(flow: Flow, role: str) -> FlowDeeds:
    titles = dict.fromkeys(own(action.title) for action in _actions(flow, role))
    return FlowDeeds(own(flow.title), flow.version, tuple(titles))
