"""The list of approval items (审批事项清单), open to everybody: what is asked for, how long it takes, who decides.

政务公开 of an item: basis, conditions, papers, limits, special procedures that do not count, result, remedies
(行政许可法 30). All of it is data with dates of validity; what a default stands in for says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, request

from api import access
from api.pages.blueprint import pages
from api.pages.frame import show
from api.pages.names import department_name, material_name, role_name
from api.wording import N_, _, lang, own
from workflow.catalogue.items import Item, ItemLimit, Material, Prerequisite
from workflow.catalogue.rules import PauseCause
from workflow.clock.words import limit_words
from workflow.queries import items as catalogue_items

KINDS: Mapping[str, str] = {
    "permit": N_("行政许可"),
    "filing": N_("备案"),
    "review": N_("审查"),
    "service": N_("公共服务"),
}
LEVELS: Mapping[str, str] = {"district": N_("区级"), "city": N_("市级"), "province": N_("省级")}
BASES: Mapping[str, str] = {"receipt": N_("从收到材料之日起"), "acceptance": N_("从受理之日起")}
EDGES: Mapping[str, str] = {
    "must_precede_decision": N_("作出决定前"),
    "must_precede_event": N_("有关环节前"),
    "may_parallel": N_("可以同时办理"),
}
MAKERS: Mapping[str, str] = {"applicant": N_("申请人自备"), "third_party": N_("中介或第三方机构")}
STOPS: Mapping[str, str] = {"statutory": N_("法定时限"), "promised": N_("承诺时限")}


@dataclass(frozen=True, slots=True)
class Chip:
    """A stage one may choose, and how many items it has; ``stage`` None: all of them."""

    stage: int | None
    title: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """An item as a row of the list."""

    code: str
    title: str
    department: str
    statutory: str
    promised: str
    papers: int
    may_follow: str
    not_counted: str


@dataclass(frozen=True, slots=True)
class LimitWords:
    """A limit in words: how long, from when, by which rule; ``assumed``: a default until a rule is published."""

    name: str
    words: str
    base: str
    basis: str
    assumed: bool
    note: str


@dataclass(frozen=True, slots=True)
class Pause:
    """A procedure whose time does not count: by which rule, which clocks it stops, and for how long at most."""

    title: str
    basis: str
    stops: str
    longest: str
    resets: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper to hand in."""

    title: str
    required: bool
    may_follow: bool
    maker: str
    accepts: str


@pages.get("/items")
def items() -> Response:
    """Every item, or those of one stage."""
    catalogue = access.office().catalogue
    wanted = request.args.get("stage", type=int)
    known = [item for item in catalogue.items.values() if item.public]
    stages = [stage for stage in catalogue.stages.values() if any(item.stage == stage.no for item in known)]
    if wanted not in {stage.no for stage in stages}:
        wanted = None
    chips = [Chip(None, _("全部"), len(known), wanted is None)] + [
        Chip(stage.no, own(stage.title), sum(item.stage == stage.no for item in known), wanted == stage.no)
        for stage in stages
    ]
    shown = [item for item in known if wanted in (None, item.stage)]
    return show(
        "items.html",
        chips=chips,
        chosen=next(chip for chip in chips if chip.current),
        lines=[_line(item) for item in shown],
        assumed=any(item.validity.assumed for item in shown),
    )


@pages.get("/items/<code>")
def item(code: str) -> Response:
    """One item, complete; raises NotFound for an unknown one."""
    office = access.office()
    found = catalogue_items.item(office, code)
    limits = [(_("法定时限"), found.statutory), (_("承诺时限"), found.promised)]
    return show(
        "item.html",
        item=found,
        kind=_(KINDS[found.kind]),
        level=_(LEVELS[found.level]),
        department=department_name(found.department),
        beside="、".join(department_name(one) for one in found.co_departments),
        stage=own(office.catalogue.stages[found.stage].title),
        limits=[_limit(name, limit) for name, limit in limits if limit is not None],
        extension=_extension(found),
        variants=[_variant(found, one.code) for one in found.variants],
        pauses=[_pause(office.catalogue.causes[cause]) for cause in found.pauses],
        papers=[_paper(paper) for paper in found.materials],
        conditions=[(_(EDGES[one.kind]), own(one.title), _instead(one)) for one in found.prerequisites],
        life=_life(found),
        remedies=[_remedy(code) for code in ("decision", "silence", "lateness")],
        apply=_may_apply(),
    )


def _line(item: Item) -> Line:
    causes = access.office().catalogue.causes
    follow = [own(paper.title) for paper in item.materials if paper.may_follow]
    pauses = [own(causes[cause].title) for cause in item.pauses if cause != "other"]
    return Line(
        code=item.code,
        title=own(item.title),
        department=department_name(item.department),
        statutory=_length(item.statutory, _("不属于许可") if item.kind != "permit" else "—"),
        promised=_length(item.promised, "—"),
        papers=len(item.materials),
        may_follow="、".join(follow) or _("无"),
        not_counted="、".join(pauses) or _("无"),
    )


def _length(limit: ItemLimit | None, otherwise: str) -> str:
    if limit is None:
        return otherwise
    return _("当场办结") if limit.instant else limit_words(limit.limit, lang())


def _limit(name: str, limit: ItemLimit) -> LimitWords:
    return LimitWords(name, _length(limit, ""), _(BASES[limit.base]), limit.basis, limit.assumed, limit.note or "")


def _variant(item: Item, code: str) -> tuple[str, str, str]:
    """A form of the item with its limits, statutory and promised."""
    title = next(own(one.title) for one in item.variants if one.code == code)
    statutory, promised = item.limits(code)
    return title, _length(statutory, "—"), _length(promised, "—")


def _extension(item: Item) -> str:
    if item.extension is None:
        return ""
    longer = item.extension
    words = _("经%(role)s批准可以延长一次，%(n)s 个工作日", role=role_name(longer.role), n=longer.days)
    return f"{words}（{longer.basis}）"


def _pause(cause: PauseCause) -> Pause:
    return Pause(
        title=own(cause.title),
        basis=cause.basis,
        stops="、".join(_(STOPS[name]) for name in STOPS if name in cause.stops),
        longest=limit_words(cause.cap, lang()) if cause.cap else "",
        resets=cause.resets,
    )


def _paper(paper: Material) -> Paper:
    formats = "、".join(name.upper() for name in paper.formats)
    most = min(paper.max_mb, access.wiring().settings.upload_mb)
    return Paper(
        title=own(paper.title),
        required=paper.required,
        may_follow=paper.may_follow,
        maker=_(MAKERS[paper.issued_by]) if paper.issued_by in MAKERS else department_name(paper.issued_by),
        accepts=_("%(formats)s，不超过 %(most)s MB", formats=formats, most=most),
    )


def _instead(condition: Prerequisite) -> str:
    """The paper that stands in for the condition, if one does."""
    return _("或交%(paper)s", paper=material_name(condition.or_document)) if condition.or_document else ""


def _life(item: Item) -> str:
    """For how long the result holds."""
    if item.lifetime is None:
        return _("没有规定期限")
    words = f"{limit_words(item.lifetime.limit, lang())}（{item.lifetime.basis}）"
    renewal = item.lifetime.renewal
    if renewal is None:
        return words
    each = limit_words(renewal.limit, lang())
    return words + _("，可以延期 %(n)s 次，每次 %(limit)s", n=renewal.times, limit=each)


def _remedy(code: str) -> tuple[str, str, str]:
    """What one may do against it: the case, the way, its basis; the text that holds now."""
    remedy = access.office().catalogue.remedies[code]
    text = next(one for one in reversed(remedy.texts) if one.valid_to is None)
    return own(remedy.title), own(text.text), text.basis


def _may_apply() -> bool:
    signed_in = access.me_if_signed_in()
    return signed_in is not None and signed_in.actor.holds("applicant", "specialist")
