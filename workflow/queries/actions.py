"""What a person may do to a case now, what not and why, and what each action asks for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from workflow.catalogue import Catalogue, PauseCause
from workflow.definition import Action, Field, Flow, Title
from workflow.errors import Reason
from workflow.guards import Facts, condition
from workflow.machine import possibilities
from workflow.reading import SHOWN_GROUPS, facts_of, visible_case
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
    reading = visible_case(work, no, SHOWN_GROUPS)
    case = reading.case
    flow = work.office.flow(case.flow, case.flow_version)
    views = action_views(work, flow, facts_of(work, reading))
    return CaseActions(case.no, case.version, case.state, flow.states[case.state].title, views)


def action_views(work: Work, flow: Flow, facts: Facts) -> tuple[ActionView, ...]:
    """Every action of the present state as a page shows it."""
    found = possibilities(flow, facts)
    open_ = [one.action for one in found if one.allowed and asks_for_people(one.action.asks)]
    people = _colleagues(work, facts) if any("people" not in _reads(action) for action in open_) else ()
    staff = everybody_in_office(work) if any("people" in _reads(action) for action in open_) else ()
    return tuple(
        ActionView(
            action=one.action,
            allowed=one.allowed,
            reasons=one.reasons,
            asks=tuple(_ask(ask, facts, _who_may(one.action, ask, facts, people, staff)) for ask in one.action.asks),
            target=flow.states[one.action.target].title if one.action.target else None,
        )
        for one in found
    )


def _ask(ask: Field, facts: Facts, people: tuple[Choice, ...]) -> Ask:
    columns = tuple(_ask(column, facts, people) for column in ask.columns)
    return Ask(ask, _choices(ask, facts, people), columns)


def asks_of(catalogue: Catalogue, asks: Iterable[Field], people: tuple[Choice, ...] = ()) -> tuple[Ask, ...]:
    """The fields of an opening with the values the catalogue accepts: there is no case yet that could narrow them."""
    return tuple(
        Ask(ask, people if ask.type == "person" else _words(catalogue, ask), asks_of(catalogue, ask.columns, people))
        for ask in asks
    )


def asks_for_people(asks: Iterable[Field]) -> bool:
    """Whether a form asks for a person, in a list of records too."""
    return any(one.type == "person" for ask in asks for one in (ask, *ask.columns))


def everybody_in_office(work: Work) -> tuple[Choice, ...]:
    """Everybody with an open account and a post, with their departments and squads: a few hundred in a district."""
    catalogue = work.office.catalogue
    rows = work.conn.execute(
        text("""
SELECT p.id, p.name, array_agg(DISTINCT r.department) FILTER (WHERE r.department IS NOT NULL) AS departments,
  array_agg(DISTINCT coalesce(r.squad, j.squad)) FILTER (WHERE coalesce(r.squad, j.squad) IS NOT NULL) AS squads
FROM people p JOIN person_roles r ON r.person_id = p.id LEFT JOIN projects j ON j.id = r.project_id
WHERE p.active AND r.company IS NULL GROUP BY p.id ORDER BY p.name, p.id""")
    ).all()
    return tuple(Choice(str(row.id), Title(row.name, row.name), _posts([*_titles(catalogue, row)])) for row in rows)


def _titles(catalogue: Catalogue, row: Any) -> Iterator[Title]:
    yield from (catalogue.departments[code].title for code in row.departments or () if code in catalogue.departments)
    yield from (catalogue.squads[code].title for code in row.squads or () if code in catalogue.squads)


def _posts(titles: Sequence[Title]) -> Title | None:
    return Title("、".join(one.zh for one in titles), ", ".join(one.en for one in titles)) if titles else None


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


def _who_may(
    action: Action, ask: Field, facts: Facts, people: tuple[Choice, ...], staff: tuple[Choice, ...]
) -> tuple[Choice, ...]:
    """Of these people those whom this action may give the case to; of everybody, where it looks at who was named, but
    of the squad only once the case keeps one and a single person is asked for."""
    reads = _reads(action)
    if "people" in reads:
        members = {row["person"] for row in facts.case.data.get("members", ())}
        return staff if ask.columns or not members else tuple(one for one in staff if int(one.value) in members)
    wanted = facts.helpers if "helpers" in reads else facts.colleagues
    return tuple(one for one in people if int(one.value) in wanted)


def _reads(action: Action) -> frozenset[str]:
    """The groups of facts its conditions look at."""
    return frozenset(group for need in action.needs for group in condition(need).reads)


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
