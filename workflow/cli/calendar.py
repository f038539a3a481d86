"""``wugeyi calendar``: the working calendar, and its amendments: preview, propose, sign by a second person, settle.

There is no password here: whoever may run this command on the machine acts in the name of the account given with
``--as``, and the amendment keeps that account as the one who proposed or signed it.
"""

import argparse
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from workflow.actor import SYSTEM, Actor
from workflow.amending.calendars import calendar_with
from workflow.amending.preview import CaseMoves, Preview, calendar_preview
from workflow.cli.office import office_at_hand
from workflow.clock.calendar import OFFICE_ZONE, Calendar
from workflow.clock.days import Day, local_day
from workflow.clock.notices import load_notice, notice_data
from workflow.clock.words import WEEKDAYS_ZH
from workflow.commands.amend import propose, refuse, sign
from workflow.commands.settle_dates import settle_calendar
from workflow.errors import Refused, Unusable
from workflow.queries.amendments import Amendment, amendments
from workflow.queries.calendar_year import CalendarYear, MonthDays, calendar_year, missing_year
from workflow.queries.paging import Paging
from workflow.recast import Move
from workflow.settings import load_settings
from workflow.store import people
from workflow.work import Office, Work, begin_work

ROWS_SHOWN = 20
LEFT = 1
"""Exit status of a pass that left cases locked by somebody else, or that could not be derived."""


def configure(parser: argparse.ArgumentParser) -> None:
    """One verb and what it needs."""
    verbs = parser.add_subparsers(title="verbs", dest="verb", metavar="VERB", required=True)
    show = verbs.add_parser("show", help="a year with its days off and make-up days")
    show.add_argument("year", nargs="?", type=int, help="this year without it")
    preview = verbs.add_parser("preview", help="every date that a notice would move; nothing is written")
    preview.add_argument("notice", type=Path, metavar="NOTICE.yaml")
    load = verbs.add_parser("load", help="propose a notice or a closure")
    load.add_argument("notice", type=Path, metavar="NOTICE.yaml")
    signs = verbs.add_parser("sign", help="put a proposal in force, as another person than who proposed it")
    signs.add_argument("id", type=int)
    signs.add_argument("--note", default="")
    signs.add_argument("--seen", metavar="MARK", help="the mark of a newer preview that was looked at")
    refuses = verbs.add_parser("refuse", help="refuse a proposal, or take one's own back")
    refuses.add_argument("id", type=int)
    refuses.add_argument("--reason", required=True)
    withdraw = verbs.add_parser("withdraw", help="propose to withdraw a notice or a closure in force")
    withdraw.add_argument("id", type=int)
    withdraw.add_argument("--reason", required=True)
    withdraw.add_argument("--document", help="the paper that says so; the reason without it")
    for verb in (load, signs, refuses, withdraw):
        verb.add_argument(
            "--as", dest="username", required=True, metavar="USERNAME", help="in whose name; no password is asked"
        )
    verbs.add_parser("list", help="the amendments, newest first")
    verbs.add_parser("settle", help="move the dates now, in one pass, without waiting for a worker")


def run(args: argparse.Namespace) -> int:
    """Do it; refusals are one line."""
    with office_at_hand(load_settings()) as office:
        try:
            return VERBS[args.verb](office, args)
        except Refused as refusal:
            raise Unusable(refusal.en) from refusal


def year_lines(found: CalendarYear) -> Iterator[str]:
    """A year as people read it: its months, then its days off and make-up days with their papers."""
    standing = "已公布 published" if found.published else "尚未公布，推算 not published, an estimate"
    yield f"{found.year}  {standing}  {found.version}"
    for month in found.months:
        yield ""
        yield f"{found.year}-{month.number:02}  {month.working_days} 个工作日 working days"
        yield from _weeks(month)
    yield ""
    yield f"全年 {found.working_days} 个工作日 working days"
    yield from (f"休 off   {_spell(day)}" for day in found.off)
    yield from (f"班 work  {_spell(day)}" for day in found.make_up)
    yield from (f"依据 source: {source}" for source in found.sources)


def preview_lines(found: Preview) -> Iterator[str]:
    """What would move: the days, the figures, the nearest cases."""
    yield f"{found.old_version} → {found.new_version}"
    for old, new in found.changed:
        yield f"{_weekday(new.date)}  {_worked(old)} → {_worked(new)}  {new.name}".rstrip()
    if found.past_days:
        yield f"注意：{found.past_days} 天已经过去 NOTE: {found.past_days} days lie in the past, dates are replayed"
    yield f"{found.cases} cases, {found.clocks} clocks: {found.earlier} earlier, {found.later} later"
    yield f"marks of provisional dates: {found.firm} go, {found.unsure} come"
    yield f"newly overdue {found.newly_overdue}, newly safe {found.newly_safe}, newly nearly due {found.newly_warning}"
    for row in found.rows:
        yield from (f"  {_move_words(row, move)}" for move in row.moves)
        if not row.moves:
            yield f"  {row.no}  日期不变 no date moves"
    if found.cases > len(found.rows):
        yield f"  … {found.cases - len(found.rows)} more cases"
    if found.failed:
        yield f"✗ {len(found.failed)} 件无法重算 cases cannot be derived and would stay: {', '.join(found.failed[:20])}"
    if not found.counted:
        yield "it took too long: the figures are at least that"


def _show(office: Office, args: argparse.Namespace) -> int:
    with begin_work(office, SYSTEM) as work:
        today = local_day(work.now)
        found = calendar_year(work, args.year if args.year is not None else today.year)
        missing = missing_year(work.calendar, today)
    print("\n".join(year_lines(found)))
    if missing:
        print(f"{missing} 年放假安排尚未录入 the notice for {missing} is missing")
    return 0


def _preview(office: Office, args: argparse.Namespace) -> int:
    notice = load_notice(args.notice)
    with begin_work(office, SYSTEM) as work:
        found = calendar_preview(work, _calendar_if(work, notice.kind, notice_data(notice)), ROWS_SHOWN, float("inf"))
    print("\n".join(preview_lines(found)))
    return LEFT if found.failed else 0


def _calendar_if(work: Work, kind: str, content: dict[str, Any]) -> Calendar:
    try:
        return calendar_with(work.office, work.conn, kind, content)
    except ValueError as error:
        raise Unusable(str(error)) from error


def _load(office: Office, args: argparse.Namespace) -> int:
    notice = load_notice(args.notice)
    with begin_work(office, person_named(office, args.username)) as work:
        made = propose(work, notice.kind, notice_data(notice), notice.source)
    return _proposed(made)


def _withdraw(office: Office, args: argparse.Namespace) -> int:
    with begin_work(office, person_named(office, args.username)) as work:
        content = {"amendment": args.id, "reason": args.reason}
        made = propose(work, "withdrawal", content, args.document or args.reason)
    return _proposed(made)


def _proposed(made: Amendment) -> int:
    figures = made.preview
    print(
        f"amendment {made.id} is proposed: {figures['cases']} cases would move, {figures['newly_overdue']} be overdue"
    )
    print(f"another administrator signs it: wugeyi calendar sign {made.id} --as USERNAME")
    return 0


def _sign(office: Office, args: argparse.Namespace) -> int:
    with begin_work(office, person_named(office, args.username)) as work:
        made = sign(work, args.id, args.note, args.seen)
    when = "now" if made.kind != "limit" else f"from {made.content['from']} on"
    print(f"amendment {made.id} is in force, signed by {made.decided_by}; the workers move the dates {when}")
    return 0


def _refuse(office: Office, args: argparse.Namespace) -> int:
    with begin_work(office, person_named(office, args.username)) as work:
        made = refuse(work, args.id, args.reason)
    print(f"amendment {made.id} is refused by {made.decided_by}; nothing moved")
    return 0


def _list(office: Office, args: argparse.Namespace) -> int:
    with begin_work(office, SYSTEM) as work:
        found = amendments(work, Paging("one page only"))
    for one in found.rows:
        done = f"settled, {one.moved} moved" if one.settled_at else f"{one.moved} moved so far"
        standing = f"{one.state} ({done})" if one.state in ("in_force", "withdrawn") else one.state
        when = one.proposed_at.astimezone(OFFICE_ZONE).strftime("%Y-%m-%d %H:%M")
        print(f"{one.id:4}  {one.kind:10}  {standing}  {one.proposed_by}, {when}  {one.document}")
    if not found.rows:
        print("no amendment yet")
    return 0


def _settle(office: Office, args: argparse.Namespace) -> int:
    found = settle_calendar(office)
    print(f"{found.cases} cases under the calendar in force now, {found.moved} of them moved, {found.failed} failed")
    return LEFT if found.failed else 0


def person_named(office: Office, username: str) -> Actor:
    """The active account given with ``--as``; raises Unusable where there is none."""
    with office.engine.connect() as conn:
        account = people.account(conn, username)
        if account is None or not account.active:
            raise Unusable(f"--as {username}: there is no active account of that name")
        return people.actor(conn, account.id)


def _weeks(month: MonthDays) -> Iterator[str]:
    """The month from Monday to Sunday: 休 a named day off, 班 a make-up day, () the other rest days."""
    cells = ["     "] * month.days[0].date.weekday() + [_cell(day) for day in month.days]
    yield " ".join(f"{name:>4}" for name in WEEKDAYS_ZH)
    for start in range(0, len(cells), 7):
        yield " ".join(cells[start : start + 7]).rstrip()


def _cell(day: Day) -> str:
    if day.rule in ("holiday", "closure"):
        return f"{day.date.day:>3}休"
    if day.rule == "make_up":
        return f"{day.date.day:>3}班"
    return f"{day.date.day:>3}  " if day.counts else f"({day.date.day:>2}) "


def _spell(day: Day) -> str:
    return f"{_weekday(day.date)}  {day.name}"


def _weekday(day: date) -> str:
    return f"{day.isoformat()} 周{WEEKDAYS_ZH[day.weekday()]}"


def _worked(day: Day) -> str:
    return "班 work" if day.counts else "休 off"


def _move_words(row: CaseMoves, move: Move) -> str:
    old = _end(move.old_on, move.old_provisional)
    return f"{row.no}  {move.clock}  {old} → {_end(move.new_on, move.new_provisional)}  {row.turns or ''}".rstrip()


def _end(on: date | None, provisional: bool) -> str:
    return "暂停 paused" if on is None else f"{on.isoformat()}{' 预计' if provisional else ''}"


VERBS: dict[str, Callable[[Office, argparse.Namespace], int]] = {
    "show": _show,
    "preview": _preview,
    "load": _load,
    "sign": _sign,
    "refuse": _refuse,
    "withdraw": _withdraw,
    "list": _list,
    "settle": _settle,
}
