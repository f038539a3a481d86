"""Running cases brought in with their history so far: replayed through the same rules, each step at its own moment.

What the machine, the conditions and the clocks refuse then is refused here, by step. Dates, pauses and documents follow
as they would have; what the law brings about by itself (acceptance by silence) is not told but derived. Every line is
marked as imported, in force then and recorded now; nobody is written to about the past, and of the rungs that lie in
it each clock fires the newest only: it says where the case stands today. Idempotent by the number elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflow.actor import CLOCK, SYSTEM, Actor, Grant
from workflow.case import Case
from workflow.commands.attach_material import attach_material
from workflow.commands.bring_in import Outcome, check_may_import, finished, tried
from workflow.commands.open_bundle import open_bundle
from workflow.commands.open_case import open_case
from workflow.commands.take_action import take_action
from workflow.definition import Action, Flow
from workflow.errors import Refused
from workflow.importing.faults import CellFault
from workflow.importing.histories import ALL_PAPERS, ATTACH, ITEM, History, Told, read_histories
from workflow.importing.reference import reference_sheet
from workflow.papers import papers_of
from workflow.reading import facts_of, visible_case
from workflow.store import brought_in, cases, imports, people
from workflow.work import Work

APPLICANT = "applicant"
SUBMIT = "submit"
PERSON = "@"
"""Before a user name among the inputs, where an account is meant."""


class _Impossible(Exception):
    """A step that cannot have happened, or that nobody can tell who did."""

    def __init__(self, fault: CellFault) -> None:
        self.fault = fault
        super().__init__(fault.en)


@dataclass(slots=True)
class _Replay:
    """One history being told. ``root`` is the number of the case opened first, ``no`` that of the case it is about."""

    work: Work
    history: History
    people: Mapping[str, int]
    root: str = ""
    no: str = ""
    unmoved: set[tuple[str, str, str]] = field(default_factory=set)
    """Automatic actions that left their case where it was: taken once in that state."""

    def at(self, moment: datetime, actor: Actor) -> Work:
        """A unit of work of ``actor`` then, written now."""
        own = self.work
        return Work(own.office, own.conn, moment, actor, own.calendar.version, own.now)


def import_case(work: Work, filename: str, content: bytes, dry_run: bool = False) -> Outcome:
    """Bring in running cases from a JSON file or a workbook: all of them or none.

    Raises as `import_projects` does; a fault names the step.
    """
    check_may_import(work)
    file = read_histories(filename, content, work.office.catalogue, lambda name: _flow(work, name), work.now)
    imports.hold(work.conn)
    known = brought_in.imported(work.conn, [one.no for one in file.cases])
    named = imports.person_ids(work.conn, sorted(_usernames(file.cases)))
    faults = list(file.faults)
    told: list[str] = []
    same = 0
    with tried(work) as take_back:
        for one in file.cases:
            before = known.get(one.no)
            if before is not None:
                same += 1
                faults += _another(one, before)
            else:
                faults += _tell(work, one, named, told)
        if faults or dry_run:
            take_back()
    outcome = Outcome("case", dry_run, len(told), 0, same, tuple(faults), cases=() if dry_run else tuple(told))
    return finished(work, filename, content, outcome)


def _flow(work: Work, name: str) -> Flow | None:
    if not any(flow == name for flow, _ in work.office.flows):
        return None
    flow = work.office.flow(name)
    openable = flow.opening is not None and not flow.opening.under
    return flow if name == ITEM or openable else None


def _another(one: History, before: brought_in.Imported) -> Sequence[CellFault]:
    if (one.flow, one.item, one.project) == (before.flow, before.item, before.project):
        return ()
    zh = f"已导入为 {before.no}，但流程、事项或项目不同"
    en = f"came in before as {before.no}, with another flow, item or project"
    return (one.opening.place.fault(one.no, "imported_before", zh, en),)


def _tell(work: Work, one: History, named: Mapping[str, int], told: list[str]) -> Sequence[CellFault]:
    """Replay one history; returns what makes it impossible, after which nothing of it is left."""
    replay = _Replay(work, one, named)
    current = one.opening
    try:
        with work.conn.begin_nested():
            _open(replay)
            _follow(replay, one.opening.at)
            for current in one.steps:
                _let_pass(replay, current.at)
                _do(replay, current)
                _follow(replay, current.at)
            _let_pass(replay, work.now)
            _follow(replay, work.now)
            _pass_over(replay)
            told.append(replay.no)
    except _Impossible as impossible:
        return (impossible.fault,)
    except Refused as refusal:
        step = one.steps.index(current) + 1 if current in one.steps else 0
        where = (f"第 {step} 步“{current.action}”", f"step {step}, “{current.action}”") if step else ("开办", "opening")
        zh, en = f"{where[0]}不可能发生：{refusal.zh}", f"{where[1]}: cannot have happened: {refusal.en}"
        return (current.place.fault(current.action, refusal.code, zh, en),)
    return ()


# ── opening ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _open(replay: _Replay) -> None:
    one, opening = replay.history, replay.history.opening
    if one.flow == ITEM:
        _open_item(replay)
    else:
        flow = replay.work.office.flow(one.flow)
        assert flow.opening is not None
        actor = _actor(replay, opening, flow.opening.action)
        made = open_case(replay.at(opening.at, actor), one.flow, _named(replay, opening), one.project)
        replay.root = replay.no = made.no
        _hand_in(replay, opening, made.no)
    found = next(one for one in brought_in.family(replay.work.conn, replay.root) if one.no == replay.no)
    brought_in.mark(replay.work.conn, found.id, one.no)


def _open_item(replay: _Replay) -> None:
    """An item case is born of an application: of one for it alone."""
    one, opening = replay.history, replay.history.opening
    actor = _person(replay, opening) or Actor(None, one.source, (Grant(opening.by or APPLICANT),))
    form, variant = dict(opening.inputs), opening.inputs.get("variant")
    form.pop("variant", None)
    variants = {one.item: str(variant)} if variant is not None else {}
    work = replay.at(opening.at, actor)
    bundle = open_bundle(work, one.project, [one.item], form, variants)
    replay.root = bundle.no
    _hand_in(replay, opening, bundle.no)
    take_action(work, bundle.no, SUBMIT)
    family = brought_in.family(replay.work.conn, bundle.no)
    replay.no = next(member.no for member in family if member.item == one.item)


def _hand_in(replay: _Replay, told: Told, no: str) -> None:
    """The papers of a step: a sheet in place of each says that the original is kept elsewhere."""
    if not told.papers:
        return
    by = _person(replay, told) if told.by == APPLICANT else None
    work = replay.at(told.at, by or Actor(None, replay.history.source, (Grant(APPLICANT),)))
    codes = told.papers
    if codes == (ALL_PAPERS,):
        reading = visible_case(work, no)
        papers = papers_of(facts_of(work, reading).items, work.office.catalogue)
        codes = tuple(code for code, paper in sorted(papers.items()) if paper.required)
    for code in codes:
        body = reference_sheet(replay.history.no, code, told.at)
        attach_material(work, no, code, f"原系统存档-{code}.pdf", body)


# ── what followed ──────────────────────────────────────────────────────────────────────────────────────────────────


def _do(replay: _Replay, step: Told) -> None:
    _hand_in(replay, step, replay.no)
    if step.action == ATTACH:
        return
    case = _case(replay)
    flow = replay.work.office.flow(case.flow, case.flow_version)
    actor = _actor(replay, step, flow.actions[step.action])
    take_action(replay.at(step.at, actor), replay.no, step.action, _named(replay, step))


def _case(replay: _Replay) -> Case:
    reading = cases.read(replay.work.conn, no=replay.no)
    assert reading is not None
    return reading.case


def _actor(replay: _Replay, told: Told, action: Action) -> Actor:
    """Whoever did it: the account that is named with its own roles, else somebody in the role that is named, or in the
    lowest that may."""
    person = _person(replay, told)
    if person is not None:
        return person
    roles = replay.work.office.catalogue.roles
    may = [told.by] if told.by else [code for code, role in roles.items() if code in action.by and not role.automatic]
    return Actor(None, replay.history.source, tuple(Grant(role) for role in may[:1]))


def _person(replay: _Replay, told: Told) -> Actor | None:
    if not told.person:
        return None
    found = replay.people.get(told.person)
    if found is None:
        raise _Impossible(told.place.fault(told.person, "no_such_person", "没有这个登录名", "is no user name"))
    return people.actor(replay.work.conn, found)


def _named(replay: _Replay, told: Told) -> dict[str, Any]:
    """The inputs with the number of each account that is named."""

    def plain(value: Any) -> Any:
        if isinstance(value, str) and value.startswith(PERSON):
            found = replay.people.get(value[1:])
            if found is None:
                raise _Impossible(told.place.fault(value, "no_such_person", "没有这个登录名", "is no user name"))
            return found
        if isinstance(value, list):
            return [plain(one) for one in value]
        return {name: plain(one) for name, one in value.items()} if isinstance(value, dict) else value

    return {name: plain(value) for name, value in told.inputs.items()}


def _usernames(histories: Sequence[History]) -> set[str]:
    told = [step for one in histories for step in (one.opening, *one.steps)]
    return {step.person for step in told if step.person} | {name for step in told for name in _mentioned(step.inputs)}


def _mentioned(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value[1:]} if value.startswith(PERSON) else set()
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return {name for part in parts for name in _mentioned(part)}


# ── what happens by itself ─────────────────────────────────────────────────────────────────────────────────────────


def _let_pass(replay: _Replay, until: datetime) -> None:
    """What the clocks bring about by law up to ``until``, each at its moment, the earliest first."""
    while (due := _next_act(replay, until)) is not None:
        clock, rung, action = due
        moment = clock.ladder_at[rung]
        brought_in.step_to(replay.work.conn, {clock.id: rung + 1})
        take_action(replay.at(moment, CLOCK), clock.no, action)
        _follow(replay, moment)


def _next_act(replay: _Replay, until: datetime) -> tuple[brought_in.Ticking, int, str] | None:
    found = []
    for clock in _ticking(replay):
        ladder = replay.work.office.flow(clock.flow, clock.flow_version).clocks[clock.name].ladder
        for rung in range(clock.rung, len(clock.ladder_at)):
            act = ladder[rung].act
            if act is not None and clock.ladder_at[rung] <= until:
                found.append((clock, rung, act))
    return min(found, key=lambda one: one[0].ladder_at[one[1]], default=None)


def _ticking(replay: _Replay) -> tuple[brought_in.Ticking, ...]:
    own = [one.id for one in brought_in.family(replay.work.conn, replay.root)]
    return brought_in.ticking(replay.work.conn, own)


def _follow(replay: _Replay, moment: datetime) -> None:
    """What the system does by itself once something was done, on the case and those around it."""
    while any(_look(replay, moment, one) for one in brought_in.family(replay.work.conn, replay.root)):
        pass


def _look(replay: _Replay, moment: datetime, one: brought_in.Member) -> bool:
    """Take what applies; whether the case has moved to another state by it."""
    flow = replay.work.office.flow(one.flow, one.flow_version)
    for action in flow.actions_from(one.state):
        if "system" not in action.by or (one.no, one.state, action.name) in replay.unmoved:
            continue
        try:
            with replay.work.conn.begin_nested():
                change = take_action(replay.at(moment, SYSTEM), one.no, action.name)
        except Refused:
            continue
        if change.after.state != one.state:
            return True
        replay.unmoved.add((one.no, one.state, action.name))
    return False


def _pass_over(replay: _Replay) -> None:
    """Of the rungs that lie in the past the newest of each clock is left to fire: nobody was here for the others."""
    now = replay.work.now
    past = {clock.id: sum(at <= now for at in clock.ladder_at) - 1 for clock in _ticking(replay)}
    late = {clock.id: past[clock.id] for clock in _ticking(replay) if past[clock.id] > clock.rung}
    if late:
        brought_in.step_to(replay.work.conn, late)
