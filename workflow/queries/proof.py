"""The proof of one date: every day of one clock of one case, with the rule that counted or skipped it, as of now or as
it stood at a past moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from workflow.as_of import Line, as_of
from workflow.case import Case, ClockRecord, PauseRecord
from workflow.clock.calendar import Calendar, local_day
from workflow.clock.days import OFFICE_ZONE, Day, end_of_day
from workflow.clock.deadline import Deadline
from workflow.clock.limit import Limit, Unit
from workflow.clock.proof import Proof
from workflow.clock.proof import proof as prove
from workflow.clock.proof_words import Standing, ran_out_sentence
from workflow.definition import ClockRule, Flow, Title
from workflow.errors import BadInput, NotFound, Reason
from workflow.queries.clocks import ClockView, basis_of, clock_view, ran_out, read_on, stopping
from workflow.reading import visible_case
from workflow.recast import ends_on_a_promised_day, promised_in
from workflow.side_lines import MACHINES
from workflow.store import calendars
from workflow.timekeeping import Timing, kept_limit, resettle
from workflow.visibility import shows_names
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class PauseProof:
    """One pause that stops the clock: the paper that told the applicant of it, and who opened it."""

    cause: str
    title: Title
    basis: str
    since: date
    until: date | None
    resets: bool
    document: str | None
    opened_by: Title


@dataclass(frozen=True, slots=True)
class ExtensionProof:
    """The one lawful extension: how much, by whom, when it was recorded, and the paper that told the applicant."""

    days: int
    by: Title
    recorded_at: datetime
    document: str | None


@dataclass(frozen=True, slots=True)
class ClockProof:
    """The clock as it stands (or stood ``as_of``), and how its date came about.

    ``days`` is what the calendar says of each day of the proof, whatever rule decided it. ``fresh``: the date kept with
    the case is the one proved here, and for a running clock the one of the calendar in force; always so for the past.
    """

    no: str
    clock: ClockView
    proof: Proof
    days: tuple[Day, ...]
    fresh: bool
    as_of: datetime | None
    pauses: tuple[PauseProof, ...]
    extension: ExtensionProof | None


_AROUND = text("""
SELECT
  (SELECT coalesce(json_agg(h ORDER BY h.seq), '[]') FROM (
     SELECT e.seq, e.action, e.actor_id, e.actor_role, p.name, e.recorded_at, e.input
     FROM events e LEFT JOIN people p ON p.id = e.actor_id WHERE e.case_id = :id) h) AS lines,
  (SELECT coalesce(json_object_agg(d.seq, d.no), '{}') FROM documents d WHERE d.case_id = :id
     AND d.kind IN ('special_procedure_notice', 'extension_notice')) AS documents""")


def clock_proof(
    work: Work, no: str, name: str, round_: int | None = None, at: date | datetime | None = None
) -> ClockProof:
    """The proof of the clock ``name`` of the case ``no``, of its latest round where none is named.

    ``at``: as everything was known at that instant, or at the end of that day. Raises NotFound, and BadInput for a
    moment in the future or before the case.
    """
    case = visible_case(work, no).case
    moment = _moment(work, case, at)
    around = work.conn.execute(_AROUND, {"id": case.id}).one()
    lines = around.lines
    flow = work.office.flow(case.flow, case.flow_version)
    if moment is not None:
        case = as_of(case, flow, [_line(line) for line in lines], moment)
        flow = work.office.flow(case.flow, case.flow_version)
    clock = _clock(case, no, name, round_, moment)
    if clock.settled_seq is not None:
        # Evidence: proved by what was known when it stopped, whatever was corrected since.
        case = as_of(case, flow, [_line(line) for line in lines], _recorded_at(lines, clock.settled_seq))
        flow = work.office.flow(case.flow, case.flow_version)
    calendar = _calendar(work, flow, case, clock, moment)
    rule = flow.rule(name)
    now = moment or work.now
    read_day = min(read_on(rule, clock, now), local_day(now))
    if moment is not None and clock.running:
        clock = replace(clock, limit=_limit_then(work, rule, case, clock, lines, calendar, moment))
    stops = stopping(rule, _in_order(case.pauses))
    proved = prove(clock.started_at, clock.limit, calendar, stops, clock.extension, read_day)
    fresh = moment is not None or _fresh(work, flow, case, clock, proved)
    if moment is not None and clock.running:
        # Every rung whose moment had come had fired; resettling goes back to the first that had not.
        clock = _derived(flow, case, replace(clock, rung=len(rule.ladder)), Timing(calendar, moment))
    view = clock_view(rule, clock, case.pauses, calendar, now, basis_of(rule, clock, case, work.office.catalogue))
    if ran_out(rule, clock):
        proved = _ran_out(proved, view, now)
    return ClockProof(
        no,
        view,
        proved,
        tuple(calendar.day(day.date) for day in proved.days),
        fresh,
        moment,
        _pauses(work, flow, name, case, lines, around.documents),
        _extension(work, flow, clock, lines, around.documents, moment),
    )


def _ran_out(proved: Proof, view: ClockView, now: datetime) -> Proof:
    """The proof of a clock that its own end stopped, with a sentence that says so."""
    if view.used is None or view.paused is None:
        return proved
    due = Deadline(view.due_on, view.due_at, view.provisional, view.calendar_version)
    standing = Standing(local_day(now), view.used, view.paused, 0)
    return replace(
        proved,
        sentence_zh=ran_out_sentence(view.limit, due, standing, "zh"),
        sentence_en=ran_out_sentence(view.limit, due, standing, "en"),
    )


def _moment(work: Work, case: Case, at: date | datetime | None) -> datetime | None:
    if at is None:
        return None
    if isinstance(at, datetime):
        moment = at
    else:
        # A day stands for its end; today has not ended yet.
        end = end_of_day(at) - timedelta(microseconds=1)
        moment = work.now if at == local_day(work.now) else end
    if case.opened_at <= moment <= work.now:
        return moment
    first, last = (f"{one.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}" for one in (case.opened_at, work.now))
    value = at.isoformat()
    facts = {"field": "as_of", "value": value, "accepted": f"{first} – {last}"}
    raise BadInput(
        "bad_input",
        f"as_of：{value} 应在建立办件（{first}）之后、现在（{last}）之前",
        f"as_of: {value} must lie between the opening of the case ({first}) and now ({last})",
        reasons=[Reason("bad_field", f"as_of：{first} 至 {last}", f"as_of: {first} to {last}", facts)],
    )


def _recorded_at(lines: Sequence[dict[str, Any]], seq: int) -> datetime:
    return next(datetime.fromisoformat(line["recorded_at"]) for line in lines if line["seq"] == seq)


def _limit_then(
    work: Work,
    rule: ClockRule,
    case: Case,
    clock: ClockRecord,
    lines: Sequence[dict[str, Any]],
    calendar: Calendar,
    moment: datetime,
) -> Limit:
    """The limit of a running clock; one that stands for a promised day is counted up to it in the calendar of then."""
    if rule.kept_limit is not None:
        return kept_limit(rule, case, clock.started_at, calendar) or clock.limit
    if not ends_on_a_promised_day(rule, clock) or calendar.version == clock.calendar_version:
        return clock.limit
    day = _promised_day(rule, case, lines, moment)
    if day is None:
        return clock.limit
    start = local_day(clock.started_at)
    armed_in, *followed = _calendars_between(work, _recorded_at(lines, clock.armed_seq), moment)
    days = max(armed_in.working_days_between(start, day), 1)
    for one in followed:
        # As `recast` has it: the end stays where it was, unless it became a rest day.
        end = armed_in.add_working_days(start, days)
        days = max(one.working_days_between(start, end) + (0 if one.is_working(end) else 1), 1)
        armed_in = one
    return Limit(days, Unit.WORKING_DAY)


def _calendars_between(work: Work, first: datetime, last: datetime) -> list[Calendar]:
    """The calendar that held at ``first``, and those that followed it up to ``last``."""
    succession = calendars.succession(work.conn)
    held = calendars.held_at(succession, first)
    versions = [held.version] if held else [work.calendar.version]
    versions += [one.version for one in succession if first < one.since <= last]
    return [work.office.calendars.get(work.conn, version) for version in versions]


def _promised_day(rule: ClockRule, case: Case, lines: Sequence[dict[str, Any]], moment: datetime) -> date | None:
    if rule.limit == "pause.planned":
        return max((pause.planned_until for pause in case.open_pauses), default=None)
    name = promised_in(rule)
    told = [
        line["input"][name]
        for line in lines
        if name in line["input"] and datetime.fromisoformat(line["recorded_at"]) <= moment
    ]
    return date.fromisoformat(told[-1]) if told else None


def _held_version(work: Work, moment: datetime) -> str | None:
    held = calendars.held_at(calendars.succession(work.conn), moment)
    return held.version if held else None


def _line(row: dict[str, Any]) -> Line:
    return Line(row["seq"], row["action"], datetime.fromisoformat(row["recorded_at"]), row["input"])


def _clock(case: Case, no: str, name: str, round_: int | None, moment: datetime | None) -> ClockRecord:
    rounds = [clock for clock in case.clocks if clock.name == name and round_ in (None, clock.round)]
    clock = max(rounds, key=lambda one: one.round, default=None)
    if clock is not None:
        return clock
    known = sorted({one.name for one in case.clocks})
    then = Title(f"在 {moment:%Y-%m-%d}", f" on {moment:%Y-%m-%d}") if moment else Title("", "")
    raise NotFound(
        "no_such_clock",
        f"办件 {no} {then.zh}没有时限“{name}”；已有：{'、'.join(known) or '无'}",
        f"The case {no} has no clock “{name}”{then.en}; it has: {', '.join(known) or 'none'}",
        extra={"no": no, "clock": name, "accepted": known},
    )


def _calendar(work: Work, flow: Flow, case: Case, clock: ClockRecord, moment: datetime | None) -> Calendar:
    """The calendar that makes the date: of a clock that stopped its own, of a running one the calendar that held.

    A running clock may still stand in an older one: where that gives the same end, the one in force counts what lies
    after it (days overdue); where it does not, the date has not been moved yet and is proved as it was made.
    """
    version = clock.calendar_version
    if clock.settled_seq is None:
        version = _held_version(work, moment or work.now) or version
    if moment is None and clock.running and version != clock.calendar_version:
        now = _derived(flow, case, clock, Timing(work.calendar, work.now))
        if (now.due_at, now.provisional) != (clock.due_at, clock.provisional):
            version = clock.calendar_version
    try:
        return work.office.calendars.get(work.conn, version)
    except KeyError:
        # Made before calendars were kept: the one in force is the nearest there is, and its version is printed.
        return work.calendar


def _fresh(work: Work, flow: Flow, case: Case, clock: ClockRecord, proved: Proof) -> bool:
    """Whether the date kept is the one proved, and a date that still runs is the one of the calendar in force."""
    if proved.due != clock.due_on or not clock.running:
        return proved.due == clock.due_on
    return _derived(flow, case, clock, Timing(work.calendar, work.now)).due_at == clock.due_at


def _derived(flow: Flow, case: Case, clock: ClockRecord, timing: Timing) -> ClockRecord:
    return resettle(clock, flow.rule(clock.name), case.pauses, timing)


def _pauses(
    work: Work, flow: Flow, name: str, case: Case, lines: Sequence[dict[str, Any]], documents: dict[str, str]
) -> tuple[PauseProof, ...]:
    opened = {datetime.fromisoformat(line["recorded_at"]): line for line in lines}
    causes = work.office.catalogue.causes
    return tuple(
        PauseProof(
            pause.cause,
            causes[pause.cause].title if pause.cause in causes else Title(pause.cause, pause.cause),
            pause.basis,
            pause.since,
            pause.until,
            pause.resets,
            documents.get(str(opened[pause.opened_at]["seq"])) if pause.opened_at in opened else None,
            _by(work, opened.get(pause.opened_at)),
        )
        for pause in _in_order(case.pauses)
        if pause.stops_clock(flow.rule(name).paused_by)
    )


def _in_order(pauses: Iterable[PauseRecord]) -> list[PauseRecord]:
    return sorted(pauses, key=lambda one: (one.since, one.opened_at))


def _extension(
    work: Work,
    flow: Flow,
    clock: ClockRecord,
    lines: Sequence[dict[str, Any]],
    documents: dict[str, str],
    moment: datetime | None,
) -> ExtensionProof | None:
    if clock.extension == 0:
        return None
    for line in reversed(lines):
        action = flow.actions.get(line["action"])
        recorded_at = datetime.fromisoformat(line["recorded_at"])
        if action is None or action.effect is None or (moment is not None and recorded_at > moment):
            continue
        if action.effect.kind == "extend" and action.effect.clock == clock.name:
            return ExtensionProof(clock.extension, _by(work, line), recorded_at, documents.get(str(line["seq"])))
    return None


def _by(work: Work, line: dict[str, Any] | None) -> Title:
    """Who did it: colleagues see the name, applicants the role."""
    if line is None:
        return Title("—", "—")
    if line["name"] and shows_names(work.actor):
        return Title(line["name"], line["name"])
    roles = work.office.catalogue.roles
    machine = MACHINES.get(line["actor_role"])
    return machine or roles[line["actor_role"]].title
