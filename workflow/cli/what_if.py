"""``wugeyi what-if``: which dates would move if a case were paused, or a limit or the calendar were another one.

Nothing is saved. ``what-if case NO …`` tells every clock of one case, ``what-if all …`` the live cases that move.
"""

import argparse
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from workflow.actor import SYSTEM
from workflow.cli.calendar import preview_lines
from workflow.cli.due_question import day_of
from workflow.cli.office import office_at_hand
from workflow.clock.limit import Limit, parse_limit
from workflow.errors import Reason, Refused, Unusable
from workflow.hypotheses import RUNNING, Hypothesis, SupposedPause
from workflow.settings import load_settings

if TYPE_CHECKING:
    from workflow.queries.what_if import ClockChange, WhatIf
    from workflow.queries.what_if_all import AllIf, Question

ROWS_SHOWN = 20
TURNS = {"overdue": "因此超期 turns overdue", "safe": "不再超期 safe again", "warning": "因此预警 turns nearly due"}
_PAUSE_FORMS = "2026-12-01..2026-12-10:expert_review; without TO it stays open"
_RUNNING = "whether a new limit holds for running clocks, or only where it ends them earlier (default: new)"
_PAUSE = re.compile(r"([0-9-]+)\.\.([0-9-]*):([a-z0-9_]+)")


def configure(parser: argparse.ArgumentParser) -> None:
    """One case, or all; and what is supposed."""
    whom = parser.add_subparsers(title="of whom", dest="whom", metavar="case|all", required=True)
    one = whom.add_parser("case", help="every clock of one case")
    one.add_argument("no", help="for instance LS2026-000123")
    one.add_argument("--extension", type=int, default=0, metavar="N", help="added to the clock that the flow extends")
    one.add_argument("--resume", metavar="DATE", help="the open pauses end on that day")
    one.add_argument("--received", metavar="DATE")
    one.add_argument("--accepted", metavar="DATE")
    many = whom.add_parser("all", help="the live cases: days, one limit of an item, or one pause")
    many.add_argument("--item", metavar="CODE", help="whose limit, or whose open cases are paused")
    many.add_argument("--variant", metavar="CODE", help="the form of the item whose limit is meant")
    many.add_argument("--department", metavar="CODE", help="whose open cases are paused")
    many.add_argument("--most", type=int, default=ROWS_SHOWN, metavar="N", help=f"cases named (default: {ROWS_SHOWN})")
    for verb in (one, many):
        verb.add_argument("--pause", action="append", default=[], metavar="FROM..TO:CAUSE", help=_PAUSE_FORMS)
        verb.add_argument("--limit", action="append", default=[], metavar="CLOCK=LIMIT", help="statutory=15wd")
        verb.add_argument("--running", choices=RUNNING, default=RUNNING[0], help=_RUNNING)
        verb.add_argument("--rest-day", action="append", default=[], metavar="DATE", help="off, whatever it is now")
        verb.add_argument("--work-day", action="append", default=[], metavar="DATE", help="worked, whatever it is now")
        verb.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Print what would be; 1 where the law forbids a part of it."""
    from workflow.queries.what_if import what_if
    from workflow.queries.what_if_all import ask_all
    from workflow.work import begin_work

    try:
        asked = _hypothesis(args) if args.whom == "case" else _question(args)
    except ValueError as error:
        raise Unusable(str(error)) from error
    with office_at_hand(load_settings()) as office:
        try:
            with begin_work(office, SYSTEM) as work:
                if isinstance(asked, Hypothesis):
                    one = what_if(work, args.no, asked)
                    return _told(args, case_json(one), case_lines(one), one.lawful)
                many = ask_all(work, asked, args.most, float("inf"))
                return _told(args, all_json(many), all_lines(many), not many.unlawful)
        except Refused as refusal:
            raise Unusable(refusal.en) from refusal


def case_lines(found: "WhatIf") -> Iterator[str]:
    """Every clock of a case before and after, and what the law says of it."""
    yield f"{found.no} {found.title}"
    for one in found.clocks:
        end = f"{_end(one.before.due_on, one.before.provisional)} → {_end(one.after.due_on, one.after.provisional)}"
        mark = "" if one.move else "（不变 unmoved）"
        yield f"  {one.before.title.zh} {one.before.title.en}  {end}{mark}"
        yield f"    {one.before.words.zh} → {one.after.words.zh}  {one.before.words.en} → {one.after.words.en}"
        yield f"    {one.sentence.zh}"
        yield f"    {one.sentence.en}"
    if found.turns:
        yield TURNS[found.turns]
    for step in found.steps:
        by = f"，由 {'、'.join(step.by)} 办理" if step.by else ""
        yield f"{'依法不得 not lawful' if step.reasons else '依法可以 lawful'}：{step.title.zh} {step.title.en}{by}"
        yield from _reason_lines(step.reasons)
    yield f"日历 calendar {found.calendar_version}"


def all_lines(found: "AllIf") -> Iterator[str]:
    """The figures, the nearest cases, and what the law says."""
    yield from preview_lines(found.preview)
    if found.unlawful:
        yield f"依法不得 not lawful: {found.unlawful}"
    for warned in found.warnings:
        yield f"  {warned.cases} ×"
        yield from _reason_lines((warned.reason,))
    if found.failed:
        yield f"无法计算 not calculated: {found.failed}"


def case_json(found: "WhatIf") -> dict[str, Any]:
    """One case as plain JSON values."""
    return {
        "no": found.no,
        "clocks": [_clock_json(one) for one in found.clocks],
        "moves": [move.as_json() for move in found.moves],
        "turns": found.turns,
        "lawful": found.lawful,
        "steps": [
            {"field": step.field, "title": step.title.zh, "by": list(step.by), "reasons": _reasons_json(step.reasons)}
            for step in found.steps
        ],
        "calendar_version": found.calendar_version,
    }


def all_json(found: "AllIf") -> dict[str, Any]:
    """All live cases as plain JSON values."""
    rows = [
        {"no": row.no, "item": row.item, "turns": row.turns, "moves": [move.as_json() for move in row.moves]}
        for row in found.preview.rows
    ]
    warnings = [{"cases": one.cases, **_reasons_json((one.reason,))[0]} for one in found.warnings]
    beside = {"unlawful": found.unlawful, "warnings": warnings, "failed": found.failed}
    return found.preview.figures() | beside | {"rows": rows}


def _told(args: argparse.Namespace, data: dict[str, Any], lines: Iterator[str], lawful: bool) -> int:
    print(json.dumps(data, ensure_ascii=False, indent=2) if args.json else "\n".join(lines))
    return 0 if lawful else 1


def _hypothesis(args: argparse.Namespace) -> Hypothesis:
    return Hypothesis(
        pauses=tuple(_pause(text) for text in args.pause),
        resume_on=_day(args.resume, "--resume"),
        extension=args.extension,
        limits=_limits(args.limit),
        running=args.running,
        received_on=_day(args.received, "--received"),
        accepted_on=_day(args.accepted, "--accepted"),
        rest=_days(args.rest_day, "--rest-day"),
        worked=_days(args.work_day, "--work-day"),
    )


def _question(args: argparse.Namespace) -> "Question":
    from workflow.queries.what_if_all import Question

    if len(args.pause) > 1:
        raise ValueError(f"--pause {args.pause[1]!r}: one pause of all cases is accepted")
    return Question(
        rest=_days(args.rest_day, "--rest-day"),
        worked=_days(args.work_day, "--work-day"),
        limits=_limits(args.limit),
        running=args.running,
        pause=_pause(args.pause[0]) if args.pause else None,
        item=args.item,
        variant=args.variant,
        department=args.department,
    )


def _pause(text: str) -> SupposedPause:
    found = _PAUSE.fullmatch(text)
    if found is None:
        raise ValueError(
            f"--pause {text!r}: accepted forms are 2026-12-01..2026-12-10:hearing and 2026-12-01..:hearing"
        )
    return SupposedPause(day_of(found[1], "--pause"), _day(found[2], "--pause"), found[3])


def _limits(texts: list[str]) -> dict[str, Limit]:
    found = {}
    for text in texts:
        clock, sign, limit = text.partition("=")
        if not sign or not clock:
            raise ValueError(f"--limit {text!r}: CLOCK=LIMIT is accepted, as in statutory=15wd")
        found[clock] = parse_limit(limit)
    return found


def _days(texts: list[str], label: str) -> frozenset[date]:
    return frozenset(day_of(text, label) for text in texts)


def _day(text: str | None, label: str) -> date | None:
    return day_of(text, label) if text else None


def _end(on: date | None, provisional: bool) -> str:
    return "暂停 paused" if on is None else f"{on.isoformat()}{' ≈ 预计' if provisional else ''}"


def _clock_json(one: "ClockChange") -> dict[str, Any]:
    return {
        "clock": one.before.name,
        "round": one.before.round,
        "old": one.before.due_on.isoformat() if one.before.due_on else None,
        "new": one.after.due_on.isoformat() if one.after.due_on else None,
        "old_words": one.before.words.zh,
        "new_words": one.after.words.zh,
        "new_provisional": one.after.provisional,
        "moves": one.move is not None,
        "sentence": {"zh": one.sentence.zh, "en": one.sentence.en},
    }


def _reason_lines(reasons: tuple[Reason, ...]) -> Iterator[str]:
    for reason in reasons:
        yield f"    {reason.zh}"
        yield f"    {reason.en}"


def _reasons_json(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    return [{"code": reason.code, "zh": reason.zh, "en": reason.en} for reason in reasons]
