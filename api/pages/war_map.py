"""作战图: the leading numbers with their definitions, what the reader has to decide, key projects by their lights, open
problems and the breach forecast, as tables and numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, request, url_for

from api import access
from api.access import wiring
from api.pages.blueprint import pages
from api.pages.figure_words import (
    DIMENSION_WORDS,
    cases_of,
    day_of,
    link,
    span_words,
    value_words,
)
from api.pages.frame import show
from api.pages.leading import COLUMNS, LIGHT_WORDS, NEEDS_WORDS, NONE, Number, breakdown, by_place, leading
from api.pages.lists import with_query
from api.pages.names import department_name
from api.pages.wording import N_, _, date_and_time, own, short_day
from workflow.clock.days import local_day
from workflow.clock.words import Light
from workflow.errors import BadInput, Reason
from workflow.queries.awaiting import Decision
from workflow.queries.figure_scope import Ask
from workflow.queries.forecast import Forecast, ForecastCase
from workflow.queries.war_map import DIMENSIONS, LIGHTS, NEEDS, KeyProject, WarMap, WarMapAsk, key_projects, war_map
from workflow.visibility import sees_everything

PLACES: Mapping[str, str] = {"street": N_("街道"), "front": N_("战线"), "squad": N_("攻坚队")}
"""By what projects can be listed."""
DECISIONS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to decide."""

    decision: Decision
    words: str
    href: str
    since: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One open problem with its age."""

    no: str
    title: str
    project: str
    age: str


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

    project: KeyProject
    place: str
    light: str
    due: str


@pages.get("/war-map", endpoint="war_map")
def war_map_page() -> Response:
    """The whole picture."""
    with access.work() as work:
        today = local_day(work.now)
        ask = _ask(today)
        found = war_map(work, ask, wiring().settings.secret)
    as_of = date_and_time(found.as_of, today)
    asked = Ask(found.days.since, found.days.until, ask.dimension, ask.value)
    place = ask.dimension if ask.dimension is not None and ask.dimension in PLACES else "street"
    tasks = [_task(one, today) for one in found.decisions]
    return show(
        "war_map.html",
        leading=leading(found, asked, today, as_of),
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
        cut=_(DIMENSION_WORDS[ask.dimension]) if ask.dimension else "",
        whole=with_query("pages.war_map", value=None) if ask.value is not None else None,
        places=by_place(found.projects, place),
        place=_(PLACES[place]),
        lights=[_(LIGHT_WORDS[light]) for light in (*LIGHTS, None)],
        complete=found.projects_complete,
        tasks=tasks[:DECISIONS_SHOWN],
        more=len(tasks) - DECISIONS_SHOWN,
        problems=_problems(found, today),
        problems_more=_more_problems(found, asked),
        likely=[_likely(one, today) for one in found.forecast.cases if one.share],
        forecast=found.forecast,
        history=span_words(found.forecast.since, found.forecast.until, today),
        take=_take(found.forecast),
        behind=found.numbers.behind if found.numbers else 0,
        as_of=as_of,
        report=link("pages.figures", **{"from": asked.since, "to": asked.until}) if found.numbers else None,
    )


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
        found = key_projects(work, ask)
    shown = [one for one in found if _stands(one, by, place, light)]
    return show(
        "war_map_projects.html",
        lines=[_line(one, today) for one in shown],
        needed=_(NEEDS_WORDS[ask.needs]),
        where="，".join(
            words
            for words in (
                value_words(ask.dimension, ask.value),
                value_words(by, place) if place is not None else "",
                _light_words(light),
            )
            if words
        ),
        back=with_query("pages.war_map", place=None, light=None, by=None),
    )


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


def _stands(one: KeyProject, by: str, place: str | None, light: str | None) -> bool:
    here = place is None or (getattr(one, by) or NONE) == place
    return here and (light is None or (NONE if one.light is None else str(one.light)) == light)


def _light_words(light: str | None) -> str:
    return "" if light is None else _(LIGHT_WORDS[None if light == NONE else Light(light)])


def _line(one: KeyProject, today: date) -> ProjectLine:
    return ProjectLine(
        one,
        value_words("street", one.street),
        str(one.light) if one.light else "",
        date_and_time(one.nearest_at, today) if one.nearest_at else "—",
    )


# ── what waits, what may be late ────────────────────────────────────────────────────────────────────────────────────


def _task(one: Decision, today: date) -> Task:
    of_case = one.no is not None
    href = url_for("pages.case", no=one.no) if of_case else url_for("pages.amendment", number=one.amendment)
    return Task(one, own(one.words), href, date_and_time(one.at, today))


def _problems(found: WarMap, today: date) -> list[Problem]:
    if found.problems is None:
        return []
    return [
        Problem(
            one.no, one.title, one.project_name, _("第 %(n)s 天", n=(today - local_day(one.at)).days) if one.at else ""
        )
        for one in found.problems.rows
    ]


def _more_problems(found: WarMap, ask: Ask) -> Number | None:
    if found.problems is None or not found.problems.part.n:
        return None
    count = found.problems.part.n
    return Number(_("看全部 %(n)s 个", n=count), cases_of("problems_open", "open", ask))


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
    words = _("近期到期的 %(all)s 件在办件中，%(likely)s 件可能超期", all=found.considered, likely=found.likely)
    return words + (_("，%(n)s 件历史不足，不作预测", n=found.unknown) if found.unknown else "")
