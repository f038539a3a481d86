"""Yellow and red cards with the time that was really the department's own up to the card, and everybody else's."""

from collections.abc import Iterator

from workflow.figures.subject import Fact, Rules, Subject
from workflow.time_use import time_use

COLOURS = ("yellow", "red")


def cards(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """Every card that fell, by when it was due to fall; working days as `workflow.time_use` charges them."""
    for card in subject.cards:
        if card.card not in COLOURS:
            continue
        use = time_use(subject.flow, subject.past, rules.catalogue, rules.calendar, card.moment)
        own = sum(
            one.days for one in use.shares if one.holder == "office" and one.department == subject.case.department
        )
        yield Fact("cards", card.card, card.moment, amount=own)
        yield Fact("cards", f"{card.card}_elsewhere", card.moment, amount=use.days - own)
