"""/styleguide: every component in every state, for whoever builds pages. A demonstration alone serves it."""

from dataclasses import dataclass
from datetime import date

from flask import Response
from markupsafe import Markup

from api.access import wiring
from api.pages.blueprint import pages
from api.pages.faults import Fault
from api.pages.frame import show
from api.pages.strips import Cell
from api.pictures import days_left, district, ladder, milestones, papers, pauses, process
from api.wording import N_, _
from workflow.errors import NotFound

DAY = date(2026, 11, 23)
FORM_FAULTS = (("date", N_("“完成日期”应为日期，如 2026-11-25")), ("way", N_("请选择一种方式")))
TONES = (
    ("ok", N_("正常")),
    ("warn", N_("预警")),
    ("bad", N_("超期")),
    ("hold", N_("暂停计时")),
    ("early", N_("提前")),
    ("now", N_("办理中")),
    ("done", N_("已完成")),
    ("todo", N_("未开始")),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture with the sentence that stands above it; ``phone``: of the narrow form."""

    sentence: str
    drawing: Markup
    phone: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a history, as the macros of tracks read it."""

    title: str
    when: str
    who: str
    tone: str
    iso: str = "2026-11-23T09:30:00+08:00"
    since: str = ""
    moved: str = ""
    said: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


@pages.get("/styleguide")
def styleguide() -> Response:
    """All of it; outside of a demonstration there is no such page."""
    if not wiring().settings.demo:
        raise NotFound("no_such_address", "样式页只在演示环境提供", "The style guide is served in demonstrations only")
    return show(
        "styleguide.html",
        tones=[(tone, _(words)) for tone, words in TONES],
        strips=_strips(),
        wall=[("s-start", _("起算")), ("s-used", "1"), ("s-used is-today", "2"), ("s-pause", _("暂停")),
              ("s-left", "3"), ("s-left is-due", "4"), ("s-off", ""), ("s-left s-prov", "5")],
        steps=_steps(),
        samples=_samples(),
        # Not called "problems": the page itself is without fault.
        faults=[Fault(name, _(words)) for name, words in FORM_FAULTS],
    )  # fmt: skip


def _strips() -> list[tuple[str, list[Cell], bool]]:
    used, pause, left = ["s-used"] * 6, ["s-pause"] * 3, ["s-left"] * 4
    usual = [Cell(None, tone) for tone in (*used, *pause, "s-used is-today", *left, "s-left is-due")]
    long = [Cell(None, tone) for tone in ("s-used",) * 13 + ("s-left",) * 20 + ("s-left s-prov",) * 12]
    return [
        (_("承诺时限：已用 7 日，暂停 3 日，剩 5 日"), usual, False),
        (_("法定时限 45 日，放假安排未公布的日子是虚线"), long, False),
        (_("列表里的小条"), usual, True),
    ]


def _steps() -> list[Step]:
    return [
        Step(_("审查中"), _("今天 09:30"), _("审批科员"), ""),
        Step(_("专家评审，暂停计时"), _("11月11日 10:00"), _("审批科员"), "is-hold"),
        Step(_("受理"), _("10月29日 16:20"), _("综合窗口人员"), "is-done"),
    ]


def _samples() -> list[Sample]:
    return [_days_left(wide=True), _days_left(wide=False), _district(), _ladder(), _milestones(), _papers(), _pauses(),
            _process()]  # fmt: skip


def _days_left(*, wide: bool) -> Sample:
    cases = [
        days_left.Left(-2, "bad", True, 1),
        days_left.Left(0, "warn", True, 1),
        days_left.Left(2, "warn", False, 2),
        days_left.Left(6, "ok", True, 3),
        days_left.Left(12, "ok", False, 2),
    ]
    days = {-5: "11/16", 0: "11/23", 2: "11/25", 5: "11/30", 10: "12/7", 15: "12/14", 20: "12/21"}
    drawn = days_left.wide(cases, days) if wide else days_left.phone(cases, days)
    return Sample(_("我的 5 件：超期 1 件，2 日内到期 1 件"), drawn, not wide)


def _district() -> Sample:
    signs = (("ok", 5), ("warn", 3), ("bad", 2), ("ok", 6))
    marks = tuple(
        district.Mark(_("示例点"), "#pictures", sign, done, 6, _("示例项目"))
        for sign, done in signs  # type: ignore[arg-type]
    )
    tiles = [district.Tile(key, _(name), "4", marks) for key, name in _TILES]
    return Sample(_("全区 20 个项目，5 个超期"), district.district(tiles, _("黄海")))


_TILES = (
    ("beizhai", N_("北宅")),
    ("wanggezhuang", N_("王哥庄")),
    ("zhonghan", N_("中韩")),
    ("shazikou", N_("沙子口")),
    ("jinjialing", N_("金家岭")),
)


def _ladder() -> Sample:
    standing = ladder.Standing(_("示例项目"), "#pictures", "bad", _("2 日"), _("示例项目，超期 2 日"))
    names = (_("经办人和专员"), _("攻坚队长"), _("局长"), _("分管区领导"), _("区政府专题会"))
    levels = [ladder.Level(name, _("示例规则"), str(number), (standing,) * number) for number, name in enumerate(names)]
    return Sample(_("10 件在升级，最高到区政府专题会"), ladder.ladder(levels))


def _milestones() -> Sample:
    *firsts, end = milestones.months_around(DAY)
    months = [milestones.Month(first, _("%(n)s 月", n=first.month)) for first in firsts]
    kinds = ("done", "early", "late", "planned", "missed")
    diamonds = tuple(
        milestones.Diamond(date(2026, 7 + number, 15), kind, _("示例节点"))
        for number, kind in enumerate(kinds)  # type: ignore[arg-type]
    )
    row = milestones.Row(_("示例项目"), "#pictures", "bad", diamonds, _("超期 8 天"), True)
    return Sample(_("1 个项目有到期未完成的节点"), milestones.milestones([row], months, end, DAY, _("今天")))


def _papers() -> Sample:
    items = [papers.ItemPapers(_("建设工程规划许可"), 10, 10), papers.ItemPapers(_("施工许可"), 8, 3)]
    return Sample(_("18 份材料，您只交 13 份"), papers.papers(items))


def _pauses() -> Sample:
    held = (pauses.Held(0.2, False, _("专家评审")), pauses.Held(0.9, True, _("专家评审")))
    reasons = [pauses.Reason(_("专家评审"), 24, _("24 日"), held), pauses.Reason(_("听证"), 12, _("12 日"), held[:1])]
    return Sample(_("2 种原因共暂停 36 日，其中 1 次在到期前一天开始"), pauses.pauses(reasons))


def _process() -> Sample:
    steps = [
        process.Step("received", _("已收件"), _("3月2日"), "past", True),
        process.Step("review", _("审查中"), _("第 4 日"), "now"),
        process.Step("granted", _("准予许可"), end=True),
        process.Step("refused", _("不予许可"), end=True),
    ]
    ways = [
        process.Way("received", "review", _("受理"), True),
        process.Way("review", "granted", _("准予")),
        process.Way("review", "refused", _("不予")),
    ]
    return Sample(_("已受理，正在审查，接下来是决定"), process.process(steps, ways))
