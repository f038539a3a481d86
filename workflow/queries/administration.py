"""What an administrator keeps, each thing with its number and state: one question about the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from workflow.clock.days import local_day
from workflow.errors import NotAllowed
from workflow.queries.calendar_year import missing_year
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class Default:
    """Files of the configuration with defaults that wait for published figures; ``source`` is what they rest on."""

    source: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Administration:
    """Numbers and states. ``horizon`` is the last day of the published calendar, ``missing`` the year whose notice is
    due; ``given_up`` counts messages, ``stopped`` subscribers; ``imported_at`` is the last import."""

    people: int
    closed: int
    away: int
    holders: dict[str, int]
    flows: int
    versions: int
    items: int
    departments: int
    squads: int
    rules: int
    horizon: date
    missing: int | None
    subscribers: int
    stopped: int
    failing_channels: int
    given_up: int
    imports: int
    imported_at: datetime | None
    waiting_amendments: int
    projects: int
    defaults: tuple[Default, ...]
    default_items: int


_COUNTS = text("""
SELECT
  (SELECT count(*) FROM people WHERE active) AS people,
  (SELECT count(*) FROM people WHERE NOT active) AS closed,
  (SELECT count(DISTINCT person_id) FROM absences WHERE since <= app_now() AND until > app_now()) AS away,
  (SELECT coalesce(json_object_agg(role, n), '{}') FROM (
     SELECT r.role, count(DISTINCT r.person_id) AS n FROM person_roles r
     JOIN people p ON p.id = r.person_id AND p.active GROUP BY r.role) one) AS holders,
  (SELECT count(*) FROM subscribers) AS subscribers,
  (SELECT count(*) FROM subscribers WHERE NOT active) AS stopped,
  (SELECT count(*) FROM channel_health WHERE down_since IS NOT NULL) AS failing,
  (SELECT count(*) FROM (SELECT FROM outbox WHERE state = 'failed' LIMIT 1001) g) AS given_up,
  (SELECT count(*) FROM imports) AS imports,
  (SELECT max(imported_at) FROM imports) AS imported_at,
  (SELECT count(*) FROM amendments WHERE state = 'proposed') AS waiting,
  (SELECT count(*) FROM projects) AS projects""")


def administration(work: Work) -> Administration:
    """All of it; raises NotAllowed for anybody but an administrator."""
    if not work.actor.holds("admin"):
        raise NotAllowed("role_required", "管理页只对系统管理员开放", "This page is for administrators")
    row = work.conn.execute(_COUNTS).one()
    office, catalogue = work.office, work.office.catalogue
    assumed = {file: one.source for file, one in catalogue.sources.items() if one.assumed}
    return Administration(
        people=row.people,
        closed=row.closed,
        away=row.away,
        holders=dict(row.holders),
        flows=len({name for name, _version in office.flows}),
        versions=len(office.flows),
        items=len(catalogue.items),
        departments=len(catalogue.departments),
        squads=len(catalogue.squads),
        rules=sum(file.startswith("rules/") for file in catalogue.sources),
        horizon=work.calendar.horizon,
        missing=missing_year(work.calendar, local_day(work.now)),
        subscribers=row.subscribers,
        stopped=row.stopped,
        failing_channels=row.failing,
        given_up=row.given_up,
        imports=row.imports,
        imported_at=row.imported_at,
        waiting_amendments=row.waiting,
        projects=row.projects,
        defaults=_by_source({file: one for file, one in sorted(assumed.items()) if not file.startswith("items/")}),
        default_items=sum(file.startswith("items/") for file in assumed),
    )


def _by_source(sources: Mapping[str, str]) -> tuple[Default, ...]:
    found: dict[str, list[str]] = {}
    for file, source in sources.items():
        found.setdefault(source, []).append(file)
    return tuple(Default(source, tuple(files)) for source, files in found.items())
