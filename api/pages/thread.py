"""The thread of a request for help: what it is about, what was said, by day, and what can be done about it now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from api.pages.case_names import case_name
from api.pages.cases import AMONG_STAFF
from api.pages.deeds import Deed, Deeds, deeds, find
from api.pages.frame import is_staff
from api.pages.lists import paging
from api.pages.reading import pairs
from api.pages.track import Said, track
from api.pictures.waiting import minutes_words
from api.wording import _, long_day, own
from workflow.clock.calendar import Calendar
from workflow.clock.days import OFFICE_ZONE, local_day
from workflow.clock.words import Light
from workflow.queries.case import CaseView
from workflow.queries.case import case as read_case
from workflow.queries.help_desk import WAITING
from workflow.queries.history import HistoryLine, history
from workflow.queries.worklist import Filters, worklist
from workflow.work import Work

HELP = "assistance"
LINES = 100
"""The latest lines of the history that are read; the whole of it stands on the case's own page."""
ANSWERS = ("answer", "plan", "resume", "solve")
"""The deeds that are a reply, the next one first: each asks one text."""
RATE, UNNAMED = "rate", "rate_anonymously"
HEADS = frozenset({"channel", "about", "solvable_here"})
"""What was filled in and stands in the head of the thread, or says nothing to whoever reads it."""
REMINDERS = ("rung:", *AMONG_STAFF)
"""Lines that are nobody's words to anybody: what clocks and alerts did stands in the record of the case."""
SAME_EVENING = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said. ``mine``: by the reader's own side; ``note``: by nobody, time or the system did it. ``extended``
    says of a reply outside office hours how it was given."""

    title: str
    who: str
    time: str
    iso: str
    said: tuple[Said, ...]
    mine: bool
    note: bool
    extended: str


@dataclass(frozen=True, slots=True)
class Day:
    """The messages of one legal day."""

    words: str
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class About:
    """The case that a request is about; of an ended one, or one the reader does not see, the number alone."""

    no: str
    title: str = ""
    state: str = ""
    words: str = ""
    light: Light | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The form of a reply: it posts ``action``, or ``other`` ("and solve it") with the same words."""

    action: str
    title: str
    field: str
    label: str
    other: str | None


@dataclass(frozen=True, slots=True)
class Rating:
    """The five levels as they are offered, and what the comment is called; ``unnamed``: without a name, too."""

    levels: Sequence[tuple[str, str]]
    comment: str
    unnamed: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """A request with everything the page shows of it."""

    case: CaseView
    who: str
    waited: str
    about: About | None
    days: tuple[Day, ...]
    cut: bool
    reply: Reply | None
    rating: Rating | None
    deeds: Deeds


def thread(work: Work, no: str) -> Thread | None:
    """The request ``no``; None where the case of that number is no request for help. Raises NotFound."""
    case = read_case(work, no)
    if case.flow != HELP:
        return None
    found = history(work, no, paging(LINES))
    lines = [line for line in reversed(found.rows) if not line.action.startswith(REMINDERS)]
    reply, rating = _reply(case), _rating(case)
    return Thread(
        case=case,
        who=_who(case, lines),
        waited=_waited(case, work.now),
        about=_about(work, case),
        days=_days(work, case, lines),
        cut=found.next_cursor is not None,
        reply=reply,
        rating=rating,
        deeds=_rest(case, work, reply, rating),
    )


def outside_hours(calendar: Calendar, moment: datetime) -> bool:
    """Whether a moment lies before opening, after closing, or on a day that is not worked."""
    local = moment.astimezone(OFFICE_ZONE)
    hours = calendar.hours
    return not calendar.is_working(local.date()) or not hours.opens <= local.time() < hours.closes


def _who(case: CaseView, lines: Sequence[HistoryLine]) -> str:
    """The company, and who of it asked."""
    asked = lines[0] if lines and lines[0].action == "open" else None
    name = str(case.kept.get("caller") or (own(asked.actor) if asked is not None else ""))
    return f"{case.company_name} · {name}" if name else case.company_name


def _waited(case: CaseView, now: datetime) -> str:
    if case.state.name != WAITING:
        return ""
    called = case.kept.get("called_at")
    since = datetime.fromisoformat(called) if called else case.opened_at
    return _("等了 %(time)s", time=minutes_words(minutes_between(since, now)))


def minutes_between(since: datetime, until: datetime) -> int:
    """Whole minutes, none where ``until`` is earlier."""
    return max(0, int((until - since).total_seconds()) // 60)


def _about(work: Work, case: CaseView) -> About | None:
    no = case.kept.get("about")
    if not no:
        return None
    rows = worklist(work, Filters(text=str(no)), paging(1)).rows
    if not rows or rows[0].no != no:
        return About(str(no))
    row = rows[0]
    return About(row.no, case_name(row.title), own(row.state_title), own(row.words) if row.words else "", row.light)


def _days(work: Work, case: CaseView, lines: Sequence[HistoryLine]) -> tuple[Day, ...]:
    kept = [
        replace(line, input={name: said for name, said in line.input.items() if name not in HEADS}) for line in lines
    ]
    steps = track(work, case, kept)
    inside, today = is_staff(work.actor), local_day(work.now)
    by_day: dict[date, list[Message]] = {}
    asked: datetime | None = None
    for line, step in zip(lines, steps, strict=True):
        theirs = line.role == "applicant"
        extended = "" if theirs or line.kind != "person" else _extended(work.calendar, asked, line.recorded_at)
        # Only the reply that follows a question is measured from it.
        asked = line.recorded_at if theirs else asked if line.kind != "person" else None
        message = Message(
            step.title,
            step.who,
            f"{line.recorded_at.astimezone(OFFICE_ZONE):%H:%M}",
            step.iso,
            step.said,
            theirs != inside,
            line.kind != "person",
            extended,
        )
        by_day.setdefault(local_day(line.recorded_at), []).append(message)
    return tuple(Day(long_day(day, today), tuple(messages)) for day, messages in by_day.items())


def _extended(calendar: Calendar, asked: datetime | None, answered: datetime) -> str:
    """延时服务: outside office hours, with the minutes since the question where that came outside of them too."""
    if not outside_hours(calendar, answered):
        return ""
    if asked is None or not outside_hours(calendar, asked) or answered - asked > SAME_EVENING:
        return _("延时服务")
    return _("延时服务 %(n)s 分钟", n=max(1, minutes_between(asked, answered)))


def _reply(case: CaseView) -> Reply | None:
    open_ = {view.action.name: view for view in case.actions if view.allowed}
    name = next((name for name in ANSWERS if name in open_), None)
    if name is None:
        return None
    asks = open_[name].action.asks
    if len(asks) != 1 or asks[0].type != "text":
        return None
    solve = open_.get("solve")
    same = solve is not None and name != "solve" and [ask.name for ask in solve.action.asks] == [asks[0].name]
    title = own(open_[name].action.title)
    return Reply(name, title, asks[0].name, own(asks[0].title), _("回复并办结") if same else None)


def _rating(case: CaseView) -> Rating | None:
    view = find(case.actions, RATE)
    if view is None or not view.allowed:
        return None
    asks = {ask.field.name: ask for ask in view.asks}
    unnamed = find(case.actions, UNNAMED)
    return Rating(list(pairs(asks["level"])), own(asks["comment"].field.title), unnamed is not None and unnamed.allowed)


def _rest(case: CaseView, work: Work, reply: Reply | None, rating: Rating | None) -> Deeds:
    """The further deeds: without those that have a form of their own here."""
    here = {RATE, UNNAMED} if rating is not None else set()
    if reply is not None:
        here |= {reply.action, "solve"} if reply.other else {reply.action}
    whole = deeds(case.actions, work.office.flow(case.flow, case.flow_version), case.state.name)
    return replace(whole, open=_without(whole.open, here), grave=_without(whole.grave, here))


def _without(found: Sequence[Deed], names: set[str]) -> tuple[Deed, ...]:
    return tuple(one for one in found if one.name not in names)
