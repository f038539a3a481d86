"""A small district in which every page has something to show: made by the real commands, on one day in March 2026."""

from dataclasses import dataclass
from datetime import datetime

from api.pages.drafts import CHECKED, CONFIRMED, UNMATCHED
from api.pages.loose import LooseFile, written
from tests import given, parts
from tests.pages import services
from workflow.actor import Actor
from workflow.commands.amend import propose
from workflow.commands.change_draft import change_draft
from workflow.commands.fire_rungs import sweep
from workflow.commands.fold_figures import fold_figures
from workflow.commands.open_bundle import open_bundle
from workflow.commands.subscribe import Address, subscribe
from workflow.store import loose_files, stream
from workflow.store.documents import issued
from workflow.work import Office

SECRET = "s" * 40
"""What the application of a test seals with."""
FILED = given.moment("2026-03-02", "10:00")
NOW = given.moment("2026-03-11", "09:30")


@dataclass(frozen=True, slots=True)
class World:
    """Numbers of cases in every situation that a page tells apart."""

    town: given.Town
    bundle: str
    draft: str
    unmatched: str
    checked: str
    correcting: str
    paused: str
    overdue: str
    received: str
    delivered: str
    document: str
    check_code: str
    help: str
    amendment: int
    acceptance: str
    segment: str
    cell: str
    planned_segment: str
    services: services.Services
    subscriber: int


def build(office: Office) -> World:
    """Build it in an empty database; it is Wednesday, 11 March 2026, 09:30 afterwards."""
    town = given.town(office)
    qx, zg = town.officers["QX"], town.officers["ZG"]
    application = given.application(office, town, FILED, ["LX10", "LX06", "LX12", "LX11"])
    paused, correcting, overdue, delivered = (application.cases[item] for item in ("LX10", "LX06", "LX12", "LX11"))
    tuesday = given.moment("2026-03-03", "11:00")
    notice = [{"material": "site_map", "problem": "图纸缺设计单位盖章", "fix": "盖章后重新上传"}]
    given.act(office, town.clerk, tuesday, correcting, "ask_correction", {"faults": notice})
    for no in (paused, overdue, delivered):
        given.act(office, town.clerk, tuesday, no, "accept")
    _pause(office, qx, paused)
    given.act(office, qx, given.moment("2026-03-05"), delivered, "grant", {"opinion": "符合要求"})
    handed = {"way": "window", "recipient": "王敏"}
    given.act(office, town.clerk, given.moment("2026-03-06"), delivered, "deliver", handed)
    later = given.application(office, town, given.moment("2026-03-09"), ["LX01", "SG08"])
    tender = services.begun_tender(office, town)
    given.time_is(office.engine, NOW)
    sweep(office)
    assert zg.id is not None
    five = services.build(office, town, tender)
    given.time_is(office.engine, NOW)
    acceptance, segment, cell = _acceptance(office, town)
    _fold(office)
    return World(
        town=town,
        bundle=application.no,
        draft=_draft(office, town, given.moment("2026-03-10")),
        unmatched=_unmatched(office, town, given.moment("2026-03-10")),
        checked=_checked(office, town, given.moment("2026-03-10")),
        correcting=correcting,
        paused=paused,
        overdue=overdue,
        received=later.cases["SG08"],
        delivered=delivered,
        document=f"{delivered}-准-3",
        check_code=_check_code(office, f"{delivered}-准-3"),
        help=given.help_request(office, town, given.moment("2026-03-11", "09:10")),
        amendment=_closure(office, town),
        acceptance=acceptance,
        segment=segment,
        cell=cell,
        planned_segment=parts.segments(office, acceptance)["B"],
        services=five,
        subscriber=_subscriber(office, town),
    )


def _fold(office: Office) -> None:
    """What a worker's caretaker does within a second: the figures count what happened."""
    with office.engine.begin() as conn:
        while stream.sequence(conn):
            pass
    while fold_figures(office):
        pass


def _pause(office: Office, officer: Actor, no: str) -> None:
    asked = {"cause": "expert_review", "until": "2026-03-20", "reason": "组织节能专家评审"}
    given.act(office, officer, given.moment("2026-03-05", "09:30"), no, "start_special", asked)


def _acceptance(office: Office, town: given.Town) -> tuple[str, str, str]:
    """Half done: planning has passed in the first segment, fire has found something; the last is not applied for."""
    no = parts.begun(office, town, NOW)
    segment = parts.segments(office, no)["A"]
    cells = parts.taken_in(office, town, NOW, segment)
    parts.on(office, town, NOW, cells["planning"], "pass", parts.FINE)
    parts.on(office, town, NOW, cells["fire"], "find_problems", {"problems": [parts.PROBLEM]})
    return no, segment, cells["fire"]


def _closure(office: Office, town: given.Town) -> int:
    """A closure that is proposed and moves dates; nobody has signed it."""
    notice = {"year": 2026, "off": [{"from": "2026-03-12", "to": "2026-03-13", "name": "台风停工"}]}
    with given.at(office, town.admin, NOW) as work:
        return propose(work, "closure", notice, "示例停工通告").id


def _subscriber(office: Office, town: given.Town) -> int:
    """Another system that pulls what it wants to know."""
    with given.at(office, town.admin, NOW) as work:
        return subscribe(work, "市审批平台", Address(""), ["case.ended", "card.raised"]).id


def _check_code(office: Office, document: str) -> str:
    with office.engine.connect() as conn:
        found = issued(conn, document)
    assert found is not None
    return found.check_code


def _draft(office: Office, town: given.Town, now: datetime) -> str:
    with given.at(office, town.applicant, now) as work:
        case = open_bundle(work, town.project.code, ["SG07", "LX10"], {})
        given.attach(work, case.id, "application_form")
    return case.no


def _unmatched(office: Office, town: given.Town, now: datetime) -> str:
    """A draft to which files were sent that belong to no paper yet."""
    with given.at(office, town.applicant, now) as work:
        no = open_bundle(work, town.project.code, ["SG07", "LX10"], {}).no
        digest = loose_files.put(work.conn, b"%PDF-1.7 loose").hex()
        files = [LooseFile(digest, 14, "节能报告（盖章）.pdf"), LooseFile(digest, 14, "IMG_0032.pdf")]
        change_draft(work, no, 1, None, {UNMATCHED: written(no, files, SECRET)})
    return no


def _checked(office: Office, town: given.Town, now: datetime) -> str:
    """A draft that lacks nothing but to be submitted."""
    no = given.draft(office, town, now, ["SG07", "LX10"])
    form = {"contact": "王敏", "phone": "13900000000", "summary": "两栋办公楼", CONFIRMED: "2026-03-10"}
    with given.at(office, town.applicant, now) as work:
        change_draft(work, no, 1, None, {**form, "answer_sewage": "yes", CHECKED: now.isoformat()})
    return no
