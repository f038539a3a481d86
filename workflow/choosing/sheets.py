"""How many papers and forms a joint application saves: each item alone beside all of them together."""

from collections.abc import Iterable
from dataclasses import dataclass

from workflow.catalogue import Catalogue
from workflow.definition import Title
from workflow.papers import Paper, papers_of

ISSUERS = {
    "applicant": Title("申请人自备", "The applicant's own"),
    "third_party": Title("第三方机构出具", "A third party"),
}
NO_SAMPLE = Title("暂无样本", "No sample is published yet")


@dataclass(frozen=True, slots=True)
class Brought:
    """One paper to bring, with who issues it; ``by_office`` is the chosen item or the department whose result it is.

    ``held``: it is the result of another chosen item, so the office has it and nobody brings it. ``sample`` says where
    an example is found, or that there is none.
    """

    paper: Paper
    issued_by: str
    issuer: Title
    held: bool
    sample: Title


@dataclass(frozen=True, slots=True)
class Sheets:
    """``summed``: the papers of every item, counted for each of them; ``once``: each paper once; both with optional
    ones. ``required_*`` count only what must be there. ``held`` of ``once`` are results of the chosen items themselves.
    ``forms_alone`` is one form an item, ``forms_together`` one form a stage.
    """

    papers: tuple[Brought, ...]
    summed: int
    once: int
    required_summed: int
    required_once: int
    held: int
    forms_alone: int
    forms_together: int

    @property
    def saved(self) -> int:
        """How many papers fewer than with every item by itself."""
        return self.summed - self.once

    @property
    def forms_saved(self) -> int:
        """How many forms fewer."""
        return self.forms_alone - self.forms_together


def sheets_saved(catalogue: Catalogue, codes: Iterable[str]) -> Sheets:
    """What the items ``codes`` ask for, separately and together; KeyError for an unknown item."""
    items = [catalogue.items[code] for code in codes]
    chosen = {item.code for item in items}
    papers = [_brought(catalogue, paper, chosen) for paper in papers_of(items, catalogue).values()]
    asked = [material for item in items for material in item.materials if material.required]
    return Sheets(
        papers=tuple(papers),
        summed=sum(len(one.paper.items) for one in papers),
        once=len(papers),
        required_summed=len(asked),
        required_once=len({material.code for material in asked}),
        held=sum(one.held for one in papers),
        forms_alone=len(items),
        forms_together=len({item.stage for item in items}),
    )


def issuer_title(catalogue: Catalogue, issued_by: str) -> Title:
    """Who issues a paper, in words."""
    if issued_by in ISSUERS:
        return ISSUERS[issued_by]
    if issued_by in catalogue.departments:
        return catalogue.departments[issued_by].title
    item = catalogue.items[issued_by]
    office = catalogue.departments[item.department].title
    return Title(f"{office.zh}（{item.title.zh}）", f"{office.en} ({item.title.en})")


def _brought(catalogue: Catalogue, paper: Paper, chosen: set[str]) -> Brought:
    own = (
        catalogue.items[code].material(paper.code) for code in (*paper.items, *catalogue.materials[paper.code].items)
    )
    material = next(one for one in own if one is not None)
    sample = Title(material.sample, material.sample) if material.sample else NO_SAMPLE
    return Brought(
        paper=paper,
        issued_by=material.issued_by,
        issuer=issuer_title(catalogue, material.issued_by),
        held=material.issued_by in chosen,
        sample=sample,
    )
