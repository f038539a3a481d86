"""The periods of a tender, measured on what its case keeps; a refusal names rule, article, days and the lawful one."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from workflow.case import Case
from workflow.catalogue import Period, TenderRule
from workflow.clock.days import local_day
from workflow.clock.least import earliest_day
from workflow.clock.pauses import Pause
from workflow.definition import Title
from workflow.errors import Reason
from workflow.guards.facts import Facts


@dataclass(frozen=True, slots=True)
class TooShort:
    """A "min" period that is not respected; ``earliest`` is the first lawful day of its target, None: suspended."""

    rule: TenderRule
    period: Period
    since: date
    given: date
    earliest: date | None


def day_of(moment: object) -> date | None:
    """The legal day of a day or an instant; None for anything else."""
    if isinstance(moment, datetime):
        return local_day(moment)
    return moment if isinstance(moment, date) else None


def moment_day(case: Case, inputs: Mapping[str, Any], name: str | None) -> date | None:
    """The day of a moment of the tender: as just told, or as the case keeps it; None where it is not known (yet)."""
    if name is None:
        return None
    if name == "determined_on":
        # The deed itself is dated (补录), so that the event of the project and the report count from one day.
        return None if case.decided_at is None else local_day(case.decided_at)
    if name in inputs:
        return day_of(inputs[name])
    return day_of(case.kept(name)) if name in case.data else None


def suspensions(case: Case, today: date) -> list[Pause]:
    """The days on which the tender stood still; a suspension that is open counts up to today."""
    return [
        replace(pause.interval, until=max(pause.since, min(today, pause.cap_until)))
        if pause.until is None
        else pause.interval
        for pause in case.pauses
        if pause.stops_clock("statutory")
    ]


def too_short(facts: Facts, touching: Collection[str] | None = None) -> Iterator[TooShort]:
    """The "min" periods that are not respected, in the order of the rules; ``touching``: only those from or to them."""
    stopped = suspensions(facts.case, facts.today)
    for rule, period in facts.catalogue.tendering.periods("min", on=facts.today):
        if touching is not None and not {period.base, period.target} & set(touching):
            continue
        since = moment_day(facts.case, facts.inputs, period.base)
        given = moment_day(facts.case, facts.inputs, period.target)
        if since is None or given is None:
            continue
        earliest = first_lawful(facts, period, since, stopped)
        # A publication may end only on a working day: a later rest day is as unlawful as an early one.
        if earliest is None or given < earliest or given != on_its_day(facts, period, given):
            yield TooShort(rule, period, since, given, earliest)


def first_lawful(facts: Facts, period: Period, since: date, stopped: list[Pause]) -> date | None:
    """The first lawful day of the target of a "min" period."""
    assert period.limit is not None, f"a min period without a limit: {period}"
    return earliest_day(since, period.limit, facts.calendar, stopped, period.ends_on_working_day)


def on_its_day(facts: Facts, period: Period, day: date) -> date:
    """``day``, or the next working day where the period may end on no other."""
    if not period.ends_on_working_day or facts.calendar.is_working(day):
        return day
    return facts.calendar.add_working_days(day, 1)


def lawful_end(facts: Facts, name: str) -> date | None:
    """The last day of the "min" period ``name`` (as of `Tendering.period`): the one set, or a later one where a
    suspension has put it off; None where it has not begun."""
    _, period = facts.catalogue.tendering.period(name)
    since = moment_day(facts.case, facts.inputs, period.base)
    until = moment_day(facts.case, facts.inputs, period.target)
    if since is None or until is None:
        return None
    earliest = first_lawful(facts, period, since, suspensions(facts.case, facts.today))
    return on_its_day(facts, period, max(until, earliest or until))


def cited(rule: TenderRule) -> Title:
    """The rule with its article, as a refusal names it."""
    return Title(f"{rule.title.zh}（{rule.code}，{rule.basis}）", f"{rule.title.en} ({rule.code}, {rule.basis})")


def shortage(facts: Facts, found: list[TooShort]) -> Reason | None:
    """All periods that are too short as one reason, with the first lawful day of each moment."""
    if not found:
        return None
    sentences = [_sentence(facts, one) for one in found]
    first = found[0]
    earliest = {
        target: max((one.earliest for one in found if one.period.target == target and one.earliest), default=None)
        for target in dict.fromkeys(one.period.target for one in found)
    }
    return Reason(
        "period_too_short",
        "；".join(sentence.zh for sentence in sentences),
        "; ".join(sentence.en for sentence in sentences),
        {
            "field": first.period.target,
            "value": first.given.isoformat(),
            "rules": [one.rule.code for one in found],
            "earliest": {str(target): None if day is None else day.isoformat() for target, day in earliest.items()},
        },
    )


def _sentence(facts: Facts, one: TooShort) -> Title:
    moments = facts.catalogue.tendering.moments
    base, target = moments[one.period.base or ""].title, moments[one.period.target or ""].title
    since, given, earliest = (facts.day(day) for day in (one.since, one.given, one.earliest))
    limit, rule = one.period.limit, cited(one.rule)
    assert limit is not None
    working = one.period.ends_on_working_day
    return Title(
        f"{rule.zh}：自“{base.zh}”{since.zh} 起不少于 {limit.amount} 日"
        + ("、且截止于工作日" if working else "")
        + f"，“{target.zh}”最早 {earliest.zh}，不能是 {given.zh}",
        f"{rule.en}: at least {limit.amount} days from “{base.en}” on {since.en}"
        + (", ending on a working day" if working else "")
        + f"; “{target.en}” is {earliest.en} at the earliest, not {given.en}",
    )
