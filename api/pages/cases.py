"""One case: the applicant's progress page and the office's case page, at the same address."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response, request, url_for

from api import access
from api.pages.ahead import PLACELESS, answer_words
from api.pages.blueprint import pages
from api.pages.deeds import Deeds, deeds, may_check
from api.pages.errands import ERRANDS, NOTICE_ANSWERED_BY, own_clock, places_of_errands
from api.pages.faults import Fault
from api.pages.frame import is_applicant, is_staff, lead, show
from api.pages.item_matrix import ItemMatrix, item_matrix
from api.pages.kept import kept
from api.pages.lane_panel import LanePanel, lane_panel
from api.pages.lists import cursor, paging
from api.pages.matrix import Matrix, matrix
from api.pages.names import (
    PAUSE_CONVENTION,
    STOPS,
    case_names,
    department_name,
    document_name,
    role_name,
    street_name,
)
from api.pages.panels import Panel, panels
from api.pages.progress import progress, receipt_of
from api.pages.records import Records, chosen_records, records
from api.pages.slots import Slot, Upload, slots, uploads
from api.pages.station import Consultation, consultation_panel
from api.pages.tender import TenderPanel, tender_panel
from api.pages.time_use import UsePanel, use_panel
from api.pages.track import Said, Step, fault_words, track
from api.wording import _, date_and_time, lang, own, short_day
from workflow.clock.days import local_day
from workflow.clock.words import Light, date_words
from workflow.definition import LIFE_CLOCKS, Flow
from workflow.queries.case import CaseView, PauseView
from workflow.queries.case import case as read_case
from workflow.queries.clocks import ClockView
from workflow.queries.history import history
from workflow.queries.lives import AHEAD, RENEW, USE
from workflow.queries.openings import openings_under
from workflow.work import Work

LINES = 20
# What officers do about alerts is their own business.
AMONG_STAFF = ("acknowledge", "alert_passed_on", "alert_unanswered")


@dataclass(frozen=True, slots=True)
class PauseWords:
    """A pause in words: why, which clocks it stops, from when to when, by which article."""

    title: str
    stops: str
    period: str
    basis: str
    reason: str
    result: str
    open: bool


@dataclass(frozen=True, slots=True)
class DocumentWords:
    """A document that was issued."""

    no: str
    name: str
    when: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything both faces of a case show, read in one unit of work."""

    case: CaseView
    now: datetime
    panels: tuple[Panel, ...]
    steps: tuple[Step, ...]
    next_steps: str | None
    deeds: Deeds
    slots: tuple[Slot, ...]
    uploads: tuple[Upload, ...]
    pauses: tuple[PauseWords, ...]
    documents: tuple[DocumentWords, ...]
    time_use: UsePanel | None
    kept: tuple[Said, ...]
    openings: tuple[Flow, ...]
    matrix: Matrix | None
    tender: TenderPanel | None = None
    items: ItemMatrix | None = None
    lanes: LanePanel | None = None
    records: Records | None = None
    consultation: Consultation | None = None

    @property
    def today(self) -> date:
        """The legal day."""
        return local_day(self.now)

    @property
    def pause_convention(self) -> str:
        """How its pauses are counted."""
        return _(PAUSE_CONVENTION)


@pages.get("/cases/<no>")
def case(no: str) -> Response:
    """The case ``no``, for this reader."""
    with access.work() as work:
        page = read_page(work, no)
    if page.case.flow == "bundle" and page.case.state.name == "draft" and is_applicant(access.me().actor):
        return lead(url_for("pages.draft", no=no))
    return case_page(page)


def read_page(work: Work, no: str) -> CasePage:
    """The case with its history; raises NotFound."""
    case_ = read_case(work, no)
    staff = is_staff(work.actor)
    only = chosen_records() if staff else None
    lines = history(work, no, paging(LINES, cursor()), only)
    today = local_day(work.now)
    flow = work.office.flow(case_.flow, case_.flow_version)
    rows = lines.rows if staff else tuple(row for row in lines.rows if _for_applicant(flow, row.action))
    return CasePage(
        case=case_,
        now=work.now,
        panels=panels(case_, work.now),
        steps=track(work, case_, rows),
        next_steps=url_for("pages.case", no=no, only=only, cursor=lines.next_cursor) if lines.next_cursor else None,
        deeds=deeds(case_.actions, flow, case_.state.name),
        slots=slots(case_, today),
        uploads=uploads(case_, today),
        pauses=tuple(_pause(pause, today) for pause in case_.pauses),
        documents=tuple(
            DocumentWords(document.no, document_name(document.kind), date_and_time(document.issued_at, today))
            for document in case_.documents
        ),
        time_use=use_panel(work, no),
        kept=kept(work, case_),
        openings=openings_under(work, case_),
        matrix=matrix(work, case_),
        tender=tender_panel(work, case_),
        items=item_matrix(work, no) if staff and (case_.item or case_.items) else None,
        lanes=lane_panel(work, case_.project_code) if staff else None,
        records=records(work, no, only) if staff else None,
        consultation=consultation_panel(work, case_),
    )


def case_page(page: CasePage, problems: list[Fault] | None = None, status: int = 200, note: str = "") -> Response:
    """The page of a case for whoever is signed in."""
    project, matter = case_names(page.case.title, page.case.project_name, page.case.item_title, page.case.flow)
    common: dict[str, Any] = {
        "page": page,
        "project": project,
        "matter": matter,
        "case": page.case,
        "problems": problems or (),
        "note": note,
        "here": url_for("pages.case", no=page.case.no),
        "later": "cursor" in request.args,
        "street": street_name(page.case.street),
        "most": access.wiring().settings.upload_mb,
    }
    actor = access.me().actor
    if is_staff(actor):
        office: dict[str, Any] = {"may_hand_in": is_applicant(actor), "may_correct": _may_correct(page.case)}
        office["checking"] = may_check(page.case)
        return show("case.html", status, **common, notices=_notices(page), **office)
    said: dict[str, Any] = {
        "errand": _errand(page.case),
        "errand_due": _errand_due(page),
        "answer_at": _answer_at(page.case),
        "ahead": _ahead(page.case, page.today, page.deeds),
        "notice": _notice(page),
        "progress": progress(page.case, page.panels, page.now),
        "receipt": receipt_of(page.case),
        "answer": answer_words(),
    }
    return show("progress.html", status, **common, **said)


def _for_applicant(flow: Flow, action: str) -> bool:
    """Whether a line of the record is the applicant's business too: of the reminders of the office only red cards are,
    and those that tell the applicant."""
    if action in AMONG_STAFF:
        return False
    kind, _mark, rest = action.partition(":")
    name, _mark, number = rest.partition(":")
    if kind != "rung" or name not in flow.clocks or not number.isdigit():
        return True
    ladder = flow.clocks[name].ladder
    if int(number) >= len(ladder):
        return True
    rung = ladder[int(number)]
    return rung.card in (None, "red") or "applicant" in rung.tell


def _pause(pause: PauseView, today: date) -> PauseWords:
    until = (
        short_day(pause.until, today)
        if pause.until
        else _("未结束，预计到 %(day)s", day=short_day(pause.planned_until, today))
    )
    return PauseWords(
        title=own(pause.title),
        stops="、".join(_(STOPS[stop]) for stop in sorted(pause.stops, reverse=True) if stop in STOPS),
        period=_("%(since)s 至 %(until)s", since=short_day(pause.since, today), until=until),
        basis=pause.basis,
        reason=pause.reason,
        result=pause.result or "",
        open=pause.open,
    )


def _errand(case_: CaseView) -> str:
    """What the applicant has to do now, in a few words; empty where there is nothing."""
    state, life = case_.state, _life(case_)
    if (case_.flow, state.name) in places_of_errands(access.office().flows.values()):
        words = ERRANDS.get((case_.flow, state.name))
        return _(words[0]) if words else own(state.title)
    if _papers_awaited(case_) is not None:
        return _("补齐证明文件")
    if state.ended and life is not None and life.remaining is not None and 0 <= life.remaining <= AHEAD:
        return _("有效期将满")
    return ""


def _errand_due(page: CasePage) -> str:
    """By when the applicant has to do it; empty where that has no date of its own."""
    clock = own_clock(access.office().flow(page.case.flow, page.case.flow_version), page.case.clocks)
    if clock is None or clock.due_on is None:
        return ""
    day = date_words(clock.due_on, page.today, lang(), clock.provisional)
    if clock.light is Light.OVERDUE:
        return _("原定 %(day)s前办完，%(left)s，请尽快。", day=day, left=own(clock.words))
    return _("请在 %(day)s前办完，%(left)s。", day=day, left=own(clock.words))


def _answer_at(case_: CaseView) -> str | None:
    """The page on which a one-time notice is answered point by point."""
    deed = NOTICE_ANSWERED_BY.get((case_.flow, case_.state.name))
    return url_for("pages.deed", no=case_.no, name=deed) if deed else None


def _life(case_: CaseView) -> ClockView | None:
    """The running life of what was granted."""
    return next((clock for clock in case_.clocks if clock.name in LIFE_CLOCKS and clock.state != "settled"), None)


def _papers_awaited(case_: CaseView) -> PauseView | None:
    """The open interruption that the applicant ends by completing its papers."""
    causes = access.office().catalogue.causes
    return next((one for one in case_.pauses if one.open and one.cause in causes and causes[one.cause].resets), None)


def _may_correct(case_: CaseView) -> bool:
    departments = {grant.department for grant in access.me().actor.scopes("director")}
    return not departments.isdisjoint({None, case_.department}) and case_.received_at is not None and not case_.ended_at


def _notices(page: CasePage) -> list[dict[str, Any]]:
    """Every one-time notice with its points, newest first."""
    return [
        {
            "when": date_and_time(datetime.fromisoformat(notice["at"]), page.today),
            "points": [fault_words(fault) for fault in notice["faults"]],
        }
        for notice in reversed(page.case.notices)
    ]


def _notice(page: CasePage) -> list[str]:
    """The points of the one-time notice that is being answered."""
    if page.case.state.name != "correcting" or not page.case.notices:
        return []
    return [fault_words(fault) for fault in page.case.notices[-1]["faults"]]


def _ahead(case_: CaseView, today: date, found: Deeds) -> str:
    """What happens next, in a sentence or two."""
    state = case_.state
    if state.ended:
        return _("本件已办结：%(state)s。", state=own(state.title)) + _life_ahead(case_, today)
    if (awaited := _papers_awaited(case_)) is not None:
        return _("%(why)s。请在下面提交，补齐后由经办人恢复计时。", why=awaited.reason.rstrip("。"))
    if state.name == "correcting" and case_.flow == "item":
        return _("补齐并提交后，综合窗口重新核验；窗口已列出全部问题，之后不再要求补正其他内容。")
    if state.name == "received" and case_.flow == "item":
        return _("综合窗口正在核验材料，5 个工作日内受理或一次性告知；逾期不告知，视为收件当日已受理。")
    if state.name == "received" and case_.flow == "bundle":
        return _("各事项正在核验材料，全部通过后进入并联审批。")
    if case_.flow == "bundle" and state.turn != "applicant":
        return _("各事项正在各部门并联审批，全部办结后本申请自动办结。")
    if case_.paused and case_.flow != "item":
        return _("本件暂停计时，原因写在上面。")
    if case_.paused:
        return _("正在进行法定的特别程序，这段时间依法不计入时限；结束后恢复计时并作出决定。")
    if state.turn == "applicant" and not found.open and found.closed:
        return _("请先补上下面还缺的，再按“%(deed)s”；没有办之前，本件停在这一步。", deed=found.closed[0].title)
    if state.turn == "applicant" and (leading := next((deed for deed in found.open if deed.leads), None)) is not None:
        return _("请在下面“现在可以做”里按“%(deed)s”；没有办之前，本件停在这一步。", deed=leading.title)
    if state.turn in (None, "applicant"):
        return _("下一步到时自动进行，或者由您在“现在可以做”里办理。") if state.turn else _("等待下一步。")
    assert state.turn is not None
    by = role_name(state.turn)
    if state.turn in PLACELESS:
        return _("现在由%(role)s办理。", role=by)
    return _("现在由%(department)s的%(role)s办理。", department=department_name(case_.department), role=by)


def _life_ahead(case_: CaseView, today: date) -> str:
    """When what was granted ends, and what its holder may do before that."""
    life = _life(case_)
    if life is None or life.due_on is None:
        return ""
    day = date_words(life.due_on, today, lang(), life.provisional)
    ends = _("有效期到 %(day)s，%(left)s。", day=day, left=own(life.words))
    open_ = [own(one.action.title) for one in case_.actions if one.allowed and one.action.name in (USE, RENEW)]
    if not open_:
        return ends + _("期满自行失效。")
    deeds = _("或").join(f"“{name}”" for name in open_)
    return ends + _("请在期满前%(deeds)s，否则期满自行失效。", deeds=deeds)
