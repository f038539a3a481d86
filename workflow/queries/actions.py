"""What a person may do to a case now, what not and why, and what each action asks for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import text

from workflow.catalogue import Catalogue, PauseCause
from workflow.definition import Action, Field, Flow, Title
from workflow.errors import Reason
from workflow.guards import Facts, condition
from workflow.machine import possibilities
from workflow.reading import ALL_GROUPS, facts_of, visible_case
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class Choice:
    """One accepted value of a field, with its name and what a person should know before taking it."""

    value: str
    title: Title
    note: Title | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """One field of an action's form; ``choices`` are the values accepted here, for this person, ``columns`` those of a
    record."""

    field: Field
    choices: tuple[Choice, ...]
    columns: tuple["Ask", ...] = ()


@dataclass(frozen=True, slots=True)
class ActionView:
    """One action of the present state: allowed now, or closed with every reason."""

    action: Action
    allowed: bool
    reasons: tuple[Reason, ...]
    asks: tuple[Ask, ...]
    target: Title | None


@dataclass(frozen=True, slots=True)
class CaseActions:
    """The actions of a case at the version at which they hold."""

    no: str
    version: int
    state: str
    state_title: Title
    actions: tuple[ActionView, ...]


def actions(work: Work, no: str) -> CaseActions:
    """The actions of the case ``no``; raises NotFound."""
    reading = visible_case(work, no, ALL_GROUPS)
    case = reading.case
    flow = work.office.flow(case.flow, case.flow_version)
    views = action_views(work, flow, facts_of(work, reading))
    return CaseActions(case.no, case.version, case.state, flow.states[case.state].title, views)


def action_views(work: Work, flow: Flow, facts: Facts) -> tuple[ActionView, ...]:
    """Every action of the present state as a page shows it."""
    found = possibilities(flow, facts)
    asked = {ask.type for one in found if one.allowed for ask in one.action.asks}
    people = _colleagues(work, facts) if "person" in asked else ()
    return tuple(
        ActionView(
            action=one.action,
            allowed=one.allowed,
            reasons=one.reasons,
            asks=tuple(_ask(ask, facts, _who_may(one.action, facts, people)) for ask in one.action.asks),
            target=flow.states[one.action.target].title if one.action.target else None,
        )
        for one in found
    )


def _ask(ask: Field, facts: Facts, people: tuple[Choice, ...]) -> Ask:
    columns = tuple(_ask(column, facts, people) for column in ask.columns)
    return Ask(ask, _choices(ask, facts, people), columns)


def asks_of(catalogue: Catalogue, asks: Iterable[Field]) -> tuple[Ask, ...]:
    """The fields of an opening with the values the catalogue accepts: there is no case yet that could narrow them."""
    return tuple(Ask(ask, _words(catalogue, ask), asks_of(catalogue, ask.columns)) for ask in asks)


def _words(catalogue: Catalogue, ask: Field) -> tuple[Choice, ...]:
    if ask.of is None:
        return tuple(Choice(value, title) for value, title in ask.choices)
    return tuple(Choice(word, title) for word, title in catalogue.words(ask.of).items())


def pause_causes(facts: Facts) -> tuple[PauseCause, ...]:
    """The causes that are lawful on this item and that this person may open (the guard decides again)."""
    known: Mapping[str, PauseCause] = facts.catalogue.causes
    here = [*(facts.item.pauses if facts.item else ()), "other"]
    causes = [known[code] for code in dict.fromkeys(here) if code in known]
    return tuple(cause for cause in causes if facts.actor.role_on(facts.case, _openers(cause)) is not None)


def _openers(cause: PauseCause) -> frozenset[str]:
    return frozenset({cause.approval}) if cause.approval else frozenset(cause.opened_by)


def _choices(ask: Field, facts: Facts, people: tuple[Choice, ...]) -> tuple[Choice, ...]:
    match ask.type:
        case "choice" | "word" | "words":
            return _words(facts.catalogue, ask)
        case "pause_cause":
            return tuple(Choice(cause.code, cause.title, _cause_note(cause)) for cause in pause_causes(facts))
        case "person":
            return people
        case "faults":
            papers = {paper.code: paper.title for item in facts.items for paper in item.materials}
            return tuple(Choice(code, title) for code, title in papers.items())
    return ()


def _cause_note(cause: PauseCause) -> Title:
    clocks_zh = "、".join({"statutory": "法定时限", "promised": "承诺时限"}[stop] for stop in sorted(cause.stops))
    clocks_en = " and ".join(sorted(cause.stops))
    days = cause.cap.amount
    return Title(
        f"{cause.basis}；停止{clocks_zh}，最长 {days} 个工作日",
        f"{cause.basis}; stops the {clocks_en} limit, {days} working days at most",
    )


def _who_may(action: Action, facts: Facts, people: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Of these people those whom this action may give the case to."""
    helped = any("helpers" in condition(need).reads for need in action.needs)
    wanted = facts.helpers if helped else facts.colleagues
    return tuple(one for one in people if int(one.value) in wanted)


def _colleagues(work: Work, facts: Facts) -> tuple[Choice, ...]:
    """The people who may take the case over, with how many open cases each has."""
    rows = work.conn.execute(
        text("""
SELECT p.id, p.name, (SELECT count(*) FROM cases c WHERE c.assignee_id = p.id AND c.ended_at IS NULL) AS load
FROM people p WHERE p.id = ANY(:ids) ORDER BY p.name, p.id"""),
        {"ids": sorted(facts.colleagues | facts.helpers)},
    )
    return tuple(
        Choice(str(row.id), Title(row.name, row.name), Title(f"在办 {row.load} 件", f"{row.load} open cases"))
        for row in rows
    )
