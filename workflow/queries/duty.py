"""Who is on duty round the clock (7×24): now, next, where nobody is, and who was on for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflow.catalogue import Squad
from workflow.clock.words import span_words
from workflow.definition import Title
from workflow.errors import BadInput, NotAllowed, NotFound, Reason
from workflow.queries.absences import PersonName
from workflow.roster import Span, gaps, inside
from workflow.store import absences as leave
from workflow.store import duty as rosters
from workflow.store.duty import PublishedShift
from workflow.visibility import shows_names
from workflow.work import Work

DAYS = 7
MOST_DAYS = 92


@dataclass(frozen=True, slots=True)
class ShiftView:
    """One shift in [since, until). ``stands_in`` acts while the person is away; said of who is on duty now only."""

    person: PersonName
    since: datetime
    until: datetime
    stands_in: PersonName | None = None


@dataclass(frozen=True, slots=True)
class GapView:
    """Nobody is on duty in [since, until)."""

    since: datetime
    until: datetime
    words: Title


@dataclass(frozen=True, slots=True)
class SquadDuty:
    """One squad's duty from now on. ``covered_until`` is where the first gap begins, None where nobody is on now;
    ``gaps`` are those up to ``seen_until``."""

    squad: str
    title: Title
    now: ShiftView | None
    next: ShiftView | None
    covered_until: datetime | None
    seen_until: datetime
    gaps: tuple[GapView, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """How long a person is on duty within a period."""

    person: PersonName
    hours: float
    shifts: int


@dataclass(frozen=True, slots=True)
class Roster:
    """The roster in force of one squad in [since, until)."""

    squad: str
    title: Title
    since: datetime
    until: datetime
    shifts: tuple[ShiftView, ...]
    gaps: tuple[GapView, ...]
    hours: tuple[Hours, ...]


def duty(work: Work, days: int = DAYS) -> tuple[SquadDuty, ...]:
    """Every squad's duty now and for the next ``days`` (1 to MOST_DAYS), in the order of the configuration."""
    squads = work.office.catalogue.squads
    until = work.now + timedelta(days=days)
    shifts = rosters.of_squads(work.conn, list(squads), work.now, until)
    on_now = [one for one in shifts if one.since <= work.now]
    standing_in = _standing_in(work, [one.person_id for one in on_now])
    return tuple(
        _squad_duty(work, squad, [one for one in shifts if one.squad == squad.code], until, standing_in)
        for squad in squads.values()
    )


def roster(work: Work, squad: str, since: datetime, until: datetime) -> Roster:
    """The roster of one squad, past or to come; raises NotFound (squad), NotAllowed for applicants, BadInput for a
    period turned round or of more than 366 days."""
    known = work.office.catalogue.squads
    if squad not in known:
        raise NotFound(
            "no_such_squad",
            f"没有攻坚队“{squad}”；可用：{'、'.join(sorted(known))}",
            f"There is no squad “{squad}”; accepted: {', '.join(sorted(known))}",
            extra={"squad": squad, "accepted": sorted(known)},
        )
    if not shows_names(work.actor):
        raise NotAllowed("role_required", "值班表由工作人员查看", "Rosters are for the people of the office")
    if not since < until <= since + timedelta(days=366):
        said = {"field": "to", "value": until.isoformat(), "accepted": f"after {since.isoformat()}, within 366 days"}
        zh, en = "to：应晚于 from，且不超过 366 天", "to: must be later than from, by 366 days at most"
        raise BadInput("bad_input", zh, en, reasons=[Reason("bad_field", zh, en, said)])
    shifts = rosters.between(work.conn, squad, since, until)
    spans = [Span(one.since, one.until) for one in shifts]
    return Roster(
        squad,
        known[squad].title,
        since,
        until,
        tuple(_shift(one) for one in shifts),
        _gaps(spans, since, until),
        _hours(shifts, Span(since, until)),
    )


def _squad_duty(
    work: Work, squad: Squad, shifts: Sequence[PublishedShift], until: datetime, standing_in: dict[int, PersonName]
) -> SquadDuty:
    on = next((one for one in shifts if one.since <= work.now), None)
    following = next((one for one in shifts if one.since > work.now), None)
    open_gaps = _gaps([Span(one.since, one.until) for one in shifts], work.now, until)
    covered = open_gaps[0].since if open_gaps else shifts[-1].until
    return SquadDuty(
        squad.code,
        squad.title,
        None if on is None else _shift(on, standing_in.get(on.person_id)),
        None if following is None else _shift(following),
        None if on is None else covered,
        until,
        open_gaps,
    )


def _standing_in(work: Work, people: list[int]) -> dict[int, PersonName]:
    if not people:
        return {}
    found = leave.overlapping(work.conn, people, work.now, work.now + timedelta(microseconds=1))
    return {one.person_id: PersonName(one.delegate_id, one.delegate_name) for one in found}


def _shift(one: PublishedShift, stands_in: PersonName | None = None) -> ShiftView:
    return ShiftView(PersonName(one.person_id, one.person_name), one.since, one.until, stands_in)


def _gaps(spans: Sequence[Span], since: datetime, until: datetime) -> tuple[GapView, ...]:
    return tuple(
        GapView(
            gap.since,
            gap.until,
            Title(span_words(gap.since, gap.until, "zh"), span_words(gap.since, gap.until, "en")),
        )
        for gap in gaps(spans, since, until)
    )


def _hours(shifts: Sequence[PublishedShift], period: Span) -> tuple[Hours, ...]:
    lengths: dict[int, list[timedelta]] = {}
    people = {one.person_id: PersonName(one.person_id, one.person_name) for one in shifts}
    for one in shifts:
        lengths.setdefault(one.person_id, []).append(inside(Span(one.since, one.until), period))
    return tuple(
        Hours(people[person], round(sum(times, timedelta()) / timedelta(hours=1), 2), len(times))
        for person, times in sorted(lengths.items(), key=lambda pair: (-sum(pair[1], timedelta()), pair[0]))
    )
