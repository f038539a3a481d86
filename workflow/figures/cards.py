"""Yellow and red cards with the time that was really the department's own up to the card, and everybody else's.

A card stays with the department that had the case when it fell, whoever has it now.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from workflow.figures.subject import Fact, Rules, Subject
from workflow.time_use import TimeUse, time_use

COLOURS = ("yellow", "red")
HANDED_OVER = "hand_over"


def cards(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """Every card that fell, by when it was due to fall; working days as `workflow.time_use` charges them."""
    for card in subject.cards:
        if card.card not in COLOURS:
            continue
        department, since = _had_it(subject, rules, card.moment)
        use = _use(subject, rules, department, card.moment)
        own = _own(use, department)
        if since is not None:
            own -= _own(_use(subject, rules, department, since), department)
        yield Fact("cards", card.card, card.moment, amount=own, department=department)
        yield Fact("cards", f"{card.card}_elsewhere", card.moment, amount=use.days - own, department=department)


def _use(subject: Subject, rules: Rules, department: str, upto: datetime) -> TimeUse:
    past = replace(subject.past, department=department)
    return time_use(subject.flow, past, rules.catalogue, rules.calendar, upto)


def _own(use: TimeUse, department: str) -> int:
    return sum(one.days for one in use.shares if one.holder == "office" and one.department == department)


def _had_it(subject: Subject, rules: Rules, moment: datetime) -> tuple[str, datetime | None]:
    """Which department had the case at that moment, and since when if it was handed over to it."""
    case = subject.case
    taken = {one["seq"]: one["department"] for one in case.data.get("hand_overs", ())}
    handed = [step for step in subject.steps if step.action == HANDED_OVER and step.seq in taken]
    if not handed:
        return case.department, None
    before = [step for step in handed if step.handed_on_at <= moment]
    if before:
        return taken[before[-1].seq], before[-1].handed_on_at
    item = rules.catalogue.items.get(case.item or "")
    return (case.department if item is None else item.department), None
