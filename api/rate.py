"""How often somebody may ask, in this process: a bound on what a misbehaving programme costs, not a lock."""

import threading
from collections import OrderedDict
from time import monotonic

from workflow.errors import TooMany

MOST_KEPT = 10_000
"""Askers remembered; the one that asked longest ago is forgotten first."""


class Rate:
    """At most ``times`` in ``seconds`` for each key."""

    def __init__(self, times: int, seconds: float) -> None:
        self._times = times
        self._seconds = seconds
        self._asked: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, key: str) -> None:
        """Count one more; raises TooMany with the seconds until the next is answered."""
        now = monotonic()
        with self._lock:
            began, count = self._asked.pop(key, (now, 0))
            if now - began >= self._seconds:
                began, count = now, 0
            self._asked[key] = (began, count + 1)
            if len(self._asked) > MOST_KEPT:
                self._asked.popitem(last=False)
        if count >= self._times:
            wait = max(1, round(began + self._seconds - now))
            raise TooMany(
                "too_often",
                f"请求过于频繁，请 {wait} 秒后再试",
                f"Asked too often: try again in {wait} second{'s' if wait > 1 else ''}",
                extra={"retry_after": wait},
            )
