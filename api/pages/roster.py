"""排班: one squad's week, and the form that publishes it, two turns a day."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.duty import day_rows, first_day, week_links
from api.pages.faults import Fault, at_its_field
from api.pages.frame import show
from api.pages.once import Done, lead_on, once
from api.pages.reading import half_width
from api.wording import _, long_day, own
from workflow.clock.days import local_day, office_time
from workflow.commands.publish_roster import may_publish, publish_roster, squad_of
from workflow.errors import NotAllowed, NotFound, Reason, Refused
from workflow.queries.duty_week import WEEK, SquadWeek, members, week
from workflow.store.duty import Shift
from workflow.visibility import shows_names
from workflow.work import Work

TURNS = (time(8), time(20))
"""When one turn of the form follows another; whoever wants other hours publishes over the API."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One turn of the form: its field, its hours, and whoever is on then now."""

    name: str
    words: str
    since: datetime
    until: datetime
    person: int | None


@dataclass(slots=True)
class _Back:
    """What a refused form brings back."""

    status: int = 200
    faults: list[Fault] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)


@pages.get("/duty/<squad>", endpoint="roster")
def roster_page(squad: str) -> Response:
    """One squad's week."""
    return _page(squad, _Back())


@pages.post("/duty/<squad>", endpoint="publish_roster")
def publish(squad: str) -> Response:
    """Publish the turns of the week that have not begun."""
    typed = {name: value for name, value in request.form.items() if re.fullmatch(r"t[0-9]{1,2}|replace", name)}
    filled: list[Slot] = []
    try:
        with access.work() as work:
            found = squad_of(work, squad)
            today = local_day(work.now)
            first = first_day(today)
            slots = _slots(week(work, first, [found])[0], work.now, first, today)
            filled = [slot for slot in slots if _number(typed.get(slot.name, ""))]
            done = once(work, lambda: _published(work, squad, slots, typed, first))
    except (NotFound, NotAllowed):
        raise
    except Refused as refusal:
        return _page(squad, _Back(refusal.status, _faults(refusal, filled), typed))
    return lead_on(done)


def _published(work: Work, squad: str, slots: list[Slot], typed: dict[str, str], first: date) -> Done:
    if not slots:
        raise Refused("nothing_to_roster", "这一周已经过去，不能再排", "This week is over and is not rostered any more")
    shifts = [Shift(number, slot.since, slot.until) for slot in slots if (number := _number(typed.get(slot.name, "")))]
    publish_roster(work, squad, slots[0].since, slots[-1].until, shifts, replace="replace" in typed)
    said = _("值班表已发布，共 %(n)s 班。", n=len(shifts))
    return Done(url_for("pages.roster", squad=squad, **{"from": first.isoformat()}), said)


def _page(squad: str, back: _Back) -> Response:
    with access.work() as work:
        found = squad_of(work, squad)
        if not shows_names(work.actor):
            raise NotAllowed("role_required", "值班表由工作人员查看", "Rosters are for the people of the office")
        today = local_day(work.now)
        first = first_day(today)
        shown = week(work, first, [found])
        allowed = may_publish(work, found)
        people = members(work, squad) if allowed else ()
        slots = _slots(shown[0], work.now, first, today)
    title = own(found.title)
    return show(
        "roster.html",
        back.status,
        title=title,
        rows=day_rows(shown, first, today),
        week=week_links("pages.roster", first, today, squad=squad),
        allowed=allowed,
        slots=slots,
        people=[(one.id, one.name) for one in people],
        chosen={slot.name: back.typed.get(slot.name, "") if back.typed else str(slot.person or "") for slot in slots},
        in_force=any(slot.person for slot in slots),
        replace="replace" in back.typed,
        action=url_for("pages.roster", squad=squad, **{"from": first.isoformat()}),
        problems=back.faults,
        here=url_for("pages.roster", squad=squad, **{"from": first.isoformat()}),
    )


def _slots(shown: SquadWeek, now: datetime, first: date, today: date) -> list[Slot]:
    """The turns of the week that begin after now: the past is not rostered."""
    starts = [
        (day, office_time(day, at))
        for day in (first + timedelta(days=number) for number in range(WEEK))
        for at in TURNS
    ]
    ends = [moment for _day, moment in starts[1:]] + [office_time(first + timedelta(days=WEEK), TURNS[0])]
    on = [turn for day in shown.days for turn in day if turn.person_id is not None]
    slots = []
    for number, ((day, since), until) in enumerate(zip(starts, ends, strict=True)):
        if since <= now:
            continue
        person = next((turn.person_id for turn in on if turn.since <= since < turn.until), None)
        words = _("白班 08:00—20:00") if number % len(TURNS) == 0 else _("夜班 20:00—次日 08:00")
        slots.append(Slot(f"t{number}", f"{long_day(day, today)} {words}", since, until, person))
    return slots


def _faults(refusal: Refused, filled: list[Slot]) -> list[Fault]:
    """What the core says of the n-th turn given, at the field of that turn; of a gap, by its hours."""
    if not refusal.reasons:
        return [Fault("", own(refusal))]
    return list(dict.fromkeys(_fault(reason, filled) for reason in refusal.reasons))


def _fault(reason: Reason, filled: list[Slot]) -> Fault:
    path = str(reason.facts.get("field", ""))
    if "shift" in reason.facts:
        return Fault("replace", _("这一周已有发布的班次；要以新的为准，请勾选“替换已发布的班次”"))
    said = at_its_field(reason, path)
    found = re.match(r"shifts\.([0-9]+)", path)
    if found is None or int(found[1]) >= len(filled):
        return Fault("", said)
    slot = filled[int(found[1])]
    return Fault(slot.name, f"{slot.words}：{said}")


def _number(text: str) -> int:
    plain = half_width(text)
    return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else 0
