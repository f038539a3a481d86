"""Publish the duty roster of a squad for a period: whole, or not at all (7×24).

What is in force before the period and after it stays; what is in force in it gives way where that is said. The past is
never rostered.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from workflow.catalogue import Squad
from workflow.clock.words import span_words
from workflow.errors import BadInput, NotAllowed, NotFound, Reason
from workflow.roster import Span, gaps, outside, overlaps
from workflow.store import absences, duty
from workflow.store.duty import PublishedShift, Shift
from workflow.work import Work

LONGEST = timedelta(days=366)
MOST_SHIFTS = 2000


def publish_roster(
    work: Work, squad: str, since: datetime, until: datetime, shifts: Sequence[Shift], *, replace: bool = False
) -> int:
    """Put ``shifts`` in force for [since, until); returns how many shifts in force gave way, wholly or in part.

    Raises NotFound for an unknown squad, NotAllowed for anybody but its leader, the director of its department and the
    administrator; BadInput with every fault: a period turned round, too long or begun already; a shift turned round,
    outside the period, over another one, of somebody unknown, not in the squad or away then; a gap in the period; and,
    without ``replace``, a shift over one already in force.
    """
    found = squad_of(work, squad)
    if not may_publish(work, found):
        raise NotAllowed(
            "not_your_squad",
            f"{found.title.zh}的值班表由其队长、牵头部门局长或系统管理员发布",
            f"The roster of the {found.title.en} is published by its leader, the director of its department or the "
            "administrator",
            extra={"squad": squad},
        )
    duty.lock_roster(work.conn, squad)
    period = Span(since, until)
    reasons = list(_period_faults(work, period, len(shifts)))
    if reasons:
        raise _refusal(reasons)
    spans = [Span(one.since, one.until) for one in shifts]
    in_force = duty.between(work.conn, squad, since, until)
    reasons += _shift_faults(spans, period)
    reasons += _people_faults(work, found, shifts)
    reasons += _away_faults(work, shifts, period)
    if in_force and not replace:
        reasons += _in_force_faults(spans, in_force)
    if reasons:
        raise _refusal(reasons)
    kept = [
        Shift(one.person_id, part.since, part.until)
        for one in in_force
        for part in outside(Span(one.since, one.until), period)
    ]
    if in_force:
        duty.replace(work.conn, [one.id for one in in_force], work.actor.id, work.now)
    duty.publish(work.conn, squad, [*kept, *shifts], work.actor.id, work.now)
    return len(in_force)


def squad_of(work: Work, squad: str) -> Squad:
    """The squad of that code; raises NotFound naming those there are."""
    known = work.office.catalogue.squads
    if squad not in known:
        raise NotFound(
            "no_such_squad",
            f"没有攻坚队“{squad}”；可用：{'、'.join(sorted(known))}",
            f"There is no squad “{squad}”; accepted: {', '.join(sorted(known))}",
            extra={"squad": squad, "accepted": sorted(known)},
        )
    return known[squad]


def may_publish(work: Work, squad: Squad) -> bool:
    """Whether the actor answers for the duty of this squad."""
    leads = any(grant.squad in (None, squad.code) for grant in work.actor.scopes("squad_leader"))
    heads = any(grant.department in (None, squad.department) for grant in work.actor.scopes("director"))
    return leads or heads or work.actor.holds("admin")


def _period_faults(work: Work, period: Span, count: int) -> Iterator[Reason]:
    if period.until <= period.since:
        since = period.since.isoformat()
        yield _reason("until", period.until.isoformat(), f"应晚于开始（{since}）", f"must be later than {since}")
    elif period.until - period.since > LONGEST:
        yield _reason(
            "until",
            period.until.isoformat(),
            f"一次最多排 {LONGEST.days} 天",
            f"a roster of at most {LONGEST.days} days is accepted",
        )
    if period.since < work.now:
        now = work.now.isoformat()
        yield _reason(
            "since",
            period.since.isoformat(),
            f"过去的时间不排班，最早为现在（{now}）",
            f"the past is not rostered: now ({now}) at the earliest",
        )
    if count > MOST_SHIFTS:
        yield _reason(
            "shifts", count, f"一次最多 {MOST_SHIFTS} 班", f"at most {MOST_SHIFTS} shifts at once are accepted"
        )


def _shift_faults(spans: Sequence[Span], period: Span) -> Iterator[Reason]:
    for place, span in enumerate(spans):
        if span.until <= span.since:
            yield _reason(
                f"shifts.{place}.until", span.until.isoformat(), "应晚于开始", "must be later than its beginning"
            )
        elif span.since < period.since or span.until > period.until:
            within = _words(period)
            yield _reason(
                f"shifts.{place}",
                _value(span),
                f"{_words(span)[0]} 不在排班期间 {within[0]} 之内",
                f"{_words(span)[1]} is not inside the period {within[1]}",
            )
    sound = [place for place, span in enumerate(spans) if span.since < span.until]
    for earlier, later in overlaps([spans[place] for place in sound]):
        first, second = sound[earlier], sound[later]
        yield _reason(
            f"shifts.{second}.since",
            spans[second].since.isoformat(),
            f"与第 {first + 1} 班（{_words(spans[first])[0]}）重叠",
            f"overlaps shift {first + 1} ({_words(spans[first])[1]})",
            other=first,
        )
    for gap in gaps([spans[place] for place in sound], period.since, period.until):
        zh, en = _words(gap)
        yield _reason("shifts", _value(gap), f"{zh} 无人值班", f"nobody is on duty {en}")


def _people_faults(work: Work, squad: Squad, shifts: Sequence[Shift]) -> Iterator[Reason]:
    known = duty.candidates(work.conn, squad.code, sorted({one.person_id for one in shifts}))
    for place, shift in enumerate(shifts):
        person = known.get(shift.person_id)
        field, number = f"shifts.{place}.person", shift.person_id
        if person is None or not person.active:
            yield _reason(
                field, number, f"没有编号为 {number} 的在用账号", f"there is no open account with the number {number}"
            )
        elif not person.member:
            yield _reason(
                field,
                number,
                f"{person.name}不是{squad.title.zh}的专员或队长",
                f"{person.name} is neither a specialist nor the leader of the {squad.title.en}",
            )


def _away_faults(work: Work, shifts: Sequence[Shift], period: Span) -> Iterator[Reason]:
    people = {one.person_id for one in shifts}
    found = absences.overlapping(work.conn, sorted(people), period.since, period.until)
    for place, shift in enumerate(shifts):
        for away in found:
            if away.person_id == shift.person_id and away.since < shift.until and away.until > shift.since:
                zh, en = _words(Span(away.since, away.until))
                yield _reason(
                    f"shifts.{place}.person",
                    shift.person_id,
                    f"{away.person_name}在 {zh} 请假，由{away.delegate_name}代理",
                    f"{away.person_name} is away {en}, {away.delegate_name} stands in",
                    absence=away.id,
                )


def _in_force_faults(spans: Sequence[Span], in_force: Sequence[PublishedShift]) -> Iterator[Reason]:
    for place, span in enumerate(spans):
        for other in in_force:
            if other.since < span.until and other.until > span.since:
                zh, en = _words(Span(other.since, other.until))
                yield _reason(
                    f"shifts.{place}",
                    _value(span),
                    f"与已发布的班次重叠：{other.person_name} {zh}；替换请注明 replace: true",
                    f"overlaps a shift in force: {other.person_name} {en}; replace: true lets it give way",
                    shift=other.id,
                )


def _words(span: Span) -> tuple[str, str]:
    return span_words(span.since, span.until, "zh"), span_words(span.since, span.until, "en")


def _value(span: Span) -> dict[str, str]:
    return {"since": span.since.isoformat(), "until": span.until.isoformat()}


def _reason(field: str, value: Any, zh: str, en: str, **facts: Any) -> Reason:
    return Reason("bad_field", f"{field}：{zh}", f"{field}: {en}", {"field": field, "value": value, **facts})


def _refusal(reasons: Sequence[Reason]) -> BadInput:
    return BadInput(
        "bad_input",
        "值班表不能发布：" + "；".join(one.zh for one in reasons),
        "The roster cannot be published: " + "; ".join(one.en for one in reasons),
        reasons=reasons,
    )
