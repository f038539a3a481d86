"""Urges 催办 and supervision notices 督办单, each a case that is answered in its own time."""

from collections.abc import Iterator

from workflow.figures.subject import Fact, Rules, Subject

FIGURE_OF = {"urge": "urges", "oversight": "supervision_notices"}


def urging(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """By when it was asked; late where a clock had run out when it was answered."""
    case = subject.case
    figure = FIGURE_OF.get(case.flow)
    if figure is None:
        return
    yield Fact(figure, "opened", case.opened_at)
    answered_at = case.decided_at
    if answered_at is None:
        return
    yield Fact(figure, "answered", case.opened_at)
    ran = (clock.due_at for clock in case.clocks if clock.started_at <= answered_at)
    if any(due_at is not None and due_at <= answered_at for due_at in ran):
        yield Fact(figure, "late", case.opened_at)
