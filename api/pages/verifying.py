"""The check of papers after receipt (收件核验): every paper gets a mark, and the marks open the deeds.

One notice names all that is missing, once (行政许可法 32(4)): it stays closed until every paper is marked, and
its own page asks again before it goes out. Nothing is stored until a deed is taken: marks travel with the form, and
leaving the page before the deed lets go of them, which the page says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.cases import CasePage, read_page
from api.pages.deeds import ASK, may_check
from api.pages.drafts import seen_version
from api.pages.faults import Fault, faults_of
from api.pages.frame import lead, show
from api.pages.names import case_names
from api.pages.once import Done, lead_on, once
from api.pages.panels import Panel
from api.pages.reading import fault_rows
from api.pages.slots import Slot
from api.wording import N_, _, long_day, own
from workflow.clock.days import local_day
from workflow.commands.take_action import take_action
from workflow.errors import NotFound, Refused
from workflow.queries.actions import ActionView
from workflow.work import Work

CLOCK = "completeness"
FAULTS = "faults"
OK, HERE, WRONG = "ok", "here", "wrong"
MARKS: Mapping[str, str] = {OK: N_("合格"), HERE: N_("可当场更正"), WRONG: N_("需补正")}
PHRASES = (N_("缺图"), N_("缺章"), N_("比例不对"), N_("日期过期"), N_("与申请表不一致"))
"""What clerks write most; offered while typing, and free to be written otherwise."""
ACCEPT = "accept"
DECLINES = ("decline_not_needed", "decline_not_ours")


@dataclass(frozen=True, slots=True)
class Checked:
    """One paper of the check: its slot, its mark (empty: none yet), and what is wrong and how to put it right."""

    slot: Slot
    mark: str
    problem: str
    fix: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One deed of the check; ``why`` says what keeps it closed."""

    name: str
    title: str
    why: str
    main: bool


@pages.get("/cases/<no>/verify")
def verify(no: str) -> Response:
    """The papers with their marks."""
    page = _read(no)
    if not may_check(page.case):
        return lead(url_for("pages.case", no=no))
    return _show(page, _papers(page, {}))


@pages.post("/cases/<no>/verify")
def mark(no: str) -> Response:
    """Keep the marks on the page, ask again before the notice, or accept."""
    page = _read(no)
    wanted = request.form.get("do", "")
    rows = {row["material"]: row for row in fault_rows(request.form, FAULTS)}
    papers = _papers(page, rows)
    if not may_check(page.case):
        return lead(url_for("pages.case", no=no))
    if wanted not in (ACCEPT, ASK):
        return _show(page, papers, kept=True)
    choice = next(one for one in _choices(page, papers) if one.name == wanted)
    problems = [Fault("", choice.why)] if choice.why else _unsaid(papers) if wanted == ASK else []
    if problems:
        return _show(page, papers, problems, 400)
    if wanted == ASK:
        return show("verify_confirm.html", **_shown(page, papers))
    return _accept(page, papers)


def _for_others(view: ActionView) -> bool:
    return any(reason.code == "role_required" for reason in view.reasons)


def _read(no: str) -> CasePage:
    with access.work() as work:
        return read_page(work, no)


def _accept(page: CasePage, papers: Sequence[Checked]) -> Response:
    no = page.case.no
    try:
        with access.work() as work:
            done = once(work, lambda: _accepted(work, no))
    except NotFound:
        raise
    except Refused as refusal:
        return _show(_read(no), papers, faults_of(refusal, {}, {}), refusal.status)
    return lead_on(done)


def _accepted(work: Work, no: str) -> Done:
    take_action(work, no, ACCEPT, {}, seen_version())
    return Done(url_for("pages.case", no=no), _("已受理，承诺时限从明天起计。"))


def _papers(page: CasePage, rows: Mapping[str, Mapping[str, str]]) -> list[Checked]:
    """Every paper with what was typed about it; one that nobody has to bring and nobody brought needs no mark."""
    found = []
    for slot in page.slots:
        row = rows.get(slot.code, {})
        given = request.form.get(f"mark.{slot.code}", "") if request.method == "POST" else ""
        found.append(Checked(slot, given if given in MARKS else "", row.get("problem", ""), row.get("fix", "")))
    return found


def needed(paper: Checked) -> bool:
    """Whether the paper must have a mark before the notice may go out."""
    slot = paper.slot
    return slot.upload is not None or (slot.required and not slot.held)


def _unsaid(papers: Sequence[Checked]) -> list[Fault]:
    """Papers marked as wrong without a word of what is wrong, or how to put it right."""
    found = []
    for paper in papers:
        if paper.mark != WRONG:
            continue
        for part, said, what in (("problem", paper.problem, _("问题")), ("fix", paper.fix, _("怎样改正"))):
            if not said:
                text = _("“%(paper)s”标了需补正，请填写%(what)s", paper=paper.slot.title, what=what)
                found.append(Fault(f"{FAULTS}.{paper.slot.code}.{part}", text))
    return found


def _choices(page: CasePage, papers: Sequence[Checked]) -> list[Choice]:
    """The deeds of the check, opened by the marks."""
    views = {view.action.name: view for view in page.case.actions if not _for_others(view)}
    unmarked = [paper for paper in papers if needed(paper) and not paper.mark]
    wrong = [paper for paper in papers if paper.mark == WRONG]
    here = [paper for paper in papers if paper.mark == HERE]
    found = []
    for name in (ASK, ACCEPT):
        if (view := views.get(name)) is None:
            continue
        why = _core(view) or (_why_not_ask(unmarked, wrong) if name == ASK else _why_not_accept(unmarked, wrong, here))
        found.append(Choice(name, own(view.action.title), why, not why))
    return found + [
        Choice(name, own(views[name].action.title), _core(views[name]), False) for name in DECLINES if name in views
    ]


def _core(view: ActionView) -> str:
    return "；".join(own(reason) for reason in view.reasons)


def _why_not_ask(unmarked: Sequence[Checked], wrong: Sequence[Checked]) -> str:
    if unmarked:
        names = _("、").join(paper.slot.title for paper in unmarked[:3])
        if len(unmarked) > 3:
            names = _("%(names)s等", names=names)
        return _("还有 %(n)s 份没有核验。告知只能发一次，请先看完：%(names)s。", n=len(unmarked), names=names)
    return "" if wrong else _("没有标为“需补正”的材料，不用告知。")


def _why_not_accept(unmarked: Sequence[Checked], wrong: Sequence[Checked], here: Sequence[Checked]) -> str:
    if wrong:
        return _("有 %(n)s 份需补正。全部合格后可以受理。", n=len(wrong))
    if unmarked:
        return _("还有 %(n)s 份没有核验。", n=len(unmarked))
    return _("有 %(n)s 份等当场更正。更正后改标“合格”。", n=len(here)) if here else ""


def _show(
    page: CasePage,
    papers: Sequence[Checked],
    problems: Sequence[Fault] = (),
    status: int = 200,
    kept: bool = False,
) -> Response:
    return show("verify.html", status, problems=list(problems), kept=kept, **_shown(page, papers))


def _shown(page: CasePage, papers: Sequence[Checked]) -> dict[str, Any]:
    project, matter = case_names(page.case.title, page.case.project_name, page.case.item_title, page.case.flow)
    clock = next((one for one in page.panels if one.view.name == CLOCK), None)
    counted = [paper for paper in papers if needed(paper) or paper.mark]
    marked = [paper for paper in counted if paper.mark]
    return {
        "page": page,
        "case": page.case,
        "project": project,
        "matter": matter,
        "clock": clock,
        "silence": _silence(page, clock) if clock else "",
        "received": long_day(local_day(page.case.received_at), page.today) if page.case.received_at else "",
        "papers": papers,
        "first_left": next((place for place, paper in enumerate(papers, 1) if needed(paper) and not paper.mark), 0),
        "total": len(counted),
        "marked": len(marked),
        "tally": {name: sum(paper.mark == name for paper in marked) for name in MARKS},
        "marks": {name: _(words) for name, words in MARKS.items()},
        "phrases": [_(phrase) for phrase in PHRASES],
        "wrong": [paper for paper in papers if paper.mark == WRONG],
        "choices": _choices(page, papers),
        "earlier": [long_day(_noticed(notice), page.today) for notice in page.case.notices],
        "here": url_for("pages.verify", no=page.case.no),
    }


def _noticed(notice: Mapping[str, Any]) -> date:
    return local_day(datetime.fromisoformat(notice["at"]))


def _silence(page: CasePage, clock: Panel) -> str:
    """What happens when nobody says anything (行政许可法 32(4))."""
    if page.case.received_at is None or not clock.day:
        return ""
    received = long_day(local_day(page.case.received_at), page.today)
    return _("到 %(due)s 结束还不告知，视为 %(received)s 收件当日已受理。", due=clock.day, received=received)
