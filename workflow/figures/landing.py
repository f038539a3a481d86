"""落地时间: from the entry of a project in the war map to its first construction permit (fact book, U16)."""

from collections.abc import Iterator

from workflow.clock.calendar import local_day
from workflow.figures.subject import Fact, Rules, Subject


def landing(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """Calendar days, counted with the case that gave the permit; what was granted before the entry took none."""
    case, site = subject.case, subject.site
    if site.landed_by != case.id or case.decided_at is None or site.entered_at is None:
        return
    on = local_day(case.decided_at)
    yield Fact("landing", "landed", case.decided_at, amount=max((on - local_day(site.entered_at)).days, 0))
    if site.planned_start is not None:
        yield Fact("landing", "saved", case.decided_at, amount=(site.planned_start - on).days)
