"""Makes the demo in an empty database, once; what a killed attempt left is taken out before the next one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Engine, event, text

from workflow.catalogue import load_catalogue
from workflow.clock.days import local_day, office_time
from workflow.commands.adopt_calendar import adopt_calendar
from workflow.demo.content import content_digest
from workflow.demo.duty import duty_cues
from workflow.demo.files import DemoFiles, load_demo_files
from workflow.demo.play import Player, cues_of, desk_cues, step_cues
from workflow.demo.scenes import Days
from workflow.demo.services import service_steps
from workflow.demo.story import FIRST_DAY, SEED, applications
from workflow.demo.town import admit_newcomers, settle
from workflow.errors import Unusable
from workflow.passwords import hash_password
from workflow.settings import Settings
from workflow.store import demo_marker, demo_time
from workflow.store.engine import open_engine
from workflow.work import Office, open_office, read_now

Progress = Callable[[int, int, str], None]
"""Told steps done, steps in all and what is being done."""


def ensure_demo(database_url: str, settings: Settings, progress: Progress, seed: int | None = None) -> None:
    """Fill an empty, migrated database with the demo up to this moment; where it stands already only people who are new
    in the files are added.

    Safe to be killed at any time, and to be called by several at once: one makes it, the others wait and find it.
    With a ``seed`` the story is drawn from it and ends where this day began: whoever makes it again on the same day
    makes the same content. Raises Unusable outside of demo mode, and for a database that holds anything the demo did
    not make.
    """
    if not settings.demo:
        raise Unusable("WUGEYI_DEMO=0: the demo is made in demo mode only; accepted: WUGEYI_DEMO=1")
    engine = open_engine(database_url, "cli")
    try:
        with _turn(engine):
            if not _begin(engine):
                _admit_newcomers(engine, settings)
                return
            _make(database_url, settings, progress, seed)
            with engine.begin() as conn:
                # Waits for the disk, and with it everything written before.
                demo_marker.mark(conn, "made", read_now(conn))
    finally:
        engine.dispose()


def demo_digest(database_url: str) -> str:
    """What the database holds, as one number (`content_digest`)."""
    engine = open_engine(database_url, "report")
    try:
        with engine.connect() as conn:
            return content_digest(conn)
    finally:
        engine.dispose()


def make_demo(office: Office, files: DemoFiles, now: datetime, progress: Progress, seed: int = SEED) -> Player:
    """Play the whole story on an empty database, so that it ends at ``now``; the player tells what was refused."""
    days = Days(office.base_calendar, _base(office, now))
    opened = days.moment(FIRST_DAY - 10, 9 * 60)
    with office.engine.begin() as conn:
        town = settle(conn, files, office.catalogue, hash_password(files.password), opened, local_day(now))
    player = Player(office, town, opened)
    cues = [
        *cues_of(player, days, applications(files, office.catalogue, days, seed), seed),
        *step_cues(player, days, service_steps(files, office.catalogue, days, seed), now),
        *duty_cues(player, days),
        *desk_cues(player, days),
    ]
    player.run(cues, now, lambda done, total: progress(done, total, "办件历史 case histories"))
    with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        # The first pages and sweeps should not wait for autovacuum to learn what is in the tables.
        conn.execute(text("VACUUM ANALYZE"))
    return player


def _make(database_url: str, settings: Settings, progress: Progress, seed: int | None) -> None:
    engine = open_engine(database_url, "cli")
    # Nothing before the last write has to survive a power cut: an unfinished demo is made anew.
    event.listen(engine, "connect", _without_waiting_for_the_disk)
    try:
        office = open_office(settings.config, engine, settings.public_url)
        with engine.begin() as conn:
            now = read_now(conn)
            if seed is not None:
                now = office_time(local_day(now), time(0))
            demo_time.fix(conn, now)
            adopt_calendar(office, conn)
        files = load_demo_files(settings.config, office.catalogue)
        make_demo(office, files, now, progress, SEED if seed is None else seed)
    finally:
        engine.dispose()


def _admit_newcomers(engine: Engine, settings: Settings) -> None:
    files = load_demo_files(settings.config, load_catalogue(settings.config))
    with engine.begin() as conn:
        admit_newcomers(conn, files, read_now(conn))


def _without_waiting_for_the_disk(connection: Any, record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    connection.commit()


def _begin(engine: Engine) -> bool:
    """Whether there is anything to do; if so, the slate is clean and the marker says that somebody is at it."""
    with engine.begin() as conn:
        demo_time.install(conn)
        state = demo_marker.state(conn)
        if state == "made":
            return False
        if state == "making" and demo_marker.strangers(conn) == 0:
            demo_marker.wipe(conn)
        elif not demo_marker.empty(conn):
            raise Unusable(
                "this database holds accounts, projects or cases that are not demo data, so no demo is made in it; "
                "set WUGEYI_DEMO=0 to run on it, or give an empty database"
            )
        demo_marker.mark(conn, "making", read_now(conn))
    return True


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """One maker at a time."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        demo_marker.wait_for_turn(conn)
        try:
            yield
        finally:
            demo_marker.end_turn(conn)


def _base(office: Office, now: datetime) -> date:
    """The day the story counts from: today, on a rest day the next working day: nothing is late by that alone."""
    return office.base_calendar.add_working_days(local_day(now) - timedelta(days=1), 1)
