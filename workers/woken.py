"""What the worker's own threads have in common: they end when asked, and wait ever longer for what is away."""

import random
import threading

FIRST_WAIT = 0.25
LONGEST_WAIT = 5.0
"""However long the database or the broker is away: back within seconds, and work goes on."""
DOUBLINGS = 8
"""No more is counted: two to the number of failures of an hour and a half is no float any more."""


def wait_after(failures: int) -> float:
    """The seconds to wait after so many failures in a row, before they are spread."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(failures, DOUBLINGS))


class Stoppable(threading.Thread):
    """A thread that goes on until it is asked to end."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask it to end; it does so after the part at hand."""
        self._stopping.set()

    def _wait_out(self, failures: int) -> None:
        """Wait for what is away; many workers come back one after another. A stop ends it."""
        self._stopping.wait(wait_after(failures) * random.uniform(0.8, 1.2))


class Woken(Stoppable):
    """One that sleeps until something is there for it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._wake = threading.Event()

    def wake(self) -> None:
        """Something is there."""
        self._wake.set()

    def stop(self) -> None:
        """Ask it to end; it does so after the part at hand."""
        super().stop()
        self._wake.set()
