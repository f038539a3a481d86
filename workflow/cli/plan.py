"""``wugeyi plan``: when to file each item for a wanted day (倒排工期), or when all are decided if filed on a day.

Needs no database, unless ``--project`` asks for what a project has: permits, papers, running cases.
"""

import argparse
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from workflow.catalogue import Catalogue, load_catalogue
from workflow.clock.calendar import OFFICE_ZONE, Calendar, load_notices, published_calendar
from workflow.clock.days import accepted_day
from workflow.clock.words import limit_words
from workflow.errors import Refused, Unusable
from workflow.planning import MEASURES, Dated, Plan, Question, Step, plan, slack_words, summary
from workflow.settings import load_settings

STANDING = {
    "clock": "在办 running",
    "paused": "在办，暂停中 running, paused",
    "intake": "已收件，未受理 not accepted yet",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Items, direction, measure, and what the project has."""
    parser.add_argument("--items", required=True, metavar="CODES", help="for instance LX08,GC03,SG01,SG05")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--from", dest="start", metavar="DATE", help="forwards: everything is filed then (default: today)")
    way.add_argument("--until", metavar="DATE", help="backwards: the wanted day of the last decision, or of --event")
    parser.add_argument("--event", metavar="NAME", help="a project event, such as works_start, that --until speaks of")
    parser.add_argument("--measure", choices=MEASURES, default="promised", help="by which limits (default: promised)")
    parser.add_argument("--variant", action="append", default=[], metavar="ITEM=CODE", help="for instance SG11=report")
    parser.add_argument("--trait", action="append", default=[], metavar="T", help="of the project; several times")
    parser.add_argument("--paper", action="append", default=[], metavar="P", help="a material at hand; several times")
    parser.add_argument(
        "--intake", type=int, default=0, metavar="N", help="working days from filing to acceptance (default: 0)"
    )
    parser.add_argument("--today", metavar="DATE", help="plan as if it were that day")
    parser.add_argument("--project", metavar="CODE", help="count on its permits, papers and running cases")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--config", type=Path, metavar="DIR", help="configuration folder (not with --project)")


def run(args: argparse.Namespace) -> int:
    """Print the plan; 1 where the wanted day cannot be met."""
    try:
        found, catalogue, today = _of_project(args) if args.project else _by_files(args)
    except ValueError as error:
        raise Unusable(str(error)) from error
    except Refused as refusal:
        raise Unusable(refusal.en) from refusal
    if args.json:
        print(json.dumps(plan_json(found, catalogue, today), ensure_ascii=False, indent=2))
    else:
        print("\n".join(plan_lines(found, catalogue, today)))
    return 1 if found.short_by else 0


def plan_lines(found: Plan, catalogue: Catalogue, today: date) -> list[str]:
    """A plan as people read it: a block an item, by latest filing, then the sentence in both languages."""
    lines = [line for step in found.steps for line in _step_lines(step, found, catalogue, today)]
    lines += [f"{code} 已办结 granted" for code in found.granted]
    lines += [f"{code} 免办 waived" for code in found.waived]
    if found.critical_path:
        lines.append(f"关键路径 critical path: {' → '.join(found.critical_path)}")
    said = summary(found, catalogue.items, today)
    return [*lines, f"日历 calendar {found.calendar_version}", said.zh, said.en]


def _step_lines(step: Step, found: Plan, catalogue: Catalogue, today: date) -> list[str]:
    mark = "◆" if step.critical else " "
    limit = limit_words(step.limit.limit, "zh") if step.limit else "无时限 no limit"
    standing = f"  {STANDING[step.running.standing]} {step.running.no}" if step.running else ""
    lines = [f"{mark} {step.item} {catalogue.items[step.item].title.zh}（{limit}）{standing}"]
    if step.latest_filing is not None and found.question.until is not None:
        lines.append(f"    最迟申报 file by {_day(step.latest_filing)}")
    lines.append(f"    申报 filed {_day(step.filing)}  办结 decided {_day(step.decision)}")
    if step.waits_for:
        lines.append(f"    等待 waits for {step.waits_for}")
    if step.slack is not None:
        slack = slack_words(step.slack)
        lines.append(f"    余地 slack {slack.zh} / {slack.en}")
    for one in step.missing:
        accepted = [*one.items, *([one.paper] if one.paper else [])]
        lines.append(f"    未落实 open: {one.title.zh}（{' | '.join(accepted)}）")
    return lines


def _day(dated: Dated) -> str:
    return f"{dated.day.isoformat()}{' ≈ 预计' if dated.provisional else ''}"


def plan_json(found: Plan, catalogue: Catalogue, today: date) -> dict[str, Any]:
    """A plan as plain JSON values."""
    said = summary(found, catalogue.items, today)
    return {
        "direction": "backwards" if found.question.until else "forwards",
        "measure": found.question.measure,
        "from": found.question.start.isoformat(),
        "until": found.question.until.isoformat() if found.question.until else None,
        "event": found.question.event,
        "ends": _dated(found.ends),
        "decides": found.decides,
        "critical_path": list(found.critical_path),
        "feasible": found.short_by == 0,
        "short_by": found.short_by,
        "granted": list(found.granted),
        "waived": list(found.waived),
        "calendar_version": found.calendar_version,
        "summary": {"zh": said.zh, "en": said.en},
        "steps": [_step_json(step) for step in found.steps],
    }


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "item": step.item,
        "limit": str(step.limit.limit) if step.limit else None,
        "base": step.limit.base if step.limit else None,
        "case": step.running.no if step.running else None,
        "standing": step.running.standing if step.running else None,
        "filing": _dated(step.filing),
        "limit_ends": _dated(step.limit_ends),
        "decision": _dated(step.decision),
        "waits_for": step.waits_for,
        "latest_filing": _dated(step.latest_filing),
        "latest_decision": _dated(step.latest_decision),
        "slack": step.slack,
        "critical": step.critical,
        "overdue": step.overdue,
        "after": list(step.after),
        "missing": [{"items": list(one.items), "paper": one.paper, "title": one.title.zh} for one in step.missing],
        "before_events": list(step.before_events),
    }


def _dated(dated: Dated | None) -> dict[str, Any] | None:
    return {"day": dated.day.isoformat(), "provisional": dated.provisional} if dated else None


def _by_files(args: argparse.Namespace) -> tuple[Plan, Catalogue, date]:
    config = args.config or load_settings().config
    catalogue, calendar = load_catalogue(config), _calendar(config)
    # There is no database to ask for the time: this command says what the machine's own clock says.
    machine = datetime.now(OFFICE_ZONE).date()  # noqa: TID251
    today = _read_day(args.today, "--today") or machine
    return plan(catalogue, calendar, _question(args, today)), catalogue, today


def _of_project(args: argparse.Namespace) -> tuple[Plan, Catalogue, date]:
    # Only here: without a project the command must start fast and needs no database.
    from workflow.actor import SYSTEM
    from workflow.cli.office import office_at_hand
    from workflow.clock.days import local_day
    from workflow.queries.plan import project_plan
    from workflow.work import begin_work

    with office_at_hand(load_settings()) as office, begin_work(office, SYSTEM) as work:
        today = _read_day(args.today, "--today") or local_day(work.now)
        return project_plan(work, args.project, _question(args, today)).plan, office.catalogue, today


def _question(args: argparse.Namespace, today: date) -> Question:
    return Question(
        items=tuple(code.strip() for code in args.items.split(",") if code.strip()),
        start=_read_day(args.start, "--from") or today,
        measure=args.measure,
        traits=frozenset(args.trait),
        papers=frozenset(args.paper),
        variants=dict(_variant(text) for text in args.variant),
        intake=args.intake,
        until=_read_day(args.until, "--until"),
        event=args.event,
    )


def _variant(text: str) -> tuple[str, str]:
    item, equals, code = text.partition("=")
    if not (item and equals and code):
        raise ValueError(f"--variant {text!r}: accepted is ITEM=CODE, as in SG11=report")
    return item, code


def _read_day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{option} {text!r}: a date such as 2026-02-13 is accepted") from None
    return accepted_day(day)


def _calendar(config: Path) -> Calendar:
    return published_calendar(load_notices(config / "calendar"))
