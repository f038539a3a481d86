"""What must hold inside an item and between items: every word known, no promise beyond the law, no circle."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workflow.catalogue.items import Item, ItemLimit, Prerequisite
from workflow.clock.limit import Limit, Unit
from workflow.errors import Fault
from workflow.strict_schema import did_you_mean, shortened
from workflow.strict_yaml import Document, Place

STAGE_OF_PREFIX = {"LX": 1, "GC": 2, "SG": 3, "JG": 4}
ISSUERS = ("applicant", "third_party")

# For comparing limits of different units only: a working day is 7/5 of a calendar day on average.
_DAYS = {Unit.WORKING_DAY: 1.4, Unit.CALENDAR_DAY: 1, Unit.HOUR: 1 / 24, Unit.MINUTE: 1 / 1440}
_DAYS |= {Unit.MONTH: 30, Unit.YEAR: 365, Unit.WORKING_HOUR: 1.4 / 6.5}


@dataclass(frozen=True, slots=True)
class Known:
    """Every word the other files define; None where that file could not be read, so that it is not blamed twice.

    ``thresholds`` are their units by code, ``codes`` the code lists that could be read.
    """

    items: frozenset[str]
    materials: frozenset[str]
    departments: frozenset[str] | None
    roles: frozenset[str] | None
    causes: frozenset[str] | None
    traits: frozenset[str] | None
    events: frozenset[str] | None
    thresholds: Mapping[str, str] | None = None
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemFile:
    """An item with the document it was read from."""

    item: Item
    document: Document


def days(limit: Limit) -> float:
    """About how many calendar days a limit is, for comparing only."""
    return limit.amount * _DAYS[limit.unit]


def unknown_word(
    document: Document, place: Place, what: str, word: str | None, known: Iterable[str] | None
) -> Iterator[Fault]:
    """A fault when ``word`` is not among the known ones; silence where there is no word or nothing to compare."""
    if word is None or known is None:
        return
    words = list(known)
    if word not in words:
        yield document.fault(place, f"unknown {what} {word!r}{did_you_mean(word, words)}", shortened(word, words))


def item_faults(file: ItemFile, known: Known) -> Iterator[Fault]:
    """Everything wrong with one item that the others do not decide."""
    yield from _name_faults(file)
    yield from _word_faults(file, known)
    yield from _material_faults(file, known)
    for index, prerequisite in enumerate(file.item.prerequisites):
        yield from _prerequisite_faults(file.document, prerequisite, ("prerequisites", index), known)
    yield from _limit_faults(file)
    yield from _life_faults(file)
    yield from _commitment_faults(file)


def _name_faults(file: ItemFile) -> Iterator[Fault]:
    item, document = file.item, file.document
    if item.code != document.path.stem:
        yield document.fault(("code",), f"{item.code!r}: the file is called {document.path.name}", [document.path.stem])
    stage = STAGE_OF_PREFIX.get(item.code[:2])
    if stage is None:
        yield document.fault(("code",), f"{item.code!r}: the first two letters name no stage", STAGE_OF_PREFIX)
    elif stage != item.stage:
        yield document.fault(("stage",), f"{item.stage}: {item.code[:2]} belongs to stage {stage}", [str(stage)])


def _word_faults(file: ItemFile, known: Known) -> Iterator[Fault]:
    item, document = file.item, file.document
    yield from unknown_word(document, ("department",), "department", item.department, known.departments)
    for index, code in enumerate(item.co_departments):
        yield from unknown_word(document, ("co_departments", index), "department", code, known.departments)
    for index, cause in enumerate(item.pauses):
        yield from unknown_word(document, ("pauses", index), "pause cause", cause, known.causes)
    yield from _repeated(document, ("pauses",), item.pauses, "pause cause")
    yield from unknown_word(document, ("applies_if",), "project trait", item.applies_if, known.traits)
    yield from unknown_word(document, ("waived_if",), "project trait", item.waived_if, known.traits)
    yield from _rule_faults(file, known)
    for key in ("lifetime", "pre_licence"):
        lifetime = item.lifetime if key == "lifetime" else item.pre_licence
        if lifetime is not None:
            yield from unknown_word(document, (key, "until"), "event", lifetime.until, known.events)
    if item.duty is not None:
        yield from unknown_word(document, ("duty", "from"), "event", item.duty.base, known.events)
    if item.extension is not None:
        yield from unknown_word(document, ("extension", "role"), "role", item.extension.role, known.roles)


def _rule_faults(file: ItemFile, known: Known) -> Iterator[Fault]:
    rule, document = file.item.applies, file.document
    if rule is None:
        return
    for key, traits in (("any_of", rule.any_of), ("none_of", rule.none_of)):
        for index, trait in enumerate(traits):
            yield from unknown_word(document, ("applies", key, index), "project trait", trait, known.traits)
    for trait in rule.any_of:
        if trait in rule.none_of:
            yield document.fault(("applies",), f"{trait!r} both asks for the item and excludes it")
    if rule.optional and not rule.any_of:
        yield document.fault(("applies", "optional"), "every project needs the item; any_of says which need not")


def _material_faults(file: ItemFile, known: Known) -> Iterator[Fault]:
    item, document = file.item, file.document
    yield from _repeated(document, ("materials",), [material.code for material in item.materials], "material", "code")
    issuers = None if known.departments is None else (*ISSUERS, *known.departments, *known.items)
    for index, material in enumerate(item.materials):
        place: Place = ("materials", index)
        yield from unknown_word(document, (*place, "issued_by"), "issuer", material.issued_by, issuers)
        if not material.formats:
            yield document.fault((*place, "formats"), "at least one format is needed")
        if material.may_follow and not material.required:
            yield document.fault((*place, "may_follow"), "only a required paper may follow; required is false")
        if material.may_follow and item.gap_limit is None:
            yield document.fault((*place, "may_follow"), "a paper may follow, but the item has no gap_limit for it")


def _prerequisite_faults(document: Document, one: Prerequisite, place: Place, known: Known) -> Iterator[Fault]:
    for key, codes in (("any_of", one.any_of), ("substitutes", one.substitutes)):
        for index, code in enumerate(codes):
            yield from unknown_word(document, (*place, key, index), "item", code, known.items)
    yield from unknown_word(document, (*place, "or_document"), "material", one.or_document, known.materials)
    yield from unknown_word(document, (*place, "event"), "event", one.event, known.events)
    yield from unknown_word(document, (*place, "applies_if"), "project trait", one.applies_if, known.traits)
    yield from unknown_word(document, (*place, "waived_if"), "project trait", one.waived_if, known.traits)
    if one.kind == "must_precede_event":
        if one.event is None:
            yield document.fault(place, "must_precede_event needs an event")
        if one.any_of or one.or_document or one.substitutes:
            yield document.fault(
                place,
                "must_precede_event is about this item itself; any_of, or_document and substitutes belong to "
                "must_precede_decision",
            )
        return
    if one.event is not None:
        yield document.fault((*place, "event"), f"{one.kind} has no event; must_precede_event has")
    if not one.any_of and one.or_document is None:
        yield document.fault(place, f"{one.kind} needs any_of or or_document")


def _limit_faults(file: ItemFile) -> Iterator[Fault]:
    item, document = file.item, file.document
    yield from _promise_faults(document, (), item.statutory, item.promised)
    for index, variant in enumerate(item.variants):
        yield from _promise_faults(document, ("variants", index), *item.limits(variant.code))
    yield from _repeated(document, ("variants",), [variant.code for variant in item.variants], "variant", "code")
    if item.extension is None:
        return
    if item.statutory is None:
        yield document.fault(("extension",), "there is no statutory limit to extend")
    elif item.statutory.limit.unit is not Unit.WORKING_DAY:
        yield document.fault(("extension",), "an extension counts working days; the statutory limit does not")


def _life_faults(file: ItemFile) -> Iterator[Fault]:
    item, document = file.item, file.document
    if item.base_form is not None and not item.variants:
        yield document.fault(("base_form",), "the item has no variants beside its base form")
    for key, lifetime in (("lifetime", item.lifetime), ("pre_licence", item.pre_licence)):
        renewal = lifetime.renewal if lifetime is not None else None
        if lifetime is None or renewal is None:
            continue
        if not lifetime.lapses:
            yield document.fault((key, "renewal"), "a result that does not lapse has no life to renew")
        before = renewal.apply_before
        if before is None:
            continue
        if before.unit not in (Unit.WORKING_DAY, Unit.CALENDAR_DAY):
            yield document.fault(
                (key, "renewal", "apply_before"), f"{before}: working or calendar days are accepted", ("30wd", "30cd")
            )
        elif days(before) >= days(lifetime.limit):
            yield document.fault(
                (key, "renewal", "apply_before"), f"{before} before the end of {lifetime.limit} lies before its start"
            )


def _commitment_faults(file: ItemFile) -> Iterator[Fault]:
    item, document, word = file.item, file.document, file.item.commitment
    if word is None:
        return
    place: Place = ("commitment",)
    variants = [variant.code for variant in item.variants]
    yield from unknown_word(document, (*place, "variant"), "variant", word.variant, variants)
    yield from _repeated(document, (*place, "signers"), word.signers, "signer")
    if "applicant" not in word.signers:
        yield document.fault((*place, "signers"), "whoever applies signs the commitment", ("applicant",))
    if word.check_within.unit not in (Unit.WORKING_DAY, Unit.CALENDAR_DAY):
        yield document.fault(
            (*place, "check_within"), f"{word.check_within}: working or calendar days are accepted", ("20wd", "60cd")
        )
    if word.result == "pre_licence" and item.pre_licence is None:
        yield document.fault((*place, "result"), "the item has no pre_licence that could be given", ("licence",))


def _promise_faults(
    document: Document, place: Place, statutory: ItemLimit | None, promised: ItemLimit | None
) -> Iterator[Fault]:
    if statutory is None or promised is None or days(promised.limit) <= days(statutory.limit):
        return
    here = (*place, "promised", "limit")
    if here not in document.lines:
        here = (*place, "statutory", "limit")
    yield document.fault(
        here,
        f"the promise of {promised.limit} is longer than the law's {statutory.limit} ({statutory.basis})",
        [f"at most {statutory.limit}"],
    )


def _repeated(
    document: Document, place: Place, codes: Sequence[str], what: str, key: str | None = None
) -> Iterator[Fault]:
    for index, code in enumerate(codes):
        if code in codes[:index]:
            here: Place = (*place, index) if key is None else (*place, index, key)
            yield document.fault(here, f"the {what} {code!r} stands twice")


def shared_material_faults(files: Iterable[ItemFile]) -> Iterator[Fault]:
    """One code, one paper: the same names and the same issuer wherever it is asked for."""
    first: dict[str, tuple[object, ItemFile]] = {}
    for file in files:
        for index, material in enumerate(file.item.materials):
            told = (material.title, material.issued_by)
            before, where = first.setdefault(material.code, (told, file))
            if told != before and where is not file:
                title = next(one.title for one in where.item.materials if one.code == material.code)
                yield file.document.fault(
                    ("materials", index),
                    f"the paper {material.code!r} has another name or issuer than in {where.document.file}",
                    [f"{title.zh} / {title.en}"],
                )


def circle_faults(files: Mapping[str, ItemFile]) -> Iterator[Fault]:
    """Items that wait for each other's decision, each circle once."""
    edges = {code: [one for p in file.item.must_precede for one in p.satisfied_by] for code, file in files.items()}
    for circle in circles(edges):
        document, item = files[circle[0]].document, files[circle[0]].item
        following = circle[1] if len(circle) > 1 else circle[0]
        edge = next(one for one in item.must_precede if following in one.satisfied_by)
        way = " → ".join((*circle, circle[0]))
        place = ("prerequisites", item.prerequisites.index(edge))
        yield document.fault(place, f"these items wait for each other's decision: {way}")


def circles(edges: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """The circles met on one walk over a graph of words; words without edges of their own end the walk."""
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    way: list[str] = []

    def visit(word: str) -> None:
        if word in way:
            found.append(tuple(way[way.index(word) :]))
            return
        if word in done:
            return
        way.append(word)
        for following in edges.get(word, ()):
            visit(following)
        way.pop()
        done.add(word)

    for word in edges:
        visit(word)
    return found
