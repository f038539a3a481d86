"""Which papers the items of a case ask for, and which of them may be handed in now. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from workflow.catalogue import Catalogue, Item, Material
from workflow.definition import State, Title
from workflow.guards import Facts


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper, asked for once however many items need it: the strictest wish of any of them counts.

    ``formats`` are accepted by every item, ``max_mb`` is in MiB. ``may_follow``: may come later under a promise (容缺).
    """

    code: str
    title: Title
    required: bool
    may_follow: bool
    formats: tuple[str, ...]
    max_mb: int
    items: tuple[str, ...]


def papers_of(items: Iterable[Item], catalogue: Catalogue) -> dict[str, Paper]:
    """The papers of these items by code, those that stand in for a prerequisite included, in the order of the items."""
    wishes: dict[str, list[tuple[str, Material]]] = {}
    for item in items:
        for material in (*item.materials, *_instead(item, catalogue)):
            wishes.setdefault(material.code, []).append((item.code, material))
    return {code: _paper(asked) for code, asked in wishes.items()}


def may_come_now(facts: Facts, state: State) -> frozenset[str]:
    """The codes that may be handed in on this case in ``state``.

    Everything while the applicant fills in or corrects the application, and while its incomplete papers interrupt the
    time (施工许可管理办法 5(3)). Later only what is promised and missing, and, until the decision, a paper that stands
    in for a prerequisite; nothing once the case has ended.
    """
    papers = papers_of(facts.items, facts.catalogue)
    if state.ended:
        return frozenset()
    if state.turn == "applicant" and facts.case.accepted_at is None:
        return frozenset(papers)
    if any(pause.resets for pause in facts.case.open_pauses):
        return frozenset(papers)
    attached = {material.code for material in facts.materials}
    late = {code for code, paper in papers.items() if paper.may_follow}
    if facts.case.decided_at is None:
        late |= {edge.or_document for item in facts.items for edge in item.must_precede if edge.or_document}
    return frozenset(late - attached)


def _instead(item: Item, catalogue: Catalogue) -> list[Material]:
    """Papers that prerequisites accept in place of a permit and that the item does not list itself; never required."""
    own = {material.code for material in item.materials}
    codes = [edge.or_document for edge in item.must_precede if edge.or_document and edge.or_document not in own]
    return [_optional(code, catalogue) for code in dict.fromkeys(codes)]


def _optional(code: str, catalogue: Catalogue) -> Material:
    known = next(found for item in catalogue.items.values() if (found := item.material(code)) is not None)
    return Material(known.code, known.title, False, known.formats, known.max_mb, known.issued_by)


def _paper(asked: list[tuple[str, Material]]) -> Paper:
    materials = [material for _, material in asked]
    needed = [material for material in materials if material.required]
    first = materials[0]
    common = tuple(one for one in first.formats if all(one in material.formats for material in materials))
    return Paper(
        code=first.code,
        title=first.title,
        required=bool(needed),
        may_follow=bool(needed) and all(material.may_follow for material in needed),
        formats=common or first.formats,
        max_mb=min(material.max_mb for material in materials),
        items=tuple(item for item, _ in asked),
    )
