"""The office, wired once per process, and the unit of work: one transaction, one reading of the clock, one actor."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from workflow.actor import Actor
from workflow.catalogue import Catalogue, load_catalogue
from workflow.clock.calendar import Calendar, Notice, published_calendar
from workflow.clock.notices import load_notices
from workflow.definition import Flow
from workflow.errors import Unusable
from workflow.loading import latest, load_flows
from workflow.machine import facts_read_by
from workflow.making import groups_made_from
from workflow.statements import groups_stated
from workflow.store import calendars, demo_time, driver
from workflow.store.migrate import check_newest

OWN_ADDRESS = "http://127.0.0.1:8000"
"""Where a service that nobody gave an address is reached: on this machine."""


@dataclass(frozen=True, slots=True)
class Office:
    """Everything that is the same for all work of a process: the rules, the files' calendar, the database.

    ``base_calendar`` is what the library and ``notices``, the files of ``config/calendar``, make by themselves; the
    calendar that holds is the work's (`Work.calendar`). ``reads``: by action, in whatever flow, the groups of facts
    its conditions look at, and the documents it issues are made from. ``config`` is the folder of the files,
    ``public_url`` where people reach the service.
    """

    flows: Mapping[tuple[str, int], Flow]
    catalogue: Catalogue
    base_calendar: Calendar
    notices: tuple[Notice, ...]
    calendars: calendars.Shelf
    engine: Engine
    reads: Mapping[str, frozenset[str]]
    config: Path
    public_url: str

    def flow(self, name: str, version: int | None = None) -> Flow:
        """The flow a case is pinned to, or the newest version for a new case."""
        return latest(self.flows, name) if version is None else self.flows[name, version]


@dataclass(slots=True)
class Work:
    """One unit of work. Whoever began it sees the commit in their own ``with``; commands never commit.

    It lives at one instant, ``now``, and under one calendar: those given, else those the first reading of a case found,
    else read when they are first asked for. ``recorded_at`` is set by an import alone: what is done at ``now``, long
    ago, is written down at that moment (`workflow.commands.recorded`).
    """

    office: Office
    conn: Connection
    read_at: datetime | None
    actor: Actor
    calendar_version: str | None = None
    recorded_at: datetime | None = None

    @property
    def now(self) -> datetime:
        """The office's time of this unit of work."""
        if self.read_at is None:
            self.read_at = read_now(self.conn)
        return self.read_at

    @property
    def calendar(self) -> Calendar:
        """The working calendar in force: the one of the files until an amendment is signed."""
        if self.calendar_version is None:
            self.calendar_version = calendar_in_force(self.office, self.conn).version
        return self.office.calendars.get(self.conn, self.calendar_version)


def open_office(config: Path, engine: Engine, public_url: str = OWN_ADDRESS) -> Office:
    """Load and prove the whole configuration. Raises ConfigFaults with every fault of every file."""
    catalogue = load_catalogue(config)
    flows = load_flows(config / "flows", catalogue)
    notices = load_notices(config / "calendar")
    base = published_calendar(notices, catalogue.conventions.office_hours)
    return Office(
        flows=flows,
        catalogue=catalogue,
        base_calendar=base,
        notices=notices,
        calendars=calendars.Shelf(base),
        engine=engine,
        reads={
            name: facts_read_by(flows.values(), name)
            | groups_stated(flows.values(), catalogue.documents, name)
            | groups_made_from(flows.values(), name)
            for flow in flows.values()
            for name in flow.actions
        },
        config=config,
        public_url=public_url,
    )


@contextmanager
def begin_work(office: Office, actor: Actor) -> Iterator[Work]:
    """One transaction: committed when the block ends, rolled back whole when it raises."""
    with office.engine.begin() as conn:
        yield Work(office, conn, None, actor)


def read_now(conn: Connection) -> datetime:
    """The one reading of the clock of a unit of work; nothing else asks for the time."""
    now = driver.value(conn, b"SELECT app_now()")
    assert isinstance(now, datetime)
    return now


def calendar_in_force(office: Office, conn: Connection) -> Calendar:
    """The calendar that holds now."""
    version = driver.value(conn, calendars.IN_FORCE.encode())
    return office.base_calendar if version is None else office.calendars.get(conn, version)


def check_startable(office: Office, demo: bool) -> None:
    """Refuse to start on a database of another version, where a file that cases use is gone or a flow of theirs was
    changed, and on moved time outside of demo mode.

    Raises Unusable, naming every such file.
    """
    with office.engine.connect() as conn:
        check_newest(conn)
        flows = conn.execute(text("SELECT flow, version, digest FROM flow_versions ORDER BY flow, version")).all()
        words = conn.execute(_CATALOGUE_USED).all()
        if demo_time.installed(conn) and not demo:
            raise Unusable("time was moved in this database, it holds a demonstration: WUGEYI_DEMO=0 needs another one")
    missing = [f"flows/{name}.v{version}.yaml" for name, version, _ in flows if (name, version) not in office.flows]
    missing += _missing_words(office.catalogue, [(kind, code) for kind, code in words])
    changed = [
        f"flows/{name}.v{version}.yaml"
        for name, version, digest in flows
        if (name, version) in office.flows and office.flows[name, version].digest != digest
    ]
    refusals = [f"{place} is missing, cases use it: put it back" for place in missing]
    refusals += [f"{file} was changed, cases already run on it: add a new version instead" for file in changed]
    if refusals:
        raise Unusable("; ".join(refusals))


# The index of open pauses is read whole: they are few beside the cases.
_CATALOGUE_USED = text("""
SELECT kind, code FROM catalogue_used
UNION SELECT 'cause', cause FROM pauses WHERE until IS NULL ORDER BY kind, code""")


def _missing_words(catalogue: Catalogue, used: Iterable[tuple[str, str]]) -> list[str]:
    known: dict[str, Collection[str]] = {
        "item": catalogue.items,
        "department": catalogue.departments,
        "cause": catalogue.causes,
    }
    places = {
        "item": "items/{}.yaml",
        "department": "organisation.yaml: departments.{}",
        "cause": "rules/pauses.yaml: causes.{}",
    }
    return [places[kind].format(code) for kind, code in used if code not in known[kind]]
