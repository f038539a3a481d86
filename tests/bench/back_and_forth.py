"""A made-up flow of two states that lead to each other, with a clock each: an action that can be taken for ever."""

from pathlib import Path

from tests import given
from workflow.actor import Actor, Grant
from workflow.case import Case
from workflow.change import Change, Event, case_limits, chain
from workflow.clock.limit import parse_limit
from workflow.store import births
from workflow.timekeeping import Timing, clocks_after_move, nearest_due
from workflow.work import Office, read_now

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


def add_flow(config: Path) -> None:
    """Put the flow beside those of a configuration folder."""
    (config / "flows" / "back_and_forth.v1.yaml").write_text(FLOW, encoding="utf-8")


def fill(office: Office, count: int) -> tuple[Actor, list[str]]:
    """``count`` cases in the first state, written by the real pieces; returns who may act on them and their numbers."""
    flow = office.flow("back_and_forth")
    with office.engine.begin() as conn:
        now = read_now(conn)
        site = given.project(conn, given.company(conn))
        officer = given.person(conn, "bench_officer", Grant("officer", department="QX"))
        births.record_flow_use(conn, flow.name, flow.version, flow.digest, now)
        numbers = births.next_numbers(conn, count, now)
        limits = case_limits(flow, office.catalogue, None)
        parsed = {name: parse_limit(text) for name, text in limits.items()}
        changes = []
        for no in numbers:
            event = Event(no, 1, "open", "here", "here", officer.id, "officer", now, now, {})
            head = chain(b"", event)
            case = Case(
                id=0, no=no, flow=flow.name, flow_version=1, title=f"往返 {no}", item=None, project_id=site.id,
                parent_id=None, company=site.company, department="QX", squad=site.squad, assignee_id=officer.id,
                state="here", outcome=None, version=1, rev=1, seq=1, chain_head=head, data={}, limits=limits,
                opened_at=now, received_at=None, accepted_at=None, decided_at=None, entered_at=now, ended_at=None,
            )  # fmt: skip
            clocks = clocks_after_move(flow, case, "here", parsed, Timing(office.calendar, now))
            changes.append(Change(case, case, event, head, nearest_due(clocks), clocks=clocks))
        births.create(conn, changes, [None] * count, demo=False)
    return officer, numbers
