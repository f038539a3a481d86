"""The worker's own threads: however long something is away, and whatever goes wrong, they are there afterwards."""

from collections.abc import Callable
from threading import Event

import pytest
from sqlalchemy import Engine

from workers.relay import Relay
from workers.woken import LONGEST_WAIT, Stoppable, wait_after


def test_each_wait_is_twice_the_one_before_until_the_longest() -> None:
    assert [wait_after(failures) for failures in range(1, 7)] == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


@pytest.mark.parametrize("failures", [1_000, 1_024, 1_100, 10**9])
def test_after_an_outage_of_any_length_there_is_still_a_wait(failures: int) -> None:
    assert wait_after(failures) == LONGEST_WAIT


def test_who_waits_for_what_is_away_ends_when_asked() -> None:
    waiting = Event()

    class Waiter(Stoppable):
        def run(self) -> None:
            waiting.set()
            self._wait_out(10)

    waiter = Waiter("waiter")
    waiter.start()
    waiting.wait()
    waiter.stop()
    waiter.join(2)
    assert not waiter.is_alive()


def test_a_fault_nobody_thought_of_ends_no_relay(
    open_another_engine: Callable[[], Engine], caplog: pytest.LogCaptureFixture
) -> None:
    tried = Event()

    def broken() -> Engine:
        engine = open_another_engine()

        def begin() -> None:
            tried.set()
            raise ValueError("on purpose")

        engine.begin = engine.connect = begin  # type: ignore[method-assign, assignment]
        return engine

    relay = Relay(broken, lambda *_: None, "test")
    relay.wake()
    relay.start()
    assert tried.wait(5)
    relay.join(0.3)
    assert relay.is_alive()
    relay.stop()
    relay.join(5)
    assert not relay.is_alive()
    assert "the relay cannot work" in caplog.text
