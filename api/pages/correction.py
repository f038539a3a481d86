"""The answer to the one-time notice (一次性告知, 行政许可法 32(4)): every point, its paper in place, one submission."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, url_for

from api import access
from api.pages.cases import CasePage
from api.pages.deeds import find
from api.pages.faults import Fault
from api.pages.frame import is_staff, show
from api.pages.names import material_name
from api.pages.slots import Slot, points
from api.wording import _, lang, own, short_day
from workflow.clock.days import local_day
from workflow.clock.words import Light, date_words
from workflow.definition import Action

ANSWERS = frozenset({"resubmit"})
"""The actions that answer the notice."""
CLOCK = "correction"


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the notice: what is wrong, what to do about it, and the slot of its paper."""

    title: str
    problem: str
    fix: str
    slot: Slot | None


def answers_notice(page: CasePage, action: Action) -> bool:
    """Whether this reader answers a one-time notice by this action."""
    return action.name in ANSWERS and page.case.state.name == "correcting" and not is_staff(access.me().actor)


def answering(page: CasePage) -> Action | None:
    """The action by which this reader answers the notice now, None where there is none to answer."""
    flow = access.office().flow(page.case.flow, page.case.flow_version)
    known = (flow.actions[name] for name in ANSWERS if name in flow.actions)
    return next((action for action in known if answers_notice(page, action)), None)


def correction_page(
    page: CasePage, action: Action, faults: Sequence[Fault] = (), status: int = 200, note: str = ""
) -> Response:
    """Every point of the notice with its upload; submitting is closed until all of them are answered."""
    view = find(page.case.actions, action.name)
    found = _points(page)
    asked_on = local_day(datetime.fromisoformat(page.case.notices[-1]["at"])) if page.case.notices else page.today
    due = next((clock for clock in page.case.clocks if clock.name == CLOCK and clock.state != "settled"), None)
    return show(
        "correction.html",
        status,
        page=page,
        case=page.case,
        action=action,
        allowed=view is not None and view.allowed,
        why=unanswered(found) or ("；".join(own(reason) for reason in view.reasons) if view else ""),
        points=found,
        papers=list({point.slot.code: point.slot for point in found if point.slot}.values()),
        others=[slot for slot in page.slots if slot.open and slot.code not in {p.slot.code for p in found if p.slot}],
        answered=sum(point.slot is not None and point.slot.renewed for point in found),
        asked_on=short_day(asked_on, page.today),
        due=date_words(due.due_on, page.today, lang(), due.provisional) if due and due.due_on else "",
        left=own(due.words) if due else "",
        late=due is not None and due.light is Light.OVERDUE,
        most=access.wiring().settings.upload_mb,
        problems=faults,
        note=note,
        here=url_for("pages.deed", no=page.case.no, name=action.name),
    )


def _points(page: CasePage) -> list[Point]:
    by_code = {slot.code: slot for slot in page.slots}
    return [
        Point(material_name(point["material"]), point["problem"], point["fix"], by_code.get(point["material"]))
        for point in points(page.case)
    ]


def unanswered(found: Sequence[Point]) -> str:
    """The numbers of the points whose paper has not come again, in words."""
    left = [str(place) for place, point in enumerate(found, 1) if point.slot is None or not point.slot.renewed]
    return _("还差第 %(points)s 项", points="、".join(left)) if left else ""
