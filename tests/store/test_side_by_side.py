"""Several people at one case at the same instant: nobody is refused for another's sake, and nothing happens twice."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from tests import given
from tests.given import Town
from workflow.commands.acknowledge_alert import acknowledge_alert
from workflow.commands.attach_material import attach_material
from workflow.commands.change_draft import change_draft
from workflow.commands.open_bundle import open_bundle
from workflow.commands.take_action import take_action
from workflow.errors import Conflict
from workflow.queries.verify import verify
from workflow.work import Office

NOW = given.moment("2026-03-02")
PDF = b"%PDF-1.7\n"


@pytest.fixture
def town(office: Office) -> Town:
    """People of every role and a project."""
    return given.town(office)


def at_once(deeds: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all of them at the same time; a refusal is returned like a result."""
    start = Barrier(len(deeds))

    def one(deed: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return deed()
        except Conflict as refused:
            return refused

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


def upload(office: Office, town: Town, no: str, code: str, content: bytes) -> Callable[[], Any]:
    """Handing in one paper, as a deed to be done later."""

    def deed() -> dict[str, Any]:
        with given.at(office, town.applicant, NOW) as work:
            return attach_material(work, no, code, "材料.pdf", content)

    return deed


@pytest.fixture
def draft(office: Office, town: Town) -> str:
    """An empty draft."""
    with given.at(office, town.applicant, NOW) as work:
        return open_bundle(work, town.project.code, ["SG05"], {}).no


def test_all_papers_of_a_case_are_handed_in_side_by_side(office: Office, town: Town, draft: str) -> None:
    codes = office.catalogue.items["SG05"].required_materials

    results = at_once([upload(office, town, draft, code, PDF + code.encode()) for code in codes])

    assert [result["code"] for result in results] == list(codes)
    assert verify(office).breaches == ()


def test_of_one_paper_handed_in_many_times_at_once_exactly_one_counts(office: Office, town: Town, draft: str) -> None:
    at_once([upload(office, town, draft, "identity", PDF + bytes([n])) for n in range(8)])

    with office.engine.connect() as conn:
        rows = conn.execute(text("SELECT superseded FROM materials")).scalars().all()
    assert sorted(rows) == [False] + [True] * 7
    assert verify(office).breaches == ()


def test_the_same_bytes_on_two_cases_at_once_are_kept_once(office: Office, town: Town, draft: str) -> None:
    with given.at(office, town.applicant, NOW) as work:
        other = open_bundle(work, town.project.code, ["SG05"], {}).no

    results = at_once([upload(office, town, no, "identity", PDF) for no in (draft, other)])

    assert all(isinstance(result, dict) for result in results)
    with office.engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM blobs")).scalar_one() == 1


def test_of_two_changes_of_a_draft_at_once_one_is_stale(office: Office, town: Town, draft: str) -> None:
    def change(value: str) -> Callable[[], Any]:
        def deed() -> Any:
            with given.at(office, town.applicant, NOW) as work:
                return change_draft(work, draft, 1, form={"who": value})

        return deed

    results = at_once([change("a"), change("b")])

    [refused] = [result for result in results if isinstance(result, Conflict)]
    assert refused.code == "stale_version"
    assert verify(office).breaches == ()


def test_an_upload_and_the_submission_at_once_both_succeed_or_the_late_paper_is_refused(
    office: Office, town: Town
) -> None:
    no = given.draft(office, town, NOW, ["SG05"])

    def submit() -> Any:
        with given.at(office, town.applicant, NOW) as work:
            return take_action(work, no, "submit")

    submitted, uploaded = at_once([submit, upload(office, town, no, "identity", PDF + b"newer")])

    assert not isinstance(submitted, Conflict)
    assert isinstance(uploaded, dict) or uploaded.code == "not_now"
    assert verify(office).breaches == ()


def test_an_alert_pressed_twice_at_once_is_acknowledged_once(office: Office, town: Town) -> None:
    no = next(iter(given.application(office, town, NOW).cases.values()))
    with office.engine.begin() as conn:
        alert = conn.execute(
            text("""
INSERT INTO alerts (case_id, clock_id, epoch, rung, card, person_id, role, due_at, created_at)
SELECT k.case_id, k.id, 1, 0, 'yellow', :person, 'clerk', k.due_at, :now
FROM clocks k JOIN cases c ON c.id = k.case_id WHERE c.no = :no RETURNING id"""),
            {"no": no, "person": town.clerk.id, "now": NOW},
        ).scalar_one()

    def press() -> Any:
        with given.at(office, town.clerk, NOW) as work:
            return acknowledge_alert(work, alert, "看到了")

    results = at_once([press] * 6)

    refused = [result for result in results if isinstance(result, Conflict)]
    assert [one.code for one in refused] == ["already_acknowledged"] * 5
    with office.engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM events WHERE action = 'acknowledge'")).scalar_one() == 1
