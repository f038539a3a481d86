"""Reads the catalogue from the configuration folder: all files, all faults, or nothing."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from marshmallow import Schema

from workflow.catalogue import (
    district_checks,
    district_schema,
    document_files,
    exchange_schema,
    figures_schema,
    question_checks,
    telling_schema,
    tendering_schema,
)
from workflow.catalogue.district import (
    Battlefront,
    Catalogue,
    Code,
    Department,
    Discipline,
    Role,
    SharedMaterial,
    Squad,
    Stage,
    Street,
    Word,
)
from workflow.catalogue.documents import Contacts, DocumentKind, Remedy
from workflow.catalogue.exchange import EXCHANGE_LISTS
from workflow.catalogue.forecast import ForecastPolicy, ForecastSchema
from workflow.catalogue.item_checks import (
    STAGE_OF_PREFIX,
    ItemFile,
    Known,
    circle_faults,
    item_faults,
    shared_material_faults,
)
from workflow.catalogue.item_schema import ItemSchema
from workflow.catalogue.items import Item, Validity
from workflow.catalogue.question_schema import QuestionsSchema
from workflow.catalogue.report import ReportPolicy, ReportSchema
from workflow.catalogue.rules import (
    AreaTolerance,
    Conventions,
    Escalation,
    Help,
    Lights,
    PauseCause,
    RatingLevel,
    Threshold,
    TimeUsePolicy,
)
from workflow.catalogue.site import SITE, Site, SiteSchema
from workflow.catalogue.telling import ChannelKind
from workflow.definition import Title
from workflow.errors import ConfigFaults, Fault
from workflow.strict_schema import read
from workflow.strict_yaml import Document, digest, load_first, relative_name

T = TypeVar("T")
Check = Callable[[Document, dict[str, Any], Known], Iterator[Fault]]

FILES: Mapping[str, type[Schema]] = MappingProxyType(
    {
        "organisation.yaml": district_schema.OrganisationSchema,
        "rules/pauses.yaml": district_schema.PausesSchema,
        "rules/lights.yaml": district_schema.LightsSchema,
        "rules/clocks.yaml": district_schema.ConventionsSchema,
        "rules/thresholds.yaml": district_schema.ThresholdsSchema,
        "rules/time-use.yaml": district_schema.TimeUseSchema,
        "rules/escalation.yaml": district_schema.EscalationSchema,
        "rules/limits.yaml": district_schema.LimitsSchema,
        "rules/ratings.yaml": district_schema.RatingsSchema,
        "programme/rooms.yaml": district_schema.RoomsSchema,
        "rules/tendering.yaml": tendering_schema.TenderingSchema,
        "programme/disciplines.yaml": district_schema.DisciplinesSchema,
        "rules/areas.yaml": district_schema.AreasSchema,
        "rules/figures.yaml": figures_schema.FiguresSchema,
        "rules/early-finish.yaml": figures_schema.EarlyFinishSchema,
        "rules/landing-time.yaml": figures_schema.LandingTimeSchema,
        "rules/forecast.yaml": ForecastSchema,
        "rules/report.yaml": ReportSchema,
        "programme/stages.yaml": district_schema.StagesSchema,
        "programme/squads.yaml": district_schema.SquadsSchema,
        "programme/battlefronts.yaml": district_schema.BattlefrontsSchema,
        "programme/help.yaml": district_schema.HelpSchema,
        "programme/traits.yaml": district_schema.TraitsSchema,
        "programme/questions.yaml": QuestionsSchema,
        "codes/streets.yaml": district_schema.StreetsSchema,
        "codes/project-code.yaml": district_schema.ProjectCodeRuleSchema,
        "codes/credit-code.yaml": district_schema.CreditCodeRuleSchema,
        "codes/permit-number.yaml": district_schema.PermitNumberSchema,
        "codes/blzt.yaml": district_schema.CodeListSchema,
        "codes/splclx.yaml": district_schema.CodeListSchema,
        **{f"codes/{name}.yaml": district_schema.CodeListSchema for name in EXCHANGE_LISTS},
        "exchange.yaml": exchange_schema.ExchangeSchema,
        SITE: SiteSchema,
        "documents/contacts.yaml": document_files.ContactsSchema,
        "documents/remedies.yaml": document_files.RemediesSchema,
        telling_schema.CHANNELS: telling_schema.ChannelsSchema,
        telling_schema.TELLING: telling_schema.TellingSchema,
    }
)
CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "organisation.yaml": district_checks.organisation_faults,
        "rules/pauses.yaml": district_checks.pauses_faults,
        "rules/lights.yaml": district_checks.lights_faults,
        "rules/clocks.yaml": district_checks.clocks_faults,
        "rules/escalation.yaml": district_checks.escalation_faults,
        "rules/ratings.yaml": district_checks.ratings_faults,
        "rules/tendering.yaml": tendering_schema.tendering_faults,
        "rules/figures.yaml": figures_schema.figures_faults,
        "rules/landing-time.yaml": figures_schema.landing_faults,
        "programme/disciplines.yaml": district_checks.disciplines_faults,
        "rules/thresholds.yaml": district_checks.thresholds_faults,
        "programme/stages.yaml": district_checks.stages_faults,
        "programme/squads.yaml": district_checks.squads_faults,
        "programme/help.yaml": district_checks.help_faults,
        "documents/contacts.yaml": document_files.contacts_faults,
        "documents/remedies.yaml": document_files.remedies_faults,
        "programme/questions.yaml": question_checks.questions_faults,
        telling_schema.CHANNELS: telling_schema.channels_faults,
        "exchange.yaml": exchange_schema.exchange_faults,
    }
)

QUESTIONS = "programme/questions.yaml"
TENDERING = "rules/tendering.yaml"


@dataclass(slots=True)
class _Reading:
    """What has been read so far. A file with faults is missing in ``data`` but may be in ``documents``."""

    config: Path
    faults: list[Fault]
    documents: dict[str, Document]
    data: dict[str, Any]

    def read(self, path: Path, schema: Schema) -> None:
        file = relative_name(path, self.config)
        try:
            document, doubled = load_first(path, self.config)
        except ConfigFaults as faults:
            self.faults.extend(faults.faults)
            return
        self.faults.extend(doubled)
        self.documents[file] = document
        made, faults_found = read(schema, document)
        self.faults.extend(faults_found)
        if made is not None:
            self.data[file] = made

    def words(self, file: str, key: str) -> frozenset[str] | None:
        """The keys of a mapping in a file, readable or not in its other parts."""
        document = self.documents.get(file)
        raw = document.data.get(key) if document is not None and isinstance(document.data, dict) else None
        return frozenset(raw) if isinstance(raw, dict) else None


def load_catalogue(config: Path) -> Catalogue:
    """Read ``config`` (a folder) into a Catalogue.

    :raises ConfigFaults: with every fault of every file, sorted by file and line.
    """
    reading = _Reading(config=config, faults=[], documents={}, data={})
    for file, schema in FILES.items():
        reading.read(config / file, schema())
    for path in _item_paths(reading):
        reading.read(path, ItemSchema())
    files = _item_files(reading)
    documents, wrong = document_files.load_documents(config, reading.words("documents/remedies.yaml", "remedies"))
    reading.faults.extend(wrong)
    reading.faults.extend(_cross_faults(reading, files))
    if reading.faults:
        raise ConfigFaults(sorted(reading.faults, key=lambda fault: (fault.file, fault.line or 0)))
    return _assembled(reading, {code: file.item for code, file in files.items()}, documents)


def load_channels(config: Path) -> Mapping[str, ChannelKind]:
    """The ways to a person of ``channels.yaml`` alone; raises ConfigFaults with every fault of it."""
    reading = _Reading(config=config, faults=[], documents={}, data={})
    reading.read(config / telling_schema.CHANNELS, telling_schema.ChannelsSchema())
    if reading.faults:
        raise ConfigFaults(reading.faults)
    return telling_schema.channels_of(reading.data[telling_schema.CHANNELS])


def _item_paths(reading: _Reading) -> list[Path]:
    """The item files in the order of stage and code; anything else in the folder is a fault, not silently skipped."""
    folder = reading.config / "items"
    if not folder.is_dir():
        reading.faults.append(Fault("items", "(folder)", "the folder is missing"))
        return []
    paths = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".yaml" and path.is_file():
            paths.append(path)
        elif not path.name.startswith("."):
            name = relative_name(path, reading.config)
            reading.faults.append(Fault(name, "(file)", "only <code>.yaml files belong here", ("<code>.yaml",)))
    if not paths:
        reading.faults.append(Fault("items", "(folder)", "there is no item in the folder"))
    return sorted(paths, key=lambda path: (STAGE_OF_PREFIX.get(path.stem[:2], 9), _natural(path.stem)))


def _natural(code: str) -> tuple[str, int, str]:
    found = re.fullmatch(r"(\D*)(\d*)(.*)", code)
    return (found[1], int(found[2] or 0), found[3]) if found else (code, 0, "")


def _item_files(reading: _Reading) -> dict[str, ItemFile]:
    files = {}
    for file, made in reading.data.items():
        if file.startswith("items/"):
            document = reading.documents[file]
            item = replace(made, digest=digest(document.data))
            files[document.path.stem] = ItemFile(item=item, document=document)
    return files


def _known(reading: _Reading) -> Known:
    materials: set[str] = set()
    for file, document in reading.documents.items():
        if file.startswith("items/") and isinstance(document.data, dict):
            listed = document.data.get("materials")
            entries = listed if isinstance(listed, list) else []
            materials |= {str(one["code"]) for one in entries if isinstance(one, dict) and "code" in one}
    return Known(
        items=frozenset(path.stem for path in (reading.config / "items").glob("*.yaml")),
        materials=frozenset(materials),
        departments=reading.words("organisation.yaml", "departments"),
        roles=reading.words("organisation.yaml", "roles"),
        causes=reading.words("rules/pauses.yaml", "causes"),
        traits=reading.words("programme/traits.yaml", "traits"),
        events=reading.words("programme/traits.yaml", "events"),
        thresholds=_threshold_units(reading),
        codes={
            name: frozenset(reading.data[file]["codes"])
            for name, file in (("splclx", "codes/splclx.yaml"), ("blzt", "codes/blzt.yaml"))
            if file in reading.data
        },
    )


def _threshold_units(reading: _Reading) -> Mapping[str, str] | None:
    made = reading.data.get("rules/thresholds.yaml")
    return None if made is None else {code: threshold["unit"] for code, threshold in made["thresholds"].items()}


def _cross_faults(reading: _Reading, files: Mapping[str, ItemFile]) -> Iterator[Fault]:
    known = _known(reading)
    for file, check in CHECKS.items():
        if file in reading.data:
            yield from check(reading.documents[file], reading.data[file], known)
    if (told := reading.data.get(telling_schema.TELLING)) is not None:
        channels = reading.words(telling_schema.CHANNELS, "channels")
        yield from telling_schema.telling_faults(reading.documents[telling_schema.TELLING], told, channels)
    for item_file in files.values():
        yield from item_faults(item_file, known)
    yield from shared_material_faults(files.values())
    yield from circle_faults(files)
    yield from question_checks.order_faults(files)
    yield from question_checks.parallel_faults(files)
    if (asked := reading.data.get(QUESTIONS)) is not None:
        yield from question_checks.rule_faults(files.values(), asked["questions"], known)
        yield from question_checks.variant_faults(reading.documents[QUESTIONS], asked["questions"], files)
    for file, made in reading.data.items():
        validity: Validity = made["validity"] if isinstance(made, dict) else made.validity
        if validity.valid_to is not None and validity.valid_to < validity.valid_from:
            yield reading.documents[file].fault(("valid_to",), f"{validity.valid_to} is before valid_from")


def _assembled(reading: _Reading, items: dict[str, Item], documents: dict[str, DocumentKind]) -> Catalogue:
    """The catalogue of a reading without faults."""
    data = reading.data
    organisation, pauses = data["organisation.yaml"], data["rules/pauses.yaml"]
    superiors = organisation["superiors"]
    lists = {"project_type": "project-code", "permit_class": "permit-number", "blzt": "blzt", "splclx": "splclx"}
    lists |= {name: name for name in EXCHANGE_LISTS}
    return Catalogue(
        district=organisation["district"],
        items=MappingProxyType(items),
        departments=_coded(Department, organisation["departments"]),
        roles=MappingProxyType(
            {
                code: Role(code=code, superior=superiors.get(code), **role)
                for code, role in organisation["roles"].items()
            }
        ),
        causes=MappingProxyType(
            {
                code: PauseCause(code=code, **{**cause, "stops": frozenset(cause["stops"])})
                for code, cause in pauses["causes"].items()
            }
        ),
        stages=MappingProxyType({one["no"]: Stage(**one) for one in data["programme/stages.yaml"]["stages"]}),
        ceiling=data["programme/stages.yaml"]["ceiling"],
        squads=_coded(Squad, data["programme/squads.yaml"]["squads"]),
        battlefronts=_coded(Battlefront, data["programme/battlefronts.yaml"]["battlefronts"]),
        streets=MappingProxyType(
            {key: Street(key=key, **street) for key, street in data["codes/streets.yaml"]["streets"].items()}
        ),
        traits=_coded(Word, data["programme/traits.yaml"]["traits"]),
        events=_coded(Word, data["programme/traits.yaml"]["events"]),
        materials=MappingProxyType(_shared_materials(items)),
        codes=MappingProxyType(
            {name: _coded(Code, data[f"codes/{file}.yaml"]["codes"]) for name, file in lists.items()}
        ),
        lights=_settings(Lights, data["rules/lights.yaml"]),
        conventions=_settings(Conventions, data["rules/clocks.yaml"]),
        thresholds=_coded(Threshold, data["rules/thresholds.yaml"]["thresholds"]),
        help=_settings(Help, data["programme/help.yaml"]),
        questions=data[QUESTIONS]["questions"],
        time_use=_settings(TimeUsePolicy, data["rules/time-use.yaml"]),
        escalation=_settings(Escalation, data["rules/escalation.yaml"]),
        channels=telling_schema.channels_of(data[telling_schema.CHANNELS]),
        telling=telling_schema.telling_of(data[telling_schema.TELLING]),
        documents=MappingProxyType(documents),
        remedies=_coded(Remedy, data["documents/remedies.yaml"]["remedies"]),
        contacts=_settings(Contacts, data["documents/contacts.yaml"]),
        limits=MappingProxyType(
            data["rules/limits.yaml"]["limits"] | tendering_schema.tendering_limits(data[TENDERING])
        ),
        tendering=tendering_schema.tendering_of(data[TENDERING]),
        disciplines=_coded(Discipline, data["programme/disciplines.yaml"]["disciplines"]),
        acceptance_items=tuple(data["programme/disciplines.yaml"]["stands_for"]),
        areas=_coded(AreaTolerance, data["rules/areas.yaml"]["areas"]),
        rooms=_coded(Word, data["programme/rooms.yaml"]["rooms"]),
        ratings=_coded(RatingLevel, data["rules/ratings.yaml"]["levels"]),
        figures=MappingProxyType(figures_schema.figures_of(data["rules/figures.yaml"])),
        early_finish=data["rules/early-finish.yaml"]["rule"],
        landing=data["rules/landing-time.yaml"]["rule"],
        forecast=_settings(ForecastPolicy, data["rules/forecast.yaml"]),
        report=_settings(ReportPolicy, data["rules/report.yaml"]),
        project_code_rule=data["codes/project-code.yaml"]["rule"],
        check_organisation=data["codes/credit-code.yaml"]["check_organisation"],
        permit_patterns=data["codes/permit-number.yaml"]["patterns"],
        exchange=exchange_schema.exchange_rules(data["exchange.yaml"]),
        site=_settings(Site, data[SITE]),
        sources=MappingProxyType(
            {file: made["validity"] if isinstance(made, dict) else made.validity for file, made in data.items()}
        ),
        digest=digest(
            {file: digest(document.data) for file, document in reading.documents.items()}
            | {f"documents/{one.file}": one.digest for kind in documents.values() for one in (kind, *kind.former)}
        ),
    )


def _coded(kind: Callable[..., T], entries: Mapping[str, Mapping[str, Any]]) -> Mapping[str, T]:
    return MappingProxyType({code: kind(code=code, **entry) for code, entry in entries.items()})


def _settings(kind: Callable[..., T], data: Mapping[str, Any]) -> T:
    return kind(**{key: value for key, value in data.items() if key != "validity"})


def _shared_materials(items: Mapping[str, Item]) -> dict[str, SharedMaterial]:
    titles: dict[str, Title] = {}
    users: dict[str, list[str]] = {}
    for code, item in items.items():
        for material in item.materials:
            titles.setdefault(material.code, material.title)
            users.setdefault(material.code, []).append(code)
    return {code: SharedMaterial(code=code, title=titles[code], items=tuple(users[code])) for code in sorted(titles)}
