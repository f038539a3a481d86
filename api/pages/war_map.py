"""作战图: the leading numbers with their definitions, what the reader has to decide, key projects by their lights in
the district and as lists, milestones, open problems and the breach forecast.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, request, url_for

from api import access
from api.access import wiring
from api.pages.blueprint import pages
from api.pages.figure_words import DIMENSION_WORDS, cases_of, day_of, link, span_words, value_words
from api.pages.frame import show
from api.pages.leading import COLUMNS, LIGHT_WORDS, NEEDS_WORDS, NONE, Number, breakdown, by_place, leading
from api.pages.lists import with_query
from api.pages.names import department_name
from api.pages.war_map_pictures import (
    ROWS,
    district_drawn,
    district_words,
    legend,
    milestone_lines,
    milestone_words,
    milestones_drawn,
    place_lists,
)
from api.wording import N_, _, date_and_time, own, short_day
from workflow.clock.days import local_day
from workflow.clock.words import Light
from workflow.errors import BadInput, Reason
from workflow.letters import CARDS
from workflow.queries.awaiting import Decision
from workflow.queries.district import DistrictProject, district, with_milestones
from workflow.queries.figure_age import stopped_at
from workflow.queries.figure_scope import Ask
from workflow.queries.forecast import Forecast, ForecastCase
from workflow.queries.next_deeds import NextDeed, next_deeds
from workflow.queries.problems import ProblemFilters, problems
from workflow.queries.war_map import DIMENSIONS, LIGHTS, NEEDS, PROBLEMS_SHOWN, WarMap, WarMapAsk, war_map
from workflow.visibility import sees_everything
from workflow.work import Work

PLACES: Mapping[str, str] = {"street": N_("街道"), "front": N_("战线"), "squad": N_("攻坚队")}
"""By what projects can be listed."""
DECISIONS_SHOWN = 3
PROBLEMS_FIRST = 3
URGENT: Mapping[str | None, int] = {"red": 0, "yellow": 1}
"""Cards before what is merely one's turn; within each the newest first."""
REFRESH = 60
"""Seconds after which a wall screen asks for the page again."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to decide; ``deed`` are the words of its button, ``href`` where it is done, ``of`` the case itself."""

    decision: Decision
    words: str
    deed: str
    href: str
    of: str
    since: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One open problem with its age."""

    no: str
    title: str
    project: str
    age: str


@dataclass(frozen=True, slots=True)
class ProblemList:
    """The open problems that are shown, how many there are in all, and where all of them are."""

    shown: tuple[Problem, ...]
    count: int
    all: Number | None


@dataclass(frozen=True, slots=True)
class Likely:
    """One open case that may miss its promise."""

    case: ForecastCase
    share: str
    reason: str
    left: str
    due: str
    who: str


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """One key project of a list."""

    project: DistrictProject
    place: str
    light: str
    due: str
    reached: str


@pages.get("/war-map", endpoint="war_map")
def war_map_page() -> Response:
    """The whole picture; asked for by htmx, its numbers alone."""
    screen, frozen = bool(request.args.get("screen")), bool(request.args.get("freeze"))
    with access.work() as work:
        today = local_day(work.now)
        ask = _ask(today)
        by = _by(ask)
        found = war_map(work, ask, wiring().settings.secret)
        projects = with_milestones(work, found.projects)
        waiting = sorted(found.decisions, key=lambda one: URGENT.get(one.card, 2))
        deeds = next_deeds(work, [one.no for one in waiting[:DECISIONS_SHOWN] if one.no])
        stopped = stopped_at(work) if found.numbers else None
        asked = Ask(found.days.since, found.days.until, ask.dimension, ask.value)
        open_problems = _problems(work, found, asked, today)
    as_of = date_and_time(found.as_of, today)
    tasks = [_task(one, deeds, today) for one in waiting[:DECISIONS_SHOWN]]
    lines = milestone_lines(projects, today)
    page = show(
        "war_map.html",
        block="parts/war_map_numbers.html",
        leading=leading(found, projects, asked, today, as_of),
        where=value_words(ask.dimension, ask.value) if ask.value is not None else "",
        span=span_words(found.days.since, found.days.until, today),
        since=found.days.since.isoformat(),
        until=found.days.until.isoformat(),
        dimension=ask.dimension or "",
        value=ask.value or "",
        cuts=_cuts(ask, found),
        needs=[(with_query("pages.war_map", needs=name), _(NEEDS_WORDS[name]), name == ask.needs) for name in NEEDS],
        needed=_(NEEDS_WORDS[ask.needs]),
        need=ask.needs,
        rows=breakdown(found, asked) if ask.dimension and ask.value is None else [],
        columns=[_(words) for words in COLUMNS],
        cut=_(DIMENSION_WORDS[ask.dimension]).lower() if ask.dimension else "",
        whole=with_query("pages.war_map", value=None) if ask.value is not None else None,
        switches=[(with_query("pages.war_map", by=name), _(words), name == by) for name, words in PLACES.items()],
        place=_(PLACES[by]),
        by=by,
        projects=projects,
        picture=district_drawn(projects, by) if projects else "",
        take=district_words(projects, by),
        legend=legend(projects),
        lists=place_lists(projects, by),
        counts=by_place(projects, by),
        lights=[_(LIGHT_WORDS[light]) for light in (*LIGHTS, None)],
        complete=found.projects_complete,
        milestones=milestones_drawn(lines[:ROWS], today) if lines else "",
        milestone_take=milestone_words(lines),
        lines=lines[:ROWS],
        all_projects=with_query("pages.war_map_projects", by=None, screen=None, freeze=None),
        tasks=tasks,
        waiting=len(waiting),
        problem_list=open_problems,
        likely=[_likely(one, today) for one in found.forecast.cases if one.share],
        forecast=found.forecast,
        history=span_words(found.forecast.since, found.forecast.until, today),
        foretold=_take(found.forecast),
        behind=found.numbers.behind if found.numbers else 0,
        as_of=as_of,
        stopped=_("数据停在 %(at)s", at=date_and_time(stopped, today)) if stopped else "",
        stale=_("数据停在 %(at)s", at=as_of),
        numbers_at=with_query("pages.war_map"),
        screen=screen,
        frozen=frozen,
        freeze=with_query("pages.war_map", freeze=None if frozen else 1),
        to_screen=with_query("pages.war_map", screen=None if screen else 1, freeze=None),
        report=link("pages.figures", **{"from": asked.since, "to": asked.until}) if found.numbers else None,
    )
    if screen and not frozen:
        # A wall has no hands and perhaps no script; as a header, for whoever uses the page is not to lose their place.
        page.headers["Refresh"] = str(REFRESH)
    return page


@pages.get("/war-map/projects", endpoint="war_map_projects")
def projects_page() -> Response:
    """Exactly the projects that a number of the picture counts."""
    place, light = request.args.get("place") or None, request.args.get("light") or None
    by = request.args.get("by") or "street"
    known = {"by": list(PLACES), "light": [*map(str, LIGHTS), NONE]}
    with access.work() as work:
        today = local_day(work.now)
        ask = _ask(today)
        _refuse_unknown({"by": by, "light": light}, known)
        found = district(work, ask)
    shown = [one for one in found if _stands(one, by, place, light)]
    return show(
        "war_map_projects.html",
        lines=[_line(one, today) for one in shown],
        needed=_(NEEDS_WORDS[ask.needs]),
        where="，".join(
            words
            for words in (
                value_words(ask.dimension, ask.value),
                value_words(by, None if place == NONE else place) if place is not None else "",
                _light_words(light),
            )
            if words
        ),
        back=with_query("pages.war_map", place=None, light=None),
    )


def _by(ask: WarMapAsk) -> str:
    """The places of the picture: as asked, else those of the cut."""
    given = request.args.get("by") or (ask.dimension if ask.dimension in PLACES else "street") or "street"
    _refuse_unknown({"by": given}, {"by": list(PLACES)})
    return given


def _ask(today: date) -> WarMapAsk:
    return WarMapAsk(
        day_of("from", today),
        day_of("to", today),
        request.args.get("dimension") or None,
        request.args.get("value"),
        request.args.get("needs") or "permit",
    )


def _refuse_unknown(given: Mapping[str, str | None], known: Mapping[str, Sequence[str]]) -> None:
    reasons = [
        Reason(
            "bad_field",
            f"{name}：没有“{value}”；可用：{'、'.join(known[name])}",
            f"{name}: there is no “{value}”; accepted: {', '.join(known[name])}",
            {"field": name, "value": value, "accepted": list(known[name])},
        )
        for name, value in given.items()
        if value is not None and value not in known[name]
    ]
    if reasons:
        raise BadInput("bad_input", own(reasons[0]), reasons[0].en, reasons=reasons)


def _cuts(ask: WarMapAsk, found: WarMap) -> list[tuple[str, str, bool]]:
    """The switches: the whole, and every dimension this reader may cut by."""
    if found.numbers is None:
        return []
    own = access.me().actor
    dimensions = DIMENSIONS if sees_everything(own) else [found.numbers.scope.dimension]
    whole = [(with_query("pages.war_map", dimension=None, value=None), _("不划分"), ask.dimension is None)]
    return whole + [
        (with_query("pages.war_map", dimension=name, value=None), _(DIMENSION_WORDS[name]), ask.dimension == name)
        for name in dimensions
    ]


def _stands(one: DistrictProject, by: str, place: str | None, light: str | None) -> bool:
    here = place is None or (getattr(one.project, by) or NONE) == place
    return here and (light is None or (NONE if one.light is None else str(one.light)) == light)


def _light_words(light: str | None) -> str:
    return "" if light is None else _(LIGHT_WORDS[None if light == NONE else Light(light)])


def _line(one: DistrictProject, today: date) -> ProjectLine:
    nearest = one.project.nearest_at
    return ProjectLine(
        one,
        value_words("street", one.project.street),
        str(one.light) if one.light else "",
        date_and_time(nearest, today) if nearest else "—",
        f"{one.done} / {len(one.milestones)}" if one.milestones else "—",
    )


# ── what waits, what may be late ────────────────────────────────────────────────────────────────────────────────────


def _wanted(one: Decision) -> str:
    """What is wanted, without the name of the card, which has a tag of its own."""
    words = own(one.words)
    return words if one.card is None else words.removeprefix(own(CARDS[one.card])).lstrip("：: ")


def _task(one: Decision, deeds: Mapping[str, NextDeed], today: date) -> Task:
    since = date_and_time(one.at, today)
    if one.no is None:
        to = url_for("pages.amendment", number=one.amendment)
        return Task(one, _wanted(one), _("去签批"), to, to, since)
    case, deed = url_for("pages.case", no=one.no), deeds.get(one.no)
    if deed is None:
        return Task(one, _wanted(one), _("看办件"), case, case, since)
    return Task(one, _wanted(one), own(deed.title), deed_href(one.no, deed), case, since)


def deed_href(no: str, deed: NextDeed) -> str:
    """Where the deed is done."""
    if deed.opens:
        return url_for("pages.open_under_case", no=no, flow=deed.name)
    return url_for("pages.deed", no=no, name=deed.name)


def _problems(work: Work, found: WarMap, ask: Ask, today: date) -> ProblemList:
    """Of the cut for whoever reads sums, else those that one may see."""
    if found.problems is None:
        seen = problems(work, ProblemFilters())
        shown = tuple(
            Problem(one.no, one.what, one.project_name, _("第 %(n)s 天", n=(today - one.raised_on).days + 1))
            for one in seen.open_problems[:PROBLEMS_SHOWN]
        )
        return ProblemList(shown, seen.total.open, None)
    count = found.problems.part.n
    shown = tuple(
        Problem(
            one.no,
            one.title,
            one.project_name,
            _("第 %(n)s 天", n=(today - local_day(one.at)).days + 1) if one.at else "",
        )
        for one in found.problems.rows[:PROBLEMS_FIRST]
    )
    whole = Number(_("看全部 %(n)s 个", n=count), cases_of("problems_open", "open", ask)) if count else None
    return ProblemList(shown, count, whole)


def _likely(one: ForecastCase, today: date) -> Likely:
    promised = one.promised
    due = short_day(promised.brief.due_on, today) if promised.brief.due_on else "—"
    return Likely(
        case=one,
        share=f"{one.share:.0%}",
        reason=own(promised.reason),
        left=own(promised.brief.words),
        due=due,
        who="，".join(words for words in (department_name(one.department), one.assignee or "") if words),
    )


def _take(found: Forecast) -> str:
    """The forecast in one sentence."""
    words = _("近期到期的 %(all)s 件在办件中，%(n)s 件可能超期", all=found.considered, n=found.likely)
    return words + (_("，%(n)s 件历史不足，不作预测", n=found.unknown) if found.unknown else "")
