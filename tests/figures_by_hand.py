"""The leader's figures once more, by another way: out of the event log and the tables, day by day, without anything of
`workflow.figures`. Slow on purpose; what both ways agree on is right.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection, text

from workflow.clock.calendar import Calendar
from workflow.clock.days import OFFICE_ZONE

DAY = timedelta(days=1)
NOBODY = ("clock", "system")

Sums = dict[tuple[str, str, str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing counted."""

    figure: str
    part: str
    at: datetime | None
    department: str
    street: str
    amount: int = 0

    @property
    def month(self) -> str:
        assert self.at is not None
        return self.at.astimezone(OFFICE_ZONE).strftime("%Y-%m")


@dataclass(slots=True)
class ByHand:
    """What is read once."""

    calendar: Calendar
    flows: dict[tuple[str, int], dict[str, Any]]
    items: dict[str, dict[str, Any]]
    levels: dict[str, dict[str, Any]]
    now: datetime

    def working(self, after: date, upto: date) -> int:
        """Working days of (after, upto], counted one by one; negative the other way round."""
        if upto < after:
            return -self.working(upto, after)
        return sum(self.calendar.is_working(after + DAY * n) for n in range(1, (upto - after).days + 1))


def lines_by_hand(conn: Connection, config: Path, calendar: Calendar, now: datetime) -> list[Line]:
    """Everything that is counted, in no order."""
    by_hand = ByHand(
        calendar,
        {(one["flow"], one["version"]): one for one in map(_read, (config / "flows").glob("*.yaml"))},
        {one["code"]: one for one in map(_read, (config / "items").glob("*.yaml"))},
        _read(config / "rules" / "ratings.yaml")["levels"],
        now,
    )
    events: dict[int, list[Any]] = defaultdict(list)
    for row in conn.execute(text("SELECT * FROM events ORDER BY case_id, seq")):
        events[row.case_id].append(row)
    pauses: dict[int, list[Any]] = defaultdict(list)
    for row in conn.execute(text("SELECT * FROM pauses ORDER BY id")):
        pauses[row.case_id].append(row)
    clocks: dict[int, list[Any]] = defaultdict(list)
    for row in conn.execute(
        text("""
SELECT case_id, unit, state, nullif(due_at, 'infinity') AS ends FROM clocks ORDER BY id""")
    ):
        clocks[row.case_id].append(row)
    cases = conn.execute(
        text("""
SELECT c.id, c.flow, c.flow_version, c.item, c.department, c.state, c.outcome, c.data, c.limits, c.paused, c.opened_at,
  c.received_at, c.accepted_at, c.decided_at, c.ended_at, p.street
FROM cases c JOIN projects p ON p.id = c.project_id""")
    ).all()
    found: list[Line] = []
    for case in cases:
        told = events[case.id]
        for figure, part, at, amount in _one(by_hand, case, told, pauses[case.id], clocks[case.id]):
            department = _had_it(by_hand, case, told, at) if figure == "cards" else case.department
            found.append(Line(figure, part, at, department, case.street, amount))
    found += _landing(conn)
    return found


def _had_it(by_hand: ByHand, case: Any, events: list[Any], at: datetime | None) -> str:
    """The department that had the case at that moment."""
    handed = [line for line in events if line.action == "hand_over" and "department" in line.input]
    if not handed:
        return str(case.department)
    before = [line for line in handed if at is not None and line.effective_at <= at]
    return str(before[-1].input["department"] if before else by_hand.items[case.item]["department"])


def summed(lines: Iterable[Line], by: str | None = None) -> Sums:
    """Number and amount by figure, part and the value of ``by``."""
    number: Counter[tuple[str, str, str]] = Counter()
    amount: Counter[tuple[str, str, str]] = Counter()
    for line in lines:
        key = line.figure, line.part, "" if by is None else getattr(line, by)
        number[key] += 1
        amount[key] += line.amount
    return {key: (number[key], amount[key]) for key in number}


Told = Iterator[tuple[str, str, datetime | None, int]]


def _one(by_hand: ByHand, case: Any, events: list[Any], pauses: list[Any], clocks: list[Any]) -> Told:
    flow = by_hand.flows[case.flow, case.flow_version]
    match case.flow:
        case "item":
            yield from _decision(by_hand, flow, case, events, pauses)
            yield from _time_flags(by_hand, flow, case, events)
        case "meeting":
            if (end := _last(events, "decided")) is not None:
                yield "meetings", "weekly" if case.data.get("regular") else "dispatch", end.effective_at, 0
        case "problem":
            yield from _problem(case, events)
        case "extended_hours":
            if "finished_at" in case.data:
                began, ended = (datetime.fromisoformat(case.data[name]) for name in ("began_at", "finished_at"))
                yield "extended_hours", "sessions", began, int((ended - began).total_seconds() // 60)
        case "milestone":
            yield from _milestone(case, events)
        case "assistance":
            yield from _help(by_hand, case, events)
        case "callback":
            yield "bad_ratings", "to_call", case.opened_at, 0
            if any(line.action == "call" for line in events):
                yield "bad_ratings", "called", case.opened_at, 0
        case "urge" | "oversight":
            figure = {"urge": "urges", "oversight": "supervision_notices"}[case.flow]
            yield figure, "opened", case.opened_at, 0
            if case.decided_at is not None:
                yield figure, "answered", case.opened_at, 0
    for pause in pauses:
        planned = by_hand.working(pause.since, pause.planned_until)
        yield "pauses", pause.cause, pause.opened_at, planned
        yield "pause_honesty", "opened", pause.opened_at, 0
        if pause.cause == "other":
            yield "pause_honesty", "other", pause.opened_at, 0
        if planned == 0:
            yield "pause_honesty", "planned_zero", pause.opened_at, 0
    for line in events:
        if line.action.startswith("rung:") and line.input["card"] in ("yellow", "red"):
            yield "cards", line.input["card"], line.effective_at, _held_up_to(by_hand, flow, case, events, line)
    yield from _light(by_hand, flow, case, clocks)


def _decision(by_hand: ByHand, flow: dict[str, Any], case: Any, events: list[Any], pauses: list[Any]) -> Told:
    decides = {name for name, action in flow["actions"].items() if action.get("marks") == "decided_at"}
    accepts = {name for name, action in flow["actions"].items() if action.get("marks") == "accepted_at"}
    receives = {name for name, action in flow["actions"].items() if action.get("marks") == "received_at"}
    decided = [line for line in events if line.action in decides]
    received = [line for line in events if line.action in receives]
    accepted = [line for line in events if line.action in accepts]
    if not decided or not accepted or case.outcome in ("withdrawn", "not_ours", "not_needed"):
        return
    at = decided[-1].effective_at
    yield "decisions", "decided", at, 0
    answered = min([at, *(line.effective_at for line in events if line.action == "grant_pre_licence")])
    item = by_hand.items[case.item]
    variant = next((one for one in item.get("variants", []) if one["code"] == case.data.get("variant")), {})
    limits = [variant.get(name) or item.get(name) for name in ("statutory", "promised")]
    on_the_spot = any(one and one.get("instant") for one in limits)
    for name, part in (("statutory", "law"), ("promised", "promise")):
        said = re.fullmatch(r"(\d+)(\w+)", case.limits.get(name, ""))
        if said is None:
            continue
        amount, unit = int(said[1]), said[2]
        upto = answered.astimezone(OFFICE_ZONE).date()
        stops = [one for one in pauses if name in one.stops]
        rule = variant.get(name) or item.get(name)
        start = (received if rule["from"] == "receipt" else accepted)[-1].effective_at
        used = _used(by_hand, start.astimezone(OFFICE_ZONE).date(), upto, unit, stops)
        if on_the_spot:
            continue
        if unit == "wd":
            yield "days_saved", part, at, amount - used
            if part == "law":
                yield "days_saved", "law_limit", at, amount
        else:
            assert unit == "cd", unit
            yield "days_saved", f"{part}_calendar", at, amount - used
        if part == "promise":
            yield "early_finish", "counted", at, 0
            if used < amount:
                yield "early_finish", "early", at, 0
            if unit == "wd":
                yield "net_days", str(used), at, used
                if used > amount:
                    yield "decisions", "late", at, 0
        elif used > amount and unit == "wd":
            yield "decisions", "late_by_law", at, 0


def _used(by_hand: ByHand, start: date, upto: date, unit: str, pauses: list[Any]) -> int:
    anew = [one.until for one in pauses if one.resets and one.until is not None and one.until <= upto]
    first = max([start, *anew])
    used = 0
    for n in range(1, (upto - first).days + 1):
        day = first + DAY * n
        paused = any(one.since < day and (one.until is None or day <= one.until) for one in pauses)
        used += not paused and (unit != "wd" or by_hand.calendar.is_working(day))
    return used


def _time_flags(by_hand: ByHand, flow: dict[str, Any], case: Any, events: list[Any]) -> Told:
    receives = {name for name, action in flow["actions"].items() if action.get("marks") == "received_at"}
    if case.ended_at is None or not (case.received_at or any(line.action in receives for line in events)):
        return
    yield "backfilled", "ended", case.ended_at, 0
    spans = [(line.effective_at, line.recorded_at) for line in events if line.actor_role not in NOBODY]
    late = [by_hand.working(*(at.astimezone(OFFICE_ZONE).date() for at in span)) for span in spans]
    if any(days > 1 for days in late):
        yield "backfilled", "backfilled", case.ended_at, 0
    item = by_hand.items[case.item]
    on_the_spot = any((item.get(name) or {}).get("instant") for name in ("statutory", "promised"))
    quick = case.accepted_at and case.decided_at and case.decided_at - case.accepted_at <= timedelta(minutes=30)
    if quick and not on_the_spot:
        yield "backfilled", "quick", case.ended_at, 0


def _problem(case: Any, events: list[Any]) -> Told:
    yield "problems", "raised", case.opened_at, 0
    solved, dropped = _last(events, "solved"), _last(events, "dropped")
    if solved is not None:
        yield "problems", "solved", solved.effective_at, 0
        if any(line.input.get("meeting") for line in events if line.seq > 1):
            yield "problems", "solved_in_meetings", solved.effective_at, 0
    elif dropped is not None:
        yield "problems", "dropped", dropped.effective_at, 0
    else:
        yield "problems_open", "open", case.opened_at, 0


def _milestone(case: Any, events: list[Any]) -> Told:
    reached = next((line for line in events if line.action == "reach"), None)
    if reached is None:
        return
    done = date.fromisoformat(reached.input["done_on"])
    at = datetime(done.year, done.month, done.day, tzinfo=OFFICE_ZONE)
    yield "milestones", "reached", at, 0
    for part, plan in (("late", "planned_on"), ("late_by_first_plan", "planned_first")):
        if (late := (done - date.fromisoformat(case.data[plan])).days) > 0:
            yield "milestones", part, at, late


def _help(by_hand: ByHand, case: Any, events: list[Any]) -> Told:
    asked = datetime.fromisoformat(case.data["called_at"]) if case.data.get("called_at") else case.opened_at
    first = next((line for line in events if line.from_state == "requested" and line.to_state != "requested"), None)
    if first is not None and first.action not in ("withdraw", "terminate"):
        took = int((first.effective_at - asked).total_seconds() // 60)
        hour = asked.astimezone(OFFICE_ZONE).hour
        part, promise = ("day", timedelta(minutes=30)) if 8 <= hour < 22 else ("night", timedelta(hours=2))
        yield "help_response", part, asked, took
        yield "help_hours", f"{hour:02}", asked, took
        if first.effective_at - asked < promise:
            yield "help_response", f"{part}_kept", asked, took
    rated = [line for line in events if line.action in ("rate", "rate_anonymously")]
    if rated:
        level = case.data["level"]
        yield "satisfaction", level, rated[-1].effective_at, 0
        yield "bad_ratings", "rated", rated[-1].effective_at, 0
        if by_hand.levels[level]["bad"]:
            yield "bad_ratings", "bad", rated[-1].effective_at, 0


def _held_up_to(by_hand: ByHand, flow: dict[str, Any], case: Any, events: list[Any], card: Any) -> int:
    """Working days from receipt to the card, without those in which nobody had to act."""
    receives = {name for name, action in flow["actions"].items() if action.get("marks") == "received_at"}
    moves = [line for line in events if line.from_state != line.to_state]
    times = [line.recorded_at if line.actor_role == "clock" else line.effective_at for line in moves]
    states = [line.to_state for line in moves]
    if receives:
        place = next((n for n, line in enumerate(moves) if line.action in receives), len(moves))
        times, states = times[place:], states[place:]
    else:
        times, states = [case.opened_at, *times], [events[0].from_state, *states]
    held = 0
    previous = None
    for place, (at, state) in enumerate(zip(times, states, strict=True)):
        since = min(max(at, previous) if previous else at, card.effective_at)
        previous = max(at, previous) if previous else at
        until = card.effective_at
        if place + 1 < len(times):
            until = min(max(times[place + 1], previous), card.effective_at)
        words = flow["states"].get(state, {})
        if not words.get("final") and not words.get("at_rest"):
            held += by_hand.working(since.astimezone(OFFICE_ZONE).date(), until.astimezone(OFFICE_ZONE).date())
    return held


def _light(by_hand: ByHand, flow: dict[str, Any], case: Any, clocks: list[Any]) -> Told:
    initial = next(name for name, state in flow["states"].items() if state.get("initial"))
    waits_for_applicant = flow["states"][initial].get("turn") == "applicant" and "opening" not in flow
    if case.ended_at is not None or (case.state == initial and waits_for_applicant):
        return
    running = [clock for clock in clocks if clock.state != "settled" and clock.ends is not None]
    nearest = min(running, key=lambda clock: clock.ends, default=None)
    yield "lights", _band(by_hand, case.paused, nearest), None, 0


def _band(by_hand: ByHand, paused: bool, nearest: Any) -> str:
    today = by_hand.now.astimezone(OFFICE_ZONE).date()
    if nearest is not None and nearest.ends <= by_hand.now:
        last = (nearest.ends - timedelta(microseconds=1)).astimezone(OFFICE_ZONE).date()
        return "red" if by_hand.working(last, today) >= 1 else "overdue"
    if paused:
        return "paused"
    if nearest is None:
        return "green"
    if nearest.unit in ("h", "min", "wh"):
        return "yellow" if nearest.ends <= by_hand.now + timedelta(hours=1) else "green"
    left = by_hand.working(today, (nearest.ends - timedelta(microseconds=1)).astimezone(OFFICE_ZONE).date())
    return "yellow" if left <= 1 else "notice" if left <= 2 else "green"


def _landing(conn: Connection) -> Iterator[Line]:
    rows = conn.execute(
        text("""
SELECT DISTINCT ON (c.project_id) c.decided_at, c.department, p.street, p.planned_start, m.entered
FROM cases c JOIN projects p ON p.id = c.project_id
JOIN (SELECT project_id, min(opened_at) AS entered FROM cases WHERE flow = 'mechanism' GROUP BY 1) m USING (project_id)
WHERE c.item LIKE 'SG05%' AND c.outcome = 'granted' AND c.decided_at IS NOT NULL
ORDER BY c.project_id, c.decided_at, c.id""")
    )
    for row in rows:
        on = row.decided_at.astimezone(OFFICE_ZONE).date()
        took = (on - row.entered.astimezone(OFFICE_ZONE).date()).days
        yield Line("landing", "landed", row.decided_at, row.department, row.street, max(took, 0))
        yield Line("landing", "saved", row.decided_at, row.department, row.street, (row.planned_start - on).days)


def _last(events: list[Any], state: str) -> Any:
    return next((line for line in reversed(events) if line.to_state == state != line.from_state), None)


def _read(path: Path) -> dict[str, Any]:
    made = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(made, dict)
    return made
