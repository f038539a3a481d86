"""Reads ``config/documents``: one Typst file a kind, with a YAML front matter in the comment it begins with.

``<kind>.typ`` is the newest version; an older one that documents were issued with stays beside it as
``<kind>.v<N>.typ``. Files that begin with ``_`` are what the others share.
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from marshmallow import fields

from workflow.catalogue.documents import SEALS, Contact, DocumentKind, RemedyText
from workflow.catalogue.item_checks import Known
from workflow.catalogue.item_schema import FileSchema
from workflow.documents import COMMON_FACTS, EITHER, INPUT, KEPT, known_fact
from workflow.errors import ConfigFaults, Fault
from workflow.strict_schema import (
    Choice,
    Day,
    Flag,
    NamedSchema,
    StrictSchema,
    Text,
    TitleSchema,
    Whole,
    did_you_mean,
    read,
    shortened,
)
from workflow.strict_yaml import Document, load_text, relative_name

FOLDER = "documents"
OPENS, CLOSES = "/*", "*/"
NAME = re.compile(r"(?P<kind>[a-z][a-z0-9_]*)(?:\.v(?P<version>[1-9][0-9]*))?\.typ")
CALLS = re.compile(r"\b(?:fact|given|about)\(([^()]*)\)")
"""Where the text of a template names facts."""
QUOTED = re.compile(r"\"([^\"]*)\"")
OTHERS = (f"{INPUT}<field of the action>", f"{KEPT}<name in the case's data>")
FRAME = "_frame.typ"
ALWAYS = (
    "case",
    "title",
    "project_name",
    "project_code",
    "company_name",
    "department",
    "contact",
    "phone",
    "supervision_phone",
    "issued_on",
)
"""What every document states, whatever its front matter says (domain fact book, 9: the common header and footer)."""


class FrontMatterSchema(FileSchema):
    """The front matter of ``config/documents/<kind>.typ``."""

    code = Text(required=True)
    version = Whole(least=1, required=True)
    title = fields.Nested(TitleSchema, required=True)
    basis = Text(required=True)
    seal = Choice(SEALS, required=True)
    states = fields.List(Text(), required=True)
    may_state = fields.List(Text())
    remedy = Text()
    internal = Flag()


class RemedyTextSchema(StrictSchema):
    makes = RemedyText
    valid_from = Day(required=True)
    valid_to = Day(required=True, allow_none=True)
    basis = Text(required=True)
    text = fields.Nested(TitleSchema, required=True)


class RemedySchema(NamedSchema):
    texts = fields.List(fields.Nested(RemedyTextSchema), required=True)


class RemediesSchema(FileSchema):
    """``config/documents/remedies.yaml``."""

    remedies = fields.Dict(keys=Text(), values=fields.Nested(RemedySchema), required=True)


class ContactSchema(StrictSchema):
    makes = Contact
    contact = Text(required=True)
    phone = Text(required=True)


class ContactsSchema(FileSchema):
    """``config/documents/contacts.yaml``."""

    general = fields.Nested(ContactSchema, required=True)
    supervision_phone = Text(required=True)
    departments = fields.Dict(keys=Text(), values=fields.Nested(ContactSchema), required=True)


def contacts_faults(document: Document, data: Mapping[str, Any], known: Known) -> Iterator[Fault]:
    """Lines of departments there are none of."""
    for code in data["departments"]:
        if known.departments is not None and code not in known.departments:
            yield document.fault(
                ("departments", code), f"unknown department {code!r}", shortened(code, known.departments)
            )


def remedies_faults(document: Document, data: Mapping[str, Any], known: Known) -> Iterator[Fault]:
    """Texts of one remedy that speak for the same day, or leave days between them without one."""
    for code, remedy in data["remedies"].items():
        texts: tuple[RemedyText, ...] = remedy["texts"]
        for index, (one, following) in enumerate(pairwise(texts), start=1):
            expected = None if one.valid_to is None else one.valid_to + timedelta(days=1)
            if following.valid_from != expected:
                place = ("remedies", code, "texts", index, "valid_from")
                yield document.fault(place, "a text begins on the day after the one before it", (str(expected),))


@dataclass(frozen=True, slots=True)
class _Read:
    document: Document
    source: str
    kind: DocumentKind


def load_documents(config: Path, remedies: Collection[str] | None) -> tuple[dict[str, DocumentKind], list[Fault]]:
    """Every kind by name, and every fault of every file; ``remedies`` are known, None where their file is unreadable.

    A kind with a fault is left out.
    """
    folder = config / FOLDER
    if not folder.is_dir():
        return {}, [Fault(FOLDER, "(folder)", "the folder is missing")]
    faults: list[Fault] = []
    found: list[_Read] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")) or path.suffix in (".yaml", ".svg", ".png"):
            continue
        one = _read(path, config, faults)
        if one is not None:
            wrong = list(_faults(one, remedies))
            faults.extend(wrong)
            found += [] if wrong else [one]
    if not (folder / FRAME).is_file():
        faults.append(Fault(f"{FOLDER}/{FRAME}", "(file)", "the file is missing: every template stands on it"))
    faults.extend(_doubled(found))
    return _kinds(found, faults), faults


def _read(path: Path, config: Path, faults: list[Fault]) -> _Read | None:
    file = relative_name(path, config)
    named = NAME.fullmatch(path.name)
    if named is None or not path.is_file():
        known = ("<kind>.typ", "<kind>.v<N>.typ", "_<shared>.typ")
        faults.append(Fault(file, "(file)", "only templates belong here", known))
        return None
    try:
        source = path.read_text(encoding="utf-8")
        document = load_text(_front_matter(source, file), file)
    except UnicodeDecodeError as error:
        faults.append(Fault(file, "(file)", f"the file is not UTF-8 text (byte {error.start})"))
        return None
    except ConfigFaults as unreadable:
        faults.extend(unreadable.faults)
        return None
    made, wrong = read(FrontMatterSchema(), document)
    faults.extend(wrong)
    if made is None:
        return None
    if named["version"] is not None and int(named["version"]) != made["version"]:
        faults.append(document.fault(("version",), f"the file's name says {named['version']}", (named["version"],)))
        return None
    return _Read(document, source, _kind(named["kind"], path, source, made))


def _front_matter(source: str, file: str) -> str:
    """The YAML of the leading comment; its lines keep their numbers in the file."""
    end = source.find(CLOSES)
    if not source.startswith(OPENS) or end < 0:
        raise ConfigFaults(
            [Fault(file, "(file)", f"the file begins with its front matter in a comment: {OPENS} … {CLOSES}", line=1)]
        )
    return source[len(OPENS) : end]


def _kind(name: str, path: Path, source: str, made: Mapping[str, Any]) -> DocumentKind:
    states = tuple(tuple(part.strip() for part in entry.split(EITHER.strip())) for entry in made["states"])
    return DocumentKind(
        kind=name,
        version=made["version"],
        code=made["code"],
        title=made["title"],
        validity=made["validity"],
        basis=made["basis"],
        seal=made["seal"],
        states=states,
        may_state=made.get("may_state", ()),
        remedy=made.get("remedy"),
        internal=made.get("internal", False),
        file=path.name,
        digest=hashlib.sha256(source.encode()).hexdigest(),
    )


def _faults(one: _Read, remedies: Collection[str] | None) -> Iterator[Fault]:
    kind, document = one.kind, one.document
    for key, entries in (("states", kind.states), ("may_state", [(name,) for name in kind.may_state])):
        for index, names in enumerate(entries):
            for name in names:
                if not known_fact(name):
                    yield document.fault((key, index), _unknown(name), _near(name, COMMON_FACTS))
    yield from _used_faults(one)
    if kind.remedy is not None and remedies is not None and kind.remedy not in remedies:
        yield document.fault(
            ("remedy",), f"unknown remedy {kind.remedy!r}{did_you_mean(kind.remedy, remedies)}", sorted(remedies)
        )
    if (kind.remedy is not None) != ("remedies" in kind.facts):
        yield document.fault(("remedy",), "remedies is stated and remedy says which, or neither", ("remedies",))
    if kind.validity.valid_to is not None and kind.validity.valid_to < kind.validity.valid_from:
        yield document.fault(("valid_to",), f"{kind.validity.valid_to} is before valid_from")


def _used_faults(one: _Read) -> Iterator[Fault]:
    """Facts that the text uses: each has to be named in the front matter, or it would be missing when it is printed."""
    calls = CALLS.finditer(one.source, one.source.find(CLOSES))
    named = [(name, call.start()) for call in calls for name in QUOTED.findall(call[1])]
    for name, at in named:
        if name in one.kind.facts or name in ALWAYS:
            continue
        line = one.source.count("\n", 0, at) + 1
        what = f"the text uses the fact {name!r}, which states and may_state do not name" if known_fact(name) else None
        yield Fault(
            one.document.file, "(text)", what or _unknown(name), _near(name, (*one.kind.facts, *ALWAYS)), line=line
        )


def _unknown(name: str) -> str:
    return f"unknown fact {name!r}{did_you_mean(name, COMMON_FACTS)}"


def _near(name: str, known: Collection[str]) -> tuple[str, ...]:
    return (*shortened(name, known), *OTHERS)


def _doubled(found: list[_Read]) -> Iterator[Fault]:
    """Two kinds whose numbers could not be told apart, and two files of one version."""
    codes: dict[str, str] = {}
    versions: set[tuple[str, int]] = set()
    for one in found:
        kind = one.kind
        owner = codes.setdefault(kind.code, kind.kind)
        if owner != kind.kind:
            yield one.document.fault(("code",), f"{kind.code!r} is the code of {owner} already", sorted(codes))
        if (kind.kind, kind.version) in versions:
            yield one.document.fault(("version",), f"there is a version {kind.version} of {kind.kind} already")
        versions.add((kind.kind, kind.version))


def _kinds(found: list[_Read], faults: list[Fault]) -> dict[str, DocumentKind]:
    by_name: dict[str, list[DocumentKind]] = {}
    for one in found:
        by_name.setdefault(one.kind.kind, []).append(one.kind)
    kinds = {}
    for name, versions in sorted(by_name.items()):
        newest = max(versions, key=lambda one: one.version)
        if newest.file != f"{name}.typ":
            file = f"{FOLDER}/{newest.file}"
            faults.append(Fault(file, "(file)", "the newest version has no number in its name", (f"{name}.typ",)))
        kinds[name] = replace(newest, former=tuple(one for one in versions if one is not newest))
    return kinds
