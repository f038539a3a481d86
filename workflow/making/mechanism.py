"""What the mechanism works out: when a milestone's lights turn, who serves from now on, whether a light is answered."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from workflow.catalogue import Lights
from workflow.clock.deadline import add_months
from workflow.guards import Facts
from workflow.guards.mechanism import project_progress
from workflow.guards.relatives import CHILDREN
from workflow.making.maker import Maker
from workflow.progress import ProgressLight

ONE_DAY = timedelta(days=1)


def turns(planned_on: date, kind: str, lights: Lights) -> tuple[date, date]:
    """The days on which an open milestone turns yellow and red by its months late (`workflow.progress.months_late`)."""
    own = lights.milestones.get(kind)
    levels = lights.months_late if own is None else own
    by_month = own is not None and own.counted == "calendar_months"
    # A planned month is over with its last day, so it is counted from its first.
    start = planned_on.replace(day=1) if by_month else planned_on
    return add_months(start, levels.yellow), add_months(start, levels.red)


def first_plan(facts: Facts) -> str | None:
    """The day that was planned first: it stays, however often the plan is changed."""
    day = _day(facts.inputs.get("planned_on"))
    return None if day is None else day.isoformat()


def plan_before(facts: Facts) -> str | None:
    """The day planned until now."""
    return facts.case.data.get("planned_on")


def plan_asked_for(facts: Facts) -> str | None:
    return facts.case.data.get("asked_for")


def green_until(facts: Facts) -> str | None:
    """The last day on which months late make no light."""
    found = _turns(facts)
    return None if found is None else (found[0] - ONE_DAY).isoformat()


def yellow_until(facts: Facts) -> str | None:
    """The last day on which months late make no red light."""
    found = _turns(facts)
    return None if found is None else (found[1] - ONE_DAY).isoformat()


def _turns(facts: Facts) -> tuple[date, date] | None:
    planned = _day(facts.inputs.get("planned_on") or facts.case.data.get("asked_for"))
    kind = facts.inputs.get("kind") or facts.case.data.get("kind")
    return None if planned is None or kind is None else turns(planned, kind, facts.catalogue.lights)


def _day(said: Any) -> date | None:
    """A day, also as the text in which an action hands it on to the cases it opens."""
    return date.fromisoformat(said) if isinstance(said, str) else said


def why_red(facts: Facts) -> str:
    """The sentence of a supervision notice."""
    data = facts.case.data
    return f"节点“{data['name']}”计划 {data['planned_on']} 完成，至今未完成，已亮红灯。请提出整改措施和新的完成日期。"


def named_specialist(facts: Facts) -> int | None:
    return facts.case.data.get("nominee")


def new_person(facts: Facts) -> int | None:
    """Whoever the milestone is passed on to answers for it."""
    return facts.inputs.get("assignee")


def reported_on(facts: Facts) -> str:
    """The day of the newest report; for a start today."""
    before = facts.case.kept("reported_on")
    said: date = facts.inputs.get("day", facts.today)
    newest = max(before, said) if isinstance(before, date) else said
    return newest.isoformat()


def red_since(facts: Facts) -> str | None:
    """Since when the progress of the project has been red without an answer; None where it is not."""
    if not _unanswered(facts):
        return None
    data = facts.case.data
    since = data.get("red_since") if "light_answered" not in data else None
    return since or facts.today.isoformat()


def light_answered(facts: Facts) -> str | None:
    """Nothing has to be answered: the progress is not red, or the day promised in the last measure is still ahead."""
    return None if _unanswered(facts) else facts.today.isoformat()


def answered_today(facts: Facts) -> str:
    return facts.today.isoformat()


def _unanswered(facts: Facts) -> bool:
    said = [facts.inputs.get(name) for name in ("planned_pct", "actual_pct")]
    planned, actual = (None if one is None else Decimal(str(one)) for one in said)
    if planned is None or actual is None or planned - actual <= facts.catalogue.lights.points_behind.red:
        return False
    promised = facts.case.kept("new_date")
    return not (isinstance(promised, date) and promised >= facts.today)


def light_told(facts: Facts) -> str:
    """What is answered: the sentence of the light as it is now."""
    found = project_progress(facts, facts.today)
    words = {ProgressLight.YELLOW: "黄灯", ProgressLight.RED: "红灯"}
    return f"{words.get(found.light, '')}：{found.why.zh}"


MAKERS: Mapping[str, Maker] = {
    "first_plan": Maker(first_plan),
    "plan_before": Maker(plan_before),
    "plan_asked_for": Maker(plan_asked_for),
    "green_until": Maker(green_until),
    "yellow_until": Maker(yellow_until),
    "why_red": Maker(why_red),
    "named_specialist": Maker(named_specialist),
    "new_person": Maker(new_person),
    "reported_on": Maker(reported_on),
    "red_since": Maker(red_since),
    "light_answered": Maker(light_answered),
    "answered_today": Maker(answered_today),
    "light_told": Maker(light_told, CHILDREN),
}
