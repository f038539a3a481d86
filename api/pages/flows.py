"""流程图: what can happen in a flow, where a case is in it, and what a version changed.

The list of states comes first and says everything; the picture repeats it for those who see it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, request

from api import access
from api.pages.blueprint import pages
from api.pages.frame import is_staff, show
from api.pages.lists import paging
from api.pages.names import card_name, role_name, rung_words
from api.pictures.process import CROWD, Step, Way, crowded, process
from api.wording import N_, _, lang, own, short_day
from workflow.clock.days import local_day
from workflow.clock.limit import Limit
from workflow.clock.words import limit_words
from workflow.definition import LANES, Action, ClockRule, Flow, State
from workflow.errors import NotFound
from workflow.queries import flows as known_flows
from workflow.queries.case import CaseView
from workflow.queries.case import case as read_case
from workflow.queries.flow_differences import Difference, differences
from workflow.queries.history import HistoryLine, history
from workflow.queries.lanes import LANE_TITLES
from workflow.queries.paging import LARGEST_PAGE
from workflow.work import Work

CHANGES: Mapping[str, str] = {"added": N_("新增"), "changed": N_("改变"), "removed": N_("去掉")}
PARTS: Mapping[str, str] = {"state": N_("环节"), "action": N_("动作"), "clock": N_("时限")}
ACTORS: Mapping[str, str] = {"clock": N_("到时自动"), "system": N_("系统")}


@dataclass(frozen=True, slots=True)
class FlowLine:
    """A flow in the list: how many versions, the newest's size."""

    name: str
    title: str
    version: int
    versions: int
    states: int
    actions: int
    clocks: int


@dataclass(frozen=True, slots=True)
class WayOut:
    """What may be done in a state: by whom, and where it leads ("" for nowhere else)."""

    title: str
    by: str
    to: str
    past: bool


@dataclass(frozen=True, slots=True)
class StateLine:
    """A state with what may be done there and the clocks that run; ``stands``: past, now, ahead; ``since`` in words."""

    title: str
    stands: str
    since: str
    turn: str
    ways: tuple[WayOut, ...]
    clocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Here:
    """The current state of a case in words: who, limits, what may be done, what not yet and why, who is told when."""

    who: str
    limits: tuple[str, ...]
    may: tuple[str, ...]
    closed: tuple[tuple[str, str], ...]
    ladder: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Path:
    """How a case went: the day it first came into each state, and the actions taken from state to state."""

    since: Mapping[str, date]
    taken: frozenset[tuple[str, str, str]]
    now: str


@pages.get("/flows")
def flows() -> Response:
    """Every flow there is, by lane."""
    office = access.office()
    staff = is_staff(access.me().actor)
    newest = {flow.name: flow for flow in known_flows.flows(office)}
    seen = [flow for flow in newest.values() if staff or not flow.internal]
    counts = {name: sum(known == name for known, _version in office.flows) for name in newest}
    lanes = [(own(LANE_TITLES[lane]), [_flow_line(one, counts) for one in seen if one.lane == lane]) for lane in LANES]
    rest = [_flow_line(one, counts) for one in seen if one.lane is None]
    return show("flows.html", lanes=[one for one in (*lanes, (_("五个一之外"), rest)) if one[1]])


@pages.get("/flows/<name>")
def flow(name: str) -> Response:
    """One version of a flow (``version``, else the newest), or the one a case (``case``) runs on, with its path."""
    no = request.args.get("case", "")
    found: CaseView | None = None
    path = None
    here = None
    if no:
        with access.work() as work:
            found = read_case(work, no)
            if found.flow != name:
                raise NotFound("no_such_flow", f"{no} 不按“{name}”办理", f"{no} does not run on “{name}”")
            # The newest part of a very long history; what came before is then drawn as never walked.
            lines = history(work, no, paging(LARGEST_PAGE)).rows
            path = _path(found, lines)
            here = _here(work, found)
            today = local_day(work.now)
    version = found.flow_version if found else request.args.get("version", type=int)
    shown = known_flows.flow(access.office(), name, version)
    if shown.internal and not is_staff(access.me().actor):
        raise NotFound("no_such_flow", f"没有流程“{name}”", f"There is no flow “{name}”", extra={"flow": name})
    versions = sorted(version for known, version in access.office().flows if known == name)
    before = max((version for version in versions if version < shown.version), default=None)
    old = access.office().flows[name, before] if before else None
    day = {state: short_day(since, today) for state, since in path.since.items()} if path else {}
    return show(
        "flow.html",
        flow=shown,
        case=found,
        here_now=here,
        versions=versions,
        before=before,
        changes=_changes(differences(old, shown)) if old else [],
        states=[_state(shown, state, path, day) for state in _ordered(shown)],
        ends=[own(state.title) for state in shown.states.values() if state.final],
        drawing=_drawing(shown, path, day),
        crowd=CROWD,
    )


def _flow_line(flow: Flow, counts: Mapping[str, int]) -> FlowLine:
    return FlowLine(
        flow.name,
        own(flow.title),
        flow.version,
        counts[flow.name],
        len(flow.states),
        len(flow.actions),
        len(flow.clocks),
    )


def _ordered(flow: Flow) -> list[State]:
    """The states, the one where a case begins first."""
    return sorted(flow.states.values(), key=lambda state: not state.initial)


def _path(case: CaseView, lines: Sequence[HistoryLine]) -> _Path:
    since: dict[str, date] = {}
    taken = set()
    for line in reversed(lines):
        since.setdefault(line.from_state or line.to_state, local_day(case.opened_at))
        if line.from_state != line.to_state:
            since.setdefault(line.to_state, local_day(line.effective_at))
            taken.add((line.from_state, line.to_state, line.action))
    since.setdefault(case.state.name, local_day(case.entered_at))
    return _Path(since, frozenset(taken), case.state.name)


def _here(work: Work, case: CaseView) -> Here:
    flow = work.office.flow(case.flow, case.flow_version)
    turn = role_name(case.state.turn) if case.state.turn else _("不需要办理")
    running = [clock for clock in case.clocks if clock.state != "settled"]
    rules = [flow.clocks[clock.name] for clock in running if clock.name in flow.clocks]
    names_shown = is_staff(work.actor) and case.assignee is not None
    return Here(
        who=f"{turn}，{case.assignee}" if names_shown else turn,
        limits=tuple(f"{own(one.title)} {own(one.limit_words)}，{own(one.words)}" for one in running),
        may=tuple(own(one.action.title) for one in case.actions if one.allowed),
        closed=tuple(
            (own(one.action.title), "；".join(own(why) for why in one.reasons))
            for one in case.actions
            if not one.allowed and any(why.code != "role_required" for why in one.reasons)
        ),
        ladder=tuple(words for rule in rules for words in _ladder(rule)) if is_staff(work.actor) else (),
    )


def _ladder(rule: ClockRule) -> list[str]:
    """Each rung of a clock's ladder in words: when, what, to whom."""
    found = []
    for rung in rule.ladder:
        when = _("%(clock)s%(when)s", clock=own(rule.title), when=rung_words(rung.text))
        told = "、".join(role_name(role) for role in rung.tell)
        what = f"{card_name(rung.card)} {told}" if rung.card else _("自动办理")
        found.append(f"{when}：{what}")
    return found


def _state(flow: Flow, state: State, path: _Path | None, day: Mapping[str, str]) -> StateLine:
    ways = [action for action in flow.actions.values() if state.name in action.sources]
    return StateLine(
        title=own(state.title),
        stands=_stands(state.name, path),
        since=day.get(state.name, ""),
        turn=role_name(state.turn) if state.turn else "",
        ways=tuple(_way_out(flow, action, state.name, path) for action in ways),
        clocks=tuple(_clock(rule) for rule in flow.clocks.values() if state.name in rule.while_states),
    )


def _way_out(flow: Flow, action: Action, source: str, path: _Path | None) -> WayOut:
    target = action.target if action.target not in (None, source) else None
    return WayOut(
        title=own(action.title),
        by="、".join(_(ACTORS[role]) if role in ACTORS else role_name(role) for role in sorted(action.by)),
        to=own(flow.states[target].title) if target else "",
        past=path is not None and (source, action.target or source, action.name) in path.taken,
    )


def _clock(rule: ClockRule) -> str:
    limit = limit_words(rule.limit, lang()) if isinstance(rule.limit, Limit) else _("按事项规定")
    return f"{own(rule.title)}（{limit}，{rule.basis}）"


def _stands(state: str, path: _Path | None) -> str:
    if path is None:
        return "ahead"
    if state == path.now:
        return "now"
    return "past" if state in path.since else "ahead"


def _drawing(flow: Flow, path: _Path | None, day: Mapping[str, str]) -> str:
    """The picture of the flow with the path in it."""
    ways = [
        Way(
            source,
            action.target,
            own(action.title),
            path is not None and (source, action.target, action.name) in path.taken,
        )
        for action in flow.actions.values()
        if action.target
        for source in action.sources
    ]
    plain = [_step(state, path, day, 0) for state in _ordered(flow)]
    apart = crowded(plain, ways)
    many = {name: len({way.source for way in ways if way.target == name}) for name in apart}
    return process([_step(state, path, day, many.get(state.name, 0)) for state in _ordered(flow)], ways)


def _step(state: State, path: _Path | None, day: Mapping[str, str], sources: int) -> Step:
    """``sources``: of an end that many steps lead to, how many; said below its name, as their lines are not drawn."""
    stands = _stands(state.name, path)
    below = day.get(state.name, "") or (_("从 %(n)s 个环节可到", n=sources) if sources else "")
    return Step(state.name, own(state.title), below, stands, end=state.initial or state.final)  # type: ignore[arg-type]


def _changes(found: Sequence[Difference]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a version added, changed and removed, each with its detail."""
    lines: dict[str, list[tuple[str, str]]] = {}
    for one in found:
        words = _("%(part)s“%(title)s”", part=_(PARTS[one.part]), title=own(one.title))
        lines.setdefault(_(CHANGES[one.change]), []).append((words, own(one.detail) if one.detail else ""))
    return list(lines.items())
