"""What must be so of the cases near this one, of what it keeps, and of the events of its project."""

from collections.abc import Iterable, Mapping

from workflow.errors import Reason
from workflow.guards.facts import Facts, Guard, Relative

CHILDREN = frozenset({"children"})


def children_ended(facts: Facts, flow: str) -> Reason | None:
    """There are cases of ``flow`` under this one, and every one of them has come to its end."""
    children = facts.children_of(flow)
    waiting = [child for child in children if child.ended_at is None]
    if children and not waiting:
        return None
    if not children:
        return Reason(
            "nothing_under_it", "尚未发起下级办件", "Nothing has been opened under this case yet", {"flow": flow}
        )
    return _waiting(waiting)


def no_child_open(facts: Facts, flow: str) -> Reason | None:
    """No case of ``flow`` under this one is still open."""
    waiting = [child for child in facts.children_of(flow) if child.ended_at is None]
    return _waiting(waiting) if waiting else None


def some_child(facts: Facts, flow: str) -> Reason | None:
    """At least one case of ``flow`` stands under this one."""
    if facts.children_of(flow):
        return None
    return _nothing(flow)


def parent_ended(facts: Facts) -> Reason | None:
    """The case this one stands under has come to its end."""
    if facts.parent is not None and facts.parent.ended_at is not None:
        return None
    return Reason("parent_open", "上级办件尚未办结", "The case above this one is still open")


def parent_open(facts: Facts) -> Reason | None:
    """The case this one stands under still goes on."""
    if facts.parent is not None and facts.parent.ended_at is None:
        return None
    return Reason("parent_ended", "上级办件已办结", "The case above this one has ended")


def kept(facts: Facts, name: str) -> Reason | None:
    """The case keeps something under ``name``."""
    if facts.case.data.get(name) not in (None, "", []):
        return None
    return Reason("not_recorded", f"尚未登记（{name}）", f"Not recorded yet: {name}", {"field": name})


def not_kept(facts: Facts, name: str) -> Reason | None:
    """Nothing is kept under ``name`` yet."""
    if facts.case.data.get(name) in (None, "", []):
        return None
    return Reason("recorded_already", f"已登记（{name}）", f"Recorded already: {name}", {"field": name})


def asked_by_somebody_else(facts: Facts, name: str) -> Reason | None:
    """Four eyes: who asked last, as the list ``name`` keeps it, does not answer, nor does anybody in their place."""
    asked = facts.case.data.get(name) or ()
    asker = asked[-1].get("by") if asked else None
    if asker is None or asker not in (facts.actor.id, *facts.actor.stands_in_for):
        return None
    return Reason(
        "own_request",
        "不得审批自己（或所代理的人）提出的申请",
        "Nobody approves what they asked for themselves, or what somebody asked for whom they stand in",
        {"asked_by": asker},
    )


def no_pause_open(facts: Facts) -> Reason | None:
    """Time runs: nothing is suspended."""
    if not facts.case.open_pauses:
        return None
    causes = [facts.catalogue.causes[pause.cause].title for pause in facts.case.open_pauses]
    return Reason(
        "suspended",
        f"已因“{'、'.join(cause.zh for cause in causes)}”暂停",
        f"Suspended: {', '.join(cause.en for cause in causes)}",
        {"causes": [pause.cause for pause in facts.case.open_pauses]},
    )


def pause_open(facts: Facts, cause: str) -> Reason | None:
    """It is suspended for ``cause``."""
    if any(pause.cause == cause for pause in facts.case.open_pauses):
        return None
    title = facts.catalogue.causes[cause].title
    return Reason("not_suspended", f"当前没有“{title.zh}”暂停", f"Not suspended for: {title.en}", {"cause": cause})


def not_expired(facts: Facts, clock: str) -> Reason | None:
    """The clock has not come to its end; one that does not run has none."""
    record = facts.case.clock(clock)
    if record is None or record.due_at is None or facts.takes_effect_at < record.due_at:
        return None
    day = facts.day(record.due_on)
    return Reason("too_late", f"期限已于 {day.zh} 届满", f"The time ended on {day.en}", {"due_on": str(record.due_on)})


def expired(facts: Facts, clock: str) -> Reason | None:
    """The clock has come to its end."""
    record = facts.case.clock(clock)
    if record is not None and record.due_at is not None and facts.takes_effect_at >= record.due_at:
        return None
    day = facts.day(record.due_on if record else None)
    return Reason("too_early", f"期限至 {day.zh}，尚未届满", f"The time runs until {day.en}", {"until": day.zh})


def event_recorded(facts: Facts, event: str) -> Reason | None:
    """The project has come to ``event``."""
    if event in facts.events:
        return None
    title = facts.catalogue.events[event].title
    return Reason(
        "event_missing", f"项目尚未登记“{title.zh}”", f"The project has no “{title.en}” yet", {"event": event}
    )


def event_not_recorded(facts: Facts, event: str) -> Reason | None:
    """The project has not come to ``event`` yet."""
    if event not in facts.events:
        return None
    title, day = facts.catalogue.events[event].title, facts.day(facts.events[event])
    return Reason(
        "event_recorded",
        f"“{title.zh}”已登记于 {day.zh}",
        f"“{title.en}” was recorded for {day.en}",
        {"event": event, "on": facts.events[event].isoformat()},
    )


def _nothing(flow: str) -> Reason:
    return Reason("nothing_under_it", "尚未发起下级办件", "Nothing has been opened under this case yet", {"flow": flow})


def _waiting(waiting: Iterable[Relative]) -> Reason:
    numbers = [child.no for child in waiting]
    return Reason(
        "children_open",
        f"下级办件尚未办结：{'、'.join(numbers)}",
        f"Still open under this case: {', '.join(numbers)}",
        {"cases": numbers},
    )


GUARDS: Mapping[str, Guard] = {
    "children_ended": Guard(children_ended, CHILDREN, takes="flow"),
    "no_child_open": Guard(no_child_open, CHILDREN, takes="flow"),
    "some_child": Guard(some_child, CHILDREN, takes="flow"),
    "parent_ended": Guard(parent_ended, frozenset({"parent"})),
    "parent_open": Guard(parent_open, frozenset({"parent"})),
    "kept": Guard(kept, takes="datum"),
    "not_kept": Guard(not_kept, takes="datum"),
    "asked_by_somebody_else": Guard(asked_by_somebody_else, takes="datum"),
    "no_pause_open": Guard(no_pause_open),
    "pause_open": Guard(pause_open, takes="cause"),
    "not_expired": Guard(not_expired, takes="clock"),
    "expired": Guard(expired, takes="clock"),
    "event_recorded": Guard(event_recorded, frozenset({"events"}), takes="event"),
    "event_not_recorded": Guard(event_not_recorded, frozenset({"events"}), takes="event"),
}
