"""``wugeyi due``: a due date from a start, a limit and pauses, with its day-by-day explanation. Needs no database."""

import argparse
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from workflow.clock.calendar import OFFICE_ZONE, Calendar, load_notices, published_calendar, start_of_day
from workflow.clock.days import accepted_day
from workflow.clock.limit import parse_limit
from workflow.clock.pauses import Pause
from workflow.clock.proof import Proof, ProofDay, proof
from workflow.clock.words import WEEKDAYS_ZH
from workflow.errors import Unusable

RULES = {
    "start": "起始日不计 start day",
    "workday": "工作日 working day",
    "weekend": "周末 weekend",
    "holiday": "节假日 holiday",
    "make_up": "调休上班 make-up day",
    "closure": "停止办公 closure",
    "pause": "暂停 pause",
    "extension": "延长 extension",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Start, limit, pauses, extension."""
    parser.add_argument(
        "--from", dest="start", required=True, metavar="TIME", help="2026-02-13, or for hours 2026-02-13T10:30"
    )
    parser.add_argument("--limit", required=True, help="20wd, 30cd, 2h, 30min, 3mo, 1y")
    parser.add_argument(
        "--pause",
        action="append",
        default=[],
        metavar="FROM..TO:CAUSE",
        help="2026-03-09..2026-03-20:expert_review; without TO it is still open; may be given several times",
    )
    parser.add_argument("--extension", type=int, default=0, metavar="N", help="added, in the unit of the limit")
    parser.add_argument("--today", metavar="DATE", help="say what is used and left on that day")
    parser.add_argument("--explain", action="store_true", help="every day with the rule that counted or skipped it")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--config", type=Path, metavar="DIR", help="configuration folder with calendar/")


def run(args: argparse.Namespace) -> int:
    """Print the date, its sentence and, if asked, its days."""
    try:
        limit = parse_limit(args.limit)
        today = _day(args.today, "--today") if args.today else None
        found = proof(_start(args.start), limit, _calendar(args.config), _pauses(args.pause), args.extension, today)
    except ValueError as error:
        raise Unusable(str(error)) from error
    if args.json:
        print(json.dumps(proof_json(found, args.explain), ensure_ascii=False, indent=2))
        return 0
    lines = proof_lines(found)
    print("\n".join(lines if args.explain else lines[-3:]))
    return 0


def proof_lines(found: Proof) -> list[str]:
    """A proof as people read it: a line a day, then the date and the sentences in both languages."""
    width = len(str(found.limit.amount + found.extension))
    lines = [_day_line(day, width) for day in found.days]
    end = found.due.isoformat() if found.due else "暂停中，尚无届满日 paused, no end yet"
    if found.due and found.provisional:
        end += " ≈ 预计 provisional"
    return [*lines, f"{end}    日历 calendar {found.calendar_version}", found.sentence_zh, found.sentence_en]


def _day_line(day: ProofDay, width: int) -> str:
    count = f"{day.total:>{width}}" if day.counts else "-".rjust(width)
    name = f" {day.name}" if day.name else ""
    cause = f"（{day.cause}）" if day.cause else ""
    mark = " ≈" if day.provisional else ""
    return f"{day.date} 周{WEEKDAYS_ZH[day.date.weekday()]}  {count}  {RULES[day.rule]}{name}{cause}{mark}"


def proof_json(found: Proof, with_days: bool = True) -> dict[str, Any]:
    """A proof as plain JSON values."""
    days = [
        {
            "date": day.date.isoformat(),
            "counts": day.counts,
            "rule": day.rule,
            "name": day.name,
            "source": day.source,
            "total": day.total,
            "provisional": day.provisional,
            "cause": day.cause,
        }
        for day in found.days
    ]
    return {
        "start": found.start.isoformat(),
        "limit": str(found.limit),
        "extension": found.extension,
        "due_on": found.due.isoformat() if found.due else None,
        "provisional": found.provisional,
        "calendar_version": found.calendar_version,
        "sentence": {"zh": found.sentence_zh, "en": found.sentence_en},
    } | ({"days": days} if with_days else {})


def _start(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"--from {text!r}: accepted forms are 2026-02-13 and 2026-02-13T10:30") from None
    if "T" not in text:
        return start_of_day(accepted_day(moment.date()))
    return moment if moment.tzinfo else moment.replace(tzinfo=OFFICE_ZONE)


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{option} {text!r}: a date such as 2026-02-13 is accepted") from None


def _pauses(texts: list[str]) -> list[Pause]:
    return [_pause(text) for text in texts]


def _pause(text: str) -> Pause:
    span, _, cause = text.partition(":")
    since, dots, until = span.partition("..")
    try:
        days = date.fromisoformat(since), date.fromisoformat(until) if until else None
    except ValueError:
        days = None
    if days is None or not dots:
        raise ValueError(f"--pause {text!r}: accepted forms are 2026-03-09..2026-03-20:expert_review and 2026-03-09..")
    return Pause(*days, cause or "pause")


def _calendar(config: Path | None) -> Calendar:
    if config is None:
        # The settings know where the configuration lies; they cost nothing beside the calendar.
        from workflow.settings import load_settings

        config = load_settings().config
    return published_calendar(load_notices(config / "calendar"))
