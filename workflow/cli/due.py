"""``wugeyi due``: a due date from a start, a limit and pauses, with its day-by-day explanation. Needs no database."""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workflow.cli.due_question import (
    DIRECTIONS,
    Causes,
    Question,
    at_text,
    causes_of,
    day_of,
    hours_of,
    limit_of,
    pause_of,
    start_of,
)
from workflow.clock.calendar import Calendar, Notice, load_notices, published_calendar
from workflow.clock.deadline import deadline
from workflow.clock.pauses import Pause
from workflow.clock.proof import Proof, ProofDay, proof
from workflow.clock.proof_csv import write_csv
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
    "interrupted": "中断，重新起算 interrupted",
}
# What one question is made of: a batch has it in its lines.
OF_ONE_QUESTION = ("start", "limit", "pause", "reset", "extension", "direction", "today", "explain", "json", "csv")

_WHOLE = re.compile(r"-?[0-9]{1,40}")
_SPAN = re.compile(r"([0-9-]+)\.\.([0-9-]*)(?::(.*))?", re.DOTALL)


def configure(parser: argparse.ArgumentParser) -> None:
    """Start, limit, pauses, extension; or a file of such questions."""
    parser.add_argument("--from", dest="start", metavar="TIME", help="2026-02-13, or for hours 2026-02-13T10:30")
    parser.add_argument("--limit", help="20wd, 30cd, 16wh (office hours), 2h, 30min, 3mo, 1y")
    parser.add_argument(
        "--pause",
        action="append",
        default=[],
        metavar="FROM..TO:CAUSE",
        help="2026-03-09..2026-03-20:expert_review; without TO it is still open; may be given several times",
    )
    parser.add_argument(
        "--reset",
        action="append",
        default=[],
        metavar="FROM..TO:CAUSE",
        help="a pause that interrupts: the whole limit starts anew after TO",
    )
    parser.add_argument("--extension", type=_whole, default=0, metavar="N", help="added, in the unit of the limit")
    parser.add_argument("--direction", choices=DIRECTIONS, help="max (the default), or min: not before its end")
    parser.add_argument("--today", metavar="DATE", help="say what is used and left on that day")
    parser.add_argument("--explain", action="store_true", help="every day with the rule that counted or skipped it")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--csv", action="store_true", help="the explained days as CSV")
    parser.add_argument("--batch", metavar="FILE", help="JSON lines of questions, - for standard input; answers alike")
    parser.add_argument(
        "--calendar-file",
        type=Path,
        action="append",
        default=[],
        metavar="NOTICE",
        help="as if this notice (YAML) were in force; may be given several times",
    )
    parser.add_argument("--config", type=Path, metavar="DIR", help="configuration folder with calendar/ and rules/")


def run(args: argparse.Namespace) -> int:
    """Print the date, its sentence and, if asked, its days; 1 where a line of a batch could not be answered."""
    _check_options(args)
    config = _config(args.config)
    try:
        calendar = _calendar(config, args.calendar_file)
        if args.batch is not None:
            return _batch(args.batch, calendar, causes_of(config))
        question = _question(args, causes_of(config))
        today = day_of(args.today, "--today") if args.today is not None else None
        found = proof(question.start, question.limit, calendar, question.pauses, question.extension, today)
        if args.csv and not found.days:
            raise ValueError(f"--csv on a limit of {question.limit}: a limit whose days are counted is accepted")
    except ValueError as error:
        raise Unusable(str(error)) from error
    if args.csv:
        write_csv(found.days, sys.stdout)
    elif args.json:
        due = deadline(question.start, question.limit, calendar, question.pauses, question.extension)
        told = proof_json(found, args.explain) | {"at": at_text(due)}
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        lines = proof_lines(found)
        print("\n".join(lines if args.explain else lines[-3:]))
    return 0


def proof_lines(found: Proof) -> list[str]:
    """A proof as people read it: a line a day, then the date and the sentences in both languages."""
    width = max((len(str(day.total)) for day in found.days), default=1)
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
        "due": found.due.isoformat() if found.due else None,
        "due_on": found.due.isoformat() if found.due else None,
        "provisional": found.provisional,
        "calendar_version": found.calendar_version,
        "sentence": {"zh": found.sentence_zh, "en": found.sentence_en},
    } | ({"days": days} if with_days else {})


def _whole(text: str) -> int:
    # int() also takes "1_0", " 3 " and digits of every script.
    if _WHOLE.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(f"{text!r}: a whole number such as 10 is accepted")
    return int(text)


def _check_options(args: argparse.Namespace) -> None:
    if args.batch is None:
        missing = [option for option, value in (("--from", args.start), ("--limit", args.limit)) if value is None]
        if missing:
            raise Unusable(f"{' and '.join(missing)} missing: --from DATE --limit 20wd, or --batch FILE, is accepted")
        if args.json and args.csv:
            raise Unusable("--json and --csv: one of the two is accepted")
        return
    beside = [name for name in OF_ONE_QUESTION if getattr(args, name) not in (None, [], 0, False)]
    if beside:
        option = "--" + beside[0].replace("start", "from")
        raise Unusable(f"{option} beside --batch: the lines of the batch say it, only --calendar-file is accepted")


def _batch(name: str, calendar: Calendar, causes: Causes) -> int:
    # Only this way needs it.
    from workflow.cli.due_batch import run_batch

    if name == "-":
        return int(run_batch(sys.stdin.buffer, sys.stdout, calendar, causes) > 0)
    with Path(name).open("rb") as lines:
        return int(run_batch(lines, sys.stdout, calendar, causes) > 0)


def _question(args: argparse.Namespace, causes: Causes) -> Question:
    pauses = [_pause(text, "--pause", causes) for text in args.pause]
    resets = [_pause(text, "--reset", causes) for text in args.reset]
    limit = limit_of(args.limit, args.direction or "max")
    return Question(start_of(args.start, "--from"), limit, (*pauses, *resets), args.extension)


def _pause(text: str, option: str, causes: Causes) -> Pause:
    label = f"{option} {text!r}"
    found = _SPAN.fullmatch(text)
    if found is None:
        forms = "2026-03-09..2026-03-20:expert_review and 2026-03-09..:expert_review"
        raise ValueError(f"{label}: accepted forms are {forms}")
    since = day_of(found[1], option)
    until = day_of(found[2], option) if found[2] else None
    return pause_of(since, until, found[3] or "", label, causes, option == "--reset")


def _config(config: Path | None) -> Path:
    if config is None:
        # The settings know where the configuration lies; they cost nothing beside the calendar.
        from workflow.settings import load_settings

        return load_settings().config
    if not config.is_dir():
        raise Unusable(f"--config {str(config)!r}: an existing configuration folder is accepted")
    return config


def _calendar(config: Path, files: Sequence[Path]) -> Calendar:
    notices, hours = load_notices(config / "calendar"), hours_of(config)
    if not files:
        return published_calendar(notices, hours)
    # What is asked stands for the notice that is in force for the same year.
    asked = [_asked(file, published_calendar(notices)) for file in files]
    years = {notice.year for notice in asked if notice.kind == "year"}
    kept = [notice for notice in notices if notice.kind != "year" or notice.year not in years]
    return published_calendar([*kept, *asked], hours)


def _asked(file: Path, calendar: Calendar) -> Notice:
    # Only this way needs them.
    from workflow.clock.notice_rules import neighbour_faults
    from workflow.clock.notices import load_notice

    notice = load_notice(file)
    faults = neighbour_faults(notice, calendar)
    if faults:
        raise ValueError("\n".join(f"{file}: {fault}" for fault in faults))
    return notice
