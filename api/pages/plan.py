"""Target date backwards and forwards (倒排工期): a form, the plan as a table with bars, and the plan of a bundle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import Response, request, url_for
from werkzeug.datastructures import MultiDict

from api import access
from api.pages.blueprint import pages
from api.pages.case_names import case_name
from api.pages.faults import Fault, faults_of
from api.pages.frame import is_staff, show
from api.pages.item_choices import ItemChoice, StageChoices
from api.pages.lists import paging
from api.pages.names import material_name
from api.pages.plan_bars import Bar, bars
from api.pages.reading import half_width, read_day
from api.wording import N_, _, lang, own
from workflow.catalogue import Catalogue, Item
from workflow.clock.days import accepted_day, local_day
from workflow.clock.words import limit_words
from workflow.errors import Refused
from workflow.planning import MEASURES, Dated, Measure, Plan, Question, Step, day_words, plan, slack_words, summary
from workflow.queries.plan import PlannedCase, bundle_plan, project_plan
from workflow.queries.projects import ProjectFilters, projects
from workflow.work import Work

PROJECTS_SHOWN = 100
DIRECTIONS = {"backwards": N_("倒排：给定完成日，算最迟申报日"), "forwards": N_("顺排：给定申报日，算办结日")}
MEASURE_WORDS: Mapping[str, str] = {"promised": N_("承诺时限"), "statutory": N_("法定时限")}
STANDING = {"clock": N_("在办"), "paused": N_("暂停中，按计划恢复估算"), "intake": N_("未受理，按核验期满受理估算")}
LABELS: Mapping[str, str] = {
    "items": N_("事项"),
    "day": N_("日期"),
    "event": N_("完成日指什么"),
    "measure": N_("按哪种时限"),
    "intake": N_("受理用时"),
    "project": N_("所属项目"),
}


@dataclass(frozen=True, slots=True)
class DayWords:
    """A day in words; ``provisional`` gets the tag."""

    words: str
    iso: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One item of the plan as the table shows it."""

    code: str
    title: str
    limit: str
    first: DayWords | None
    latest: DayWords | None
    decided: DayWords
    wanted: DayWords | None
    slack: str
    late: bool
    critical: bool
    waits_for: str
    standing: str
    case: PlannedCase | None
    bar: Bar


@dataclass(frozen=True, slots=True)
class PlanWords:
    """A plan as a page shows it."""

    summary: str
    backwards: bool
    short_by: int
    path: tuple[str, ...]
    lines: tuple[PlanLine, ...]
    missing: tuple[str, ...]
    done: tuple[str, ...]
    provisional: bool
    axis: tuple[DayWords, DayWords] | None
    calendar_version: str


@pages.get("/plan", endpoint="plan")
def plan_page() -> Response:
    """The form, and the plan once items are chosen; everything stands in the address."""
    form = request.args
    with access.work() as work:
        today, calendar = local_day(work.now), work.calendar
        offered = projects(work, ProjectFilters(), paging(PROJECTS_SHOWN)).rows
        found, faults = _answer(work, form, today) if "direction" in form else (None, [])
    catalogue = access.office().catalogue
    return show(
        "plan.html",
        400 if faults else 200,
        plan=found,
        stages=_stages(catalogue),
        variants=[item for item in catalogue.items.values() if item.variants],
        traits=catalogue.traits.items(),
        events=[(name, own(word.title)) for name, word in catalogue.events.items()],
        projects=[(project.code, project.name) for project in offered],
        measures=[(name, _(MEASURE_WORDS[name])) for name in MEASURES],
        directions=[(name, _(words)) for name, words in DIRECTIONS.items()],
        intakes=_intakes(catalogue),
        typed=form,
        chosen=set(form.getlist("items")),
        chosen_traits=set(form.getlist("trait")),
        more=any(name == "trait" or (name.startswith("variant.") and value) for name, value in form.items()),
        horizon=calendar.horizon,
        problems=faults,
    )


@pages.get("/cases/<no>/plan", endpoint="case_plan")
def case_plan_page(no: str) -> Response:
    """Which item of a joint application decides its date, and how much slack the others have."""
    measure = _measure(request.args)
    with access.work() as work:
        found = bundle_plan(work, no, measure)
    return show(
        "case_plan.html",
        no=no,
        title=case_name(found.title),
        staff=is_staff(access.me().actor),
        plan=plan_words(found.plan, access.office().catalogue, found.today, found.cases),
        measure=measure,
        measures=[(name, _(MEASURE_WORDS[name])) for name in MEASURES],
        draft=not found.cases,
        json=f"/api/v1/cases/{no}/plan?measure={measure}",
        here=url_for("pages.case_plan", no=no, measure=measure),
    )


def plan_words(found: Plan, catalogue: Catalogue, today: date, cases: Mapping[str, PlannedCase]) -> PlanWords:
    """A plan in words, with the bars of its items on one axis."""
    drawn = bars(found, today)
    lines = tuple(_line(step, found, catalogue, today, cases, drawn[step.item]) for step in found.steps)
    missing = [_missing_words(step, catalogue) for step in found.steps if step.missing]
    done = [_("%(item)s（已办结）", item=own(catalogue.items[code].title)) for code in found.granted]
    done += [_("%(item)s（免办）", item=own(catalogue.items[code].title)) for code in found.waived]
    axis = [drawn[found.steps[0].item].axis] if found.steps else []
    ends = [(_day(Dated(first), today), _day(Dated(last), today)) for first, last in axis]
    dates = [day for line in lines for day in (line.first, line.latest, line.decided, line.wanted) if day is not None]
    return PlanWords(
        summary=own(summary(found, catalogue.items, today)),
        backwards=found.question.until is not None,
        short_by=found.short_by,
        path=tuple(own(catalogue.items[code].title) for code in found.critical_path),
        lines=lines,
        missing=tuple(missing),
        done=tuple(done),
        provisional=any(day.provisional for day in dates),
        axis=ends[0] if ends else None,
        calendar_version=found.calendar_version,
    )


def _answer(work: Work, form: MultiDict[str, str], today: date) -> tuple[PlanWords | None, list[Fault]]:
    faults = []
    day = read_day(form.get("day", ""), today)
    if half_width(form.get("day", "")) and not _speakable(day):
        faults.append(Fault("day", _("“日期”应为 2026-11-25 这样的日期，年份 1900 至 2100")))
    elif day is None and form.get("direction") == "backwards":
        faults.append(Fault("day", _("倒排要填写完成日")))
    if not form.getlist("items"):
        faults.append(Fault("items", _("请至少选择一个事项")))
    if faults:
        return None, faults
    question = _question(form, day, today)
    try:
        if form.get("project"):
            known = project_plan(work, form["project"], question)
            return plan_words(known.plan, work.office.catalogue, today, known.cases), []
        return plan_words(plan(work.office.catalogue, work.calendar, question), work.office.catalogue, today, {}), []
    except Refused as refusal:
        return None, faults_of(refusal, {**LABELS, "until": LABELS["day"], "from": LABELS["day"]}, {})


def _question(form: MultiDict[str, str], day: date | None, today: date) -> Question:
    intake = half_width(form.get("intake", "")) or "0"
    asked = Question(
        items=tuple(dict.fromkeys(form.getlist("items"))),
        start=today,
        measure=_measure(form),
        variants={
            name.removeprefix("variant."): value
            for name, value in form.items()
            if name.startswith("variant.") and value and name.removeprefix("variant.") in form.getlist("items")
        },
        traits=frozenset(form.getlist("trait")),
        # What is no small number is refused by its bounds.
        intake=int(intake) if intake.isascii() and intake.isdigit() and len(intake) < 4 else -1,
    )
    if form.get("direction") == "backwards":
        return replace(asked, until=day, event=form.get("event") or None)
    return replace(asked, start=day or today)


def _speakable(day: date | None) -> bool:
    try:
        return day is not None and accepted_day(day) == day
    except ValueError:
        return False


def _measure(form: MultiDict[str, str]) -> Measure:
    return "statutory" if form.get("measure") == "statutory" else "promised"


def _line(
    step: Step, found: Plan, catalogue: Catalogue, today: date, cases: Mapping[str, PlannedCase], bar: Bar
) -> PlanLine:
    backwards = found.question.until is not None
    return PlanLine(
        code=step.item,
        title=own(catalogue.items[step.item].title),
        limit=limit_words(step.limit.limit, lang()) if step.limit else _("没有规定时限"),
        first=_day(step.filing, today),
        latest=_day(step.latest_filing, today) if step.latest_filing else None,
        decided=_day(step.decision, today),
        wanted=_day(step.latest_decision, today) if backwards and step.latest_decision else None,
        slack=own(slack_words(step.slack)),
        late=step.slack is not None and step.slack < 0,
        critical=step.critical,
        waits_for=own(catalogue.items[step.waits_for].title) if step.waits_for else "",
        standing=_standing(step),
        case=cases.get(step.running.no) if step.running else None,
        bar=bar,
    )


def _standing(step: Step) -> str:
    if step.running is None:
        return ""
    return _("已超期，按现在办结估算") if step.overdue else _(STANDING[step.running.standing])


def _missing_words(step: Step, catalogue: Catalogue) -> str:
    return _(
        "%(item)s：%(what)s",
        item=own(catalogue.items[step.item].title),
        what="；".join(f"{own(one.title)}（{_ways(one.items, one.paper, catalogue)}）" for one in step.missing),
    )


def _ways(items: Sequence[str], paper: str | None, catalogue: Catalogue) -> str:
    names = [own(catalogue.items[code].title) for code in items]
    return _(" 或 ").join([*names, *([material_name(paper)] if paper else [])])


def _day(dated: Dated, today: date) -> DayWords:
    plain = day_words(replace(dated, provisional=False), today)
    return DayWords(own(plain), dated.day.isoformat(), dated.provisional)


def _stages(catalogue: Catalogue) -> list[StageChoices]:
    return [
        StageChoices(own(stage.title), tuple(_choice(item) for item in catalogue.stage_items(stage.no) if item.public))
        for stage in catalogue.stages.values()
        if catalogue.stage_items(stage.no)
    ]


def _choice(item: Item) -> ItemChoice:
    limits = [
        f"{_(name)} {limit_words(one.limit, lang())}"
        for name, one in ((N_("承诺"), item.promised), (N_("法定"), item.statutory))
        if one is not None
    ]
    return ItemChoice(item.code, own(item.title), f"{item.code} · {' · '.join(limits) or _('没有规定时限')}")


def _intakes(catalogue: Catalogue) -> list[tuple[str, str]]:
    most = catalogue.conventions.completeness.amount
    later = [(str(n), _("第 %(n)s 个工作日受理", n=n)) for n in range(1, most + 1)]
    return [("0", _("当日受理")), *later]
