"""The demo's own files: the war map, renewal beside it, and people, read strictly; every fault of all at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import fields, validate

from workflow.catalogue import Catalogue
from workflow.catalogue.item_schema import FileSchema
from workflow.errors import ConfigFaults, Fault
from workflow.strict_schema import Flag, StrictSchema, Text, Whole, read
from workflow.strict_yaml import Document, load

FOLDER = "demo"
WAR_MAP = "war-map.yaml"
RENEWAL = "renewal.yaml"
PEOPLE = "people.yaml"

PERMIT_PROJECTS = 50
TENDER_PROJECTS = 79
"""What the article says of the two memberships of the war map (domain fact book, 12.1)."""
RENEWAL_PROJECTS = 194
RENEWAL_INVESTMENT_WAN = 7_360_700
STARTED_IN_FIRST_QUARTER = 33
"""What it says of the renewal projects of the year (12.3)."""
NO_RENEWAL = "other"
"""The battlefront that is none of the three-year drive."""

SCOPE_OF = {"officer": "department", "director": "department", "squad_leader": "squad", "applicant": "company"}


@dataclass(frozen=True, slots=True)
class DemoProject:
    """One row of the war map, or of renewal beside it. ``start_weeks`` is the planned start of works, in weeks from the
    making of the demo; ``first_quarter``: works began in the first quarter instead."""

    name: str
    street: str
    battlefront: str
    splclx: int
    investment_wan: int
    area_m2: int
    start_weeks: int
    company: str
    needs_permit: bool = False
    needs_tender: bool = False
    named_in_article: bool = False
    first_quarter: bool = False

    @property
    def renewal(self) -> bool:
        """Whether it is one of the three-year drive."""
        return self.battlefront != NO_RENEWAL


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One account; ``shown`` in the banner. The scope that the role needs is given, the others are None."""

    username: str
    name: str
    role: str
    department: str | None = None
    squad: str | None = None
    company: str | None = None
    shown: bool = False


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """The files; ``password`` is the one of every account. ``renewals`` are the projects beside the war map."""

    projects: tuple[DemoProject, ...]
    people: tuple[DemoPerson, ...]
    password: str
    renewals: tuple[DemoProject, ...] = ()

    @property
    def sites(self) -> tuple[DemoProject, ...]:
        """Every project: those of the war map first."""
        return (*self.projects, *self.renewals)

    @property
    def companies(self) -> tuple[str, ...]:
        """Every company, in the order of the war map."""
        return tuple(dict.fromkeys(project.company for project in self.projects))

    def of_role(self, role: str, department: str | None = None) -> tuple[DemoPerson, ...]:
        """The people of a role, of one department where one is named."""
        return tuple(
            person for person in self.people if person.role == role and department in (None, person.department)
        )


class _Site(StrictSchema):
    """What every project of the demo says of itself."""

    makes = DemoProject
    name = Text(required=True)
    street = Text(required=True)
    battlefront = Text(required=True)
    splclx = Whole(least=1, most=10, required=True)
    investment_wan = Whole(least=1, required=True)
    area_m2 = Whole(least=1, required=True)
    start_weeks = Whole(least=-520, most=520, required=True)
    company = Text(required=True)


class _Project(_Site):
    needs_permit = Flag(required=True)
    needs_tender = Flag(required=True)
    named_in_article = Flag(required=True)


class _WarMap(FileSchema):
    projects = fields.List(fields.Nested(_Project), required=True)


class _Renewal(_Site):
    first_quarter = Flag(required=True)


class _Renewals(FileSchema):
    projects = fields.List(fields.Nested(_Renewal), required=True)


class _Person(StrictSchema):
    makes = DemoPerson
    username = Text(
        required=True,
        validate=validate.Regexp(r"^[a-z][a-z0-9-]{1,30}$", error="lower case letters, digits and - are needed"),
    )
    name = Text(required=True)
    role = Text(required=True)
    department = Text()
    squad = Text()
    company = Text()
    shown = Flag()


class _People(FileSchema):
    password = Text(required=True, validate=validate.Length(min=8, error="at least 8 characters are needed"))
    people = fields.List(fields.Nested(_Person), required=True)


SCHEMAS: tuple[tuple[str, type[FileSchema]], ...] = ((WAR_MAP, _WarMap), (RENEWAL, _Renewals), (PEOPLE, _People))


def load_demo_files(config: Path, catalogue: Catalogue | None = None) -> DemoFiles:
    """Read ``config/demo``; with a catalogue, every word in it is checked against what is known.

    :raises ConfigFaults: with every fault of all files.
    """
    faults: list[Fault] = []
    read_files = [_read(config, name, schema(), faults) for name, schema in SCHEMAS]
    documents = [document for document, made in read_files if document is not None and made is not None]
    if len(documents) < len(read_files):
        raise ConfigFaults(faults)
    (_, war_map), (_, renewal), (_, people) = read_files
    files = DemoFiles(
        tuple(war_map["projects"]), tuple(people["people"]), people["password"], tuple(renewal["projects"])
    )
    faults += [
        *_war_map_faults(files, documents[0], catalogue),
        *_renewal_faults(files, documents[1], catalogue),
        *_people_faults(files, documents[2], catalogue),
    ]
    if faults:
        raise ConfigFaults(faults)
    return files


def _read(config: Path, name: str, schema: FileSchema, faults: list[Fault]) -> tuple[Document | None, Any]:
    try:
        document = load(config / FOLDER / name, config)
    except ConfigFaults as found:
        faults.extend(found.faults)
        return None, None
    made, found_faults = read(schema, document)
    faults.extend(found_faults)
    return document, made


def _war_map_faults(files: DemoFiles, document: Document, catalogue: Catalogue | None) -> Iterator[Fault]:
    yield from _project_faults(files.projects, document, catalogue)
    for field, wanted in (("needs_permit", PERMIT_PROJECTS), ("needs_tender", TENDER_PROJECTS)):
        carried = sum(getattr(project, field) for project in files.projects)
        if carried != wanted:
            yield document.fault(("projects",), f"{carried} projects carry {field}, the war map has {wanted}")
    for index, project in enumerate(files.projects):
        if not (project.needs_permit or project.needs_tender):
            yield document.fault(
                ("projects", index), "needs neither a permit nor a tender", ("needs_permit", "needs_tender")
            )


def _renewal_faults(files: DemoFiles, document: Document, catalogue: Catalogue | None) -> Iterator[Fault]:
    yield from _project_faults(files.renewals, document, catalogue)
    known = {project.name for project in files.projects}
    companies = {project.company for project in files.projects}
    for index, project in enumerate(files.renewals):
        if project.name in known:
            yield document.fault(("projects", index, "name"), f"{project.name!r} is on the war map already")
        yield from _known(document, ("projects", index, "company"), project.company, companies)
    all_ = [project for project in files.sites if project.renewal]
    found = (
        ("renewal projects", len(all_), RENEWAL_PROJECTS),
        ("万元 invested", sum(project.investment_wan for project in all_), RENEWAL_INVESTMENT_WAN),
        ("begun in the first quarter", sum(one.first_quarter for one in all_), STARTED_IN_FIRST_QUARTER),
    )
    for words, counted, wanted in found:
        if counted != wanted:
            yield document.fault(("projects",), f"{words}: {counted} with the war map, the year has {wanted}")


def _project_faults(
    projects: Sequence[DemoProject], document: Document, catalogue: Catalogue | None
) -> Iterator[Fault]:
    for index in _doubles([project.name for project in projects]):
        yield document.fault(("projects", index, "name"), f"{projects[index].name!r} stands twice")
    for index, project in enumerate(projects if catalogue is not None else ()):
        place = ("projects", index)
        assert catalogue is not None
        yield from _known(document, (*place, "street"), project.street, catalogue.streets)
        yield from _known(document, (*place, "battlefront"), project.battlefront, catalogue.battlefronts)
        yield from _known(document, (*place, "splclx"), str(project.splclx), catalogue.codes["splclx"])


def _people_faults(files: DemoFiles, document: Document, catalogue: Catalogue | None) -> Iterator[Fault]:
    for index in _doubles([person.username for person in files.people]):
        yield document.fault(("people", index, "username"), f"{files.people[index].username!r} stands twice")
    for index, person in enumerate(files.people):
        place = ("people", index)
        wanted = SCOPE_OF.get(person.role)
        for scope in ("department", "squad", "company"):
            if (getattr(person, scope) is not None) != (scope == wanted):
                yield document.fault((*place, scope), f"{scope} belongs to {person.role}: {scope == wanted}")
        yield from _known(document, (*place, "company"), person.company, files.companies)
        if catalogue is not None:
            yield from _known(document, (*place, "role"), person.role, catalogue.roles)
            yield from _known(document, (*place, "department"), person.department, catalogue.departments)
            yield from _known(document, (*place, "squad"), person.squad, catalogue.squads)
    yield from _gaps(files, document, catalogue)


def _gaps(files: DemoFiles, document: Document, catalogue: Catalogue | None) -> Iterator[Fault]:
    """Whoever the demo needs must be there: an applicant of every company, an officer of every department."""
    represented = {person.company for person in files.people}
    for company in files.companies:
        if company not in represented:
            yield document.fault(("people",), f"nobody applies for {company}")
    for role in ("clerk", "specialist", "district_leader"):
        if not files.of_role(role):
            yield document.fault(("people",), f"there is no {role}")
    for department in sorted({item.department for item in catalogue.items.values()}) if catalogue else ():
        for role in ("officer", "director"):
            if not files.of_role(role, department):
                yield document.fault(("people",), f"{department} has no {role}")


def _known(document: Document, place: tuple[str | int, ...], word: str | None, known: Iterable[str]) -> Iterator[Fault]:
    accepted = sorted(known)
    if word is not None and word not in accepted:
        yield document.fault(place, f"{word!r} is not known", accepted)


def _doubles(words: Sequence[str]) -> list[int]:
    return [index for index, word in enumerate(words) if word in words[:index]]
