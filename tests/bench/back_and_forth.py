"""A made-up flow of two states that lead to each other, with a clock each: an action that can be taken for ever.

`without_clocks` is the same flow without them.
"""

from pathlib import Path

from tests import given
from workflow.actor import Actor, Grant
from workflow.case import Case
from workflow.change import Change, Event, case_limits, chain
from workflow.clock.limit import parse_limit
from workflow.definition import Flow
from workflow.store import births
from workflow.store.projects import Project
from workflow.timekeeping import Timing, clocks_after_move, nearest_due
from workflow.work import Office, Work, read_now

NAME = "back_and_forth"
WITHOUT_CLOCKS = "without_clocks"
ACTIONS = {"here": "send", "there": "send_back"}

FLOW = """
flow: back_and_forth
version: 1
title: {zh: 往返, en: Back and forth}
states:
  here:  {zh: 此处, en: Here, initial: true, turn: officer}
  there: {zh: 彼处, en: There, turn: officer}
actions:
  send:      {zh: 送出, en: Send, from: here, to: there, by: officer, tell: [applicant]}
  send_back: {zh: 送回, en: Send back, from: there, to: here, by: officer, tell: [applicant]}
clocks:
  waiting_here:
    zh: 此处时限
    en: Waiting here
    while: here
    starts: entered_at
    limit: 5wd
    basis: none
    ladder:
      - {at: 1 working day left, card: yellow, tell: [assignee]}
      - {at: 1 working day after, card: red, tell: [assignee]}
      - {at: 4 working days after, card: red, tell: [district_leader]}
  waiting_there:
    zh: 彼处时限
    en: Waiting there
    while: there
    starts: entered_at
    limit: 10wd
    basis: none
    ladder:
      - {at: 1 working day left, card: yellow, tell: [assignee]}
      - {at: 1 working day after, card: red, tell: [assignee]}
      - {at: 4 working days after, card: red, tell: [district_leader]}
"""


def add_flows(config: Path) -> None:
    """Put both flows beside those of a configuration folder."""
    without_clocks = FLOW.replace(NAME, WITHOUT_CLOCKS).partition("clocks:\n")[0]
    for name, words in ((NAME, FLOW), (WITHOUT_CLOCKS, without_clocks)):
        (config / "flows" / f"{name}.v1.yaml").write_text(words, encoding="utf-8")


def fill(office: Office, count: int, flow: str = NAME) -> tuple[Actor, list[str]]:
    """``count`` cases in the first state, written by the real pieces; returns who may act on them and their numbers."""
    with office.engine.begin() as conn:
        now = read_now(conn)
        site = given.project(conn, given.company(conn))
        officer = given.person(conn, "bench_officer", Grant("officer", department="QX"))
        used = office.flow(flow)
        births.record_flow_use(conn, used.name, used.version, used.digest, now)
        return officer, open_cases(Work(office, conn, now, officer), used, site, count)


def open_cases(work: Work, flow: Flow, site: Project, count: int) -> list[str]:
    """Plan ``count`` cases with their clocks and write them in one statement; returns their numbers."""
    numbers = births.next_numbers(work.conn, count, work.now)
    births.create(work.conn, [_opening(work, flow, site, no) for no in numbers], [None] * count, demo=False)
    return numbers


def _opening(work: Work, flow: Flow, site: Project, no: str) -> Change:
    event = Event(no, 1, "open", "here", "here", work.actor.id, "officer", work.now, work.now, {})
    head = chain(b"", event)
    limits = case_limits(flow, work.office.catalogue, None)
    case = Case(
        id=0,
        no=no,
        flow=flow.name,
        flow_version=flow.version,
        title=f"往返 {no}",
        item=None,
        project_id=site.id,
        parent_id=None,
        company=site.company,
        department="QX",
        squad=site.squad,
        assignee_id=work.actor.id,
        state="here",
        outcome=None,
        version=1,
        rev=1,
        seq=1,
        chain_head=head,
        data={},
        limits=limits,
        opened_at=work.now,
        received_at=None,
        accepted_at=None,
        decided_at=None,
        entered_at=work.now,
        ended_at=None,
    )
    parsed = {name: parse_limit(text) for name, text in limits.items()}
    clocks = clocks_after_move(flow, case, "here", parsed, Timing(work.calendar, work.now))
    return Change(case, case, event, head, nearest_due(clocks), clocks=clocks)
