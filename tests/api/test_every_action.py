"""Every action of every flow, in every state, asked for by every role: allowed or refused exactly as the file says.

Generated from the flow files. Nothing that an action asks is sent along: past state and role it may still be refused
for what is missing, and then it was not refused for state or role.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests import given, shipped
from tests.api.conftest import Caller
from tests.planted import one_in_every_state, plant
from workflow.actor import Actor
from workflow.case import Case
from workflow.definition import Action, Flow
from workflow.machine import target_of
from workflow.visibility import may_see
from workflow.work import Office

START = given.moment("2026-03-02")


def _every_flow() -> Iterator[tuple[str, int]]:
    yield from shipped.flows()


def _people(town: given.Town, department: str) -> dict[str, Actor]:
    """One person of every role, and an officer of another department."""
    other = next(code for code in town.officers if code != department)
    return {
        "applicant": town.applicant,
        "specialist": town.specialist,
        "clerk": town.clerk,
        "officer": town.officers[department],
        "officer elsewhere": town.officers[other],
        "squad_leader": town.squad_leader,
        "director": town.directors[department],
        "district_leader": town.district_leader,
        "supervisor": town.supervisor,
        "admin": town.admin,
    }


def _expected(action: Action, case: Case, actor: Actor) -> str:
    if not may_see(actor, case):
        return "no_such_case"
    if case.state not in action.sources:
        return "wrong_state"
    return "past" if actor.role_on(case, action.by) is not None else "role_required"


@pytest.mark.parametrize(("name", "version"), list(_every_flow()))
def test_every_action_in_every_state_by_every_role_is_allowed_or_refused_as_the_flow_says(
    office: Office, by_token: Callable[[Actor], Caller], name: str, version: int
) -> None:
    flow = office.flow(name, version)
    town = given.town(office)
    given.time_is(office.engine, START)
    states = one_in_every_state(office, flow, START)
    assert set(states) == set(flow.states), "a state that no walk comes to"
    callers: dict[int | None, Caller] = {}
    wrong: list[str] = []
    for state, planted in states.items():
        case, no = _planted(office, town, planted)
        people = _people(town, case.department)
        for action in flow.actions.values():
            for role, actor in _asked(flow, action, state, people):
                if actor.id not in callers:
                    callers[actor.id] = by_token(actor)
                answer = callers[actor.id]("POST", f"/api/v1/cases/{no}/actions/{action.name}", json={"version": 1})
                said = _said(answer.status_code, answer.get_json())
                if said != (expected := _expected(action, case, actor)):
                    wrong.append(f"{state} {action.name} by {role}: {said} instead of {expected}")
                if answer.status_code < 400:
                    case, no = _planted(office, town, planted)
    assert not wrong, "\n".join(wrong[:40])


def _asked(flow: Flow, action: Action, state: str, people: dict[str, Actor]) -> Iterator[tuple[str, Actor]]:
    """Who asks: everybody where the action is possible; elsewhere who could do it otherwise, and who never could."""
    if state in action.sources:
        yield from people.items()
        return
    yield from [(role, actor) for role, actor in people.items() if role in action.by][:1]
    yield "supervisor", people["supervisor"]


def _planted(office: Office, town: given.Town, planted: Case) -> tuple[Case, str]:
    _, no = plant(office, town, planted, START)
    department = office.catalogue.items[planted.item].department if planted.item else "QX"
    site = town.project
    return replace(planted, department=department, company=site.company, squad=site.squad, project_id=site.id), no


def _said(status: int, body: dict[str, object]) -> str:
    code = str(body.get("code", ""))
    return code if status in (403, 404) or code == "wrong_state" else "past"


def test_the_library_moves_each_allowed_action_where_the_file_says(office: Office) -> None:
    for flow in office.flows.values():
        for action in flow.actions.values():
            for source in action.sources:
                assert target_of(flow, action.name, source) == (action.target or source)
