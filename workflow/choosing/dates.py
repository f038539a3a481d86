"""What to plan for chosen items: up to the works, and, once they are done, the completion acceptance.

The works lie between stage 3 and stage 4 and have no limit: one plan over both would promise a building in no time.
"""

from dataclasses import dataclass
from datetime import date

from workflow.catalogue import Catalogue
from workflow.choosing.choice import LAST_STAGE, Choice
from workflow.planning import Measure, Question


@dataclass(frozen=True, slots=True)
class Horizon:
    """Forwards from ``start``, or backwards from ``until``; ``completed`` is the day the works are done."""

    start: date
    until: date | None = None
    completed: date | None = None
    measure: Measure = "promised"


def plan_questions(catalogue: Catalogue, choice: Choice, horizon: Horizon) -> tuple[Question | None, Question | None]:
    """The questions to plan: up to the works, and from their completion; None where there is nothing to plan."""
    items = [catalogue.items[code] for code in choice.chosen]
    before = tuple(item.code for item in items if item.stage != LAST_STAGE)
    after = tuple(item.code for item in items if item.stage == LAST_STAGE)
    variants = {code: form for code, form in choice.told.variants.items() if code in choice.chosen}
    first = Question(
        items=before,
        start=horizon.start,
        until=horizon.until,
        measure=horizon.measure,
        variants={code: form for code, form in variants.items() if code in before},
        traits=choice.told.held,
    )
    if horizon.completed is None:
        return first if before else None, None
    last = Question(
        items=after,
        start=horizon.completed,
        measure=horizon.measure,
        variants={code: form for code, form in variants.items() if code in after},
        traits=choice.told.held,
        granted=frozenset(before),
    )
    return first if before else None, last if after else None
