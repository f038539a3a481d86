"""Proves a flow sound before anyone can start a case with it (`wugeyi check`).

Every check lists all it finds, with the place in the file and what is known instead. A flow that passes has no state
nobody can reach or leave, names nothing that does not exist, and every rung of every ladder can fire at its hour.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from workflow.catalogue import WORD_LISTS, Catalogue
from workflow.catalogue.item_checks import days
from workflow.clock.ladder import RungTime, rung_order_faults
from workflow.clock.limit import Limit
from workflow.definition import (
    EFFECTIVE_MOMENTS,
    LATE_ENTRY,
    LIFE_CLOCKS,
    LIFE_REFERENCES,
    MOMENTS,
    OF_THE_ITEM,
    ON_BEHALF_OF,
    RULE,
    Action,
    ClockRule,
    Effect,
    Field,
    Flow,
    Rung,
)
from workflow.document_checks import ENGINE_KEEPS, issue_faults
from workflow.errors import Fault
from workflow.guards import GAPS_AT_MOST, GUARDS, condition_name
from workflow.machine import machine_for
from workflow.making import MAKERS
from workflow.strict_schema import shortened
from workflow.strict_yaml import Document

RELATIVE_ROLES = frozenset({"assignee", "on_duty"})
MARKS = ("received_at", "accepted_at", "decided_at", "issued_at")
LATE_ENTRY_GUARD = "late_entry_lawful"


def soundness_faults(flow: Flow, catalogue: Catalogue, document: Document, whole: bool = True) -> list[Fault]:
    """Everything unsound in ``flow``, in the order of the file; empty when it may be used.

    ``whole`` False: parts of the file could not be read, so nothing is said of where its ways lead.
    """
    faults = [
        *(_states(flow, document) if whole else ()),
        *_turns(flow, catalogue, document),
        *(_kept_inside(flow, document) if flow.internal else ()),
        *_opening(flow, catalogue, document),
        *(fault for action in flow.actions.values() for fault in _action(flow, action, catalogue, document)),
        *(_pauses_can_end(flow, document) if whole else ()),
        *(fault for rule in flow.clocks.values() for fault in _clock(flow, rule, catalogue, document)),
    ]
    if whole and not faults:
        # The library has the last word: a definition it cannot take must not pass either.
        machine_for(flow)
    return faults


def reachable(flow: Flow) -> frozenset[str]:
    """The states a case can come to from the initial one."""
    found = {state.name for state in flow.states.values() if state.initial}
    frontier = set(found)
    while frontier:
        step = {a.target for name in frontier for a in flow.actions_from(name) if a.target in flow.states}
        frontier = {name for name in step if name is not None and name not in found}
        found |= frontier
    return frozenset(found)


def _states(flow: Flow, document: Document) -> Iterator[Fault]:
    initial = [state.name for state in flow.states.values() if state.initial]
    if len(initial) != 1:
        yield document.fault(("states",), f"exactly one state is the initial one, here {len(initial)}", initial)
    reached = reachable(flow)
    for name, state in flow.states.items():
        place = ("states", name)
        if name not in reached:
            yield document.fault(place, "no action leads to this state")
        ways_out = [action for action in flow.actions_from(name) if action.target not in (None, name)]
        if state.final and ways_out:
            actions = [action.name for action in ways_out]
            yield document.fault(place, f"a final state cannot be left, yet {', '.join(actions)} leaves it")
        if not state.final and not ways_out:
            yield document.fault(place, "nothing leads out of this state and it is not final")


def _turns(flow: Flow, catalogue: Catalogue, document: Document) -> Iterator[Fault]:
    for name, state in flow.states.items():
        if state.turn is not None:
            yield from _roles([state.turn], ("states", name, "turn"), catalogue, document, relative=False)
        elif not state.ended:
            yield document.fault(("states", name), "turn is missing: who has to act here?", sorted(catalogue.roles))


def _kept_inside(flow: Flow, document: Document) -> Iterator[Fault]:
    """An internal case has nothing for an applicant to do, and no applicant is told of it."""
    deeds = [(("actions", action.name), action) for action in flow.actions.values()]
    for holder, deed in [*deeds, *([(("opening",), flow.opening.action)] if flow.opening is not None else [])]:
        for part, roles in (("by", deed.by), ("tell", deed.tell)):
            if "applicant" in roles:
                yield document.fault((*holder, part), "the flow is internal: no applicant sees its cases")
    for state in flow.states.values():
        if state.turn == "applicant":
            yield document.fault(("states", state.name, "turn"), "the flow is internal: no applicant sees its cases")
    for rule in flow.clocks.values():
        for index, rung in enumerate(rule.ladder):
            if "applicant" in rung.tell:
                place = ("clocks", rule.name, "ladder", index, "tell")
                yield document.fault(place, "the flow is internal: no applicant sees its cases")


def _opening(flow: Flow, catalogue: Catalogue, document: Document) -> Iterator[Fault]:
    opening = flow.opening
    if opening is None:
        return
    place = ("opening",)
    asked = {ask.name: ask for ask in opening.action.asks}
    yield from _deed(flow, opening.action, place, catalogue, document)
    yield from _reads(opening.action.needs, KNOWN_AT_OPENING, (*place, "needs"), document)
    if opening.department == "parent" and not opening.under:
        yield document.fault((*place, "department"), "it stands under no case", sorted(catalogue.departments))
    if opening.department not in (*catalogue.departments, "own", "parent"):
        chosen = asked.get(opening.department)
        if chosen is None or (chosen.type, chosen.of) != ("word", "departments"):
            known = sorted(catalogue.departments)
            yield document.fault(
                (*place, "department"), f"{opening.department!r} is no department and asks none", known
            )
    if opening.named_by is not None:
        yield from _known([opening.named_by], asked, (*place, "named_by"), "field", document)
    if opening.given_to is not None:
        people = [ask.name for ask in opening.action.asks if ask.type == "person"]
        yield from _known([opening.given_to], people, (*place, "given_to"), "person asked for", document)
    if opening.only_by is not None:
        yield from _known([opening.only_by], asked, (*place, "only_by"), "field", document)
    if opening.only_one in ("parent", "department") and not opening.under:
        yield document.fault((*place, "only_one"), "it stands under no case", ("project",))


def _deed(
    flow: Flow, action: Action, place: tuple[str, ...], catalogue: Catalogue, document: Document
) -> Iterator[Fault]:
    """What an action and an opening have in common."""
    asked = [*(ask.name for ask in action.asks), *(made.name for made in action.makes)]
    yield from _needs(flow, action.needs, (*place, "needs"), catalogue, document)
    yield from _known(action.issues, catalogue.documents, (*place, "issues"), "document", document)
    for kind, kept in action.issues_if:
        yield from _known([kind], catalogue.documents, (*place, "issues_if"), "document", document)
        yield from _known([kept], (*kept_names(flow), *ENGINE_KEEPS), (*place, "issues_if"), "datum", document)
    for kind in action.may_issue:
        if kind in catalogue.documents:
            yield from issue_faults(action, catalogue.documents[kind], kept_names(flow), place, document)
    yield from _roles(sorted(action.by), (*place, "by"), catalogue, document, relative=False)
    yield from _roles(action.tell, (*place, "tell"), catalogue, document)
    yield from _known(action.keeps, asked, (*place, "keeps"), "field", document)
    for ask in action.asks:
        yield from _field(ask, (*place, "asks", ask.name), document)
    for made in action.makes:
        yield from _field(made, (*place, "makes", made.name), document)
        yield from _known([made.made_by or ""], MAKERS, (*place, "makes", made.name, "by"), "maker", document)
    if action.opens is None:
        return
    here = (*place, "opens")
    if action.opens.each is not None:
        yield from _known([action.opens.each], asked, (*here, "each"), "field", document)
        told = (*action.asks, *action.makes)
        listed = [ask.name for ask in told if ask.type == "rows" or (ask.type, ask.of) == LISTED_DEPARTMENTS]
        if action.opens.each in asked and action.opens.each not in listed:
            yield document.fault((*here, "each"), f"{action.opens.each!r} is no list of records or departments", listed)
    yield from _known(action.opens.passes, [*asked, *kept_names(flow)], (*here, "passes"), "field", document)
    if action.opens.only_if is not None:
        yield from _needs(flow, [action.opens.only_if], (*here, "only_if"), catalogue, document)
        yield from _reads([action.opens.only_if], frozenset(), (*here, "only_if"), document)
    if action.opens.department is not None:
        yield from _known(
            [action.opens.department], catalogue.departments, (*here, "department"), "department", document
        )


LISTED_DEPARTMENTS = ("words", "departments")
KNOWN_AT_OPENING = frozenset(
    {"permits", "siblings", "parent", "events", "named_case", "bookings", "people", "children", "documents"}
)
"""The groups of facts there are before the case is (`workflow.commands.open_case`); of the last two it has none."""


def _reads(needs: Iterable[str], known: frozenset[str], place: tuple[str, ...], document: Document) -> Iterator[Fault]:
    """Conditions that are asked where less is known look at no more: what was not read would pass for nothing there."""
    for need in needs:
        name, _ = condition_name(need)
        more = GUARDS[name].reads - known if name in GUARDS else ()
        if more:
            yield document.fault(place, f"{need} looks at {', '.join(sorted(more))}, not known here", sorted(known))


def kept_names(flow: Flow) -> tuple[str, ...]:
    """Everything the data of a case of ``flow`` may keep by what its own actions say."""
    deeds = [*flow.actions.values(), *([flow.opening.action] if flow.opening else [])]
    kept = [name for deed in deeds for name in (*deed.keeps, *([deed.collects] if deed.collects else []))]
    # A case that an action of another flow opens keeps what it was given.
    given = [ask.name for ask in (*flow.opening.action.asks, *flow.opening.action.makes)] if flow.opening else []
    return tuple(dict.fromkeys([*kept, *given]))


def _needs(
    flow: Flow, needs: Iterable[str], place: tuple[str, ...], catalogue: Catalogue, document: Document
) -> Iterator[Fault]:
    """Conditions are known, and say in brackets what they are about where they must."""
    about: Mapping[str, Iterable[str]] = {
        "datum": kept_names(flow),
        "clock": _named(document, "clocks"),
        "event": catalogue.events,
        "cause": catalogue.causes,
    }
    for need in needs:
        name, word = condition_name(need)
        if name not in GUARDS:
            yield document.fault(place, f"unknown condition {need!r}", shortened(need, GUARDS))
            continue
        takes = GUARDS[name].takes
        if takes is None and word is not None:
            yield document.fault(place, f"{need!r}: nothing stands in brackets here", (name,))
        elif takes is not None and word is None:
            yield document.fault(place, f"{need!r} is about a {takes}", (f"{name}(<{takes}>)",))
        elif takes is not None and word is not None and takes in about:
            yield from _known([word], about[takes], place, takes, document)


def _field(ask: Field, place: tuple[str, ...], document: Document) -> Iterator[Fault]:
    if ask.name == ON_BEHALF_OF:
        yield document.fault(place, f"{ON_BEHALF_OF} is what history says of a delegate: another name is needed")
    for column in (ask, *ask.columns):
        here = place if column is ask else (*place, "columns", column.name)
        if (column.type in ("word", "words")) != (column.of is not None):
            yield document.fault((*here, "of"), "a word, and nothing else, is of a list", WORD_LISTS)
        if (column.type == "choice") != bool(column.choices):
            yield document.fault((*here, "choices"), "a choice, and nothing else, has choices")
    if (ask.type == "rows") != bool(ask.columns):
        yield document.fault((*place, "columns"), "rows, and nothing else, have columns")
    yield from _known(ask.unique, [column.name for column in ask.columns], (*place, "unique"), "column", document)


def _action(flow: Flow, action: Action, catalogue: Catalogue, document: Document) -> Iterator[Fault]:
    place = ("actions", action.name)
    yield from _known(action.sources, _named(document, "states"), (*place, "from"), "state", document)
    if action.target is not None:
        yield from _known([action.target], _named(document, "states"), (*place, "to"), "state", document)
    yield from _deed(flow, action, place, catalogue, document)
    if action.records is not None:
        known = (OF_THE_ITEM, *catalogue.events)
        yield from _known([action.records], known, (*place, "records"), "event of a project", document)
    if action.records_on is not None:
        yield from _known([action.records_on], kept_names(flow), (*place, "records_on"), "datum", document)
    if action.effect is not None and action.effect.cause is not None:
        yield from _known([action.effect.cause], catalogue.causes, (*place, "effect"), "cause", document)
    if action.marks is not None:
        yield from _known([action.marks], MARKS, (*place, "marks"), "moment", document)
    if action.effective is not None:
        yield from _known([action.effective], EFFECTIVE_MOMENTS, (*place, "effective"), "moment", document)
    if action.marks_as is not None:
        yield from _known([action.marks_as], EFFECTIVE_MOMENTS, (*place, "marks_as"), "moment", document)
        if action.marks is None:
            yield document.fault((*place, "marks_as"), "there is nothing it could set: marks is missing", MARKS)
    yield from _late_entry(action, place, document)
    if action.effect is not None and action.effect.clock is not None:
        yield from _known([action.effect.clock], _named(document, "clocks"), (*place, "effect"), "clock", document)
    if action.effect is not None and action.effect.role is not None:
        yield from _role_changes(flow, action, action.effect, catalogue, document)


def _role_changes(
    flow: Flow, action: Action, effect: Effect, catalogue: Catalogue, document: Document
) -> Iterator[Fault]:
    """Only a role that is bound to a project comes and goes with a case of the project."""
    place = ("actions", action.name, "effect")
    bound = [role.code for role in catalogue.roles.values() if role.scope == "project"]
    yield from _known([effect.role or ""], bound, place, "role bound to a project", document)
    asked = [ask.name for ask in action.asks if ask.type == "person" and ask.required]
    known = asked if effect.kind == "appoint" else kept_names(flow)
    yield from _known(effect.people, known, place, "person", document)


def _late_entry(action: Action, place: tuple[str, ...], document: Document) -> Iterator[Fault]:
    """Whoever says on which day it was done is checked, and dates nothing that the flow dates by itself."""
    guarded = LATE_ENTRY_GUARD in action.needs
    if not action.late_entry:
        if guarded:
            yield document.fault((*place, "needs"), f"{LATE_ENTRY_GUARD} checks {LATE_ENTRY}, which is not asked")
        return
    field = next(ask for ask in action.asks if ask.name == LATE_ENTRY)
    here = (*place, "asks", LATE_ENTRY)
    if field.type != "date":
        yield document.fault((*here, "type"), f"{LATE_ENTRY} is a day", ("date",))
    if field.required:
        yield document.fault((*here, "required"), f"{LATE_ENTRY} is for the exception: left out, it is done now")
    if not guarded:
        yield document.fault((*place, "needs"), f"{LATE_ENTRY} is asked but not checked", (LATE_ENTRY_GUARD,))
    if action.effective is not None:
        yield document.fault((*place, "effective"), f"the action is dated by {LATE_ENTRY} already")


def _pauses_can_end(flow: Flow, document: Document) -> Iterator[Fault]:
    for action in flow.actions.values():
        if not (action.effect and action.effect.kind == "pause"):
            continue
        for target in [action.target] if action.target else action.sources:
            ways = flow.actions_from(target)
            if not any(way.effect and way.effect.kind == "resume" for way in ways):
                place = ("actions", action.name, "effect")
                yield document.fault(place, f"no action resumes the clocks from {target!r}")


def _clock(flow: Flow, rule: ClockRule, catalogue: Catalogue, document: Document) -> Iterator[Fault]:
    place = ("clocks", rule.name)
    yield from _known(sorted(rule.while_states), _named(document, "states"), (*place, "while"), "state", document)
    if rule.kept_start is None:
        yield from _known([rule.starts], MOMENTS, (*place, "starts"), "moment", document)
    for part, name in (("starts", rule.kept_start), ("limit", rule.kept_limit), ("unless", rule.unless)):
        if name is not None:
            yield from _known([name], kept_names(flow), (*place, part), "datum", document)
    for part, name in (("starts", rule.kept_start), ("limit", rule.kept_limit)):
        if name in kept_names(flow) and name not in _times(flow):
            yield document.fault((*place, part), f"{name!r} is no date and no moment", sorted(_times(flow)))
    if isinstance(rule.limit, str) and rule.limit.startswith(RULE):
        known = [f"{RULE}{name}" for name in catalogue.limits]
        yield from _known([rule.limit], known, (*place, "limit"), "limit", document)
    if rule.while_states and rule.while_states <= {state.name for state in flow.states.values() if state.final}:
        yield document.fault((*place, "while"), "a clock cannot run in a final state")
    if (rule.name in LIFE_CLOCKS) != (rule.limit in LIFE_REFERENCES):
        lives = ", ".join(LIFE_REFERENCES)
        yield document.fault((*place, "limit"), f"a clock of a life ({lives}), and no other, has its name", LIFE_CLOCKS)
    for index, rung in enumerate(rule.ladder):
        yield from _rung(flow, rule, rung, (*place, "ladder", index), catalogue, document)
    for sentence in _ladder_order(rule, catalogue):
        yield document.fault((*place, "ladder"), sentence)


def _times(flow: Flow) -> frozenset[str]:
    """The days and instants that are asked for or made anywhere in the flow."""
    deeds = [*flow.actions.values(), *([flow.opening.action] if flow.opening else [])]
    return frozenset(one.name for deed in deeds for one in (*deed.asks, *deed.makes) if one.type in ("date", "moment"))


def _ladder_order(rule: ClockRule, catalogue: Catalogue) -> Sequence[str]:
    """Rungs that could never fire, simulated over a year; a reference is tried at its longest."""
    limit = rule.limit if isinstance(rule.limit, Limit) else _longest(rule.limit, catalogue)
    return () if limit is None else _order_faults(tuple(rung.time for rung in rule.ladder), limit)


@cache
def _order_faults(times: tuple[RungTime, ...], limit: Limit) -> tuple[str, ...]:
    # Versions of a flow, and clocks alike, share their ladders; a year of moments is worked out once for each.
    return tuple(rung_order_faults(times, limit))


def _longest(reference: str, catalogue: Catalogue) -> Limit | None:
    """The longest limit a reference can stand for: a rung that does not fit even there can never fire."""
    items = catalogue.items.values()
    lives = [item.lifetime for item in items if item.lifetime]
    renewals = [life.renewal.limit for life in lives if life.renewal]
    candidates: dict[str, list[Limit]] = {
        "item.statutory": [item.statutory.limit for item in items if item.statutory],
        "item.promised": [item.promised.limit for item in items if item.promised],
        "item.lifetime": [life.limit for life in lives if life.lapses],
        "item.recheck": [life.limit for life in lives if not life.lapses],
        "item.renewal": renewals,
        "item.pre_licence": [item.pre_licence.limit for item in items if item.pre_licence],
        "life.running": [*(life.limit for life in lives if life.lapses), *renewals],
        "pause.planned": [cause.cap for cause in catalogue.causes.values()],
        "pause.cap": [cause.cap for cause in catalogue.causes.values()],
        "gaps.until": [GAPS_AT_MOST],
        "help.first_response": [catalogue.help.first_response_day, catalogue.help.first_response_night],
        "help.first_plan": [catalogue.help.first_plan],
        "help.resolution": [catalogue.help.resolution],
        "help.visit": [catalogue.help.visit],
    }
    if reference.startswith(RULE):
        own = catalogue.limits.get(reference.removeprefix(RULE))
        return None if own is None else own.limit
    return max(candidates.get(reference, []), key=days, default=None)


def _rung(
    flow: Flow,
    rule: ClockRule,
    rung: Rung,
    place: tuple[str | int, ...],
    catalogue: Catalogue,
    document: Document,
) -> Iterator[Fault]:
    if rung.act is None and rung.card is None:
        yield document.fault(place, "a rung must do something", ("card with tell", "act"))
    if rung.card is not None and not rung.tell:
        yield document.fault((*place, "tell"), "a card nobody receives", sorted(catalogue.roles))
    yield from _roles(rung.tell, (*place, "tell"), catalogue, document)
    if rung.act is None:
        return
    action = flow.actions.get(rung.act)
    if action is None and rung.act in _named(document, "actions"):
        return  # it has faults of its own
    if action is None or "clock" not in action.by:
        known = [candidate.name for candidate in flow.actions.values() if "clock" in candidate.by]
        yield document.fault((*place, "act"), f"{rung.act!r} is not an action of the clock", known)
    elif not rule.while_states <= set(action.sources):
        yield document.fault(
            (*place, "act"), f"{rung.act!r} is not possible in every state of this clock", action.sources
        )


def _roles(
    names: Iterable[str],
    place: tuple[str | int, ...],
    catalogue: Catalogue,
    document: Document,
    relative: bool = True,
) -> Iterator[Fault]:
    known = frozenset(catalogue.roles) | (RELATIVE_ROLES if relative else frozenset())
    yield from _known(names, known, place, "role", document)


def _named(document: Document, part: str) -> Iterable[str]:
    """What the file names, also where a fault kept it out of the flow."""
    named: Mapping[str, object] = document.data[part] if isinstance(document.data.get(part), dict) else {}
    return named


def _known(
    names: Iterable[str], known: Iterable[str], place: tuple[str | int, ...], what: str, document: Document
) -> Iterator[Fault]:
    accepted = list(known)
    for name in names:
        if name not in accepted:
            yield document.fault(place, f"unknown {what} {name!r}", shortened(name, accepted))
