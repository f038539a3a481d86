"""``wugeyi time``: move the office's time forward in demo mode, and see the workers fire what falls due."""

import argparse
from datetime import datetime, timedelta
from time import monotonic, sleep

from sqlalchemy import Connection, Engine

from workflow.cli.office import engine_at_hand
from workflow.clock.calendar import Calendar, published_calendar
from workflow.clock.days import OFFICE_ZONE
from workflow.clock.notices import load_notices
from workflow.commands.move_time import move_time, not_a_demo
from workflow.errors import Refused, Unusable
from workflow.queries.time_standing import Standing, time_standing
from workflow.settings import Settings, load_settings
from workflow.store import calendars

SHOW = "show"
PATIENCE_SECONDS = 10.0
LOOK_SECONDS = 0.1


def configure(parser: argparse.ArgumentParser) -> None:
    """One move, or none to see where time stands."""
    forms = "+1wd (09:05 of the next working day), +3d, +2h, +30min; show (without it): where time stands"
    parser.add_argument("move", nargs="?", default=SHOW, help=forms)
    parser.add_argument("--to", metavar="TIME", help="to a date and time, for instance 2026-12-01T09:00")


def run(args: argparse.Namespace) -> int:
    """Move, then wait until the workers have fired everything, or a while."""
    settings = load_settings()
    if not settings.demo:
        raise Unusable(not_a_demo().en)
    if args.to and args.move != SHOW:
        raise Unusable(f"{args.move} and --to {args.to}: one of the two is accepted")
    with engine_at_hand(settings) as engine:
        try:
            return _show(engine) if (args.to or args.move) == SHOW else _move(engine, settings, args.to or args.move)
        except Refused as refusal:
            raise Unusable(refusal.en) from refusal


def _show(engine: Engine) -> int:
    with engine.begin() as conn:
        found = _standing(conn)
    ahead = f"{timedelta(seconds=round(found.shift.total_seconds()))} ahead of the real time"
    print(f"the office's time: {_words(found.now)}, {ahead}")
    print(f"rungs due now: {found.due}; the next one: {_words(found.next_rung_at)}")
    return 0


def _move(engine: Engine, settings: Settings, move: str) -> int:
    began = monotonic()
    with engine.begin() as conn:
        before = _standing(conn)
        move_time(conn, _calendar(conn, settings), move)
        after = _standing(conn)
    print(f"the office's time: {_words(after.now)} (it was {_words(before.now)})")
    print(f"rungs that fall due: {after.due}")
    left = after
    while left.due and monotonic() - began < PATIENCE_SECONDS:
        sleep(LOOK_SECONDS)
        with engine.begin() as conn:
            left = _standing(conn)
    if left.due:
        print(f"{left.due} of them not fired after {PATIENCE_SECONDS:.0f} s: is a worker running (`wugeyi up`)?")
    elif after.due:
        print(f"the workers fired them all within {monotonic() - began:.1f} s")
    print(f"the next rung: {_words(left.next_rung_at)}")
    return 0


def _calendar(conn: Connection, settings: Settings) -> Calendar:
    """The calendar in force; where none has ever been kept, that of the files."""
    base = published_calendar(load_notices(settings.config / "calendar"))
    held = calendars.in_force(conn)
    return base if held is None else calendars.Shelf(base).get(conn, held.version)


def _standing(conn: Connection) -> Standing:
    found = time_standing(conn)
    if found is None:
        raise not_a_demo()
    return found


def _words(moment: datetime | None) -> str:
    return moment.astimezone(OFFICE_ZONE).strftime("%Y-%m-%d %H:%M") if moment else "none"
