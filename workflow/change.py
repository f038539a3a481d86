"""What one action writes, as data: the case, one line of history, its clocks, pauses, documents and messages.

Pure: a command reads, `plan` works out, the store writes it in one statement.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from workflow.case import Case, ClockRecord, PauseRecord
from workflow.catalogue import Catalogue, Item
from workflow.clock.calendar import end_of_day, local_day
from workflow.clock.limit import Limit, Unit, parse_limit
from workflow.definition import OF_THE_ITEM, ON_BEHALF_OF, RULE, Action, Effect, Flow
from workflow.guards import Facts, event_of_use, life_clock, pause_cap_until
from workflow.machine import Decision, moment_of
from workflow.statements import IssuedDocument, issue
from workflow.timekeeping import (
    Timing,
    base_event,
    clocks_after_move,
    extend,
    kept_limit,
    merge,
    nearest_due,
    resettle,
)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a case's history; ``effective_at`` is legal time, ``recorded_at`` when it was written."""

    case_no: str
    seq: int
    action: str
    from_state: str
    to_state: str
    actor_id: int | None
    actor_role: str
    effective_at: datetime
    recorded_at: datetime
    input: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """A row for the outbox; ``effect_key`` makes its effect happen once."""

    effect_key: str
    channel: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProjectEvent:
    """What a project has come to, and on which day, as an action on one of its cases tells it."""

    event: str
    on_day: date


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A role on the project of the case that a person gets (``given``) or has no more."""

    person_id: int
    role: str
    given: bool


@dataclass(frozen=True, slots=True)
class Change:
    """Everything one action writes. ``before`` is the case as read: its ``rev`` guards the writing."""

    before: Case
    after: Case
    event: Event
    hash: bytes
    due_at: datetime | None
    clocks: tuple[ClockRecord, ...] = ()
    pauses: tuple[PauseRecord, ...] = ()
    documents: tuple[IssuedDocument, ...] = ()
    messages: tuple[Message, ...] = ()
    project_event: ProjectEvent | None = None
    roles: tuple[RoleChange, ...] = ()


LAST_MOMENT = timedelta(microseconds=1)
"""The smallest step of an instant: that much before midnight a day still runs."""

_canonical_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(event: Event) -> bytes:
    """The bytes the hash chain covers; the only place that makes them."""
    body = {
        "case": event.case_no,
        "seq": event.seq,
        "action": event.action,
        "from": event.from_state,
        "to": event.to_state,
        "actor": event.actor_id,
        "role": event.actor_role,
        "effective": instant(event.effective_at),
        "recorded": instant(event.recorded_at),
        "input": event.input,
    }
    return _canonical_json(body).encode()


def chain(head: bytes, event: Event) -> bytes:
    """The next link: SHA-256 over the previous head and the canonical bytes."""
    return hashlib.sha256(head + canonical(event)).digest()


def instant(moment: datetime) -> str:
    """An instant as ISO 8601 in UTC, to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def plain(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs as JSON keeps them: days as ``2026-11-26``, instants in UTC."""
    return {name: _plain(value) for name, value in inputs.items()}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case list():
            return [_plain(one) for one in value]
        case Mapping():
            return plain(value)
        case _:
            return value


def plan(flow: Flow, decision: Decision, facts: Facts, assignee_id: int | None = None) -> Change:
    """Work out everything that ``decision`` writes. ``assignee_id`` is who takes the case over in its new state."""
    before, now = facts.case, facts.now
    timing = Timing(facts.calendar, now)
    moved = decision.action.target is not None
    marked_at = _marked_at(decision, facts)
    event = Event(
        before.no,
        before.seq + 1,
        decision.action.name,
        decision.from_state,
        decision.to_state,
        None if decision.action.unnamed else facts.actor.id,
        decision.role,
        decision.effective_at,
        now,
        _said(decision, facts, marked_at),
    )
    link = chain(before.chain_head, event)
    pauses = _pauses(decision.action.effect, decision, facts)
    # As few copies of the case as can be: it has many fields, and one copy costs as much as a rule.
    after = replace(
        before,
        **(_move(flow, decision, facts, marked_at) if moved else {}),
        data=_data(decision, facts, event.seq),
        department=_department(decision, facts),
        assignee_id=_kept_assignee(decision, before) if assignee_id is None else assignee_id,
        version=before.version + 1,
        rev=before.rev + 1,
        seq=event.seq,
        chain_head=link,
        pauses=_merged_pauses(before.pauses, pauses),
    )
    clocks = _clocks(flow, decision, facts, after, moved, timing)
    after = replace(after, clocks=merge(before.clocks, clocks))
    documents = issue(flow, decision, facts, after, _document_facts(decision, facts, after))
    return Change(
        before=before,
        after=after,
        event=event,
        hash=link,
        due_at=nearest_due(after.clocks),
        clocks=clocks,
        pauses=pauses,
        documents=documents,
        messages=(*_messages(flow, decision, after), *_renderings(documents)),
        project_event=_project_event(decision, facts),
        roles=_role_changes(decision, facts),
    )


def _role_changes(decision: Decision, facts: Facts) -> tuple[RoleChange, ...]:
    """Whoever is appointed was named in the action; whoever is dismissed is who the case kept until then."""
    effect = decision.action.effect
    if effect is None or effect.role is None:
        return ()
    given = effect.kind == "appoint"
    named = facts.inputs if given else facts.case.data
    people = dict.fromkeys(named[name] for name in effect.people if named.get(name) is not None)
    return tuple(RoleChange(person_id, effect.role, given) for person_id in people)


def _project_event(decision: Decision, facts: Facts) -> ProjectEvent | None:
    event = decision.action.records
    if event == OF_THE_ITEM:
        event = event_of_use(facts)
    if event is None:
        return None
    told = facts.kept(decision.action.records_on) if decision.action.records_on else None
    return ProjectEvent(event, told if isinstance(told, date) else local_day(decision.effective_at))


def case_limits(flow: Flow, catalogue: Catalogue, item: str | None, variant: str | None = None) -> dict[str, str]:
    """The limits in force for a new case, kept with it: a later change of the catalogue does not move its dates.

    Of an item those of its ``variant``, or of its base form. ``<clock>.from`` says from which moment of the case a
    clock counts where that is not the flow's.
    """
    limits: dict[str, str] = {}
    for rule in flow.clocks.values():
        if isinstance(rule.limit, Limit):
            limits[rule.name] = str(rule.limit)
        elif rule.limit.startswith(RULE):
            limits[rule.name] = str(catalogue.limits[rule.limit.removeprefix(RULE)].limit)
        elif item is not None:
            limits |= _item_limit(rule.name, rule.limit, catalogue.items[item], variant)
    return limits


def _item_limit(clock: str, reference: str, item: Item, variant: str | None) -> dict[str, str]:
    """What ``reference`` stands for in an item, as `case_limits` keeps it; empty where the item has no such limit."""
    statutory, promised = item.limits(variant)
    own = {"item.statutory": statutory, "item.promised": promised}.get(reference)
    if own is not None:
        return {clock: str(own.limit), f"{clock}.from": _BASES[own.base]}
    if reference == "item.pre_licence":
        return {clock: str(item.pre_licence.limit)} if item.pre_licence is not None else {}
    life = item.lifetime
    if life is None:
        return {}
    if reference == ("item.lifetime" if life.lapses else "item.recheck"):
        counted = {f"{clock}.from": _BASES[life.base]} if life.base in _BASES else {}
        return {clock: str(life.limit), **counted}
    if reference == "item.renewal" and life.renewal is not None:
        return {clock: str(life.renewal.limit)}
    return {}


_BASES: Mapping[str, str] = {"acceptance": "accepted", "receipt": "received", "decision": "decided"}
"""By the base event of an item: the moment of the case it is kept as."""


def _marked_at(decision: Decision, facts: Facts) -> datetime:
    """What the moment that the action marks is set to."""
    action, case = decision.action, facts.case
    if action.marks_as is not None:
        return moment_of(action.marks_as, facts)
    first_issue = action.marks == "issued_at" and case.issued_at is None
    if first_issue and case.limits.get("lifetime.from") == "decided":
        return case.decided_at or decision.effective_at
    return decision.effective_at


def _said(decision: Decision, facts: Facts, marked_at: datetime) -> dict[str, Any]:
    """What history keeps beside the deed: what was typed, and a moment that was set to another time than its own."""
    said = plain(facts.inputs)
    if decision.action.marks is not None and marked_at != decision.effective_at:
        said[decision.action.marks] = instant(marked_at)
    grant = facts.actor.grant_on(facts.case, decision.action.by)
    if grant is not None and grant.on_behalf_of is not None and not decision.action.unnamed:
        said[ON_BEHALF_OF] = grant.on_behalf_of
    return said


def _move(flow: Flow, decision: Decision, facts: Facts, marked_at: datetime) -> dict[str, Any]:
    """The fields of the case that change with its state."""
    state = flow.states[decision.to_state]
    fields: dict[str, Any] = {
        "state": state.name,
        "outcome": state.outcome or facts.case.outcome,
        "entered_at": decision.effective_at,
        "ended_at": facts.now if state.ended else None,
    }
    if decision.action.marks is not None:
        fields[decision.action.marks] = marked_at
    return fields


def _kept_assignee(decision: Decision, before: Case) -> int | None:
    """Whoever has the case keeps it; nobody takes it along to another office."""
    effect = decision.action.effect
    return None if effect is not None and effect.kind == "hand over" else before.assignee_id


def _department(decision: Decision, facts: Facts) -> str:
    """Where the case stands afterwards: with the office it was handed over to, else where it stood."""
    effect = decision.action.effect
    if effect is None or effect.kind != "hand over":
        return facts.case.department
    department: str = facts.inputs["department"]
    return department


def _data(decision: Decision, facts: Facts, seq: int) -> dict[str, Any]:
    action = decision.action
    data = {name: value for name, value in facts.case.data.items() if name not in action.drops}
    said = plain(facts.inputs)
    data |= {name: said[name] for name in action.keeps if name in said}
    if action.collects is not None:
        # What ends here is told where it ended: a tender that failed keeps its round.
        gone = {name: facts.case.data[name] for name in action.drops if name in facts.case.data}
        by = None if action.unnamed else facts.actor.id
        record = {"seq": seq, "at": instant(decision.effective_at), "by": by, **said, **gone}
        data[action.collects] = [*data.get(action.collects, ()), record]
    if "faults" in facts.inputs:
        notice = {"at": instant(facts.now), "faults": facts.inputs["faults"]}
        data["notices"] = [*data.get("notices", []), notice]
    if decision.role == "clock" and decision.action.marks == "accepted_at":
        data["acceptance_mode"] = "deemed"
    if _renews(decision):
        data["renewal_mode"] = "deemed" if decision.role == "clock" else "expressed"
    if facts.inputs.get("gaps_until") is not None:
        data["gaps_until"] = facts.inputs["gaps_until"].isoformat()
    if "late_reason" in facts.inputs and _promise_missed(decision, facts):
        data["late_reason"] = facts.inputs["late_reason"]
    return data


def _promise_missed(decision: Decision, facts: Facts) -> bool:
    """A reason for a promise that was kept would be published as if it had been missed."""
    promised = facts.case.clock("promised")
    if promised is None or not promised.running or promised.due_at is None:
        return False
    return decision.effective_at >= promised.due_at


def _renews(decision: Decision) -> bool:
    action = decision.action
    return action.marks == "issued_at" and "life_end" in (action.marks_as, action.effective)


def _pauses(effect: Effect | None, decision: Decision, facts: Facts) -> tuple[PauseRecord, ...]:
    today = local_day(decision.effective_at)
    if effect is not None and effect.kind == "pause":
        cause = facts.catalogue.causes[effect.cause or facts.inputs["cause"]]
        if effect.cause and any(pause.cause == cause.code for pause in facts.case.open_pauses):
            # A second objection finds the tender suspended already.
            return ()
        cap_until = pause_cap_until(facts, cause.code, today)
        opened = PauseRecord(
            id=None,
            cause=cause.code,
            basis=cause.basis,
            stops=tuple(sorted(cause.stops)),
            since=today,
            until=None,
            planned_until=facts.inputs.get("until") or cap_until,
            cap_until=cap_until,
            reason=facts.inputs.get("reason") or cause.title.zh,
            opened_at=facts.now,
            opened_by=facts.actor.id,
            resets=cause.resets,
        )
        return (opened,)
    leaving = decision.action.target is not None and decision.from_state != decision.to_state
    if (effect is not None and effect.kind == "resume") or (effect is None and leaving):
        return tuple(
            replace(
                pause,
                until=min(today, pause.cap_until),
                closed_at=facts.now,
                closed_by=facts.actor.id,
                result=facts.inputs.get("result", decision.action.name),
            )
            for pause in facts.case.open_pauses
        )
    return ()


def _merged_pauses(old: tuple[PauseRecord, ...], changed: tuple[PauseRecord, ...]) -> tuple[PauseRecord, ...]:
    replaced = {pause.id for pause in changed if pause.id is not None}
    return (*(pause for pause in old if pause.id not in replaced), *changed)


def _clocks(
    flow: Flow, decision: Decision, facts: Facts, after: Case, moved: bool, timing: Timing
) -> tuple[ClockRecord, ...]:
    changed: tuple[ClockRecord, ...] = ()
    if moved or decision.action.keeps or decision.action.drops or decision.action.collects:
        left_at = _left_at(decision, facts)
        changed = clocks_after_move(flow, after, decision.to_state, _limits(flow, after, facts), timing, left_at)
        changed += _kept_anew(flow, decision.action, after, changed, timing)
    touched = {(clock.name, clock.round) for clock in changed}
    running = [clock for clock in facts.case.running_clocks if (clock.name, clock.round) not in touched]
    effect = decision.action.effect
    if effect is not None and effect.kind in ("pause", "resume"):
        changed += tuple(
            resettle(clock, flow.clocks[clock.name], after.pauses, timing)
            for clock in running
            if flow.clocks[clock.name].paused_by
        )
    if effect is not None and effect.kind == "extend":
        changed += tuple(
            extend(clock, flow.clocks[clock.name], facts.inputs["days"], after.pauses, timing)
            for clock in running
            if clock.name == effect.clock
        )
    return changed


def _kept_anew(
    flow: Flow, action: Action, after: Case, changed: tuple[ClockRecord, ...], timing: Timing
) -> tuple[ClockRecord, ...]:
    """The clocks running on whose day or instant the action has just kept anew: a deadline that was put off."""
    touched = {(clock.name, clock.round) for clock in changed}
    found = []
    for clock in after.running_clocks:
        rule = flow.clocks[clock.name]
        if (clock.name, clock.round) in touched or rule.reads_kept.isdisjoint(action.keeps):
            continue
        started_at = (base_event(rule, after) if rule.kept_start else None) or clock.started_at
        limit = kept_limit(rule, after, started_at, timing.calendar) or clock.limit
        found.append(resettle(replace(clock, started_at=started_at, limit=limit), rule, after.pauses, timing))
    return tuple(found)


def _left_at(decision: Decision, facts: Facts) -> datetime | None:
    """The legal time the clocks of the state stop; None: now.

    A person's late entry counts as of the day it was done. Silence is over when the clock says so, however far back it
    takes effect. A pause that ends at its cap ended with that day: the minutes until somebody wrote it are nobody's.
    """
    if decision.role != "clock":
        return decision.effective_at
    effect = decision.action.effect
    if effect is None or effect.kind != "resume":
        return None
    last = max((pause.cap_until for pause in facts.case.open_pauses), default=None)
    return None if last is None else min(facts.now, end_of_day(last) - LAST_MOMENT)


def _limits(flow: Flow, after: Case, facts: Facts) -> dict[str, Limit]:
    limits = {name: parse_limit(text) for name, text in after.limits.items() if not name.endswith(".from")}
    ends = {
        "pause.planned": max((pause.planned_until for pause in after.open_pauses), default=None),
        "pause.cap": max((pause.cap_until for pause in after.open_pauses), default=None),
        "gaps.until": facts.inputs.get("gaps_until"),
    }
    # These clocks start when the state is entered, which a late entry dates back.
    since = local_day(after.entered_at)
    life = life_clock(facts.case)
    for rule in flow.clocks_in(after.state):
        end = ends.get(rule.limit) if isinstance(rule.limit, str) else None
        if end is not None:
            days = facts.calendar.working_days_between(since, end)
            limits[rule.name] = Limit(max(days, 1), Unit.WORKING_DAY)
        elif rule.limit == "life.running" and life is not None:
            limits[rule.name] = replace(life.limit, amount=life.limit.amount + life.extension)
        elif (base := base_event(rule, after)) is not None:
            kept = kept_limit(rule, after, base, facts.calendar)
            limits |= {} if kept is None else {rule.name: kept}
    return limits


def _document_facts(decision: Decision, facts: Facts, after: Case) -> dict[str, Any]:
    """What every document keeps of the case beside its words: the project, the dates, the clocks and their ends."""
    return {
        "case": after.no,
        "title": after.title,
        "project_code": facts.project_code,
        "effective_at": instant(decision.effective_at),
        "mode": after.data.get("acceptance_mode", "expressed"),
        **({"renewal_mode": after.data["renewal_mode"]} if _renews(decision) else {}),
        "issued_at": instant(after.issued_at) if after.issued_at else None,
        "received_at": instant(after.received_at) if after.received_at else None,
        "accepted_at": instant(after.accepted_at) if after.accepted_at else None,
        "limits": [
            {
                "clock": clock.name,
                "limit": str(clock.limit),
                "extension": clock.extension,
                "due_on": clock.due_on.isoformat() if clock.due_on else None,
                "provisional": clock.provisional,
                "calendar": clock.calendar_version,
            }
            for clock in after.clocks
            if clock.running
        ],
        "said": plain(facts.inputs),
    }


def _renderings(documents: tuple[IssuedDocument, ...]) -> tuple[Message, ...]:
    return tuple(Message(f"document:{one.no}", "render", {"document": one.no}) for one in documents)


def _messages(flow: Flow, decision: Decision, after: Case) -> tuple[Message, ...]:
    key = f"case:{after.no}:{after.seq}"
    messages = []
    if decision.action.tell:
        body = {
            "what": "action",
            "action": decision.action.name,
            "state": after.state,
            "roles": list(decision.action.tell),
        }
        messages.append(Message(f"{key}:tell", "tell", body))
    if after.parent_id is not None:
        messages.append(Message(f"{key}:look", "system", {"case_id": after.parent_id}))
    if decision.role == "clock" and _waited(flow, decision):
        messages.append(Message(f"{key}:look_again", "system", {"case_id": after.id}))
    ends = flow.states[after.state].final and decision.action.target is not None
    if flow.has_children and (ends or decision.action.looks_down):
        messages.append(Message(f"{key}:look_down", "system", {"children_of": after.id}))
    return tuple(messages)


def _waited(flow: Flow, decision: Decision) -> bool:
    """Whether the system may have been refused something because the clock had to act first; nobody calls it again."""
    return any(
        "system" in one.by and decision.from_state in one.sources for one in flow.actions_from(decision.to_state)
    )
