"""The proof of a date: every day from the start to the end, with the rule that counted or skipped it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.frame import is_staff, show
from api.pages.names import case_names, holiday_name
from api.pages.panels import FIRST
from api.pages.reading import read_day
from api.wording import N_, _, lang, own
from workflow.catalogue import Catalogue
from workflow.clock.days import FIRST_YEAR, LAST_YEAR, OFFICE_ZONE, Day, local_day
from workflow.clock.proof import ProofDay
from workflow.clock.words import MONTHS_EN, date_words
from workflow.errors import BadInput
from workflow.queries.case import case as read_case
from workflow.queries.clocks import ClockView
from workflow.queries.proof import ClockProof, clock_proof

RULES = {
    "start": N_("起算日，当天不计"),
    "workday": N_("工作日"),
    "weekend": N_("周末"),
    "holiday": N_("放假"),
    "make_up": N_("调休上班"),
    "closure": N_("停止办公"),
    "pause": N_("暂停，不计"),
    "extension": N_("延长的日子"),
    "interrupted": N_("中断前的日子，重新起算"),
}
WEEKDAYS = (N_("一"), N_("二"), N_("三"), N_("四"), N_("五"), N_("六"), N_("日"))
# More weeks than this are a list, not a wall.
WEEKS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day: in the list and on the wall; ``beside`` is its number by the other of the two clocks of an item."""

    day: date
    short: str
    words: str
    calendar: str
    number: int | None
    beside: int | None
    why: str
    provisional: bool
    tone: str
    row: str

    @property
    def around(self) -> tuple[str, str]:
        """The words before and after the number of the day on the wall."""
        before, _number, after = _("第 %(n)s 日", n=self.number or 0).partition(str(self.number or 0))
        return before.strip(), after.strip()


@pages.get("/cases/<no>/clocks/<name>", endpoint="proof")
def proof_page(no: str, name: str) -> Response:
    """The proof of one clock of a case, of its latest round or the one in the address, as of now or of a past day."""
    with access.work() as work:
        case = read_case(work, no)
        now = local_day(work.now)
        found = clock_proof(work, no, name, _round(), _as_of(now))
        other = _other(case.clocks, found)
        beside = clock_proof(work, no, other.name, other.round, _as_of(now)) if other else None
        computed_at = work.now
    today = local_day(found.as_of) if found.as_of else now
    days = zip(found.proof.days, found.days, strict=True)
    numbers = {day.date: day.total for day in beside.proof.days if day.counts} if beside else {}
    catalogue = access.office().catalogue
    lines = [_line(day, of_calendar, found, today, catalogue, numbers) for day, of_calendar in days]
    project, matter = case_names(case.title, case.project_name, case.item_title, case.flow)
    shown_round = found.clock.round
    return show(
        "proof.html",
        case=case,
        staff=is_staff(access.me().actor),
        clock=found.clock,
        proof=found.proof,
        fresh=found.fresh,
        sentence=found.proof.sentence_en if lang() == "en" else found.proof.sentence_zh,
        named=" · ".join(part for part in (project, matter) if part),
        beside=beside.clock if beside else None,
        years=_years(found.proof.days),
        computed_at=computed_at,
        lines=lines,
        weeks=_weeks(lines),
        tones=frozenset(tone for line in lines for tone in line.tone.split()),
        restart=_restart(found),
        weekdays=[_(name) for name in WEEKDAYS],
        others=[
            (one, url_for("pages.proof", no=no, name=one.name, round=one.round))
            for one in sorted(case.clocks, key=_place)
        ],
        current=(found.clock.name, shown_round),
        pauses=found.pauses,
        extension=found.extension,
        as_of=local_day(found.as_of) if found.as_of else None,
        first_day=local_day(case.opened_at),
        now=now,
        ends=_ends(found.clock),
        query=urlencode({"round": shown_round} | ({"as_of": today.isoformat()} if found.as_of else {})),
        here=url_for("pages.proof", no=no, name=name, round=shown_round),
    )


def _place(clock: ClockView) -> tuple[int, int]:
    """The promise first, then the statutory limit, as on the page of the case."""
    return (FIRST.index(clock.name) if clock.name in FIRST else len(FIRST), -clock.round)


def _other(clocks: Sequence[ClockView], found: ClockProof) -> ClockView | None:
    """The clock that counts the same days beside the one shown: of an item the promise, or the statutory limit."""
    if found.clock.name not in FIRST or not found.clock.limit.unit.counts_days:
        return None
    beside = [one for one in clocks if one.name in FIRST and one.name != found.clock.name]
    same = [one for one in beside if one.round == found.clock.round and one.limit.unit.counts_days]
    return same[0] if same else None


def _years(days: Sequence[ProofDay]) -> list[tuple[int, bool]]:
    """The years a proof reaches into, and whether the holidays of each are published."""
    return sorted({(day.date.year, not day.provisional) for day in days})


def _as_of(today: date) -> date | None:
    """The day of the address, None for now; written in whatever form people write days."""
    text = request.args.get("as_of", "").strip()
    day = read_day(text, today) if text else None
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        day = None
    if text and day is None:
        shown = text[:20]
        raise BadInput("bad_input", f"as_of：“{shown}”不是日期，应如 2026-03-10", f"as_of: “{shown}” is no date")
    return day


def _round() -> int | None:
    text = request.args.get("round", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= 99999:
        raise BadInput(
            "bad_input", f"round：“{text[:20]}”不是第几次计时", f"round: “{text[:20]}” is no round of a clock"
        )
    return int(text)


def _restart(found: ClockProof) -> date | None:
    """The day after which an interruption lets the limit count anew."""
    return next((day.date for day in found.proof.days if _starts_anew(day, found)), None)


def _starts_anew(day: ProofDay, found: ClockProof) -> bool:
    return day.rule == "start" and day.date != found.proof.start


def _line(
    day: ProofDay, of_calendar: Day, found: ClockProof, today: date, catalogue: Catalogue, numbers: Mapping[date, int]
) -> DayLine:
    due = day.date == found.proof.due
    notes = [_("中断结束，次日重新起算") if _starts_anew(day, found) else _why(day, catalogue)]
    begun = [own(pause.title) for pause in found.pauses if pause.since == day.date and not pause.resets]
    if begun and day.counts:
        notes.append(_("%(why)s开始，当天仍计", why="、".join(begun)))
    if day.date == today:
        notes.append(_("今天"))
    if due:
        notes.append(_("到期日，%(at)s 止", at=_ends(found.clock)))
    return DayLine(
        day=day.date,
        short=_short(day.date),
        words=date_words(day.date, today, lang()),
        calendar=_calendar(of_calendar),
        number=day.total if day.counts else None,
        beside=numbers.get(day.date),
        why="，".join(note for note in notes if note),
        provisional=day.provisional,
        tone=_tone(day, found, today),
        row=_row(day, today),
    )


def _short(day: date) -> str:
    """11/25, or 25 Nov: no reader takes the one for the other."""
    return f"{day.day} {MONTHS_EN[day.month - 1]}" if lang() == "en" else f"{day.month}/{day.day}"


def _row(day: ProofDay, today: date) -> str:
    if day.date == today:
        return "is-today"
    if day.rule == "pause":
        return "is-pause"
    return "" if day.counts else "is-off"


def _ends(clock: ClockView) -> str | None:
    """The time of day at which the last day ends: 24:00, the close of business by policy (民法典 203 ¶2), or for office
    hours the very minute; None while a pause holds the clock."""
    if clock.due_at is None:
        return None
    local = clock.due_at.astimezone(OFFICE_ZONE)
    return "24:00" if local.date() != clock.due_on else f"{local:%H:%M}"


def _calendar(day: Day) -> str:
    """What the day is by the calendar, whatever the proof made of it: a Saturday stays one inside an interruption."""
    name = _(RULES[day.rule])
    return f"{name}（{holiday_name(day.name)}）" if day.name and day.rule == "holiday" else name


def _why(day: ProofDay, catalogue: Catalogue) -> str:
    causes = [part.strip() for part in (day.cause or "").split(",") if part.strip()]
    names = "、".join(own(catalogue.causes[code].title) if code in catalogue.causes else code for code in causes)
    match day.rule:
        case "interrupted" if names:
            return _("中断：%(why)s", why=names)
        case "start" | "extension" | "interrupted":
            return _(RULES[day.rule])
        case "pause":
            return _("%(why)s，不计", why=names)
    return day.source if day.rule in ("holiday", "make_up", "closure") else ""


def _tone(day: ProofDay, found: ClockProof, today: date) -> str:
    if day.rule == "start":
        tone = "s-start"
    elif day.rule == "interrupted":
        tone = "s-lost"
    elif day.rule == "pause":
        tone = "s-pause"
    elif day.counts:
        tone = "s-used" if day.date <= today else "s-left"
    else:
        tone = "s-off"
    provisional = " s-prov" if day.provisional and day.counts and day.date > today else ""
    return (
        tone
        + provisional
        + (" is-today" if day.date == today else "")
        + (" is-due" if day.date == found.proof.due else "")
    )


def _weeks(lines: Sequence[DayLine]) -> list[tuple[str, list[DayLine | None]]]:
    """The wall: one row a week from Monday, None where the days begin or end in the middle."""
    if not lines:
        return []
    by_day = {line.day: line for line in lines}
    monday = lines[0].day - timedelta(days=lines[0].day.weekday())
    count = (lines[-1].day - monday).days // 7 + 1
    if count > WEEKS_SHOWN:
        return []
    starts = [monday + timedelta(weeks=number) for number in range(count)]
    return [
        (_("%(day)s 起", day=_short(start)), [by_day.get(start + timedelta(days=n)) for n in range(7)])
        for start in starts
    ]
