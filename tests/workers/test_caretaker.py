"""The caretaker's rounds: a turn for each duty, none that keeps the others waiting, and no failure in silence."""

import time
from collections.abc import Callable

import pytest

from workers.caretaker import Caretaker
from workers.duties import DUTIES, Duty
from workflow.errors import Unusable
from workflow.queries.operations import failing_duties
from workflow.work import Office


def caretaker(office: Office, *duties: Duty) -> Caretaker:
    return Caretaker(lambda: office, lambda: office.engine, "caretaker:here:1", lambda: None, duties)


def counting(calls: list[str], name: str, do: Callable[[], int]) -> Callable[[Office], int]:
    def one(office: Office) -> int:
        calls.append(name)
        return do()

    return one


def test_a_backlog_without_end_gives_the_others_their_turn(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.caretaker.TURN_SECONDS", 0.01)
    calls: list[str] = []

    def slow() -> int:
        time.sleep(0.006)
        return 1

    endless = Duty("endless", 5.0, counting(calls, "endless", slow))
    other = Duty("other", 5.0, counting(calls, "other", lambda: 0), follows=True)
    taking = caretaker(office, endless, other)
    for _ in range(3):
        taking.round(office, woken=True)
    assert calls.count("other") == 3
    assert 3 <= calls.count("endless") <= 6, "it goes on in each round, for its turn"


def test_what_failed_is_told_and_waits_for_its_time_however_much_happens(office: Office) -> None:
    calls: list[str] = []

    def refuse() -> int:
        raise Unusable("rules/figures.yaml: landing changed without a new version")

    failing = Duty("figures", 5.0, counting(calls, "figures", refuse), follows=True)
    other = Duty("other", 5.0, counting(calls, "other", lambda: 0), follows=True)
    taking = caretaker(office, failing, other)
    for _ in range(3):
        taking.round(office, woken=True)
    assert (calls.count("figures"), calls.count("other")) == (1, 3)
    with office.engine.connect() as conn:
        assert failing_duties(conn) == {"figures": "rules/figures.yaml: landing changed without a new version"}


def test_figures_come_right_after_what_happened_has_its_position() -> None:
    assert [duty.name for duty in DUTIES[:2]] == ["sequence", "figures"]
