"""The papers of a case as slots: one a paper, with its file, its state, and whether it may be handed in now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from api.access import office, wiring
from api.wording import _, date_and_time, own, size
from workflow.choosing.sheets import NO_SAMPLE, Brought, sheets_saved
from workflow.papers import Paper
from workflow.queries.case import CaseView
from workflow.queries.materials import MaterialView, PaperWanted


@dataclass(frozen=True, slots=True)
class Upload:
    """A file handed in, as a page names it; ``code`` is its paper, ``case`` where it lies."""

    id: int
    case: str
    code: str
    title: str
    filename: str
    size_words: str
    when: str
    by: str
    superseded: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """One paper. ``asked_again``: the points of the one-time notice about it; ``renewed`` once it came again since.

    ``issuer`` says who makes it out, ``sample`` where an example is found; ``held`` why nobody has to bring it.
    """

    code: str
    title: str
    required: bool
    may_follow: bool
    open: bool
    upload: Upload | None
    serves: str
    accepts: str
    accept: str
    asked_again: tuple[str, ...]
    renewed: bool
    issuer: str = ""
    sample: str = ""
    held: str = ""


def slots(case: CaseView, today: date) -> tuple[Slot, ...]:
    """Every paper the items of ``case`` ask for; those that must be there first, in the order of the items."""
    known = office().catalogue.items
    brought = {
        one.paper.code: one
        for one in sheets_saved(
            office().catalogue,
            [code for code in dict.fromkeys((*case.items, *_asking(case))) if code in known],
        ).papers
    }
    made = [_slot(case, wanted, today, brought.get(wanted.paper.code)) for wanted in case.wanted]
    return tuple(sorted(made, key=lambda slot: (not slot.asked_again, not slot.required, slot.may_follow)))


def uploads(case: CaseView, today: date) -> tuple[Upload, ...]:
    """Every file handed in, the newest of each paper first."""
    return tuple(_upload(material, today) for material in case.materials)


def points(case: CaseView) -> tuple[dict[str, str], ...]:
    """The points of the one-time notice that holds now; none where there was no notice."""
    return tuple(case.notices[-1]["faults"]) if case.notices else ()


def _asking(case: CaseView) -> list[str]:
    """The items of the case, as its papers name them."""
    return [code for wanted in case.wanted for code in wanted.paper.items]


def _slot(case: CaseView, wanted: PaperWanted, today: date, brought: Brought | None) -> Slot:
    paper = wanted.paper
    current = _current(case, paper.code)
    again = [_("%(problem)s；请%(fix)s", **point) for point in points(case) if point["material"] == paper.code]
    most = min(paper.max_mb, wiring().settings.upload_mb)
    formats = "、".join(name.upper() for name in paper.formats)
    return Slot(
        code=paper.code,
        title=own(paper.title),
        required=paper.required,
        may_follow=paper.may_follow,
        open=wanted.open,
        upload=_upload(current, today) if current else None,
        serves=_serves(paper.items, case),
        accepts=_("%(formats)s，不超过 %(most)s MB", formats=formats, most=most),
        accept=",".join(f".{name}" for name in paper.formats),
        asked_again=tuple(again) if case.state.name == "correcting" else (),
        renewed=bool(again) and current is not None and current.uploaded_at > _asked_at(case),
        issuer=_("出具：%(who)s", who=own(brought.issuer)) if brought else "",
        sample=own(brought.sample) if brought and brought.sample is not NO_SAMPLE else "",
        held=_held(paper, brought),
    )


def _held(paper: Paper, brought: Brought | None) -> str:
    """Nobody brings what another item of the same application makes, unless the item's list still requires it."""
    known = office().catalogue.items
    if brought is None or not brought.held or paper.required:
        return ""
    return _("由本申请的“%(item)s”产生，免提交", item=own(known[brought.issued_by].title))


def _current(case: CaseView, code: str) -> MaterialView | None:
    found = [material for material in case.materials if material.code == code and not material.superseded]
    return max(found, key=lambda material: material.uploaded_at, default=None)


def _asked_at(case: CaseView) -> datetime:
    return datetime.fromisoformat(case.notices[-1]["at"])


def _serves(items: Sequence[str], case: CaseView) -> str:
    if case.item is not None:
        return ""
    known = office().catalogue.items
    return _("用于：%(items)s", items="、".join(own(known[code].title) for code in items))


def _upload(material: MaterialView, today: date) -> Upload:
    return Upload(
        id=material.id,
        case=material.case,
        code=material.code,
        title=own(material.title),
        filename=material.filename,
        size_words=size(material.size),
        when=date_and_time(material.uploaded_at, today),
        by=material.uploaded_by or "",
        superseded=material.superseded,
    )
