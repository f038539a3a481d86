"""Names that are no data anywhere else: documents, roles with their place, places of a case in the application."""

from collections.abc import Mapping

from api.access import office
from api.pages.case_names import matter_name
from api.wording import N_, InBoth, _, lang, own
from workflow.actor import Grant
from workflow.clock.ladder import parse_rung_time
from workflow.definition import Action

STOPS: Mapping[str, str] = {"statutory": N_("法定时限"), "promised": N_("承诺时限")}
CARDS: Mapping[str | None, str] = {"notice": N_("提醒牌"), "yellow": N_("黄牌"), "red": N_("红牌")}
# Whole sentences, for English has a singular: by anchor and unit of a rung.
_RUNGS: Mapping[tuple[str, str], str] = {
    ("left", "working day"): N_("剩 %(n)s 个工作日"),
    ("left", "day"): N_("剩 %(n)s 天"),
    ("left", "hour"): N_("剩 %(n)s 小时"),
    ("left", "minute"): N_("剩 %(n)s 分钟"),
    ("after", "working day"): N_("超期 %(n)s 个工作日"),
    ("after", "day"): N_("超期 %(n)s 天"),
    ("after", "hour"): N_("超期 %(n)s 小时"),
    ("after", "minute"): N_("超期 %(n)s 分钟"),
    ("start", "working day"): N_("开始后 %(n)s 个工作日"),
    ("start", "day"): N_("开始后 %(n)s 天"),
    ("start", "hour"): N_("开始后 %(n)s 小时"),
    ("start", "minute"): N_("开始后 %(n)s 分钟"),
}


HOLIDAYS = (
    *(N_("元旦"), N_("春节"), N_("农历除夕"), N_("春节延长假期"), N_("清明节"), N_("劳动节"), N_("端午节")),
    *(
        N_("清明"),
        N_("端午"),
        N_("中秋"),
        N_("抗战胜利日"),
        N_("中秋节"),
        N_("国庆节"),
        N_("中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日"),
    ),
)
"""Festivals as notices and the estimate of a year call them; what else a notice names stays as it was published."""


def holiday_name(name: str) -> str:
    """What a day off is for, or the day that makes up for it: ``中秋节、国庆节``, ``元旦调休``."""
    if name.endswith("调休"):
        return _("%(holiday)s调休", holiday=holiday_name(name.removesuffix("调休")))
    return "、".join(_(one) if one in HOLIDAYS else one for one in name.split("、"))


def material_name(code: str) -> str:
    """A paper by its name."""
    known = office().catalogue.materials
    return own(known[code].title) if code in known else code


def street_name(key: str) -> str:
    """A street office by its name."""
    known = office().catalogue.streets
    return own(known[key].title) if key in known else key


def case_names(title: str, project: str, item_title: InBoth | None, flow: str) -> tuple[str, str]:
    """What a case is about, in two parts: its project, and its item or kind; its own title where that says more."""
    said = title.removeprefix(f"{project}：")
    if item_title is not None:
        return project, own(item_title)
    if said != title:
        return project, matter_name(said)
    kinds = [one.title for (name, _version), one in office().flows.items() if name == flow]
    return (title, "") if lang() == "zh" or not kinds else (project, own(kinds[-1]))


def document_name(kind: str) -> str:
    """What a document is called; its code where its file is gone."""
    known = office().catalogue.documents
    return own(known[kind].title) if kind in known else kind


def role_name(role: str) -> str:
    """A role by its name; ``assignee`` is whoever has the case, ``on_duty`` whoever is on duty for its squad."""
    if role == "assignee":
        return _("经办人")
    if role == "on_duty":
        return _("值班人员")
    known = office().catalogue.roles
    return own(known[role].title) if role in known else role


def role_title(grant: Grant) -> str:
    """A role with the department or squad it holds in, and whether it is held for somebody who is away."""
    catalogue = office().catalogue
    place = ""
    if grant.department and grant.department in catalogue.departments:
        place = own(catalogue.departments[grant.department].title) + " "
    elif grant.squad and grant.squad in catalogue.squads:
        place = own(catalogue.squads[grant.squad].title) + " "
    words = place + role_name(grant.role)
    return words if grant.on_behalf_of is None else _("%(role)s（代理）", role=words)


def department_name(code: str) -> str:
    """A department by its name."""
    known = office().catalogue.departments
    return own(known[code].title) if code in known else code


def told_words(action: Action) -> str:
    """Who hears of an action."""
    return "、".join(role_name(role) for role in action.tell)


def card_name(card: str | None) -> str:
    """What a rung of a ladder hands out."""
    return _(CARDS.get(card, CARDS["notice"]))


def rung_words(text: str) -> str:
    """When a rung falls, as a flow file writes it (``1 working day left``), in words."""
    rung = parse_rung_time(text)
    if rung.anchor == "due":
        return _("到期时")
    return _(_RUNGS[rung.anchor, rung.unit], n=rung.amount)


PAUSE_CONVENTION = N_("开始当天仍计，次日起到结束当天（含）不计（民法典第二百零一条）。")
"""How a pause is counted; printed wherever one is told of."""
