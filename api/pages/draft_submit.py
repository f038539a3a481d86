"""The last two tasks of a draft: looking over everything, and submitting it once."""

from dataclasses import dataclass

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.deeds import Deed, deeds
from api.pages.draft_answers import answered_words
from api.pages.draft_leaving import left, lost_words
from api.pages.draft_tasks import Tasks, tasks
from api.pages.drafts import CHECKED, FIELDS, Draft, elsewhere, keep, read_draft, seen_version
from api.pages.faults import Fault, faults_of
from api.pages.frame import show
from api.pages.once import Done, lead_on, once
from api.pages.sheets import sheets
from api.pages.slots import slots
from api.wording import _, own
from workflow.commands.take_action import take_action
from workflow.errors import Conflict, NotFound, Refused
from workflow.queries.case import case as read_case
from workflow.work import Work

DEEDS = ("submit", "submit_simulated")
"""What submits a draft: in earnest, or for a review before there is land (模拟审批)."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A fact as it was filled in."""

    label: str
    value: str


@pages.get("/apply/<no>/check")
def draft_check(no: str) -> Response:
    """Everything that is about to be submitted, each part with the way back to it."""
    found = read_draft(no)
    if found is None:
        return elsewhere(no)
    return _check_page(found)


@pages.post("/apply/<no>/check")
def draft_checked(no: str) -> Response:
    """All of it is right: the last task opens."""
    found = read_draft(no)
    if found is None:
        return left(no)
    if _tasks(found).missing_before(5):
        return _check_page(found, [_locked(_tasks(found), 5)], 422)
    try:
        with access.work() as work:
            done = once(work, lambda: _marked(work, no))
    except NotFound:
        raise
    except Conflict as refusal:
        now = read_draft(no)
        return left(no) if now is None else _check_page(now, [lost_words(refusal)], refusal.status)
    return lead_on(done)


@pages.get("/apply/<no>/submit")
def draft_submit(no: str) -> Response:
    """What submitting means, and the button."""
    found = read_draft(no)
    return elsewhere(no) if found is None else _submit_page(found)


@pages.post("/apply/<no>/submit")
def submit_draft(no: str) -> Response:
    """Submit it. A second press is no second application: it leads to the first."""
    found = read_draft(no)
    if found is None:
        return _submitted_before(no)
    name = request.form.get("deed", DEEDS[0])
    if _tasks(found).missing_before(6):
        return _submit_page(found, [_locked(_tasks(found), 6)], 422)
    if "sure" not in request.form:
        return _submit_page(found, [Fault("sure", _("请勾选声明后再提交"))], 400)
    try:
        with access.work() as work:
            done = once(work, lambda: _submitted(work, no, name if name in DEEDS else DEEDS[0]))
    except NotFound:
        raise
    except Refused as refusal:
        now = read_draft(no)
        if now is None:
            return _submitted_before(no)
        faults = [lost_words(refusal)] if isinstance(refusal, Conflict) else faults_of(refusal, {}, {})
        return _submit_page(now, faults, refusal.status)
    return lead_on(done)


def _marked(work: Work, no: str) -> Done:
    keep(work, no, seen_version(), {CHECKED: work.now.isoformat()})
    return Done(url_for("pages.draft_submit", no=no), _("已核对。最后一步：签章并提交。"))


def _submitted(work: Work, no: str, name: str) -> Done:
    change = take_action(work, no, name, {}, seen_version())
    state = work.office.flow(change.after.flow, change.after.flow_version).states[change.after.state]
    said = _(
        "申请已提交，编号 %(no)s，现为“%(state)s”。综合窗口 5 个工作日内受理或一次性告知；下面是回执。",
        no=no,
        state=own(state.title),
    )
    return Done(url_for("pages.receipt", no=no), said)


def _submitted_before(no: str) -> Response:
    with access.work() as work:
        case = read_case(work, no)
    if case.received_at is None:
        # Given up in another window: there is no receipt of what was never handed in.
        return left(no)
    return lead_on(
        Done(url_for("pages.receipt", no=no), _("本申请此前已经提交，没有重复提交；您看到的是它现在的情况。"))
    )


def _tasks(found: Draft) -> Tasks:
    return tasks(found, slots(found.case, found.today))


def _locked(all_: Tasks, no: int) -> Fault:
    names = "、".join(task.name for task in all_.missing_before(no))
    return Fault("", _("还不能开始：请先完成 %(names)s", names=names))


def _check_page(found: Draft, faults: list[Fault] | None = None, status: int = 200) -> Response:
    papers = slots(found.case, found.today)
    known = access.office().catalogue.items
    return show(
        "draft_check.html",
        status,
        draft=found,
        case=found.case,
        tasks=tasks(found, papers),
        before=tasks(found, papers).missing_before(5),
        items=[own(known[code].title) for code in found.case.items if code in known],
        answers=_answers(found),
        labels={name: _(words) for name, words in FIELDS.items()},
        papers=[slot for slot in papers if slot.upload is not None],
        absent=[slot for slot in papers if slot.upload is None and slot.required],
        problems=faults or (),
        here=url_for("pages.draft_check", no=found.no),
    )


def _answers(found: Draft) -> list[Answered]:
    questions = access.office().catalogue.questions
    return [
        Answered(own(questions[code].title), answered_words(code, answer))
        for code, answer in found.answers.items()
        if code in questions and answer
    ]


def _submit_page(found: Draft, faults: list[Fault] | None = None, status: int = 200) -> Response:
    flow = access.office().flow(found.case.flow, found.case.flow_version)
    grouped = deeds(found.case.actions, flow, found.case.state.name)
    all_ = _tasks(found)
    return show(
        "draft_submit.html",
        status,
        draft=found,
        case=found.case,
        before=all_.missing_before(6),
        deeds=[deed for deed in grouped.open if deed.name in DEEDS],
        closed=_closed(grouped.closed),
        items=len(found.case.items),
        papers=sum(not paper.superseded for paper in found.case.materials),
        sheets=sheets(found.case.items),
        problems=faults or (),
        here=url_for("pages.draft_submit", no=found.no),
    )


def _closed(found: tuple[Deed, ...]) -> list[Deed]:
    return [deed for deed in found if deed.name in DEEDS]
