"""The district of the demo before its first case: companies, projects of the war map, people and their roles."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from workflow.actor import Actor, Grant
from workflow.catalogue import Catalogue
from workflow.demo.codes import company_code, project_code_of
from workflow.demo.files import DemoFiles, DemoPerson, DemoProject
from workflow.demo.story import project_facts
from workflow.passwords import hash_password
from workflow.store import people, projects


@dataclass(frozen=True, slots=True)
class Site:
    """A recorded project, the two people it concerns most, by username, and its squad."""

    code: str
    name: str
    applicant: str
    specialist: str
    squad: str


@dataclass(frozen=True, slots=True)
class Town:
    """What was recorded: sites in the order of the war map, then those of renewal beside it; everybody by username
    and by id."""

    sites: tuple[Site, ...]
    actors: Mapping[str, Actor]
    roles: Mapping[int, str]
    directors: Mapping[str, str]
    """The username of the director, by department."""
    clerk: str
    district_leader: str

    def by_id(self, person_id: int) -> Actor:
        """The person with that id."""
        return next(actor for actor in self.actors.values() if actor.id == person_id)


def settle(
    conn: Connection, files: DemoFiles, catalogue: Catalogue, password_hash: str, opened: datetime, today: date
) -> Town:
    """Record everything; ``opened`` is when the accounts were made, ``today`` what planned dates count from."""
    companies = {name: company_code(number) for number, name in enumerate(files.companies)}
    for name, code in companies.items():
        projects.add_company(conn, code, name, demo=True)
    specialists = files.of_role("specialist")
    applicants = {person.company: person.username for person in reversed(files.of_role("applicant"))}
    ids, sites = [], []
    for number, project in enumerate(files.sites):
        columns = project_columns(project, number, catalogue, companies[project.company], today)
        ids.append(projects.add_project(conn, columns, opened))
        specialist = specialists[number % len(specialists)].username
        sites.append(Site(columns["code"], project.name, applicants[project.company], specialist, columns["squad"]))
    actors = {}
    for person in files.people:
        served = [ids[number] for number, site in enumerate(sites) if site.specialist == person.username]
        actors[person.username] = _add_person(conn, person, companies, served, password_hash, opened)
    return Town(
        sites=tuple(sites),
        actors=actors,
        roles={actor.id: person.role for person in files.people if (actor := actors[person.username]).id is not None},
        directors={person.department: person.username for person in files.of_role("director") if person.department},
        clerk=files.of_role("clerk")[0].username,
        district_leader=files.of_role("district_leader")[0].username,
    )


def admit_newcomers(conn: Connection, files: DemoFiles, now: datetime) -> tuple[str, ...]:
    """The accounts a newer demo has and the one in the database has not: added, and named.

    Those that serve a project or a company come with a demo made anew only.
    """
    known = people.usernames(conn)
    new = [one for one in files.people if one.username not in known and one.role not in ("applicant", "specialist")]
    # One hash for all of them: it is made to be slow.
    password_hash = hash_password(files.password) if new else ""
    for person in new:
        _add_person(conn, person, {}, [], password_hash, now)
    return tuple(person.username for person in new)


def project_columns(
    project: DemoProject, number: int, catalogue: Catalogue, company: str, today: date
) -> dict[str, Any]:
    """The n-th project as the table has it; its squad is the one that serves its membership, without one that of
    construction."""
    wanted = "needs_tender" if project.needs_tender else "needs_permit"
    return {
        "code": project_code_of(number, project.splclx),
        "name": project.name,
        "company": company,
        "splclx": project.splclx,
        "street": project.street,
        "battlefront": project.battlefront,
        "squad": next(code for code, squad in catalogue.squads.items() if squad.serves == wanted),
        "investment_wan": project.investment_wan,
        "area_m2": project.area_m2,
        "needs_permit": project.needs_permit,
        "needs_tender": project.needs_tender,
        "renewal": project.renewal,
        "facts": project_facts(project, number),
        "planned_start": today + timedelta(weeks=project.start_weeks),
        "demo": True,
    }


def _add_person(
    conn: Connection,
    person: DemoPerson,
    companies: Mapping[str, str],
    served: list[int],
    password_hash: str,
    opened: datetime,
) -> Actor:
    person_id = people.add_person(conn, person.username, person.name, password_hash, opened, demo=True)
    for grant in _grants(person, companies, served):
        people.grant_role(conn, person_id, grant)
    return people.actor(conn, person_id)


def _grants(person: DemoPerson, companies: Mapping[str, str], served: list[int]) -> list[Grant]:
    if person.role == "specialist":
        return [Grant(person.role, project_id=project_id) for project_id in served]
    company = companies[person.company] if person.company else None
    return [Grant(person.role, department=person.department, squad=person.squad, company=company)]
